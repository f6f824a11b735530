//! The context that a grammar reads and fills during the traversal.

use std::collections::{BTreeSet, HashMap, HashSet};

use tree_sitter::Node;

use super::line;
use super::unused::{Declarations, ImportCandidate, UnusedImports};
use crate::calls::{Builder, ClassId, FunctionId};
use crate::facts::{Export, Import, ImportKind, ImportedName, Syntax};
use crate::units::Units;

/// The data that a grammar's `collect` may read and fill.
pub(crate) struct Context<'a> {
    pub text: &'a [u8],
    pub units: Units,
    pub syntax: Syntax,
    /// Names of the classes that are open.
    pub classes: Vec<String>,
    /// For a grammar's own use; emptied where a function begins.
    pub seen: HashSet<String>,
    pub calls: Builder,
    pub(super) class_numbers: HashMap<String, ClassId>,
    pub(super) implicit_this: bool,
    pub(super) language: &'static str,
    /// The sorts of the variables of the open function whose types are written.
    pub(super) sorts: HashMap<String, u8>,
    /// Functions that may be private and unused, with their names.
    pub(super) candidates: Vec<(FunctionId, String)>,
    /// For [`Syntax::mentions`].
    pub mentions: BTreeSet<&'a str>,
    /// For each embedded text that is open: how many modules are around it.
    pub embedded_in: Vec<usize>,
    /// An import brings in all of a package.
    pub(super) imports_all: bool,
    pub(super) unused_imports: Option<UnusedImports>,
    pub(super) declarations: Declarations,
    pub(super) import_candidates: Vec<ImportCandidate>,
}

impl<'a> Context<'a> {
    pub fn text(&self, node: Node<'_>) -> &'a str {
        let range = node.byte_range();
        // A node may hold the line's end that was put behind the text.
        let end = range.end.min(self.text.len());
        std::str::from_utf8(self.text.get(range.start..end).unwrap_or_default()).unwrap_or("")
    }

    pub fn field(&self, node: Node<'_>, name: &str) -> &'a str {
        node.child_by_field_name(name).map_or("", |child| self.text(child))
    }

    pub fn import(&mut self, specifier: &str, kind: ImportKind, node: Node<'_>, names: Vec<ImportedName>) {
        if !specifier.is_empty() {
            self.imports_all |= names.iter().any(|name| &*name.local == "*");
            self.syntax.imports.push(Import {
                specifier: specifier.into(),
                kind,
                line: line(node),
                names,
            });
            self.import_candidates(node);
        }
    }

    /// By custom the name of a type begins with a capital.
    pub fn mention(&mut self, node: Node<'_>) {
        let name = self.text(node);
        if name.starts_with(char::is_uppercase) {
            self.mentions.insert(name);
        }
    }

    pub fn export(&mut self, name: &str, node: Node<'_>) {
        if !name.is_empty() {
            self.syntax.exports.push(Export {
                name: name.into(),
                line: line(node),
                kept: false,
            });
        }
    }

    /// The class path and the name: `A::B.name`.
    pub fn qualified(&self, name: &str) -> String {
        match self.classes.iter().rev().find(|class| !class.is_empty()) {
            Some(class) => format!("{class}.{name}"),
            None => name.to_owned(),
        }
    }

    /// The number of modules around the node (Rust).
    pub fn modules_around(&self, node: Node<'_>) -> usize {
        let mut count = self.embedded_in.last().copied().unwrap_or(0);
        let mut above = node.parent();
        while let Some(parent) = above {
            count += usize::from(parent.kind() == "mod_item");
            above = parent.parent();
        }
        count
    }
}
