//! Swift, by tree-sitter. Cyclomatic complexity by lizard's rules: `if`, `guard`, `for`, `while`, `case`, `catch`, `&&`,
//! `||`, `?:`, where a pattern (`if case`, `for case`) counts beside its `if`, and `??` and `default` do not. A closure
//! belongs to the unit around it.
//!
//! Units are functions, initialisers, `deinit`, subscripts, accessors, observers, and computed properties.

use std::sync::OnceLock;

use tree_sitter::Node;

use super::tree::{Context, Grammar, Private, Role, Roles, Shape};
use crate::facts::{ImportKind, ImportedName};

pub(super) static GRAMMAR: Grammar = Grammar {
    language: || tree_sitter_swift::LANGUAGE.into(),
    role,
    collects: &[
        "source_file",
        "import_declaration",
        "attribute",
        "function_declaration",
        "class_declaration",
        "protocol_declaration",
        "property_declaration",
        "typealias_declaration",
        "call_expression",
        "control_transfer_statement",
    ],
    collect,
    and: &["&&"],
    or: &["||"],
    switch_head: &["expr"],
    decisions,
    name,
    label: "",
    shape,
    field: Some(field),
    binary: ["lhs", "op", "rhs"],
    catch_decides: true,
    closure_is_unit_at_top: false,
    roles: &ROLES,
    implicit_this: true,
    private: Private::Word,
    embedded: None,
    prepare: None,
    unused_imports: None,
    mentions: &[],
};
static ROLES: Roles = OnceLock::new();

fn role(kind: &str) -> Role {
    match kind {
        "function_declaration"
        | "init_declaration"
        | "deinit_declaration"
        | "computed_getter"
        | "computed_setter"
        | "computed_modify"
        | "willset_clause"
        | "didset_clause" => Role::Function,
        "property_declaration" | "subscript_declaration" => Role::Member,
        "computed_property" => Role::MemberBody,
        "lambda_literal" => Role::Closure,
        // `extension` is one too: `collect` distinguishes it.
        "class_declaration" | "protocol_declaration" => Role::Class { counted: false },
        "if_statement" => Role::If,
        // Leaving early is a branch as a loop is one: no `else if` hangs on it.
        "for_statement" | "while_statement" | "repeat_while_statement" | "guard_statement" => Role::Loop,
        "switch_statement" => Role::Switch,
        "catch_block" => Role::Catch,
        "ternary_expression" => Role::Ternary,
        "conjunction_expression" | "disjunction_expression" => Role::Binary,
        // The grammar gives operators that it does not know, and comparisons, a wrong place between `&&` and `||`.
        "infix_expression"
        | "comparison_expression"
        | "equality_expression"
        | "additive_expression"
        | "multiplicative_expression" => Role::Loose,
        _ => Role::None,
    }
}

fn field<'a>(field: Option<&'a str>, kind: &str, parent: Role, word: &str) -> Option<&'a str> {
    match (parent, field) {
        (Role::Ternary, Some("if_true")) => Some("consequence"),
        (Role::Ternary, Some("if_false")) => Some("alternative"),
        (Role::If, None) if word == "else" && kind != "else" => Some("alternative"),
        (Role::If, None) if kind == "statements" => Some("consequence"),
        (Role::Loop | Role::Catch, None) if kind == "statements" => Some("body"),
        _ => field,
    }
}

fn decisions(node: Node<'_>, _: Role) -> u32 {
    match node.kind() {
        "switch_entry" => u32::from(node.child(0).is_some_and(|word| word.kind() == "case")),
        "if_statement" | "guard_statement" | "while_statement" => {
            let mut cursor = node.walk();
            let cases = node
                .children(&mut cursor)
                .filter(|child| child.kind() == "case")
                .count();
            u32::try_from(cases).unwrap_or(u32::MAX)
        }
        "for_statement" => u32::from(child(node, "case").is_some()),
        _ => 0,
    }
}

fn child<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).find(|child| child.kind() == kind)
}

