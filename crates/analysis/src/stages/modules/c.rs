//! C and C++: `#include "…"` beside the file, then in the folders that the build searches ([`roots`]), then from the roots
//! that projects have (`include`, `src`), then the one file of the repository whose path ends so. `#include <…>` likewise,
//! where the file is of this repository.

use super::{ModuleIndex, Resolver, Target, folder, normalize};
use crate::facts::Import;

/// Folders in which a file is searched for.
const MAX_ROOTS: usize = 400;

mod roots;

use crate::ids::FileId;
use roots::Roots;
pub(super) use roots::reads_text_of;

struct C {
    roots: Roots,
    /// The files by their reversed paths, sorted: paths with the same end are adjacent.
    backwards: Vec<(String, FileId)>,
}

pub(super) fn new<'f>(index: &ModuleIndex<'f>) -> Box<dyn Resolver + 'f> {
    let files = ["c", "cpp", "objective-c"]
        .into_iter()
        .flat_map(|language| index.of_language(language));
    let mut backwards: Vec<_> = files
        .map(|(at, file)| (file.path.chars().rev().collect(), at))
        .collect();
    backwards.sort_unstable();
    Box::new(C {
        roots: Roots::of(index),
        backwards,
    })
}

impl C {
    /// The only file whose path ends so.
    fn ending(&self, end: &str) -> Option<FileId> {
        let end: String = end.chars().rev().collect();
        let start = self.backwards.partition_point(|(path, _)| *path < end);
        let mut hits = self.backwards[start..].iter().take(2);
        let mut next = || hits.next().filter(|(path, _)| path.starts_with(&end));
        next().filter(|_| next().is_none()).map(|(_, at)| *at)
    }
}

impl Resolver for C {
    fn resolve(&self, index: &ModuleIndex<'_>, from: FileId, import: &Import) -> Target {
        let system = import.specifier.starts_with('<');
        let path = import.specifier.trim_matches(['<', '>']);
        let beside = || normalize(folder(&index.files[from.index()].path), path).and_then(|path| index.file(&path));
        let configured = self.roots.of_source(from, &index.files[from.index()].path);
        let roots = configured.chain(["", "include", "src", "lib"]);
        let below = || {
            roots
                .take(MAX_ROOTS)
                .find_map(|root| index.file(&normalize(root, path)?))
        };
        let found = if system { below() } else { beside().or_else(below) };
        let found = found.or_else(|| {
            let end = format!("/{}", path.trim_start_matches("../").trim_start_matches("./"));
            self.ending(&end).filter(|_| !system || path.contains('/'))
        });
        match found {
            Some(file) if index.files[file.index()].syntax.is_some() => Target::file(file),
            Some(_) => Target::Asset,
            None if system => Target::External(path.to_owned()),
            None => Target::Unresolved,
        }
    }
}
