//! Checks whether a text is nested too deeply for a recursive parser. The scan is rough and errs on the side of
//! caution.
//!
//! It counts brackets that are open at a time, and what makes a tree grow in depth without brackets around it: operators,
//! words such as `not` and `new`, calls and subscripts one behind the other, as long as no statement ends. Comments and
//! strings are left out as far as a scan by the language's signs sees them. A very long list in a data file may be refused
//! too; it is then counted in lines only and named.

use std::ops::Range;

use crate::language::{Span, SpanKind};

/// Tokens of one level without the end of a statement: the trees of `a + b + c …`, `a.b.c…`, `else if …`, `a ? b : c ? …`,
/// `not not …`, `a()()…` grow with each; the parsers measured here die beyond 14,500.
const MAX_CHAIN: u32 = 12_000;
/// Strings up to this length, on one line, are skipped.
const MAX_STRING: usize = 256;

/// Checks a whole text, whose comments and long strings are `spans`.
///
/// # Errors
/// A sentence for the report.
pub fn check(text: &[u8], spans: &[Span], max_nesting: u64) -> Result<(), String> {
    check_part(text, 0..text.len(), spans, max_nesting)
}

/// Checks a part of a text; `spans` are those that begin in it.
///
/// # Errors
/// A sentence for the report.
pub fn check_part(text: &[u8], part: Range<usize>, spans: &[Span], max_nesting: u64) -> Result<(), String> {
    let mut scan = Scan::default();
    let mut spans = spans.iter().filter(|span| span.kind != SpanKind::Code).peekable();
    let mut at = part.start;
    let text = &text[..part.end];
    while let Some(&byte) = text.get(at) {
        while spans.peek().is_some_and(|span| (span.start as usize) < at) {
            spans.next();
        }
        if let Some(span) = spans.next_if(|span| span.start as usize == at && span.end as usize > at) {
            // The `${` of a template is a bracket that is closed behind it.
            let opens = text[..(span.end as usize).min(text.len())].ends_with(b"${");
            at = span.end as usize - usize::from(opens && span.kind == SpanKind::Text);
            continue;
        }
        let rest = &text[at + 1..];
        at += 1;
        if is_word(byte) {
            let length = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
            scan.word(&text[at - 1..at + length]);
            at += length;
            scan.previous = byte;
            continue;
        }
        match byte {
            b'"' | b'\'' => at += string(byte, rest),
            _ => scan.punctuation(byte, rest),
        }
        if scan.outer.len() as u64 > max_nesting {
            return Err(format!("nested deeper than {max_nesting} brackets: not parsed"));
        }
        if scan.chain > MAX_CHAIN {
            return Err(format!(
                "nested deeper than it can be parsed: more than {MAX_CHAIN} operators in one statement"
            ));
        }
        if !byte.is_ascii_whitespace() {
            scan.word_before = Word::Other;
        }
        if !byte.is_ascii_whitespace() || byte == b'\n' {
            scan.previous = byte;
        }
    }
    Ok(())
}

/// Words before, between or after the parts that they join into one expression or statement.
const NESTING: &[&[u8]] = &[
    b"and",
    b"as",
    b"async",
    b"await",
    b"class",
    b"delete",
    b"do",
    b"else",
    b"extends",
    b"for",
    b"if",
    b"in",
    b"infer",
    b"instanceof",
    b"is",
    b"keyof",
    b"lambda",
    b"new",
    b"not",
    b"or",
    b"readonly",
    b"satisfies",
    b"typeof",
    b"unique",
    b"void",
    b"while",
    b"with",
    b"yield",
];
/// Those of them that may begin a line and continue the expression of the line before.
const GOING_ON: &[&[u8]] = &[
    b"and",
    b"as",
    b"do",
    b"else",
    b"extends",
    b"for",
    b"if",
    b"in",
    b"instanceof",
    b"is",
    b"not",
    b"or",
    b"satisfies",
    b"while",
    b"with",
];

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Word {
    Else,
    Nesting,
    /// Another word, or none.
    #[default]
    Other,
}

#[derive(Default)]
struct Scan {
    /// The chains outside of the brackets that are open.
    outer: Vec<u32>,
    chain: u32,
    /// The last byte that is no white space, or a line's end.
    previous: u8,
    word_before: Word,
}

impl Scan {
    fn grow(&mut self) {
        self.chain += 1;
    }

    fn close(&mut self) {
        self.chain = self.outer.pop().unwrap_or(0);
    }

