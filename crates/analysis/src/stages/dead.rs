//! Dead code.
//!
//! *What it looks at*: imports that their file does not use; files that no entry point reaches and exports without an import
//! (JavaScript, TypeScript); private functions without a caller. *Why it matters*: code that never runs is still read, tested
//! and maintained. *Limits*: precision before recall. A package without a known entry point has no dead files;
//! the exports of an entry point are public; every name that a computed name may match is alive. Python's modules are public
//! by nature, so none of them is reported as dead.

use std::collections::BTreeMap;

use repolens_core::report::{DeadCode, DeadCodeStatistics, Report, UnusedFunction, cap};

use super::{Outcome, Scratch, percent, tenth};
use crate::facts::Facts;
use crate::language::{LanguageId, LanguageKind};

mod confidence;
mod configured;
mod conventions;
mod declared;
mod demand;
pub(in crate::stages) mod functions;
mod imports;
pub(crate) mod linters;
mod loaded;
mod open;
mod packages;
mod parked;
mod platforms;
mod reach;

use imports::Imports;
use reach::Reached;

pub(crate) use declared::entry_points;

/// Files listed in each of the three lists.
const MAX_LISTED: usize = 2_000;
const MAX_FUNCTIONS: usize = 500;
/// Languages whose imports or functions are judged.
const JUDGED: &[&str] = &[
    "c",
    "cpp",
    "csharp",
    "go",
    "java",
    "javascript",
    "jupyter-notebooks",
    "kotlin",
    "php",
    "python",
    "rust",
    "scala",
    "svelte",
    "swift",
    "typescript",
    "vue",
];

pub(super) fn run(facts: &Facts, report: &mut Report, scratch: &mut Scratch) -> Outcome {
    let Some(graph) = &scratch.graph else {
        return Outcome::Failed("the module graph that it follows is missing".to_owned());
    };
    if report.module_graph.is_none() {
        return Outcome::Skipped("there is no module graph".to_owned());
    }
    let imports = imports::find(facts, graph, scratch.low_confidence);
    if !imports.known && report.call_graph.is_none() {
        return Outcome::Skipped("there is no code of a language whose dead code is detected".to_owned());
    }
    let reached = reach::find(facts, graph, scratch.low_confidence);
    let mut functions: Vec<UnusedFunction> = scratch
        .unused_functions
        .iter()
        .flatten()
        .map(|unused| UnusedFunction {
            confidence: unused.confidence,
            file: facts.files[unused.file.index()].path.clone(),
            line: unused.line.into(),
            function: unused.name.clone(),
        })
        .collect();
    functions.sort();
    let mut dead = section(facts, imports, reached, functions);
    limit(&mut dead);
    let truncated = dead.truncated;
    report.dead_code = Some(dead);
    if scratch.unused_functions.is_none() {
        Outcome::Truncated("functions are not judged: the call graph is missing".to_owned())
    } else if truncated {
        Outcome::Truncated(format!(
            "the lists end after {MAX_LISTED} files and {MAX_FUNCTIONS} functions"
        ))
    } else {
        Outcome::Ok
    }
}

/// The section with all findings.
fn section(facts: &Facts, imports: Imports, reached: Reached, functions: Vec<UnusedFunction>) -> DeadCode {
    let mut affected: Vec<&String> = imports
        .unused
        .keys()
        .chain(reached.unused_exports.keys())
        .chain(&reached.unused_files)
        .chain(functions.iter().map(|unused| &unused.file))
        .collect();
    affected.sort();
    affected.dedup();
    let affected = affected.len();
    let parsed = facts.files.iter().filter(|file| file.syntax.is_some()).count();
    let unused_imports = imports.unused.values().map(Vec::len).sum::<usize>();
    let unused_exports = reached.unused_exports.values().map(Vec::len).sum::<usize>();
    let share = |part: usize, whole: f64| tenth(percent(part as f64, whole));
    DeadCode {
        has_dead_code: affected > 0,
        risk_score: share(affected, parsed as f64),
        statistics: DeadCodeStatistics {
            total_exports: reached.exports,
            total_unused_exports: unused_exports as u64,
            unused_export_percentage: share(unused_exports, reached.exports as f64),
            total_imports: imports.total,
            total_unused_imports: unused_imports as u64,
            unused_import_percentage: share(unused_imports, imports.total as f64),
            total_unused_functions: functions.len() as u64,
            affected_files: affected as u64,
        },
        unused_exports: reached.unused_exports,
        unused_files: reached.unused_files,
        unused_imports: imports.unused,
        unused_functions: functions,
        less_sure: reached.less_sure,
        least_sure: reached.least_sure,
        not_judged: not_judged(facts),
        truncated: false,
    }
}

/// The languages with at least a tenth of the product's code in which neither imports nor functions are judged.
fn not_judged(facts: &Facts) -> Vec<String> {
    let mut lines: BTreeMap<&str, u64> = BTreeMap::new();
    for file in facts.files.iter().filter(|file| file.is_own() && !file.test) {
        if let Some(language) = file
            .language
            .map(LanguageId::get)
            .filter(|of| of.kind == LanguageKind::Programming)
        {
            *lines.entry(language.id).or_default() += u64::from(file.lines.code);
        }
    }
    let all: u64 = lines.values().sum();
    let is_left_out = |(id, count): &(&str, u64)| *count > 0 && count * 10 >= all && !JUDGED.contains(id);
    let left_out = lines.into_iter().filter(is_left_out);
    left_out
        .filter_map(|(id, _)| LanguageId::by_id(id))
        .map(|id| id.get().name.to_owned())
        .collect()
}

/// Ends the lists that are too long.
fn limit(dead: &mut DeadCode) {
    dead.truncated =
        cut(&mut dead.unused_exports) | cut(&mut dead.unused_imports) | (dead.unused_files.len() > MAX_LISTED);
    dead.unused_files.truncate(MAX_LISTED);
    for some in [&mut dead.less_sure, &mut dead.least_sure] {
        some.unused_files.truncate(MAX_LISTED);
        cut(&mut some.unused_exports);
    }
    dead.truncated |= cap(&mut dead.unused_functions, MAX_FUNCTIONS);
}

fn cut<T>(map: &mut BTreeMap<String, T>) -> bool {
    let cut = map.len() > MAX_LISTED;
    while map.len() > MAX_LISTED {
        map.pop_last();
    }
    cut
}
