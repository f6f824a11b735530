//! Lines of code, comments and blanks, by one pass over the bytes.
//!
//! The rules are tokei's, so that the figures are: a line that holds any code is code; a line that only holds (or is
//! inside) a comment is a comment; strings keep comment signs from counting. What it does not do: languages inside
//! languages (a script block of an HTML file counts as HTML), which tokei tells apart.

use super::{Language, Pair};

/// A set of bytes.
#[derive(Debug, Clone)]
pub struct Bytes([bool; 256]);

impl Default for Bytes {
    fn default() -> Self {
        Self([false; 256])
    }
}

impl Bytes {
    fn insert(&mut self, token: &[u8]) {
        if let Some(&first) = token.first() {
            self.0[usize::from(first)] = true;
        }
    }

    pub(super) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }
}

/// Physical lines of one file by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileLines {
    pub code: u32,
    pub comments: u32,
    pub blanks: u32,
}

impl FileLines {
    #[must_use]
    pub fn total(self) -> u32 {
        self.code + self.comments + self.blanks
    }
}

/// Counts the lines of `text`; never fails, and every line counts once.
#[must_use]
pub fn count(language: &Language, text: &[u8]) -> FileLines {
    let mut counts = FileLines::default();
    let mut state = State {
        language,
        quote: None,
        stack: Vec::new(),
    };
    // Behind this, all is white space: a comment or string that is open there changes no line any more.
    let end_of_text = text.iter().rposition(|b| !is_space(*b)).map_or(0, |last| last + 1);
    let mut start = 0;
    while start < text.len() {
        let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |at| start + at + 1);
        state.line(text, start, end, end_of_text, &mut counts);
        start = end;
    }
    counts
}

impl Language {
    /// First bytes of strings and block comments: a line in plain code without them needs no scan.
    pub(super) fn opening_bytes(&self) -> Bytes {
        let mut bytes = Bytes::default();
        let opening = self
            .strings
            .iter()
            .chain(&self.doc_strings)
            .chain(&self.verbatim_strings)
            .chain(&self.block_comments)
            .chain(&self.nesting_comments);
        opening.for_each(|(open, _)| bytes.insert(open));
        bytes
    }

    pub(super) fn interesting_bytes(&self) -> Bytes {
        let mut bytes = self.opening_bytes();
        bytes.insert(b"\\");
        self.line_comments.iter().for_each(|open| bytes.insert(open));
        let all = [
            &self.strings,
            &self.doc_strings,
            &self.verbatim_strings,
            &self.block_comments,
            &self.nesting_comments,
        ];
        for (open, close) in all.into_iter().flatten() {
            bytes.insert(open);
            bytes.insert(close);
        }
        bytes
    }

    fn is_line_comment(&self, line: &[u8]) -> bool {
        self.line_comments.iter().any(|sign| line.starts_with(sign))
    }

    /// Whether the line holds the start of a string or of a block comment.
    fn needs_scan(&self, line: &[u8]) -> bool {
        line.iter().enumerate().any(|(at, &byte)| {
            self.opens.has(byte) && {
                let rest = &line[at..];
                let opening = |list: &[Pair]| list.iter().any(|(open, _)| rest.starts_with(open));
                opening(&self.strings)
                    || opening(&self.doc_strings)
                    || opening(&self.verbatim_strings)
                    || opening(&self.block_comments)
                    || opening(&self.nesting_comments)
            }
        })
    }
}

#[derive(Clone, Copy)]
struct Quote {
    close: &'static [u8],
    verbatim: bool,
}

/// Where the scan is: in plain code, in a string, or in (nested) block comments.
struct State<'a> {
    language: &'a Language,
    quote: Option<Quote>,
    /// The ends that are awaited.
    stack: Vec<&'static [u8]>,
}

/// Hostile input cannot make the stack of open comments grow without bound.
const MAX_OPEN: usize = 4096;

