//! The report: the results of the analysis of a repository, as one JSON object (`results`).
//!
//! Members keep the names that existing front ends read, camelCase or snake_case as each section has it. A section that
//! this version does not build is `None` and absent from the JSON; the reason is in [`Analyser::stages`]. Everything an
//! analysis cannot know (ids, the clock, addresses) is a member of [`Meta`], which the caller fills in with
//! [`Report::set_meta`]. Maps are sorted and lists have a stated order, so the same commit gives the same bytes.

use std::collections::BTreeMap;

use crate::ScanLimits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod actions;
mod analyser;
mod code;
mod dependency_facts;
mod grades;
mod graph;
mod health;
mod hotspots;
mod manifests;
mod percentiles;
pub mod purl;
mod security;
mod vulnerabilities;

pub use actions::{Action, ActionPlace};
pub use analyser::{Analyser, LimitsUsed, Reading, SkippedFile, Stage, StageStatus};
pub use code::{
    Ast, AstFile, AstSummary, Community, ComplexityMetrics, ComplexityStatistics, FileComplexity, FileEntry,
    FunctionComplexity, Languages, LineCounts, Lines, Symbol, SymbolKind, TestSection,
};
pub use dependency_facts::{
    ApartManifest, DeclaredPackage, DependencyFile, DependencyKind, DependencyRoot, DependencyUse, Drift, LicenseClass,
    LicenseConflict, SeveralVersions, UndeclaredImport,
};
pub use grades::{AspectGrade, Grade, GradeInput, GradePlace, Grades, MIDDLING_PROJECT, OverallGrade};
pub use graph::{
    BreakingImport, CallGraph, CallStatistics, CalledFunction, CircularDependencies, Clone, CloneOccurrence,
    ComplexFunction, Confidence, Cycle, CycleKind, DeadCode, DeadCodeStatistics, Duplication, EdgeKind, ExternalImport,
    LessSure, ModuleEdge, ModuleGraph, ModuleNode, Severity, UnresolvedImport, UnusedFunction, UnusedImport,
};
pub use health::{
    Chapter, Explanations, FileRisk, License, Licenses, Priority, ReadmeAnalysis, ReadmeLinks, ReadmeScore,
    ReadmeStatistics, RiskFactor, RiskLevel, RiskLevelSummary, RiskScores, SectionScore, SectionType, SentenceCheck,
    Suggestion, Summary, WorstPlace,
};
pub use hotspots::{
    ChangeCoupling, CodeAge, Contributor, EarlierName, FolderAge, FunctionHotspot, HistoryWindow, Hotspot, Hotspots,
    Knowledge, MonthActivity, SelfCheck, Trend,
};
pub use manifests::{
    Dependencies, DependencyEdge, DependencyGraph, DependencyGroup, DependencyNode, DependencyStatistics, Package,
};
pub use percentiles::{PercentileFigure, Percentiles};
pub use security::{
    FindingCategory, FindingPlace, FindingSeverity, JudgedFindings, KnownVulnerabilities, KnownVulnerability,
    NotLookedAt, ScorecardCheck, Security, SecurityFinding, SecurityRule, SecurityScoreLine, SeverityTotals,
    SuppressedFinding,
};
pub use vulnerabilities::{LookupState, Upgrade, Vulnerabilities, Vulnerability, VulnerabilitySeverity};

/// `schemaVersion` of every report; raised when a member changes its meaning or is removed.
pub const SCHEMA_VERSION: u32 = 2;

