//! Dead code.
//!
//! *What it looks at*: imports that their file does not use; files that no entry point reaches and exports without an import
//! (JavaScript, TypeScript); private functions without a caller. *Why it matters*: code that never runs is still read, tested
//! and maintained. *Limits*: precision before recall. A package without a known entry point has no dead files;
//! the exports of an entry point are public; every name that a computed name may match is alive. Python's modules are public
//! by nature, so none of them is reported as dead.

use std::collections::BTreeMap;

use repolens_core::report::{Confidence, DeadCode, DeadCodeStatistics, Report, UnusedFunction, cap};

use super::{Outcome, Scratch, percent, tenth};
use crate::facts::{Facts, FileFacts};

mod configured;
mod conventions;
mod declared;
mod demand;
mod imports;
pub(crate) mod linters;
mod loaded;
mod open;
mod packages;
mod platforms;
mod reach;

pub(crate) use declared::entry_points;

/// Files listed in each of the three lists.
const MAX_LISTED: usize = 2_000;
const MAX_FUNCTIONS: usize = 500;

pub(super) fn run(facts: &Facts, report: &mut Report, scratch: &mut Scratch) -> Outcome {
    let Some(graph) = &scratch.graph else {
        return Outcome::Failed("the module graph that it follows is missing".to_owned());
    };
    if report.module_graph.is_none() {
        return Outcome::Skipped("there is no module graph".to_owned());
    }
    let mut statistics = DeadCodeStatistics::default();
    let imports = imports::find(facts, graph);
    let unused_imports = imports.unused;
    statistics.total_imports = imports.total;
    statistics.total_unused_imports = unused_imports.values().map(|list| list.len() as u64).sum();
    let may_be_for_tests = may_be_for_tests(facts);
    // What a crate has of Python is data of its program: it calls it by names, or hands it on.
    let is_crate = super::published::registry(facts) == Some(super::published::Registry::Crates);
    let is_data = |file: &FileFacts| is_crate && file.language.is_some_and(|id| id.get().id == "python");
    let mut unused_functions: Vec<UnusedFunction> = scratch
        .unused_functions
        .iter()
        .flatten()
        .filter(|unused| !is_data(&facts.files[unused.file as usize]))
        .map(|unused| UnusedFunction {
            confidence: if unused.never_named && !may_be_for_tests(&facts.files[unused.file as usize]) {
                Confidence::High
            } else {
                Confidence::Medium
            },
            file: facts.files[unused.file as usize].path.clone(),
            line: unused.line.into(),
            function: unused.name.clone(),
        })
        .collect();
    unused_functions.sort();
    statistics.total_unused_functions = unused_functions.len() as u64;
    if !imports.known && report.call_graph.is_none() {
        return Outcome::Skipped("there is no code of a language whose dead code is detected".to_owned());
    }
    let reached = reach::find(facts, graph);
    statistics.total_exports = reached.exports;
    statistics.total_unused_exports = reached.unused_exports.values().map(|names| names.len() as u64).sum();
    statistics.unused_export_percentage = tenth(percent(
        statistics.total_unused_exports as f64,
        statistics.total_exports as f64,
    ));
    statistics.unused_import_percentage = tenth(percent(
        statistics.total_unused_imports as f64,
        statistics.total_imports as f64,
    ));
    let mut affected: Vec<&String> = unused_imports
        .keys()
        .chain(reached.unused_exports.keys())
        .chain(&reached.unused_files)
        .chain(unused_functions.iter().map(|unused| &unused.file))
        .collect();
    affected.sort();
    affected.dedup();
    statistics.affected_files = affected.len() as u64;
    let parsed = facts.files.iter().filter(|file| file.syntax.is_some()).count() as f64;
    let risk_score = tenth(percent(affected.len() as f64, parsed));
    let mut dead = DeadCode {
        has_dead_code: !affected.is_empty(),
        risk_score,
        unused_exports: reached.unused_exports.clone(),
        unused_files: reached.unused_files.clone(),
        unused_imports: unused_imports.clone(),
        unused_functions: unused_functions.clone(),
        less_sure: reached.less_sure.clone(),
        statistics,
        truncated: false,
    };
    dead.truncated =
        cut(&mut dead.unused_exports) | cut(&mut dead.unused_imports) | (dead.unused_files.len() > MAX_LISTED);
    dead.unused_files.truncate(MAX_LISTED);
    dead.less_sure.unused_files.truncate(MAX_LISTED);
    cut(&mut dead.less_sure.unused_exports);
    dead.truncated |= cap(&mut dead.unused_functions, MAX_FUNCTIONS);
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

/// Whether the tests that a package of a registry left out may call a function of a file: Python hides nothing from them.
fn may_be_for_tests(facts: &Facts) -> impl Fn(&FileFacts) -> bool {
    let is_python = |file: &FileFacts| file.language.is_some_and(|id| id.get().id == "python");
    let has_tests = facts.files.iter().any(|file| file.test && is_python(file));
    let is_cut = !has_tests && super::published::registry(facts).is_some();
    move |file| is_cut && is_python(file)
}

fn cut<T>(map: &mut BTreeMap<String, T>) -> bool {
    let cut = map.len() > MAX_LISTED;
    while map.len() > MAX_LISTED {
        map.pop_last();
    }
    cut
}
