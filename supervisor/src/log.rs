//! The one log on stdout: the supervisor's own lines and those of the children.
//!
//! A thread of its own reads the children's pipes and writes stdout, so that a stalled stdout never holds up the
//! supervision: it only keeps that thread from reading, the pipes fill, and the children wait. The supervisor's own
//! lines wait in a bounded queue.

mod lines;
mod pump;
mod sink;

use std::collections::VecDeque;
use std::io::{self, PipeReader};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use nix::sys::eventfd::{EfdFlags, EventFd};
use repolens_log::{Format, Level, Record, Value};

use crate::machine::Role;
use crate::settings::LogSettings;

/// So many own lines wait while stdout is stalled; later ones are counted and dropped.
const QUEUE_LIMIT: usize = 4096;
/// The thread needs little, and its stack counts as memory of the supervisor.
const STACK_BYTES: usize = 256 * 1024;
/// At the end, a reader that has read nothing for so long is not waited for.
const STALLED: Duration = Duration::from_secs(1);

/// The log, as the supervision sees it. Nothing here blocks but [`Log::finish`].
pub struct Log {
    shared: Arc<Shared>,
    settings: LogSettings,
    finished: mpsc::Receiver<()>,
}

struct Shared {
    queue: Mutex<Queue>,
    wake: EventFd,
    counters: Counters,
    format: Format,
}

#[derive(Default)]
struct Queue {
    orders: VecDeque<Order>,
    own_lines: usize,
    dropped: u64,
}

/// What the thread is told, in the order in which it happened.
enum Order {
    Line(String),
    Attach {
        role: Role,
        pid: u32,
        pipe: PipeReader,
        level: Level,
    },
    /// The process ended: what it wrote comes before anything that is said afterwards.
    Ended {
        pid: u32,
    },
    Finish,
}

/// Totals since the start.
#[derive(Debug, Default)]
pub struct Counters {
    pub lines: AtomicU64,
    pub bytes: AtomicU64,
    written: Arc<AtomicU64>,
}

impl Log {
    pub fn start(settings: LogSettings) -> io::Result<Self> {
        let wake = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?;
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            wake,
            counters: Counters::default(),
            format: settings.format,
        });
        let (done, finished) = mpsc::channel();
        let of_thread = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("log".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || {
                pump::run(&of_thread);
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
    pub fn say(&self, level: Level, message: &str, fields: &[(&str, Value)]) {
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
        let line = record.render(self.settings.format);
        let mut queue = self.shared.lock();
        if queue.own_lines >= QUEUE_LIMIT {
            queue.dropped += 1;
            return;
        }
        queue.own_lines += 1;
        queue.orders.push_back(Order::Line(line));
        drop(queue);
        self.shared.wake();
    }

    /// A sign with its blank, or nothing where signs are not wanted.
    pub fn sign(&self, sign: &'static str) -> &'static str {
        if self.settings.signs { sign } else { "" }
    }

    /// Reads a child's pipe from now on. `level` is that of lines that do not tell their own.
    pub fn attach(&self, role: Role, pid: u32, pipe: PipeReader, level: Level) {
        self.order(Order::Attach { role, pid, pipe, level });
    }

    pub fn ended(&self, pid: u32) {
        self.order(Order::Ended { pid });
    }

    pub fn counters(&self) -> &Counters {
        &self.shared.counters
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
        self.shared.lock().orders.push_back(order);
        self.shared.wake();
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        // It fails only where the counter is full, and then the thread is awake.
        let _full = self.wake.write(1);
    }

    /// All orders so far, with a line about dropped ones.
    fn take(&self) -> VecDeque<Order> {
        let _nothing_to_read = self.wake.read();
        let mut queue = self.lock();
        queue.own_lines = 0;
        let dropped = std::mem::take(&mut queue.dropped);
        let mut orders = std::mem::take(&mut queue.orders);
        drop(queue);
        if dropped > 0 {
            let record = Record {
                time: SystemTime::now(),
                source: "supervisor",
                pid: std::process::id(),
                level: Level::Warn,
                message: "Lines of the supervisor were dropped while stdout was stalled",
                fields: &[("dropped", dropped.into())],
            };
            orders.push_back(Order::Line(record.render(self.format)));
        }
        orders
    }

    fn count(&self, lines: u64, bytes: u64) {
        self.counters.lines.fetch_add(lines, Ordering::Relaxed);
        self.counters.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}
