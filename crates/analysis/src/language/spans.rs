//! Lines of a file whose comments and long strings are known by place: from its syntax tree, or from the scanner.

use super::lines::FileLines;

/// A part of a text that is no plain code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Byte offsets.
    pub start: u32,
    pub end: u32,
    pub kind: SpanKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    Comment,
    /// A string that is documentation: a comment, which some tools count as code.
    Documentation,
    /// A string; an empty line of it belongs to it.
    Text,
    /// Code inside of a string.
    Code,
}

impl Span {
    #[must_use]
    pub fn new(start: usize, end: usize, kind: SpanKind) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            start: offset(start),
            end: offset(end),
            kind,
        }
    }

    pub(super) fn is_comment(self) -> bool {
        matches!(self.kind, SpanKind::Comment | SpanKind::Documentation)
    }
}

/// Counts lines by kind: one with any code or text is code, one that only holds (or is inside of) comments is a comment.
/// Also returns how many of the comments are documentation strings.
///
/// `spans` are sorted by their start; one that lies inside of another follows it.
#[must_use]
pub fn count(text: &[u8], spans: &[Span]) -> (FileLines, u32) {
    let mut lines = FileLines::default();
    let mut documentation = 0;
    let mut open: Vec<Span> = Vec::new();
    let mut spans = spans.iter().copied().peekable();
    let mut start = 0;
    while start < text.len() {
        let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |at| start + at + 1);
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
            let is_blank = text[at..until].iter().all(|byte| is_space(*byte));
            content = content.max(match open.last() {
                Some(span) if span.kind == SpanKind::Documentation => Content::Documentation,
                Some(span) if span.is_comment() => Content::Comment,
                Some(span) if span.kind == SpanKind::Text => Content::Code,
                _ if is_blank => Content::Nothing,
                _ => Content::Code,
            });
            at = until;
        }
        match content {
            Content::Nothing => lines.blanks += 1,
            Content::Comment => lines.comments += 1,
            Content::Documentation => {
                lines.comments += 1;
                documentation += 1;
            }
            Content::Code => lines.code += 1,
        }
        start = end;
    }
    (lines, documentation)
}

/// What a line holds; the greater decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    Nothing,
    Documentation,
    Comment,
    Code,
}

fn is_space(byte: u8) -> bool {
    byte == b' ' || (b'\x09'..=b'\x0d').contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, spans: &[(usize, usize, SpanKind)]) -> (u32, u32, u32) {
        let spans: Vec<_> = spans
            .iter()
            .map(|&(start, end, kind)| Span::new(start, end, kind))
            .collect();
        let (lines, _) = count(text.as_bytes(), &spans);
        (lines.code, lines.comments, lines.blanks)
    }

    #[test]
    fn a_line_with_any_code_is_code() {
        assert_eq!(
            lines(
                "a # b\n# c\n\n",
                &[(2, 5, SpanKind::Comment), (6, 9, SpanKind::Comment)]
            ),
            (1, 1, 1)
        );
        assert_eq!(lines("a", &[]), (1, 0, 0));
        assert_eq!(lines("", &[]), (0, 0, 0));
    }

    #[test]
    fn an_empty_line_belongs_to_what_is_around_it() {
        assert_eq!(lines("/*\n\n*/\n\n", &[(0, 6, SpanKind::Comment)]), (0, 3, 1));
        assert_eq!(lines("\"\n\n\"\n\n", &[(0, 4, SpanKind::Text)]), (3, 0, 1));
        // A comment with its line's end does not reach into the next line.
        assert_eq!(lines("# a\n\nb\n", &[(0, 4, SpanKind::Comment)]), (1, 1, 1));
    }

    #[test]
    fn spans_nest() {
        let text = "`\n${\n\n/*\n\n*/ a}\n\n`\n";
        let spans = [
            (0, 18, SpanKind::Text),
            (2, 15, SpanKind::Code),
            (6, 12, SpanKind::Comment),
        ];
        assert_eq!(lines(text, &spans), (5, 2, 1));
    }

    #[test]
    fn documentation_is_counted_apart() {
        let spans = [
            Span::new(0, 8, SpanKind::Documentation),
            Span::new(9, 12, SpanKind::Comment),
        ];
        let (lines, documentation) = count(b"'''\na'''\n# b\n", &spans);
        assert_eq!((lines.code, lines.comments, documentation), (0, 3, 2));
    }
}
