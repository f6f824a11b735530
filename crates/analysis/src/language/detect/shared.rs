//! Endings that several languages have: the text decides, by rules close to those of GitHub's linguist. Words in comments
//! do not count.

mod c;
mod table;
mod text;

use c::is_cpp;
use table::RULES;
use text::{HeuristicText, without_comments, word_starts};

/// The result for a shared extension, from the text of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The language that the table has for the ending.
    Usual,
    Language(&'static str),
    /// A language that the table does not have, or no text at all.
    Unknown,
}

use Verdict::{Language, Usual};

/// The verdict on a text (its beginning) with this ending in lower case.
pub(super) fn verdict(ending: &str, text: &[u8]) -> Verdict {
    let Some((_, signs, rules)) = RULES.iter().find(|(endings, ..)| endings.contains(&ending)) else {
        return Usual;
    };
    if starts_as_xml(text) && !matches!(ending, "html" | "md" | "php" | "inc") {
        return Language("xml");
    }
    rules(&HeuristicText::new(&without_comments(text, signs)))
}

fn starts_as_xml(text: &[u8]) -> bool {
    text.trim_ascii_start().starts_with(b"<?xml")
}

/// Bytes of video with the ending of TypeScript, and documents that begin without a declaration.
fn xml_or_usual(text: &HeuristicText<'_>) -> Verdict {
    let start = text.text.trim_start();
    let elements = ["<!DOCTYPE TS", "<TS ", "<TS>", "<map ", "<tileset", "<ui ", "<module"];
    if elements.iter().any(|element| start.starts_with(element)) {
        Language("xml")
    } else {
        Usual
    }
}

fn pl(text: &HeuristicText<'_>) -> Verdict {
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

fn v(text: &HeuristicText<'_>) -> Verdict {
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

fn d(text: &HeuristicText<'_>) -> Verdict {
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

fn cls(text: &HeuristicText<'_>) -> Verdict {
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

fn inc(text: &HeuristicText<'_>) -> Verdict {
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
    let code = HeuristicText::new(&c);
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
    } else if first.starts_with('<') {
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
