//! Findings of two reports, one by one: what was introduced, and what was resolved.
//!
//! A finding is matched by its kind and its files, not by its lines, which move. Findings of a kind whose list was cut
//! in one of the reports are not compared: a missing one may only have been left out.

use std::collections::BTreeMap;

use repolens_core::report::{CircularDependencies, DeadCode, Duplication, Security, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Findings in each list; the counts are of all.
const MAX_LISTED: usize = 200;

/// The kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Kind")]
pub enum FindingKind {
    Security,
    Cycle,
    Complexity,
    Copy,
    Unused,
}

impl FindingKind {
    pub const ALL: [Self; 5] = [Self::Security, Self::Cycle, Self::Complexity, Self::Copy, Self::Unused];

    /// In words, of several.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Security => "security findings",
            Self::Cycle => "cycles of imports",
            Self::Complexity => "functions over the limits",
            Self::Copy => "copies",
            Self::Unused => "unused things",
        }
    }
}

/// One finding of one report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    pub kind: FindingKind,
    /// `critical`, `high`, `medium`, `low` or `info`.
    pub severity: String,
    /// With names between backticks.
    pub title: String,
    pub file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// By what it is known again.
    #[serde(skip)]
    key: String,
}

/// The findings of one report.
#[derive(Debug, Default)]
pub struct Findings {
    all: Vec<Finding>,
    /// Kinds of which the report has a part only, or nothing.
    incomplete: Vec<FindingKind>,
}

/// The changes from one report to another.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingChanges {
    /// The gravest first.
    pub introduced: Vec<Finding>,
    pub introduced_total: usize,
    pub resolved: Vec<Finding>,
    pub resolved_total: usize,
    /// Kinds that were not compared one by one: one of the reports has none of them, or only a part.
    pub not_compared: Vec<FindingKind>,
}

/// The part of `complexityMetrics` that is compared.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ComparedComplexity {
    statistics: Statistics,
    pub high_complexity_functions: Vec<ComparedFunction>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Statistics {
    high_complexity_count: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ComparedFunction {
    pub name: String,
    pub file_path: String,
    line_number: Option<u64>,
    pub cyclomatic: u64,
    pub cognitive: u64,
}

/// The sections that findings are in. `None`: the report does not have it.
#[derive(Debug, Default)]
pub struct ComparedSections<'a> {
    pub cycles: Option<&'a CircularDependencies>,
    pub copies: Option<&'a Duplication>,
    pub dead: Option<&'a DeadCode>,
    pub complexity: Option<&'a ComparedComplexity>,
    pub security: Option<&'a Security>,
}

impl Findings {
    pub fn of(sections: &ComparedSections<'_>) -> Self {
        let mut findings = Self::default();
        findings.security(sections.security);
        findings.cycles(sections.cycles);
        findings.complexity(sections.complexity);
        findings.copies(sections.copies);
        findings.dead(sections.dead);
        findings
    }

    fn incomplete(&mut self, kind: FindingKind, incomplete: bool) {
        if incomplete && !self.incomplete.contains(&kind) {
            self.incomplete.push(kind);
        }
    }

    fn add(&mut self, kind: FindingKind, severity: &str, title: String, place: (&str, Option<u64>), key: String) {
        self.all.push(Finding {
            kind,
            severity: severity.to_owned(),
            title,
            file: place.0.to_owned(),
            line: place.1,
            key,
        });
    }

    fn security(&mut self, section: Option<&Security>) {
        self.incomplete(FindingKind::Security, section.is_none_or(|section| section.truncated));
        for finding in section.map(|section| section.findings.as_slice()).unwrap_or_default() {
            let key = match finding.fingerprint.as_str() {
                "" => format!("{}\n{}\n{}", finding.rule, finding.file, finding.message),
                fingerprint => fingerprint.to_owned(),
            };
            let place = (finding.file.as_str(), finding.line);
            self.add(
                FindingKind::Security,
                finding.severity.as_str(),
                finding.message.clone(),
                place,
                key,
            );
        }
    }

    fn cycles(&mut self, section: Option<&CircularDependencies>) {
        let cut = |section: &CircularDependencies| section.total_cycles > section.cycles.len() as u64;
        self.incomplete(FindingKind::Cycle, section.is_none_or(cut));
        for cycle in section.map(|section| section.cycles.as_slice()).unwrap_or_default() {
            let mut files: Vec<&str> = cycle.chain.iter().map(String::as_str).collect();
            files.sort_unstable();
            files.dedup();
            let severity = match cycle.severity {
                Severity::High => "high",
                Severity::Medium => "medium",
                Severity::Low => "low",
            };
            let first = cycle.chain.first().map_or("", String::as_str);
            let title = format!("{} files import each other in a circle", cycle.group_size);
            self.add(FindingKind::Cycle, severity, title, (first, None), files.join("\n"));
        }
    }

