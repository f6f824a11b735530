//! C and C++, by tree-sitter. Cyclomatic complexity as lizard counts: `#if`, `#ifdef` and `#elif` inside of a function are
//! decisions; a lambda belongs to its function. What macros hide is not seen.

use std::sync::OnceLock;

use tree_sitter::Node;

use super::tree::{Context, Grammar, Role};
use crate::facts::ImportKind;

pub(super) static C: Grammar = Grammar {
    language: || tree_sitter_c::LANGUAGE.into(),
    roles: &C_ROLES,
    ..COMMON
};
static C_ROLES: OnceLock<Vec<(Role, bool)>> = OnceLock::new();

pub(super) static CPP: Grammar = Grammar {
    language: || tree_sitter_cpp::LANGUAGE.into(),
    roles: &CPP_ROLES,
    ..COMMON
};
static CPP_ROLES: OnceLock<Vec<(Role, bool)>> = OnceLock::new();

const COMMON: Grammar = Grammar {
    language: || tree_sitter_c::LANGUAGE.into(),
    role,
    collects: &["preproc_include", "function_definition", "call_expression"],
    collect,
    and: &["&&", "and"],
    or: &["||", "or"],
    switch_head: &["condition"],
    decisions,
    name,
    label: "statement_identifier",
    catch_decides: true,
    closure_is_unit_at_top: false,
    roles: &C_ROLES,
};

fn role(kind: &str) -> Role {
    match kind {
        "function_definition" => Role::Function,
        "lambda_expression" => Role::Closure,
        "class_specifier" | "struct_specifier" | "union_specifier" => Role::Class { counted: true },
        "if_statement" => Role::If,
        "else_clause" => Role::Else,
        "for_statement" | "for_range_loop" | "while_statement" | "do_statement" => Role::Loop,
        "switch_statement" => Role::Switch,
        "catch_clause" => Role::Catch,
        "conditional_expression" => Role::Ternary,
        "binary_expression" => Role::Binary,
        "goto_statement" => Role::Jump,
        "parenthesized_expression" => Role::Parentheses,
        _ => Role::None,
    }
}

fn decisions(node: Node<'_>, _: Role) -> u32 {
    match node.kind() {
        // `default:` has no value.
        "case_statement" => u32::from(node.child_by_field_name("value").is_some()),
        "preproc_if" | "preproc_elif" => 1,
        "preproc_ifdef" => u32::from(node.child(0).is_some_and(|word| word.kind() == "#ifdef")),
        _ => 0,
    }
}

/// The innermost declarator; `A::b` belongs to `A`.
fn name(node: Node<'_>, context: &Context<'_>) -> (Option<String>, String) {
    let mut at = node;
    while let Some(inner) = at.child_by_field_name("declarator") {
        at = inner;
    }
    let text = context.text(at);
    match text.rsplit_once("::") {
        Some((owner, own)) => (Some(owner.to_owned()), own.to_owned()),
        None => (None, text.to_owned()),
    }
}

fn collect(node: Node<'_>, context: &mut Context<'_>) {
    match node.kind() {
        "preproc_include" => {
            // `<a.h>` keeps its brackets: it is looked for elsewhere.
            let path = context.field(node, "path").trim_matches('"');
            context.import(path, ImportKind::Static, node, Vec::new());
        }
        "function_definition" => {
            let (owner, own) = name(node, context);
            context.syntax.entry_point |= owner.is_none() && own == "main";
            let is_static = node
                .child(0)
                .is_some_and(|first| context.text(first) == "static");
            if !is_static && context.classes.is_empty() && owner.is_none() {
                context.export(&own, node);
            }
        }
        _ => {
            let name = context.field(node, "function");
            context
                .units
                .call(name.strip_prefix("this->").unwrap_or(name));
        }
    }
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
#include "own.h"

struct shape { int a; };

static int helper(void) { return 1; }

int *area(int a, char **b) {
    for (int i = 0; i < a; i++) {              // +1
        if (a && b || i) continue;             // +2, two runs
        else if (a) goto out;                  // +1
        else { while (b) b++; }                // +1, +3
    }
#if DEBUG
    log();
#endif
    switch (a) {                               // +1
    case 1: case 2: return a ? b : 0;          // +2
    default: do { area(a, b); } while (a);     // +2, recursion +1
    }
out:
    return 0;
}
"#
        ));
    }

    #[test]
    fn cpp() {
        insta::assert_snapshot!(snapshot(
            "cpp",
            r#"
#include <vector>
namespace n {
class Shape : public Base {
public:
    Shape() : a(1) {}
    int area() const { return a > 1 ? 2 : 3; }
};
template <typename T>
int Shape::walk(T &&t, std::vector<int> v) {
    for (auto &x : v) {                                      // +1
        try { t(); } catch (const E &e) { if (x) throw; }    // +2, +3
    }
    auto f = [&](int i) { return i && a and b; };            // run +1
    return f(1);
}
}
int main() { return 0; }
"#
        ));
    }
}
