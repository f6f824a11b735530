//! The origin of a file: people of this project, a program, or another project. Only the first kind goes into scores.
//!
//! By path as linguist's rules have it, by `.gitattributes` (`linguist-vendored`, `linguist-generated`,
//! `linguist-documentation`), and by content.

use super::Kinds;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// People wrote it here.
    Own,
    /// A copy of another project's code.
    Vendored,
    /// A program wrote it; minified files too.
    Generated,
    /// Examples and texts that explain: own, but no code of the product.
    Documentation,
}

const VENDORED_FOLDERS: &[&str] = &[
    "node_modules",
    "bower_components",
    "vendor",
    "vendors",
    "third_party",
    "third-party",
    "thirdparty",
    "external",
    "externals",
    "extern",
    "deps",
    "Godeps",
    "Carthage",
    "Pods",
    ".yarn",
    "jspm_packages",
    "site-packages",
    "vendored",
    "vendored_libs",
    "_vendor",
    "_vendored",
    "vendorized",
    "3rdparty",
    "3rd-party",
    "3rd_party",
];
const GENERATED_FOLDERS: &[&str] = &[
    "dist",
    "build",
    "_build",
    "generated",
    "__generated__",
    "__pycache__",
    ".next",
    ".nuxt",
    "coverage",
    "target",
];
const DOCUMENTATION_FOLDERS: &[&str] = &[
    "docs",
    "doc",
    "documentation",
    "examples",
    "example",
    "samples",
    "sample",
    "demos",
    "demo",
];
const GENERATED_ENDINGS: &[&str] = &[
    ".min.js",
    ".min.css",
    "-min.js",
    "-min.css",
    ".bundle.js",
    ".pb.go",
    "_pb2.py",
    "_pb2_grpc.py",
    ".pb.cc",
    ".pb.h",
    ".pb.rb",
    ".g.dart",
    ".freezed.dart",
    ".designer.cs",
    ".g.cs",
    ".generated.cs",
    ".js.map",
    ".css.map",
    ".snap",
    ".pb.swift",
    "_generated.go",
    "_string.go",
    ".gen.go",
];
const GENERATED_NAMES: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "Pipfile.lock",
    "Cargo.lock",
    "Gemfile.lock",
    "composer.lock",
    "go.sum",
    "mix.lock",
    "pubspec.lock",
    "packages.lock.json",
    "flake.lock",
    "Package.resolved",
    "gradle.lockfile",
];

/// The origin by the file's attributes, or by its path where they are unspecified. Each attribute decides on its own kind only:
/// `-linguist-generated` makes no vendored file our own.
#[must_use]
pub fn origin(path: &str, kinds: Kinds) -> Origin {
    let stated = [
        (kinds.vendored, Origin::Vendored),
        (kinds.generated, Origin::Generated),
        (kinds.documentation, Origin::Documentation),
    ];
    let set = stated.iter().find(|(is_set, _)| *is_set == Some(true));
    let is_denied = |origin: &Origin| stated.contains(&(Some(false), *origin));
    let by_path = || {
        origins_by_path(path)
            .into_iter()
            .flatten()
            .find(|origin| !is_denied(origin))
    };
    set.map(|(_, origin)| *origin).or_else(by_path).unwrap_or(Origin::Own)
}

/// The origin by the path alone.
#[must_use]
pub fn origin_by_path(path: &str) -> Origin {
    origin(path, Kinds::default())
}

/// The candidate origins by the path, the surest first.
fn origins_by_path(path: &str) -> [Option<Origin>; 5] {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let lower = name.to_ascii_lowercase();
    let by_name = GENERATED_NAMES.contains(&name) || GENERATED_ENDINGS.iter().any(|ending| lower.ends_with(ending));
    let vendored = folders.split('/').any(|folder| VENDORED_FOLDERS.contains(&folder));
    let mut outer = folders.split('/').enumerate();
    let generated =
        outer.any(|(depth, folder)| GENERATED_FOLDERS.contains(&folder) && !is_source_of_build_tool(depth, folder));
    let first = folders.split('/').next().unwrap_or_default();
    let jquery = lower.starts_with("jquery") && lower.ends_with(".js");
    [
        by_name.then_some(Origin::Generated),
        vendored.then_some(Origin::Vendored),
        (generated || is_expo_build(path)).then_some(Origin::Generated),
        DOCUMENTATION_FOLDERS.contains(&first).then_some(Origin::Documentation),
        jquery.then_some(Origin::Vendored),
    ]
}

/// `src/build/…` is a module about building, `build/…` at the top is what was built.
fn is_source_of_build_tool(depth: usize, folder: &str) -> bool {
    depth > 0 && matches!(folder, "build" | "target" | "coverage" | "generated")
}

