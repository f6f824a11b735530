//! `dependencies`: what the manifests and lock files name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    /// The package URL's type: `npm`, `pypi`, `cargo`, `golang`, `maven`, `gem`, `nuget`, `composer`.
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
