//! A node that was entered and not left yet.

use super::grammar::Role;

/// The changes to undo when a node is left.
#[derive(Debug, Clone, Copy)]
pub(super) struct NodeFrame {
    pub role: Role,
    pub nested: bool,
    pub unit: bool,
    pub class: bool,
    /// It is a class of its own for the calls.
    pub holds: bool,
    /// Inside of a logical operation whose runs are counted already.
    pub flattened: bool,
    /// The last word or sign but a brace among its children; kept for grammars with [`Grammar::field`](super::grammar::Grammar::field) only.
    pub word: &'static str,
}

impl NodeFrame {
    pub(super) const fn new(role: Role) -> Self {
        Self {
            role,
            nested: false,
            unit: false,
            class: false,
            holds: false,
            flattened: false,
            word: "",
        }
    }
}
