//! Which language a file has: by its name, a mode line, its first line, its ending, and its text where an ending is shared.

use super::{Kind, LanguageId, table};

mod shared;

use shared::Verdict;

/// The number of bytes of a file that the rules read.
const WINDOW: usize = 48 * 1024;
/// Extensions of templates and samples: the one before them determines the language.
const TEMPLATES: &[&str] = &[
    "in", "tmpl", "template", "tpl", "dist", "example", "sample", "default", "tt", "orig",
];
/// Extensions of binary files, which have no first line.
const BINARY: &[&str] = &[
    "7z", "a", "avif", "bin", "bmp", "bz2", "class", "dat", "db", "dll", "doc", "docx", "dylib", "eot", "exe", "fbx",
    "flac", "gif", "glb", "gz", "icns", "ico", "jar", "jks", "jpeg", "jpg", "keystore", "lib", "lockb", "mo", "mov",
    "mp3", "mp4", "npy", "npz", "o", "obj", "ogg", "onnx", "otf", "parquet", "pb", "pdf", "pkl", "png", "ppt", "pptx",
    "psd", "pyc", "rar", "so", "sqlite", "stl", "tar", "tgz", "tif", "tiff", "ttf", "wasm", "wav", "webm", "webp",
    "whl", "woff", "woff2", "xcf", "xls", "xlsx", "xz", "zip", "zst",
];

/// The language of a file, `None` where no rule knows it. `text` may be empty before the file is read; then only the
/// name decides.
#[must_use]
pub fn detect(path: &str, text: &[u8]) -> Option<LanguageId> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let window = &text[..text.len().min(WINDOW)];
    if let Some(id) = by_whole_name(&name.to_lowercase()) {
        return Some(id);
    }
    if let Some(id) = by_mode_line(text) {
        return Some(id);
    }
    let Some(ending) = ending(name) else {
        return by_first_line(window);
    };
    by_ending(name, ending, window).unwrap_or_else(|| by_first_line(window))
}

/// Whether the text of a file may determine its language, where its name does not.
#[must_use]
pub fn may_detect_by_text(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    ending(name).is_none_or(|ending| !BINARY.contains(&ending.to_ascii_lowercase().as_str()))
}

/// As `Path::extension` has it: `.bashrc` has no ending.
fn ending(name: &str) -> Option<&str> {
    name.rsplit_once('.')
        .filter(|(stem, _)| !stem.is_empty())
        .map(|(_, ending)| ending)
}

/// By a name that is enough alone: `Makefile`, `Dockerfile.dev`, `*.blade.php`.
fn by_whole_name(name: &str) -> Option<LanguageId> {
    let table = table();
    let by_part = |list: &[(&str, LanguageId)], fits: fn(&str, &str) -> bool| {
        list.iter().find(|(part, _)| fits(name, part)).map(|(_, id)| *id)
    };
    table
        .by_file_name
        .get(name)
        .copied()
        .or_else(|| by_part(&table.by_name_ending, |name, part| name.ends_with(part)))
        .or_else(|| {
            by_part(&table.by_name_beginning, |name, part| {
                name.len() > part.len() && name.starts_with(part)
            })
        })
}

/// By the ending, and the text where several languages have it. `None` where no language has it; `Some(None)` where the
/// text is of one that the table does not have.
fn by_ending(name: &str, ending: &str, text: &[u8]) -> Option<Option<LanguageId>> {
    let lower = ending.to_lowercase();
    let Some(found) = table().by_ending.get(lower.as_str()).copied() else {
        if !TEMPLATES.contains(&lower.as_str()) {
            return None;
        }
        return template(name, ending, text);
    };
    // For templates that have a language of their own, the extension before it may be more precise.
    if lower == "tpl"
        && let Some(inner) = template(name, ending, text)
    {
        return Some(inner);
    }
    let found = in_capitals(name, ending, text).unwrap_or(found);
    if text.is_empty() {
        return Some(Some(found));
    }
    if lower == "ts" && is_video(text) {
        return Some(None);
    }
    Some(match shared::verdict(&lower, text) {
        Verdict::Usual => Some(found),
        Verdict::Language(id) => LanguageId::by_id(id),
        Verdict::Unknown => None,
    })
}

/// `config.h.in`: the name without its last ending.
fn template(name: &str, ending: &str, text: &[u8]) -> Option<Option<LanguageId>> {
    let inner = &name[..name.len() - ending.len() - 1];
    if let Some(id) = by_whole_name(&inner.to_lowercase()) {
        return Some(Some(id));
    }
    by_ending(inner, self::ending(inner)?, text)
}

/// `.C` and `.H` are C++ for compilers. Whole names in capitals are of old systems, whose files are C.
fn in_capitals(name: &str, ending: &str, text: &[u8]) -> Option<LanguageId> {
    let is_old = !name.contains(|c: char| c.is_lowercase());
    (matches!(ending, "C" | "H") && (!is_old || shared::verdict("h", text) == Verdict::Language("cpp")))
        .then(|| LanguageId::by_id("cpp"))
        .flatten()
}

