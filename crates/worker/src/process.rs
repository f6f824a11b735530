//! The one place that starts processes: a cleared environment, limits, a process group of its own, and no process that
//! outlives its owner.
//!
//! Dropping a [`ProcessGroup`] kills it, so that a cancelled or timed out step only needs to be dropped.

mod before_exec;
pub(crate) mod landlock;

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::{Pid, pipe2};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::unix::pipe;
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::signal::unix::{SignalKind, signal};

pub use landlock::LandlockPolicy;

/// The limits of a process, and of each process that it starts. The kernel enforces them.
#[derive(Debug, Clone, Copy)]
pub struct ProcessLimits {
    /// Bytes of address space; beyond it, allocations fail. `None`: no limit.
    pub address_space: Option<u64>,
    /// Bytes of memory of its own, in contrast to files that it maps; beyond it, allocations fail. `None`: no limit.
    pub data: Option<u64>,
    /// Seconds of processor time; beyond them `SIGXCPU`.
    pub cpu_seconds: u64,
    /// The largest file that may be written, in bytes; beyond it writing fails.
    pub file_bytes: u64,
    pub open_files: u64,
}

/// The descriptor of a pipe for structured events, in a process that has one. git takes a number of one digit.
pub const EVENTS_DESCRIPTOR: i32 = 9;

/// The program to start.
#[derive(Debug)]
pub struct ChildProgram<'a> {
    pub path: &'a Path,
    pub args: Vec<OsString>,
    /// All environment variables that it gets.
    pub env: Vec<(&'static str, OsString)>,
    pub dir: &'a Path,
    /// Whether it gets a third pipe, as descriptor [`EVENTS_DESCRIPTOR`].
    pub events: bool,
    pub limits: ProcessLimits,
    /// `None`: it confines itself (`analyze --confined`).
    pub landlock: Option<LandlockPolicy<'a>>,
}

/// A started process and those it starts.
///
/// The thread that starts it must outlive it: the kernel kills it when that thread ends. The worker's runtime has one
/// thread, the main one.
#[derive(Debug)]
pub struct ProcessGroup {
    child: Child,
    leader: Pid,
    events: Option<pipe::Receiver>,
    reaped: bool,
}

/// The reading ends of the pipes of a started process.
#[derive(Debug)]
pub struct Pipes {
    pub stdout: ChildStdout,
    pub stderr: ChildStderr,
    pub events: Option<pipe::Receiver>,
}

impl ProcessGroup {
    /// Starts `program` with stdin closed, and stdout and stderr as pipes.
    ///
    /// # Errors
    /// The program does not exist, or the system is out of processes, memory or descriptors.
    pub fn start(program: &ChildProgram<'_>) -> io::Result<Self> {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the wrapper: environment, descriptors and limits are set here"
        )]
        let mut command = Command::new(program.path);
        command
            .args(&program.args)
            .env_clear()
            .envs(program.env.iter().map(|(name, value)| (name, value)))
            .current_dir(program.dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        let rules = program.landlock.map(|policy| policy.rules()).transpose()?.flatten();
        let (receiver, sender) = match program.events {
            true => pipe2(OFlag::O_CLOEXEC).map(|(receiver, sender)| (Some(receiver), Some(sender)))?,
            false => (None, None),
        };
        before_exec::restrict(&mut command, program.limits, rules, sender);
        let child = command.spawn()?;
        let leader = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .ok_or(io::ErrorKind::Other)?;
        Ok(Self {
            child,
            leader: Pid::from_raw(leader),
            events: receiver.map(pipe::Receiver::from_owned_fd).transpose()?,
            reaped: false,
        })
    }

    /// Its pipes. Can be taken once.
    pub fn pipes(&mut self) -> Option<Pipes> {
        Some(Pipes {
            stdout: self.child.stdout.take()?,
            stderr: self.child.stderr.take()?,
            events: self.events.take(),
        })
    }

    /// Waits for the end of the process, and kills the processes that it left behind.
    ///
    /// # Errors
    /// The system refuses to wait for it.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        // Subscribed before the first check, so that no end is missed.
        let mut a_child_ended = signal(SignalKind::child())?;
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        while waitid(Id::Pid(self.leader), flags)? == WaitStatus::StillAlive {
            a_child_ended.recv().await;
        }
        // While the leader is not reaped its number cannot belong to another group.
        self.kill();
        let status = self.child.wait().await;
        self.reaped = true;
        status
    }

    fn kill(&self) {
        // The only possible failure is that no process is left.
        let _ = killpg(self.leader, Signal::SIGKILL);
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if !self.reaped {
            // The runtime reaps it, as tokio does with each child that is dropped.
            self.kill();
        }
    }
}

/// Reads to the end and keeps the last `keep` bytes.
///
/// # Errors
/// The pipe cannot be read.
pub async fn read_tail(mut pipe: impl AsyncRead + Unpin, keep: usize) -> io::Result<Vec<u8>> {
    let mut tail = Vec::new();
    let mut piece = vec![0; 4096];
    loop {
        let read = pipe.read(&mut piece).await?;
        if read == 0 {
            return Ok(tail);
        }
        tail.extend_from_slice(&piece[..read]);
        let surplus = tail.len().saturating_sub(keep);
        tail.drain(..surplus);
    }
}

/// Reads to the end, or to more than `limit` bytes: then `None`.
///
/// # Errors
/// The pipe cannot be read.
pub async fn read_capped(pipe: impl AsyncRead + Unpin, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    pipe.take(limit as u64 + 1).read_to_end(&mut bytes).await?;
    Ok((bytes.len() <= limit).then_some(bytes))
}
