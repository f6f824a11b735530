//! SIGHUP: a closed terminal, `nohup`, and children that handle it.

use std::fs::{self, File, OpenOptions};
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::Command;

use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::harness::{LONG_GRACES, Run, Setup, Unread, eventually, is_alive, supervisor_program};

fn stopped_in_order(run: &Run) {
    run.wait_for("Shutdown signal received... signal=SIGHUP");
    run.wait_for("Clean shutdown complete");
    assert_no_crash(run);
    assert_eq!(fs::read_to_string(run.file("order")).unwrap(), "worker\napi\n");
}

fn assert_no_crash(run: &Run) {
    assert!(!run.lines().iter().any(|line| line.contains("API crashed")));
}

const API: &str = "bye=DIR/order:api health";
const WORKER: &str = "bye=DIR/order:worker beat=i";

#[test]
fn it_is_a_graceful_stop() {
    let mut run = Setup::new(API, WORKER).flags(&LONG_GRACES).start();
    run.wait_until_running();
    run.signal(Signal::SIGHUP);
    assert_eq!(run.wait(), 0);
    stopped_in_order(&run);
}

#[test]
fn it_stops_a_start_as_well() {
    let mut run = Setup::new("wait-file=DIR/never health", WORKER)
        .flags(&LONG_GRACES)
        .start();
    run.wait_for("Waiting for API to initialize...");
    run.signal(Signal::SIGHUP);
    assert_eq!(run.wait(), 0);
    run.wait_for("Clean shutdown complete");
}

/// A terminal: the end that a window has, and the end that programs have.
fn terminal() -> (File, File) {
    // Closed at exec, or a program that another test starts would keep the window open.
    let window = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC).unwrap();
    grantpt(&window).unwrap();
    unlockpt(&window).unwrap();
    let programs = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(OFlag::O_NOCTTY.bits())
        .open(ptsname_r(&window).unwrap())
        .unwrap();
    (File::from(OwnedFd::from(window)), programs)
}

/// Puts the supervisor at the head of a session that has this terminal.
fn at(terminal: &File, setup: &mut Setup) {
    let mut command = Command::new("setsid");
    command
        .arg("--ctty")
        .arg(setup.command.get_program())
        .args(setup.command.get_args())
        .env_clear();
    for (name, value) in setup.command.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command
        .current_dir(setup.folder.path())
        .stdin(terminal.try_clone().unwrap());
    setup.command = command;
}

#[test]
fn a_closed_terminal_is_a_graceful_stop() {
    let mut setup = Setup::new(API, WORKER).flags(&LONG_GRACES);
    let (window, programs) = terminal();
    at(&programs, &mut setup);
    let mut run = setup.start_with_stdin();
    run.wait_until_running();
    drop((window, programs));
    assert_eq!(run.wait(), 0);
    stopped_in_order(&run);
}

#[test]
fn a_closed_terminal_that_shows_the_log_is_one_too() {
    let mut setup = Setup::new(
        &format!("pid-file=DIR/pids {API}"),
        // What it writes after the terminal is closed has nowhere to go.
        &format!("pid-file=DIR/pids {WORKER} spew=20000:100:W"),
    )
    .flags(&LONG_GRACES);
    let (mut window, programs) = terminal();
    at(&programs, &mut setup);
    setup.command.stderr(programs.try_clone().unwrap());
    setup.command.stdout(programs);
    let mut supervisor = Unread(setup.command.spawn().unwrap());
    // A terminal is closed only when nobody has it.
    let Setup { command, folder, .. } = setup;
    drop(command);
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("All services running!") {
        let mut chunk = [0; 1024];
        let length = window.read(&mut chunk).unwrap();
        seen.extend_from_slice(&chunk[..length]);
    }
    drop(window);
    assert_eq!(supervisor.wait(), 0);
    assert_eq!(
        fs::read_to_string(folder.path().join("order")).unwrap(),
        "worker\napi\n"
    );
    let pids = fs::read_to_string(folder.path().join("pids")).unwrap();
    let pids: Vec<i32> = pids.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(pids.len(), 2);
    assert!(!pids.into_iter().any(|pid| is_alive(Pid::from_raw(pid))));
}

