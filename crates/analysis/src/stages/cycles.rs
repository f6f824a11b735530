//! Cycles of imports.
//!
//! *What it looks at*: the module graph; a cycle is a group of files that all reach each other (a strongly connected
//! component) by imports that run when the files are loaded. *Why it matters*: none of them can be understood, tested or
//! loaded alone. Groups that only exist by imports that wait or are for types, in tests, or in one Rust crate or package
//! (Java, Kotlin, Scala, C#, Go, PHP) are listed apart. *Limits*: of each group one shortest chain is shown, not every way round;
//! the suggested imports are enough to break all cycles, and each of them is needed, but there may be a smaller set.

mod breaking;

use std::collections::{BTreeMap, VecDeque};

use repolens_core::report::{BreakingImport, CircularDependencies, Cycle, CycleKind, EdgeKind, Report, Severity, cap};

use super::{Outcome, Scratch, percent, tenth};
use crate::budget::spend;
use crate::calls::Imported;
use crate::facts::{Facts, FileFacts};
use crate::graph::{Adjacency, ComponentId, ImportEdge, ImportGraph, Link};
use crate::ids::FileId;
use breaking::ImportedNames;

const MAX_CYCLES: usize = 200;
const MAX_FILES: usize = 2_000;
const MAX_BREAKS: usize = 20;
/// The number of starts from which a shortest chain is searched in one group: a larger group has many, and one is enough.
const MAX_STARTS: usize = 64;

/// Whether importing a file of this language runs it, so that a cycle decides on the order. Files that are compiled together
/// (Rust, Java, C#, …) or loaded by the first use of a class (PHP) may refer to each other.
pub(super) fn is_loaded_in_order(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    !matches!(
        ending,
        "rs" | "php" | "inc" | "java" | "kt" | "kts" | "scala" | "groovy" | "cs" | "swift" | "go"
    )
}

/// Whether the files are a header and its own parts (`a.h` and `a-inl.h`), which include each other on purpose.
pub(super) fn is_one_unit(chain: &[String]) -> bool {
    let unit = |path: &String| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (stem, ending) = name.rsplit_once('.')?;
        let is_c = matches!(
            ending,
            "h" | "hh" | "hpp" | "hxx" | "inl" | "ipp" | "tcc" | "tpp" | "c" | "cc" | "cpp" | "cxx"
        );
        let parts = ["-inl", "_inl", ".inl", "-impl", "_impl", ".impl", "-ipp", "_ipp"];
        let unit = parts.iter().find_map(|part| stem.strip_suffix(part)).unwrap_or(stem);
        is_c.then(|| unit.to_owned())
    };
    let first = chain.first().and_then(unit);
    first.is_some() && chain.iter().all(|path| unit(path) == first)
}

pub(super) fn run(facts: &Facts, report: &mut Report, scratch: &mut Scratch) -> Outcome {
    let Some(graph) = &scratch.graph else {
        return Outcome::Failed("the module graph that it follows is missing".to_owned());
    };
    if report.module_graph.is_none() {
        return Outcome::Skipped("there is no module graph".to_owned());
    }
    let mut finder = Finder {
        facts,
        graph,
        is_known: vec![false; facts.files.len()],
        patience: breaking::PATIENCE,
    };
    let mut cycles = finder.groups(CycleKind::Load);
    sort(&mut cycles);
    let graph_nodes = facts.files.iter().filter(|file| file.syntax.is_some()).count() as f64;
    let path = |at: usize| facts.files[at].path.clone();
    let mut affected: Vec<String> = (0..facts.files.len())
        .filter(|at| finder.is_known[*at])
        .map(path)
        .collect();
    affected.sort();
    let mut apart: Vec<Cycle> = APART.iter().flat_map(|kind| finder.groups(*kind)).collect();
    sort(&mut apart);
    let (total, apart_total) = (cycles.len() as u64, apart.len() as u64);
    let affected_total = affected.len() as u64;
    let cut = cap(&mut cycles, MAX_CYCLES) | cap(&mut apart, MAX_CYCLES) | cap(&mut affected, MAX_FILES);
    report.circular_dependencies = Some(CircularDependencies {
        has_circular_dependencies: total > 0,
        total_cycles: total,
        cycles,
        apart,
        apart_total,
        affected_files: affected,
        affected_files_total: affected_total,
        risk_score: tenth(percent(affected_total as f64, graph_nodes)),
    });
    if cut {
        Outcome::Truncated(format!("the lists end after {MAX_CYCLES} cycles and {MAX_FILES} files"))
    } else {
        Outcome::Ok
    }
}

