//! Ruby: `require_relative` beside the file; `require` below a `lib` folder and below the folders that a file adds to the load
//! path; constants that Rails and Zeitwerk load by their names ([`constants`]).

use std::collections::{BTreeSet, HashMap};

mod constants;

use constants::Constants;

use super::{ModuleIndex, Resolver, Target, folder, normalize, search_root};
use crate::facts::Import;
use crate::ids::FileId;

struct Ruby {
    constants: Constants,
    /// By path below a root: the place of the root in their order, and the file. The last root comes first.
    below: HashMap<String, (usize, FileId)>,
}

/// Folders called `lib` around one file that are taken for roots.
const MAX_ROOTS: usize = 16;
/// Folders that the files of a repository add to the load path.
const MAX_SEARCHED: usize = 200;

pub(super) fn new<'f>(index: &ModuleIndex<'f>) -> Box<dyn Resolver + 'f> {
    let mut roots = BTreeSet::from([""]);
    for (_, file) in index.of_language("ruby") {
        roots.extend(folders(&file.path).filter(|at| is_library(at)));
    }
    let searched: BTreeSet<String> = index
        .of_language("ruby")
        .flat_map(|(_, file)| file.syntax.iter().map(move |syntax| (file, syntax)))
        .flat_map(|(file, syntax)| {
            let paths = syntax.search_paths.iter();
            paths.filter_map(|path| search_root(index, &file.path, path))
        })
        .take(MAX_SEARCHED)
        .collect();
    roots.extend(searched.iter().map(String::as_str));
    let places: HashMap<&str, usize> = roots.into_iter().rev().zip(0..).collect();
    let mut below: HashMap<String, (usize, FileId)> = HashMap::new();
    for (at, file) in FileId::enumerate(index.files) {
        let above = folders(&file.path)
            .filter(|at| is_library(at) || searched.contains(*at))
            .take(MAX_ROOTS);
        for root in above.chain([""]) {
            let Some(&place) = places.get(root) else { continue };
            let rest = file.path[root.len()..].trim_start_matches('/');
            let known = below.entry(rest.to_owned()).or_insert((place, at));
            *known = (*known).min((place, at));
        }
    }
    Box::new(Ruby {
        constants: Constants::of(index),
        below,
    })
}

/// The folders around a file, from the nearest on.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder(path)), |at| Some(folder(at))).take_while(|at| !at.is_empty())
}

fn is_library(path: &str) -> bool {
    path == "lib" || path.ends_with("/lib") || path.ends_with("vendor_ruby")
}

impl Resolver for Ruby {
    fn loaded_by_name(&self, index: &ModuleIndex<'_>, from: FileId) -> Vec<FileId> {
        self.constants.loaded(index, from)
    }

    fn resolve(&self, index: &ModuleIndex<'_>, from: FileId, import: &Import) -> Target {
        let specifier = &*import.specifier;
        let file = |path: &str| index.file(path).or_else(|| index.file(&format!("{path}.rb")));
        if specifier.starts_with('.') {
            let path = normalize(folder(&index.files[from.index()].path), specifier);
            return path
                .and_then(|path| file(&path))
                .map_or(Target::Unresolved, Target::file);
        }
        let exact = self.below.get(specifier);
        let with_ending = self.below.get(&format!("{specifier}.rb"));
        let found = match (exact, with_ending) {
            (Some(exact), Some(other)) => Some(if exact.0 <= other.0 { exact.1 } else { other.1 }),
            (exact, other) => exact.or(other).map(|found| found.1),
        };
        let package = || specifier.split('/').next().unwrap_or(specifier).to_owned();
        found.map_or_else(|| Target::External(package()), Target::file)
    }
}
