//! The thread that reads the children's pipes, and never waits for the reader of stdout.

use std::io::PipeReader;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::read;
use repolens_log::timestamp;

use super::lines::{Lines, Source};
use super::sink::Sink;
use super::{Order, Shared};

/// One read. Larger ones are not quicker, and smaller ones cost system calls.
const CHUNK: usize = 64 * 1024;
/// A pipe of this size lets a child write on while we do something else.
const PIPE_BYTES: i32 = 256 * 1024;
/// When a process has ended but something still holds its pipe, reading goes on until it is quiet for so long…
const QUIET: Duration = Duration::from_millis(300);
/// …or has gone on for so long.
const DRAIN_LIMIT: Duration = Duration::from_secs(5);
/// The bytes read at once from a process that has ended: all that its pipe can hold.
const LEFT_IN_PIPE: usize = 1024 * 1024;

struct Stream {
    pipe: PipeReader,
    pid: u32,
    lines: Lines,
    last_read: Instant,
    ended: Option<Instant>,
}

/// The result of a read.
#[derive(PartialEq, Eq)]
enum Read {
    Some(usize),
    Nothing,
    Over,
}

/// Runs until [`Order::Finish`].
pub fn run(shared: &Arc<Shared>) {
    let mut streams: Vec<Stream> = Vec::new();
    let mut sink = Sink::new(Arc::clone(shared));
    let mut chunk = vec![0; CHUNK];
    let mut finishing: Option<Instant> = None;
    loop {
        let (woken, ready) = wait(shared, &streams, finishing);
        let now = Instant::now();
        let time = timestamp(SystemTime::now());
        let mut over = vec![false; streams.len()];
        for number in ready {
            over[number] = streams[number].read(&mut chunk, &time, &mut sink, shared) == Read::Over;
        }
        for (stream, over) in streams.iter().zip(&mut over) {
            *over |= stream
                .ended
                .is_some_and(|ended| now - ended > DRAIN_LIMIT || now - stream.last_read.max(ended) > QUIET);
        }
        let mut flags = over.into_iter();
        streams.retain_mut(|stream| {
            let over = flags.next().unwrap_or_default();
            if over {
                stream.lines.finish(&time, &mut sink);
            }
            !over
        });
        if woken {
            for order in shared.take() {
                match order {
                    Order::Line(line) => sink.own_line(&line),
                    Order::Attach { role, pid, pipe, level } => {
                        prepare(&pipe);
                        let lines = Lines::new(Source {
                            name: role.name(),
                            pid,
                            level,
                            format: shared.format,
                        });
                        streams.push(Stream {
                            pipe,
                            pid,
                            lines,
                            last_read: now,
                            ended: None,
                        });
                    }
                    Order::Ended { pid } => {
                        for stream in streams.iter_mut().filter(|stream| stream.pid == pid) {
                            stream.drain(&mut chunk, &time, &mut sink, shared);
                            stream.ended = Some(now);
                        }
                    }
                    Order::Finish => {
                        finishing = Some(now);
                        for stream in &mut streams {
                            stream.ended.get_or_insert(now);
                        }
                    }
                }
            }
        }
        sink.flush();
        if finishing.is_some() && streams.is_empty() {
            shared.buffer.close();
            return;
        }
    }
}

/// Waits until there is an order, something to read, or a drained stream to be closed.
fn wait(shared: &Shared, streams: &[Stream], finishing: Option<Instant>) -> (bool, Vec<usize>) {
    let mut polled: Vec<PollFd<'_>> = vec![PollFd::new(shared.wake.as_fd(), PollFlags::POLLIN)];
    polled.extend(
        streams
            .iter()
            .map(|stream| PollFd::new(stream.pipe.as_fd(), PollFlags::POLLIN)),
    );
    let closing = finishing.is_some() || streams.iter().any(|stream| stream.ended.is_some());
    let timeout = if closing {
        PollTimeout::from(50u8)
    } else {
        PollTimeout::NONE
    };
    // An interrupted wait is an empty one.
    if poll(&mut polled, timeout).is_err() {
        return (false, Vec::new());
    }
    let is_ready = |polled: &PollFd<'_>| polled.any().unwrap_or(true);
    let ready = polled[1..]
        .iter()
        .enumerate()
        .filter(|(_, polled)| is_ready(polled))
        .map(|(number, _)| number)
        .collect();
    (is_ready(&polled[0]), ready)
}

impl Stream {
    fn read(&mut self, chunk: &mut [u8], time: &str, sink: &mut Sink, shared: &Shared) -> Read {
        match read(&self.pipe, chunk) {
            Ok(0) => Read::Over,
            Ok(length) => {
                self.last_read = Instant::now();
                self.lines.feed(&chunk[..length], time, sink);
                shared.count(0, length as u64);
                Read::Some(length)
            }
            Err(Errno::EAGAIN | Errno::EINTR) => Read::Nothing,
            Err(_) => Read::Over,
        }
    }

    /// Reads what is in the pipe of a process that has ended.
    fn drain(&mut self, chunk: &mut [u8], time: &str, sink: &mut Sink, shared: &Shared) {
        let mut left = LEFT_IN_PIPE;
        while let Read::Some(length) = self.read(chunk, time, sink, shared) {
            left = left.saturating_sub(length);
            if left == 0 {
                break;
            }
        }
        // The process is gone; its last line will not be continued.
        self.lines.finish(time, sink);
    }
}

fn prepare(pipe: &PipeReader) {
    // A pipe of the usual size works as well, and one that blocks is read only when poll reports that it can be.
    let _smaller = fcntl(pipe, FcntlArg::F_SETPIPE_SZ(PIPE_BYTES));
    let _blocking = fcntl(pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK));
}
