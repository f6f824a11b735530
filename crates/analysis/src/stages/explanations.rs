//! The report in words.
//!
//! *Input*: the sections before it. *Use*: for readers who do not know the figures. *Limits*: the text is built from the
//! figures, without a model: it states what was measured, and of the purpose of the code only what the project states
//! itself. What was not measured is not mentioned as if it were fine.

mod judgment;

use repolens_core::report::{Chapter, Explanations, License, Licenses, Lines, Report, Summary};
use repolens_core::text::plain_text::{as_code, one_plain_line};

use super::{Outcome, Scratch, percent};
use crate::facts::Facts;
use crate::language::{LanguageId, LanguageKind, Origin};
use crate::render::grouped;

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let Some(summary) = &report.summary else {
        return Outcome::Failed("the summary is missing".to_owned());
    };
    let chapters = [
        ("What it is", what_it_is(summary, report)),
        ("Size", size(summary, report)),
        ("How it is built", how_it_is_built(report)),
        ("What is healthy", judgment::what_is_healthy(report)),
        ("Where the risk is", judgment::where_the_risk_is(summary, report)),
        ("What to do first", judgment::what_to_do_first(report)),
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
        prompt_version: None,
        sentences: None,
    };
    report.explanations = Some(explanations);
    Outcome::Ok
}

/// How much of the own code was parsed without an error: from nine tenths high, from a half medium.
fn confidence(facts: &Facts) -> &'static str {
    let (mut all, mut read) = (0u64, 0u64);
    for file in &facts.files {
        let is_code = file
            .language
            .is_some_and(|id| id.get().kind == LanguageKind::Programming);
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

/// The name of the project, as its manifest, its README or its address has it.
fn name(summary: &Summary) -> String {
    let name = one_plain_line(summary.name.as_deref().unwrap_or_default(), 80);
    if name.is_empty() {
        "This repository".to_owned()
    } else {
        name
    }
}

/// A language as people write it.
fn language(id: &str) -> String {
    LanguageId::by_id(id).map_or_else(|| one_plain_line(id, 40), |id| id.get().name.to_owned())
}

/// The sentences as one paragraph.
fn paragraph(sentences: &[String]) -> Vec<String> {
    match sentences {
        [] => Vec::new(),
        sentences => vec![sentences.join(" ")],
    }
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
    let not_written = report.lines.as_ref().map_or(0, Lines::not_written);
    let mostly = match summary.primary_language.as_str() {
        "unknown" => String::new(),
        id if not_written == 0 || not_written == summary.lines_of_code => format!(", mostly {}", language(id)),
        id => format!(
            "; {} were generated or copied from other projects, the rest is mostly {}",
            many(not_written, "line", "lines"),
            language(id)
        ),
    };
    let mut text = format!("{} {code}{mostly}.", name(summary));
    if let Some(overall) = report.grades.as_ref().map(|grades| &grades.overall)
        && let Some(grade) = overall.grade
    {
        text += &format!(" Its grade is {}: {}.", grade.as_str(), lower_first(&overall.words));
    }
    if let Some(worst) = summary.worst.first() {
        text += &format!(" The riskiest file to change is {}.", as_code(&worst.path));
    }
    if let Some(first) = report.actions.first() {
        text += &format!(" First thing to do: {}.", lower_first(&first.title));
    }
    text
}

/// Sentences that go on after a colon begin in lower case; names and abbreviations stay.
fn lower_first(text: &str) -> String {
    let text = one_plain_line(text, 300);
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text,
    }
}

fn what_it_is(summary: &Summary, report: &Report) -> Vec<String> {
    let mut sentences = Vec::new();
    let description = summary
        .description
        .as_ref()
        .map(|text| one_plain_line(text, 300).trim_end_matches('.').to_owned())
        .filter(|text| !text.is_empty());
    sentences.push(match description {
        Some(text) => format!("{} describes itself as \u{201c}{text}\u{201d}.", name(summary)),
        None => format!(
            "Neither a manifest nor a README of {} describes its purpose.",
            name(summary)
        ),
    });
    if let Some(languages) = report.languages.as_ref().filter(|it| it.primary != "unknown") {
        let is_itself = |framework: &&String| framework.eq_ignore_ascii_case(&name(summary));
        let frameworks = languages.frameworks.iter().filter(|framework| !is_itself(framework));
        let frameworks: Vec<String> = frameworks.map(|it| one_plain_line(it, 40)).collect();
        sentences.push(match frameworks.as_slice() {
            [] => format!("Most of its code is {}.", language(&languages.primary)),
            some => format!(
                "Most of its code is {}, and it uses {}.",
                language(&languages.primary),
                listed(some)
            ),
        });
    }
    sentences.extend(report.licenses.as_ref().map(license));
    paragraph(&sentences)
}

