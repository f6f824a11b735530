//! The same bytes at any number of threads, over all languages that are parsed: files of each import each other, hold copies,
//! cycles, unused code and broken syntax, so that each list of the report has something whose order could change.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use repolens_analysis::{OpenOptions, Options, Silent, SourceTree, analyze};

/// A path and a text; `@` is the file's number, `#` that of the next one.
const SOURCES: &[(&str, &str)] = &[
    (
        "js/m@.js",
        "import { f# } from './m#.js';\nimport unused from 'gone';\nexport function f@(a) { return a && f#(a) ? 1 : 2; }\nfunction lost() { return helper@(); }\nexport const helper@ = () => lost2;\n",
    ),
    (
        "ts/m@.ts",
        "import type { T# } from './m#';\nexport interface T@ { next: T# }\nexport class C@ { private hidden(a: number) { return a ?? 1; } public go@(x: T@) { return this.other(x); } other(x: T@) { for (const y of [x]) { if (y) { return 1; } } return 0; } }\n",
    ),
    (
        "vue/m@.vue",
        "<template><p/></template>\n<script setup lang=\"ts\">\nimport { f@ } from '../js/m@.js';\nfunction inner@(a: number) { return a ? f@(a) : 2; }\n</script>\n",
    ),
    (
        "py/m@.py",
        "\"\"\"Module.\"\"\"\nimport os\nfrom py import m#\n\n\nclass A@(m#.A#):\n    def go@(self, a):\n        \"\"\"Goes.\"\"\"\n        return [m#.f#(x) for x in a if x and self.go@(x)]\n\n\ndef f@(a):\n    return _g(a)\n\n\ndef _unused@():\n    return 1\n",
    ),
    (
        "java/a/M@.java",
        "package a;\nimport java.util.List;\nimport a.b.*;\npublic class M@ extends M# { private int lost() { return 1; } public int go@(int a) { if (a > 1 && a < 9) { return run@(a); } return 0; } int run@(int a) { return a; } }\n",
    ),
    (
        "java/a/b/N@.java",
        "package a.b;\nimport a.M@;\npublic class N@ { M@ m; void f() { m.go@(1); } }\n",
    ),
    (
        "go/m@.go",
        "package main\n\nimport \"fmt\"\n\nfunc f@(a int) int {\n\tif a > 1 || a < 0 {\n\t\treturn f#(a)\n\t}\n\tfmt.Println(a)\n\treturn 0\n}\n\nfunc lost@() {}\n",
    ),
    (
        "rust/src/m@.rs",
        "use std::collections::BTreeMap;\nuse crate::m#::f#;\npub fn f@(a: u8) -> Option<u8> { match a { 0 => None, _ => Some(f#(a)?) } }\nfn lost@() {}\ncfg_x! { pub fn inside@() { f@(1); } }\n",
    ),
    (
        "ruby/m@.rb",
        "require_relative 'm#'\nclass A@ < A#\n  def go@(a)\n    a.each { |x| return x if x && a }\n  end\nend\n",
    ),
    (
        "c/m@.c",
        "#include \"m#.h\"\nstatic int lost@(int a) { return a; }\nint f@(int a) { for (;;) { if (a && f#(a)) { return 1; } } }\n",
    ),
    ("c/m@.h", "#include \"m#.h\"\nint f@(int a);\n"),
    (
        "cpp/m@.cpp",
        "#include \"m#.hpp\"\nnamespace n { int A@::go(int a) { return a ? b.go(1) : 2; } }\n",
    ),
    (
        "cpp/m@.hpp",
        "#pragma once\nnamespace n { class A@ { public: int go(int a); A# *next; }; }\n",
    ),
    (
        "cs/M@.cs",
        "using N#;\nnamespace N@ { public class M@ { M# next; private int lost@() { return 1; } public int Go@(int a) { foreach (var x in y) { if (a > 1 && x) Go#(a); } return a; } } }\n",
    ),
    (
        "php/M@.php",
        "<?php\nnamespace A;\nuse A\\M#;\nuse A\\Gone;\nclass M@ { private function lost@() { return 1; } public function go@($a) { return $a && (new M#)->go#($a) ? 1 : 2; } }\n",
    ),
    (
        "kotlin/M@.kt",
        "package k@\nimport k#.M#\nimport k#.gone\nclass M@ { private fun lost@() = 1\n  fun go@(a: Int): Int { when (a) { 1 -> return M#().go#(2)\n else -> return 3 } }\n}\n",
    ),
    (
        "swift/M@.swift",
        "import Foundation\nclass M@ { var next: M#?\n private func lost@() {}\n func go@(_ a: Int) -> Int { guard a > 1 else { return 0 }\n return next?.go#(a) ?? 1 } }\n",
    ),
    (
        "scala/M@.scala",
        "package s@\nimport s#.{M#, Gone}\nclass M@ { private def lost@() = 1; def go@(a: Int): Int = a match { case 1 | 2 => new M#().go#(a); case _ if a > 3 => 2 } }\n",
    ),
    (
        "svelte/m@.svelte",
        "<script>\nexport let a@ = 1;\nlet b = a@ ? 1 : 2;\n</script>\n",
    ),
    ("broken/m@.java", "class { { void ( if }\n"),
    ("broken/m@.js", "const = do {{{\n"),
];
const FILES: usize = 6;