/// Plugins of Expo are built into `plugin/build`.
fn is_expo_build(path: &str) -> bool {
    path.starts_with("plugin/build/") || path.contains("/plugin/build/")
}

/// The origin by the text: generators leave a note in the first lines; minified text has very long lines.
#[must_use]
pub fn origin_by_content(language: &str, text: &[u8]) -> Option<Origin> {
    let head = &text[..text.len().min(1024)];
    let has = |needle: &[u8]| memchr::memmem::find(head, needle).is_some();
    if is_tagged(head)
        || has(b"DO NOT EDIT")
        || has(b"Do not edit by hand")
        || has(b"<auto-generated")
        || is_marked(head)
    {
        return Some(Origin::Generated);
    }
    let is_web = matches!(language, "javascript" | "css" | "typescript");
    (is_web && (is_minified(text) || is_bundle(head))).then_some(Origin::Generated)
}

/// Whether the first lines have the tag `@generated`: `import '@generated/routes'` is none.
fn is_tagged(head: &[u8]) -> bool {
    const TAG: &[u8] = b"@generated";
    memchr::memmem::find_iter(head, TAG).any(|at| {
        let next = head.get(at + TAG.len());
        !next.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'\'' | b'"'))
    })
}

/// Whether comments in the first lines mark the file as written by a program, in the words of the usual generators.
fn is_marked(head: &[u8]) -> bool {
    const ALONE: &[&str] = &[
        "autogenerated by",
        "auto-generated by",
        "auto generated by",
        "automatically generated by",
        "automatically generated from",
        "generated by the protocol buffer compiler",
        "code generated by",
        "this file was generated",
        "this file is generated",
        "this file has been generated",
        "this file was auto",
        "this file is auto",
        "this class was generated",
        "generated by openapi",
        "generated by swagger",
        "generated by django",
        "generated by cython",
        "generated by bison",
        "generated by flex",
        "generated by cbindgen",
        "generated by rust-bindgen",
        "generated by graphql",
    ];
    let text = String::from_utf8_lossy(head).to_lowercase();
    let signs = ["//", "#", "/*", "*", "--", ";", "%", "<!--", "\"\"\"", "{-", "(*"];
    let comments = || {
        text.lines()
            .map(str::trim)
            .filter(|line| signs.iter().any(|sign| line.starts_with(sign)))
            // The rest is written by hand.
            .filter(|line| {
                !["this section", "this part", "this block", "the following"]
                    .iter()
                    .any(|part| line.contains(part))
            })
    };
    let contains = |words: &str| comments().any(|line| line.contains(words));
    let by_antlr = comments().any(|line| line.contains("generated from ") && line.contains(" by antlr"));
    let asks = [
        "do not edit",
        "do not modify",
        "don't edit",
        "do not change",
        "do not make direct changes",
    ];
    ALONE.iter().any(|words| contains(words))
        || by_antlr
        || (contains("generated") && asks.iter().any(|words| contains(words)))
}

/// Whether a script was built from a source of TypeScript that is beside it: `lib/module/a/b.js` from `src/a/b.tsx`.
#[must_use]
pub fn is_built(path: &str, exists: impl Fn(&str) -> bool) -> bool {
    const BUILT: &[&str] = &[
        "lib",
        "dist",
        "build",
        "out",
        "es",
        "esm",
        "cjs",
        "module",
        "commonjs",
        "typescript",
    ];
    let stem = [".d.ts", ".js", ".mjs", ".cjs", ".jsx"]
        .iter()
        .find_map(|end| path.strip_suffix(end));
    let Some(stem) = stem else { return false };
    let parts: Vec<&str> = stem.split('/').collect();
    let Some(at) = parts
        .iter()
        .position(|part| BUILT.contains(part))
        .filter(|at| at + 1 < parts.len())
    else {
        return false;
    };
    let before = &parts[..at];
    (at + 1..parts.len())
        .take_while(|next| *next == at + 1 || BUILT.contains(&parts[next - 1]))
        .any(|next| {
            let mut source: Vec<&str> = before.to_vec();
            source.push("src");
            source.extend(&parts[next..]);
            let source = source.join("/");
            ["ts", "tsx"].iter().any(|ending| exists(&format!("{source}.{ending}")))
        })
}

/// Whether a text begins like the output of webpack or Browserify.
fn is_bundle(head: &[u8]) -> bool {
    let has = |sign: &[u8]| memchr::memmem::find(head, sign).is_some();
    head.starts_with(b"/******/")
        || has(b"__webpack_require__")
        || has(b"webpackUniversalModuleDefinition")
        || has(b"function(){function r(e,n,t){function")
        || has(b"(function e(t,n,r){function s(o,u)")
        || has(b"parcelRequire")
}

