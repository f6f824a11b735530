//! From expressions to targets: the values of each expression of each file, computed when a call needs them.
//!
//! An answer is a set of few things; more than [`MAX_ANSWER`] candidates are treated as unknown. Values that are
//! passed are known after a round of calls, and the calls that wait for them are evaluated again.

use std::collections::VecDeque;
use std::rc::Rc;

use rustc_hash::FxHashMap as HashMap;

use super::index::{Family, Index};
use crate::budget::spend;
use crate::calls::{ANY, OPAQUE, Sym, UNKNOWN, V, Value};
use crate::graph::Link;

const MAX_ANSWER: usize = 6;
/// How deep expressions are followed, from file to file.
const MAX_DEPTH: u32 = 48;
const ROUNDS: usize = 4;
const MAX_MRO: usize = 48;
/// Elements of a container that one answer is made of.
const MAX_ELEMENTS: usize = 32;
/// Parameters of a function that are found by name.
const MAX_PARAMETERS: usize = 256;

/// A value. Functions, classes and containers are numbered over all files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Thing {
    Function(u32),
    /// A function of an object: its first parameter is filled.
    Bound(u32),
    Class(u32),
    Instance(u32),
    Super(u32),
    Module(u32),
    Container(u32),
    External,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Answer {
    pub things: Vec<Thing>,
    /// It hangs on values that are passed, or on a class below.
    pub likely: bool,
    /// It may grow when more calls are known.
    open: bool,
}

impl Answer {
    fn one(thing: Thing) -> Self {
        Self {
            things: vec![thing],
            ..Self::default()
        }
    }

    fn add(&mut self, other: &Self) {
        self.likely |= other.likely && !other.things.is_empty();
        self.open |= other.open;
        for thing in &other.things {
            if !self.things.contains(thing) {
                self.things.push(*thing);
            }
        }
    }

