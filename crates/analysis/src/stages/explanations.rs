//! The report in words.
//!
//! *Input*: the sections before it. *Use*: for readers who do not know the figures. *Limits*: the text is built from the
//! figures, without a model: it states what was measured, and of the purpose of the code only what the project states
//! itself. What was not measured is not mentioned as if it were fine.

use repolens_core::report::{Chapter, Explanations, Place, Report, StageStatus, Summary};

use super::{Outcome, Scratch, percent};
use crate::facts::Facts;
use crate::language::{Kind, Origin};
use crate::render::grouped;

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let Some(summary) = &report.summary else {
        return Outcome::Failed("the summary is missing".to_owned());
    };
    let chapters = [
        ("What it is", what_it_is(summary, report)),
        ("Size", size(summary, report)),
        ("How it is built", how_it_is_built(report)),
        ("What is healthy", what_is_healthy(report)),
        ("Where the risk is", where_the_risk_is(summary, report)),
        ("What to do first", what_to_do_first(summary)),
    ];
    let text = |title: &str| {
        let chapter = chapters.iter().find(|(name, _)| *name == title);
        chapter.map_or_else(String::new, |(_, lines)| lines.join("\n"))
    };
    let overview = [text("What it is"), text("Size"), text("How it is built")];
    let risk_analysis = [
        text("What is healthy"),
        text("Where the risk is"),
        text("What to do first"),
    ];
    let joined = |parts: &[String]| {
        let parts: Vec<&str> = parts
            .iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        parts.join("\n\n")
    };
    let explanations = Explanations {
        summary: in_short(summary, report),
        overview: joined(&overview),
        risk_analysis: joined(&risk_analysis),
        provider: "fallback".to_owned(),
        model: None,
        confidence: confidence(facts).to_owned(),
        chapters: chapters
            .into_iter()
            .filter(|(_, lines)| !lines.is_empty())
            .map(|(title, lines)| Chapter {
                title: title.to_owned(),
                content: lines.join("\n"),
            })
            .collect(),
    };
    report.explanations = Some(explanations);
    Outcome::Ok
}

/// How much of the own code was parsed without an error: from nine tenths high, from a half medium.
fn confidence(facts: &Facts) -> &'static str {
    let (mut all, mut read) = (0u64, 0u64);
    for file in &facts.files {
        let is_code = file.language.is_some_and(|id| id.get().kind == Kind::Programming);
        if is_code && file.origin == Origin::Own {
            let lines = u64::from(file.lines.code);
            all += lines;
            read += if file.syntax.as_ref().is_some_and(|syntax| !syntax.errors) {
                lines
            } else {
                0
            };
        }
    }
    match percent(read as f64, all as f64) {
        share if share >= 90.0 => "high",
        share if share >= 50.0 => "medium",
        _ => "low",
    }
}

/// `1 file`, `2 files`.
fn many(number: u64, one: &str, more: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { more })
}

/// `a`, `a and b`, `a, b and c`.
fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn name(summary: &Summary) -> &str {
    summary.name.as_deref().unwrap_or("This repository")
}

fn in_short(summary: &Summary, report: &Report) -> String {
    let code = match summary.lines_of_code {
        0 => "has no code in a known language".to_owned(),
        lines => format!(
            "has {} of code in {}",
            many(lines, "line", "lines"),
            many(summary.files, "file", "files")
        ),
    };
    let language = match summary.primary_language.as_str() {
        "unknown" => String::new(),
        language => format!(", mostly {language}"),
    };
    let mut text = format!("{} {code}{language}.", name(summary));
    if let (Some(risk), Some(level)) = (summary.health.risk, summary.health.level) {
        text += &format!(" Its risk is {} ({risk} of 100).", level.as_str());
    }
    if let Some(grade) = &summary.health.readme_grade {
        text += &match report.readme_analysis.as_ref().and_then(|readme| readme.path.as_ref()) {
            Some(_) => format!(" Its README is graded {grade}."),
            None => " It has no README.".to_owned(),
        };
    }
    if let Some(first) = summary.advice.first() {
        text += &format!(" First advice: {first}.");
    }
    text
}

fn what_it_is(summary: &Summary, report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    match &summary.description {
        Some(description) => {
            let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
            lines.push(format!(
                "{} describes itself as \u{201c}{description}\u{201d}",
                name(summary)
            ));
        }
        None => lines.push(format!(
            "{} does not say in a manifest or README what it is.",
            name(summary)
        )),
    }
    if let Some(languages) = &report.languages {
        if languages.primary != "unknown" {
            lines.push(format!("Most of its code is {}.", languages.primary));
        }
        if !languages.frameworks.is_empty() {
            lines.push(format!("It uses {}.", listed(&languages.frameworks)));
        }
    }
    if let Some(licenses) = &report.licenses {
        let mut names: Vec<String> = licenses.files.iter().filter_map(|file| file.spdx.clone()).collect();
        names.extend(licenses.declared.iter().cloned());
        names.sort();
        names.dedup();
        names.truncate(5);
        lines.push(match (names.is_empty(), licenses.files.is_empty()) {
            (false, _) if names.len() == 1 => format!("Its license is {}.", names[0]),
            (false, _) => format!("Its licenses are {}.", listed(&names)),
            (true, false) => "It has a license file whose text was not recognized.".to_owned(),
            (true, true) => "No license was found.".to_owned(),
        });
    }
    lines
}

