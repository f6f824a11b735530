//! A report as Markdown, short enough for a comment on a pull request.

use std::fmt::Write as _;

use repolens_core::report::{Grade, Grades, SecurityFinding};

use super::excerpt::Section;
use super::text::{markdown, markdown_code, markdown_sentence, score, short_commit, thousands};
use super::{Excerpt, ExportedScan};

/// Rows of each table.
const MAX_ROWS: usize = 10;

pub fn write(about: &ExportedScan, excerpt: &Excerpt) -> String {
    let mut text = String::with_capacity(8 * 1024);
    head(&mut text, about, excerpt);
    match excerpt.grades.get() {
        Some(all) => grades(&mut text, all),
        None => scores(&mut text, excerpt),
    }
    advice(&mut text, excerpt);
    findings(&mut text, excerpt);
    vulnerabilities(&mut text, excerpt);
    functions(&mut text, excerpt);
    cycles(&mut text, excerpt);
    unused(&mut text, excerpt);
    structure(&mut text, excerpt);
    counts(&mut text, excerpt);
    let partial = excerpt.partial();
    if !partial.is_empty() {
        paragraph(
            &mut text,
            &format!(
                "Another version wrote these, and only the figures that it has are shown: {}.",
                partial.join(", ")
            ),
        );
    }
    let unreadable = excerpt.unreadable();
    if !unreadable.is_empty() {
        paragraph(
            &mut text,
            &format!("Left out, for another version wrote them: {}.", unreadable.join(", ")),
        );
    }
    text
}

/// A paragraph.
fn paragraph(text: &mut String, line: &str) {
    text.push_str(line);
    text.push_str("\n\n");
}

/// A table; nothing where there are no rows.
fn table(text: &mut String, title: &str, heads: &[&str], total: u64, rows: impl IntoIterator<Item = Vec<String>>) {
    let rows: Vec<Vec<String>> = rows.into_iter().take(MAX_ROWS).collect();
    if rows.is_empty() {
        return;
    }
    paragraph(text, &format!("### {title}"));
    let rule: Vec<&str> = heads
        .iter()
        .map(|head| if head.starts_with('#') { "---:" } else { "---" })
        .collect();
    let heads: Vec<&str> = heads.iter().map(|head| head.trim_start_matches('#')).collect();
    writeln!(text, "| {} |\n| {} |", heads.join(" | "), rule.join(" | ")).expect("a String takes everything");
    let shown = rows.len() as u64;
    for row in rows {
        writeln!(text, "| {} |", row.join(" | ")).expect("a String takes everything");
    }
    text.push('\n');
    if total > shown {
        paragraph(
            text,
            &format!("{} of {} are shown.", thousands(shown), thousands(total)),
        );
    }
}

fn head(text: &mut String, about: &ExportedScan, excerpt: &Excerpt) {
    paragraph(text, &format!("## RepoLens: {}", markdown(&about.name)));
    if let Some(description) = excerpt.summary.get().and_then(|summary| summary.description.as_deref()) {
        paragraph(text, &markdown(description));
    }
    let mut facts = Vec::new();
    if let Some(branch) = &about.branch {
        facts.push(format!("branch {}", markdown_code(branch.as_str())));
    }
    if let Some(commit) = &about.commit_sha {
        facts.push(format!("commit {}", markdown_code(&short_commit(commit))));
    }
    if let Some(time) = excerpt.analyzed_at.get().or(about.completed_at.as_ref()) {
        facts.push(format!("analyzed {}", markdown(time)));
    }
    if !facts.is_empty() {
        paragraph(text, &facts.join(", "));
    }
    if let Some(message) = &about.branch_message {
        paragraph(text, &markdown(message));
    }
}

/// The grades, as the pages show them.
fn grades(text: &mut String, grades: &Grades) {
    let letter = |grade: Option<Grade>| grade.map_or("–", Grade::as_str).to_owned();
    let overall = &grades.overall;
    paragraph(
        text,
        &format!("**{}** {}", letter(overall.grade), markdown_sentence(&overall.words)),
    );
    let rows = grades.aspects().map(|(name, aspect)| {
        let reason = aspect.not_measured.as_deref().unwrap_or_default();
        vec![markdown(name), letter(aspect.grade), markdown_sentence(reason)]
    });
    table(
        text,
        "Health",
        &["Aspect", "Grade", "Not measured because"],
        rows.len() as u64,
        rows,
    );
}

