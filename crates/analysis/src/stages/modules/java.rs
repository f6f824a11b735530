//! Java, Kotlin, Scala: a class is found by its package and its file's name. `import a.b.*` leads to the files that declare
//! those of the package's types which the file names; classes of the same package need no import and are not seen.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::{ModuleIndex, Resolver, Target};
use crate::budget::spend;
use crate::facts::{Import, Syntax};
use crate::ids::FileId;

struct Jvm {
    /// By package: the file of each class, and of each function of Kotlin outside of one.
    packages: HashMap<String, HashMap<String, FileId>>,
    /// By class: the packages that have one of that name, and its file.
    classes: HashMap<String, Vec<(String, FileId)>>,
    /// The files that the wildcard imports of the last file lead to.
    wildcards: RefCell<Option<(FileId, Wildcards)>>,
}

/// Files by package.
type Wildcards = HashMap<String, Vec<FileId>>;

pub(super) fn new<'f>(index: &ModuleIndex<'f>) -> Box<dyn Resolver + 'f> {
    let mut packages: HashMap<String, HashMap<String, FileId>> = HashMap::new();
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
            if language == "kotlin" {
                // The class in which Java sees the functions outside of classes.
                package.entry(format!("{name}Kt")).or_insert(at);
            }
            for export in &syntax.exports {
                package.entry(export.name.to_string()).or_insert(at);
            }
        }
    }
    let mut classes: HashMap<String, Vec<(String, FileId)>> = HashMap::new();
    for (package, names) in &packages {
        for (name, file) in names {
            classes.entry(name.clone()).or_default().push((package.clone(), *file));
        }
    }
    Box::new(Jvm {
        packages,
        classes,
        wildcards: RefCell::default(),
    })
}

impl Jvm {
    /// For each package of which the file `from` imports all: the files of the types that it names and has from nowhere
    /// else.
    fn wildcards(&self, from: FileId, syntax: &Syntax) -> Wildcards {
        let mut found: Wildcards = syntax
            .imports
            .iter()
            .filter_map(|import| import.specifier.strip_suffix(".*"))
            .map(|package| (package.to_owned(), Vec::new()))
            .collect();
        let own = self.packages.get(&*syntax.package);
        let imported: HashSet<&str> = syntax
            .imports
            .iter()
            .flat_map(|import| &import.names)
            .map(|name| &*name.local)
            .collect();
        for name in &syntax.mentions {
            if own.is_some_and(|own| own.contains_key(&**name)) || imported.contains(&**name) {
                continue;
            }
            let homes = self.classes.get(&**name).map_or(&[][..], Vec::as_slice);
            spend(homes.len() as u64 + 1);
            for (package, file) in homes.iter().filter(|(_, file)| *file != from) {
                if let Some(files) = found.get_mut(package) {
                    files.push(*file);
                }
            }
        }
        for files in found.values_mut() {
            files.sort_unstable();
            files.dedup();
        }
        found
    }
}

impl Resolver for Jvm {
    fn resolve(&self, index: &ModuleIndex<'_>, from: FileId, import: &Import) -> Target {
        let mut name = &*import.specifier;
        if let Some(package) = name
            .strip_suffix(".*")
            .filter(|package| self.packages.contains_key(*package))
        {
            let mut last = self.wildcards.borrow_mut();
            if last.as_ref().is_none_or(|(file, _)| *file != from) {
                let syntax = index.files[from.index()].syntax.as_ref();
                *last = Some((
                    from,
                    syntax.map_or_else(Wildcards::new, |syntax| self.wildcards(from, syntax)),
                ));
            }
            let files = last.as_ref().and_then(|(_, found)| found.get(package));
            return Target::files(files.cloned().unwrap_or_default());
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
