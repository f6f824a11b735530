//! Actions in the code.

use repolens_core::report::{Action, ActionPlace, CloneOccurrence, Confidence, Report};

use super::super::complexity::{HIGH_COGNITIVE, HIGH_CYCLOMATIC};
use super::super::costs;
use super::super::cycles;
use super::super::hotspots::is_code;
use super::{Candidate, aside, many, place};
use crate::facts::{Facts, FileFacts, Function};
use crate::language::Origin;

/// A function from this many times the limit on is worth an item of its own.
const FAR_ABOVE: u32 = 2;
/// Lines of a copy that are worth a function of their own, and can be one.
const LONG_COPY: u64 = 20;

fn file<'a>(facts: &'a Facts, path: &str) -> Option<&'a FileFacts> {
    let at = facts.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
    facts.files.get(at)
}

/// Whether the place is in code of the product, and in no test inside of its file.
fn is_product_place(facts: &Facts, report: &Report, one: &CloneOccurrence) -> bool {
    let line = u32::try_from(one.start_line).unwrap_or(u32::MAX);
    file(facts, &one.file).is_some_and(|file| is_product_file(facts, report, file) && !file.is_test_line(line))
}

/// Neither a test nor an example.
fn is_product(facts: &Facts, report: &Report, path: &str) -> bool {
    file(facts, path).is_some_and(|file| is_product_file(facts, report, file))
}

fn is_product_file(facts: &Facts, report: &Report, file: &FileFacts) -> bool {
    is_code(file) && file.origin == Origin::Own && !aside::is_aside(facts, report, file)
}

fn worst(file: &FileFacts) -> Option<&Function> {
    let high = file.product_functions().filter(|function| own_severity(function) > 0);
    high.max_by_key(|function| (own_severity(function), std::cmp::Reverse(function.line)))
}

/// How far a function itself is above the limits, without those within it; 0 where it is not.
fn own_severity(function: &Function) -> u32 {
    let is_above = function.cyclomatic > HIGH_CYCLOMATIC || function.own_cognitive > HIGH_COGNITIVE;
    if is_above {
        function.own_cognitive.max(function.cyclomatic)
    } else {
        0
    }
}

/// The function as people find it: for one without a name the nearest one around it that has one, if only that is in it.
fn named<'a>(file: &'a FileFacts, function: &'a Function) -> &'a Function {
    if !function.name.starts_with('<') {
        return function;
    }
    let is_around = |outer: &&Function| {
        outer.line <= function.line && function.end_line <= outer.end_line && !outer.name.starts_with('<')
    };
    let around = file.functions().iter().filter(is_around);
    let nearest = around.min_by_key(|outer| outer.end_line - outer.line);
    nearest.filter(|outer| own_severity(outer) == 0).unwrap_or(function)
}

fn split(file: &FileFacts, function: &Function, reason: String, benefit: f64, section: &str) -> Candidate {
    let function = named(file, function);
    let name = if function.name.starts_with('<') {
        format!("the function in line {}", function.line)
    } else {
        format!("`{}`", function.name)
    };
    Candidate {
        action: Action {
            id: format!("split-function:{}:{}:{}", file.path, function.name, function.line),
            title: format!(
                "Split {name} {} {}",
                if function.name.starts_with('<') { "of" } else { "in" },
                file.path
            ),
            reason,
            places: vec![place(&file.path, Some(function.line.into()))],
            gain: "Each change there needs less reading and fewer tests".to_owned(),
            effort_minutes: costs::range(costs::minutes_of(file, function)),
            done_when: format!(
                "Every function there has a cognitive complexity of at most {HIGH_COGNITIVE} and a cyclomatic one of at most {HIGH_CYCLOMATIC}"
            ),
            section: section.to_owned(),
        },
        benefit,
    }
}

/// Whether splitting the function makes its file noticeably easier: it is hard to read, or needs twice the tests of a good
/// one. A long `match` just above the limit is neither.
fn is_worth_splitting(function: &Function) -> bool {
    function.own_cognitive > HIGH_COGNITIVE || function.cyclomatic >= FAR_ABOVE * HIGH_CYCLOMATIC
}

/// The most complex function of each of the worst files.
pub(super) fn hotspots(facts: &Facts, report: &Report) -> Vec<Candidate> {
    let Some(hotspots) = &report.hotspots else {
        return Vec::new();
    };
    let commits = hotspots.window.commits.max(1);
    let files = hotspots.files.iter().take(10);
    let found = files.filter_map(|hotspot| {
        let file = file(facts, &hotspot.path).filter(|file| is_product_file(facts, report, file))?;
        let function = worst(file).filter(|function| is_worth_splitting(function))?;
        let reason = format!(
            "The file is in {} of {commits} commits ({}); the function has a cognitive complexity of {}, a cyclomatic one of {}",
            hotspot.revisions,
            many(hotspot.fixes, "fix", "fixes"),
            function.cognitive,
            function.cyclomatic
        );
        Some(split(file, function, reason, 40.0 + hotspot.score * 0.6, "hotspots"))
    });
    found.collect()
}

