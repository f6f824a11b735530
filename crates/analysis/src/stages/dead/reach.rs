//! Which files of JavaScript and TypeScript packages are reached from entry points, and which exports are used.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use repolens_core::report::LessSure;

use super::declared::Declared;
use super::demand::Demand;
use super::loaded::Loaded;
use super::open::Open;
use super::packages::{has_declaration, home_of, is_declaration, is_script, packages, sources_by_path};
use super::{configured, conventions, platforms};
use crate::facts::{Facts, FileFacts};
use crate::graph::{Adjacency, ImportGraph};
use crate::language::Origin;
use crate::stages::modules::folder;
use crate::stages::published::registry;

/// The findings; both lists are empty where no package has a known entry point.
#[derive(Debug, Default)]
pub(super) struct Reached {
    pub exports: u64,
    pub unused_exports: BTreeMap<String, Vec<String>>,
    pub unused_files: Vec<String>,
    /// Which of these two are less sure.
    pub less_sure: LessSure,
}

pub(super) fn find(facts: &Facts, graph: &ImportGraph) -> Reached {
    let files = &facts.files;
    let index = sources_by_path(files);
    let sorted: BTreeMap<&str, u32> = index.iter().map(|(path, at)| (path.as_str(), *at)).collect();
    let packages = packages(files);
    let conventions = conventions::files(files, &packages);
    let mut entries = BTreeSet::new();
    // Packages whose entry points are all known as code of this repository: only their files can be judged.
    let mut judged = BTreeSet::new();
    for (home, file) in &packages {
        let declared = Declared::of(files, &index, &sorted, home, *file);
        let is_application = conventions.applications.contains(home);
        if is_application || (declared.all_known && !declared.found.is_empty()) {
            judged.insert(home.clone());
        }
        entries.extend(declared.found);
    }
    if judged.is_empty() {
        return Reached::default();
    }
    let named = entries.clone();
    entries.extend(configured::files(files, &index, &packages));
    entries.extend(conventions.found);
    let loaded = Loaded::of(files, &index, &packages);
    entries.extend(&loaded.files);
    let open = Open::of(files, &packages, registry(facts).is_some());
    entries.extend(open.offered(files, &packages));
    entries.extend(platforms::files(files));
    let public = entries.clone();
    let mut imported = vec![false; files.len()];
    for edge in graph.edges.iter().filter(|edge| !files[edge.source as usize].test) {
        imported[edge.target as usize] = true;
    }
    // A component may be found by its name: its file is not judged, and what it imports is used.
    let components = (0u32..).zip(files).filter(|(_, file)| is_component(file));
    entries.extend(components.map(|(at, _)| at));
    entries.extend(
        (0u32..)
            .zip(files)
            .filter(|(at, file)| {
                let in_application = conventions.applications.contains(&home_of(&packages, &file.path));
                is_script(file) && is_started_by_name(file, imported[*at as usize], in_application)
            })
            .map(|(at, _)| at),
    );
    let adjacency = Adjacency::new(files.len(), graph.edges.iter().map(|edge| (edge.source, edge.target)));
    let reached = adjacency.reach(entries.iter().copied());
    let inner = open.imported_by_path(files, &packages, &adjacency.reach(named));
    judged.retain(|home| !inner.contains(home) || conventions.applications.contains(home));
    // A package that computes a name of which nothing is known may load any file.
    judged.retain(|home| !loaded.unknown.contains(home));
    // So may a script that was too large to be read.
    for file in files.iter().filter(|file| is_unread(file)) {
        judged.remove(&home_of(&packages, &file.path));
    }
    let scanned = scanned(files, &imported, &reached);
    let demand = Demand::of(files, graph, &public);

    let is_published = registry(facts).is_some();
    let mut result = Reached::default();
    for (at, file) in (0u32..).zip(files) {
        let is_candidate = is_script(file) && file.origin == Origin::Own && !file.test;
        let Some(syntax) = file.syntax.as_ref().filter(|_| is_candidate) else {
            continue;
        };
        let home = home_of(&packages, &file.path);
        if !judged.contains(&home) || !file.is_judged() || scanned.contains(folder(&file.path)) {
            continue;
        }
        let declarations_only = is_declaration(&file.path);
        result.exports += syntax.exports.len() as u64;
        if !reached[at as usize] {
            // An empty file keeps a place free.
            if !declarations_only && file.lines.code > 0 && !has_declaration(&index, &file.path) {
                if imported[at as usize] {
                    result.less_sure.unused_files.push(file.path.clone());
                }
                result.unused_files.push(file.path.clone());
            }
            continue;
        }
        // What has a declaration is for users.
        if entries.contains(&at) || declarations_only || has_declaration(&index, &file.path) {
            continue;
        }
        let mut names: Vec<String> = syntax
            .exports
            .iter()
            .filter(|export| &*export.name != "*" && !export.kept && !demand.wants(at, &export.name))
            .map(|export| export.name.to_string())
            .collect();
        names.sort();
        names.dedup();
        // A package from a registry has no tests, which may use them.
        if !names.is_empty() && is_published {
            let less_sure = &mut result.less_sure.unused_exports;
            less_sure.insert(file.path.clone(), names.clone());
        }
        if !names.is_empty() {
            result.unused_exports.insert(file.path.clone(), names);
        }
    }
    result
}