    fn limited(mut self) -> Self {
        if self.things.len() > MAX_ANSWER {
            self.things.clear();
            self.likely = true;
        }
        self
    }
}

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
    /// By file and value, for the files that were asked for: whether it hangs on a type of elsewhere.
    foreign: HashMap<u32, Box<[bool]>>,
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
            foreign: HashMap::default(),
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
        let unknown = targets.is_empty() && answer.things.is_empty() && !answer.open && !call.implicit;
        if unknown && let Some(function) = self.by_unique_name(file, call.target) {
            targets.push((function, true));
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

    fn pass_arguments(&mut self, file: u32, number: u32, target: u32, bound: bool) {
        let data = &self.index.files[file as usize];
        let call = data.calls.calls[number as usize];
        if call.count == 0 {
            return;
        }
        let start = call.first as usize;
        let (home, definition) = self.index.function(target);
        let home = &self.index.files[home as usize];
        let names = &home.calls.parameters[definition.parameters.0 as usize..][..usize::from(definition.parameters.1)];
        let names = &names[..names.len().min(MAX_PARAMETERS)];
        let offset = u16::from(bound && home.counts_self);
        for argument in &data.calls.arguments[start..start + usize::from(call.count)] {
            spend(1);
            let at = if argument.name == ANY {
                Some(argument.at + offset)
            } else {
                let name = data.syms[argument.name as usize];
                spend(names.len() as u64);
                names
                    .iter()
                    .position(|sym| home.syms[*sym as usize] == name)
                    .and_then(|at| u16::try_from(at).ok())
            };
            if let Some(at) = at.filter(|at| *at < definition.parameters.1) {
                self.pass(target, at, (file, argument.value));
            }
        }
    }

    fn pass(&mut self, function: u32, at: u16, value: (u32, V)) {
        let passed = self.passed.entry((function, at)).or_default();
        if passed.too_many || passed.values.contains(&value) {
            return;
        }
        if passed.values.len() >= 2 * MAX_ANSWER {
            passed.too_many = true;
            passed.values = Vec::new();
            return;
        }
        passed.values.push(value);
    }

    /// A method whose name only one class of the repository has.
    fn by_unique_name(&mut self, file: u32, target: V) -> Option<u32> {
        let data = &self.index.files[file as usize];
        let Value::Member(base, name) = data.calls.values[target as usize] else {
            return None;
        };
        let is_constructor = matches!(data.calls.name(name), "constructor" | "__init__" | "__new__");
        // If the object is unknown, the method is none of this repository's.
        // Elsewhere a type may have a name that is no class here: an interface of Go, an alias.
        let has_declared_types = matches!(
            data.family,
            Family::Jvm | Family::CSharp | Family::Swift | Family::Php | Family::C | Family::Rust
        );
        if is_constructor
            || !self.eval(file, base).things.is_empty()
            || (has_declared_types && self.is_foreign(file, base))
        {
            return None;
        }
        self.index.unique_method(file, data.syms[name as usize])
    }

    fn is_foreign(&mut self, file: u32, value: V) -> bool {
        let index = self.index;
        let known = self.foreign.entry(file).or_insert_with(|| index.foreign_values(file));
        known[value as usize]
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

    fn import(&mut self, file: u32, import: u32, name: u32) -> Answer {
        let links = self.index.links(file, import);
        let from = |name: u32| links.partition_point(|link| link.name < name);
        let (own, whole) = (&links[from(name)..], &links[from(Link::ALL)..]);
        let own = own.iter().take_while(|link| link.name == name && name != Link::ALL);
        let all = own.chain(whole);
        let mut targets: Vec<u32> = all.filter_map(|link| self.index.file_of(link.target)).collect();
        spend(targets.len() as u64);
        targets.dedup();
        if targets.is_empty() {
            return if links.is_empty() {
                Answer::one(Thing::External)
            } else {
                Answer::default()
            };
        }
        let Some(what) = self.index.imported(file, import, name) else {
            return Answer::one(Thing::Module(targets[0]));
        };
        let mut answer = Answer::default();
        for target in targets {
            if what == "*" {
                answer.add(&Answer::one(Thing::Module(target)));
                continue;
            }
            let found = self.global_named(target, what);
            if found.things.is_empty() && self.index.is_module_named(target, what) {
                answer.add(&Answer::one(Thing::Module(target)));
            } else {
                answer.add(&found);
            }
        }
        answer
    }

    fn global_named(&mut self, file: u32, name: &str) -> Answer {
        match self.index.sym(name) {
            Some(sym) => self.global(file, sym),
            None => Answer::default(),
        }
    }

    /// A name of a module as others see it.
    fn global(&mut self, file: u32, sym: u32) -> Answer {
        let index = self.index;
        let bound = index.global(file, sym).map(|value| (file, value));
        let bound = bound.or_else(|| {
            let starred = self.starred.entry((index.star_group(file), sym));
            *starred.or_insert_with(|| index.behind_stars(file, sym))
        });
        match bound {
            Some((home, value)) => self.eval(home, value),
            None => Answer::default(),
        }
    }

    /// A name that its file does not bind where it is used.
    fn free(&mut self, file: u32, sym: Sym) -> Answer {
        let global = self.index.files[file as usize].syms[sym as usize];
        let answer = self.global(file, global);
        if !answer.things.is_empty() {
            return answer;
        }
        match self.index.in_package(file, global) {
            Some((home, value)) => self.eval(home, value),
            None => match self.index.in_imported_packages(file, global) {
                Some((home, value)) => self.eval(home, value),
                None => Answer::default(),
            },
        }
    }

    fn lookup(&mut self, thing: Thing, name: &str) -> Answer {
        match self.index.sym(name) {
            Some(sym) => self.member(thing, sym),
            None => Answer::default(),
        }
    }

    fn member(&mut self, thing: Thing, name: u32) -> Answer {
        match thing {
            Thing::Module(file) => {
                let found = self.global(file, name);
                match self.index.in_package(file, name) {
                    Some((home, value)) if found.things.is_empty() && self.index.is_folder_module(file) => {
                        self.eval(home, value)
                    }
                    _ => found,
                }
            }
            Thing::External => Answer::one(Thing::External),
            Thing::Class(class) => self.member_of_class(class, name, None),
            Thing::Instance(class) => {
                let mut found = self.member_of_class(class, name, Some(true));
                for thing in &mut found.things {
                    if let Thing::Function(function) = thing {
                        *thing = Thing::Bound(*function);
                    }
                }
                found
            }
            Thing::Super(class) => {
                let above = self.mro(class);
                let mut found = self.in_classes(above.get(1..).unwrap_or_default(), name);
                for thing in &mut found.things {
                    if let Thing::Function(function) = thing {
                        *thing = Thing::Bound(*function);
                    }
                }
                found
            }
            Thing::Container(_) => self.element(thing, name),
            Thing::Function(_) | Thing::Bound(_) => Answer::default(),
        }
    }

    /// Searches the classes above; where none has it, and the receiver is an object, those below.
    fn member_of_class(&mut self, class: u32, name: u32, object: Option<bool>) -> Answer {
        let mro = self.mro(class);
        let found = self.in_classes(&mro, name);
        if !found.things.is_empty() || object.is_none() {
            return found;
        }
        let mut answer = Answer {
            open: found.open,
            ..Answer::default()
        };
        let below: Vec<u32> = self.below[class as usize].iter().copied().take(64).collect();
        for class in below {
            let found = self.in_classes(&[class], name);
            answer.add(&found);
        }
        answer.things.retain(|thing| *thing != Thing::External);
        answer.likely = true;
        answer
    }

    fn in_classes(&mut self, classes: &[u32], name: u32) -> Answer {
        for &class in classes {
            spend(1);
            if let Some((file, value)) = self.index.member(class, name) {
                let found = self.eval(file, value);
                if !found.things.is_empty() || found.open {
                    return found;
                }
            }
        }
        Answer::default()
    }

    fn result(&mut self, thing: Thing) -> Answer {
        match thing {
            Thing::Class(class) => Answer::one(Thing::Instance(class)),
            Thing::Function(function) | Thing::Bound(function) => {
                let (file, definition) = self.index.function(function);
                self.eval(file, definition.returns)
            }
            Thing::Instance(_) => {
                let call = self.lookup(thing, "__call__");
                self.results(&call)
            }
            Thing::Module(module) => {
                let default = self.global_named(module, "default");
                self.results(&default)
            }
            Thing::External => Answer::one(Thing::External),
            Thing::Super(_) | Thing::Container(_) => Answer::default(),
        }
    }

    fn results(&mut self, of: &Answer) -> Answer {
        let mut answer = Answer::default();
        for &thing in &of.things {
            if matches!(thing, Thing::Function(_) | Thing::Bound(_) | Thing::Class(_)) {
                let found = self.result(thing);
                answer.add(&found);
            }
        }
        answer
    }

    fn element(&mut self, thing: Thing, key: u32) -> Answer {
        match thing {
            Thing::Container(container) => {
                let mut answer = Answer::default();
                for (file, value) in self.index.elements(container, key).take(MAX_ELEMENTS) {
                    let found = self.eval(file, value);
                    answer.add(&found);
                }
                answer
            }
            Thing::External => Answer::one(Thing::External),
            Thing::Instance(_) if key == ANY => {
                let iterator = self.lookup(thing, "__iter__");
                let made = self.results(&iterator);
                let mut answer = Answer::default();
                for &thing in &made.things {
                    if matches!(thing, Thing::Instance(_)) {
                        let next = self.lookup(thing, "__next__");
                        let found = self.results(&next);
                        answer.add(&found);
                    }
                }
                answer
            }
            _ => Answer::default(),
        }
    }

    /// A class above is none of this repository's, which may call what this one adds.
    pub(super) fn has_foreign_base(&mut self, class: u32) -> bool {
        if let Some(known) = self.foreign_base[class as usize] {
            return known;
        }
        let mro = self.mro(class);
        let found = mro.iter().any(|&class| {
            let (file, definition) = self.index.class(class);
            definition.bases.iter().any(|&base| {
                spend(1);
                let is_class = |thing: &Thing| matches!(thing, Thing::Class(_));
                base != OPAQUE && !self.eval(file, base).things.iter().any(is_class)
            })
        });
        self.foreign_base[class as usize] = Some(found);
        found
    }

    /// The class and those above it, in the order of the lookup (C3; by depth where C3 has no answer).
    fn mro(&mut self, class: u32) -> Rc<[u32]> {
        if let Some(known) = &self.mro[class as usize] {
            return Rc::clone(known);
        }
        // A class above itself ends here.
        let alone: Rc<[u32]> = Rc::from([class]);
        self.mro[class as usize] = Some(Rc::clone(&alone));
        if self.depth >= MAX_DEPTH {
            return alone;
        }
        self.depth += 1;
        let (file, definition) = self.index.class(class);
        let mut lists = Vec::new();
        let mut bases = Vec::new();
        for &base in definition.bases.iter().take(16) {
            let answer = self.eval(file, base);
            if let Some(Thing::Class(base)) = answer.things.first() {
                bases.push(*base);
                self.subclasses[*base as usize] += 1;
                lists.push(self.mro(*base).to_vec());
            }
        }
        self.depth -= 1;
        lists.push(bases);
        let mut order = vec![class];
        order.extend(merge(lists, MAX_MRO - 1));
        let order: Rc<[u32]> = order.into();
        self.mro[class as usize] = Some(Rc::clone(&order));
        order
    }
}

/// Merges the orders of the bases: the first head that is in the tail of no other. Ends after `limit` classes.
fn merge(lists: Vec<Vec<u32>>, limit: usize) -> Vec<u32> {
    let mut lists: Vec<VecDeque<u32>> = lists.into_iter().map(VecDeque::from).collect();
    // How many lists have a class in their tail.
    let mut behind: HashMap<u32, usize> = HashMap::default();
    for class in lists.iter().flat_map(|list| list.iter().skip(1)) {
        *behind.entry(*class).or_default() += 1;
    }
    let mut order = Vec::new();
    while order.len() < limit {
        spend(lists.len() as u64);
        let mut heads = lists.iter().filter_map(|list| list.front().copied());
        let first = heads.clone().next();
        let good = heads.find(|head| behind.get(head).is_none_or(|times| *times == 0));
        let Some(next) = good.or(first) else {
            break;
        };
        order.push(next);
        for list in &mut lists {
            if list.front() == Some(&next) {
                list.pop_front();
                if let Some(times) = list.front().and_then(|head| behind.get_mut(head)) {
                    *times -= 1;
                }
            } else if good.is_none() {
                // No order fits: it is removed from all lists.
                remove_behind(list, next, &mut behind);
            }
        }
    }
    order
}

/// Takes a class out of a list that it does not begin.
fn remove_behind(list: &mut VecDeque<u32>, class: u32, behind: &mut HashMap<u32, usize>) {
    spend(list.len() as u64);
    let before = list.len();
    list.retain(|other| *other != class);
    if let Some(times) = behind.get_mut(&class) {
        *times -= before - list.len();
    }
}

impl Thing {
    fn function(self) -> Option<u32> {
        match self {
            Self::Function(function) | Self::Bound(function) => Some(function),
            _ => None,
        }
    }
}

impl Fate {
    fn max_of(self, other: Self) -> Self {
        if other as u8 > self as u8 { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c3() {
        // D(B, C), B(A), C(A).
        assert_eq!(merge(vec![vec![1, 0], vec![2, 0], vec![1, 2]], 48), [1, 2, 0]);
        // No order fits: none is lost, and it ends.
        assert_eq!(merge(vec![vec![1, 2], vec![2, 1]], 48), [1, 2]);
        assert_eq!(merge(vec![vec![3, 1, 2], vec![1, 2], vec![2, 1]], 2), [3, 1]);
    }
}
