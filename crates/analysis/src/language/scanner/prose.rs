//! Blocks of code in prose: fences of Markdown, `code-block` of reStructuredText, `[source]` of AsciiDoc, `begin_src` of Org.

use super::super::LanguageId;
use super::super::signs::{Feature, Signs};
use super::{Layout, part};

pub(super) fn scan(signs: &Signs, text: &[u8], start: usize, end: usize, layout: &mut Layout) {
    let mut lines = Lines {
        text: &text[..end],
        at: start,
    };
    while let Some((_, line)) = lines.next() {
        let block = if signs.has(Feature::Fences) {
            fence(line, &lines)
        } else {
            directive(line, &mut lines)
        };
        let Some(block) = block else { continue };
        if let Some(language) = block.language {
            part(language, text, block.start, block.end, layout);
        }
        lines.at = block.next;
    }
}

struct Block {
    start: usize,
    end: usize,
    /// Where the text goes on.
    next: usize,
    language: Option<LanguageId>,
}

struct Lines<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Lines<'a> {
    /// The place of the next line, and the line.
    fn next(&mut self) -> Option<(usize, &'a [u8])> {
        let start = self.at;
        let rest = self.text.get(start..).filter(|rest| !rest.is_empty())?;
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        self.at = start + end + 1;
        Some((start, &rest[..end]))
    }

    /// The block that begins here and ends before the line that `closes`; without one it ends with the text.
    fn until(&self, language: Option<LanguageId>, closes: impl Fn(&[u8]) -> bool) -> Block {
        let start = self.at.min(self.text.len());
        let mut lines = Lines {
            text: self.text,
            at: start,
        };
        while let Some((at, line)) = lines.next() {
            if closes(line) {
                return Block {
                    start,
                    end: at,
                    next: lines.at,
                    language,
                };
            }
        }
        Block {
            start,
            end: self.text.len(),
            next: self.text.len(),
            language,
        }
    }

    /// The lines from here on that are indented deeper than `outer`, and the empty ones among them.
    fn indented(&self, outer: usize, language: Option<LanguageId>) -> Block {
        let (start, mut end) = (self.at.min(self.text.len()), self.at.min(self.text.len()));
        let mut lines = Lines {
            text: self.text,
            at: start,
        };
        while let Some((_, line)) = lines.next() {
            if !line.trim_ascii().is_empty() {
                if indent(line) <= outer {
                    break;
                }
                end = lines.at.min(self.text.len());
            }
        }
        Block {
            start,
            end,
            next: end,
            language,
        }
    }
}

fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// A block between lines of backticks or tildes, also in a list or a quotation.
fn fence(line: &[u8], lines: &Lines<'_>) -> Option<Block> {
    let line = bare(line);
    let sign = *line.first().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = line.iter().take_while(|byte| **byte == sign).count();
    let info = line[length..].trim_ascii();
    if length < 3 || (sign == b'`' && info.contains(&b'`')) {
        return None;
    }
    let closes = |line: &[u8]| {
        let line = bare(line).trim_ascii_end();
        line.len() >= length && line.iter().all(|byte| *byte == sign)
    };
    Some(lines.until(named(info), closes))
}

/// Without the signs of quotations and lists before it.
fn bare(mut line: &[u8]) -> &[u8] {
    loop {
        line = line.trim_ascii_start();
        match line {
            [b'>', rest @ ..] | [b'-' | b'*' | b'+', b' ', rest @ ..] => line = rest,
            _ => return line,
        }
    }
}

/// `.. code-block:: python`, `[source,ruby]` before a line of dashes, `#+begin_src c`.
fn directive(line: &[u8], lines: &mut Lines<'_>) -> Option<Block> {
    let outer = indent(line);
    let lower = line.trim_ascii().to_ascii_lowercase();
    let text = lower.as_slice();
    for name in [b".. code-block::".as_slice(), b".. code::", b".. sourcecode::"] {
        if let Some(language) = text.strip_prefix(name) {
            return Some(lines.indented(outer, named(language)));
        }
    }
    if let Some(rest) = text.strip_prefix(b"#+begin_src") {
        return Some(lines.until(named(rest), |line| line.trim_ascii().eq_ignore_ascii_case(b"#+end_src")));
    }
    let source = text.strip_prefix(b"[source")?.strip_suffix(b"]")?;
    let language = source
        .strip_prefix(b",")
        .or_else(|| source.strip_prefix(b"%linenums,"))
        .unwrap_or_default();
    let language = named(language.split(|byte| *byte == b',').next().unwrap_or_default());
    let (_, delimiter) = lines.next()?;
    let delimiter = delimiter.trim_ascii_end();
    if delimiter.len() < 4 || !delimiter.iter().all(|byte| matches!(byte, b'-' | b'.')) {
        return None;
    }
    Some(lines.until(language, |line| line.trim_ascii_end() == delimiter))
}

/// The language that the text behind a fence names: `python`, `{r, echo=FALSE}`, `js title="a"`, `rust,ignore`.
fn named(info: &[u8]) -> Option<LanguageId> {
    let text = std::str::from_utf8(info.trim_ascii()).ok()?;
    let text = text.trim_start_matches('{').trim_start_matches('.');
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, ',' | '}' | '{' | ':'));
    LanguageId::by_name(&text[..end.unwrap_or(text.len())])
}
