//! Imports that nobody uses, in the languages that are judged by words. Each case names all that is found.

use crate::project::report;
use repolens_core::report::Confidence;

/// `FILE: NAME …` of each file with findings, and their confidences.
fn unused(files: &[(&str, &str)]) -> (Vec<String>, Vec<Confidence>) {
    let found = report(files).dead_code.expect("there is code").unused_imports;
    let lines = found.iter().map(|(file, imports)| {
        let names: Vec<_> = imports.iter().map(|import| import.symbol.as_str()).collect();
        format!("{file}: {}", names.join(" "))
    });
    let sure = found.values().flatten().map(|import| import.confidence);
    (lines.collect(), sure.collect())
}

#[test]
fn java() {
    let (found, sure) = unused(&[(
        "a/Main.java",
        "package a;\n\
         import java.util.List;\n\
         import java.util.Map;\n\
         import java.util.Map.Entry;\n\
         import java.util.Set; // A comment is no part of it.\n\
         import java.util.concurrent.*;\n\
         import java.io.IOException;\n\
         import java.io.UncheckedIOException;\n\
         import static java.lang.Math.max;\n\
         import static java.lang.Math.min;\n\
         import static java.util.Objects.*;\n\
         import org.Marked;\n\
         /** See {@link UncheckedIOException}. */\n\
         @Marked(\"x\")\n\
         class Main { List<String> a; Object b(Entry e) throws java.io.IOException { return max(1, Listing.x); } }\n",
    )]);
    assert_eq!(found, ["a/Main.java: Map Set min"]);
    assert!(sure.iter().all(|sure| *sure == Confidence::Medium));
}

#[test]
fn kotlin() {
    let (found, _) = unused(&[(
        "a/Main.kt",
        "package a\n\
         import androidx.compose.runtime.getValue\n\
         import a.b.component1\n\
         import a.b.plusAssign\n\
         import a.b.invoke as call\n\
         import a.b.extension\n\
         import a.b.Gone\n\
         import a.b.Named as Other\n\
         import a.b.Seen as Used\n\
         import a.b.shout\n\
         import a.b.Linked\n\
         import a.b.*\n\
         import a.b.`in`\n\
         /** See [Linked]. */\n\
         class Main { fun f(x: Used) = x.extension() + x.`in` }\n",
    )]);
    assert_eq!(found, ["a/Main.kt: Gone Other shout"]);
}

#[test]
fn php() {
    let (found, _) = unused(&[(
        "src/Main.php",
        "<?php\n\
         namespace App;\n\
         use App\\Other;\n\
         use Vendor\\Library\\{First, Second as Renamed, Third};\n\
         use Doctrine\\ORM\\Mapping as ORM;\n\
         use Vendor\\Documented;\n\
         use Vendor\\Attribute\\Route;\n\
         use Vendor\\Gone;\n\
         use function Vendor\\helper;\n\
         use function Vendor\\unused_helper;\n\
         use const Vendor\\LIMIT;\n\
         use Vendor\\CamelCase;\n\
         /** @ORM\\Entity */\n\
         #[Route('/')]\n\
         class Main extends other {\n\
             use SomeTrait;\n\
             /** @var Documented[] */\n\
             private $a;\n\
             function f(First $x) { $y = function () use ($x) { return helper(LIMIT) ?? new CAMELCASE; }; return Gonee::class; }\n\
         }\n",
    )]);
    assert_eq!(found, ["src/Main.php: Renamed Third Gone unused_helper"]);
}

#[test]
fn scala() {
    let (found, sure) = unused(&[(
        "a/Main.scala",
        "package a\n\
         import a.b.{Used, Gone, Renamed => Other, Hidden => _, implicits}\n\
         import a.c.Syntax.RichText\n\
         import a.d.Outer\n\
         import Outer.Inner\n\
         import scala.language.postfixOps\n\
         import a.e._\n\
         import a.f.Last\n\
         object Main { def f(x: Used, y: Inner) = x }\n",
    )]);
    assert_eq!(found, ["a/Main.scala: Gone Other Last"]);
    assert!(sure.iter().all(|sure| *sure == Confidence::Medium));
}

#[test]
fn rust() {
    let (found, sure) = unused(&[
        ("Cargo.toml", "[package]\nname = \"a\"\n"),
        (
            "src/lib.rs",
            "use std::collections::{BTreeMap, HashMap};\n\
             use std::fmt::{self, Write as _};\n\
             use std::io::Read;\n\
             use std::sync::Arc;\n\
             use std::rc::Rc;\n\
             use std::mem;\n\
             use std::cell::RefCell;\n\
             use external::Something;\n\
             use external::thing;\n\
             use crate::shapes::{Area, Circle, Square, TraitInDisguise};\n\
             #[cfg(unix)]\n\
             use std::path::Path;\n\
             pub use std::time::Duration;\n\
             use crate::shapes::helper;\n\
             mod shapes;\n\
             mod child;\n\
             #[macro_use]\n\
             mod macros;\n\
             pub fn f(a: HashMap<u8, u8>, b: &Circle) -> fmt::Result { mem::drop(made!()); b.area() }\n",
        ),
        (
            "src/shapes.rs",
            "pub trait Area { fn area(&self); }\n\
             pub struct Circle;\n\
             pub struct Square;\n\
             pub fn helper() {}\n\
             pub use external::TraitInDisguise;\n",
        ),
        // A child sees what its parent imports.
        ("src/child.rs", "use super::*;\nfn f(a: Rc<u8>) {}\n"),
        // A macro writes it where it is called.
        ("src/macros.rs", "macro_rules! made { () => { RefCell::new(1) } }\n"),
        (
            "src/quiet.rs",
            "#![allow(unused_imports)]\nuse std::collections::HashMap;\n",
        ),
        (
            "src/inner.rs",
            "use std::fmt;\nuse fmt::Display;\n#[cfg(test)]\nmod tests { use super::*; use std::sync::Mutex; use std::sync::Once; fn f(a: Mutex<u8>) {} }\n",
        ),
    ]);
    assert_eq!(found, ["src/inner.rs: Once", "src/lib.rs: BTreeMap Arc Square helper"]);
    assert!(sure.iter().all(|sure| *sure == Confidence::Medium));
}

#[test]
fn languages_whose_imports_name_nothing_are_not_judged() {
    let (found, _) = unused(&[
        ("a.cs", "using System.Text;\nclass A { void F() {} }\n"),
        ("a.rb", "require 'set'\ndef f; end\n"),
        ("a.c", "#include <stdio.h>\nint f(void) { return 1; }\n"),
        ("a.swift", "import Foundation\nfunc f() {}\n"),
        ("a.go", "package a\nimport \"fmt\"\nfunc f() {}\n"),
    ]);
    assert!(found.is_empty(), "{found:?}");
}
