//! The stages of an analysis, in order: each takes the facts of all files and what the stages before it reported, and adds
//! its section. One stage is one file below. A stage that panics, or reaches its limit of processor time, is reported as
//! failed, and the others go on: so a stage writes its section last, when it is complete.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use repolens_core::report::{Confidence, Report, Stage as StageReport, StageStatus};

use crate::budget::{self, OutOfTime};
use crate::facts::Facts;
use crate::graph::ImportGraph;
use crate::history::HistoryState;
use crate::ids::FileId;
use crate::language::Tokens;
use crate::options::{Observer, Options};

mod actions;
mod ast;
mod calls;
pub(crate) mod ci;
mod community;
mod complexity;
mod costs;
mod cycles;
mod dead;
mod dependencies;
mod duplication;
mod entry_points;
mod explanations;
mod grades;
mod hotspots;
mod languages;
mod licenses;
mod modules;
mod percentiles;
pub(crate) mod published;
mod readme;
mod risk;
mod security;
mod summary;
mod test_files;

pub use calls::CallEdge;

/// Whether the text of the file at `path` is kept, because a stage reads it itself.
#[must_use]
pub fn reads_text_of(path: &str) -> bool {
    readme::reads_text_of(path)
        || modules::reads_text_of(path)
        || dead::linters::reads_text_of(path)
        || entry_points::reads_text_of(path)
        || ci::service(path).is_some()
        || published::reads_text_of(path)
        || security::reads_text_of(path)
}

/// The values that stages pass to later ones beside the report.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub graph: Option<ImportGraph>,
    pub history: HistoryState,
    /// By file; gone when the copies are found.
    pub tokens: Vec<Tokens>,
    /// By file: how many call its functions and make objects of its classes; absent for files whose calls are not read.
    pub references: HashMap<FileId, References>,
    /// Functions that nothing reaches, by file and line; `None` without a call graph.
    pub unused_functions: Option<Vec<UnusedFunction>>,
    /// As [`Options::low_confidence`].
    pub low_confidence: bool,
}

/// Functions and files that use what one file defines.
#[derive(Debug, Default)]
pub(crate) struct References {
    /// In the order of [`crate::calls::Calls::functions`].
    pub functions: Box<[u32]>,
    /// In the order of [`crate::calls::Calls::classes`].
    pub classes: Box<[u32]>,
}

#[derive(Debug)]
pub(crate) struct UnusedFunction {
    pub file: FileId,
    pub name: String,
    pub line: u32,
    /// How many functions call it, with itself; none of them is reached.
    pub callers: usize,
    /// As [`crate::calls::Definition::documented`].
    pub documented: bool,
    pub confidence: Confidence,
}

/// How a stage ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ok,
    /// The repository has nothing for this stage.
    Skipped(String),
    /// It reached a limit, and its section is incomplete.
    Truncated(String),
    /// It was not run, or could not do its work: its section is left out.
    Failed(String),
}

type Run = fn(&Facts, &mut Report, &mut Scratch) -> Outcome;

/// The list.
const STAGES: &[(&str, Run)] = &[
    ("languages", languages::run),
    ("dependencies", dependencies::run),
    ("readme", readme::run),
    ("licences", licenses::run),
    ("tests", test_files::run),
    ("community", community::run),
    ("duplication", duplication::run),
    ("complexity", complexity::run),
    ("module-graph", modules::run),
    ("dependency-usage", dependencies::usage::run),
    ("cycles", cycles::run),
    ("call-graph", calls::run),
    ("dead-code", dead::run),
    ("ast", ast::run),
    ("hotspots", hotspots::run),
    ("security", security::run),
    ("risk", risk::run),
    ("grades", grades::run),
    ("percentiles", percentiles::run),
    ("actions", actions::run),
    ("summary", summary::run),
    ("explanations", explanations::run),
];

/// Runs them all.
pub(crate) fn run(
    facts: &mut Facts,
    history: HistoryState,
    report: &mut Report,
    options: &Options,
    observer: &dyn Observer,
) {
    let mut scratch = Scratch {
        tokens: facts
            .files
            .iter_mut()
            .map(|file| std::mem::take(&mut file.tokens))
            .collect(),
        history,
        low_confidence: options.low_confidence,
        ..Scratch::default()
    };
    let total = STAGES.len() as u64;
    let limit = Duration::from_secs(options.limits.max_stage_seconds);
    for (done, (name, run)) in (0..).zip(STAGES) {
        observer.progress(name, done, total);
        let start = options.clock.as_ref().map(|clock| clock());
        let budget = budget::start(limit);
        let outcome = match options.skip_stages.get(*name) {
            Some(reason) => Ok(Outcome::Failed(reason.clone())),
            None => catch_unwind(AssertUnwindSafe(|| run(facts, report, &mut scratch))),
        };
        observer.stage_done(name, budget.steps());
        drop(budget);
        let ms = start
            .zip(options.clock.as_ref())
            .map(|(start, clock)| clock().saturating_sub(start).as_millis() as u64);
        let (status, reason) = match outcome {
            Ok(Outcome::Ok) => (StageStatus::Ok, None),
            Ok(Outcome::Skipped(reason)) => (StageStatus::Skipped, Some(reason)),
            Ok(Outcome::Truncated(reason)) => (StageStatus::Truncated, Some(reason)),
            Ok(Outcome::Failed(reason)) => (StageStatus::Failed, Some(reason)),
            Err(payload) => (StageStatus::Failed, Some(failure(payload.as_ref(), limit))),
        };
        report.analyser.stages.push(StageReport {
            name: (*name).to_owned(),
            ms,
            status,
            reason,
        });
    }
    if let Some((last, _)) = STAGES.last() {
        observer.progress(last, total, total);
    }
}

/// All edges of the call graph, which the report has in figures only.
pub(crate) fn call_edges(facts: &Facts, report: &mut Report) -> Vec<CallEdge> {
    let mut scratch = Scratch::default();
    modules::run(facts, report, &mut scratch);
    calls::edges(facts, &scratch.graph.unwrap_or_default())
}

fn failure(payload: &(dyn std::any::Any + Send), limit: Duration) -> String {
    if payload.is::<OutOfTime>() {
        return format!(
            "it used more than {} s of processor time: its section is left out",
            limit.as_secs()
        );
    }
    format!("it failed: {}", panic_text(payload))
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no reason given".to_owned())
}

/// Rounded to 0.1, and never the `-0.0` that the sum of nothing is.
fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0 + 0.0
}

/// `part` of `whole` in per cent; 0 of nothing.
fn percent(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole * 100.0 } else { 0.0 }
}
