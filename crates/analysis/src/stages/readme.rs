//! README.
//!
//! *What it looks at*: the README nearest to the root, parsed as Markdown, reStructuredText, AsciiDoc or plain text. *Why it
//! matters*: it is what newcomers read. *Limits*: it looks for sections (a heading with something below it), not for
//! quality of prose; headings are known by English words.

use repolens_core::report::{
    ByName, Priority, ReadmeAnalysis, ReadmeLinks, ReadmeScore, ReadmeStatistics, Report, SectionScore, SectionType,
    Suggestion,
};

use self::document::Document;
use super::{Outcome, Scratch, tenth};
use crate::facts::FileFacts;
use crate::scan::Facts;

mod document;

/// Whether the text of the file at `path` is kept for this stage.
#[must_use]
pub fn reads_text_of(path: &str) -> bool {
    rank(path).is_some()
}

/// The lower, the more a file is *the* README.
fn rank(path: &str) -> Option<u8> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let place = match folder {
        "" => 0,
        ".github" => 10,
        "docs" => 20,
        _ => return None,
    };
    let lower = name.to_ascii_lowercase();
    let ending = match lower.strip_prefix("readme")? {
        ".md" | ".markdown" => 0,
        ".rst" => 1,
        ".adoc" | ".asciidoc" => 2,
        ".txt" => 3,
        "" => 4,
        _ => return None,
    };
    Some(place + ending)
}

fn find(facts: &Facts) -> Option<(&FileFacts, &str)> {
    let candidates = facts
        .files
        .iter()
        .filter_map(|file| Some((rank(&file.path)?, file, file.text.as_deref()?)));
    candidates
        .min_by_key(|(rank, file, _)| (*rank, &file.path))
        .map(|(_, file, text)| (file, text))
}

/// The first paragraph, for the summary.
pub(super) fn first_paragraph(facts: &Facts) -> Option<String> {
    let (file, text) = find(facts)?;
    Some(Document::parse(&file.path, text).first_paragraph).filter(|text| !text.is_empty())
}

/// One thing that a README should have.
struct Section {
    name: &'static str,
    weight: u64,
    /// Words that a heading has.
    words: &'static [&'static str],
    missing: &'static str,
}

/// The weights of the contract.
#[rustfmt::skip]
const SECTIONS: &[Section] = &[
    Section { name: "installation", weight: 20, words: &["install", "setup", "set up", "getting started", "quick start", "quickstart", "requirements"], missing: "Say how to install it, with the command" },
    Section { name: "usage", weight: 20, words: &["usage", "how to use", "using", "example", "getting started", "quick start", "quickstart", "tutorial", "demo", "synopsis"], missing: "Show how to use it, with a short example" },
    Section { name: "contributing", weight: 10, words: &["contribut", "development", "developing", "hacking", "pull request"], missing: "Say how to contribute" },
    Section { name: "license", weight: 10, words: &["license", "licence", "licensing", "copyright", "copying"], missing: "Name the licence" },
    Section { name: "table_of_contents", weight: 5, words: &["table of contents", "contents", "toc"], missing: "Add a table of contents" },
    Section { name: "api", weight: 5, words: &["api", "reference", "documentation", "docs"], missing: "Link to or describe the API" },
    Section { name: "tests", weight: 5, words: &["test"], missing: "Say how to run the tests" },
    Section { name: "changelog", weight: 3, words: &["change log", "changelog", "changes", "release notes", "history", "what's new", "releases"], missing: "Link to the changes of each version" },
    Section { name: "faq", weight: 3, words: &["faq", "frequently asked", "questions", "troubleshooting"], missing: "Answer frequent questions" },
];

const TITLE: u64 = 10;
const DESCRIPTION: u64 = 15;
const BADGES: u64 = 5;
const EXAMPLES: u64 = 10;
const EACH_EXAMPLE: u64 = 2;
const LINKS: u64 = 5;
/// Characters from which a first paragraph describes something.
const DESCRIBES: usize = 30;

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let (path, document) = match find(facts) {
        Some((file, text)) => (Some(file.path.clone()), Document::parse(&file.path, text)),
        None => (None, Document::default()),
    };
    report.readme_analysis = Some(analyse(path, &document));
    Outcome::Ok
}

