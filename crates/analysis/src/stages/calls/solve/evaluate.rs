//! The things that an expression may be.

use std::rc::Rc;

use super::answer::{Answer, Thing};
use super::{AnswerId, IN_CIRCLE, MAX_DEPTH, Solver};
use crate::budget::spend;
use crate::calls::{FunctionId, ValueExpr, ValueId};
use crate::stages::calls::index::{GlobalFunction, SourceId};

impl Solver<'_, '_> {
    /// The things that the value may be.
    pub(in crate::stages::calls) fn eval(&mut self, file: SourceId, value: ValueId) -> Answer {
        if value == ValueId::UNKNOWN {
            return Answer::default();
        }
        if value == ValueId::OPAQUE {
            return Answer::one(Thing::External);
        }
        spend(1);
        if let Some(known) = self.memo[file.index()][value.index()] {
            return Answer::clone(&self.answers[known.index()]);
        }
        if self.depth >= MAX_DEPTH {
            return Answer::default();
        }
        self.depth += 1;
        // In a circle: what there is will come by another way.
        self.memo[file.index()][value.index()] = Some(IN_CIRCLE);
        let answer = self.work_out(file, value).limited();
        self.depth -= 1;
        if answer.open {
            self.open.push((file, value));
        }
        self.memo[file.index()][value.index()] = Some(self.number(&answer));
        answer
    }

    /// The index of an answer; equal ones are kept once.
    pub(super) fn number(&mut self, answer: &Answer) -> AnswerId {
        if let Some(known) = self.numbers.get(answer) {
            return *known;
        }
        let number = AnswerId::new(self.answers.len());
        let kept = Rc::new(answer.clone());
        self.answers.push(Rc::clone(&kept));
        self.numbers.insert(kept, number);
        number
    }

    fn work_out(&mut self, file: SourceId, value: ValueId) -> Answer {
        let data = self.index.file(file);
        match data.calls.values[value.index()] {
            ValueExpr::Unknown => Answer::default(),
            ValueExpr::Opaque => Answer::one(Thing::External),
            ValueExpr::Function(function) => Answer::one(Thing::Function(data.function(function))),
            ValueExpr::Class(class) => Answer::one(Thing::Class(self.index.whole(data.class(class)))),
            ValueExpr::This(class) => Answer::one(Thing::Instance(self.index.whole(data.class(class)))),
            ValueExpr::Super(class) => Answer::one(Thing::Super(self.index.whole(data.class(class)))),
            ValueExpr::Container(container) => Answer::one(Thing::Container(data.container(container))),
            ValueExpr::Import(import, name) => self.import(file, import, name),
            ValueExpr::Free(name) => self.free(file, name),
            ValueExpr::Parameter(function, at) => self.parameter(data.function(function), at),
            ValueExpr::Either(a, b) => {
                let mut answer = self.eval(file, a);
                answer.add(&self.eval(file, b));
                answer
            }
            ValueExpr::First(a, b) => {
                let answer = self.eval(file, a);
                let known = answer.things.iter().any(|thing| *thing != Thing::External);
                if known {
                    return answer;
                }
                let other = self.eval(file, b);
                if other.things.is_empty() { answer } else { other }
            }
            ValueExpr::Decorated(decorator, given) => self.decorated(file, decorator, given),
            ValueExpr::Member(base, name) => {
                let name = data.symbol(name);
                self.of_each(file, base, |this, thing| this.member(thing, name))
            }
            ValueExpr::Result(callee) => self.of_each(file, callee, |this, thing| this.result(thing)),
            ValueExpr::Element(base, key) => {
                let key = key.map(|name| data.symbol(name));
                self.of_each(file, base, |this, thing| this.element(thing, key))
            }
        }
    }

    /// Joins the results for each thing that `base` may be.
    fn of_each(&mut self, file: SourceId, base: ValueId, found: impl Fn(&mut Self, Thing) -> Answer) -> Answer {
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

    /// What a decorator makes of a value: where it gives its argument back, that is the value, and no other one that it is
    /// given.
    fn decorated(&mut self, file: SourceId, decorator: ValueId, given: ValueId) -> Answer {
        let decorator = self.eval(file, decorator);
        let mut made = Answer {
            likely: decorator.likely,
            open: decorator.open,
            ..Answer::default()
        };
        let mut gives_back = false;
        for &thing in &decorator.things {
            let Some(function) = thing.function() else {
                made.add(&self.result(thing));
                continue;
            };
            let (home, definition) = self.index.function(function);
            let data = self.index.file(home);
            let is_own = |of: FunctionId, at: u32| data.function(of) == function && at <= 1;
            let mut work = vec![definition.returns];
            while let Some(returned) = work.pop() {
                match data.calls.values[returned.index()] {
                    ValueExpr::Either(a, b) => work.extend([a, b]),
                    ValueExpr::Parameter(of, at) if is_own(of, at) => gives_back = true,
                    // Its type is declared, and none of this repository.
                    ValueExpr::First(declared, passed) if matches!(data.calls.values[passed.index()], ValueExpr::Parameter(of, at) if is_own(of, at)) =>
                    {
                        gives_back = true;
                        made.add(&self.eval(home, declared));
                    }
                    _ => made.add(&self.eval(home, returned)),
                }
            }
        }
        let is_known = made.things.iter().any(|thing| *thing != Thing::External);
        if gives_back || !is_known {
            let own = self.eval(file, given);
            if gives_back && is_known {
                made.add(&own);
                return made;
            }
            return if own.things.is_empty() { made } else { own };
        }
        made
    }

    fn parameter(&mut self, function: GlobalFunction, at: u32) -> Answer {
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
