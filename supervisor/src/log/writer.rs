//! The thread that writes stdout, and the only one that waits for its reader.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::write;

use super::buffer::Buffer;

/// Time between two tries where a disk is full.
const DISK_RETRY: Duration = Duration::from_secs(1);

/// Runs until the buffer is closed and empty. `written` counts the bytes that are done with.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that writes the log to stdout"
)]
pub fn run(buffer: &Buffer, written: &AtomicU64) {
    // The services run without a stdout as well.
    let mut stdout = io::stdout().as_fd().try_clone_to_owned().ok();
    while let Some(block) = buffer.take() {
        write_all(&mut stdout, &block, written);
    }
}

/// Writes a whole block, however long its reader takes. A closed stdout is given up: a pipe without a reader, or a terminal
/// that was closed.
fn write_all(stdout: &mut Option<OwnedFd>, block: &[u8], written: &AtomicU64) {
    let mut done = 0;
    while done < block.len() {
        let Some(open) = stdout.as_ref() else { return };
        match write(open, &block[done..]) {
            Ok(length) => {
                done += length;
                written.fetch_add(length as u64, Ordering::Relaxed);
            }
            Err(Errno::EINTR) => {}
            // Another process that shares stdout made it non-blocking.
            Err(Errno::EAGAIN) => {
                let _interrupted = poll(&mut [PollFd::new(open.as_fd(), PollFlags::POLLOUT)], PollTimeout::NONE);
            }
            // The rest of the line follows when the disk has space; meanwhile the buffer fills and drops whole lines.
            Err(Errno::ENOSPC | Errno::EDQUOT) => wait_for_the_disk(),
            Err(_) => *stdout = None,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "no event reports that a disk has space again")]
fn wait_for_the_disk() {
    std::thread::sleep(DISK_RETRY);
}
