//! Measures the supervisor: `scripts/bench supervisor` and `scripts/soak supervisor` run this.
//!
//! The figures are those of the machine at that time; what else ran is told by the load that is printed first.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for measuring, with no product around it"
)]

mod logs;
mod run;
mod soak;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};

use run::{Programs, Run, Usage, median, zombies_of};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let flag = |name: &str| {
        arguments
            .iter()
            .find_map(|argument| argument.strip_prefix(&format!("--{name}=")))
    };
    let number = |name: &str, default: u64| flag(name).map_or(default, |text| text.parse().expect("a number"));
    let programs = Programs::beside_this(flag("bin"));
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!(
        "{} cores, load {}",
        thread::available_parallelism().map_or(1, usize::from),
        load.trim()
    );
    let names: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let all = ["size", "start", "stop", "idle", "storm", "logs", "stall"];
    for name in if names.is_empty() { all.to_vec() } else { names } {
        match name {
            "size" => println!(
                "size: {:.2} MB",
                fs::metadata(&programs.supervisor).unwrap().len() as f64 / 1e6
            ),
            "start" => start(&programs, number("runs", 40)),
            "stop" => stop(&programs, number("runs", 40)),
            "idle" => idle(&programs, number("seconds", 60)),
            "storm" => storm(&programs, number("kills", 1000)),
            "logs" => logs::throughput(&programs, number("lines", 2_000_000), number("long", 400)),
            "stall" => logs::stall(&programs, number("seconds", 10)),
            "soak" => soak::run(&programs, Duration::from_secs(number("seconds", 60))),
            "real" => real(&programs, number("runs", 10), number("seconds", 60)),
            other => panic!("unknown measurement `{other}`"),
        }
    }
}

fn start(programs: &Programs, runs: u64) {
    let mut times: Vec<f64> = (0..runs)
        .map(|_| Run::start(programs, "health", "beat=i", &[]).wait_until_running())
        .collect();
    let longest = times.iter().copied().fold(0.0, f64::max);
    println!(
        "start, children of nothing but a health answer: all running after {:.0} ms (median of {runs}), longest {longest:.0} ms",
        median(&mut times)
    );
}

fn stop(programs: &Programs, runs: u64) {
    let measure = |api: &str, worker: &str, flags: &[&str], runs: u64| {
        let mut times: Vec<f64> = (0..runs)
            .map(|_| {
                let mut run = Run::start(programs, api, worker, flags);
                run.wait_until_running();
                let begun = Instant::now();
                run.signal(Signal::SIGTERM);
                assert_eq!(run.wait(), 0);
                begun.elapsed().as_secs_f64() * 1000.0
            })
            .collect();
        let longest = times.iter().copied().fold(0.0, f64::max);
        (median(&mut times), longest)
    };
    let (time, longest) = measure("health", "beat=i", &[], runs);
    println!("stop, children that end at once: {time:.0} ms (median of {runs}), longest {longest:.0} ms");
    let (time, longest) = measure("term=0:50 health", "term=0:50 beat=i", &[], runs);
    println!("stop, children that take 50 ms each: {time:.0} ms (median of {runs}), longest {longest:.0} ms");
    let (time, longest) = measure("health", "beat=i ignore-term family=50", &["--worker-grace=1s"], 5);
    println!(
        "stop, a worker with 50 grandchildren that ignores SIGTERM, grace 1 s: {time:.0} ms (median of 5), longest {longest:.0} ms"
    );
}

fn idle(programs: &Programs, seconds: u64) {
    let mut run = Run::start(programs, "health", "beat-once=i", &["--worker-hang-timeout=1h"]);
    run.wait_until_running();
    report_idle(&run, seconds);
    run.signal(Signal::SIGTERM);
    run.wait();
}

fn report_idle(run: &Run, seconds: u64) {
    thread::sleep(Duration::from_secs(2));
    let before = Usage::of(run.pid());
    thread::sleep(Duration::from_secs(seconds));
    let after = Usage::of(run.pid());
    println!(
        "idle for {seconds} s: {} context switches, {} ms of CPU, RSS {:.2} MB (peak {:.2} MB), {} threads, {} descriptors",
        after.switches - before.switches,
        after.cpu_ms - before.cpu_ms,
        after.rss as f64 / 1e6,
        after.peak as f64 / 1e6,
        after.threads,
        after.descriptors
    );
}

