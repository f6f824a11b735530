//! Which files of JavaScript and TypeScript packages are reached from entry points, and which exports are asked for.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use repolens_core::report::LessSure;

use super::loaded::Loaded;
use super::{configured, conventions};
use crate::budget::spend;
use crate::facts::{FileFacts, Import, ImportedName};
use crate::graph::{Adjacency, Graph};
use crate::language::Origin;
use crate::scan::Facts;
use crate::stages::modules::folder;

/// What was found; both empty where no package has a known entry point.
#[derive(Debug, Default)]
pub(super) struct Reached {
    pub exports: u64,
    pub unused_exports: BTreeMap<String, Vec<String>>,
    pub unused_files: Vec<String>,
    /// Which of these two are less sure.
    pub less_sure: LessSure,
}

pub(super) fn find(facts: &Facts, graph: &Graph) -> Reached {
    let files = &facts.files;
    let index = sources_by_path(files);
    let sorted: BTreeMap<&str, u32> = index.iter().map(|(path, at)| (path.as_str(), *at)).collect();
    let packages = packages(files);
    let mut entries = BTreeSet::new();
    // Packages whose entry points are all known as code of this repository: only their files can be judged.
    let mut judged = BTreeSet::new();
    for (home, file) in &packages {
        let declared = Declared::of(files, &index, &sorted, home, *file);
        if declared.all_known && !declared.found.is_empty() {
            judged.insert(home.clone());
        }
        entries.extend(declared.found);
    }
    if judged.is_empty() {
        return Reached::default();
    }
    entries.extend(configured::files(files, &index, &packages));
    entries.extend(conventions::files(files, &packages));
    let loaded = Loaded::of(files, &index, &packages);
    entries.extend(&loaded.files);
    let public = entries.clone();
    let mut imported = vec![false; files.len()];
    for edge in graph.edges.iter().filter(|edge| !files[edge.source as usize].test) {
        imported[edge.target as usize] = true;
    }
    entries.extend(
        (0u32..)
            .zip(files)
            .filter(|(at, file)| is_script(file) && is_started_by_name(file, imported[*at as usize]))
            .map(|(at, _)| at),
    );
    let adjacency = Adjacency::new(files.len(), graph.edges.iter().map(|edge| (edge.source, edge.target)));
    let reached = adjacency.reach(entries.iter().copied());
    let demand = Demand::of(files, graph, &public);

    let mut result = Reached::default();
    for (at, file) in (0u32..).zip(files) {
        let is_candidate = is_script(file) && file.origin == Origin::Own && !file.test;
        let Some(syntax) = file.syntax.as_ref().filter(|_| is_candidate) else {
            continue;
        };
        let home = home_of(&packages, &file.path);
        if !judged.contains(&home) {
            continue;
        }
        let declarations_only = is_declaration(&file.path);
        result.exports += syntax.exports.len() as u64;
        if !reached[at as usize] {
            if !declarations_only && !has_declaration(&index, &file.path) {
                if imported[at as usize] || loaded.unknown.contains(&home) {
                    result.less_sure.unused_files.push(file.path.clone());
                }
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
            if loaded.unknown.contains(&home) {
                result.less_sure.unused_exports.insert(file.path.clone(), names.clone());
            }
            result.unused_exports.insert(file.path.clone(), names);
        }
    }
    result
}

pub(super) fn is_script(file: &FileFacts) -> bool {
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

/// The package a file belongs to: the nearest above it.
pub(super) fn home_of(packages: &BTreeMap<String, u32>, path: &str) -> String {
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

/// Own code by its path in lower case: a built file is often named after its source but for capitals.
fn sources_by_path(files: &[FileFacts]) -> HashMap<String, u32> {
    (0..)
        .zip(files)
        .filter(|(_, file)| is_script(file) && file.is_own())
        .map(|(at, file)| (file.path.to_lowercase(), at))
        .collect()
}

fn is_declaration(path: &str) -> bool {
    [".d.ts", ".d.mts", ".d.cts"]
        .iter()
        .any(|ending| path.ends_with(ending))
}

/// A `.js` file with declarations beside it was built, or is there for others.
fn has_declaration(index: &HashMap<String, u32>, path: &str) -> bool {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem).to_lowercase();
    ["d.ts", "d.mts", "d.cts"]
        .iter()
        .any(|ending| index.contains_key(&format!("{stem}.{ending}")))
}

/// The files that the own packages of npm offer or start, each named for itself.
pub(crate) fn entry_points(files: &[FileFacts]) -> BTreeSet<u32> {
    let index = sources_by_path(files);
    let sorted = BTreeMap::new();
    let packages = packages(files);
    let declared = packages
        .iter()
        .flat_map(|(home, file)| Declared::of(files, &index, &sorted, home, *file).named);
    declared.collect()
}

/// The files that a `package.json` names, built ones mapped back to their source.
struct Declared {
    found: Vec<u32>,
    /// Of these, those that users ask for or start, and that no pattern stands for.
    named: Vec<u32>,
    /// For each thing that the package offers a source was found.
    all_known: bool,
}

impl Declared {
    fn of(
        files: &[FileFacts],
        index: &HashMap<String, u32>,
        sorted: &BTreeMap<&str, u32>,
        home: &str,
        manifest: u32,
    ) -> Self {
        let join = |path: &str| {
            if home.is_empty() {
                path.to_lowercase()
            } else {
                format!("{home}/{path}").to_lowercase()
            }
        };
        let lookup = |path: &String| {
            let at = index.get(&join(path)).copied()?;
            (!is_declaration(&files[at as usize].path)).then_some(at)
        };
        let mut declared = Self {
            found: Vec::new(),
            named: Vec::new(),
            all_known: true,
        };
        let manifest = files[manifest as usize].manifest.as_ref();
        let mut offers = false;
        let mut patterns: HashMap<&str, bool> = HashMap::new();
        for entry in manifest.iter().flat_map(|manifest| &manifest.entry_points) {
            let code: Vec<&String> = entry.paths.iter().filter(|path| is_code(path)).collect();
            if code.is_empty() {
                continue;
            }
            offers |= !entry.name.is_empty();
            let mut any = false;
            for path in code {
                let start = path.split_once('*').map(|(start, _)| start);
                // What a pattern stands for was found when it came first.
                if let Some(known) = start.and_then(|start| patterns.get(start)) {
                    any |= known;
                    continue;
                }
                let found = match start {
                    Some(start) => below(files, sorted, &join(start), home),
                    None => sources(path).iter().find_map(lookup).into_iter().collect(),
                };
                patterns.extend(start.map(|start| (start, !found.is_empty())));
                any |= !found.is_empty();
                if start.is_none() && !entry.script {
                    declared.named.extend(&found);
                }
                declared.found.extend(found);
            }
            if !any && let Some(file) = named(&entry.name).iter().find_map(lookup) {
                declared.found.push(file);
                declared.named.push(file);
                any = true;
            }
            // A program that is not there is somebody else's (`tsc`, a file that is made).
            declared.all_known &= any || entry.name.is_empty();
        }
        if !offers {
            let found = named(".").iter().find_map(lookup);
            declared.found.extend(found);
            declared.named.extend(found);
        }
        declared
    }
}

pub(super) fn is_code(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    // Node adds the ending itself: `"main": "lib/a"`.
    !matches!(
        ending,
        "json" | "css" | "scss" | "wasm" | "node" | "md" | "html" | "svg" | "png" | "txt"
    )
}

const ENDINGS: &[&str] = &["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"];

pub(super) fn with_endings(stem: &str) -> impl Iterator<Item = String> {
    let plain = ENDINGS.iter().map(move |ending| format!("{stem}.{ending}"));
    plain.chain(ENDINGS.iter().map(move |ending| format!("{stem}/index.{ending}")))
}

/// Where the source of what is asked for by a name (`.`, `./part`) stands by custom.
fn named(name: &str) -> Vec<String> {
    let stems: Vec<String> = match name.trim_start_matches("./") {
        "" => Vec::new(),
        "." => [
            "index",
            "src/index",
            "src/main",
            "main",
            "server",
            "app",
            "src/server",
            "src/app",
            "lib/index",
        ]
        .map(str::to_owned)
        .to_vec(),
        part => vec![format!("src/{part}"), part.to_owned(), format!("lib/{part}")],
    };
    stems
        .iter()
        .flat_map(|stem| with_endings(stem).collect::<Vec<_>>())
        .collect()
}

/// All code below a folder, or below `src` in its place: what `./dist/*` offers.
fn below(files: &[FileFacts], sorted: &BTreeMap<&str, u32>, start: &str, home: &str) -> Vec<u32> {
    let home = if home.is_empty() {
        String::new()
    } else {
        format!("{}/", home.to_lowercase())
    };
    let rest = start.strip_prefix(&home).unwrap_or(start);
    let source = rest.split_once('/').map_or("", |(_, rest)| rest);
    let starts = [start.to_owned(), format!("{home}src/{source}")];
    let mut found: Vec<u32> = starts
        .iter()
        .map(|start| {
            let found: Vec<u32> = sorted
                .range(start.as_str()..)
                .take_while(|(path, _)| path.starts_with(start.as_str()))
                .map(|(_, at)| *at)
                .collect();
            spend(found.len() as u64);
            found
        })
        .find(|found| !found.is_empty())
        .unwrap_or_default();
    found.retain(|at| !is_declaration(&files[*at as usize].path));
    found.sort_unstable();
    found
}

/// Where the source of a (perhaps built) file may be: itself, or below `src` for `dist`, `lib`, `build`, `out`, `es`, ….
pub(crate) fn sources(path: &str) -> Vec<String> {
    let path = path.trim_start_matches("./");
    let without = |path: &str| {
        let (stem, ending) = path.rsplit_once('.')?;
        ENDINGS.contains(&ending).then(|| stem.to_owned())
    };
    let stem = without(path).unwrap_or_else(|| path.to_owned());
    let mut stems = vec![stem.clone()];
    // `build/three.module.js`, `dist/a.d.ts`.
    let name = stem.rsplit('/').next().unwrap_or_default();
    if let Some((first, _)) = name.split_once('.').filter(|(first, _)| !first.is_empty()) {
        stems.push(format!("{}{first}", &stem[..stem.len() - name.len()]));
    }
    for stem in stems.clone() {
        let parts: Vec<&str> = stem.split('/').collect();
        if parts.len() > 1 {
            // `dist/esm/a/b` stands for `src/a/b`, `src/esm/a/b`.
            for skip in 1..parts.len().min(4) {
                stems.push(format!("src/{}", parts[skip..].join("/")));
            }
            stems.push(parts[1..].join("/"));
        }
    }
    let mut found = vec![path.to_owned()];
    found.extend(stems.iter().flat_map(|stem| with_endings(stem).collect::<Vec<_>>()));
    found
}

/// Folders whose files a framework finds, whoever else imports them.
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
/// Folders of that kind by some frameworks, and of plain modules by others: what nobody imports is started.
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

/// Files that nobody imports because a tool finds them by their name: tests, configurations, stories, pages of frameworks,
/// scripts, workers, samples.
fn is_started_by_name(file: &FileFacts, imported: bool) -> bool {
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
        STARTED.contains(&folder) || folder.starts_with('.') || (!imported && PERHAPS_STARTED.contains(&folder))
    });
    file.test || entry || by_name || by_folder || file.origin != Origin::Own
}

