//! Python: packages and modules by path. As ruff's graph has it, `from package import name` leads to the submodule `name`
//! where there is one, else to the package.
//!
//! Absolute names are searched in the folder that holds the importing file's topmost package, then in the root, `src`
//! and `lib`, then beside a file that is in no package; from a test, also beside the packages that are part of tests. Names of
//! the standard library are searched in the first of these only.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::{ModuleIndex, Resolver, Target, folder, join, normalize, search_root};
use crate::budget::spend;
use crate::calls::{Imported, ImportedNameId};
use crate::facts::{FileFacts, Import};
use crate::ids::FileId;

mod renamed;
mod standard_library;

use renamed::Renamed;

pub(in crate::stages) use standard_library::is_standard;

struct Python<'f> {
    roots: Roots,
    packages: HashSet<&'f str>,
    renamed: Renamed,
    /// Those of packages that are part of tests: only tests have them on their path.
    test_roots: Roots,
    /// The folder that holds the topmost package of the last file.
    own_root: RefCell<Option<(FileId, String)>>,
}

/// Folders in which absolute names are searched, in their order.
struct Roots {
    /// By the first part of a name: the folders that have a file or a folder of that name.
    by_name: HashMap<String, Vec<String>>,
}

impl Roots {
    fn new(index: &ModuleIndex<'_>, folders: BTreeSet<String>) -> Self {
        let mut folders: Vec<_> = folders.into_iter().collect();
        folders.sort_by_key(|root| (root.matches('/').count(), root.clone()));
        folders.truncate(MAX_ROOTS);
        let places: HashMap<&str, usize> = folders.iter().map(String::as_str).zip(0..).collect();
        let is_python = |path: &&str| path.ends_with(".py") || path.ends_with(".pyi");
        let files = index.files.iter().map(|file| file.path.as_str()).filter(is_python);
        let mut names: BTreeSet<(&str, usize)> = BTreeSet::new();
        for path in files.chain(index.folders.iter().copied()) {
            if let Some(place) = places.get(folder(path)) {
                let name = path.rsplit('/').next().unwrap_or(path);
                let name = name
                    .strip_suffix(".pyi")
                    .or_else(|| name.strip_suffix(".py"))
                    .unwrap_or(name);
                names.insert((name, *place));
            }
        }
        let mut by_name: HashMap<String, Vec<String>> = HashMap::new();
        for (name, place) in names {
            by_name.entry(name.to_owned()).or_default().push(folders[place].clone());
        }
        Self { by_name }
    }

    /// Those that have something of that name.
    fn with(&self, name: &str) -> impl Iterator<Item = &str> + Clone {
        self.by_name.get(name).into_iter().flatten().map(String::as_str)
    }
}

/// Folders of packages that a repository has, at most.
const MAX_ROOTS: usize = 200;

pub(super) fn new<'f>(index: &ModuleIndex<'f>) -> Box<dyn Resolver + 'f> {
    let mut roots: BTreeSet<String> = ["", "src", "lib"]
        .iter()
        .filter(|r| index.is_folder(r))
        .map(|r| (*r).to_owned())
        .collect();
    let mut test_roots = BTreeSet::new();
    configured_roots(index, &mut roots);
    for (_, file) in index.of_language("python") {
        let paths = file.syntax.iter().flat_map(|syntax| &syntax.search_paths);
        roots.extend(paths.filter_map(|path| search_root(index, &file.path, path)));
    }
    // Workspaces keep packages deeper: every folder above a topmost package is a root.
    for (_, file) in index.of_language("python") {
        if file.path.ends_with("/__init__.py") {
            let into = if file.test { &mut test_roots } else { &mut roots };
            into.insert(package_root(index, &file.path).to_owned());
        }
    }
    Box::new(Python {
        roots: Roots::new(index, roots),
        test_roots: Roots::new(index, test_roots),
        packages: packages(index),
        renamed: Renamed::of(index),
        own_root: RefCell::default(),
    })
}

/// Files that lie where a project is installed or run from.
const PROJECTS: &[&str] = &[
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "manage.py",
    "requirements.txt",
    "Pipfile",
    "tox.ini",
    "pytest.ini",
    "Dockerfile",
];

