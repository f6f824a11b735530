//! Go: a package is a folder, so an import leads to the folder's first file (by name, tests left out), which represents the
//! package.

use std::collections::{BTreeMap, HashMap};

use super::{Index, Resolver, Target, folder, join};
use crate::budget::spend;
use crate::facts::Import;

/// The most parts of a path that are used.
const MAX_PARTS: usize = 64;

struct Go {
    /// Module paths of the `go.mod` files, with their folders.
    modules: HashMap<String, String>,
    /// Paths that are known by the form of a folder only, with their folders.
    by_form: HashMap<String, String>,
    /// Folder to its first file.
    packages: BTreeMap<String, u32>,
}

pub(super) fn new<'f>(index: &Index<'f>) -> Box<dyn Resolver + 'f> {
    let mut packages = BTreeMap::new();
    for (at, file) in index
        .of_language("go")
        .filter(|(_, file)| !file.path.ends_with("_test.go"))
    {
        packages.entry(folder(&file.path).to_owned()).or_insert(at);
    }
    let is_module = |path: &str| path == "go.mod" || path.ends_with("/go.mod");
    let declared = index
        .files
        .iter()
        .filter(|file| is_module(&file.path))
        .filter_map(|file| {
            let line = file
                .text
                .as_deref()?
                .lines()
                .find_map(|line| line.trim().strip_prefix("module "))?;
            Some((line.trim().trim_matches('"').to_owned(), folder(&file.path).to_owned()))
        });
    let mut modules = HashMap::new();
    for (name, home) in declared {
        modules.entry(name).or_insert(home);
    }
    // Without `go.mod`, a folder of the form `…/src/host/owner/name` determines its own import path.
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
    Box::new(Go {
        modules,
        by_form,
        packages,
    })
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
    fn resolve(&self, _: &Index<'_>, _: u32, import: &Import) -> Target {
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
