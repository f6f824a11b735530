//! Functions that are hard to change: how complexity is distributed, and the worst ones with their source.

use askama::Template;
use repolens_core::report::{ComplexityMetrics, FileComplexity, FunctionComplexity};
use serde::Deserialize;

use super::code::CodeFiles;
use super::hotspots::Missing;
use super::{Brief, Tab, View};
use crate::pages::view::parts;
use crate::pages::view::place::Place;
use crate::pages::read::{Measurement, Sections};
use crate::pages::view::text::{self, Html, filters};

pub const TAB: Tab = Tab {
    key: "complexity",
    title: "Complexity",
    sections: &["complexityMetrics", "ast"],
    brief_sections: &["complexityMetrics"],
    choices: &["sort"],
    brief,
    render,
};

/// From these values on a function counts as too complex.
const CYCLOMATIC: u64 = 10;
const COGNITIVE: u64 = 15;

fn brief(sections: &Sections, place: &Place) -> Option<Brief> {
    let metrics = match sections.get::<ComplexityMetrics>("complexityMetrics") {
        Measurement::Is(metrics) => metrics,
        Measurement::Not(reason) => return Some(Brief::not_measured(&reason)),
    };
    let figures = &metrics.statistics;
    Some(Brief {
        count: Some(figures.high_complexity_count),
        summary: Html(format!(
            "{} of {} over the limits; the average is {}",
            text::number(figures.high_complexity_count),
            text::count(figures.total_functions, "function"),
            text::decimal(figures.avg_cyclomatic)
        )),
        worst: metrics
            .high_complexity_functions
            .first()
            .map(|function| place.at(&function.file_path, Some(function.line_number))),
        missing: false,
    })
}

/// The number of functions between two values, where the report has it.
#[derive(Debug, Deserialize)]
struct Bin {
    from: u64,
    #[serde(default)]
    to: Option<u64>,
    functions: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Distribution {
    distribution: Vec<Bin>,
}

#[derive(Template)]
#[template(path = "report/complexity.html")]
struct Page<'a> {
    view: &'a View<'a>,
    metrics: &'a ComplexityMetrics,
    functions: Vec<&'a FunctionComplexity>,
    files: Vec<&'a FileComplexity>,
    bars: Vec<Bar>,
    /// The unit of the bars.
    counted: &'static str,
    others: usize,
}

struct Bar {
    range: String,
    count: u64,
    share: f64,
    over: bool,
}

impl Page<'_> {
    fn over(&self, function: &FunctionComplexity) -> bool {
        function.cyclomatic > CYCLOMATIC || function.cognitive > COGNITIVE
    }

    fn lines(&self, function: &FunctionComplexity) -> u64 {
        function.end_line.saturating_sub(function.line_number) + 1
    }

    fn sorted_by(&self, key: &str) -> bool {
        self.view.query.get("sort").unwrap_or("cognitive") == key
    }
}

fn render(view: &View<'_>) -> askama::Result<String> {
    let metrics = match view.sections.get::<ComplexityMetrics>("complexityMetrics") {
        Measurement::Is(metrics) => metrics,
        Measurement::Not(reason) => {
            return Missing {
                title: "Complexity",
                reason: &reason,
                hint: "",
            }
            .render();
        }
    };
    let mut functions: Vec<&FunctionComplexity> = metrics.high_complexity_functions.iter().collect();
    match view.query.get("sort") {
        Some("cyclomatic") => functions.sort_by_key(|function| std::cmp::Reverse(function.cyclomatic)),
        Some("lines") => functions.sort_by_key(|function| {
            std::cmp::Reverse(function.end_line.saturating_sub(function.line_number))
        }),
        Some("nesting") => functions.sort_by_key(|function| std::cmp::Reverse(function.nesting)),
        _ => functions.sort_by_key(|function| std::cmp::Reverse(function.cognitive)),
    }
    let mut files: Vec<&FileComplexity> = metrics.file_summaries.iter().collect();
    files.sort_by_key(|file| std::cmp::Reverse(file.max_cognitive));
    let distribution = view.sections.get::<Distribution>("complexityMetrics");
    let (bars, counted) = match distribution.get() {
        Some(known) if !known.distribution.is_empty() => (bars(&known.distribution), "functions"),
        _ => (by_file(view), "files, by their most complex function"),
    };
    let high = usize::try_from(metrics.statistics.high_complexity_count).unwrap_or(usize::MAX);
    Page {
        view,
        others: high.saturating_sub(functions.len()),
        functions,
        files,
        bars,
        counted,
        metrics: &metrics,
    }
    .render()
}

fn bars(bins: &[Bin]) -> Vec<Bar> {
    let most = bins.iter().map(|bin| bin.functions).max().unwrap_or(0).max(1);
    bins.iter()
        .map(|bin| Bar {
            range: match bin.to {
                Some(to) if to == bin.from => bin.from.to_string(),
                Some(to) => format!("{} to {to}", bin.from),
                None => format!("{} and more", bin.from),
            },
            count: bin.functions,
            share: bin.functions as f64 / most as f64,
            over: bin.from > CYCLOMATIC,
        })
        .collect()
}

/// Where the report has no distribution of functions: of the files, by their highest complexity.
fn by_file(view: &View<'_>) -> Vec<Bar> {
    const RANGES: [(u64, Option<u64>); 6] =
        [(1, Some(2)), (3, Some(5)), (6, Some(10)), (11, Some(20)), (21, Some(40)), (41, None)];
    let code = view.sections.get::<CodeFiles<'_>>("ast");
    let files = code.get().map(|code| code.files.as_slice()).unwrap_or_default();
    let bins: Vec<Bin> = RANGES
        .iter()
        .map(|(from, to)| Bin {
            from: *from,
            to: *to,
            functions: files
                .iter()
                .filter_map(|file| file.complexity)
                .filter(|value| value >= from && to.is_none_or(|to| *value <= to))
                .count() as u64,
        })
        .collect();
    if bins.iter().all(|bin| bin.functions == 0) {
        return Vec::new();
    }
    bars(&bins)
}
