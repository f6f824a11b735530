//! Small repositories with the values that a report on them must have: `cases/README.md` describes their format.
//!
//! `CASE=go cargo test -p repolens-analysis --test integration cases` runs only the cases whose name contains `go`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use repolens_analysis::{OpenOptions, Options, Silent, SourceTree, analyze};
use serde_json::Value;

use crate::checks;

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a filter of this test, no setting of the product"
)]
fn every_case_holds_unless_it_is_known_to_fail() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let known_failing = known_failing(&folder);
    let chosen = std::env::var("CASE").unwrap_or_default();
    let cases: Vec<_> = cases(&folder)
        .into_iter()
        .filter(|case| name(case).contains(&chosen))
        .collect();
    assert!(!cases.is_empty(), "no case has `{chosen}` in its name");
    let mut problems: Vec<_> = known_failing
        .iter()
        .filter(|listed| !folder.join(listed).join("expected.json").is_file())
        .map(|listed| format!("{listed}: in known-failing.txt, but there is no such case"))
        .collect();
    for case in &cases {
        let failures = failures(case);
        match (known_failing.contains(name(case)), failures.is_empty()) {
            (true, true) => problems.push(format!("{}: passes, remove it from known-failing.txt", name(case))),
            (false, false) => problems.extend(failures.iter().map(|line| format!("{}: {line}", name(case)))),
            _ => {}
        }
    }
    assert!(problems.is_empty(), "{}\n", problems.join("\n"));
}

/// The folders with an `expected.json`, sorted.
fn cases(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of cases can be read");
    let mut cases: Vec<_> = entries
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|path| path.join("expected.json").is_file())
        .collect();
    cases.sort();
    cases
}

fn name(case: &Path) -> &str {
    case.file_name().and_then(|name| name.to_str()).expect("a UTF-8 name")
}

/// Names of cases, one a line; `#` begins a comment.
fn known_failing(folder: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(folder.join("known-failing.txt")).expect("known-failing.txt can be read");
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// One line for each check that does not hold.
fn failures(case: &Path) -> Vec<String> {
    let expected = fs::read(case.join("expected.json")).expect("expected.json can be read");
    let expected: Value = serde_json::from_slice(&expected).unwrap_or_else(|error| panic!("{}: {error}", name(case)));
    let tree = SourceTree::open(&case.join("input"), &OpenOptions::default()).expect("the input can be opened");
    let options = Options {
        low_confidence: expected["low_confidence"] == true,
        ..Options::default()
    };
    let report = analyze(tree, &options, &Silent).expect("the input can be analyzed");
    let report = serde_json::to_value(report).expect("a report is plain data");
    let checks = expected["checks"]
        .as_array()
        .unwrap_or_else(|| panic!("{}: no `checks`", name(case)));
    assert!(!checks.is_empty(), "{}: no checks", name(case));
    checks
        .iter()
        .filter_map(|check| checks::evaluate(&report, check).err())
        .collect()
}
