//! The work of an analysis grows with what it reads. It is counted in steps, which depend on the input only.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::graphs::{LANGUAGES, SHAPES, repository};
use crate::project::{folder, open};
use proptest::prelude::*;
use repolens_analysis::{Limits, Observer, Options, analyze};
use repolens_core::report::{Report, StageStatus};

/// Steps by stage.
#[derive(Default)]
struct Steps(Mutex<BTreeMap<String, u64>>);

impl Observer for Steps {
    fn stage_done(&self, name: &str, steps: u64) {
        self.0.lock().expect("no thread panics").insert(name.to_owned(), steps);
    }
}

/// Steps by stage for each KiB of text.
fn steps(files: &[(String, String)]) -> (Report, BTreeMap<String, u64>) {
    let texts: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let folder = folder(&texts);
    let steps = Steps::default();
    let report = analyze(open(folder.path()), &Options::default(), &steps).expect("can be read");
    let bytes: u64 = files.iter().map(|(_, text)| text.len() as u64).sum();
    let steps = steps.0.into_inner().expect("no thread panicked");
    let per_kib = steps
        .into_iter()
        .map(|(name, steps)| (name, steps * 1024 / bytes.max(1024)))
        .collect();
    (report, per_kib)
}

/// Steps for each KiB of text that a stage may take. The graphs below take at most a third of it.
const MAX_PER_KIB: u64 = 8 * 1024;

fn assert_bounded(what: &str, files: &[(String, String)]) {
    let (report, steps) = steps(files);
    for (stage, steps) in steps {
        assert!(steps <= MAX_PER_KIB, "{what}: {stage} took {steps} steps for a KiB");
    }
    let failed = report
        .analyser
        .stages
        .iter()
        .find(|stage| stage.status == StageStatus::Failed);
    assert!(failed.is_none(), "{what}: {failed:?}");
}

/// Three files of Python and four of Rust made the number of ways from file to file, and the time, double with each step.
#[test]
fn a_few_files_that_import_all_of_each_other() {
    for (language, files) in [("python", 3), ("rust", 4)] {
        let sources: Vec<_> = (0..files)
            .map(|file| {
                let others = (0..files).filter(|other| *other != file);
                let (path, imports): (String, String) = match language {
                    "python" => (
                        format!("m{file}.py"),
                        others.map(|other| format!("from m{other} import *\n")).collect(),
                    ),
                    _ => (
                        format!("src/m{file}.rs"),
                        others.map(|other| format!("pub use super::m{other}::*;\n")).collect(),
                    ),
                };
                let call = match language {
                    "python" => "lost()\n",
                    _ => "fn f() { lost() }\n",
                };
                (path, imports + call)
            })
            .chain((language == "rust").then(|| {
                let modules = (0..files).map(|file| format!("mod m{file};\n")).collect();
                ("src/lib.rs".to_owned(), modules)
            }))
            .chain([("elsewhere/lost.py".to_owned(), "def lost(): pass\n".to_owned())])
            .chain([("elsewhere/lost.rs".to_owned(), "pub fn lost() {}\n".to_owned())])
            .collect();
        assert_bounded(language, &sources);
    }
}

#[test]
fn each_graph_in_each_language() {
    for language in LANGUAGES {
        for (shape, edges) in SHAPES {
            let what = format!("{language}, {shape}");
            assert_bounded(&what, &repository(language, 48, &edges(48)));
        }
    }
}

#[test]
fn many_files() {
    for language in ["python", "javascript", "rust"] {
        for shape in ["chain", "mutual star", "diamonds in a circle"] {
            let edges = SHAPES
                .iter()
                .find(|(name, _)| *name == shape)
                .expect("is in the list")
                .1;
            let what = format!("{language}, {shape}");
            assert_bounded(&what, &repository(language, 800, &edges(800)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn graphs_by_chance(
        language in 0..LANGUAGES.len(),
        shapes in proptest::collection::vec(0..SHAPES.len(), 0..3),
        files in 2usize..60,
        more in proptest::collection::vec((0usize..60, 0usize..60), 0..120),
    ) {
        let mut edges: Vec<_> = shapes.iter().flat_map(|shape| SHAPES[*shape].1(files)).collect();
        edges.extend(more.into_iter().map(|(a, b)| (a % files, b % files)).filter(|(a, b)| a != b));
        assert_bounded(LANGUAGES[language], &repository(LANGUAGES[language], files, &edges));
    }
}

#[test]
fn a_stage_over_its_time_loses_its_section_and_the_report_stays() {
    let sources = repository("python", 20, &SHAPES[1].1(20));
    let texts: Vec<(&str, &str)> = sources
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let folder = folder(&texts);
    let options = Options {
        limits: Limits {
            max_stage_seconds: 0,
            ..Limits::default()
        },
        ..Options::default()
    };
    let report = analyze(open(folder.path()), &options, &repolens_analysis::Silent).expect("can be read");
    let stage = |name: &str| {
        let stages = &report.analyser.stages;
        let stage = stages.iter().find(|stage| stage.name == name).expect("is in the list");
        (stage.status, stage.reason.clone().unwrap_or_default())
    };
    let over = "it used more than 0 s of processor time: its section is left out";
    assert_eq!(stage("module-graph"), (StageStatus::Failed, over.to_owned()));
    assert!(report.module_graph.is_none());
    for (name, gone) in [
        ("cycles", report.circular_dependencies.is_none()),
        ("call-graph", report.call_graph.is_none()),
        ("dead-code", report.dead_code.is_none()),
    ] {
        assert_eq!(stage(name).0, StageStatus::Failed, "{name}");
        assert!(stage(name).1.contains("the module graph"), "{name}");
        assert!(gone, "{name}");
    }
    assert_eq!(stage("languages").0, StageStatus::Ok);
    assert!(
        report
            .complexity_metrics
            .is_some_and(|it| it.statistics.total_functions > 0)
    );
}

#[test]
fn a_stage_that_is_left_out_is_named() {
    let folder = folder(&[("a.py", "def f(): g()\ndef g(): pass\n")]);
    let options = Options {
        skip_stages: [("call-graph".to_owned(), "it ended the analysis before".to_owned())].into(),
        ..Options::default()
    };
    let report = analyze(open(folder.path()), &options, &repolens_analysis::Silent).expect("can be read");
    assert!(report.call_graph.is_none());
    let reason = |name: &str| {
        let stage = report.analyser.stages.iter().find(|stage| stage.name == name);
        stage.and_then(|stage| stage.reason.clone())
    };
    assert_eq!(reason("call-graph").as_deref(), Some("it ended the analysis before"));
    assert_eq!(
        reason("dead-code").as_deref(),
        Some("functions are not judged: the call graph is missing")
    );
}

#[test]
fn files_beyond_the_time_for_parsing_are_named_and_counted_in_lines() {
    let folder = folder(&[("a.py", "def f(): pass\n"), ("b.py", "x = 1\n")]);
    let options = Options {
        limits: Limits {
            max_parse_seconds: 0,
            ..Limits::default()
        },
        ..Options::default()
    };
    let report = analyze(open(folder.path()), &options, &repolens_analysis::Silent).expect("can be read");
    let parse = &report.analyser.stages[0];
    assert_eq!(parse.status, StageStatus::Truncated);
    assert_eq!(
        parse.reason.as_deref(),
        Some("2 files were not parsed: the 0 s of processor time for parsing were used up")
    );
    let skipped: Vec<_> = report
        .analyser
        .skipped_files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(skipped, ["a.py", "b.py"]);
    assert_eq!(report.lines.expect("are counted").total.code, 2);
}
