//! The first page of a report: what to do first, how healthy it is, and each section in one line.

mod health;

use askama::Template;
use repolens_core::report::{
    Action, CircularDependencies, ComplexityMetrics, Duplication, Explanations, FunctionComplexity, Lines, PercentileFigure,
    Percentiles, Stage, StageStatus, Summary, WorstPlace,
};

use super::{Brief, TABS, Tab, View};
use super::about::step_title;
use health::{HealthSummary, capitalized, health};
use crate::pages::view::parts::{self, GradeChip};
use crate::pages::view::place::Place;
use crate::pages::read::{Measurement, Sections};
use crate::pages::view::text::{self, Html, filters};

pub const TAB: Tab = Tab {
    key: "",
    title: "Overview",
    sections: &[
        "summary",
        "lines",
        "grades",
        "actions",
        "percentiles",
        "riskScores",
        "complexityMetrics",
        "circularDependencies",
        "duplication",
        "explanations",
    ],
    brief_sections: &[],
    choices: &[],
    brief: |_, _| None,
    render,
};

#[derive(Template)]
#[template(path = "report/overview.html")]
struct Overview<'a> {
    place: &'a Place,
    todo: Vec<Todo>,
    /// Where the report has no list of what to do: its worst places.
    worst: Vec<Worst>,
    advice: Vec<Html>,
    health: HealthSummary,
    languages: Vec<Language>,
    /// Lines of code that were generated or copied from other projects.
    not_written: u64,
    bar: Vec<Bar>,
    briefs: Vec<Line>,
    explanations: Measurement<Explanations>,
    percentiles: Option<Percentiles>,
    not_measured: Vec<(String, Html)>,
}

impl Overview<'_> {
    fn sentence(&self, figure: &PercentileFigure) -> String {
        capitalized(&figure.sentence.replace(" %", "%"))
    }
}

/// One thing to do.
struct Todo {
    title: Html,
    kind: Option<&'static str>,
    address: Option<String>,
    first: Option<Html>,
    others: usize,
    reason: Html,
    effort: String,
    gain: Html,
    done_when: Html,
    places: Vec<Html>,
    figures: Option<Figures>,
}

/// Figures of the function that a thing to do is about.
struct Figures {
    name: String,
    rows: Vec<(&'static str, u64, u64)>,
}

struct Worst {
    title: Html,
    kind: &'static str,
    address: String,
    spot: Html,
    place: Html,
    reason: Html,
}

struct Language {
    name: String,
    color: &'static str,
    code: u64,
    share: String,
}

struct Bar {
    color: &'static str,
    x: f64,
    width: f64,
}

struct Line {
    title: &'static str,
    address: String,
    brief: Brief,
}

fn render(view: &View<'_>) -> askama::Result<String> {
    let sections = view.sections;
    let actions = sections.get::<Vec<Action>>("actions");
    let actions = actions.get().filter(|actions| !actions.is_empty());
    let summary = sections.get::<Summary>("summary");
    let lines = sections.get::<Lines>("lines");
    let (languages, bar) = lines.get().map(languages).unwrap_or_default();
    let complexity = sections.get::<ComplexityMetrics>("complexityMetrics");
    let todo: Vec<Todo> = actions
        .into_iter()
        .flatten()
        .map(|action| todo(action, view.place, complexity.get()))
        .collect();
    let worst = match todo.is_empty() {
        true => worst(view, summary.get(), complexity.get()),
        false => Vec::new(),
    };
    let advice = match todo.is_empty() {
        true => summary.get().map(|summary| summary.advice.as_slice()).unwrap_or_default(),
        false => &[],
    };
    Overview {
        place: view.place,
        todo,
        worst,
        advice: advice.iter().map(|advice| text::prose(advice)).collect(),
        health: health(sections, view.place),
        languages,
        not_written: lines.get().map_or(0, Lines::not_written),
        bar,
        briefs: TABS
            .iter()
            .filter_map(|tab| {
                Some(Line {
                    title: tab.title,
                    address: view.place.tab(tab.key, ""),
                    brief: (tab.brief)(sections, view.place)?,
                })
            })
            .collect(),
        explanations: sections.get("explanations"),
        percentiles: match sections.get::<Percentiles>("percentiles") {
            Measurement::Is(percentiles) if !percentiles.figures.is_empty() => Some(percentiles),
            _ => None,
        },
        not_measured: not_measured(sections),
    }
    .render()
}

/// The tab that shows this member of the report.
fn tab_of(section: &str) -> Option<&'static Tab> {
    TABS.iter().find(|tab| !tab.key.is_empty() && tab.sections.contains(&section))
}

