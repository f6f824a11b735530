//! Scala 2 and 3, by tree-sitter. Cyclomatic complexity by lizard's rules: `if` (guards too), `for`, `while`, `case`,
//! `catch` beside its cases, `&&`, `||`; a `do … while` is one decision, where lizard counts both words. A lambda belongs
//! to its function.

use std::sync::OnceLock;

use tree_sitter::Node;

use super::tree::{BINARY, Context, Grammar, Private, Role, Roles, Shape, UnusedImports, parameter_count};
use crate::facts::{ImportKind, ImportedName};

pub(super) static GRAMMAR: Grammar = Grammar {
    language: || tree_sitter_scala::LANGUAGE.into(),
    role,
    collects: &[
        "package_clause",
        "import_declaration",
        "export_declaration",
        "function_definition",
        "class_definition",
        "object_definition",
        "trait_definition",
        "enum_definition",
        "type_definition",
        "val_definition",
        "given_definition",
        "call_expression",
    ],
    collect,
    and: &["&&"],
    or: &["||"],
    switch_head: &["value", "body"],
    decisions,
    name,
    label: "",
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

/// A name in small letters may be an implicit value or a given, which is used without its name; so may an implicit
/// class, but not one of a package.
const UNUSED_IMPORTS: UnusedImports = UnusedImports {
    any_case: false,
    in_imports: true,
    declaration: "import_declaration",
    judged: |_, context, name| {
        let path = context.syntax.imports.last().map_or("", |import| &*import.specifier);
        let outer = path.rsplit('.').nth(1).unwrap_or_default();
        name.imported.starts_with(char::is_uppercase) && outer.starts_with(char::is_lowercase)
    },
};

fn role(kind: &str) -> Role {
    match kind {
        "function_definition" => Role::Function,
        // The cases of a `match` or `catch` too: they are a level deeper, like those of a function without a name.
        "lambda_expression" | "case_block" | "indented_cases" => Role::Closure,
        "class_definition" | "object_definition" | "trait_definition" | "enum_definition" => {
            Role::Class { counted: true }
        }
        "if_expression" => Role::If,
        "for_expression" | "while_expression" | "do_while_expression" => Role::Loop,
        "match_expression" => Role::Switch,
        "catch_clause" => Role::Catch,
        "case_clause" => Role::Case,
        "infix_expression" => Role::Binary,
        "parenthesized_expression" => Role::Parentheses,
        _ => Role::None,
    }
}

fn decisions(node: Node<'_>, _: Role) -> u32 {
    match node.kind() {
        "guard" => 1,
        // `catch case e => …` on one line.
        "catch_clause" => u32::from(node.child_by_field_name("pattern").is_some()),
        _ => 0,
    }
}

fn shape(node: Node<'_>) -> Shape<'_> {
    let mut cursor = node.walk();
    let parameters = node
        .children_by_field_name("parameters", &mut cursor)
        .map(parameter_count)
        .sum();
    Shape {
        name: node.child_by_field_name("name"),
        parameters,
        body: node.child_by_field_name("body").is_some(),
    }
}

fn name(node: Node<'_>, context: &Context<'_>) -> (Option<String>, String) {
    (None, context.field(node, "name").to_owned())
}

fn collect(node: Node<'_>, context: &mut Context<'_>) {
    match node.kind() {
        "package_clause" => {
            let name = context.field(node, "name");
            if context.syntax.package.is_empty() {
                context.syntax.package = name.into();
            }
        }
        "import_declaration" => imports(node, context, ImportKind::Static),
        "export_declaration" => imports(node, context, ImportKind::Reexport),
        "call_expression" => {
            let name = context.field(node, "function");
            context.units.call(name.strip_prefix("this.").unwrap_or(name));
        }
        kind => {
            let is_class = matches!(
                kind,
                "class_definition" | "object_definition" | "trait_definition" | "enum_definition"
            );
            let name = node
                .child_by_field_name("name")
                .or_else(|| node.child_by_field_name("pattern"));
            let is_main = kind == "function_definition" && name.is_some_and(|name| context.text(name) == "main");
            let is_app = kind == "object_definition"
                && node
                    .child_by_field_name("extend")
                    .is_some_and(|extends| context.text(extends).split_whitespace().nth(1) == Some("App"));
            let is_annotated = kind == "function_definition"
                && child(node, "annotation").is_some_and(|annotation| context.text(annotation) == "@main");
            if is_annotated || is_app || (is_main && context.classes.len() == 1 && context.units.depth() == 1) {
                context.syntax.entry_point = true;
            }
            // Its own class, or its own unit, is open already.
            let is_top = context.classes.len() <= usize::from(is_class)
                && context.units.depth() <= usize::from(kind == "function_definition");
            if let Some(name) = name.filter(|_| is_top && !is_private(node, context)) {
                context.export(context.text(name), name);
            }
        }
    }
}

/// `import a.b.{C => D, E}, x.Y, z._`.
fn imports(node: Node<'_>, context: &mut Context<'_>, kind: ImportKind) {
    let mut path = String::new();
    let mut cursor = node.walk();
    for part in node.children(&mut cursor).skip(1) {
        match part.kind() {
            "," => {
                import(&path, "", context, kind, node);
                path.clear();
            }
            "namespace_selectors" => {
                let mut inner = part.walk();
                for selector in part.named_children(&mut inner).filter(|selector| !selector.is_extra()) {
                    selected(&path, selector, context, kind, node);
                }
                path.clear();
            }
            "namespace_wildcard" => {
                selected(&path, part, context, kind, node);
                path.clear();
            }
            "as_renamed_identifier" | "arrow_renamed_identifier" => {
                selected(&path, part, context, kind, node);
                path.clear();
            }
            _ => path.push_str(context.text(part)),
        }
    }
    import(&path, "", context, kind, node);
}

fn selected(path: &str, selector: Node<'_>, context: &mut Context<'_>, kind: ImportKind, node: Node<'_>) {
    let path = path.trim_end_matches('.');
    match selector.kind() {
        "namespace_wildcard" => import(&format!("{path}.*"), "*", context, kind, node),
        "as_renamed_identifier" | "arrow_renamed_identifier" => {
            let name = context.field(selector, "name");
            let alias = context.field(selector, "alias");
            // `C => _` hides a name.
            if alias != "_" {
                import(&format!("{path}.{name}"), alias, context, kind, node);
            }
        }
        _ => {
            let name = context.text(selector);
            let name = if matches!(name, "_" | "given") { "*" } else { name };
            import(&format!("{path}.{name}"), "", context, kind, node);
        }
    }
}

/// `local` is empty where the name is not changed.
fn import(path: &str, local: &str, context: &mut Context<'_>, kind: ImportKind, node: Node<'_>) {
    let path = path.trim_matches('.');
    if path.is_empty() {
        return;
    }
    let name = path.rsplit('.').next().unwrap_or(path);
    let names = vec![ImportedName::new(name, if local.is_empty() { name } else { local })];
    context.import(path, kind, node, names);
}

fn child<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).find(|child| child.kind() == kind)
}

