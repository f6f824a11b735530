//! Tests.
//!
//! *What it looks at*: files that are tests by the conventions of their language, test frameworks in the manifests, and the
//! configuration files of continuous-integration services. *Why it matters*: code without tests is risky to change.
//! *Limits*: nothing is run, so this is the size of the tests, not what they cover; of tests inside of source files (Rust)
//! the lines of code are estimated by the file's share of code.

use std::collections::BTreeSet;

use repolens_core::report::{Report, TestSection};

use super::{Outcome, Scratch};
use crate::facts::Facts;
use crate::facts::FileFacts;
use crate::language::LanguageKind;

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

/// Frameworks by the start of what a test file imports.
const IMPORTED: &[(&str, &str)] = &[
    ("@jest/globals", "jest"),
    ("@playwright/test", "playwright"),
    ("bun:test", "bun"),
    ("cypress", "cypress"),
    ("node:test", "node:test"),
    ("vitest", "vitest"),
    ("pytest", "pytest"),
    ("unittest", "unittest"),
    ("testing", "go testing"),
    ("github.com/stretchr/testify", "testify"),
    ("org.junit.jupiter", "junit5"),
    ("org.junit", "junit4"),
    ("org.testng", "testng"),
    ("spock.lang", "spock"),
    ("io.kotest", "kotest"),
    ("Xunit", "xunit"),
    ("NUnit", "nunit"),
    ("Microsoft.VisualStudio.TestTools", "mstest"),
    ("org.scalatest", "scalatest"),
    ("munit", "munit"),
    ("PHPUnit", "phpunit"),
    ("gtest/", "gtest"),
    ("catch2/", "catch2"),
    ("XCTest", "xctest"),
    ("Testing", "swift-testing"),
    ("minitest", "minitest"),
    ("rspec", "rspec"),
];

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let mut section = TestSection::default();
    let mut other_lines = 0u64;
    let (mut frameworks, mut ci) = (BTreeSet::new(), BTreeSet::new());
    let mut runs_tests = false;
    for file in &facts.files {
        if let Some(service) = super::ci::service(&file.path) {
            ci.insert(service.to_owned());
            runs_tests |= file.text.as_deref().is_some_and(super::ci::runs_tests);
        }
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
            .is_some_and(|language| language.get().kind == LanguageKind::Programming);
        if !file.is_own() || !is_code {
            continue;
        }
        let is_support = crate::language::is_test_support(&file.path) && !crate::language::is_test(&file.path);
        if file.test && is_support {
            continue;
        }
        if file.test {
            section.test_files += 1;
            section.test_lines += u64::from(file.lines.code);
            frameworks.extend(imported(file).map(str::to_owned));
        } else {
            section.test_lines += u64::from(file.inner_test_lines());
            other_lines += u64::from(file.product_lines());
        }
    }
    if other_lines > 0 {
        section.ratio = (section.test_lines as f64 / other_lines as f64 * 100.0).round() / 100.0;
    }
    section.frameworks = frameworks.into_iter().collect();
    section.ci_runs_tests = (!ci.is_empty()).then_some(runs_tests);
    section.ci = ci.into_iter().collect();
    report.tests = Some(section);
    Outcome::Ok
}

/// The frameworks that a test file imports.
fn imported(file: &FileFacts) -> impl Iterator<Item = &'static str> {
    let imports = file.syntax.iter().flat_map(|syntax| &syntax.imports);
    imports.filter_map(|import| {
        let name = import.specifier.as_str();
        let is = |start: &str| {
            let rest = name.strip_prefix(start);
            rest.is_some_and(|rest| start.ends_with('/') || rest.is_empty() || rest.starts_with(['.', '/', '\\', ':']))
        };
        IMPORTED
            .iter()
            .find(|(start, _)| is(start))
            .map(|(_, framework)| *framework)
    })
}