fn size(summary: &Summary, report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(counts) = &report.lines {
        let total = counts.total;
        lines.push(format!(
            "It has {}, of which {} have code and {} are comments.",
            many(total.total(), "line", "lines"),
            grouped(total.code),
            grouped(total.comments)
        ));
        let others = counts.vendored.total() + counts.generated.total();
        if others > 0 {
            lines.push(format!(
                "{} of them were copied from other projects or written by programs; no score counts these.",
                grouped(others)
            ));
        }
    }
    if let Some(metrics) = &report.complexity_metrics {
        lines.push(format!(
            "{} were read; the mean cyclomatic complexity is {}.",
            many(metrics.statistics.total_functions, "function", "functions"),
            metrics.statistics.avg_cyclomatic
        ));
    }
    if let Some(tests) = &report.tests {
        lines.push(match tests.test_files {
            0 => "No tests were found.".to_owned(),
            files => format!(
                "{} {} {} of code: {} for each line of other code.",
                many(files, "test file", "test files"),
                if files == 1 { "holds" } else { "hold" },
                many(tests.test_lines, "line", "lines"),
                tests.ratio
            ),
        });
    }
    if let Some(dependencies) = &report.dependencies {
        let statistics = &dependencies.statistics;
        lines.push(format!(
            "It depends on {} directly, {} in all.",
            many(statistics.direct, "package", "packages"),
            many(statistics.total, "package", "packages")
        ));
    }
    if lines.is_empty() {
        lines.push(format!("It has {}.", many(summary.files, "file", "files")));
    }
    lines
}

fn how_it_is_built(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(ast) = report.ast.as_ref().filter(|ast| !ast.entry_points.is_empty()) {
        const SHOWN: usize = 5;
        let shown: Vec<String> = ast
            .entry_points
            .iter()
            .take(SHOWN)
            .map(|path| format!("`{path}`"))
            .collect();
        let more = ast.entry_points.len().saturating_sub(SHOWN) as u64;
        let more = if more > 0 {
            format!(", and {} more", grouped(more))
        } else {
            String::new()
        };
        lines.push(format!("It starts, or is used from, {}{more}.", listed(&shown)));
    }
    if let Some(graph) = &report.module_graph {
        lines.push(format!(
            "Its {} import each other {}.",
            many(graph.nodes.len() as u64, "parsed file", "parsed files"),
            many(graph.edges_total, "time", "times")
        ));
    }
    if let Some(graph) = report.call_graph.as_ref().filter(|graph| graph.statistics.calls > 0) {
        lines.push(format!(
            "Its functions make {}; the longest chain of calls has {}.",
            many(graph.statistics.calls, "call", "calls"),
            many(graph.statistics.max_depth, "step", "steps")
        ));
    }
    if let Some(tests) = report.tests.as_ref().filter(|tests| !tests.ci.is_empty()) {
        lines.push(format!("It is built by {}.", listed(&tests.ci)));
    }
    lines
}

fn what_is_healthy(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(risk) = &report.risk_scores {
        for (name, factor) in risk.breakdown.iter().filter(|(_, factor)| factor.score < 25.0) {
            lines.push(match name.as_str() {
                "high_complexity" => format!("Few functions are too complex: {} %.", factor.value),
                "deep_nesting" => format!("Few functions are nested deeply: {} %.", factor.value),
                "large_files" => format!("Little of the code is in large files: {} %.", factor.value),
                "low_test_coverage" => format!("There are many tests: {} lines for 100 lines of code.", factor.value),
                "many_dependencies" => format!("It has few direct dependencies: {}.", factor.value),
                "no_documentation" => format!("The README is complete: {} of 100.", factor.value),
                _ => continue,
            });
        }
    }
    let has_imports = report.module_graph.as_ref().is_some_and(|graph| graph.edges_total > 0);
    let cycles = report.circular_dependencies.as_ref().filter(|_| has_imports);
    if cycles.is_some_and(|cycles| cycles.total_cycles == 0) {
        lines.push("No files import each other in a cycle.".to_owned());
    }
    if let Some(copies) = report.duplication.as_ref().filter(|copies| copies.percentage < 3.0) {
        lines.push(format!("Little is copied: {} % of the lines.", copies.percentage));
    }
    lines
}

fn where_the_risk_is(summary: &Summary, report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    match &report.risk_scores {
        Some(risk) => lines.push(format!(
            "The risk is {} of 100, which is {}; maintainability is {} of 100.",
            risk.overall,
            risk.level.as_str(),
            risk.maintainability
        )),
        None if has_failed("risk", report) => lines.push("The risk could not be computed.".to_owned()),
        None => lines.push("There is no code to score.".to_owned()),
    }
    if let Some(cycles) = report.circular_dependencies.as_ref().filter(|it| it.total_cycles > 0) {
        lines.push(format!(
            "{} of files import each other in a cycle, {} in all.",
            many(cycles.total_cycles, "group", "groups"),
            many(cycles.affected_files_total, "file", "files")
        ));
    }
    if let Some(copies) = report.duplication.as_ref().filter(|copies| copies.percentage >= 3.0) {
        lines.push(format!("{} % of the lines are copies of others.", copies.percentage));
    }
    if !summary.worst.is_empty() {
        lines.push("The riskiest files to change:".to_owned());
        lines.extend(
            summary
                .worst
                .iter()
                .enumerate()
                .map(|(at, place)| format!("{}. {}", at + 1, worst(place))),
        );
    }
    lines
}

fn has_failed(stage: &str, report: &Report) -> bool {
    let mut stages = report.analyser.stages.iter();
    stages.any(|it| it.name == stage && it.status == StageStatus::Failed)
}

fn worst(place: &Place) -> String {
    let line = place.line.map_or_else(String::new, |line| format!(", line {line}"));
    format!("`{}`{line}: {}", place.path, place.reason)
}

fn what_to_do_first(summary: &Summary) -> Vec<String> {
    if summary.advice.is_empty() {
        return vec!["Nothing stands out.".to_owned()];
    }
    let advice = summary.advice.iter().enumerate();
    advice.map(|(at, text)| format!("{}. {text}.", at + 1)).collect()
}
