//! Which language a file has: by its name, its ending, its first line, and its text where an ending is shared.

use super::{LanguageId, table};

/// How far into a file the heuristics look.
const WINDOW: usize = 16 * 1024;

/// The language of a file, `None` where no rule knows it. `text` may be empty before the file is read; then only the
/// name decides.
#[must_use]
pub fn detect(path: &str, text: &[u8]) -> Option<LanguageId> {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let table = table();
    if let Some(id) = table.by_file_name.get(name.as_str()) {
        return Some(*id);
    }
    if let Some((_, id)) = table.by_name_ending.iter().find(|(ending, _)| name.ends_with(ending)) {
        return Some(*id);
    }
    // As `Path::extension` has it: `.bashrc` has no ending.
    let ending = name
        .rsplit_once('.')
        .filter(|(stem, _)| !stem.is_empty())
        .map(|(_, ending)| ending);
    let window = &text[..text.len().min(WINDOW)];
    match ending {
        Some(ending) => {
            let found = table.by_ending.get(ending).copied()?;
            shared(ending, window).map_or(Some(found), |id| id.map_or(Some(found), LanguageId::by_id))
        }
        None => by_first_line(window),
    }
}

/// The endings that several languages share: `None`: not one of them; `Some(None)`: what the table says;
/// `Some(Some(id))`: that language, which may be none of the table (then the file has no known language).
fn shared(ending: &str, text: &[u8]) -> Option<Option<&'static str>> {
    if text.is_empty() {
        return None;
    }
    let has = |needle: &str| memchr::memmem::find(text, needle.as_bytes()).is_some();
    let line_starts = |needle: &str| text.starts_with(needle.as_bytes()) || has(&format!("\n{needle}"));
    let any = |needles: &[&str], test: &dyn Fn(&str) -> bool| needles.iter().any(|needle| test(needle));
    let any_line = |needles: &[&str]| any(needles, &line_starts);
    let any_where = |needles: &[&str]| any(needles, &has);
    let is_xml = text.starts_with(b"<?xml") || text.starts_with(b"\xef\xbb\xbf<?xml");
    Some(match ending {
        "h" if any_line(&["@interface", "@protocol", "@class", "@import", "#import"]) => Some("objective-c"),
        "h" if any_line(CPP_LINES) || any_where(CPP_WORDS) => Some("cpp"),
        "m" if any_line(&["@implementation", "@interface", "@import", "#import", "#include"]) => None,
        // Comments of Wolfram, declarations of Mercury; a comment or a function of MATLAB.
        "m" if any_line(&["(*"]) && has("*)") => Some("wolfram"),
        "m" if any_line(&[":- module", ":- interface"]) => Some("none"),
        "m" if any_line(&["function ", "function[", "%", "classdef "]) => Some("matlab"),
        "pl" if any_line(&["use strict", "use warnings", "package ", "#!"]) => None,
        "pl" if any_line(&[":- "]) => Some("prolog"),
        // Translations of Qt are XML, recordings are MPEG transport streams: packets of 188 bytes.
        "ts" if is_xml || text.starts_with(b"<!DOCTYPE TS") || text.starts_with(b"<TS ") => Some("xml"),
        "ts" if text.first() == Some(&0x47)
            && (text.contains(&0) || [188, 376].iter().all(|&at| text.get(at) == Some(&0x47))) =>
        {
            Some("none")
        }
        "v" if any_line(&["module ", "`timescale", "`include"]) => Some("verilog"),
        "php" if is_xml => Some("xml"),
        // Parts that other files take in.
        "inc" if has("<?php") => Some("php"),
        "inc" if any_line(&["SUMMARY", "DESCRIPTION", "LICENSE", "SRC_URI", "inherit ", "require "]) => Some("bitbake"),
        "inc" if any_line(CPP_LINES) || any_where(&["std::"]) => Some("cpp"),
        "inc" if any_line(&["#include", "#define", "#if", "/*", "static ", "void ", "int "]) => Some("c"),
        // Classes of TeX, of Apex, of Visual Basic, of ObjectScript.
        "cls" if any_where(&["\\ProvidesClass", "\\NeedsTeXFormat", "\\documentclass"]) => Some("tex"),
        "cls" if any_line(&["VERSION ", "Attribute VB_", "Option Explicit"]) => Some("vb6/vba"),
        "cls" if any_line(&["Class "]) => Some("none"),
        "cls"
            if any_where(&[
                "public class ",
                "private class ",
                "global class ",
                " with sharing ",
                "@isTest",
            ]) =>
        {
            Some("apex")
        }
        "h" | "m" | "pl" | "ts" | "v" | "php" | "inc" | "cls" => None,
        _ => return None,
    })
}

