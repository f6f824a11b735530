//! Rust: the tree of `mod` declarations from each crate's roots, and `use` paths along it. A path leads to the file of the
//! longest module that it names.

use std::collections::{BTreeMap, HashMap};

use super::{ModuleIndex, Resolver, Target, folder, join, normalize};
use crate::budget::spend;
use crate::facts::{Import, ImportKind};
use crate::ids::FileId;

/// How deep modules are in each other: the root of a deeper one is taken to be at this distance.
const MAX_DEPTH: usize = 100;

struct Rust {
    /// For each file: its parent module's file, its crate's root.
    parents: HashMap<FileId, (Option<FileId>, FileId)>,
    /// Child modules of a file by name.
    children: HashMap<FileId, BTreeMap<String, FileId>>,
    /// Library crates of the repository by the name that code uses.
    crates: HashMap<String, FileId>,
    /// By folder of a package: the crates that it renames, by its own name for them.
    renamed: HashMap<String, HashMap<String, FileId>>,
}

pub(super) fn new<'f>(index: &ModuleIndex<'f>) -> Box<dyn Resolver + 'f> {
    let mut rust = Rust {
        parents: HashMap::new(),
        children: HashMap::new(),
        crates: HashMap::new(),
        renamed: HashMap::new(),
    };
    let mut manifests = Vec::new();
    let mut packages = HashMap::new();
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
            if let Some(package) = text("package", "name") {
                packages.insert(package, root);
            }
        }
        manifests.push((home, table));
    }
    rust.rename(&manifests, &packages);
    rust.build(index);
    Box::new(rust)
}

impl Rust {
    /// `net = { package = "my-network" }`, in a package or for all of a workspace; and libraries whose name is not that of
    /// their package.
    fn rename(&mut self, manifests: &[(&str, toml::Table)], packages: &HashMap<String, FileId>) {
        for (home, table) in manifests {
            let workspace = table.get("workspace").and_then(toml::Value::as_table);
            let targets = table.get("target").and_then(toml::Value::as_table);
            let targets = targets
                .into_iter()
                .flatten()
                .filter_map(|(_, target)| target.as_table());
            let tables = std::iter::once(table).chain(workspace).chain(targets);
            let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
            let lists = tables.flat_map(|table| kinds.iter().filter_map(|kind| table.get(*kind)?.as_table()));
            for (key, value) in lists.flatten() {
                let Some(package) = value.get("package").and_then(toml::Value::as_str) else {
                    continue;
                };
                if let Some(root) = packages.get(package) {
                    let names = self.renamed.entry((*home).to_owned()).or_default();
                    names.insert(key.replace('-', "_"), *root);
                }
            }
        }
    }

    /// The crate of that name, as a file sees it: renamed by its package or its workspace.
    fn krate(&self, path: &str, name: &str) -> Option<FileId> {
        let mut at = folder(path);
        while !self.renamed.is_empty() {
            if let Some(root) = self.renamed.get(at).and_then(|names| names.get(name)) {
                return Some(*root);
            }
            if at.is_empty() {
                break;
            }
            at = folder(at);
        }
        self.crates.get(name).copied()
    }

    /// Follows the `mod` declarations of every file; a file without a declaration is the root of a crate.
    fn build(&mut self, index: &ModuleIndex<'_>) {
        let mut declared = Vec::new();
        for (at, file) in index.of_language("rust") {
            let Some(syntax) = &file.syntax else { continue };
            let modules = syntax
                .imports
                .iter()
                .filter(|import| import.kind == ImportKind::Submodule);
            for name in modules.map(|import| &*import.specifier) {
                let plain = name.split('=').next().unwrap_or(name);
                for child in submodule(index, &file.path, name) {
                    let children = self.children.entry(at).or_default();
                    children.entry(plain.to_owned()).or_insert(child);
                    declared.push((child, at));
                }
            }
        }
        let parent: HashMap<FileId, FileId> = declared.into_iter().rev().collect();
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

    fn walk(&self, mut module: FileId, path: &[&str]) -> FileId {
        // The names of inline modules since the last file.
        let mut inline = String::new();
        for part in path {
            let Some(children) = self.children.get(&module) else {
                break;
            };
            inline.push_str(part);
            match children.get(&inline) {
                Some(&child) => {
                    module = child;
                    inline.clear();
                }
                None => inline.push_str("::"),
            }
        }
        module
    }
}

impl Resolver for Rust {
    fn resolve(&self, index: &ModuleIndex<'_>, from: FileId, import: &Import) -> Target {
        if import.kind == ImportKind::Submodule {
            let children = submodule(index, &index.files[from.index()].path, &import.specifier);
            if children.is_empty() {
                return Target::Unresolved;
            }
            return Target::files(children);
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
                match child.or_else(|| self.krate(&index.files[from.index()].path, first)) {
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

/// The files of a `mod` declaration, by its specifier ([`ImportKind::Submodule`]). `a.rs` has its modules in `a/`, `mod.rs`
/// and a crate's root beside them; inline modules are folders.
fn submodule(index: &ModuleIndex<'_>, path: &str, declared: &str) -> Vec<FileId> {
    let mut paths = declared.split('=');
    let names = paths.next().unwrap_or_default().replace("r#", "");
    let (inline, name) = names.rsplit_once("::").unwrap_or(("", &names));
    let inline = inline.replace("::", "/");
    let file = path.rsplit('/').next().unwrap_or(path);
    let beside = folder(path);
    let inner = join(beside, file.strip_suffix(".rs").unwrap_or(file));
    let beside_first = matches!(file, "mod.rs" | "lib.rs" | "main.rs" | "build.rs");
    let mut order = [inner, beside.to_owned()];
    if beside_first {
        order.reverse();
    }
    let order = order.map(|home| if inline.is_empty() { home } else { join(&home, &inline) });
    // Outside of inline modules a path is relative to the folder of the file.
    let bases: &[&str] = if inline.is_empty() {
        &[beside]
    } else {
        &[&order[0], &order[1]]
    };
    let named = paths.filter_map(|path| bases.iter().find_map(|base| index.file(&normalize(base, path)?)));
    let named: Vec<FileId> = named.collect();
    if !named.is_empty() {
        return named;
    }
    let found = order.iter().find_map(|folder| {
        index
            .file(&join(folder, &format!("{name}.rs")))
            .or_else(|| index.file(&join(folder, &format!("{name}/mod.rs"))))
    });
    found.into_iter().collect()
}
