//! The page's sections, in the order in which a person wants them.

use repolens_core::report::{RiskLevel, StageStatus};

use super::super::excerpt::Finding;
use super::super::text::{html, score, thousands};
use super::super::{About, Excerpt};
use super::parts::{Cell, Page, bar, card, code, level, number, place, text};

pub fn write(page: &mut Page, _about: &About, excerpt: &Excerpt) {
    overview(page, excerpt);
    advice(page, excerpt);
    risk(page, excerpt);
    security(page, excerpt);
    code_of(page, excerpt);
    structure(page, excerpt);
    dead_code(page, excerpt);
    duplication(page, excerpt);
    dependencies(page, excerpt);
    readme(page, excerpt);
    analysis(page, excerpt);
}

fn overview(page: &mut Page, excerpt: &Excerpt) {
    page.section("overview", "Overview");
    page.body.push_str("<ul class=\"cards\">\n");
    if let Some(risk) = excerpt.risk_scores.get() {
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
        page.body.push_str(&card(
            "Maintainability",
            &score(risk.maintainability),
            "0 to 100, higher is better",
            &bar(risk.maintainability, good(risk.maintainability)),
        ));
        if let Some(security) = risk.security {
            page.body.push_str(&card(
                "Security",
                &score(security),
                "0 to 100, higher is better",
                &bar(security, good(security)),
            ));
        }
    }
    if let Some(readme) = excerpt.readme_analysis.get() {
        page.body.push_str(&card(
            "README",
            &html(&readme.grade),
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
        for words in [&words.summary, &words.overview, &words.risk_analysis] {
            if !words.trim().is_empty() {
                page.say(&html(words));
            }
        }
        let source = match (words.provider.as_str(), words.model.as_deref()) {
            ("fallback" | "", _) => "These sentences were made from the figures, without a language model.".to_owned(),
            (_, Some(model)) => format!(
                "These sentences were written by the model <code>{}</code>.",
                html(model)
            ),
            (provider, None) => format!("These sentences were written by a model of {}.", html(provider)),
        };
        page.say(&format!("<span class=\"soft\">{source}</span>"));
    }
}

/// A score of which much is good.
fn good(score: f64) -> &'static str {
    RiskLevel::of(100.0 - score).as_str()
}

fn advice(page: &mut Page, excerpt: &Excerpt) {
    let Some(summary) = excerpt.summary.get() else {
        return;
    };
    if summary.advice.is_empty() && summary.worst.is_empty() {
        return;
    }
    page.section("first", "What to do first");
    if !summary.advice.is_empty() {
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

fn risk(page: &mut Page, excerpt: &Excerpt) {
    let Some(risk) = excerpt.risk_scores.get() else {
        return;
    };
    page.section("risk", "Where the risk comes from");
    let mut factors: Vec<_> = risk.breakdown.iter().collect();
    factors.sort_by(|a, b| (b.1.score * b.1.weight).total_cmp(&(a.1.score * a.1.weight)));
    page.table(
        "Factors of the risk, the heaviest first",
        &["Factor", "#Score", "", "#Value", "#Threshold", "What it says"],
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
    page.table(
        "The riskiest files",
        &["File", "#Risk, 0 to 10", ""],
        risk.file_risks.len() as u64,
        risk.file_risks.iter().take(20).map(|file| {
            vec![
                code(&file.file_path),
                Cell::Number(score(file.risk_score)),
                Cell::Bar(file.risk_score * 10.0, RiskLevel::of(file.risk_score * 10.0).as_str()),
            ]
        }),
    );
}

fn security(page: &mut Page, excerpt: &Excerpt) {
    if excerpt.security.get().is_none() {
        return;
    }
    page.section("security", "Security");
    let findings = excerpt.security_findings();
    if findings.is_empty() {
        page.say("No finding. That is what the rules of the analysis saw, and no promise.");
    }
    page.table(
        "Findings, the gravest first",
        &["Severity", "Place", "Rule", "What was found"],
        findings.len() as u64,
        findings.iter().map(|finding: &&Finding| {
            vec![
                level(finding.severity.as_deref().unwrap_or("unknown")),
                place(&finding.file, finding.line),
                code(&finding.rule),
                text(finding.message.as_deref().unwrap_or_default()),
            ]
        }),
    );
}

fn code_of(page: &mut Page, excerpt: &Excerpt) {
    if excerpt.lines.get().is_none() && excerpt.complexity_metrics.get().is_none() {
        return;
    }
    page.section("code", "Code");
    if let Some(lines) = excerpt.lines.get() {
        let mut languages: Vec<_> = lines.by_language.iter().filter(|(_, lines)| lines.files > 0).collect();
        languages.sort_by(|a, b| b.1.code.cmp(&a.1.code).then(a.0.cmp(b.0)));
        let all = lines.total.code.max(1) as f64;
        page.table(
            "Lines by language",
            &["Language", "#Files", "#Code", "", "#Comments", "#Blank"],
            languages.len() as u64,
            languages.into_iter().map(|(name, lines)| {
                vec![
                    text(name),
                    number(lines.files),
                    number(lines.code),
                    Cell::Bar(lines.code as f64 / all * 100.0, ""),
                    number(lines.comments),
                    number(lines.blanks),
                ]
            }),
        );
    }
    if let Some(tests) = excerpt.tests.get() {
        let mut sentence = format!(
            "{} test files; {} lines of test code for each line of other code.",
            thousands(tests.test_files),
            tests.ratio
        );
        for (what, names) in [
            ("Test frameworks", &tests.frameworks),
            ("Continuous integration", &tests.ci),
        ] {
            if !names.is_empty() {
                sentence.push_str(&format!(" {what}: {}.", html(&names.join(", "))));
            }
        }
        page.say(&sentence);
    }
    if let Some(metrics) = excerpt.complexity_metrics.get() {
        let statistics = &metrics.statistics;
        page.say(&format!(
            "{} functions; cyclomatic complexity {} on average and {} at most, cognitive complexity {} and {}.",
            thousands(statistics.total_functions),
            score(statistics.avg_cyclomatic),
            thousands(statistics.max_cyclomatic),
            score(statistics.avg_cognitive),
            thousands(statistics.max_cognitive)
        ));
        page.table(
            "The most complex functions",
            &[
                "Function",
                "Place",
                "#Cyclomatic",
                "#Cognitive",
                "#Parameters",
                "#Nesting",
            ],
            statistics
                .high_complexity_count
                .max(metrics.high_complexity_functions.len() as u64),
            metrics.high_complexity_functions.iter().map(|function| {
                vec![
                    code(&function.name),
                    place(&function.file_path, Some(function.line_number)),
                    number(function.cyclomatic),
                    number(function.cognitive),
                    number(function.parameters),
                    number(function.nesting),
                ]
            }),
        );
    }
}

fn structure(page: &mut Page, excerpt: &Excerpt) {
    if excerpt.circular_dependencies.get().is_none() && excerpt.call_graph.get().is_none() {
        return;
    }
    page.section("structure", "Structure");
    if let Some(cycles) = excerpt.circular_dependencies.get() {
        if cycles.cycles.is_empty() {
            page.say("No file imports itself by way of others.");
        }
        page.table(
            "Circular imports",
            &["Severity", "#Files", "Chain"],
            cycles.total_cycles,
            cycles.cycles.iter().map(|cycle| {
                let word = match cycle.severity {
                    repolens_core::report::Severity::High => "high",
                    repolens_core::report::Severity::Medium => "medium",
                    repolens_core::report::Severity::Low => "low",
                };
                let chain: Vec<String> = cycle
                    .chain
                    .iter()
                    .take(8)
                    .map(|file| format!("<code>{}</code>", html(file)))
                    .collect();
                let more = if cycle.chain.len() > 8 { " → …" } else { "" };
                vec![
                    level(word),
                    number(cycle.group_size),
                    Cell::Html(format!("{}{more}", chain.join(" → "))),
                ]
            }),
        );
    }
    if let Some(calls) = excerpt.call_graph.get() {
        page.say(&format!(
            "Call graph: {} functions, of which {} are reached from no entry point.",
            thousands(calls.total_functions),
            thousands(calls.statistics.unreachable_count)
        ));
    }
}

fn dead_code(page: &mut Page, excerpt: &Excerpt) {
    let Some(dead) = excerpt.dead_code.get() else {
        return;
    };
    page.section("unused", "Unused code");
    let statistics = &dead.statistics;
    page.say(&format!(
        "{} of {} exports and {} of {} imports are used nowhere; {} files are reached from no entry point.",
        thousands(statistics.total_unused_exports),
        thousands(statistics.total_exports),
        thousands(statistics.total_unused_imports),
        thousands(statistics.total_imports),
        thousands(dead.unused_files.len() as u64)
    ));
    page.table(
        "Exports that nobody imports",
        &["File", "Names"],
        dead.unused_exports.len() as u64,
        dead.unused_exports
            .iter()
            .map(|(file, names)| vec![code(file), text(&some(names, 12))]),
    );
    page.table(
        "Files that nothing reaches",
        &["File"],
        dead.unused_files.len() as u64,
        dead.unused_files.iter().map(|file| vec![code(file)]),
    );
}

/// The first of them, and how many more there are.
fn some(names: &[String], most: usize) -> String {
    let mut text = names.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > most {
        text.push_str(&format!(" and {} more", names.len() - most));
    }
    text
}

fn duplication(page: &mut Page, excerpt: &Excerpt) {
    let Some(copies) = excerpt.duplication.get() else {
        return;
    };
    page.section("copies", "Copied code");
    page.say(&format!(
        "{} % of the lines ({}) stand elsewhere too.",
        score(copies.percentage),
        thousands(copies.duplicated_lines)
    ));
    page.table(
        "Copies, the largest first",
        &["#Lines", "Places"],
        copies.clones_total,
        copies.clones.iter().take(20).map(|clone| {
            let places: Vec<String> = clone
                .occurrences
                .iter()
                .take(4)
                .map(|place| {
                    format!(
                        "<code>{}:{}–{}</code>",
                        html(&place.file),
                        place.start_line,
                        place.end_line
                    )
                })
                .collect();
            let more = if clone.occurrences.len() > 4 { " …" } else { "" };
            vec![number(clone.lines), Cell::Html(format!("{}{more}", places.join(", ")))]
        }),
    );
}

fn dependencies(page: &mut Page, excerpt: &Excerpt) {
    let Some(dependencies) = excerpt.dependencies.get() else {
        return;
    };
    page.section("dependencies", "Dependencies");
    let statistics = &dependencies.statistics;
    page.say(&format!(
        "{} packages: {} direct, {} that came with them, {} for development.",
        thousands(statistics.total),
        thousands(statistics.direct),
        thousands(statistics.transitive),
        thousands(statistics.dev)
    ));
    let direct: Vec<_> = dependencies.packages.iter().filter(|package| package.direct).collect();
    page.table(
        "Direct dependencies",
        &["Package", "Type", "Version", "Licence", "Named in"],
        direct.len() as u64,
        direct.into_iter().map(|package| {
            let dev = if package.is_dev {
                " <span class=\"soft\">(development)</span>"
            } else {
                ""
            };
            vec![
                Cell::Html(format!("<code>{}</code>{dev}", html(&package.name))),
                text(&package.r#type),
                code(&package.version),
                text(package.license.as_deref().unwrap_or("")),
                code(&package.manifest),
            ]
        }),
    );
    if let Some(licences) = excerpt.licences.get() {
        page.table(
            "Licence files",
            &["File", "Licence"],
            licences.files.len() as u64,
            licences.files.iter().map(|licence| {
                vec![
                    code(&licence.path),
                    text(licence.spdx.as_deref().unwrap_or("not recognised")),
                ]
            }),
        );
    }
}

fn readme(page: &mut Page, excerpt: &Excerpt) {
    let Some(readme) = excerpt.readme_analysis.get() else {
        return;
    };
    page.section("readme", "README");
    page.say(&match &readme.path {
        Some(path) => format!(
            "<code>{}</code>: grade {}, {} of 100.",
            html(path),
            html(&readme.grade),
            score(readme.score)
        ),
        None => "There is no README.".to_owned(),
    });
    page.table(
        "What it could say",
        &["Priority", "Section", "Suggestion", "What for"],
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
                text(&suggestion.impact),
            ]
        }),
    );
}

fn analysis(page: &mut Page, excerpt: &Excerpt) {
    page.section("analysis", "About this analysis");
    let unreadable = excerpt.unreadable();
    if !unreadable.is_empty() {
        page.say(&format!(
            "Sections that another version wrote in a form unknown here, and are left out: {}.",
            unreadable.join(", ")
        ));
    }
    let Some(analyser) = excerpt.analyser.get() else {
        return;
    };
    page.say(&format!("Analyser version <code>{}</code>.", html(&analyser.version)));
    let troubled: Vec<_> = analyser
        .stages
        .iter()
        .filter(|stage| stage.status != StageStatus::Ok)
        .collect();
    if troubled.is_empty() {
        page.say("Every stage of the analysis ran to its end.");
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
            .map(|file| vec![code(&file.path), text(&file.reason)]),
    );
}