/// The most complex functions of all.
pub(super) fn functions(facts: &Facts, report: &Report) -> Vec<Candidate> {
    if report.complexity_metrics.is_none() {
        return Vec::new();
    }
    let product = facts.files.iter().filter(|file| is_product_file(facts, report, file));
    let mut all: Vec<(&FileFacts, &Function)> = product
        .flat_map(|file| file.product_functions().map(move |function| (file, function)))
        .collect();
    // Many decisions that are easy to read are a flat choice between cases: splitting it makes nothing clearer.
    all.retain(|(_, function)| {
        function.own_cognitive > HIGH_COGNITIVE
            && (function.own_cognitive >= FAR_ABOVE * HIGH_COGNITIVE
                || function.cyclomatic >= FAR_ABOVE * HIGH_CYCLOMATIC)
    });
    all.sort_by_key(|(file, function)| (std::cmp::Reverse(own_severity(function)), &file.path, function.line));
    let found = apart(all).into_iter().take(3).map(|(file, function)| {
        let lines = (function.end_line + 1).saturating_sub(function.line);
        let reason = format!(
            "Cognitive complexity {} (limit {HIGH_COGNITIVE}), cyclomatic {} (limit {HIGH_CYCLOMATIC}), {lines} lines",
            function.cognitive, function.cyclomatic
        );
        let far = f64::from(own_severity(function)).min(100.0);
        split(file, function, reason, 25.0 + far * 0.35, "complexityMetrics")
    });
    found.collect()
}

/// Leaves out functions within a function that precedes them in the list, and those around it: the work is the same.
fn apart<'a>(all: Vec<(&'a FileFacts, &'a Function)>) -> Vec<(&'a FileFacts, &'a Function)> {
    let mut kept: Vec<(&FileFacts, &Function)> = Vec::new();
    for (file, function) in all {
        let overlaps = kept.iter().any(|(other, known)| {
            other.path == file.path && known.line <= function.end_line && function.line <= known.end_line
        });
        if !overlaps {
            kept.push((file, function));
        }
    }
    kept
}

/// The import that breaks a cycle most cheaply.
pub(super) fn cycles(facts: &Facts, report: &Report) -> Vec<Candidate> {
    let Some(cycles) = &report.circular_dependencies else {
        return Vec::new();
    };
    let real = cycles
        .cycles
        .iter()
        .filter(|cycle| !cycle.type_only && !cycles::is_one_unit(&cycle.chain))
        .filter(|cycle| cycle.breaks_total > 0 && cycle.breaks_total <= 5);
    let real = real.filter(|cycle| {
        cycle
            .chain
            .iter()
            .all(|path| cycles::is_loaded_in_order(path) && is_product(facts, report, path))
    });
    let found = real.filter_map(|cycle| {
        let first = cycle.breaks.first()?;
        let count = cycle.breaks_total;
        let title = if count == 1 {
            format!("Remove the import of {} from {}", first.target, first.source)
        } else {
            format!("Remove {count} imports that keep {} files in a cycle", cycle.group_size)
        };
        Some(Candidate {
            action: Action {
                id: format!("break-cycle:{}:{}", first.source, first.target),
                title,
                reason: format!(
                    "{} files import each other in a cycle; without {} there is none",
                    cycle.group_size,
                    if count == 1 {
                        "this import".to_owned()
                    } else {
                        format!("these {count} imports")
                    }
                ),
                places: cycle.breaks.iter().map(|import| place(&import.source, None)).collect(),
                gain: "The files can be read, tested and loaded one after the other".to_owned(),
                effort_minutes: costs::range(costs::CYCLE_IMPORT * count as f64),
                done_when: "`circularDependencies` does not list the files any more".to_owned(),
                section: "circularDependencies".to_owned(),
            },
            benefit: 30.0 + (cycle.group_size as f64).min(30.0),
        })
    });
    found.collect()
}

