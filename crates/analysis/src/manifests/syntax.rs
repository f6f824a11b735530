//! The notations that manifests are written in.

pub(super) mod jsonc;
pub(super) mod script;
pub(super) mod xml;
pub(super) mod yaml;
