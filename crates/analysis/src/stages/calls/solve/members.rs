//! Members, elements and results of values.

use super::answer::{Answer, Thing};
use super::{MAX_ELEMENTS, Solver};
use crate::budget::spend;
use crate::calls::NameKey;
use crate::stages::calls::index::{GlobalClass, SymbolId};

/// Classes below one that are searched for a method.
const MAX_BELOW: usize = 64;

/// What a member is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Receiver {
    Class,
    Object,
}

impl<'i, 'f> Solver<'i, 'f> {
    pub(super) fn lookup(&mut self, thing: Thing, name: &str) -> Answer {
        match self.index.symbol(name) {
            Some(symbol) => self.member(thing, symbol),
            None => Answer::default(),
        }
    }

    pub(super) fn member(&mut self, thing: Thing, name: SymbolId) -> Answer {
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
            Thing::Class(class) => self.member_of_class(class, name, Receiver::Class),
            Thing::Instance(class) => {
                let mut found = self.member_of_class(class, name, Receiver::Object);
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
            Thing::Container(_) => self.element(thing, NameKey::Name(name)),
            Thing::Function(_) | Thing::Bound(_) => Answer::default(),
        }
    }

    /// Searches the classes above; where none has it, and the receiver is an object, those below.
    fn member_of_class(&mut self, class: GlobalClass, name: SymbolId, receiver: Receiver) -> Answer {
        let mro = self.mro(class);
        let found = self.in_classes(&mro, name);
        if !found.things.is_empty() || receiver == Receiver::Class {
            return found;
        }
        let mut answer = Answer {
            open: found.open,
            ..Answer::default()
        };
        // No code of the product calls a class that only a test puts below its own.
        let index = self.index;
        let is_test = |class| index.facts(index.class(class).0).test;
        let counts = |below: &GlobalClass| is_test(class) || !is_test(*below);
        let below = self.below[class.index()].iter().copied().filter(counts);
        for class in below.take(MAX_BELOW).collect::<Vec<_>>() {
            let found = self.in_classes(&[class], name);
            answer.add(&found);
        }
        answer.things.retain(|thing| *thing != Thing::External);
        answer.likely = true;
        answer
    }

    fn in_classes(&mut self, classes: &[GlobalClass], name: SymbolId) -> Answer {
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

    pub(super) fn result(&mut self, thing: Thing) -> Answer {
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

    pub(super) fn element(&mut self, thing: Thing, key: NameKey<SymbolId>) -> Answer {
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
            Thing::Instance(_) if key == NameKey::Any => {
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
}
