//! Comments and strings of several lines, as the tree has them.

use tree_sitter::Node;

use super::Walk;
use crate::language::{Span, SpanKind};

/// Which kinds of nodes are comments or strings, in all grammars: their names follow one custom.
pub(super) fn kind_of(kind: &str) -> Option<SpanKind> {
    if kind.ends_with("comment") {
        return Some(SpanKind::Comment);
    }
    if matches!(
        kind,
        "interpolation" | "string_interpolation" | "interpolated_expression" | "raw_str_interpolation"
    ) {
        return Some(SpanKind::Code);
    }
    // Strings beside one another are several.
    if matches!(kind, "concatenated_string" | "chained_string") {
        return None;
    }
    let is_text = ["string", "heredoc", "nowdoc", "regex", "symbol_array", "subshell"]
        .iter()
        .any(|part| kind.contains(part));
    is_text.then_some(SpanKind::Text)
}

impl Walk<'_> {
    pub(super) fn span(&mut self, node: Node<'_>, kind: SpanKind) {
        // Embedded text was walked with the text around it.
        if !self.context.embedded_in.is_empty() {
            return;
        }
        let (start, end) = (node.start_position().row, node.end_position().row);
        let spans = &mut self.context.syntax.spans;
        let in_comment = spans
            .last()
            .is_some_and(|last| last.kind == SpanKind::Comment && last.end as usize > node.start_byte());
        if !in_comment && (start != end || kind == SpanKind::Comment) {
            spans.push(Span::new(node.start_byte(), node.end_byte(), kind));
        }
    }

    /// The spans in a node that is not walked.
    pub(super) fn spans_below(&mut self, node: Node<'_>) {
        let mut cursor = node.walk();
        let mut depth = 0usize;
        loop {
            if cursor.goto_first_child() {
                depth += 1;
            } else {
                while !cursor.goto_next_sibling() {
                    if depth <= 1 || !cursor.goto_parent() {
                        return;
                    }
                    depth -= 1;
                }
            }
            let inner = cursor.node();
            if let Some(span) = self.known(inner).span {
                self.span(inner, span);
            }
        }
    }
}