/// The folders of projects, and those that their configurations search: `pythonpath` of pytest, `package-dir` and `where` of
/// setuptools, `from` of Poetry, `extraPaths` of Pyright, `mypy_path`.
fn configured_roots(index: &ModuleIndex<'_>, roots: &mut BTreeSet<String>) {
    for file in index.files.iter().filter(|file| file.is_own()) {
        let (home, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        if !PROJECTS.contains(&name) {
            continue;
        }
        let own = [home.to_owned(), join(home, "src"), join(home, "lib")];
        roots.extend(own.into_iter().filter(|root| index.is_folder(root)));
        let text = file.text.as_deref().unwrap_or_default();
        let configured = if name.ends_with(".toml") {
            of_toml(text)
        } else {
            of_lines(text)
        };
        let folders = configured
            .iter()
            .filter_map(|path| normalize(home, path.trim_start_matches('/')));
        roots.extend(folders.filter(|root| index.is_folder(root)));
    }
}

fn of_toml(text: &str) -> Vec<String> {
    let Ok(root) = text.parse::<toml::Table>() else {
        return Vec::new();
    };
    let root = toml::Value::Table(root);
    let at = |path: &[&str]| path.iter().try_fold(&root, |value, key| value.get(key));
    let texts = |value: &toml::Value| -> Vec<String> {
        match value {
            toml::Value::String(text) => text.split([' ', ':', ',']).map(str::to_owned).collect(),
            toml::Value::Array(list) => list
                .iter()
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        }
    };
    let plain: &[&[&str]] = &[
        &["tool", "pytest", "ini_options", "pythonpath"],
        &["tool", "pytest", "pythonpath"],
        &["tool", "setuptools", "packages", "find", "where"],
        &["tool", "setuptools", "package-dir", ""],
        &["tool", "pyright", "extraPaths"],
        &["tool", "basedpyright", "extraPaths"],
        &["tool", "mypy", "mypy_path"],
        &["tool", "ruff", "src"],
        &["tool", "pdm", "build", "package-dir"],
        &["tool", "isort", "src_paths"],
    ];
    let mut found: Vec<String> = plain.iter().filter_map(|path| at(path)).flat_map(texts).collect();
    // `packages = [{ include = "a", from = "lib" }]`
    let poetry = at(&["tool", "poetry", "packages"]).and_then(toml::Value::as_array);
    let from = poetry
        .into_iter()
        .flatten()
        .filter_map(|package| package.get("from")?.as_str());
    found.extend(from.map(str::to_owned));
    // `packages = ["lib/a"]`
    let hatch = at(&["tool", "hatch", "build", "targets", "wheel", "packages"])
        .map(texts)
        .unwrap_or_default();
    found.extend(hatch.iter().map(|path| folder(path).to_owned()));
    found
}

/// `setup.cfg`, `pytest.ini`, `tox.ini`, and the literals of `setup.py`.
fn of_lines(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let trimmed = line.trim();
        let indented = line.starts_with([' ', '\t']);
        if open && indented {
            found.extend(words(trimmed));
            continue;
        }
        open = false;
        if let Some((key, value)) = trimmed.split_once('=') {
            let key = key.trim();
            if matches!(
                key,
                "pythonpath" | "where" | "mypy_path" | "python_paths" | "package_dir"
            ) {
                open = true;
                found.extend(words(value));
            }
            // `package_dir={"": "lib"}`, `find_packages("lib")`, `find_packages(where="lib")`
            for call in ["find_packages(", "find_namespace_packages("] {
                found.extend(
                    value
                        .split_once(call)
                        .map(|(_, rest)| words(rest.split(')').next().unwrap_or_default()))
                        .into_iter()
                        .flatten(),
                );
            }
        }
    }
    found
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| c.is_whitespace() || ",=:;'\"{}()[]".contains(c));
    let words: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
    words.into_iter()
}

/// The folder that holds the topmost package of a file; the file's own folder where that is no package.
fn package_root<'p>(index: &ModuleIndex<'_>, path: &'p str) -> &'p str {
    let mut at = folder(path);
    while !at.is_empty() && index.file(&join(at, "__init__.py")).is_some() {
        at = folder(at);
    }
    at
}

