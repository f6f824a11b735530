//! PHP, by tree-sitter. Cyclomatic complexity by lizard's rules: `if`, `elseif`, loops, `case`, `catch`, `match` (once),
//! `&&`, `||`, `?:` with both branches; not `??`, `?->`. lizard also counts the `?` of a nullable type as a decision, and
//! does not count `and` and `or`; here they count by their meaning. A closure belongs to the function around it, and is a
//! unit where there is none.

use std::sync::OnceLock;

use tree_sitter::Node;

use super::tree::{BINARY, Context, Grammar, Private, Role, Roles, UnusedImports, name_field, shape};
use crate::facts::{ImportKind, ImportedName};

pub(super) static GRAMMAR: Grammar = Grammar {
    language: || tree_sitter_php::LANGUAGE_PHP.into(),
    role,
    collects: &[
        "program",
        "namespace_definition",
        "namespace_use_declaration",
        "require_expression",
        "require_once_expression",
        "include_expression",
        "include_once_expression",
        "function_definition",
        "class_declaration",
        "interface_declaration",
        "trait_declaration",
        "enum_declaration",
        "function_call_expression",
        "member_call_expression",
        "scoped_call_expression",
        "goto_statement",
    ],
    collect,
    and: &["&&", "and"],
    or: &["||", "or"],
    switch_head: &["condition"],
    decisions,
    name: name_field,
    label: "integer",
    shape,
    field: None,
    binary: BINARY,
    catch_decides: true,
    closure_is_unit_at_top: true,
    roles: &ROLES,
    implicit_this: false,
    private: Private::WordUnlessComputed,
    embedded: None,
    prepare: None,
    unused_imports: Some(UNUSED_IMPORTS),
    mentions: &[],
};
static ROLES: Roles = OnceLock::new();

const UNUSED_IMPORTS: UnusedImports = UnusedImports {
    any_case: true,
    in_imports: false,
    declaration: "namespace_use_declaration",
    judged: |_, _, _| true,
};

fn role(kind: &str) -> Role {
    match kind {
        "function_definition" | "method_declaration" => Role::Function,
        "anonymous_function" | "arrow_function" => Role::Closure,
        "class_declaration" | "interface_declaration" | "trait_declaration" | "enum_declaration" => {
            Role::Class { counted: true }
        }
        "anonymous_class" => Role::Class { counted: false },
        "if_statement" | "else_if_clause" => Role::If,
        "else_clause" => Role::Else,
        "for_statement" | "foreach_statement" | "while_statement" | "do_statement" => Role::Loop,
        "switch_statement" | "match_expression" => Role::Switch,
        "case_statement" => Role::Case,
        "catch_clause" => Role::Catch,
        "conditional_expression" => Role::Ternary,
        "binary_expression" => Role::Binary,
        "parenthesized_expression" => Role::Parentheses,
        "break_statement" | "continue_statement" => Role::Jump,
        _ => Role::None,
    }
}

fn decisions(node: Node<'_>, _: Role) -> u32 {
    u32::from(node.kind() == "match_expression")
}

fn collect(node: Node<'_>, context: &mut Context<'_>) {
    match node.kind() {
        "program" => context.syntax.entry_point = is_started(node, context),
        "namespace_definition" => {
            if context.syntax.package.is_empty() {
                context.syntax.package = context.field(node, "name").into();
            }
        }
        "namespace_use_declaration" => uses(node, context),
        "goto_statement" => context.units.flat(1),
        "function_call_expression" => {
            let name = context.field(node, "function");
            context.units.call(name);
        }
        "member_call_expression" | "scoped_call_expression" => {
            let object = context.field(node, "object");
            let scope = context.field(node, "scope");
            if object == "$this" || matches!(scope, "self" | "static") {
                let name = context.field(node, "name");
                context.units.call(name);
            }
        }
        "function_definition"
        | "class_declaration"
        | "interface_declaration"
        | "trait_declaration"
        | "enum_declaration" => {
            let own = usize::from(node.kind() == "function_definition");
            if context.units.depth() <= own {
                let name = context.field(node, "name");
                context.export(name, node);
            }
        }
        _ => includes(node, context),
    }
}

/// `use A\{B, C as D}; use function A\b;`
fn uses(node: Node<'_>, context: &mut Context<'_>) {
    let group = node.child_by_field_name("body");
    let prefix = group.map_or("", |_| {
        let mut cursor = node.walk();
        node.named_children(&mut cursor)
            .find(|child| child.kind() == "namespace_name")
            .map_or("", |child| context.text(child))
    });
    let list = group.unwrap_or(node);
    let mut cursor = list.walk();
    for clause in list.named_children(&mut cursor) {
        if clause.kind() != "namespace_use_clause" {
            continue;
        }
        let mut inner = clause.walk();
        let path = clause
            .named_children(&mut inner)
            .find(|child| matches!(child.kind(), "qualified_name" | "name"));
        let path = path.map_or("", |path| context.text(path)).trim_start_matches('\\');
        let path = if prefix.is_empty() {
            path.to_owned()
        } else {
            format!("{prefix}\\{path}")
        };
        let name = path.rsplit('\\').next().unwrap_or_default();
        let local = match context.field(clause, "alias") {
            "" => name,
            alias => alias,
        };
        let names = vec![ImportedName::new(name, local)];
        context.import(&path, ImportKind::Static, clause, names);
    }
}

