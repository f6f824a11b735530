//! The page's sections, in the order in which a person wants them; those on the code itself are in `code.rs`.

use repolens_core::report::{ActionPlace, Explanations, RiskFactor, RiskLevel, RiskScores, StageStatus};

use super::super::Excerpt;
use super::super::excerpt::Section;
use super::super::text::{html, score, thousands};
use super::code;
use super::parts::{self, Cell, HtmlPage, bar, card, level, place, text};

pub fn write(page: &mut HtmlPage, excerpt: &Excerpt) {
    overview(page, excerpt);
    advice(page, excerpt);
    risk(page, excerpt);
    security(page, excerpt);
    code::write(page, excerpt);
    readme(page, excerpt);
    analysis(page, excerpt);
}

fn overview(page: &mut HtmlPage, excerpt: &Excerpt) {
    page.section("overview", "Overview");
    page.body.push_str("<ul class=\"cards\">\n");
    if let Some(risk) = excerpt.risk_scores.get() {
        risk_cards(page, risk);
    }
    if let Some(readme) = excerpt.readme_analysis.get() {
        page.body.push_str(&card(
            "README",
            &match (&readme.path, &excerpt.readme_analysis) {
                (None, Section::Is(_)) => "none".to_owned(),
                _ => html(&readme.grade),
            },
            &format!("{} of 100", score(readme.score)),
            &bar(readme.score, good(readme.score)),
        ));
    }
    if let Some(lines) = excerpt.lines.get() {
        let files = excerpt
            .languages
            .get()
            .map_or(lines.total.files, |languages| languages.total_files);
        page.body.push_str(&card(
            "Lines of code",
            &thousands(lines.total.code),
            &format!("in {} files", thousands(files)),
            "",
        ));
    }
    if let Some(summary) = excerpt.summary.get() {
        page.body
            .push_str(&card("Functions", &thousands(summary.functions), "", ""));
        page.body
            .push_str(&card("Dependencies", &thousands(summary.dependencies), "", ""));
    }
    page.body.push_str("</ul>\n");
    if let Some(words) = excerpt.explanations.get() {
        explanation(page, words);
    }
}

fn risk_cards(page: &mut HtmlPage, risk: &RiskScores) {
    let word = risk.level.as_str();
    page.body.push_str(&card(
        "Risk",
        &format!("{} <span class=\"level {word}\">{word}</span>", score(risk.overall)),
        "0 to 100, lower is better",
        &bar(risk.overall, word),
    ));
    page.body.push_str(&card(
        "Complexity",
        &score(risk.complexity),
        "0 to 100, lower is better",
        &bar(risk.complexity, RiskLevel::of(risk.complexity).as_str()),
    ));
    let good_scores = [
        ("Maintainability", Some(risk.maintainability)),
        ("Security", risk.security),
    ];
    for (title, value) in good_scores {
        if let Some(value) = value {
            page.body.push_str(&card(
                title,
                &score(value),
                "0 to 100, higher is better",
                &bar(value, good(value)),
            ));
        }
    }
}

/// The text on the whole report, and what wrote it.
fn explanation(page: &mut HtmlPage, words: &Explanations) {
    let parts = [&words.summary, &words.overview, &words.risk_analysis];
    for line in parts.into_iter().flat_map(|part| part.lines()) {
        if !line.trim().is_empty() {
            page.paragraph(&html(line));
        }
    }
    let source = match (words.provider.as_str(), words.model.as_deref()) {
        ("fallback" | "", _) => "These sentences were made from the figures, without a language model.".to_owned(),
        (_, Some(model)) => format!(
            "AI-written by <code>{}</code> from the figures, and may be wrong.",
            html(model)
        ),
        (provider, None) => format!(
            "AI-written by a model of {} from the figures, and may be wrong.",
            html(provider)
        ),
    };
    let checked = words
        .sentences
        .map_or_else(String::new, |sentences| format!(" {}", sentences.words()));
    page.paragraph(&format!("<span class=\"soft\">{source}{checked}</span>"));
}

/// A score of which much is good.
fn good(score: f64) -> &'static str {
    RiskLevel::of(100.0 - score).as_str()
}

fn advice(page: &mut HtmlPage, excerpt: &Excerpt) {
    let Some(summary) = excerpt.summary.get() else {
        return;
    };
    let actions = excerpt.actions();
    if actions.is_empty() && summary.advice.is_empty() && summary.worst.is_empty() {
        return;
    }
    page.section("first", "What to do first");
    if !actions.is_empty() {
        page.body.push_str("<ol class=\"advice\">\n");
        for action in actions {
            let line = |line: Option<u64>| line.map(|line| format!(":{line}")).unwrap_or_default();
            let at = |at: &ActionPlace| format!("<code>{}{}</code>", html(&at.file), line(at.line));
            let places: Vec<String> = action.places.iter().map(at).collect();
            page.body.push_str(&format!(
                "<li><strong>{}</strong> ({})<br>{}. {}. Done when: {}.<br>{}</li>\n",
                html(&action.title),
                html(&action.effort()),
                html(&action.reason),
                html(&action.gain),
                html(&action.done_when),
                places.join(", ")
            ));
        }
        page.body.push_str("</ol>\n");
    } else if !summary.advice.is_empty() {
        page.body.push_str("<ol class=\"advice\">\n");
        for advice in &summary.advice {
            page.body.push_str(&format!("<li>{}</li>\n", html(advice)));
        }
        page.body.push_str("</ol>\n");
    }
    page.table(
        "The worst places",
        &["Place", "Why"],
        summary.worst.len() as u64,
        summary
            .worst
            .iter()
            .map(|worst| vec![place(&worst.path, worst.line), text(&worst.reason)]),
    );
}

