//! Rust, by tree-sitter. Cyclomatic complexity: `if`, `if let`, `while`, `for`, `&&`, `||`, each `?`, the arms of a
//! `match` but one, guards, and `let … else`. A closure is part of its function; what is inside of a macro's call is not
//! parsed, but for items (`macros`).

use std::sync::OnceLock;

use tree_sitter::Node;

mod imports;
mod macros;

use super::tree::{BINARY, Context, Grammar, Private, Role, Roles, line, name_field, shape};
use crate::facts::{ImportKind, ImportedName};

pub(super) static GRAMMAR: Grammar = Grammar {
    language: || tree_sitter_rust::LANGUAGE.into(),
    role,
    collects: &[
        "use_declaration",
        "mod_item",
        "function_item",
        "struct_item",
        "enum_item",
        "union_item",
        "trait_item",
        "type_item",
        "const_item",
        "static_item",
        "macro_definition",
        "call_expression",
        "let_chain",
        "let_declaration",
        "extern_crate_declaration",
        "attribute_item",
    ],
    collect,
    and: &["&&"],
    or: &["||"],
    switch_head: &["value"],
    decisions,
    name: name_field,
    label: "label",
    shape,
    field: None,
    binary: BINARY,
    catch_decides: true,
    closure_is_unit_at_top: false,
    roles: &ROLES,
    implicit_this: false,
    private: Private::NoPub,
    embedded: Some(macros::ITEMS),
    prepare: None,
    unused_imports: Some(imports::UNUSED),
    mentions: &[],
};
static ROLES: Roles = OnceLock::new();

fn role(kind: &str) -> Role {
    match kind {
        "function_item" => Role::Function,
        "closure_expression" => Role::Closure,
        "struct_item" | "enum_item" | "union_item" | "trait_item" => Role::Class { counted: true },
        "impl_item" => Role::Class { counted: false },
        "if_expression" => Role::If,
        "else_clause" => Role::Else,
        "for_expression" | "while_expression" => Role::Loop,
        "loop_expression" => Role::Forever,
        "match_expression" => Role::Switch,
        "binary_expression" => Role::Binary,
        "parenthesized_expression" => Role::Parentheses,
        "break_expression" | "continue_expression" => Role::Jump,
        "token_tree" | "macro_definition" => Role::Skip,
        _ => Role::None,
    }
}

fn decisions(node: Node<'_>, _: Role) -> u32 {
    match node.kind() {
        "try_expression" => 1,
        "match_expression" => {
            let arms = node.child_by_field_name("body").map_or(0, |body| {
                let mut cursor = body.walk();
                body.named_children(&mut cursor)
                    .filter(|child| child.kind() == "match_arm")
                    .count()
            });
            u32::try_from(arms.saturating_sub(1)).unwrap_or(u32::MAX)
        }
        "match_pattern" => u32::from(node.child_by_field_name("condition").is_some()),
        "let_declaration" => u32::from(node.child_by_field_name("alternative").is_some()),
        _ => 0,
    }
}

fn collect(node: Node<'_>, context: &mut Context<'_>) {
    match node.kind() {
        "use_declaration" => uses(node, context),
        "attribute_item" => test_lines(node, context),
        "extern_crate_declaration" => {
            let name = context.field(node, "name");
            context.import(name, ImportKind::Static, node, Vec::new());
        }
        "mod_item" => {
            let name = context.field(node, "name");
            if node.child_by_field_name("body").is_none() {
                let declared = imports::submodule(node, name, context);
                context.import(&declared, ImportKind::Submodule, node, Vec::new());
            }
            if is_public(node) {
                context.export(name, node);
            }
        }
        "call_expression" => {
            let name = context.field(node, "function");
            context.units.call(
                name.strip_prefix("self.")
                    .or_else(|| name.strip_prefix("Self::"))
                    .unwrap_or(name),
            );
        }
        "let_chain" => {
            let mut cursor = node.walk();
            let operators = node.children(&mut cursor).filter(|child| child.kind() == "&&").count();
            context.units.decide(u32::try_from(operators).unwrap_or(u32::MAX));
            context.units.flat(1);
        }
        "let_declaration" => {
            if node.child_by_field_name("alternative").is_some() {
                context.units.structural();
            }
        }
        kind => {
            let name = context.field(node, "name");
            if matches!(kind, "trait_item" | "macro_definition") {
                imports::keep_hidden(node, context);
            }
            if kind == "function_item" && name == "main" && context.classes.is_empty() {
                context.syntax.entry_point = true;
            }
            // The items of an `impl` or a trait are reached through its type.
            if is_public(node) && context.classes.len() <= usize::from(is_type(kind)) {
                context.export(name, node);
            }
        }
    }
}

