//! `security`: findings with place, reason and remedy, the score that they make, and what was not inspected.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Confidence;

/// Findings about security. A secret's value is never part of a report.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Security {
    /// 0 to 100, higher is better: 100 minus the lines of `scoreLines`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    pub score_lines: Vec<SecurityScoreLine>,
    /// Findings outside of tests, fixtures and examples.
    pub totals: SeverityTotals,
    /// Findings in tests, fixtures and examples: one level lower, and outside of the score.
    pub in_tests: u64,
    /// The most severe first, those in tests last.
    pub findings: Vec<SecurityFinding>,
    pub findings_total: u64,
    /// `findings` or `suppressed` is shorter than its total.
    pub truncated: bool,
    /// Findings that a comment or a file of the repository allows.
    pub suppressed: Vec<SuppressedFinding>,
    pub suppressed_total: u64,
    /// The rules of `findings` and `suppressed`, by id.
    pub rules: Vec<SecurityRule>,
    /// The checks of OpenSSF Scorecard that need no service.
    pub scorecard: Vec<ScorecardCheck>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vulnerabilities: Option<KnownVulnerabilities>,
    /// The parts that no rule covers. They lower no score.
    pub not_looked_at: Vec<NotLookedAt>,
}

/// One finding.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SecurityFinding {
    /// Stable id, as in `docs/rules`.
    pub rule: String,
    pub category: FindingCategory,
    pub severity: FindingSeverity,
    /// The severity if the finding is true, where that is higher: too few findings of the rule were true in other projects, or
    /// too few were judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<FindingSeverity>,
    pub confidence: Confidence,
    /// `CWE-79`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cwe: Option<String>,
    pub file: String,
    /// The commit that added it, of a credential that the analyzed commit does not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// 1-based; absent for a finding about the whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// 1-based, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    pub message: String,
    pub remedy: String,
    /// Stays the same when lines move. It is made of the rule, the path and the finding's ordinal, never of a value.
    pub fingerprint: String,
    /// In a test, fixture or example.
    pub in_test: bool,
    /// Other places of the same value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_places: Vec<FindingPlace>,
    #[serde(skip_serializing_if = "is_zero")]
    pub other_places_total: u64,
}

#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct FindingPlace {
    pub file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

/// A finding that the repository allows.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SuppressedFinding {
    #[serde(flatten)]
    pub finding: SecurityFinding,
    /// The comment or file that allows it: `gitleaks:allow`, `.secrets.baseline`.
    pub suppressed_by: String,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FindingCategory {
    Secret,
    Code,
    Workflow,
    Configuration,
    Vulnerability,
    /// Written by another version.
    #[default]
    #[serde(other)]
    Other,
}

/// The most severe first.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FindingSeverity {
    Critical,
    High,
    Medium,
    Low,
    #[default]
    #[serde(other)]
    Info,
}

/// Numbers of findings.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SeverityTotals {
    pub critical: u64,
    pub high: u64,
    pub medium: u64,
    pub low: u64,
    pub info: u64,
}

/// The points that the findings of one severity take from the score.
#[derive(Debug, Default, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SecurityScoreLine {
    pub severity: FindingSeverity,
    pub findings: u64,
    /// Of these, those that cost nothing, because code of this size usually has them.
    #[serde(skip_serializing_if = "is_zero")]
    pub free: u64,
    /// Points for each of the others, by the size of the code.
    pub each: f64,
    /// Points that findings of this severity take at least; absent: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// Points that findings of this severity take at most; absent: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    pub points: f64,
}

/// A rule that found something.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SecurityRule {
    pub id: String,
    pub title: String,
    pub category: FindingCategory,
    /// The highest that its findings are shown with.
    pub severity: FindingSeverity,
    /// Absent where no finding of the rule was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged: Option<JudgedFindings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cwe: Option<String>,
    /// Why it is a risk.
    pub risk: String,
    pub remedy: String,
    /// Forms that are never reported.
    pub safe: Vec<String>,
}

/// Findings of high and critical severity of a rule that were judged by reading the source, in packages that no correction of
/// the rules had seen.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct JudgedFindings {
    pub judged: u64,
    /// Those that were true.
    pub right: u64,
    /// Packages that had one.
    pub packages: u64,
}

/// One check of OpenSSF Scorecard.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ScorecardCheck {
    pub check: String,
    /// 0 to 10; absent where it was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    pub reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// Known vulnerabilities of the packages in use.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct KnownVulnerabilities {
    pub looked_up: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_date: Option<String>,
    pub list: Vec<KnownVulnerability>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct KnownVulnerability {
    pub id: String,
    pub package: String,
    pub version: String,
    pub severity: String,
    pub summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
}

/// Something that was not inspected.
#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct NotLookedAt {
    pub what: String,
    pub reason: String,
}

impl SecurityFinding {
    /// The severity if the finding is true.
    #[must_use]
    pub fn impact(&self) -> FindingSeverity {
        self.impact.unwrap_or(self.severity)
    }
}

impl NotLookedAt {
    /// Replaced or removed when a database was searched.
    pub const KNOWN_VULNERABILITIES: &str = "known vulnerabilities";
}

impl ScorecardCheck {
    /// Measured when a database was searched.
    pub const VULNERABILITIES: &str = "Vulnerabilities";
}

impl FindingSeverity {
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }

    /// One level lower; `info` stays.
    #[must_use]
    pub fn lowered(self) -> Self {
        match self {
            Self::Critical => Self::High,
            Self::High => Self::Medium,
            Self::Medium => Self::Low,
            Self::Low | Self::Info => Self::Info,
        }
    }
}

impl FindingCategory {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Code => "code",
            Self::Workflow => "workflow",
            Self::Configuration => "configuration",
            Self::Vulnerability => "vulnerability",
            Self::Other => "other",
        }
    }
}

impl SeverityTotals {
    #[must_use]
    pub fn of(&self, severity: FindingSeverity) -> u64 {
        match severity {
            FindingSeverity::Critical => self.critical,
            FindingSeverity::High => self.high,
            FindingSeverity::Medium => self.medium,
            FindingSeverity::Low => self.low,
            FindingSeverity::Info => self.info,
        }
    }

    pub fn add(&mut self, severity: FindingSeverity) {
        let total = match severity {
            FindingSeverity::Critical => &mut self.critical,
            FindingSeverity::High => &mut self.high,
            FindingSeverity::Medium => &mut self.medium,
            FindingSeverity::Low => &mut self.low,
            FindingSeverity::Info => &mut self.info,
        };
        *total += 1;
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(value: &u64) -> bool {
    *value == 0
}
