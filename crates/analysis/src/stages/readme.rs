//! README.
//!
//! *What it looks at*: the README nearest to the root, parsed as Markdown, reStructuredText, AsciiDoc or plain text. *Why it
//! matters*: it is the first document that newcomers read. *Limits*: it detects parts (a section, a command, an example, a
//! link, a file beside it), not how good the prose is; headings are known by English words.

use repolens_core::report::{
    ByName, Priority, ReadmeAnalysis, ReadmeLinks, ReadmeScore, ReadmeStatistics, Report, SectionScore, SectionType,
    Suggestion,
};

use self::criteria::{CRITERIA, Criterion, Surroundings};
use self::document::Document;
use super::published::Registry;
use super::{Outcome, Scratch, tenth};
use crate::facts::Facts;
use crate::facts::FileFacts;

mod criteria;
mod document;

/// Whether the text of the file at `path` is kept for this stage.
#[must_use]
pub fn reads_text_of(path: &str) -> bool {
    rank(path).is_some()
}

/// Ranks from here on are of folders at the top.
const NESTED: u8 = 30;

/// The lower, the more a file is *the* README.
fn rank(path: &str) -> Option<u8> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let place = match folder {
        "" => 0,
        ".github" => 10,
        "doc" | "docs" => 20,
        _ if !folder.contains('/') => NESTED,
        _ => return None,
    };
    let lower = name.to_ascii_lowercase();
    let ending = match lower.strip_prefix("readme")? {
        ".md" | ".markdown" => 0,
        ".rst" => 1,
        ".adoc" | ".asciidoc" => 2,
        ".txt" => 3,
        "" => 4,
        // `README.en.md`, `README.SRC.txt`.
        other if folder.is_empty() && other.starts_with('.') && is_text(other) => 5,
        _ => return None,
    };
    Some(place + ending)
}

fn is_text(ending: &str) -> bool {
    [".md", ".markdown", ".rst", ".adoc", ".asciidoc", ".txt"]
        .iter()
        .any(|text| ending.ends_with(text))
}

fn find(facts: &Facts) -> Option<(&FileFacts, &str)> {
    let nested = is_in_a_folder(facts);
    let candidates = facts
        .files
        .iter()
        .filter_map(|file| Some((rank(&file.path)?, file, file.text.as_deref()?)));
    candidates
        .filter(|(rank, file, _)| *rank < NESTED || nested && !file.test && file.is_own())
        .min_by_key(|(rank, file, _)| (*rank, &file.path))
        .map(|(_, file, text)| (file, text))
}

/// Whether the README may be in a folder at the top: the one at the top is a link, or everything is in one folder.
fn is_in_a_folder(facts: &Facts) -> bool {
    let is_link = |path: &str| rank(path).is_some_and(|rank| rank < NESTED);
    let top = |path: &str| path.split_once('/').map(|(top, _)| top.to_owned());
    facts
        .skipped
        .iter()
        .any(|skipped| is_link(&skipped.path) && skipped.reason.starts_with("a symbolic link"))
        || facts
            .files
            .first()
            .and_then(|first| top(&first.path))
            .is_some_and(|folder| {
                facts
                    .files
                    .iter()
                    .all(|file| top(&file.path).as_deref() == Some(&*folder))
            })
}

/// The first paragraph, for the summary.
pub(super) fn first_paragraph(facts: &Facts) -> Option<String> {
    let (file, text) = find(facts)?;
    Some(Document::parse(&file.path, text).first_paragraph).filter(|text| !text.is_empty())
}

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let around = Surroundings::of(facts);
    let (path, document) = match find(facts) {
        Some((file, text)) => (Some(file.path.clone()), Document::parse(&file.path, text)),
        None if super::published::registry(facts) == Some(Registry::Debian) => {
            return Outcome::Skipped("a package of debian: its documents are packed or left out".to_owned());
        }
        None => (None, Document::default()),
    };
    report.readme_analysis = Some(analyze(path, &document, around));
    Outcome::Ok
}