/// More than a copy is, in two kinds.
fn long(number: usize) -> String {
    let (mut text, kind) = (String::new(), number % 2);
    for line in 0..40 {
        let _ = writeln!(
            text,
            "export const same{line}of{kind} = compute({line}, [{line}, 'a', {{ b: {line} }}]);"
        );
    }
    let _ = writeln!(text, "export const own{number} = {number};");
    text
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("has a folder")).expect("can be made");
    fs::write(path, text).expect("can be written");
}

#[test]
fn the_report_is_the_same_at_any_number_of_threads() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(
        folder.path(),
        "package.json",
        r#"{"name":"all","main":"js/m0.js","dependencies":{"gone":"1"}}"#,
    );
    write(folder.path(), "rust/Cargo.toml", "[package]\nname = \"all\"\n");
    write(
        folder.path(),
        "rust/src/lib.rs",
        "mod m0; mod m1; mod m2; mod m3; mod m4; mod m5;\n",
    );
    write(folder.path(), "go.mod", "module all\n");
    for number in 0..FILES {
        let (this, next) = (number.to_string(), ((number + 1) % FILES).to_string());
        for (path, text) in SOURCES {
            write(
                folder.path(),
                &path.replace('@', &this),
                &text.replace('@', &this).replace('#', &next),
            );
        }
        write(folder.path(), &format!("js/long{number}.js"), &long(number));
    }
    let bytes = |threads| {
        let mut tree = SourceTree::open(folder.path(), &OpenOptions::default()).expect("opens");
        tree.name = "all".to_owned();
        let options = Options {
            threads,
            ..Options::default()
        };
        serde_json::to_vec_pretty(&analyze(tree, &options, &Silent).expect("can be read")).expect("plain data")
    };
    let one = bytes(1);
    let report: serde_json::Value = serde_json::from_slice(&one).expect("is JSON");
    for list in [
        "/circularDependencies/cycles",
        "/deadCode/unused_imports",
        "/deadCode/unused_functions",
        "/deadCode/unused_files",
        "/duplication/clones",
        "/callGraph/most_complex",
        "/moduleGraph/edges",
        "/moduleGraph/unresolved",
        "/analyser/skippedFiles",
    ] {
        let found = report.pointer(list).unwrap_or(&serde_json::Value::Null);
        let length = found
            .as_array()
            .map(Vec::len)
            .or_else(|| found.as_object().map(serde_json::Map::len));
        assert!(length > Some(1), "{list} has nothing whose order could change: {found}");
    }
    let languages = report.pointer("/languages").expect("is there").to_string();
    for language in [
        "javascript",
        "typescript",
        "vue",
        "svelte",
        "python",
        "java",
        "go",
        "rust",
        "ruby",
        "c",
        "cpp",
        "csharp",
        "php",
        "kotlin",
        "swift",
        "scala",
    ] {
        assert!(
            languages.contains(&format!("\"{language}\"")),
            "{language} is missing: {languages}"
        );
    }
    for threads in [2, 3, 8, 2, 8] {
        let other = bytes(threads);
        let lines = |bytes: &[u8]| {
            String::from_utf8_lossy(bytes)
                .lines()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let first = lines(&one).into_iter().zip(lines(&other)).find(|(a, b)| a != b);
        assert!(
            one == other,
            "{threads} threads give another report, first here: {first:?}"
        );
    }
}
