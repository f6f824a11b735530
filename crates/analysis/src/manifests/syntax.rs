//! The notations that manifests are written in, and ranges of versions.

pub(super) mod jsonc;
pub(super) mod range;
pub(super) mod script;
pub(super) mod xml;
pub(super) mod yaml;
