//! Signals as something to poll for.

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use signal_hook::consts;
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;

/// Passed on to the children that handle them.
const FORWARDED: [i32; 3] = [consts::SIGUSR1, consts::SIGUSR2, consts::SIGWINCH];

/// The signals that arrive from now on.
pub struct Signals {
    delivery: SignalDelivery<UnixStream, SignalOnly>,
}

/// The meaning of a signal here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    ChildEnded,
    Stop(&'static str),
    /// SIGHUP: the terminal was closed, or a service manager wants settings to be read again.
    HangUp,
    Forward(Signal),
}

impl Signals {
    pub fn listen() -> io::Result<Self> {
        let (read, write) = UnixStream::pair()?;
        let all = [consts::SIGCHLD, consts::SIGTERM, consts::SIGINT, consts::SIGQUIT]
            .into_iter()
            .chain(FORWARDED)
            .chain((!is_hang_up_ignored()).then_some(consts::SIGHUP));
        let delivery = SignalDelivery::with_pipe(read, write, SignalOnly, all)?;
        Ok(Self { delivery })
    }

    /// Readable when a signal is pending.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.delivery.get_read().as_fd()
    }

    /// The signals that arrived since the last call, without waiting.
    pub fn arrived(&mut self) -> Vec<Meaning> {
        self.delivery.pending().filter_map(meaning).collect()
    }
}

fn meaning(number: i32) -> Option<Meaning> {
    Some(match number {
        consts::SIGCHLD => Meaning::ChildEnded,
        consts::SIGTERM => Meaning::Stop("SIGTERM"),
        consts::SIGINT => Meaning::Stop("SIGINT"),
        consts::SIGQUIT => Meaning::Stop("SIGQUIT"),
        consts::SIGHUP => Meaning::HangUp,
        number if FORWARDED.contains(&number) => Meaning::Forward(Signal::try_from(number).ok()?),
        _ => return None,
    })
}

/// Whether a process has a handler for a signal. Without one, most signals would end it.
pub fn has_handler(process: Pid, signal: Signal) -> bool {
    mask_of(&process.to_string(), "SigCgt:").is_some_and(|caught| caught.has(signal))
}

/// Whether this process was started with SIGHUP ignored, as by `nohup`. It stays ignored then, here and in the children.
pub fn is_hang_up_ignored() -> bool {
    mask_of("self", "SigIgn:").is_some_and(|ignored| ignored.has(Signal::SIGHUP))
}

/// A set of signals, as the kernel shows it.
struct Mask(u64);

impl Mask {
    fn has(&self, signal: Signal) -> bool {
        self.0 & (1 << (signal as i32 - 1)) != 0
    }
}

fn mask_of(process: &str, field: &str) -> Option<Mask> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let mask = status.lines().find_map(|line| line.strip_prefix(field))?;
    u64::from_str_radix(mask.trim(), 16).ok().map(Mask)
}
