//! The definitions of all files under one numbering, and the tables by which names are resolved.

use std::borrow::Cow;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use crate::calls::{Body, ClassDefinition, Definition, ImportId, ImportedNameId, NameId, NameKey, ValueExpr, ValueId};
use crate::facts::FileFacts;
use crate::graph::{ImportGraph, Link};
use crate::ids::FileId;

mod build;
mod common_names;
mod family;
mod file;
mod ids;
mod stars;

pub(super) use family::Family;
use family::Reach;
pub(super) use file::File;
use ids::FolderId;
pub(super) use ids::{GlobalClass, GlobalContainer, GlobalFunction, NodeId, SourceId, StarGroup, SymbolId};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unique<Id> {
    One(Id),
    Many,
}

pub(super) struct CallIndex<'f> {
    facts: &'f [FileFacts],
    graph: &'f ImportGraph,
    pub files: Vec<File<'f>>,
    /// The place in `files` of each file with calls.
    by_fact: HashMap<FileId, SourceId>,
    /// The file of each class.
    pub classes: Vec<SourceId>,
    /// The first part of each class that is written in several places.
    whole: Vec<GlobalClass>,
    /// The number of functions of all files.
    pub functions: usize,
    symbols: HashMap<Cow<'f, str>, SymbolId>,
    globals: HashMap<(SourceId, SymbolId), ValueId>,
    /// By name: the files that bind it.
    definers: HashMap<SymbolId, Vec<SourceId>>,
    members: HashMap<(GlobalClass, SymbolId), (SourceId, ValueId)>,
    /// Sorted.
    elements: Vec<(GlobalContainer, NameKey<SymbolId>, SourceId, ValueId)>,
    methods: HashMap<(Family, SymbolId), Unique<GlobalFunction>>,
    /// Names of classes.
    named_classes: HashSet<(Family, SymbolId)>,
    /// Top-level names by what they can be seen from: a folder, or everything.
    packages: HashMap<(Family, Option<FolderId>, SymbolId), Unique<SourceId>>,
    /// By file.
    folders: Vec<FolderId>,
    /// Files of C and C++ that others include.
    included: HashSet<FileId>,
    /// By file.
    star_groups: Vec<StarGroup>,
}

