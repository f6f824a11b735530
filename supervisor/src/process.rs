//! Processes: starting them, signalling them, and reaping every one that ends.
//!
//! All of it runs on the main thread. `PR_SET_PDEATHSIG` is bound to the thread that forks. Since no other code reaps,
//! the id of a child that we signal cannot belong to another process.

mod before_exec;
mod oom;
pub mod signals;
pub mod users;
mod work;

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{Pid, getpid};

use crate::machine::How;
use crate::settings::Program;
pub use oom::OomScore;
use users::User;
pub use work::Work;

/// Makes this process fit to be an init: orphans come to us, and children cannot read our environment or memory.
///
/// Neither needs a privilege; a refusal of the kernel is returned as text, for the log.
pub fn become_init() -> Vec<String> {
    let mut refused = Vec::new();
    if let Err(error) = nix::sys::prctl::set_child_subreaper(true) {
        refused.push(format!("orphans of the worker cannot be adopted: {error}"));
    }
    if let Err(error) = nix::sys::prctl::set_dumpable(false) {
        refused.push(format!(
            "the supervisor's environment stays readable for its children: {error}"
        ));
    }
    refused
}

/// The descriptors 0 to 2 of a child.
pub struct Descriptors {
    pub stdin: Stdio,
    pub stdout: OwnedFd,
    pub stderr: OwnedFd,
}

/// Starts a program in a process group of its own, with exactly these variables and descriptors, as `user` or as our own.
pub fn spawn(
    program: &Program,
    user: Option<User>,
    more_arguments: &[&str],
    variables: &[(String, String)],
    descriptors: Descriptors,
) -> io::Result<Pid> {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that starts processes")]
    let mut command = Command::new(&program.path);
    command
        .args(&program.arguments)
        .args(more_arguments)
        .env_clear()
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(descriptors.stdin)
        .stdout(descriptors.stdout)
        .stderr(descriptors.stderr);
    if let Some(user) = user {
        // Before what `before_exec` does: a change of the user would take back the death with its parent.
        command.gid(user.gid).uid(user.uid);
    }
    before_exec::prepare(&mut command, getpid(), signals::is_hang_up_ignored());
    let child = command.spawn()?;
    // The handle is dropped without a wait: the loop reaps all children, by their ids.
    Ok(pid(child.id()))
}

/// Sends a signal to a process. One that is gone already is fine.
pub fn signal(process: Pid, signal: Signal) -> nix::Result<()> {
    gone_is_fine(kill(process, signal))
}

/// Kills all of a process group.
pub fn kill_group(leader: Pid) -> nix::Result<()> {
    gone_is_fine(killpg(leader, Signal::SIGKILL))
}

/// A child that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reaped {
    pub pid: Pid,
    pub how: How,
}

/// The next child that has ended, if any. Before it is reaped, when its id could be reused, `before` is called with
/// the id: the time to sweep its process group.
pub fn reap(mut before: impl FnMut(Pid)) -> Option<Reaped> {
    loop {
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        match waitid(Id::All, flags) {
            Ok(WaitStatus::Exited(pid, _) | WaitStatus::Signaled(pid, ..)) => {
                before(pid);
                match waitpid(pid, None) {
                    Ok(WaitStatus::Exited(_, status)) => {
                        return Some(Reaped {
                            pid,
                            how: How::Status(status),
                        });
                    }
                    Ok(WaitStatus::Signaled(_, signal, _)) => {
                        return Some(Reaped {
                            pid,
                            how: How::Signal(signal as i32),
                        });
                    }
                    Ok(_) | Err(Errno::EINTR) => {}
                    Err(_) => return None,
                }
            }
            Err(Errno::EINTR) => {}
            // Nothing has ended, or there are no children.
            Ok(_) | Err(_) => return None,
        }
    }
}

/// All direct children, adopted orphans included. Empty where the kernel has no such list.
pub fn children() -> Vec<Pid> {
    let own = getpid();
    let listed = fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
    listed
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .map(Pid::from_raw)
        .collect()
}

/// The memory of a process that is in RAM, in bytes.
pub fn resident_bytes(process: Pid) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

fn pid(id: u32) -> Pid {
    Pid::from_raw(i32::try_from(id).expect("process ids are positive and fit"))
}

fn gone_is_fine(result: nix::Result<()>) -> nix::Result<()> {
    match result {
        Err(Errno::ESRCH) => Ok(()),
        other => other,
    }
}