/// Which names of which files are asked for.
struct Demand {
    all: Vec<bool>,
    names: HashSet<(u32, String)>,
}

/// What a file re-exports.
#[derive(Default)]
struct Reexports<'f> {
    /// By the name that it is exported as: the file that it comes from, and its name there, or all of it.
    named: HashMap<&'f str, Vec<(u32, Option<&'f str>)>>,
    /// `export * from`.
    stars: Vec<u32>,
    /// Names that were looked for behind the stars.
    passed: usize,
}

/// Names of one file times its `export * from`: beyond it, all of what is behind them is taken to be asked for.
const MAX_PASSED: usize = 100_000;

impl Demand {
    fn wants(&self, file: u32, name: &str) -> bool {
        self.all[file as usize] || self.names.contains(&(file, name.to_owned()))
    }

    /// Starts with what imports ask for and what public files export, and follows re-exports.
    fn of(files: &[FileFacts], graph: &Graph, public: &BTreeSet<u32>) -> Self {
        let mut reexports: HashMap<u32, Reexports<'_>> = HashMap::new();
        let mut work: Vec<(u32, Option<String>)> = public.iter().map(|at| (*at, None)).collect();
        for link in graph
            .links
            .iter()
            .filter(|link| is_script(&files[link.target as usize]))
        {
            let syntax = files[link.source as usize].syntax.as_ref();
            let Some(import) = syntax.and_then(|syntax| syntax.imports.get(link.import as usize)) else {
                continue;
            };
            spend(import.names.len() as u64 + 1);
            if import.kind.passes_on() {
                reexports.entry(link.source).or_default().add(import, link.target);
            } else {
                work.extend(asked(import).map(|name| (link.target, name)));
            }
        }
        let mut demand = Self {
            all: vec![false; files.len()],
            names: HashSet::new(),
        };
        while let Some((file, name)) = work.pop() {
            let name = match name.as_deref() {
                Some(WHOLE) => Some("default".to_owned()),
                // Of a module of CommonJS, `default` is all that it exports.
                Some("default") if !exports_default(&files[file as usize]) => None,
                _ => name,
            };
            let fresh = match &name {
                None => !std::mem::replace(&mut demand.all[file as usize], true),
                Some(name) => !demand.all[file as usize] && demand.names.insert((file, name.clone())),
            };
            if let Some(reexports) = reexports.get_mut(&file).filter(|_| fresh) {
                reexports.follow(name.as_deref(), &mut work);
            }
        }
        demand
    }
}

