//! C#, by tree-sitter. Cyclomatic complexity by lizard's rules where they fit the language: `if`, `for`, `while`, `case`,
//! `catch`, `&&`, `||`, `?:`, `??`, `#if`, `#elif`; and `foreach` and the arms of a `switch` expression but `_`, which
//! lizard's token list lacks. It takes each `?` of a nullable type and of `?.` for a decision; here they are none.
//!
//! Units are methods, constructors, operators, local functions, accessors with a body, and `=>` properties. A lambda
//! belongs to the unit around it.

use std::sync::OnceLock;

use tree_sitter::Node;

use super::tree::{BINARY, Context, Grammar, Private, Role, Roles, Shape};
use crate::facts::{ImportKind, ImportedName};

pub(super) static GRAMMAR: Grammar = Grammar {
    language: || tree_sitter_c_sharp::LANGUAGE.into(),
    role,
    collects: &[
        "using_directive",
        "namespace_declaration",
        "file_scoped_namespace_declaration",
        "class_declaration",
        "struct_declaration",
        "record_declaration",
        "interface_declaration",
        "enum_declaration",
        "delegate_declaration",
        "method_declaration",
        "global_statement",
        "invocation_expression",
        "goto_statement",
        "identifier",
    ],
    collect,
    and: &["&&", "and"],
    or: &["||", "or"],
    switch_head: &["value"],
    decisions,
    name,
    label: "",
    shape,
    field: Some(field),
    binary: BINARY,
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
        "method_declaration"
        | "constructor_declaration"
        | "destructor_declaration"
        | "operator_declaration"
        | "conversion_operator_declaration"
        | "local_function_statement"
        | "accessor_declaration" => Role::Function,
        "arrow_expression_clause" => Role::MemberBody,
        "property_declaration" | "indexer_declaration" | "event_declaration" => Role::Member,
        "lambda_expression" | "anonymous_method_expression" => Role::Closure,
        "class_declaration"
        | "struct_declaration"
        | "record_declaration"
        | "interface_declaration"
        | "enum_declaration" => Role::Class { counted: true },
        "if_statement" => Role::If,
        "for_statement" | "foreach_statement" | "while_statement" | "do_statement" => Role::Loop,
        "switch_statement" | "switch_expression" => Role::Switch,
        "catch_clause" => Role::Catch,
        "conditional_expression" => Role::Ternary,
        "binary_expression" | "and_pattern" | "or_pattern" => Role::Binary,
        "parenthesized_expression" | "parenthesized_pattern" => Role::Parentheses,
        "preproc_if" => Role::Directive,
        "preproc_elif" | "preproc_else" => Role::DirectiveElse,
        _ => Role::None,
    }
}

/// The subject of a `switch` expression has no field.
fn field<'a>(field: Option<&'a str>, kind: &str, parent: Role, word: &str) -> Option<&'a str> {
    if parent == Role::Switch && word.is_empty() && kind != "switch_body" {
        Some("value")
    } else {
        field
    }
}

fn decisions(node: Node<'_>, _: Role) -> u32 {
    let first = |kind: &str| node.child(0).is_some_and(|word| word.kind() == kind);
    match node.kind() {
        "switch_section" => {
            let mut cursor = node.walk();
            let cases = node
                .children(&mut cursor)
                .filter(|child| child.kind() == "case")
                .count();
            u32::try_from(cases).unwrap_or(u32::MAX)
        }
        "switch_expression_arm" => u32::from(!first("discard")),
        "binary_expression" | "assignment_expression" => u32::from(
            node.child_by_field_name("operator")
                .is_some_and(|operator| matches!(operator.kind(), "??" | "??=")),
        ),
        "preproc_if" | "preproc_elif" => 1,
        _ => 0,
    }
}

fn shape(node: Node<'_>) -> Shape<'_> {
    let kind = node.kind();
    let value = node.child_by_field_name("value");
    let arrow = |value: Option<Node<'_>>| value.is_some_and(|value| value.kind() == "arrow_expression_clause");
    match kind {
        "property_declaration" | "indexer_declaration" | "event_declaration" => Shape {
            // An indexer is called `this`.
            name: node.child_by_field_name("name").or_else(|| word(node, "this")),
            parameters: 0,
            body: node.child_by_field_name("accessors").is_some() || arrow(value),
        },
        "arrow_expression_clause" => Shape {
            name: None,
            parameters: 0,
            body: true,
        },
        _ => Shape {
            name: node
                .child_by_field_name("name")
                .or_else(|| node.child_by_field_name("operator"))
                .or_else(|| node.child_by_field_name("type")),
            parameters: node.child_by_field_name("parameters").map_or(0, parameters),
            body: node.child_by_field_name("body").is_some(),
        },
    }
}

/// The parts of a `params` array are in the list itself.
fn parameters(list: Node<'_>) -> usize {
    let mut cursor = list.walk();
    let variadic = list.children(&mut cursor).any(|child| child.kind() == "params");
    let mut cursor = list.walk();
    let plain = list
        .named_children(&mut cursor)
        .filter(|child| matches!(child.kind(), "parameter" | "implicit_parameter"))
        .count();
    plain + usize::from(variadic)
}

fn word<'t>(node: Node<'t>, word: &str) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).find(|child| child.kind() == word)
}

