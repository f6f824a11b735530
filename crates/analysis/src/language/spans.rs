//! Parts of a text that are no plain code: from its syntax tree, or from the scanner.

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
}
