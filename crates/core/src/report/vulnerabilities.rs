//! `dependencies.vulnerabilities`: known vulnerabilities of the packages, by OSV.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether the packages were checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LookupState {
    /// Nothing is known about vulnerabilities.
    #[default]
    NotChecked,
    /// All packages with an exact version of a known ecosystem.
    Complete,
    /// Some packages only: there may be more than the list has.
    Incomplete,
}

/// Known vulnerabilities.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Vulnerabilities {
    pub state: LookupState,
    /// Why they were not checked, or not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The day of the data, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_date: Option<String>,
    /// Packages that were checked; `None` where none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packages: Option<u64>,
    /// Packages that cannot be checked: without an exact version, from git, or of an ecosystem that OSV does not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_lookup: Option<u64>,
    /// The worst first; at most 1,000. `None` where they were not checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Vec<Vulnerability>>,
    /// All that were found; `None` where they were not checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Upgrades of one direct dependency each, those that fix most first; at most 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upgrades: Vec<Upgrade>,
}

impl super::Dependencies {
    /// The number of known vulnerabilities in words. It never reads as none where the packages were not checked.
    #[must_use]
    pub fn known_vulnerabilities(&self) -> String {
        match self.vulnerabilities.as_ref().map(|known| (known.state, known.total)) {
            Some((LookupState::Complete, Some(total))) => total.to_string(),
            Some((LookupState::Incomplete, Some(total))) => format!("{total}, but not all packages were checked"),
            _ => "not checked".to_owned(),
        }
    }
}

/// One vulnerability of one version of a package.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Vulnerability {
    /// GHSA, else CVE, else the database's own.
    pub id: String,
    /// All other ids of the same one, sorted.
    pub aliases: Vec<String>,
    pub summary: String,
    pub r#type: String,
    pub name: String,
    pub version: String,
    pub purl: String,
    pub severity: VulnerabilitySeverity,
    /// The highest CVSS base score of its records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// The lowest version that fixes it, in the range that holds this version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    /// The shortest path of packages from a project's direct dependency to this one, `NAME@VERSION` each.
    pub path: Vec<String>,
    pub manifest: String,
    /// Only development leads to it.
    pub is_dev: bool,
    /// No shipped code imports the direct dependencies that lead to it; `None`: not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub never_imported: Option<bool>,
}

/// By the CVSS bands; `unknown` where no record has a score.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VulnerabilitySeverity {
    #[default]
    Unknown,
    Low,
    Medium,
    High,
    Critical,
}

/// Vulnerabilities that the upgrade of one direct dependency may fix.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Upgrade {
    pub r#type: String,
    pub name: String,
    pub version: String,
    pub manifest: String,
    /// The version to go to, where the direct dependency itself is the vulnerable package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Vulnerabilities of it and of what only it leads to.
    pub fixes: u64,
    pub severity: VulnerabilitySeverity,
}
