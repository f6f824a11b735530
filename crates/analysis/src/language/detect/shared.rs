//! Endings that several languages have: the text decides, by rules close to those of GitHub's linguist. Words in comments
//! do not count.

use super::super::spans::SpanKind;
use super::super::{LanguageId, scanner};

/// The result for a shared extension, from the text of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The language that the table has for the ending.
    Usual,
    Language(&'static str),
    /// A language that the table does not have, or no text at all.
    Unknown,
}

use Verdict::{Language, Unknown, Usual};

/// The verdict on a text (its beginning) with this ending in lower case.
pub(super) fn verdict(ending: &str, text: &[u8]) -> Verdict {
    let Some((_, signs, rules)) = RULES.iter().find(|(endings, ..)| endings.contains(&ending)) else {
        return Usual;
    };
    if starts_as_xml(text) && !matches!(ending, "html" | "md" | "php" | "inc") {
        return Language("xml");
    }
    rules(&Text::new(&without_comments(text, signs)))
}

type Rules = fn(&Text<'_>) -> Verdict;

/// Endings, the language whose comments are left out before the rules are asked (`-`: none), and the rules.
const RULES: &[(&[&str], &str, Rules)] = &[
    (&["as"], "actionscript", |text| {
        let is_angel = text.line(|line| line.starts_with("#include") || line.starts_with("mixin class"));
        if is_angel && !text.starts(&["package", "import"]) {
            Unknown
        } else {
            Usual
        }
    }),
    (&["bas"], "-", |_| Usual),
    (&["cl"], "-", |text| {
        if text.line(|line| line.starts_with("(def") || line.starts_with("(in-package") || line.starts_with(";")) {
            Language("common-lisp")
        } else if text.line(|line| line.starts_with("class ") && line.ends_with('{') && !line.contains("__kernel")) {
            Unknown
        } else {
            Usual
        }
    }),
    (&["cls"], "-", cls),
    (&["cs"], "csharp", |text| {
        let is_smalltalk = text.line(|line| line.starts_with('!') && line.contains("methodsFor:"));
        if is_smalltalk { Language("smalltalk") } else { Usual }
    }),
    (&["d"], "d", d),
    (&["es"], "javascript", |text| {
        let is_erlang = text.line(|line| line.starts_with("%%") || (line.starts_with("main(") && line.contains("->")));
        if is_erlang { Language("erlang") } else { Usual }
    }),
    (&["f", "for"], "-", |text| {
        if text.line(|line| line.starts_with(": ") && !line.contains("::")) {
            Language("forth")
        } else {
            Usual
        }
    }),
    (&["fs"], "fsharp", |text| {
        if text.line(|line| line.starts_with("#version") || line.starts_with("gl_")) || text.starts(GLSL) {
            Language("glsl")
        } else if text.line(|line| line.starts_with(": ") || line.starts_with("new-device")) {
            Language("forth")
        } else {
            Usual
        }
    }),
    (&["gd"], "gdscript", |text| {
        if text.starts(&["Declare", "BindGlobal", "KeyDependentOperation", "InstallMethod"]) {
            Language("gap")
        } else {
            Usual
        }
    }),
    (&["gml"], "gml", |text| {
        if text.line(|line| line.starts_with("graph [") || line.starts_with("graph[")) {
            Unknown
        } else {
            Usual
        }
    }),
    (&["gs"], "javascript", |text| {
        if text.line(|line| line.starts_with("#version")) {
            Language("glsl")
        } else if text
            .line(|line| line.starts_with("uses java.") || line.starts_with("uses gw.") || line.starts_with("[indent="))
        {
            Unknown
        } else {
            Usual
        }
    }),
    (&["h"], "c", h),
    (&["hh"], "-", |text| {
        if text.text.starts_with("<?hh") {
            Language("hack")
        } else {
            Usual
        }
    }),
    (&["inc"], "-", inc),
    (&["lisp", "lsp"], "common-lisp", |text| {
        if text.line(|line| line.starts_with("(define ")) {
            Language("newlisp")
        } else {
            Usual
        }
    }),
    (&["ls"], "livescript", |text| {
        if text.line(|line| line.starts_with("package ") && line.ends_with('{')) {
            Unknown
        } else {
            Usual
        }
    }),
    (&["m"], "-", m),
    (&["md"], "-", |text| {
        if text.line(|line| line.starts_with("(define_")) {
            Unknown
        } else {
            Usual
        }
    }),
    (&["ml"], "ocaml", |text| {
        let is_sml = text.line(|line| {
            line.starts_with("structure ")
                || line.starts_with("signature ")
                || line.starts_with("functor ")
                || (line.starts_with("fun ") && line.contains('='))
        });
        let is_ocaml =
            text.line(|line| line.starts_with("let ") || line.starts_with("module ") || line.starts_with("open "));
        if is_sml && !is_ocaml {
            Language("standard-ml-sml")
        } else {
            Usual
        }
    }),
    (
        &[
            "mm", "mod", "n", "ncl", "rs", "tsx", "ui", "ts", "yy", "xml", "svg", "nb",
        ],
        "-",
        xml_or_usual,
    ),
    (&["p"], "-", |text| {
        if text.line(|line| line.starts_with(":-") || line.contains(":- ")) {
            Language("prolog")
        } else if text.starts(&["program", "procedure", "function", "begin", "unit"]) {
            Language("pascal")
        } else if text.starts(&["plot", "set", "splot"]) {
            Language("gnuplot")
        } else {
            Usual
        }
    }),
    (&["php"], "-", |text| {
        if text.text.starts_with("<?hh") {
            Language("hack")
        } else if starts_as_xml(text.text.as_bytes()) && !text.text.contains("<?php") {
            Language("xml")
        } else {
            Usual
        }
    }),
    (&["pl", "pm"], "-", pl),
    (&["plt"], "-", |text| {
        if text.line(|line| line.starts_with(":-")) {
            Language("prolog")
        } else {
            Usual
        }
    }),
    (&["pp"], "-", |text| {
        let is_pascal = text.line(|line| {
            matches!(
                line.trim_end_matches([';', '.']),
                "end" | "begin" | "interface" | "implementation"
            )
        }) || text.starts(&["unit", "program", "uses"]);
        if is_pascal { Language("pascal") } else { Usual }
    }),
    (&["pro"], "-", |text| {
        if text.line(|line| line.starts_with("-keep") || line.starts_with("-dont")) {
            Language("proguard")
        } else if text.starts(&["QT", "TEMPLATE", "SOURCES", "HEADERS", "CONFIG", "TARGET", "SUBDIRS"]) {
            Language("qmake")
        } else if text.starts(&["pro", "function", "compile_opt"]) {
            Unknown
        } else {
            Usual
        }
    }),
    (&["r"], "r", |text| {
        if text.line(|line| line.to_ascii_lowercase().starts_with("rebol")) {
            Language("rebol")
        } else {
            Usual
        }
    }),
    (&["re"], "reason", |text| {
        if text.line(|line| line.starts_with("#include") || line.starts_with("#define") || line.contains("re2c")) {
            Language("cpp")
        } else {
            Usual
        }
    }),
    (&["rpy"], "python", |text| {
        let is_python =
            text.starts(&["import", "from", "class", "def"]) && !text.starts(&["label", "init", "screen", "define"]);
        if is_python { Language("python") } else { Usual }
    }),
    (&["s"], "-", |_| Usual),
    (&["sc"], "scala", |text| {
        let is_collider = text.line(|line| {
            line.contains("SynthDef(") || line.starts_with('~') || line.contains("^this.") || line.contains("^super.")
        });
        if is_collider { Language("supercollider") } else { Usual }
    }),
    (&["spec"], "-", |text| {
        let is_rpm = text.line(|line| {
            ["Name:", "Version:", "Release:", "%prep", "%build", "%define", "%global"]
                .iter()
                .any(|start| line.starts_with(start))
        });
        if is_rpm {
            Usual
        } else if text.starts(&["describe", "require", "RSpec.describe", "Gem::Specification"]) {
            Language("ruby")
        } else {
            Usual
        }
    }),
    (
        &["srt"],
        "-",
        |text| if text.text.contains(" --> ") { Unknown } else { Usual },
    ),
    (&["st"], "-", |text| {
        if text.line(|line| line.contains("methodsFor:") || line.contains("subclass:") || line.starts_with('!')) {
            Usual
        } else {
            Unknown
        }
    }),
    (&["t"], "-", |text| {
        let is_raku = text.line(|line| line.starts_with("use v6"));
        let is_turing = text.line(|line| line.starts_with("var ") && line.contains(" : ") || line.starts_with("put "));
        if is_raku {
            Language("raku")
        } else if is_turing {
            Unknown
        } else {
            Usual
        }
    }),
    (&["toc"], "-", |text| {
        if text.line(|line| line.starts_with("## ")) {
            Unknown
        } else {
            Usual
        }
    }),
    (&["v"], "verilog", v),
    (&["x"], "-", |text| {
        let is_alex = text.line(|line| line.starts_with("tokens :-") || line.starts_with("%wrapper"));
        if is_alex {
            Usual
        } else if text.line(|line| line.starts_with("%hook") || line.starts_with("%ctor")) {
            Language("objective-c")
        } else {
            Unknown
        }
    }),
];

const GLSL: &[&str] = &["precision", "uniform", "varying", "attribute", "vec2", "vec3", "vec4"];

fn starts_as_xml(text: &[u8]) -> bool {
    text.trim_ascii_start().starts_with(b"<?xml")
}

/// Bytes of video with the ending of TypeScript, and documents that begin without a declaration.
fn xml_or_usual(text: &Text<'_>) -> Verdict {
    let start = text.text.trim_start();
    let elements = ["<!DOCTYPE TS", "<TS ", "<TS>", "<map ", "<tileset", "<ui ", "<module"];
    if elements.iter().any(|element| start.starts_with(element)) {
        Language("xml")
    } else {
        Usual
    }
}

fn h(text: &Text<'_>) -> Verdict {
    const OBJECTIVE: &[&str] = &[
        "@interface",
        "@protocol",
        "@class",
        "@import",
        "@property",
        "@implementation",
        "@end",
        "#import",
    ];
    if text.line(|line| OBJECTIVE.iter().any(|word| word_starts(line, word))) {
        Language("objective-c")
    } else if text.line(is_cpp) {
        Language("cpp")
    } else {
        Usual
    }
}

/// A line that no header of C has.
fn is_cpp(line: &str) -> bool {
    if let Some(header) = line
        .strip_prefix('#')
        .map(str::trim_start)
        .and_then(|rest| rest.strip_prefix("include"))
    {
        // The headers of C all end with `.h`.
        let header = header.trim_start();
        return header.starts_with('<') && header.find('>').is_some_and(|end| !header[..end].contains('.'));
    }
    let next_word = |word: &str| {
        let rest = line.strip_prefix(word)?;
        let next = rest.trim_start();
        (next.len() < rest.len() && next.starts_with(|c: char| c.is_alphabetic() || c == '_')).then_some(next)
    };
    let label = line.trim_end().strip_suffix(':').map(str::trim_end);
    (line.starts_with("template") && line["template".len()..].trim_start().starts_with('<'))
        || [
            "class",
            "namespace",
            "using",
            "constexpr",
            "concept",
            "explicit",
            "virtual",
            "friend",
            "inline namespace",
            "enum class",
            "static constexpr",
        ]
        .iter()
        .any(|word| next_word(word).is_some_and(|next| *word != "class" || is_class(next)))
        || matches!(label, Some("public" | "private" | "protected"))
        || (line.starts_with("catch") && line["catch".len()..].trim_start().starts_with('('))
        || line.ends_with("= delete;")
        || line.ends_with("= default;")
        || line.contains(") noexcept")
        || line.contains(" constexpr ")
        || line.contains(") override")
        || has_scope(line)
}

/// `class A`, but not `class x = …` of C.
fn is_class(next: &str) -> bool {
    let end = next
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(next.len());
    let behind = next[end..].trim_start();
    !behind.starts_with(['=', ')', '+', '-', ',', '('])
}

/// `a::b`, but not in an attribute of C23.
fn has_scope(line: &str) -> bool {
    line.match_indices("::").any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + 2..].chars().next();
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        is_word(before)
            && is_word(after)
            && line[..at].rfind("[[").is_none_or(|open| line[open..at].contains("]]"))
            && line[..at].matches('"').count().is_multiple_of(2)
    })
}

