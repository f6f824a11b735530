//! npm: a package is imported by its name.

use std::collections::{BTreeMap, BTreeSet};

use repolens_core::report::{DeclaredPackage, DependencyKind, DependencyUse, ModuleGraph, UndeclaredImport};

use super::super::Found;
use super::super::{apart_by, folder};
use super::{declared, is_below};
use crate::facts::{Facts, FileFacts, ImportKind};
use crate::manifests::Requirement;

/// The manifests of each folder: `package.json`, and the import map of Deno.
type Homes<'a, 'f> = BTreeMap<&'a str, Vec<&'a Found<'f>>>;

pub(super) fn measure(facts: &Facts, graph: &ModuleGraph, own: &[Found<'_>], usage: &mut DependencyUse) {
    let mut homes = Homes::new();
    let is_manifest = |found: &&Found<'_>| found.manifest.ecosystem == "npm" && !found.manifest.is_lock;
    for found in own.iter().filter(is_manifest) {
        homes.entry(folder(found.path)).or_default().push(found);
    }
    if !own.iter().any(|found| found.path.ends_with("package.json")) {
        return;
    }
    let imports = Imports::of(facts, graph, &homes);
    usage.measured.push("npm".to_owned());
    usage.never_imported.extend(never_imported(facts, &homes, &imports));
    usage.undeclared.extend(imports.undeclared());
}

/// The packages that own code imports.
struct Imports<'a> {
    /// By folder of the manifest: the packages that its files import.
    by_home: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Packages that no manifest above names, with a file that imports each.
    undeclared: BTreeMap<&'a str, &'a str>,
}

impl<'a> Imports<'a> {
    fn of(facts: &'a Facts, graph: &'a ModuleGraph, homes: &Homes<'_, '_>) -> Self {
        let names: BTreeSet<&str> = homes
            .values()
            .flatten()
            .filter_map(|found| found.manifest.name.as_deref())
            .collect();
        let apart: BTreeSet<&str> = facts
            .files
            .iter()
            .filter(|file| !file.is_own() || file.test || apart_by(file).is_some() || file.path.contains(".bench"))
            .map(|file| file.path.as_str())
            .collect();
        let loaded: BTreeMap<&str, BTreeSet<&str>> = facts
            .files
            .iter()
            .map(|file| (file.path.as_str(), loaded_by(file)))
            .collect();
        let is_plugin = |file: &FileFacts| file.path == "plugin.xml" || file.path.ends_with("/plugin.xml");
        let is_cordova = facts.files.iter().any(is_plugin);
        let mut imports = Self {
            by_home: BTreeMap::new(),
            undeclared: BTreeMap::new(),
        };
        for import in graph.external.iter().filter(|import| is_script(&import.file)) {
            let Some(package) = package_of(&import.package) else {
                continue;
            };
            // Cordova brings its own modules, and those of plug-ins as `PLUGIN.MODULE`.
            if is_cordova && (package == "cordova" || package.starts_with("cordova-plugin-")) {
                continue;
            }
            let mut is_declared = names.contains(package);
            let mut above = Some(folder(&import.file));
            while let Some(folder) = above {
                if let Some(here) = homes.get(folder) {
                    imports.by_home.entry(folder).or_default().insert(package);
                    let mut requirements = here.iter().flat_map(|home| &home.manifest.requirements);
                    is_declared |= requirements.any(|requirement| declares(requirement, package));
                    let mut optional = here.iter().flat_map(|home| &home.manifest.spared);
                    is_declared |= optional.any(|name| name == package);
                }
                above = folder
                    .rsplit_once('/')
                    .map(|(outer, _)| outer)
                    .or((!folder.is_empty()).then_some(""));
            }
            let is_loaded = || {
                loaded
                    .get(import.file.as_str())
                    .is_some_and(|all| all.contains(package))
            };
            if !is_declared && !apart.contains(import.file.as_str()) && is_loaded() {
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
fn never_imported(facts: &Facts, homes: &Homes<'_, '_>, imports: &Imports<'_>) -> Vec<DeclaredPackage> {
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
    // Where a package is published without its sources, its built files have its imports.
    let is_built = |file: &&FileFacts| !file.is_own() && is_script(&file.path);
    let built: Vec<(&str, BTreeSet<&str>)> = facts
        .files
        .iter()
        .filter(is_built)
        .map(|file| (file.path.as_str(), loaded_by(file)))
        .filter(|(_, all)| !all.is_empty())
        .collect();
    let mut found = Vec::new();
    let homes = homes
        .iter()
        .flat_map(|(folder, here)| here.iter().map(move |home| (folder, home)));
    for (folder, home) in homes.filter(|(_, home)| home.path.ends_with("package.json")) {
        let Some(imports) = imports.by_home.get(folder) else {
            continue;
        };
        if loaders.iter().any(|path| is_below(path, folder)) {
            continue;
        }
        let unused = home.manifest.requirements.iter().filter(|requirement| {
            matches!(requirement.kind, DependencyKind::Runtime | DependencyKind::Optional)
                && !requirement.local
                && !imports.contains(requirement.alias.as_deref().unwrap_or(&requirement.name))
                // An import of its name may be of it or of Node's module.
                && !NODE.contains(&requirement.name.as_str())
                && !built.iter().any(|(path, all)| is_below(path, folder) && all.contains(requirement.name.as_str()))
                && !is_companion_of(requirement, imports)
                && !is_spared(requirement, home, facts)
        });
        found.extend(unused.map(|requirement| declared(home, requirement)));
    }
    found
}

/// The packages that a file imports when it is loaded: not for types only, and not inside of a function, where the import may be
/// guarded.
fn loaded_by(file: &FileFacts) -> BTreeSet<&str> {
    let imports = file.syntax.as_ref().map_or(&[][..], |syntax| &syntax.imports);
    let is_declaration = [".d.ts", ".d.mts", ".d.cts"]
        .iter()
        .any(|ending| file.path.ends_with(ending));
    let loaded = imports
        .iter()
        .filter(|import| !is_declaration && matches!(import.kind, ImportKind::Static | ImportKind::Reexport));
    loaded.filter_map(|import| package_of(&import.specifier)).collect()
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
