//! C and C++: `#include "…"` beside the file, then from the roots that projects have (`include`, `src`), then the one file
//! of the repository whose path ends so. `#include <…>` likewise, where the file is of this repository.

use std::collections::HashMap;

use super::{Index, Resolver, Target, folder, join, normalize};
use crate::facts::Import;

struct C {
    /// File name to the files that have it.
    by_name: HashMap<String, Vec<u32>>,
}

pub(super) fn new<'f>(index: &Index<'f>) -> Box<dyn Resolver + 'f> {
    let mut by_name: HashMap<String, Vec<u32>> = HashMap::new();
    for (at, file) in ["c", "cpp", "objective-c"]
        .iter()
        .flat_map(|language| index.of_language(language))
    {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        by_name.entry(name.to_owned()).or_default().push(at);
    }
    Box::new(C { by_name })
}

impl Resolver for C {
    fn resolve(&self, index: &Index<'_>, from: u32, import: &Import) -> Target {
        let system = import.specifier.starts_with('<');
        let path = import.specifier.trim_matches(['<', '>']);
        let beside = || normalize(folder(&index.files[from as usize].path), path).and_then(|path| index.file(&path));
        let below = || {
            ["", "include", "src", "lib"]
                .iter()
                .find_map(|root| index.file(&join(root, path)))
        };
        let found = if system { below() } else { beside().or_else(below) };
        let found = found.or_else(|| {
            // The only file whose path ends so.
            let suffix = format!("/{}", path.trim_start_matches("../").trim_start_matches("./"));
            let named = self.by_name.get(path.rsplit('/').next().unwrap_or(path))?;
            let mut hits = named
                .iter()
                .filter(|at| index.files[**at as usize].path.ends_with(&suffix));
            hits.next()
                .copied()
                .filter(|_| hits.next().is_none() && (!system || path.contains('/')))
        });
        match found {
            Some(file) if index.files[file as usize].syntax.is_some() => Target::file(file),
            Some(_) => Target::Asset,
            None if system => Target::External(path.to_owned()),
            None => Target::Unresolved,
        }
    }
}