fn analyze(path: Option<String>, document: &Document, around: Surroundings) -> ReadmeAnalysis {
    let mut breakdown = ByName::new();
    let mut suggestions = Vec::new();
    let max: u64 = CRITERIA
        .iter()
        .filter(|one| one.applies(document, around))
        .map(|one| one.weight)
        .sum();
    for one in CRITERIA {
        let weight = if one.applies(document, around) { one.weight } else { 0 };
        let score = (one.points)(document, around).min(weight);
        let section = SectionScore {
            score,
            max: weight,
            found: score > 0,
            present: score > 0,
            weight,
            r#type: section_type(one.name, one.weight),
        };
        if score == 0 && weight > 0 {
            suggestions.push(suggestion(one, weight, max));
        }
        breakdown.insert(one.name.to_owned(), section);
    }
    suggestions.sort_by_key(|suggestion| suggestion.priority);

    let raw: u64 = breakdown.values().map(|section| section.score).sum();
    let score = tenth(raw as f64 / max as f64 * 100.0);
    let grade = grade(score).to_owned();
    if path.is_none() {
        suggestions = vec![no_readme()];
    }
    ReadmeAnalysis {
        path,
        quality_score: score,
        score,
        grade: grade.clone(),
        score_breakdown: ReadmeScore {
            score,
            raw_score: raw,
            max_score: max,
            breakdown,
            grade,
        },
        suggestions,
        statistics: ReadmeStatistics {
            total_lines: document.lines,
            total_characters: document.characters,
            code_blocks: document.code_blocks,
            links: ReadmeLinks {
                total_links: document.links,
                has_links: document.links > 0,
                external_links: document.external_links,
            },
        },
    }
}

fn suggestion(criterion: &Criterion, weight: u64, max: u64) -> Suggestion {
    Suggestion {
        priority: priority(weight),
        section: criterion.name.to_owned(),
        message: criterion.missing.to_owned(),
        impact: impact(weight, max),
        heading: Some(criterion.heading.to_owned()).filter(|heading| !heading.is_empty()),
    }
}

fn no_readme() -> Suggestion {
    Suggestion {
        priority: Priority::Critical,
        section: "readme".to_owned(),
        message: "Write a README: there is none".to_owned(),
        impact: 100.0,
        heading: None,
    }
}

/// Points of the score that some of the points are.
fn impact(points: u64, max: u64) -> f64 {
    tenth(points as f64 / max as f64 * 100.0)
}

/// Critical is only that there is no README at all.
fn priority(weight: u64) -> Priority {
    match weight {
        15.. => Priority::High,
        10.. => Priority::Medium,
        _ => Priority::Low,
    }
}

fn section_type(name: &str, weight: u64) -> SectionType {
    match name {
        "code_examples" | "links" => SectionType::Bonus,
        _ if weight >= 10 => SectionType::Required,
        _ => SectionType::Optional,
    }
}

