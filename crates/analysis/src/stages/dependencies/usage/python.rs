//! Python: the name of an import is that of a package only by a list, or where a lock file has a package of that name.

use std::collections::{BTreeMap, BTreeSet};

use repolens_core::report::{DependencyKind, DependencyUse, EdgeKind, ModuleGraph, UndeclaredImport};

use super::super::Found;
use super::super::folder;
use super::{declared, is_below};
use crate::facts::{Facts, FileFacts, ImportKind};
use crate::stages::modules::is_standard_python;

mod names;

use names::{NAMES, ONLY_IMPORTED};

pub(super) fn measure(facts: &Facts, graph: &ModuleGraph, own: &[Found<'_>], usage: &mut DependencyUse) {
    // What is computed, or declared in a file of another kind, is not known.
    let is_unread = |file: &FileFacts| {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        matches!(name, "setup.py" | "environment.yml" | "environment.yaml" | "meta.yaml") || name.ends_with(".pyx")
    };
    let unread: Vec<&str> = facts
        .files
        .iter()
        .filter(|file| is_unread(file))
        .map(|file| file.path.as_str())
        .collect();
    let python: Vec<&Found<'_>> = own.iter().filter(|found| found.manifest.ecosystem == "pypi").collect();
    let projects = python.iter().filter(|found| {
        let home = folder(found.path);
        found.path.ends_with("pyproject.toml")
            && !found.manifest.partial
            && !found.manifest.requirements.is_empty()
            && !unread.iter().any(|path| is_below(path, home))
    });
    let projects: Vec<&Found<'_>> = projects.copied().collect();
    if projects.is_empty() {
        return;
    }
    usage.measured.push("pypi".to_owned());
    let imported: BTreeSet<&str> = files(facts)
        .flat_map(|(_, imports)| imports)
        .map(|import| root(&import.specifier))
        .collect();
    let of_kind = |is_lock: bool| python.iter().filter(move |found| found.manifest.is_lock == is_lock);
    let required = |is_lock: bool| {
        let requirements = of_kind(is_lock).flat_map(|found| &found.manifest.requirements);
        requirements.map(|requirement| requirement.name.as_str())
    };
    let named = of_kind(false).filter_map(|found| found.manifest.name.as_deref());
    let wanted: BTreeSet<&str> = required(false).chain(named).collect();
    let locked: BTreeSet<&str> = required(true).collect();
    for project in &projects {
        never_imported(facts, project, &imported, usage);
        undeclared(facts, graph, project, &wanted, &locked, usage);
    }
}

/// The Python files with their imports.
fn files(facts: &Facts) -> impl Iterator<Item = (&FileFacts, &[crate::facts::Import])> {
    let python = facts
        .files
        .iter()
        .filter(|file| file.path.ends_with(".py") || file.path.ends_with(".pyi") || file.path.ends_with(".ipynb"));
    python.filter_map(|file| Some((file, file.syntax.as_ref()?.imports.as_slice())))
}

fn root(specifier: &str) -> &str {
    specifier.split('.').next().unwrap_or(specifier)
}

/// What the project itself declares, is on the list, and no file of the repository imports.
fn never_imported(facts: &Facts, project: &Found<'_>, imported: &BTreeSet<&str>, usage: &mut DependencyUse) {
    let home = folder(project.path);
    let has_code = files(facts).any(|(file, _)| is_below(&file.path, home) && !file.test);
    let is_unread = facts.files.iter().any(|file| {
        (file.path.ends_with(".py") || file.path.ends_with(".ipynb")) && file.syntax.is_none() && file.bytes > 0
    });
    if !has_code || is_unread {
        return;
    }
    let unused = project.manifest.requirements.iter().filter(|requirement| {
        let modules = ONLY_IMPORTED.iter().find(|(package, _)| *package == requirement.name);
        requirement.kind == DependencyKind::Runtime
            && !requirement.local
            && requirement.marker.is_none()
            && modules.is_some_and(|(_, modules)| !modules.iter().any(|module| imported.contains(module)))
    });
    usage
        .never_imported
        .extend(unused.map(|requirement| declared(project, requirement)));
}

/// What is always imported with the project's package, and no manifest of the repository names.
fn undeclared(
    facts: &Facts,
    graph: &ModuleGraph,
    project: &Found<'_>,
    wanted: &BTreeSet<&str>,
    locked: &BTreeSet<&str>,
    usage: &mut DependencyUse,
) {
    let Some(name) = project.manifest.name.as_deref() else {
        return;
    };
    let home = folder(project.path);
    let below = |inner: &str| {
        if home.is_empty() {
            inner.to_owned()
        } else {
            format!("{home}/{inner}")
        }
    };
    let package = normal(name).replace('-', "_");
    let shipped = [below("src"), below(&package)];
    let external: BTreeSet<(&str, &str)> = graph
        .external
        .iter()
        .map(|one| (one.file.as_str(), one.package.as_str()))
        .collect();
    let loaded = loaded_with(facts, graph, &shipped);
    let mut found: BTreeMap<String, &str> = BTreeMap::new();
    for (file, imports) in files(facts) {
        if !loaded.contains(file.path.as_str()) || file.test || !file.is_own() {
            continue;
        }
        let certain = file.syntax.as_ref().map_or(&[][..], |syntax| &syntax.certain_imports);
        let always = imports
            .iter()
            .filter(|import| import.kind == ImportKind::Static && certain.contains(&import.line));
        for module in always.map(|import| root(&import.specifier)) {
            if module.is_empty() || is_standard_python(module) || !external.contains(&(file.path.as_str(), module)) {
                continue;
            }
            if let Some(package) = missing(module, wanted, locked) {
                found.entry(package).or_insert(&file.path);
            }
        }
    }
    usage
        .undeclared
        .extend(found.into_iter().map(|(name, file)| UndeclaredImport {
            r#type: "pypi".to_owned(),
            name,
            file: file.to_owned(),
        }));
}

/// The files that are loaded with the packages in these folders: integrations that only some users load are not among them.
fn loaded_with<'g>(facts: &Facts, graph: &'g ModuleGraph, folders: &[String]) -> BTreeSet<&'g str> {
    let is_start = |path: &&str| {
        let package = path.strip_suffix("/__init__.py").unwrap_or_default();
        let outer = package.rsplit_once('/').map_or("", |(outer, _)| outer);
        folders
            .iter()
            .any(|folder| folder == package || folder.ends_with("src") && folder == outer)
    };
    let mut open: Vec<&str> = graph
        .nodes
        .iter()
        .map(|node| node.id.as_str())
        .filter(is_start)
        .collect();
    let always: BTreeMap<&str, BTreeSet<&str>> = files(facts)
        .map(|(file, _)| (&*file.path, always_imported(file)))
        .collect();
    let mut targets: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for edge in graph.edges.iter().filter(|edge| edge.kind == EdgeKind::Static) {
        let is_always = |names: &BTreeSet<&str>| names.contains(module_name(&edge.target));
        if always.get(edge.source.as_str()).is_some_and(is_always) {
            targets.entry(&edge.source).or_default().push(&edge.target);
        }
    }
    let mut loaded = BTreeSet::new();
    while let Some(path) = open.pop() {
        if loaded.insert(path) {
            open.extend(targets.get(path).into_iter().flatten());
        }
    }
    loaded
}

