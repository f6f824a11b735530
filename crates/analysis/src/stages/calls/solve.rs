//! From expressions to targets: the values of each expression of each file, computed when a call needs them.
//!
//! An answer is a set of few things; more than [`MAX_ANSWER`] candidates are treated as unknown. Values that are
//! passed are known after a round of calls, and the calls that wait for them are evaluated again.

use std::rc::Rc;

use rustc_hash::FxHashMap as HashMap;

use super::index::{CallIndex, Family, GlobalClass, GlobalFunction, NodeId, SourceId, StarGroup, SymbolId};
use crate::budget::spend;
use crate::calls::{ValueExpr, ValueId};

mod answer;
mod arguments;
mod evaluate;
mod linearize;
mod members;
mod names;
mod overloads;

pub(super) use answer::{Answer, Thing};

const MAX_ANSWER: usize = 6;

/// How deep expressions are followed, from file to file.
const MAX_DEPTH: u32 = 48;

const ROUNDS: usize = 4;

const MAX_MRO: usize = 48;

/// Elements of a container that one answer is made of.
const MAX_ELEMENTS: usize = 32;

/// Parameters of a function that are found by name.
const MAX_PARAMETERS: usize = 256;

crate::ids::ids! {
    /// An answer: a place in [`Solver::answers`].
    AnswerId;
}

/// [`Answer::in_circle`], which is numbered first.
const IN_CIRCLE: AnswerId = AnswerId::new(0);

/// How sure an edge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Confidence {
    Exact,
    /// By a value that is passed, or a class below.
    Likely,
    /// Only one class has a method of that name.
    ByName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub caller: NodeId,
    pub target: GlobalFunction,
    pub confidence: Confidence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Fate {
    #[default]
    Unresolved,
    External,
    Likely,
    Exact,
}

/// Values passed to one parameter.
#[derive(Debug, Default)]
struct Passed {
    values: Vec<(SourceId, ValueId)>,
    too_many: bool,
}

pub(super) struct Solver<'i, 'f> {
    index: &'i CallIndex<'f>,
    /// By file and value: its answer, if it was evaluated; while that lasts, the answer of a value in a circle.
    memo: Vec<Vec<Option<AnswerId>>>,
    answers: Vec<Rc<Answer>>,
    numbers: HashMap<Rc<Answer>, AnswerId>,
    /// Answers of this round that may grow.
    open: Vec<(SourceId, ValueId)>,
    /// By function and place of the parameter.
    passed: HashMap<(GlobalFunction, u16), Passed>,
    /// By class.
    mro: Vec<Option<Rc<[GlobalClass]>>>,
    /// Whether a class above it is none of this repository's, for the classes that were asked for.
    foreign_base: HashMap<GlobalClass, bool>,
    /// By group of files and name: the binding that `import *` brings in under that name, and its file.
    starred: HashMap<(StarGroup, SymbolId), Option<(SourceId, ValueId)>>,
    /// By class: those below it.
    below: Vec<Vec<GlobalClass>>,
    depth: u32,
    pub edges: Vec<Edge>,
    /// Classes that objects are made of, with the callers that do it; some several times.
    pub made: Vec<(GlobalClass, NodeId)>,
    /// By class: how many are directly below it.
    pub subclasses: Vec<u32>,
    /// By file and call.
    pub fates: Vec<Vec<Fate>>,
}

impl<'i, 'f> Solver<'i, 'f> {
    pub(super) fn new(index: &'i CallIndex<'f>) -> Self {
        let mut solver = Self {
            index,
            memo: index
                .files
                .iter()
                .map(|file| vec![None; file.calls.values.len()])
                .collect(),
            answers: Vec::new(),
            numbers: HashMap::default(),
            open: Vec::new(),
            passed: HashMap::default(),
            mro: vec![None; index.classes.len()],
            foreign_base: HashMap::default(),
            starred: HashMap::default(),
            below: vec![Vec::new(); index.classes.len()],
            depth: 0,
            edges: Vec::new(),
            made: Vec::new(),
            subclasses: vec![0; index.classes.len()],
            fates: index
                .files
                .iter()
                .map(|file| vec![Fate::Unresolved; file.calls.calls.len()])
                .collect(),
        };
        let in_circle = solver.number(&Answer::in_circle());
        debug_assert_eq!(in_circle, IN_CIRCLE);
        for (at, file) in index.numbered_files() {
            for &(function, place, value) in &file.calls.defaults {
                solver.pass(file.function(function), place, (at, value));
            }
        }
        for class in (0..index.classes.len()).map(GlobalClass::new) {
            for &above in solver.mro(class).iter() {
                if above != class {
                    solver.below[above.index()].push(class);
                }
            }
        }
        solver
    }

    /// Finds the target of every call.
    pub(super) fn solve(&mut self) {
        let index = self.index;
        let mut waiting: Vec<(SourceId, usize)> = Vec::new();
        for (at, file) in index.numbered_files() {
            for number in 0..file.calls.calls.len() {
                if self.call(at, number) {
                    waiting.push((at, number));
                }
            }
        }
        for _ in 1..ROUNDS {
            for (file, value) in std::mem::take(&mut self.open) {
                self.memo[file.index()][value.index()] = None;
            }
            for (file, number) in std::mem::take(&mut waiting) {
                if self.call(file, number) {
                    waiting.push((file, number));
                }
            }
            if waiting.is_empty() {
                break;
            }
        }
        self.edges.sort_unstable();
        self.edges.dedup_by_key(|edge| (edge.caller, edge.target));
    }

