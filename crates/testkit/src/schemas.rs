//! Schemas of formats that are exported, out of the packages that ship them.

use std::path::PathBuf;

use serde_json::Value;

use crate::npm;

const PACKAGES: &str = include_str!("schemas/package.json");

/// Reads a file of the installed packages.
fn read(path: &str) -> String {
    let folder: PathBuf = npm::installed("schemas", PACKAGES, &[]);
    let path = folder.join("node_modules").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The schema of SARIF 2.1.0.
///
/// # Panics
/// Where it cannot be installed or read.
#[must_use]
pub fn sarif() -> Value {
    let text = read("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
    // One pattern has a bracket that closes nothing, which is no regular expression by the letter.
    let text = text.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}?$");
    serde_json::from_str(&text).expect("JSON")
}

/// One of CycloneDX's schemas: `bom-1.6`, `spdx`, `jsf-0.82`, `cryptography-defs`.
///
/// # Panics
/// Where it cannot be installed or read.
#[must_use]
pub fn cyclonedx(name: &str) -> Value {
    let text = read(&format!(
        "@cyclonedx/cyclonedx-library/res/schema/{name}.SNAPSHOT.schema.json"
    ));
    serde_json::from_str(&text).expect("JSON")
}
