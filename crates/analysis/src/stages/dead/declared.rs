//! The files that a `package.json` offers or starts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::packages::{is_code, is_declaration, packages, sources_by_path};
use crate::budget::spend;
use crate::facts::FileFacts;
use crate::stages::modules::javascript::sources::{sources, with_endings};

/// The files that the own packages of npm offer or start, each named for itself.
pub(crate) fn entry_points(files: &[FileFacts]) -> BTreeSet<u32> {
    let index = sources_by_path(files);
    let sorted = BTreeMap::new();
    let packages = packages(files);
    let declared = packages
        .iter()
        .flat_map(|(home, file)| Declared::of(files, &index, &sorted, home, *file).named);
    declared.collect()
}

/// The files that a `package.json` names, built ones mapped back to their source.
pub(super) struct Declared {
    pub(super) found: Vec<u32>,
    /// The part of them that users import or start, and that no pattern covers.
    named: Vec<u32>,
    /// For each thing that the package offers a source was found.
    pub(super) all_known: bool,
}

impl Declared {
    pub(super) fn of(
        files: &[FileFacts],
        index: &HashMap<String, u32>,
        sorted: &BTreeMap<&str, u32>,
        home: &str,
        manifest: u32,
    ) -> Self {
        let join = |path: &str| {
            if home.is_empty() {
                path.to_lowercase()
            } else {
                format!("{home}/{path}").to_lowercase()
            }
        };
        let lookup = |path: &String| {
            let at = index.get(&join(path)).copied()?;
            (!is_declaration(&files[at as usize].path)).then_some(at)
        };
        let mut declared = Self {
            found: Vec::new(),
            named: Vec::new(),
            all_known: true,
        };
        let manifest = files[manifest as usize].manifest.as_ref();
        let mut offers = false;
        let mut patterns: HashMap<&str, bool> = HashMap::new();
        for entry in manifest.iter().flat_map(|manifest| &manifest.entry_points) {
            // `"main": "expo-router/entry"` is a file of a package.
            let is_foreign = |path: &str| {
                let needed = manifest.iter().flat_map(|manifest| &manifest.requirements);
                needed.into_iter().any(|needed| {
                    let rest = path.strip_prefix(needed.name.as_str());
                    rest.is_some_and(|rest| rest.starts_with('/'))
                })
            };
            let code: Vec<&String> = entry
                .paths
                .iter()
                .filter(|path| is_code(path) && !is_foreign(path))
                .collect();
            if code.is_empty() {
                continue;
            }
            offers |= !entry.name.is_empty();
            let mut any = false;
            for path in code {
                let start = path.split_once('*').map(|(start, _)| start);
                // The files of a pattern were found when it came first.
                if let Some(known) = start.and_then(|start| patterns.get(start)) {
                    any |= known;
                    continue;
                }
                let found = match start {
                    Some(start) => below(files, sorted, &join(start), home),
                    None => sources(path).iter().find_map(lookup).into_iter().collect(),
                };
                patterns.extend(start.map(|start| (start, !found.is_empty())));
                any |= !found.is_empty();
                if start.is_none() && !entry.script {
                    declared.named.extend(&found);
                }
                declared.found.extend(found);
            }
            if !any && let Some(file) = named(&entry.name).iter().find_map(lookup) {
                declared.found.push(file);
                declared.named.push(file);
                any = true;
            }
            // A program without a file here is an installed or built one (`tsc`, a file that is made).
            declared.all_known &= any || entry.name.is_empty();
        }
        if !offers {
            let found = named(".").iter().find_map(lookup);
            declared.found.extend(found);
            declared.named.extend(found);
        }
        declared
    }
}

/// The usual place of the source of a published name (`.`, `./part`).
fn named(name: &str) -> Vec<String> {
    let stems: Vec<String> = match name.trim_start_matches("./") {
        "" => Vec::new(),
        "." => [
            "index",
            "src/index",
            "src/main",
            "main",
            "server",
            "app",
            "src/server",
            "src/app",
            "lib/index",
        ]
        .map(str::to_owned)
        .to_vec(),
        part => vec![format!("src/{part}"), part.to_owned(), format!("lib/{part}")],
    };
    stems
        .iter()
        .flat_map(|stem| with_endings(stem).collect::<Vec<_>>())
        .collect()
}

/// All code below a folder, or below `src` in its place: what `./dist/*` offers.
fn below(files: &[FileFacts], sorted: &BTreeMap<&str, u32>, start: &str, home: &str) -> Vec<u32> {
    let home = if home.is_empty() {
        String::new()
    } else {
        format!("{}/", home.to_lowercase())
    };
    let rest = start.strip_prefix(&home).unwrap_or(start);
    let source = rest.split_once('/').map_or("", |(_, rest)| rest);
    let starts = [start.to_owned(), format!("{home}src/{source}")];
    let mut found: Vec<u32> = starts
        .iter()
        .map(|start| {
            let found: Vec<u32> = sorted
                .range(start.as_str()..)
                .take_while(|(path, _)| path.starts_with(start.as_str()))
                .map(|(_, at)| *at)
                .collect();
            spend(found.len() as u64);
            found
        })
        .find(|found| !found.is_empty())
        .unwrap_or_default();
    found.retain(|at| !is_declaration(&files[*at as usize].path));
    found.sort_unstable();
    found
}
