//! Complexity of functions.
//!
//! *What it looks at*: every function of own files that were parsed. *Why it matters*: a function with many paths needs
//! many tests (cyclomatic), one with deep nesting is hard to read (cognitive). *Limits*: code outside of functions has no
//! figure; `docs/analysis.md` lists the conventions per language.

use repolens_core::report::{ComplexityMetrics, ComplexityStatistics, FileComplexity, FunctionComplexity, Report};

use super::{Outcome, Scratch, percent, tenth};
use crate::facts::Facts;
use crate::facts::{FileFacts, Function};

/// A function is too complex above either.
pub(super) const HIGH_CYCLOMATIC: u32 = 10;
pub(super) const HIGH_COGNITIVE: u32 = 15;
const LISTED: usize = 20;

pub(super) fn is_high(function: &Function) -> bool {
    function.cyclomatic > HIGH_CYCLOMATIC || function.cognitive > HIGH_COGNITIVE
}

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let own = || {
        facts
            .files
            .iter()
            .filter(|file| file.is_own() && !file.functions().is_empty())
    };
    let functions = || own().flat_map(|file| file.functions().iter().map(move |function| (file, function)));
    let total = functions().count();
    if total == 0 {
        return Outcome::Skipped("no function was found in a language that is parsed".to_owned());
    }
    let sum = |value: fn(&Function) -> u32| functions().map(|(_, f)| f64::from(value(f))).sum::<f64>();
    let max = |value: fn(&Function) -> u32| functions().map(|(_, f)| u64::from(value(f))).max().unwrap_or(0);
    let mut worst: Vec<_> = functions()
        .filter(|(file, f)| is_high(f) && inner(file, f).is_none())
        .collect();
    let statistics = ComplexityStatistics {
        total_functions: total as u64,
        avg_cyclomatic: tenth(sum(|f| f.cyclomatic) / total as f64),
        avg_cognitive: tenth(sum(|f| f.cognitive) / total as f64),
        max_cyclomatic: max(|f| f.cyclomatic),
        max_cognitive: max(|f| f.cognitive),
        high_complexity_count: worst.len() as u64,
    };
    worst.sort_by_key(|(file, f)| (std::cmp::Reverse(severity(f)), &file.path, f.line));
    worst.truncate(LISTED);
    let mut files: Vec<_> = own().map(of_file).collect();
    files.sort_by(|a, b| {
        let size = |file: &FileComplexity| file.max_cyclomatic.max(file.max_cognitive);
        size(b).cmp(&size(a)).then_with(|| a.path.cmp(&b.path))
    });
    files.truncate(LISTED);
    report.complexity_metrics = Some(ComplexityMetrics {
        high_complexity_functions: worst.into_iter().map(|(file, f)| listed(file, f)).collect(),
        file_summaries: files,
        // 0 where no function is too complex, 100 from one in ten.
        risk_score: tenth((percent(statistics.high_complexity_count as f64, total as f64) * 10.0).min(100.0)),
        statistics,
    });
    Outcome::Ok
}

/// The function within `outer` whose figures `outer` only repeats: it decides nothing itself, and the one function in it that
/// is hard to read is shown in its place.
fn inner<'a>(file: &'a FileFacts, outer: &Function) -> Option<&'a Function> {
    if outer.cyclomatic > 1 {
        return None;
    }
    let within = file.functions().iter().filter(|f| is_within(f, outer));
    let inner = within
        .clone()
        .filter(|f| is_high(f))
        .max_by_key(|f| f.end_line - f.line)?;
    let mut others = within.filter(|f| !is_within(f, inner) && !is_within(inner, f) && !std::ptr::eq(*f, inner));
    others.all(|other| other.cognitive == 0).then_some(inner)
}

fn is_within(function: &Function, outer: &Function) -> bool {
    outer.line <= function.line
        && function.end_line <= outer.end_line
        && (outer.line, outer.end_line) != (function.line, function.end_line)
}

/// The name of a function without one is that of the function around it, where that one is not shown itself.
fn name(file: &FileFacts, function: &Function) -> String {
    // Few functions are around it, and only for these the others of the file are read.
    let repeats = |outer: &&Function| {
        is_within(function, outer) && inner(file, outer).is_some_and(|inner| std::ptr::eq(inner, function))
    };
    let outer = match function.name.starts_with('<') {
        true => file
            .functions()
            .iter()
            .find(|outer| !outer.name.starts_with('<') && repeats(outer)),
        false => None,
    };
    match outer {
        Some(outer) => format!("{}.{}", outer.name, function.name),
        None => function.name.to_string(),
    }
}

/// How far a function is above the limits: the larger of the two.
fn severity(function: &Function) -> u64 {
    u64::from(function.cyclomatic.max(function.cognitive))
}

fn listed(file: &FileFacts, function: &Function) -> FunctionComplexity {
    FunctionComplexity {
        name: name(file, function),
        file_path: file.path.clone(),
        line_number: function.line.into(),
        end_line: function.end_line.into(),
        cyclomatic: function.cyclomatic.into(),
        cognitive: function.cognitive.into(),
        parameters: function.parameters.into(),
        nesting: function.nesting.into(),
    }
}

fn of_file(file: &FileFacts) -> FileComplexity {
    let functions = file.functions();
    let count = functions.len().max(1) as f64;
    FileComplexity {
        path: file.path.clone(),
        function_count: functions.len() as u64,
        avg_cyclomatic: tenth(functions.iter().map(|f| f64::from(f.cyclomatic)).sum::<f64>() / count),
        avg_cognitive: tenth(functions.iter().map(|f| f64::from(f.cognitive)).sum::<f64>() / count),
        max_cyclomatic: functions.iter().map(|f| u64::from(f.cyclomatic)).max().unwrap_or(0),
        max_cognitive: functions.iter().map(|f| u64::from(f.cognitive)).max().unwrap_or(0),
    }
}