/// The whole report.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub schema_version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Known from the source tree where it is a commit of a git repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit_sha: Option<String>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analyzed_at: Option<String>,
    /// Whole seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processing_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processing_time_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// The actions to do first, at most ten, the most benefit for the effort first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub actions: Vec<Action>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grades: Option<Grades>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hotspots: Option<Hotspots>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<Security>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percentiles: Option<Percentiles>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub languages: Option<Languages>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<Lines>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_scores: Option<RiskScores>,
    /// The same as `riskScores`, under the name that one viewer reads.
    #[serde(rename = "risk_scores", skip_serializing_if = "Option::is_none", default)]
    pub risk_scores_again: Option<RiskScores>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readme_analysis: Option<ReadmeAnalysis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tests: Option<TestSection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community: Option<Community>,
    #[serde(rename = "licences", skip_serializing_if = "Option::is_none")]
    pub licenses: Option<Licenses>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complexity_metrics: Option<ComplexityMetrics>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub circular_dependencies: Option<CircularDependencies>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_code: Option<DeadCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplication: Option<Duplication>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<Dependencies>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_graph: Option<CallGraph>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module_graph: Option<ModuleGraph>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanations: Option<Explanations>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ast: Option<Ast>,
    /// The files of `ast.files` again, with fewer members, under the name that one viewer reads.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub files: Vec<FileEntry>,
    pub analyser: Analyser,
}

/// The facts that only the caller of an analysis knows. `None` keeps the value of the report.
#[derive(Debug, Default, std::clone::Clone)]
pub struct Meta {
    pub scan_id: Option<String>,
    pub repo_url: Option<String>,
    pub branch: Option<String>,
    pub commit_sha: Option<String>,
    /// RFC 3339.
    pub analyzed_at: Option<String>,
    pub processing_time_ms: Option<u64>,
}

impl Report {
    /// Fills in what only the caller knows.
    pub fn set_meta(&mut self, meta: Meta) {
        let keep = |slot: &mut Option<String>, value: Option<String>| {
            if value.is_some() {
                *slot = value;
            }
        };
        keep(&mut self.scan_id, meta.scan_id);
        keep(&mut self.repo_url, meta.repo_url);
        keep(&mut self.branch, meta.branch);
        keep(&mut self.commit_sha, meta.commit_sha);
        keep(&mut self.analyzed_at, meta.analyzed_at);
        if let Some(ms) = meta.processing_time_ms {
            self.processing_time_ms = Some(ms);
            self.processing_time = Some(ms / 1000);
        }
    }
}

/// The text that distinguishes reports of the same commit: the version of the analysis, that of the schema, and the
/// limits that shaped the report. Reports of the same commit with the same text here are the same.
#[must_use]
pub fn analyser_version(version: &str, schema_version: u32, limits: Option<&ScanLimits>) -> String {
    match limits {
        Some(limits) => format!("{version}/{schema_version}/{}", limits.fingerprint()),
        // Not made by a worker.
        None => format!("{version}/{schema_version}"),
    }
}

/// The JSON Schema of the report, as served at `/api/schema/report.json`.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Report)
}

/// Cuts a list to `limit` entries; the report states the true total beside it.
pub fn cap<T>(list: &mut Vec<T>, limit: usize) -> bool {
    let truncated = list.len() > limit;
    list.truncate(limit);
    truncated
}

/// Names and figures by name, sorted.
pub type ByName<T> = BTreeMap<String, T>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_that_were_not_built_are_absent() {
        let json = serde_json::to_value(Report {
            schema_version: SCHEMA_VERSION,
            ..Report::default()
        })
        .expect("plain data");
        assert_eq!(json["schemaVersion"], SCHEMA_VERSION);
        assert!(json.get("ast").is_none() && json.get("scanId").is_none());
    }

    #[test]
    fn meta_fills_and_never_empties() {
        let mut report = Report {
            commit_sha: Some("abc".into()),
            ..Report::default()
        };
        report.set_meta(Meta {
            scan_id: Some("s".into()),
            processing_time_ms: Some(2_900),
            ..Meta::default()
        });
        assert_eq!(
            (report.scan_id.as_deref(), report.commit_sha.as_deref()),
            (Some("s"), Some("abc"))
        );
        assert_eq!(
            (report.processing_time, report.processing_time_ms),
            (Some(2), Some(2_900))
        );
    }

    #[test]
    fn schema_has_the_names_of_the_contract() {
        let schema = serde_json::to_value(schema()).expect("plain data");
        for name in [
            "scanId",
            "processingTimeMs",
            "riskScores",
            "readmeAnalysis",
            "moduleGraph",
            "analyser",
        ] {
            assert!(schema["properties"].get(name).is_some(), "`{name}` is missing");
        }
    }
}
