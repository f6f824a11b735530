//! Names: imports, names of modules, and names that a file does not bind.

use super::Solver;
use super::answer::{Answer, Thing};
use crate::budget::spend;
use crate::calls::Sym;
use crate::graph::Link;

impl<'i, 'f> Solver<'i, 'f> {
    pub(super) fn import(&mut self, file: u32, import: u32, name: u32) -> Answer {
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

    pub(super) fn global_named(&mut self, file: u32, name: &str) -> Answer {
        match self.index.sym(name) {
            Some(sym) => self.global(file, sym),
            None => Answer::default(),
        }
    }

    /// A name of a module as others see it.
    pub(super) fn global(&mut self, file: u32, sym: u32) -> Answer {
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
    pub(super) fn free(&mut self, file: u32, sym: Sym) -> Answer {
        let global = self.index.files[file as usize].syms[sym as usize];
        let answer = self.global(file, global);
        if !answer.things.is_empty() {
            return answer;
        }
        match self.index.in_package(file, global) {
            Some((home, value)) => self.eval(home, value),
            None => match self.index.in_imported_packages(file, global) {
                Some((home, value)) => self.eval(home, value),
                None if self.index.is_foreign_type(file, sym) => Answer::one(Thing::External),
                None => Answer::default(),
            },
        }
    }
}
