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

use super::lines::{LineReader, LineSource};
use super::sink::LogSink;
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
    lines: LineReader,
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
    let pump = Pump {
        shared,
        streams: Vec::new(),
        sink: LogSink::new(Arc::clone(shared)),
        chunk: vec![0; CHUNK],
        finishing: None,
    };
    pump.run();
}

struct Pump<'a> {
    shared: &'a Shared,
    streams: Vec<Stream>,
    sink: LogSink,
    chunk: Vec<u8>,
    finishing: Option<Instant>,
}

impl Pump<'_> {
    fn run(mut self) {
        loop {
            let (woken, ready) = wait(self.shared, &self.streams, self.finishing);
            let now = Instant::now();
            let time = timestamp(SystemTime::now());
            self.read(&ready, now, &time);
            if woken {
                for order in self.shared.take() {
                    self.carry_out(order, now, &time);
                }
            }
            self.sink.flush();
            if self.finishing.is_some() && self.streams.is_empty() {
                self.shared.buffer.close();
                return;
            }
        }
    }

    /// Reads the streams that have something, and removes those that are over.
    fn read(&mut self, ready: &[usize], now: Instant, time: &str) {
        let mut over = vec![false; self.streams.len()];
        for &number in ready {
            let read = self.streams[number].read(&mut self.chunk, time, &mut self.sink, self.shared);
            over[number] = read == Read::Over;
        }
        let mut over = over.into_iter();
        self.streams.retain_mut(|stream| {
            let over = over.next().unwrap_or_default() || stream.has_drained(now);
            if over {
                stream.lines.finish(time, &mut self.sink);
            }
            !over
        });
    }

    fn carry_out(&mut self, order: Order, now: Instant, time: &str) {
        match order {
            Order::Line(line) => self.sink.own_line(&line),
            Order::Attach { role, pid, pipe, level } => {
                prepare(&pipe);
                let lines = LineReader::new(LineSource {
                    name: role.name(),
                    pid,
                    level,
                    format: self.shared.format,
                });
                self.streams.push(Stream {
                    pipe,
                    pid,
                    lines,
                    last_read: now,
                    ended: None,
                });
            }
            Order::Ended { pid } => {
                for stream in self.streams.iter_mut().filter(|stream| stream.pid == pid) {
                    stream.drain(&mut self.chunk, time, &mut self.sink, self.shared);
                    stream.ended = Some(now);
                }
            }
            Order::Finish => {
                self.finishing = Some(now);
                for stream in &mut self.streams {
                    stream.ended.get_or_insert(now);
                }
            }
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
    /// Whether nothing more is expected of a process that has ended.
    fn has_drained(&self, now: Instant) -> bool {
        self.ended
            .is_some_and(|ended| now - ended > DRAIN_LIMIT || now - self.last_read.max(ended) > QUIET)
    }

    fn read(&mut self, chunk: &mut [u8], time: &str, sink: &mut LogSink, shared: &Shared) -> Read {
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
    fn drain(&mut self, chunk: &mut [u8], time: &str, sink: &mut LogSink, shared: &Shared) {
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
