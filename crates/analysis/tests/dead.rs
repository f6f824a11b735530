//! Dead code of small projects.

use std::fs;

use repolens_analysis::{OpenOptions, Options, Silent, SourceTree, analyze};
use repolens_core::report::DeadCode;

fn dead(files: &[(&str, &str)]) -> DeadCode {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("has a folder")).expect("can be made");
        fs::write(path, text).expect("can be written");
    }
    let tree = SourceTree::open(folder.path(), &OpenOptions::default()).expect("opens");
    analyze(tree, &Options::default(), &Silent)
        .expect("can be read")
        .dead_code
        .expect("there is code")
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
        ("src/types.ts", "export type T = 1;\nexport type U = 2;\n"),
        (
            "src/helper.ts",
            "import { unused, used } from './deep';\nimport * as all from './all';\nexport function helper() { return [used, all]; }\nexport default 1;\n",
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
