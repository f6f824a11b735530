//! The module graph: which file imports which.
//!
//! *What it looks at*: the imports of own files that were parsed. *Why it matters*: cycles, dead files and the reach of a
//! change follow from it. *Limits*: an import whose name is computed at run time is not seen; packages that are not in the
//! repository are named, not followed; `docs/analysis.md` lists the conventions per language.

use std::collections::{BTreeSet, HashMap};

use repolens_core::report::{
    EdgeKind, ExternalImport, ModuleEdge, ModuleGraph, ModuleNode, Report, UnresolvedImport, cap,
};

use super::{Outcome, Scratch};
use crate::budget::spend;
use crate::calls::{ImportId, Imported};
use crate::facts::Facts;
use crate::facts::{FileFacts, Import, ImportKind};
use crate::graph::{ImportEdge, ImportGraph, Link};
use crate::ids::FileId;

mod c;
mod csharp;
mod go;
mod java;
pub(crate) mod javascript;
mod php;
mod python;
mod ruby;
mod rust;

pub(super) use python::is_standard as is_standard_python;

const MAX_NODES: usize = 20_000;
const MAX_EDGES: usize = 50_000;
const MAX_UNRESOLVED: usize = 1_000;
const MAX_EXTERNAL: usize = 20_000;

/// Where an import leads.
#[derive(Debug, PartialEq)]
pub(super) enum Target {
    /// Files of this repository, each with what of the import leads there.
    Files(Vec<(Imported, FileId)>),
    /// A package that is not in the repository, or the language's own library.
    External(String),
    /// It should be a file of this repository, and is not there.
    Unresolved,
    /// A file that is no module (a picture, a style sheet).
    Asset,
}

impl Target {
    fn file(target: FileId) -> Self {
        Self::Files(vec![(Imported::Whole, target)])
    }

    /// Those that declare what a file names of a whole package; it may name nothing of it.
    fn files(targets: Vec<FileId>) -> Self {
        if targets.is_empty() {
            Self::Asset
        } else {
            Self::Files(targets.into_iter().map(|target| (Imported::Whole, target)).collect())
        }
    }
}

/// The tables in which resolvers find files and packages.
pub(super) struct ModuleIndex<'f> {
    pub files: &'f [FileFacts],
    by_path: HashMap<&'f str, FileId>,
    folders: BTreeSet<&'f str>,
}

impl<'f> ModuleIndex<'f> {
    fn new(files: &'f [FileFacts]) -> Self {
        let by_path = FileId::enumerate(files)
            .map(|(at, file)| (file.path.as_str(), at))
            .collect();
        let mut folders = BTreeSet::from([""]);
        for file in files {
            let mut path = file.path.as_str();
            while let Some((folder, _)) = path.rsplit_once('/') {
                if !folders.insert(folder) {
                    break;
                }
                path = folder;
            }
        }
        Self {
            files,
            by_path,
            folders,
        }
    }

    pub fn file(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    pub fn is_folder(&self, path: &str) -> bool {
        self.folders.contains(path)
    }

    /// Own files of a language that were parsed.
    pub fn of_language<'a>(&'a self, language: &'a str) -> impl Iterator<Item = (FileId, &'f FileFacts)> + 'a {
        let is_it =
            move |file: &FileFacts| file.language.is_some_and(|id| id.get().id == language) && file.syntax.is_some();
        FileId::enumerate(self.files).filter(move |(_, file)| is_it(file))
    }
}

/// A language's rules of resolution, made once for a repository.
pub(super) trait Resolver {
    /// Where `import` of the file number `from` leads.
    fn resolve(&self, index: &ModuleIndex<'_>, from: FileId, import: &Import) -> Target;

    /// Files that it needs by what another file imports for it.
    fn without_import(&self, _index: &ModuleIndex<'_>, _from: FileId) -> Vec<FileId> {
        Vec::new()
    }

    /// Files that are loaded when a name of theirs is read.
    fn loaded_by_name(&self, _index: &ModuleIndex<'_>, _from: FileId) -> Vec<FileId> {
        Vec::new()
    }
}

type Make = for<'f> fn(&ModuleIndex<'f>) -> Box<dyn Resolver + 'f>;

/// Adding a language: its file, a line here.
const RESOLVERS: &[(&[&str], Make)] = &[
    (&["javascript", "typescript", "vue", "svelte"], javascript::new),
    (&["python", "jupyter-notebooks"], python::new),
    (&["java", "kotlin", "scala"], java::new),
    (&["go"], go::new),
    (&["rust"], rust::new),
    (&["c", "cpp"], c::new),
    (&["php"], php::new),
    (&["csharp"], csharp::new),
    (&["ruby"], ruby::new),
];

/// Whether the text of a file is needed to resolve imports.
#[must_use]
pub fn reads_text_of(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let config = name.ends_with(".json") && (name.starts_with("tsconfig") || name.starts_with("jsconfig"));
    let python = matches!(
        name,
        "pyproject.toml" | "setup.cfg" | "setup.py" | "pytest.ini" | "tox.ini"
    );
    (matches!(
        name,
        "package.json" | "go.mod" | "go.work" | "Cargo.toml" | "deno.json" | "deno.jsonc" | "jsr.json"
    ) || config
        || python
        || c::reads_text_of(path))
        && !path.contains("node_modules/")
}

