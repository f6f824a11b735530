//! Python: packages and modules by path. As ruff's graph has it, `from package import name` leads to the submodule `name`
//! where there is one, else to the package.
//!
//! Absolute names are looked for in the folder that holds the importing file's topmost package, then in the root, `src`
//! and `lib`, then beside a file that is in no package; from a test, also beside the packages that are part of tests.

use std::collections::BTreeSet;

use super::{Index, Resolver, Target, folder, join};
use crate::facts::Import;
use crate::graph::Link;

struct Python {
    /// Names that an absolute import can begin with and still be of this repository, by root.
    roots: Vec<String>,
    /// Those of packages that are part of tests: only tests have them on their path.
    test_roots: Vec<String>,
}

pub(super) fn new<'f>(index: &Index<'f>) -> Box<dyn Resolver + 'f> {
    let mut roots: BTreeSet<String> = ["", "src", "lib"]
        .iter()
        .filter(|r| index.is_folder(r))
        .map(|r| (*r).to_owned())
        .collect();
    let mut test_roots = BTreeSet::new();
    // Workspaces keep packages deeper: every folder above a topmost package is a root.
    for (_, file) in index.of_language("python") {
        if file.path.ends_with("/__init__.py") {
            let into = if file.test { &mut test_roots } else { &mut roots };
            into.insert(package_root(index, &file.path).to_owned());
        }
    }
    let ordered = |roots: BTreeSet<String>| {
        let mut roots: Vec<_> = roots.into_iter().collect();
        roots.sort_by_key(|root| (root.matches('/').count(), root.clone()));
        roots.truncate(200);
        roots
    };
    Box::new(Python {
        roots: ordered(roots),
        test_roots: ordered(test_roots),
    })
}

/// The folder that holds the topmost package of a file; the file's own folder where that is no package.
fn package_root<'p>(index: &Index<'_>, path: &'p str) -> &'p str {
    let mut at = folder(path);
    while !at.is_empty() && index.file(&join(at, "__init__.py")).is_some() {
        at = folder(at);
    }
    at
}

impl Resolver for Python {
    fn resolve(&self, index: &Index<'_>, from: u32, import: &Import) -> Target {
        let path = index.files[from as usize].path.as_str();
        let specifier = &*import.specifier;
        let dots = specifier.len() - specifier.trim_start_matches('.').len();
        let module = &specifier[dots..];
        let is_from = dots > 0 || import.names.iter().any(|name| &*name.imported != "*") || is_star(import);
        if dots > 0 {
            let mut base = folder(path);
            for _ in 1..dots {
                if base.is_empty() {
                    return Target::Unresolved;
                }
                base = folder(base);
            }
            let base = if module.is_empty() {
                base.to_owned()
            } else {
                join(base, &module.replace('.', "/"))
            };
            return self.members(index, from, &base, import).unwrap_or(Target::Unresolved);
        }
        let relative = module.replace('.', "/");
        let own_root = package_root(index, path);
        let of_tests = self.test_roots.iter().filter(|_| index.files[from as usize].test);
        let roots = std::iter::once(own_root).chain(self.roots.iter().chain(of_tests).map(String::as_str));
        for root in roots.clone() {
            let base = join(root, &relative);
            let found = if is_from {
                self.members(index, from, &base, import)
            } else {
                module_file(index, &base).map(Target::file)
            };
            if let Some(found) = found {
                return found;
            }
        }
        let top = module.split('.').next().unwrap_or(module);
        let is_ours = roots.clone().any(|root| {
            index.file(&join(root, &format!("{top}/__init__.py"))).is_some()
                || index.file(&join(root, &format!("{top}.py"))).is_some()
        });
        if is_ours && !is_only_self(index, from, top) {
            Target::Unresolved
        } else {
            Target::External(top.to_owned())
        }
    }
}

impl Python {
    /// The names of `from base import …`.
    fn members(&self, index: &Index<'_>, from: u32, base: &str, import: &Import) -> Option<Target> {
        let package = module_file(index, base);
        if package.is_none() && !index.is_folder(base) {
            return None;
        }
        let mut found = Vec::new();
        for (number, name) in (0u32..).zip(&import.names) {
            let member = if &*name.imported == "*" {
                None
            } else {
                module_file(index, &join(base, &name.imported))
            };
            match member.filter(|member| *member != from).or(package) {
                Some(target) => found.push((number, target)),
                // A namespace package has no file.
                None if &*name.imported == "*" => {}
                None => return None,
            }
        }
        if import.names.is_empty() {
            found.extend(package.map(|package| (Link::ALL, package)));
        }
        Some(Target::Files(found))
    }
}

/// `import a.b` has the one name `*` too; a star import binds no name but `*`.
fn is_star(import: &Import) -> bool {
    import.names.iter().any(|name| &*name.local == "*")
}

/// A script that is called like the package it imports.
fn is_only_self(index: &Index<'_>, from: u32, top: &str) -> bool {
    let path = index.files[from as usize].path.as_str();
    path.rsplit('/').next().is_some_and(|name| name == format!("{top}.py"))
}

fn module_file(index: &Index<'_>, base: &str) -> Option<u32> {
    let candidates = [
        join(base, "__init__.py"),
        format!("{base}.py"),
        join(base, "__init__.pyi"),
        format!("{base}.pyi"),
    ];
    let found = candidates.iter().find_map(|path| index.file(path));
    found.filter(|file| index.files[*file as usize].syntax.is_some())
}
