//! Branches and logical operators: which ones nest, and which count once.

use tree_sitter::Node;

use super::Walk;
use super::grammar::Role;

impl Walk<'_> {
    /// Whether a child of a control structure is one of its parts that are a level deeper.
    pub(super) fn is_nested_part(&self, role: Role, parent: Role, field: Option<&str>) -> bool {
        match parent {
            Role::If => match field {
                Some("alternative") => self.else_nests() && role != Role::If && role != Role::Else,
                Some("consequence" | "body") => true,
                _ => false,
            },
            Role::Else => self.else_nests() && role != Role::If,
            Role::Loop | Role::Forever | Role::Catch | Role::Directive | Role::DirectiveElse => field == Some("body"),
            Role::Ternary => matches!(field, Some("consequence" | "alternative" | "body")),
            Role::Switch => field.is_none_or(|field| !self.grammar.switch_head.contains(&field)),
            _ => false,
        }
    }

    fn else_nests(&self) -> bool {
        self.context.units.rules.else_nests
    }

    /// An `else` without an `if`.
    pub(super) fn is_last_else(&self, node: Node<'_>, role: Role, parent: Role, field: Option<&str>) -> bool {
        match role {
            Role::If => false,
            Role::Else => {
                let first = node.named_child(0);
                first.is_none_or(|child| self.known(child).role != Role::If)
            }
            _ => parent == Role::If && field == Some("alternative"),
        }
    }

    pub(super) fn has_label(&self, node: Node<'_>) -> bool {
        let mut cursor = node.walk();
        node.named_children(&mut cursor)
            .any(|child| child.kind() == self.grammar.label)
    }

    /// `true` for and, `false` for or.
    pub(super) fn logical(&self, node: Node<'_>) -> Option<bool> {
        let operator = node.child_by_field_name(self.grammar.binary[1])?;
        let kind = if operator.is_named() {
            self.context.text(operator)
        } else {
            operator.kind()
        };
        if self.grammar.and.contains(&kind) {
            Some(true)
        } else {
            self.grammar.or.contains(&kind).then_some(false)
        }
    }

    /// The logical operators below `node`, from left to right, parentheses seen through.
    pub(super) fn flatten(&self, node: Node<'_>) -> Vec<bool> {
        enum Item<'t> {
            Node(Node<'t>),
            Operator(bool),
        }
        let mut operators = Vec::new();
        let mut stack = vec![Item::Node(node)];
        while let Some(item) = stack.pop() {
            let mut node = match item {
                Item::Operator(and) => {
                    operators.push(and);
                    continue;
                }
                Item::Node(node) => node,
            };
            while self.context.units.rules.through_parentheses
                && self.known(node).role == Role::Parentheses
                && node.named_child_count() == 1
            {
                let Some(inner) = node.named_child(0) else {
                    break;
                };
                node = inner;
            }
            let role = self.known(node).role;
            let and = match role {
                Role::Binary => self.logical(node),
                Role::Loose => None,
                _ => continue,
            };
            if and.is_none() && role == Role::Binary {
                continue;
            }
            let [left, _, right] = self.grammar.binary;
            stack.extend(node.child_by_field_name(right).map(Item::Node));
            stack.extend(and.map(Item::Operator));
            stack.extend(node.child_by_field_name(left).map(Item::Node));
        }
        operators
    }
}

/// A ternary without its middle.
pub(super) fn is_elvis(node: Node<'_>) -> bool {
    ["consequence", "body", "if_true"]
        .into_iter()
        .all(|field| node.child_by_field_name(field).is_none())
        && node.child_by_field_name("alternative").is_some()
}
