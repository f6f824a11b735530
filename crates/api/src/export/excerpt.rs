//! The sections of a report that any form shows.

use std::collections::BTreeSet;
use std::io::{self, BufReader, Read};

use repolens_core::report::{
    Action, Analyser, CallStatistics, CircularDependencies, ComplexFunction, ComplexityMetrics, DeadCode, Dependencies,
    Duplication, Explanations, Grades, Languages, Licenses, Lines, ReadmeAnalysis, RiskScores, Security,
    SecurityFinding, Summary, TestSection, UnresolvedImport,
};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::lenient;

/// See the module. A section that is not there, or not as this version knows it, costs no other.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Excerpt {
    pub analyzed_at: Section<String>,
    pub summary: Section<Summary>,
    pub actions: Section<Vec<Action>>,
    pub grades: Section<Grades>,
    pub languages: Section<Languages>,
    pub lines: Section<Lines>,
    pub risk_scores: Section<RiskScores>,
    pub readme_analysis: Section<ReadmeAnalysis>,
    pub tests: Section<TestSection>,
    pub licenses: Section<Licenses>,
    pub complexity_metrics: Section<ComplexityMetrics>,
    pub circular_dependencies: Section<CircularDependencies>,
    pub dead_code: Section<DeadCode>,
    pub duplication: Section<Duplication>,
    pub dependencies: Section<Dependencies>,
    pub call_graph: Section<CallGraphExcerpt>,
    pub module_graph: Section<Modules>,
    pub security: Section<Security>,
    pub explanations: Section<Explanations>,
    pub analyser: Section<Analyser>,
}

impl Excerpt {
    /// # Errors
    /// When it is no JSON object.
    pub fn read(report: impl Read) -> io::Result<Self> {
        let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(64 * 1024, report));
        Self::deserialize(&mut json).map_err(io::Error::other)
    }

    /// Names of the sections that are present in a form that this version cannot read.
    pub fn unreadable(&self) -> Vec<&'static str> {
        macro_rules! names {
            ($($member:ident: $name:literal),* $(,)?) => {
                [$((matches!(self.$member, Section::Unreadable), $name)),*]
            };
        }
        names! {
            summary: "summary", actions: "actions", grades: "grades", languages: "languages", lines: "lines", risk_scores: "riskScores",
            readme_analysis: "readmeAnalysis", tests: "tests", licenses: "licences",
            complexity_metrics: "complexityMetrics", circular_dependencies: "circularDependencies",
            dead_code: "deadCode", duplication: "duplication", dependencies: "dependencies", call_graph: "callGraph",
            module_graph: "moduleGraph",
            security: "security", explanations: "explanations", analyser: "analyser",
        }
        .into_iter()
        .filter_map(|(unreadable, name)| unreadable.then_some(name))
        .collect()
    }

    /// Names of the sections that another version wrote and of which some members are not there.
    pub fn partial(&self) -> Vec<&'static str> {
        macro_rules! names {
            ($($member:ident: $name:literal),* $(,)?) => {
                [$((matches!(self.$member, Section::Partly(..)), $name)),*]
            };
        }
        names! {
            summary: "summary", languages: "languages", lines: "lines", risk_scores: "riskScores",
            readme_analysis: "readmeAnalysis", tests: "tests", licenses: "licences",
            complexity_metrics: "complexityMetrics", circular_dependencies: "circularDependencies",
            dead_code: "deadCode", duplication: "duplication", dependencies: "dependencies", call_graph: "callGraph",
            module_graph: "moduleGraph", explanations: "explanations",
        }
        .into_iter()
        .filter_map(|(partly, name)| partly.then_some(name))
        .collect()
    }

    /// The actions to do first; empty for older reports.
    pub fn actions(&self) -> &[Action] {
        self.actions.get().map_or(&[], Vec::as_slice)
    }

    /// Findings of the security section, the most severe first, those in tests last.
    pub fn security_findings(&self) -> Vec<&SecurityFinding> {
        let Some(security) = self.security.get() else {
            return Vec::new();
        };
        let mut findings: Vec<&SecurityFinding> = security.findings.iter().collect();
        findings.sort_by_key(|finding| (finding.in_test, finding.severity));
        findings
    }
}

/// One member of a report.
#[derive(Debug, Default)]
pub enum Section<T> {
    #[default]
    Absent,
    /// It is present, in a form that cannot be read.
    Unreadable,
    Is(T),
    /// Another version wrote it: what could be read, and the places of what is not there. See [`super::lenient`].
    Partly(T, BTreeSet<String>),
}

impl<T> Section<T> {
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Is(section) | Self::Partly(section, _) => Some(section),
            Self::Absent | Self::Unreadable => None,
        }
    }

    /// Whether the member at this place was read, and not made up.
    pub fn has(&self, place: &str) -> bool {
        match self {
            Self::Is(_) => true,
            Self::Partly(_, missing) => !missing.contains(place),
            Self::Absent | Self::Unreadable => false,
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Section<T> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(json)?;
        Ok(match serde_json::from_str::<Option<T>>(raw.get()) {
            Ok(Some(section)) => Self::Is(section),
            Ok(None) => Self::Absent,
            Err(_) => match serde_json::from_str(raw.get())
                .ok()
                .and_then(|value| lenient::read(&value))
            {
                Some((section, missing)) => Self::Partly(section, missing),
                None => Self::Unreadable,
            },
        })
    }
}

/// Part of `callGraph`: its long lists are not shown.
#[derive(Debug, Default, Deserialize)]
pub struct CallGraphExcerpt {
    pub total_functions: u64,
    pub statistics: CallStatistics,
    #[serde(default)]
    pub most_complex: Vec<ComplexFunction>,
}

/// Part of `moduleGraph`: its files are counted, its imports are skipped.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Modules {
    pub nodes: Vec<IgnoredAny>,
    pub edges_total: u64,
    pub external_total: u64,
    pub unresolved: Vec<UnresolvedImport>,
    pub unresolved_total: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_section_of_another_form_costs_no_other() {
        let report = br#"{"ast":{"files":[{}]},"riskScores":"none","languages":{"primary":"go","languages":{},
            "frameworks":[],"totalFiles":3},"lines":null,"more":[1]}"#;
        let excerpt = Excerpt::read(&report[..]).expect("an object");
        assert_eq!(excerpt.unreadable(), ["riskScores"]);
        assert_eq!(excerpt.languages.get().expect("readable").total_files, 3);
        assert!(excerpt.lines.get().is_none());
        assert!(Excerpt::read(&b"7"[..]).is_err() && Excerpt::read(&b"{\"lines\":"[..]).is_err());
    }
}