#[test]
fn several_of_them_hurry_nothing() {
    let mut run = Setup::new("health", "beat=i ignore-term").flags(&LONG_GRACES).start();
    run.wait_until_running();
    run.signal(Signal::SIGHUP);
    run.wait_for("Shutdown signal received... signal=SIGHUP");
    run.signal(Signal::SIGHUP);
    run.signal(Signal::SIGHUP);
    // The first that can hurry is the second of the others.
    run.signal(Signal::SIGTERM);
    run.wait_for("Shutdown signal received... signal=SIGTERM");
    run.signal(Signal::SIGINT);
    run.wait_for("Second shutdown signal: 2 s are left signal=SIGINT");
    run.signal(Signal::SIGTERM);
    assert_eq!(run.wait(), 0);
}

#[test]
fn nohup_keeps_the_whole_tree_running() {
    let mut setup = Setup::new(API, WORKER);
    let mut nohup = Command::new("nohup");
    nohup.arg(supervisor_program()).env_clear();
    for (name, value) in setup.command.get_envs() {
        nohup.env(name, value.unwrap_or_default());
    }
    nohup.current_dir(setup.folder.path());
    setup.command = nohup;
    let mut run = setup.start();
    run.wait_until_running();
    let pids = ["api", "worker"].map(|name| run.pid_of(name).unwrap());
    for pid in [run.pid(), pids[0], pids[1]] {
        kill(pid, Signal::SIGHUP).unwrap();
    }
    assert_eq!(run.status()["phase"], "running");
    assert_eq!(["api", "worker"].map(|name| run.pid_of(name).unwrap()), pids);
    assert_eq!(run.stop(), 0);
    run.wait_for("Shutdown signal received... signal=SIGTERM");
}

#[test]
fn one_that_every_process_gets_at_once_is_a_graceful_stop() {
    // The API is hit first. The worker takes a moment, so that the supervisor has got its own by then.
    let mut run = Setup::new("health", "beat=i term=0:100").flags(&LONG_GRACES).start();
    run.wait_until_running();
    let api = run.pid_of("api").unwrap();
    kill(api, Signal::SIGHUP).unwrap();
    run.signal(Signal::SIGHUP);
    assert_eq!(run.wait(), 0);
    run.wait_for("Clean shutdown complete");
    assert_no_crash(&run);
}

#[test]
fn one_for_the_api_alone_ends_everything_without_the_word_crash() {
    let mut run = Setup::new("health", "beat=i").start();
    run.wait_until_running();
    kill(run.pid_of("api").unwrap(), Signal::SIGHUP).unwrap();
    assert_eq!(run.wait(), 129);
    run.wait_for("API ended by SIGHUP. Shutting down... reason=SIGHUP");
    assert_no_crash(&run);
}

#[test]
fn an_api_that_ends_at_it_did_not_crash() {
    let mut run = Setup::new("hang-up=0 health", "beat=i").start();
    run.wait_until_running();
    run.signal(Signal::SIGHUP);
    assert_eq!(run.wait(), 0);
    assert_no_crash(&run);
}

#[test]
fn an_api_that_handles_it_goes_on() {
    let mut run = Setup::new("signals=DIR/api health", "beat=i").start();
    run.wait_until_running();
    run.signal(Signal::SIGHUP);
    eventually("it arrives", || {
        fs::read_to_string(run.file("api")).is_ok_and(|signals| signals.contains("SIGHUP"))
    });
    assert_eq!(run.status()["phase"], "running");
    assert_eq!(run.process("worker")["restarts"], 0);
    assert_eq!(run.stop(), 0);
}
