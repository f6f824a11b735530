//! Go, by tree-sitter. Cyclomatic complexity as gocyclo counts: a closure is part of the function around it, and a
//! function literal in a package-level variable is a unit.

use std::sync::OnceLock;

use tree_sitter::Node;

use super::tree::{BINARY, Context, Grammar, Private, Role, Roles, no_decisions, shape};
use crate::facts::{ImportKind, ImportedName};

pub(super) static GRAMMAR: Grammar = Grammar {
    language: || tree_sitter_go::LANGUAGE.into(),
    role,
    collects: &[
        "package_clause",
        "import_spec",
        "function_declaration",
        "method_declaration",
        "type_spec",
        "const_spec",
        "var_spec",
        "call_expression",
    ],
    collect,
    and: &["&&"],
    or: &["||"],
    switch_head: &["value", "initializer", "alias"],
    decisions: no_decisions,
    name,
    label: "label_name",
    shape,
    field: None,
    binary: BINARY,
    catch_decides: true,
    closure_is_unit_at_top: true,
    roles: &ROLES,
    implicit_this: false,
    private: Private::LowerCase,
    embedded: None,
    prepare: None,
    unused_imports: None,
    mentions: &[],
};
static ROLES: Roles = OnceLock::new();

fn role(kind: &str) -> Role {
    match kind {
        "function_declaration" | "method_declaration" => Role::Function,
        "func_literal" => Role::Closure,
        "if_statement" => Role::If,
        "for_statement" => Role::Loop,
        "expression_switch_statement" | "type_switch_statement" | "select_statement" => Role::Switch,
        "expression_case" | "type_case" | "communication_case" => Role::Case,
        "binary_expression" => Role::Binary,
        "parenthesized_expression" => Role::Parentheses,
        "break_statement" | "continue_statement" | "goto_statement" => Role::Jump,
        _ => Role::None,
    }
}

/// A method belongs to the type of its receiver; a literal has the name of its variable.
fn name(node: Node<'_>, context: &Context<'_>) -> (Option<String>, String) {
    let own = context.field(node, "name").to_owned();
    if node.kind() == "func_literal" {
        let variable = node
            .parent()
            .and_then(|list| list.parent())
            .filter(|spec| spec.kind() == "var_spec");
        return (
            None,
            variable.map_or_else(String::new, |spec| context.field(spec, "name").to_owned()),
        );
    }
    let receiver = context.field(node, "receiver").trim_matches(['(', ')']);
    // `p *Pair[K, V]`: the type parameters come last.
    let plain = receiver.split('[').next().unwrap_or_default().trim_end();
    let kind = plain.rsplit([' ', '*']).next().unwrap_or_default();
    ((!kind.is_empty()).then(|| kind.to_owned()), own)
}

fn collect(node: Node<'_>, context: &mut Context<'_>) {
    match node.kind() {
        "package_clause" => {
            context.syntax.package = node.named_child(0).map_or("", |name| context.text(name)).into();
        }
        "import_spec" => {
            let path = context.field(node, "path").trim_matches(['"', '`']);
            let last = path.rsplit('/').next().unwrap_or(path);
            let local = match context.field(node, "name") {
                "" => last,
                name => name,
            };
            let names = vec![ImportedName::new("*", local)];
            context.import(path, ImportKind::Static, node, names);
        }
        "call_expression" => {
            // A method calls itself through its receiver, a function by its name.
            let name = context.field(node, "function");
            match name.split_once('.') {
                Some((object, method)) if context.seen.contains(object) => context.units.call(method),
                None if context.seen.is_empty() => context.units.call(name),
                _ => {}
            }
        }
        "function_declaration" | "method_declaration" | "type_spec" | "const_spec" | "var_spec" => {
            let name = context.field(node, "name");
            if node.kind() == "method_declaration" {
                let receiver = context.field(node, "receiver").trim_start_matches('(').trim_start();
                let variable = receiver.split([' ', ')', '*']).next().unwrap_or_default();
                context.seen.insert(variable.to_owned());
            }
            if node.kind() == "type_spec" {
                let kind = node.child_by_field_name("type").map_or("", |kind| kind.kind());
                context.syntax.classes += u32::from(matches!(kind, "struct_type" | "interface_type"));
            }
            if name == "main" && node.kind() == "function_declaration" && &*context.syntax.package == "main" {
                context.syntax.entry_point = true;
            }
            // A method is reached through its type.
            let top = node.kind() != "method_declaration" && !is_local(node);
            if top && name.chars().next().is_some_and(char::is_uppercase) {
                context.export(name, node);
            }
        }
        _ => {}
    }
}

/// `const A = 1` in a function.
fn is_local(node: Node<'_>) -> bool {
    let file = node
        .parent()
        .into_iter()
        .chain(node.parent().and_then(|parent| parent.parent()));
    let mut file = file.chain(
        node.parent()
            .and_then(|parent| parent.parent())
            .and_then(|parent| parent.parent()),
    );
    !file.any(|parent| parent.kind() == "source_file")
}

#[cfg(test)]
mod tests {
    use crate::syntax::snapshot;

    #[test]
    fn go() {
        insta::assert_snapshot!(snapshot(
            "go",
            r#"
package main

import (
	"fmt"
	js "encoding/json"
)

type Shape struct{ a int }
type Walker interface{ Walk() }
const Max, min = 1, 2

var handler = func(a int) int {
	if a > 0 { return 1 }
	return 0
}

func (s *Shape[T]) Area(a, b int, c string) int {
	for i := range items {             // +1
		if a > 0 && b > 0 || c != "" { // +2, two runs +2
			continue
		} else if b > 1 {              // +1
			func() { if x { y() } }()  // +4
		} else {                       // +1
			if a > 2 { return 1 }      // +3
		}
	}
	switch v := s.(type) {             // +1
	case int, string: return 1
	case bool: return 2
	default: return 3
	}
}

func main() {
Outer:
	for {                              // +1
		select {                       // +2
		case <-a: break Outer          // +1
		case b <- 1: goto End          // +1
		default: main()                // recursion +1
		}
	}
End:
	fmt.Println()
}
"#
        ));
    }
}