/// Recordings are MPEG transport streams: packets of 188 bytes that begin with a `G`.
fn is_video(text: &[u8]) -> bool {
    text.first() == Some(&0x47) && (text.contains(&0) || [188, 376].iter().all(|&at| text.get(at) == Some(&0x47)))
}

/// `#!/usr/bin/env python3`, `#!/bin/sh -e`, `#!/usr/bin/env -S deno run`; `<?xml`.
fn by_first_line(text: &[u8]) -> Option<LanguageId> {
    if text.starts_with(b"<?xml") {
        return LanguageId::by_id("xml");
    }
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
    // A shell that only starts another program: `exec tclsh "$0" "$@"`.
    if program == "sh"
        && let Some(program) = started_by_shell(text)
    {
        return by_interpreter(program);
    }
    by_interpreter(program)
}

fn by_interpreter(program: &str) -> Option<LanguageId> {
    let bare = program.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    let known = &table().by_interpreter;
    let name = program.to_lowercase();
    known.get(name.as_str()).or_else(|| known.get(bare)).copied()
}

fn started_by_shell(text: &[u8]) -> Option<&str> {
    let head = std::str::from_utf8(&text[..text.len().min(1024)]).ok()?;
    let line = head
        .lines()
        .take(5)
        .find(|line| line.starts_with("exec ") && line.contains("$0"))?;
    line.split_whitespace()
        .nth(1)?
        .rsplit('/')
        .next()
        .filter(|program| *program != "sh")
}

/// The language in the comments of editors: `-*- mode: ruby -*-`, `vim: set ft=ruby:`.
fn by_mode_line(text: &[u8]) -> Option<LanguageId> {
    const LINES: usize = 5;
    const LONGEST: usize = 1024;
    let head = &text[..text.len().min(LONGEST)];
    let tail = &text[text.len().saturating_sub(LONGEST)..];
    let language = |line: &[u8]| {
        let line = std::str::from_utf8(line).ok()?;
        let mode = emacs_mode(line).or_else(|| vim_type(line))?;
        LanguageId::by_name(&mode).filter(|id| id.get().kind == Kind::Programming)
    };
    let mut first = head.split(|byte| *byte == b'\n').take(LINES);
    let mut last = tail.rsplit(|byte| *byte == b'\n').take(LINES + 1);
    first.find_map(language).or_else(|| last.find_map(language))
}

fn emacs_mode(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("-*-")?;
    let (inner, _) = rest.split_once("-*-")?;
    let mut settings = inner.split(';').filter_map(|setting| setting.split_once(':'));
    let mode = match settings.find(|(name, _)| name.trim().eq_ignore_ascii_case("mode")) {
        Some((_, mode)) => mode,
        None if !inner.contains(':') => inner,
        None => return None,
    };
    Some(mode.trim().to_lowercase())
}

