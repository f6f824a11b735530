//! C and C++, by tree-sitter. Cyclomatic complexity as lizard counts: `#if`, `#ifdef` and `#elif` inside of a function are
//! decisions (`#ifndef` is none), conditions of directives are not counted, a lambda belongs to its function. In the
//! cognitive complexity a directive is an `if`, as in the white paper.
//!
//! The specifier of an include is written without its quotes, or with its angle brackets: `a/b.h`, `<vector>`.

use std::sync::OnceLock;

use tree_sitter::Node;

mod declarators;

use declarators::{declared, named_by_macro};

use super::tree::{BINARY, Context, Grammar, Private, Role, Roles, Shape, parameter_count};
use crate::facts::ImportKind;

pub(super) static C: Grammar = Grammar {
    language: || tree_sitter_c::LANGUAGE.into(),
    roles: &C_ROLES,
    implicit_this: true,
    private: Private::Static,
    ..GRAMMAR
};
pub(super) static CPP: Grammar = Grammar {
    language: || tree_sitter_cpp::LANGUAGE.into(),
    roles: &CPP_ROLES,
    implicit_this: true,
    private: Private::Static,
    ..GRAMMAR
};
static C_ROLES: Roles = OnceLock::new();
static CPP_ROLES: Roles = OnceLock::new();

const GRAMMAR: Grammar = Grammar {
    language: || tree_sitter_c::LANGUAGE.into(),
    role,
    collects: &[
        "preproc_include",
        "function_definition",
        "struct_specifier",
        "union_specifier",
        "enum_specifier",
        "class_specifier",
        "type_definition",
        "alias_declaration",
        "concept_definition",
        "call_expression",
        "goto_statement",
        "preproc_ifdef",
    ],
    collect,
    and: &["&&", "and"],
    or: &["||", "or"],
    switch_head: &["condition"],
    decisions,
    name,
    label: "",
    shape,
    field: None,
    binary: BINARY,
    catch_decides: true,
    closure_is_unit_at_top: false,
    roles: &C_ROLES,
    implicit_this: true,
    private: Private::Static,
    embedded: None,
    prepare: None,
    unused_imports: None,
    mentions: &[],
};

fn role(kind: &str) -> Role {
    match kind {
        "function_definition" => Role::Function,
        "lambda_expression" => Role::Closure,
        "struct_specifier" | "union_specifier" | "enum_specifier" | "class_specifier" => Role::Type,
        "if_statement" => Role::If,
        "else_clause" => Role::Else,
        "for_statement" | "for_range_loop" | "while_statement" | "do_statement" => Role::Loop,
        "switch_statement" => Role::Switch,
        "catch_clause" | "seh_except_clause" => Role::Catch,
        "conditional_expression" => Role::Ternary,
        "binary_expression" => Role::Binary,
        "parenthesized_expression" => Role::Parentheses,
        "preproc_if" | "preproc_ifdef" => Role::Directive,
        "preproc_elif" | "preproc_elifdef" | "preproc_else" => Role::DirectiveElse,
        _ => Role::None,
    }
}

fn decisions(node: Node<'_>, _: Role) -> u32 {
    match node.kind() {
        "case_statement" => u32::from(node.child_by_field_name("value").is_some()),
        "preproc_if" | "preproc_elif" => 1,
        // `a ?: b`.
        "conditional_expression" => u32::from(node.child_by_field_name("consequence").is_none()),
        "preproc_ifdef" => u32::from(node.child(0).is_some_and(|word| word.kind() == "#ifdef")),
        _ => 0,
    }
}

