//! Dead code of small projects.

use crate::project::report;
use repolens_core::report::DeadCode;

fn dead(files: &[(&str, &str)]) -> DeadCode {
    report(files).dead_code.expect("there is code")
}

fn exports(dead: &DeadCode) -> Vec<String> {
    dead.unused_exports
        .iter()
        .map(|(file, names)| format!("{file}: {}", names.join(" ")))
        .collect()
}

#[test]
fn a_library_with_barrels() {
    let dead = dead(&[
        (
            "package.json",
            r#"{"name":"lib","main":"./dist/index.js","types":"./dist/index.d.ts"}"#,
        ),
        (
            "src/index.ts",
            "export * from './shapes';\nexport { one as first } from './numbers';\nexport type { T } from './types';\nimport { helper } from './helper';\nhelper();\n",
        ),
        (
            "src/shapes/index.ts",
            "export { Circle } from './circle';\nexport * from './square';\n",
        ),
        (
            "src/shapes/circle.ts",
            "export class Circle {}\nexport const hidden = 1;\n",
        ),
        ("src/shapes/square.ts", "export class Square {}\n"),
        ("src/numbers.ts", "export const one = 1;\nexport const two = 2;\n"),
        (
            "src/types.ts",
            "export type T = 1;\nexport type U = 2;\nexport type W = 3;\n",
        ),
        (
            "src/helper.ts",
            "import type { W } from './types';\nexport type { W };\ndeclare module 'x' { export interface Added { w: W } }\nimport { unused, used } from './deep';\nimport * as all from './all';\nexport function helper() { return [used, all]; }\nexport default 1;\n",
        ),
        ("src/deep.ts", "export const used = 1, unused = 2;\n"),
        ("src/all.ts", "export const a = 1;\n"),
        (
            "src/orphan.ts",
            "import { used } from './deep';\nexport const o = used;\n",
        ),
        ("src/orphan.test.ts", "test('x', () => {});\n"),
        ("vite.config.ts", "export default {};\n"),
    ]);
    assert_eq!(
        exports(&dead),
        [
            "src/helper.ts: default",
            "src/numbers.ts: two",
            "src/shapes/circle.ts: hidden",
            "src/types.ts: U"
        ]
    );
    assert_eq!(dead.unused_files, ["src/orphan.ts"]);
    assert_eq!(dead.unused_imports["src/helper.ts"].len(), 1);
    assert_eq!(dead.unused_imports["src/helper.ts"][0].symbol, "unused");
}

