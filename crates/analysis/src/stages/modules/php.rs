//! PHP: a class is found by its namespace and name, whatever the autoloader's rules are. What a namespace's neighbors use
//! without `use` is not seen.

use std::collections::{HashMap, HashSet};

use super::{ModuleIndex, Resolver, Target, folder, normalize};
use crate::facts::Import;
use crate::ids::FileId;

struct Php {
    classes: HashMap<String, FileId>,
    namespaces: HashSet<String>,
}

pub(super) fn new<'f>(index: &ModuleIndex<'f>) -> Box<dyn Resolver + 'f> {
    let mut php = Php {
        classes: HashMap::new(),
        namespaces: HashSet::new(),
    };
    for (at, file) in index.of_language("php") {
        let Some(syntax) = &file.syntax else { continue };
        php.namespaces.insert(syntax.package.to_lowercase());
        for export in &syntax.exports {
            let name = if syntax.package.is_empty() {
                export.name.to_string()
            } else {
                format!("{}\\{}", syntax.package, export.name)
            };
            php.classes.entry(name.to_lowercase()).or_insert(at);
        }
    }
    Box::new(php)
}

impl Resolver for Php {
    fn resolve(&self, index: &ModuleIndex<'_>, from: FileId, import: &Import) -> Target {
        // `require __DIR__ . '/a.php'`, `include 'a.php'`.
        if import.specifier.contains('/') || import.specifier.ends_with(".php") {
            let beside = normalize(folder(&index.files[from.index()].path), &import.specifier);
            return match beside.and_then(|path| index.file(&path)) {
                Some(file) if index.files[file.index()].syntax.is_some() => Target::file(file),
                Some(_) => Target::Asset,
                None => Target::Unresolved,
            };
        }
        let name = import.specifier.as_str().to_lowercase();
        match self.classes.get(&name) {
            Some(&file) if file == from => Target::Asset,
            Some(&file) => Target::file(file),
            // A whole namespace.
            None if self.namespaces.contains(&name) => Target::Asset,
            // A class that a namespace of this repository should have.
            None if name
                .rsplit_once('\\')
                .is_some_and(|(outer, _)| self.namespaces.contains(outer)) =>
            {
                Target::Unresolved
            }
            None => {
                let vendor: Vec<_> = import.specifier.split('\\').take(2).collect();
                Target::External(vendor.join("\\"))
            }
        }
    }
}
