//! Which files of JavaScript and TypeScript packages are reached from entry points, and which exports are asked for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::facts::{FileFacts, ImportKind};
use crate::graph::{Adjacency, Graph, Link};
use crate::language::Origin;
use crate::scan::Facts;

/// What was found; both empty where no package has a known entry point.
#[derive(Debug, Default)]
pub(super) struct Reached {
    pub exports: u64,
    pub unused_exports: BTreeMap<String, Vec<String>>,
    pub unused_files: Vec<String>,
}

pub(super) fn find(facts: &Facts, graph: &Graph) -> Reached {
    let files = &facts.files;
    let index: HashMap<&str, u32> = (0..).zip(files).map(|(at, file)| (file.path.as_str(), at)).collect();
    let packages = packages(files);
    let mut entries = BTreeSet::new();
    // Packages with an entry point that is code of this repository: only their files can be judged.
    let mut judged = BTreeSet::new();
    for (home, file) in &packages {
        let found = declared(files, &index, home, *file);
        if !found.is_empty() {
            judged.insert(home.clone());
            entries.extend(found);
        }
    }
    if judged.is_empty() {
        return Reached::default();
    }
    let public = entries.clone();
    entries.extend(
        (0u32..)
            .zip(files)
            .filter(|(_, file)| is_script(file) && is_started_by_name(file))
            .map(|(at, _)| at),
    );
    let adjacency = Adjacency::new(files.len(), graph.edges.iter().map(|edge| (edge.source, edge.target)));
    let reached = adjacency.reach(entries.iter().copied());
    let demand = Demand::of(files, graph, &public);

    let mut result = Reached::default();
    for (at, file) in (0u32..).zip(files) {
        let is_judged = is_script(file)
            && file.origin == Origin::Own
            && !file.test
            && judged.contains(&home_of(&packages, &file.path));
        let Some(syntax) = file.syntax.as_ref().filter(|_| is_judged) else {
            continue;
        };
        let declarations_only = file.path.ends_with(".d.ts");
        result.exports += syntax.exports.len() as u64;
        if !reached[at as usize] {
            if !declarations_only {
                result.unused_files.push(file.path.clone());
            }
            continue;
        }
        if entries.contains(&at) || declarations_only {
            continue;
        }
        let mut names: Vec<String> = syntax
            .exports
            .iter()
            .filter(|export| &*export.name != "*" && !demand.wants(at, &export.name))
            .map(|export| export.name.to_string())
            .collect();
        names.sort();
        names.dedup();
        if !names.is_empty() {
            result.unused_exports.insert(file.path.clone(), names);
        }
    }
    result
}

fn is_script(file: &FileFacts) -> bool {
    file.syntax.is_some()
        && file
            .language
            .is_some_and(|id| matches!(id.get().id, "javascript" | "typescript"))
}

