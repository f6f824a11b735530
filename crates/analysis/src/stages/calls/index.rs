//! The definitions of all files under one numbering, and the tables by which names are resolved.

use std::borrow::Cow;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use crate::budget::spend;
use crate::calls::{Body, ClassDefinition, Definition, ImportId, ImportedNameId, NameId, NameKey, ValueExpr, ValueId};
use crate::facts::FileFacts;
use crate::graph::{ImportGraph, Link};

mod build;
mod common_names;
mod family;
mod file;
mod ids;

pub(super) use family::Family;
use family::Reach;
pub(super) use file::File;
use ids::FolderId;
pub(super) use ids::{FileId, GlobalClass, GlobalContainer, GlobalFunction, NodeId, StarGroup, SymbolId};

/// The most files that are searched for one name that `import *` brings in; above it, the name is unknown.
const MAX_STARRED: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unique<Id> {
    One(Id),
    Many,
}

pub(super) struct CallIndex<'f> {
    facts: &'f [FileFacts],
    graph: &'f ImportGraph,
    pub files: Vec<File<'f>>,
    /// From `Facts::files` to `files`.
    by_fact: HashMap<u32, FileId>,
    /// The file of each class.
    pub classes: Vec<FileId>,
    /// The first part of each class that is written in several places.
    whole: Vec<GlobalClass>,
    /// The number of functions of all files.
    pub functions: usize,
    symbols: HashMap<Cow<'f, str>, SymbolId>,
    globals: HashMap<(FileId, SymbolId), ValueId>,
    /// By name: the files that bind it.
    definers: HashMap<SymbolId, Vec<FileId>>,
    members: HashMap<(GlobalClass, SymbolId), (FileId, ValueId)>,
    /// Sorted.
    elements: Vec<(GlobalContainer, NameKey<SymbolId>, FileId, ValueId)>,
    methods: HashMap<(Family, SymbolId), Unique<GlobalFunction>>,
    /// Names of classes.
    named_classes: HashSet<(Family, SymbolId)>,
    /// Top-level names by what they can be seen from: a folder, or everything.
    packages: HashMap<(Family, Option<FolderId>, SymbolId), Unique<FileId>>,
    /// By file.
    folders: Vec<FolderId>,
    /// Files of C and C++ that others include, as in `Facts::files`.
    included: HashSet<u32>,
    /// By file.
    star_groups: Vec<StarGroup>,
}

