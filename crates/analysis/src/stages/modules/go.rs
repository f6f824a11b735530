//! Go: a package is a folder, so an import leads to the folder's first file (by name, tests left out), which represents the
//! package.

use std::collections::{BTreeMap, HashMap};

use super::{ModuleIndex, Resolver, Target, folder, join, normalize};
use crate::budget::spend;
use crate::facts::Import;
use crate::ids::FileId;

/// The most parts of a path that are used.
const MAX_PARTS: usize = 64;

struct Go {
    /// Module paths of the `go.mod` files, with their folders.
    modules: HashMap<String, String>,
    /// Paths that are known by the form of a folder only, with their folders.
    by_form: HashMap<String, String>,
    /// Folder to its first file.
    packages: BTreeMap<String, FileId>,
}

pub(super) fn new<'f>(index: &ModuleIndex<'f>) -> Box<dyn Resolver + 'f> {
    let packages = packages(index);
    Box::new(Go {
        modules: modules(index),
        by_form: by_form(&packages),
        packages,
    })
}

/// Folders with code that is no test, each with its first file.
fn packages(index: &ModuleIndex<'_>) -> BTreeMap<String, FileId> {
    let mut packages: BTreeMap<String, FileId> = BTreeMap::new();
    // A program beside the files of a package (`//go:build ignore`) is none of it.
    let is_program = |at: FileId| {
        let syntax = index.files[at.index()].syntax.as_ref();
        syntax.is_some_and(|syntax| &*syntax.package == "main")
    };
    let is_test = |path: &str| path.ends_with("_test.go");
    for (at, file) in index.of_language("go").filter(|(_, file)| !is_test(&file.path)) {
        let first = packages.entry(folder(&file.path).to_owned()).or_insert(at);
        if is_program(*first) && !is_program(at) {
            *first = at;
        }
    }
    packages
}

/// The modules that `go.mod` files name, with their folders, and those that `replace` finds in this repository.
fn modules(index: &ModuleIndex<'_>) -> HashMap<String, String> {
    let mut modules = HashMap::new();
    let mut replaced = Vec::new();
    for file in index.files {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let home = folder(&file.path);
        let text = file.text.as_deref().unwrap_or_default();
        if name == "go.mod" {
            let lines = text
                .lines()
                .map(|line| line.split("//").next().unwrap_or_default().trim());
            for name in lines.filter_map(|line| line.strip_prefix("module")) {
                let name = name.trim().trim_matches(['"', '`', '(', ')']).trim();
                modules.entry(name.to_owned()).or_insert_with(|| home.to_owned());
            }
        }
        if matches!(name, "go.mod" | "go.work") {
            replaced.extend(replacements(home, text));
        }
    }
    for (name, home) in replaced {
        if index.is_folder(&home) {
            modules.entry(name).or_insert(home);
        }
    }
    modules
}

/// Without `go.mod`, a folder of the form `…/src/host/owner/name` determines its own import path.
fn by_form(packages: &BTreeMap<String, FileId>) -> HashMap<String, String> {
    let mut by_form = HashMap::new();
    for folder in packages.keys() {
        if let Some((_, path)) = folder
            .split_once("src/")
            .filter(|(before, _)| before.is_empty() || before.ends_with('/'))
        {
            let name: Vec<_> = path.split('/').take(3).collect();
            let home = &folder[..folder.len() - path.len()];
            by_form
                .entry(name.join("/"))
                .or_insert_with(|| format!("{home}{}", name.join("/")));
        }
    }
    by_form
}

/// `replace example.com/a => ../a`, alone or in brackets: the module, and its folder in this repository.
fn replacements(home: &str, text: &str) -> Vec<(String, String)> {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let pairs = lines.filter_map(|line| line.split_once("=>"));
    pairs
        .filter_map(|(module, target)| {
            let module = module.trim();
            let module = module.strip_prefix("replace ").unwrap_or(module).trim();
            // Before `=>` there may be a version.
            let module = module.split_whitespace().next()?.trim_matches(['"', '`']);
            let target = target.split_whitespace().next()?.trim_matches(['"', '`']);
            let is_folder = target.starts_with("./") || target.starts_with("../");
            let folder = is_folder.then(|| normalize(home, target)).flatten()?;
            Some((module.to_owned(), folder))
        })
        .collect()
}

/// The longest name of `homes` that `path` begins with: the folder, and the rest of the path.
fn longest<'a>(homes: &'a HashMap<String, String>, path: &'a str) -> Option<(&'a str, &'a str)> {
    let mut ends: Vec<usize> = path.match_indices('/').map(|(at, _)| at).take(MAX_PARTS).collect();
    ends.push(path.len());
    ends.into_iter().rev().find_map(|end| {
        spend(1);
        let home = homes.get(&path[..end])?;
        Some((home.as_str(), path[end..].trim_start_matches('/')))
    })
}

impl Resolver for Go {
    fn resolve(&self, _: &ModuleIndex<'_>, _: FileId, import: &Import) -> Target {
        let path = &*import.specifier;
        let home = longest(&self.modules, path).or_else(|| longest(&self.by_form, path));
        match home {
            Some((home, rest)) => {
                let wanted = if rest.is_empty() {
                    home.to_owned()
                } else {
                    join(home, rest)
                };
                self.packages
                    .get(&wanted)
                    .map_or(Target::Unresolved, |file| Target::file(*file))
            }
            None => Target::External(path.to_owned()),
        }
    }
}
