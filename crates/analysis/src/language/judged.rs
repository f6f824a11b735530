//! Files that are never judged, because they exist to be read, copied or compared.

/// Folders of examples, documentation, test data, benchmarks, templates, and of what tools write.
const FOLDERS: &[&str] = &[
    "docs",
    "docs_src",
    "doc",
    "documentation",
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "tutorial",
    "tutorials",
    "playground",
    "playgrounds",
    "bench",
    "benches",
    "benchmark",
    "benchmarks",
    "perf",
    "fixture",
    "fixtures",
    "__fixtures__",
    "testdata",
    "test-data",
    "test_data",
    "testdir",
    "mocks",
    "__mocks__",
    "stubs",
    "testing",
    "template",
    "templates",
    "tmpl",
    "boilerplate",
    "boilerplates",
    "skeleton",
    "skeletons",
    "scaffold",
    "scaffolds",
    "blueprints",
    "schematics",
    "snippets",
    "starter",
    "starters",
    // Inputs of a parser's tests.
    "valid",
    "invalid",
    "ok",
    "err",
    "generated",
    "compiled",
    "built",
    "codemods",
    "integration",
];

/// Whether dead code is reported in the file at `path`.
#[must_use]
pub fn is_judged(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    // `Fixtures` in PHP and C#.
    let is_one = |folder: &str| FOLDERS.iter().any(|one| one.eq_ignore_ascii_case(folder));
    let is_of_tests = |folder: &str| {
        [
            "-test",
            "-tests",
            "_test",
            "_tests",
            "-template",
            "-templates",
            "_template",
            "_templates",
        ]
        .iter()
        .any(|end| folder.ends_with(end))
    };
    let is_built = |folder: &str| folder.starts_with("dist-") || folder.starts_with("build-");
    // `app.example.tsx` is written to be copied, `react-tests.tsx` checks the types of a package, and `testing.py` is what a
    // library offers to the tests of others.
    let is_example = [".example.", ".sample.", ".template.", "-tests."]
        .iter()
        .any(|part| name.contains(part));
    let is_left_out = |folder: &str| is_one(folder) || is_of_tests(folder) || is_built(folder);
    !is_input_of_tests(path) && name != "testing.py" && !is_example && !folders.split('/').any(is_left_out)
}

/// Code among the resources of Java's tests: `src/it/resources/a/B.java`.
fn is_input_of_tests(path: &str) -> bool {
    let is_code = [".java", ".kt", ".scala", ".groovy"]
        .iter()
        .any(|end| path.ends_with(end));
    let padded = format!("/{path}");
    is_code
        && (padded.contains("/src/it/")
            || padded.split_once("/src/").is_some_and(|(_, below)| {
                let folder = below.split('/').nth(1).unwrap_or_default();
                folder == "resources" || folder.starts_with("resources-")
            }))
}

/// Whether other files take in the file at `path` by its text (C, C++, PHP).
#[must_use]
pub fn is_header(path: &str) -> bool {
    [".h", ".hpp", ".hh", ".hxx", ".inc"]
        .iter()
        .any(|end| path.ends_with(end))
}

/// Whether a script was written by a compiler or a bundler: a map of its source, and helpers of TypeScript and Babel.
#[must_use]
pub fn is_compiled(language: &str, text: &[u8]) -> bool {
    const HEAD: usize = 4096;
    const TAIL: usize = 512;
    const MARKS: &[&[u8]] = &[
        b"Object.defineProperty(exports, \"__esModule\"",
        b"Object.defineProperty(exports, '__esModule'",
        b"__webpack_require__",
        b"/** @class */ (function",
        b"_interopRequireDefault(",
        b"__importDefault(",
        b"var __defProp = Object.defineProperty",
    ];
    if !matches!(language, "javascript" | "typescript") {
        return false;
    }
    let has = |part: &[u8], mark: &[u8]| memchr::memmem::find(part, mark).is_some();
    let head = &text[..text.len().min(HEAD)];
    let tail = &text[text.len().saturating_sub(TAIL)..];
    // esbuild names the sources of a bundle.
    has(tail, b"//# sourceMappingURL=") || has(text, b"\n// node_modules/") || MARKS.iter().any(|mark| has(head, mark))
}

