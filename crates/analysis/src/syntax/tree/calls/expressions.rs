//! Values and types of expressions.

use tree_sitter::Node;

use super::super::Context;
use super::{MAX_DEPTH, NodeRole, part};
use crate::calls::{ClassId, ValueExpr, ValueId};

impl Context<'_> {
    pub(super) fn target(&mut self, node: Node<'_>, what: NodeRole, depth: usize) -> ValueId {
        match what {
            NodeRole::Call => match node.named_child(0) {
                Some(callee) => self.callee(callee, depth),
                None => ValueId::UNKNOWN,
            },
            NodeRole::Method => {
                let object = ["object", "receiver", "scope"]
                    .iter()
                    .find_map(|name| node.child_by_field_name(name));
                let name = ["name", "method"]
                    .iter()
                    .find_map(|name| node.child_by_field_name(name));
                let Some(name) = name.filter(|name| part(name.kind()) == NodeRole::Name) else {
                    return ValueId::UNKNOWN;
                };
                match object {
                    Some(object) => {
                        let made = node.kind() == "call" && self.text(name) == "new";
                        let base = self.expression(object, depth + 1);
                        if made {
                            return base;
                        }
                        let name = self.text(name).to_owned();
                        self.calls.member(base, &name)
                    }
                    None => self.callee(name, depth),
                }
            }
            NodeRole::New => {
                let class = ["type", "name"].iter().find_map(|name| node.child_by_field_name(name));
                match class.or_else(|| node.named_child(0)) {
                    Some(class) => self.type_of(class),
                    None => ValueId::UNKNOWN,
                }
            }
            _ => ValueId::UNKNOWN,
        }
    }

    /// The value of a name that is called, or of the last name of a path.
    fn callee(&mut self, node: Node<'_>, depth: usize) -> ValueId {
        if part(node.kind()) != NodeRole::Name {
            return self.expression(node, depth);
        }
        self.bare_name(node)
    }

    /// A name without an object before it: in most languages it may be a member of the same object.
    fn bare_name(&mut self, node: Node<'_>) -> ValueId {
        let name = self.text(node).to_owned();
        let bare = self.calls.read_late(&name);
        match (self.implicit_this, self.calls.class(), self.calls.get(bare)) {
            (true, Some(class), ValueExpr::Free(_)) => {
                let this = self.calls.value(ValueExpr::This(class));
                let member = self.calls.member(this, &name);
                self.calls.first(member, bare)
            }
            _ => bare,
        }
    }

    pub(super) fn expression(&mut self, node: Node<'_>, depth: usize) -> ValueId {
        if depth > MAX_DEPTH {
            return ValueId::UNKNOWN;
        }
        let what = part(node.kind());
        match what {
            NodeRole::Name => {
                let text = self.text(node);
                match (text, self.calls.class()) {
                    ("$this" | "self" | "this" | "Self" | "static", Some(class)) => self.this(text, class),
                    ("parent", Some(class)) => self.calls.value(ValueExpr::Super(class)),
                    _ => self.bare_name(node),
                }
            }
            NodeRole::This => match self.calls.class() {
                Some(class) => self.calls.value(ValueExpr::This(class)),
                None => ValueId::UNKNOWN,
            },
            NodeRole::Super => match self.calls.class() {
                Some(class) => self.calls.value(ValueExpr::Super(class)),
                None => ValueId::UNKNOWN,
            },
            NodeRole::Member => self.member_of(node, depth),
            NodeRole::Call | NodeRole::Method | NodeRole::New => {
                let target = self.target(node, what, depth + 1);
                self.calls.result(target)
            }
            NodeRole::Inner => match node.named_child(0) {
                Some(inner) => self.expression(inner, depth + 1),
                None => ValueId::UNKNOWN,
            },
            NodeRole::Declare | NodeRole::Pattern | NodeRole::Constructor | NodeRole::None => ValueId::UNKNOWN,
        }
    }

    /// `object.name`, and a path.
    fn member_of(&mut self, node: Node<'_>, depth: usize) -> ValueId {
        let count = u32::try_from(node.named_child_count()).unwrap_or(u32::MAX);
        let (Some(object), Some(name)) = (node.named_child(0), node.named_child(count.saturating_sub(1))) else {
            return ValueId::UNKNOWN;
        };
        let name = self.text(name).trim_start_matches(['.', '?', '!']);
        let name = name.split(['<', '[', ':']).next().unwrap_or_default().to_owned();
        if count < 2 {
            return ValueId::UNKNOWN;
        }
        let is_path = matches!(node.kind(), "scoped_identifier" | "qualified_identifier");
        if matches!(object.kind(), "crate" | "super" | "self") && node.kind() == "scoped_identifier" {
            return self.calls.free(&name);
        }
        if is_path && is_standard(self.text(object)) {
            return ValueId::OPAQUE;
        }
        let base = self.expression(object, depth + 1);
        // `crate::a::b`: the last name, where only one place has it.
        if base == ValueId::UNKNOWN && node.kind() == "scoped_identifier" {
            return self.calls.free(&name);
        }
        let member = self.calls.member(base, &name);
        match is_path && member != ValueId::OPAQUE {
            // A path is read as it is written: no object hides behind a module that is not known.
            true => self.calls.value(ValueExpr::First(member, ValueId::OPAQUE)),
            false => member,
        }
    }

    pub(super) fn this(&mut self, word: &str, class: ClassId) -> ValueId {
        let value = match word {
            "Self" | "static" => ValueExpr::Class(class),
            _ => ValueExpr::This(class),
        };
        self.calls.value(value)
    }

    /// The class that a type names: the first name in it.
    pub(super) fn type_of(&mut self, node: Node<'_>) -> ValueId {
        let mut at = node;
        if is_standard(self.text(node)) {
            return ValueId::OPAQUE;
        }
        for _ in 0..8 {
            match part(at.kind()) {
                // `Node\Identifier` of PHP: neither of its names is the class's in this file.
                _ if at.kind() == "qualified_name" && self.language == "php" => return ValueId::UNKNOWN,
                NodeRole::Name => {
                    let text = self.text(at);
                    if let ("Self" | "static" | "self", Some(class)) = (text, self.calls.class()) {
                        return self.calls.value(ValueExpr::Class(class));
                    }
                    let name = text.to_owned();
                    return self.calls.free(&name);
                }
                // Go: a package's.
                _ if at.kind() == "qualified_type" => {
                    let (package, name) = (self.field(at, "package"), self.field(at, "name"));
                    let package = self.calls.read_late(package);
                    return self.calls.member(package, name);
                }
                NodeRole::Member => {
                    let last = u32::try_from(at.named_child_count()).unwrap_or(1).saturating_sub(1);
                    match at.named_child(last) {
                        Some(last) => at = last,
                        None => return ValueId::UNKNOWN,
                    }
                }
                // `&'a mut T`
                _ => match at.child_by_field_name("type").or_else(|| at.named_child(0)) {
                    Some(inner) => at = inner,
                    None => return ValueId::UNKNOWN,
                },
            }
        }
        ValueId::UNKNOWN
    }
}

/// A path of the language's own library (C++, Rust).
fn is_standard(path: &str) -> bool {
    let path = path.trim_start_matches("const ").trim_start_matches(['&', ':', ' ']);
    let first = path.split("::").next().unwrap_or_default();
    path == "std" || (path.contains("::") && matches!(first, "std" | "core" | "alloc"))
}
