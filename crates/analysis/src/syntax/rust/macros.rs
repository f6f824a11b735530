//! Items inside of a macro's call: `cfg_rt! { pub fn … }`, and the branches of `cfg_if! { if #[cfg(…)] { … } else { … } }`.
//! A macro may expand its tokens to anything; they are read as items where the call is among items and all of them parse
//! as items.

use tree_sitter::{Node, Range};

use crate::syntax::tree::Embedded;

pub(super) const ITEMS: Embedded = Embedded {
    kind: "macro_invocation",
    ranges,
    accept,
};

fn ranges(call: Node<'_>, text: &[u8]) -> Vec<Range> {
    let mut parent = call.parent();
    if parent.is_some_and(|parent| parent.kind() == "expression_statement") {
        parent = parent.and_then(|parent| parent.parent());
    }
    let among_items = parent.is_some_and(|parent| matches!(parent.kind(), "source_file" | "declaration_list"));
    let mut cursor = call.walk();
    let tokens = call.children(&mut cursor).find(|child| child.kind() == "token_tree");
    let Some(tokens) = tokens.filter(|_| among_items) else {
        return Vec::new();
    };
    let Some(whole) = inside(tokens) else {
        return Vec::new();
    };
    if is_branch(&text[whole.start_byte..whole.end_byte]) {
        let mut cursor = tokens.walk();
        let branches = tokens.children(&mut cursor).filter(|child| {
            child.kind() == "token_tree" && child.child(0).is_some_and(|bracket| bracket.kind() == "{")
        });
        branches.filter_map(inside).collect()
    } else {
        vec![whole]
    }
}

/// The tokens between the brackets.
fn inside(tokens: Node<'_>) -> Option<Range> {
    let last = tokens.child_count().checked_sub(1)?;
    let (open, close) = (tokens.child(0)?, tokens.child(last)?);
    let range = Range {
        start_byte: open.end_byte(),
        end_byte: close.start_byte(),
        start_point: open.end_position(),
        end_point: close.start_position(),
    };
    (range.start_byte < range.end_byte).then_some(range)
}

fn is_branch(tokens: &[u8]) -> bool {
    let rest = tokens.trim_ascii_start().strip_prefix(b"if");
    rest.is_some_and(|rest| rest.trim_ascii_start().starts_with(b"#["))
}

fn accept(root: Node<'_>) -> bool {
    let mut cursor = root.walk();
    let mut all = root
        .named_children(&mut cursor)
        .filter(|child| !child.is_extra())
        .peekable();
    all.peek().is_some()
        && all.all(|item| {
            matches!(
                item.kind(),
                "attribute_item"
                    | "inner_attribute_item"
                    | "macro_invocation"
                    | "macro_definition"
                    | "mod_item"
                    | "foreign_mod_item"
                    | "struct_item"
                    | "union_item"
                    | "enum_item"
                    | "type_item"
                    | "function_item"
                    | "function_signature_item"
                    | "impl_item"
                    | "trait_item"
                    | "associated_type"
                    | "const_item"
                    | "static_item"
                    | "use_declaration"
                    | "extern_crate_declaration"
                    | "empty_statement"
            )
        })
}