/// Kills the worker again and again, while the API is asked every 10 ms.
fn storm(programs: &Programs, kills: u64) {
    let mut run = Run::start(
        programs,
        "health",
        "beat=i",
        &["--restart-delay=0", "--crash-loop=off", "--health-interval=100ms"],
    );
    run.wait_until_running();
    let over = Arc::new(AtomicBool::new(false));
    let counts = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
    let asking = {
        let (over, counts, port) = (Arc::clone(&over), Arc::clone(&counts), run.port);
        thread::spawn(move || {
            while !over.load(Ordering::SeqCst) {
                let answered = TcpStream::connect(("127.0.0.1", port)).is_ok_and(|mut stream| {
                    let mut answer = String::new();
                    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").is_ok()
                        && stream.read_to_string(&mut answer).is_ok()
                        && answer.contains(" 200 ")
                });
                counts.0.fetch_add(1, Ordering::SeqCst);
                counts.1.fetch_add(u64::from(!answered), Ordering::SeqCst);
                thread::sleep(Duration::from_millis(10));
            }
        })
    };
    let api = run.pid_of("api");
    let (mut before, mut zombies) = (None, 0);
    let mut cycles = Vec::new();
    let begun = Instant::now();
    for kill_number in 1..=kills {
        let worker = run.pid_of("worker").expect("a worker runs");
        let at = Instant::now();
        kill(worker, Signal::SIGKILL).unwrap();
        run.wait_for_pid_other_than("worker", worker);
        cycles.push(at.elapsed().as_secs_f64() * 1000.0);
        zombies += zombies_of(run.pid());
        if kill_number == kills.min(50) {
            before = Some(Usage::of(run.pid()));
        }
    }
    let took = begun.elapsed();
    over.store(true, Ordering::SeqCst);
    asking.join().unwrap();
    let (before, after) = (before.expect("at least one kill"), Usage::of(run.pid()));
    println!(
        "storm of {kills} SIGKILLs in {:.1} s: {} restarts recorded, {zombies} zombies seen, API {}, {} of {} health answers missed",
        took.as_secs_f64(),
        run.status()["processes"][1]["restarts"],
        if run.pid_of("api") == api {
            "the same"
        } else {
            "RESTARTED"
        },
        counts.1.load(Ordering::SeqCst),
        counts.0.load(Ordering::SeqCst)
    );
    println!(
        "  a cycle from kill to the new worker: {:.1} ms (median); supervisor CPU {:.2} ms a cycle; RSS {:.2} → {:.2} MB; descriptors {} → {}",
        median(&mut cycles),
        (after.cpu_ms - before.cpu_ms) as f64 / (kills - kills.min(50)).max(1) as f64,
        before.rss as f64 / 1e6,
        after.rss as f64 / 1e6,
        before.descriptors,
        after.descriptors
    );
    run.signal(Signal::SIGTERM);
    assert_eq!(run.wait(), 0);
}

/// The real API and worker, on the embedded database.
fn real(programs: &Programs, runs: u64, seconds: u64) {
    let mut times = Vec::new();
    for _ in 0..runs {
        let mut run = Run::start_real(programs);
        times.push(run.wait_until_running());
        run.signal(Signal::SIGTERM);
        assert_eq!(run.wait(), 0);
    }
    let longest = times.iter().copied().fold(0.0, f64::max);
    println!(
        "start with the real API and worker on SQLite: all running after {:.0} ms (median of {runs}), longest {longest:.0} ms",
        median(&mut times)
    );
    let mut run = Run::start_real(programs);
    run.wait_until_running();
    report_idle(&run, seconds);
    for name in ["api", "worker"] {
        let usage = Usage::of(run.pid_of(name).expect("it runs"));
        println!(
            "  {name}: RSS {:.1} MB, {} threads",
            usage.rss as f64 / 1e6,
            usage.threads
        );
    }
    run.signal(Signal::SIGTERM);
    run.wait();
    assert!(Path::new(&programs.supervisor).exists());
}