#[test]
fn a_part_of_a_required_module_asks_for_that_part() {
    let dead = dead(&[
        ("package.json", r#"{"name":"x","main":"index.js"}"#),
        (
            "index.js",
            "const { a, b: other } = require('./parts');\nconst c = require('./parts').c;\nconst whole = require('./whole');\nconst f = require('./one').f;\nasync function g() { const { h } = await import('./lazy'); return (await import('./lazy')).i; }\n",
        ),
        (
            "parts.js",
            "exports.a = () => 1;\nexports.b = () => 2;\nexports.c = () => 3;\nexports.d = () => 4;\n",
        ),
        ("whole.js", "exports.e = 1;\n"),
        ("one.js", "module.exports = make();\n"),
        ("lazy.js", "export const h = 1, i = 2, j = 3;\n"),
    ]);
    assert_eq!(exports(&dead), ["lazy.js: j", "parts.js: d"]);
    assert!(dead.unused_files.is_empty(), "{dead:?}");
}

#[test]
fn what_is_taken_of_a_whole_module_is_told_by_its_members() {
    let dead = dead(&[
        ("package.json", r#"{"name":"x","main":"index.ts"}"#),
        (
            "index.ts",
            "import * as ns from './ns';\nimport * as typed from './typed';\nimport * as handed from './handed';\nimport * as out from './out';\nimport * as later from './later';\nexport { later };\nconst utils = require('./utils');\nfunction early() { return ns.a(utils.one()); }\nexport const x = (it: typed.A) => { f(handed); return { out, b: ns.b }; };\nasync function g() { const lazy = await import('./lazy'); lazy.a(); ns.c = 1; }\n",
        ),
        ("ns.ts", "export let a, b, c, d;\n"),
        ("typed.ts", "export type A = 1;\nexport type B = 2;\n"),
        ("handed.ts", "export const a = 1;\n"),
        ("out.ts", "export const a = 1;\n"),
        ("later.ts", "export const a = 1;\n"),
        ("lazy.ts", "export const a = 1, b = 2;\n"),
        ("utils.js", "exports.one = 1;\nexports.two = 2;\n"),
    ]);
    assert_eq!(
        exports(&dead),
        ["lazy.ts: b", "ns.ts: d", "typed.ts: B", "utils.js: two"]
    );
}

#[test]
fn a_worker_lives_and_so_does_a_function_whose_type_is_asked_for() {
    let dead = dead(&[
        ("package.json", r#"{"name":"x","main":"index.ts"}"#),
        (
            "index.ts",
            "export const w = () => new Worker(new URL('./worker.ts', import.meta.url));\nexport const image = new URL('./a.png', import.meta.url);\nfunction typed() {}\nexport type T = ReturnType<typeof typed>;\nfunction gone() {}\n",
        ),
        ("worker.ts", "postMessage(1);\n"),
        ("orphan.ts", "postMessage(1);\n"),
    ]);
    assert_eq!(dead.unused_files, ["orphan.ts"]);
    let functions: Vec<_> = dead
        .unused_functions
        .iter()
        .map(|unused| unused.function.as_str())
        .collect();
    assert_eq!(functions, ["gone"]);
}

#[test]
fn what_a_package_offers_is_found_behind_what_is_built() {
    let dead = dead(&[
        (
            "package.json",
            r#"{"name":"x","main":"./build/x.module.js","exports":{".":"./build/x.module.js","./part":"./dist/part/x-part.mjs",
                "./all/*":"./dist/all/*.js","./package.json":"./package.json"},"scripts":{"make":"node tools/make.js"}}"#,
        ),
        ("src/X.js", "import './inner.js';\n"),
        ("src/inner.js", "export const a = 1;\n"),
        ("src/part/index.ts", "export const part = 1;\n"),
        ("src/all/one.ts", "export const one = 1;\n"),
        ("src/orphan.ts", "export const orphan = 1;\n"),
        ("src/built.js", "export const built = 1;\n"),
        ("src/built.d.ts", "export const built: number;\n"),
        ("tools/make.js", "import './deep.js';\n"),
        ("tools/deep.js", "export default 1;\n"),
    ]);
    assert_eq!(dead.unused_files, ["src/orphan.ts"]);
    assert_eq!(exports(&dead), ["src/inner.js: a", "tools/deep.js: default"]);
}

#[test]
fn a_package_that_offers_what_is_not_found_is_not_judged() {
    let dead = dead(&[
        (
            "package.json",
            r#"{"name":"x","main":"./dist/index.js","exports":{".":"./dist/index.js","./gone":"./dist/gone.js"}}"#,
        ),
        ("src/index.ts", "export const a = 1;\n"),
        ("src/orphan.ts", "export const orphan = 1;\n"),
    ]);
    assert!(!dead.has_dead_code, "{dead:?}");
}

#[test]
fn without_a_known_entry_point_nothing_is_called_dead() {
    let dead = dead(&[
        ("package.json", r#"{"name":"x","main":"gone.js"}"#),
        ("lib/a.js", "export const a = 1;\n"),
        ("b.js", "export const b = 1;\n"),
    ]);
    assert!(!dead.has_dead_code, "{dead:?}");
}

#[test]
fn jsx_names_and_types_are_uses() {
    let dead = dead(&[(
        "a.tsx",
        "import React from 'react';\nimport { A, B, type C } from './x';\nimport D from 'd';\nimport E from 'e';\nexport const f = (c: C) => <A {...D}>{c}</A>;\n",
    )]);
    let names: Vec<_> = dead.unused_imports["a.tsx"]
        .iter()
        .map(|import| import.symbol.as_str())
        .collect();
    assert_eq!(names, ["B", "E"]);
}

#[test]
fn what_is_loaded_by_a_computed_name_is_alive() {
    let dead = dead(&[
        ("package.json", r#"{"name":"app","main":"src/index.js"}"#),
        (
            "src/index.js",
            "import(`./pages/${name}.js`);\nrequire('./lang/de-' + place);\nimport.meta.glob('./parts/*.js');\n\
             new URL('./worker.js', import.meta.url);\nimport(`lodash/${name}`);\n",
        ),
        ("src/pages/a.js", "export const page = 1;\n"),
        ("src/lang/de-AT.js", "export const words = 1;\n"),
        ("src/lang/en.js", "export const words = 1;\n"),
        ("src/parts/a.js", "export const part = 1;\n"),
        ("src/parts2/a.js", "import '../only-from-there';\n"),
        ("src/only-from-there.js", "export const x = 1;\n"),
        ("src/worker.js", "export const work = 1;\n"),
    ]);
    assert_eq!(
        dead.unused_files,
        ["src/lang/en.js", "src/only-from-there.js", "src/parts2/a.js"]
    );
    assert_eq!(dead.less_sure.unused_files, dead.unused_files);
    assert!(exports(&dead).is_empty(), "{:?}", dead.unused_exports);
}

#[test]
fn where_any_file_may_be_loaded_nothing_is_judged() {
    let dead = dead(&[
        ("package.json", r#"{"name":"app","main":"src/index.js"}"#),
        ("src/index.js", "import { used } from './used';\nrequire(name);\n"),
        ("src/used.js", "export const used = 1, unused = 2;\n"),
        ("src/orphan.js", "export const o = 1;\n"),
    ]);
    assert_eq!((dead.unused_files, dead.unused_exports.len()), (Vec::new(), 0));
}
