//! C#: `using` of a namespace leads to the files that declare those of its types which the file names; `using static` and an
//! alias lead to their type. A `global using` is one of every file of its project: of those whose nearest project file
//! (`.csproj`) is the same. Files of one namespace see each other without an import.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::{ModuleIndex, Resolver, Target, folder};
use crate::budget::spend;
use crate::facts::{Import, ImportKind};
use crate::ids::FileId;

struct CSharp {
    /// By namespace: where each type is declared; a `partial` one in several files.
    namespaces: BTreeMap<String, HashMap<String, Vec<FileId>>>,
    /// By the folder of the project: the file with a `global using`, and the namespace.
    globals: HashMap<String, Vec<(FileId, String)>>,
    /// By name of a type: the namespaces that declare it.
    types: HashMap<String, Vec<String>>,
    /// Folders with a project file.
    projects: HashSet<String>,
    /// By namespace: the files of its types that the last file names.
    named: RefCell<Option<(FileId, Named)>>,
}

/// Files by namespace.
type Named = HashMap<String, Vec<FileId>>;

pub(super) fn new<'f>(index: &ModuleIndex<'f>) -> Box<dyn Resolver + 'f> {
    let is_project = |path: &str| path.ends_with(".csproj");
    let projects = index.files.iter().filter(|file| is_project(&file.path));
    let mut csharp = CSharp {
        namespaces: BTreeMap::new(),
        globals: HashMap::new(),
        types: HashMap::new(),
        named: RefCell::default(),
        projects: projects.map(|file| folder(&file.path).to_owned()).collect(),
    };
    for (at, file) in index.of_language("csharp") {
        let Some(syntax) = &file.syntax else { continue };
        let types = csharp.namespaces.entry(syntax.package.to_string()).or_default();
        for export in &syntax.exports {
            types.entry(export.name.to_string()).or_default().push(at);
        }
        for import in syntax.imports.iter().filter(|import| import.kind == ImportKind::Global) {
            let project = csharp.project(&file.path).to_owned();
            let global = (at, import.specifier.to_string());
            csharp.globals.entry(project).or_default().push(global);
        }
    }
    for (namespace, types) in &csharp.namespaces {
        for name in types.keys() {
            csharp.types.entry(name.clone()).or_default().push(namespace.clone());
        }
    }
    Box::new(csharp)
}

impl CSharp {
    /// The nearest folder above with a project file; the whole repository where there is none.
    fn project<'p>(&self, path: &'p str) -> &'p str {
        let mut at = folder(path);
        while !at.is_empty() && !self.projects.contains(at) {
            at = folder(at);
        }
        at
    }

    /// The files that declare what the file `from` names of the namespace, or the type of that name.
    fn files(&self, index: &ModuleIndex<'_>, from: FileId, name: &str) -> Option<Vec<FileId>> {
        let mut files: Vec<FileId> = if self.namespaces.contains_key(name) {
            self.named(index, from, name)
        } else {
            let (namespace, name) = name.rsplit_once('.')?;
            self.namespaces.get(namespace)?.get(name)?.clone()
        };
        files.retain(|file| *file != from);
        files.sort_unstable();
        files.dedup();
        spend(files.len() as u64 + 1);
        Some(files)
    }

    /// The files of the types of a namespace that the file `from` names.
    fn named(&self, index: &ModuleIndex<'_>, from: FileId, namespace: &str) -> Vec<FileId> {
        let mut last = self.named.borrow_mut();
        if last.as_ref().is_none_or(|(file, _)| *file != from) {
            let mut named = Named::new();
            let syntax = index.files[from.index()].syntax.as_ref();
            for mention in syntax.map_or(&[][..], |syntax| &syntax.mentions) {
                for namespace in self.types.get(&**mention).into_iter().flatten() {
                    let files = &self.namespaces[namespace][&**mention];
                    spend(files.len() as u64);
                    named.entry(namespace.clone()).or_default().extend(files);
                }
            }
            *last = Some((from, named));
        }
        let found = last.as_ref().and_then(|(_, named)| named.get(namespace));
        found.cloned().unwrap_or_default()
    }
}

impl Resolver for CSharp {
    fn resolve(&self, index: &ModuleIndex<'_>, from: FileId, import: &Import) -> Target {
        let name = &*import.specifier;
        if let Some(files) = self.files(index, from, name) {
            return Target::files(files);
        }
        // A namespace without types of its own, above others.
        let inner = format!("{name}.");
        let is_outer = self
            .namespaces
            .range(inner.clone()..)
            .next()
            .is_some_and(|(next, _)| next.starts_with(&inner));
        if is_outer {
            Target::Asset
        } else {
            Target::External(name.to_owned())
        }
    }

    fn without_import(&self, index: &ModuleIndex<'_>, from: FileId) -> Vec<FileId> {
        let globals = self.globals.get(self.project(&index.files[from.index()].path));
        spend(globals.map_or(0, Vec::len) as u64);
        let of_others = globals.into_iter().flatten().filter(|(file, _)| *file != from);
        let mut files: Vec<FileId> = of_others
            // `global using static` and an alias name a type: its name does not show which files use it.
            .filter(|(_, name)| self.namespaces.contains_key(name))
            .filter_map(|(_, name)| self.files(index, from, name))
            .flatten()
            .collect();
        files.sort_unstable();
        files.dedup();
        files
    }
}
