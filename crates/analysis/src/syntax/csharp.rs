//! C#, by tree-sitter. Cyclomatic complexity: `if`, loops (`foreach` too), `case`, arms of a switch expression but one,
//! `catch`, `&&`, `||`, `??`, `?:`. A lambda belongs to its method, a local function is a unit.

use std::sync::OnceLock;

use tree_sitter::Node;

use super::tree::{Context, Grammar, Role, name_field};
use crate::facts::ImportKind;

pub(super) static GRAMMAR: Grammar = Grammar {
    language: || tree_sitter_c_sharp::LANGUAGE.into(),
    role,
    collects: &[
        "using_directive",
        "namespace_declaration",
        "file_scoped_namespace_declaration",
        "class_declaration",
        "struct_declaration",
        "interface_declaration",
        "enum_declaration",
        "record_declaration",
        "method_declaration",
        "invocation_expression",
        "goto_statement",
    ],
    collect,
    and: &["&&"],
    or: &["||"],
    switch_head: &["value"],
    decisions,
    name: name_field,
    label: "",
    catch_decides: true,
    closure_is_unit_at_top: false,
    roles: &ROLES,
};
static ROLES: OnceLock<Vec<(Role, bool)>> = OnceLock::new();

fn role(kind: &str) -> Role {
    match kind {
        "method_declaration"
        | "constructor_declaration"
        | "destructor_declaration"
        | "operator_declaration"
        | "accessor_declaration"
        | "local_function_statement" => Role::Function,
        "lambda_expression" | "anonymous_method_expression" => Role::Closure,
        "class_declaration"
        | "struct_declaration"
        | "interface_declaration"
        | "enum_declaration"
        | "record_declaration" => Role::Class { counted: true },
        "if_statement" => Role::If,
        "for_statement" | "foreach_statement" | "while_statement" | "do_statement" => Role::Loop,
        "switch_statement" | "switch_expression" => Role::Switch,
        "catch_clause" => Role::Catch,
        "conditional_expression" => Role::Ternary,
        "binary_expression" => Role::Binary,
        "parenthesized_expression" => Role::Parentheses,
        _ => Role::None,
    }
}

fn decisions(node: Node<'_>, _: Role) -> u32 {
    match node.kind() {
        "switch_section" => u32::from(node.child(0).is_some_and(|word| word.kind() == "case")),
        "switch_expression" => {
            let mut cursor = node.walk();
            let arms = node
                .named_children(&mut cursor)
                .filter(|child| child.kind() == "switch_expression_arm")
                .count();
            u32::try_from(arms.saturating_sub(1)).unwrap_or(u32::MAX)
        }
        "binary_expression" => u32::from(
            node.child_by_field_name("operator")
                .is_some_and(|operator| operator.kind() == "??"),
        ),
        _ => 0,
    }
}

fn collect(node: Node<'_>, context: &mut Context<'_>) {
    match node.kind() {
        "using_directive" => {
            let text = context.text(node).trim_end_matches(';').trim();
            let text = text
                .trim_start_matches("global ")
                .trim_start_matches("using ")
                .trim();
            let text = text.strip_prefix("static ").unwrap_or(text);
            let name = text.split_once('=').map_or(text, |(_, name)| name).trim();
            context.import(name, ImportKind::Static, node, Vec::new());
        }
        "namespace_declaration" | "file_scoped_namespace_declaration" => {
            context.syntax.package = context.field(node, "name").into();
        }
        "method_declaration" => {
            let is_static = has_modifier(node, context, "static");
            context.syntax.entry_point |= is_static && context.field(node, "name") == "Main";
        }
        "goto_statement" => context.units.flat(1),
        "invocation_expression" => {
            let name = context.field(node, "function");
            context
                .units
                .call(name.strip_prefix("this.").unwrap_or(name));
        }
        _ => {
            if has_modifier(node, context, "public") {
                let name = context.field(node, "name");
                context.export(name, node);
            }
        }
    }
}

fn has_modifier(node: Node<'_>, context: &Context<'_>, word: &str) -> bool {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .any(|child| child.kind() == "modifier" && context.text(child) == word)
}

#[cfg(test)]
mod tests {
    use crate::syntax::snapshot;

    #[test]
    fn csharp() {
        insta::assert_snapshot!(snapshot(
            "csharp",
            r#"
using System;
using static System.Math;
namespace A.B;

public class Shape {
    public int Size { get { return a ?? 1; } set => a = value; }
    public Shape(int? a, int b = 1) { }
    public int Area(int a) {
        foreach (var x in list) {                        // +1
            if (x > 1 && a > 0) continue;                // +2, run
            else if (a > 1) Run(() => a || b);           // +1, run
            else { try { } catch (E e) { } }             // +1, +3
        }
        switch (a) { case 1: case 2: return 1; case 3: goto case 1; default: return Area(1); } // +1, +1, recursion
        int Local(int y) => y switch { 1 => 2, 3 => 4, _ => 5 };
    }
    public static void Main(string[] args) { for (;;) { } }
}
"#
        ));
    }
}
