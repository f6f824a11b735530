//! Members of the report that viewers read under a name of their own, and the files that start a program.

use repolens_core::report::{Priority, Report, StageStatus, SymbolKind};
use serde_json::{Value, json};

use crate::project::report;

const PROJECT: &[(&str, &str)] = &[
    (
        "README.md",
        "# Project\n\nA small project for a test of what is shown.\n",
    ),
    (
        "package.json",
        r#"{"name":"project","license":"MIT","main":"src/a.js","dependencies":{"left-pad":"1.0.0"},"devDependencies":{"jest":"*"}}"#,
    ),
    (
        "src/a.js",
        "import { b } from './b.js';\nexport class Shape { area() { return b(1); } }\nexport function make() { return new Shape(); }\nexport function more() { return new Shape(); }\nfunction lost(a) { return a && make(); }\n",
    ),
    (
        "src/b.js",
        "import { Shape } from './a.js';\nexport class Square extends Shape {}\nexport function b(x) {\n  if (x) { return 2; }\n  return 1;\n}\n",
    ),
];

fn as_json(report: &Report) -> Value {
    serde_json::to_value(report).expect("plain data")
}

#[test]
fn numbers_are_numbers_and_their_lists_have_other_names() {
    let report = as_json(&report(PROJECT));
    let graph = &report["callGraph"];
    assert_eq!(
        (&graph["entry_points"], &graph["unreachable_functions"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(graph["unreachableFunctionList"], json!(["src/a.js:lost"]));
    assert_eq!(graph["entryPointList"], json!([]));
    let dependencies = &report["dependencies"];
    assert_eq!(
        (&dependencies["count"], &dependencies["statistics"]["total"]),
        (&json!(2), &json!(2))
    );
    let node = |name: &str| {
        let nodes = dependencies["graph"]["nodes"].as_array().expect("a list");
        nodes
            .iter()
            .find(|node| node["name"] == name)
            .expect("is a node")
            .clone()
    };
    assert_eq!(
        (&node("root")["group"], &node("root")["size"]),
        (&json!("root"), &json!(16))
    );
    assert_eq!(
        (&node("left-pad")["group"], &node("left-pad")["size"]),
        (&json!("direct"), &json!(5))
    );
    assert_eq!(node("jest")["group"], "development");
    assert_ne!(node("jest")["color"], node("left-pad")["color"]);
    let edge = &dependencies["graph"]["edges"][0];
    assert_eq!((&edge["from"], &edge["to"]), (&edge["source"], &edge["target"]));
    assert_eq!(report["files"][0]["lines_of_code"], 5);
    assert_eq!(report["risk_scores"], report["riskScores"]);
    let risks = &report["riskScores"];
    assert_eq!(
        (&risks["file_risks_total"], risks["file_risks"].as_array().map(Vec::len)),
        (&json!(2), Some(2))
    );
}

#[test]
fn symbols_and_how_many_use_them() {
    let report = report(PROJECT);
    let ast = report.ast.expect("there is code");
    let symbols = |path: &str| {
        let file = ast.files.iter().find(|file| file.path == path).expect("is listed");
        let shown = |kind| match kind {
            SymbolKind::Function => "function",
            SymbolKind::Method => "method",
            SymbolKind::Class => "class",
        };
        let symbols = file.symbols.iter().map(|symbol| {
            let number = |value: Option<u64>| value.map_or("-".to_owned(), |value| value.to_string());
            format!(
                "{} {} {} {}",
                shown(symbol.kind),
                symbol.name,
                number(symbol.references),
                number(symbol.cyclomatic)
            )
        });
        symbols.collect::<Vec<_>>()
    };
    // `make` and `more` make a `Shape`, and `Square` is below it.
    assert_eq!(
        symbols("src/a.js"),
        [
            "method Shape.area 0 1",
            "function make 1 1",
            "function more 0 1",
            "function lost 0 2",
            "class Shape 3 -"
        ]
    );
    assert_eq!(symbols("src/b.js"), ["function b 1 2", "class Square 0 -"]);
    assert_eq!((ast.total_symbols, ast.listed_symbols), (7, 7));
}

#[test]
fn symbols_beyond_the_limit_are_counted() {
    let many: String = (0..250).map(|number| format!("def f{number}(): pass\n")).collect();
    let report = report(&[
        ("a.py", many.as_str()),
        ("b.py", "def g(x):\n    return 1 if x else 2\n"),
    ]);
    let ast = report.ast.expect("there is code");
    assert_eq!((ast.total_symbols, ast.listed_symbols), (251, 201));
    let stage = report
        .analyser
        .stages
        .iter()
        .find(|stage| stage.name == "ast")
        .expect("has run");
    assert_eq!(stage.status, StageStatus::Truncated);
    assert_eq!(
        stage.reason.as_deref(),
        Some(
            "201 of 251 symbols are listed: at most 200 of a file and 20000 in all, those of the riskiest files first"
        )
    );
}

#[test]
fn suggestions_have_a_number_and_are_critical_only_without_a_readme() {
    let readme = report(PROJECT).readme_analysis.expect("is always there");
    assert!(
        readme
            .suggestions
            .iter()
            .all(|suggestion| suggestion.priority != Priority::Critical)
    );
    let usage = readme
        .suggestions
        .iter()
        .find(|it| it.section == "usage")
        .expect("is missing");
    assert_eq!((usage.priority, usage.impact), (Priority::High, 17.7));
    let breakdown = as_json(&report(PROJECT))["readmeAnalysis"]["score_breakdown"]["breakdown"].clone();
    assert_eq!(
        breakdown["title"],
        json!({"score": 10, "max": 10, "found": true, "present": true, "weight": 10, "type": "required"})
    );
    assert_eq!(breakdown["links"]["type"], "bonus");
    let none = report(&[("a.py", "x = 1\n")]).readme_analysis.expect("is always there");
    assert_eq!(
        (none.suggestions[0].priority, none.suggestions[0].impact),
        (Priority::Critical, 100.0)
    );
}

fn entry_points(files: &[(&str, &str)]) -> Vec<String> {
    report(files).ast.map_or_else(Vec::new, |ast| ast.entry_points)
}

#[test]
fn entry_points_of_packages() {
    let manifest = r#"{"name":"p","main":"./dist/index.js","bin":{"p":"bin/p.js"},
        "exports":{".":"./dist/index.js","./part":{"import":"./dist/part.mjs"},"./all/*":"./dist/all/*.js"},
        "scripts":{"build":"node tools/build.js"}}"#;
    let found = entry_points(&[
        ("package.json", manifest),
        ("src/index.ts", "export const a = 1;\n"),
        ("src/part.ts", "export const b = 1;\n"),
        ("src/all/c.ts", "export const c = 1;\n"),
        ("bin/p.js", "require('../src/index');\n"),
        ("tools/build.js", "build();\n"),
        ("test/x.test.js", "#!/usr/bin/env node\nrun();\n"),
    ]);
    assert_eq!(found, ["bin/p.js", "src/index.ts", "src/part.ts"]);
    assert_eq!(
        entry_points(&[("package.json", "{}"), ("index.js", "go();\n")]),
        ["index.js"]
    );
}

#[test]
fn entry_points_of_python() {
    let pyproject =
        "[project]\nname='p'\n[project.scripts]\np='pkg.cli:main'\n[project.gui-scripts]\nq='pkg.gui:main'\n";
    let setup = "from setuptools import setup\nsetup(entry_points={'console_scripts': ['r=old.cmd:run']})\n";
    let found = entry_points(&[
        ("pyproject.toml", pyproject),
        ("setup.py", setup),
        ("src/pkg/__init__.py", ""),
        ("src/pkg/cli.py", "def main(): pass\n"),
        ("src/pkg/gui.py", "def main(): pass\n"),
        ("src/pkg/__main__.py", "import pkg.cli\n"),
        ("src/pkg/other.py", "def main(): pass\n"),
        ("old/cmd.py", "def run(): pass\n"),
        ("old/tool.py", "if __name__ == '__main__':\n    print()\n"),
        ("site/wsgi.py", "application = 1\n"),
        ("manage.py", "import os\n"),
    ]);
    assert_eq!(
        found,
        [
            "manage.py",
            "old/cmd.py",
            "old/tool.py",
            "site/wsgi.py",
            "src/pkg/__main__.py",
            "src/pkg/cli.py",
            "src/pkg/gui.py"
        ]
    );
}

#[test]
fn entry_points_of_other_languages() {
    let found = entry_points(&[
        (
            "Cargo.toml",
            "[package]\nname='p'\n[[bin]]\nname='tool'\npath='cmd/tool.rs'\n[[bin]]\nname='second'\n",
        ),
        ("src/lib.rs", "pub fn a() {}\n"),
        ("src/main.rs", "fn main() {}\n"),
        ("cmd/tool.rs", "pub fn run() {}\n"),
        ("src/bin/second.rs", "fn main() {}\n"),
        ("src/other.rs", "#![allow(dead_code)]\nfn x() {}\n"),
        ("go.mod", "module example.org/p\n"),
        ("cmd/p/main.go", "package main\n\nfunc main() {}\n"),
        ("pkg/p.go", "package pkg\n\nfunc Main() {}\n"),
        ("composer.json", "{\"bin\": [\"bin/console.php\"]}"),
        ("bin/console.php", "<?php\nclass A {}\n"),
        ("exe/run.rb", "#!/usr/bin/env ruby\nputs 1\n"),
        ("lib/run.rb", "puts 1\n"),
        ("Sources/App/main.swift", "print(1)\n"),
        ("App.java", "class App { public static void main(String[] args) { } }\n"),
    ]);
    assert_eq!(
        found,
        [
            "App.java",
            "Sources/App/main.swift",
            "bin/console.php",
            "cmd/p/main.go",
            "cmd/tool.rs",
            "exe/run.rb",
            "src/bin/second.rs",
            "src/lib.rs",
            "src/main.rs"
        ]
    );
}

#[test]
fn documents_only_have_no_risk_and_say_why() {
    let report = report(&[
        ("README.md", "# Notes\n\nNotes about many things, kept here for all.\n"),
        ("a.md", "text\n"),
    ]);
    assert!(report.risk_scores.is_none() && report.risk_scores_again.is_none());
    let stage = report
        .analyser
        .stages
        .iter()
        .find(|stage| stage.name == "risk")
        .expect("has run");
    assert_eq!(stage.status, StageStatus::Skipped);
    assert_eq!(
        stage.reason.as_deref(),
        Some("there is no code of a programming language")
    );
    let summary = report.summary.expect("is always there");
    assert_eq!((summary.health.risk, summary.health.level), (None, None));
    let words = report.explanations.expect("is always there");
    assert!(words.risk_analysis.contains("There is no code to score."), "{words:?}");
    assert!(
        !words.risk_analysis.contains("circle"),
        "nothing is praised that was not looked at: {words:?}"
    );
}

#[test]
fn explanations_are_the_figures_in_words() {
    let report = report(PROJECT);
    let words = report.explanations.expect("is always there");
    assert_eq!(
        (words.provider.as_str(), words.model, words.confidence.as_str()),
        ("fallback", None, "high")
    );
    let titles: Vec<_> = words.chapters.iter().map(|chapter| chapter.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "What it is",
            "Size",
            "How it is built",
            "What is healthy",
            "Where the risk is",
            "What to do first"
        ]
    );
    insta::assert_snapshot!(format!(
        "{}\n---\n{}\n---\n{}",
        words.summary, words.overview, words.risk_analysis
    ));
}