    fn complexity(&mut self, section: Option<&ComparedComplexity>) {
        let cut = |section: &ComparedComplexity| {
            section.statistics.high_complexity_count > section.high_complexity_functions.len() as u64
        };
        self.incomplete(FindingKind::Complexity, section.is_none_or(cut));
        for function in section
            .map(|section| section.high_complexity_functions.as_slice())
            .unwrap_or_default()
        {
            if function.cyclomatic <= 10 && function.cognitive <= 15 {
                continue;
            }
            let title = format!(
                "`{}` has a cyclomatic complexity of {} and a cognitive one of {}",
                function.name, function.cyclomatic, function.cognitive
            );
            let key = format!("{}\n{}", function.file_path, function.name);
            self.add(
                FindingKind::Complexity,
                "medium",
                title,
                (&function.file_path, function.line_number),
                key,
            );
        }
    }

    fn copies(&mut self, section: Option<&Duplication>) {
        let cut = |section: &Duplication| section.clones_total > section.clones.len() as u64;
        self.incomplete(FindingKind::Copy, section.is_none_or(cut));
        for copy in section.map(|section| section.clones.as_slice()).unwrap_or_default() {
            let [first, others @ ..] = copy.occurrences.as_slice() else {
                continue;
            };
            let mut files: Vec<&str> = copy.occurrences.iter().map(|place| place.file.as_str()).collect();
            files.sort_unstable();
            let title = match others.first() {
                Some(other) if other.file != first.file => {
                    format!("{} lines are also in `{}`", copy.lines, other.file)
                }
                _ => format!("{} lines occur twice in this file", copy.lines),
            };
            let key = format!("{}\n{}", copy.tokens, files.join("\n"));
            self.add(
                FindingKind::Copy,
                "low",
                title,
                (&first.file, Some(first.start_line)),
                key,
            );
        }
    }

    fn dead(&mut self, section: Option<&DeadCode>) {
        let cut = |section: &DeadCode| {
            section.truncated || section.unused_functions_total() > section.unused_functions.len() as u64
        };
        self.incomplete(FindingKind::Unused, section.is_none_or(cut));
        let Some(dead) = section else {
            return;
        };
        for function in &dead.unused_functions {
            let key = format!("function\n{}\n{}", function.file, function.function);
            let title = format!("Nothing calls `{}`", function.function);
            self.add(
                FindingKind::Unused,
                "low",
                title,
                (&function.file, Some(function.line)),
                key,
            );
        }
        for file in &dead.unused_files {
            self.add(
                FindingKind::Unused,
                "low",
                "Nothing reaches this file".into(),
                (file, None),
                format!("file\n{file}"),
            );
        }
        for (file, names) in &dead.unused_exports {
            for name in names {
                let key = format!("export\n{file}\n{name}");
                self.add(
                    FindingKind::Unused,
                    "low",
                    format!("Nothing imports `{name}`"),
                    (file, None),
                    key,
                );
            }
        }
        for (file, imports) in &dead.unused_imports {
            for import in imports {
                let key = format!("import\n{file}\n{}\n{}", import.symbol, import.source);
                let title = format!("The import of `{}` is not used", import.symbol);
                self.add(FindingKind::Unused, "low", title, (file, Some(import.line)), key);
            }
        }
    }
}

fn rank(severity: &str) -> usize {
    ["critical", "high", "medium", "low"]
        .iter()
        .position(|known| *known == severity)
        .unwrap_or(4)
}

/// From the first to the second.
pub fn changes(first: &Findings, second: &Findings) -> FindingChanges {
    let compared = |kind: FindingKind| !first.incomplete.contains(&kind) && !second.incomplete.contains(&kind);
    let (introduced_total, introduced) = only(second, first, &compared);
    let (resolved_total, resolved) = only(first, second, &compared);
    FindingChanges {
        introduced,
        introduced_total,
        resolved,
        resolved_total,
        not_compared: FindingKind::ALL.into_iter().filter(|kind| !compared(*kind)).collect(),
    }
}

/// Findings of one report that the other does not have; the same one twice counts twice.
fn only(these: &Findings, those: &Findings, compared: &dyn Fn(FindingKind) -> bool) -> (usize, Vec<Finding>) {
    let mut there: BTreeMap<(FindingKind, &str), usize> = BTreeMap::new();
    for finding in &those.all {
        *there.entry((finding.kind, &finding.key)).or_default() += 1;
    }
    let mut only: Vec<Finding> = these
        .all
        .iter()
        .filter(|finding| compared(finding.kind))
        .filter(|finding| match there.get_mut(&(finding.kind, finding.key.as_str())) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        })
        .cloned()
        .collect();
    let total = only.len();
    only.sort_by(|a, b| rank(&a.severity).cmp(&rank(&b.severity)).then_with(|| a.cmp(b)));
    only.truncate(MAX_LISTED);
    (total, only)
}

#[cfg(test)]
mod tests;
