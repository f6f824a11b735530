//! The dependencies of a report as a CycloneDX bill of materials, version 1.6 or 1.7.

use std::collections::{BTreeMap, BTreeSet};

use repolens_core::report::{Dependencies, Package};
use serde_json::{Value, json};

use super::{Excerpt, ExportedScan, purl};

/// The licenses that are written as an SPDX id; another one-word license is written as a name. The list of the format is
/// long and closed: an id that is not on it would make the whole document invalid.
const SPDX_IDS: [&str; 30] = [
    "0BSD",
    "AFL-3.0",
    "AGPL-3.0-only",
    "AGPL-3.0-or-later",
    "Apache-2.0",
    "Artistic-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "BlueOak-1.0.0",
    "CC-BY-4.0",
    "CC0-1.0",
    "CDDL-1.0",
    "EPL-1.0",
    "EPL-2.0",
    "GPL-2.0-only",
    "GPL-2.0-or-later",
    "GPL-3.0-only",
    "GPL-3.0-or-later",
    "ISC",
    "LGPL-2.1-only",
    "LGPL-2.1-or-later",
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
    "MIT",
    "MPL-2.0",
    "PSF-2.0",
    "Unlicense",
    "WTFPL",
    "Zlib",
];

/// What is written is the same in both versions of the format, `1.6` and `1.7`.
pub fn write(about: &ExportedScan, excerpt: &Excerpt, version: &str) -> Value {
    let nothing = Dependencies::default();
    let dependencies = excerpt.dependencies.get().unwrap_or(&nothing);
    let mut seen = BTreeSet::new();
    let mut components = Vec::with_capacity(dependencies.packages.len());
    // Packages that the graph calls `TYPE:NAME@VERSION` are identified by their package URL here.
    let mut references = BTreeMap::new();
    for package in &dependencies.packages {
        let reference = reference(package);
        references.insert(
            format!("{}:{}@{}", package.r#type, package.name, package.version),
            reference.clone(),
        );
        // The same package may be named by several manifests.
        if seen.insert(reference.clone()) {
            components.push(component(package, &reference));
        }
    }
    let mut document = json!({
        "$schema": format!("http://cyclonedx.org/schema/bom-{version}.schema.json"),
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "version": 1,
        "metadata": metadata(about, excerpt),
        "components": components,
        "dependencies": graph(dependencies, &references),
        "compositions": [{
            "aggregate": if dependencies.truncated { "incomplete" } else { "unknown" },
            "assemblies": [ROOT],
        }],
    });
    document["serialNumber"] = format!("urn:uuid:{}", number(about)).into();
    document
}

/// The number of the bill: the same commit of the same repository has the same one.
pub(super) fn number(about: &ExportedScan) -> uuid::Uuid {
    let commit = about.commit_sha.as_deref().unwrap_or(&about.scan_id);
    let mut hash = <sha2::Sha256 as sha2::Digest>::new();
    sha2::Digest::update(&mut hash, format!("{}\n{commit}", about.repo_url));
    let digest = sha2::Digest::finalize(hash);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    // A number that was made by rules of its own.
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Whether a license is written by its SPDX id or as an expression of them.
pub(super) fn is_license(text: &str) -> bool {
    SPDX_IDS.contains(&text) || is_expression(text)
}

/// The repository itself.
const ROOT: &str = "root";

fn metadata(about: &ExportedScan, excerpt: &Excerpt) -> Value {
    let version = excerpt
        .analyser
        .get()
        .map_or("unknown", |analyser| analyser.version.as_str());
    let mut root = json!({ "type": "application", "bom-ref": ROOT, "name": about.name });
    if let Some(commit) = &about.commit_sha {
        root["version"] = commit.as_str().into();
    }
    if about.repo_url.as_str().starts_with("http") {
        root["externalReferences"] = json!([{ "type": "vcs", "url": about.repo_url }]);
    }
    json!({
        "lifecycles": [{ "phase": "pre-build" }],
        "tools": { "components": [{ "type": "application", "name": "repolens", "version": version }] },
        "component": root,
    })
}

/// Unique in the document: two ranges of one package are two components.
fn reference(package: &Package) -> String {
    match purl::version(package) {
        Some(_) => purl::of(package),
        None => format!("{}#{}", purl::of(package), package.version),
    }
}

fn component(package: &Package, reference: &str) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": reference,
        "name": package.name,
        "purl": purl::of(package),
        "scope": match (package.is_dev, package.optional) {
            (true, _) => "excluded",
            (_, true) => "optional",
            _ => "required",
        },
        "properties": [
            { "name": "repolens:manifest", "value": package.manifest },
            { "name": "repolens:direct", "value": package.direct.to_string() },
        ],
    });
    match purl::version(package) {
        Some(version) => component["version"] = version.into(),
        None if package.version.is_empty() => {}
        None => {
            if let Some(list) = component["properties"].as_array_mut() {
                list.push(json!({ "name": "repolens:requirement", "value": package.version }));
            }
        }
    }
    if let Some(license) = package
        .license
        .as_deref()
        .map(str::trim)
        .filter(|license| !license.is_empty())
    {
        component["licenses"] = json!([licenses(license)]);
    }
    component
}

fn licenses(text: &str) -> Value {
    if SPDX_IDS.contains(&text) {
        json!({ "license": { "id": text } })
    } else if is_expression(text) {
        json!({ "expression": text })
    } else {
        json!({ "license": { "name": text } })
    }
}

/// Known ids joined by the operators of SPDX.
fn is_expression(text: &str) -> bool {
    let words: Vec<&str> = text.split([' ', '(', ')']).filter(|word| !word.is_empty()).collect();
    let operators = words.iter().filter(|word| matches!(**word, "AND" | "OR")).count();
    operators > 0
        && words
            .iter()
            .all(|word| matches!(*word, "AND" | "OR") || SPDX_IDS.contains(word))
}

fn graph(dependencies: &Dependencies, references: &BTreeMap<String, String>) -> Value {
    let mut depends: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    depends.entry(ROOT).or_default();
    for reference in references.values() {
        depends.entry(reference).or_default();
    }
    let known = |id: &str| match id {
        ROOT => Some(ROOT),
        id => references.get(id).map(String::as_str),
    };
    for edge in &dependencies.graph.edges {
        if let (Some(source), Some(target)) = (known(&edge.source), known(&edge.target))
            && source != target
        {
            depends.entry(source).or_default().insert(target);
        }
    }
    depends
        .into_iter()
        .map(|(reference, on)| json!({ "ref": reference, "dependsOn": on }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licenses_are_ids_expressions_or_names() {
        assert_eq!(licenses("MIT"), json!({ "license": { "id": "MIT" } }));
        assert_eq!(
            licenses("(MIT OR Apache-2.0)"),
            json!({ "expression": "(MIT OR Apache-2.0)" })
        );
        assert_eq!(
            licenses("SEE LICENSE IN x"),
            json!({ "license": { "name": "SEE LICENSE IN x" } })
        );
        assert_eq!(licenses("MIT OR Mine"), json!({ "license": { "name": "MIT OR Mine" } }));
    }
}