pub(super) fn run(facts: &Facts, report: &mut Report, scratch: &mut Scratch) -> Outcome {
    let index = ModuleIndex::new(&facts.files);
    let mut found = Found::default();
    for (languages, make) in RESOLVERS {
        let mut files = languages
            .iter()
            .flat_map(|language| index.of_language(language))
            .peekable();
        if files.peek().is_none() {
            continue;
        }
        let resolver = make(&index);
        for (at, file) in files {
            let Some(syntax) = &file.syntax else { continue };
            for (number, import) in ImportId::enumerate(&syntax.imports) {
                spend(1);
                found.add(file, at, number, import, resolver.resolve(&index, at, import));
            }
            let mut add = |targets: Vec<FileId>, kind| {
                found.edges.extend(targets.into_iter().map(|target| ImportEdge {
                    source: at,
                    target,
                    kind,
                    declares: false,
                }));
            };
            add(resolver.without_import(&index, at), EdgeKind::Static);
            add(resolver.loaded_by_name(&index, at), EdgeKind::Dynamic);
        }
    }
    let (graph, section) = found.finish(facts);
    scratch.graph = Some(graph);
    let truncated = section.truncated;
    let empty = section.nodes.is_empty();
    report.module_graph = Some(section);
    if empty {
        report.module_graph = None;
        Outcome::Skipped("there is no code of a language whose imports are read".to_owned())
    } else if truncated {
        Outcome::Truncated("the lists of the graph are longer than what is reported".to_owned())
    } else {
        Outcome::Ok
    }
}

#[derive(Default)]
struct Found {
    edges: Vec<ImportEdge>,
    links: Vec<Link>,
    unresolved: BTreeSet<UnresolvedImport>,
    external: BTreeSet<ExternalImport>,
}

impl Found {
    fn add(&mut self, file: &FileFacts, source: FileId, import: ImportId, what: &Import, target: Target) {
        match target {
            Target::Files(targets) => {
                let kind = match what.kind {
                    ImportKind::Static | ImportKind::Global | ImportKind::Submodule => EdgeKind::Static,
                    ImportKind::Reexport => EdgeKind::Reexport,
                    ImportKind::Dynamic => EdgeKind::Dynamic,
                    ImportKind::Type | ImportKind::TypeReexport => EdgeKind::Type,
                };
                spend(targets.len() as u64);
                for (name, target) in targets {
                    self.links.push(Link {
                        source,
                        import,
                        name,
                        target,
                    });
                    self.edges.push(ImportEdge {
                        source,
                        target,
                        kind,
                        declares: what.kind == ImportKind::Submodule,
                    });
                }
            }
            Target::External(package) => {
                self.external.insert(ExternalImport {
                    file: file.path.clone(),
                    package,
                });
            }
            Target::Unresolved => {
                let mut specifier = what.specifier.to_string();
                if what.kind == ImportKind::Submodule {
                    specifier.truncate(specifier.find('=').unwrap_or(specifier.len()));
                }
                self.unresolved.insert(UnresolvedImport {
                    file: file.path.clone(),
                    specifier,
                });
            }
            Target::Asset => {}
        }
    }

    fn finish(mut self, facts: &Facts) -> (ImportGraph, ModuleGraph) {
        self.edges.sort_unstable();
        self.edges.dedup();
        self.links.sort_unstable();
        let path = |at: FileId| facts.files[at.index()].path.clone();
        let mut section = ModuleGraph {
            nodes: facts
                .files
                .iter()
                .filter(|file| file.syntax.is_some())
                .map(|file| ModuleNode {
                    id: file.path.clone(),
                    language: file.language.map_or("", |id| id.get().id).to_owned(),
                    lines: file.line_count(),
                })
                .collect(),
            unresolved_total: self.unresolved.len() as u64,
            external_total: self.external.len() as u64,
            unresolved: self.unresolved.into_iter().take(MAX_UNRESOLVED).collect(),
            external: self.external.into_iter().take(MAX_EXTERNAL).collect(),
            ..ModuleGraph::default()
        };
        let mut edges: Vec<_> = self
            .edges
            .iter()
            .map(|edge| (edge.source, edge.target, edge.kind))
            .collect();
        edges.dedup();
        section.edges_total = edges.len() as u64;
        let list = edges.iter().take(MAX_EDGES);
        section.edges = list
            .map(|&(a, b, kind)| ModuleEdge {
                source: path(a),
                target: path(b),
                kind,
            })
            .collect();
        let nodes_cut = cap(&mut section.nodes, MAX_NODES);
        section.truncated = nodes_cut
            || section.edges_total > MAX_EDGES as u64
            || section.unresolved_total > MAX_UNRESOLVED as u64
            || section.external_total > MAX_EXTERNAL as u64;
        (
            ImportGraph {
                edges: self.edges,
                links: self.links,
            },
            section,
        )
    }
}

/// A folder of the repository that the file at `path` has searched for modules ([`Syntax::search_paths`]).
///
/// [`Syntax::search_paths`]: crate::facts::Syntax::search_paths
fn search_root(index: &ModuleIndex<'_>, path: &str, searched: &str) -> Option<String> {
    let relative = searched
        .starts_with('.')
        .then(|| normalize(folder(path), searched))
        .flatten();
    let root = relative.or_else(|| (!searched.starts_with('/')).then(|| normalize("", searched)).flatten())?;
    index.is_folder(&root).then_some(root)
}

/// `folder/name`, without a leading slash.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Follows `..` and `.` in a relative path; `None` where it leaves the repository.
pub(super) fn normalize(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_stay_inside() {
        assert_eq!(normalize("a/b", "../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(normalize("", "x").as_deref(), Some("x"));
        assert_eq!(normalize("a", "../../x"), None);
    }
}
