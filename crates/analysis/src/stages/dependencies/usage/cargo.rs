//! Cargo: a crate is named in paths, in macros and attributes too. What is imported and not declared does not compile.

use std::collections::BTreeSet;

use repolens_core::report::{DependencyKind, DependencyUse};

use super::super::Found;
use super::{declared, files_of};
use crate::facts::Facts;
use crate::manifests::Requirement;
use crate::pass::crates::GENERATED;

/// Libraries with another name than their package.
const LIBRARIES: &[(&str, &str)] = &[
    ("coreaudio-rs", "coreaudio"),
    ("new_debug_unreachable", "debug_unreachable"),
    ("redox_syscall", "syscall"),
    ("rust-ini", "ini"),
    ("rustls-webpki", "webpki"),
    ("xml-rs", "xml"),
];

pub(super) fn measure(facts: &Facts, own: &[Found<'_>], usage: &mut DependencyUse) {
    let packages = own
        .iter()
        .filter(|found| found.path.ends_with("Cargo.toml") && found.manifest.name.is_some());
    for package in packages {
        let files = files_of(facts, package, ".rs");
        let named: BTreeSet<&str> = files
            .iter()
            .flat_map(|file| &*file.crates)
            .map(|name| &**name)
            .collect();
        // Files that could not be read, and code that a build script writes, name crates that are not seen.
        let is_unread = files.iter().any(|file| file.bytes > 0 && !file.problems.is_empty());
        if files.is_empty() || is_unread || named.contains(GENERATED) {
            continue;
        }
        if !usage.measured.iter().any(|one| one == "cargo") {
            usage.measured.push("cargo".to_owned());
        }
        let unused = package.manifest.requirements.iter().filter(|requirement| {
            requirement.kind == DependencyKind::Runtime
                && !requirement.local
                && requirement.marker.is_none()
                && !is_spared(requirement, package)
                && !is_named(requirement, &named)
        });
        usage
            .never_imported
            .extend(unused.map(|requirement| declared(package, requirement)));
    }
}

/// Bindings that only link, and what only a feature needs.
fn is_spared(requirement: &Requirement, package: &Found<'_>) -> bool {
    let written = requirement.alias.as_deref().unwrap_or(&requirement.name);
    let links = ["-sys", "_sys", "-src"]
        .iter()
        .any(|end| requirement.name.ends_with(end));
    links || package.manifest.spared.iter().any(|name| name == written)
}

fn is_named(requirement: &Requirement, named: &BTreeSet<&str>) -> bool {
    let written = requirement.alias.as_deref().unwrap_or(&requirement.name);
    let library = LIBRARIES
        .iter()
        .find(|(package, _)| *package == requirement.name)
        .map(|(_, library)| *library);
    // `md-5` is `md5`, `Inflector` is `inflector`.
    let bare = |name: &str| name.replace(['-', '_'], "").to_ascii_lowercase();
    let bare_name = bare(written);
    library.is_some_and(|library| named.contains(library)) || named.iter().any(|name| bare(name) == bare_name)
}
