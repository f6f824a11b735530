//! Java, Kotlin, Scala: a class is found by its package and its file's name. `import a.b.*` leads to the files that declare
//! those of the package's types which the file names; classes of the same package need no import and are not seen.

use std::collections::HashMap;

use super::{Index, Resolver, Target};
use crate::facts::{Import, Syntax};

struct Jvm {
    /// By package: the file of each class, and of each function of Kotlin outside of one.
    packages: HashMap<String, HashMap<String, u32>>,
}

pub(super) fn new<'f>(index: &Index<'f>) -> Box<dyn Resolver + 'f> {
    let mut packages: HashMap<String, HashMap<String, u32>> = HashMap::new();
    for language in ["java", "kotlin", "scala"] {
        for (at, file) in index.of_language(language) {
            let Some(syntax) = &file.syntax else { continue };
            let name = file
                .path
                .rsplit('/')
                .next()
                .and_then(|name| name.split('.').next())
                .unwrap_or_default();
            let package = packages.entry(syntax.package.to_string()).or_default();
            package.entry(name.to_owned()).or_insert(at);
            for export in &syntax.exports {
                package.entry(export.name.to_string()).or_insert(at);
            }
        }
    }
    Box::new(Jvm { packages })
}

impl Jvm {
    /// The files of the types that the file names and has from nowhere else.
    fn named(&self, package: &HashMap<String, u32>, from: u32, syntax: &Syntax) -> Vec<u32> {
        let own = self.packages.get(&*syntax.package);
        let is_elsewhere = |name: &str| {
            let imported = || {
                syntax
                    .imports
                    .iter()
                    .flat_map(|import| &import.names)
                    .any(|other| &*other.local == name)
            };
            own.is_some_and(|own| own.contains_key(name)) || imported()
        };
        let mut files: Vec<u32> = syntax
            .mentions
            .iter()
            .filter_map(|name| package.get(&**name).filter(|_| !is_elsewhere(name)))
            .copied()
            .filter(|file| *file != from)
            .collect();
        files.sort_unstable();
        files.dedup();
        files
    }
}

impl Resolver for Jvm {
    fn resolve(&self, index: &Index<'_>, from: u32, import: &Import) -> Target {
        let mut name = &*import.specifier;
        if let Some(package) = name.strip_suffix(".*").and_then(|package| self.packages.get(package)) {
            let syntax = index.files[from as usize].syntax.as_ref();
            let files = syntax.map_or_else(Vec::new, |syntax| self.named(package, from, syntax));
            return Target::files(files);
        }
        // A nested class or a static member: the class around it has the file.
        while let Some((outer, last)) = name.rsplit_once('.') {
            if let Some(package) = self.packages.get(outer) {
                return package.get(last).map_or(Target::Unresolved, |file| Target::file(*file));
            }
            name = outer;
        }
        if let Some(&file) = self.packages.get("").and_then(|package| package.get(name)) {
            return Target::file(file);
        }
        let package: Vec<_> = import
            .specifier
            .split('.')
            .take_while(|part| part.starts_with(char::is_lowercase))
            .collect();
        Target::External(package.join("."))
    }
}