/// Kinds of groups that are no cycle of what is loaded, in the order in which a group is taken for one of them.
const APART: &[CycleKind] = &[
    CycleKind::Deferred,
    CycleKind::Type,
    CycleKind::Crate,
    CycleKind::Test,
    CycleKind::Itself,
];

fn sort(cycles: &mut [Cycle]) {
    cycles.sort_by(|a, b| {
        let order = |c: &Cycle| (c.kind, c.breaks_total, c.severity, std::cmp::Reverse(c.group_size));
        order(a).cmp(&order(b)).then_with(|| a.chain.cmp(&b.chain))
    });
}

struct Finder<'f> {
    facts: &'f Facts,
    graph: &'f ImportGraph,
    /// By file: it is in a group that was found.
    is_known: Vec<bool>,
    patience: usize,
}

impl Finder<'_> {
    /// The groups by imports of a kind and those before it, without groups that have a file of one of those.
    fn groups(&mut self, kind: CycleKind) -> Vec<Cycle> {
        let edges = self
            .graph
            .edges
            .iter()
            .filter(|edge| kind_of(self.facts, edge) <= kind && !edge.declares);
        let all = Adjacency::new(self.facts.files.len(), edges.map(|edge| (edge.source, edge.target)));
        let component = all.components();
        let mut groups: BTreeMap<ComponentId, Vec<FileId>> = BTreeMap::new();
        for (at, &number) in FileId::enumerate(&component) {
            groups.entry(number).or_default().push(at);
        }
        groups.retain(|_, members| members.len() > 1 || all.of(members[0]).contains(&members[0]));
        let names = names_inside(self.facts, self.graph, &component);
        let mut found = Vec::new();
        for members in groups.values() {
            let is_new = !members.iter().any(|at| self.is_known[at.index()]);
            for at in members {
                self.is_known[at.index()] = true;
            }
            if is_new {
                found.push(self.cycle(kind, &all, &component, members, &names));
            }
        }
        found
    }

    fn cycle(
        &mut self,
        kind: CycleKind,
        graph: &Adjacency<FileId>,
        component: &[ComponentId],
        members: &[FileId],
        names: &BTreeMap<(FileId, FileId), ImportedNames>,
    ) -> Cycle {
        let path = |at: FileId| self.facts.files[at.index()].path.clone();
        let chain = shortest(graph, component, members);
        let length = chain.len().saturating_sub(1) as u64;
        let edges = edges_inside(graph, component, members, names);
        let mut breaks: Vec<BreakingImport> = breaking::imports_to_take_out(&edges, &mut self.patience)
            .into_iter()
            .map(|(source, target)| BreakingImport {
                source: path(source),
                target: path(target),
                names: names.get(&(source, target)).and_then(|names| names.count()),
            })
            .collect();
        let breaks_total = breaks.len() as u64;
        breaks.truncate(MAX_BREAKS);
        Cycle {
            chain: chain.into_iter().map(path).collect(),
            length,
            group_size: members.len() as u64,
            kind,
            type_only: kind == CycleKind::Type,
            severity: match kind {
                // Nothing fails when the program starts.
                CycleKind::Load if members.iter().any(|at| is_loaded_by_use(&self.facts.files[at.index()])) => {
                    severity(length).max(Severity::Medium)
                }
                CycleKind::Load => severity(length),
                _ => Severity::Low,
            },
            breaks,
            breaks_total,
        }
    }
}

/// When an import runs.
fn kind_of(facts: &Facts, edge: &ImportEdge) -> CycleKind {
    let (source, target) = (&facts.files[edge.source.index()], &facts.files[edge.target.index()]);
    let is_declaration = |path: &str| {
        [".d.ts", ".d.mts", ".d.cts", ".pyi"]
            .iter()
            .any(|end| path.ends_with(end))
    };
    if edge.source == edge.target {
        CycleKind::Itself
    } else if source.test || target.test {
        CycleKind::Test
    } else if source.path.ends_with(".rs") || source.path.ends_with(".go") || are_compiled_as_one(source, target) {
        CycleKind::Crate
    } else if edge.kind == EdgeKind::Type || is_declaration(&source.path) || is_declaration(&target.path) {
        CycleKind::Type
    } else if edge.kind == EdgeKind::Dynamic {
        CycleKind::Deferred
    } else {
        CycleKind::Load
    }
}

