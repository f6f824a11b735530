//! Scala, by tree-sitter. Cyclomatic complexity: `if`, loops, `case` but the last catch-all, `&&`, `||`. An anonymous
//! function belongs to its method.

use std::sync::OnceLock;

use tree_sitter::Node;

use super::tree::{Context, Grammar, Role, name_field};
use crate::facts::{ImportKind, ImportedName};

pub(super) static GRAMMAR: Grammar = Grammar {
    language: || tree_sitter_scala::LANGUAGE.into(),
    role,
    collects: &[
        "import_declaration",
        "package_clause",
        "class_definition",
        "object_definition",
        "trait_definition",
        "infix_expression",
        "call_expression",
    ],
    collect,
    and: &[],
    or: &[],
    switch_head: &["value"],
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
        "function_definition" => Role::Function,
        "lambda_expression" => Role::Closure,
        "class_definition" | "object_definition" | "trait_definition" => {
            Role::Class { counted: true }
        }
        "if_expression" => Role::If,
        "for_expression" | "while_expression" | "do_while_expression" => Role::Loop,
        "match_expression" => Role::Switch,
        "catch_clause" => Role::Catch,
        _ => Role::None,
    }
}

fn decisions(node: Node<'_>, _: Role) -> u32 {
    let wildcard = node.kind() == "case_clause"
        && node
            .child_by_field_name("pattern")
            .is_some_and(|pattern| pattern.kind() == "wildcard");
    u32::from(node.kind() == "case_clause" && !wildcard)
}

fn collect(node: Node<'_>, context: &mut Context<'_>) {
    match node.kind() {
        "import_declaration" => {
            let text = context.text(node).trim_start_matches("import").trim();
            let (prefix, names) = match text.split_once('{') {
                Some((prefix, names)) => (prefix, names.trim_end_matches('}')),
                None => text
                    .rsplit_once('.')
                    .map_or(("", text), |(prefix, name)| (prefix, name)),
            };
            for name in names
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
            {
                let name = name.split(['=', ' ']).next().unwrap_or(name);
                let path = format!(
                    "{}.{}",
                    prefix.trim_end_matches('.'),
                    if name == "_" { "*" } else { name }
                );
                let list = vec![ImportedName::new(name, name)];
                context.import(path.trim_start_matches('.'), ImportKind::Static, node, list);
            }
        }
        "package_clause" => context.syntax.package = context.field(node, "name").into(),
        "infix_expression" => {
            // Operators are methods: each run is one, and these trees are flat enough to be told by their neighbours.
            let operator = context.field(node, "operator");
            if matches!(operator, "&&" | "||") {
                context.units.decide(1);
                let same = node.parent().is_some_and(|parent| {
                    parent.kind() == "infix_expression"
                        && context.field(parent, "operator") == operator
                });
                context.units.flat(u32::from(!same));
            }
        }
        "call_expression" => {
            let name = context.field(node, "function");
            context
                .units
                .call(name.strip_prefix("this.").unwrap_or(name));
        }
        _ => {
            if context.classes.len() <= 1 {
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
    fn scala() {
        insta::assert_snapshot!(snapshot(
            "scala",
            r#"
package a.b

import a.c.{D, E => F}
import a.d._

class Shape(a: Int) extends Base {
  def area(a: Int, b: Boolean): Int = {
    for (x <- 1 to a) {                        // +1
      if (b && x > 1) run()                    // +2, run
      else if (b) list.map(y => if (y) 1 else 2) // +1, +4 and else +1
      else while (b) run()                     // +1, +3
    }
    a match {                                  // +1
      case 1 => 1
      case 2 if b || a > 1 => area(a, b)       // run, recursion
      case _ => 3
    }
  }
}
object Main { def main(args: Array[String]): Unit = println(1) }
"#
        ));
    }
}