impl<'f> CallIndex<'f> {
    pub(super) fn file(&self, file: FileId) -> &File<'f> {
        &self.files[file.index()]
    }

    /// All files with calls, in their order.
    pub(super) fn numbered_files(&self) -> impl Iterator<Item = (FileId, &File<'f>)> {
        (0..).map(FileId::new).zip(&self.files)
    }

    /// The number of nodes of the call graph.
    pub(super) fn nodes(&self) -> usize {
        self.functions + self.files.len()
    }

    pub(super) fn symbol(&self, name: &str) -> Option<SymbolId> {
        self.symbols.get(name).copied()
    }

    /// A name as it is written for the language of a file.
    pub(super) fn symbol_in(&self, file: FileId, name: &str) -> Option<SymbolId> {
        self.symbol(&self.file(file).family.written(name))
    }

    pub(super) fn global(&self, file: FileId, symbol: SymbolId) -> Option<ValueId> {
        self.globals.get(&(file, symbol)).copied()
    }

    pub(super) fn member(&self, class: GlobalClass, symbol: SymbolId) -> Option<(FileId, ValueId)> {
        self.members.get(&(class, symbol)).copied()
    }

    /// The elements of a container under a key, and those under an unknown one; all, where the key is unknown.
    pub(super) fn elements(
        &self,
        container: GlobalContainer,
        key: NameKey<SymbolId>,
    ) -> impl Iterator<Item = (FileId, ValueId)> {
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

    pub(super) fn links(&self, file: FileId, import: ImportId) -> &'f [Link] {
        let import = u32::try_from(import.index()).unwrap_or(u32::MAX);
        self.graph.links_of(self.file(file).at, import)
    }

    /// The files whose names a file has by `import *`, in the order of the imports.
    fn star_targets(&self, file: FileId) -> impl Iterator<Item = FileId> {
        let stars = self.file(file).calls.stars.iter();
        let links = stars.flat_map(move |import| self.links(file, *import));
        links.filter_map(|link| self.file_of(link.target))
    }

    /// Files of one group find the same names behind their `import *`.
    pub(super) fn star_group(&self, file: FileId) -> StarGroup {
        self.star_groups[file.index()]
    }

    /// The binding of a name that a file has by `import *`, and the file that defines it: the first one in the order of the
    /// imports, by depth. Files that import each other in a circle are visited once each.
    pub(super) fn behind_stars(&self, file: FileId, symbol: SymbolId) -> Option<(FileId, ValueId)> {
        if !self.file(file).family.imports_are_transitive() || !self.definers.contains_key(&symbol) {
            return None;
        }
        let mut seen = HashSet::default();
        let mut work = vec![file];
        let mut left = MAX_STARRED;
        while let Some(at) = work.pop() {
            if !seen.insert(at) {
                continue;
            }
            if let Some(value) = self.global(at, symbol).filter(|_| at != file) {
                return Some((at, value));
            }
            if self.file(at).family.imports_are_transitive() {
                let before = work.len();
                work.extend(self.star_targets(at).take(left));
                work[before..].reverse();
                let more = work.len() - before + 1;
                spend(more as u64);
                left = left.checked_sub(more)?;
            }
        }
        None
    }

    /// The value that a file has by `import a.*`, in languages where other files do not have it through that file.
    pub(super) fn in_imported_packages(&self, file: FileId, symbol: SymbolId) -> Option<(FileId, ValueId)> {
        let data = self.file(file);
        if data.family.imports_are_transitive() || data.calls.stars.is_empty() {
            return None;
        }
        let definers = self.definers.get(&symbol)?;
        let is_own = |home: &FileId| {
            let home = *home;
            let value = self.global(home, symbol)?;
            let import = matches!(self.file(home).calls.values[value.index()], ValueExpr::Import(..));
            (!import).then_some((home, value))
        };
        let places = data.star_places(self, file);
        spend(definers.len().min(places.len()) as u64 + 1);
        if definers.len() < places.len() {
            let known = definers.iter().filter_map(|home| Some((places.get(home)?, home)));
            let mut known: Vec<_> = known.collect();
            known.sort_unstable();
            known.iter().find_map(|(_, home)| is_own(home))
        } else {
            self.star_targets(file).find_map(|home| is_own(&home))
        }
    }

    pub(super) fn file_of(&self, fact: u32) -> Option<FileId> {
        self.by_fact.get(&fact).copied()
    }

    pub(super) fn all_facts(&self) -> &'f [FileFacts] {
        self.facts
    }

    pub(super) fn facts(&self, file: FileId) -> &'f FileFacts {
        &self.facts[self.file(file).at as usize]
    }

    /// The name of an imported name in its own file.
    pub(super) fn imported(&self, file: FileId, import: ImportId, name: ImportedNameId) -> Option<&'f str> {
        let syntax = self.facts(file).syntax.as_ref()?;
        let import = syntax.imports.get(import.index())?;
        import.names.get(name.index()).map(|name| &*name.imported)
    }

    pub(super) fn is_module_named(&self, file: FileId, name: &str) -> bool {
        let path = &self.facts(file).path;
        let stem = path.rsplit_once('.').map_or(path.as_str(), |(stem, _)| stem);
        let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
        stem.rsplit('/').next() == Some(name)
    }

    /// A module is a folder, not a file.
    pub(super) fn is_folder_module(&self, file: FileId) -> bool {
        self.file(file).family == Family::Go
    }

    pub(super) fn in_package(&self, file: FileId, symbol: SymbolId) -> Option<(FileId, ValueId)> {
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
    pub(super) fn is_foreign_type(&self, file: FileId, free: NameId) -> bool {
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
    pub(super) fn is_included(&self, file: FileId) -> bool {
        self.included.contains(&self.file(file).at)
    }

    /// The only method of that name, in a language where that is right often enough.
    pub(super) fn unique_method(&self, file: FileId, symbol: SymbolId) -> Option<GlobalFunction> {
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
    pub(super) fn function(&self, function: GlobalFunction) -> (FileId, &'f Definition) {
        let file = self.files.partition_point(|file| file.functions <= function.index()) - 1;
        let data = &self.files[file];
        (
            FileId::new(file),
            &data.calls.functions[function.index() - data.functions],
        )
    }

    /// The class that a part belongs to.
    pub(super) fn whole(&self, class: GlobalClass) -> GlobalClass {
        self.whole[class.index()]
    }

    pub(super) fn class(&self, class: GlobalClass) -> (FileId, &'f ClassDefinition) {
        let file = self.classes[class.index()];
        let data = self.file(file);
        (file, &data.calls.classes[class.index() - data.classes])
    }

    /// The node of a file's own code.
    pub(super) fn module_node(&self, file: FileId) -> NodeId {
        NodeId::new(self.functions + file.index())
    }

    /// The node of the code of a file.
    pub(super) fn node(&self, file: FileId, body: Body) -> NodeId {
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
    pub(super) fn file_of_module(&self, node: NodeId) -> FileId {
        FileId::new(node.index() - self.functions)
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
