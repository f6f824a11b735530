//! C#: `using` of a namespace leads to the files that declare those of its types which the file names; `using static` and an
//! alias lead to their type. Files of one namespace see each other without an import, and a `global using` of another file
//! is not followed.

use std::collections::{BTreeMap, HashMap};

use super::{Index, Resolver, Target};
use crate::facts::Import;
use crate::graph::Link;

#[derive(Default)]
struct CSharp {
    /// By namespace: where each type is declared; a `partial` one in several files.
    namespaces: BTreeMap<String, HashMap<String, Vec<u32>>>,
}

pub(super) fn new<'f>(index: &Index<'f>) -> Box<dyn Resolver + 'f> {
    let mut csharp = CSharp::default();
    for (at, file) in index.of_language("csharp") {
        let Some(syntax) = &file.syntax else { continue };
        let types = csharp.namespaces.entry(syntax.package.to_string()).or_default();
        for export in &syntax.exports {
            types.entry(export.name.to_string()).or_default().push(at);
        }
    }
    Box::new(csharp)
}

impl Resolver for CSharp {
    fn resolve(&self, index: &Index<'_>, from: u32, import: &Import) -> Target {
        let name = &*import.specifier;
        let targets = |types: &mut dyn Iterator<Item = &Vec<u32>>| {
            let mut files: Vec<u32> = types.flatten().copied().filter(|file| *file != from).collect();
            files.sort_unstable();
            files.dedup();
            if files.is_empty() {
                Target::Asset
            } else {
                Target::Files(files.into_iter().map(|file| (Link::ALL, file)).collect())
            }
        };
        if let Some(types) = self.namespaces.get(name) {
            let syntax = index.files[from as usize].syntax.as_ref();
            let mentions = syntax.map_or(&[][..], |syntax| &syntax.mentions);
            return targets(&mut mentions.iter().filter_map(|mention| types.get(&**mention)));
        }
        let declared = name
            .rsplit_once('.')
            .and_then(|(namespace, name)| self.namespaces.get(namespace)?.get(name));
        if let Some(files) = declared {
            return targets(&mut std::iter::once(files));
        }
        // A namespace without types of its own, above others.
        let inner = format!("{name}.");
        let is_outer = self
            .namespaces
            .range(inner.clone()..)
            .next()
            .is_some_and(|(next, _)| next.starts_with(&inner));
        if is_outer {
            Target::Asset
        } else {
            Target::External(name.to_owned())
        }
    }
}