impl Resolver for Python<'_> {
    fn resolve(&self, index: &ModuleIndex<'_>, from: FileId, import: &Import) -> Target {
        let path = index.files[from.index()].path.as_str();
        let specifier = &*import.specifier;
        let dots = specifier.len() - specifier.trim_start_matches('.').len();
        let module = &specifier[dots..];
        let is_from = dots > 0 || import.names.iter().any(|name| &*name.imported != "*") || is_star(import);
        if dots > 0 {
            return self.relative(index, from, import, dots).unwrap_or(Target::Unresolved);
        }
        let relative = module.replace('.', "/");
        let own_root = self.own_root(index, from);
        let top = module.split('.').next().unwrap_or(module);
        let of_tests = Some(&self.test_roots).filter(|_| index.files[from.index()].test);
        let of_tests = of_tests.into_iter().flat_map(|roots| roots.with(top));
        let standard = is_standard(top);
        let others = self.roots.with(top).chain(of_tests).filter(|_| !standard);
        let roots = std::iter::once(own_root.as_str()).chain(others);
        let at = |base: &str| match is_from {
            true => self.members(index, from, base, import),
            false => module_file(index, base).map(Target::file),
        };
        let below = |home: &str| at(&join(home, &relative));
        for root in roots.clone() {
            spend(1);
            if let Some(found) = below(root) {
                return found;
            }
        }
        if let Some(found) = self.renamed.path_of(module).and_then(|path| at(&path)) {
            return found;
        }
        // Run from a folder above it: `cd backend && uvicorn app.main:app`.
        let in_package = self.packages.contains(own_package(index, path));
        let mut above = if standard { "" } else { folder(path) };
        while !above.is_empty() {
            if in_package && index.file(&join(above, "__init__.py")).is_some() {
                above = folder(above);
                continue;
            }
            let found = below(above);
            if let Some(found) = found.filter(|_| !is_only_self(index, from, top)) {
                return found;
            }
            above = folder(above);
        }
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

impl Python<'_> {
    /// `from ..a import b`: the module `dots` folders up.
    fn relative(&self, index: &ModuleIndex<'_>, from: FileId, import: &Import, dots: usize) -> Option<Target> {
        let mut base = folder(&index.files[from.index()].path);
        for _ in 1..dots {
            if base.is_empty() {
                return None;
            }
            base = folder(base);
        }
        let base = match &import.specifier[dots..] {
            "" => base.to_owned(),
            module => join(base, &module.replace('.', "/")),
        };
        self.members(index, from, &base, import)
    }

    fn own_root(&self, index: &ModuleIndex<'_>, from: FileId) -> String {
        let mut last = self.own_root.borrow_mut();
        if let Some((_, root)) = last.as_ref().filter(|(file, _)| *file == from) {
            return root.clone();
        }
        let root = package_root(index, &index.files[from.index()].path).to_owned();
        last.insert((from, root)).1.clone()
    }

    /// The names of `from base import …`.
    fn members(&self, index: &ModuleIndex<'_>, from: FileId, base: &str, import: &Import) -> Option<Target> {
        let package = module_file(index, base);
        if package.is_none() && !index.is_folder(base) {
            return None;
        }
        let mut found = Vec::new();
        for (number, name) in ImportedNameId::enumerate(&import.names) {
            spend(1);
            let member = if &*name.imported == "*" {
                None
            } else {
                module_file(index, &join(base, &name.imported))
            };
            // A module that exists but was not parsed (generated code): the package is not what is imported.
            if member.is_none()
                && &*name.imported != "*"
                && index.file(&format!("{}.py", join(base, &name.imported))).is_some()
            {
                continue;
            }
            match member.filter(|member| *member != from).or(package) {
                Some(target) => found.push((Imported::Name(number), target)),
                // A namespace package has no file.
                None if &*name.imported == "*" => {}
                None => return None,
            }
        }
        if import.names.is_empty() {
            found.extend(package.map(|package| (Imported::Whole, package)));
        }
        Some(Target::Files(found))
    }
}

/// `import a.b` has the one name `*` too; a star import binds no name but `*`.
fn is_star(import: &Import) -> bool {
    import.names.iter().any(|name| &*name.local == "*")
}

/// The folder of the topmost package of a file; empty where it is in none.
fn own_package<'p>(index: &ModuleIndex<'_>, path: &'p str) -> &'p str {
    let root = package_root(index, path);
    let start = root.len() + usize::from(!root.is_empty());
    path[start..].find('/').map_or("", |end| &path[..start + end])
}

/// Packages whose files import each other as such, relatively or by the whole name: no module of theirs has a name without it.
fn packages<'f>(index: &ModuleIndex<'f>) -> HashSet<&'f str> {
    let files = index.of_language("python").map(|(_, file)| file);
    let as_package = |file: &&'f FileFacts| {
        let name = own_package(index, &file.path).rsplit('/').next().unwrap_or_default();
        let mut imports = file.syntax.iter().flat_map(|syntax| &syntax.imports);
        !name.is_empty()
            && imports.any(|import| {
                let module = &*import.specifier;
                module.starts_with('.') || module.split('.').next() == Some(name)
            })
    };
    files
        .filter(as_package)
        .map(|file| own_package(index, &file.path))
        .collect()
}

/// A script that is called like the package it imports.
fn is_only_self(index: &ModuleIndex<'_>, from: FileId, top: &str) -> bool {
    let path = index.files[from.index()].path.as_str();
    path.rsplit('/').next().is_some_and(|name| name == format!("{top}.py"))
}

fn module_file(index: &ModuleIndex<'_>, base: &str) -> Option<FileId> {
    let candidates = [
        join(base, "__init__.py"),
        format!("{base}.py"),
        join(base, "__init__.pyi"),
        format!("{base}.pyi"),
    ];
    let found = candidates.iter().find_map(|path| index.file(path));
    found.filter(|file| index.files[file.index()].syntax.is_some())
}
