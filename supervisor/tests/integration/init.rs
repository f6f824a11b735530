//! What an init has to do: orphans, groups, signals masks, descriptors, secrets; as PID 1 and as any other process.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use nix::sys::signal::{Signal, kill};

use crate::harness::{
    Run, Setup, can_unshare, child_program, eventually, install, is_alive, supervisor_program, zombies_of,
};

#[test]
fn orphans_are_reaped() {
    let run = Setup::new("health", "orphans=300 beat=i say=orphans-are-left").start();
    run.wait_for("orphans-are-left");
    eventually("no zombie is left", || {
        run.status()["orphansReaped"].as_u64() >= Some(300) && zombies_of(run.pid()) == 0
    });
}

#[test]
fn as_pid_1_too() {
    if !can_unshare() {
        return;
    }
    let mut run = Setup::as_pid_1(
        "health",
        "orphans=300 pid-file=DIR/pids family=2 runaways=2 beat=i say=orphans-are-left",
    )
    .start();
    run.wait_until_running();
    run.wait_for("orphans-are-left");
    assert_eq!(run.status()["pid"], 1);
    // Pids inside are not those outside, so that the status tells.
    eventually("all orphans are reaped", || {
        run.status()["orphansReaped"].as_u64() >= Some(300)
    });
    let init = init_of(&run);
    eventually("no zombie is left", || zombies_of(init) == 0);
    // A PID 1 has no default action for signals: this one has to be handled.
    kill(init, Signal::SIGTERM).unwrap();
    assert_eq!(run.wait(), 0);
    run.wait_for("Clean shutdown complete");
    eventually("the namespace is gone", || !is_alive(init));
}

#[test]
fn as_pid_1_its_exit_status_is_passed_on() {
    if !can_unshare() {
        return;
    }
    let mut run = Setup::as_pid_1("health exit-file=DIR/end", "beat=i").start();
    run.wait_until_running();
    fs::write(run.file("end.new"), "exit 9").unwrap();
    fs::rename(run.file("end.new"), run.file("end")).unwrap();
    assert_eq!(run.wait(), 9);
}

#[test]
fn a_killed_worker_takes_its_whole_family_with_it() {
    let run = Setup::new("health", "pid-file=DIR/pids family=50 beat=i")
        .flags(&["--restart-delay", "0"])
        .start();
    run.wait_until_running();
    eventually("the family is there", || run.pids_in("pids").len() == 51);
    let family = run.pids_in("pids");
    kill(run.pid_of("worker").unwrap(), Signal::SIGKILL).unwrap();
    run.wait_for("Worker restarted with PID");
    eventually("the family is gone", || !family.iter().any(|pid| is_alive(*pid)));
    eventually("nor is one a zombie", || zombies_of(run.pid()) == 0);
}

#[test]
fn a_stop_reaches_those_that_ran_away() {
    let mut run = Setup::new("health", "pid-file=DIR/pids runaways=5 family=5 beat=i").start();
    run.wait_until_running();
    eventually("all are there", || run.pids_in("pids").len() == 11);
    let status = run.stop();
    assert_eq!(status, 0);
    assert!(!run.pids_in("pids").into_iter().any(is_alive));
}

#[test]
fn children_get_a_clean_start() {
    let run = Setup::new("health", "beat=i").start();
    run.wait_until_running();
    for name in ["api", "worker"] {
        let pid = run.pid_of(name).unwrap();
        let mask = |field: &str| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
            let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
            u64::from_str_radix(line.trim(), 16).unwrap()
        };
        // While the program starts a thread the C library blocks all of them for a moment.
        eventually("no signal is blocked", || mask("SigBlk:") == 0);
        // Rust's own start ignores SIGPIPE (13), after the exec.
        assert_eq!(mask("SigIgn:") & !(1 << 12), 0, "{name}");
        let group = nix::unistd::getpgid(Some(pid)).unwrap();
        assert_eq!(group, pid, "a group of its own");
        let mut descriptors: Vec<String> = fs::read_dir(format!("/proc/{pid}/fd"))
            .unwrap()
            .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
            .map(|target| target.display().to_string())
            .filter(|target| target.starts_with("/") && target != "/dev/null")
            .collect();
        descriptors.sort();
        assert_eq!(
            descriptors,
            Vec::<String>::new(),
            "{name}: no file but those of the program itself"
        );
    }
}

#[test]
fn inherited_descriptors_and_masks_are_not_passed_on() {
    // A shell leaves descriptors 5 and 6 open and ignores signals, as a careless start script does. SIGHUP alone stays
    // ignored: that is `nohup`.
    let mut setup = Setup::new("health", "beat=i");
    let mut shell = std::process::Command::new("sh");
    let program = crate::harness::supervisor_program();
    shell.args([
        "-c",
        &format!("trap '' HUP USR1 TTIN PIPE; exec {program} 5</etc/passwd 6</etc/group"),
    ]);
    for (name, value) in setup.command.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    shell.current_dir(setup.folder.path());
    setup.command = shell;
    let run = setup.start();
    run.wait_until_running();
    let pid = run.pid_of("api").unwrap();
    for entry in fs::read_dir(format!("/proc/{pid}/fd")).unwrap() {
        let target = fs::read_link(entry.unwrap().path())
            .unwrap_or_default()
            .display()
            .to_string();
        assert!(!target.starts_with("/etc/"), "{target}");
    }
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let ignored = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .unwrap()
        .trim();
    assert_eq!(u64::from_str_radix(ignored, 16).unwrap() & !(1 << 12), 1);
}

