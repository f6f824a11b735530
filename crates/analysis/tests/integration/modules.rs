//! The module graph and its cycles, a small project for each language.

use crate::project::report;

fn shown(files: &[(&str, &str)]) -> String {
    let graph = report(files).module_graph.expect("there is code");
    let edges = graph
        .edges
        .iter()
        .map(|edge| format!("{} -> {} {:?}", edge.source, edge.target, edge.kind));
    let unresolved = graph
        .unresolved
        .iter()
        .map(|import| format!("{} ?? {}", import.file, import.specifier));
    let external = graph
        .external
        .iter()
        .map(|import| format!("{} => {}", import.file, import.package));
    edges.chain(unresolved).chain(external).collect::<Vec<_>>().join("\n")
}

#[test]
fn javascript_and_typescript() {
    insta::assert_snapshot!(shown(&[
        (
            "tsconfig.json",
            "{ // comment\n \"compilerOptions\": { \"baseUrl\": \".\", \"paths\": { \"@/*\": [\"src/*\"] } } }"
        ),
        (
            "package.json",
            "{\"name\":\"root\",\"workspaces\":[\"packages/*\"],\"imports\":{\"#own\":\"./src/own.ts\"}}"
        ),
        (
            "packages/lib/package.json",
            "{\"name\":\"@s/lib\",\"main\":\"dist/index.js\"}"
        ),
        ("packages/lib/src/index.ts", "export const lib = 1;"),
        ("packages/lib/src/part.ts", "export const part = 1;"),
        ("src/own.ts", "export const own = 1;"),
        (
            "src/a.ts",
            "import { b } from './b.js';\nimport type { T } from '@/types';\nexport * from './dir';\nimport '@s/lib';\nimport '@s/lib/part';\nimport '#own';\nimport react from 'react';\nimport 'node:fs';\nimport './gone';\nimport './style.css';\nconst l = () => import('./lazy');\n"
        ),
        ("src/b.ts", "const c = require('./c');\n"),
        ("src/c.cjs", "module.exports = 1;"),
        ("src/c.js", "module.exports = 1;"),
        ("src/types.ts", "export type T = 1;"),
        ("src/lazy.tsx", "export default 1;"),
        ("src/dir/index.ts", "export const d = 1;"),
        ("src/style.css", "a { }"),
    ]));
}

#[test]
fn python() {
    insta::assert_snapshot!(shown(&[
        ("src/pkg/__init__.py", "from .core import run\nfrom . import util\n"),
        (
            "src/pkg/core.py",
            "import os.path\nfrom typing import TYPE_CHECKING\nfrom .util import a\nfrom ..gone import x\nfrom pkg import util, run\nimport pkg.sub.deep\nimport requests\nif TYPE_CHECKING:\n    from pkg.sub import deep\n"
        ),
        (
            "src/pkg/util.py",
            "def f():\n    from pkg.core import run\n    from pkg.nothing import z\n"
        ),
        ("src/pkg/sub/deep.py", "from ..util import *\n"),
        ("tests/test_a.py", "import pkg\nfrom helper import h\n"),
        ("tests/helper.py", "h = 1\n"),
    ]));
}

#[test]
fn packages_that_are_part_of_tests_are_found_from_tests_only() {
    let found = shown(&[
        ("pkg/__init__.py", "from sample import a\n"),
        ("tests/test_a.py", "from sample import a\nimport sample.deep\n"),
        ("tests/apps/sample/__init__.py", "a = 1\n"),
        ("tests/apps/sample/deep.py", "a = 1\n"),
    ]);
    assert!(
        found.contains("tests/test_a.py -> tests/apps/sample/__init__.py"),
        "{found}"
    );
    assert!(
        found.contains("tests/test_a.py -> tests/apps/sample/deep.py"),
        "{found}"
    );
    assert!(!found.contains("pkg/__init__.py ->"), "{found}");
}

