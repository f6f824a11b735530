//! The dependencies of a report as an SPDX 2.3 document.

use std::collections::BTreeMap;

use repolens_core::report::{Dependencies, DependencyKind, Package};
use serde_json::{Value, json};

use super::{Excerpt, ExportedScan, cyclonedx, purl};

const ROOT: &str = "SPDXRef-root";
/// Where a commit has no time of its own: the same for all, so that the same commit gives the same bytes.
const NO_TIME: &str = "1970-01-01T00:00:00Z";

pub fn write(about: &ExportedScan, excerpt: &Excerpt) -> Value {
    let nothing = Dependencies::default();
    let dependencies = excerpt.dependencies.get().unwrap_or(&nothing);
    let version = excerpt
        .analyser
        .get()
        .map_or("unknown", |analyser| analyser.version.as_str());
    let mut ids: BTreeMap<String, String> = BTreeMap::from([("root".to_owned(), ROOT.to_owned())]);
    let mut packages = vec![root(about)];
    for (number, one) in dependencies.packages.iter().enumerate() {
        let id = format!("SPDXRef-package-{number}");
        packages.push(package(one, &id));
        ids.insert(format!("{}:{}@{}", one.r#type, one.name, one.version), id);
    }
    let mut relationships = vec![relationship("SPDXRef-DOCUMENT", "DESCRIBES", ROOT)];
    let kinds: BTreeMap<&str, &Package> = dependencies
        .packages
        .iter()
        .filter_map(|one| {
            Some((
                ids.get(&format!("{}:{}@{}", one.r#type, one.name, one.version))?
                    .as_str(),
                one,
            ))
        })
        .collect();
    for edge in &dependencies.graph.edges {
        let (Some(source), Some(target)) = (ids.get(&edge.source), ids.get(&edge.target)) else {
            continue;
        };
        let kind = kinds
            .get(target.as_str())
            .filter(|_| source == ROOT)
            .map(|one| one.kind);
        relationships.push(match kind {
            Some(DependencyKind::Dev) => relationship(target, "DEV_DEPENDENCY_OF", source),
            Some(DependencyKind::Build) => relationship(target, "BUILD_DEPENDENCY_OF", source),
            Some(DependencyKind::Optional) => relationship(target, "OPTIONAL_DEPENDENCY_OF", source),
            _ => relationship(source, "DEPENDS_ON", target),
        });
    }
    json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": about.name,
        "documentNamespace": format!("urn:uuid:{}", cyclonedx::number(about)),
        "creationInfo": { "created": NO_TIME, "creators": [format!("Tool: repolens-{version}")] },
        "packages": packages,
        "relationships": relationships,
    })
}

fn root(about: &ExportedScan) -> Value {
    let mut root = json!({
        "SPDXID": ROOT,
        "name": about.name,
        "downloadLocation": if about.repo_url.as_str().starts_with("http") { format!("git+{}", about.repo_url) } else { "NOASSERTION".to_owned() },
        "filesAnalyzed": false,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": "APPLICATION",
    });
    if let Some(commit) = &about.commit_sha {
        root["versionInfo"] = commit.as_str().into();
    }
    root
}

fn package(package: &Package, id: &str) -> Value {
    let declared = package
        .license
        .as_deref()
        .map(str::trim)
        .filter(|text| cyclonedx::is_license(text));
    let mut value = json!({
        "SPDXID": id,
        "name": package.name,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": false,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": declared.unwrap_or("NOASSERTION"),
        "copyrightText": "NOASSERTION",
        "externalRefs": [{
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceType": "purl",
            "referenceLocator": purl::of(package),
        }],
    });
    if let Some(version) = purl::version(package) {
        value["versionInfo"] = version.into();
    }
    value
}

fn relationship(element: &str, kind: &str, related: &str) -> Value {
    json!({ "spdxElementId": element, "relationshipType": kind, "relatedSpdxElement": related })
}