/// Folders with a `package.json`, and the number of that file.
fn packages(files: &[FileFacts]) -> BTreeMap<String, u32> {
    (0u32..)
        .zip(files)
        .filter(|(_, file)| file.origin == Origin::Own && !file.test && file.manifest.is_some())
        .filter(|(_, file)| file.path == "package.json" || file.path.ends_with("/package.json"))
        .map(|(at, file)| (folder(&file.path).to_owned(), at))
        .collect()
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The package a file belongs to: the nearest above it.
fn home_of(packages: &BTreeMap<String, u32>, path: &str) -> String {
    let mut at = folder(path);
    loop {
        if packages.contains_key(at) {
            return at.to_owned();
        }
        if at.is_empty() {
            // No package at all: a name that no folder has.
            return "\0".to_owned();
        }
        at = folder(at);
    }
}

/// The files that a `package.json` names, built ones mapped back to their source.
fn declared(files: &[FileFacts], index: &HashMap<&str, u32>, home: &str, manifest: u32) -> Vec<u32> {
    let join = |path: &str| {
        if home.is_empty() {
            path.to_owned()
        } else {
            format!("{home}/{path}")
        }
    };
    let manifest = files[manifest as usize].manifest.as_ref();
    let mut found = Vec::new();
    let mut add = |path: &str| {
        let candidates = sources(path);
        let hit = candidates
            .iter()
            .find_map(|path| index.get(join(path).as_str()).copied());
        found.extend(hit.filter(|at| is_script(&files[*at as usize])));
    };
    for path in manifest.iter().flat_map(|manifest| &manifest.entry_points) {
        add(path);
    }
    // `"./src/*": "./src/*"` opens a whole folder.
    for path in manifest.iter().flat_map(|manifest| &manifest.entry_points) {
        if let Some((start, _)) = path.split_once('*') {
            let start = join(start.trim_start_matches("./"));
            let opened = (0u32..)
                .zip(files)
                .filter(|(_, file)| file.path.starts_with(&start) && is_script(file));
            found.extend(opened.map(|(at, _)| at));
        }
    }
    if found.is_empty() {
        for path in [
            "index",
            "src/index",
            "src/main",
            "main",
            "server",
            "app",
            "src/server",
            "src/app",
            "lib/index",
        ] {
            let hit = ENDINGS
                .iter()
                .find_map(|ending| index.get(join(&format!("{path}.{ending}")).as_str()).copied());
            found.extend(hit.filter(|at| is_script(&files[*at as usize])));
        }
    }
    found
}

const ENDINGS: &[&str] = &["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"];

/// Where the source of a (perhaps built) file may be: itself, or below `src` for `dist`, `lib`, `build`, `out`, `es`, ….
fn sources(path: &str) -> Vec<String> {
    let path = path.trim_start_matches("./");
    let stem = path
        .strip_suffix(".d.ts")
        .or_else(|| {
            path.rsplit_once('.')
                .filter(|(_, end)| ENDINGS.contains(end) || *end == "json")
                .map(|(stem, _)| stem)
        })
        .unwrap_or(path);
    let mut stems = vec![stem.to_owned()];
    let parts: Vec<&str> = stem.split('/').collect();
    if parts.len() > 1 {
        // `dist/esm/a/b` stands for `src/a/b`, `src/esm/a/b`.
        for skip in 1..parts.len().min(4) {
            stems.push(format!("src/{}", parts[skip..].join("/")));
        }
        stems.push(parts[1..].join("/"));
    }
    let mut found = vec![path.to_owned()];
    for stem in stems {
        found.extend(ENDINGS.iter().map(|ending| format!("{stem}.{ending}")));
        found.extend(ENDINGS.iter().map(|ending| format!("{stem}/index.{ending}")));
    }
    found
}

/// Files that nobody imports because a tool finds them by their name: tests, configurations, stories, pages of frameworks,
/// scripts, workers, samples.
fn is_started_by_name(file: &FileFacts) -> bool {
    let path = file.path.as_str();
    let name = path.rsplit('/').next().unwrap_or(path);
    let entry = file.syntax.as_ref().is_some_and(|syntax| syntax.entry_point);
    let by_name = name.contains(".config.")
        || name.contains(".stories.")
        || name.contains(".worker.")
        || name.contains("rc.")
        || name.starts_with('.')
        || name.ends_with(".d.ts")
        || matches!(
            name.split('.').next(),
            Some("gulpfile" | "Gruntfile" | "setupTests" | "service-worker" | "sw")
        );
    let by_folder = path.split('/').any(|folder| {
        matches!(
            folder,
            "scripts"
                | "bin"
                | "tools"
                | "pages"
                | "app"
                | "routes"
                | "migrations"
                | "examples"
                | "example"
                | "public"
                | "static"
                | "benchmark"
                | "benchmarks"
                | "bench"
                | "docs"
                | "fixtures"
                | "__mocks__"
                | "mocks"
                | "cypress"
                | "tasks"
                | "plugins"
                | "middleware"
                | "functions"
                | "api"
                | "workers"
                | "config"
                | "configs"
        ) || folder.starts_with('.')
    });
    file.test || entry || by_name || by_folder || file.origin != Origin::Own
}

/// Which names of which files are asked for.
struct Demand {
    all: Vec<bool>,
    names: BTreeSet<(u32, String)>,
}

impl Demand {
    fn wants(&self, file: u32, name: &str) -> bool {
        self.all[file as usize] || self.names.contains(&(file, name.to_owned()))
    }

    /// Starts with what imports ask for and what public files export, and follows re-exports.
    fn of(files: &[FileFacts], graph: &Graph, public: &BTreeSet<u32>) -> Self {
        let mut demand = Self {
            all: vec![false; files.len()],
            names: BTreeSet::new(),
        };
        let mut reexports: HashMap<u32, Vec<&Link>> = HashMap::new();
        let mut work: Vec<(u32, Option<String>)> = public.iter().map(|at| (*at, None)).collect();
        for link in &graph.links {
            let Some(syntax) = &files[link.source as usize].syntax else {
                continue;
            };
            let Some(import) = syntax.imports.get(link.import as usize) else {
                continue;
            };
            // `export type { A } from` is of the kind `Type`, but passes on too.
            let passes_on = import.kind == ImportKind::Reexport || is_type_reexport(import.kind, syntax, link);
            if passes_on {
                reexports.entry(link.source).or_default().push(link);
                continue;
            }
            if import.names.is_empty() {
                // For its effects only: it asks for no name.
                continue;
            }
            for name in &import.names {
                let wanted = (&*name.imported != "*").then(|| name.imported.to_string());
                work.push((link.target, wanted));
            }
        }
        while let Some((file, name)) = work.pop() {
            let fresh = match &name {
                None => !std::mem::replace(&mut demand.all[file as usize], true),
                Some(name) => !demand.all[file as usize] && demand.names.insert((file, name.clone())),
            };
            if !fresh {
                continue;
            }
            for link in reexports.get(&file).into_iter().flatten() {
                let Some(import) = files[file as usize]
                    .syntax
                    .as_ref()
                    .and_then(|s| s.imports.get(link.import as usize))
                else {
                    continue;
                };
                for passed in &import.names {
                    let star = &*passed.imported == "*";
                    let wanted = match &name {
                        None => Some((!star).then(|| passed.imported.to_string())),
                        // `export * from`: the name may be there.
                        Some(name) if star && passed.local.is_empty() => Some(Some(name.clone())),
                        Some(name) if **name == *passed.local => Some((!star).then(|| passed.imported.to_string())),
                        Some(_) => None,
                    };
                    work.extend(wanted.map(|wanted| (link.target, wanted)));
                }
            }
        }
        demand
    }
}

/// The names of a type-only re-export are exports of the file on the same line.
fn is_type_reexport(kind: ImportKind, syntax: &crate::facts::Syntax, link: &Link) -> bool {
    let import = &syntax.imports[link.import as usize];
    kind == ImportKind::Type
        && syntax.exports.iter().any(|export| {
            export.line >= import.line
                && import
                    .names
                    .iter()
                    .any(|name| name.local == export.name && !name.local.is_empty())
        })
}
