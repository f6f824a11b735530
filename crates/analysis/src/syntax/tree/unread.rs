//! The lines that a grammar could not read.

use tree_sitter::Node;

/// How many lines are in errors of the tree, or have something missing.
pub(super) fn lines(root: Node<'_>) -> u32 {
    if !root.has_error() {
        return 0;
    }
    let mut cursor = root.walk();
    // The first line behind the errors so far: they come in the order of the text.
    let (mut count, mut next) = (0usize, 0usize);
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            let start = node.start_position().row.max(next);
            let end = node.end_position().row + 1;
            count += end.saturating_sub(start);
            next = next.max(end);
        } else if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return u32::try_from(count).unwrap_or(u32::MAX);
            }
        }
    }
}
