//! Text that nests without brackets, against the parsers that call themselves: a file may be refused, and is then named, but
//! the process lives. Each case runs in a process of its own, for a stack that overflows ends all of it.

#![expect(
    clippy::disallowed_methods,
    reason = "it starts itself, and hears of a case by its environment"
)]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use repolens_analysis::{OpenOptions, Options, Silent, SourceTree, analyze};

/// What the file is called, what stands before, what is repeated, what stands in the middle, what is repeated behind it.
type Case = (&'static str, &'static str, &'static str, &'static str, &'static str);

const CASES: &[Case] = &[
    ("a.js", "x = ", "!", "a", ""),
    ("a.js", "x = ", "- ", "a", ""),
    ("a.js", "x = ", "typeof ", "a", ""),
    ("a.js", "x = ", "void delete ", "a", ""),
    ("a.js", "x = ", "new ", "a", ""),
    ("a.js", "async () => ", "await ", "a", ""),
    ("a.js", "function* f() { ", "yield ", "a", "}"),
    ("a.js", "x = ", "a ? b : ", "c", ""),
    ("a.js", "x = ", "a ? ", "b", " : c"),
    ("a.js", "", "if (a) {\n  b();\n} else ", "{}", ""),
    ("a.js", "", "if (a)\n", "b", ""),
    ("a.js", "", "for (;;) ", "b", ""),
    ("a.js", "", "while (a) ", "b", ""),
    ("a.js", "x = a", ".b", "", ""),
    ("a.js", "x = a", "[0]", "", ""),
    ("a.js", "x = a", "()", "", ""),
    ("a.js", "x = a", "\n  .b(1, 2)", "", ""),
    ("a.js", "x = a", ".b(function () { return 1; })", "", ""),
    ("a.js", "x = ", "a + ", "b", ""),
    ("a.js", "x = ", "\";\" + ", "b", ""),
    ("a.js", "x = ", "a && ", "b", ""),
    ("a.js", "x = ", "a ** ", "b", ""),
    ("a.js", "x = ", "a = ", "b", ""),
    ("a.js", "x = a", " instanceof a", "", ""),
    ("a.js", "x = ", "a => ", "b", ""),
    ("a.js", "x = a", "`b`", "", ""),
    ("a.js", "x = ", "`${", "b", "}`"),
    ("a.js", "x = ", "class extends ", "a", "{}"),
    ("a.jsx", "x = ", "<a>\n", "", "</a>\n"),
    ("a.jsx", "x = ", "<a b={1}>", "", "</a>"),
    ("a.ts", "x = a", "!", "", ""),
    ("a.ts", "x = a", " as b", "", ""),
    ("a.ts", "type X = ", "A<", "b", ">"),
    ("a.ts", "type X = a", "[]", "", ""),
    ("a.ts", "type X = ", "keyof ", "a", ""),
    ("a.ts", "type X = ", "a extends b ? c : ", "d", ""),
    ("a.ts", "type X = ", "(a) => ", "d", ""),
    ("a.ts", "", "@a\n", "class A {}", ""),
    ("a.py", "x = ", "not ", "a", ""),
    ("a.py", "x = (", "not\n", "a)", ""),
    ("a.py", "x = ", "- ", "a", ""),
    ("a.py", "async def f():\n    ", "await ", "a", ""),
    ("a.py", "def f():\n    x = ", "yield ", "a", ""),
    ("a.py", "x = ", "lambda: ", "a", ""),
    ("a.py", "x = ", "a if b else ", "c", ""),
    ("a.py", "if a:\n  b\n", "elif a:\n  b\n", "", ""),
    ("a.py", "x = a", ".b", "", ""),
    ("a.py", "x = a", "[0]", "", ""),
    ("a.py", "x = a", "()", "", ""),
    ("a.py", "x = (a", "\n  .b(1, 2)", ")", ""),
    ("a.py", "x = ", "a + ", "b", ""),
    ("a.py", "x = ", "a ** ", "b", ""),
    ("a.py", "x = (", "'a'\n", "'b')", ""),
    ("a.py", "", "@a\n", "def f(): pass", ""),
    ("a.py", "x: ", "A[", "b", "]"),
    ("a.java", "class A { int x = ", "a ? b : ", "c; }", ""),
    ("a.java", "class A { Object x = ", "a -> ", "b; }", ""),
    ("a.java", "class A { A<", "A<", "b", ">"),
    ("a.go", "package a\nvar x = ", "!", "a\n", ""),
    ("a.rs", "fn f() { let x = ", "&", "a; }", ""),
    ("a.rb", "x = ", "not ", "a", ""),
    ("a.c", "int x = ", "- ", "a;", ""),
    ("a.cpp", "auto x = ", "a ? b : ", "c;", ""),
    ("a.cs", "class A { int x = ", "a ?? ", "c; }", ""),
    ("a.php", "<?php $x = ", "! ", "$a;", ""),
    ("a.kt", "val x = ", "a ?: ", "b", ""),
    ("a.swift", "let x = ", "a + ", "b", ""),
    ("a.scala", "object A { val x = ", "a => ", "b }", ""),
    ("a.vue", "<script>\nx = ", "typeof ", "a\n</script>", ""),
];

/// As many as fit into a file that is parsed.
const MANY: usize = 100_000;
/// As deep as no parser may fail.
const SOME: usize = 1_000;

fn text((_, before, piece, middle, behind): &Case, count: usize) -> String {
    let count = count.min(500_000 / (piece.len() + behind.len()));
    // A line that is indented: else it would be taken for minified, and not be parsed at all.
    format!(
        "{before}{}{middle}{}\n    \n",
        piece.repeat(count),
        behind.repeat(count)
    )
}

#[test]
fn no_chain_ends_the_process() {
    let me = std::env::current_exe().expect("is known");
    let cases: Vec<_> = CASES.iter().flat_map(|case| [(case, SOME), (case, MANY)]).collect();
    let next = Mutex::new(cases.into_iter());
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((case, count)) = { next.lock().expect("no panic").next() } {
                    let folder = tempfile::tempdir().expect("a temporary folder");
                    fs::write(folder.path().join(case.0), text(case, count)).expect("can be written");
                    let output = Command::new(&me)
                        .args([
                            "--exact",
                            "chains::analyses_the_folder_that_it_is_told",
                            "--ignored",
                            "--nocapture",
                        ])
                        .env("REPOLENS_TEST_FOLDER", folder.path())
                        .output()
                        .expect("starts");
                    let refused = String::from_utf8_lossy(&output.stdout).contains("REFUSED");
                    if !output.status.success() || (refused && count == SOME) {
                        let words = String::from_utf8_lossy(&output.stderr).into_owned();
                        let words = words[..words.floor_char_boundary(300)].to_owned();
                        failed
                            .lock()
                            .expect("no panic")
                            .push((case, count, output.status, words));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("no panic");
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
#[ignore = "is run by the test above, once for each case"]
fn analyses_the_folder_that_it_is_told() {
    let folder = std::env::var_os("REPOLENS_TEST_FOLDER").expect("is set by the test above");
    let tree = SourceTree::open(Path::new(&folder), &OpenOptions::default()).expect("opens");
    let report = analyze(tree, &Options::default(), &Silent).expect("can be read");
    let skipped = &report.analyser.skipped_files;
    // Either it was parsed, as far as its syntax goes, or it is named.
    assert!(report.module_graph.is_some() || !skipped.is_empty());
    if skipped.iter().any(|file| file.reason.contains("nested")) {
        println!("REFUSED");
    }
}
