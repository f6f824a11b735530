//! The one log on stdout: the supervisor's own lines and those of the children.
//!
//! One thread reads the children's pipes into a bounded buffer (`pump`), another writes the buffer to stdout (`writer`). A
//! reader of stdout that stops delays only the second: the supervision goes on, and no child waits for its log.

mod buffer;
mod lines;
mod pump;
mod sink;
mod writer;

use std::collections::VecDeque;
use std::io::{self, PipeReader};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use nix::sys::eventfd::{EfdFlags, EventFd};
use repolens_log::{Level, LogFormat, Record, Value};

use buffer::Buffer;

use crate::machine::ChildRole;
use crate::settings::LogStyle;

/// The threads need little, and their stacks count as memory of the supervisor.
const STACK_BYTES: usize = 256 * 1024;
/// At the end, a reader that has read nothing for so long is not waited for.
const STALLED: Duration = Duration::from_secs(1);

/// The log, as the supervision sees it. Nothing here blocks but [`Log::finish`].
pub struct Log {
    shared: Arc<Shared>,
    settings: LogStyle,
    finished: mpsc::Receiver<()>,
}

struct Shared {
    orders: Mutex<VecDeque<Order>>,
    wake: EventFd,
    buffer: Buffer,
    counters: Counters,
    format: LogFormat,
}

/// The messages to the thread, in the order in which they happened.
enum Order {
    Line(String),
    Attach {
        role: ChildRole,
        pid: u32,
        pipe: PipeReader,
        level: Level,
    },
    /// The process ended: its lines come before any later line.
    Ended {
        pid: u32,
    },
    Finish,
}

/// Totals since the start.
#[derive(Debug, Default)]
struct Counters {
    lines: AtomicU64,
    bytes: AtomicU64,
    written: AtomicU64,
}

/// Totals since the start, for the status.
#[derive(Clone, Copy, Debug)]
pub struct Totals {
    /// Lines, with those that were dropped.
    pub lines: u64,
    /// Bytes read from the children.
    pub bytes: u64,
    pub dropped: u64,
}

impl Log {
    pub fn start(settings: LogStyle) -> io::Result<Self> {
        let wake = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?;
        let shared = Arc::new(Shared {
            orders: Mutex::default(),
            wake,
            buffer: Buffer::new(settings.format),
            counters: Counters::default(),
            format: settings.format,
        });
        let thread = |name: &str| {
            std::thread::Builder::new()
                .name(name.to_owned())
                .stack_size(STACK_BYTES)
        };
        let of_pump = Arc::clone(&shared);
        thread("log").spawn(move || pump::run(&of_pump))?;
        let (done, finished) = mpsc::channel();
        let of_writer = Arc::clone(&shared);
        thread("stdout").spawn(move || {
            writer::run(&of_writer.buffer, &of_writer.counters.written);
            // The receiver is gone only when the process is about to end anyway.
            let _ended_first = done.send(());
        })?;
        Ok(Self {
            shared,
            settings,
            finished,
        })
    }

    /// Writes a line of the supervisor.
    pub fn write(&self, level: Level, message: &str, fields: &[(&str, Value)]) {
        if self.settings.level.is_none_or(|shown| level > shown) {
            return;
        }
        let record = Record {
            time: SystemTime::now(),
            source: "supervisor",
            pid: std::process::id(),
            level,
            message,
            fields,
        };
        self.order(Order::Line(record.render(self.settings.format)));
    }

    /// A sign with its blank, or nothing where signs are not wanted.
    pub fn sign(&self, sign: &'static str) -> &'static str {
        if self.settings.signs { sign } else { "" }
    }

    /// Reads a child's pipe from now on. `level` is that of lines without a level of their own.
    pub fn attach(&self, role: ChildRole, pid: u32, pipe: PipeReader, level: Level) {
        self.order(Order::Attach { role, pid, pipe, level });
    }

    pub fn ended(&self, pid: u32) {
        self.order(Order::Ended { pid });
    }

    pub fn totals(&self) -> Totals {
        let counters = &self.shared.counters;
        Totals {
            lines: counters.lines.load(Ordering::Relaxed),
            bytes: counters.bytes.load(Ordering::Relaxed),
            dropped: self.shared.buffer.dropped.load(Ordering::Relaxed),
        }
    }

    /// Writes out what is left. A slow reader gets all of it as long as it reads; one that reads nothing for `STALLED`,
    /// or takes more than `longest`, does not hold us up.
    pub fn finish(self, longest: Duration) {
        self.order(Order::Finish);
        let written = || self.shared.counters.written.load(Ordering::Relaxed);
        let deadline = Instant::now() + longest;
        let mut before = written();
        loop {
            let patience = STALLED.min(deadline.saturating_duration_since(Instant::now()));
            match self.finished.recv_timeout(patience) {
                Err(RecvTimeoutError::Timeout) if written() > before && Instant::now() < deadline => before = written(),
                _ => return,
            }
        }
    }

    fn order(&self, order: Order) {
        self.shared.lock().push_back(order);
        self.shared.wake();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Order>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        // It fails only where the counter is full, and then the thread is awake.
        let _full = self.wake.write(1);
    }

    /// All orders so far.
    fn take(&self) -> VecDeque<Order> {
        let _nothing_to_read = self.wake.read();
        std::mem::take(&mut *self.lock())
    }

    fn count(&self, lines: u64, bytes: u64) {
        self.counters.lines.fetch_add(lines, Ordering::Relaxed);
        self.counters.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}