fn shape(node: Node<'_>) -> Shape<'_> {
    let count = || {
        let mut cursor = node.walk();
        node.named_children(&mut cursor)
            .filter(|child| child.kind() == "parameter")
            .count()
    };
    match node.kind() {
        "property_declaration" => Shape {
            name: node.child_by_field_name("name"),
            parameters: 0,
            body: node.child_by_field_name("computed_value").is_some() || child(node, "willset_didset_block").is_some(),
        },
        "subscript_declaration" => Shape {
            name: child(node, "subscript"),
            parameters: 0,
            body: child(node, "computed_property").is_some(),
        },
        // With accessors inside, these are the units.
        "computed_property" => Shape {
            name: None,
            parameters: 0,
            body: child(node, "statements").is_some(),
        },
        "computed_getter" | "computed_modify" => accessor(node, 0),
        "computed_setter" | "willset_clause" | "didset_clause" => accessor(node, 1),
        "deinit_declaration" => Shape {
            name: None,
            parameters: 0,
            body: true,
        },
        _ => Shape {
            name: node.child_by_field_name("name"),
            parameters: count(),
            body: node.child_by_field_name("body").is_some(),
        },
    }
}

/// In a protocol an accessor is a word only.
fn accessor(node: Node<'_>, parameters: usize) -> Shape<'_> {
    Shape {
        name: None,
        parameters,
        body: child(node, "{").is_some(),
    }
}

fn name(node: Node<'_>, context: &Context<'_>) -> (Option<String>, String) {
    let own = match node.kind() {
        "computed_getter" | "computed_property" => "get",
        "computed_setter" => "set",
        "computed_modify" => "modify",
        "willset_clause" => "willSet",
        "didset_clause" => "didSet",
        "deinit_declaration" => "deinit",
        _ => context.field(node, "name"),
    };
    (None, own.to_owned())
}

fn collect(node: Node<'_>, context: &mut Context<'_>) {
    match node.kind() {
        "source_file" => context.syntax.entry_point |= context.text.starts_with(b"#!"),
        "import_declaration" => {
            let name = child(node, "identifier").map_or("", |name| context.text(name));
            let names = vec![ImportedName::new("*", "*")];
            context.import(name, ImportKind::Static, node, names);
        }
        "attribute" => context.syntax.entry_point |= matches!(context.text(node), "@main" | "@UIApplicationMain"),
        "call_expression" => {
            let name = node.child(0).map_or("", |called| context.text(called));
            context.units.call(name.strip_prefix("self.").unwrap_or(name));
        }
        "control_transfer_statement" => {
            // `break label`, `continue label`.
            let jumps = node
                .child(0)
                .is_some_and(|word| matches!(word.kind(), "break" | "continue"));
            if jumps && node.child_by_field_name("result").is_some() {
                context.units.flat(1);
            }
        }
        kind => {
            let is_class = matches!(kind, "class_declaration" | "protocol_declaration");
            let is_extension = context.field(node, "declaration_kind") == "extension";
            context.syntax.classes += u32::from(is_class && !is_extension);
            // Its own class, or its own unit, is open already.
            let shape = shape(node);
            let classes = usize::from(is_class || (kind == "property_declaration" && shape.body));
            let units = usize::from(kind == "function_declaration" && shape.body);
            let is_top = context.classes.len() <= classes && context.units.depth() <= units;
            if is_top && !is_extension && !is_private(node, context) {
                let name = context.field(node, "name");
                context.export(name, node);
            }
        }
    }
}

fn is_private(node: Node<'_>, context: &Context<'_>) -> bool {
    child(node, "modifiers").is_some_and(|modifiers| {
        let mut cursor = modifiers.walk();
        modifiers.named_children(&mut cursor).any(|modifier| {
            modifier.kind() == "visibility_modifier" && matches!(context.text(modifier), "private" | "fileprivate")
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::syntax::snapshot;

    #[test]
    fn swift() {
        insta::assert_snapshot!(snapshot(
            "swift",
            r#"
import Foundation
import struct Lib.Point

@main
public struct Shape: Base {
  init?(a: Int) { guard a > 1 else { return nil } }
  deinit { run() }
  var size: Int { if a { return 1 }; return 2 }
  var depth: Int { get { 1 } set(v) { run() } }
  var seen = 1 { didSet { run() } willSet { run() } }
  subscript(i: Int) -> Int { return i > 1 ? 1 : 2 }

  func area(_ a: Int, b c: String = "x") throws -> Int {
    if a > 1 && b != nil && c { run() }              // +1, run +1
    else if case .some(let x) = c { x() }            // +1
    else { y() }                                     // +1
    guard let v = a, v > 2 || b else { return 1 }    // +1, run +1
    outer: for i in items where i > 1 {              // +1
      while let x = y { continue outer }             // +2, +1
    }
    repeat { c() } while d                           // +1
    switch a {                                       // +1
      case 1, 2: x()
      case let .a(b) where b > 1: if b { y() }       // +2
      default: z()
    }
    do { try a() } catch let e as E { b() } catch { if c { d() } }  // +1, +1, +2
    items.map { x in x ? 1 : 2 }                     // +2
    let n = a ?? b
    return self.area(1, b: "")                       // recursion +1
  }
}
protocol Walker { func walk(); var size: Int { get } }
extension Shape { private func helper() {} }
enum Kind { case small, large(Int) }
private func hidden() {}
func open() {}
let top = 1
#if DEBUG
func debug() {}
#endif
"#
        ));
    }
}