/// What no header of C has at the start of a line.
const CPP_LINES: &[&str] = &[
    "class ",
    "namespace ",
    "template <",
    "template<",
    "using ",
    "inline namespace ",
    "enum class ",
    "#include <string>",
    "#include <vector>",
    "#include <memory>",
    "#include <functional>",
    "#include <map>",
    "#include <utility>",
    "#include <type_traits>",
];
/// … or anywhere but in a comment.
const CPP_WORDS: &[&str] = &[
    "std::",
    "public:",
    "private:",
    "protected:",
    " constexpr ",
    "nullptr",
    "virtual ~",
];

/// `#!/usr/bin/env python3`, `#!/bin/sh -e`, `#!/usr/bin/env -S deno run`.
fn by_first_line(text: &[u8]) -> Option<LanguageId> {
    let line = text.strip_prefix(b"#!")?;
    let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len()).min(256)];
    let line = std::str::from_utf8(line).ok()?;
    let mut words = line.split_whitespace();
    let mut program = words.next()?.rsplit('/').next()?;
    if program == "env" {
        program = words
            .find(|word| !word.starts_with('-') && !word.contains('='))?
            .rsplit('/')
            .next()?;
    }
    let bare = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let by_interpreter = &table().by_interpreter;
    by_interpreter
        .get(program)
        .or_else(|| by_interpreter.get(bare))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str, text: &str) -> Option<&'static str> {
        detect(path, text.as_bytes()).map(|id| id.get().id)
    }

    #[test]
    fn by_name_ending_and_first_line() {
        assert_eq!(of("a/b.rs", ""), Some("rust"));
        assert_eq!(of("a/B.PY", ""), Some("python"));
        assert_eq!(of("Dockerfile", ""), Some("dockerfile"));
        assert_eq!(of("src/a.test.tsx", ""), Some("typescript"));
        assert_eq!(of("src/a.mjs", ""), Some("javascript"));
        assert_eq!(of("x.blade.php", ""), Some("blade"));
        assert_eq!(of("bin/run", "#!/usr/bin/env python3\n"), Some("python"));
        assert_eq!(of("bin/run", "#!/usr/bin/env -S FOO=1 node --x\n"), Some("javascript"));
        assert_eq!(of("bin/run", "#!/bin/bash -e\n"), Some("shell"));
        assert_eq!(of("bin/run", "#!/usr/bin/python3.11\n"), Some("python"));
        assert_eq!(of("bin/run", "text"), None);
        assert_eq!(of(".bashrc", "text"), None);
        assert_eq!(of("a.unknown-ending", ""), None);
        assert_eq!(of("", ""), None);
    }

    #[test]
    fn shared_endings_are_told_apart_by_content() {
        assert_eq!(of("a.h", "#include <stdio.h>\nint a(void);\n"), Some("c"));
        assert_eq!(of("a.h", "#pragma once\nnamespace a {\n"), Some("cpp"));
        assert_eq!(of("a.h", "#import <Foundation/Foundation.h>\n"), Some("objective-c"));
        assert_eq!(of("a.m", "@implementation A\n"), Some("objective-c"));
        assert_eq!(of("a.m", "function y = f(x)\n"), Some("matlab"));
        assert_eq!(of("a.pl", "use strict;\n"), Some("perl"));
        assert_eq!(of("a.pl", ":- module(a, []).\n"), Some("prolog"));
        assert_eq!(of("a.ts", "export const a = 1;\n"), Some("typescript"));
        assert_eq!(of("a.ts", "<?xml version=\"1.0\"?>\n"), Some("xml"));
        assert_eq!(of("a.ts", "G\0\0\0"), None);
        assert_eq!(of("a.v", "module a(input b);\n"), Some("verilog"));
        assert_eq!(of("a.h", "static constexpr int a = 1;\n"), Some("cpp"));
        assert_eq!(of("a.h", "struct a { int class; };\n"), Some("c"));
        assert_eq!(
            of("a.m", "#import <A/A.h>\n% no comment\nfunction x\n"),
            Some("objective-c")
        );
        assert_eq!(of("a.m", "(* comment *)\nf[x_] := x\n"), Some("wolfram"));
        assert_eq!(of("a.pl", "#!/usr/bin/perl\n:- is a smiley\n"), Some("perl"));
        assert_eq!(of("a.ts", "<!DOCTYPE TS>\n<TS version=\"2.1\">\n"), Some("xml"));
        assert_eq!(of("a.ts", "Generic<string>;\n"), Some("typescript"));
        assert_eq!(of("a.inc", "<?php\n"), Some("php"));
        assert_eq!(of("a.inc", "#include <a.h>\n"), Some("c"));
        assert_eq!(of("a.inc", "SRC_URI = \"a\"\n"), Some("bitbake"));
        assert_eq!(of("a.inc", "namespace a {\n"), Some("cpp"));
        assert_eq!(of("a.cls", "\\ProvidesClass{a}\n"), Some("tex"));
        assert_eq!(of("a.cls", "VERSION 1.0 CLASS\n"), Some("vb6/vba"));
        assert_eq!(of("a.cls", "public with sharing class A {\n"), Some("apex"));
        assert_eq!(of("a.cls", "Class A.B Extends %Persistent\n"), None);
    }
}
