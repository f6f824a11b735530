//! Rules for workflows, containers, clusters, infrastructure and the files themselves. They read lines, not syntax trees:
//! these languages are made of keys and values.

use repolens_core::report::{Confidence, FindingCategory, FindingSeverity};

use super::rule::{RawFinding, Rule};
use super::text::Text;

mod containers;
mod deceiving;
mod files;
mod infrastructure;
pub(super) mod lines;
mod shell;
mod workflows;

pub use files::of_path;
pub use workflows::is_workflow;

/// One table for each kind of file.
pub const TABLES: &[&[Rule]] = &[
    &workflows::RULES,
    &containers::RULES,
    &infrastructure::RULES,
    &shell::RULES,
    &deceiving::RULES,
    &files::RULES,
];

/// Finds what these rules know in `text`.
pub fn find(text: &Text<'_>, found: &mut Vec<RawFinding>) {
    let mut report = Report { text, found };
    deceiving::find(&mut report);
    if workflows::is_workflow(text.path) {
        return workflows::find(&mut report);
    }
    let name = text.name();
    let is_container = text.language == "dockerfile"
        || name == "Dockerfile"
        || name == "Containerfile"
        || name.starts_with("Dockerfile.");
    if is_container {
        return containers::dockerfile(&mut report);
    }
    match text.language {
        "yaml" if name.contains("compose") => containers::compose(&mut report),
        "yaml" => containers::cluster(&mut report),
        "hcl" => infrastructure::find(&mut report),
        "shell" | "fish" => shell::find(&mut report),
        _ if name.ends_with(".tf") => infrastructure::find(&mut report),
        _ => {}
    }
}

/// Where findings go.
struct Report<'a, 't> {
    text: &'a Text<'t>,
    found: &'a mut Vec<RawFinding>,
}

impl Report<'_, '_> {
    /// `line` is 1-based; `subject` is what it is about.
    fn add(&mut self, rule: &'static Rule, line: usize, subject: &str, message: String) {
        self.add_with(rule, rule.severity, line, subject, message);
    }

    fn add_with(
        &mut self,
        rule: &'static Rule,
        severity: FindingSeverity,
        line: usize,
        subject: &str,
        message: String,
    ) {
        self.found.push(RawFinding {
            rule,
            severity,
            confidence: rule.confidence,
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::from(line > 0),
            message: message.into(),
            subject: subject.chars().take(80).collect::<String>().into(),
            value: 0,
            baseline: None,
            allowed_by: None,
            in_test: false,
            is_proven: false,
        });
    }

    fn lines(&self) -> Vec<&str> {
        std::str::from_utf8(self.text.bytes)
            .map(|text| text.lines().collect())
            .unwrap_or_default()
    }
}

/// A row of a table.
#[allow(clippy::too_many_arguments, reason = "one row has these columns")]
const fn row(
    id: &'static str,
    title: &'static str,
    category: FindingCategory,
    severity: FindingSeverity,
    cwe: u16,
    risk: &'static str,
    remedy: &'static str,
    safe: &'static [&'static str],
) -> Rule {
    Rule {
        id,
        title,
        category,
        severity,
        confidence: Confidence::High,
        cwe,
        risk,
        remedy,
        safe,
    }
}
