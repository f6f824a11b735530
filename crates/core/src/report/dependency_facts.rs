//! Parts of `dependencies` beside the packages and their graph.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a project needs a package.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DependencyKind {
    /// At run time.
    #[default]
    Runtime,
    /// At run time, where it can be installed or a feature asks for it.
    Optional,
    /// The project that uses this one brings it.
    Peer,
    /// To build it.
    Build,
    /// To develop and test it.
    Dev,
    /// Another package needs it.
    Transitive,
}

/// A manifest or lock file that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct DependencyFile {
    pub path: String,
    pub format: String,
    pub packages: u64,
}

/// A project of the repository that has dependencies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DependencyRoot {
    pub manifest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The package URL's type.
    pub r#type: String,
    /// The file that pins the versions, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock_file: Option<String>,
    /// Ids of the graph's nodes; at most 1,000.
    pub direct: Vec<String>,
    /// Packages that can be reached from it.
    pub reachable: u64,
}

/// Where manifests and lock files disagree. At most 500 of each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Drift {
    /// A manifest names it, and the lock file beside it has no version of it.
    pub declared_not_locked: Vec<DeclaredPackage>,
    /// The lock file has it, and no manifest leads to it.
    pub locked_not_declared: Vec<DeclaredPackage>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeclaredPackage {
    pub r#type: String,
    pub name: String,
    pub version: String,
    pub manifest: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct SeveralVersions {
    pub r#type: String,
    pub name: String,
    pub versions: Vec<String>,
}

/// Declared packages against the imports of the source code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DependencyUse {
    /// Ecosystems whose imports were compared; the others are not measured.
    pub measured: Vec<String>,
    /// Declared for run time, and imported by no file; at most 500. It may be used in a way that is no import.
    pub never_imported: Vec<DeclaredPackage>,
    /// Imported by a file, and declared by no manifest above it; at most 500.
    pub undeclared: Vec<UndeclaredImport>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct UndeclaredImport {
    pub r#type: String,
    pub name: String,
    /// The first file that imports it.
    pub file: String,
}

/// A manifest or lock file whose packages are not those of the project.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct ApartManifest {
    pub path: String,
    /// `fixture`, `example` or `vendored`.
    pub reason: String,
    pub packages: u64,
}

/// What a license asks of those who pass the software on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LicenseClass {
    /// Notices are kept.
    Permissive,
    /// Changed files stay under it (MPL, LGPL, EPL).
    WeakCopyleft,
    /// The whole work is passed on under it (GPL).
    StrongCopyleft,
    /// Also where it is only used over a network (AGPL).
    NetworkCopyleft,
    /// The source can be read; use is restricted (BUSL, SSPL, Elastic).
    SourceAvailable,
    /// No rights are granted.
    None,
    /// The text is not a known license.
    Unknown,
}

/// A license of a dependency that may not go with that of the repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct LicenseConflict {
    pub r#type: String,
    pub name: String,
    pub version: String,
    pub license: String,
    pub class: LicenseClass,
    pub message: String,
}
