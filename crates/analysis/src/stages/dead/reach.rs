//! Which files of JavaScript and TypeScript packages are reached from entry points, and which exports are used.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use repolens_core::report::{Confidence, LessSure};

use super::confidence::Class;
use super::declared::Declared;
use super::demand::Demand;
use super::loaded::Loaded;
use super::open::Open;
use super::packages::{has_declaration, home_of, is_declaration, is_script, packages, sources_by_path};
use super::parked::Parked;
use super::{configured, conventions, platforms};
use crate::facts::{Facts, FileFacts, Import};
use crate::graph::{Adjacency, ImportGraph};
use crate::ids::FileId;
use crate::language::Origin;
use crate::stages::modules::folder;
use crate::stages::published::registry;

/// The findings; both lists are empty where no package has a known entry point.
#[derive(Debug, Default)]
pub(super) struct Reached {
    pub exports: u64,
    pub unused_exports: BTreeMap<String, Vec<String>>,
    pub unused_files: Vec<String>,
    /// Those of medium confidence.
    pub less_sure: LessSure,
    /// Those of low confidence.
    pub least_sure: LessSure,
}

/// Finds them.
pub(super) fn find(facts: &Facts, graph: &ImportGraph, low_confidence: bool) -> Reached {
    let Some(walk) = Walk::of(facts, graph) else {
        return Reached::default();
    };
    let files = &facts.files;
    let scanned = scanned(files, &walk.imported, &walk.reached);
    let demand = Demand::of(files, graph, &walk.public);
    let parked = Parked::of(files);
    let mut result = Reached::default();
    for (at, file) in FileId::enumerate(files) {
        let is_candidate = is_script(file) && file.origin == Origin::Own && !file.test && file.is_judged();
        let Some(syntax) = file.syntax.as_ref().filter(|_| is_candidate) else {
            continue;
        };
        if !walk.judges(file) || scanned.contains(folder(&file.path)) {
            continue;
        }
        let language = file.language.map_or("", |id| id.get().id);
        result.exports += syntax.exports.len() as u64;
        if !walk.reached[at.index()] {
            if walk.is_dead(file) && !parked.has_file(&file.path) {
                let class = match walk.is_published {
                    true => Class::PublishedFile,
                    false => Class::File,
                };
                result.add_file(&file.path, class.confidence(language), low_confidence);
            }
            continue;
        }
        if walk.is_interface(at, file) {
            continue;
        }
        let mut names: Vec<String> = syntax
            .exports
            .iter()
            .filter(|export| &*export.name != "*" && !export.kept && !demand.wants(at, &export.name))
            .filter(|export| !parked.has_name(&export.name))
            .map(|export| export.name.to_string())
            .collect();
        names.sort();
        names.dedup();
        let class = match walk.is_published {
            true => Class::PublishedExport,
            false => Class::Export,
        };
        if !names.is_empty() {
            result.add_exports(&file.path, names, class.confidence(language), low_confidence);
        }
    }
    result
}

/// The files that are reached from entry points, and the packages that can be judged by that.
struct Walk {
    index: HashMap<String, FileId>,
    packages: BTreeMap<String, FileId>,
    /// By file: another one of the product imports it.
    imported: Vec<bool>,
    /// Files whose exports are public.
    public: BTreeSet<FileId>,
    /// These, and files that are found by their names.
    entries: BTreeSet<FileId>,
    reached: Vec<bool>,
    judged: BTreeSet<String>,
    is_published: bool,
}

impl Walk {
    /// `None`: no package can be judged.
    fn of(facts: &Facts, graph: &ImportGraph) -> Option<Self> {
        let files = &facts.files;
        let index = sources_by_path(files);
        let sorted: BTreeMap<&str, FileId> = index.iter().map(|(path, at)| (path.as_str(), *at)).collect();
        let packages = packages(files);
        let conventions = conventions::files(files, &packages);
        let mut named = BTreeSet::new();
        // Packages whose entry points are all known as code of this repository: only their files can be judged.
        let mut judged = BTreeSet::new();
        for (home, file) in &packages {
            let declared = Declared::of(files, &index, &sorted, home, *file);
            let is_application = conventions.applications.contains(home);
            if is_application || (declared.all_known && !declared.found.is_empty()) {
                judged.insert(home.clone());
            }
            named.extend(declared.found);
        }
        if judged.is_empty() {
            return None;
        }
        let is_published = registry(facts).is_some();
        let loaded = Loaded::of(files, &index, &packages);
        let open = Open::of(files, &packages, is_published);
        let mut public = named.clone();
        public.extend(configured::files(files, &index, &packages));
        public.extend(conventions.found);
        public.extend(&loaded.files);
        public.extend(open.offered(files, &packages));
        public.extend(platforms::files(files));
        let imported = imported(files, graph);
        let mut entries = public.clone();
        entries.extend(found_by_name(files, &imported, &packages, &conventions.applications));
        let adjacency = Adjacency::new(files.len(), graph.edges.iter().map(|edge| (edge.source, edge.target)));
        let reached = adjacency.reach(entries.iter().copied());
        let inner = open.imported_by_path(files, &packages, &adjacency.reach(named));
        judged.retain(|home| !inner.contains(home) || conventions.applications.contains(home));
        // A package that computes a name of which nothing is known may load any file.
        judged.retain(|home| !loaded.unknown.contains(home));
        // So may a script that was too large to be read.
        for file in files.iter().filter(|file| is_unread(file)) {
            if let Some(home) = home_of(&packages, &file.path) {
                judged.remove(home);
            }
        }
        Some(Self {
            index,
            packages,
            imported,
            public,
            entries,
            reached,
            judged,
            is_published,
        })
    }

