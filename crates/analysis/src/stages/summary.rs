//! The summary: what a person wants first.
//!
//! *What it looks at*: the sections before it. *Why it matters*: many readers stop here. *Limits*: it repeats figures,
//! it makes none.

use repolens_core::report::{Report, RiskLevelSummary, Summary, WorstPlace};

use super::{Outcome, Scratch};
use crate::facts::Facts;

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
        advice: report
            .actions
            .iter()
            .take(MAX_ADVICE)
            .map(|action| action.title.clone())
            .collect(),
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
        .filter_map(|manifest| manifest.name.as_ref())
        .find_map(|name| for_people(name))
        .or_else(|| Some(facts.name.clone()));
    let described = manifests.iter().find_map(|manifest| manifest.description.clone());
    let description = described.or_else(|| super::readme::first_paragraph(facts));
    (
        name.filter(|name| !name.is_empty()).map(short),
        description.filter(|text| !text.trim().is_empty()).map(short),
    )
}

/// `cobra` of the module `github.com/spf13/cobra/v2`, `gson` of `com.google.code.gson:gson`; other names as they are.
fn for_people(name: &str) -> Option<String> {
    if let Some((_, artifact)) = name.rsplit_once(':') {
        return Some(artifact.to_owned());
    }
    let is_path = name.split('/').next().is_some_and(|host| host.contains('.')) && name.contains('/');
    if !is_path {
        return Some(name.to_owned());
    }
    let is_version = |part: &&str| {
        part.strip_prefix('v')
            .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
    };
    let last = name.split('/').skip(1).filter(|part| !is_version(part)).last()?;
    // gopkg.in/yaml.v3
    Some(
        last.rsplit_once(".v")
            .filter(|(_, version)| version.bytes().all(|b| b.is_ascii_digit()))
            .map_or(last, |(name, _)| name)
            .to_owned(),
    )
}

/// The text up to the last whole sentence, else the last whole word, that is within [`MAX_TEXT`].
fn short(text: String) -> String {
    // A sentence that leads to a list means nothing without it.
    let text = match text.trim_end().strip_suffix(':').and_then(|text| text.rfind(". ")) {
        Some(end) => text[..=end].to_owned(),
        None => text,
    };
    let Some((end, _)) = text.char_indices().nth(MAX_TEXT) else {
        return text;
    };
    let head = &text[..end];
    let sentence = [". ", "! ", "? "].iter().filter_map(|mark| head.rfind(mark)).max();
    if let Some(at) = sentence.filter(|at| *at >= end / 3) {
        return head[..=at].to_owned();
    }
    let word = head.rfind(char::is_whitespace).filter(|at| *at >= end / 3);
    format!("{}…", head[..word.unwrap_or(end)].trim_end())
}

fn worst(facts: &Facts, report: &Report) -> Vec<WorstPlace> {
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
            Some(WorstPlace {
                path: risk.file_path.clone(),
                line,
                reason,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_modules_and_groups_end_with_the_name() {
        for (name, shown) in [
            ("github.com/spf13/cobra", "cobra"),
            ("github.com/go-chi/chi/v5", "chi"),
            ("gopkg.in/yaml.v3", "yaml"),
            ("go.uber.org/zap", "zap"),
            ("example.com/v2", ""),
            ("com.google.code.gson:gson", "gson"),
            ("symfony/http-kernel", "symfony/http-kernel"),
            ("@angular/core", "@angular/core"),
            ("requests", "requests"),
            ("socket.io", "socket.io"),
        ] {
            assert_eq!(for_people(name).unwrap_or_default(), shown, "{name}");
        }
    }

    #[test]
    fn long_descriptions_end_with_a_sentence_or_a_word() {
        assert_eq!(short("A tool.".to_owned()), "A tool.");
        let sentence = format!("{}. ", "word ".repeat(40).trim_end());
        assert_eq!(short(sentence.repeat(2)), sentence.trim_end());
        let words = short("word ".repeat(100));
        assert!(words.ends_with("word…") && words.chars().count() <= MAX_TEXT, "{words}");
        let cut = short("é".repeat(400));
        assert!(cut.ends_with("é…"), "{cut}");
        assert_eq!(short("A runtime for Rust. It is:".to_owned()), "A runtime for Rust.");
        assert_eq!(short("It is:".to_owned()), "It is:");
    }
}
