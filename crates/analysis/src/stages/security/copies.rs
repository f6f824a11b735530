//! Folders with the code of other projects that no list of names knows: `lib/Cake` with a license of its own,
//! `h2database-1.4.197`.

use std::collections::{HashMap, HashSet};

use crate::facts::{Facts, FileFacts};

/// Folders in which projects keep those of others, beside their own code.
const HOMES: &[&str] = &[
    "lib", "inc", "include", "includes", "contrib", "ext", "external", "deps", "assets", "js", "static", "public",
    "wwwroot", "library", "scripts",
];

/// Single scripts of other projects, by their first comments. A project whose own files begin like that has none.
pub(super) struct Scripts<'f> {
    /// The names of the project's packages.
    own: Vec<&'f str>,
    any: bool,
}

impl<'f> Scripts<'f> {
    pub fn of(facts: &'f Facts) -> Self {
        let code = || facts.files.iter().filter(|file| file.is_own() && file.lines.code > 0);
        let released = code().filter(|file| file.released).count();
        let manifests = facts.files.iter().filter_map(|file| file.manifest.as_deref());
        Self {
            own: manifests.filter_map(|manifest| manifest.name.as_deref()).collect(),
            any: released > 0 && released * 5 < code().count(),
        }
    }

    pub fn has(&self, file: &FileFacts) -> bool {
        let stem = plain(stem(&file.path));
        self.any && file.released && !self.own.iter().any(|own| plain(own) == stem)
    }
}

/// `Function` of `src/util/Function.ts`.
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}

/// The letters and digits of the last part of a name.
fn plain(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    last.chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase()
}

/// Such folders, with less than half of the code, or than nine tenths of it in `NAME-VERSION`: a package of Ruby has all of
/// its code there.
pub(super) struct Copies<'f>(HashSet<&'f str>);

impl<'f> Copies<'f> {
    pub fn of(facts: &'f Facts) -> Self {
        let licenses = facts.files.iter().filter_map(|file| {
            let (folder, name) = file.path.rsplit_once('/')?;
            let (home, _) = folder.rsplit_once('/')?;
            let lower = name.to_ascii_lowercase();
            let is_license = ["license", "licence", "copying"]
                .iter()
                .any(|stem| lower.starts_with(stem));
            (is_license && HOMES.contains(&home.rsplit('/').next().unwrap_or(home))).then_some(folder)
        });
        let releases = facts
            .files
            .iter()
            .flat_map(|file| folders(&file.path))
            .filter(|folder| is_release(folder));
        let mut code: HashMap<&str, u64> = licenses.chain(releases).map(|folder| (folder, 0)).collect();
        if code.is_empty() {
            return Self(HashSet::new());
        }
        let mut total = 0;
        for file in &facts.files {
            let lines = u64::from(file.lines.code);
            total += lines;
            for folder in folders(&file.path) {
                if let Some(sum) = code.get_mut(folder) {
                    *sum += lines;
                }
            }
        }
        code.retain(|folder, lines| {
            let most = if is_release(folder) { total * 9 / 10 } else { total / 2 };
            *lines < most
        });
        Self(code.into_keys().collect())
    }

    pub fn has(&self, path: &str) -> bool {
        folders(path).any(|folder| self.0.contains(folder))
    }
}

/// The paths of the folders that a file is in.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

/// `h2database-1.4.197`: a name with a version of three numbers.
fn is_release(folder: &str) -> bool {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    name.rsplit_once('-').is_some_and(|(name, version)| {
        let numbers: Vec<&str> = version.split('.').collect();
        !name.is_empty() && numbers.len() >= 3 && numbers.iter().all(|number| number.parse::<u32>().is_ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_by_their_names() {
        assert!(is_release("h2database-1.4.197") && is_release("compose-1.29.2"));
        assert!(!is_release("api-1.2") && !is_release("v1.2.3") && !is_release("utf-8") && !is_release("a-b-c"));
    }
}
