//! Declared packages and imports.
//!
//! *What it looks at*: the packages that files import, and those that the manifests above them name. *Why it matters*: what
//! is never imported can go; what is imported and not declared breaks when another package stops bringing it. *Limits*: npm
//! and Cargo, whose packages are imported by their names; a package may be used in a way that is no import.

use std::collections::{BTreeMap, BTreeSet};

use repolens_core::report::{
    DeclaredPackage, DependencyKind, DependencyUse, ModuleGraph, Report, UndeclaredImport, cap,
};

use super::super::modules::folder;
use super::super::{Outcome, Scratch};
use super::{Found, apart_by};
use crate::facts::{Facts, FileFacts};
use crate::manifests::Requirement;

const MAX_LISTED: usize = 500;

pub(in super::super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let Some(graph) = report.module_graph.as_ref() else {
        return Outcome::Skipped("there is no module graph".to_owned());
    };
    if report.dependencies.is_none() {
        return Outcome::Skipped("no manifest or lock file of a kind that is read".to_owned());
    }
    if graph.truncated {
        return Outcome::Skipped("the module graph is incomplete".to_owned());
    }
    let own: Vec<Found<'_>> = facts
        .files
        .iter()
        .filter(|file| apart_by(file).is_none())
        .filter_map(|file| {
            Some(Found {
                path: &file.path,
                manifest: file.manifest.as_deref()?,
            })
        })
        .filter(|found| found.path.ends_with("package.json"))
        .collect();
    if own.is_empty() {
        return Outcome::Skipped("the use of packages is measured for npm only".to_owned());
    }
    let homes: BTreeMap<&str, &Found<'_>> = own.iter().map(|found| (folder(found.path), found)).collect();
    let imports = Imports::of(facts, graph, &homes);
    let mut usage = DependencyUse {
        measured: vec!["npm".to_owned()],
        never_imported: never_imported(facts, &homes, &imports),
        undeclared: imports.undeclared(),
    };
    let cut = cap(&mut usage.never_imported, MAX_LISTED) | cap(&mut usage.undeclared, MAX_LISTED);
    if let Some(dependencies) = report.dependencies.as_mut() {
        dependencies.usage = usage;
    }
    if cut {
        return Outcome::Truncated(format!("more than {MAX_LISTED} packages"));
    }
    Outcome::Ok
}

/// The packages that own code imports.
struct Imports<'a> {
    /// By folder of the manifest: the packages that its files import.
    by_home: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Packages that no manifest above names, with a file that imports each.
    undeclared: BTreeMap<&'a str, &'a str>,
}

impl<'a> Imports<'a> {
    fn of(facts: &'a Facts, graph: &'a ModuleGraph, homes: &BTreeMap<&str, &Found<'_>>) -> Self {
        let names: BTreeSet<&str> = homes
            .values()
            .filter_map(|found| found.manifest.name.as_deref())
            .collect();
        let apart: BTreeSet<&str> = facts
            .files
            .iter()
            .filter(|file| !file.is_own() || file.test)
            .map(|file| file.path.as_str())
            .collect();
        let mut imports = Self {
            by_home: BTreeMap::new(),
            undeclared: BTreeMap::new(),
        };
        for import in graph.external.iter().filter(|import| is_script(&import.file)) {
            let Some(package) = package_of(&import.package) else {
                continue;
            };
            let mut is_declared = names.contains(package);
            let mut above = Some(folder(&import.file));
            while let Some(folder) = above {
                if let Some(home) = homes.get(folder) {
                    imports.by_home.entry(folder).or_default().insert(package);
                    let mut requirements = home.manifest.requirements.iter();
                    is_declared |= requirements.any(|requirement| declares(requirement, package));
                }
                above = folder
                    .rsplit_once('/')
                    .map(|(outer, _)| outer)
                    .or((!folder.is_empty()).then_some(""));
            }
            if !is_declared && !apart.contains(import.file.as_str()) {
                imports.undeclared.entry(package).or_insert(&import.file);
            }
        }
        imports
    }

    fn undeclared(&self) -> Vec<UndeclaredImport> {
        let undeclared = self.undeclared.iter().map(|(name, file)| UndeclaredImport {
            r#type: "npm".to_owned(),
            name: (*name).to_owned(),
            file: (*file).to_owned(),
        });
        undeclared.collect()
    }
}

