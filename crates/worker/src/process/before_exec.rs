//! The code that a new process runs between `fork` and `exec`: the only unsafe code of this crate.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::libc;
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, getpid, getppid, write};
use tokio::process::Command;

use super::{EVENTS_DESCRIPTOR, ProcessLimits};

/// Makes `command` limit itself before `exec`. The program gets `events`, where there is such a pipe.
pub(super) fn restrict(command: &mut Command, limits: ProcessLimits, rules: Option<OwnedFd>, events: Option<OwnedFd>) {
    let parent = getpid();
    // SAFETY: the closure runs in a forked process, where other threads' locks may never be released. It only makes system
    // calls (`prctl`, `getrlimit`, `setrlimit`, `sigaction`, `open`, `write`, `close_range`, `dup2`,
    // `fcntl`, `getppid`, `landlock_restrict_self`), which are async-signal-safe; it allocates nothing and takes no lock. An
    // `io::Error` from an error number does not allocate.
    unsafe {
        command.pre_exec(move || {
            apply(limits, rules.as_ref(), parent)
                .and_then(|()| events.as_ref().map_or(Ok(()), pass_on))
                .map_err(io::Error::from)
        });
    }
}

fn apply(limits: ProcessLimits, rules: Option<&OwnedFd>, parent: Pid) -> Result<(), Errno> {
    // It dies with the worker, even where the worker is killed without a chance to clean up.
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    if getppid() != parent {
        // The worker died before the line above.
        return Err(Errno::ESRCH);
    }
    // No set-user-id program can give it more rights.
    prctl::set_no_new_privs()?;
    drop_capabilities();
    if let Some(bytes) = limits.address_space {
        limit(Resource::RLIMIT_AS, bytes, bytes)?;
    }
    if let Some(bytes) = limits.data {
        limit(Resource::RLIMIT_DATA, bytes, bytes)?;
    }
    // First a signal of its own, then the one that cannot be caught.
    limit(Resource::RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 5)?;
    limit(Resource::RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes)?;
    ignore_file_size_signal()?;
    limit(Resource::RLIMIT_NOFILE, limits.open_files, limits.open_files)?;
    limit(Resource::RLIMIT_CORE, 0, 0)?;
    prefer_for_oom_kill();
    // Last of all that opens or writes anything.
    if let Some(rules) = rules {
        enforce(rules)?;
    }
    close_inherited()
}

/// Where root runs the worker, its children do not get the capabilities of root. Other users have none, and the calls fail.
fn drop_capabilities() {
    for capability in 0..64 {
        // SAFETY: takes numbers, and touches no memory.
        if unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) } != 0 {
            return;
        }
    }
}

/// Lowers a limit; one that is already lower stays.
fn limit(resource: Resource, soft: u64, hard: u64) -> Result<(), Errno> {
    let (_, highest) = getrlimit(resource)?;
    setrlimit(resource, soft.min(highest), hard.min(highest))
}

/// A write beyond the limit fails with `EFBIG`, which a program reports, and does not kill it without a message.
fn ignore_file_size_signal() -> Result<(), Errno> {
    // SAFETY: `SigIgn` is no handler, so there is no code that could run at a wrong moment.
    unsafe { signal(Signal::SIGXFSZ, SigHandler::SigIgn) }.map(drop)
}

/// Where memory runs out, the kernel kills this process before the worker or the API. Best effort: it needs `/proc`.
fn prefer_for_oom_kill() {
    if let Ok(file) = open(c"/proc/self/oom_score_adj", OFlag::O_WRONLY, Mode::empty()) {
        let _ = write(&file, b"1000");
    }
}

/// Enforces the rules of Landlock on this process, permanently.
fn enforce(rules: &OwnedFd) -> Result<(), Errno> {
    // SAFETY: takes a descriptor and flags, and touches no memory.
    let result = unsafe { libc::syscall(libc::SYS_landlock_restrict_self, rules.as_raw_fd(), 0u32) };
    Errno::result(result).map(drop)
}

/// This process inherits only stdin, stdout and stderr, whichever descriptors the worker was started with.
fn close_inherited() -> Result<(), Errno> {
    // SAFETY: marks descriptors as close-on-exec and touches no memory. Those that are still needed until `exec` (the
    // pipe that reports its failure) are marked already.
    let result = unsafe { libc::syscall(libc::SYS_close_range, 3u32, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
    match Errno::result(result) {
        // Linux before 5.11: what the standard library opens is close-on-exec anyway.
        Ok(_) | Err(Errno::ENOSYS | Errno::EINVAL) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Gives the other program this end of a pipe, as descriptor [`EVENTS_DESCRIPTOR`].
fn pass_on(events: &OwnedFd) -> Result<(), Errno> {
    // SAFETY: takes numbers, and touches no memory. A descriptor that had this number is the worker's, and closed on `exec` anyway. Where
    // that was the standard library's pipe for a failed `exec`, the failure is seen by the exit status alone.
    Errno::result(unsafe { libc::dup2(events.as_raw_fd(), EVENTS_DESCRIPTOR) })?;
    // SAFETY: the same. Needed where the two numbers are equal.
    Errno::result(unsafe { libc::fcntl(EVENTS_DESCRIPTOR, libc::F_SETFD, 0) }).map(drop)
}