/// `__DIR__`, `dirname(__FILE__)`, `dirname(__DIR__, 2)`, in each other: relative to the folder of the file.
fn own_folder(expression: &str) -> Option<String> {
    let mut rest: String = expression.chars().filter(|c| !c.is_whitespace()).collect();
    // How many folders up from the file.
    let mut up = 0;
    while let Some(inner) = rest.strip_prefix("dirname(").and_then(|rest| rest.strip_suffix(')')) {
        let (inner, levels) = match inner.rsplit_once(',') {
            Some((inner, levels)) => (inner, levels.parse().ok().filter(|levels| *levels <= 20)?),
            None => (inner, 1usize),
        };
        up += levels;
        rest = inner.to_owned();
    }
    let up = match rest.as_str() {
        "__DIR__" => up,
        "__FILE__" => up.checked_sub(1)?,
        _ => return None,
    };
    Some(if up == 0 {
        ".".to_owned()
    } else {
        vec![".."; up].join("/")
    })
}

/// `require 'a.php'`, `include __DIR__ . '/a.php'`; a path that is computed otherwise is unknown.
fn includes(node: Node<'_>, context: &mut Context<'_>) {
    let mut argument = node.named_child(0);
    while let Some(inner) = argument.filter(|argument| argument.kind() == "parenthesized_expression") {
        argument = inner.named_child(0);
    }
    let Some(argument) = argument else { return };
    let literal = |node: Node<'_>, context: &Context<'_>| {
        let plain = matches!(node.kind(), "string" | "encapsed_string") && node.named_child_count() <= 1;
        plain.then(|| context.text(node).trim_matches(['"', '\'']).to_owned())
    };
    let specifier = match argument.kind() {
        "binary_expression" => {
            let right = argument.child_by_field_name("right");
            let home = own_folder(context.field(argument, "left"));
            home.zip(right.and_then(|right| literal(right, context)))
                .map(|(home, path)| format!("{home}/{}", path.trim_start_matches('/')))
        }
        _ => literal(argument, context),
    };
    if let Some(specifier) = specifier.filter(|specifier| !specifier.contains('$')) {
        let kind = if context.units.is_inside() {
            ImportKind::Dynamic
        } else {
            ImportKind::Static
        };
        context.import(&specifier, kind, node, Vec::new());
    }
}

/// A file that does something by itself, other than to load, to define and to return.
fn is_started(program: Node<'_>, context: &Context<'_>) -> bool {
    if context.text.starts_with(b"#!") {
        return true;
    }
    let mut cursor = program.walk();
    program
        .named_children(&mut cursor)
        .any(|statement| match statement.kind() {
            "echo_statement" => true,
            "expression_statement" => statement.named_child(0).is_some_and(|expression| {
                let called = context.field(expression, "function");
                let loads = expression.kind().starts_with("require") || expression.kind().starts_with("include");
                !loads && !matches!(called, "define" | "class_alias" | "declare" | "trigger_deprecation")
            }),
            _ => false,
        })
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
use Lib\Point as P, Lib\Line;
use function Lib\draw;
use Group\{A, B as C};
require_once __DIR__ . '/a.php';
include 'b.php';

abstract class Shape extends Base {
    use Mixed;
    abstract function none();
    private static function area(?int $a, string &...$rest): ?string {
        if ($a && $b || $c) { x(); }              // +1, two runs +2
        elseif ($b) { if ($c) y(); }              // +1, +2
        else if ($c) z();                         // +1
        else { w(); }                             // +1
        foreach ($rest as $k => $v) {             // +1
            while ($a and $b) { continue 2; }     // +2, run +1, +1
        }
        switch ($a) {                             // +1
            case 1: case 2: break;
            default: goto end;                    // +1
        }
        $r = match(true) { 1, 2 => $a ? 1 : 2, default => 3 };  // +1, +2
        try { x(); } catch (A | B $e) { }         // +1
        $f = function ($x) use ($y) { if ($x) y(); };  // +2
        $g = fn($x) => $x ?: $x ?? 1;             // an empty branch: free
        end:
        return self::area(1);                     // recursion +1
    }
}
interface I { function z(); }
trait T { function t() { return new class { public function inner() { return 1; } }; } }
enum E: string { case A = 'a'; }
function helper() { require 'lazy.php'; }
$handler = function ($a) { return $a ? 1 : 2; };
if ($a): x(); elseif ($b): y(); else: z(); endif;
"#
        ));
    }
}
