//! From nothing to all running.

use std::fs;

use crate::harness::{Run, Setup, eventually};

#[test]
fn phrases_come_in_their_order() {
    let mut run = Setup::new("health", "beat=i").start();
    run.wait_until_running();
    let status = run.stop();
    assert_eq!(status, 0);
    let port = run.port;
    let text = run.lines().join("\n");
    let mut rest = text.as_str();
    for phrase in [
        "supervisor INFO  🚀 Starting RepoLens Combined Service...",
        &format!("📡 Starting API Gateway (Port {port})..."),
        "✅ API started with PID: ",
        "⏳ Waiting for API to initialize...",
        "🔧 Starting Analysis Worker...",
        "✅ Worker started with PID: ",
        "✨ All services running! after_ms=",
        &format!("curl -s http://localhost:{port}/api/scan"),
        "🛑 Shutdown signal received... signal=SIGTERM",
        "✅ Clean shutdown complete",
    ] {
        let at = rest
            .find(phrase)
            .unwrap_or_else(|| panic!("`{phrase}` is missing, or too early, in:\n{text}"));
        rest = &rest[at + phrase.len()..];
    }
}

#[test]
fn signs_can_be_left_out() {
    let run = Setup::new("health", "beat=i").env("NO_SIGNS", "1").start();
    assert!(run.wait_for("All services running!").contains("INFO  All services"));
}

#[test]
fn the_worker_waits_for_the_api() {
    let run = Setup::new("wait-file=DIR/go health", "say=worker-is-here beat=i").start();
    run.wait_for("Waiting for API");
    assert!(run.process("worker")["pid"].is_null());
    assert_eq!(run.status()["phase"], "starting");
    fs::write(run.file("go"), "").unwrap();
    run.wait_for("worker-is-here");
    run.wait_until_running();
    assert_eq!(run.status()["worker"], "up");
}

#[test]
fn an_api_that_is_never_healthy_ends_everything_with_69() {
    for api in ["", "health=503"] {
        let mut run = Setup::new(api, "say=worker-is-here")
            .flags(&["--start-timeout", "300ms"])
            .start();
        assert_eq!(run.wait(), 69);
        run.wait_for("did not become healthy within 300 ms");
        assert!(!run.lines().iter().any(|line| line.contains("worker-is-here")));
    }
}

#[test]
fn an_api_that_ends_while_it_starts_is_passed_on() {
    let mut run = Setup::new("exit=78", "").start();
    assert_eq!(run.wait(), 78);
    run.wait_for("API crashed! Shutting down... reason=\"exit status 78 (bad settings)\"");
}

#[test]
fn a_program_that_does_not_exist_is_told() {
    let mut run = Setup::new("", "").env("REPOLENS_API", "/nonexistent/api").start();
    assert_eq!(run.wait(), 69);
    run.wait_for("API could not be started from `/nonexistent/api`");
}

#[test]
fn each_can_run_alone() {
    let run = Setup::new("health", "").flags(&["--only", "api"]).start();
    run.wait_until_running();
    assert_eq!(run.status()["worker"], "off");
    assert_eq!(run.status()["processes"].as_array().unwrap().len(), 1);

    let mut run = Setup::new("", "beat=i")
        .flags(&["--only=worker"])
        .env("WORKER_TOKEN", &"t".repeat(32))
        .start();
    run.wait_until_running();
    assert!(!run.lines().iter().any(|line| line.contains("API")));
    assert_eq!(run.stop(), 0);
}

#[test]
fn a_taken_port_is_told_and_the_first_supervisor_is_unharmed() {
    let first = Setup::new("health", "beat=i").start();
    first.wait_until_running();
    let port = first.port.to_string();
    let mut second = Setup::new("health", "beat=i").env("PORT", &port).start();
    assert_eq!(second.wait(), 69);
    second.wait_for(&format!("Port {port} is taken"));
    assert!(!second.lines().iter().any(|line| line.contains("API started")));
    let still_well = |run: &Run| run.status()["phase"] == "running" && run.process("api")["restarts"] == 0;
    assert!(still_well(&first));
}

#[test]
fn a_second_supervisor_in_the_same_folder_is_refused() {
    let first = Setup::new("health", "beat=i").start();
    first.wait_until_running();
    let folder = first.file(".repolens").display().to_string();
    let mut second = Setup::new("health", "beat=i").flags(&["--data-dir", &folder]).start();
    assert_eq!(second.wait(), 69);
    second.wait_for("Another supervisor runs with the data folder");
    assert_eq!(first.status()["phase"], "running");
}

#[test]
fn status_and_metrics_tell_what_runs() {
    let run = Setup::new("health", "beat=b").start();
    run.wait_until_running();
    eventually("the heartbeat tells of a job", || run.process("worker")["busy"] == true);
    let status = run.status();
    assert_eq!((&status["phase"], &status["worker"]), (&"running".into(), &"up".into()));
    assert!(status["startedInMs"].as_u64().is_some() && status["health"]["lastLatencyMs"].as_f64().is_some());
    assert!(
        status["processes"][0]["memoryBytes"]
            .as_u64()
            .is_some_and(|bytes| bytes > 100_000)
    );
    let metrics = run.ask("metrics");
    for line in [
        "repolens_supervisor_process_up{process=\"worker\"} 1",
        "repolens_supervisor_restarts_total{process=\"api\"} 0",
    ] {
        assert!(metrics.contains(line), "{line} in:\n{metrics}");
    }
    let socket = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(run.file(".repolens/supervisor.sock"))
            .unwrap()
            .permissions(),
    );
    assert_eq!(socket & 0o777, 0o600);
    let text = std::process::Command::new(crate::harness::supervisor_program())
        .arg("status")
        .current_dir(run.folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("worker     up") && text.contains("has a job"), "{text}");
}
