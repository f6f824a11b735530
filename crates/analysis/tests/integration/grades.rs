//! Grades and actions: every grade is the sum that it shows, and no advice is given that does not apply.

use std::path::Path;

use repolens_analysis::{Options, render};
use repolens_core::report::{AspectGrade, Grade, Report};

use crate::project::folder;
use crate::repository::{self, History, python};

const ADA: &str = "Ada Lovelace <ada@work.example>";

fn report(path: &Path) -> Report {
    repository::report(path, &Options::default())
}

fn ids(report: &Report) -> Vec<&str> {
    report
        .actions
        .iter()
        .map(|action| action.id.split(':').next().unwrap_or_default())
        .collect()
}

const README: &str = "# tool\n\nA tool that does something very useful.\n\n```sh\nnpm install tool\n```\n\n```js\nimport tool from 'tool';\n\ntool.run();\n```\n\n[MIT](LICENSE)\n";

fn javascript(functions: usize) -> String {
    (0..functions)
        .map(|at| format!("export function f{at}(x) {{\n  if (x > {at}) return 1;\n  return {at};\n}}\n"))
        .collect()
}

#[test]
fn a_package_of_npm_is_not_blamed_for_what_it_leaves_out() {
    let manifest =
        r#"{"name": "tool", "version": "1.0.0", "license": "MIT", "main": "index.js", "scripts": {"test": "vitest"}}"#;
    let code = javascript(80);
    let files = [
        ("package.json", manifest),
        ("index.js", code.as_str()),
        ("README.md", README),
        ("LICENSE", "MIT License\n"),
    ];
    let package = report(folder(&files).path());
    assert_eq!(
        package
            .community
            .as_ref()
            .and_then(|community| community.published_by.as_deref()),
        Some("npm")
    );
    let grades = package.grades.as_ref().expect("grades");
    assert!(grades.tests.grade.is_none() && grades.tests.not_measured.is_some());
    assert!(
        !package
            .risk_scores
            .as_ref()
            .expect("risk")
            .breakdown
            .contains_key("low_test_coverage")
    );
    assert_eq!(ids(&package), Vec::<&str>::new());

    // The same files with a `.gitignore` are a repository, which lacks tests.
    let mut files = files.to_vec();
    files.push((".gitignore", "node_modules\n"));
    let repository = report(folder(&files).path());
    assert_eq!(
        repository
            .community
            .as_ref()
            .and_then(|community| community.published_by.as_deref()),
        None
    );
    assert_eq!(ids(&repository), ["write-tests"]);
}

#[test]
fn ci_is_asked_for_where_there_are_tests_that_it_does_not_run() {
    let code = javascript(80);
    let test = "import { f0 } from '../index.js';\nimport { test } from 'vitest';\n".to_owned()
        + &"test('a', () => { f0(1); });\n".repeat(120);
    let with = |workflow: Option<&str>| {
        let mut files = vec![
            (".gitignore", "node_modules\n"),
            ("index.js", code.as_str()),
            ("README.md", README),
            ("LICENSE", "MIT License\n"),
            ("test/a.test.js", test.as_str()),
        ];
        files.extend(workflow.map(|text| (".github/workflows/ci.yml", text)));
        report(folder(&files).path())
    };
    assert_eq!(ids(&with(None)), ["set-up-ci"]);
    assert_eq!(
        ids(&with(Some("jobs:\n  a:\n    steps:\n      - run: npm run lint\n"))),
        ["test-in-ci"]
    );
    let complete = with(Some(
        "jobs:\n  a:\n    steps:\n      - run: npm ci\n      - run: npm test\n",
    ));
    assert_eq!(ids(&complete), Vec::<&str>::new());
    let tests = complete.tests.expect("a section");
    assert_eq!(
        (tests.ci_runs_tests, tests.frameworks),
        (Some(true), vec!["vitest".to_owned()])
    );
}

#[test]
fn a_license_is_asked_for_only_where_nothing_names_one() {
    let code = python(5, 0);
    let without = report(folder(&[("a.py", code.as_str()), ("README.md", README)]).path());
    assert!(ids(&without).contains(&"add-license"), "{:?}", ids(&without));
    for named in [
        ("LICENSE.txt", "MIT License\n"),
        (
            "pyproject.toml",
            "[project]\nname = \"a\"\nversion = \"1\"\nlicense = \"MIT\"\n",
        ),
        ("COPYING", "x"),
    ] {
        let with = report(folder(&[("a.py", code.as_str()), ("README.md", README), named]).path());
        assert!(!ids(&with).contains(&"add-license"), "{named:?}: {:?}", ids(&with));
    }
}

fn busy() -> Report {
    let mut history = History::new();
    let big = python(60, 0);
    history.commit(
        ADA,
        "begin",
        &[
            ("src/big.py", Some(&big)),
            ("src/small.py", Some("import os\n\n\ndef f(x):\n    return x\n")),
        ],
    );
    for at in 1..12 {
        history.commit(ADA, "fix: order", &[("src/big.py", Some(&python(60, at)))]);
    }
    history.report()
}

