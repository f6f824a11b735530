//! Finds comments, strings and code of another language in a text, by the signs of its language: for languages without
//! a parser, and for texts that are not parsed.
//!
//! A quote or a block comment that is never closed opens nothing, so that one stray sign does not turn the rest of a file
//! into something else; a string that cannot span lines ends with its line.

use super::signs::{Feature, Pair, PairKind, Signs};
use super::spans::{Span, SpanKind};
use super::{Language, LanguageId};

mod comments;
mod long;
mod markup;
mod prose;
mod quotes;
mod script;
mod yaml;

/// Strings from this length on are noted though they have one line.
const LONG: usize = 256;

/// The parts of a text that are no plain code.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Comments and long strings, sorted by place; what is inside of another follows it.
    pub spans: Vec<Span>,
    /// Texts of other languages, sorted by place.
    pub parts: Vec<EmbeddedPart>,
}

impl Layout {
    /// Takes the comments and strings of a syntax tree for those that the scan found: of the whole text, or of the scripts
    /// in markup.
    pub fn replace(&mut self, spans: Vec<Span>, is_markup: bool) {
        if !is_markup {
            self.spans = spans;
            return;
        }
        let parsed = |part: &&EmbeddedPart| matches!(part.language.get().id, "javascript" | "typescript");
        let ranges: Vec<_> = self
            .parts
            .iter()
            .filter(parsed)
            .map(|part| part.start..part.end)
            .collect();
        let inside = |span: &Span| ranges.iter().any(|range| range.contains(&(span.start as usize)));
        self.spans.retain(|span| span.kind == SpanKind::Code || !inside(span));
        self.spans.extend(spans);
        self.spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    }
}

/// A text of another language inside of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmbeddedPart {
    pub start: usize,
    pub end: usize,
    pub language: LanguageId,
}

/// Scans a whole text.
#[must_use]
pub fn scan(language: &'static Language, text: &[u8]) -> Layout {
    let mut layout = Layout::default();
    region(language, text, 0, text.len(), &mut layout);
    layout
        .spans
        .sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    layout.parts.sort_by_key(|part| part.start);
    layout
}

/// Scans the text between two places as that of one language.
fn region(language: &'static Language, text: &[u8], start: usize, end: usize, layout: &mut Layout) {
    let signs = &language.signs;
    if signs.has(Feature::Literate) {
        paragraphs(text, start, end, layout);
    }
    if signs.has(Feature::Fences) || signs.has(Feature::Directives) {
        prose::scan(signs, text, start, end, layout);
    }
    if signs.has(Feature::Tags) {
        markup::scan(language, text, start, end, layout);
    } else if signs.has(Feature::Yaml) {
        yaml::scan(text, start, end, layout);
    } else if signs.has(Feature::Script) {
        script::scan(signs, text, start, end, layout);
    } else if signs.has(Feature::Php) {
        markup::php(signs, text, start, end, layout);
    } else if !signs.has(Feature::Literate) {
        Plain::new(signs, text, start, end, layout).run();
    }
}

/// Prose is comment, but the empty lines of it are empty.
fn paragraphs(text: &[u8], start: usize, end: usize, layout: &mut Layout) {
    let (mut at, mut open) = (start, None);
    while at < end {
        let line_end = memchr::memchr(b'\n', &text[at..end]).map_or(end, |newline| at + newline);
        let is_blank = text[at..line_end].trim_ascii().is_empty();
        match open {
            Some(from) if is_blank => {
                note(layout, text, from, at, SpanKind::Comment);
                open = None;
            }
            None if !is_blank => open = Some(at),
            _ => {}
        }
        at = line_end + 1;
    }
    note(layout, text, open.unwrap_or(end), end, SpanKind::Comment);
}

/// A text as that of another language, and a part of its file's.
fn part(language: LanguageId, text: &[u8], start: usize, end: usize, layout: &mut Layout) {
    if start >= end {
        return;
    }
    layout.spans.push(Span::new(start, end, SpanKind::Code));
    layout.parts.push(EmbeddedPart { start, end, language });
    region(language.get(), text, start, end, layout);
}

/// A language whose rules are its signs and a few long forms.
struct Plain<'a> {
    signs: &'static Signs,
    text: &'a [u8],
    start: usize,
    end: usize,
    layout: &'a mut Layout,
    /// Here-documents that begin behind the line's end.
    heredocs: Vec<long::Heredoc>,
    /// Signs that are known not to occur from some place on.
    unclosed: Vec<&'static [u8]>,
    /// Searches for a closing sign that failed.
    vain: u32,
    line: Line,
    /// Strings of one line that are not closed on a line, and where that line ends.
    unclosed_on_line: (Vec<&'static [u8]>, usize),
}

/// The line of the place that is scanned.
#[derive(Debug, Clone, Copy)]
struct Line {
    start: usize,
    /// Position of its first byte that is not white space, as far as known up to `seen`.
    first: usize,
    seen: usize,
}

impl Line {
    /// Moves on to the place `at` of a text.
    fn advance(&mut self, text: &[u8], at: usize) {
        if let Some(newline) = memchr::memrchr(b'\n', &text[self.seen..at]) {
            self.start = self.seen + newline + 1;
            self.first = self.start;
        }
        self.seen = at;
        while self.first < at && text[self.first].is_ascii_whitespace() {
            self.first += 1;
        }
    }
}

