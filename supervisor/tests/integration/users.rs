//! The users that the processes run as. Only root can try it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::harness::{Run, Setup, child_program, eventually, install, skipped, supervisor_program};

const OWN: &str = "64001";
const WORKERS: &str = "64002";

/// `command` starts the supervisor that is named last, with copies of the programs where anybody may start them.
fn setup(command: &[&str]) -> Setup {
    let mut setup = Setup::new("health", "beat=i");
    let folder = setup.folder.path().to_owned();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    let (supervisor, child) = (folder.join("supervisor"), folder.join("child"));
    install(Path::new(supervisor_program()), &supervisor);
    install(&child_program(), &child);
    let mut other = Command::new(command.first().copied().unwrap_or("env"));
    other.args(command.iter().skip(1)).arg(supervisor);
    for (name, value) in setup.command.get_envs() {
        other.env(name, value.unwrap_or_default());
    }
    other
        .env("REPOLENS_API", format!("{} health", child.display()))
        .env("REPOLENS_WORKER", format!("{} beat=i", child.display()))
        .env("REPOLENS_USER", OWN)
        .env("REPOLENS_WORKER_USER", WORKERS)
        .current_dir(&folder);
    setup.command = other;
    setup
}

fn is_root() -> bool {
    let is = nix::unistd::geteuid().is_root();
    if !is {
        skipped("only root may change users");
    }
    is
}

/// The words of a line of `/proc/PID/status`.
fn field(pid: Pid, name: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn four(id: &str) -> String {
    [id; 4].join(" ")
}

/// API and worker: users, groups, no capability; the supervisor keeps three, and its file is closed to both.
fn check(run: &Run, worker: Pid) {
    let (own, api) = (run.pid(), run.pid_of("api").unwrap());
    for (pid, user) in [(own, OWN), (api, OWN), (worker, WORKERS)] {
        assert_eq!(field(pid, "Uid"), four(user));
        assert_eq!(field(pid, "Gid"), four(user));
        assert_eq!(field(pid, "Groups"), "");
    }
    // KILL, SETGID, SETUID.
    assert_eq!(field(own, "CapPrm"), "00000000000000e0");
    for pid in [api, worker] {
        for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
            assert_eq!(field(pid, set), "0000000000000000", "{set}");
        }
    }
    let score = |pid: Pid| -> i32 {
        let text = fs::read_to_string(PathBuf::from(format!("/proc/{pid}/oom_score_adj"))).unwrap();
        text.trim().parse().unwrap()
    };
    assert!(score(own) < score(api) && score(api) < score(worker));
    let readable = |pid: Pid| {
        Command::new("setpriv")
            .args([
                &format!("--reuid={WORKERS}"),
                &format!("--regid={WORKERS}"),
                "--clear-groups",
            ])
            .args(["cat", &format!("/proc/{pid}/environ")])
            .output()
            .unwrap()
            .status
            .success()
    };
    assert!(readable(worker), "the test itself can read environments");
    assert!(!readable(api) && !readable(own));
}

#[test]
fn a_supervisor_that_is_started_as_root_gives_it_up_and_the_worker_has_its_own_user() {
    if !is_root() {
        return;
    }
    let mut run = setup(&[]).start();
    run.wait_for("The worker runs as user 64002");
    run.wait_until_running();
    let first = run.pid_of("worker").unwrap();
    check(&run, first);

    kill(first, Signal::SIGKILL).unwrap();
    eventually("it is restarted", || {
        run.pid_of("worker").is_some_and(|pid| pid != first)
    });
    eventually("as the same user", || {
        let worker = run.pid_of("worker").unwrap();
        fs::read_to_string(format!("/proc/{worker}/cmdline")).is_ok_and(|command| command.contains("child"))
    });
    check(&run, run.pid_of("worker").unwrap());
    assert_eq!(run.stop(), 0);
    assert!(run.lines().iter().any(|line| line.contains("Clean shutdown complete")));
}

#[test]
fn the_workers_own_user_dies_with_the_supervisor() {
    if !is_root() {
        return;
    }
    let mut run = setup(&[]).start();
    run.wait_until_running();
    let worker = run.pid_of("worker").unwrap();
    run.signal(Signal::SIGKILL);
    run.wait();
    eventually("it is gone", || !crate::harness::is_alive(worker));
}

/// As a container engine does it that hands capabilities to a user who is not root.
#[test]
fn capabilities_without_root_are_enough() {
    if !is_root() {
        return;
    }
    let caps = "-all,+kill,+setgid,+setuid";
    let mut run = setup(&[
        "setpriv",
        &format!("--reuid={OWN}"),
        &format!("--regid={OWN}"),
        "--clear-groups",
        &format!("--inh-caps={caps}"),
        &format!("--ambient-caps={caps}"),
        "--no-new-privs",
    ])
    .start();
    run.wait_until_running();
    check(&run, run.pid_of("worker").unwrap());
    assert_eq!(run.stop(), 0);
}

#[test]
fn without_rights_the_worker_runs_as_the_supervisors_user() {
    if !is_root() {
        return;
    }
    let mut run = setup(&[
        "setpriv",
        &format!("--reuid={OWN}"),
        &format!("--regid={OWN}"),
        "--clear-groups",
    ])
    .start();
    run.wait_until_running();
    assert_eq!(field(run.pid_of("worker").unwrap(), "Uid"), four(OWN));
    assert_eq!(run.stop(), 0);
}

#[test]
fn root_without_rights_says_that_it_stays_root() {
    if !is_root() {
        return;
    }
    let mut run = setup(&["setpriv", "--bounding-set=-all", "--inh-caps=-all"]).start();
    run.wait_for("runs as root: to become user 64001");
    run.wait_until_running();
    assert_eq!(run.stop(), 0);
}
