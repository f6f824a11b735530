//! Java, by tree-sitter. Cyclomatic complexity as lizard counts: a lambda belongs to the method around it, methods of
//! anonymous classes are units.

use std::sync::OnceLock;

use tree_sitter::Node;

use super::tree::{BINARY, Context, Grammar, Private, Role, Roles, UnusedImports, name_field, shape};
use crate::facts::{ImportKind, ImportedName};

pub(super) static GRAMMAR: Grammar = Grammar {
    language: || tree_sitter_java::LANGUAGE.into(),
    role,
    collects: &[
        "import_declaration",
        "package_declaration",
        "class_declaration",
        "interface_declaration",
        "enum_declaration",
        "record_declaration",
        "annotation_type_declaration",
        "method_declaration",
        "method_invocation",
    ],
    collect,
    and: &["&&"],
    or: &["||"],
    switch_head: &["condition"],
    decisions,
    name: name_field,
    label: "identifier",
    shape,
    field: None,
    binary: BINARY,
    catch_decides: true,
    closure_is_unit_at_top: false,
    roles: &ROLES,
    implicit_this: true,
    private: Private::Word,
    embedded: None,
    prepare: None,
    unused_imports: Some(UNUSED_IMPORTS),
    mentions: &["type_identifier", "identifier"],
};
static ROLES: Roles = OnceLock::new();

const UNUSED_IMPORTS: UnusedImports = UnusedImports {
    any_case: false,
    in_imports: false,
    declaration: "import_declaration",
    judged: |_, _, _| true,
};

fn role(kind: &str) -> Role {
    match kind {
        "method_declaration" | "constructor_declaration" | "compact_constructor_declaration" => Role::Function,
        "lambda_expression" => Role::Closure,
        "class_declaration"
        | "interface_declaration"
        | "enum_declaration"
        | "record_declaration"
        | "annotation_type_declaration" => Role::Class { counted: true },
        "if_statement" => Role::If,
        "for_statement" | "enhanced_for_statement" | "while_statement" | "do_statement" => Role::Loop,
        "switch_expression" => Role::Switch,
        "catch_clause" => Role::Catch,
        "ternary_expression" => Role::Ternary,
        "binary_expression" => Role::Binary,
        "parenthesized_expression" => Role::Parentheses,
        "break_statement" | "continue_statement" => Role::Jump,
        _ => Role::None,
    }
}

/// `case 1, 2` is one label, and `default` none.
fn decisions(node: Node<'_>, _: Role) -> u32 {
    u32::from(node.kind() == "switch_label" && node.child(0).is_some_and(|word| word.kind() == "case"))
}

fn collect(node: Node<'_>, context: &mut Context<'_>) {
    match node.kind() {
        "import_declaration" => {
            let text = context
                .text(node)
                .trim_start_matches("import")
                .trim_end_matches(';')
                .trim();
            let text = text.strip_prefix("static ").unwrap_or(text).trim();
            let name = text.rsplit('.').next().unwrap_or(text);
            let names = vec![ImportedName::new(name, name)];
            context.import(text, ImportKind::Static, node, names);
        }
        "package_declaration" => {
            let text = context
                .text(node)
                .trim_start_matches("package")
                .trim_end_matches(';')
                .trim();
            context.syntax.package = text.into();
        }
        "method_declaration" => {
            if context.field(node, "name") == "main" && has_modifier(node, context, "static") {
                context.syntax.entry_point = true;
            }
        }
        "method_invocation" => {
            let object = context.field(node, "object");
            if object.is_empty() || object == "this" {
                let name = context.field(node, "name");
                context.units.call(name);
            }
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
    node.child(0)
        .filter(|first| first.kind() == "modifiers")
        .is_some_and(|modifiers| {
            context
                .text(modifiers)
                .split_whitespace()
                .any(|modifier| modifier == word)
        })
}

#[cfg(test)]
mod tests {
    use crate::syntax::snapshot;

    #[test]
    fn java() {
        insta::assert_snapshot!(snapshot(
            "java",
            r#"
import java.util.List;
import static java.lang.Math.*;

public class Shape extends Base {
    Shape(int a) { super(a); }
    @Override public int area(List<? extends Base> parts, int depth) {
        if (depth > 3 && parts != null) {               // +1, and +1
            for (Base part : parts) {                   // +2
                if (part == null) continue;             // +3
                else if (part.open()) break;            // +1
                else parts.forEach(p -> { if (p.x) run(); }); // else +1, in a lambda: +5
            }
        }
        switch (depth) {                                // +1
            case 1: case 2: return 1;
            case 3: return depth > 1 ? 2 : 3;           // +2
            default: return area(parts, depth - 1);     // recursion +1
        }
    }
    abstract int none();
    public static void main(String[] args) {
        outer:
        while (true) {                                  // +1
            try { run(); }
            catch (A | B e) { continue outer; }         // +2, +1
        }
    }
    Runnable r = new Runnable() { public void run() { do { x(); } while (a || b); } };
}
interface I { }
"#
        ));
    }
}
