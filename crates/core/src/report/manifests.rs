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
    pub r#type: String,
    pub is_dev: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct DependencyEdge {
    pub source: String,
    pub target: String,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct DependencyStatistics {
    pub total: u64,
    pub direct: u64,
    pub dev: u64,
    pub transitive: u64,
}
