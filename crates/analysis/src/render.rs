//! A report in a terminal, for a person.
//!
//! Text of the repository (paths, names, descriptions) is hostile: control characters are shown as `\u{…}`, so that no
//! file name can move the cursor, and every line is cut to the width.

use std::fmt::Write as _;

use repolens_core::report::{Report, RiskLevel, StageStatus};

mod dependencies;
mod grades;
mod history;
mod page;
mod security;
mod structure;

use page::Page;
use structure::many;

/// How to draw.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// ANSI colors.
    pub color: bool,
    /// Columns; below 40 is taken for 40.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            color: false,
            width: 80,
        }
    }
}

const BOLD: &str = "1";

const DIM: &str = "2";

const RED: &str = "31";

const GREEN: &str = "32";

const YELLOW: &str = "33";

const CYAN: &str = "36";

const LANGUAGES: usize = 8;

const SKIPPED: usize = 5;

/// The report as text; ends with a newline.
#[must_use]
pub fn text(report: &Report, style: &Style) -> String {
    let mut page = Page {
        out: String::new(),
        color: style.color,
        width: style.width.max(40),
    };
    head(report, &mut page);
    languages(report, &mut page);
    health(report, &mut page);
    complexity(report, &mut page);
    security::security(report, &mut page);
    history::hotspots(report, &mut page);
    structure::structure(report, &mut page);
    dependencies(report, &mut page);
    grades::sums(report, &mut page);
    advice(report, &mut page);
    left_out(report, &mut page);
    page.out
}

fn head(report: &Report, page: &mut Page) {
    let Some(summary) = &report.summary else {
        return;
    };
    let name = summary.name.as_deref().unwrap_or("(no name)");
    let commit = report
        .commit_sha
        .as_deref()
        .map(|id| format!("  {}", id.get(..12).unwrap_or(id)))
        .unwrap_or_default();
    page.line(&[(BOLD, name), (DIM, &commit)]);
    if let Some(description) = &summary.description {
        page.wrapped("", description, 3);
    }
    page.out.push('\n');
    let mut figures = [
        many(summary.files, "file", "files"),
        many(summary.lines_of_code, "line", "lines") + " of code",
        many(summary.functions, "function", "functions"),
    ]
    .join(", ");
    if summary.lines_of_code > 0 && summary.primary_language != "unknown" {
        let _ = write!(figures, ", mostly {}", summary.primary_language);
    }
    page.line(&[("", &figures)]);
}

fn languages(report: &Report, page: &mut Page) {
    let Some(lines) = &report.lines else { return };
    let mut list: Vec<_> = lines.written().iter().filter(|(_, counts)| counts.code > 0).collect();
    list.sort_by(|a, b| b.1.code.cmp(&a.1.code).then_with(|| a.0.cmp(b.0)));
    let Some(most) = list.first().map(|(_, counts)| counts.code) else {
        return;
    };
    let all: u64 = list.iter().map(|(_, counts)| counts.code).sum();
    page.title("Languages");
    let bar_width = (page.width.saturating_sub(60)).clamp(6, 40);
    for (name, counts) in list.iter().take(LANGUAGES) {
        let filled = usize::try_from(counts.code * bar_width as u64 / most.max(1))
            .unwrap_or(0)
            .clamp(1, bar_width);
        let bar = "█".repeat(filled) + &" ".repeat(bar_width - filled);
        let share = counts.code as f64 / all.max(1) as f64 * 100.0;
        let files = match counts.files {
            0 => "in other files".to_owned(),
            1 => format!("{:>7} file", 1),
            files => format!("{:>7} files", grouped(files)),
        };
        let lines = if counts.code == 1 { "line " } else { "lines" };
        let figures = format!(" {share:5.1}% {:>11} {lines} {files}", grouped(counts.code));
        page.line(&[("", &format!("  {name:<14} ")), (CYAN, &bar), ("", &figures)]);
    }
    if list.len() > LANGUAGES {
        page.line(&[(DIM, &format!("  and {} more", list.len() - LANGUAGES))]);
    }
    let aside = [(lines.vendored, "vendored"), (lines.generated, "generated")];
    for (counts, what) in aside.into_iter().filter(|(counts, _)| counts.files > 0) {
        let (files, lines) = (many(counts.files, "file", "files"), many(counts.code, "line", "lines"));
        let text = format!("  and {what}: {files}, {lines} of code, in no score");
        page.line(&[(DIM, &text)]);
    }
}

fn health(report: &Report, page: &mut Page) {
    page.title("Health");
    grades::grades(report, page);
    if let Some(risk) = &report.risk_scores {
        let color = level_color(risk.level);
        let text = format!("{:.0} of 100, {}", risk.overall, risk.level.as_str());
        page.line(&[("", "  Risk             "), (color, &text)]);
        let text = format!("{:.0} of 100", risk.maintainability);
        page.line(&[
            ("", "  Maintainability  "),
            (level_color(RiskLevel::of(100.0 - risk.maintainability)), &text),
        ]);
    }
    reading(report, page);
    if let Some(readme) = &report.readme_analysis {
        let text = match &readme.path {
            Some(path) => format!("{} ({:.0}%), {path}", readme.grade, readme.score),
            None => "there is none".to_owned(),
        };
        let color = if readme.score >= 70.0 { GREEN } else { YELLOW };
        page.line(&[("", "  README           "), (color, &text)]);
    }
    if let Some(tests) = &report.tests {
        let ci = if tests.ci.is_empty() {
            "no CI found".to_owned()
        } else {
            tests.ci.join(", ")
        };
        let files = many(tests.test_files, "file", "files");
        let text = match grades::not_measured(report, "tests").filter(|_| tests.test_files == 0) {
            Some(reason) => format!("not measured: {reason}"),
            None => format!("{files}, {:.2} lines for each line of code; {ci}", tests.ratio),
        };
        page.line(&[("", "  Tests            "), ("", &text)]);
    }
    if let Some(licenses) = &report.licenses {
        let mut names: Vec<_> = licenses.files.iter().filter_map(|file| file.spdx.clone()).collect();
        names.sort();
        names.dedup();
        let notices: Vec<&str> = licenses.notices.keys().map(String::as_str).collect();
        let unknown = licenses.files.iter().find(|file| file.spdx.is_none());
        let text = match (names.is_empty(), licenses.declared.first(), unknown) {
            (false, ..) => names.join(", "),
            (true, Some(declared), _) => declared.clone(),
            (true, None, Some(unknown)) => format!("{}: a license file that was not recognized", unknown.path),
            (true, None, None) if notices.is_empty() => "none found".to_owned(),
            (true, None, None) => format!("{}, named in source files only", notices.join(", ")),
        };
        page.line(&[("", "  License          "), ("", &text)]);
    }
}

