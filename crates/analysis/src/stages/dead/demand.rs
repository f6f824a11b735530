//! The exports that are used: by imports, and through re-exports.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::packages::is_script;
use crate::budget::spend;
use crate::facts::{FileFacts, Import, ImportedName};
use crate::graph::ImportGraph;

/// Which names of which files are used.
pub(super) struct Demand {
    all: Vec<bool>,
    names: HashSet<(u32, String)>,
}

/// The re-exports of a file.
#[derive(Default)]
struct Reexports<'f> {
    /// By the name that it is exported as: the file that it comes from, and its name there, or all of it.
    named: HashMap<&'f str, Vec<(u32, Option<&'f str>)>>,
    /// `export * from`.
    stars: Vec<u32>,
    /// The number of names that were searched for behind the stars.
    passed: usize,
}

/// The limit of names of one file times its `export * from`: above it, all exports behind the stars are taken as used.
const MAX_PASSED: usize = 100_000;

impl Demand {
    pub(super) fn wants(&self, file: u32, name: &str) -> bool {
        self.all[file as usize] || self.names.contains(&(file, name.to_owned()))
    }

    /// Starts with what imports ask for and what public files export, and follows re-exports.
    pub(super) fn of(files: &[FileFacts], graph: &ImportGraph, public: &BTreeSet<u32>) -> Self {
        let mut reexports: HashMap<u32, Reexports<'_>> = HashMap::new();
        let mut work: Vec<(u32, Option<String>)> = public.iter().map(|at| (*at, None)).collect();
        for link in graph
            .links
            .iter()
            .filter(|link| is_script(&files[link.target as usize]))
        {
            let syntax = files[link.source as usize].syntax.as_ref();
            let Some(import) = syntax.and_then(|syntax| syntax.imports.get(link.import as usize)) else {
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
        while let Some((file, name)) = work.pop() {
            let name = match name.as_deref() {
                Some(WHOLE) => Some("default".to_owned()),
                // In a CommonJS module, `default` is everything that it exports.
                Some("default") if !exports_default(&files[file as usize]) => None,
                _ => name,
            };
            let fresh = match &name {
                None => !std::mem::replace(&mut demand.all[file as usize], true),
                Some(name) => !demand.all[file as usize] && demand.names.insert((file, name.clone())),
            };
            if let Some(reexports) = reexports.get_mut(&file).filter(|_| fresh) {
                reexports.follow(name.as_deref(), &mut work);
            }
        }
        demand
    }
}

/// The name of the value of `module.exports = …`, for a module whose used members are known.
const WHOLE: &str = "\0whole";

fn exports_default(file: &FileFacts) -> bool {
    let exports = file.syntax.as_ref().map_or(&[][..], |syntax| &syntax.exports);
    exports.iter().any(|export| &*export.name == "default")
}

/// The names that an import uses; `None`: all of the file.
fn asked(import: &Import) -> impl Iterator<Item = Option<String>> {
    // The members that are used of a whole module follow it, where all of them are known.
    let is_member = |name: &ImportedName| name.local.is_empty() && &*name.imported != "*";
    let has_members = import.names.iter().any(is_member);
    let is_namespace = import.names.iter().any(|name| &*name.imported == "*");
    import.names.iter().map(move |name| match &*name.imported {
        // It may be a part of what `module.exports = …` is.
        "*" if has_members => Some(WHOLE.to_owned()),
        "*" => None,
        // The names that `require` takes may be a part of it too.
        "default" if name.local.is_empty() && !is_namespace => Some(WHOLE.to_owned()),
        name => Some(name.to_owned()),
    })
}

impl<'f> Reexports<'f> {
    fn add(&mut self, import: &'f Import, target: u32) {
        for name in &import.names {
            let star = &*name.imported == "*";
            if star && name.local.is_empty() {
                self.stars.push(target);
            } else {
                let imported = (!star).then_some(&*name.imported);
                self.named.entry(&name.local).or_default().push((target, imported));
            }
        }
    }

    /// The names that a file uses of other files where `name`, or everything, is used of it.
    fn follow(&mut self, name: Option<&str>, work: &mut Vec<(u32, Option<String>)>) {
        let owned = |(target, name): &(u32, Option<&str>)| (*target, name.map(str::to_owned));
        let Some(name) = name else {
            work.extend(self.named.values().flatten().map(owned));
            work.extend(self.stars.iter().map(|target| (*target, None)));
            return;
        };
        work.extend(self.named.get(name).into_iter().flatten().map(owned));
        // The name may be behind any of them.
        self.passed += self.stars.len();
        spend(self.stars.len() as u64);
        let wanted = (self.passed <= MAX_PASSED).then(|| name.to_owned());
        work.extend(self.stars.iter().map(|target| (*target, wanted.clone())));
        if wanted.is_none() {
            self.stars = Vec::new();
        }
    }
}
