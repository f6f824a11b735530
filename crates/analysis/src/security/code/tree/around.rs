//! What is around a site.

use tree_sitter::Node;

use super::{Reader, is_function};
use crate::security::code::is_choice;

impl Reader<'_> {
    /// Whether a condition around a node, within its function, is named for a choice of the caller.
    pub(super) fn is_chosen(&self, node: Node<'_>) -> bool {
        let mut above = node.parent();
        while let Some(parent) = above.filter(|parent| !is_function(parent.kind())) {
            let is_condition = [
                "if",
                "unless",
                "conditional",
                "ternary",
                "switch",
                "expression_switch",
                "case",
                "expression_case",
                "when",
            ]
            .iter()
            .any(|kind| parent.kind().starts_with(kind));
            let chosen = |field| {
                parent
                    .child_by_field_name(field)
                    .is_some_and(|node| is_choice(self.str(node)))
            };
            if is_condition && ["condition", "value", "pattern"].into_iter().any(chosen) {
                return true;
            }
            above = parent.parent();
        }
        false
    }

    /// Whether an entry of Go's `tls.Config` is beside one that verifies the certificate in its own way, or is of a server,
    /// which asks its clients.
    pub(super) fn is_verified_otherwise(&self, node: Node<'_>) -> bool {
        let Some(list) = node.parent().filter(|_| node.kind() == "keyed_element") else {
            return false;
        };
        let mut cursor = list.walk();
        list.named_children(&mut cursor).any(|entry| {
            let key = entry.named_child(0).map_or("", |key| self.str(key));
            matches!(
                key,
                "ClientAuth" | "ClientCAs" | "VerifyPeerCertificate" | "VerifyConnection"
            )
        })
    }

    /// Names of the functions and types around a node.
    pub(super) fn within(&self, node: Node<'_>) -> String {
        let mut names = Vec::new();
        let mut above = node.parent();
        while let Some(parent) = above {
            let is_named = is_function(parent.kind())
                || matches!(parent.kind(), "class_declaration" | "class" | "module" | "impl_item");
            if is_named {
                let name = ["name", "declarator", "type"]
                    .iter()
                    .find_map(|field| parent.child_by_field_name(field));
                names.extend(name.and_then(|name| self.str(name).split('(').next()));
            }
            above = parent.parent();
        }
        names.reverse();
        names.join(".")
    }

    /// The name that the value of an expression is given to, up to three nodes above.
    pub(super) fn assigned(&self, node: Node<'_>) -> Option<String> {
        let mut above = node.parent();
        let mut passed = 0;
        while passed < 6 {
            let parent = above?;
            // A part of a written structure is given to what the structure is given to.
            let is_part = ["literal", "keyed_element", "unary_expression"]
                .iter()
                .any(|kind| parent.kind().contains(kind));
            passed += usize::from(!is_part);
            let name = match parent.kind() {
                "variable_declarator" | "const_spec" | "var_spec" => parent.child_by_field_name("name"),
                "init_declarator" => parent.child_by_field_name("declarator"),
                "let_declaration" => parent.child_by_field_name("pattern"),
                "assignment_expression" | "assignment" | "short_var_declaration" | "assignment_statement" => {
                    parent.child_by_field_name("left")
                }
                kind if is_function(kind) => return None,
                _ => None,
            };
            if let Some(name) = name {
                return Some(self.str(name).to_owned());
            }
            above = parent.parent();
        }
        None
    }
}
