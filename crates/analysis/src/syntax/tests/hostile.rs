//! Every parser against broken and against hostile text: it may refuse, it never dies, and it ends soon.

use std::time::{Duration, Instant};

use super::{PARSERS, Parser, java, parser, tree};
use crate::options::Limits;
use crate::pass::STACK;
use crate::units::CognitiveRules;

/// A bit of each language, so that whatever the walk knows is met.
const SAMPLES: &[(&[&str], &str)] = &[
    (
        &["javascript", "typescript"],
        "import a, { b as c } from './d';\nexport class A { get x() { return a?.b ?? (c && 1 ? 2 : 3); } }\n\
         export default async function f({ a = 1 }, ...r) { l: for (const x of r) { if (x) continue l; else try { await x } catch { } } }\n",
    ),
    (
        &["python"],
        "import a.b as c\nfrom . import d\n__all__ = ['f']\nclass A:\n    @d\n    def f(self, a=1, *b):\n        \"doc\"\n        \
         for x in b:\n            if x and a or c: return [y for y in x if y]\n        else:\n            raise E\n",
    ),
    (
        &["java"],
        "package a; import b.C; public class A { int f(int a) { for (;;) { if (a > 1 && b) { switch (a) { case 1: return a ? 1 : 2; } } } } }\n",
    ),
    (
        &["go"],
        "package main\nimport \"fmt\"\nfunc (a *A) F(b, c int) { for { switch b { case 1: if b && c { fmt.P() } else { F() } } } }\nfunc main() {}\n",
    ),
    (
        &["rust"],
        "use a::{b as c, d::*};\npub mod e;\nimpl A { pub fn f(&self) -> R { if let Some(x) = a && b { match x { 0 if c => g()?, _ => {} } } else { loop { break } } } }\n",
    ),
    (
        &["ruby"],
        "require 'a'\nmodule A\n  class B < C\n    def f(a, b = 1)\n      a.each { |x| return x if x && b }\n    rescue E\n      f(1)\n    end\n  end\nend\n",
    ),
    (
        &["c", "cpp"],
        "#include <a.h>\nstruct s { int a; };\n#ifdef X\nint f(int a, char *b) { if (a && b || c) { for (;;) { goto end; } } else switch (a) { case 1: return a ? 1 : 2; }\n\
         #if A\n#elif B\n#else\n#endif\nend: return f(1, 0); }\n#endif\n",
    ),
    (
        &["cpp"],
        "namespace a { template <typename T> class A : B { A(int a) : a(a) {} ~A(); bool operator==(const A& o) const { try { x(); } catch (...) {} return [&](int x) { return x; }(1); } }; }\n\
         int A<T>::f(void) { for (auto& x : y) z(); }\n",
    ),
    (
        &["csharp"],
        "using A.B;\nusing C = D.E;\nnamespace N { public class A { int P { get { return 1; } set => x = 1; } int Q => a ?? b;\n\
         int F(int a, params int[] b) { foreach (var x in b) { if (a > 1 && x) G(); else { } } return a switch { 1 => 2, _ => 3 }; } } }\n",
    ),
    (
        &["php"],
        "<?php\nnamespace A;\nuse B\\{C, D as E};\nrequire __DIR__ . '/a.php';\nclass F { function g(?int $a) { if ($a && $b) { } elseif ($c) { } else { foreach ($x as $y) { continue 2; } }\n\
         return match(1) { 1 => fn($x) => $x ?: 1, default => function () { } }; } }\n",
    ),
    (
        &["kotlin"],
        "package a\nimport b.C as D\nclass A : B() {\n  val x: Int\n    get() = if (a) 1 else 2\n  fun f(a: Int, b: String = \"\") {\n    when (a) {\n      1 -> x()\n      else -> y()\n    }\n\
         o@ for (i in z) { if (a && b || c) continue@o }\n    z.map { it -> it ?: 1 }\n  }\n}\n",
    ),
    (
        &["swift"],
        "import A\n@main public struct S: P {\n  var x: Int { get { 1 } set { y() } }\n  var z: Int { return 1 }\n  init?(a: Int) { guard let b = a, b > 1 || c else { return nil } }\n\
         func f(_ a: Int) throws { if a > 1 && b != c { } else if case .d = e { } else { switch a { case 1: break; default: z { $0 ? 1 : 2 } } } }\n}\n",
    ),
    (
        &["scala"],
        "package a\nimport b.{C => D, _}\nobject M extends App { def f(a: Int)(b: Int): Int = { if (a && b) x() else y(); for (i <- z if i > 1) yield i\n\
         a match { case 1 | 2 => x; case _ if b => y }; try { z } catch { case e: E => w } } }\n",
    ),
    (
        &["vue", "svelte"],
        "<template><p>{{ a }}</p></template>\n<script lang=\"ts\" context='module'>\nexport function f(a: number) { return a ? 1 : 2 }\n</script>\n<script setup>\nimport b from './b'\n</script>\n",
    ),
];

