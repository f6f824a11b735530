//! Kotlin, by tree-sitter. Cyclomatic complexity by lizard's rules: `if`, `for`, `while`, `catch`, `&&`, `||`, `?:`, and the
//! entries of a `when` but one. A lambda belongs to its function (lizard makes a unit of each that has an arrow).
//!
//! Units are functions, constructors with a body, and accessors.

use std::sync::OnceLock;

use tree_sitter::Node;

use super::tree::{BINARY, Context, Grammar, Private, Role, Roles, Shape, UnusedImports};
use crate::facts::{ImportKind, ImportedName};

pub(super) static GRAMMAR: Grammar = Grammar {
    language: || tree_sitter_kotlin_ng::LANGUAGE.into(),
    role,
    collects: &[
        "package_header",
        "import",
        "function_declaration",
        "class_declaration",
        "object_declaration",
        "property_declaration",
        "type_alias",
        "call_expression",
        "labeled_expression",
    ],
    collect,
    and: &["&&"],
    or: &["||"],
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
    unused_imports: Some(UNUSED_IMPORTS),
    mentions: &["identifier"],
};
static ROLES: Roles = OnceLock::new();

const UNUSED_IMPORTS: UnusedImports = UnusedImports {
    any_case: false,
    in_imports: false,
    declaration: "import",
    // A name in backticks is no word of the text: `` `java-library` ``.
    judged: |_, _, name| !is_operator(&name.imported) && !is_operator(&name.local) && !name.local.contains('`'),
};

/// Functions that the language calls by a sign, or for `by` and `for`.
fn is_operator(name: &str) -> bool {
    let assigning = name.strip_suffix("Assign").unwrap_or(name);
    let component = name
        .strip_prefix("component")
        .is_some_and(|number| number.parse::<u8>().is_ok());
    component
        || matches!(
            assigning,
            "plus"
                | "minus"
                | "times"
                | "div"
                | "rem"
                | "mod"
                | "rangeTo"
                | "rangeUntil"
                | "unaryPlus"
                | "unaryMinus"
                | "not"
                | "inc"
                | "dec"
                | "invoke"
                | "get"
                | "set"
                | "contains"
                | "compareTo"
                | "equals"
                | "iterator"
                | "next"
                | "hasNext"
                | "getValue"
                | "setValue"
                | "provideDelegate"
        )
}

fn role(kind: &str) -> Role {
    match kind {
        "function_declaration" | "secondary_constructor" | "getter" | "setter" => Role::Function,
        "property_declaration" => Role::Member,
        "lambda_literal" | "anonymous_function" => Role::Closure,
        "class_declaration" | "object_declaration" => Role::Class { counted: true },
        "companion_object" => Role::Class { counted: false },
        "if_expression" => Role::If,
        "for_statement" | "while_statement" | "do_while_statement" => Role::Loop,
        "when_expression" => Role::Switch,
        "catch_block" => Role::Catch,
        "binary_expression" => Role::Binary,
        "parenthesized_expression" => Role::Parentheses,
        _ => Role::None,
    }
}

/// The grammar names conditions only.
fn field<'a>(field: Option<&'a str>, kind: &str, parent: Role, word: &str) -> Option<&'a str> {
    if field.is_some() {
        return field;
    }
    match parent {
        Role::If if word == "else" => Some("alternative"),
        Role::If if kind != "label" => Some("consequence"),
        Role::Loop if matches!(word, ")" | "do") => Some("body"),
        Role::Catch if kind == "block" => Some("body"),
        Role::Switch if kind == "when_subject" => Some("value"),
        _ => None,
    }
}

fn decisions(node: Node<'_>, _: Role) -> u32 {
    match node.kind() {
        "when_expression" => {
            let mut cursor = node.walk();
            let entries = node
                .named_children(&mut cursor)
                .filter(|child| child.kind() == "when_entry")
                .count();
            u32::try_from(entries.saturating_sub(1)).unwrap_or(u32::MAX)
        }
        "binary_expression" => u32::from(
            node.child_by_field_name("operator")
                .is_some_and(|operator| operator.kind() == "?:"),
        ),
        _ => 0,
    }
}

fn child<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).find(|child| child.kind() == kind)
}

