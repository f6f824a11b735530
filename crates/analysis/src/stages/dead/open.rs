//! Packages without `exports`: users may import any of their published files by its path (`import 'expo/dom'`).

use std::collections::{BTreeMap, BTreeSet};

use super::packages::{home_of, is_declaration, is_script};
use crate::facts::FileFacts;
use crate::ids::FileId;
use crate::stages::modules::folder;

/// The folders of such packages.
#[derive(Debug)]
pub(super) struct Open {
    all: BTreeSet<String>,
    /// Those that list what they publish, or come from a registry.
    published: BTreeSet<String>,
}

impl Open {
    pub(super) fn of(files: &[FileFacts], packages: &BTreeMap<String, FileId>, from_registry: bool) -> Self {
        let mut open = Self {
            all: BTreeSet::new(),
            published: BTreeSet::new(),
        };
        for (home, at) in packages {
            let text = files[at.index()].text.as_deref().unwrap_or_default();
            let json: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
            if json.get("version").is_none()
                || json.get("exports").is_some()
                || json.get("private") == Some(&true.into())
            {
                continue;
            }
            open.all.insert(home.clone());
            if from_registry || json.get("files").is_some() {
                open.published.insert(home.clone());
            }
        }
        open
    }

    /// The files outside of the sources that users may import.
    pub(super) fn offered(&self, files: &[FileFacts], packages: &BTreeMap<String, FileId>) -> BTreeSet<FileId> {
        let is_offered = |file: &FileFacts| {
            let is_open = |home| self.published.contains(home) || (self.all.contains(home) && is_forwarding(file));
            is_outside_of_sources(file) && home_of(packages, &file.path).is_some_and(is_open)
        };
        let found = FileId::enumerate(files).filter(|(_, file)| is_offered(file));
        found.map(|(at, _)| at).collect()
    }

    /// The packages whose named entry points reach less than half of their sources: users import the others by their paths.
    pub(super) fn imported_by_path(
        &self,
        files: &[FileFacts],
        packages: &BTreeMap<String, FileId>,
        reached: &[bool],
    ) -> BTreeSet<String> {
        let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        let is_source = |file: &FileFacts| {
            is_script(file)
                && file.is_own()
                && !file.test
                && file.is_judged()
                && !is_declaration(&file.path)
                && !is_outside_of_sources(file)
        };
        for (file, is_reached) in files.iter().zip(reached).filter(|(file, _)| is_source(file)) {
            let Some(home) = home_of(packages, &file.path) else {
                continue;
            };
            let (all, found) = counts.entry(home).or_default();
            *all += 1;
            *found += usize::from(*is_reached);
        }
        let few = counts.into_iter().filter(|(_, (all, found))| found * 2 < *all);
        few.filter_map(|(home, _)| self.published.get(home).cloned()).collect()
    }
}

fn is_outside_of_sources(file: &FileFacts) -> bool {
    let mut folders = folder(&file.path).split('/');
    let in_sources = folders.any(|folder| matches!(folder, "src" | "lib" | "source"));
    file.syntax.is_some() && is_script(file) && !file.test && !in_sources
}

/// A file that only exports another.
fn is_forwarding(file: &FileFacts) -> bool {
    file.syntax.as_ref().is_some_and(|syntax| {
        !syntax.imports.is_empty()
            && syntax.imports.iter().all(|import| import.kind.is_reexport())
            && syntax.functions.is_empty()
    })
}
