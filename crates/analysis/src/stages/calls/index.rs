//! The definitions of all files under one numbering, and the tables by which names are resolved.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use crate::budget::spend;
use crate::calls::{ANY, Calls, ClassDefinition, Definition, MODULE, Sym, V, Value};
use crate::facts::FileFacts;
use crate::graph::{Graph, Link};

mod build;
mod common_names;
mod family;

pub(super) use family::Family;
use family::Reach;

pub(super) struct File<'f> {
    /// As in `Facts::files`.
    pub at: u32,
    pub calls: &'f Calls,
    pub family: Family,
    /// Numbers of its first function, class and container.
    pub functions: u32,
    pub classes: u32,
    pub containers: u32,
    /// Numbers of its names over all files.
    pub syms: Vec<u32>,
    /// The first parameter of a method is its object.
    pub counts_self: bool,
    /// Files whose names it has by `import a.*`, with their order.
    star_places: OnceCell<HashMap<u32, u32>>,
}

impl File<'_> {
    fn star_places(&self, index: &Index<'_>, file: u32) -> &HashMap<u32, u32> {
        self.star_places.get_or_init(|| {
            let mut places = HashMap::default();
            for (place, target) in (0u32..).zip(index.star_targets(file)) {
                places.entry(target).or_insert(place);
            }
            spend(places.len() as u64);
            places
        })
    }
}

/// The most files that are searched for one name that `import *` brings in; above it, the name is unknown.
const MAX_STARRED: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unique {
    One(u32),
    Many,
}

