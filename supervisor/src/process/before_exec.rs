//! The code that a child runs between `fork` and `exec`. The only unsafe code of the supervisor.

#![allow(unsafe_code)]

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use nix::unistd::{Pid, getppid};

/// Gives the child a process group of its own, the default dispositions, an empty signal mask, no descriptors but 0 to 2,
/// and death with its parent. With `nohup`, SIGHUP is ignored by the child as it is by the parent.
pub fn prepare(command: &mut Command, parent: Pid, nohup: bool) {
    command.process_group(0);
    // SAFETY: the closure runs in the forked child, where only async-signal-safe functions may be called. It allocates
    // nothing, takes no lock, and calls `rt_sigaction`, `sigprocmask`, `prctl`, `getppid` and `close_range` alone, which
    // are plain system calls. The error values are made of an errno, without an allocation.
    unsafe {
        command.pre_exec(move || {
            reset_signals(nohup)?;
            nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
            // The parent may have died before the line above.
            if getppid() != parent {
                return Err(Errno::ESRCH.into());
            }
            close_others_at_exec();
            Ok(())
        });
    }
}

fn reset_signals(nohup: bool) -> io::Result<()> {
    // The kernel's `struct sigaction` of zeros: `SIG_DFL`, no flags, an empty mask. The C library would refuse signals 32
    // and 33, which it uses itself and which a parent may have left ignored.
    const DEFAULT: [u64; 4] = [0; 4];
    const MASK_BYTES: usize = 8;
    for number in 1..=64 {
        if nohup && number == libc::SIGHUP {
            continue;
        }
        // SAFETY: `SIG_DFL` installs no handler, and the kernel reads no more than `DEFAULT`. Refused for KILL and STOP.
        unsafe {
            libc::syscall(
                libc::SYS_rt_sigaction,
                number,
                DEFAULT.as_ptr(),
                std::ptr::null_mut::<u64>(),
                MASK_BYTES,
            )
        };
    }
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;
    Ok(())
}

/// Descriptors that were inherited by the supervisor itself. Its own are all opened close-on-exec; the standard library's,
/// over which it reports a failed `exec`, must stay open until then, hence "at exec".
fn close_others_at_exec() {
    // SAFETY: marks descriptors; touches no memory. A kernel before 5.11 refuses, and what we opened ourselves is marked.
    unsafe { libc::syscall(libc::SYS_close_range, 3u32, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
}