#[test]
fn the_worst_function_of_a_hotspot_comes_first_and_is_the_same_in_every_view() {
    let report = busy();
    let first = report
        .actions
        .iter()
        .find(|action| action.section == "hotspots")
        .expect("an action");
    assert_eq!(first.title, "Split `run` in src/big.py");
    assert!(first.reason.contains("12 of 12 commits (11 fixes)"), "{}", first.reason);
    assert_eq!(first.places[0].line, Some(2));
    assert!(first.effort_minutes[0] < first.effort_minutes[1]);
    assert!(report.actions.len() <= 10);
    let text = render::text(
        &report,
        &render::Style {
            color: false,
            width: 400,
        },
    );
    for action in &report.actions {
        assert!(
            text.contains(&action.title) && text.contains(&action.reason) && text.contains(&action.effort()),
            "{text}"
        );
    }
    let titles: Vec<_> = report
        .actions
        .iter()
        .take(5)
        .map(|action| action.title.clone())
        .collect();
    assert_eq!(report.summary.expect("a summary").advice, titles);
}

fn is_its_sum(name: &str, aspect: &AspectGrade) {
    let Some(value) = aspect.value else {
        assert!(aspect.not_measured.is_some() && aspect.share == 0.0, "{name}");
        return;
    };
    let sum: f64 = aspect.inputs.iter().map(|input| input.contribution).sum();
    assert!((sum - value).abs() < 0.5, "{name}: {sum} for {value}");
    let shares: f64 = aspect.inputs.iter().map(|input| input.share).sum();
    assert!(value == 0.0 || (shares - 1.0).abs() < 0.01, "{name}: {shares}");
    for input in &aspect.inputs {
        assert!(
            input.not_measured.is_none() || input.share == 0.0,
            "{name}: {}",
            input.name
        );
        assert!(
            input.places.len() as u64 <= input.places_total,
            "{name}: {}",
            input.name
        );
    }
}

#[test]
fn every_grade_opens_into_its_sum() {
    let report = busy();
    let grades = report.grades.as_ref().expect("grades");
    for (name, aspect) in grades.aspects() {
        is_its_sum(name, aspect);
    }
    let measured = || {
        grades
            .aspects()
            .into_iter()
            .filter(|(_, aspect)| aspect.points.is_some())
    };
    let total: f64 = measured().map(|(_, aspect)| aspect.share).sum();
    assert!((total - 1.0).abs() < 0.01);
    let mean: f64 = measured()
        .map(|(_, aspect)| aspect.points.unwrap_or(0.0) * aspect.share)
        .sum();
    let overall = grades.overall.value.expect("a value");
    assert!((mean - overall).abs() < 0.5, "{mean} for {overall}");
    assert_eq!(grades.overall.grade, Some(Grade::of_points(overall)));
    assert!(
        grades.maintainability.grade > Some(Grade::A),
        "{:?}",
        grades.maintainability.value
    );
    let hard = grades
        .maintainability
        .inputs
        .iter()
        .find(|input| input.name == "hard_to_test_functions")
        .expect("an input");
    assert_eq!((hard.value, hard.places[0].file.as_str()), (1.0, "src/big.py"));
    assert_eq!(grades.security.points, Some(100.0));
}

#[test]
fn tests_and_examples_are_in_no_grade() {
    let code = python(3, 0);
    let plain = report(folder(&[("src/a.py", &code)]).path());
    let bad = python(90, 0);
    let more = report(
        folder(&[
            ("src/a.py", &code),
            ("examples/b.py", &bad),
            ("tests/test_a.py", &bad),
            ("vendor/c.py", &bad),
        ])
        .path(),
    );
    let debt = |report: &Report| {
        report
            .grades
            .as_ref()
            .map(|grades| (grades.debt_minutes, grades.maintainability.value))
    };
    assert_eq!(debt(&plain), debt(&more));
}

#[test]
fn worse_code_and_fewer_tests_never_grade_better() {
    let graded = |decisions: usize, tests: usize| {
        let code = python(decisions, 0);
        let test = "import a\n".to_owned() + &"assert a\n".repeat(tests);
        let mut files = vec![("a.py", code.as_str()), (".gitignore", "x\n")];
        if tests > 0 {
            files.push(("test_a.py", test.as_str()));
        }
        let grades = report(folder(&files).path()).grades.expect("grades");
        (
            grades.maintainability.points.expect("measured"),
            grades.tests.points.expect("measured"),
        )
    };
    // Nine decisions in one function cost nothing yet.
    let code: Vec<f64> = [9, 20, 40, 80].map(|decisions| graded(decisions, 5).0).to_vec();
    assert!(code.windows(2).all(|pair| pair[0] > pair[1]), "{code:?}");
    let tests: Vec<f64> = [0, 2, 10, 40].map(|tests| graded(20, tests).1).to_vec();
    assert!(
        tests.windows(2).all(|pair| pair[0] <= pair[1]) && tests[0] < tests[3],
        "{tests:?}"
    );
}

/// Lines of code in large files decide, and not whether there is one.
#[test]
fn a_large_file_counts_by_its_share() {
    let lines = |count: usize| "x = 1\n".repeat(count);
    let (large, small) = (lines(1_200), lines(900));
    let value = |files: &[(&str, &str)]| {
        let risk = report(folder(files).path()).risk_scores.expect("a risk");
        let factor = risk.breakdown.get("large_files").expect("the factor");
        (factor.value, factor.score)
    };
    let quarter = [
        ("a.py", large.as_str()),
        ("b.py", &small),
        ("c.py", &small),
        ("d.py", &small),
        ("e.py", &small),
    ];
    assert_eq!(value(&quarter), (25.0, 25.0));
    assert_eq!(value(&quarter[1..]), (0.0, 0.0));
}
