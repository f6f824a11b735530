//! Licences.
//!
//! *What it looks at*: licence files, the manifests' licence members, and the licences that lock files name. *Why it
//! matters*: code without a licence may not be used. *Limits*: texts are known by their sentences; a changed text is
//! taken for what it was.

use std::collections::BTreeSet;

use repolens_core::report::{ByName, Licence, Licences, Report};

use super::{Outcome, Scratch};
use crate::facts::Facts;

const MAX_FILES: usize = 200;

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let mut licences = Licences::default();
    let mut declared = BTreeSet::new();
    let mut dependencies: ByName<u64> = ByName::new();
    for file in facts
        .files
        .iter()
        .filter(|file| file.is_own() || file.manifest.is_some())
    {
        if let Some(spdx) = &file.licence
            && licences.files.len() < MAX_FILES
        {
            let spdx = Some(spdx.clone()).filter(|spdx| !spdx.is_empty());
            licences.files.push(Licence {
                path: file.path.clone(),
                spdx,
            });
        }
        let Some(manifest) = file.manifest.as_deref() else {
            continue;
        };
        declared.extend(manifest.licence.iter().filter(|text| text.len() < 80).cloned());
        for licence in manifest
            .requirements
            .iter()
            .filter_map(|requirement| requirement.licence.as_ref())
        {
            *dependencies.entry(licence.clone()).or_default() += 1;
        }
    }
    licences.declared = declared.into_iter().collect();
    licences.dependencies = dependencies;
    report.licences = Some(licences);
    Outcome::Ok
}
