//! Endings that several languages share, with their rules.

use super::Verdict::{Language, Unknown, Usual};
use super::c::{h, m};
use super::text::HeuristicText;
use super::{Verdict, cls, d, inc, pl, starts_as_xml, v, xml_or_usual};

type Rules = fn(&HeuristicText<'_>) -> Verdict;

/// Endings, the language whose comments are left out before the rules are asked (`-`: none), and the rules.
pub(super) const RULES: &[(&[&str], &str, Rules)] = &[
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
        let is_option = |line: &str| {
            line.strip_prefix('-')
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_lowercase()))
        };
        let is_remark = |line: &str| line.starts_with('#') || line.is_empty();
        if text.line(is_option) || (text.line(is_remark) && text.lines().all(is_remark)) {
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
