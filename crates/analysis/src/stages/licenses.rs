//! Licenses.
//!
//! *What it looks at*: license files, the manifests' license members, notices inside of source files and documents, and the
//! licenses that lock files name. *Why it matters*: code without a license may not be used. *Limits*: texts are known by
//! their sentences; a changed text is taken for what it was. Whether later versions of a license of GNU apply is in no text
//! of it, but in manifests and notices.

use std::collections::BTreeSet;

use repolens_core::report::{ByName, License, Licenses, Report};

use super::modules::{folder, normalize};
use super::{Outcome, Scratch};
use crate::facts::Facts;
use crate::language::Origin;
use crate::license::SEE;

const MAX_FILES: usize = 200;

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let mut licenses = Licenses::default();
    let mut declared = BTreeSet::new();
    let mut dependencies: ByName<u64> = ByName::new();
    for file in facts
        .files
        .iter()
        // A tool may have written the license file.
        .filter(|file| {
            file.is_own() || file.manifest.is_some() || file.license.is_some() && file.origin == Origin::Generated
        })
    {
        if let Some(notice) = &file.license_notice {
            for license in notice.lines() {
                *licenses.notices.entry(license.to_owned()).or_default() += 1;
            }
        }
        if let Some(spdx) = &file.license
            && licenses.files.len() < MAX_FILES
        {
            let spdx = pointed(facts, &file.path, spdx);
            licenses.files.push(License {
                path: file.path.clone(),
                spdx: Some(spdx).filter(|spdx| !spdx.is_empty()),
            });
        }
        let Some(manifest) = file.manifest.as_deref() else {
            continue;
        };
        // What the manifests of bundled packages declare is not this project's.
        let own = manifest.license.iter().filter(|text| file.is_own() && text.len() < 80);
        declared.extend(own.cloned());
        for license in manifest
            .requirements
            .iter()
            .filter_map(|requirement| requirement.license.as_ref())
        {
            *dependencies.entry(license.clone()).or_default() += 1;
        }
    }
    for file in &mut licenses.files {
        if let Some(spdx) = &mut file.spdx {
            add_suffix(spdx, &declared, &licenses.notices);
        }
    }
    licenses.declared = declared.into_iter().collect();
    licenses.dependencies = dependencies;
    report.licenses = Some(licenses);
    Outcome::Ok
}

/// The licenses of the files that a file points to, or its own.
fn pointed(facts: &Facts, path: &str, spdx: &str) -> String {
    let Some(names) = spdx.strip_prefix(SEE) else {
        return spdx.to_owned();
    };
    let targets = names.split(' ').filter_map(|name| normalize(folder(path), name));
    let mut found: Vec<&str> = targets
        .filter_map(|target| facts.files.iter().find(|file| file.path == target && file.path != path))
        .filter_map(|file| file.license.as_deref())
        .filter(|license| !license.is_empty() && !license.starts_with(SEE))
        .collect();
    found.dedup();
    found.join(" OR ")
}

/// Adds `-only` or `-or-later` to a license of GNU where the manifests, or else all notices, agree on it.
fn add_suffix(spdx: &mut String, declared: &BTreeSet<String>, notices: &ByName<u64>) {
    if !["GPL-", "LGPL-", "AGPL-", "GFDL-"]
        .iter()
        .any(|start| spdx.starts_with(start))
        || spdx.contains(' ')
    {
        return;
    }
    let suffixes = |texts: &mut dyn Iterator<Item = &String>| -> BTreeSet<&'static str> {
        let of = |word: &str| match word.strip_prefix(spdx.as_str())? {
            "-only" => Some("-only"),
            "-or-later" | "+" => Some("-or-later"),
            _ => None,
        };
        let is_end = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '/');
        texts
            .flat_map(|text| text.split(is_end).filter_map(of).collect::<Vec<_>>())
            .collect()
    };
    let of_manifests = suffixes(&mut declared.iter());
    let found = match of_manifests.is_empty() {
        true => suffixes(&mut notices.keys()),
        false => of_manifests,
    };
    if let (Some(suffix), 1) = (found.first(), found.len()) {
        spdx.push_str(suffix);
    }
}