/// The declared packages that no file below their manifest imports.
fn never_imported(facts: &Facts, homes: &BTreeMap<&str, &Found<'_>>, imports: &Imports<'_>) -> Vec<DeclaredPackage> {
    // Files that load modules by names that are known at run time only: any package may be among them.
    let loads_any = |file: &&FileFacts| {
        let syntax = file.syntax.as_ref();
        syntax.is_some_and(|syntax| syntax.loads.iter().any(|load| load.is_empty()))
    };
    let loaders: Vec<&str> = facts
        .files
        .iter()
        .filter(loads_any)
        .map(|file| file.path.as_str())
        .collect();
    let mut found = Vec::new();
    for (folder, home) in homes {
        let Some(imports) = imports.by_home.get(folder) else {
            continue;
        };
        let is_below =
            |path: &&str| folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        if loaders.iter().any(is_below) {
            continue;
        }
        let unused = home.manifest.requirements.iter().filter(|requirement| {
            matches!(requirement.kind, DependencyKind::Runtime | DependencyKind::Optional)
                && !requirement.local
                && !imports.contains(requirement.alias.as_deref().unwrap_or(&requirement.name))
                && !is_companion_of(requirement, imports)
                && !is_spared(requirement, home, facts)
        });
        found.extend(unused.map(|requirement| DeclaredPackage {
            r#type: "npm".to_owned(),
            name: requirement.name.clone(),
            version: requirement.version.clone(),
            manifest: home.path.to_owned(),
        }));
    }
    found.sort();
    found
}

fn is_script(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    matches!(
        ending,
        "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" | "vue" | "svelte"
    )
}

/// The package that a specifier is of; `None` for what Node itself or a bundler brings.
fn package_of(specifier: &str) -> Option<&str> {
    if specifier.contains(':') || specifier.starts_with(['.', '/', '#', '~', '$', '\0']) || specifier.starts_with("@/")
    {
        return None;
    }
    let mut ends = specifier.match_indices('/').map(|(at, _)| at);
    let end = if specifier.starts_with('@') {
        ends.nth(1)
    } else {
        ends.next()
    };
    let name = &specifier[..end.unwrap_or(specifier.len())];
    (!name.is_empty() && !NODE.contains(&name)).then_some(name)
}

/// The modules of Node.
#[rustfmt::skip]
const NODE: &[&str] = &[
    "assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram", "diagnostics_channel",
    "dns", "domain", "events", "fs", "http", "http2", "https", "inspector", "module", "net", "os", "path", "perf_hooks", "process",
    "punycode", "querystring", "readline", "repl", "sqlite", "stream", "string_decoder", "sys", "test", "timers", "tls",
    "trace_events", "tty", "url", "util", "v8", "vm", "wasi", "worker_threads", "zlib", "bun",
];

/// Whether the requirement is what code imports as `package`: itself, or its types.
fn declares(requirement: &Requirement, package: &str) -> bool {
    let name = requirement.alias.as_deref().unwrap_or(&requirement.name);
    if name == package {
        return true;
    }
    let Some(types) = name.strip_prefix("@types/") else {
        return false;
    };
    match package.strip_prefix('@') {
        Some(scoped) => scoped.replacen('/', "__", 1) == types,
        None => package == types,
    }
}

/// Whether an imported package has the same scope: the packages of a scope load each other (`@bull-board/api` loads
/// `@bull-board/ui`, as its peer).
fn is_companion_of(requirement: &Requirement, imports: &BTreeSet<&str>) -> bool {
    let name = requirement.alias.as_deref().unwrap_or(&requirement.name);
    let scope = name
        .split_once('/')
        .map(|(scope, _)| scope)
        .filter(|scope| scope.starts_with('@'));
    scope.is_some_and(|scope| {
        imports
            .iter()
            .any(|package| package.split_once('/').is_some_and(|(of, _)| of == scope))
    })
}

/// Packages that are used without an import: types, programs of scripts, and what a configuration names.
fn is_spared(requirement: &Requirement, home: &Found<'_>, facts: &Facts) -> bool {
    let name = requirement.alias.as_deref().unwrap_or(&requirement.name);
    let bare = name.rsplit('/').next().unwrap_or(name);
    let is_type = name.starts_with("@types/");
    let is_plugin = ["plugin", "preset", "loader", "config", "polyfill", "cli"]
        .iter()
        .any(|word| bare.split('-').any(|part| part == *word) || name.contains(&format!("{word}-")));
    // A program is often named after its package: `next build`, `@nestjs/cli` is `nest`.
    let scope = name
        .strip_prefix('@')
        .and_then(|rest| rest.split('/').next())
        .unwrap_or_default();
    let is_command = home.manifest.commands.iter().any(|command| {
        let command = command.rsplit('/').next().unwrap_or(command);
        command == bare || bare.starts_with(&format!("{command}-")) || (!scope.is_empty() && scope.starts_with(command))
    });
    // Loaded at run time by a framework.
    let is_companion = matches!(
        name,
        "react-dom"
            | "tslib"
            | "core-js"
            | "regenerator-runtime"
            | "typescript"
            | "sharp"
            | "pg"
            | "mysql2"
            | "sqlite3"
    );
    let is_setting = || {
        let below = folder(home.path);
        facts
            .files
            .iter()
            .filter(|file| file.path.starts_with(below))
            .flat_map(|file| &file.settings)
            .any(|setting| setting.value.contains(name))
    };
    is_type || is_plugin || is_command || is_companion || is_setting()
}