fn shape(node: Node<'_>) -> Shape<'_> {
    let (function, name) = declared(node);
    let list = function.and_then(|function| function.child_by_field_name("parameters"));
    // `f(void)` has none.
    let is_void = |list: &Node<'_>| {
        list.named_child_count() == 1
            && list.named_child(0).is_some_and(|only| {
                only.child_count() == 1
                    && only.child(0).is_some_and(|kind| kind.kind() == "primitive_type")
                    && only.byte_range().len() == "void".len()
            })
    };
    // After a macro the grammar takes `namespace a { … }` for a function without parameters.
    let is_function = function.is_some()
        || node.kind() != "function_definition"
        || name.is_some_and(|name| name.kind() == "operator_cast")
        || node
            .child_by_field_name("declarator")
            .is_some_and(|declarator| declarator.kind() != "identifier");
    Shape {
        name,
        parameters: list.filter(|list| !is_void(list)).map_or(0, parameter_count),
        body: is_function
            && node
                .child_by_field_name("body")
                .is_some_and(|body| !matches!(body.kind(), "default_method_clause" | "delete_method_clause")),
    }
}

/// `A<T>::b::c` is `c` of `b`.
fn name(node: Node<'_>, context: &Context<'_>) -> (Option<String>, String) {
    if let Some((owner, own)) = named_by_macro(node, context) {
        return (owner.map(str::to_owned), own.to_owned());
    }
    let Some(name) = declared(node).1 else {
        return (None, String::new());
    };
    if name.kind() == "operator_cast" {
        let kind = context.field(name, "type");
        return (None, format!("operator {kind}"));
    }
    let text = without_arguments(context.text(name));
    match text.rsplit_once("::") {
        Some((owner, own)) if !text.starts_with("operator") => {
            let owner = owner.rsplit("::").next().unwrap_or_default();
            ((!owner.is_empty()).then(|| owner.to_owned()), own.to_owned())
        }
        _ => (None, text),
    }
}

/// Removes the part in angle brackets; names of operators are kept.
fn without_arguments(text: &str) -> String {
    let end = text.find("operator").unwrap_or(text.len());
    let mut depth = 0u32;
    let mut kept: String = text[..end]
        .chars()
        .filter(|&c| {
            let inside = depth > 0;
            match c {
                '<' => depth += 1,
                '>' => depth = depth.saturating_sub(1),
                _ => {}
            }
            !inside && c != '<' && !c.is_whitespace()
        })
        .collect();
    kept.push_str(&text[end..]);
    kept
}

/// Functions that a system or a tool starts.
const ENTRY_POINTS: &[&str] = &[
    "main",
    "wmain",
    "WinMain",
    "wWinMain",
    "DllMain",
    "LLVMFuzzerTestOneInput",
];

/// `#ifdef REDIS_TEST`: what follows is compiled for tests only.
fn is_for_tests(node: Node<'_>, context: &Context<'_>) -> bool {
    let name = context.field(node, "name");
    node.child(0).is_some_and(|word| word.kind() == "#ifdef")
        && ["TEST", "TESTS", "TESTING", "UNITTEST", "UNITTESTS", "SELFTEST"]
            .iter()
            .any(|end| {
                name.strip_suffix(end)
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
            })
}

fn collect(node: Node<'_>, context: &mut Context<'_>) {
    match node.kind() {
        "preproc_include" => {
            let path = context.field(node, "path");
            context.import(path.trim_matches('"'), ImportKind::Static, node, Vec::new());
        }
        "call_expression" => {
            let name = context.field(node, "function");
            context.units.call(name.strip_prefix("this->").unwrap_or(name));
        }
        "goto_statement" => context.units.flat(1),
        "preproc_ifdef" if is_for_tests(node, context) => {
            let end = node
                .child_by_field_name("alternative")
                .map_or(node.end_position(), |other| other.start_position());
            let number = |row: usize| u32::try_from(row).unwrap_or(u32::MAX - 1) + 1;
            let lines = (number(node.start_position().row), number(end.row));
            context.syntax.test_lines.push(lines);
        }
        "preproc_ifdef" => {}
        "function_definition" => {
            let Some(declared) = declared(node).1 else { return };
            let name = context.text(declared);
            if ENTRY_POINTS.contains(&name) && context.classes.is_empty() {
                context.syntax.entry_point = true;
            }
            if context.classes.is_empty() && !name.contains("::") && !is_static(node, context) {
                export(name, declared, 1, context);
            }
        }
        "type_definition" => {
            // `typedef struct { … } name;`: its own name is that of the declarator.
            if let Some(name) = declared(node).1 {
                export(context.text(name), name, 0, context);
            }
        }
        _ => {
            let is_use = node.kind().ends_with("_specifier") && node.child_by_field_name("body").is_none();
            let own = usize::from(node.kind().ends_with("_specifier"));
            if let Some(name) = node.child_by_field_name("name").filter(|_| !is_use)
                && context.classes.len() <= own
            {
                export(context.text(name), name, 0, context);
            }
        }
    }
}