fn m(text: &Text<'_>) -> Verdict {
    const OBJECTIVE: &[&str] = &[
        "@implementation",
        "@interface",
        "@protocol",
        "@class",
        "@import",
        "@property",
        "@end",
        "#import",
        "#include",
        "#define",
    ];
    let first = text.text.trim_start();
    if text.line(|line| OBJECTIVE.iter().any(|word| word_starts(line, word))) {
        Usual
    } else if first.starts_with("(*")
        || text.line(|line| line.starts_with("(*") && line.ends_with("*)"))
        || text.line(|line| line.starts_with("BeginPackage["))
    {
        Language("wolfram")
    } else if text.line(|line| line.starts_with(":- ")) {
        Language("mercury")
    } else if text.starts(&["function", "classdef"])
        || text.line(|line| line.starts_with('%') || line.starts_with("function[") || line.starts_with("##"))
    {
        Language("matlab")
    } else if first.starts_with(';') || text.line(|line| line.contains(": module {")) {
        Unknown
    } else {
        // Statements of a script without a comment.
        let is_script = text.line(|line| line.ends_with(';') && line.contains('='))
            && !text.line(|line| line.ends_with('{') || line.contains("[["));
        if is_script { Language("matlab") } else { Usual }
    }
}

fn pl(text: &Text<'_>) -> Verdict {
    const PERL: &[&str] = &["use", "package", "sub", "my", "our", "local", "require", "no", "BEGIN"];
    let code = |line: &&str| !line.starts_with('#') && !line.starts_with('%');
    let lines: Vec<_> = text.lines().filter(code).collect();
    if lines
        .iter()
        .any(|line| line.starts_with("use v6") || line.starts_with("unit module") || line.starts_with("unit class"))
    {
        return Language("raku");
    }
    let is_perl = lines
        .iter()
        .any(|line| PERL.iter().any(|word| word_starts(line, word)) || line.contains("$_") || line.starts_with('$'))
        || text.text.starts_with("#!");
    let is_clause = |line: &&&str| {
        line.find(":-").is_some_and(|at| {
            let before = line[..at].trim_end();
            before.is_empty()
                || (before.ends_with(|c: char| c == ')' || c.is_alphanumeric() || c == '_')
                    && before.starts_with(|c: char| c.is_lowercase()))
        })
    };
    if !is_perl && lines.iter().any(|line| is_clause(&line)) {
        Language("prolog")
    } else {
        Usual
    }
}