#[test]
fn code_comes_before_the_declarations_of_what_is_built_from_it() {
    let found = shown(&[
        ("package.json", r#"{"name":"root","workspaces":["packages/*"]}"#),
        (
            "packages/lib/package.json",
            r#"{"name":"lib","main":"./dist/index.js","types":"./types/index.d.ts"}"#,
        ),
        ("packages/lib/src/index.ts", "export const lib = 1;\n"),
        ("packages/lib/types/index.d.ts", "export const lib: number;\n"),
        (
            "packages/typed/package.json",
            r#"{"name":"typed","types":"./index.d.ts"}"#,
        ),
        ("packages/typed/index.d.ts", "export const typed: number;\n"),
        (
            "a.js",
            "import { lib } from 'lib';\nimport { typed } from 'typed';\nimport './beside';\nimport './beside.js';\n",
        ),
        ("beside.js", "export const b = 1;\n"),
        ("beside.d.ts", "export const b: number;\n"),
    ]);
    let edges: Vec<&str> = found.lines().collect();
    assert_eq!(
        edges,
        [
            "a.js -> beside.js Static",
            "a.js -> packages/lib/src/index.ts Static",
            "a.js -> packages/typed/index.d.ts Static",
        ]
    );
}

#[test]
fn java() {
    insta::assert_snapshot!(shown(&[
        (
            "src/main/java/a/b/C.java",
            "package a.b;\nimport a.c.D;\nimport static a.c.D.x;\nimport a.c.D.Inner;\nimport java.util.List;\nimport a.c.*;\nimport a.c.Gone;\npublic class C {}\n"
        ),
        (
            "src/main/java/a/c/D.java",
            "package a.c;\npublic class D { public static class Inner {} }\n"
        ),
    ]));
}

#[test]
fn go() {
    insta::assert_snapshot!(shown(&[
        ("go.mod", "module example.com/m\n\ngo 1.21\n"),
        (
            "main.go",
            "package main\nimport (\n\"fmt\"\n\"example.com/m/inner/deep\"\n\"example.com/m/gone\"\n\"github.com/x/y\"\n)\nfunc main() {}\n"
        ),
        ("inner/deep/b.go", "package deep\n"),
        ("inner/deep/a_test.go", "package deep\n"),
    ]));
}

#[test]
fn rust() {
    insta::assert_snapshot!(shown(&[
        ("Cargo.toml", "[package]\nname = \"my-crate\"\n"),
        (
            "src/lib.rs",
            "mod a;\npub mod b;\nmod gone;\nuse a::Thing;\nuse std::fmt;\n"
        ),
        (
            "src/a.rs",
            "mod inner;\nuse crate::b::{self, c::Deep};\nuse super::b as bb;\nuse self::inner::X;\n#[cfg(test)]\nmod tests { use super::*; use super::inner::Y; }\n"
        ),
        ("src/a/inner.rs", "use super::super::b;\nuse serde::Serialize;\n"),
        ("src/b/mod.rs", "pub mod c;\n"),
        ("src/b/c.rs", "pub struct Deep;\n"),
        ("tests/t.rs", "use my_crate::b::c::Deep;\n"),
    ]));
}

#[test]
fn ruby() {
    insta::assert_snapshot!(shown(&[
        (
            "lib/a.rb",
            "require 'a/b'\nrequire_relative 'c'\nrequire 'json'\nrequire_relative 'gone'\n"
        ),
        ("lib/a/b.rb", "module B; end\n"),
        ("lib/c.rb", "module C; end\n"),
    ]));
}

#[test]
fn c_and_php() {
    insta::assert_snapshot!(shown(&[
        (
            "src/a.c",
            "#include <stdio.h>\n#include \"b.h\"\n#include \"deep/only.h\"\n#include <lib/pub.h>\n#include \"gone.h\"\nint a(void) { return 1; }\n"
        ),
        ("src/b.h", "int b(void);\n"),
        ("other/deep/only.h", "int c(void);\n"),
        ("include/lib/pub.h", "int d(void);\n"),
        (
            "src/Http/Kernel.php",
            "<?php\nnamespace App\\Http;\nuse App\\Model\\{User, Gone};\nuse Psr\\Log\\LoggerInterface as L;\nclass Kernel {}\n"
        ),
        ("src/Model/User.php", "<?php\nnamespace App\\Model;\nclass User {}\n"),
    ]));
}

#[test]
fn csharp() {
    let shown = shown(&[
        (
            "src/A.cs",
            "using System.Text;\nusing App.Model;\nusing static App.Model.Maths;\nusing Alias = App.Other.Thing;\nusing App;\n\
             namespace App.Web { [Marked] public class A : Base { User u = new User(); int x = Table.Find(); void Unused() { Gone(); } } }\n",
        ),
        ("src/User.cs", "namespace App.Model;\npublic partial class User { }\n"),
        (
            "src/User.More.cs",
            "namespace App.Model;\npublic partial class User { int Unused; }\n",
        ),
        (
            "src/Table.cs",
            "namespace App.Model { internal static class Table { public static int Find() => 1; } }\n",
        ),
        (
            "src/Unused.cs",
            "namespace App.Model { public class Unused { } public class Gone { } }\n",
        ),
        (
            "src/Maths.cs",
            "namespace App.Model { public static class Maths { } }\n",
        ),
        ("src/Thing.cs", "namespace App.Other { public class Thing { } }\n"),
    ]);
    assert_eq!(
        shown.lines().collect::<Vec<_>>(),
        [
            "src/A.cs -> src/Maths.cs Static",
            "src/A.cs -> src/Table.cs Static",
            "src/A.cs -> src/Thing.cs Static",
            "src/A.cs -> src/User.More.cs Static",
            "src/A.cs -> src/User.cs Static",
            "src/A.cs => System.Text",
        ]
    );
}

#[test]
fn all_of_a_package_leads_to_the_types_that_are_named() {
    let shown = shown(&[
        (
            "app/Main.java",
            "package app;\nimport lib.*;\nimport other.Named;\nimport other.*;\nimport static lib.Statics.*;\nclass Main extends Base { Own o; Named n; Object f() { return Factory.make(a); } }\n",
        ),
        ("app/Own.java", "package app;\npublic class Own {}\n"),
        ("lib/Own.java", "package lib;\npublic class Own {}\n"),
        ("lib/Named.java", "package lib;\npublic class Named {}\n"),
        ("lib/Base.java", "package lib;\npublic class Base {}\n"),
        ("lib/Factory.java", "package lib;\npublic class Factory {}\n"),
        ("lib/Unnamed.java", "package lib;\npublic class Unnamed {}\n"),
        ("lib/Statics.java", "package lib;\npublic class Statics {}\n"),
        ("other/Named.java", "package other;\npublic class Named {}\n"),
        ("app/Use.kt", "package app\nimport lib.*\nfun f(a: Base?) = Factory()\n"),
        (
            "app/Use.scala",
            "package app\nimport lib._\nobject Use { def f(a: List[Base]) = 1 }\n",
        ),
    ]);
    assert_eq!(
        shown.lines().collect::<Vec<_>>(),
        [
            "app/Main.java -> lib/Base.java Static",
            "app/Main.java -> lib/Factory.java Static",
            "app/Main.java -> lib/Statics.java Static",
            "app/Main.java -> other/Named.java Static",
            "app/Use.kt -> lib/Base.java Static",
            "app/Use.kt -> lib/Factory.java Static",
            "app/Use.scala -> lib/Base.java Static",
        ]
    );
}

#[test]
fn a_global_using_is_one_of_all_files_of_its_project() {
    let shown = shown(&[
        ("one/One.csproj", "<Project />\n"),
        (
            "one/Usings.cs",
            "global using Shared.Types;\nglobal using System.Text;\n",
        ),
        ("one/deep/Main.cs", "namespace App;\nclass Main { Thing t; }\n"),
        ("two/Two.csproj", "<Project />\n"),
        ("two/Main.cs", "namespace App;\nclass Main { Thing t; }\n"),
        ("shared/Thing.cs", "namespace Shared.Types;\npublic class Thing {}\n"),
    ]);
    assert_eq!(
        shown.lines().collect::<Vec<_>>(),
        [
            "one/deep/Main.cs -> shared/Thing.cs Static",
            "one/Usings.cs => System.Text",
        ]
    );
}

/// Functions and values at the top of a Kotlin file are imported by their names.
#[test]
fn kotlin_and_scala() {
    let shown = shown(&[
        (
            "src/Main.kt",
            "package app\nimport lib.twice\nimport lib.Shape as S\nimport lib.inner.LIMIT\nimport lib.*\nimport kotlin.text.Regex\nfun main() {}\n",
        ),
        (
            "src/Texts.kt",
            "package lib\nfun Int.twice() = this * 2\nprivate fun hidden() = 1\n",
        ),
        ("src/Shapes.kt", "package lib\nclass Shape\n"),
        ("src/Limits.kt", "package lib.inner\nconst val LIMIT = 1\n"),
        (
            "src/Use.scala",
            "package app\nimport model.{Tree => T, Leaf}\nimport model.Gone\nobject Use\n",
        ),
        ("src/Trees.scala", "package model\nclass Tree\ncase class Leaf()\n"),
    ]);
    assert_eq!(
        shown.lines().collect::<Vec<_>>(),
        [
            "src/Main.kt -> src/Limits.kt Static",
            "src/Main.kt -> src/Shapes.kt Static",
            "src/Main.kt -> src/Texts.kt Static",
            "src/Use.scala -> src/Trees.scala Static",
            "src/Use.scala ?? model.Gone",
            "src/Main.kt => kotlin.text",
        ]
    );
}

#[test]
fn cycles_are_groups_with_a_shortest_chain() {
    let report = report(&[
        ("a.ts", "import './b';\nimport './c';"),
        ("b.ts", "import './c';"),
        ("c.ts", "import './a';"),
        ("self.ts", "import './self';"),
        ("x.ts", "import type { Y, Z } from './y';"),
        ("y.ts", "import { X } from './x';"),
        ("free.ts", "import './a';"),
    ]);
    let cycles = report.circular_dependencies.expect("there is a graph");
    let list: Vec<_> = (cycles.cycles.iter().chain(&cycles.apart))
        .map(|cycle| {
            format!(
                "{} of {}, {:?}, {:?}, broken without {:?}",
                cycle.chain.join(" > "),
                cycle.group_size,
                cycle.kind,
                cycle.severity,
                (cycle.breaks.iter())
                    .map(|i| format!("{} > {}, {:?}", i.source, i.target, i.names))
                    .collect::<Vec<_>>()
            )
        })
        .collect();
    assert_eq!(
        list,
        [
            "a.ts > c.ts > a.ts of 3, Load, High, broken without [\"c.ts > a.ts, None\"]",
            "x.ts > y.ts > x.ts of 2, Type, Low, broken without [\"y.ts > x.ts, Some(1)\"]",
            "self.ts > self.ts of 1, Itself, Low, broken without [\"self.ts > self.ts, None\"]",
        ]
    );
    assert_eq!((cycles.total_cycles, cycles.apart_total), (1, 2));
    assert_eq!(cycles.affected_files, ["a.ts", "b.ts", "c.ts"]);
}

#[test]
fn a_cycle_of_ten_thousand_files_ends() {
    let names: Vec<_> = (0..10_000)
        .map(|at| (format!("m{at}.js"), format!("import './m{}.js';", (at + 1) % 10_000)))
        .collect();
    let files: Vec<_> = names
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let cycles = report(&files).circular_dependencies.expect("there is a graph");
    assert_eq!((cycles.total_cycles, cycles.cycles[0].length), (1, 10_000));
}
