//! The files that a `package.json` offers or starts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::packages::{is_code, is_declaration, packages, sources_by_path};
use crate::budget::spend;
use crate::facts::FileFacts;
use crate::ids::FileId;
use crate::manifests::EntryPoint;
use crate::stages::modules::javascript::sources::{sources, with_endings};
use crate::stages::modules::join;

/// The files that the own packages of npm offer or start, each named for itself.
pub(crate) fn entry_points(files: &[FileFacts]) -> BTreeSet<FileId> {
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
    pub(super) found: Vec<FileId>,
    /// The part of them that users import or start, and that no pattern covers.
    named: Vec<FileId>,
    /// For each thing that the package offers a source was found.
    pub(super) all_known: bool,
}

impl Declared {
    pub(super) fn of(
        files: &[FileFacts],
        index: &HashMap<String, FileId>,
        sorted: &BTreeMap<&str, FileId>,
        home: &str,
        manifest: FileId,
    ) -> Self {
        let mut declared = Self {
            found: Vec::new(),
            named: Vec::new(),
            all_known: true,
        };
        let mut package = Package {
            files,
            index,
            sorted,
            home,
            patterns: HashMap::new(),
        };
        let manifest = files[manifest.index()].manifest.as_ref();
        let mut offers = false;
        for entry in manifest.iter().flat_map(|manifest| &manifest.entry_points) {
            // `"main": "expo-router/entry"` is a file of a package.
            let is_foreign = |path: &str| {
                let needed = manifest.iter().flat_map(|manifest| &manifest.requirements);
                needed.into_iter().any(|needed| {
                    let rest = path.strip_prefix(needed.name.as_str());
                    rest.is_some_and(|rest| rest.starts_with('/'))
                })
            };
            let code: Vec<&str> = entry
                .paths
                .iter()
                .map(String::as_str)
                .filter(|path| is_code(path) && !is_foreign(path))
                .collect();
            if !code.is_empty() {
                offers |= !entry.name.is_empty();
                declared.add(&mut package, entry, &code);
            }
        }
        if !offers {
            let found = named(".").iter().find_map(|path| package.lookup(path));
            declared.found.extend(found);
            declared.named.extend(found);
        }
        declared
    }

    /// Adds the files of an entry point, which is at the paths `code`.
    fn add<'m>(&mut self, package: &mut Package<'_, 'm>, entry: &EntryPoint, code: &[&'m str]) {
        let mut any = false;
        for path in code {
            let start = path.split_once('*').map(|(start, _)| start);
            // The files of a pattern were found when it came first.
            if let Some(known) = start.and_then(|start| package.patterns.get(start)) {
                any |= known;
                continue;
            }
            let found = match start {
                Some(start) => below(package.files, package.sorted, &package.join(start), package.home),
                None => {
                    let first = sources(path).iter().find_map(|path| package.lookup(path));
                    first.into_iter().collect()
                }
            };
            package.patterns.extend(start.map(|start| (start, !found.is_empty())));
            any |= !found.is_empty();
            if start.is_none() && !entry.script {
                self.named.extend(&found);
            }
            self.found.extend(found);
        }
        if !any && let Some(file) = named(&entry.name).iter().find_map(|path| package.lookup(path)) {
            self.found.push(file);
            self.named.push(file);
            any = true;
        }
        // A program without a file here is an installed or built one (`tsc`, a file that is made).
        self.all_known &= any || entry.name.is_empty();
    }
}

/// A package, and the files in which its entry points are searched.
struct Package<'f, 'm> {
    files: &'f [FileFacts],
    /// Own code by its path in lower case.
    index: &'f HashMap<String, FileId>,
    sorted: &'f BTreeMap<&'f str, FileId>,
    home: &'f str,
    /// Whether the patterns that were read have any file.
    patterns: HashMap<&'m str, bool>,
}

impl Package<'_, '_> {
    fn join(&self, path: &str) -> String {
        join(self.home, path).to_lowercase()
    }

    fn lookup(&self, path: &str) -> Option<FileId> {
        let at = self.index.get(&self.join(path)).copied()?;
        (!is_declaration(&self.files[at.index()].path)).then_some(at)
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
fn below(files: &[FileFacts], sorted: &BTreeMap<&str, FileId>, start: &str, home: &str) -> Vec<FileId> {
    let home = if home.is_empty() {
        String::new()
    } else {
        format!("{}/", home.to_lowercase())
    };
    let rest = start.strip_prefix(&home).unwrap_or(start);
    let source = rest.split_once('/').map_or("", |(_, rest)| rest);
    let starts = [start.to_owned(), format!("{home}src/{source}")];
    let mut found: Vec<FileId> = starts
        .iter()
        .map(|start| {
            let found: Vec<FileId> = sorted
                .range(start.as_str()..)
                .take_while(|(path, _)| path.starts_with(start.as_str()))
                .map(|(_, at)| *at)
                .collect();
            spend(found.len() as u64);
            found
        })
        .find(|found| !found.is_empty())
        .unwrap_or_default();
    found.retain(|at| !is_declaration(&files[at.index()].path));
    found.sort_unstable();
    found
}
