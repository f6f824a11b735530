//! Construction of the index from all files.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::common_names::is_common;
use super::family::{Family, Reach};
use super::ids::{FolderId, GlobalClass, GlobalContainer, SourceId, SymbolId};
use super::{CallIndex, File, Unique};
use crate::calls::{Calls, NameId, ValueExpr, ValueId};
use crate::facts::FileFacts;
use crate::graph::ImportGraph;
use crate::ids::FileId;
use crate::language::is_header;
use crate::stages::modules::folder;

/// What is numbered through while files are added.
#[derive(Default)]
struct Numbering<'f> {
    /// Lists and dictionaries of the files before.
    containers: usize,
    folders: HashMap<&'f str, FolderId>,
    /// The first part of each class that may be written in several places; without a folder: anywhere.
    parts: HashMap<(Family, Option<FolderId>, SymbolId), GlobalClass>,
}

impl Numbering<'_> {
    /// The first part of a class that may be written in several places.
    fn whole(&mut self, class: GlobalClass, family: Family, folder: FolderId, name: SymbolId) -> GlobalClass {
        let place = match family.parts() {
            Reach::File => return class,
            Reach::Folder => Some(folder),
            Reach::Everywhere => None,
        };
        *self.parts.entry((family, place, name)).or_insert(class)
    }
}

impl<'f> CallIndex<'f> {
    pub(crate) fn new(facts: &'f [FileFacts], graph: &'f ImportGraph) -> Self {
        let mut index = Self {
            facts,
            graph,
            files: Vec::new(),
            by_fact: HashMap::default(),
            classes: Vec::new(),
            whole: Vec::new(),
            functions: 0,
            symbols: HashMap::default(),
            globals: HashMap::default(),
            definers: HashMap::default(),
            members: HashMap::default(),
            elements: Vec::new(),
            methods: HashMap::default(),
            named_classes: HashSet::default(),
            packages: HashMap::default(),
            folders: Vec::new(),
            included: HashSet::default(),
            star_groups: Vec::new(),
        };
        let mut numbering = Numbering::default();
        for (at, file) in FileId::enumerate(facts) {
            let family = file.language.and_then(|language| Family::of(language.get().id));
            let calls = file.syntax.as_ref().map(|syntax| &syntax.calls);
            if let Some((calls, family)) = calls.zip(family)
                && !calls.values.is_empty()
            {
                index.add(at, calls, family, &mut numbering);
            }
        }
        index.included = index.included_sources();
        index.elements.sort_unstable();
        index.names();
        index.star_groups = index.groups_by_stars();
        index
    }

    /// Adds the definitions of a file.
    fn add(&mut self, at: FileId, calls: &'f Calls, family: Family, numbering: &mut Numbering<'f>) {
        let next = SourceId::new(self.files.len());
        let mut symbols = Vec::with_capacity(16);
        for name in calls.names() {
            let fresh = SymbolId::new(self.symbols.len());
            symbols.push(*self.symbols.entry(family.written(name)).or_insert(fresh));
        }
        let symbol = |name: NameId| symbols[name.index()];
        let fresh = FolderId::new(numbering.folders.len());
        let folder = *numbering
            .folders
            .entry(folder(&self.facts[at.index()].path))
            .or_insert(fresh);
        self.folders.push(folder);
        self.by_fact.insert(at, next);
        for &(name, value) in &calls.globals {
            self.globals.insert((next, symbol(name)), value);
            self.definers.entry(symbol(name)).or_default().push(next);
        }
        let classes = self.classes.len();
        for (class, definition) in (classes..).map(GlobalClass::new).zip(&calls.classes) {
            let name = calls.name(definition.name);
            // A class that a source file of C++ defines is its own.
            let is_own = family == Family::C && definition.declared && !is_header(&self.facts[at.index()].path);
            let whole = match is_own || name.is_empty() {
                true => class,
                false => numbering.whole(class, family, folder, symbol(definition.path)),
            };
            self.whole.push(whole);
        }
        for &(class, name, value) in &calls.members {
            let whole = self.whole[classes + class.index()];
            self.members.entry((whole, symbol(name))).or_insert((next, value));
        }
        self.elements
            .extend(calls.elements.iter().map(|&(container, key, value)| {
                let container = GlobalContainer::new(numbering.containers + container.index());
                (container, key.map(symbol), next, value)
            }));
        self.classes.extend(std::iter::repeat_n(next, calls.classes.len()));
        self.files.push(File {
            at,
            calls,
            family,
            functions: self.functions,
            classes,
            containers: numbering.containers,
            symbols,
            counts_self: family == Family::Python,
            star_places: OnceCell::new(),
        });
        self.functions += calls.functions.len();
        numbering.containers += calls.containers;
    }

    /// The files of C and C++ that others include.
    fn included_sources(&self) -> HashSet<FileId> {
        let is_c = |at: FileId| {
            let file = self.file_of(at).map(|file| self.file(file));
            file.is_some_and(|file| file.family == Family::C)
        };
        let targets = self.graph.edges.iter().map(|edge| edge.target);
        targets.filter(|at| is_c(*at)).collect()
    }

    /// Which names only one function, method or class has.
    pub(super) fn names(&mut self) {
        for file in &self.files {
            let classes = file.calls.classes.iter().filter(|class| class.declared);
            self.named_classes
                .extend(classes.map(|class| (file.family, file.symbol(class.name))));
        }
        for (at, file) in SourceId::enumerate(&self.files) {
            for (number, function) in file.numbered_functions() {
                let name = file.calls.name(function.name);
                let common = is_common(name) || name.len() < 3;
                let is_found = !function.anonymous && !function.through_interface && !common;
                let Some(class) = function.class.filter(|_| is_found) else {
                    continue;
                };
                let is_declared = |name| self.named_classes.contains(&(file.family, file.symbol(name)));
                // What extends a type of elsewhere (`fun Int.toLong()`) is not alone.
                let own = !file.family.has_extensions() || is_declared(file.calls.classes[class.index()].name);
                let found = if own { Unique::One(number) } else { Unique::Many };
                self.methods
                    .entry((file.family, file.symbol(function.name)))
                    .and_modify(|known| *known = Unique::Many)
                    .or_insert(found);
            }
            // `coverage(at)` of Scala may read an element of a field of this name.
            let language = self.facts[file.at.index()].language.map_or("", |id| id.get().id);
            if matches!(language, "scala" | "kotlin") {
                let is_function = |value: ValueId| {
                    matches!(
                        file.calls.values[value.index()],
                        ValueExpr::Function(_) | ValueExpr::Either(..)
                    )
                };
                let fields = file.calls.members.iter().filter(|(_, _, value)| !is_function(*value));
                self.methods
                    .extend(fields.map(|&(_, name, _)| ((file.family, file.symbol(name)), Unique::Many)));
            }
            let place = match file.family.reach() {
                Reach::File => continue,
                Reach::Folder => Some(self.folders[at.index()]),
                Reach::Everywhere => None,
            };
            for &(name, value) in &file.calls.globals {
                let key = (file.family, place, file.symbol(name));
                let whole = match file.calls.values[value.index()] {
                    ValueExpr::Function(function) if !is_header(&self.facts[file.at.index()].path) => {
                        !file.calls.functions[function.index()].file_only
                    }
                    ValueExpr::Class(class) => self.whole[file.class(class).index()] == file.class(class),
                    ValueExpr::Import(..) => continue,
                    _ => true,
                };
                if whole {
                    self.packages
                        .entry(key)
                        .and_modify(|known| *known = Unique::Many)
                        .or_insert(Unique::One(at));
                }
            }
        }
    }
}