#[test]
fn each_child_sees_only_its_own_variables() {
    let secrets = [
        "DATABASE_URL",
        "NEXTAUTH_SECRET",
        "GEMINI_API_KEY",
        "REDIS_PASSWORD",
        "SOMETHING_ELSE",
    ];
    let mut setup = Setup::new("env-file=DIR/api health", "env-file=DIR/worker beat=i");
    for name in secrets {
        setup = setup.env(name, &format!("value-of-{name}"));
    }
    let run = setup.env("HOME", "/nonexistent").start();
    run.wait_until_running();
    let variables = |file: &str| -> Vec<String> {
        let text = fs::read_to_string(run.file(file)).unwrap();
        text.lines()
            .map(|line| line.split_once('=').unwrap().0.to_owned())
            .collect()
    };
    let expected_api = [
        "DATABASE_URL",
        "HOME",
        "NEXTAUTH_SECRET",
        "PATH",
        "PORT",
        "REDIS_PASSWORD",
        "REPOLENS_PROBE_SOCKET",
        "REPOLENS_SUPERVISOR_SOCKET",
        "WORKER_TOKEN",
    ];
    assert_eq!(variables("api"), expected_api);
    let worker: Vec<String> = variables("worker")
        .into_iter()
        .filter(|name| name != "ANALYSIS_MEMORY")
        .collect();
    let expected_worker = [
        "GEMINI_API_KEY",
        "HOME",
        "PATH",
        "PORT",
        "REDIS_PASSWORD",
        "REPOLENS_HEARTBEAT",
        "REPOLENS_WORKER_ID",
        "WORKER_TOKEN",
    ];
    assert_eq!(worker, expected_worker);
    // The same token for both, long enough, and never in the log.
    let token = |file: &str| {
        let text = fs::read_to_string(run.file(file)).unwrap();
        text.lines()
            .find_map(|line| line.strip_prefix("WORKER_TOKEN=").map(str::to_owned))
            .unwrap()
    };
    assert_eq!(token("api"), token("worker"));
    assert!(token("api").len() >= 32);
    let log = run.lines().join("\n");
    assert!(!log.contains(&token("api")) && !log.contains("value-of-"));
}

#[test]
fn the_same_user_cannot_read_the_supervisors_environment() {
    let mut setup = Setup::new("health", "beat=i").env("DATABASE_URL", "a-secret");
    let is_root = nix::unistd::geteuid().is_root();
    if is_root {
        // Root may read everything, so that the supervisor has to be somebody else; in a folder that they may enter.
        let mode = |mode| std::os::unix::fs::PermissionsExt::from_mode(mode);
        let folder = setup.folder.path().to_owned();
        fs::set_permissions(&folder, mode(0o777)).unwrap();
        for (from, name) in [
            (PathBuf::from(supervisor_program()), "supervisor"),
            (child_program(), "child"),
        ] {
            install(&from, &folder.join(name));
        }
        let child = folder.join("child").display().to_string();
        setup.command = as_nobody(&setup.command, folder.join("supervisor"));
        setup
            .command
            .env("REPOLENS_API", format!("{child} health"))
            .env("REPOLENS_WORKER", format!("{child} beat=i"));
        setup.command.current_dir(&folder);
    }
    let run = setup.start();
    run.wait_until_running();
    let of = |pid| {
        let mut cat = Command::new("cat");
        if is_root {
            cat = as_nobody(&cat, "cat".into());
        }
        cat.arg(format!("/proc/{pid}/environ")).output().unwrap()
    };
    assert!(!of(run.pid()).status.success());
    let api = of(run.pid_of("api").unwrap());
    assert!(
        String::from_utf8_lossy(&api.stdout).contains("DATABASE_URL=a-secret"),
        "the test itself can read environments"
    );
}

/// A command with the same environment for user 65534, without any privilege.
fn as_nobody(command: &Command, program: PathBuf) -> Command {
    let mut other = Command::new("setpriv");
    other
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(program);
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            other.env(name, value);
        }
    }
    other
}

#[test]
fn the_workers_id_stays_over_restarts() {
    let run = Setup::new("health", "env-file=DIR/worker beat=i").start();
    run.wait_until_running();
    let id = || {
        fs::read_to_string(run.file("worker"))
            .unwrap()
            .lines()
            .find_map(|line| line.strip_prefix("REPOLENS_WORKER_ID=").map(str::to_owned))
    };
    let first = id();
    assert!(first.is_some());
    fs::remove_file(run.file("worker")).unwrap();
    kill(run.pid_of("worker").unwrap(), Signal::SIGKILL).unwrap();
    eventually("it is restarted", || run.file("worker").exists() && id().is_some());
    assert_eq!(id(), first);
}

/// The supervisor inside of `unshare`, as seen from here.
fn init_of(run: &Run) -> nix::unistd::Pid {
    let outer = run.pid();
    let children = fs::read_to_string(format!("/proc/{outer}/task/{outer}/children")).unwrap();
    nix::unistd::Pid::from_raw(children.split_whitespace().next().unwrap().parse().unwrap())
}
