//! `dependencies`: what the manifests and lock files name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dependency_facts::{
    ApartManifest, DependencyFile, DependencyKind, DependencyRoot, DependencyUse, Drift, LicenseClass, LicenseConflict,
    SeveralVersions,
};
use super::vulnerabilities::Vulnerabilities;

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dependencies {
    /// Sorted by type, name, version; at most 5,000.
    pub packages: Vec<Package>,
    pub graph: DependencyGraph,
    pub statistics: DependencyStatistics,
    /// The same as `statistics.total`, under the name that one viewer reads.
    #[serde(default)]
    pub count: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// The manifests and lock files that were read; at most 500.
    #[serde(default)]
    pub files: Vec<DependencyFile>,
    /// Manifests and lock files that could not be read, with the reason: their packages are not counted.
    #[serde(default)]
    pub unread: Vec<super::SkippedFile>,
    /// The projects that the dependencies belong to: one for each manifest that names some.
    #[serde(default)]
    pub roots: Vec<DependencyRoot>,
    #[serde(default)]
    pub drift: Drift,
    /// Packages of which several versions are locked.
    #[serde(default)]
    pub several: Vec<SeveralVersions>,
    #[serde(default)]
    pub usage: DependencyUse,
    /// Fixtures, examples and copies of other projects: listed, and in no figure.
    #[serde(default)]
    pub apart: Vec<ApartManifest>,
    #[serde(default)]
    pub license_conflicts: Vec<LicenseConflict>,
    /// `None` in reports of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vulnerabilities: Option<Vulnerabilities>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    /// The package URL's type: `npm`, `pypi`, `cargo`, `golang`, `maven`, `gem`, `nuget`, `composer`, `swift`, `cocoapods`,
    /// `pub`, `hex`, `jsr`, `githubactions`, `docker`.
    pub r#type: String,
    pub name: String,
    /// As the manifest asks for it, or as the lock file has it where `resolved`.
    pub version: String,
    pub is_dev: bool,
    /// A manifest names it itself; `false`: it came with another package.
    pub direct: bool,
    /// Where it is named, the first of several.
    pub manifest: String,
    /// `true` where `version` is the exact version of a lock file or an exact requirement.
    pub resolved: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// The package URL by its specification; with a version only where it is exact.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purl: String,
    /// Why it is needed; `transitive` where only other packages need it.
    #[serde(default)]
    pub kind: DependencyKind,
    /// Only optional dependencies lead to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Where it comes from, if not from the registry of its ecosystem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license_class: Option<LicenseClass>,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct DependencyGraph {
    /// `root` first, then sorted by id.
    pub nodes: Vec<DependencyNode>,
    pub edges: Vec<DependencyEdge>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DependencyNode {
    /// `root`, or `TYPE:NAME@VERSION`.
    pub id: String,
    pub label: String,
    /// The same as `label`.
    #[serde(default)]
    pub name: String,
    pub r#type: String,
    pub is_dev: bool,
    #[serde(default)]
    pub group: DependencyGroup,
    /// For drawing: 16 for the root, else 4 and one for each edge, up to 12.
    #[serde(default)]
    pub size: u64,
    /// For drawing: one color of each group, `#rrggbb`.
    #[serde(default)]
    pub color: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DependencyGroup {
    /// The repository itself.
    Root,
    /// A manifest names it.
    #[default]
    Direct,
    /// A manifest names it for development.
    Development,
    /// It came with another package.
    Transitive,
}

/// `from` and `to` are the same as `source` and `target`, under the names that one viewer reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct DependencyEdge {
    pub source: String,
    pub target: String,
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct DependencyStatistics {
    pub total: u64,
    pub direct: u64,
    pub dev: u64,
    pub transitive: u64,
}
