//! PHP, by tree-sitter. Cyclomatic complexity as lizard counts: `if`, `elseif`, loops, `case`, `match` once, `catch`, `&&`,
//! `||`, `?:`; not `and`, `or`, `??`. A closure belongs to the function it stands in.

use std::sync::OnceLock;

use tree_sitter::Node;

use super::tree::{Context, Grammar, Role, name_field};
use crate::facts::{ImportKind, ImportedName};

pub(super) static GRAMMAR: Grammar = Grammar {
    language: || tree_sitter_php::LANGUAGE_PHP.into(),
    role,
    collects: &[
        "namespace_use_clause",
        "namespace_definition",
        "class_declaration",
        "interface_declaration",
        "trait_declaration",
        "enum_declaration",
        "function_definition",
        "function_call_expression",
        "member_call_expression",
        "goto_statement",
    ],
    collect,
    and: &["&&"],
    or: &["||"],
    switch_head: &["condition"],
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
        "function_definition" | "method_declaration" => Role::Function,
        "anonymous_function" | "arrow_function" => Role::Closure,
        "class_declaration"
        | "interface_declaration"
        | "trait_declaration"
        | "enum_declaration" => Role::Class { counted: true },
        "if_statement" | "else_if_clause" => Role::If,
        "else_clause" => Role::Else,
        "for_statement" | "foreach_statement" | "while_statement" | "do_statement" => Role::Loop,
        "switch_statement" | "match_expression" => Role::Switch,
        "case_statement" => Role::Case,
        "catch_clause" => Role::Catch,
        "conditional_expression" => Role::Ternary,
        "binary_expression" => Role::Binary,
        "parenthesized_expression" => Role::Parentheses,
        _ => Role::None,
    }
}

fn decisions(node: Node<'_>, _: Role) -> u32 {
    u32::from(node.kind() == "match_expression")
}

fn collect(node: Node<'_>, context: &mut Context<'_>) {
    match node.kind() {
        "namespace_use_clause" => {
            let text = context.text(node);
            let (path, alias) = text.split_once(" as ").unwrap_or((text, ""));
            let (path, alias) = (path.trim().trim_start_matches('\\'), alias.trim());
            let group = node
                .parent()
                .filter(|parent| parent.kind() == "namespace_use_group");
            let prefix = group.and_then(|group| group.parent()).map(|whole| {
                let mut cursor = whole.walk();
                let name = whole
                    .named_children(&mut cursor)
                    .find(|child| child.kind() == "namespace_name");
                name.map_or("", |name| context.text(name))
            });
            let path = prefix.map_or_else(|| path.to_owned(), |prefix| format!("{prefix}\\{path}"));
            let name = path.rsplit('\\').next().unwrap_or_default().to_owned();
            let local = if alias.is_empty() { &name } else { alias };
            let names = vec![ImportedName::new(&name, local)];
            context.import(&path, ImportKind::Static, node, names);
        }
        "namespace_definition" => context.syntax.package = context.field(node, "name").into(),
        "goto_statement" => context.units.flat(1),
        "function_call_expression" => {
            let name = context.field(node, "function");
            context.units.call(name);
        }
        "member_call_expression" => {
            if context.field(node, "object") == "$this" {
                let name = context.field(node, "name");
                context.units.call(name);
            }
        }
        _ => {
            // The class itself is open already.
            let top = usize::from(node.kind() != "function_definition");
            if context.classes.len() <= top {
                let name = context.field(node, "name");
                context.export(name, node);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::syntax::snapshot;

    #[test]
    fn php() {
        insta::assert_snapshot!(snapshot(
            "php",
            r#"<?php
namespace App\Shapes;

use App\Base as B;
use Lib\{One, Two as Deux};

final class Shape extends B {
    public function area(?int $a, int ...$b): int {
        foreach ($b as $k => $x) {                         // +1
            if ($x && $a || $k) { continue; }              // +2, two runs
            elseif ($a) { $f = fn($y) => $y ? 1 : 2; }     // +1, +4
            else if ($k) { }                               // +1
            else { try { } catch (E|F $e) { } }            // +1, +3
        }
        switch ($a) { case 1: return 1; default: return $this->area($a ?? 1); } // +1, recursion
        return match (true) { $a > 1 => 2, default => 3 }; // +1
    }
    abstract function none();
}
function top() { while (true) { do { } while (1); } }
"#
        ));
    }
}
