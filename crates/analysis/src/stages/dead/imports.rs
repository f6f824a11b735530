//! Unused imports. The syntax facts already hold whether a file uses the names that it imports; this module judges what
//! that means in its language.

use std::collections::HashSet;

use repolens_core::report::{ByName, Confidence, UnusedImport};

use super::confidence::Class;
use super::linters::Exemptions;
use super::packages::is_declaration;
use crate::budget::spend;
use crate::calls::{ImportId, Imported, ImportedNameId, ValueExpr};
use crate::facts::{Facts, FileFacts, Import, ImportKind, ImportedName, Syntax};
use crate::graph::ImportGraph;
use crate::stages::published::registry;

mod rust;

use crate::ids::FileId;
use rust::Rust;

pub(super) struct Imports {
    /// There is a file of a language whose imports are judged.
    pub known: bool,
    pub total: u64,
    pub unused: ByName<Vec<UnusedImport>>,
}

/// The languages whose imports are judged.
const LANGUAGES: &[&str] = &[
    "javascript",
    "typescript",
    "python",
    "java",
    "kotlin",
    "php",
    "scala",
    "rust",
];

pub(super) fn find(facts: &Facts, graph: &ImportGraph, low_confidence: bool) -> Imports {
    let mut found = Imports {
        known: false,
        total: 0,
        unused: ByName::new(),
    };
    let mut judge = Judge {
        facts,
        graph,
        low_confidence,
        exemptions: Exemptions::of_imports(&facts.files),
        is_published: registry(facts).is_some(),
        rust: None,
        taken: None,
    };
    for (at, file) in FileId::enumerate(&facts.files) {
        let Some(syntax) = file.syntax.as_deref().filter(|_| file.is_own()) else {
            continue;
        };
        let language = file.language.map_or("", |id| id.get().id);
        if !LANGUAGES.contains(&language) {
            continue;
        }
        found.known = true;
        let module = judge.module(at, file, syntax, language);
        for (number, import) in ImportId::enumerate(&syntax.imports) {
            if import.kind.is_reexport() {
                continue;
            }
            found.total += import.names.len() as u64;
            spend(import.names.len() as u64 + 1);
            for (place, name) in ImportedNameId::enumerate(&import.names).filter(|(_, name)| name.unused) {
                let confidence = class(file, syntax, (number, place)).confidence(language);
                if judge.is_reported(&module, number, import, name, confidence) {
                    found.unused.entry(file.path.clone()).or_default().push(UnusedImport {
                        symbol: name.local.to_string(),
                        source: import.specifier.to_string(),
                        line: import.line.into(),
                        confidence,
                    });
                }
            }
        }
    }
    found
}

/// A file whose imports are judged.
struct Module {
    file: FileId,
    language: &'static str,
    is_exempt: bool,
    /// It declares nothing, and imports names of other modules without a use: as it had them before they moved there.
    only_hands_on: bool,
}

/// Decides which unused names are reported.
struct Judge<'f> {
    facts: &'f Facts,
    graph: &'f ImportGraph,
    low_confidence: bool,
    exemptions: Exemptions,
    is_published: bool,
    rust: Option<Rust<'f>>,
    taken: Option<Taken<'f>>,
}

impl Judge<'_> {
    fn module(&self, at: FileId, file: &FileFacts, syntax: &Syntax, language: &'static str) -> Module {
        // An interface, by its name; what the repository allows. Tests are not judged: an import may be there for what it does.
        let is_exempt = file.test
            || !file.is_judged()
            || (self.is_published && is_compiled_declaration(self.facts, &file.path))
            || (language == "python" && (is_interface(&file.path) || self.exemptions.cover(&file.path)));
        let handed_on = if language == "python" && !is_exempt {
            handed_on(syntax, at, self.graph)
        } else {
            0
        };
        let declares_nothing = syntax.functions.is_empty() && syntax.classes == 0;
        Module {
            file: at,
            language,
            is_exempt: is_exempt || handed_on >= HANDED_ON,
            only_hands_on: handed_on > 0 && declares_nothing,
        }
    }

    fn is_reported(
        &mut self,
        module: &Module,
        number: ImportId,
        import: &Import,
        name: &ImportedName,
        confidence: Confidence,
    ) -> bool {
        if module.is_exempt || (confidence == Confidence::Low && !self.low_confidence) {
            return false;
        }
        let leads_inside = leads_inside(self.graph, module.file, number);
        if module.only_hands_on && leads_inside {
            return false;
        }
        match module.language {
            "python" => {
                if is_loaded_for_effect(import, &name.local, leads_inside) {
                    return false;
                }
                // Who takes one name of a statement, may take the others as well.
                let taken = self.taken.get_or_insert_with(|| Taken::new(self.facts, self.graph));
                let mut unused = import.names.iter().filter(|name| name.unused);
                !unused.any(|name| taken.has(module.file, &name.local))
            }
            "rust" => {
                let rust = self.rust.get_or_insert_with(|| Rust::new(self.facts, self.graph));
                rust.is_surely_unused(module.file, number, import, &name.imported, &name.local)
            }
            _ => true,
        }
    }
}