/// Whether a text calls itself a copy of another project's file, or a template that is filled in later.
#[must_use]
pub fn is_copy_or_template(text: &[u8]) -> bool {
    const HEAD: usize = 2048;
    const MARKS: &[&[u8]] = &[b"BEGIN TEMPLATE", b"BEGIN SOLUTION"];
    if MARKS.iter().any(|mark| memchr::memmem::find(text, mark).is_some()) {
        return true;
    }
    let head = String::from_utf8_lossy(&text[..text.len().min(HEAD)]);
    head.lines().take_while(|line| is_remark(line)).any(names_origin)
}

/// Whether a line may be of the comment or documentation at the head of a file. In a documentation string it has no sign.
fn is_remark(line: &str) -> bool {
    const CODE: &[&str] = &[
        "import ",
        "from ",
        "def ",
        "class ",
        "const ",
        "let ",
        "var ",
        "function ",
        "export ",
        "package ",
        "use ",
        "func ",
        "public ",
        "namespace ",
        "using ",
        "require",
        "module ",
        "#include",
        "#define",
        "fn ",
        "pub ",
        "mod ",
        "int ",
        "void ",
    ];
    let line = line.trim_start();
    !CODE.iter().any(|word| line.starts_with(word)) || line.ends_with('.')
}

/// `Copied from https://…`, `This file is a copy of thumbs 1.2`, `Vendored from pathtools 0.9`.
fn names_origin(line: &str) -> bool {
    const VERBS: &[&str] = &[
        "copied", "vendored", "taken", "borrowed", "forked", "stolen", "imported", "lifted",
    ];
    let line = line.to_ascii_lowercase();
    let after = ["this file is a copy of ", "this is a copy of ", "verbatim copy of "]
        .iter()
        .find_map(|words| line.split_once(words))
        .or_else(|| {
            let (before, after) = line.split_once(" from ")?;
            let word = before
                .trim_end_matches(" verbatim")
                .rsplit(|c: char| !c.is_alphabetic())
                .next()?;
            VERBS.contains(&word).then_some((before, after))
        });
    // An address, or a version, of what was copied.
    after.is_some_and(|(_, rest)| {
        let has_version = rest.split_whitespace().any(|word| {
            let word = word.trim_start_matches('v').trim_end_matches(['.', ',', ')']);
            word.contains('.')
                && word
                    .split('.')
                    .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
        });
        rest.contains("://") || has_version || rest.contains("github.com/")
    })
}

#[cfg(test)]
mod tests {
    use super::{is_compiled, is_judged};

    #[test]
    fn compiled_scripts_are_known_by_their_marks() {
        let is_js = |text: &str| is_compiled("javascript", text.as_bytes());
        assert!(is_js("export {};\n//# sourceMappingURL=a.js.map\n"));
        assert!(is_js(
            "\"use strict\";\nObject.defineProperty(exports, \"__esModule\", { value: true });\n"
        ));
        assert!(!is_js("'use strict';\nexports.a = 1;\n") && !is_compiled("python", b"__webpack_require__"));
    }

    #[test]
    fn examples_and_templates_are_not_judged() {
        assert!(is_judged("src/a.ts") && is_judged("docs.py"));
        assert!(!is_judged("src/app.example.tsx") && !is_judged("lib/generated/a.js"));
        assert!(!is_judged("src/it/resources/a/B.java") && !is_judged("a/src/test/resources-bad/B.java"));
        assert!(is_judged("src/main/java/resources/B.java"));
        assert!(!is_judged("a/examples/b.py") && !is_judged("templates/js/src/a.ts"));
    }
}