/// The share of the code that the figures are about, where that is not all.
fn reading(report: &Report, page: &mut Page) {
    let Some(reading) = report.analyser.reading.as_ref().filter(|reading| reading.files > 0) else {
        return;
    };
    let (of, files) = (
        many(reading.code, "line", "lines"),
        many(reading.files, "file", "files"),
    );
    let text = format!(
        "{:.1}% of {of} of code; {files} in part or not at all, see below",
        reading.share
    );
    page.line(&[("", "  Code read        "), (YELLOW, &text)]);
}

fn complexity(report: &Report, page: &mut Page) {
    let Some(metrics) = &report.complexity_metrics else {
        return;
    };
    let statistics = &metrics.statistics;
    page.title("Complexity");
    page.line(&[(
        "",
        &format!(
            "  {} of {} functions are hard to test or to read; average {:.1} cyclomatic, {:.1} cognitive",
            grouped(statistics.high_complexity_count),
            grouped(statistics.total_functions),
            statistics.avg_cyclomatic,
            statistics.avg_cognitive
        ),
    )]);
    for function in metrics.high_complexity_functions.iter().take(5) {
        let figures = format!("  {:>4} {:>4}  ", function.cyclomatic, function.cognitive);
        let place = format!("  {}:{}", function.file_path, function.line_number);
        page.line(&[(YELLOW, &figures), ("", &function.name), (DIM, &place)]);
    }
}

fn dependencies(report: &Report, page: &mut Page) {
    let Some(dependencies) = &report.dependencies else {
        return;
    };
    let counts = &dependencies.statistics;
    page.title("Dependencies");
    page.line(&[(
        "",
        &format!(
            "  {}: {} direct, {} transitive; {} for development",
            many(counts.total, "package", "packages"),
            grouped(counts.direct),
            grouped(counts.transitive),
            grouped(counts.dev)
        ),
    )]);
    dependencies::details(dependencies, page);
    if let Some(languages) = report
        .languages
        .as_ref()
        .filter(|languages| !languages.frameworks.is_empty())
    {
        page.line(&[("", &format!("  Frameworks: {}", languages.frameworks.join(", ")))]);
    }
}

fn advice(report: &Report, page: &mut Page) {
    let Some(summary) = &report.summary else {
        return;
    };
    if !summary.worst.is_empty() {
        page.title("Start here");
        for place in &summary.worst {
            let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
            page.line(&[(RED, &format!("  {}{line}", place.path))]);
            page.line(&[(DIM, &format!("    {}", place.reason))]);
        }
    }
    if !report.actions.is_empty() {
        page.title("What to do first");
        for (at, action) in report.actions.iter().enumerate() {
            page.wrapped(
                &format!("  {:>2}. ", at + 1),
                &format!("{} ({})", action.title, action.effort()),
                3,
            );
            page.wrapped("      ", &action.reason, 3);
            page.wrapped(
                "      ",
                &format!("{}. Done when: {}", action.gain, action.done_when),
                3,
            );
            let places = action.places.iter().map(|place| {
                let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
                format!("{}{line}", place.file)
            });
            let places: Vec<String> = places.collect();
            if !places.is_empty() {
                page.line(&[(DIM, &format!("      {}", places.join(", ")))]);
            }
        }
    }
}

fn left_out(report: &Report, page: &mut Page) {
    let analyser = &report.analyser;
    let with_status = |status: StageStatus| analyser.stages.iter().filter(move |stage| stage.status == status);
    let mut cut_short = with_status(StageStatus::Failed)
        .chain(with_status(StageStatus::Truncated))
        .peekable();
    if analyser.skipped_files_total > 0 || cut_short.peek().is_some() {
        page.title("Left out");
    }
    for file in analyser.skipped_files.iter().take(SKIPPED) {
        page.line(&[("", &format!("  {}", file.path)), (DIM, &format!("  {}", file.reason))]);
    }
    let more = analyser.skipped_files_total.saturating_sub(SKIPPED as u64);
    if more > 0 {
        page.line(&[(DIM, &format!("  and {} more, in the JSON report", grouped(more)))]);
    }
    for stage in cut_short {
        let text = format!("  {}: {}", stage.name, stage.reason.as_deref().unwrap_or_default());
        page.line(&[(RED, &text)]);
    }
    let skipped: Vec<_> = with_status(StageStatus::Skipped)
        .map(|stage| stage.name.as_str())
        .collect();
    if !skipped.is_empty() {
        page.out.push('\n');
        page.wrapped("Not analyzed: ", &skipped.join(", "), 4);
    }
}

fn level_color(level: RiskLevel) -> &'static str {
    match level {
        RiskLevel::Low => GREEN,
        RiskLevel::Medium => YELLOW,
        RiskLevel::High => RED,
    }
}

/// `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests;
