//! Which `use` declarations can be judged within their file. Whether a name is that of a trait, which is used without being
//! written, is asked when all files are known (the stage `dead-code`); what it needs for that is kept here.

use tree_sitter::Node;

use crate::facts::ImportedName;
use crate::syntax::tree::{Context, UnusedImports};

pub(super) const UNUSED: UnusedImports = UnusedImports {
    any_case: false,
    in_imports: true,
    declaration: "use_declaration",
    judged,
};

/// Not what has an attribute (`#[cfg]`, `#[macro_use]`, `#[allow]`), nor where another file's text is put in.
fn judged(declaration: Node<'_>, context: &Context<'_>, _: &ImportedName) -> bool {
    let mut before = declaration.prev_sibling();
    while before.is_some_and(|sibling| sibling.is_extra()) {
        before = before.and_then(|sibling| sibling.prev_sibling());
    }
    let marked = before.is_some_and(|sibling| sibling.kind() == "attribute_item");
    let contains = |text: &str| memchr::memmem::find(context.text, text.as_bytes()).is_some();
    !marked && !contains("unused_imports") && !contains("allow(unused)") && !contains("include!")
}

/// Keeps the names that may be used though the file that imports them does not write them: a trait's, and all that a macro
/// may write.
pub(super) fn keep_hidden(node: Node<'_>, context: &mut Context<'_>) {
    if node.kind() == "trait_item" {
        let name = context.field(node, "name");
        context.mentions.insert(name);
    } else {
        let words = context.text(node).split(|c: char| !c.is_alphanumeric() && c != '_');
        context
            .mentions
            .extend(words.filter(|word| !word.is_empty() && word.len() <= 64));
    }
}

/// The specifier of `mod name;`: the inline modules around it, its name, and the paths that its attributes give it
/// (`#[path = "a.rs"]`, `#[cfg_attr(unix, path = "b.rs")]`), as `outer::name=a.rs=b.rs`.
pub(super) fn submodule(node: Node<'_>, name: &str, context: &Context<'_>) -> String {
    let mut names = vec![name];
    let mut above = node.parent();
    while let Some(parent) = above {
        if parent.kind() == "mod_item" {
            names.push(context.field(parent, "name"));
        }
        above = parent.parent();
    }
    names.reverse();
    let mut declared = names.join("::");
    let mut before = node.prev_sibling();
    while let Some(attribute) = before.filter(|sibling| sibling.is_extra() || sibling.kind() == "attribute_item") {
        for (at, _) in context.text(attribute).match_indices("path") {
            let rest = context.text(attribute)[at + 4..].trim_start();
            let path = rest
                .strip_prefix('=')
                .and_then(|rest| rest.trim_start().strip_prefix('"'));
            if let Some(path) = path.and_then(|rest| rest.split('"').next()) {
                declared.push('=');
                declared.push_str(&path.replace('\\', "/"));
            }
        }
        before = attribute.prev_sibling();
    }
    declared
}
