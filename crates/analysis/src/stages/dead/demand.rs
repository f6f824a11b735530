//! The exports that are used: by imports, and through re-exports.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::packages::is_script;
use crate::budget::spend;
use crate::facts::{FileFacts, Import, ImportedName};
use crate::graph::ImportGraph;
use crate::ids::FileId;

/// Which names of which files are used.
pub(super) struct Demand {
    all: Vec<bool>,
    names: HashSet<(FileId, String)>,
}

/// What of a file is used.
#[derive(Clone)]
enum Used<Name> {
    Everything,
    /// The value of `module.exports = …`, of a module whose used members are known.
    ModuleExports,
    Name(Name),
}

/// The re-exports of a file.
#[derive(Default)]
struct Reexports<'f> {
    /// By the name that it is exported as: the file that it comes from, and what of that file it is.
    named: HashMap<&'f str, Vec<(FileId, Used<&'f str>)>>,
    /// `export * from`.
    stars: Vec<FileId>,
    /// The number of names that were searched for behind the stars.
    passed: usize,
}

/// The limit of names of one file times its `export * from`: above it, all exports behind the stars are taken as used.
const MAX_PASSED: usize = 100_000;

impl Demand {
    pub(super) fn wants(&self, file: FileId, name: &str) -> bool {
        self.all[file.index()] || self.names.contains(&(file, name.to_owned()))
    }

    /// Starts with what imports ask for and what public files export, and follows re-exports.
    pub(super) fn of(files: &[FileFacts], graph: &ImportGraph, public: &BTreeSet<FileId>) -> Self {
        let mut reexports: HashMap<FileId, Reexports<'_>> = HashMap::new();
        let mut work: Vec<(FileId, Used<String>)> = public.iter().map(|at| (*at, Used::Everything)).collect();
        for link in graph.links.iter().filter(|link| is_script(&files[link.target.index()])) {
            let syntax = files[link.source.index()].syntax.as_ref();
            let Some(import) = syntax.and_then(|syntax| syntax.imports.get(link.import.index())) else {
                continue;
            };
            spend(import.names.len() as u64 + 1);
            if import.kind.is_reexport() {
                reexports.entry(link.source).or_default().add(import, link.target);
            } else {
                work.extend(asked(import).map(|name| (link.target, name)));
            }
        }
        let mut demand = Self {
            all: vec![false; files.len()],
            names: HashSet::new(),
        };
        while let Some((file, used)) = work.pop() {
            let name = match used {
                Used::Everything => None,
                Used::ModuleExports => Some("default".to_owned()),
                // In a CommonJS module, `default` is everything that it exports.
                Used::Name(name) if name == "default" && !exports_default(&files[file.index()]) => None,
                Used::Name(name) => Some(name),
            };
            let fresh = match &name {
                None => !std::mem::replace(&mut demand.all[file.index()], true),
                Some(name) => !demand.all[file.index()] && demand.names.insert((file, name.clone())),
            };
            if let Some(reexports) = reexports.get_mut(&file).filter(|_| fresh) {
                reexports.follow(name.as_deref(), &mut work);
            }
        }
        demand
    }
}

fn exports_default(file: &FileFacts) -> bool {
    let exports = file.syntax.as_ref().map_or(&[][..], |syntax| &syntax.exports);
    exports.iter().any(|export| &*export.name == "default")
}

/// What an import uses of its file.
fn asked(import: &Import) -> impl Iterator<Item = Used<String>> {
    // The members that are used of a whole module follow it, where all of them are known.
    let is_member = |name: &ImportedName| name.local.is_empty() && &*name.imported != "*";
    let has_members = import.names.iter().any(is_member);
    let is_namespace = import.names.iter().any(|name| &*name.imported == "*");
    import.names.iter().map(move |name| match &*name.imported {
        // It may be a part of what `module.exports = …` is.
        "*" if has_members => Used::ModuleExports,
        "*" => Used::Everything,
        // The names that `require` takes may be a part of it too.
        "default" if name.local.is_empty() && !is_namespace => Used::ModuleExports,
        name => Used::Name(name.to_owned()),
    })
}

impl<'f> Reexports<'f> {
    fn add(&mut self, import: &'f Import, target: FileId) {
        for name in &import.names {
            let star = &*name.imported == "*";
            if star && name.local.is_empty() {
                self.stars.push(target);
            } else {
                let imported = match star {
                    true => Used::Everything,
                    false => Used::Name(&*name.imported),
                };
                self.named.entry(&name.local).or_default().push((target, imported));
            }
        }
    }

    /// The names that a file uses of other files where `name`, or everything, is used of it.
    fn follow(&mut self, name: Option<&str>, work: &mut Vec<(FileId, Used<String>)>) {
        let owned = |(target, used): &(FileId, Used<&str>)| {
            let used = match used {
                Used::Everything => Used::Everything,
                Used::ModuleExports => Used::ModuleExports,
                Used::Name(name) => Used::Name((*name).to_owned()),
            };
            (*target, used)
        };
        let Some(name) = name else {
            work.extend(self.named.values().flatten().map(owned));
            work.extend(self.stars.iter().map(|target| (*target, Used::Everything)));
            return;
        };
        work.extend(self.named.get(name).into_iter().flatten().map(owned));
        // The name may be behind any of them.
        self.passed += self.stars.len();
        spend(self.stars.len() as u64);
        let is_bounded = self.passed <= MAX_PASSED;
        let wanted = match is_bounded {
            true => Used::Name(name.to_owned()),
            false => Used::Everything,
        };
        work.extend(self.stars.iter().map(|target| (*target, wanted.clone())));
        if !is_bounded {
            self.stars = Vec::new();
        }
    }
}
