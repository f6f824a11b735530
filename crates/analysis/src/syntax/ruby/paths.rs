//! Paths that are put together from literals: `File.expand_path("../lib", __dir__)`, `File.join(File.dirname(__FILE__), "a")`.

use tree_sitter::Node;

use crate::syntax::tree::Context;

/// Takes the place of the file's name in a path that begins with it.
const FILE: &str = "./_";
/// Expressions inside of each other.
const MAX_DEPTH: u32 = 20;

/// The path; relative to the folder of the file where it begins with a dot.
pub(super) fn path(node: Node<'_>, context: &Context<'_>, depth: u32) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    let inner = |node: Node<'_>| path(node, context, depth + 1);
    match node.kind() {
        "string" => {
            let mut cursor = node.walk();
            let mut whole = String::new();
            for part in node.named_children(&mut cursor) {
                match part.kind() {
                    "string_content" => whole.push_str(context.text(part)),
                    "interpolation" => whole.push_str(&inner(part.named_child(0)?)?),
                    _ => return None,
                }
            }
            Some(whole)
        }
        "identifier" if context.text(node) == "__dir__" => Some(".".to_owned()),
        "constant" | "identifier" | "file" if context.text(node) == "__FILE__" => Some(FILE.to_owned()),
        "call" => {
            let arguments: Vec<Node<'_>> = node.child_by_field_name("arguments").map_or_else(Vec::new, |list| {
                let mut cursor = list.walk();
                list.named_children(&mut cursor).collect()
            });
            let receiver = context.field(node, "receiver");
            let first = || arguments.first().and_then(|argument| inner(*argument));
            match (receiver, context.field(node, "method")) {
                ("File", "dirname") => Some(first()? + "/.."),
                ("File", "join") => {
                    let parts: Option<Vec<String>> = arguments.iter().map(|argument| inner(*argument)).collect();
                    Some(parts?.join("/"))
                }
                ("File", "expand_path" | "absolute_path" | "realpath") => match arguments.get(1) {
                    Some(base) => Some(format!("{}/{}", inner(*base)?, first()?)),
                    None => first(),
                },
                ("Pathname", "new") => first(),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Notes the folder that a call adds to the load path: `$LOAD_PATH.unshift(…)`, `$: << …`.
pub(super) fn add_search_path(node: Node<'_>, context: &mut Context<'_>) {
    let (object, value) = if node.kind() == "binary" {
        let is_shift = context.field(node, "operator") == "<<";
        let value = node.child_by_field_name("right").filter(|_| is_shift);
        (context.field(node, "left"), value)
    } else {
        let adds = matches!(
            context.field(node, "method"),
            "unshift" | "prepend" | "push" | "append" | "insert"
        );
        let list = node.child_by_field_name("arguments").filter(|_| adds);
        let count = list.map_or(0, |list| u32::try_from(list.named_child_count()).unwrap_or(0));
        let value = list.and_then(|list| list.named_child(count.checked_sub(1)?));
        (context.field(node, "receiver"), value)
    };
    if matches!(object, "$LOAD_PATH" | "$:")
        && let Some(path) = value.and_then(|value| path(value, context, 0))
    {
        context.syntax.search_paths.push(path.into());
    }
}
