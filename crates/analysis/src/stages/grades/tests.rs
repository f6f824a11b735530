//! Tests: how much test code there is, how much of the code it imports, and whether a service runs it.

use std::collections::{BTreeMap, BTreeSet};

use repolens_core::report::{AspectGrade, EdgeKind, GradePlace, ModuleGraph};

use super::super::percent;
use super::super::published::may_be_release;
use super::{Measured, Term, not_measured, weighted};
use crate::facts::FileFacts;

/// Lines of test code for 100 lines of code that are as good as more.
const ENOUGH: f64 = 50.0;
/// Percent of the code files that tests import, directly or over one file, that are as good as more.
const REACHED: f64 = 80.0;
/// Test code in a package of a registry, as a share of its other code, below which the package leaves a part of the tests out.
const LEFT_OVER: f64 = 0.3;
/// Imports between a test and the code that it tests.
const STEPS: usize = 2;

pub(super) fn grade(measured: &Measured<'_>) -> AspectGrade {
    let Some(section) = &measured.report.tests else {
        return not_measured("points", "the stage that counts tests failed");
    };
    if measured.code.is_empty() {
        return not_measured("points", "there is no code");
    }
    if (section.ratio < LEFT_OVER || section.test_files == 0)
        && let Some(registry) = measured.published_by
    {
        return not_measured(
            "points",
            &format!("a package of {registry}: its tests are not part of it"),
        );
    }
    if section.test_files == 0 && section.ratio == 0.0 && may_be_release(measured.facts, measured.report) {
        return not_measured("points", "the archive of a release, which may leave the tests out");
    }
    let language = measured
        .report
        .languages
        .as_ref()
        .map(|languages| languages.primary.as_str());
    // Tests of Rust are inside of the files, and those of C are linked with what they test.
    let unseen = matches!(language, Some("rust" | "c" | "cpp"));
    let size = Term::new("test_code", 0.4, "lines of test code for 100 lines of other code")
        .higher_is_better(section.ratio * 100.0, ENOUGH);
    let reached = Term::new(
        "tested_files",
        0.4,
        "files of code that a test imports, directly or over one file, or is named after, in percent",
    );
    let reached = match &measured.report.module_graph {
        Some(graph) if section.test_files > 0 && !unseen => {
            let (share, places) = untested(measured, graph);
            match share {
                Some(share) => reached.higher_is_better(share, REACHED).places(places),
                None => reached.not_measured("no test imports code, or is named after it"),
            }
        }
        Some(_) if section.test_files == 0 && !unseen => reached.higher_is_better(0.0, REACHED),
        _ => reached.not_measured("no import shows which files the tests of this language test"),
    };
    let run = Term::new("ci_runs_tests", 0.2, "a service runs the tests: 1 yes, 0 no");
    let run = match (measured.published_by, section.ci_runs_tests) {
        (Some(registry), None) => run.not_measured(&format!("a package of {registry} has no such configuration")),
        (None, None) if section.ci.is_empty() && may_be_release(measured.facts, measured.report) => {
            run.not_measured("the archive of a release, which may leave the configuration out")
        }
        (_, runs) => run.yes_or_no(runs == Some(true)),
    };
    weighted(vec![size, reached, run], "nothing of it was measured")
}