fn grade(score: f64) -> &'static str {
    match score {
        s if s >= 90.0 => "A",
        s if s >= 80.0 => "B",
        s if s >= 70.0 => "C",
        s if s >= 60.0 => "D",
        _ => "F",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lacks(text: &str) -> Vec<String> {
        let analysis = analyze(
            Some("README.md".to_owned()),
            &Document::parse("README.md", text),
            Surroundings::default(),
        );
        let urgent = analysis
            .suggestions
            .into_iter()
            .filter(|suggestion| suggestion.priority <= Priority::Medium);
        urgent.map(|suggestion| suggestion.section).collect()
    }

    #[test]
    fn commands_and_examples_count_wherever_they_are() {
        let text = "# tool\n\nA tool that does something very useful.\n\n```sh\nnpm install tool\n```\n\n```js\nimport tool from 'tool';\n\ntool.run();\n```\n\n[MIT](LICENSE)\n";
        assert_eq!(lacks(text), ["contributing"]);
        // An install command is no example of use.
        let text = "# tool\n\nA tool that does something very useful.\n\n    pip install tool\n\nPull requests are welcome. Licensed under MIT.\n";
        assert_eq!(lacks(text), ["usage"]);
        assert_eq!(
            lacks("# tool\n\nSee [how to install](https://x.y/install) and [the tutorial](https://x.y/tutorial).\n"),
            ["contributing", "license", "code_examples"]
        );
    }

    #[test]
    fn a_short_readme_needs_no_table_of_contents() {
        let short = analyze(
            Some("README.md".to_owned()),
            &Document::parse("README.md", "# a\n\n## b\n\nc\n"),
            Surroundings::default(),
        );
        assert_eq!(short.score_breakdown.breakdown["table_of_contents"].max, 0);
        let long: String = (0..21).map(|at| format!("## part {at}\n\ntext\n\n")).collect();
        let long = analyze(
            Some("README.md".to_owned()),
            &Document::parse("README.md", &format!("# a\n\n{long}")),
            Surroundings::default(),
        );
        assert_eq!(long.score_breakdown.breakdown["table_of_contents"].max, 5);
    }

    fn scored(name: &str, text: &str) -> Vec<String> {
        let analysis = analyze(
            Some(name.to_owned()),
            &Document::parse(name, text),
            Surroundings::default(),
        );
        let found = analysis
            .score_breakdown
            .breakdown
            .into_iter()
            .filter(|(_, section)| section.found);
        found
            .map(|(name, section)| format!("{name} {}", section.score))
            .collect()
    }

    #[test]
    fn the_maximum_is_the_contracts() {
        assert_eq!(
            CRITERIA.iter().map(|one| one.weight).sum::<u64>(),
            10 + 15 + 20 + 20 + 10 + 10 + 5 + 5 + 5 + 5 + 3 + 3 + 10 + 5
        );
        assert_eq!(
            [100.0, 90.0, 89.9, 70.0, 60.0, 0.0].map(grade),
            ["A", "A", "B", "C", "D", "F"]
        );
    }

    #[test]
    fn markdown_sections_need_a_heading_and_text() {
        let text = "# Name\n\n[![build](https://a.b/c.svg)](https://a.b)\n\nA tool that does something very useful.\n\n## Installation\n\n```sh\nnpm i x\n```\n\n## Usage\n\n## License\n\nMIT, see above.\n";
        assert_eq!(
            scored("README.md", text),
            [
                "badges 5",
                "code_examples 2",
                "description 15",
                "installation 20",
                "license 10",
                "links 5",
                "title 10"
            ]
        );
    }

    #[test]
    fn a_word_in_the_text_is_no_section() {
        assert_eq!(
            scored(
                "README.md",
                "Installation and usage and license, contributing and tests.\n"
            ),
            ["description 15"]
        );
    }

    #[test]
    fn html_headings_count() {
        let text = "<h1 align=\"center\">Name</h1>\n<p>x</p>\n\n<h2>Usage</h2>\n\nRun it.\n";
        assert_eq!(scored("README.md", text), ["title 10", "usage 20"]);
    }

    #[test]
    fn restructured_text_and_asciidoc() {
        let text = "Name\n====\n\n.. image:: https://img.shields.io/x.svg\n\nA tool that does something very useful.\n\nInstallation\n------------\n\nRun::\n\n    pip install x\n\nSee `docs <https://a.b>`_.\n";
        assert_eq!(
            scored("README.rst", text),
            [
                "api 5",
                "badges 5",
                "code_examples 2",
                "description 15",
                "installation 20",
                "links 5",
                "title 10"
            ]
        );
        let text =
            "= Name\n\nA tool that does something very useful.\n\n== Usage\n\n----\nrun\n----\n\nhttps://a.b[docs]\n";
        assert_eq!(
            scored("README.adoc", text),
            [
                "api 5",
                "code_examples 2",
                "description 15",
                "links 5",
                "title 10",
                "usage 20"
            ]
        );
    }

    #[test]
    fn no_readme_is_an_f() {
        let analysis = analyze(None, &Document::default(), Surroundings::default());
        assert_eq!((analysis.grade.as_str(), analysis.suggestions.len()), ("F", 1));
    }
}
