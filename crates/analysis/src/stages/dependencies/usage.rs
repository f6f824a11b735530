//! Declared packages and imports.
//!
//! *What it looks at*: the packages that files import, and those that the manifests above them name. *Why it matters*: what
//! is never imported can go; what is imported and not declared breaks when another package stops bringing it. *Limits*: npm,
//! Python, Cargo and Go; of Python, packages whose imports are known; a package may be used in a way that is no import.

use repolens_core::report::{DeclaredPackage, DependencyUse, Report, cap};

use super::super::{Outcome, Scratch};
use super::{Found, apart_by, folder};
use crate::facts::{Facts, FileFacts};
use crate::manifests::Requirement;

mod cargo;
mod go;
mod npm;
mod python;

const MAX_LISTED: usize = 500;

pub(in super::super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let Some(graph) = report.module_graph.as_ref() else {
        return Outcome::Skipped("there is no module graph".to_owned());
    };
    if report.dependencies.is_none() {
        return Outcome::Skipped("no manifest or lock file of a kind that is read".to_owned());
    }
    if graph.truncated {
        return Outcome::Skipped("the module graph is incomplete".to_owned());
    }
    let own: Vec<Found<'_>> = facts
        .files
        .iter()
        .filter(|file| apart_by(file).is_none())
        .filter_map(|file| {
            Some(Found {
                path: &file.path,
                manifest: file.manifest.as_deref()?,
            })
        })
        .collect();
    let mut usage = DependencyUse::default();
    npm::measure(facts, graph, &own, &mut usage);
    python::measure(facts, graph, &own, &mut usage);
    cargo::measure(facts, &own, &mut usage);
    go::measure(facts, &own, &mut usage);
    if usage.measured.is_empty() {
        return Outcome::Skipped("the use of packages is measured for npm, Python, Cargo and Go".to_owned());
    }
    usage.never_imported.sort();
    usage.undeclared.sort();
    let cut = cap(&mut usage.never_imported, MAX_LISTED) | cap(&mut usage.undeclared, MAX_LISTED);
    if let Some(dependencies) = report.dependencies.as_mut() {
        dependencies.usage = usage;
    }
    if cut {
        return Outcome::Truncated(format!("more than {MAX_LISTED} packages"));
    }
    Outcome::Ok
}

fn declared(found: &Found<'_>, requirement: &Requirement) -> DeclaredPackage {
    DeclaredPackage {
        r#type: found.manifest.ecosystem.to_owned(),
        name: requirement.name.clone(),
        version: requirement.version.clone(),
        manifest: found.path.to_owned(),
    }
}

/// The files with an ending that belong to a manifest: what is below a manifest of the same name further down belongs to that
/// one, wherever it is.
fn files_of<'f>(facts: &'f Facts, found: &Found<'_>, ending: &str) -> Vec<&'f FileFacts> {
    let (home, name) = found.path.rsplit_once('/').unwrap_or(("", found.path));
    let below = || facts.files.iter().filter(|file| is_below(&file.path, home));
    let inner: Vec<&str> = below()
        .filter(|file| file.path.ends_with(name))
        .map(|file| folder(&file.path))
        .filter(|other| other.len() > home.len())
        .collect();
    below()
        .filter(|file| file.path.ends_with(ending))
        .filter(|file| !inner.iter().any(|other| is_below(&file.path, other)))
        .collect()
}

/// Whether a file is in a folder or below it.
fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