pub(super) struct Index<'f> {
    facts: &'f [FileFacts],
    graph: &'f Graph,
    pub files: Vec<File<'f>>,
    /// From `Facts::files` to `files`.
    by_fact: HashMap<u32, u32>,
    /// The file of each class.
    pub classes: Vec<u32>,
    /// The first part of each class that is written in several places.
    whole: Vec<u32>,
    pub functions: u32,
    syms: HashMap<&'f str, u32>,
    globals: HashMap<(u32, u32), V>,
    /// By name: the files that bind it.
    definers: HashMap<u32, Vec<u32>>,
    members: HashMap<(u32, u32), (u32, V)>,
    /// Sorted.
    elements: Vec<(u32, u32, u32, V)>,
    methods: HashMap<(Family, u32), Unique>,
    /// Names of classes.
    named_classes: HashSet<(Family, u32)>,
    /// Top-level names by what they can be seen from.
    packages: HashMap<(Family, u32, u32), Unique>,
    folders: Vec<u32>,
    /// Files of C and C++ that others include, as in `Facts::files`.
    included: HashSet<u32>,
    /// By file: the number of the group of files that have all of each other's names by `import *`.
    star_groups: Vec<u32>,
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl<'f> Index<'f> {
    pub(super) fn sym(&self, name: &str) -> Option<u32> {
        self.syms.get(name).copied()
    }

    pub(super) fn global(&self, file: u32, sym: u32) -> Option<V> {
        self.globals.get(&(file, sym)).copied()
    }

    pub(super) fn member(&self, class: u32, sym: u32) -> Option<(u32, V)> {
        self.members.get(&(class, sym)).copied()
    }

    /// The elements of a container under a key, and those under an unknown one; all, where the key is unknown.
    pub(super) fn elements(&self, container: u32, key: u32) -> impl Iterator<Item = (u32, V)> {
        let from = |key: u32| {
            self.elements
                .partition_point(|element| (element.0, element.1) < (container, key))
        };
        let end = self.elements.partition_point(|element| element.0 <= container);
        let (known, unknown) = if key == ANY {
            (from(0)..end, end..end)
        } else {
            let start = from(key);
            let same = self.elements[start..end].partition_point(|element| element.1 == key);
            (start..start + same, from(ANY)..end)
        };
        known
            .chain(unknown)
            .map(|at| (self.elements[at].2, self.elements[at].3))
    }

    pub(super) fn links(&self, file: u32, import: u32) -> &'f [Link] {
        self.graph.links_of(self.files[file as usize].at, import)
    }

    /// The files whose names a file has by `import *`, in the order of the imports.
    fn star_targets(&self, file: u32) -> impl Iterator<Item = u32> {
        let stars = self.files[file as usize].calls.stars.iter();
        let links = stars.flat_map(move |import| self.links(file, *import));
        links.filter_map(|link| self.file_of(link.target))
    }

    /// Files of one group find the same names behind their `import *`.
    pub(super) fn star_group(&self, file: u32) -> u32 {
        self.star_groups[file as usize]
    }

    /// The binding of a name that a file has by `import *`, and the file that defines it: the first one in the order of the
    /// imports, by depth. Files that import each other in a circle are visited once each.
    pub(super) fn behind_stars(&self, file: u32, sym: u32) -> Option<(u32, V)> {
        if !self.files[file as usize].family.imports_are_transitive() || !self.definers.contains_key(&sym) {
            return None;
        }
        let mut seen = HashSet::default();
        let mut work = vec![file];
        let mut left = MAX_STARRED;
        while let Some(at) = work.pop() {
            if !seen.insert(at) {
                continue;
            }
            if let Some(value) = self.global(at, sym).filter(|_| at != file) {
                return Some((at, value));
            }
            if self.files[at as usize].family.imports_are_transitive() {
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
    pub(super) fn in_imported_packages(&self, file: u32, sym: u32) -> Option<(u32, V)> {
        let data = &self.files[file as usize];
        if data.family.imports_are_transitive() || data.calls.stars.is_empty() {
            return None;
        }
        let definers = self.definers.get(&sym)?;
        let is_own = |home: &u32| {
            let home = *home;
            let value = self.global(home, sym)?;
            let import = matches!(
                self.files[home as usize].calls.values[value as usize],
                Value::Import(..)
            );
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

    pub(super) fn file_of(&self, fact: u32) -> Option<u32> {
        self.by_fact.get(&fact).copied()
    }

    pub(super) fn all_facts(&self) -> &'f [FileFacts] {
        self.facts
    }

    pub(super) fn facts(&self, file: u32) -> &'f FileFacts {
        &self.facts[self.files[file as usize].at as usize]
    }

    /// The name of an imported name in its own file.
    pub(super) fn imported(&self, file: u32, import: u32, name: u32) -> Option<&'f str> {
        let syntax = self.facts(file).syntax.as_ref()?;
        let import = syntax.imports.get(import as usize)?;
        import.names.get(name as usize).map(|name| &*name.imported)
    }

    pub(super) fn is_module_named(&self, file: u32, name: &str) -> bool {
        let path = &self.facts(file).path;
        let stem = path.rsplit_once('.').map_or(path.as_str(), |(stem, _)| stem);
        let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
        stem.rsplit('/').next() == Some(name)
    }

    /// A module is a folder, not a file.
    pub(super) fn is_folder_module(&self, file: u32) -> bool {
        self.files[file as usize].family == Family::Go
    }

    pub(super) fn in_package(&self, file: u32, sym: u32) -> Option<(u32, V)> {
        let family = self.files[file as usize].family;
        let place = match family.reach() {
            Reach::File => return None,
            Reach::Folder => self.folders[file as usize],
            Reach::Everywhere => 0,
        };
        match self.packages.get(&(family, place, sym)) {
            Some(Unique::One(home)) => self.global(*home, sym).map(|value| (*home, value)),
            _ => None,
        }
    }

    /// Whether a name that its file does not bind is one of a type, by its first letter, and of none of the repository's.
    pub(super) fn is_foreign_type(&self, file: u32, sym: Sym) -> bool {
        let data = &self.files[file as usize];
        // Elsewhere a type may have a name that is no class here: an interface of Go, an alias.
        let has_declared_types = matches!(
            data.family,
            Family::Jvm | Family::CSharp | Family::Swift | Family::Php | Family::C | Family::Rust
        );
        let name = data.calls.name(sym);
        // A single letter is a parameter of a type.
        let is_type = name.len() > 1 && name.starts_with(char::is_uppercase);
        has_declared_types && is_type && !self.named_classes.contains(&(data.family, data.syms[sym as usize]))
    }

    /// Whether another file has the text of this one (`#include "part.c"`).
    pub(super) fn is_included(&self, file: u32) -> bool {
        self.included.contains(&self.files[file as usize].at)
    }

    pub(super) fn unique_method(&self, file: u32, sym: u32) -> Option<u32> {
        match self.methods.get(&(self.files[file as usize].family, sym)) {
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
    pub(super) fn function(&self, function: u32) -> (u32, &'f Definition) {
        let file = self.files.partition_point(|file| file.functions <= function) - 1;
        let data = &self.files[file];
        (
            number(file),
            &data.calls.functions[(function - data.functions) as usize],
        )
    }

    /// The class that a part belongs to.
    pub(super) fn whole(&self, class: u32) -> u32 {
        self.whole[class as usize]
    }

    pub(super) fn class(&self, class: u32) -> (u32, &'f ClassDefinition) {
        let file = self.classes[class as usize];
        let data = &self.files[file as usize];
        (file, &data.calls.classes[(class - data.classes) as usize])
    }

    /// The number of a caller: of a function, or behind them of a file's own code.
    pub(super) fn caller(&self, file: u32, function: u32) -> u32 {
        if function == MODULE {
            self.functions + file
        } else {
            self.files[file as usize].functions + function
        }
    }

    /// `PATH:NAME`; a function inside of another has its name before it.
    pub(super) fn label(&self, function: u32) -> String {
        if function >= self.functions {
            return self.facts(function - self.functions).path.clone();
        }
        let (file, _) = self.function(function);
        format!("{}:{}", self.facts(file).path, self.name(function))
    }

    /// The name with those of the class or the functions around it.
    pub(super) fn name(&self, function: u32) -> String {
        let (file, definition) = self.function(function);
        let data = &self.files[file as usize];
        let mut name = data.calls.full_name(definition);
        let mut parent = definition.parent;
        for _ in 0..8 {
            if parent == MODULE {
                break;
            }
            let outer = &data.calls.functions[parent as usize];
            name = format!("{}.{name}", data.calls.full_name(outer));
            parent = outer.parent;
        }
        name
    }

    /// The number of files, in a language whose words are all kept, that contain a name that is private to more than a file.
    pub(super) fn files_by_name(&self) -> HashMap<(Family, u32), u32> {
        let mut wanted: HashMap<(Family, u32), u32> = HashMap::default();
        let shared = || {
            self.files
                .iter()
                .filter(|file| matches!(file.family, Family::Go | Family::Rust))
        };
        for file in shared() {
            let private = file.calls.functions.iter().filter(|function| !function.entry);
            wanted.extend(private.map(|function| ((file.family, file.syms[function.name as usize]), 0)));
        }
        for file in shared() {
            for sym in &file.syms {
                if let Some(files) = wanted.get_mut(&(file.family, *sym)) {
                    *files += 1;
                }
            }
        }
        wanted
    }

    /// A class of Python calls, on its own object, a method that only it has: the call already has an edge. (Names that are read
    /// without a call are among the texts.)
    fn is_own_method(&self, file: &File<'_>, base: V, name: u32) -> bool {
        let Value::This(class) = file.calls.values[base as usize] else {
            return false;
        };
        let Some(Unique::One(function)) = self.methods.get(&(file.family, name)) else {
            return false;
        };
        let (home, definition) = self.function(*function);
        let owner = definition
            .class
            .map(|own| self.whole(self.files[home as usize].classes + own));
        file.family == Family::Python && owner == Some(self.whole(file.classes + class))
    }

    /// Names under which something may be called that no call's expression leads to: members asked of unknown objects,
    /// and texts.
    pub(super) fn named_elsewhere(&self) -> HashSet<u32> {
        let mut named = HashSet::default();
        // The others' private functions are known by their words.
        let asking = self
            .files
            .iter()
            .filter(|file| matches!(file.family, Family::Python | Family::Script));
        for file in asking {
            for value in &file.calls.values {
                if let Value::Member(base, sym) | Value::Element(base, sym) = value
                    && *sym != ANY
                    && !self.is_own_method(file, *base, file.syms[*sym as usize])
                {
                    named.insert(file.syms[*sym as usize]);
                }
            }
            named.extend(file.calls.quoted.iter().map(|sym| file.syms[*sym as usize]));
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
