//! JavaScript and its relatives: regular expressions, templates that nest, and everything else by signs.
//!
//! Whether a `/` divides or begins a regular expression depends on the text before it. After a closing bracket, only a parser
//! could decide; here `)` is the end of a value unless it belongs to an `if` or a loop, and `}` is the end of a block.

use super::super::signs::Signs;
use super::super::spans::SpanKind;
use super::{Layout, note, quotes};

/// The construct of an open bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Plain,
    /// `if (…)`: a statement follows.
    Head,
    /// `${…}`: a template goes on behind it.
    Template,
}

/// Hostile text cannot make the list of open brackets grow without bound.
const MAX_OPEN: usize = 4096;
/// A regular expression is not longer.
const MAX_REGEX: usize = 4096;

struct Script<'a> {
    text: &'a [u8],
    layout: &'a mut Layout,
    open: Vec<Bracket>,
    /// A value ends before the place: what follows is an operator.
    value: bool,
    /// The word before the place is `if`, `for`, `while` or `with`.
    head: bool,
    /// A template that is never closed opens nothing.
    templates: bool,
    /// Signs of block comments that are never closed.
    unclosed: Vec<&'static [u8]>,
}

pub(super) fn scan(signs: &'static Signs, text: &[u8], start: usize, end: usize, layout: &mut Layout) {
    let mut script = Script {
        text: &text[..end],
        layout,
        open: Vec::new(),
        value: false,
        head: false,
        templates: true,
        unclosed: Vec::new(),
    };
    let mut at = start;
    if text[start..end].starts_with(b"#!") {
        at = script.line_comment(start);
    }
    while at < end {
        at = script.step(signs, start, at).max(at + 1);
    }
}

impl Script<'_> {
    fn step(&mut self, signs: &'static Signs, start: usize, at: usize) -> usize {
        let rest = &self.text[at..];
        let block = signs.block_comments.iter().find(|pair| rest.starts_with(pair.open));
        if let Some(pair) = block.filter(|pair| !self.unclosed.contains(&pair.close)) {
            if let Some(length) = memchr::memmem::find(&rest[pair.open.len()..], pair.close) {
                let end = at + pair.open.len() + length + pair.close.len();
                note(self.layout, self.text, at, end, SpanKind::Comment);
                return end;
            }
            self.unclosed.push(pair.close);
        }
        let byte = rest[0];
        match byte {
            b'/' if rest.starts_with(b"//") => self.line_comment(at),
            // A comment of old, to hide scripts from browsers older still.
            b'<' if rest.starts_with(b"<!--") && self.is_line_start(start, at) => self.line_comment(at),
            b'/' => self.slash(at),
            b'"' | b'\'' => {
                self.after(true);
                quotes::line(self.text, at + 1, &[byte], b'\\')
                    .inspect(|end| {
                        note(self.layout, self.text, at, *end, SpanKind::Text);
                    })
                    .unwrap_or(at + 1)
            }
            b'`' => self.template(at),
            b'(' => {
                let bracket = if self.head { Bracket::Head } else { Bracket::Plain };
                self.opens(bracket);
                at + 1
            }
            b'{' | b'[' => {
                self.opens(Bracket::Plain);
                at + 1
            }
            b')' | b']' | b'}' => self.closes(at, byte),
            byte if is_word(byte) => self.word(at),
            byte if byte.is_ascii_whitespace() => at + 1,
            _ => {
                // `a++ / b`.
                self.after(matches!(byte, b'+' | b'-') && self.value && at > 0 && self.text[at - 1] == byte);
                at + 1
            }
        }
    }

    fn after(&mut self, value: bool) {
        self.value = value;
        self.head = false;
    }

    fn is_line_start(&self, start: usize, at: usize) -> bool {
        let mut before = self.text[start..at].iter().rev();
        before
            .find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'))
            .is_none_or(|byte| *byte == b'\n')
    }

    fn line_comment(&mut self, at: usize) -> usize {
        let end = at + memchr::memchr(b'\n', &self.text[at..]).unwrap_or(self.text.len() - at);
        note(self.layout, self.text, at, end, SpanKind::Comment);
        end
    }

    fn word(&mut self, at: usize) -> usize {
        let length = self.text[at..].iter().take_while(|byte| is_word(**byte)).count();
        let word = &self.text[at..at + length];
        let is_member = at > 0 && self.text[at - 1] == b'.';
        let is_operator = matches!(
            word,
            b"return"
                | b"typeof"
                | b"case"
                | b"in"
                | b"of"
                | b"do"
                | b"else"
                | b"void"
                | b"delete"
                | b"instanceof"
                | b"new"
                | b"throw"
                | b"yield"
                | b"await"
        );
        self.value = is_member || !is_operator;
        self.head = !is_member && matches!(word, b"if" | b"for" | b"while" | b"with");
        at + length
    }

    fn slash(&mut self, at: usize) -> usize {
        let next = self.text.get(at + 1);
        // `</a>`, `<a />`.
        let is_tag = next == Some(&b'>') || (at > 0 && self.text[at - 1] == b'<');
        if !self.value
            && !is_tag
            && let Some(end) = self.regex(at)
        {
            self.after(true);
            return end;
        }
        self.after(false);
        at + 1
    }

    /// The end of a regular expression: on the same line, and not in a class.
    fn regex(&self, at: usize) -> Option<usize> {
        let mut in_class = false;
        let mut place = at + 1;
        while place < self.text.len().min(at + MAX_REGEX) {
            match self.text[place] {
                b'\n' => return None,
                b'\\' => place += 1,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => {
                    let flags = self.text[place + 1..]
                        .iter()
                        .take_while(|byte| byte.is_ascii_alphabetic())
                        .count();
                    return Some(place + 1 + flags);
                }
                _ => {}
            }
            place += 1;
        }
        None
    }

    fn opens(&mut self, bracket: Bracket) {
        if self.open.len() < MAX_OPEN {
            self.open.push(bracket);
        }
        self.after(false);
    }

    fn closes(&mut self, at: usize, byte: u8) -> usize {
        let bracket = self.open.pop();
        if byte == b'}' && bracket == Some(Bracket::Template) {
            return self.template_text(at + 1);
        }
        self.after(byte == b']' || (byte == b')' && bracket != Some(Bracket::Head)));
        at + 1
    }

    fn template(&mut self, at: usize) -> usize {
        if self.templates && memchr::memchr(b'`', &self.text[at + 1..]).is_none() {
            self.templates = false;
        }
        if !self.templates {
            return at + 1;
        }
        self.template_text(at + 1)
    }

    /// The text of a template up to its end or to a `${`.
    fn template_text(&mut self, from: usize) -> usize {
        let mut at = from;
        while at < self.text.len() {
            match self.text[at] {
                b'\\' => at += 1,
                b'`' => {
                    note(self.layout, self.text, from - 1, at + 1, SpanKind::Text);
                    self.after(true);
                    return at + 1;
                }
                b'$' if self.text.get(at + 1) == Some(&b'{') => {
                    note(self.layout, self.text, from - 1, at + 2, SpanKind::Text);
                    self.opens(Bracket::Template);
                    return at + 2;
                }
                _ => {}
            }
            at += 1;
        }
        from
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}