fn todo(action: &Action, place: &Place, complexity: Option<&ComplexityMetrics>) -> Todo {
    let tab = tab_of(&action.section);
    let first = action.places.first();
    let figures = first.and_then(|spot| {
        let line = spot.line?;
        let functions = &complexity?.high_complexity_functions;
        let function = functions
            .iter()
            .find(|function| function.file_path == spot.file && function.line_number == line)?;
        Some(Figures {
            name: function.name.clone(),
            rows: vec![
                ("Cyclomatic complexity", function.cyclomatic, 10),
                ("Cognitive complexity", function.cognitive, 15),
                ("Parameters", function.parameters, 7),
                ("Deepest nesting", function.nesting, 4),
            ],
        })
    });
    Todo {
        title: text::prose(&action.title),
        kind: tab.map(|tab| tab.title),
        address: tab.map(|tab| place.tab(tab.key, "")),
        first: first.map(|spot| place.spot(&spot.file, spot.line)),
        others: action.places.len().saturating_sub(1),
        reason: text::prose(&action.reason),
        effort: action.effort(),
        gain: text::prose(&action.gain),
        done_when: text::prose(&action.done_when),
        places: action.places.iter().map(|spot| place.at(&spot.file, spot.line)).collect(),
        figures,
    }
}

/// The worst places of a report that has no list of what to do: the first ones of its sections, as they are.
fn worst(view: &View<'_>, summary: Option<&Summary>, complexity: Option<&ComplexityMetrics>) -> Vec<Worst> {
    const SHOWN: usize = 10;
    let place = view.place;
    let summarized = summary.map(|summary| summary.worst.as_slice()).unwrap_or_default();
    let mut worst: Vec<Worst> = summarized.iter().map(|spot| riskiest(place, spot)).collect();
    let cycles = view.sections.get::<CircularDependencies>("circularDependencies");
    worst.extend(cycles.get().and_then(|cycles| first_cycle(place, cycles)));
    let copies = view.sections.get::<Duplication>("duplication");
    worst.extend(copies.get().and_then(|copies| longest_copy(place, copies)));
    let known: Vec<Option<u64>> = summarized.iter().map(|spot| spot.line).collect();
    let functions = complexity.map(|section| section.high_complexity_functions.as_slice()).unwrap_or_default();
    let others = functions.iter().filter(|function| !known.contains(&Some(function.line_number)));
    worst.extend(others.take(SHOWN.saturating_sub(worst.len())).map(|function| complex_function(place, function)));
    worst.truncate(SHOWN);
    worst
}

fn riskiest(place: &Place, spot: &WorstPlace) -> Worst {
    Worst {
        title: text::prose("Simplify the riskiest code"),
        kind: "Complexity",
        address: place.tab("complexity", ""),
        spot: place.spot(&spot.path, spot.line),
        place: place.at(&spot.path, spot.line),
        reason: text::prose(&spot.reason),
    }
}

