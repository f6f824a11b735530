//! The bounded buffer between the children and stdout.
//!
//! Reading the children never waits for the reader of stdout. Lines that do not fit are dropped whole and counted; the
//! count becomes a line of the log as soon as there is space again.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use repolens_log::{Level, LogFormat, Record};

use crate::words::human_units::shown;

/// Bytes of the children's lines that may wait for a reader that has stopped, or is slow.
pub const LIMIT: usize = 4 * 1024 * 1024;
/// Bytes beyond the limit for the supervisor's own lines: they are few, and report why the reader sees a gap.
pub const OWN_RESERVE: usize = 256 * 1024;
/// Bytes that are written at once.
pub const BLOCK: usize = 128 * 1024;
/// Time that a reader gets to make half of a full buffer free. Only one that takes longer loses lines: reading 20 MB/s is
/// enough to lose none. A child notices the pause only if it fills its pipe (256 KiB) in this time.
const PAUSE: Duration = Duration::from_millis(100);

/// The writer of a block of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineOrigin {
    Supervisor,
    Child,
}

/// Whole lines in blocks, from the thread that reads the children to the thread that writes stdout.
pub struct Buffer {
    queue: Mutex<Queue>,
    filled: Condvar,
    drained: Condvar,
    /// Lines dropped since the start.
    pub dropped: AtomicU64,
    format: LogFormat,
}

#[derive(Default)]
struct Queue {
    blocks: VecDeque<Vec<u8>>,
    bytes: usize,
    gap: Option<Gap>,
    closed: bool,
}

/// Lines that are being dropped.
struct Gap {
    lines: u64,
    since: Instant,
}

impl Buffer {
    pub fn new(format: LogFormat) -> Self {
        Self {
            queue: Mutex::default(),
            filled: Condvar::new(),
            drained: Condvar::new(),
            dropped: AtomicU64::new(0),
            format,
        }
    }

    /// Appends whole lines, or drops them where there is no space for them.
    pub fn put(&self, block: &[u8], lines: u64, origin: LineOrigin) {
        let mut queue = self.lock();
        let limit = match origin {
            LineOrigin::Supervisor => LIMIT + OWN_RESERVE,
            LineOrigin::Child => LIMIT,
        };
        let is_full = |queue: &Queue| queue.bytes + block.len() > limit;
        if origin == LineOrigin::Child && queue.gap.is_none() && is_full(&queue) {
            let half_free = self
                .drained
                .wait_timeout_while(queue, PAUSE, |queue| queue.bytes > LIMIT / 2);
            queue = half_free.unwrap_or_else(PoisonError::into_inner).0;
        }
        if is_full(&queue) || (origin == LineOrigin::Child && queue.gap.is_some()) {
            let gap = queue.gap.get_or_insert_with(|| Gap {
                lines: 0,
                since: Instant::now(),
            });
            gap.lines += lines;
            self.dropped.fetch_add(lines, Ordering::Relaxed);
            return;
        }
        queue.push(block);
        drop(queue);
        self.filled.notify_one();
    }

    /// The next block to write, waiting for one. `None` once the buffer is closed and empty.
    pub fn take(&self) -> Option<Vec<u8>> {
        let queue = self.lock();
        let waited = self
            .filled
            .wait_while(queue, |queue| queue.blocks.is_empty() && !queue.closed);
        let mut queue = waited.unwrap_or_else(PoisonError::into_inner);
        let block = queue.blocks.pop_front()?;
        queue.bytes -= block.len();
        if queue.bytes <= LIMIT / 2 {
            if let Some(gap) = queue.gap.take() {
                queue.push(self.describe(&gap).as_bytes());
            }
            drop(queue);
            self.drained.notify_one();
        }
        Some(block)
    }