/// Leads from a test to all files of its own package, which it needs no import for, in Go and the languages of the JVM. An
/// import of a Go package leads to one of its files, so to the others too.
fn add_packages(files: &[FileFacts], targets: &mut [Vec<usize>]) {
    let package = |at: usize| {
        let file = &files[at];
        match file.language?.get().id {
            "go" => Some(("go", file.path.rsplit_once('/').map_or("", |(folder, _)| folder))),
            "java" | "kotlin" | "scala" => Some(("jvm", &*file.syntax.as_deref()?.package)),
            "php" => Some(("php", &*file.syntax.as_deref()?.package)).filter(|(_, package)| !package.is_empty()),
            _ => None,
        }
    };
    let mut packages: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for at in (0..files.len()).filter(|at| !files[*at].test) {
        packages.entry(package(at).unwrap_or_default()).or_default().push(at);
    }
    for (at, targets) in targets.iter_mut().enumerate() {
        let own = package(at).filter(|_| files[at].test);
        let imported = targets.iter().filter_map(|target| package(*target));
        let imported = imported.filter(|(language, _)| *language == "go");
        let all: BTreeSet<_> = own.into_iter().chain(imported).collect();
        targets.extend(all.iter().filter_map(|package| packages.get(package)).flatten());
    }
}

/// The files that a test is named after, where no other file has the name: `SocketHandler.php` by `SocketHandlerTest.php`.
fn named_after(files: &[FileFacts]) -> Vec<usize> {
    let stem = |file: &FileFacts| {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        name.split('.').next().unwrap_or(name).to_ascii_lowercase()
    };
    let mut by_name: BTreeMap<(_, String), Vec<usize>> = BTreeMap::new();
    for (at, file) in files.iter().enumerate().filter(|(_, file)| !file.test && file.is_own()) {
        by_name.entry((file.language, stem(file))).or_default().push(at);
    }
    let tests = files.iter().filter(|file| file.test && file.language.is_some());
    let found = tests.filter_map(|file| {
        let stem = stem(file);
        let ends = ["testcase", "tests", "test", "spec", "it"];
        let end = ends.iter().find_map(|end| stem.strip_suffix(end));
        let start = stem.strip_prefix("test_").or_else(|| stem.strip_prefix("tests_"));
        let plain = start.or(end).unwrap_or(&stem).trim_end_matches(['_', '-']);
        match by_name.get(&(file.language, plain.to_owned())).map(Vec::as_slice) {
            Some([one]) => Some(*one),
            _ => None,
        }
    });
    found.collect()
}

/// The share of code files that tests reach, and the largest that they do not. `None`: no test imports any.
fn untested(measured: &Measured<'_>, graph: &ModuleGraph) -> (Option<f64>, Vec<GradePlace>) {
    let files = &measured.facts.files;
    let number = |path: &str| files.binary_search_by(|file| file.path.as_str().cmp(path)).ok();
    let mut targets: Vec<Vec<usize>> = vec![Vec::new(); files.len()];
    for edge in graph.edges.iter().filter(|edge| edge.kind != EdgeKind::Type) {
        if let (Some(source), Some(target)) = (number(&edge.source), number(&edge.target)) {
            targets[source].push(target);
        }
    }
    add_packages(files, &mut targets);
    let mut reached = vec![false; files.len()];
    let mut front: Vec<usize> = (0..files.len()).filter(|at| files[*at].test).collect();
    for _ in 0..STEPS {
        let next: Vec<usize> = front.iter().flat_map(|at| &targets[*at]).copied().collect();
        front = next
            .into_iter()
            .filter(|at| !std::mem::replace(&mut reached[*at], true))
            .collect();
    }
    for at in named_after(files) {
        reached[at] = true;
    }
    let with_functions = measured.code.iter().filter(|file| !file.functions().is_empty());
    let code: Vec<usize> = with_functions.filter_map(|file| number(&file.path)).collect();
    let hit = code.iter().filter(|at| reached[**at]).count();
    if hit == 0 {
        return (None, Vec::new());
    }
    let mut missed: Vec<usize> = code.iter().copied().filter(|at| !reached[*at]).collect();
    missed.sort_by_key(|at| (std::cmp::Reverse(files[*at].lines.code), &files[*at].path));
    let places = missed.into_iter().map(|at| GradePlace {
        file: files[at].path.clone(),
        line: None,
        reason: format!("{} lines of code", files[at].lines.code),
    });
    (Some(percent(hit as f64, code.len() as f64)), places.collect())
}
