//! Folders named `spec`.

use std::collections::HashSet;

use super::testing::{is_spec, is_spec_class};

/// The folders `spec` and `specs` that hold tests: such a folder may as well hold a specification, or the code for one.
#[derive(Debug, Default)]
pub struct SpecFolders<'a>(HashSet<&'a str>);

impl<'a> SpecFolders<'a> {
    /// The folders with a file that is a test by its name, or by its language: Ruby and Crystal, outside of `lib` and `app`.
    pub fn of(paths: impl Iterator<Item = &'a str>) -> Self {
        let mut found = HashSet::new();
        for path in paths {
            let extension = path.rsplit('.').next().unwrap_or_default();
            let name = path.rsplit('/').next().unwrap_or(path);
            let is_named = is_spec(name) || is_spec_class(name.split('.').next().unwrap_or(name), extension);
            let is_ruby = matches!(extension, "rb" | "cr");
            if is_named || is_ruby {
                let folders = Self::around(path);
                found.extend(
                    folders.filter(|folder| is_named || !folder.split('/').any(|part| matches!(part, "lib" | "app"))),
                );
            }
        }
        Self(found)
    }

    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        !self.0.is_empty() && Self::around(path).any(|folder| self.0.contains(folder))
    }

    /// The folders of such a name that the file is in.
    fn around(path: &str) -> impl Iterator<Item = &str> {
        path.match_indices('/').filter_map(move |(end, _)| {
            let folder = &path[..end];
            let name = folder.rsplit('/').next().unwrap_or(folder);
            matches!(name, "spec" | "specs").then_some(folder)
        })
    }
}
