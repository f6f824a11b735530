//! Unused imports. The syntax facts already hold whether a file uses the names that it imports; this module judges what
//! that means in its language.

use std::collections::HashSet;

use repolens_core::report::{ByName, Confidence, UnusedImport};

use super::confidence::Class;
use super::linters::Exemptions;
use super::packages::is_declaration;
use crate::budget::spend;
use crate::calls::ValueExpr;
use crate::facts::{Facts, FileFacts, Import, ImportKind, Syntax};
use crate::graph::ImportGraph;
use crate::stages::published::registry;

mod rust;

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
    let mut rust = None;
    let exemptions = Exemptions::of_imports(&facts.files);
    let mut taken = None;
    let is_published = registry(facts).is_some();
    for (at, file) in (0u32..).zip(&facts.files) {
        let Some(syntax) = file.syntax.as_deref().filter(|_| file.is_own()) else {
            continue;
        };
        let language = file.language.map_or("", |id| id.get().id);
        if !LANGUAGES.contains(&language) {
            continue;
        }
        found.known = true;
        // An interface, by its name; what the repository allows. Tests are not judged: an import may be there for what it does.
        let exempt = file.test
            || !file.is_judged()
            || (is_published && is_compiled_declaration(facts, &file.path))
            || (language == "python" && (is_interface(&file.path) || exemptions.cover(&file.path)));
        let handed_on = if language == "python" && !exempt {
            handed_on(syntax, at, graph)
        } else {
            0
        };
        let exempt = exempt || handed_on >= HANDED_ON;
        let declares_nothing = syntax.functions.is_empty() && syntax.classes == 0;
        for (number, import) in (0u32..).zip(&syntax.imports) {
            if import.kind.is_reexport() {
                continue;
            }
            found.total += import.names.len() as u64;
            spend(import.names.len() as u64 + 1);
            for (place, name) in (0u32..).zip(&import.names).filter(|(_, name)| name.unused) {
                let class = class(file, syntax, (number, place));
                let confidence = class.confidence(language);
                if exempt || (confidence == Confidence::Low && !low_confidence) {
                    continue;
                }
                if handed_on > 0 && declares_nothing && leads_inside(graph, at, number) {
                    continue;
                }
                if language == "python" {
                    if is_loaded_for_effect(import, &name.local, leads_inside(graph, at, number)) {
                        continue;
                    }
                    // Who takes one name of a statement, may take the others as well.
                    let taken = taken.get_or_insert_with(|| Taken::new(facts, graph));
                    let mut unused = import.names.iter().filter(|name| name.unused);
                    if unused.any(|name| taken.has(at, &name.local)) {
                        continue;
                    }
                }
                if language == "rust" {
                    let rust = rust.get_or_insert_with(|| Rust::new(facts, graph));
                    if !rust.is_surely_unused(at, number, import, &name.imported, &name.local) {
                        continue;
                    }
                }
                found.unused.entry(file.path.clone()).or_default().push(UnusedImport {
                    symbol: name.local.to_string(),
                    source: import.specifier.to_string(),
                    line: import.line.into(),
                    confidence,
                });
            }
        }
    }
    found
}

fn class(file: &FileFacts, syntax: &Syntax, place: (u32, u32)) -> Class {
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
fn handed_on(syntax: &Syntax, file: u32, graph: &ImportGraph) -> usize {
    let inside = (0u32..)
        .zip(&syntax.imports)
        .filter(|(number, import)| import.names.iter().any(|name| name.unused) && leads_inside(graph, file, *number));
    inside
        .flat_map(|(_, import)| &import.names)
        .filter(|name| name.unused)
        .count()
}

fn leads_inside(graph: &ImportGraph, file: u32, import: u32) -> bool {
    !graph.links_of(file, import).is_empty()
}

/// `import pack.codecs`: a module of this repository that is named whole, and not used, registers something.
fn is_loaded_for_effect(import: &Import, local: &str, is_inside: bool) -> bool {
    let first = import.specifier.split('.').next().unwrap_or_default();
    is_inside && first != &*import.specifier && (local == first || *local == *import.specifier)
}

/// The names that other files use of each Python file, which may import them for that purpose.
struct Taken<'f> {
    names: HashSet<(u32, &'f str)>,
    /// Files of which another takes all names.
    whole: HashSet<u32>,
}

impl<'f> Taken<'f> {
    fn new(facts: &'f Facts, graph: &ImportGraph) -> Self {
        let mut taken = Self {
            names: HashSet::new(),
            whole: HashSet::new(),
        };
        let mut modules = HashSet::new();
        for link in graph.links.iter().filter(|link| link.source != link.target) {
            let syntax = facts.files[link.source as usize].syntax.as_deref();
            let Some(import) = syntax.and_then(|syntax| syntax.imports.get(link.import as usize)) else {
                continue;
            };
            spend(1);
            match import.names.get(link.name as usize) {
                Some(name) if &*name.local == "*" => drop(taken.whole.insert(link.target)),
                Some(name)
                    if &*name.imported != "*"
                        && !is_module(&facts.files[link.target as usize].path, &name.imported) =>
                {
                    taken.names.insert((link.target, &*name.imported));
                }
                _ => drop(modules.insert((link.source, link.target))),
            }
        }
        for (source, target) in modules {
            let Some(syntax) = facts.files[source as usize].syntax.as_deref() else {
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

    fn has(&self, file: u32, local: &str) -> bool {
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
