//! What only imports that are commented out would use: a parked feature.

use std::collections::HashSet;

use super::packages::{is_script, without_ending};
use crate::facts::FileFacts;
use crate::stages::modules::{folder, normalize};

#[derive(Debug, Default)]
pub(super) struct Parked<'f> {
    names: HashSet<&'f str>,
    /// Paths without their endings.
    stems: HashSet<String>,
}

impl<'f> Parked<'f> {
    pub(super) fn of(files: &'f [FileFacts]) -> Self {
        let mut parked = Self::default();
        for file in files
            .iter()
            .filter(|file| is_script(file) && file.is_own() && !file.test)
        {
            for mention in file.syntax.as_ref().map_or(&[][..], |syntax| &syntax.mentions) {
                if !mention.starts_with('.') {
                    parked.names.insert(mention);
                } else if let Some(path) = normalize(folder(&file.path), mention) {
                    parked.stems.insert(without_ending(&path).to_owned());
                    parked.stems.insert(path);
                }
            }
        }
        parked
    }

    pub(super) fn has_name(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    pub(super) fn has_file(&self, path: &str) -> bool {
        let stem = without_ending(path);
        self.stems.contains(stem)
            || stem
                .strip_suffix("/index")
                .is_some_and(|folder| self.stems.contains(folder))
    }
}
