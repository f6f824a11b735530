//! The folders in which a build searches for included files: `compile_commands.json`, the literals of CMake
//! (`target_include_directories`, `include_directories`) and Meson, and `-I` of makefiles.

use std::collections::{BTreeMap, HashMap};

use crate::ids::FileId;
use crate::stages::modules::{ModuleIndex, folder, normalize};

/// Folders of one configuration, or of one compiled file.
const MAX_FOLDERS: usize = 200;

/// Whether a build is configured by the file at `path`.
#[must_use]
pub(in crate::stages::modules) fn reads_text_of(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(
        name,
        "CMakeLists.txt"
            | "compile_commands.json"
            | "Makefile"
            | "makefile"
            | "GNUmakefile"
            | "Makefile.am"
            | "meson.build"
    ) || name.ends_with(".cmake")
        || name.ends_with(".mk")
}

#[derive(Default)]
pub(super) struct Roots {
    /// By compiled file.
    of_file: HashMap<FileId, Vec<String>>,
    /// By the folder of a configuration.
    of_folder: BTreeMap<String, Vec<String>>,
}

impl Roots {
    pub(super) fn of(index: &ModuleIndex<'_>) -> Self {
        let mut roots = Self::default();
        for file in index
            .files
            .iter()
            .filter(|file| file.is_own() && reads_text_of(&file.path))
        {
            let text = file.text.as_deref().unwrap_or_default();
            let home = folder(&file.path);
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            if name == "compile_commands.json" {
                roots.add_commands(index, text);
                continue;
            }
            let mut found = match name {
                "meson.build" => calls(text, "include_directories", false),
                "CMakeLists.txt" => cmake(text),
                _ if name.ends_with(".cmake") => cmake(text),
                _ => options(text.split_whitespace()),
            };
            found.truncate(MAX_FOLDERS);
            let folders = found.iter().flat_map(|path| places(index, home, path));
            roots.of_folder.entry(home.to_owned()).or_default().extend(folders);
        }
        roots
    }

    fn add_commands(&mut self, index: &ModuleIndex<'_>, text: &str) {
        let Ok(serde_json::Value::Array(commands)) = serde_json::from_str(text) else {
            return;
        };
        for command in &commands {
            let text = |key: &str| command.get(key).and_then(serde_json::Value::as_str);
            let (Some(directory), Some(file)) = (text("directory"), text("file")) else {
                continue;
            };
            let absolute = |path: &str| {
                let relative = !path.starts_with('/') && !path.contains(":\\");
                normalize(if relative { directory } else { "" }, &path.replace('\\', "/"))
            };
            let Some(path) = absolute(file) else { continue };
            // Where the repository was when it was built: before the longest end of the path that is a file of it.
            let ends = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at + 1));
            let found = ends.into_iter().find_map(|at| Some((at, index.file(&path[at..])?)));
            let Some((at, file)) = found else { continue };
            let root = &path[..at];
            let listed = command.get("arguments").and_then(serde_json::Value::as_array);
            let arguments = listed.into_iter().flatten().filter_map(serde_json::Value::as_str);
            let words = text("command").unwrap_or_default().split_whitespace();
            let folders = options(words.chain(arguments)).into_iter().take(MAX_FOLDERS);
            let inside = folders.filter_map(|path| {
                let path = format!("{}/", absolute(&path)?);
                Some(path.strip_prefix(root)?.trim_end_matches('/').to_owned())
            });
            self.of_file.entry(file).or_default().extend(inside);
        }
    }

    /// The folders for a file: those of its own command, then those of the nearest configurations, then of all others.
    pub(super) fn of_source<'a>(&'a self, from: FileId, path: &'a str) -> impl Iterator<Item = &'a str> {
        let own = self.of_file.get(&from).into_iter().flatten();
        let is_above =
            move |home: &str| home.is_empty() || path.strip_prefix(home).is_some_and(|rest| rest.starts_with('/'));
        let above = self.of_folder.iter().rev().filter(move |(home, _)| is_above(home));
        own.chain(above.flat_map(|(_, folders)| folders)).map(String::as_str)
    }
}