    /// Finds the targets of one call; `true`: there may be more in another round.
    fn call(&mut self, file: SourceId, number: usize) -> bool {
        spend(1);
        let data = self.index.file(file);
        let call = data.calls.calls[number];
        let answer = self.eval(file, call.target);
        let caller = self.index.node(file, call.caller);
        let mut fate = Fate::Unresolved;
        let mut targets: Vec<(GlobalFunction, bool)> = Vec::new();
        for &thing in &answer.things {
            if let Thing::Class(class) = thing {
                self.made.push((class, caller));
            }
            if matches!(thing, Thing::Class(_) | Thing::External) {
                fate = fate.max_of(Fate::External);
            }
            // What may be a function or an object, as what a decorator returns, is a function where it is called.
            if !matches!(thing, Thing::Instance(_)) || answer.things.len() == 1 {
                self.targets(thing, &mut targets);
            }
        }
        let mut confidence = if answer.likely || !data.family.is_exact() {
            Confidence::Likely
        } else {
            Confidence::Exact
        };
        self.keep_fitting(&call.given, &mut targets);
        let unknown = targets.is_empty() && answer.things.is_empty() && !answer.open && !call.implicit;
        if unknown && let Some(function) = self.by_unique_name(file, call.target) {
            targets.push((function, true));
            self.keep_fitting(&call.given, &mut targets);
            confidence = Confidence::ByName;
        }
        if confidence != Confidence::Exact && !self.is_test(caller) {
            // The product calls none of the functions that a test defines, only what a test passes to it.
            targets.retain(|(target, _)| !self.is_test((*target).into()));
        }
        for (target, bound) in targets {
            self.edges.push(Edge {
                caller,
                target,
                confidence,
            });
            fate = fate.max_of(match confidence {
                Confidence::Exact => Fate::Exact,
                Confidence::Likely | Confidence::ByName => Fate::Likely,
            });
            self.pass_arguments(file, number, target, bound);
        }
        let slot = &mut self.fates[file.index()][number];
        *slot = slot.max_of(fate);
        answer.open
    }

    /// The functions that a call of a thing runs, and whether each is one of an object.
    fn targets(&mut self, thing: Thing, targets: &mut Vec<(GlobalFunction, bool)>) {
        let mut add = |found: Answer, is_bound: bool| {
            targets.extend(
                found
                    .things
                    .iter()
                    .filter_map(|thing| thing.function())
                    .map(|f| (f, is_bound)),
            );
        };
        match thing {
            Thing::Function(_) => add(Answer::one(thing), false),
            Thing::Bound(_) => add(Answer::one(thing), true),
            Thing::Class(class) => {
                for name in ["__init__", "constructor"] {
                    // That of a class below is not run.
                    add(self.lookup(Thing::Class(class), name), true);
                }
            }
            Thing::Instance(_) => add(self.lookup(thing, "__call__"), true),
            Thing::Module(module) => add(self.global_named(module, "default"), false),
            Thing::External | Thing::Super(_) | Thing::Container(_) => {}
        }
    }

    fn is_test(&self, node: NodeId) -> bool {
        let (file, line) = match self.index.function_of(node) {
            Some(function) => {
                let (file, definition) = self.index.function(function);
                (file, definition.line)
            }
            None => (self.index.file_of_module(node), 0),
        };
        let facts = self.index.facts(file);
        facts.test || facts.is_test_line(line)
    }

    /// A method whose name only one class of the repository has.
    fn by_unique_name(&mut self, file: SourceId, target: ValueId) -> Option<GlobalFunction> {
        let data = self.index.file(file);
        let ValueExpr::Member(base, name) = data.calls.values[target.index()] else {
            return None;
        };
        let text = data.calls.name(name);
        let is_constructor = matches!(text, "constructor" | "__init__" | "__new__");
        // One word alone is as often a method of C++'s own library: `exchange`, `store`, `args`.
        let is_one_word = data.family == Family::C && text.bytes().all(|byte| byte.is_ascii_lowercase());
        // Fields of Go's structs are most often of types from elsewhere: `c.request.Cookie(name)`.
        let is_field = data.family == Family::Go && matches!(data.calls.values[base.index()], ValueExpr::Member(..));
        // If the object is known, the method is none of this repository's.
        if is_constructor || is_one_word || is_field || !self.eval(file, base).things.is_empty() {
            return None;
        }
        self.index.unique_method(file, data.symbol(name))
    }
}

impl Fate {
    fn max_of(self, other: Self) -> Self {
        if other as u8 > self as u8 { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::GlobalClass;
    use super::linearize::merge;

    #[test]
    fn c3() {
        let merge = |lists: &[&[usize]], limit| -> Vec<usize> {
            let classes = |list: &&[usize]| list.iter().map(|class| GlobalClass::new(*class)).collect();
            let order = merge(lists.iter().map(classes).collect(), limit);
            order.into_iter().map(GlobalClass::index).collect()
        };
        // D(B, C), B(A), C(A).
        assert_eq!(merge(&[&[1, 0], &[2, 0], &[1, 2]], 48), [1, 2, 0]);
        // No order fits: none is lost, and it ends.
        assert_eq!(merge(&[&[1, 2], &[2, 1]], 48), [1, 2]);
        assert_eq!(merge(&[&[3, 1, 2], &[1, 2], &[2, 1]], 2), [3, 1]);
    }
}