/// The imports of a `use`, and what a public one exports.
fn uses(node: Node<'_>, context: &mut Context<'_>) {
    let Some(argument) = node.child_by_field_name("argument") else {
        return;
    };
    let is_public = is_public(node);
    let kind = if is_public {
        ImportKind::Reexport
    } else {
        ImportKind::Static
    };
    for (path, local) in use_paths(argument, context) {
        let path = out_of_inline_modules(&path, node, context);
        let name = path.rsplit("::").next().unwrap_or_default().to_owned();
        if is_public {
            context.export(if name == "*" { "*" } else { &local }, node);
        }
        let names = vec![ImportedName::new(&name, &local)];
        context.import(&path, kind, node, names);
    }
}

/// Notes the lines of an item that only tests have: `#[cfg(test)] mod tests { … }`, `#[tokio::test] async fn a() { … }`.
fn test_lines(attribute: Node<'_>, context: &mut Context<'_>) {
    let text: String = context.text(attribute).chars().filter(|c| !c.is_whitespace()).collect();
    let name = text
        .trim_start_matches("#[")
        .split(['(', ']', '='])
        .next()
        .unwrap_or_default();
    let is_test = matches!(
        name.rsplit("::").next(),
        Some("test" | "bench" | "rstest" | "test_case" | "quickcheck")
    ) || (name == "cfg"
        && (text.contains("(test)") || text.contains("(test,") || text.contains(",test)") || text.contains(",test,"))
        && !text.contains("not(test"));
    let mut item = attribute.next_sibling();
    while item.is_some_and(|item| item.is_extra() || item.kind() == "attribute_item") {
        item = item.and_then(|item| item.next_sibling());
    }
    if let Some(item) = item.filter(|_| is_test) {
        let last = u32::try_from(item.end_position().row).unwrap_or(u32::MAX - 1) + 1;
        context.syntax.test_lines.push((line(attribute), last));
    }
}

/// Its own class is open already when it is seen.
fn is_type(kind: &str) -> bool {
    matches!(kind, "struct_item" | "enum_item" | "union_item" | "trait_item")
}

fn is_public(node: Node<'_>) -> bool {
    node.child(0).is_some_and(|first| first.kind() == "visibility_modifier")
}

/// In a `mod tests { … }` of the same file, `super` is the file itself.
fn out_of_inline_modules(path: &str, node: Node<'_>, context: &Context<'_>) -> String {
    let mut rest = path;
    if !path.starts_with("super::") {
        return path.to_owned();
    }
    for _ in 0..context.modules_around(node) {
        match rest.strip_prefix("super::") {
            Some(inner) => rest = inner,
            None => break,
        }
    }
    if rest.len() == path.len() || rest.starts_with("super::") {
        rest.to_owned()
    } else {
        format!("self::{rest}")
    }
}

