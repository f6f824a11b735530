//! Tests.
//!
//! *What it looks at*: files that are tests by the conventions of their language, test frameworks in the manifests, and the
//! configuration files of continuous-integration services. *Why it matters*: code without tests is risky to change.
//! *Limits*: nothing is run, so this is the size of the tests, not what they cover; tests inside of source files (Rust) are
//! not seen.

use std::collections::BTreeSet;

use repolens_core::report::{Report, TestSection};

use super::{Outcome, Scratch};
use crate::language::Kind;
use crate::scan::Facts;

const FRAMEWORKS: &[&str] = &[
    "ava",
    "cypress",
    "hypothesis",
    "jasmine",
    "jest",
    "karma",
    "mocha",
    "nose",
    "nose2",
    "playwright",
    "@playwright/test",
    "pytest",
    "qunit",
    "tap",
    "tape",
    "testcafe",
    "tox",
    "vitest",
    "nyc",
    "sinon",
    "chai",
];

const CI: &[(&str, &str)] = &[
    (".github/workflows/", "github-actions"),
    (".gitlab-ci.yml", "gitlab-ci"),
    (".travis.yml", "travis"),
    (".circleci/", "circleci"),
    ("azure-pipelines.yml", "azure-pipelines"),
    ("Jenkinsfile", "jenkins"),
    (".drone.yml", "drone"),
    ("appveyor.yml", "appveyor"),
    (".appveyor.yml", "appveyor"),
    ("bitbucket-pipelines.yml", "bitbucket"),
    (".buildkite/", "buildkite"),
    (".woodpecker", "woodpecker"),
    ("cloudbuild.yaml", "google-cloud-build"),
];

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let mut section = TestSection::default();
    let mut other_lines = 0u64;
    let (mut frameworks, mut ci) = (BTreeSet::new(), BTreeSet::new());
    for file in &facts.files {
        ci.extend(
            CI.iter()
                .filter(|(start, _)| file.path.starts_with(start))
                .map(|(_, name)| (*name).to_owned()),
        );
        if let Some(manifest) = &file.manifest {
            let names = manifest
                .requirements
                .iter()
                .filter(|requirement| requirement.direct)
                .map(|r| &r.name);
            frameworks.extend(names.filter(|name| FRAMEWORKS.contains(&name.as_str())).cloned());
        }
        let is_code = file
            .language
            .is_some_and(|language| language.get().kind == Kind::Programming);
        if !file.is_own() || !is_code {
            continue;
        }
        if file.test {
            section.test_files += 1;
            section.test_lines += u64::from(file.lines.code);
        } else {
            other_lines += u64::from(file.lines.code);
        }
    }
    if other_lines > 0 {
        section.ratio = (section.test_lines as f64 / other_lines as f64 * 100.0).round() / 100.0;
    }
    section.frameworks = frameworks.into_iter().collect();
    section.ci = ci.into_iter().collect();
    report.tests = Some(section);
    Outcome::Ok
}
