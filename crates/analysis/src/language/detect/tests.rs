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
    assert_eq!(of("a.mo", "model A\nend A;\n"), Some("modelica"));
    let binary: [(&str, &[u8]); 5] = [
        ("de.mo", b"\xde\x12\x04\x95\0\0\0\0"),
        ("de.mo", b"\x95\x04\x12\xde\0\0\0\0"),
        ("a.pkl", b"\x80\x04\x95\0"),
        ("a.p", b"\x80\x02}q\0."),
        ("a.res", b"\0\0\0\0\x20\0\0\0"),
    ];
    for (path, text) in binary {
        assert_eq!(detect(path, text), None, "{path}");
    }
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
    assert_eq!(of("footer.inc", "</tr></table>\n"), Some("html"));
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