/// The scores of reports without grades.
fn scores(text: &mut String, excerpt: &Excerpt) {
    let mut rows = Vec::new();
    if let Some(risk) = excerpt.risk_scores.get() {
        let row = |name: &str, value: f64, what: &str| vec![name.to_owned(), score(value), what.to_owned()];
        rows.push(row(
            "Risk",
            risk.overall,
            &format!("{}; lower is better", risk.level.as_str()),
        ));
        rows.push(row("Complexity", risk.complexity, "lower is better"));
        rows.push(row("Maintainability", risk.maintainability, "higher is better"));
        rows.extend(
            risk.security
                .map(|security| row("Security", security, "higher is better")),
        );
    }
    if let Some(readme) = excerpt.readme_analysis.get() {
        rows.push(vec![
            "README".into(),
            score(readme.score),
            match (&readme.path, &excerpt.readme_analysis) {
                (None, Section::Is(_)) => "there is none".to_owned(),
                _ => format!("grade {}", markdown(&readme.grade)),
            },
        ]);
    }
    let total = rows.len() as u64;
    table(text, "Scores", &["Score", "#of 100", ""], total, rows);
}

fn advice(text: &mut String, excerpt: &Excerpt) {
    let Some(summary) = excerpt.summary.get() else {
        return;
    };
    let actions = excerpt.actions();
    if !actions.is_empty() {
        paragraph(text, "### What to do first");
        for (index, action) in actions.iter().enumerate() {
            let places: Vec<String> = action.places.iter().map(|at| place(&at.file, at.line)).collect();
            let at = if places.is_empty() {
                String::new()
            } else {
                format!(" At {}.", places.join(", "))
            };
            writeln!(
                text,
                "{}. **{}** ({}). {}. {}.{at} Done when: {}.",
                index + 1,
                markdown_sentence(&action.title),
                markdown(&action.effort()),
                markdown_sentence(&action.reason),
                markdown_sentence(&action.gain),
                markdown_sentence(&action.done_when)
            )
            .expect("a String takes everything");
        }
        text.push('\n');
    } else if !summary.advice.is_empty() {
        paragraph(text, "### What to do first");
        for (index, advice) in summary.advice.iter().enumerate() {
            writeln!(text, "{}. {}", index + 1, markdown_sentence(advice)).expect("a String takes everything");
        }
        text.push('\n');
    }
    let rows = summary
        .worst
        .iter()
        .map(|worst| vec![place(&worst.path, worst.line), markdown_sentence(&worst.reason)]);
    table(
        text,
        "The worst places",
        &["Place", "Why"],
        summary.worst.len() as u64,
        rows,
    );
}

fn place(path: &str, line: Option<u64>) -> String {
    match line {
        Some(line) => markdown_code(&format!("{path}:{line}")),
        None => markdown_code(path),
    }
}

fn findings(text: &mut String, excerpt: &Excerpt) {
    let mut findings = excerpt.security_findings();
    let all = findings.len() as u64;
    findings.retain(|finding| !finding.in_test);
    let own = findings.len() as u64;
    let rows = findings.iter().map(|finding| {
        vec![
            markdown(finding.severity.as_str()),
            place(&finding.file, finding.line),
            markdown_code(&finding.rule),
            markdown_sentence(&description(finding)),
        ]
    });
    let heads = ["Severity", "Place", "Rule", "What was found"];
    table(text, "Security", &heads, own, rows);
    if all > own {
        paragraph(text, &format!("{} more in tests and examples.", thousands(all - own)));
    }
}

/// The finding and its remedy.
fn description(finding: &SecurityFinding) -> String {
    match finding.remedy.is_empty() {
        true => finding.message.clone(),
        false => format!("{}: {}", finding.message, finding.remedy),
    }
}

fn vulnerabilities(text: &mut String, excerpt: &Excerpt) {
    let dependencies = excerpt.dependencies.get();
    let known = dependencies.and_then(|section| section.vulnerabilities.as_ref());
    let list = known.and_then(|known| known.list.as_deref()).unwrap_or_default();
    let rows = list.iter().map(|one| {
        vec![
            markdown_code(&format!("{} {}", one.name, one.version)),
            markdown_code(&one.id),
            format!("{:?}", one.severity).to_lowercase(),
            one.fixed.as_deref().map(markdown_code).unwrap_or_default(),
        ]
    });
    let heads = ["Package", "Vulnerability", "Severity", "Fixed in"];
    let total = known.and_then(|known| known.total).unwrap_or_default();
    table(text, "Known vulnerabilities", &heads, total, rows);
}