fn vim_type(line: &str) -> Option<String> {
    let at = ["vim:", "vi:", "ex:"].iter().find_map(|sign| {
        let at = line.find(sign)?;
        let is_word = line[..at].ends_with(|c: char| c.is_alphanumeric());
        (!is_word).then_some(at + sign.len())
    })?;
    let mut settings = line[at..].split(|c: char| c.is_whitespace() || c == ':');
    settings.find_map(|setting| {
        let (name, value) = setting.split_once('=')?;
        matches!(name, "ft" | "filetype" | "syntax").then(|| value.to_lowercase())
    })
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
        assert_eq!(of(".bashrc", "text"), Some("shell"));
        assert_eq!(of(".unknown", "text"), None);
        assert_eq!(of("a.unknown-ending", ""), None);
        assert_eq!(of("", ""), None);
    }

    #[test]
    fn shared_endings_are_distinguished_by_content() {
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
        assert_eq!(of("a.cls", "Class A.B Extends %Persistent\n"), Some("objectscript"));
    }

    #[test]
    fn words_in_comments_do_not_decide() {
        assert_eq!(of("a.h", "/* class A\n namespace b */\n// std::c\nint d;\n"), Some("c"));
        assert_eq!(
            of("a.h", "[[gnu::packed]] struct a { int class; };\nclass = b;\n"),
            Some("c")
        );
        assert_eq!(
            of(
                "a.h",
                "#include <stdint.h>\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n"
            ),
            Some("c")
        );
        assert_eq!(of("a.pl", "% use strict\na(X) :- b(X).\n"), Some("prolog"));
        assert_eq!(of("a.pl", "use strict;\nprint \"hi :-)\";\n"), Some("perl"));
        assert_eq!(of("a.cls", "% VERSION 1.0 CLASS\n\\LoadClass{a}\n"), Some("tex"));
        assert_eq!(of("a.fs", "(* #version *)\nmodule A\nlet vec2 = 1\n"), Some("fsharp"));
    }

    #[test]
    fn rules_of_shared_endings() {
        for (path, text, language) in [
            ("a.h", "#include <cstdint>\nstruct A { };\n", Some("cpp")),
            (
                "a.h",
                "struct A {\n  explicit A(int);\n  std::string b;\n};\n",
                Some("cpp"),
            ),
            (
                "a.h",
                "struct A { A() = default;\n  A(A&&) = delete;\n};\n",
                Some("cpp"),
            ),
            ("a.H", "int a;\n", Some("cpp")),
            ("A.H", "int a;\n", Some("c")),
            ("s.C", "int a;\n", Some("cpp")),
            ("a.tsx", "<?xml version=\"1.0\"?>\n<tileset/>\n", Some("xml")),
            ("a.tsx", "<tileset name=\"a\"/>\n", Some("xml")),
            ("a.tsx", "export const a = <b/>;\n", Some("typescript")),
            ("a.fs", "#version 330\nuniform vec3 a;\n", Some("glsl")),
            ("a.fs", ": square dup * ;\n", Some("forth")),
            ("a.fs", "module A\nlet b = 1\n", Some("fsharp")),
            ("a.m", "x = 1;\ny = x + 2;\n", Some("matlab")),
            ("a.m", "int main() {\n  return 0;\n}\n", Some("objective-c")),
            ("a.v", "Theorem a : b.\nProof.\nQed.\n", Some("coq")),
            ("a.v", "module main\nfn main() {\n}\n", Some("v")),
            ("a.v", "module a(input b);\nendmodule\n", Some("verilog")),
            ("a.d", "module a;\nimport std.stdio;\n", Some("d")),
            ("a.d", "a.o: a.c b.h \\\n  c.h\n", Some("makefile")),
            ("a.d", "syscall::read:entry\n{ trace(1); }\n", Some("dtrace")),
            ("a.r", "a <- 1\n", Some("r")),
            ("a.r", "REBOL [Title: \"a\"]\n", Some("rebol")),
            ("a.inc", "<?php\n", Some("php")),
            ("a.rs", "<?xml version=\"1.0\"?>\n", Some("xml")),
            ("a.cs", "!A methodsFor: 'b'!\n", Some("smalltalk")),
            ("a.pm", "use v6;\nunit module A;\n", Some("raku")),
            ("a.pp", "unit a;\ninterface\nimplementation\nend.\n", Some("pascal")),
            (
                "a.pp",
                "class a {\n  file { 'b': ensure => present }\n}\n",
                Some("puppet"),
            ),
            ("a.pro", "SOURCES += a.cpp\n", Some("qmake")),
            ("a.pro", "a(X) :- b(X).\n", Some("prolog")),
            ("a.gs", "function f() { return 1; }\n", Some("javascript")),
            ("a.ml", "structure A = struct end\n", Some("standard-ml-sml")),
            ("a.spec", "Name: a\nVersion: 1\n", Some("rpm-specfile")),
            ("a.md", "(define_insn \"a\")\n", None),
        ] {
            assert_eq!(of(path, text), language, "{path}: {text}");
        }
    }

    #[test]
    fn names_without_ending_and_templates() {
        for (path, language) in [
            ("Jenkinsfile", Some("groovy")),
            ("ci/Jenkinsfile.release", Some("groovy")),
            ("Containerfile", Some("dockerfile")),
            ("Dockerfile.dev", Some("dockerfile")),
            ("web.Dockerfile", Some("dockerfile")),
            ("Justfile", Some("just")),
            ("GNUmakefile", Some("makefile")),
            ("Makefile.am", Some("makefile")),
            ("Makefile.in", Some("makefile")),
            ("Brewfile", Some("ruby")),
            ("Tiltfile", Some("bazel")),
            (".babelrc", Some("json")),
            ("config.h.in", Some("c")),
            ("a.py.tmpl", Some("python")),
            ("phpunit.xml.dist", Some("xml")),
            ("compose.yml.example", Some("yaml")),
            ("CMakeLists.txt.in", Some("cmake")),
            ("001.in", None),
            ("a.conf.j2", Some("jinja2")),
            ("a.html.erb", Some("ruby-html")),
            ("a.yaml.tpl", Some("yaml")),
            ("page.tpl", Some("smarty")),
            ("build.gradle", Some("groovy")),
            ("a.es6", Some("javascript")),
        ] {
            assert_eq!(of(path, ""), language, "{path}");
        }
    }

    #[test]
    fn first_lines_and_mode_lines() {
        assert_eq!(of("run.cgi", "#!/usr/bin/perl -w\n"), Some("perl"));
        assert_eq!(of("a.unknown", "#!/usr/bin/env python3\n"), Some("python"));
        assert_eq!(of("a.unknown", "<?xml version=\"1.0\"?>\n"), Some("xml"));
        assert_eq!(of("run", "#!/bin/sh\nexec tclsh \"$0\" \"$@\"\n"), Some("tcl"));
        assert_eq!(
            of("a.h", "/* -*- mode: c++; tab-width: 4 -*- */\nint a;\n"),
            Some("cpp")
        );
        assert_eq!(of("a.h", "// -*- C++ -*-\nint a;\n"), Some("cpp"));
        assert_eq!(of("a.h", "// -*- coding: utf-8 -*-\nint a;\n"), Some("c"));
        assert_eq!(of("tool", "a = 1\n# vim: set ft=python :\n"), Some("python"));
        assert!(!may_detect_by_text("a.PNG") && may_detect_by_text("a.unknown") && may_detect_by_text("a"));
    }
}
