//! A random killer at work, a reader of the log that stops at random, and once a second a check of what must hold.

use std::fs;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::run::{Programs, Run, Usage, zombies_of};

/// Memory that the log may take while its reader stops: the limit of its buffer, and what the allocator keeps.
const LOG_BYTES: u64 = 6 << 20;

/// Kills, stops and terminates members of the worker's tree, and stops the reader of the log, for `length`.
pub fn run(programs: &Programs, length: Duration) {
    let mut run = Run::start(
        programs,
        "health spew=100000:20-200:A",
        "beat=i family=3 orphans=20 spew=2000:20-2000:W",
        &[
            "--restart-delay=10ms",
            "--restart-delay-max=200ms",
            "--crash-loop=off",
            "--worker-hang-timeout=2s",
            "--health-interval=1s",
        ],
    );
    run.wait_until_running();
    let api = run.pid_of("api");
    let mut random = 0x9e37_79b9_7f4a_7c15u64 ^ u64::from(std::process::id());
    let mut below = move |limit: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % limit
    };
    let begun = Instant::now();
    let (mut hits, mut stops, mut looks) = (0u64, 0u64, 0u64);
    let mut first: Option<Usage> = None;
    let (mut most_descriptors, mut most_rss) = (0, 0);
    while begun.elapsed() < length {
        if below(3) == 0 {
            let tree = run.pid_of("worker").map(family_of).unwrap_or_default();
            if !tree.is_empty() {
                let victim = tree[below(tree.len() as u64) as usize];
                let signal = [Signal::SIGTERM, Signal::SIGKILL, Signal::SIGSTOP][below(3) as usize];
                // It may have ended in the meantime.
                hits += u64::from(kill(victim, signal).is_ok());
            }
        }
        if below(5) == 0 {
            let stopped = !run.reader().stopped.fetch_xor(true, Ordering::Relaxed);
            stops += u64::from(stopped);
        }
        thread::sleep(Duration::from_secs(1));
        looks += 1;
        assert_eq!(run.pid_of("api"), api, "the API was restarted");
        let workers = run.status()["processes"].as_array().map_or(0, |all| {
            all.iter().filter(|process| process["name"] == "worker").count()
        });
        assert!(workers <= 1);
        // A process that ends this very moment is not yet reaped; one that stays is a fault.
        let zombies = (0..50).map(|_| {
            let zombies = zombies_of(run.pid());
            if zombies > 0 {
                thread::sleep(Duration::from_millis(10));
            }
            zombies
        });
        assert!(zombies.min() == Some(0), "zombies stay");
        let usage = Usage::of(run.pid());
        let start = *first.get_or_insert(usage);
        (most_descriptors, most_rss) = (most_descriptors.max(usage.descriptors), most_rss.max(usage.rss));
        assert!(
            usage.descriptors <= start.descriptors + 8,
            "descriptors leak: {} → {}",
            start.descriptors,
            usage.descriptors
        );
        assert!(
            usage.rss <= start.rss + LOG_BYTES,
            "memory grows: {} → {}",
            start.rss,
            usage.rss
        );
    }
    run.reader().stopped.store(false, Ordering::Relaxed);
    let status = run.status();
    println!(
        "soak of {} s: {hits} signals, the reader of the log stopped {stops} times ({} lines dropped), {} restarts of the worker, {} orphans reaped, API the same, 0 zombies in {looks} looks, at most {most_descriptors} descriptors and {:.2} MB",
        length.as_secs(),
        status["logLinesDropped"],
        status["processes"][1]["restarts"],
        status["orphansReaped"],
        most_rss as f64 / 1e6
    );
    run.signal(Signal::SIGTERM);
    assert_eq!(run.wait(), 0);
    while !run.reader().done.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(10));
    }
    let reported = run.reader().dropped.load(Ordering::Relaxed);
    assert!(
        status["logLinesDropped"].as_u64() <= Some(reported),
        "{reported} dropped lines were reported in the log"
    );
}

fn family_of(parent: Pid) -> Vec<Pid> {
    let mut all = vec![parent];
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    for child in children.split_whitespace().filter_map(|pid| pid.parse().ok()) {
        all.extend(family_of(Pid::from_raw(child)));
    }
    all
}
