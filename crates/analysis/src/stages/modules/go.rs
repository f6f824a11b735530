//! Go: a package is a folder, so an import leads to the folder's first file (by name, tests left out), which stands for the
//! package.

use std::collections::BTreeMap;

use super::{Index, Resolver, Target, folder, join};
use crate::facts::Import;

struct Go {
    /// Module paths of the `go.mod` files, with their folders.
    modules: Vec<(String, String)>,
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
    let mut modules: Vec<_> = index
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
        })
        .collect();
    modules.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    // Without `go.mod`, a folder in the form of `…/src/host/owner/name` says what its own path is.
    for folder in packages.keys() {
        if let Some((_, path)) = folder
            .split_once("src/")
            .filter(|(before, _)| before.is_empty() || before.ends_with('/'))
        {
            let name: Vec<_> = path.split('/').take(3).collect();
            let home = &folder[..folder.len() - path.len()];
            modules.push((name.join("/"), format!("{home}{}", name.join("/"))));
        }
    }
    modules.dedup();
    Box::new(Go { modules, packages })
}

impl Resolver for Go {
    fn resolve(&self, _: &Index<'_>, _: u32, import: &Import) -> Target {
        let path = &*import.specifier;
        let home = self.modules.iter().find_map(|(name, home)| {
            let rest = path.strip_prefix(name.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then(|| (home, rest.trim_start_matches('/')))
        });
        match home {
            Some((home, rest)) => {
                let wanted = if rest.is_empty() {
                    home.clone()
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