impl State<'_> {
    fn line(&mut self, text: &[u8], start: usize, end: usize, end_of_text: usize, counts: &mut FileLines) {
        let language = self.language;
        let raw = &text[start..end];
        let line = if language.column { raw } else { trim(raw) };
        let slot = if self.quote.is_none() && self.stack.is_empty() {
            if trim(line).is_empty() {
                &mut counts.blanks
            } else if !language.needs_scan(line) {
                if language.literate || language.is_line_comment(line) {
                    &mut counts.comments
                } else {
                    &mut counts.code
                }
            } else {
                self.scanned_line(text, start, end, end_of_text, line, counts)
            }
        } else {
            self.scanned_line(text, start, end, end_of_text, line, counts)
        };
        *slot += 1;
    }

    fn scanned_line<'c>(
        &mut self,
        text: &[u8],
        start: usize,
        end: usize,
        end_of_text: usize,
        line: &[u8],
        counts: &'c mut FileLines,
    ) -> &'c mut u32 {
        let started_in_comment = !self.stack.is_empty();
        self.scan(text, start, end.min(end_of_text));
        if self.language.literate || self.is_comment(trim(line), started_in_comment) {
            &mut counts.comments
        } else {
            &mut counts.code
        }
    }

    fn scan(&mut self, text: &[u8], start: usize, end: usize) {
        let mut at = start;
        while at < end {
            if !self.language.matters.has(text[at]) {
                at += 1;
                continue;
            }
            let rest = &text[at..];
            if let Some(length) = self.closes(rest) {
                at += length;
            } else if self.quote.is_some() {
                at += 1;
            } else if let Some(length) = self.opens_string(rest).or_else(|| self.opens_comment(rest)) {
                at += length;
            } else if self.stack.is_empty() && self.language.is_line_comment(rest) {
                return;
            } else {
                at += 1;
            }
        }
    }

    /// The end of the string or comment that is open, or an escaped sign.
    fn closes(&mut self, rest: &[u8]) -> Option<usize> {
        let escapes = self.quote.is_none_or(|quote| !quote.verbatim);
        match self.quote {
            Some(quote) if rest.starts_with(quote.close) => {
                self.quote = None;
                return Some(quote.close.len());
            }
            _ if escapes && rest.starts_with(br"\\") => return Some(2),
            _ if escapes
                && rest.starts_with(br"\")
                && self
                    .language
                    .strings
                    .iter()
                    .any(|(open, _)| rest[1..].starts_with(open)) =>
            {
                return Some(2);
            }
            _ => {}
        }
        let close = *self.stack.last()?;
        rest.starts_with(close).then(|| {
            self.stack.pop();
            close.len()
        })
    }

    fn opens_string(&mut self, rest: &[u8]) -> Option<usize> {
        if !self.stack.is_empty() {
            return None;
        }
        let find = |list: &[Pair]| list.iter().find(|(open, _)| rest.starts_with(open)).copied();
        let (pair, verbatim) = find(&self.language.doc_strings)
            .map(|pair| (pair, false))
            .or_else(|| find(&self.language.verbatim_strings).map(|pair| (pair, true)))
            .or_else(|| find(&self.language.strings).map(|pair| (pair, false)))?;
        self.quote = Some(Quote {
            close: pair.1,
            verbatim,
        });
        Some(pair.0.len())
    }

    fn opens_comment(&mut self, rest: &[u8]) -> Option<usize> {
        let plain = self
            .language
            .block_comments
            .iter()
            .map(|pair| (pair, self.language.nested));
        let nesting = self.language.nesting_comments.iter().map(|pair| (pair, true));
        let ((open, close), nests) = plain.chain(nesting).find(|((open, _), _)| rest.starts_with(open))?;
        if (self.stack.is_empty() || nests) && self.stack.len() < MAX_OPEN {
            self.stack.push(close);
        }
        Some(open.len())
    }

    fn is_comment(&self, line: &[u8], started_in_comment: bool) -> bool {
        let blocks = || {
            self.language
                .block_comments
                .iter()
                .chain(&self.language.nesting_comments)
        };
        if self.quote.is_some() {
            return false;
        }
        self.language.is_line_comment(line)
            || blocks().any(|(open, close)| line.starts_with(open) && line.ends_with(close))
            || started_in_comment
            || self
                .stack
                .last()
                .is_some_and(|last| blocks().any(|(open, close)| close == last && line.starts_with(open)))
    }
}

