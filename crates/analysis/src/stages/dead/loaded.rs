//! Files that are loaded by a computed name: `` import(`./pages/${name}.js`) ``, `require('./' + name)`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::packages::home_of;
use crate::facts::FileFacts;
use crate::ids::FileId;
use crate::stages::modules::{folder, join, normalize};

#[derive(Debug, Default)]
pub(super) struct Loaded {
    /// By their paths, they may be.
    pub files: Vec<FileId>,
    /// Packages in which a name is computed of which nothing is known: any of their files may be loaded.
    pub unknown: BTreeSet<String>,
}

impl Loaded {
    /// `index`: own code by its path in lower case.
    pub(super) fn of(
        files: &[FileFacts],
        index: &HashMap<String, FileId>,
        packages: &BTreeMap<String, FileId>,
    ) -> Self {
        let mut loaded = Self::default();
        let mut beginnings = BTreeSet::new();
        for file in files.iter().filter(|file| file.is_own() && !file.test) {
            let loads = file.syntax.as_ref().map_or(&[][..], |syntax| &syntax.loads);
            for load in loads {
                // From the folder of the package, where the program is started.
                let of_package = load.strip_prefix('/').map(|below| {
                    let home = home_of(packages, &file.path).unwrap_or_default();
                    path_beginning(&join(home, "package.json"), &format!("./{below}"))
                });
                if let Some(beginning) = of_package {
                    beginnings.extend(beginning.map(|beginning| beginning.to_lowercase()));
                    continue;
                }
                match path_beginning(&file.path, load) {
                    Some(beginning) => drop(beginnings.insert(beginning.to_lowercase())),
                    None => loaded.unknown.extend(home_of(packages, &file.path).map(str::to_owned)),
                }
            }
        }
        if beginnings.is_empty() {
            return loaded;
        }
        let mut paths: Vec<(&String, FileId)> = index.iter().map(|(path, at)| (path, *at)).collect();
        paths.sort_unstable();
        let mut covered: Option<&String> = None;
        for beginning in &beginnings {
            if covered.is_some_and(|covered| beginning.starts_with(covered.as_str())) {
                continue;
            }
            covered = Some(beginning);
            let start = paths.partition_point(|(path, _)| *path < beginning);
            let below = paths[start..]
                .iter()
                .take_while(|(path, _)| path.starts_with(beginning.as_str()));
            loaded.files.extend(below.map(|(_, at)| *at));
        }
        loaded
    }
}

/// The prefix of the paths of the loaded files; `None` where it is not known.
fn path_beginning(file: &str, load: &str) -> Option<String> {
    let (above, name) = load.rsplit_once('/')?;
    let folder = normalize(folder(file), above)?;
    // The whole repository is as good as nothing.
    (!folder.is_empty() || !name.is_empty()).then(|| join(&folder, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_path_begins_with() {
        let beginning = |file, load| path_beginning(file, load);
        assert_eq!(beginning("src/a.js", "./pages/").as_deref(), Some("src/pages/"));
        assert_eq!(beginning("src/a.js", "../lang/de-").as_deref(), Some("lang/de-"));
        assert_eq!(beginning("src/a.js", "./").as_deref(), Some("src/"));
        assert_eq!(beginning("a.js", "./"), None, "everything");
        assert_eq!(beginning("a.js", "../"), None, "outside");
        assert_eq!(beginning("a.js", ""), None, "unknown");
    }
}
