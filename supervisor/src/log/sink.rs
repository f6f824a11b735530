//! Stdout: whole lines in large writes, whatever stdout is and whoever reads it.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::write;

/// So much is written at once.
const FULL: usize = 128 * 1024;

/// A buffer in front of stdout.
pub struct Sink {
    pub buffer: Vec<u8>,
    stdout: Option<OwnedFd>,
    full: usize,
    /// Bytes that went out, or were dropped because nobody will ever read them.
    written: Arc<AtomicU64>,
}

impl Sink {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the place that writes the log to stdout"
    )]
    pub fn stdout(written: Arc<AtomicU64>) -> Self {
        // Without a stdout there is nobody to write for, and the services run all the same.
        Self {
            buffer: Vec::with_capacity(FULL + 32 * 1024),
            stdout: io::stdout().as_fd().try_clone_to_owned().ok(),
            full: FULL,
            written,
        }
    }

    #[cfg(test)]
    pub fn nowhere() -> Self {
        Self {
            buffer: Vec::new(),
            stdout: None,
            full: usize::MAX,
            written: Arc::default(),
        }
    }

    /// To be called after each line: writes when there is much.
    pub fn line_done(&mut self) {
        if self.buffer.len() >= self.full {
            self.flush();
        }
    }

    /// Writes all of the buffer, and waits for a slow reader. A closed stdout is forgotten: the services go on.
    pub fn flush(&mut self) {
        let mut written = 0;
        while written < self.buffer.len() {
            let Some(stdout) = &self.stdout else { break };
            match write(stdout, &self.buffer[written..]) {
                Ok(length) => {
                    written += length;
                    self.written.fetch_add(length as u64, Ordering::Relaxed);
                }
                Err(Errno::EINTR) => {}
                // Somebody who shares stdout made it non-blocking.
                Err(Errno::EAGAIN) => {
                    let _interrupted = poll(
                        &mut [PollFd::new(stdout.as_fd(), PollFlags::POLLOUT)],
                        PollTimeout::NONE,
                    );
                }
                // A full disk may have room again later; these bytes are lost, and there is nobody to tell.
                Err(Errno::ENOSPC | Errno::EDQUOT) => break,
                Err(_) => self.stdout = None,
            }
        }
        self.buffer.clear();
    }
}
