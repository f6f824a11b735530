//! From expressions to targets: the values of each expression of each file, computed when a call needs them.
//!
//! An answer is a set of few things; more than [`MAX_ANSWER`] candidates are treated as unknown. Values that are
//! passed are known after a round of calls, and the calls that wait for them are evaluated again.

use std::rc::Rc;

use rustc_hash::FxHashMap as HashMap;

use super::index::Index;
use crate::budget::spend;
use crate::calls::{ANY, OPAQUE, UNKNOWN, V, Value};

mod answer;
mod arguments;
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

/// How sure an edge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Confidence {
    Exact,
    Likely,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    /// Functions over all files; the code of a file outside of functions has a number behind them.
    pub caller: u32,
    pub target: u32,
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
    values: Vec<(u32, V)>,
    too_many: bool,
}

pub(super) struct Solver<'i, 'f> {
    index: &'i Index<'f>,
    /// By file and value: 0 not asked yet, 1 being asked, else the answer's number and 2.
    memo: Vec<Vec<u32>>,
    answers: Vec<Rc<Answer>>,
    numbers: HashMap<Rc<Answer>, u32>,
    /// Answers of this round that may grow.
    open: Vec<(u32, V)>,
    passed: HashMap<(u32, u16), Passed>,
    mro: Vec<Option<Rc<[u32]>>>,
    /// By class: a class above it is none of this repository's.
    foreign_base: Vec<Option<bool>>,
    /// By group of files and name: the binding that `import *` brings in under that name, and its file.
    starred: HashMap<(u32, u32), Option<(u32, V)>>,
    below: Vec<Vec<u32>>,
    depth: u32,
    pub edges: Vec<Edge>,
    /// Classes that objects are made of, with the callers that do it; some several times.
    pub made: Vec<(u32, u32)>,
    /// By class: how many are directly below it.
    pub subclasses: Vec<u32>,
    /// By file and call.
    pub fates: Vec<Vec<Fate>>,
}

