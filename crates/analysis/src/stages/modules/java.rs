//! Java, Kotlin, Scala: a class is found by its package and its file's name. `import a.b.*` names no class and is followed
//! nowhere; classes of the same package need no import and are not seen.

use std::collections::HashMap;

use super::{Index, Resolver, Target};
use crate::facts::Import;

struct Jvm {
    /// `package.Class` to its file.
    classes: HashMap<String, u32>,
    packages: std::collections::HashSet<String>,
}

pub(super) fn new<'f>(index: &Index<'f>) -> Box<dyn Resolver + 'f> {
    let (mut classes, mut packages) = (HashMap::new(), std::collections::HashSet::new());
    for language in ["java", "kotlin", "scala"] {
        for (at, file) in index.of_language(language) {
            let Some(syntax) = &file.syntax else { continue };
            let name = file
                .path
                .rsplit('/')
                .next()
                .and_then(|name| name.split('.').next())
                .unwrap_or_default();
            let qualified = |name: &str| {
                if syntax.package.is_empty() {
                    name.to_owned()
                } else {
                    format!("{}.{name}", syntax.package)
                }
            };
            packages.insert(syntax.package.to_string());
            classes.entry(qualified(name)).or_insert(at);
            for export in &syntax.exports {
                classes.entry(qualified(&export.name)).or_insert(at);
            }
        }
    }
    Box::new(Jvm { classes, packages })
}

impl Resolver for Jvm {
    fn resolve(&self, _: &Index<'_>, _: u32, import: &Import) -> Target {
        let mut name = &*import.specifier;
        if let Some(package) = name.strip_suffix(".*")
            && self.packages.contains(package)
        {
            return Target::Asset;
        }
        // A nested class or a static member: the class around it has the file.
        while !name.is_empty() {
            if let Some(&file) = self.classes.get(name) {
                return Target::file(file);
            }
            name = name.rsplit_once('.').map_or("", |(outer, _)| outer);
            if self.packages.contains(name) && !name.is_empty() {
                return Target::Unresolved;
            }
        }
        let package: Vec<_> = import
            .specifier
            .split('.')
            .take_while(|part| part.starts_with(char::is_lowercase))
            .collect();
        Target::External(package.join("."))
    }
}
