//! The functions that run, and those that they reach.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::Nodes;
use crate::calls::{Body, Definition, ValueExpr};
use crate::facts::FileFacts;
use crate::graph::Adjacency;
use crate::pass::wiring::Wired;
use crate::stages::calls::index::{CallIndex, Family, File, NodeId, SymbolId};
use crate::stages::calls::solve::{Solver, Thing};

/// The nodes that run or may be called from outside: the code of files, exported and registered functions, and those whose
/// name is read from an unknown object.
pub(super) fn entries(index: &CallIndex<'_>, solver: &mut Solver<'_, '_>) -> Vec<NodeId> {
    let beginnings: HashSet<&str> = index
        .files
        .iter()
        .flat_map(|file| file.calls.beginnings.iter().map(|beginning| &**beginning))
        .collect();
    let outside = Outside {
        named: index.named_elsewhere(),
        shared: index.files_by_name(),
        lengths: beginnings.iter().map(|beginning| beginning.len()).collect(),
        beginnings,
        generating: generating_crates(index),
        wired: Wired::of(index.all_facts()),
    };
    let mut entries: Vec<NodeId> = index.numbered_files().map(|(at, _)| index.module_node(at)).collect();
    for (at, file) in index.numbered_files() {
        let test = index.facts(at).test;
        for (number, function) in file.numbered_functions() {
            let mut is_hook = || may_be_hook(file, function) && is_below_foreign(index, solver, file, function);
            if test || function.entry || outside.names(index.facts(at), file, function) || is_hook() {
                entries.push(number.into());
            }
        }
    }
    entries
}

/// The names by which functions may be called without a call that leads to them.
struct Outside<'f> {
    /// Members of unknown objects, and texts.
    named: HashSet<SymbolId>,
    /// How many files have a name, where all words of a file are kept.
    shared: HashMap<(Family, SymbolId), u32>,
    /// `getattr(self, "_step_" + name)` may ask it of a class that another file defines.
    beginnings: HashSet<&'f str>,
    /// The lengths of `beginnings`.
    lengths: BTreeSet<usize>,
    /// The folders of Rust crates that include code which their build generates.
    generating: HashSet<&'f str>,
    wired: Wired,
}

impl Outside<'_> {
    fn names(&self, facts: &FileFacts, file: &File<'_>, function: &Definition) -> bool {
        let symbol = file.symbol(function.name);
        let name = file.calls.name(function.name);
        let is_wired = || self.wired.names(file.at, name);
        // Only what is outside of functions can be named by other files.
        let is_outer = function.class.is_some() || function.parent == Body::Module;
        let elsewhere = match file.family {
            // A template may name a method of the value that it shows.
            Family::Go | Family::Rust => {
                let files = self.shared.get(&(file.family, symbol));
                self.generating.contains(crate_of(&facts.path))
                    || files.is_some_and(|files| *files > 1)
                    || (!function.entry && is_wired())
            }
            Family::Python | Family::Script => self.named.contains(&symbol) || (is_outer && is_wired()),
            // Nothing in the only file that can call it has its name; markup and other parts of its class may.
            _ => !function.entry && is_wired(),
        };
        let is_beginning = |end: &usize| name.get(..*end).is_some_and(|start| self.beginnings.contains(start));
        let by_beginning =
            file.family == Family::Python && is_outer && self.lengths.range(..=name.len()).any(is_beginning);
        elsewhere || by_beginning
    }
}

/// The folders of Rust crates that include code which their build generates: it may call any function of theirs.
fn generating_crates<'f>(index: &CallIndex<'f>) -> HashSet<&'f str> {
    let (Some(folder), Some(include)) = (index.symbol("OUT_DIR"), index.symbol("include")) else {
        return HashSet::default();
    };
    let including = index.files.iter().filter(|file| {
        file.family == Family::Rust && file.symbols.contains(&folder) && file.symbols.contains(&include)
    });
    let facts = index.all_facts();
    including
        .map(|file| facts[file.at.index()].path.as_str())
        .filter(|path| !path.ends_with("build.rs"))
        .map(crate_of)
        .collect()
}

/// The folder of the crate that a file is of; another language's file is of none.
fn crate_of(path: &str) -> &str {
    match path.strip_prefix("src/") {
        Some(_) => "src",
        None => path.split_once("/src/").map_or(path, |(folder, _)| folder),
    }
}

/// Whether a class of a library may call a method of this name by convention: `__attach`.
fn may_be_hook(file: &File<'_>, function: &Definition) -> bool {
    match file.family {
        Family::Python => true,
        Family::Script => file.calls.name(function.name).starts_with("__"),
        _ => false,
    }
}

fn is_below_foreign(
    index: &CallIndex<'_>,
    solver: &mut Solver<'_, '_>,
    file: &File<'_>,
    function: &Definition,
) -> bool {
    function
        .class
        .is_some_and(|class| solver.has_foreign_base(index.whole(file.class(class))))
}

/// The nodes that are reached by calls, or by a mention in what is reached.
pub(super) fn reached(
    index: &CallIndex<'_>,
    solver: &mut Solver<'_, '_>,
    nodes: &Nodes,
    entries: &[NodeId],
) -> Vec<bool> {
    let starts = entries.iter().map(|at| nodes.home[at.index()]);
    let mut pairs: Vec<(NodeId, NodeId)> = Vec::new();
    for node in nodes.graph.nodes() {
        pairs.extend(nodes.graph.of(node).iter().map(|target| (node, *target)));
    }
    for (at, file) in index.numbered_files() {
        for &(body, value) in &file.calls.mentions {
            let caller = nodes.home[index.node(at, body).index()];
            for thing in solver.eval(at, value).things {
                if let Thing::Function(target) | Thing::Bound(target) = thing {
                    pairs.push((caller, nodes.home[target.index()]));
                }
            }
        }
    }
    for (at, file) in index.numbered_files().filter(|(_, file)| file.family == Family::Script) {
        // A member of a function, as `f.toString()`, is a use of it.
        let bases = file.calls.values.iter().filter_map(|value| match value {
            ValueExpr::Member(base, _) => Some(*base),
            _ => None,
        });
        for base in bases {
            for thing in solver.eval(at, base).things {
                if let Thing::Function(target) | Thing::Bound(target) = thing {
                    let caller = index.module_node(at);
                    pairs.push((caller, nodes.home[target.index()]));
                }
            }
        }
    }
    let all = Adjacency::new(nodes.graph.len(), pairs.iter().copied());
    all.reach(starts)
}
