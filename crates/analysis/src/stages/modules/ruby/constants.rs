//! Constants that are loaded by their names, as Rails and Zeitwerk do it: `Admin::UserPolicy` is `admin/user_policy.rb` below
//! one of the folders that are searched.

use std::collections::{BTreeSet, HashMap};

use crate::budget::spend;
use crate::ids::FileId;
use crate::stages::modules::{ModuleIndex, folder, join};

#[derive(Default)]
pub(super) struct Constants {
    /// By the path below a searched folder, in small letters and without `_`: acronyms are written in several ways.
    files: HashMap<String, FileId>,
    /// By file, the same for itself.
    names: HashMap<FileId, String>,
}

impl Constants {
    pub(super) fn of(index: &ModuleIndex<'_>) -> Self {
        let mut found = Self::default();
        // Where an application or an engine of Rails is, and folders of gems that call Zeitwerk.
        let mut homes = BTreeSet::new();
        let mut gems = BTreeSet::new();
        for (_, file) in index.of_language("ruby") {
            if let Some(home) = file.path.strip_suffix("config/application.rb") {
                homes.insert(home);
            }
            if let Some((home, _)) = file
                .path
                .split_once("lib/")
                .filter(|_| file.path.ends_with("/engine.rb"))
            {
                homes.insert(home);
            }
            let imports = file.syntax.iter().flat_map(|syntax| &syntax.imports);
            if imports.into_iter().any(|import| import.specifier == "zeitwerk") {
                gems.insert(join(folder(&file.path), ""));
            }
        }
        if homes.is_empty() && gems.is_empty() {
            return found;
        }
        for (at, file) in index
            .of_language("ruby")
            .filter(|(_, file)| file.is_own() && !file.test)
        {
            let searched = searched(&homes, &gems, &file.path);
            if let Some(below) = searched.and_then(|below| below.strip_suffix(".rb")) {
                let key = key(below, "/");
                found.names.insert(at, key.clone());
                found.files.entry(key).or_insert(at);
            }
        }
        found
    }

    /// The files of the constants that a file names: in its own namespace and those around it.
    pub(super) fn loaded(&self, index: &ModuleIndex<'_>, from: FileId) -> Vec<FileId> {
        let Some(syntax) = index.files[from.index()]
            .syntax
            .as_ref()
            .filter(|_| !self.files.is_empty())
        else {
            return Vec::new();
        };
        let own = self.names.get(&from).map_or("", String::as_str);
        let mut found = Vec::new();
        for name in &syntax.mentions {
            let wanted = key(name, "::");
            let mut around = Some(own);
            while let Some(namespace) = around {
                spend(1);
                if let Some(file) = self.files.get(&join(namespace, &wanted)) {
                    found.push(*file);
                    break;
                }
                around = (!namespace.is_empty()).then(|| folder(namespace));
            }
        }
        found.retain(|file| *file != from);
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn key(path: &str, separator: &str) -> String {
    path.trim_start_matches(separator)
        .replace(separator, "/")
        .replace('_', "")
        .to_lowercase()
}

/// The part of a path below the folder that is searched: `app/models/`, `app/models/concerns/`, `lib/` of a gem.
fn searched<'p>(homes: &BTreeSet<&str>, gems: &BTreeSet<String>, path: &'p str) -> Option<&'p str> {
    let gem = gems.iter().rev().find_map(|home| path.strip_prefix(home.as_str()));
    gem.or_else(|| {
        let inside = homes
            .iter()
            .rev()
            .find_map(|home| path.strip_prefix(home)?.strip_prefix("app/"))?;
        let (_, below) = inside.split_once('/')?;
        Some(below.strip_prefix("concerns/").unwrap_or(below))
    })
}