fn name(node: Node<'_>, context: &Context<'_>) -> (Option<String>, String) {
    let own = context.field(node, "name");
    let own = match node.kind() {
        "destructor_declaration" => format!("~{own}"),
        "operator_declaration" => format!("operator {}", context.field(node, "operator")),
        "conversion_operator_declaration" => format!("operator {}", context.field(node, "type")),
        "arrow_expression_clause" => "get".to_owned(),
        _ => own.to_owned(),
    };
    (None, own)
}

fn collect(node: Node<'_>, context: &mut Context<'_>) {
    match node.kind() {
        "using_directive" => using(node, context),
        "namespace_declaration" | "file_scoped_namespace_declaration" => {
            if context.syntax.package.is_empty() {
                context.syntax.package = context.field(node, "name").into();
            }
        }
        // A program without a class.
        "global_statement" => context.syntax.entry_point = true,
        "goto_statement" => context.units.flat(1),
        "identifier" => mention(node, context),
        "invocation_expression" => {
            let name = context.field(node, "function");
            context.units.call(name.strip_prefix("this.").unwrap_or(name));
        }
        "method_declaration" => {
            if context.field(node, "name") == "Main" && has_modifier(node, context, "static") {
                context.syntax.entry_point = true;
            }
        }
        kind => {
            // A nested type is reached through the outer one. Its own class is open already when it is visited. A type without
            // an access modifier is visible to all files of the program.
            let own = usize::from(kind != "delegate_declaration");
            if !has_modifier(node, context, "file") && context.classes.len() <= own {
                let name = context.field(node, "name");
                context.export(name, node);
            }
        }
    }
}

/// A name that may be that of a type; a name that is declared, called or a member of something else is none.
fn mention(node: Node<'_>, context: &mut Context<'_>) {
    let Some(parent) = node.parent() else { return };
    let is_name = parent.child_by_field_name("name") == Some(node) && parent.kind() != "attribute";
    if is_name || matches!(parent.kind(), "invocation_expression" | "using_directive") {
        return;
    }
    context.mention(node);
}

/// `using A.B;`, `using static A.B;`, `using A = B.C;`.
fn using(node: Node<'_>, context: &mut Context<'_>) {
    let alias = context.field(node, "name");
    let mut cursor = node.walk();
    let Some(path) = node
        .named_children(&mut cursor)
        .filter(|child| !child.is_extra())
        .last()
    else {
        return;
    };
    // `using Map = Dictionary<string, int>;`
    let path = context.text(path);
    let path = path.split('<').next().unwrap_or(path);
    let names = if alias.is_empty() {
        vec![ImportedName::new("*", "*")]
    } else {
        vec![ImportedName::new(path.rsplit('.').next().unwrap_or(path), alias)]
    };
    let kind = if node.child(0).is_some_and(|first| first.kind() == "global") {
        ImportKind::Global
    } else {
        ImportKind::Static
    };
    context.import(path, kind, node, names);
}

fn has_modifier(node: Node<'_>, context: &Context<'_>, word: &str) -> bool {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .take_while(|child| matches!(child.kind(), "modifier" | "attribute_list") || child.is_extra())
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
using Map = System.Collections.Generic.Dictionary<string, int>;
namespace Shapes.Flat {
    [Serializable] public class Shape<T> : Base {
        public Shape(int a) : base(a ?? 1) { }
        ~Shape() { }
        public int Size { get { return a ? 1 : 2; } set => size = value; }
        public int Auto { get; set; }
        public bool Empty => size == 0 && !full;
        public int this[int i] { get { return i; } }
        public static Shape operator +(Shape a, Shape b) => a;
        public static implicit operator int(Shape a) { return 1; }
        abstract int None();

        internal async int Area(int? a, int b = 1, params string[] rest) {
            if (a > 1 && b > 1 || full) run();                 // +1, two runs +2
            else if (full) { stop(); }                         // +1
            else { foreach (var x in rest) { a?.b(); } }       // +1, +2
            switch (b) {                                       // +1
                case 1: case 2: break;
                case int q when q > 1: break;
                default: goto case 1;                          // +1
            }
            var r = a switch { 1 => 2, > 3 and < 4 => 5, _ => 6 };  // +1, run +1
            try { run(); } catch (E e) when (e.x) { }          // +1
            rest.Select(x => { if (x) y(); });                 // +2
            void Local(int z) { do { } while (z); }            // +2
            b ??= 3;
#if DEBUG && X                                                 // +1
            if (full) run();                                   // +2
#else                                                          // +1
            run();
#endif
            return this.Area(a, 1);                            // recursion +1
        }
        public static void Main(string[] args) { }
        public class Inner { }
    }
    interface IHidden { int Z(); }
    public struct S { } public record R(int A); public enum E { A } public delegate int D(int a);
}
"#
        ));
    }
}
