//! Rust: the tree of `mod` declarations from each crate's roots, and `use` paths along it. A path leads to the file of the
//! longest module that it names.

use std::collections::{BTreeMap, HashMap};

use super::{Index, Resolver, Target, folder, join};
use crate::budget::spend;
use crate::facts::{Import, ImportKind};

/// How deep modules are in each other: the root of a deeper one is taken to be at this distance.
const MAX_DEPTH: usize = 100;

struct Rust {
    /// For each file: its parent module's file, its crate's root.
    parents: HashMap<u32, (Option<u32>, u32)>,
    /// Child modules of a file by name.
    children: HashMap<u32, BTreeMap<String, u32>>,
    /// Library crates of the repository by the name that code uses.
    crates: HashMap<String, u32>,
}

pub(super) fn new<'f>(index: &Index<'f>) -> Box<dyn Resolver + 'f> {
    let mut rust = Rust {
        parents: HashMap::new(),
        children: HashMap::new(),
        crates: HashMap::new(),
    };
    for file in index
        .files
        .iter()
        .filter(|file| file.path == "Cargo.toml" || file.path.ends_with("/Cargo.toml"))
    {
        let home = folder(&file.path);
        let table = file
            .text
            .as_deref()
            .and_then(|text| text.parse::<toml::Table>().ok())
            .unwrap_or_default();
        let text = |section: &str, key: &str| Some(table.get(section)?.get(key)?.as_str()?.to_owned());
        let lib = text("lib", "path").unwrap_or_else(|| "src/lib.rs".to_owned());
        if let Some(root) = index.file(&join(home, lib.trim_start_matches("./"))) {
            let name = text("lib", "name")
                .or_else(|| text("package", "name"))
                .unwrap_or_default();
            rust.crates.insert(name.replace('-', "_"), root);
        }
    }
    rust.build(index);
    Box::new(rust)
}

impl Rust {
    /// Follows the `mod` declarations of every file; a file without a declaration is the root of a crate.
    fn build(&mut self, index: &Index<'_>) {
        let mut declared = Vec::new();
        for (at, file) in index.of_language("rust") {
            let Some(syntax) = &file.syntax else { continue };
            let modules = syntax
                .imports
                .iter()
                .filter(|import| import.kind == ImportKind::Submodule);
            for name in modules.map(|import| &*import.specifier) {
                if let Some(child) = submodule(index, &file.path, name) {
                    self.children.entry(at).or_default().insert(name.to_owned(), child);
                    declared.push((child, at));
                }
            }
        }
        let parent: HashMap<u32, u32> = declared.into_iter().rev().collect();
        for (at, _) in index.of_language("rust") {
            let mut root = at;
            // A chain of parents is at most as long as there are files: hostile ones may run in a circle.
            for _ in 0..MAX_DEPTH {
                spend(1);
                match parent.get(&root) {
                    Some(&above) if above != at => root = above,
                    _ => break,
                }
            }
            self.parents.insert(at, (parent.get(&at).copied(), root));
        }
    }

    fn walk(&self, mut module: u32, path: &[&str]) -> u32 {
        for part in path {
            match self.children.get(&module).and_then(|children| children.get(*part)) {
                Some(&child) => module = child,
                None => break,
            }
        }
        module
    }
}

impl Resolver for Rust {
    fn resolve(&self, index: &Index<'_>, from: u32, import: &Import) -> Target {
        if import.kind == ImportKind::Submodule {
            let child = submodule(index, &index.files[from as usize].path, &import.specifier);
            return child.map_or(Target::Unresolved, Target::file);
        }
        let parts: Vec<&str> = import
            .specifier
            .split("::")
            .map(|part| part.trim_start_matches("r#"))
            .collect();
        let (own_parent, root) = self.parents.get(&from).copied().unwrap_or((None, from));
        let target = match parts.split_first() {
            Some((&"crate", rest)) => self.walk(root, rest),
            Some((&"self", rest)) => self.walk(from, rest),
            Some((&"super", rest)) => {
                let mut module = own_parent.unwrap_or(from);
                let supers = rest.iter().take_while(|part| **part == "super").count();
                for _ in 0..supers {
                    module = self
                        .parents
                        .get(&module)
                        .and_then(|(parent, _)| *parent)
                        .unwrap_or(module);
                }
                self.walk(module, &rest[supers..])
            }
            Some((first, rest)) => {
                let child = self
                    .children
                    .get(&from)
                    .and_then(|children| children.get(*first))
                    .copied();
                match child.or_else(|| self.crates.get(*first).copied()) {
                    Some(module) => self.walk(module, rest),
                    // A type or an enum of this file, or a crate.
                    None if first.starts_with(char::is_uppercase) => from,
                    None => return Target::External((*first).to_owned()),
                }
            }
            None => return Target::Unresolved,
        };
        if target == from {
            Target::Asset
        } else {
            Target::file(target)
        }
    }
}

/// `a.rs` has its modules in `a/`, `mod.rs` and a crate's root beside them.
fn submodule(index: &Index<'_>, path: &str, name: &str) -> Option<u32> {
    let file = path.rsplit('/').next().unwrap_or(path);
    let beside = folder(path);
    let inner = join(beside, file.strip_suffix(".rs").unwrap_or(file));
    let beside_first = matches!(file, "mod.rs" | "lib.rs" | "main.rs" | "build.rs");
    let order = if beside_first {
        [beside.to_owned(), inner]
    } else {
        [inner, beside.to_owned()]
    };
    let name = name.trim_start_matches("r#");
    order.iter().find_map(|folder| {
        index
            .file(&join(folder, &format!("{name}.rs")))
            .or_else(|| index.file(&join(folder, &format!("{name}/mod.rs"))))
    })
}