fn analyse(path: Option<String>, document: &Document) -> ReadmeAnalysis {
    let mut breakdown = ByName::new();
    let mut suggestions = Vec::new();
    let mut add = |name: &str, score: u64, max: u64, missing: &str| {
        breakdown.insert(
            name.to_owned(),
            SectionScore {
                score,
                max,
                found: score > 0,
                present: score > 0,
                weight: max,
                r#type: section_type(name, max),
            },
        );
        if score == 0 && !missing.is_empty() {
            suggestions.push(Suggestion {
                priority: priority(max),
                section: name.to_owned(),
                message: missing.to_owned(),
                impact: impact(max),
            });
        }
    };
    let all = |yes: bool, points: u64| if yes { points } else { 0 };
    add(
        "title",
        all(document.title.is_some(), TITLE),
        TITLE,
        "Begin with a title",
    );
    let described = document.first_paragraph.chars().count() >= DESCRIBES;
    add(
        "description",
        all(described, DESCRIPTION),
        DESCRIPTION,
        "Say in a sentence or two what it is and for whom",
    );
    for section in SECTIONS {
        let found =
            document.has_section(section.words) || (section.name == "table_of_contents" && document.has_contents);
        add(
            section.name,
            all(found, section.weight),
            section.weight,
            section.missing,
        );
    }
    add(
        "badges",
        all(document.badges > 0, BADGES),
        BADGES,
        "Add a badge of the build or the version",
    );
    let examples = (document.code_blocks * EACH_EXAMPLE).min(EXAMPLES);
    add("code_examples", examples, EXAMPLES, "Add examples as code blocks");
    add("links", all(document.links > 0, LINKS), LINKS, "Link to more");
    suggestions.sort_by_key(|suggestion| suggestion.priority);

    let raw: u64 = breakdown.values().map(|section| section.score).sum();
    let max = max_score();
    let score = tenth(raw as f64 / max as f64 * 100.0);
    let grade = grade(score).to_owned();
    if path.is_none() {
        suggestions = vec![Suggestion {
            priority: Priority::Critical,
            section: "readme".to_owned(),
            message: "Write a README: there is none".to_owned(),
            impact: impact(max),
        }];
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

fn max_score() -> u64 {
    TITLE + DESCRIPTION + BADGES + EXAMPLES + LINKS + SECTIONS.iter().map(|section| section.weight).sum::<u64>()
}

/// Points of the score that some of the points are.
fn impact(points: u64) -> f64 {
    tenth(points as f64 / max_score() as f64 * 100.0)
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

    fn scored(name: &str, text: &str) -> Vec<String> {
        let analysis = analyse(Some(name.to_owned()), &Document::parse(name, text));
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
            max_score(),
            10 + 15 + 20 + 20 + 10 + 10 + 5 + 5 + 5 + 5 + 3 + 3 + 10 + 5
        );
        assert_eq!(
            [100.0, 90.0, 89.9, 70.0, 60.0, 0.0].map(grade),
            ["A", "A", "B", "C", "D", "F"]
        );
    }

    #[test]
    fn markdown_sections_need_a_heading_and_text() {
        let text = "# Name\n\n[![build](https://a.b/c.svg)](https://a.b)\n\nA tool that does something very useful.\n\n## Installation\n\n```sh\nnpm i x\n```\n\n## Usage\n\n## License\n\nMIT, see the installation manual.\n";
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
            ["code_examples 2", "description 15", "links 5", "title 10", "usage 20"]
        );
    }

    #[test]
    fn no_readme_is_an_f() {
        let analysis = analyse(None, &Document::default());
        assert_eq!((analysis.grade.as_str(), analysis.suggestions.len()), ("F", 1));
    }
}
