//! The origin of a file: people of this project, a program, or another project. Only the first kind goes into scores.
//!
//! By path as linguist's rules have it, by `.gitattributes` (`linguist-vendored`, `linguist-generated`,
//! `linguist-documentation`), and by content.

use super::Kinds;

mod built;
mod content;
mod spec_folders;
mod testing;

pub use built::{BuiltFolders, is_built, is_output as is_output_folder};
pub use content::{is_library_copy, origin_by_content};
pub use spec_folders::SpecFolders;
pub use testing::{defines_tests, is_test, is_test_support};

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
];
/// Scripts that projects copy as they are: bootstraps of setuptools and pip, wrappers of Gradle and Maven.
const VENDORED_NAMES: &[&str] = &[
    "ez_setup.py",
    "distribute_setup.py",
    "get-pip.py",
    "get_pip.py",
    "get-poetry.py",
    "versioneer.py",
    "gradlew",
    "gradlew.bat",
    "mvnw",
    "mvnw.cmd",
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
    "docs_src",
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
    "Cartfile.resolved",
    "renv.lock",
    "conan.lock",
    "stack.yaml.lock",
    "cabal.project.freeze",
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
    let vendored = folders
        .split('/')
        .any(|folder| VENDORED_FOLDERS.contains(&folder) || is_third_party(folder) || is_framework(folder))
        || is_library_of_pages(folders)
        || VENDORED_NAMES.contains(&name);
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

/// A compiled library of Apple's platforms, with copies of its headers.
fn is_framework(folder: &str) -> bool {
    folder.ends_with(".framework") || folder.ends_with(".xcframework")
}

/// `third_party`, `3rdParty`, `ThirdParty`.
fn is_third_party(folder: &str) -> bool {
    if !folder.starts_with(['3', 't', 'T']) {
        return false;
    }
    let plain = folder.to_ascii_lowercase().replace(['-', '_'], "");
    matches!(
        plain.as_str(),
        "thirdparty" | "thirdparties" | "3rdparty" | "3rdparties"
    )
}

/// Libraries that pages load: `examples/jsm/libs`, `public/libs`. Elsewhere a folder `libs` holds packages of a workspace.
fn is_library_of_pages(folders: &str) -> bool {
    const OF_PAGES: &[&str] = &[
        "examples", "example", "demos", "demo", "public", "static", "assets", "www",
    ];
    let mut parts = folders.split('/');
    parts.any(|folder| OF_PAGES.contains(&folder)) && parts.any(|folder| folder == "libs")
}

/// `src/build/…` is a module about building, `build/…` at the top is what was built.
fn is_source_of_build_tool(depth: usize, folder: &str) -> bool {
    depth > 0 && matches!(folder, "build" | "target" | "coverage" | "generated")
}

/// Plugins of Expo are built into `plugin/build`.
fn is_expo_build(path: &str) -> bool {
    path.starts_with("plugin/build/") || path.contains("/plugin/build/")
}

#[cfg(test)]
mod tests;
