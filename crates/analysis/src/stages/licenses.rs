//! Licenses.
//!
//! *What it looks at*: license files, the manifests' license members, notices inside of source files and documents, and the
//! licenses that lock files name. *Why it matters*: code without a license may not be used. *Limits*: texts are known by
//! their sentences; a changed text is taken for what it was.

use std::collections::BTreeSet;

use repolens_core::report::{ByName, License, Licenses, Report};

use super::{Outcome, Scratch};
use crate::facts::Facts;

const MAX_FILES: usize = 200;

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let mut licenses = Licenses::default();
    let mut declared = BTreeSet::new();
    let mut dependencies: ByName<u64> = ByName::new();
    for file in facts
        .files
        .iter()
        .filter(|file| file.is_own() || file.manifest.is_some())
    {
        if let Some(notice) = &file.license_notice {
            *licenses.notices.entry(notice.to_string()).or_default() += 1;
        }
        if let Some(spdx) = &file.license
            && licenses.files.len() < MAX_FILES
        {
            let spdx = Some(spdx.clone()).filter(|spdx| !spdx.is_empty());
            licenses.files.push(License {
                path: file.path.clone(),
                spdx,
            });
        }
        let Some(manifest) = file.manifest.as_deref() else {
            continue;
        };
        declared.extend(manifest.license.iter().filter(|text| text.len() < 80).cloned());
        for license in manifest
            .requirements
            .iter()
            .filter_map(|requirement| requirement.license.as_ref())
        {
            *dependencies.entry(license.clone()).or_default() += 1;
        }
    }
    licenses.declared = declared.into_iter().collect();
    licenses.dependencies = dependencies;
    report.licenses = Some(licenses);
    Outcome::Ok
}
