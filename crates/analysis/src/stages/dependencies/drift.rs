//! Where manifests and lock files disagree, beside what linking them finds.

use std::collections::BTreeMap;

use repolens_core::report::{DeclaredPackage, Drift};

use super::lock::Lock;
use super::{Found, folder};
use crate::manifests::Requirement;

/// The manifests of each lock file's projects: by lock file and project, with what they name.
pub(super) type Covered<'f> = BTreeMap<(usize, usize), Vec<(Found<'f>, &'f [Requirement])>>;

/// Ecosystems whose manifests are read in full unless they are partial, so that a lock file's package that none leads to is
/// drift. The lock files of the others have neither edges nor a list of what the project itself needs.
const FULLY_READ: [&str; 9] = [
    "npm",
    "cargo",
    "composer",
    "pub",
    "pypi",
    "gem",
    "hex",
    "cocoapods",
    "nuget",
];
/// What a .NET SDK adds by itself.
const ADDED_BY_SDK: [&str; 5] = [
    "fsharp.core",
    "microsoft.net.illink.tasks",
    "microsoft.netcore.app",
    "microsoft.netframework.referenceassemblies",
    "netstandard.library",
];
pub(super) fn is_fully_read(ecosystem: &str) -> bool {
    FULLY_READ.contains(&ecosystem)
}

/// What a lock file has as a project's own, and no manifest of the project names.
pub(super) fn not_declared(own: &[Found<'_>], locks: &[Lock<'_>], covered: &Covered<'_>, drift: &mut Drift) {
    for ((lock, root), manifests) in covered {
        let lock = &locks[*lock];
        let ecosystem = lock.manifest().ecosystem;
        if lock.is_partial || !is_fully_read(ecosystem) {
            continue;
        }
        // Properties and central files add references to all projects of .NET below them.
        let others = own
            .iter()
            .filter(|found| ecosystem == "nuget" && found.manifest.ecosystem == "nuget" && !found.manifest.is_lock)
            .flat_map(|found| &found.manifest.requirements);
        let named: Vec<&Requirement> = manifests
            .iter()
            .flat_map(|(_, requirements)| *requirements)
            .chain(others)
            .collect();
        for (at, _) in &lock.manifest().roots[*root].direct {
            let locked = &lock.manifest().requirements[*at];
            let is_added = ADDED_BY_SDK.contains(&locked.name.to_ascii_lowercase().as_str()) && ecosystem == "nuget";
            if !locked.local && !is_added && !named.iter().any(|requirement| lock.is_same(requirement, locked)) {
                drift.locked_not_declared.push(declared(&lock.found, locked));
            }
        }
    }
}

/// Go's modules without a sum in the `go.sum` beside the `go.mod`.
pub(super) fn without_sum(own: &[Found<'_>], drift: &mut Drift) {
    for found in own.iter().filter(|found| found.path.ends_with("go.mod")) {
        let sums = own
            .iter()
            .find(|other| other.path.ends_with("go.sum") && folder(other.path) == folder(found.path));
        let Some(sums) = sums else { continue };
        let needed = found.manifest.requirements.iter();
        for requirement in needed.filter(|one| !one.local && one.name != "stdlib") {
            let module = format!("{} {}", requirement.name, requirement.version);
            if !sums.manifest.catalog.contains_key(&module) {
                drift.declared_not_locked.push(declared(found, requirement));
            }
        }
    }
}

/// Whether a manifest is one more of a project: what a gem needs beside the `Gemfile`, and what all projects of .NET below get.
pub(super) fn adds_to_another(path: &str) -> bool {
    path.ends_with(".gemspec") || path.ends_with(".props")
}

pub(super) fn declared(found: &Found<'_>, requirement: &Requirement) -> DeclaredPackage {
    DeclaredPackage {
        r#type: requirement.ecosystem.unwrap_or(found.manifest.ecosystem).to_owned(),
        name: requirement.name.clone(),
        version: requirement.version.clone(),
        manifest: found.path.to_owned(),
    }
}