impl<'f> CallIndex<'f> {
    pub(super) fn file(&self, file: SourceId) -> &File<'f> {
        &self.files[file.index()]
    }

    /// All files with calls, in their order.
    pub(super) fn numbered_files(&self) -> impl Iterator<Item = (SourceId, &File<'f>)> {
        SourceId::enumerate(&self.files)
    }

    /// The number of nodes of the call graph.
    pub(super) fn nodes(&self) -> usize {
        self.functions + self.files.len()
    }

    pub(super) fn symbol(&self, name: &str) -> Option<SymbolId> {
        self.symbols.get(name).copied()
    }

    /// A name as it is written for the language of a file.
    pub(super) fn symbol_in(&self, file: SourceId, name: &str) -> Option<SymbolId> {
        self.symbol(&self.file(file).family.written(name))
    }

    pub(super) fn global(&self, file: SourceId, symbol: SymbolId) -> Option<ValueId> {
        self.globals.get(&(file, symbol)).copied()
    }

    pub(super) fn member(&self, class: GlobalClass, symbol: SymbolId) -> Option<(SourceId, ValueId)> {
        self.members.get(&(class, symbol)).copied()
    }

    /// The elements of a container under a key, and those under an unknown one; all, where the key is unknown.
    pub(super) fn elements(
        &self,
        container: GlobalContainer,
        key: NameKey<SymbolId>,
    ) -> impl Iterator<Item = (SourceId, ValueId)> {
        let from = |key: NameKey<SymbolId>| {
            self.elements
                .partition_point(|element| (element.0, element.1) < (container, key))
        };
        let end = self.elements.partition_point(|element| element.0 <= container);
        let (known, unknown) = if key == NameKey::Any {
            let start = self.elements.partition_point(|element| element.0 < container);
            (start..end, end..end)
        } else {
            let start = from(key);
            let same = self.elements[start..end].partition_point(|element| element.1 == key);
            (start..start + same, from(NameKey::Any)..end)
        };
        known
            .chain(unknown)
            .map(|at| (self.elements[at].2, self.elements[at].3))
    }

    pub(super) fn links(&self, file: SourceId, import: ImportId) -> &'f [Link] {
        self.graph.links_of(self.file(file).at, import)
    }

    pub(super) fn file_of(&self, file: FileId) -> Option<SourceId> {
        self.by_fact.get(&file).copied()
    }

    pub(super) fn all_facts(&self) -> &'f [FileFacts] {
        self.facts
    }

    pub(super) fn facts(&self, file: SourceId) -> &'f FileFacts {
        &self.facts[self.file(file).at.index()]
    }

    /// The name of an imported name in its own file.
    pub(super) fn imported(&self, file: SourceId, import: ImportId, name: ImportedNameId) -> Option<&'f str> {
        let syntax = self.facts(file).syntax.as_ref()?;
        let import = syntax.imports.get(import.index())?;
        import.names.get(name.index()).map(|name| &*name.imported)
    }

    pub(super) fn is_module_named(&self, file: SourceId, name: &str) -> bool {
        let path = &self.facts(file).path;
        let stem = path.rsplit_once('.').map_or(path.as_str(), |(stem, _)| stem);
        let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
        stem.rsplit('/').next() == Some(name)
    }

    /// A module is a folder, not a file.
    pub(super) fn is_folder_module(&self, file: SourceId) -> bool {
        self.file(file).family == Family::Go
    }

    pub(super) fn in_package(&self, file: SourceId, symbol: SymbolId) -> Option<(SourceId, ValueId)> {
        let family = self.file(file).family;
        let place = match family.reach() {
            Reach::File => return None,
            Reach::Folder => Some(self.folders[file.index()]),
            Reach::Everywhere => None,
        };
        match self.packages.get(&(family, place, symbol)) {
            Some(Unique::One(home)) => self.global(*home, symbol).map(|value| (*home, value)),
            _ => None,
        }
    }

    /// Whether a name that its file does not bind is one of a type, by its first letter, and of none of the repository's.
    pub(super) fn is_foreign_type(&self, file: SourceId, free: NameId) -> bool {
        let data = self.file(file);
        // Elsewhere a type may have a name that is no class here: an interface of Go, an alias.
        let has_declared_types = matches!(
            data.family,
            Family::Jvm | Family::CSharp | Family::Swift | Family::Php | Family::C | Family::Rust
        );
        let name = data.calls.name(free);
        // A single letter is a parameter of a type.
        let is_type = name.len() > 1 && name.starts_with(char::is_uppercase);
        has_declared_types && is_type && !self.named_classes.contains(&(data.family, data.symbol(free)))
    }

    /// Whether another file has the text of this one (`#include "part.c"`).
    pub(super) fn is_included(&self, file: SourceId) -> bool {
        self.included.contains(&self.file(file).at)
    }

    /// The only method of that name, in a language where that is right often enough.
    pub(super) fn unique_method(&self, file: SourceId, symbol: SymbolId) -> Option<GlobalFunction> {
        if !self.file(file).family.finds_by_name() {
            return None;
        }
        match self.methods.get(&(self.file(file).family, symbol)) {
            Some(Unique::One(function)) => {
                // No other code calls the functions that a test defines.
                let home = self.function(*function).0;
                let made_up = self.facts(home).test && home != file;
                (!made_up).then_some(*function)
            }
            _ => None,
        }
    }

    /// The file and the definition of a function.
    pub(super) fn function(&self, function: GlobalFunction) -> (SourceId, &'f Definition) {
        let file = self.files.partition_point(|file| file.functions <= function.index()) - 1;
        let data = &self.files[file];
        (
            SourceId::new(file),
            &data.calls.functions[function.index() - data.functions],
        )
    }

    /// The class that a part belongs to.
    pub(super) fn whole(&self, class: GlobalClass) -> GlobalClass {
        self.whole[class.index()]
    }

    pub(super) fn class(&self, class: GlobalClass) -> (SourceId, &'f ClassDefinition) {
        let file = self.classes[class.index()];
        let data = self.file(file);
        (file, &data.calls.classes[class.index() - data.classes])
    }

    /// The node of a file's own code.
    pub(super) fn module_node(&self, file: SourceId) -> NodeId {
        NodeId::new(self.functions + file.index())
    }

    /// The node of the code of a file.
    pub(super) fn node(&self, file: SourceId, body: Body) -> NodeId {
        match body {
            Body::Function(function) => self.file(file).function(function).into(),
            Body::Module => self.module_node(file),
        }
    }

    /// The function that a node is; `None`: the code of a file.
    pub(super) fn function_of(&self, node: NodeId) -> Option<GlobalFunction> {
        (node.index() < self.functions).then(|| GlobalFunction::new(node.index()))
    }

    /// The file whose code outside of functions a node is.
    pub(super) fn file_of_module(&self, node: NodeId) -> SourceId {
        SourceId::new(node.index() - self.functions)
    }

    /// `PATH:NAME`; a function inside of another has its name before it. `PATH` for the code of a file.
    pub(super) fn label(&self, node: NodeId) -> String {
        match self.function_of(node) {
            Some(function) => {
                let (file, _) = self.function(function);
                format!("{}:{}", self.facts(file).path, self.name(function))
            }
            None => self.facts(self.file_of_module(node)).path.clone(),
        }
    }

    /// The name with those of the class or the functions around it.
    pub(super) fn name(&self, function: GlobalFunction) -> String {
        let (file, definition) = self.function(function);
        let data = self.file(file);
        let mut name = data.calls.full_name(definition);
        let mut parent = definition.parent;
        for _ in 0..8 {
            let Body::Function(around) = parent else {
                break;
            };
            let outer = &data.calls.functions[around.index()];
            name = format!("{}.{name}", data.calls.full_name(outer));
            parent = outer.parent;
        }
        name
    }

    /// The number of files, in a language whose words are all kept, that contain a name that is private to more than a file.
    pub(super) fn files_by_name(&self) -> HashMap<(Family, SymbolId), u32> {
        let mut wanted: HashMap<(Family, SymbolId), u32> = HashMap::default();
        let shared = || {
            self.files
                .iter()
                .filter(|file| matches!(file.family, Family::Go | Family::Rust))
        };
        for file in shared() {
            let private = file.calls.functions.iter().filter(|function| !function.entry);
            wanted.extend(private.map(|function| ((file.family, file.symbol(function.name)), 0)));
        }
        for file in shared() {
            for symbol in &file.symbols {
                if let Some(files) = wanted.get_mut(&(file.family, *symbol)) {
                    *files += 1;
                }
            }
        }
        wanted
    }

    /// A class of Python calls, on its own object, a method that only it has: the call already has an edge. (Names that are read
    /// without a call are among the texts.)
    fn is_own_method(&self, file: &File<'_>, base: ValueId, name: SymbolId) -> bool {
        let ValueExpr::This(class) = file.calls.values[base.index()] else {
            return false;
        };
        let Some(Unique::One(function)) = self.methods.get(&(file.family, name)) else {
            return false;
        };
        let (home, definition) = self.function(*function);
        let owner = definition.class.map(|own| self.whole(self.file(home).class(own)));
        file.family == Family::Python && owner == Some(self.whole(file.class(class)))
    }

    /// Names under which something may be called that no call's expression leads to: members asked of unknown objects,
    /// and texts.
    pub(super) fn named_elsewhere(&self) -> HashSet<SymbolId> {
        let mut named = HashSet::default();
        // The others' private functions are known by their words.
        let asking = self
            .files
            .iter()
            .filter(|file| matches!(file.family, Family::Python | Family::Script));
        for file in asking {
            for value in &file.calls.values {
                let (base, name) = match value {
                    ValueExpr::Member(base, name) | ValueExpr::Element(base, NameKey::Name(name)) => (*base, *name),
                    _ => continue,
                };
                let symbol = file.symbol(name);
                if !self.is_own_method(file, base, symbol) {
                    named.insert(symbol);
                }
            }
            named.extend(file.calls.quoted.iter().map(|name| file.symbol(*name)));
        }
        named
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn common_names_can_be_searched() {
        assert!(super::common_names::COMMON.is_sorted());
    }
}
