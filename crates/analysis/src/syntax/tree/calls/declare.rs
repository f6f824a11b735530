//! Variables, parameters and fields: what their names are bound to.

use tree_sitter::Node;

use super::super::Context;
use super::{NodeRole, part};
use crate::calls::signature::sort_of_type;
use crate::calls::{Body, ScopeKind, ValueExpr, ValueId};

/// The most nodes of a pattern that are read.
const MAX_PATTERN: usize = 64;

impl Context<'_> {
    pub(super) fn declare(&mut self, node: Node<'_>) {
        let declared = node.child_by_field_name("type").or_else(|| {
            let mut cursor = node.walk();
            node.named_children(&mut cursor)
                .find(|child| matches!(child.kind(), "user_type" | "nullable_type" | "type_annotation"))
        });
        let class = declared.map_or(ValueId::UNKNOWN, |declared| self.type_of(declared));
        // A field keeps that its type is none of the repository's.
        let object = match class {
            ValueId::OPAQUE => self.calls.value(ValueExpr::Result(ValueId::OPAQUE)),
            _ => self.calls.result(class),
        };
        for declarator in declarators(node) {
            // The declaration of a function (C).
            if declarator.kind() == "function_declarator"
                && declarator
                    .child_by_field_name("declarator")
                    .is_some_and(|name| part(name.kind()) == NodeRole::Name)
            {
                continue;
            }
            let name = ["name", "pattern", "left"]
                .iter()
                .find_map(|name| declarator.child_by_field_name(name));
            let name = name.unwrap_or(declarator);
            let Some(name) = first_name(name) else { continue };
            let value = value_of(declarator);
            let value = value.map_or(ValueId::UNKNOWN, |value| self.expression(value, 0));
            let value = self.calls.first(object, value);
            let name = self.text(name).to_owned();
            self.note_sort(&name, declared);
            if value == ValueId::UNKNOWN {
                if node.kind() != "assignment" {
                    self.calls.hide(&name);
                }
                continue;
            }
            match (self.calls.kind(), self.calls.class()) {
                (ScopeKind::Class, Some(class)) => {
                    self.calls.add_member(class, name.trim_start_matches('$'), value, false);
                }
                _ if self.calls.body() != Body::Module => self.calls.bind_in_function(&name, value),
                _ => {}
            }
        }
    }

    /// Keeps the sort of a local variable's type, for the choice between overloads.
    fn note_sort(&mut self, name: &str, declared: Option<Node<'_>>) {
        if self.calls.kind() != ScopeKind::Function {
            return;
        }
        let kind = declared.map_or("", |declared| self.text(declared));
        let kind = kind.trim_start_matches(':').split('<').next().unwrap_or_default();
        if !kind.is_empty() && !kind.contains('[') {
            self.sorts.insert(name.to_owned(), sort_of_type(kind));
        }
    }

    /// Hides the functions of the names in a pattern: here they are variables.
    pub(super) fn hide_names(&mut self, pattern: Node<'_>) {
        let mut work = vec![pattern];
        let mut seen = 0;
        while let Some(at) = work.pop() {
            seen += 1;
            if seen > MAX_PATTERN {
                break;
            }
            let name = self.text(at);
            if matches!(at.kind(), "identifier" | "shorthand_field_identifier") && name.starts_with(char::is_lowercase)
            {
                self.calls.hide(name);
            }
            // A guard, and a type.
            let condition = at.child_by_field_name("condition");
            let mut cursor = at.walk();
            work.extend(at.named_children(&mut cursor).filter(|child| {
                Some(*child) != condition && part(child.kind()) != NodeRole::Call && !child.kind().ends_with("type")
            }));
        }
    }
}

/// The nodes that declare a name each; the node itself, where it has none for that.
fn declarators(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    let mut found: Vec<Node<'_>> = node.children_by_field_name("declarator", &mut cursor).collect();
    if found.is_empty() {
        let mut cursor = node.walk();
        let children = node.named_children(&mut cursor);
        found = children
            .filter(|child| child.kind() == "variable_declarator" || child.kind() == "property_element")
            .collect();
    }
    if found.is_empty() {
        found.push(node);
    }
    found
}

/// The first value that a declarator assigns.
fn value_of(declarator: Node<'_>) -> Option<Node<'_>> {
    let value = ["value", "right"]
        .iter()
        .find_map(|name| declarator.child_by_field_name(name))?;
    match value.kind() {
        "expression_list" => Some(value.named_child(0).unwrap_or(value)),
        _ => Some(value),
    }
}

/// The first name in a pattern or declarator.
fn first_name(node: Node<'_>) -> Option<Node<'_>> {
    let mut at = node;
    for _ in 0..6 {
        if part(at.kind()) == NodeRole::Name {
            return Some(at);
        }
        let mut cursor = at.walk();
        at = at.named_children(&mut cursor).find(|child| {
            !matches!(
                child.kind(),
                "modifiers" | "user_type" | "nullable_type" | "attribute_list" | "visibility_modifier"
            )
        })?;
    }
    None
}