/// Code that can be deleted safely.
pub(super) fn unused(_: &Facts, report: &Report) -> Vec<Candidate> {
    let Some(dead) = &report.dead_code else {
        return Vec::new();
    };
    let sure_files = dead
        .unused_files
        .iter()
        .filter(|file| {
            ![&dead.less_sure, &dead.least_sure]
                .iter()
                .any(|some| some.unused_files.contains(file))
        })
        .map(|file| place(file, None));
    let sure_functions = dead
        .unused_functions
        .iter()
        .filter(|unused| unused.confidence == Confidence::High)
        .map(|unused| place(&unused.file, Some(unused.line)));
    let sure_imports = dead
        .unused_imports
        .iter()
        .flat_map(|(file, imports)| imports.iter().map(move |import| (file, import)))
        .filter(|(_, import)| import.confidence == Confidence::High)
        .map(|(file, import)| place(file, Some(import.line)));
    let all = [
        delete(
            ["files", "unused file", "unused files"],
            "No entry point reaches",
            costs::UNUSED_FILE,
            sure_files.collect(),
        ),
        delete(
            ["functions", "unused function", "unused functions"],
            "Nothing calls",
            costs::UNUSED_FUNCTION,
            sure_functions.collect(),
        ),
        delete(
            ["imports", "unused import", "unused imports"],
            "Nothing in the same file uses",
            costs::UNUSED_IMPORT,
            sure_imports.collect(),
        ),
    ];
    all.into_iter().flatten().collect()
}

/// `names`: the end of the id, and what one and several are called.
fn delete(names: [&str; 3], why: &str, minutes: f64, places: Vec<ActionPlace>) -> Option<Candidate> {
    let [id, one, more] = names;
    let count = places.len() as u64;
    if count == 0 {
        return None;
    }
    let them = if count == 1 { "it" } else { "them" };
    Some(Candidate {
        action: Action {
            id: format!("delete-unused-{id}"),
            title: format!("Delete {}", many(count, one, more)),
            reason: format!("{why} {them}"),
            places,
            gain: "Less to read, and no code that only appears to be used".to_owned(),
            effort_minutes: costs::range(minutes * count as f64),
            done_when: format!("`deadCode` does not list {them} any more"),
            section: "deadCode".to_owned(),
        },
        benefit: 8.0 + (count as f64).sqrt().min(20.0) * 2.0,
    })
}

/// The longest copies.
pub(super) fn copies(facts: &Facts, report: &Report) -> Vec<Candidate> {
    let clones = report.duplication.iter().flat_map(|copies| &copies.clones);
    let long = clones.filter(|clone| {
        clone.whole_lines >= LONG_COPY
            && !aside::are_variants(clone.occurrences.iter().map(|one| one.file.as_str()))
            && clone
                .occurrences
                .iter()
                .filter(|one| is_product_place(facts, report, one))
                .count()
                > 1
    });
    let found = long.filter_map(|clone| {
        let first = clone.occurrences.first()?;
        let places: Vec<_> = clone
            .occurrences
            .iter()
            .map(|one| place(&one.file, Some(one.start_line)))
            .collect();
        let times = clone.occurrences.len() as u64;
        Some(Candidate {
            action: Action {
                id: format!("extract-copy:{}:{}", first.file, first.start_line),
                title: format!("Keep one of {times} copies of {} lines in {}", clone.lines, first.file),
                reason: format!(
                    "The same {} lines are at {times} places: a fault in one stays in the {}",
                    clone.lines,
                    if times == 2 { "other" } else { "others" }
                ),
                places,
                gain: format!("{} lines less", clone.lines * (times - 1)),
                effort_minutes: costs::range(costs::COPIED_LINE * (clone.lines * (times - 1)) as f64),
                done_when: "`duplication` does not list them any more".to_owned(),
                section: "duplication".to_owned(),
            },
            benefit: 12.0 + (clone.lines as f64 / 5.0).min(25.0),
        })
    });
    found.take(2).collect()
}

/// Files that change together without a link in the code.
pub(super) fn hidden_pairs(_: &Facts, report: &Report) -> Vec<Candidate> {
    let pairs = report
        .hotspots
        .iter()
        .flat_map(|hotspots| &hotspots.coupling)
        .filter(|pair| pair.hidden && pair.degree >= 50.0);
    let found = pairs.map(|pair| Candidate {
        action: Action {
            id: format!("show-coupling:{}:{}", pair.a, pair.b),
            title: format!("Make the connection of {} and {} visible", pair.a, pair.b),
            reason: format!(
                "{} commits changed both, {:.0} % of what changed either, and neither imports the other",
                pair.shared, pair.degree
            ),
            places: vec![place(&pair.a, None), place(&pair.b, None)],
            gain: "A change of one shows that the other has to follow".to_owned(),
            effort_minutes: costs::range(costs::HIDDEN_PAIR),
            done_when: "What they share is in one place, or a comment in each names the other".to_owned(),
            section: "hotspots".to_owned(),
        },
        benefit: 15.0 + pair.degree / 5.0,
    });
    found.take(2).collect()
}
