//! The summary: what a person wants first.
//!
//! *What it looks at*: the sections before it. *Why it matters*: not everybody reads the rest. *Limits*: it repeats figures,
//! it makes none.

use repolens_core::report::{Place, Priority, Report, RiskLevelSummary, Summary};

use super::{Outcome, Scratch};
use crate::scan::Facts;

const MAX_ADVICE: usize = 5;
const MAX_TEXT: usize = 300;

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let (name, description) = identity(facts, report);
    let languages = report.languages.as_ref();
    let risk = report.risk_scores.as_ref();
    let readme = report.readme_analysis.as_ref();
    let summary = Summary {
        name,
        description,
        primary_language: languages.map_or_else(|| "unknown".to_owned(), |languages| languages.primary.clone()),
        files: facts.files.len() as u64,
        lines_of_code: report.lines.as_ref().map_or(0, |lines| lines.total.code),
        functions: report
            .complexity_metrics
            .as_ref()
            .map_or(0, |metrics| metrics.statistics.total_functions),
        dependencies: report
            .dependencies
            .as_ref()
            .map_or(0, |dependencies| dependencies.statistics.total),
        health: RiskLevelSummary {
            risk: risk.map(|risk| risk.overall),
            level: risk.map(|risk| risk.level),
            readme_grade: readme.map(|readme| readme.grade.clone()),
        },
        worst: worst(facts, report),
        advice: advice(report),
    };
    report.summary = Some(summary);
    Outcome::Ok
}

/// Name and description: the manifest's nearest to the root, else the README's first paragraph.
fn identity(facts: &Facts, _report: &Report) -> (Option<String>, Option<String>) {
    let mut manifests: Vec<_> = facts
        .files
        .iter()
        .filter(|file| file.is_own() && !file.test && !file.path.contains('/'))
        .filter_map(|file| file.manifest.as_deref())
        .collect();
    manifests.sort_by_key(|manifest| manifest.name.is_none());
    let name = manifests
        .iter()
        .find_map(|manifest| manifest.name.clone())
        .or_else(|| Some(facts.name.clone()));
    let described = manifests.iter().find_map(|manifest| manifest.description.clone());
    let description = described.or_else(|| super::readme::first_paragraph(facts));
    let short = |text: String| text.chars().take(MAX_TEXT).collect::<String>();
    (
        name.filter(|name| !name.is_empty()).map(short),
        description.filter(|text| !text.trim().is_empty()).map(short),
    )
}

fn worst(facts: &Facts, report: &Report) -> Vec<Place> {
    let risks = report.risk_scores.iter().flat_map(|risk| &risk.file_risks);
    risks
        .filter(|risk| risk.risk_score > 0.0)
        .take(3)
        .filter_map(|risk| {
            let at = facts
                .files
                .binary_search_by(|file| file.path.as_str().cmp(&risk.file_path))
                .ok()?;
            let worst = facts.files[at]
                .functions()
                .iter()
                .max_by_key(|f| (f.cyclomatic.max(f.cognitive), std::cmp::Reverse(f.line)));
            let (line, reason) = match worst {
                Some(f) => (
                    Some(u64::from(f.line)),
                    format!(
                        "`{}`: cyclomatic {}, cognitive {}, {} lines of code in the file",
                        f.name, f.cyclomatic, f.cognitive, facts.files[at].lines.code
                    ),
                ),
                None => (None, format!("{} lines of code", facts.files[at].lines.code)),
            };
            Some(Place {
                path: risk.file_path.clone(),
                line,
                reason,
            })
        })
        .collect()
}

/// The factors with the most points, and what the README lacks.
fn advice(report: &Report) -> Vec<String> {
    let mut list: Vec<(f64, String)> = Vec::new();
    if let Some(risk) = &report.risk_scores {
        for (name, factor) in &risk.breakdown {
            let text = match name.as_str() {
                "high_complexity" => format!(
                    "Split the most complex functions: {}% of all are hard to test or to read",
                    factor.value
                ),
                "deep_nesting" => format!(
                    "Flatten deeply nested functions ({}% of all): return early",
                    factor.value
                ),
                "large_files" => {
                    format!("Split large files: they hold {}% of the code", factor.value)
                }
                "low_test_coverage" => format!(
                    "Write tests: there are {} lines of test code for 100 lines of code",
                    factor.value
                ),
                "many_dependencies" => format!("Review the {} direct dependencies", factor.value),
                _ => continue,
            };
            if factor.score >= 50.0 {
                list.push((factor.score * factor.weight, text));
            }
        }
    }
    if let Some(readme) = &report.readme_analysis {
        let urgent = readme
            .suggestions
            .iter()
            .filter(|suggestion| suggestion.priority <= Priority::High);
        list.extend(urgent.map(|suggestion| (600.0, suggestion.message.clone())));
    }
    if report
        .licences
        .as_ref()
        .is_some_and(|l| l.files.is_empty() && l.declared.is_empty())
    {
        list.push((1500.0, "Add a licence: without one nobody may use the code".to_owned()));
    }
    if report.tests.as_ref().is_some_and(|tests| tests.ci.is_empty()) {
        list.push((
            400.0,
            "Set up continuous integration: no configuration of a known service was found".to_owned(),
        ));
    }
    list.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    list.into_iter().map(|(_, text)| text).take(MAX_ADVICE).collect()
}
