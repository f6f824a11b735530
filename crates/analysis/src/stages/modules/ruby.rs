//! Ruby: `require_relative` beside the file, `require` below a `lib` folder. What Rails loads by name is not seen.

use std::collections::BTreeSet;

use super::{Index, Resolver, Target, folder, join, normalize};
use crate::facts::Import;

struct Ruby {
    roots: Vec<String>,
}

pub(super) fn new<'f>(index: &Index<'f>) -> Box<dyn Resolver + 'f> {
    let mut roots = BTreeSet::from([String::new()]);
    for (_, file) in index.of_language("ruby") {
        let mut at = folder(&file.path);
        while !at.is_empty() {
            if at == "lib" || at.ends_with("/lib") || at.ends_with("vendor_ruby") {
                roots.insert(at.to_owned());
            }
            at = folder(at);
        }
    }
    Box::new(Ruby {
        roots: roots.into_iter().rev().collect(),
    })
}

impl Resolver for Ruby {
    fn resolve(&self, index: &Index<'_>, from: u32, import: &Import) -> Target {
        let specifier = &*import.specifier;
        let file = |path: &str| index.file(path).or_else(|| index.file(&format!("{path}.rb")));
        if specifier.starts_with('.') {
            let path = normalize(folder(&index.files[from as usize].path), specifier);
            return path
                .and_then(|path| file(&path))
                .map_or(Target::Unresolved, Target::file);
        }
        let found = self.roots.iter().find_map(|root| file(&join(root, specifier)));
        let package = || specifier.split('/').next().unwrap_or(specifier).to_owned();
        found.map_or_else(|| Target::External(package()), Target::file)
    }
}