    fn judges(&self, file: &FileFacts) -> bool {
        home_of(&self.packages, &file.path).is_some_and(|home| self.judged.contains(home))
    }

    /// Whether a file that is not reached is reported. An empty file keeps a place free.
    fn is_dead(&self, file: &FileFacts) -> bool {
        !is_declaration(&file.path) && file.lines.code > 0 && !has_declaration(&self.index, &file.path)
    }

    /// Whether the exports of a file are public. What has a declaration is for users.
    fn is_interface(&self, at: FileId, file: &FileFacts) -> bool {
        self.entries.contains(&at) || is_declaration(&file.path) || has_declaration(&self.index, &file.path)
    }
}

fn imported(files: &[FileFacts], graph: &ImportGraph) -> Vec<bool> {
    let mut imported = vec![false; files.len()];
    for edge in graph.edges.iter().filter(|edge| !files[edge.source.index()].test) {
        imported[edge.target.index()] = true;
    }
    imported
}

/// Components, which may be found by their names (their files are not judged, and what they import is used), and the files
/// that tools find.
fn found_by_name(
    files: &[FileFacts],
    imported: &[bool],
    packages: &BTreeMap<String, FileId>,
    applications: &BTreeSet<String>,
) -> Vec<FileId> {
    let is_found = |at: FileId, file: &FileFacts| {
        let in_application = || home_of(packages, &file.path).is_some_and(|home| applications.contains(home));
        is_component(file) || (is_script(file) && is_started_by_name(file, imported[at.index()], in_application()))
    };
    let found = FileId::enumerate(files).filter(|(at, file)| is_found(*at, file));
    found.map(|(at, _)| at).collect()
}

impl Reached {
    fn add_file(&mut self, path: &str, confidence: Confidence, low_confidence: bool) {
        let Some(of) = self.of(confidence, low_confidence) else {
            return;
        };
        if let Some(of) = of {
            of.unused_files.push(path.to_owned());
        }
        self.unused_files.push(path.to_owned());
    }

    fn add_exports(&mut self, path: &str, names: Vec<String>, confidence: Confidence, low_confidence: bool) {
        let Some(of) = self.of(confidence, low_confidence) else {
            return;
        };
        if let Some(of) = of {
            of.unused_exports.insert(path.to_owned(), names.clone());
        }
        self.unused_exports.insert(path.to_owned(), names);
    }

    /// The list that a confidence has beside the one of all; `None`: it is not shown.
    fn of(&mut self, confidence: Confidence, low_confidence: bool) -> Option<Option<&mut LessSure>> {
        match confidence {
            Confidence::High => Some(None),
            Confidence::Medium => Some(Some(&mut self.less_sure)),
            Confidence::Low => low_confidence.then_some(Some(&mut self.least_sure)),
        }
    }
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
    file.test || entry || by_name || by_folder || file.origin != Origin::Own || is_page_script(file) || is_command(file)
}

/// A script that is no module, and defines functions: pages load it for these.
fn is_page_script(file: &FileFacts) -> bool {
    file.syntax.as_ref().is_some_and(|syntax| {
        syntax.imports.is_empty()
            && syntax.exports.is_empty()
            && syntax.functions.iter().any(|of| !of.name.starts_with('<'))
    })
}

/// A script at the top that starts programs and exports nothing: a person runs it (`node publish-next.js`).
fn is_command(file: &FileFacts) -> bool {
    const STARTING: &[&str] = &[
        "child_process",
        "node:child_process",
        "execa",
        "shelljs",
        "zx",
        "zx/globals",
    ];
    !file.path.contains('/')
        && file.syntax.as_ref().is_some_and(|syntax| {
            let starts = |import: &Import| STARTING.contains(&&*import.specifier);
            syntax.exports.is_empty() && syntax.imports.iter().any(starts)
        })
}
