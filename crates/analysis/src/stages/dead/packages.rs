//! The npm packages of a repository, and the JavaScript and TypeScript in them.

use std::collections::{BTreeMap, HashMap};

use crate::facts::FileFacts;
use crate::ids::FileId;
use crate::language::Origin;
use crate::stages::modules::folder;

/// The path without the ending of its name.
pub(super) fn without_ending(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map_or(0, |(_, ending)| ending.len() + 1);
    &path[..path.len() - ending]
}

pub(super) fn is_script(file: &FileFacts) -> bool {
    file.syntax.is_some()
        && file
            .language
            .is_some_and(|id| matches!(id.get().id, "javascript" | "typescript"))
}

/// Folders with a `package.json`, and the number of that file.
pub(super) fn packages(files: &[FileFacts]) -> BTreeMap<String, FileId> {
    FileId::enumerate(files)
        .filter(|(_, file)| file.origin == Origin::Own && !file.test && file.manifest.is_some())
        .filter(|(_, file)| file.path == "package.json" || file.path.ends_with("/package.json"))
        .map(|(at, file)| (folder(&file.path).to_owned(), at))
        .collect()
}

/// The folder of the package that a file belongs to: the nearest above it.
pub(super) fn home_of<'p>(packages: &BTreeMap<String, FileId>, path: &'p str) -> Option<&'p str> {
    let mut at = folder(path);
    while !packages.contains_key(at) {
        if at.is_empty() {
            return None;
        }
        at = folder(at);
    }
    Some(at)
}

/// Own code by its path in lower case: a built file is often named after its source but for capitals.
pub(super) fn sources_by_path(files: &[FileFacts]) -> HashMap<String, FileId> {
    FileId::enumerate(files)
        .filter(|(_, file)| is_script(file) && file.is_own())
        .map(|(at, file)| (file.path.to_lowercase(), at))
        .collect()
}

pub(super) fn is_declaration(path: &str) -> bool {
    [".d.ts", ".d.mts", ".d.cts"]
        .iter()
        .any(|ending| path.ends_with(ending))
}

/// Whether a `.js` file has declarations beside it: then it was built, or is published.
pub(super) fn has_declaration(index: &HashMap<String, FileId>, path: &str) -> bool {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem).to_lowercase();
    ["d.ts", "d.mts", "d.cts"]
        .iter()
        .any(|ending| index.contains_key(&format!("{stem}.{ending}")))
}

pub(super) fn is_code(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    // Node adds the ending itself: `"main": "lib/a"`.
    !matches!(
        ending,
        "json" | "css" | "scss" | "wasm" | "node" | "md" | "html" | "svg" | "png" | "txt"
    )
}
