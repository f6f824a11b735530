//! The whole report of a small project: its figures, its determinism, its text.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use repolens_analysis::{Observer, OpenOptions, Options, Silent, SourceTree, analyze, render};
use repolens_core::report::Report;
use tempfile::TempDir;

const FILES: &[(&str, &str)] = &[
    (
        "README.md",
        "# Shapes\n\nComputes areas of shapes, for people who draw.\n\n## Install\n\n```sh\nnpm install shapes\n```\n\n## License\n\nMIT\n",
    ),
    (
        "LICENSE",
        "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy, without restriction\n",
    ),
    (
        "package.json",
        "{\"name\":\"shapes\",\"description\":\"Areas\",\"license\":\"MIT\",\"main\":\"src/index.js\",\"dependencies\":{\"express\":\"^4.0.0\"},\"devDependencies\":{\"jest\":\"29.0.0\"}}",
    ),
    (
        "package-lock.json",
        "{\"lockfileVersion\":3,\"packages\":{\"\":{\"dependencies\":{\"express\":\"^4.0.0\"},\"devDependencies\":{\"jest\":\"29.0.0\"}},\"node_modules/express\":{\"version\":\"4.18.0\",\"license\":\"MIT\",\"dependencies\":{\"qs\":\"6\"}},\"node_modules/jest\":{\"version\":\"29.0.0\",\"dev\":true},\"node_modules/qs\":{\"version\":\"6.1.0\",\"license\":\"BSD-3-Clause\"}}}",
    ),
    (".github/workflows/ci.yml", "on: push\n"),
    (
        "src/index.js",
        "import { area } from './area';\n\n// Starts.\nexport function run(a) {\n  if (a && a.b) {\n    return area(a);\n  }\n  return null;\n}\n",
    ),
    ("src/area.js", "export const area = (s) => s.w * s.h;\n"),
    (
        "src/tool.py",
        "#!/usr/bin/env python3\n\"\"\"A tool.\"\"\"\n\n\ndef main():\n    \"\"\"Runs.\"\"\"\n    for x in range(3):\n        print(x)\n",
    ),
    (
        "test/area.test.js",
        "import { area } from '../src/area';\ntest('a', () => { expect(area({})).toBe(1); });\n",
    ),
    ("node_modules/qs/index.js", "module.exports = 1;\n"),
    ("dist/a.js", "var a=1;\n"),
    ("logo.png", "\u{0}\u{1}"),
];

fn project() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in FILES {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("has a folder")).expect("can be made");
        fs::write(path, text).expect("can be written");
    }
    folder
}

fn report(path: &Path, threads: usize) -> Report {
    let mut tree = SourceTree::open(path, &OpenOptions::default()).expect("opens");
    tree.name = "shapes".to_owned();
    analyze(
        tree,
        &Options {
            threads,
            ..Options::default()
        },
        &Silent,
    )
    .expect("can be read")
}

#[test]
fn the_whole_report() {
    let folder = project();
    insta::assert_json_snapshot!(report(folder.path(), 0), { ".analyser.version" => "[version]" });
}

#[test]
fn the_text() {
    let folder = project();
    insta::assert_snapshot!(render::text(
        &report(folder.path(), 0),
        &render::Style {
            color: false,
            width: 90
        }
    ));
}

#[test]
fn the_same_bytes_at_any_number_of_threads() {
    let folder = project();
    for at in 0..100 {
        fs::write(
            folder.path().join(format!("src/m{at}.py")),
            format!("def f{at}(a):\n    return a and {at}\n"),
        )
        .expect("can be written");
    }
    let bytes = |threads| serde_json::to_vec(&report(folder.path(), threads)).expect("plain data");
    let one = bytes(1);
    for threads in [2, 3, 8] {
        assert!(one == bytes(threads), "{threads} threads give another report");
    }
}

#[test]
fn the_observer_is_told_of_every_file_that_is_parsed() {
    #[derive(Default)]
    struct Seen(Mutex<(Vec<String>, Vec<String>)>);
    impl Observer for Seen {
        fn progress(&self, stage: &str, done: u64, total: u64) {
            assert!(done <= total);
            self.0.lock().expect("no thread panics").0.push(stage.to_owned());
        }
        fn parsing(&self, _: usize, path: &str) {
            self.0.lock().expect("no thread panics").1.push(path.to_owned());
        }
    }
    let folder = project();
    let seen = Seen::default();
    let tree = SourceTree::open(folder.path(), &OpenOptions::default()).expect("opens");
    analyze(tree, &Options::default(), &seen).expect("can be read");
    let (stages, mut files) = seen.0.into_inner().expect("no thread panicked");
    files.sort();
    assert_eq!(
        files,
        ["src/area.js", "src/index.js", "src/tool.py", "test/area.test.js"]
    );
    assert_eq!(stages.first().map(String::as_str), Some("parse"));
    assert_eq!(stages.last().map(String::as_str), Some("explanations"));
}

#[test]
fn stages_have_times_where_a_clock_is_lent() {
    let folder = project();
    let tree = SourceTree::open(folder.path(), &OpenOptions::default()).expect("opens");
    let start = std::time::Instant::now();
    let clock: repolens_analysis::Clock = std::sync::Arc::new(move || start.elapsed());
    let report = analyze(
        tree,
        &Options {
            clock: Some(clock),
            ..Options::default()
        },
        &Silent,
    )
    .expect("can be read");
    assert!(report.analyser.stages[0].ms.is_some());
}