fn v(text: &Text<'_>) -> Verdict {
    let is_coq = text.line(|line| {
        line.ends_with("Proof.")
            || line.ends_with("Qed.")
            || line.contains("Require Import")
            || line.contains("Require Export")
    }) || (text.starts(&[
        "Definition",
        "Theorem",
        "Lemma",
        "Inductive",
        "Fixpoint",
        "Section",
        "Module",
    ]) && text.line(|line| line.ends_with('.')));
    let is_v = text.line(|line| {
        (word_starts(line, "fn") && line.contains('('))
            || line.starts_with("pub fn ")
            || (word_starts(line, "module") && !line.contains(['(', ';', '#']))
            || line.starts_with("$if ")
    });
    let is_verilog = text.starts(&["endmodule", "always", "assign", "wire", "reg", "input", "output"])
        || text.line(|line| line.starts_with('`'));
    match (is_verilog, is_coq, is_v) {
        (false, true, _) => Language("coq"),
        (false, _, true) => Language("v"),
        _ => Usual,
    }
}

fn d(text: &Text<'_>) -> Verdict {
    let is_probe = |line: &str| {
        let head = line.split([' ', '{', '/']).next().unwrap_or_default();
        head.matches(':').count() == 3
            || line.starts_with("#pragma D")
            || matches!(line, "BEGIN" | "END")
            || line.starts_with("provider ")
            || line.starts_with("tick-")
            || line.starts_with("profile-")
    };
    let is_rule = |line: &str| {
        let target = line.split(':').next().unwrap_or_default();
        line.contains(": ")
            && (line.ends_with('\\') || (!line.ends_with([';', '{', ')', ',']) && target.contains('.')))
            && !target.contains(['(', '"', ' '])
    };
    let is_d = text.line(|line| (word_starts(line, "module") || word_starts(line, "import")) && line.ends_with(';'))
        || text.starts(&["unittest"]);
    if is_d {
        Usual
    } else if text.line(is_probe) {
        Language("dtrace")
    } else if text.line(is_rule) {
        Language("makefile")
    } else {
        Usual
    }
}

