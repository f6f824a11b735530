//! Signals as something to poll for.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use nix::sys::signal::Signal;
use signal_hook::consts;
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;

/// Passed on to the children.
const FORWARDED: [i32; 4] = [consts::SIGHUP, consts::SIGUSR1, consts::SIGUSR2, consts::SIGWINCH];

/// The signals that arrive from now on.
pub struct Signals {
    delivery: SignalDelivery<UnixStream, SignalOnly>,
}

/// What a signal means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    ChildEnded,
    Stop(&'static str),
    Forward(Signal),
}

impl Signals {
    pub fn listen() -> io::Result<Self> {
        let (read, write) = UnixStream::pair()?;
        let all = [consts::SIGCHLD, consts::SIGTERM, consts::SIGINT, consts::SIGQUIT]
            .into_iter()
            .chain(FORWARDED);
        let delivery = SignalDelivery::with_pipe(read, write, SignalOnly, all)?;
        Ok(Self { delivery })
    }

    /// Readable when a signal is there.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.delivery.get_read().as_fd()
    }

    /// What arrived since the last call, without waiting.
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
        number if FORWARDED.contains(&number) => Meaning::Forward(Signal::try_from(number).ok()?),
        _ => return None,
    })
}
