//! The container's memory, with a made-up cgroup tree, and with a real one where that may be made.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};

use crate::harness::{Setup, eventually, skipped};

fn write_tree(root: &Path, current: u64, kills: u64) {
    fs::create_dir_all(root).unwrap();
    fs::write(root.join("memory.max"), "536870912\n").unwrap();
    fs::write(root.join("memory.current"), format!("{current}\n")).unwrap();
    fs::write(root.join("memory.stat"), "inactive_file 0\n").unwrap();
    fs::write(root.join("memory.peak"), "532676608\n").unwrap();
    fs::write(root.join("memory.events"), format!("oom {kills}\noom_kill {kills}\n")).unwrap();
}

#[test]
fn a_kill_for_memory_is_told_apart_from_another() {
    let setup = Setup::new("health", "env-file=DIR/env beat=i");
    let root = setup.folder.path().join("cgroup");
    write_tree(&root, 100 << 20, 3);
    let run = setup
        .env("REPOLENS_CGROUP_ROOT", &root.display().to_string())
        .flags(&["--restart-delay", "0"])
        .start();
    run.wait_until_running();
    assert_eq!(run.status()["memory"]["limitBytes"], 536_870_912u64);
    // The budget of an analysis comes from the limit.
    let environment = fs::read_to_string(run.file("env")).unwrap();
    assert!(
        environment.contains(&format!("ANALYSIS_MEMORY={}", 352 << 20)),
        "{environment}"
    );

    kill(run.pid_of("worker").unwrap(), Signal::SIGKILL).unwrap();
    assert!(run.wait_for("Worker crashed!").contains("reason=SIGKILL"));
    eventually("it is up again", || run.pid_of("worker").is_some());

    write_tree(&root, 100 << 20, 4);
    kill(run.pid_of("worker").unwrap(), Signal::SIGKILL).unwrap();
    assert!(
        run.wait_for_times("Worker crashed!", 2)
            .contains("reason=\"out of memory")
    );
    let line = run.wait_for("Out of memory: the kernel killed worker");
    assert!(
        line.contains("oom_kills=3→4") && line.contains("peak=\"508 MiB\"") && line.contains("limit=\"512 MiB\""),
        "{line}"
    );
    eventually("the status tells", || {
        run.process("worker")["lastExit"]["outOfMemory"] == true
    });
}

#[test]
fn full_memory_is_told_once() {
    let setup = Setup::new("health", "beat=i");
    let root = setup.folder.path().join("cgroup");
    write_tree(&root, 440 << 20, 0);
    let run = setup.env("REPOLENS_CGROUP_ROOT", &root.display().to_string()).start();
    assert!(run.wait_for("Memory is used to 85 %").contains("limit=\"512 MiB\""));
}

#[test]
fn the_worker_is_the_first_to_go() {
    let run = Setup::new("health", "beat=i").start();
    run.wait_until_running();
    let score = |pid: nix::unistd::Pid| -> i32 {
        fs::read_to_string(format!("/proc/{pid}/oom_score_adj"))
            .unwrap()
            .trim()
            .parse()
            .unwrap()
    };
    let (own, api, worker) = (
        score(run.pid()),
        score(run.pid_of("api").unwrap()),
        score(run.pid_of("worker").unwrap()),
    );
    assert!(own < api && api < worker && worker < 1000, "{own} {api} {worker}");
}

/// A real cgroup of this test's own; removed when dropped.
struct Group(PathBuf);

impl Group {
    /// Memory of 64 MiB.
    fn of_little_memory() -> Option<Self> {
        Self::make(
            "memory",
            ("memory.max", "67108864"),
            ("memory.limit_in_bytes", "67108864"),
        )
    }

    /// A tenth of a processor, as on a free plan.
    fn of_little_processor() -> Option<Self> {
        Self::make("cpu", ("cpu.max", "10000 100000"), ("cpu.cfs_quota_us", "10000"))
    }

    /// With one limit, which is a file of version 2 or of version 1 of cgroups; `None` where none may be made.
    fn make(controller: &str, v2: (&str, &str), v1: (&str, &str)) -> Option<Self> {
        let root = Path::new("/sys/fs/cgroup");
        let (parent, (file, value)) = if root.join("cgroup.controllers").exists() {
            (root.to_owned(), v2)
        } else {
            (root.join(controller), v1)
        };
        let group = Self(parent.join(format!("repolens-test-{controller}-{}", std::process::id())));
        fs::create_dir(&group.0).ok()?;
        fs::write(group.0.join(file), value).ok()?;
        Some(group)
    }

    /// Has the supervisor of `setup` start in this group: a shell moves itself there before it becomes the supervisor.
    fn hold(&self, setup: &mut Setup) {
        let mut shell = std::process::Command::new("sh");
        let procs = self.0.join("cgroup.procs");
        shell.args(["-c", &format!("echo $$ > {} && exec \"$@\"", procs.display()), "sh"]);
        shell.arg(setup.command.get_program()).args(setup.command.get_args());
        for (name, value) in setup.command.get_envs() {
            if let Some(value) = value {
                shell.env(name, value);
            }
        }
        shell.current_dir(setup.folder.path());
        setup.command = shell;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        eventually("the group is empty", || {
            fs::remove_dir(&self.0).is_ok() || !self.0.exists()
        });
    }
}

#[test]
fn a_real_kill_for_memory() {
    let Some(group) = Group::of_little_memory() else {
        skipped("a memory cgroup cannot be made here, so that no real kill for memory was tested");
        return;
    };
    let mut setup = Setup::new("health", "wait-file=DIR/go eat=500").flags(&["--restart-delay", "10s"]);
    group.hold(&mut setup);
    let mut run = setup.start();
    run.wait_until_running();
    assert_eq!(run.status()["memory"]["limitBytes"], 64u64 << 20);
    fs::write(run.file("go"), "").unwrap();
    let line = run.wait_for("Worker crashed!");
    assert!(line.contains("reason=\"out of memory"), "{line}");
    fs::remove_file(run.file("go")).unwrap();
    assert_eq!(run.process("api")["restarts"], 0);
    assert_eq!(run.status()["phase"], "running");
    assert_eq!(run.stop(), 0);
    drop(run);
    drop(group);
}

#[test]
fn a_worker_with_little_processor_time_is_not_taken_for_a_hung_one() {
    let Some(group) = Group::of_little_processor() else {
        skipped("a cpu cgroup cannot be made here, so that no worker was short of processor time");
        return;
    };
    // It would use a whole processor if it could, beside its heartbeats.
    let mut setup = Setup::new("health", "beat=i spin=1").flags(&["--worker-hang-timeout", "4s"]);
    group.hold(&mut setup);
    let mut run = setup.start();
    run.wait_until_running();
    let begun = Instant::now();
    eventually("three times the limit is over", || {
        begun.elapsed() > Duration::from_secs(12)
    });
    assert_eq!(run.process("worker")["restarts"], 0, "{}", run.lines().join("\n"));
    assert_eq!(run.process("api")["restarts"], 0);
    run.stop();
    drop(run);
    drop(group);
}