/// What the manifests declare, or else the license files of the root, or else those of folders.
fn license(licenses: &Licenses) -> String {
    let in_files = |wanted: fn(&License) -> bool| -> Vec<String> {
        let files = licenses.files.iter().filter(|file| wanted(file));
        files.filter_map(|file| file.spdx.clone()).collect()
    };
    let mut names: Vec<String> = licenses.declared.iter().map(|name| one_plain_line(name, 60)).collect();
    if names.is_empty() {
        names = in_files(|file| !file.path.contains('/'));
    }
    let of_parts = names.is_empty();
    if of_parts {
        names = in_files(|_| true);
    }
    names.sort();
    names.dedup();
    names.truncate(5);
    match (names.as_slice(), licenses.files.is_empty()) {
        (some @ [_, ..], _) if of_parts => format!("Parts of it have the license {}.", listed(some)),
        ([one], _) => format!("Its license is {one}."),
        ([_, _, ..], _) => format!("Its licenses are {}.", listed(&names)),
        ([], false) => "It has a license file whose text was not recognized.".to_owned(),
        ([], true) if licenses.notices.is_empty() => "No license was found.".to_owned(),
        ([], true) => {
            let mut notices: Vec<(&String, &u64)> = licenses.notices.iter().collect();
            notices.sort_by_key(|(_, files)| std::cmp::Reverse(**files));
            let named: Vec<String> = notices
                .iter()
                .take(5)
                .map(|(name, files)| format!("{} (in {})", one_plain_line(name, 60), many(**files, "file", "files")))
                .collect();
            format!(
                "There is no license file; source files name the license {}.",
                listed(&named)
            )
        }
    }
}

fn size(summary: &Summary, report: &Report) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some(counts) = &report.lines {
        let total = counts.total;
        sentences.push(format!(
            "{} hold {}: {} of code and {} of comments.",
            many(summary.files, "file", "files"),
            many(total.total(), "line", "lines"),
            grouped(total.code),
            grouped(total.comments)
        ));
        let others = counts.vendored.total() + counts.generated.total();
        if others > 0 {
            sentences.push(format!(
                "{} more were copied from other projects or generated; no score counts them.",
                many(others, "line", "lines")
            ));
        }
    }
    let functions = report.complexity_metrics.as_ref().map(|metrics| &metrics.statistics);
    if let Some(statistics) = functions.filter(|it| it.total_functions > 0) {
        sentences.push(format!(
            "There are {} with a mean cyclomatic complexity of {}; the highest is {}.",
            many(statistics.total_functions, "function", "functions"),
            statistics.avg_cyclomatic,
            statistics.max_cyclomatic
        ));
    }
    if let Some(tests) = &report.tests {
        sentences.push(match tests.test_files {
            0 => "No tests were found.".to_owned(),
            files => format!(
                "{} {} of code: {} lines of test for each line of other code.",
                many(files, "test file holds", "test files hold"),
                many(tests.test_lines, "line", "lines"),
                tests.ratio
            ),
        });
    }
    if let Some(statistics) = report.dependencies.as_ref().map(|it| &it.statistics) {
        sentences.push(match statistics.total {
            0 => "It depends on no packages.".to_owned(),
            total if total == statistics.direct => {
                format!("It depends on {}.", many(total, "package", "packages"))
            }
            total => format!(
                "It depends on {} directly and on {} in all.",
                many(statistics.direct, "package", "packages"),
                grouped(total)
            ),
        });
    }
    if sentences.is_empty() {
        sentences.push(format!("It has {}.", many(summary.files, "file", "files")));
    }
    paragraph(&sentences)
}

fn how_it_is_built(report: &Report) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some(ast) = report.ast.as_ref().filter(|ast| !ast.entry_points.is_empty()) {
        const SHOWN: usize = 5;
        let mut shown: Vec<String> = ast.entry_points.iter().take(SHOWN).map(|path| as_code(path)).collect();
        match ast.entry_points.len().saturating_sub(SHOWN) as u64 {
            0 => {}
            more => shown.push(format!("{} more", many(more, "file", "files"))),
        }
        sentences.push(format!("It starts, or is used from, {}.", listed(&shown)));
    }
    if let Some(graph) = report.module_graph.as_ref().filter(|graph| graph.edges_total > 0) {
        sentences.push(format!(
            "{} import each other {}.",
            many(graph.nodes.len() as u64, "parsed file", "parsed files"),
            many(graph.edges_total, "time", "times")
        ));
    }
    if let Some(graph) = report.call_graph.as_ref().filter(|graph| graph.statistics.calls > 0) {
        sentences.push(format!(
            "Its functions call each other {}; the longest chain of calls has {}.",
            many(graph.statistics.calls, "time", "times"),
            many(graph.statistics.max_depth, "step", "steps")
        ));
    }
    if let Some(tests) = report.tests.as_ref().filter(|tests| !tests.ci.is_empty()) {
        let names: Vec<String> = tests.ci.iter().map(|name| one_plain_line(name, 40)).collect();
        sentences.push(format!("Its continuous integration is {}.", listed(&names)));
    }
    paragraph(&sentences)
}