/// Only what other files can name: not what is inside of a function. A function is open already when it is seen.
fn export(name: &str, node: Node<'_>, own: usize, context: &mut Context<'_>) {
    if context.units.depth() <= own {
        context.export(name, node);
    }
}

fn is_static(node: Node<'_>, context: &Context<'_>) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor)
        .any(|child| child.kind() == "storage_class_specifier" && context.text(child) == "static")
}

#[cfg(test)]
mod tests {
    use crate::syntax::snapshot;

    #[test]
    fn c() {
        insta::assert_snapshot!(snapshot(
            "c",
            r#"
#include <stdio.h>
#include "lib/a.h"
#ifdef A
#endif
#define LOOP(x) while (x) { if (x) break; }
typedef struct shape { int a; } shape_t;
struct only_used *pointer;
enum kind { SMALL, LARGE };
static int hidden(void) { return 0; }
int (*returns_a_pointer(int a, char b))(int) { return 0; }
int old(a, b) int a; char b; { return a ? b : 0; }

struct shape *area(struct shape *s, int depth, ...) {
    if (depth > 3 && s || LOOP(s)) {             /* +1, two runs +2 */
        for (;;) { continue; }                   /* +2 */
        do { run(); } while (depth);             /* +2 */
    } else if (depth) {                          /* +1 */
        goto end;                                /* +1 */
    } else {                                     /* +1 */
        if (s) area(s, 1);                       /* +2, recursion +1 */
    }
#if defined(B) && C                              /* +1 */
    if (s) run();                                /* +2 */
#elif D                                          /* +1 */
    while (s) run();                             /* +2 */
#else                                            /* +1 */
    run();
#endif
#ifndef E                                        /* +1, no decision for lizard */
#endif
    switch (depth) {                             /* +1 */
    case 1: case 2: return s ? s : 0;            /* +2 */
    default: break;
    }
end:
    return 0;
}
int main(int argc, char **argv) { return 0; }
"#
        ));
    }

    #[test]
    fn cpp() {
        insta::assert_snapshot!(snapshot(
            "cpp",
            r#"
#include <vector>
namespace a::b {
template <typename T> class Shape : public Base {
public:
    Shape(int a) : a_(a ? 1 : 2) {}
    ~Shape() = default;
    bool operator==(const Shape& other) const { return a && other.a; }
    operator bool() const { return true; }
    virtual int area(T&& part) = 0;
    class Inner { void deep() { if (x) y(); } };
private:
    int a_;
};
enum class Kind { Small };
using Alias = int;

template <typename T> int Shape<T>::area(T&& part, int depth = 1) {
    for (auto& item : items) {                       // +1
        try { this->area(part, 1); }                 // recursion +1
        catch (const A& e) { if (x) y(); }           // +2, +3
        catch (...) { }                              // +2
    }
    auto f = [&](int x) { return x || y ? 1 : 2; };  // +2, run +1
    if (auto x = g(); x and y) { }                   // +1, run +1
    return 0;
}
}
int free_function() { return 1; }
"#
        ));
    }
}