fn functions(text: &mut String, excerpt: &Excerpt) {
    let Some(metrics) = excerpt.complexity_metrics.get() else {
        return;
    };
    let rows = metrics.high_complexity_functions.iter().map(|function| {
        vec![
            markdown_code(&function.name),
            place(&function.file_path, Some(function.line_number)),
            function.cyclomatic.to_string(),
            function.cognitive.to_string(),
        ]
    });
    let heads = ["Function", "Place", "#Cyclomatic", "#Cognitive"];
    let total = metrics.statistics.high_complexity_count;
    table(text, "The most complex functions", &heads, total, rows);
}

fn cycles(text: &mut String, excerpt: &Excerpt) {
    let Some(cycles) = excerpt.circular_dependencies.get() else {
        return;
    };
    let rows = cycles.cycles.iter().map(|cycle| {
        let chain: Vec<String> = cycle.chain.iter().take(6).map(|file| markdown_code(file)).collect();
        let more = if cycle.chain.len() > 6 { " → …" } else { "" };
        let cheapest = cycle.breaks.first().map_or(String::new(), |import| {
            format!("{} → {}", markdown_code(&import.source), markdown_code(&import.target))
        });
        vec![
            match cycle.group_size {
                0 => cycle.length,
                size => size,
            }
            .to_string(),
            format!("{}{more}", chain.join(" → ")),
            cheapest,
            match cycle.breaks_total {
                0 => String::new(),
                total => total.to_string(),
            },
        ]
    });
    table(
        text,
        "Circular imports",
        &["#Files", "Chain", "Broken without", "#Imports"],
        cycles.total_cycles,
        rows,
    );
}

fn unused(text: &mut String, excerpt: &Excerpt) {
    let Some(dead) = excerpt.dead_code.get() else {
        return;
    };
    let rows = dead
        .unused_functions
        .iter()
        .map(|unused| vec![markdown_code(&unused.function), place(&unused.file, Some(unused.line))]);
    let heads = ["Function", "Place"];
    let total = dead.unused_functions_total();
    table(text, "Private functions that nothing calls", &heads, total, rows);
}

fn structure(text: &mut String, excerpt: &Excerpt) {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |name: &str, value: u64| rows.push(vec![name.to_owned(), thousands(value)]);
    if let Some(modules) = excerpt.module_graph.get() {
        row("Imports between files", modules.edges_total);
        row("Imports that lead nowhere", modules.unresolved_total);
    }
    if let Some(dead) = excerpt.dead_code.get()
        && excerpt.dead_code.has("unused_files")
    {
        row("Files that nothing reaches", dead.unused_files.len() as u64);
    }
    if let Some(calls) = excerpt.call_graph.get() {
        row("Functions", calls.total_functions);
        for (name, place, value) in [
            ("Calls", "statistics.calls", calls.statistics.calls),
            (
                "Functions that no entry point reaches",
                "statistics.unreachable_count",
                calls.statistics.unreachable_count,
            ),
        ] {
            if excerpt.call_graph.has(place) {
                row(name, value);
            }
        }
    }
    let total = rows.len() as u64;
    table(text, "Structure", &["", "#"], total, rows);
}

fn counts(text: &mut String, excerpt: &Excerpt) {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |name: &str, value: String| rows.push(vec![name.to_owned(), value]);
    if let Some(lines) = excerpt.lines.get() {
        row("Lines of code", thousands(lines.total.code));
    }
    if let Some(languages) = excerpt.languages.get() {
        row("Files", thousands(languages.total_files));
        row("Primary language", markdown(&languages.primary));
    }
    if let Some(dependencies) = excerpt.dependencies.get() {
        row("Dependencies", thousands(dependencies.statistics.total));
        row("Known vulnerabilities", dependencies.known_vulnerabilities());
    }
    if let Some(dead) = excerpt.dead_code.get() {
        row("Unused exports", thousands(dead.statistics.total_unused_exports));
        row("Unused imports", thousands(dead.statistics.total_unused_imports));
    }
    if let Some(copies) = excerpt.duplication.get() {
        row("Copied lines", format!("{} %", score(copies.percentage)));
    }
    let total = rows.len() as u64;
    table(text, "Counts", &["", "#"], total, rows);
}