/// The single paths of a `use` tree, each with its name here. A loop over a work list: trees of braces may be deep.
fn use_paths(argument: Node<'_>, context: &Context<'_>) -> Vec<(String, String)> {
    let mut paths = Vec::new();
    let mut work = vec![(String::new(), argument)];
    let join = |prefix: &str, path: &str| {
        if prefix.is_empty() {
            path.to_owned()
        } else {
            format!("{prefix}::{path}")
        }
    };
    while let Some((prefix, node)) = work.pop() {
        match node.kind() {
            "scoped_use_list" => {
                let prefix = match context.field(node, "path") {
                    "" => prefix,
                    path => join(&prefix, path),
                };
                work.extend(node.child_by_field_name("list").map(|list| (prefix, list)));
            }
            "use_list" => {
                let mut cursor = node.walk();
                work.extend(
                    node.named_children(&mut cursor)
                        .filter(|c| !c.is_extra())
                        .map(|child| (prefix.clone(), child)),
                );
            }
            "use_as_clause" => {
                paths.push((
                    join(&prefix, context.field(node, "path")),
                    context.field(node, "alias").to_owned(),
                ));
            }
            "use_wildcard" => {
                let path = context.text(node).trim_end_matches('*').trim_end_matches("::");
                let path = if path.is_empty() { prefix } else { join(&prefix, path) };
                paths.push((join(&path, "*"), "*".to_owned()));
            }
            "self" if !prefix.is_empty() => {
                let local = prefix.rsplit("::").next().unwrap_or_default().to_owned();
                paths.push((prefix, local));
            }
            _ => {
                let path = join(&prefix, context.text(node));
                let local = path.rsplit("::").next().unwrap_or_default().to_owned();
                paths.push((path, local));
            }
        }
    }
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use crate::syntax::snapshot;

    #[test]
    fn items_inside_of_macros() {
        insta::assert_snapshot!(snapshot(
            "rust",
            r#"
cfg_rt! {
    mod inner;
    use crate::a::B;
    pub fn outer(a: bool) -> u8 { if a { 1 } else { 2 } }
    cfg_fs! { impl Shape { pub fn area(&self) -> u8 { a()? } } }
}
impl Shape {
    cfg_net! {
        /// A method.
        #[inline]
        fn side(&self, a: u8) { while a > 1 { self.side(a) } }
    }
}
cfg_if::cfg_if! {
    if #[cfg(unix)] { mod unix; fn here() {} }
    else if #[cfg(windows)] { mod windows; }
    else { fn here() { loop {} } }
}
mod tests { cfg_rt! { use super::Shape; } }
lazy_static! { static ref WORDS: Vec<u8> = words(); }
bitflags! { struct Flags: u32 { const A = 1; } }
proptest! { fn not_rust(a in 0..3) { if a {} } }
fn main() { select! { fn no() {} } quote! { fn no() {} }; }
"#
        ));
    }

    #[test]
    fn rust() {
        insta::assert_snapshot!(snapshot(
            "rust",
            r#"
use std::{collections::{BTreeMap as Map, self}, fmt::*};
pub use crate::a::B;
mod inner;
pub mod open { pub fn f() {} }

pub struct Shape { a: u8 }
trait Walk { fn none(&self); fn some(&self) -> u8 { 1 } }

impl<T> Shape where T: Copy {
    pub fn area(&self, a: Option<u8>, b: bool) -> Result<u8, E> {
        let Some(x) = a else { return Err(E) };          // +1
        if let Some(y) = a && b {                        // +1, run +1
            self.area(None, b)?;                         // recursion +1
        } else if b || x > 1 {                           // +1, run +1
            'outer: loop {                               // +2
                match x {                                // +3
                    0 if b => break 'outer,              // +1
                    1 | 2 => continue,
                    _ => {}
                }
            }
        } else {                                         // +1
            items.map(|i| if i { 1 } else { 2 });        // +3, else +1
        }
        while b && (x > 1 || b) && c { run()?; }         // +1, three runs +3
        Ok(1)
    }
}

fn main() { for i in 0..3 { println!("{}", if i > 1 && i < 3 { 1 } else { 2 }); } }
"#
        ));
    }
}