/// What `module.exports = …` is, of a module whose used members are known.
const WHOLE: &str = "\0whole";

fn exports_default(file: &FileFacts) -> bool {
    let exports = file.syntax.as_ref().map_or(&[][..], |syntax| &syntax.exports);
    exports.iter().any(|export| &*export.name == "default")
}

/// The names that an import asks for; `None`: all of the file.
fn asked(import: &Import) -> impl Iterator<Item = Option<String>> {
    // What is taken of a whole module stands behind it, where that is all known.
    let is_told = |name: &ImportedName| name.local.is_empty() && &*name.imported != "*";
    let told = import.names.iter().any(is_told);
    let is_namespace = import.names.iter().any(|name| &*name.imported == "*");
    import.names.iter().map(move |name| match &*name.imported {
        // It may be a part of what `module.exports = …` is.
        "*" if told => Some(WHOLE.to_owned()),
        "*" => None,
        // What `require` takes may be a part of it too.
        "default" if name.local.is_empty() && !is_namespace => Some(WHOLE.to_owned()),
        name => Some(name.to_owned()),
    })
}

impl<'f> Reexports<'f> {
    fn add(&mut self, import: &'f Import, target: u32) {
        for name in &import.names {
            let star = &*name.imported == "*";
            if star && name.local.is_empty() {
                self.stars.push(target);
            } else {
                let imported = (!star).then_some(&*name.imported);
                self.named.entry(&name.local).or_default().push((target, imported));
            }
        }
    }

    /// What is asked of other files where this one is asked for `name`, or for all.
    fn follow(&mut self, name: Option<&str>, work: &mut Vec<(u32, Option<String>)>) {
        let owned = |(target, name): &(u32, Option<&str>)| (*target, name.map(str::to_owned));
        let Some(name) = name else {
            work.extend(self.named.values().flatten().map(owned));
            work.extend(self.stars.iter().map(|target| (*target, None)));
            return;
        };
        work.extend(self.named.get(name).into_iter().flatten().map(owned));
        // The name may be behind any of them.
        self.passed += self.stars.len();
        spend(self.stars.len() as u64);
        let wanted = (self.passed <= MAX_PASSED).then(|| name.to_owned());
        work.extend(self.stars.iter().map(|target| (*target, wanted.clone())));
        if wanted.is_none() {
            self.stars = Vec::new();
        }
    }
}