impl<'a> Plain<'a> {
    fn new(signs: &'static Signs, text: &'a [u8], start: usize, end: usize, layout: &'a mut Layout) -> Self {
        Self {
            signs,
            text: &text[..end],
            start,
            end,
            layout,
            heredocs: Vec::new(),
            unclosed: Vec::new(),
            vain: 0,
            line: Line {
                start,
                first: start,
                seen: start,
            },
            unclosed_on_line: (Vec::new(), 0),
        }
    }

    /// Returns where it stopped: at the end, or behind the `?>` of PHP.
    fn run(&mut self) -> usize {
        let mut at = self.start;
        while at < self.end {
            if !self.signs.matters.has(self.text[at]) {
                at += 1;
            } else if self.signs.has(Feature::Php) && self.text[at..].starts_with(b"?>") {
                return at + 2;
            } else {
                at = self.step(at).max(at + 1);
            }
        }
        self.end
    }

    /// The place behind whatever begins here.
    fn step(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        if self.escaped(rest) {
            return at + 2;
        }
        let block = self.block_comment(at);
        let found = block
            .or_else(|| self.long_comment(at))
            .or_else(|| self.line_comment(at))
            .or_else(|| self.skipped(at))
            .or_else(|| self.long_form(at))
            .or_else(|| self.string(at));
        found.unwrap_or(at + 1)
    }

    /// A quote or an escape sign that is escaped outside of a string.
    fn escaped(&self, rest: &[u8]) -> bool {
        let signs = self.signs;
        rest.first() == Some(&signs.escape)
            && rest.get(1).is_some_and(|next| {
                *next == signs.escape || signs.strings.iter().any(|pair| rest[1..].starts_with(pair.open))
            })
    }

    fn skipped(&self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let sign = self.signs.skips.iter().find(|sign| rest.starts_with(sign))?;
        let next = rest.get(sign.len()).filter(|byte| byte.is_ascii_punctuation())?;
        // `$"` of Perl, but `${"a"}`; `?\"` of Emacs Lisp.
        let length = if *next == b'\\' { 2 } else { 1 };
        (!matches!(next, b'{' | b'(' | b'[' | b'<')).then_some(at + sign.len() + length)
    }

    /// The place behind the next `sign`.
    fn close(&mut self, from: usize, sign: &'static [u8]) -> Option<usize> {
        if self.unclosed.contains(&sign) {
            return None;
        }
        let anchored = self.signs.has(Feature::Anchored) && !sign.iter().all(u8::is_ascii_punctuation);
        let body = self.text.get(from..).unwrap_or_default();
        let found = memchr::memmem::find_iter(body, sign)
            .find(|found| !anchored || self.text.get(from + found - 1) == Some(&b'\n'))
            .map(|found| from + found + sign.len());
        if found.is_none() {
            self.unclosed.push(sign);
        }
        found
    }

    fn string(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        if rest[0] == b'\'' && self.signs.has(Feature::Char) {
            return Some(at + quotes::character(rest));
        }
        let pair = *self.signs.strings.iter().find(|pair| rest.starts_with(pair.open))?;
        let from = at + pair.open.len();
        let end = match pair.kind {
            PairKind::Line => self.line_string(from, pair.close),
            PairKind::Verbatim if self.signs.has(Feature::Sql) => self.sql(from, pair.close),
            PairKind::Verbatim => self
                .close(from, pair.close)
                .map(|end| self.behind_more_quotes(end, pair)),
            _ if self.unclosed.contains(&pair.close) => None,
            _ => {
                let end = quotes::long(self.text, from, pair.close, self.signs.escape);
                if end.is_none() {
                    self.unclosed.push(pair.close);
                }
                end
            }
        }?;
        self.note(at, end, SpanKind::Text);
        Some(end)
    }

    fn line_string(&mut self, from: usize, close: &'static [u8]) -> Option<usize> {
        let (unclosed, line_end) = &mut self.unclosed_on_line;
        if from >= *line_end {
            unclosed.clear();
        } else if unclosed.contains(&close) {
            return None;
        }
        let end = quotes::line(self.text, from, close, self.signs.escape);
        if end.is_none() {
            let line = self.line_end(from);
            self.unclosed_on_line.1 = line;
            self.unclosed_on_line.0.push(close);
        }
        end
    }

    fn sql(&mut self, from: usize, close: &'static [u8]) -> Option<usize> {
        if self.unclosed.contains(&close) {
            return None;
        }
        let end = quotes::sql(self.text, from);
        if end.is_none() {
            self.unclosed.push(close);
        }
        end
    }

    /// Quotes before the last three of a raw string belong to it.
    fn behind_more_quotes(&self, mut end: usize, pair: Pair) -> usize {
        if pair.close == b"\"\"\"" {
            while self.text.get(end) == Some(&b'"') {
                end += 1;
            }
        }
        end
    }

    fn line_end(&self, from: usize) -> usize {
        from + memchr::memchr(b'\n', &self.text[from..]).unwrap_or(self.text.len() - from)
    }

    fn note(&mut self, start: usize, end: usize, kind: SpanKind) {
        note(self.layout, self.text, start, end, kind);
    }
}

/// Keeps a comment, and a string that is long.
fn note(layout: &mut Layout, text: &[u8], start: usize, end: usize, kind: SpanKind) {
    let is_long = || end - start > LONG || memchr::memchr(b'\n', &text[start..end]).is_some();
    if start < end && (kind != SpanKind::Text || is_long()) {
        layout.spans.push(Span::new(start, end, kind));
    }
}

#[cfg(test)]
mod tests;
