//! Stops: prompt, in order, and whatever the children do.

use std::fs;

use nix::sys::signal::Signal;

use crate::harness::{LONG_GRACES, Setup, eventually, is_alive};

#[test]
fn a_stop_is_prompt_and_the_worker_goes_first() {
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGQUIT] {
        let mut run = Setup::new("bye=DIR/order:api health", "bye=DIR/order:worker beat=i")
            .flags(&LONG_GRACES)
            .start();
        run.wait_until_running();
        run.signal(signal);
        assert_eq!(run.wait(), 0);
        run.wait_for(&format!("signal={signal}"));
        let line = run.wait_for("Clean shutdown complete");
        assert!(
            ["took=", "worker=", "api="].iter().all(|field| line.contains(field)),
            "{line}"
        );
        // The API is asked only when the worker is gone.
        assert_eq!(fs::read_to_string(run.file("order")).unwrap(), "worker\napi\n");
    }
}

#[test]
fn a_child_that_ignores_term_is_gone_within_its_grace() {
    for (api, worker, killed, grace) in [
        ("health", "beat=i ignore-term family=5", "worker", "--worker-grace"),
        ("health ignore-term", "beat=i", "api", "--api-grace"),
    ] {
        let mut run = Setup::new(
            &format!("pid-file=DIR/pids {api}"),
            &format!("pid-file=DIR/pids {worker}"),
        )
        .flags(&LONG_GRACES)
        .flags(&[grace, "300ms"])
        .start();
        run.wait_until_running();
        assert_eq!(run.stop(), 0);
        run.wait_for(&format!("Shutdown complete, but had to kill: {killed}"));
        assert!(!run.pids_in("pids").into_iter().any(is_alive));
    }
}

#[test]
fn the_whole_stop_fits_in_its_time() {
    let mut run = Setup::new("health ignore-term", "beat=i ignore-term")
        .flags(&LONG_GRACES)
        .flags(&["--stop-timeout", "900ms"])
        .start();
    run.wait_until_running();
    assert_eq!(run.stop(), 0);
    run.wait_for("had to kill: worker, api");
}

#[test]
fn a_second_signal_hurries_and_a_third_kills() {
    let stopping = || {
        let run = Setup::new("health", "beat=i ignore-term").flags(&LONG_GRACES).start();
        run.wait_until_running();
        run.signal(Signal::SIGTERM);
        run.wait_for("Shutdown signal received...");
        run.signal(Signal::SIGINT);
        run.wait_for("Second shutdown signal: 2 s are left");
        run
    };
    let mut run = stopping();
    assert_eq!(run.wait(), 0);
    run.wait_for("Shutdown complete, but had to kill: worker");
    // That the third does not wait for the rest of the 2 s is a rule of `machine`, tested there with made-up time.
    let mut run = stopping();
    run.signal(Signal::SIGTERM);
    assert_eq!(run.wait(), 0);
    run.wait_for("Third shutdown signal: killing");
}

#[test]
fn a_stop_is_safe_while_starting_and_in_back_off() {
    let mut run = Setup::new("", "")
        .flags(&LONG_GRACES)
        .flags(&["--start-timeout", "10m"])
        .start();
    run.wait_for("Waiting for API");
    assert_eq!(run.stop(), 0);
    run.wait_for("Clean shutdown complete");

    let mut run = Setup::new("health", "exit=3")
        .flags(&LONG_GRACES)
        .flags(&["--restart-delay", "10m", "--restart-delay-max", "10m"])
        .start();
    run.wait_for_times("Worker crashed!", 2);
    assert_eq!(run.stop(), 0);
    run.wait_for("Clean shutdown complete");
}

