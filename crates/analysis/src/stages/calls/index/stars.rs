//! Names that a file has by `import *`.

use rustc_hash::FxHashSet as HashSet;

use super::{CallIndex, SourceId, StarGroup, SymbolId};
use crate::budget::spend;
use crate::calls::{ValueExpr, ValueId};
use crate::graph::Adjacency;

/// The most files that are searched for one name; above it, the name is unknown.
const MAX_STARRED: usize = 1_000;

impl CallIndex<'_> {
    /// The files whose names a file has by `import *`, in the order of the imports.
    pub(super) fn star_targets(&self, file: SourceId) -> impl Iterator<Item = SourceId> {
        let stars = self.file(file).calls.stars.iter();
        let links = stars.flat_map(move |import| self.links(file, *import));
        links.filter_map(|link| self.file_of(link.target))
    }

    /// Files of one group find the same names behind their `import *`.
    pub(in crate::stages::calls) fn star_group(&self, file: SourceId) -> StarGroup {
        self.star_groups[file.index()]
    }

    /// The binding of a name that a file has by `import *`, and the file that defines it: the first one in the order of the
    /// imports, by depth. Files that import each other in a circle are visited once each.
    pub(in crate::stages::calls) fn behind_stars(
        &self,
        file: SourceId,
        symbol: SymbolId,
    ) -> Option<(SourceId, ValueId)> {
        if !self.file(file).family.imports_are_transitive() || !self.definers.contains_key(&symbol) {
            return None;
        }
        let mut seen = HashSet::default();
        let mut work = vec![file];
        let mut left = MAX_STARRED;
        while let Some(at) = work.pop() {
            if !seen.insert(at) {
                continue;
            }
            if let Some(value) = self.global(at, symbol).filter(|_| at != file) {
                return Some((at, value));
            }
            if self.file(at).family.imports_are_transitive() {
                let before = work.len();
                work.extend(self.star_targets(at).take(left));
                work[before..].reverse();
                let more = work.len() - before + 1;
                spend(more as u64);
                left = left.checked_sub(more)?;
            }
        }
        None
    }

    /// The value that a file has by `import a.*`, in languages where other files do not have it through that file.
    pub(in crate::stages::calls) fn in_imported_packages(
        &self,
        file: SourceId,
        symbol: SymbolId,
    ) -> Option<(SourceId, ValueId)> {
        let data = self.file(file);
        if data.family.imports_are_transitive() || data.calls.stars.is_empty() {
            return None;
        }
        let definers = self.definers.get(&symbol)?;
        let is_own = |home: &SourceId| {
            let home = *home;
            let value = self.global(home, symbol)?;
            let import = matches!(self.file(home).calls.values[value.index()], ValueExpr::Import(..));
            (!import).then_some((home, value))
        };
        let places = data.star_places(self, file);
        spend(definers.len().min(places.len()) as u64 + 1);
        if definers.len() < places.len() {
            let known = definers.iter().filter_map(|home| Some((places.get(home)?, home)));
            let mut known: Vec<_> = known.collect();
            known.sort_unstable();
            known.iter().find_map(|(_, home)| is_own(home))
        } else {
            self.star_targets(file).find_map(|home| is_own(&home))
        }
    }

    /// By file: the files that have all of each other's names by `import *`.
    pub(super) fn groups_by_stars(&self) -> Vec<StarGroup> {
        let stars: Vec<(SourceId, SourceId)> = self
            .numbered_files()
            .filter(|(_, file)| file.family.imports_are_transitive())
            .flat_map(|(file, _)| {
                let targets = self.star_targets(file);
                targets.map(move |target| (file, target))
            })
            .collect();
        spend(stars.len() as u64);
        let groups = Adjacency::new(self.files.len(), stars.iter().copied()).components();
        groups.into_iter().map(|group| StarGroup::new(group.index())).collect()
    }
}