/// Whether two files of a language whose imports never run are in one package or namespace, or one is in a part of the
/// other's. Between others there is a cycle of packages.
fn are_compiled_as_one(source: &FileFacts, target: &FileFacts) -> bool {
    let package = |file: &FileFacts| {
        let syntax = file.syntax.as_ref()?;
        is_loaded_by_use(file).then(|| syntax.package.clone())
    };
    let within = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '\\']))
    };
    package(source)
        .zip(package(target))
        .is_some_and(|(a, b)| within(&a, &b) || within(&b, &a))
}

/// Files of Java, Kotlin, Scala and C#, and PHP's classes in namespaces: no import of theirs runs.
fn is_loaded_by_use(file: &FileFacts) -> bool {
    let is_compiled = [".java", ".kt", ".kts", ".scala", ".cs"]
        .iter()
        .any(|end| file.path.ends_with(end));
    let is_class = || file.syntax.as_ref().is_some_and(|syntax| !syntax.package.is_empty());
    is_compiled || (file.path.ends_with(".php") && is_class())
}

/// How many names each file imports from another of its group.
fn names_inside(
    facts: &Facts,
    graph: &ImportGraph,
    component: &[ComponentId],
) -> BTreeMap<(FileId, FileId), ImportedNames> {
    let inside = |link: &&Link| component[link.source.index()] == component[link.target.index()];
    let mut names = BTreeMap::new();
    for link in graph.links.iter().filter(inside) {
        let more = match link.name {
            Imported::Whole => names_of(facts, link),
            Imported::Name(_) => ImportedNames::Count(1),
        };
        let names = names
            .entry((link.source, link.target))
            .or_insert(ImportedNames::Count(0));
        *names = names.with(more);
    }
    names
}

/// The names of an import whose names all lead to one file.
fn names_of(facts: &Facts, link: &Link) -> ImportedNames {
    let syntax = facts.files[link.source.index()].syntax.as_ref();
    let import = syntax.and_then(|syntax| syntax.imports.get(link.import.index()));
    let names = import.map_or(&[][..], |import| &import.names);
    if names.is_empty() || names.iter().any(|name| &*name.imported == "*") {
        ImportedNames::Whole
    } else {
        ImportedNames::Count(u32::try_from(names.len()).unwrap_or(u32::MAX))
    }
}

/// The imports between files of one group, each pair once, with their names.
fn edges_inside(
    graph: &Adjacency<FileId>,
    component: &[ComponentId],
    members: &[FileId],
    names: &BTreeMap<(FileId, FileId), ImportedNames>,
) -> Vec<(FileId, FileId, ImportedNames)> {
    let inside = |source: FileId, target: FileId| component[source.index()] == component[target.index()];
    let mut pairs: Vec<(FileId, FileId)> = members
        .iter()
        .flat_map(|&source| graph.of(source).iter().map(move |&target| (source, target)))
        .filter(|&(source, target)| inside(source, target))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
        .into_iter()
        .map(|(source, target)| {
            let names = names.get(&(source, target)).copied();
            (source, target, names.unwrap_or(ImportedNames::Whole))
        })
        .collect()
}

/// A shortest cycle through one of `starts`, inside of their components: a search by breadth from each.
fn shortest(graph: &Adjacency<FileId>, component: &[ComponentId], starts: &[FileId]) -> Vec<FileId> {
    let mut best: Vec<FileId> = Vec::new();
    for &start in starts.iter().take(MAX_STARTS) {
        let mut came_from: BTreeMap<FileId, FileId> = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        let mut found = false;
        while let Some(node) = queue.pop_front() {
            spend(graph.of(node).len() as u64 + 1);
            for &next in graph.of(node) {
                if next == start {
                    let mut chain = vec![start];
                    let mut at = node;
                    while at != start {
                        chain.push(at);
                        at = came_from[&at];
                    }
                    chain.push(start);
                    chain.reverse();
                    if best.is_empty() || chain.len() < best.len() {
                        best = chain;
                    }
                    found = true;
                    break;
                }
                if component[next.index()] == component[start.index()] && !came_from.contains_key(&next) {
                    came_from.insert(next, node);
                    queue.push_back(next);
                }
            }
            if found {
                break;
            }
        }
        if best.len() <= 3 && !best.is_empty() {
            break;
        }
    }
    best
}

fn severity(length: u64) -> Severity {
    match length {
        0..=2 => Severity::High,
        3..=4 => Severity::Medium,
        _ => Severity::Low,
    }
}