#[test]
fn a_stop_is_safe_at_any_moment() {
    let mut runs: Vec<_> = (0..12)
        .map(|moment| {
            let run = Setup::new(
                "pid-file=DIR/pids health",
                "pid-file=DIR/pids beat=i exit-file=DIR/never",
            )
            .flags(&LONG_GRACES)
            .start();
            (moment, run)
        })
        .collect();
    for (moment, run) in &mut runs {
        // Moments of its life, not times: so many lines have been written.
        let lines = *moment;
        eventually("it writes lines", || run.lines().len() >= lines.min(8));
        let status = run.stop();
        // Before the signal handlers are there a signal kills, as it does any process.
        assert!(
            status == 0 || (status == 143 && lines == 0),
            "{status} after {lines} lines:\n{}",
            run.lines().join("\n")
        );
        assert!(!run.pids_in("pids").into_iter().any(is_alive));
    }
}

#[test]
fn every_status_and_signal_of_the_api_is_passed_on() {
    let ends: Vec<(String, i32)> = (0..=255)
        .map(|status| (format!("exit {status}"), status.max(1)))
        .chain(
            [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 31]
                .map(|signal| (format!("signal {signal}"), 128 + signal)),
        )
        .collect();
    for ends in ends.chunks(16) {
        let mut runs: Vec<_> = ends
            .iter()
            .map(|(end, expected)| {
                let run = Setup::new("health exit-file=DIR/end", "")
                    .flags(&["--only", "api"])
                    .start();
                (run, end, *expected)
            })
            .collect();
        for (run, end, _) in &runs {
            run.wait_until_running();
            fs::write(run.file("end.new"), end).unwrap();
            fs::rename(run.file("end.new"), run.file("end")).unwrap();
        }
        for (run, end, expected) in &mut runs {
            assert_eq!(run.wait(), *expected, "{end}");
            run.wait_for(if *end == "signal 1" {
                "API ended by SIGHUP. Shutting down..."
            } else {
                "API crashed! Shutting down..."
            });
        }
    }
}

#[test]
fn an_api_that_ends_takes_the_worker_with_it() {
    let mut run = Setup::new("health exit-file=DIR/end", "pid-file=DIR/pids beat=i family=3").start();
    run.wait_until_running();
    eventually("the family is there", || run.pids_in("pids").len() == 4);
    fs::write(run.file("end.new"), "exit 7").unwrap();
    fs::rename(run.file("end.new"), run.file("end")).unwrap();
    assert_eq!(run.wait(), 7);
    assert!(!run.pids_in("pids").into_iter().any(is_alive));
}

#[test]
fn other_signals_are_passed_on() {
    let run = Setup::new("signals=DIR/api health", "signals=DIR/worker beat=i").start();
    run.wait_until_running();
    for signal in [Signal::SIGHUP, Signal::SIGUSR1, Signal::SIGUSR2, Signal::SIGWINCH] {
        run.signal(signal);
        for file in ["api", "worker"] {
            let arrived = || {
                fs::read_to_string(run.file(file))
                    .unwrap_or_default()
                    .lines()
                    .filter(|line| *line == signal.as_str())
                    .count()
            };
            eventually("the signal arrives once", || arrived() == 1);
        }
    }
    assert_eq!(run.status()["phase"], "running");
}

#[test]
fn a_child_that_does_not_handle_a_signal_does_not_get_it() {
    let mut run = Setup::new("health", "signals=DIR/worker beat=i").start();
    run.wait_until_running();
    for signal in [Signal::SIGUSR1, Signal::SIGUSR2, Signal::SIGWINCH, Signal::SIGHUP] {
        run.signal(signal);
        eventually("the worker gets it", || {
            fs::read_to_string(run.file("worker")).is_ok_and(|signals| signals.contains(signal.as_str()))
        });
    }
    assert_eq!(run.status()["phase"], "running");
    assert_eq!(run.stop(), 0);
    assert!(!run.lines().iter().any(|line| line.contains("crashed")));
}

#[test]
fn nothing_outlives_a_killed_supervisor() {
    let mut run = Setup::new("pid-file=DIR/pids health", "pid-file=DIR/pids beat=i").start();
    run.wait_until_running();
    let pids = run.pids_in("pids");
    assert_eq!(pids.len(), 2);
    run.signal(Signal::SIGKILL);
    assert_eq!(run.wait(), 137);
    eventually("its children are gone", || !pids.iter().any(|pid| is_alive(*pid)));
}
