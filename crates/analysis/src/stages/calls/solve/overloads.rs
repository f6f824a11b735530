//! The choice among the functions of one name, by the number of a call's arguments and by their types.

use super::super::index::{Family, GlobalFunction};
use super::Solver;
use crate::calls::Signature;

impl Solver<'_, '_> {
    /// Keeps the targets that take the arguments of a call as they are written. Where several overloads of a class or a file
    /// do, the one whose parameters have the types that the text shows; without one, none is known.
    pub(super) fn keep_fitting(&self, given: &Signature, targets: &mut Vec<(GlobalFunction, bool)>) {
        targets.retain(|(target, _)| self.fit(given, *target).is_some());
        if targets.len() < 2 {
            return;
        }
        let all = targets.clone();
        let specialized = all.iter().any(|(target, _)| self.index.function(*target).1.specialized);
        let place = |target: GlobalFunction| {
            let (file, definition) = self.index.function(target);
            let data = self.index.file(file);
            let class = definition.class.map(|class| self.index.whole(data.class(class)));
            // Variants by `#if` and `#[cfg]` are no overloads.
            let overloads = match data.family {
                Family::Jvm | Family::CSharp | Family::Swift => true,
                Family::C => class.is_some() || specialized,
                _ => false,
            };
            overloads.then(|| (class.is_none().then_some(file), class, data.symbol(definition.name)))
        };
        targets.retain(|(target, _)| {
            let Some(own) = place(*target) else { return true };
            let fit = self.fit(given, *target);
            let others = all.iter().filter(|(other, _)| other != target);
            let rivals = others.filter(|(other, _)| place(*other) == Some(own));
            rivals
                .map(|(other, _)| self.fit(given, *other))
                .all(|other| other < fit)
        });
    }

    fn fit(&self, given: &Signature, target: GlobalFunction) -> Option<u32> {
        self.index.function(target).1.takes.takes(given)
    }
}
