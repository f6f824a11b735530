//! The arguments of a call and the parameters of a function, as far as their text shows them.

use tree_sitter::Node;

use super::super::Context;
use crate::calls::Signature;
use crate::calls::signature::{ANY_SORT, CHARACTER, MAX_SORTS, REAL, TEXT, TRUTH, WHOLE, sort_of_label, sort_of_type};

/// Lists with more are tables.
const MAX_COUNTED: usize = 200;

fn child<'t>(node: Node<'t>, kinds: &[&str]) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .find(|child| kinds.contains(&child.kind()))
}

/// The function's own declarator, below those of its pointers (C).
fn declarator(node: Node<'_>) -> Option<Node<'_>> {
    let mut at = node.child_by_field_name("declarator")?;
    for _ in 0..8 {
        if at.kind() == "function_declarator" {
            return Some(at);
        }
        at = at
            .child_by_field_name("declarator")
            .or_else(|| child(at, &["function_declarator"]))?;
    }
    None
}

impl Context<'_> {
    /// The parameters of the function at `node`.
    pub(super) fn takes(&self, node: Node<'_>) -> Signature {
        let list = node
            .child_by_field_name("parameters")
            .or_else(|| declarator(node).and_then(|declarator| declarator.child_by_field_name("parameters")))
            .or_else(|| child(node, &["function_value_parameters"]));
        // The parameters of Swift are parts of the function itself.
        let is_swift = self.language == "swift";
        let is_swift_function = is_swift && matches!(node.kind(), "init_declaration" | "function_declaration");
        let Some(list) = list.or(is_swift_function.then_some(node)) else {
            return Signature::default();
        };
        let c_like = matches!(self.language, "c" | "cpp");
        // In C, `()` takes anything.
        let unknown =
            matches!(self.language, "php" | "ruby") || (self.language == "c" && list.named_child_count() == 0);
        if unknown || (!is_swift && list.has_error()) {
            return Signature::default();
        }
        let mut found = Counted::default();
        let mut cursor = list.walk();
        for part in list.children(&mut cursor) {
            match part.kind() {
                "parameter" | "formal_parameter" | "parameter_declaration" | "class_parameter" => {
                    self.parameter(part, &mut found);
                }
                "optional_parameter_declaration" => {
                    self.parameter(part, &mut found);
                    found.optional += 1;
                }
                "self_parameter" => found.object = true,
                "spread_parameter" | "variadic_parameter_declaration" | "variadic_parameter" | "..." | "params" => {
                    found.variadic = true;
                }
                "parameter_modifiers" => found.variadic |= self.text(part).contains("vararg"),
                "identifier" if c_like => found.add(ANY_SORT),
                // `implicit`, `using` (Scala): the arguments need not be written.
                "implicit" | "using" => found.variadic = true,
                // The value that an argument has where none is written (Kotlin, Swift).
                "=" => found.optional += 1,
                "repeated_parameter_type" => found.variadic = true,
                _ => {}
            }
        }
        // A declaration elsewhere has the default values.
        if self.language == "cpp" {
            found.optional = found.count;
        }
        found.signature()
    }

    fn parameter(&self, node: Node<'_>, found: &mut Counted) {
        let is_swift = self.language == "swift";
        let kind = node
            .child_by_field_name("type")
            .or_else(|| child(node, &["user_type", "nullable_type"]));
        let text = kind.map_or("", |kind| self.text(kind));
        if text == "void"
            && node.child_by_field_name("declarator").is_none()
            && node.child_by_field_name("name").is_none()
        {
            return;
        }
        let own = self.text(node);
        let mut cursor = node.walk();
        let names = node.children_by_field_name("name", &mut cursor).count().max(1);
        let sort = if is_swift {
            let label = node.child_by_field_name("external_name").or_else(|| {
                let mut cursor = node.walk();
                node.children_by_field_name("name", &mut cursor).next()
            });
            sort_of_label(label.map_or("_", |label| self.text(label)))
        } else if own.contains(['*', '[']) || own.contains("...") {
            ANY_SORT
        } else {
            sort_of_type(text.split(['<', '[']).next().unwrap_or_default())
        };
        let names = if is_swift { 1 } else { names };
        for _ in 0..names {
            found.add(sort);
        }
        let mut cursor = node.walk();
        let has_default = node.child_by_field_name("default_value").is_some()
            || node.children(&mut cursor).any(|part| part.kind() == "=");
        found.optional += usize::from(has_default);
        let is_repeated = kind.is_some_and(|kind| kind.kind() == "repeated_parameter_type");
        found.variadic |= is_repeated || own.contains("...");
        // An extension's object (C#).
        found.object |= own.starts_with("this ");
        if own.starts_with("this ") {
            found.optional += 1;
        }
    }

    /// The arguments of the call at `node`.
    pub(super) fn given(&self, node: Node<'_>) -> Signature {
        let list = node.child_by_field_name("arguments").or_else(|| {
            child(
                node,
                &[
                    "value_arguments",
                    "argument_list",
                    "arguments",
                    "call_suffix",
                    "annotated_lambda",
                ],
            )
        });
        if matches!(self.language, "php" | "ruby") {
            return Signature::default();
        }
        let Some(list) = list else {
            // `new A { … }`
            return if node.kind() == "object_creation_expression" {
                Counted::default().signature()
            } else {
                Signature::default()
            };
        };
        if list.has_error() {
            return Signature::default();
        }
        let mut found = Counted::default();
        match list.kind() {
            "value_arguments" => {
                self.arguments(list, &mut found);
                if child(node, &["annotated_lambda"]).is_some() {
                    found.add(ANY_SORT);
                }
            }
            "annotated_lambda" => found.add(ANY_SORT),
            "call_suffix" => {
                let mut cursor = list.walk();
                for part in list.named_children(&mut cursor) {
                    match part.kind() {
                        "value_arguments" => self.arguments(part, &mut found),
                        "lambda_literal" => found.add(ANY_SORT),
                        _ => {}
                    }
                }
            }
            "block" | "case_block" | "colon_argument" => found.add(ANY_SORT),
            "initializer_list" => return Signature::default(),
            _ => self.arguments(list, &mut found),
        }
        found.signature()
    }

    fn arguments(&self, list: Node<'_>, found: &mut Counted) {
        let mut cursor = list.walk();
        let is_swift = self.language == "swift";
        for part in list.named_children(&mut cursor).filter(|part| !part.is_extra()) {
            let value = match part.kind() {
                "argument" | "value_argument" => part.child_by_field_name("value").or_else(|| {
                    let last = u32::try_from(part.named_child_count()).unwrap_or(u32::MAX);
                    part.named_child(last.saturating_sub(1))
                }),
                // Any number of arguments.
                "variadic_argument" | "spread_expression" | "parameter_pack_expansion" | "vararg" => {
                    found.unknown = true;
                    continue;
                }
                _ => Some(part),
            };
            let label = part.child_by_field_name("name");
            let sort = match (is_swift, label) {
                (true, Some(label)) => sort_of_label(self.text(label)),
                (true, None) => sort_of_label("_"),
                // By name, in any order.
                (_, Some(_)) => ANY_SORT,
                _ => value.map_or(ANY_SORT, |value| self.sort_of(value)),
            };
            found.unknown |= self.language == "kotlin" && self.text(part).starts_with('*');
            found.add(sort);
        }
        // `f(g())`, where `g` returns several values (Go).
        let only = list.named_child(0).filter(|_| found.count == 1);
        found.unknown |= self.language == "go" && only.is_some_and(|only| only.kind() == "call_expression");
    }

    /// The sort of an argument, in languages that have overloads and convert no values unseen.
    fn sort_of(&self, value: Node<'_>) -> u8 {
        if !matches!(self.language, "java" | "kotlin" | "scala" | "csharp") {
            return ANY_SORT;
        }
        match value.kind() {
            "string_literal"
            | "raw_string_literal"
            | "string"
            | "interpolated_string_expression"
            | "verbatim_string_literal"
            | "multiline_string_literal" => TEXT,
            "character_literal" => CHARACTER,
            "true" | "false" | "boolean_literal" => TRUTH,
            "decimal_integer_literal" | "integer_literal" | "hex_integer_literal" | "number_literal" => {
                match self.text(value).ends_with(|c: char| c.is_ascii_digit()) {
                    true => WHOLE,
                    false => ANY_SORT,
                }
            }
            "decimal_floating_point_literal" | "real_literal" | "float_literal" | "floating_point_literal" => REAL,
            "object_creation_expression" | "cast_expression" => {
                let kind = value.child_by_field_name("type").map_or("", |kind| self.text(kind));
                sort_of_type(kind.split(['<', '[']).next().unwrap_or_default())
            }
            "identifier" | "simple_identifier" => self.sorts.get(self.text(value)).copied().unwrap_or(ANY_SORT),
            _ => ANY_SORT,
        }
    }
}

#[derive(Default)]
struct Counted {
    count: usize,
    optional: usize,
    variadic: bool,
    /// The object itself may be among the arguments.
    object: bool,
    unknown: bool,
    sorts: [u8; MAX_SORTS],
}

impl Counted {
    fn add(&mut self, sort: u8) {
        if let Some(slot) = self.sorts.get_mut(self.count) {
            *slot = sort;
        }
        self.count += 1;
    }

    fn signature(self) -> Signature {
        if self.unknown || self.count > MAX_COUNTED {
            return Signature::default();
        }
        let small = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
        Signature {
            least: small(self.count.saturating_sub(self.optional)),
            most: if self.variadic {
                u8::MAX
            } else {
                small(self.count + usize::from(self.object))
            },
            // With values left out, or the object first, the places differ.
            sorts: if self.variadic || self.object || self.optional > 0 {
                [ANY_SORT; MAX_SORTS]
            } else {
                self.sorts
            },
        }
    }
}
