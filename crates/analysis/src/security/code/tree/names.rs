//! Names of what is called or read.

use tree_sitter::Node;

use super::{DEPTH, Reader, Value};

impl Reader<'_> {
    /// A name with what is before it, resolved at its root.
    pub(super) fn name(&self, node: Node<'_>, depth: usize) -> String {
        if depth > DEPTH {
            return String::new();
        }
        let of = |field: &str| {
            node.child_by_field_name(field)
                .map(|node| self.name(node, depth + 1))
                .unwrap_or_default()
        };
        let text = |field: &str| node.child_by_field_name(field).map_or("", |node| self.str(node));
        match node.kind() {
            "selector_expression" => format!("{}.{}", of("operand"), text("field")),
            "field_access" => format!("{}.{}", of("object"), text("field")),
            "member_access_expression" | "nullsafe_member_access_expression" if self.language == "php" => {
                format!("{}.{}", of("object"), text("name"))
            }
            "member_access_expression" => format!("{}.{}", of("expression"), without_types(text("name"))),
            "field_expression" if self.language == "rust" => format!("{}.{}", of("value"), text("field")),
            "field_expression" => format!("{}.{}", of("argument"), text("field")),
            "generic_function" => of("function"),
            "identifier" | "variable_name" | "constant" | "name" | "package_identifier" | "namespace_identifier" => {
                let name = self.str(node);
                match (self.imports.get(name), self.names.of(self.function, name)) {
                    (Some(full), _) => full.clone(),
                    // What was made by a call is known by it: `rt = Runtime.getRuntime()`.
                    (None, Some(Value::Call(call, _))) => format!("{call}()"),
                    _ => name.to_owned(),
                }
            }
            _ => match self.call(node, depth + 1) {
                Some((name, _)) => format!("{name}()"),
                None => self.str(node).chars().take(60).filter(|c| !c.is_whitespace()).collect(),
            },
        }
    }

    /// The name and the list of arguments of a call.
    pub(super) fn call<'n>(&self, node: Node<'n>, depth: usize) -> Option<(String, Option<Node<'n>>)> {
        if depth > DEPTH {
            return None;
        }
        let field = |name: &str| node.child_by_field_name(name);
        let text = |name: &str| field(name).map_or("", |node| self.str(node));
        let arguments = field("arguments");
        let name = match node.kind() {
            "call_expression" | "invocation_expression" | "function_call_expression" => {
                let function = field("function")?;
                let plain = self.str(function);
                let is_own = matches!(function.kind(), "identifier" | "name") && self.names.is_assigned(0, plain);
                if is_own {
                    format!("own:{plain}")
                } else {
                    self.name(function, depth + 1).trim_start_matches('\\').to_owned()
                }
            }
            "method_invocation" => match field("object") {
                Some(object) => format!("{}.{}", self.name(object, depth + 1), text("name")),
                None => text("name").to_owned(),
            },
            "call" => {
                let method = text("method");
                match field("receiver") {
                    Some(receiver) => format!("{}.{method}", self.name(receiver, depth + 1)),
                    None if self.names.is_assigned(0, method) => format!("own:{method}"),
                    None => method.to_owned(),
                }
            }
            "member_call_expression" | "nullsafe_member_call_expression" => {
                format!("{}.{}", self.name(field("object")?, depth + 1), text("name"))
            }
            "scoped_call_expression" => format!("{}::{}", text("scope"), text("name")),
            "object_creation_expression" => {
                let kind = field("type").or_else(|| node.named_child(0))?;
                format!("new {}", without_types(self.str(kind)))
            }
            "macro_invocation" => format!("{}!", text("macro")),
            _ => return None,
        };
        Some((name, arguments))
    }
}

fn without_types(name: &str) -> &str {
    name.split('<').next().unwrap_or(name).trim()
}