fn cls(text: &Text<'_>) -> Verdict {
    let code = |line: &&str| {
        !line.starts_with('%') && !line.starts_with("//") && !line.starts_with("*") && !line.starts_with("/*")
    };
    let lines: Vec<_> = text.lines().filter(code).collect();
    let any = |test: &dyn Fn(&str) -> bool| lines.iter().any(|line| test(line));
    if any(&|line| {
        line.starts_with('\\')
            && [
                "\\ProvidesClass",
                "\\NeedsTeXFormat",
                "\\LoadClass",
                "\\documentclass",
                "\\def",
                "\\newcommand",
            ]
            .iter()
            .any(|word| line.starts_with(word))
    }) {
        Language("tex")
    } else if any(&|line| {
        line.starts_with("VERSION ") || line.starts_with("Attribute VB_") || line.starts_with("Option Explicit")
    }) {
        Usual
    } else if any(&|line| {
        word_starts(line, "Class") && (line.contains(" Extends ") || line.contains('.') || line.ends_with('{'))
    }) {
        Language("objectscript")
    } else if any(&|line| {
        let lower = line.to_ascii_lowercase();
        lower.starts_with("@istest")
            || ["public", "private", "global", "abstract", "virtual"]
                .iter()
                .any(|word| word_starts(&lower, word))
                && (lower.contains(" class ") || lower.contains(" interface ") || lower.contains(" enum "))
    }) {
        Language("apex")
    } else {
        Usual
    }
}

