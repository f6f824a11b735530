//! Health checks: where they go, and that a busy API is not taken for a dead one.

use std::fs;
use std::os::unix::fs::FileTypeExt as _;

use nix::sys::signal::{Signal, kill};

use crate::harness::{Setup, eventually};

/// A busy machine is not taken for an API that hangs.
const QUICK: [&str; 4] = ["--health-interval", "50ms", "--health-timeout", "1s"];

#[test]
fn an_api_with_a_socket_for_checks_needs_no_free_place_at_its_port() {
    let mut run = Setup::new(
        "env-file=DIR/api health mute-port=1 health-socket",
        "env-file=DIR/worker beat=i",
    )
    .flags(&QUICK)
    .flags(&["--health-misses", "1"])
    .start();
    run.wait_until_running();
    let socket = run.file(".repolens/probe.sock");
    assert!(fs::metadata(&socket).unwrap().file_type().is_socket());
    let variable = format!("REPOLENS_PROBE_SOCKET={}", socket.display());
    let has_it = |file: &str| {
        fs::read_to_string(run.file(file))
            .unwrap()
            .lines()
            .any(|line| line == variable)
    };
    assert!(has_it("api") && !has_it("worker"));
    // A connection to the port is taken and never answered: one check there would be a miss, and one miss ends it.
    let mut latencies = Vec::new();
    eventually("several checks are answered", || {
        let latency = run.status()["health"]["lastLatencyMs"].as_f64().unwrap();
        if latencies.last() != Some(&latency) {
            latencies.push(latency);
        }
        latencies.len() == 4
    });
    assert_eq!(run.stop(), 0);
    assert!(!socket.exists(), "nothing is left");
}

#[test]
fn without_room_in_the_data_folder_the_socket_is_a_temporary_file() {
    let setup = Setup::new("env-file=DIR/api health mute-port=1 health-socket", "beat=i");
    let folder = setup.folder.path().join("x".repeat(150));
    let temporary = setup.folder.path().join("tmp");
    fs::create_dir(&temporary).unwrap();
    let mut run = setup
        .flags(&["--data-dir", &folder.display().to_string()])
        .env("TMPDIR", &temporary.display().to_string())
        .start();
    run.wait_until_running();
    let variables = fs::read_to_string(run.file("api")).unwrap();
    let socket = variables
        .lines()
        .find_map(|line| line.strip_prefix("REPOLENS_PROBE_SOCKET="))
        .unwrap();
    assert!(socket.starts_with(&temporary.display().to_string()), "{socket}");
    assert_eq!(run.stop(), 0);
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
}

#[test]
fn an_api_that_hangs_is_stopped() {
    for api in ["health mute-file=DIR/mute", "health health-socket mute-file=DIR/mute"] {
        let mut run = Setup::new(api, "beat=i")
            .flags(&QUICK)
            .flags(&["--health-misses", "3"])
            .start();
        run.wait_until_running();
        fs::write(run.file("mute"), "").unwrap();
        assert_eq!(run.wait(), 1);
        run.wait_for("API missed a health check misses_in_a_row=2");
        run.wait_for("API does not answer its health check");
    }
}

#[test]
fn an_api_that_is_frozen_is_killed() {
    let mut run = Setup::new("health health-socket", "beat=i").flags(&QUICK).start();
    run.wait_until_running();
    kill(run.pid_of("api").unwrap(), Signal::SIGSTOP).unwrap();
    assert_eq!(run.wait(), 137);
    run.wait_for("API does not answer its health check");
}

#[test]
fn an_api_that_is_busy_is_left_alone_until_it_answers_again() {
    let mut run = Setup::new("health mute-file=DIR/mute spin-file=DIR/mute", "beat=i")
        .flags(&QUICK)
        .flags(&["--health-misses", "1"])
        .start();
    run.wait_until_running();
    fs::write(run.file("mute"), "").unwrap();
    run.wait_for("API is busy: it did not answer its health check, but it works");
    assert_eq!(run.status()["phase"], "running");
    fs::remove_file(run.file("mute")).unwrap();
    run.wait_for("API answers its health check again");
    assert_eq!(run.stop(), 0);
    assert!(!run.lines().iter().any(|line| line.contains("API missed")));
}

#[test]
fn an_api_that_is_busy_for_too_long_is_stopped() {
    let mut run = Setup::new("health mute-file=DIR/mute spin=1", "beat=i")
        .flags(&QUICK)
        .flags(&["--busy-timeout", "1s"])
        .start();
    run.wait_until_running();
    fs::write(run.file("mute"), "").unwrap();
    assert_eq!(run.wait(), 1);
    run.wait_for("API is busy and has not answered its health checks for too long; it is stopped limit=\"1.0 s\"");
}
