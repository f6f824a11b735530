//! Files that start a program, or are the public interface of a package: according to the manifests, to the file's name, or
//! to the code itself (a `main`, a first line `#!`).

use std::collections::{BTreeSet, HashMap};

use super::dead;
use super::modules::{folder, join};
use crate::facts::FileFacts;
use crate::ids::FileId;
use crate::language::Origin;
use crate::manifests;

/// Whether the text of the file at `path` is kept to be read here.
#[must_use]
pub fn reads_text_of(path: &str) -> bool {
    matches!(file_name(path), "setup.py" | "composer.json")
}

/// Their numbers, as in `Facts::files`.
pub(super) fn find(files: &[FileFacts]) -> BTreeSet<FileId> {
    let by_path: HashMap<&str, FileId> = FileId::enumerate(files)
        .map(|(at, file)| (file.path.as_str(), at))
        .collect();
    let mut found = dead::entry_points(files);
    for (at, file) in FileId::enumerate(files).filter(|(_, file)| is_product(file)) {
        let by_code = file.syntax.as_ref().is_some_and(|syntax| syntax.entry_point);
        if by_code || (file.language.is_some() && is_named_so(&file.path)) {
            found.insert(at);
        }
        let home = folder(&file.path);
        let lookup = |path: &String| by_path.get(join(home, path.trim_start_matches("./")).as_str()).copied();
        // For each entry point the first file that exists.
        let candidates = named(file).into_iter();
        found.extend(candidates.filter_map(|paths| paths.iter().find_map(lookup)));
    }
    found.retain(|at| is_product(&files[at.index()]));
    found
}

fn is_product(file: &FileFacts) -> bool {
    file.origin == Origin::Own && !file.test
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether interpreters, servers and build tools start a file of this name.
fn is_named_so(path: &str) -> bool {
    matches!(
        file_name(path),
        "__main__.py" | "manage.py" | "wsgi.py" | "asgi.py" | "main.go" | "main.swift" | "config.ru" | "index.php"
    )
}

/// The files that a manifest names, each with the paths where it may be.
fn named(file: &FileFacts) -> Vec<Vec<String>> {
    let text = file.text.as_deref().unwrap_or_default();
    let points = |list: Vec<manifests::EntryPoint>| list.into_iter().map(|point| point.paths).collect();
    match file_name(&file.path) {
        "pyproject.toml" | "setup.cfg" => file
            .manifest
            .as_ref()
            .map_or_else(Vec::new, |manifest| points(manifest.entry_points.clone())),
        "setup.py" => points(manifests::setup_py(text)),
        "Cargo.toml" => of_crate(text),
        "composer.json" => of_composer(text),
        _ => Vec::new(),
    }
}

/// Cargo's own rules: `src/lib.rs` and `src/main.rs`, or the paths in `[lib]` and `[[bin]]`. (`src/bin` is found by its `main`.)
fn of_crate(text: &str) -> Vec<Vec<String>> {
    let Ok(table) = text.parse::<toml::Table>() else {
        return Vec::new();
    };
    if !table.contains_key("package") {
        return Vec::new();
    }
    let text_of = |value: &toml::Value, key: &str| value.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let library = table.get("lib").and_then(|library| text_of(library, "path"));
    let programs = table.get("bin").and_then(toml::Value::as_array).into_iter().flatten();
    let mut found = vec![
        vec![library.unwrap_or_else(|| "src/lib.rs".to_owned())],
        vec!["src/main.rs".to_owned()],
    ];
    found.extend(
        programs.map(|program| match (text_of(program, "path"), text_of(program, "name")) {
            (Some(path), _) => vec![path],
            (None, Some(name)) => vec![format!("src/bin/{name}.rs"), format!("src/bin/{name}/main.rs")],
            (None, None) => Vec::new(),
        }),
    );
    found
}

fn of_composer(text: &str) -> Vec<Vec<String>> {
    let root: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    match root.get("bin") {
        Some(serde_json::Value::String(path)) => vec![vec![path.clone()]],
        Some(serde_json::Value::Array(list)) => {
            let paths = list.iter().filter_map(serde_json::Value::as_str);
            paths.map(|path| vec![path.to_owned()]).collect()
        }
        _ => Vec::new(),
    }
}
