//! Names: imports, names of modules, and names that a file does not bind.

use super::Solver;
use super::answer::{Answer, Thing};
use crate::budget::spend;
use crate::calls::{ImportId, Imported, NameId};
use crate::graph::Link;
use crate::stages::calls::index::{SourceId, SymbolId};

impl<'i, 'f> Solver<'i, 'f> {
    pub(super) fn import(&mut self, file: SourceId, import: ImportId, imported: Imported) -> Answer {
        let links = self.index.links(file, import);
        // The links of the import as a whole come last.
        let from = |what: Imported| links.partition_point(|link| link.name < what);
        let (own, whole) = (&links[from(imported)..], &links[from(Imported::Whole)..]);
        let is_name = |link: &&Link| link.name == imported && imported != Imported::Whole;
        let own = own.iter().take_while(is_name);
        let all = own.chain(whole);
        let mut targets: Vec<SourceId> = all.filter_map(|link| self.index.file_of(link.target)).collect();
        spend(targets.len() as u64);
        targets.dedup();
        if targets.is_empty() {
            return if links.is_empty() {
                Answer::one(Thing::External)
            } else {
                Answer::default()
            };
        }
        let what = match imported {
            Imported::Name(name) => self.index.imported(file, import, name),
            Imported::Whole => None,
        };
        let Some(what) = what else {
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

    pub(super) fn global_named(&mut self, file: SourceId, name: &str) -> Answer {
        match self.index.symbol_in(file, name) {
            Some(symbol) => self.global(file, symbol),
            None => Answer::default(),
        }
    }

    /// A name of a module as others see it.
    pub(super) fn global(&mut self, file: SourceId, symbol: SymbolId) -> Answer {
        let index = self.index;
        let bound = index.global(file, symbol).map(|value| (file, value));
        let bound = bound.or_else(|| {
            let starred = self.starred.entry((index.star_group(file), symbol));
            *starred.or_insert_with(|| index.behind_stars(file, symbol))
        });
        match bound {
            Some((home, value)) => self.eval(home, value),
            None => Answer::default(),
        }
    }

    /// A name that its file does not bind where it is used.
    pub(super) fn free(&mut self, file: SourceId, name: NameId) -> Answer {
        let symbol = self.index.file(file).symbol(name);
        let answer = self.global(file, symbol);
        if !answer.things.is_empty() {
            return answer;
        }
        match self.index.in_package(file, symbol) {
            Some((home, value)) => self.eval(home, value),
            None => match self.index.in_imported_packages(file, symbol) {
                Some((home, value)) => self.eval(home, value),
                None if self.index.is_foreign_type(file, name) => Answer::one(Thing::External),
                None => Answer::default(),
            },
        }
    }
}