/// The names of the modules, packages and members that a file imports whenever it is loaded.
fn always_imported(file: &FileFacts) -> BTreeSet<&str> {
    let Some(syntax) = file.syntax.as_ref() else {
        return BTreeSet::new();
    };
    let always = syntax
        .imports
        .iter()
        .filter(|import| syntax.certain_imports.contains(&import.line));
    always
        .flat_map(|import| {
            let names = import.names.iter().map(|name| name.imported.as_str());
            import.specifier.split('.').chain(names)
        })
        .collect()
}

/// The last part of a module's name: `part` of `shop/part.py` and of `shop/part/__init__.py`.
fn module_name(path: &str) -> &str {
    let module = path.strip_suffix("/__init__.py").unwrap_or(path);
    let name = module.rsplit('/').next().unwrap_or(module);
    name.split('.').next().unwrap_or(name)
}

/// The package of a module that no manifest names; `None` where one does, or where the package is not known.
fn missing(module: &str, wanted: &BTreeSet<&str>, locked: &BTreeSet<&str>) -> Option<String> {
    let same = normal(module);
    let listed: Vec<&str> = ONLY_IMPORTED
        .iter()
        .chain(NAMES)
        .filter(|(_, modules)| modules.contains(&module))
        .map(|(package, _)| *package)
        .collect();
    let is_wanted = |package: &str| wanted.iter().any(|name| normal(name) == package);
    if is_wanted(&same) || listed.iter().any(|package| is_wanted(package)) {
        return None;
    }
    match listed.as_slice() {
        [only] => Some((*only).to_owned()),
        [] => locked.contains(same.as_str()).then_some(same),
        several => several
            .iter()
            .find(|package| locked.contains(**package))
            .map(|package| (*package).to_owned()),
    }
}

/// The name as PEP 503 compares it.
fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            _ => normal.push(letter.to_ascii_lowercase()),
        }
    }
    normal
}
