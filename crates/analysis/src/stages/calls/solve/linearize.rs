//! The classes above a class, in the order of the member lookup (C3).

use std::collections::VecDeque;
use std::rc::Rc;

use rustc_hash::FxHashMap as HashMap;

use super::answer::Thing;
use super::{MAX_DEPTH, MAX_MRO, Solver};
use crate::budget::spend;
use crate::calls::{ValueExpr, ValueId};
use crate::stages::calls::index::GlobalClass;

impl<'i, 'f> Solver<'i, 'f> {
    /// A class above is none of this repository's, which may call what this one adds.
    pub(crate) fn has_foreign_base(&mut self, class: GlobalClass) -> bool {
        if let Some(known) = self.foreign_base.get(&class) {
            return *known;
        }
        let mro = self.mro(class);
        let found = mro.iter().any(|&class| {
            let (file, definition) = self.index.class(class);
            definition.bases.iter().any(|&base| {
                spend(1);
                let is_class = |thing: &Thing| matches!(thing, Thing::Class(_));
                // A class of its own in place of one that may be missing (`except ImportError: class Filter`).
                let replaces_missing =
                    matches!(self.index.file(file).calls.values[base.index()], ValueExpr::Either(..));
                base != ValueId::OPAQUE && (replaces_missing || !self.eval(file, base).things.iter().any(is_class))
            })
        });
        self.foreign_base.insert(class, found);
        found
    }

    /// The class and those above it, in the order of the lookup (C3; by depth where C3 has no answer).
    pub(super) fn mro(&mut self, class: GlobalClass) -> Rc<[GlobalClass]> {
        if let Some(known) = &self.mro[class.index()] {
            return Rc::clone(known);
        }
        // A class above itself ends here.
        let alone: Rc<[GlobalClass]> = Rc::from([class]);
        self.mro[class.index()] = Some(Rc::clone(&alone));
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
                self.subclasses[base.index()] += 1;
                lists.push(self.mro(*base).to_vec());
            }
        }
        self.depth -= 1;
        lists.push(bases);
        let mut order = vec![class];
        order.extend(merge(lists, MAX_MRO - 1));
        let order: Rc<[GlobalClass]> = order.into();
        self.mro[class.index()] = Some(Rc::clone(&order));
        order
    }
}

/// Merges the orders of the bases: the first head that is in the tail of no other. Ends after `limit` classes.
pub(super) fn merge(lists: Vec<Vec<GlobalClass>>, limit: usize) -> Vec<GlobalClass> {
    let mut lists: Vec<VecDeque<GlobalClass>> = lists.into_iter().map(VecDeque::from).collect();
    // How many lists have a class in their tail.
    let mut behind: HashMap<GlobalClass, usize> = HashMap::default();
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
fn remove_behind(list: &mut VecDeque<GlobalClass>, class: GlobalClass, behind: &mut HashMap<GlobalClass, usize>) {
    spend(list.len() as u64);
    let before = list.len();
    list.retain(|other| *other != class);
    if let Some(times) = behind.get_mut(&class) {
        *times -= before - list.len();
    }
}