fn samples(parser: &Parser) -> Vec<&'static str> {
    let of = SAMPLES
        .iter()
        .filter(|(languages, _)| languages.contains(&parser.language));
    of.map(|(_, text)| *text).collect()
}

/// Knuth's generator: the same numbers everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end
    }
}

#[test]
fn every_parser_has_a_sample_that_parses() {
    for parser in PARSERS {
        let samples = samples(parser);
        assert!(!samples.is_empty(), "{} has none", parser.language);
        for text in samples {
            let syntax = parser
                .facts(
                    &format!("a.{}", parser.language),
                    text.as_bytes(),
                    &Limits::default(),
                    CognitiveRules::PAPER,
                )
                .expect("parses");
            assert!(!syntax.errors, "{}: {text}", parser.language);
            assert!(
                syntax.functions.iter().any(|f| f.cyclomatic > 1),
                "{}: {text}",
                parser.language
            );
        }
    }
}

#[test]
fn no_parser_dies_of_flipped_bytes() {
    /// Bytes that damage a text more than a random byte does.
    const TEARING: &[u8] = b"(){}[]<>\"'`/*#@$\\\n;:=?&|\0\xff";
    let mut random = Random(2_026);
    for parser in PARSERS {
        let path = format!("a.{}", parser.language);
        for sample in samples(parser) {
            for round in 0..150 {
                let mut text = sample.as_bytes().to_vec();
                for _ in 0..=random.below(6) {
                    let at = random.below(text.len());
                    match round % 3 {
                        0 => text[at] ^= 1 << random.below(8),
                        1 => text[at] = TEARING[random.below(TEARING.len())],
                        _ => drop(text.drain(at..(at + random.below(9)).min(text.len()))),
                    }
                    if text.is_empty() {
                        break;
                    }
                }
                // A refusal is fine.
                if let Ok(syntax) = parser.facts(&path, &text, &Limits::default(), CognitiveRules::PAPER) {
                    let lines = u32::try_from(text.iter().filter(|byte| **byte == b'\n').count()).expect("few") + 1;
                    for f in &syntax.functions {
                        assert!(
                            f.line >= 1 && f.line <= f.end_line && f.end_line <= lines,
                            "{f:?} of {lines}"
                        );
                    }
                }
            }
        }
    }
}

/// Pieces that, repeated, make a parser search for a way out of an error, or nest.
const PIECES: &[&str] = &[
    "a?b:",
    "((a)",
    "if(a){",
    "}",
    "<a",
    "\"",
    "'",
    "/*",
    "a<b<",
    "#if a\n",
    "{ ",
    "[(",
    "a && b || ",
    "case 1:",
    "else if (a) ",
    "fun f() ",
    "x -> ",
    "`",
    "$",
    "a.b",
    "<<<",
    "=> ",
    "template<",
    "struct a { ",
    "f(a, ",
    "int (*",
    "class A {",
    "%(",
    "when(a) {",
    "?>",
    "\"\\(",
    "\"${",
    "::",
];

#[test]
fn no_parser_dies_of_pieces_without_end() {
    let all = || {
        for parser in PARSERS {
            for piece in PIECES {
                let text = format!("{}{}", beginning(parser), piece.repeat(250));
                let _ = parser.facts("a", text.as_bytes(), &Limits::default(), CognitiveRules::PAPER);
            }
        }
    };
    // With the stack that the threads of a scan have.
    let thread = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(all)
        .expect("starts");
    thread.join().expect("no panic");
}

/// Recovery from this error takes time that grows with the square of the text: minutes, were it not given up.
#[test]
fn what_takes_too_long_is_given_up() {
    let text = "case 1:".repeat(20_000);
    let start = Instant::now();
    // Behind what refuses it for its length.
    let reason =
        tree::facts(&java::GRAMMAR, "java", "A.java", text.as_bytes(), CognitiveRules::PAPER).expect_err("too long");
    assert!(reason.contains("too long"), "{reason}");
    // The limit is five seconds of the processor; other programs may use it too.
    assert!(start.elapsed() < Duration::from_secs(300), "{:?}", start.elapsed());
}

/// The scanner of Kotlin's grammar searches for white space after `@`, even at the end of the text.
#[test]
fn a_text_that_ends_in_an_annotation_ends() {
    let kotlin = parser("kotlin").expect("a parser");
    for end in ["@B", "@B(c", "@", "@B()"] {
        let text = format!("class A {{\n  val a: Int = 1\n  {end}");
        let syntax = kotlin.facts("a.kt", text.as_bytes(), &Limits::default(), CognitiveRules::PAPER);
        assert_eq!(syntax.expect("is read").classes, 1, "{end}");
    }
}

/// The text that brings a parser into its language.
fn beginning(parser: &Parser) -> &'static str {
    match parser.language {
        "vue" | "svelte" => "<script>",
        "php" => "<?php ",
        _ => "",
    }
}

#[test]
fn a_parser_is_found_by_its_language() {
    assert_eq!(parser("kotlin").map(|parser| parser.language), Some("kotlin"));
    assert!(parser("cobol").is_none());
}