/// `private[package]` is seen outside of its file.
fn is_private(node: Node<'_>, context: &Context<'_>) -> bool {
    child(node, "modifiers")
        .and_then(|modifiers| child(modifiers, "access_modifier"))
        .is_some_and(|modifier| context.text(modifier) == "private")
}

#[cfg(test)]
mod tests {
    use crate::syntax::snapshot;

    #[test]
    fn scala() {
        insta::assert_snapshot!(snapshot(
            "scala",
            r#"
package app.shapes
import lib.{Point => P, Line}, other.Name
import lib.draw._

object Main extends App {
  def main(args: Array[String]): Unit = {
    if (a && b || c) x()                       // +1, two runs +2
    else if (d) { if (e) y() }                 // +1, +2
    else { z() }                               // +1
    for (i <- xs if i > 1; j <- ys) yield i    // +1
    while (a) { b() }                          // +1
    do { c() } while (d)                       // +1
    a match {                                  // +1
      case 1 | 2 => x()
      case Some(y) if y > 1 => if (y) z()      // +2
      case _ => z()
    }
    try { a() } catch {                        // +1
      case e: A => b()
      case _ => if (c) d()                     // +2
    } finally { d() }
    xs.map(x => if (x) 1 else 2)               // +2, +1
    xs.map { case (a, b) => a }
    def inner(a: Int)(b: Int) = if (a) 1 else 2  // +2, +1
    this.main(args)                            // recursion +1
  }
  private val f = (x: Int) => x
}
trait Walker { def walk: Int }
case class Kind(a: Int) { def +(o: Kind): Kind = o }
private class Hidden
private[shapes] class Seen
def top = 1
"#
        ));
    }
}
