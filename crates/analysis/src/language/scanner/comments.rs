//! Line and block comments.

use super::super::signs::{Feature, Pair, PairKind};
use super::super::spans::SpanKind;
use super::{Plain, long};

impl<'a> Plain<'a> {
    pub(super) fn line_comment(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let sign = *self.signs.line_comments.iter().find(|sign| rest.starts_with(sign))?;
        if !self.is_comment_place(at, sign) {
            return None;
        }
        let mut end = at + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        if self.signs.has(Feature::Php) {
            end = memchr::memmem::find(&self.text[at..end], b"?>").map_or(end, |close| at + close);
        } else if self.signs.has(Feature::Indented) {
            end = self.indented_end(at, end);
        }
        self.note(at, end, SpanKind::Comment);
        Some(end)
    }

    fn is_comment_place(&mut self, at: usize, sign: &[u8]) -> bool {
        self.line.advance(self.text, at);
        let signs = self.signs;
        let before = (at > self.line.start).then(|| self.text[at - 1]);
        if signs.has(Feature::Column) && sign.len() == 1 && sign != b"!" {
            return before.is_none();
        }
        if signs.has(Feature::Start) && self.line.first != at {
            return false;
        }
        // `#[` begins an attribute.
        if signs.has(Feature::Php) && sign == b"#" && self.text.get(at + 1) == Some(&b'[') {
            return false;
        }
        let begins_word = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b';' | b'(' | b')' | b'|' | b'&');
        if signs.has(Feature::Spaced) && before.is_some_and(|byte| !begins_word(byte)) {
            return false;
        }
        // A word such as `REM`.
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let after = self.text.get(at + sign.len()).copied();
        !sign.iter().all(u8::is_ascii_alphabetic) || !(before.is_some_and(is_word) || after.is_some_and(is_word))
    }

    /// The end of a comment and of the lines below that are indented deeper than it.
    fn indented_end(&self, at: usize, end: usize) -> usize {
        let line_start = memchr::memrchr(b'\n', &self.text[..at]).map_or(0, |newline| newline + 1);
        let indent = at - line_start;
        if !self.text[line_start..at].trim_ascii().is_empty() {
            return end;
        }
        let mut found = end;
        let mut next = end + 1;
        while next < self.end {
            let line_end = next + memchr::memchr(b'\n', &self.text[next..]).unwrap_or(self.text.len() - next);
            let line = &self.text[next..line_end];
            let blank = line.trim_ascii().is_empty();
            if !blank && line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count() <= indent {
                break;
            }
            if !blank {
                found = line_end;
            }
            next = line_end + 1;
        }
        found
    }

    pub(super) fn block_comment(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let pair = *self
            .signs
            .block_comments
            .iter()
            .find(|pair| rest.starts_with(pair.open))?;
        let same = pair.open == pair.close;
        // `(*)` of F# is an operator, a line of `####` no block of CoffeeScript.
        if rest.starts_with(b"(*)") || (same && rest.get(pair.open.len()) == pair.open.first()) || !self.is_anchored(at)
        {
            return None;
        }
        let end = if pair.kind == PairKind::NestingComment && !same {
            self.nesting_end(at, pair)
        } else {
            self.close(at + pair.open.len(), pair.close)
        }?;
        let anchored = self.signs.has(Feature::Anchored);
        let end = if anchored { self.line_end(end) } else { end };
        self.note(at, end, SpanKind::Comment);
        Some(end)
    }

    fn is_anchored(&self, at: usize) -> bool {
        !self.signs.has(Feature::Anchored) || at == self.start || self.text.get(at - 1) == Some(&b'\n')
    }

    /// Where a comment ends that may hold others.
    fn nesting_end(&mut self, at: usize, pair: Pair) -> Option<usize> {
        let mut depth = 0usize;
        let mut place = at;
        while place < self.end && self.vain <= long::MAX_VAIN {
            let rest = &self.text[place..];
            if rest.starts_with(pair.close) {
                place += pair.close.len();
                depth -= 1;
                if depth == 0 {
                    return Some(place);
                }
            } else if rest.starts_with(pair.open) {
                place += pair.open.len();
                depth += 1;
            } else {
                place += 1;
            }
        }
        // One that is opened once too often ends where one that does not nest would.
        self.vain += 1;
        self.close(at + pair.open.len(), pair.close)
    }
}