fn inc(text: &Text<'_>) -> Verdict {
    const BITBAKE: &[&str] = &[
        "SUMMARY",
        "DESCRIPTION",
        "LICENSE",
        "SRC_URI",
        "inherit",
        "require",
        "DEPENDS",
        "PACKAGE_ARCH",
        "RDEPENDS",
    ];
    let first = text.text.trim_start();
    if first.starts_with("<?hh") {
        return Language("hack");
    }
    if text.text.contains("<?php") || first.starts_with("<?=") {
        return Language("php");
    }
    let c = without_comments(text.text.as_bytes(), "c");
    let code = Text::new(&c);
    let declares = [
        "#include", "#define", "#if", "#ifdef", "#ifndef", "static", "void", "int", "extern", "const", "typedef",
        "struct", "return", "case",
    ];
    if code.line(|line| {
        BITBAKE.iter().any(|word| word_starts(line, word))
            && (line.contains('=') || line.starts_with("inherit") || line.starts_with("require "))
    }) {
        Usual
    } else if code
        .line(|line| line.starts_with("%macro") || line.starts_with("section .") || line.starts_with("%define"))
    {
        Language("assembly")
    } else if code.line(|line| line.starts_with("{$") || matches!(line, "begin" | "implementation" | "interface")) {
        Language("pascal")
    } else if first.starts_with("<!DOCTYPE") || first.starts_with("<html") || first.starts_with("<div") {
        Language("html")
    } else if code.line(|line| {
        line.to_ascii_lowercase().starts_with("create table") || line.to_ascii_lowercase().starts_with("insert into")
    }) {
        Language("sql")
    } else if code
        .line(|line| line.starts_with("stock ") || line.starts_with("native ") || line.starts_with("#pragma newdecls"))
    {
        Language("sourcepawn")
    } else if code.line(is_cpp) {
        Language("cpp")
    } else if code.starts(&declares) || text.text.contains("/*") {
        Language("c")
    } else {
        Usual
    }
}

/// A word at the start of a line.
fn word_starts(line: &str, word: &str) -> bool {
    line.strip_prefix(word)
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// The text without the comments of a language.
fn without_comments(text: &[u8], language: &str) -> String {
    let mut code = text.to_vec();
    if let Some(language) = LanguageId::by_id(language) {
        for span in scanner::scan(language.get(), text).spans {
            if matches!(span.kind, SpanKind::Comment) {
                let bytes = code.get_mut(span.start as usize..span.end as usize).unwrap_or_default();
                bytes
                    .iter_mut()
                    .filter(|byte| **byte != b'\n')
                    .for_each(|byte| *byte = b' ');
            }
        }
    }
    String::from_utf8_lossy(&code).into_owned()
}

struct Text<'t> {
    text: &'t str,
}

impl<'t> Text<'t> {
    fn new(text: &'t str) -> Self {
        Self { text }
    }

    /// Without the white space around them.
    fn lines(&self) -> impl Iterator<Item = &'t str> {
        self.text.lines().map(str::trim).filter(|line| !line.is_empty())
    }

    fn line(&self, test: impl Fn(&str) -> bool) -> bool {
        self.lines().any(test)
    }

    /// One of these words begins a line.
    fn starts(&self, words: &[&str]) -> bool {
        self.line(|line| words.iter().any(|word| word_starts(line, word)))
    }
}