/// The first cycle that exists at run time.
fn first_cycle(place: &Place, cycles: &CircularDependencies) -> Option<Worst> {
    let cycle = cycles.cycles.iter().find(|cycle| !cycle.type_only)?;
    let import = cycle.breaks.first()?;
    Some(Worst {
        title: text::prose("Open an import cycle"),
        kind: "Architecture",
        address: place.tab("architecture", ""),
        spot: place.bare(&import.source),
        place: place.link(&import.source),
        reason: Html(format!(
            "{} in a cycle; the import of {} closes it",
            text::count(cycle.group_size, "file"),
            place.bare(&import.target)
        )),
    })
}

fn longest_copy(place: &Place, copies: &Duplication) -> Option<Worst> {
    let copy = copies.clones.first()?;
    let [one, other, ..] = copy.occurrences.as_slice() else {
        return None;
    };
    Some(Worst {
        title: text::prose("Share the longest copy"),
        kind: "Duplication",
        address: place.tab("duplication", ""),
        spot: place.spot(&one.file, one.start_line),
        place: place.lines(&one.file, Some(one.start_line), Some(one.end_line)),
        reason: Html(format!(
            "{} also in {}",
            text::count(copy.lines, "line"),
            place.spot(&other.file, Some(other.start_line))
        )),
    })
}

fn complex_function(place: &Place, function: &FunctionComplexity) -> Worst {
    Worst {
        title: Html(format!("Split <code>{}</code>", text::name(&function.name))),
        kind: "Complexity",
        address: place.tab("complexity", ""),
        spot: place.spot(&function.file_path, function.line_number),
        place: place.lines(&function.file_path, Some(function.line_number), Some(function.end_line)),
        reason: text::prose(&format!("cyclomatic {}, cognitive {}", function.cyclomatic, function.cognitive)),
    }
}

/// Languages by lines of code: the first three by name, the others together.
fn languages(lines: &Lines) -> (Vec<Language>, Vec<Bar>) {
    const COLORS: [&str; 4] = ["f-accent", "f-accent-2", "f-accent-3", "f-edge"];
    let mut sorted: Vec<(String, u64)> = lines
        .written()
        .iter()
        .filter(|(_, counts)| counts.code > 0)
        .map(|(name, counts)| (text::language(name), counts.code))
        .collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    if sorted.len() > 4 {
        let others: u64 = sorted[3..].iter().map(|(_, code)| code).sum();
        let name = format!("{} others", sorted.len() - 3);
        sorted.truncate(3);
        sorted.push((name, others));
    }
    let total: u64 = sorted.iter().map(|(_, code)| code).sum();
    let share = |code: u64| code as f64 / total.max(1) as f64;
    let mut x = 0.0;
    let mut bars = Vec::new();
    let languages = sorted
        .into_iter()
        .zip(COLORS)
        .map(|((name, code), color)| {
            let width = share(code) * 376.0;
            bars.push(Bar {
                color,
                x,
                width: (width - 2.0).max(1.0),
            });
            x += width;
            Language {
                name,
                color,
                code,
                share: text::percent(share(code)),
            }
        })
        .collect();
    (languages, bars)
}

/// Steps that did not run, or not to their end, and what no analysis of sources can know.
fn not_measured(sections: &Sections) -> Vec<(String, Html)> {
    let stages: &[Stage] = sections.analyser().map(|analyser| analyser.stages.as_slice()).unwrap_or_default();
    let mut all: Vec<(String, Html)> = stages
        .iter()
        .filter(|stage| stage.status != StageStatus::Ok)
        .map(|stage| {
            let what = match stage.status {
                StageStatus::Truncated => "in part only",
                StageStatus::Failed => "failed",
                StageStatus::Skipped | StageStatus::Ok => "left out",
            };
            let reason = stage.reason.as_deref().unwrap_or(what);
            (step_title(&stage.name), text::prose(reason))
        })
        .collect();
    all.push(("Coverage".to_owned(), text::prose("tests are never run")));
    let skipped = sections.analyser().map_or(0, |analyser| analyser.skipped_files_total);
    if skipped > 0 {
        all.push((text::count(skipped, "file"), text::prose("read in part or not at all: see About")));
    }
    all
}