fn risk(page: &mut HtmlPage, excerpt: &Excerpt) {
    let Some(risk) = excerpt.risk_scores.get() else {
        return;
    };
    page.section("risk", "Where the risk comes from");
    let mut factors: Vec<_> = risk.breakdown.iter().collect();
    // Older reports have no weights.
    let weigh = |factor: &RiskFactor| factor.score * if factor.weight.is_finite() { factor.weight } else { 1.0 };
    factors.sort_by(|a, b| weigh(b.1).total_cmp(&weigh(a.1)));
    page.table(
        "Factors of the risk, the heaviest first",
        &["Factor", "#Score", "", "#Value", "#Threshold", "Meaning"],
        factors.len() as u64,
        factors.into_iter().map(|(name, factor)| {
            vec![
                text(&name.replace('_', " ")),
                Cell::Number(score(factor.score)),
                Cell::Bar(factor.score, RiskLevel::of(factor.score).as_str()),
                Cell::Number(score(factor.value)),
                Cell::Number(score(factor.threshold)),
                text(&factor.description),
            ]
        }),
    );
    let risky = || risk.file_risks.iter().filter(|file| file.risk_score > 0.0);
    page.table(
        "The riskiest files",
        &["File", "#Risk, 0 to 10", ""],
        risky().count() as u64,
        risky().take(20).map(|file| {
            vec![
                parts::code(&file.file_path),
                Cell::Number(score(file.risk_score)),
                Cell::Bar(file.risk_score * 10.0, RiskLevel::of(file.risk_score * 10.0).as_str()),
            ]
        }),
    );
}

fn security(page: &mut HtmlPage, excerpt: &Excerpt) {
    if excerpt.security.get().is_none() {
        return;
    }
    page.section("security", "Security");
    let findings = excerpt.security_findings();
    if findings.is_empty() {
        page.paragraph("No finding. That is what the rules of the analysis saw, and no promise.");
    }
    page.table(
        "Findings, the gravest first",
        &["Severity", "Place", "Rule", "What was found"],
        findings.len() as u64,
        findings.iter().map(|finding| {
            vec![
                level(finding.severity.as_str()),
                place(&finding.file, finding.line),
                parts::code(&finding.rule),
                text(&finding.message),
            ]
        }),
    );
}

fn readme(page: &mut HtmlPage, excerpt: &Excerpt) {
    let Some(readme) = excerpt.readme_analysis.get() else {
        return;
    };
    page.section("readme", "README");
    let grade = format!("grade {}, {} of 100.", html(&readme.grade), score(readme.score));
    page.paragraph(&match (&readme.path, &excerpt.readme_analysis) {
        (Some(path), _) => format!("<code>{}</code>: {grade}", html(path)),
        // Another version did not store the path.
        (None, Section::Partly(..)) => format!("README: {grade}"),
        (None, _) => "There is no README.".to_owned(),
    });
    page.table(
        "What it lacks",
        &["Priority", "Section", "Suggestion", "#Points"],
        readme.suggestions.len() as u64,
        readme.suggestions.iter().map(|suggestion| {
            let word = match suggestion.priority {
                repolens_core::report::Priority::Critical => "critical",
                repolens_core::report::Priority::High => "high",
                repolens_core::report::Priority::Medium => "medium",
                repolens_core::report::Priority::Low => "low",
            };
            vec![
                level(word),
                text(&suggestion.section),
                text(&suggestion.message),
                Cell::Number(score(suggestion.impact)),
            ]
        }),
    );
}

fn analysis(page: &mut HtmlPage, excerpt: &Excerpt) {
    page.section("analysis", "About this analysis");
    let unreadable = excerpt.unreadable();
    if !unreadable.is_empty() {
        page.paragraph(&format!(
            "Sections that another version wrote in a form unknown here, and are left out: {}.",
            unreadable.join(", ")
        ));
    }
    let partial = excerpt.partial();
    if !partial.is_empty() {
        page.paragraph(&format!(
            "Sections that another version wrote, of which only the figures that it has are shown: {}.",
            partial.join(", ")
        ));
    }
    let Some(analyser) = excerpt.analyser.get() else {
        return;
    };
    page.paragraph(&format!("Analyser version <code>{}</code>.", html(&analyser.version)));
    let troubled: Vec<_> = analyser
        .stages
        .iter()
        .filter(|stage| stage.status != StageStatus::Ok)
        .collect();
    if troubled.is_empty() {
        page.paragraph("Every stage of the analysis ran to its end.");
    }
    page.table(
        "Stages that did not run, or not to their end",
        &["Stage", "Status", "Reason"],
        troubled.len() as u64,
        troubled.into_iter().map(|stage| {
            let word = match stage.status {
                StageStatus::Ok => "ok",
                StageStatus::Skipped => "skipped",
                StageStatus::Failed => "failed",
                StageStatus::Truncated => "truncated",
            };
            vec![
                text(&stage.name),
                text(word),
                text(stage.reason.as_deref().unwrap_or("")),
            ]
        }),
    );
    page.table(
        "Files that were left out, in whole or in part",
        &["File", "Reason"],
        analyser.skipped_files_total,
        analyser
            .skipped_files
            .iter()
            .take(20)
            .map(|file| vec![parts::code(&file.path), text(&file.reason)]),
    );
}