fn is_space(byte: u8) -> bool {
    byte == b' ' || (b'\x09'..=b'\x0d').contains(&byte)
}

fn trim(line: &[u8]) -> &[u8] {
    let Some(start) = line.iter().position(|b| !is_space(*b)) else {
        return &[];
    };
    let end = line.iter().rposition(|b| !is_space(*b)).map_or(start, |last| last + 1);
    &line[start..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::language::LanguageId;

    fn lines(id: &str, text: &str) -> (u32, u32, u32) {
        let counts = count(LanguageId::by_id(id).expect("in the table").get(), text.as_bytes());
        (counts.code, counts.comments, counts.blanks)
    }

    #[test]
    fn a_line_with_any_code_is_code() {
        assert_eq!(
            lines("c", "int a; /* one\ntwo */\n\n// three\nint b; // four\n/* five */\n"),
            (2, 3, 1)
        );
        assert_eq!(lines("c", "/* x */ int a;\n"), (1, 0, 0));
    }

    #[test]
    fn strings_hide_comment_signs() {
        assert_eq!(lines("javascript", "a('/*');\nb();\n"), (2, 0, 0));
        assert_eq!(lines("javascript", "a = `\n// no comment\n`;\n"), (3, 0, 0));
        assert_eq!(lines("c", "char *a = \"\\\"/*\";\nint b;\n"), (2, 0, 0));
    }

    #[test]
    fn raw_strings_and_quoted_quotes_end_where_they_do() {
        assert_eq!(lines("rust", "a(r\"\\fB\\\");\n\n// b\nc(\"d\");\n"), (2, 1, 1));
        assert_eq!(lines("rust", "a('\"');\n\n// b\nc('\"');\n"), (2, 1, 1));
        assert_eq!(lines("c", "a = '\"';\n\n/* b */\nc(\"d\");\n"), (2, 1, 1));
        assert_eq!(lines("go", "a := `\n// no comment \"\n`\n// b\n"), (3, 1, 0));
    }

    #[test]
    fn comments_nest_where_the_language_says_so() {
        assert_eq!(lines("rust", "/* a /* b */\nc */\nfn d() {}\n"), (1, 2, 0));
        assert_eq!(lines("c", "/* a /* b */\nint c;\n"), (1, 1, 0));
    }

    #[test]
    fn other_signs() {
        assert_eq!(lines("python", "# a\nb = 1  # c\n\n'''d\ne'''\n"), (3, 1, 1));
        assert_eq!(lines("html", "<!-- a\nb -->\n<p>\n"), (1, 2, 0));
        assert_eq!(lines("markdown", "# a\n\ntext\n"), (0, 2, 1));
        assert_eq!(lines("fortran-legacy", "C comment\n      call x\n"), (1, 1, 0));
        assert_eq!(lines("haskell", "{- a\n{- b -}\n-}\nmain = d -- e\n"), (1, 3, 0));
    }

    #[test]
    fn the_last_line_counts_without_its_newline() {
        assert_eq!(lines("c", "a\nb"), (2, 0, 0));
        assert_eq!(lines("c", ""), (0, 0, 0));
        assert_eq!(lines("c", "\r\n\r\n"), (0, 0, 2));
    }

    proptest! {
        #[test]
        fn every_line_counts_once(text in "[ -~\\n/*#\"'`\\\\{}<!-]{0,400}", which in 0usize..300) {
            let id = crate::language::LanguageId(u16::try_from(which).expect("small"));
            let counts = count(id.get(), text.as_bytes());
            prop_assert_eq!(counts.total() as usize, text.split_inclusive('\n').count());
        }

        #[test]
        fn any_bytes_will_do(text in proptest::collection::vec(any::<u8>(), 0..400), which in 0usize..300) {
            let id = crate::language::LanguageId(u16::try_from(which).expect("small"));
            let lines = text.split_inclusive(|b| *b == b'\n').count();
            prop_assert_eq!(count(id.get(), &text).total() as usize, lines);
        }
    }
}
