//! Lines of code, comments and blanks of a file whose comments, strings and embedded languages are known by place.

use super::LanguageId;
use super::scanner::{EmbeddedPart, Layout};
use super::spans::{Span, SpanKind};

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

/// The kinds of a file's lines.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Counted {
    /// All of them.
    pub lines: FileLines,
    /// Part of the comments: documentation strings.
    pub documentation: u32,
    /// Part of all: lines that are wholly of another language, by language.
    pub embedded: Vec<(LanguageId, FileLines)>,
}

/// Counts lines by kind: one with any code or text is code, one that only holds (or is inside of) comments is a comment.
#[must_use]
pub fn count(text: &[u8], layout: &Layout) -> Counted {
    let mut counted = Counted::default();
    let mut open: Vec<Span> = Vec::new();
    let mut spans = layout.spans.iter().copied().peekable();
    let mut parts = Parts::new(&layout.parts);
    let mut start = 0;
    while start < text.len() {
        let newline = memchr::memchr(b'\n', &text[start..]).map(|at| start + at);
        let end = newline.map_or(text.len(), |at| at + 1);
        let mut content = Content::Nothing;
        let mut at = start;
        while at < end {
            while spans.peek().is_some_and(|span| span.start as usize <= at) {
                open.extend(spans.next());
            }
            open.retain(|span| span.end as usize > at);
            let next = spans.peek().map_or(end, |span| (span.start as usize).min(end));
            let close = open.iter().map(|span| span.end as usize).min().unwrap_or(end);
            let until = next.min(close).min(end);
            content = content.max(Content::of(&text[at..until], open.last()));
            at = until;
        }
        content.add(&mut counted.lines);
        counted.documentation += u32::from(content == Content::Documentation);
        if let Some(language) = parts.around(start, newline.unwrap_or(end)) {
            let known = counted.embedded.iter().position(|(known, _)| *known == language);
            let at = known.unwrap_or_else(|| {
                counted.embedded.push((language, FileLines::default()));
                counted.embedded.len() - 1
            });
            content.add(&mut counted.embedded[at].1);
        }
        start = end;
    }
    counted
}

/// The kind of a line; the greater decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    Nothing,
    Documentation,
    Comment,
    Code,
}

impl Content {
    fn of(text: &[u8], innermost: Option<&Span>) -> Self {
        match innermost.map(|span| span.kind) {
            Some(SpanKind::Documentation) => Self::Documentation,
            Some(SpanKind::Comment) => Self::Comment,
            Some(SpanKind::Text) => Self::Code,
            Some(SpanKind::Code) | None => {
                if text.iter().all(|byte| is_space(*byte)) {
                    Self::Nothing
                } else {
                    Self::Code
                }
            }
        }
    }

    fn add(self, lines: &mut FileLines) {
        match self {
            Self::Nothing => lines.blanks += 1,
            Self::Comment | Self::Documentation => lines.comments += 1,
            Self::Code => lines.code += 1,
        }
    }
}

fn is_space(byte: u8) -> bool {
    byte == b' ' || (b'\x09'..=b'\x0d').contains(&byte)
}

/// Texts in other languages, as the lines go by.
struct Parts<'a> {
    coming: std::iter::Peekable<std::slice::Iter<'a, EmbeddedPart>>,
    open: Vec<EmbeddedPart>,
}

impl<'a> Parts<'a> {
    fn new(parts: &'a [EmbeddedPart]) -> Self {
        Self {
            coming: parts.iter().peekable(),
            open: Vec::new(),
        }
    }

    /// The language of the innermost one that holds the whole line.
    fn around(&mut self, start: usize, end: usize) -> Option<LanguageId> {
        while self.coming.peek().is_some_and(|part| part.start <= start) {
            self.open.extend(self.coming.next().copied());
        }
        self.open.retain(|part| part.end > start);
        self.open
            .iter()
            .rev()
            .find(|part| part.end >= end)
            .map(|part| part.language)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::language::scanner;

    fn lines(id: &str, text: &str) -> (u32, u32, u32) {
        let language = LanguageId::by_id(id).expect("in the table").get();
        let counts = count(text.as_bytes(), &scanner::scan(language, text.as_bytes())).lines;
        (counts.code, counts.comments, counts.blanks)
    }

    fn of_spans(text: &str, spans: &[(usize, usize, SpanKind)]) -> (u32, u32, u32) {
        let spans = spans
            .iter()
            .map(|&(start, end, kind)| Span::new(start, end, kind))
            .collect();
        let lines = count(
            text.as_bytes(),
            &Layout {
                spans,
                parts: Vec::new(),
            },
        )
        .lines;
        (lines.code, lines.comments, lines.blanks)
    }

    #[test]
    fn a_line_with_any_code_is_code_by_spans() {
        assert_eq!(
            of_spans(
                "a # b\n# c\n\n",
                &[(2, 5, SpanKind::Comment), (6, 9, SpanKind::Comment)]
            ),
            (1, 1, 1)
        );
        assert_eq!(of_spans("a", &[]), (1, 0, 0));
        assert_eq!(of_spans("", &[]), (0, 0, 0));
    }

    #[test]
    fn an_empty_line_belongs_to_what_is_around_it() {
        assert_eq!(of_spans("/*\n\n*/\n\n", &[(0, 6, SpanKind::Comment)]), (0, 3, 1));
        assert_eq!(of_spans("\"\n\n\"\n\n", &[(0, 4, SpanKind::Text)]), (3, 0, 1));
        // A comment with its line's end does not reach into the next line.
        assert_eq!(of_spans("# a\n\nb\n", &[(0, 4, SpanKind::Comment)]), (1, 1, 1));
    }

    #[test]
    fn spans_nest() {
        let text = "`\n${\n\n/*\n\n*/ a}\n\n`\n";
        let spans = [
            (0, 18, SpanKind::Text),
            (2, 15, SpanKind::Code),
            (6, 12, SpanKind::Comment),
        ];
        assert_eq!(of_spans(text, &spans), (5, 2, 1));
    }

    #[test]
    fn documentation_is_counted_apart() {
        let layout = Layout {
            spans: vec![
                Span::new(0, 8, SpanKind::Documentation),
                Span::new(9, 12, SpanKind::Comment),
            ],
            parts: Vec::new(),
        };
        let counted = count(b"'''\na'''\n# b\n", &layout);
        assert_eq!(
            (counted.lines.code, counted.lines.comments, counted.documentation),
            (0, 3, 2)
        );
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
    fn comments_nest_in_languages_that_allow_it() {
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
        fn every_line_counts_once(text in "[ -~\\n/*#\"'`\\\\{}<!-]{0,400}", which in 0usize..350) {
            let id = crate::language::LanguageId(u16::try_from(which).expect("small"));
            let counts = count(text.as_bytes(), &scanner::scan(id.get(), text.as_bytes()));
            prop_assert_eq!(counts.lines.total() as usize, text.split_inclusive('\n').count());
        }

        #[test]
        fn any_bytes_will_do(text in proptest::collection::vec(any::<u8>(), 0..400), which in 0usize..350) {
            let id = crate::language::LanguageId(u16::try_from(which).expect("small"));
            let lines = text.split_inclusive(|b| *b == b'\n').count();
            prop_assert_eq!(count(&text, &scanner::scan(id.get(), &text)).lines.total() as usize, lines);
        }
    }
}
