//! Long forms of strings and comments that a pair of signs cannot describe.

use super::super::signs::Feature;
use super::super::spans::SpanKind;
use super::{Plain, quotes};

mod raw;

/// How many searches for a closing sign may fail before long forms are searched for no more: hostile text is all openings.
pub(super) const MAX_VAIN: u32 = 16;

/// A here-document whose text begins with the next line.
#[derive(Debug)]
pub(super) struct Heredoc {
    tag: Vec<u8>,
    /// White space may precede the closing tag.
    indented: bool,
}

impl Plain<'_> {
    /// A comment that begins as a line comment does: `--[==[`; documentation of Perl.
    pub(super) fn long_comment(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        if self.signs.has(Feature::Brackets) {
            let sign = self.signs.line_comments.iter().find(|sign| rest.starts_with(sign))?;
            let end = self.brackets(at + sign.len())?;
            self.note(at, end, SpanKind::Comment);
            return Some(end);
        }
        let is_pod = self.signs.has(Feature::Pod)
            && rest[0] == b'='
            && rest.get(1).is_some_and(u8::is_ascii_alphabetic)
            && (at == self.start || self.text[at - 1] == b'\n');
        if is_pod {
            let end = memchr::memmem::find(rest, b"\n=cut").map_or(self.end, |cut| self.line_end(at + cut + 1));
            self.note(at, end, SpanKind::Comment);
            return Some(end);
        }
        None
    }

    pub(super) fn long_form(&mut self, at: usize) -> Option<usize> {
        let signs = self.signs;
        let first = self.text[at];
        if self.vain > MAX_VAIN {
            return None;
        }
        let end = match first {
            b'\n' => return self.heredoc_texts(at),
            b'<' if signs.has(Feature::Heredoc) => return self.heredoc(at),
            b'[' if signs.has(Feature::Brackets) => self.brackets(at),
            b'#' | b'r' if signs.has(Feature::RawHash) => self.raw_hash(at),
            b'R' if signs.has(Feature::RawCpp) => self.raw_cpp(at),
            b'@' | b'$' | b'"' if signs.has(Feature::RawCsharp) => self.raw_csharp(at),
            b'$' if signs.has(Feature::Dollar) => self.dollar(at),
            b'\'' if signs.has(Feature::Nix) => self.nix(at),
            b'{' if signs.has(Feature::Ocaml) => self.ocaml(at),
            b'/' | b'q' | b'm' | b's' | b't' | b'y' if signs.has(Feature::Perl) => self.perl(at),
            b'%' | b'/' if signs.has(Feature::Percent) => self.percent(at),
            _ => None,
        }?;
        self.note(at, end, SpanKind::Text);
        Some(end)
    }

    fn find(&mut self, from: usize, sign: &[u8]) -> Option<usize> {
        let body = self.text.get(from..)?;
        let found = memchr::memmem::find(body, sign).map(|found| from + found + sign.len());
        self.vain += u32::from(found.is_none());
        found
    }

    fn count(&self, from: usize, byte: u8) -> usize {
        self.text[from.min(self.end)..]
            .iter()
            .take_while(|b| **b == byte)
            .count()
    }

    fn is_word(&self, at: usize) -> bool {
        self.text
            .get(at)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    }

    fn follows_word(&self, at: usize) -> bool {
        at > self.start && self.is_word(at - 1)
    }

    /// `<<END`, `<<-'END'`, `<<~END`, `<<<END` of PHP: its text begins behind the line.
    fn heredoc(&mut self, at: usize) -> Option<usize> {
        let rest = self.text[at..].strip_prefix(b"<<")?;
        let is_php = self.signs.has(Feature::Php);
        let mut rest = if is_php {
            rest.strip_prefix(b"<")?.trim_ascii_start()
        } else {
            rest
        };
        if !is_php && (rest.starts_with(b"<") || (at > 0 && self.text[at - 1] == b'<')) {
            return Some(at + 3);
        }
        let mut indented = is_php;
        if let Some((b'-' | b'~', more)) = rest.split_first() {
            (rest, indented) = (more, true);
        }
        let rest = rest
            .strip_prefix(b" ")
            .or_else(|| rest.strip_prefix(b"\\"))
            .unwrap_or(rest);
        let (tag, length) = match rest.split_first()? {
            (quote @ (b'"' | b'\'' | b'`'), quoted) => {
                let tag = &quoted[..memchr::memchr2(*quote, b'\n', quoted)?];
                (tag, tag.len() + 2)
            }
            (first, _) if first.is_ascii_alphabetic() || *first == b'_' => {
                let length = rest
                    .iter()
                    .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                    .count();
                (&rest[..length], length)
            }
            _ => return None,
        };
        self.heredocs.push(Heredoc {
            tag: tag.to_vec(),
            indented,
        });
        Some(self.text.len() - rest.len() + length)
    }

    /// The texts of the here-documents that the line before has opened.
    fn heredoc_texts(&mut self, at: usize) -> Option<usize> {
        let mut from = at + 1;
        for heredoc in std::mem::take(&mut self.heredocs) {
            let mut line = from;
            let mut is_open = true;
            while is_open && line < self.end {
                let end = self.line_end(line);
                let whole = self.text[line..end]
                    .strip_suffix(b"\r")
                    .unwrap_or(&self.text[line..end]);
                let text = if heredoc.indented {
                    whole.trim_ascii_start()
                } else {
                    whole
                };
                // PHP goes on behind the tag.
                let closes = text.strip_prefix(heredoc.tag.as_slice()).is_some_and(|rest| {
                    rest.is_empty()
                        || (self.signs.has(Feature::Php) && !rest[0].is_ascii_alphanumeric() && rest[0] != b'_')
                });
                if closes {
                    self.note(from, line, SpanKind::Text);
                    from = line + whole.len() - text.len() + heredoc.tag.len();
                    is_open = false;
                }
                line = end + 1;
            }
            self.vain += u32::from(is_open);
        }
        (from > at + 1).then_some(from)
    }

    /// `[==[ ]==]`.
    fn brackets(&mut self, at: usize) -> Option<usize> {
        let level = self
            .text
            .get(at..)?
            .strip_prefix(b"[")?
            .iter()
            .take_while(|byte| **byte == b'=')
            .count();
        if self.text.get(at + 1 + level) != Some(&b'[') {
            return None;
        }
        let close = [b"]".as_slice(), &vec![b'='; level], b"]"].concat();
        self.find(at + 2 + level, &close)
    }

    /// `$$ $$`, `$tag$ $tag$`.
    fn dollar(&mut self, at: usize) -> Option<usize> {
        let body = &self.text[at + 1..];
        let length = body
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .count();
        if body.get(length) != Some(&b'$') || body[0].is_ascii_digit() || self.follows_word(at) {
            return None;
        }
        let tag = &self.text[at..at + length + 2];
        self.find(at + tag.len(), tag)
    }

    /// `'' ''`, in which `'''` and `''$` and `''\` are no end.
    fn nix(&mut self, at: usize) -> Option<usize> {
        if !self.text[at..].starts_with(b"''") {
            return None;
        }
        let mut place = at + 2;
        loop {
            place = self.find(place, b"''")?;
            match self.text.get(place) {
                Some(b'\'' | b'$') => place += 1,
                Some(b'\\') => place += 2,
                _ => return Some(place),
            }
        }
    }

    /// `{| |}`, `{id| |id}`.
    fn ocaml(&mut self, at: usize) -> Option<usize> {
        let body = &self.text[at + 1..];
        let length = body
            .iter()
            .take_while(|byte| byte.is_ascii_lowercase() || **byte == b'_')
            .count();
        if body.get(length) != Some(&b'|') {
            return None;
        }
        let close = [b"|".as_slice(), &body[..length], b"}"].concat();
        self.find(at + length + 2, &close)
    }

    /// `%w[ ]`, `%q( )`, and regular expressions.
    fn percent(&mut self, at: usize) -> Option<usize> {
        if self.text[at] == b'/' {
            return self.regex(at);
        }
        let kind = self.text.get(at + 1).copied()?;
        let has_kind = matches!(kind, b'w' | b'W' | b'i' | b'I' | b'q' | b'Q' | b'r' | b'x' | b's');
        let open = at + 1 + usize::from(has_kind);
        let delimiter = self.text.get(open).copied().filter(u8::is_ascii_punctuation)?;
        // `a %(b)` is a remainder.
        if !has_kind && (!matches!(delimiter, b'(' | b'{' | b'[') || self.is_behind_value(at)) || self.follows_word(at)
        {
            return None;
        }
        self.delimited(open)
    }

    /// `q{ }`, `qw( )`, `m/ /`, `s/ / /`, `/ /`.
    fn perl(&mut self, at: usize) -> Option<usize> {
        if self.text[at] == b'/' {
            return self.regex(at);
        }
        let is_part = at > self.start && matches!(self.text[at - 1], b'$' | b'@' | b'%' | b'&' | b'>' | b'{' | b'-');
        if self.follows_word(at) || is_part {
            return None;
        }
        let rest = &self.text[at..];
        let word = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .count();
        let parts = match &rest[..word] {
            b"q" | b"qq" | b"qw" | b"qr" | b"qx" | b"m" => 1,
            b"s" | b"tr" | b"y" => 2,
            _ => return None,
        };
        let open = at + word + rest[word..].iter().take_while(|byte| **byte == b' ').count();
        let delimiter = self.text.get(open).copied().filter(u8::is_ascii_punctuation)?;
        let is_spaced = open > at + word;
        if matches!(delimiter, b',' | b';' | b')' | b'_')
            || (delimiter == b'=' && (is_spaced || self.text.get(open + 1) == Some(&b'>')))
            || (is_spaced && delimiter == b'#')
        {
            return None;
        }
        let end = self.delimited(open)?;
        if parts == 1 {
            return Some(end);
        }
        if matches!(delimiter, b'(' | b'{' | b'[' | b'<') {
            let second = end
                + self.text[end..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_whitespace())
                    .count();
            return self.delimited(second);
        }
        self.delimited(end - 1)
    }

    /// The place behind what the delimiter at `open` begins; brackets nest.
    fn delimited(&mut self, open: usize) -> Option<usize> {
        const LONGEST: usize = 64 * 1024;
        let first = *self.text.get(open)?;
        let close = match first {
            b'(' => b')',
            b'{' => b'}',
            b'[' => b']',
            b'<' => b'>',
            other => other,
        };
        let mut depth = 1usize;
        let mut at = open + 1;
        while at < self.end.min(open + LONGEST) {
            let byte = self.text[at];
            if byte == b'\\' {
                at += 1;
            } else if byte == close {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            } else if byte == first {
                depth += 1;
            }
            at += 1;
        }
        self.vain += 1;
        None
    }

    /// `/ /` on one line, where a value may begin.
    fn regex(&mut self, at: usize) -> Option<usize> {
        if self.is_behind_value(at) {
            return None;
        }
        let end = quotes::line(self.text, at + 1, b"/", b'\\');
        self.vain += u32::from(end.is_none());
        end
    }

    /// Whether the text before is a value, so that an operator follows.
    fn is_behind_value(&self, at: usize) -> bool {
        const WORDS: &[&[u8]] = &[
            b"split", b"if", b"unless", b"and", b"or", b"not", b"grep", b"map", b"return", b"when", b"while", b"until",
            b"elsif",
        ];
        let before = self.text[self.start..at].trim_ascii_end();
        let Some(last) = before.last() else { return false };
        if last.is_ascii_alphanumeric() || *last == b'_' {
            let word = before.len()
                - before
                    .iter()
                    .rev()
                    .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                    .count();
            return !WORDS.contains(&&before[word..]);
        }
        matches!(last, b')' | b']' | b'}' | b'"' | b'\'' | b'$')
    }
}