fn is_unread(file: &FileFacts) -> bool {
    let language = file.language.map_or("", |id| id.get().id);
    matches!(language, "javascript" | "typescript")
        && file.is_own()
        && !file.test
        && file.bytes > 0
        && file.line_count() == 0
}

fn is_component(file: &FileFacts) -> bool {
    let language = file.language.map_or("", |id| id.get().id);
    file.syntax.is_some() && file.is_own() && !file.test && matches!(language, "vue" | "svelte")
}

/// Folders in which no or nearly no file is imported: a program reads the folder and loads its files.
fn scanned<'f>(files: &'f [FileFacts], imported: &[bool], reached: &[bool]) -> HashSet<&'f str> {
    const MIN_FILES: usize = 4;
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    for (at, file) in files
        .iter()
        .enumerate()
        .filter(|(_, file)| is_script(file) && file.is_own() && !file.test)
    {
        let (all, alone) = counts.entry(folder(&file.path)).or_default();
        *all += 1;
        *alone += usize::from(!imported[at] && !reached[at]);
    }
    let is_scanned = |(all, alone): (usize, usize)| alone >= MIN_FILES && alone * 2 > all;
    counts
        .into_iter()
        .filter(|(_, counts)| is_scanned(*counts))
        .map(|(folder, _)| folder)
        .collect()
}

/// Folders whose files a framework finds, even if no file imports them.
const STARTED: &[&str] = &[
    "scripts",
    "bin",
    "pages",
    "app",
    "routes",
    "functions",
    "migrations",
    "examples",
    "example",
    "benchmark",
    "benchmarks",
    "bench",
    "docs",
    "fixtures",
    "__mocks__",
    "cypress",
];
/// The part of them that has the pages of an application.
const PAGES: &[&str] = &["pages", "app", "routes"];
/// Folders of that kind in some frameworks, and of plain modules in others: a file without an import is started.
const PERHAPS_STARTED: &[&str] = &[
    "tools",
    "public",
    "static",
    "mocks",
    "tasks",
    "plugins",
    "middleware",
    "api",
    "workers",
    "config",
    "configs",
];

/// Whether a tool finds a file by its name, so that it needs no import: tests, configurations, stories, pages of frameworks,
/// scripts, workers, samples.
/// In an application whose family is known, its rows name the pages.
fn is_started_by_name(file: &FileFacts, imported: bool, in_application: bool) -> bool {
    let path = file.path.as_str();
    let name = path.rsplit('/').next().unwrap_or(path);
    let entry = file.syntax.as_ref().is_some_and(|syntax| syntax.entry_point);
    let by_name = name.contains(".config.")
        || name.contains(".stories.")
        || name.contains(".worker.")
        || name.contains("rc.")
        || name.starts_with('.')
        || is_declaration(name)
        || matches!(
            name.split('.').next(),
            Some("gulpfile" | "Gruntfile" | "setupTests" | "service-worker" | "sw")
        );
    let by_folder = folder(path).split('/').any(|folder| {
        (STARTED.contains(&folder) && !(in_application && PAGES.contains(&folder)))
            || folder.starts_with('.')
            || (!imported && PERHAPS_STARTED.contains(&folder))
    });
    file.test || entry || by_name || by_folder || file.origin != Origin::Own
}