/// A copy of a known library, by the banner of a script that pages load: its own name, a version and a license.
#[must_use]
pub fn is_library_copy(path: &str, text: &[u8]) -> bool {
    const FOLDERS: &[&str] = &[
        "static",
        "assets",
        "public",
        "www",
        "wwwroot",
        "media",
        "web",
        "resources",
        "htdocs",
    ];
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_script = name.ends_with(".js") || name.ends_with(".css");
    if !is_script || !folders.split('/').any(|folder| FOLDERS.contains(&folder)) {
        return false;
    }
    let stem: String = name.split(['.', '-', '_']).next().unwrap_or_default().to_lowercase();
    let head = String::from_utf8_lossy(&text[..text.len().min(600)]).to_lowercase();
    let is_comment = head.trim_start().starts_with("/*") || head.trim_start().starts_with("//");
    let has_version = head.split(|c: char| !(c.is_ascii_digit() || c == '.')).any(|word| {
        let parts: Vec<&str> = word.split('.').collect();
        parts.len() >= 2 && parts.iter().all(|part| !part.is_empty())
    });
    let licensed = ["license", "licence", "copyright", "(c)"]
        .iter()
        .any(|word| head.contains(word));
    is_comment && stem.len() > 2 && head.contains(&stem) && has_version && licensed
}

/// As linguist: more than 110 bytes a line on average, beyond the size where that can happen by hand.
fn is_minified(text: &[u8]) -> bool {
    let lines = memchr::memchr_iter(b'\n', text).count() + 1;
    let average = text.len() / lines;
    // Texts in a bundle may have lines that are indented.
    let is_bundled = average > 1000 && lines > 4;
    let is_plain = || memchr::memmem::find(text, b"\n    ").is_none();
    text.len() > 4096 && average > 110 && (is_bundled || is_plain())
}

/// Whether a file is a test, by the conventions of the languages.
#[must_use]
pub fn is_test(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, extension) = (
        name.split('.').next().unwrap_or(name),
        name.rsplit('.').next().unwrap_or_default(),
    );
    let is_folder = |folder: &str| is_test_folder(folder) || (folder == "Test" && name.ends_with(".php"));
    // Below other folders, `testing` is what a library offers to the tests of its users; `t` is Perl's and git's.
    path.starts_with("testing/")
        || path.starts_with("t/")
        || folders.split('/').any(is_folder)
        || is_test_of_gradle(folders)
        || [".test.", ".spec.", "-spec.", ".cy.", ".e2e."]
            .iter()
            .any(|part| name.contains(part))
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_spec")
        || stem == "conftest"
        || extension == "t"
        || (stem == "tests" && matches!(extension, "py" | "rs"))
        || (stem == "test" && folders.is_empty() && matches!(extension, "js" | "ts" | "mjs" | "cjs"))
        || (is_test_class(stem, extension) && extension != "md")
}

fn is_test_folder(folder: &str) -> bool {
    matches!(
        folder,
        "test"
            | "tests"
            | "Tests"
            | "spec"
            | "specs"
            | "__tests__"
            | "__test__"
            | "testdata"
            | "testdir"
            | "e2e"
            | "cypress"
            | "integration-tests"
            | "androidTest"
    ) || folder.ends_with(".Tests")
}

/// A source set of Gradle: `src/integrationTest`.
fn is_test_of_gradle(folders: &str) -> bool {
    let mut parts = folders.split('/');
    parts.any(|part| part == "src")
        && parts
            .next()
            .is_some_and(|set| set.ends_with("Test") && set.len() > "Test".len())
}

/// Names of classes with tests: `ParserTest`, `ParserTestCase`, `ParserIT`, `ParserSpec`.
fn is_test_class(stem: &str, extension: &str) -> bool {
    let is_named = |ending: &str| stem.len() > ending.len() && stem.ends_with(ending);
    // `AuditIT`, and not `AUDIT`.
    let is_integration = stem
        .strip_suffix("IT")
        .is_some_and(|rest| rest.ends_with(|last: char| last.is_lowercase() || last.is_ascii_digit()));
    let by_language = match extension {
        "java" | "kt" => &["TestCase"][..],
        "scala" | "groovy" => &["TestCase", "Spec"][..],
        "php" | "swift" | "cs" => &["TestCase"][..],
        _ => &[][..],
    };
    is_named("Test")
        || is_named("Tests")
        || (is_integration && matches!(extension, "java" | "kt"))
        || by_language.iter().any(|ending| is_named(ending))
}

#[cfg(test)]
mod tests;