    /// Ends the writing thread once it has written what is here.
    pub fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_one();
    }

    fn describe(&self, gap: &Gap) -> String {
        let record = Record {
            time: SystemTime::now(),
            source: "supervisor",
            pid: std::process::id(),
            level: Level::Warn,
            message: "Log lines were dropped: stdout was not read, or too slowly",
            fields: &[
                ("dropped", gap.lines.into()),
                ("for", shown(gap.since.elapsed()).into()),
            ],
        };
        record.render(self.format)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn push(&mut self, block: &[u8]) {
        self.bytes += block.len();
        match self.blocks.back_mut() {
            Some(last) if last.len() + block.len() <= BLOCK => last.extend_from_slice(block),
            _ => self.blocks.push_back(block.to_vec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use proptest::prelude::*;
    use repolens_log::LogFormat;

    use super::{BLOCK, Buffer, LIMIT, LineOrigin, OWN_RESERVE};

    fn block(number: usize, lines: usize, length: usize) -> String {
        let line = format!("{number} {}\n", "x".repeat(length));
        line.repeat(lines)
    }

    fn rest_of(buffer: &Buffer) -> String {
        buffer.close();
        let mut all = Vec::new();
        while let Some(block) = buffer.take() {
            all.extend(block);
        }
        String::from_utf8(all).expect("whole lines of text")
    }

    #[test]
    fn a_full_buffer_drops_whole_lines_and_reports_their_number() {
        let buffer = Buffer::new(LogFormat::Text);
        let kilobyte = "x".repeat(1023) + "\n";
        let fitting = LIMIT / kilobyte.len();
        for _ in 0..fitting + 10 {
            buffer.put(kilobyte.as_bytes(), 1, LineOrigin::Child);
        }
        buffer.put(b"own line\n", 1, LineOrigin::Supervisor);
        assert_eq!(buffer.dropped.load(Ordering::Relaxed), 10);
        let text = rest_of(&buffer);
        assert_eq!(text.matches(&kilobyte).count(), fitting);
        assert!(text.contains("own line\n"), "own lines have a reserve");
        let last = text.lines().last().expect("a last line");
        assert!(
            last.contains("Log lines were dropped") && last.contains("dropped=10"),
            "{last}"
        );
    }

    #[test]
    fn own_lines_are_bounded_too() {
        let buffer = Buffer::new(LogFormat::Text);
        let kilobyte = "x".repeat(1023) + "\n";
        for _ in 0..(LIMIT + OWN_RESERVE) / 1024 + 7 {
            buffer.put(kilobyte.as_bytes(), 1, LineOrigin::Supervisor);
        }
        assert_eq!(buffer.dropped.load(Ordering::Relaxed), 7);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Blocks are written and taken in any order: each line is in the output once, in order, or counted as dropped.
        #[test]
        fn every_line_is_written_or_counted(steps in proptest::collection::vec((0usize..40, 0usize..4000, any::<bool>()), 1..200)) {
            let buffer = Buffer::new(LogFormat::Text);
            let (mut put, mut seen, mut waiting) = (0u64, Vec::new(), false);
            for (number, (lines, length, takes)) in steps.into_iter().enumerate() {
                let block = block(number, lines, length);
                if lines > 0 && block.len() <= BLOCK {
                    buffer.put(block.as_bytes(), lines as u64, LineOrigin::Child);
                    put += lines as u64;
                    waiting = true;
                }
                if takes && waiting && buffer.lock().bytes > 0 {
                    seen.extend(buffer.take().expect("a block waits"));
                }
            }
            let text = String::from_utf8(seen).expect("text") + &rest_of(&buffer);
            let numbers: Vec<usize> = text
                .lines()
                .filter(|line| !line.contains("dropped"))
                .map(|line| line.split(' ').next().and_then(|word| word.parse().ok()).expect("a whole line"))
                .collect();
            prop_assert!(numbers.is_sorted());
            prop_assert_eq!(numbers.len() as u64 + buffer.dropped.load(Ordering::Relaxed), put);
        }
    }
}
