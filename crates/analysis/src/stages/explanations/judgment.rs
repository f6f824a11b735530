//! What is healthy, where the risk is, and what to do first.

use repolens_core::report::{
    Action, AspectGrade, Grade, GradeInput, Hotspot, Hotspots, MIDDLING_PROJECT, Report, StageStatus, Summary,
    WorstPlace,
};
use repolens_core::text::plain_text::{as_code, one_plain_line};

use super::{listed, lower_first, many};

/// From this share of the lines on, copies are a risk.
const MANY_COPIES: f64 = 3.0;

pub(super) fn what_is_healthy(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    let good = aspects(report, |grade| grade <= Grade::B);
    if !good.is_empty() {
        lines.push(format!("Good grades: {}.", listed(&good)));
    }
    if let Some(statistics) = report.complexity_metrics.as_ref().map(|metrics| &metrics.statistics)
        && statistics.total_functions > 0
        && statistics.high_complexity_count == 0
    {
        let functions = many(statistics.total_functions, "function", "functions");
        lines.push(format!("None of the {functions} is too complex to test or to read."));
    }
    let has_imports = report.module_graph.as_ref().is_some_and(|graph| graph.edges_total > 0);
    let cycles = report.circular_dependencies.as_ref().filter(|_| has_imports);
    if cycles.is_some_and(|cycles| cycles.total_cycles == 0) {
        lines.push("No files import each other in a cycle.".to_owned());
    }
    if let Some(copies) = report.duplication.as_ref().filter(|it| it.percentage < MANY_COPIES) {
        lines.push(if copies.percentage > 0.0 {
            format!("Little code is copied: {} % of the lines.", copies.percentage)
        } else {
            "No copied code was found.".to_owned()
        });
    }
    if let Some(tests) = report.tests.as_ref().filter(|tests| tests.ratio >= 0.5) {
        lines.push(format!(
            "There are many tests: {} lines for each line of other code.",
            tests.ratio
        ));
    }
    if lines.is_empty() {
        lines.push("No measure is good enough to be named here.".to_owned());
    }
    lines
}

/// `maintainability (A)`: the aspects with such a grade.
fn aspects(report: &Report, wanted: impl Fn(Grade) -> bool) -> Vec<String> {
    let grades = report.grades.iter().flat_map(|grades| grades.aspects());
    grades
        .filter_map(|(name, aspect)| Some((name, aspect.grade.filter(|grade| wanted(*grade))?)))
        .map(|(name, grade)| format!("{name} ({})", grade.as_str()))
        .collect()
}

pub(super) fn where_the_risk_is(summary: &Summary, report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    if report.risk_scores.is_none() {
        let failed = has_failed("risk", report);
        lines.push(
            if failed {
                "The risk could not be computed."
            } else {
                "There is no code to score."
            }
            .to_owned(),
        );
    }
    for (name, aspect) in report.grades.iter().flat_map(|grades| grades.aspects()) {
        if let Some(sentence) = weakness(name, aspect) {
            lines.push(sentence);
        }
    }
    if let Some(cycles) = report.circular_dependencies.as_ref().filter(|it| it.total_cycles > 0) {
        lines.push(format!(
            "{} of files import each other in a cycle, {} in all.",
            many(cycles.total_cycles, "group", "groups"),
            many(cycles.affected_files_total, "file", "files")
        ));
    }
    if let Some(copies) = report.duplication.as_ref().filter(|it| it.percentage >= MANY_COPIES) {
        lines.push(format!("{} % of the lines are copies of others.", copies.percentage));
    }
    lines.extend(report.hotspots.as_ref().and_then(knowledge));
    lines.extend(worst_places(summary, report));
    if lines.is_empty() {
        lines.push("No measure is bad enough to be named here.".to_owned());
    }
    lines
}

fn knowledge(hotspots: &Hotspots) -> Option<String> {
    let (commits, people) = (hotspots.window.commits, &hotspots.knowledge);
    if !hotspots.show_people() || people.bus_factor != 1 {
        return None;
    }
    let commits = many(commits, "commit", "commits");
    Some(match people.authors_total {
        1 => format!("One person made all of the {commits} that were read."),
        _ => format!("One person knows most of the code, by {commits}."),
    })
}

/// Why an aspect has a bad grade: the input that costs it most.
fn weakness(name: &str, aspect: &AspectGrade) -> Option<String> {
    let grade = aspect.grade.filter(|grade| *grade >= Grade::D)?;
    let inputs = aspect.inputs.iter();
    let counted = inputs.filter(|input| input.not_measured.is_none() && input.name != MIDDLING_PROJECT);
    let cost = |input: &GradeInput| match aspect.unit.as_str() {
        "points" => 100.0 * input.share - input.contribution,
        // Of debt, which is bad.
        _ => input.contribution,
    };
    let worst = counted.max_by(|a, b| cost(a).total_cmp(&cost(b)));
    let why = worst.map_or_else(String::new, |input| {
        let (what, _) = input.description.split_once(": ").unwrap_or((&input.description, ""));
        format!(", mostly because of this figure: {what}")
    });
    Some(format!("The grade for {name} is {}{why}.", grade.as_str()))
}

fn worst_places(summary: &Summary, report: &Report) -> Vec<String> {
    if summary.worst.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![match summary.worst.len() {
        1 => "The riskiest file to change:".to_owned(),
        count => format!("The {count} riskiest files to change:"),
    }];
    let hotspots = report.hotspots.as_ref().map_or(&[][..], |hotspots| &hotspots.files);
    for (at, place) in summary.worst.iter().enumerate() {
        let changes = hotspots.iter().find(|hotspot| hotspot.path == place.path);
        lines.push(format!("{}. {}", at + 1, worst_place(place, changes)));
    }
    lines
}

fn worst_place(place: &WorstPlace, changes: Option<&Hotspot>) -> String {
    let line = place.line.map_or_else(String::new, |line| format!(", line {line}"));
    let reason = one_plain_line(&place.reason, 300);
    let changes = changes.map_or_else(String::new, |hotspot| {
        format!(
            "; changed {} by {}",
            many(hotspot.revisions, "time", "times"),
            many(hotspot.authors, "person", "people")
        )
    });
    format!("{}{line}: {reason}{changes}.", as_code(&place.path))
}

fn has_failed(stage: &str, report: &Report) -> bool {
    let mut stages = report.analyser.stages.iter();
    stages.any(|it| it.name == stage && it.status == StageStatus::Failed)
}

/// Actions that are explained in full.
const FIRST: usize = 3;

pub(super) fn what_to_do_first(report: &Report) -> Vec<String> {
    if report.actions.is_empty() {
        return vec!["Nothing needs to be done first.".to_owned()];
    }
    let actions = report.actions.iter().take(FIRST).enumerate();
    let mut lines: Vec<String> = actions
        .map(|(at, action)| format!("{}. {}", at + 1, to_do(action)))
        .collect();
    if let more @ 1.. = report.actions.len().saturating_sub(FIRST) {
        lines.push(format!(
            "{} in the list of actions.",
            match more {
                1 => "One more is".to_owned(),
                more => format!("{more} more are"),
            }
        ));
    }
    lines
}

fn to_do(action: &Action) -> String {
    format!(
        "{} ({}). {}. Done when: {}.",
        one_plain_line(&action.title, 200),
        action.effort(),
        one_plain_line(&action.reason, 300).trim_end_matches('.'),
        lower_first(&action.done_when).trim_end_matches('.')
    )
}