fn shape(node: Node<'_>) -> Shape<'_> {
    let parameters = child(node, "function_value_parameters").map_or(0, |list| {
        let mut cursor = list.walk();
        list.named_children(&mut cursor)
            .filter(|child| child.kind() == "parameter")
            .count()
    });
    match node.kind() {
        "property_declaration" => Shape {
            name: child(node, "variable_declaration").and_then(|variable| child(variable, "identifier")),
            parameters: 0,
            body: child(node, "getter").is_some() || child(node, "setter").is_some(),
        },
        "secondary_constructor" => Shape {
            name: None,
            parameters,
            body: child(node, "block").is_some(),
        },
        kind => Shape {
            name: node.child_by_field_name("name"),
            parameters: if kind == "setter" { 1 } else { parameters },
            body: child(node, "function_body").is_some(),
        },
    }
}

/// An extension belongs to the type it extends.
fn name(node: Node<'_>, context: &Context<'_>) -> (Option<String>, String) {
    let own = match node.kind() {
        "getter" => return (None, "get".to_owned()),
        "setter" => return (None, "set".to_owned()),
        "secondary_constructor" => return (None, "constructor".to_owned()),
        _ => context.field(node, "name").to_owned(),
    };
    let receiver = child(node, ".").and_then(|_| child(node, "user_type"));
    let receiver = receiver.and_then(|kind| child(kind, "identifier"));
    (receiver.map(|name| context.text(name).to_owned()), own)
}

fn collect(node: Node<'_>, context: &mut Context<'_>) {
    match node.kind() {
        "package_header" => {
            let name = child(node, "qualified_identifier").map_or("", |name| context.text(name));
            context.syntax.package = name.into();
        }
        "import" => import(node, context),
        "call_expression" => {
            let name = node.child(0).map_or("", |called| context.text(called));
            context.units.call(name.strip_prefix("this.").unwrap_or(name));
        }
        "labeled_expression" => {
            let text = context.text(node);
            if text.starts_with("break@") || text.starts_with("continue@") {
                context.units.flat(1);
            }
        }
        kind => {
            // The members of a class are reached through it; its own class, or its own unit, is open already.
            let is_class = matches!(kind, "class_declaration" | "object_declaration");
            let is_function = kind == "function_declaration";
            let (name, classes) = match kind {
                "property_declaration" => {
                    let shape = shape(node);
                    (shape.name, usize::from(shape.body))
                }
                _ => (
                    node.child_by_field_name("name")
                        .or_else(|| node.child_by_field_name("type")),
                    usize::from(is_class),
                ),
            };
            let Some(name) = name else { return };
            let is_inner =
                context.classes.len() > classes || context.units.depth() > usize::from(is_function && shape(node).body);
            if is_function && context.text(name) == "main" && context.units.depth() <= 1 {
                context.syntax.entry_point = true;
            }
            if !is_inner && !is_private(node, context) {
                context.export(context.text(name), name);
            }
        }
    }
}

/// `import a.b.C as D`, `import a.b.*`.
fn import(node: Node<'_>, context: &mut Context<'_>) {
    let Some(path) = child(node, "qualified_identifier").or_else(|| child(node, "identifier")) else {
        return;
    };
    let path = context.text(path);
    let last = path.rsplit('.').next().unwrap_or(path);
    let (specifier, imported, local) = if child(node, "*").is_some() {
        (format!("{path}.*"), "*", "*")
    } else if child(node, "as").is_some() {
        let mut cursor = node.walk();
        let alias = node
            .named_children(&mut cursor)
            .filter(|c| c.kind() == "identifier")
            .last();
        (path.to_owned(), last, alias.map_or(last, |alias| context.text(alias)))
    } else {
        (path.to_owned(), last, last)
    };
    let names = vec![ImportedName::new(imported, local)];
    context.import(&specifier, ImportKind::Static, node, names);
}

fn is_private(node: Node<'_>, context: &Context<'_>) -> bool {
    child(node, "modifiers").is_some_and(|modifiers| {
        let mut cursor = modifiers.walk();
        modifiers
            .named_children(&mut cursor)
            .any(|modifier| modifier.kind() == "visibility_modifier" && context.text(modifier) == "private")
    })
}

#[cfg(test)]
mod tests {
    use crate::syntax::snapshot;

    #[test]
    fn kotlin() {
        insta::assert_snapshot!(snapshot(
            "kotlin",
            r#"
package app.shapes
import lib.Point as P
import lib.lines.*
import lib.Line

class Shape(val a: Int) : Base() {
    constructor(b: String) : this(1) { run() }
    val size: Int
        get() = if (a > 1) 1 else 2
    var depth = 1
        set(value) { field = value }
    init { run() }

    fun area(a: Int?, b: String = "x", vararg rest: Int): Int {
        if (a > 1 && b != null) { run() }              // +1, run +1
        else if (a || b) stop()                        // +1, run +1
        else { y() }                                   // +1
        val z = a ?: 1
        when (a) {                                     // +1
            1, 2 -> x()
            in 3..4 -> if (b) y()                      // +2
            else -> z()
        }
        outer@ for (i in rest) {                       // +1
            while (a) { continue@outer }               // +2, +1
        }
        do { run() } while (a)                         // +1
        try { run() } catch (e: E) { y() } finally { } // +1
        rest.map { x -> if (x) 1 else 2 }              // +2, +1
        fun local() { if (a) y() }                     // +2
        return this.area(1, "")                        // recursion +1
    }
    companion object { fun create() = Shape(1) }
    private fun none() {}
}
interface Walker {
    fun walk()
}
object Single { }
typealias Names = List<String>
val top = 1
private val hidden = 2
fun Int.twice(): Int = this * 2
fun main(args: Array<String>) {}
"#
        ));
    }
}
