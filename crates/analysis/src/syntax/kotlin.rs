//! Kotlin, by tree-sitter. Cyclomatic complexity: `if`, loops, entries of `when` but `else`, `catch`, `&&`, `||`, `?:`. A
//! lambda belongs to its function.

use std::sync::OnceLock;

use tree_sitter::Node;

use super::tree::{Context, Grammar, Role, name_field};
use crate::facts::{ImportKind, ImportedName};

pub(super) static GRAMMAR: Grammar = Grammar {
    language: || tree_sitter_kotlin_ng::LANGUAGE.into(),
    role,
    collects: &[
        "import",
        "package_header",
        "class_declaration",
        "object_declaration",
        "function_declaration",
        "call_expression",
    ],
    collect,
    and: &["&&"],
    or: &["||"],
    switch_head: &[],
    decisions,
    name: name_field,
    label: "label",
    catch_decides: true,
    closure_is_unit_at_top: false,
    roles: &ROLES,
};
static ROLES: OnceLock<Vec<(Role, bool)>> = OnceLock::new();

fn role(kind: &str) -> Role {
    match kind {
        "function_declaration" | "secondary_constructor" => Role::Function,
        "lambda_literal" | "anonymous_function" => Role::Closure,
        "class_declaration" | "object_declaration" => Role::Class { counted: true },
        "if_expression" => Role::If,
        "for_statement" | "while_statement" | "do_while_statement" => Role::Loop,
        "when_expression" => Role::Switch,
        "catch_block" => Role::Catch,
        "binary_expression" => Role::Binary,
        "parenthesized_expression" => Role::Parentheses,
        "break_expression" | "continue_expression" => Role::Jump,
        _ => Role::None,
    }
}

fn decisions(node: Node<'_>, _: Role) -> u32 {
    match node.kind() {
        "when_entry" => u32::from(node.child(0).is_some_and(|word| word.kind() != "else")),
        "binary_expression" => u32::from(
            node.child_by_field_name("operator")
                .is_some_and(|operator| operator.kind() == "?:"),
        ),
        _ => 0,
    }
}

fn collect(node: Node<'_>, context: &mut Context<'_>) {
    match node.kind() {
        "import" => {
            let text = context.text(node).trim_start_matches("import").trim();
            let (path, alias) = text.split_once(" as ").unwrap_or((text, ""));
            let path = path.trim();
            let name = path.rsplit('.').next().unwrap_or(path);
            let local = if alias.is_empty() { name } else { alias.trim() };
            let names = vec![ImportedName::new(name, local)];
            context.import(path, ImportKind::Static, node, names);
        }
        "package_header" => {
            let text = context.text(node).trim_start_matches("package").trim();
            context.syntax.package = text.into();
        }
        "call_expression" => {
            let name = node
                .named_child(0)
                .map_or("", |callee| context.text(callee));
            context
                .units
                .call(name.strip_prefix("this.").unwrap_or(name));
        }
        kind => {
            let name = context.field(node, "name");
            let is_function = kind == "function_declaration";
            context.syntax.entry_point |=
                is_function && name == "main" && context.classes.is_empty();
            let modifiers = node
                .child(0)
                .filter(|first| first.kind() == "modifiers")
                .map_or("", |first| context.text(first));
            let hidden = modifiers
                .split_whitespace()
                .any(|word| matches!(word, "private" | "internal" | "protected"));
            if !hidden && context.classes.len() <= usize::from(!is_function) {
                context.export(name, node);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::syntax::snapshot;

    #[test]
    fn kotlin() {
        insta::assert_snapshot!(snapshot(
            "kotlin",
            r#"
package a.b

import a.c.D
import a.c.E as F

class Shape(val a: Int) {
    fun area(a: Int, b: Boolean = true): Int {
        for (x in 1..a) {                            // +1
            if (b && x > 1) continue                 // +2, run
            else if (b) list.map { if (it) 1 else 2 } // +1, +4 and else +1
            else { while (b) { x++ } }               // +1, +3
        }
        return when (a) {                            // +1
            1, 2 -> try { 1 } catch (e: E) { 2 }     // +2
            3 -> area(a, b)                          // recursion +1
            else -> a ?: 1
        }
    }
    private fun short() = a
}

fun main() { do { } while (true) }
"#
        ));
    }
}
