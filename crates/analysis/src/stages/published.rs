//! Whether a tree is a repository or a package from a registry. A package leaves out tests, configuration of services and
//! documents for contributors: their absence is no evidence about the project.

use repolens_core::report::Report;

use crate::facts::{Facts, FileFacts};
use crate::language::Origin;

/// A registry whose package this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Registry {
    Npm,
    Pypi,
    Crates,
    Debian,
}

impl Registry {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pypi => "pypi",
            Self::Crates => "crates.io",
            Self::Debian => "debian",
        }
    }
}

/// Whether the stage reads the text of a file: `package.json` lists the files that are published.
pub(super) fn reads_text_of(path: &str) -> bool {
    path == "package.json" || path == "package/package.json"
}

/// Whether it may be the archive of a release, which leaves out what only the repository needs: it has no history, and no file
/// of a version control system or of a service that builds repositories.
pub(super) fn may_be_release(facts: &Facts, report: &Report) -> bool {
    const OF_REPOSITORIES: &[&str] = &[
        ".git",
        ".hg",
        ".svn",
        ".bzr",
        ".travis",
        ".circleci",
        ".cirrus",
        ".woodpecker",
        ".buildkite",
    ];
    let has_history = report
        .hotspots
        .as_ref()
        .is_some_and(|hotspots| hotspots.window.commits > 1);
    let is_of_repository = |part: &str| OF_REPOSITORIES.iter().any(|start| part.starts_with(start));
    !has_history
        && !facts
            .files
            .iter()
            .any(|file| file.origin != Origin::Vendored && file.path.split('/').any(is_of_repository))
}

/// The registry, by what only its packages have.
pub(crate) fn registry(facts: &Facts) -> Option<Registry> {
    let root = package_root(facts);
    let has = |path: &str| find(facts, &format!("{root}{path}")).is_some();
    if has(".cargo_vcs_info.json")
        || has("Cargo.toml.orig")
        || facts
            .files
            .iter()
            .any(|file| file.path.ends_with("/.cargo-checksum.json"))
        || has(".cargo-checksum.json")
    {
        return Some(Registry::Crates);
    }
    let in_wheel =
        |file: &FileFacts| file.path.ends_with(".dist-info/METADATA") || file.path.ends_with(".dist-info/RECORD");
    if has("PKG-INFO") || facts.files.iter().any(in_wheel) {
        return Some(Registry::Pypi);
    }
    if facts.files.iter().any(|file| {
        format!("/{}", file.path).contains("/usr/share/doc/") || file.path.ends_with("/changelog.Debian.gz")
    }) {
        return Some(Registry::Debian);
    }
    is_npm_package(facts, root).then_some(Registry::Npm)
}

/// `package/` of an npm archive that was unpacked as it is.
fn package_root(facts: &Facts) -> &'static str {
    let inside = |file: &FileFacts| file.path.starts_with("package/");
    if !facts.files.is_empty() && facts.files.iter().all(inside) {
        "package/"
    } else {
        ""
    }
}

fn find<'a>(facts: &'a Facts, path: &str) -> Option<&'a FileFacts> {
    let at = facts.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
    facts.files.get(at)
}

/// npm never packs a `.gitignore` or a lock file, and of a package with a `files` list nothing else.
fn is_npm_package(facts: &Facts, root: &str) -> bool {
    const NEVER: &[&str] = &[
        ".gitignore",
        "package-lock.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        ".npmrc",
        "bun.lock",
        "bun.lockb",
    ];
    let text = find(facts, &format!("{root}package.json")).and_then(|file| file.text.as_deref());
    let Some(json) = text.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok()) else {
        return false;
    };
    // What it brings of others may have them.
    let name = |file: &FileFacts| {
        file.origin != Origin::Vendored && NEVER.contains(&file.path.rsplit('/').next().unwrap_or(&file.path))
    };
    if json.get("private").and_then(serde_json::Value::as_bool) == Some(true)
        || json.get("version").is_none()
        || facts.files.iter().any(name)
        || facts
            .files
            .iter()
            .any(|file| file.path.starts_with(&format!("{root}.github/")))
    {
        return false;
    }
    let main = json.get("main").and_then(serde_json::Value::as_str);
    let main = main.map(|path| path.trim_start_matches("./"));
    // What its `main` names was built, and is in no repository.
    let is_built = |path: &str| {
        let path = path.trim_start_matches("./");
        path.starts_with("dist/") && find(facts, &format!("{root}{path}")).is_some()
    };
    let named = ["main", "module", "browser", "exports"]
        .iter()
        .filter_map(|key| json.get(key));
    let has_build = named.into_iter().any(|value| has_text(value, &is_built));
    has_build || has_tests_elsewhere(facts, &json) || has_listed_files_only(facts, root, &json, main)
}

/// Whether a text of a value, at any depth, is such.
fn has_text(value: &serde_json::Value, is_such: &dyn Fn(&str) -> bool) -> bool {
    match value {
        serde_json::Value::String(text) => is_such(text),
        serde_json::Value::Array(list) => list.iter().any(|inner| has_text(inner, is_such)),
        serde_json::Value::Object(map) => map.values().any(|inner| has_text(inner, is_such)),
        _ => false,
    }
}

/// Whether the package's own `test` script runs what is not here.
fn has_tests_elsewhere(facts: &Facts, json: &serde_json::Value) -> bool {
    let script = json.pointer("/scripts/test").and_then(serde_json::Value::as_str);
    script.is_some_and(|script| !script.is_empty() && !script.contains("no test specified"))
        && !facts.files.iter().any(|file| file.test)
}

/// Whether each file is one that `files` names or that npm packs in any case.
fn has_listed_files_only(facts: &Facts, root: &str, json: &serde_json::Value, main: Option<&str>) -> bool {
    let Some(published) = json.get("files").and_then(serde_json::Value::as_array) else {
        return false;
    };
    let published: Vec<&str> = published
        .iter()
        .filter_map(serde_json::Value::as_str)
        .map(|entry| entry.trim_start_matches(['.', '/']))
        .collect();
    let always = |path: &str| {
        let lower = path.to_ascii_lowercase();
        let stem = lower.split(['.', '-']).next().unwrap_or_default();
        !path.contains('/')
            && (lower == "package.json"
                || matches!(
                    stem,
                    "readme" | "license" | "licence" | "notice" | "changelog" | "changes" | "history" | "copying"
                ))
    };
    let main = main.unwrap_or("index.js");
    let covered = |path: &str| {
        always(path)
            || path == main
            || json.get("bin").is_some_and(|bin| bin.to_string().contains(path))
            || published.iter().any(|entry| {
                let entry = entry.split('*').next().unwrap_or(entry).trim_end_matches('/');
                path.starts_with(entry)
            })
    };
    facts
        .files
        .iter()
        .all(|file| covered(file.path.strip_prefix(root).unwrap_or(&file.path)))
}