fn class(file: &FileFacts, syntax: &Syntax, place: (ImportId, ImportedNameId)) -> Class {
    if is_declaration(&file.path) {
        Class::ImportOfDeclaration
    } else if syntax.elsewhere.binary_search(&place).is_ok() {
        Class::ImportNamed
    } else {
        Class::ImportAlone
    }
}

/// `button.d.ts` beside `button.js`: in a published package, both were compiled.
fn is_compiled_declaration(facts: &Facts, path: &str) -> bool {
    let stems = [(".d.ts", ".js"), (".d.mts", ".mjs"), (".d.cts", ".cjs")];
    stems.iter().any(|(declaration, script)| {
        path.strip_suffix(declaration).is_some_and(|stem| {
            let script = format!("{stem}{script}");
            facts
                .files
                .binary_search_by(|file| file.path.as_str().cmp(&script))
                .is_ok()
        })
    })
}

/// Files of Python whose imports are for others: packages, stubs, fixtures, modules that even out versions.
fn is_interface(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name).trim_matches('_').to_lowercase();
    name == "__init__.py"
        || name.ends_with(".pyi")
        || matches!(
            stem.as_str(),
            "conftest" | "api" | "public" | "exports" | "imports" | "typing" | "types"
        )
        || ["compat", "compatibility", "backport", "backports", "shim", "shims"]
            .iter()
            .any(|word| stem == *word || stem.ends_with(&format!("_{word}")) || stem.starts_with(&format!("{word}_")))
        || stem.ends_with("compat")
        || path.split('/').any(|folder| matches!(folder, "compat" | "_compat"))
}

/// From this number of such names on, a module of Python is taken for an interface, and none of its imports is judged.
const HANDED_ON: usize = 4;

/// How many names of other modules of the repository a module imports without a use: as it had them before they moved there.
fn handed_on(syntax: &Syntax, file: FileId, graph: &ImportGraph) -> usize {
    let inside = ImportId::enumerate(&syntax.imports)
        .filter(|(number, import)| import.names.iter().any(|name| name.unused) && leads_inside(graph, file, *number));
    inside
        .flat_map(|(_, import)| &import.names)
        .filter(|name| name.unused)
        .count()
}

fn leads_inside(graph: &ImportGraph, file: FileId, import: ImportId) -> bool {
    !graph.links_of(file, import).is_empty()
}

/// `import pack.codecs`: a module of this repository that is named whole, and not used, registers something.
fn is_loaded_for_effect(import: &Import, local: &str, is_inside: bool) -> bool {
    let first = import.specifier.split('.').next().unwrap_or_default();
    is_inside && first != &*import.specifier && (local == first || *local == *import.specifier)
}

/// The names that other files use of each Python file, which may import them for that purpose.
struct Taken<'f> {
    names: HashSet<(FileId, &'f str)>,
    /// Files of which another takes all names.
    whole: HashSet<FileId>,
}

impl<'f> Taken<'f> {
    fn new(facts: &'f Facts, graph: &ImportGraph) -> Self {
        let mut taken = Self {
            names: HashSet::new(),
            whole: HashSet::new(),
        };
        let mut modules = HashSet::new();
        for link in graph.links.iter().filter(|link| link.source != link.target) {
            let syntax = facts.files[link.source.index()].syntax.as_deref();
            let Some(import) = syntax.and_then(|syntax| syntax.imports.get(link.import.index())) else {
                continue;
            };
            spend(1);
            let name = match link.name {
                Imported::Name(name) => import.names.get(name.index()),
                Imported::Whole => None,
            };
            match name {
                Some(name) if &*name.local == "*" => drop(taken.whole.insert(link.target)),
                Some(name)
                    if &*name.imported != "*" && !is_module(&facts.files[link.target.index()].path, &name.imported) =>
                {
                    taken.names.insert((link.target, &*name.imported));
                }
                _ => drop(modules.insert((link.source, link.target))),
            }
        }
        for (source, target) in modules {
            let Some(syntax) = facts.files[source.index()].syntax.as_deref() else {
                continue;
            };
            spend(syntax.calls.values.len() as u64);
            let members = syntax.calls.values.iter().filter_map(|value| match value {
                ValueExpr::Member(_, sym) => Some((target, syntax.calls.name(*sym))),
                _ => None,
            });
            taken.names.extend(members);
        }
        taken
    }

    fn has(&self, file: FileId, local: &str) -> bool {
        let first = local.split('.').next().unwrap_or(local);
        self.whole.contains(&file) || self.names.contains(&(file, first))
    }
}

/// Whether a file is the module of that name, and not what one has.
fn is_module(path: &str, name: &str) -> bool {
    let path = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let path = path.strip_suffix("/__init__").unwrap_or(path);
    path.rsplit('/').next() == Some(name)
}

/// It is a public item of the file, and not only handed on by it.
fn defines(syntax: &Syntax, name: &str) -> bool {
    let hands_on =
        |import: &Import| import.kind == ImportKind::Reexport && import.names.iter().any(|other| &*other.local == name);
    syntax.exports.iter().any(|export| &*export.name == name) && !syntax.imports.iter().any(hands_on)
}
