//! Lines on their way into the buffer, gathered so that one lock serves many.

use std::sync::Arc;

use super::Shared;
use super::buffer::{BLOCK, LineOrigin};

/// A block of whole lines in the making.
pub struct LogSink {
    pub bytes: Vec<u8>,
    pub(super) lines: u64,
    shared: Option<Arc<Shared>>,
}

impl LogSink {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self {
            bytes: Vec::with_capacity(BLOCK + 32 * 1024),
            lines: 0,
            shared: Some(shared),
        }
    }

    #[cfg(test)]
    pub fn nowhere() -> Self {
        Self {
            bytes: Vec::new(),
            lines: 0,
            shared: None,
        }
    }

    /// Counts a line that was appended to `bytes`, and passes the block on when it is large.
    pub fn line_done(&mut self) {
        self.lines += 1;
        if self.bytes.len() >= BLOCK {
            self.flush();
        }
    }

    /// Passes the children's lines on.
    pub fn flush(&mut self) {
        self.pass_on(LineOrigin::Child);
    }

    /// Passes on a line of the supervisor, behind what the children wrote before it.
    pub fn own_line(&mut self, line: &str) {
        self.flush();
        self.bytes.extend_from_slice(line.as_bytes());
        self.lines += 1;
        self.pass_on(LineOrigin::Supervisor);
    }

    fn pass_on(&mut self, origin: LineOrigin) {
        let Some(shared) = &self.shared else { return };
        let lines = std::mem::take(&mut self.lines);
        if lines > 0 {
            shared.count(lines, 0);
            shared.buffer.put(&self.bytes, lines, origin);
            self.bytes.clear();
        }
    }
}
