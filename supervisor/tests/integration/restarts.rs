//! The worker ends, hangs, or grows.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};

use crate::harness::{Setup, eventually, is_alive, zombies_of};

#[test]
fn the_reason_of_a_restart_is_told_in_words() {
    for (end, reason) in [
        ("exit=3", "\"exit status 3\""),
        ("exit=0", "\"exit status 0\""),
        ("signal=11", "SIGSEGV"),
    ] {
        let run = Setup::new("health", &format!("say=last-words {end}"))
            .flags(&["--restart-delay", "10s"])
            .start();
        let line = run.wait_for("⚠️  Worker crashed! Restarting...");
        assert!(
            line.contains(&format!("reason={reason}")) && line.contains("next_start_in=now"),
            "{line}"
        );
        run.wait_for("✅ Worker restarted with PID: ");
        // The second in a row waits, and what a worker wrote comes before the news of its end.
        let line = run.wait_for_times("Worker crashed!", 2);
        assert!(!line.contains("next_start_in=now"), "{line}");
        let lines = run.lines();
        let position = |text: &str| lines.iter().position(|line| line.contains(text)).unwrap();
        assert!(position("last-words") < position("Worker crashed!"));
        eventually("it is told as restarting", || run.status()["worker"] == "restarting");
        assert_eq!(
            run.process("worker")["lastExit"]["reason"]
                .as_str()
                .map(|text| format!("reason=\"{text}\"").contains(reason.trim_matches('"'))),
            Some(true)
        );
    }
}

#[test]
fn a_kill_storm_loses_nothing() {
    const KILLS: u64 = 200;
    let run = Setup::new("health", "beat=i")
        .flags(&["--restart-delay", "0", "--crash-loop", "off"])
        .start();
    run.wait_until_running();
    let api = run.pid_of("api").unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let (asked, missed) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let asking = {
        let (over, asked, missed, port) = (Arc::clone(&over), Arc::clone(&asked), Arc::clone(&missed), run.port);
        thread::spawn(move || {
            while !over.load(Ordering::SeqCst) {
                let answered = TcpStream::connect(("127.0.0.1", port)).is_ok_and(|mut stream| {
                    let mut answer = String::new();
                    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").is_ok()
                        && stream.read_to_string(&mut answer).is_ok()
                        && answer.contains(" 200 ")
                });
                asked.fetch_add(1, Ordering::SeqCst);
                missed.fetch_add(u64::from(!answered), Ordering::SeqCst);
                thread::sleep(Duration::from_millis(10));
            }
        })
    };
    let mut worker = run.pid_of("worker").unwrap();
    for kills in 1..=KILLS {
        kill(worker, Signal::SIGKILL).unwrap();
        eventually("it is restarted", || {
            run.process("worker")["restarts"] == kills && run.pid_of("worker").is_some_and(|pid| pid != worker)
        });
        assert_eq!(zombies_of(run.pid()), 0);
        worker = run.pid_of("worker").unwrap();
    }
    over.store(true, Ordering::SeqCst);
    asking.join().unwrap();
    assert_eq!(
        missed.load(Ordering::SeqCst),
        0,
        "of {} health checks",
        asked.load(Ordering::SeqCst)
    );
    assert_eq!(run.pid_of("api"), Some(api));
    run.wait_for_times("reason=SIGKILL", KILLS as usize);
}

#[test]
fn a_crash_loop_keeps_the_api_and_says_so() {
    let run = Setup::new("health", "wait-file=DIR/never-mind exit=1").flags(&[
        "--restart-delay",
        "1ms",
        "--crash-loop",
        "4/1m",
        // Longer than a busy machine takes for a start and a crash.
        "--stable-after",
        "4s",
        "--restart-delay-max",
        "2s",
    ]);
    fs::write(run.folder.path().join("never-mind"), "").unwrap();
    let run = run.start();
    run.wait_for("Worker is in a crash loop: the API stays up");
    assert_eq!(
        (&run.status()["worker"], &run.process("api")["state"]),
        (&"down".into(), &"up".into())
    );
    // It is tried again, and is well once it lives.
    fs::remove_file(run.file("never-mind")).unwrap();
    run.wait_for("Worker is well again");
    eventually("it is up", || run.status()["worker"] == "up");
}

#[test]
fn a_crash_loop_can_end_everything() {
    let mut run = Setup::new("health", "exit=1")
        .flags(&[
            "--restart-delay",
            "1ms",
            "--crash-loop",
            "4/1m",
            "--on-crash-loop",
            "exit",
        ])
        .start();
    assert_eq!(run.wait(), 70);
    assert_eq!(
        run.lines()
            .iter()
            .filter(|line| line.contains("Worker crashed!"))
            .count(),
        4
    );
}

#[test]
fn a_worker_that_cannot_be_started_is_a_crash() {
    let mut run = Setup::new("health", "")
        .env("REPOLENS_WORKER", "/nonexistent/worker")
        .flags(&[
            "--restart-delay",
            "1ms",
            "--crash-loop",
            "3/1m",
            "--on-crash-loop",
            "exit",
        ])
        .start();
    assert_eq!(run.wait(), 70);
    run.wait_for("reason=\"could not be started\"");
}

#[test]
fn a_silent_worker_is_replaced() {
    let run = Setup::new("health", "beat-once=b")
        .flags(&["--worker-hang-timeout", "200ms"])
        .start();
    let line = run.wait_for("Worker hangs: no heartbeat");
    assert!(line.contains(" silent_for=\""), "{line}");
    run.wait_for("Worker restarted with PID");
}

#[test]
fn a_stopped_worker_is_replaced_and_a_beating_one_is_not() {
    let run = Setup::new("health", "beat=i")
        .flags(&["--worker-hang-timeout", "3s"])
        .start();
    run.wait_until_running();
    let begun = Instant::now();
    eventually("twice the limit is over", || begun.elapsed() > Duration::from_secs(6));
    assert_eq!(run.process("worker")["restarts"], 0);
    let worker = run.pid_of("worker").unwrap();
    kill(worker, Signal::SIGSTOP).unwrap();
    run.wait_for("Worker hangs");
    // A stopped process does not see SIGTERM, so that it has to be killed.
    run.wait_for("Worker did not end in time and was killed");
    run.wait_for("Worker restarted with PID");
    assert!(!is_alive(worker));
}

#[test]
fn a_large_worker_is_replaced_between_jobs() {
    let setup = Setup::new("health", "eat=30 beat=i").flags(&["--worker-memory-max", "20MiB"]);
    let run = setup.start();
    run.wait_for("Worker is larger than `--worker-memory-max` and idle");
    run.wait_for("Worker ended to be replaced");
    run.wait_for("Worker restarted with PID");
    assert!(!run.lines().iter().any(|line| line.contains("Worker crashed!")));
}
