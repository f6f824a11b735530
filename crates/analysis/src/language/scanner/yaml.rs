//! YAML: quotes open a string only where a value begins, and the text of a block (`|`, `>`) has no comments.

use super::super::spans::SpanKind;
use super::{Layout, note, quotes};

pub(super) fn scan(text: &[u8], start: usize, end: usize, layout: &mut Layout) {
    let mut yaml = Yaml {
        text: &text[..end],
        layout,
        unclosed: [false; 2],
    };
    let mut at = start;
    while at < end {
        let line_end = yaml.line_end(at);
        at = match yaml.line(at, line_end) {
            Line::Ends(place) => place + 1,
            Line::OpensBlock(place) => yaml.block(at, place + 1),
        };
    }
}

/// How a line ends, and where: a string may have taken it over several.
enum Line {
    Ends(usize),
    /// A text that is indented deeper follows.
    OpensBlock(usize),
}

struct Yaml<'a> {
    text: &'a [u8],
    layout: &'a mut Layout,
    /// For single and for double quotes: whether no further one follows that would close a string.
    unclosed: [bool; 2],
}

impl Yaml<'_> {
    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        at + memchr::memchr(b'\n', rest).unwrap_or(rest.len())
    }

    fn line(&mut self, start: usize, mut end: usize) -> Line {
        let mut at = start;
        // The last byte that is no white space: a value may begin at the start of a line.
        let mut before = b'-';
        let mut spaced = true;
        let mut header = false;
        while at < end {
            let byte = self.text[at];
            let begins_value = matches!(before, b'-' | b':' | b'[' | b'{' | b',' | b'?') && (spaced || before != b':');
            match byte {
                b'#' if spaced => {
                    note(self.layout, self.text, at, end, SpanKind::Comment);
                    break;
                }
                b'"' | b'\'' if begins_value => {
                    if let Some(close) = self.string(at, end) {
                        if close > end {
                            end = self.line_end(close);
                        }
                        (at, before, spaced, header) = (close, byte, false, false);
                        continue;
                    }
                }
                // A tag or an anchor precedes a value.
                b'!' | b'&' if begins_value => {
                    at += self.text[at..end]
                        .iter()
                        .take_while(|byte| !byte.is_ascii_whitespace())
                        .count();
                    spaced = false;
                    continue;
                }
                b'|' | b'>' if begins_value => header = true,
                b' ' | b'\t' | b'\r' => {}
                // The characters that may follow the sign of a block.
                b'+' | b'-' | b'0'..=b'9' if header && !spaced => {}
                _ => header = false,
            }
            spaced = byte.is_ascii_whitespace();
            if !spaced {
                before = byte;
            }
            at += 1;
        }
        if header { Line::OpensBlock(end) } else { Line::Ends(end) }
    }

    /// The place behind a string. One of several lines is believed only if something follows it that may.
    fn string(&mut self, at: usize, line_end: usize) -> Option<usize> {
        let is_double = self.text[at] == b'"';
        if self.unclosed[usize::from(is_double)] {
            return None;
        }
        let close = if is_double {
            quotes::long(self.text, at + 1, b"\"", b'\\')
        } else {
            self.single(at + 1)
        };
        let Some(close) = close else {
            self.unclosed[usize::from(is_double)] = true;
            return None;
        };
        let next = self.text[close..]
            .iter()
            .find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        if close > line_end && !next.is_none_or(|next| matches!(next, b'\n' | b',' | b']' | b'}' | b'#' | b':')) {
            return None;
        }
        note(self.layout, self.text, at, close, SpanKind::Text);
        Some(close)
    }

    /// The place behind a string in single quotes, in which a quote is written twice.
    fn single(&self, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            at += memchr::memchr(b'\'', self.text.get(at..)?)? + 1;
            if self.text.get(at) != Some(&b'\'') {
                return Some(at);
            }
            at += 1;
        }
    }

    /// The text below a line: the lines that are indented as its first one, and the empty ones among them.
    fn block(&mut self, header: usize, from: usize) -> usize {
        let outer = indent(&self.text[header..]);
        let mut least = outer + 1;
        let mut is_first = true;
        let mut last = from;
        let mut at = from;
        while at < self.text.len() {
            let end = self.line_end(at);
            let line = &self.text[at..end];
            if !line.trim_ascii().is_empty() {
                let depth = indent(line);
                if depth < least {
                    break;
                }
                if std::mem::take(&mut is_first) {
                    least = depth;
                }
                last = end;
            }
            at = end + 1;
        }
        if last == from {
            return from;
        }
        note(self.layout, self.text, from, last, SpanKind::Text);
        last + 1
    }
}

fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|byte| **byte == b' ').count()
}