/// Folders of the repository that a path of a configuration in `home` may be.
fn places(index: &ModuleIndex<'_>, home: &str, path: &str) -> Vec<String> {
    let own = normalize(home, path);
    let from_root = normalize("", path);
    let mut found: Vec<String> = own
        .into_iter()
        .chain(from_root)
        .filter(|path| index.is_folder(path))
        .collect();
    found.truncate(1);
    found
}

/// The values of `-I`, `-isystem` and `-iquote`.
fn options<'t>(words: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut found = Vec::new();
    let mut words = words.map(|word| word.trim_matches(['"', '\'']));
    while let Some(word) = words.next() {
        let value = ["-isystem", "-iquote", "-idirafter", "-I"]
            .iter()
            .find_map(|option| word.strip_prefix(option));
        let value = match value {
            Some("") => words.next(),
            value => value,
        };
        found.extend(value.and_then(|value| expanded(value, &HashMap::new())));
    }
    found
}

fn cmake(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    let text = lines.collect::<Vec<_>>().join("\n");
    let mut variables = HashMap::new();
    for set in calls(&text, "set", true) {
        let mut words = set.split_whitespace();
        if let (Some(name), Some(value), None) = (words.next(), words.next(), words.next()) {
            variables.insert(name.to_owned(), value.trim_matches('"').to_owned());
        }
    }
    let mut found = Vec::new();
    for (name, skipped) in [("target_include_directories", 1), ("include_directories", 0)] {
        for call in calls(&text, name, true) {
            let words = call
                .split([' ', '\n', '\t', '\r', ';'])
                .map(|word| word.trim_matches('"'));
            let words = words.filter(|word| !word.is_empty()).skip(skipped);
            let is_option = |word: &&str| {
                matches!(
                    *word,
                    "PUBLIC" | "PRIVATE" | "INTERFACE" | "SYSTEM" | "BEFORE" | "AFTER"
                )
            };
            found.extend(
                words
                    .filter(|word| !is_option(word))
                    .filter_map(|word| expanded(word, &variables)),
            );
        }
    }
    found
}

/// The text between the brackets of each call of `name`; for Meson, each of its texts.
fn calls(text: &str, name: &str, whole: bool) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(name) {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if at > 0 && is_word(text.as_bytes()[at - 1]) {
            continue;
        }
        let rest = text[at + name.len()..].trim_start();
        let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.split(')').next()) else {
            continue;
        };
        if whole {
            found.push(inner.to_owned());
        } else {
            found.extend(inner.split('\'').skip(1).step_by(2).map(str::to_owned));
        }
    }
    found
}

/// A path without the variables that are known; `None` where there are others.
fn expanded(word: &str, variables: &HashMap<String, String>) -> Option<String> {
    let word = word
        .strip_prefix("$<BUILD_INTERFACE:")
        .map_or(word, |inner| inner.trim_end_matches('>'));
    let mut path = word.to_owned();
    for _ in 0..8 {
        let Some(start) = path.find("${").or_else(|| path.find("$(")) else {
            break;
        };
        let end = start + path[start..].find(['}', ')'])?;
        let name = &path[start + 2..end];
        let is_root = name.ends_with("_SOURCE_DIR")
            || name.ends_with("_LIST_DIR")
            || matches!(
                name,
                "srcdir" | "top_srcdir" | "CURDIR" | "PWD" | "TOPDIR" | "ROOT" | "ROOT_DIR"
            );
        let value = if is_root { "." } else { variables.get(name)?.as_str() };
        path = format!("{}{value}{}", &path[..start], &path[end + 1..]);
    }
    (!path.contains(['$', '<', '>'])).then(|| path.replace('\\', "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_as_far_as_they_are_literal() {
        let text = "set(INC inc)\ntarget_include_directories(a PUBLIC ${PROJECT_SOURCE_DIR}/x \"y\" PRIVATE $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/z>)\n\
                    include_directories(SYSTEM ${INC}/b ${UNKNOWN}/c) # include_directories(d)\n";
        assert_eq!(cmake(text), ["./x", "y", "./z", "inc/b"]);
        assert_eq!(
            options("cc -Ia -I b -isystem c -O2 -I$(D)/e".split(' ')),
            ["a", "b", "c"]
        );
        assert_eq!(
            calls("inc = include_directories('a', 'b/c')", "include_directories", false),
            ["a", "b/c"]
        );
    }
}
