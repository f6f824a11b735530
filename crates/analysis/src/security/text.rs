//! A text with the places of its lines.

/// Bytes of a line that are read around a place.
const MAX_LINE: usize = 10_000;

/// A file that is searched.
#[derive(Debug)]
pub struct Text<'t> {
    pub path: &'t str,
    pub bytes: &'t [u8],
    /// As in the language table; empty where it has none.
    pub language: &'static str,
}

impl Text<'_> {
    /// Where the line begins, or [`MAX_LINE`] before: a place costs no more in a file of one line.
    #[must_use]
    pub fn line_start(&self, at: usize) -> usize {
        let least = at.saturating_sub(MAX_LINE);
        memchr::memrchr(b'\n', &self.bytes[least..at]).map_or(least, |newline| least + newline + 1)
    }

    /// Where the line ends, or [`MAX_LINE`] behind.
    #[must_use]
    pub fn line_end(&self, at: usize) -> usize {
        let most = self.bytes.len().min(at + MAX_LINE);
        memchr::memchr(b'\n', &self.bytes[at..most]).map_or(most, |length| at + length)
    }

    /// The line around `at`, without its end.
    #[must_use]
    pub fn line(&self, at: usize) -> &[u8] {
        &self.bytes[self.line_start(at)..self.line_end(at)]
    }

    /// The 1-based line, and the column in characters. Only asked for findings, so no table of lines is kept.
    #[must_use]
    pub fn place(&self, at: usize) -> (u32, u32) {
        let line = memchr::memchr_iter(b'\n', &self.bytes[..at]).count() + 1;
        let before = &self.bytes[self.line_start(at)..at];
        let column = before.iter().filter(|byte| **byte & 0xC0 != 0x80).count() + 1;
        (
            u32::try_from(line).unwrap_or(u32::MAX),
            u32::try_from(column).unwrap_or(u32::MAX),
        )
    }

    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}