    /// Notes a byte that is neither of a word nor of a string; `rest` follows it.
    fn punctuation(&mut self, byte: u8, rest: &[u8]) {
        match byte {
            b'(' | b'[' | b'{' => {
                self.grow();
                self.outer.push(self.chain);
                self.chain = 0;
            }
            b')' | b']' => self.close(),
            b'}' => {
                self.close();
                let next = rest.trim_ascii_start();
                // The text after a block begins anew.
                if next.first().is_some_and(|byte| is_word(*byte)) && !next.starts_with(b"else") {
                    self.chain = 0;
                }
            }
            b';' | b',' => self.chain = 0,
            b'\n' if !self.goes_on(rest) => self.chain = 0,
            b'+' | b'-' | b'*' | b'/' | b'%' | b'?' | b':' | b'.' | b'&' | b'|' | b'^' | b'<' | b'>' | b'=' | b'!'
            | b'~' | b'`' => self.grow(),
            _ => {}
        }
    }

    /// Notes a whole word: some nest what follows them.
    fn word(&mut self, word: &[u8]) {
        let nests = NESTING.contains(&word) && !(word == b"if" && self.word_before == Word::Else);
        if nests {
            self.grow();
        }
        self.word_before = match word {
            b"else" => Word::Else,
            _ if nests => Word::Nesting,
            _ => Word::Other,
        };
    }

    /// Whether a statement continues after a line's end: an operator precedes or follows it. A line of a comment begins
    /// with a star and a space.
    fn goes_on(&self, rest: &[u8]) -> bool {
        let joins = matches!(
            self.previous,
            b'+' | b'-' | b'*' | b'/' | b'?' | b':' | b'.' | b'&' | b'|' | b'=' | b'>' | b'('
        );
        if joins || self.word_before != Word::Other {
            return true;
        }
        let start = rest.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\r'));
        let next = start.map_or(&rest[..0], |start| &rest[start..]);
        match next {
            [b'*', b' ' | b'/' | b'\n' | b'\r' | b'*', ..] | [b'/', b'/' | b'*', ..] => false,
            [
                b'+' | b'-' | b'*' | b'/' | b'?' | b':' | b'.' | b'&' | b'|' | b'=' | b'<' | b'>' | b'(' | b'[' | b'`',
                ..,
            ] => true,
            [first, ..] if first.is_ascii_lowercase() => {
                let length = next.iter().position(|byte| !is_word(*byte)).unwrap_or(next.len());
                GOING_ON.contains(&&next[..length])
            }
            _ => false,
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

/// How much of `rest` belongs to the string that begins before it; nothing where it is none of those that are skipped.
fn string(quote: u8, rest: &[u8]) -> usize {
    let mut escaped = false;
    for (at, &byte) in rest.iter().take(MAX_STRING).enumerate() {
        match byte {
            b'\n' => return 0,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            _ if byte == quote => return at + 1,
            _ => {}
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_and_long_is_refused() {
        assert!(check("[".repeat(1_001).as_bytes(), &[], 1_000).is_err());
        for piece in [
            "1+",
            "a.",
            "!",
            "- ",
            "a?b:",
            "if(a){}else ",
            "if (a) {\n  b();\n} else ",
            "not ",
            "not\n",
            "new ",
            "typeof ",
            "await ",
            "lambda: ",
            "a if b else\n",
            "if(a)\n",
            "for(;;)",
            "a:\n",
            "()",
            "[0]",
            ".b(1, 2)",
            "\n  .b(1, 2)",
            ".b(function () { a; })",
            "\";\" + ",
            "a instanceof ",
            "a as ",
            "keyof ",
            "class extends ",
            "a && ",
            "<a>\n",
            "a =>\n",
            "`b`",
            "yield ",
            "[]",
        ] {
            assert!(check(piece.repeat(20_000).as_bytes(), &[], 1_000).is_err(), "{piece}");
        }
    }

    #[test]
    fn wide_and_long_is_not() {
        for line in [
            "a = b + c;\n",
            "a = b + c\n",
            "x = {'a': 1.5, 'b': -2}\n",
            "f(a)\n",
            "if a:\n    f(a)\nelif b:\n    pass\n",
            "function f(a) { return a.b(1)[2] }",
            "if (a) { b() }\n",
            "if (a) { b() } else { c() }\n",
            "'a.b.c.d' + \"(\",\n",
            "  [1, 2, 3],\n",
            "fn f<'a>(a: &'a str) -> &'a str { a.b().c() }\n",
            "# don't (\n",
        ] {
            assert_eq!(check(line.repeat(20_000).as_bytes(), &[], 1_000_000), Ok(()), "{line}");
        }
    }

    #[test]
    fn comments_and_strings_are_left_out() {
        let language = crate::language::LanguageId::by_id("javascript")
            .expect("in the table")
            .get();
        let check = |text: &str| {
            let spans = crate::language::scan(language, text.as_bytes()).spans;
            super::check(text.as_bytes(), &spans, 1_000)
        };
        let deep = "[({+/".repeat(20_000);
        assert_eq!(
            check(&format!("a = '{deep}'; // {deep}\n/* {deep} */ b = `{deep}`;")),
            Ok(())
        );
        // The content of a template is code.
        assert!(check(&"(`${1}` + ".repeat(2_000)).is_err());
        assert!(check(&"`${".repeat(2_000)).is_err());
    }
}