impl<'i, 'f> Solver<'i, 'f> {
    pub(super) fn new(index: &'i Index<'f>) -> Self {
        let mut solver = Self {
            index,
            memo: index
                .files
                .iter()
                .map(|file| vec![0; file.calls.values.len()])
                .collect(),
            answers: Vec::new(),
            numbers: HashMap::default(),
            open: Vec::new(),
            passed: HashMap::default(),
            mro: vec![None; index.classes.len()],
            foreign_base: vec![None; index.classes.len()],
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
        for (file, calls) in (0u32..).zip(&index.files) {
            for &(function, at, value) in &calls.calls.defaults {
                solver.pass(calls.functions + function, at, (file, value));
            }
        }
        for class in 0..u32::try_from(index.classes.len()).unwrap_or(u32::MAX) {
            for &above in solver.mro(class).iter() {
                if above != class {
                    solver.below[above as usize].push(class);
                }
            }
        }
        solver
    }

    /// Finds the target of every call.
    pub(super) fn solve(&mut self) {
        let mut waiting: Vec<(u32, u32)> = Vec::new();
        for (at, file) in (0u32..).zip(&self.index.files) {
            for (number, _) in (0u32..).zip(&file.calls.calls) {
                if self.call(at, number) {
                    waiting.push((at, number));
                }
            }
        }
        for _ in 1..ROUNDS {
            for (file, value) in std::mem::take(&mut self.open) {
                self.memo[file as usize][value as usize] = 0;
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
    fn call(&mut self, file: u32, number: u32) -> bool {
        spend(1);
        let data = &self.index.files[file as usize];
        let call = data.calls.calls[number as usize];
        let answer = self.eval(file, call.target);
        let caller = self.index.caller(file, call.caller);
        let mut fate = Fate::Unresolved;
        let mut targets: Vec<(u32, bool)> = Vec::new();
        for &thing in &answer.things {
            match thing {
                Thing::Function(function) => targets.push((function, false)),
                Thing::Bound(function) => targets.push((function, true)),
                Thing::Class(class) => {
                    fate = fate.max_of(Fate::External);
                    self.made.push((class, caller));
                    for name in ["__init__", "constructor"] {
                        let made = self.lookup(Thing::Instance(class), name);
                        targets.extend(made.things.iter().filter_map(|made| made.function()).map(|f| (f, true)));
                    }
                }
                Thing::Instance(_) => {
                    let made = self.lookup(thing, "__call__");
                    targets.extend(made.things.iter().filter_map(|made| made.function()).map(|f| (f, true)));
                }
                Thing::Module(module) => {
                    let made = self.global_named(module, "default");
                    targets.extend(
                        made.things
                            .iter()
                            .filter_map(|made| made.function())
                            .map(|f| (f, false)),
                    );
                }
                Thing::External => fate = fate.max_of(Fate::External),
                Thing::Super(_) | Thing::Container(_) => {}
            }
        }
        let mut confidence = if answer.likely {
            Confidence::Likely
        } else {
            Confidence::Exact
        };
        self.keep_fitting(&call.given, &mut targets);
        let unknown = targets.is_empty() && answer.things.is_empty() && !answer.open && !call.implicit;
        if unknown && let Some(function) = self.by_unique_name(file, call.target) {
            targets.push((function, true));
            self.keep_fitting(&call.given, &mut targets);
            confidence = Confidence::Likely;
        }
        for (target, bound) in targets {
            self.edges.push(Edge {
                caller,
                target,
                confidence,
            });
            fate = fate.max_of(match confidence {
                Confidence::Exact => Fate::Exact,
                Confidence::Likely => Fate::Likely,
            });
            self.pass_arguments(file, number, target, bound);
        }
        let slot = &mut self.fates[file as usize][number as usize];
        *slot = slot.max_of(fate);
        answer.open
    }

    /// A method whose name only one class of the repository has.
    fn by_unique_name(&mut self, file: u32, target: V) -> Option<u32> {
        let data = &self.index.files[file as usize];
        let Value::Member(base, name) = data.calls.values[target as usize] else {
            return None;
        };
        let is_constructor = matches!(data.calls.name(name), "constructor" | "__init__" | "__new__");
        // If the object is known, the method is none of this repository's.
        if is_constructor || !self.eval(file, base).things.is_empty() {
            return None;
        }
        self.index.unique_method(file, data.syms[name as usize])
    }

    /// The things that the value may be.
    pub(super) fn eval(&mut self, file: u32, value: V) -> Answer {
        if value == UNKNOWN {
            return Answer::default();
        }
        if value == OPAQUE {
            return Answer::one(Thing::External);
        }
        spend(1);
        match self.memo[file as usize][value as usize] {
            0 => {}
            // In a circle: what there is will come by another way.
            1 => {
                return Answer {
                    open: true,
                    ..Answer::default()
                };
            }
            number => return Answer::clone(&self.answers[number as usize - 2]),
        }
        if self.depth >= MAX_DEPTH {
            return Answer::default();
        }
        self.depth += 1;
        self.memo[file as usize][value as usize] = 1;
        let answer = self.work_out(file, value).limited();
        self.depth -= 1;
        if answer.open {
            self.open.push((file, value));
        }
        let number = match self.numbers.get(&answer) {
            Some(known) => *known,
            None => {
                let number = u32::try_from(self.answers.len()).unwrap_or(u32::MAX - 2);
                let kept = Rc::new(answer.clone());
                self.answers.push(Rc::clone(&kept));
                self.numbers.insert(kept, number);
                number
            }
        };
        self.memo[file as usize][value as usize] = number + 2;
        answer
    }

    fn work_out(&mut self, file: u32, value: V) -> Answer {
        let data = &self.index.files[file as usize];
        match data.calls.values[value as usize] {
            Value::Unknown => Answer::default(),
            Value::Opaque => Answer::one(Thing::External),
            Value::Function(function) => Answer::one(Thing::Function(data.functions + function)),
            Value::Class(class) => Answer::one(Thing::Class(self.index.whole(data.classes + class))),
            Value::This(class) => Answer::one(Thing::Instance(self.index.whole(data.classes + class))),
            Value::Super(class) => Answer::one(Thing::Super(self.index.whole(data.classes + class))),
            Value::Container(container) => Answer::one(Thing::Container(data.containers + container)),
            Value::Import(import, name) => self.import(file, import, name),
            Value::Free(sym) => self.free(file, sym),
            Value::Parameter(function, at) => self.parameter(data.functions + function, at),
            Value::Either(a, b) => {
                let mut answer = self.eval(file, a);
                answer.add(&self.eval(file, b));
                answer
            }
            Value::First(a, b) => {
                let answer = self.eval(file, a);
                let known = answer.things.iter().any(|thing| *thing != Thing::External);
                if known {
                    return answer;
                }
                let other = self.eval(file, b);
                if other.things.is_empty() { answer } else { other }
            }
            Value::Member(base, name) => {
                let name = data.syms[name as usize];
                self.of_each(file, base, |this, thing| this.member(thing, name))
            }
            Value::Result(callee) => self.of_each(file, callee, |this, thing| this.result(thing)),
            Value::Element(base, key) => {
                let key = if key == ANY { ANY } else { data.syms[key as usize] };
                self.of_each(file, base, |this, thing| this.element(thing, key))
            }
        }
    }

    /// Joins the results for each thing that `base` may be.
    fn of_each(&mut self, file: u32, base: V, found: impl Fn(&mut Self, Thing) -> Answer) -> Answer {
        let base = self.eval(file, base);
        let mut answer = Answer {
            likely: base.likely,
            open: base.open,
            ..Answer::default()
        };
        for &thing in &base.things {
            answer.add(&found(self, thing));
        }
        answer
    }

    fn parameter(&mut self, function: u32, at: u32) -> Answer {
        let mut answer = Answer {
            open: true,
            ..Answer::default()
        };
        let values = u16::try_from(at)
            .ok()
            .and_then(|at| self.passed.get(&(function, at)))
            .map(|passed| passed.values.clone())
            .unwrap_or_default();
        for (file, value) in values {
            let found = self.eval(file, value);
            answer.add(&found);
        }
        answer.things.retain(|thing| *thing != Thing::External);
        answer.likely = true;
        answer
    }
}

impl Fate {
    fn max_of(self, other: Self) -> Self {
        if other as u8 > self as u8 { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::linearize::merge;

    #[test]
    fn c3() {
        // D(B, C), B(A), C(A).
        assert_eq!(merge(vec![vec![1, 0], vec![2, 0], vec![1, 2]], 48), [1, 2, 0]);
        // No order fits: none is lost, and it ends.
        assert_eq!(merge(vec![vec![1, 2], vec![2, 1]], 48), [1, 2]);
        assert_eq!(merge(vec![vec![3, 1, 2], vec![1, 2], vec![2, 1]], 2), [3, 1]);
    }
}
