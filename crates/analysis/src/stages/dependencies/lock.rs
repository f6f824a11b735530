//! One lock file: what its projects reach.

use std::collections::BTreeMap;

use repolens_core::report::DependencyKind;

use super::Found;
use crate::manifests::{Manifest, Requirement};

/// A lock file with the direct dependencies of the projects that it is for.
#[derive(Debug)]
pub(super) struct Lock<'f> {
    pub(super) found: Found<'f>,
    /// Requirements by name.
    pub(super) by_name: BTreeMap<&'f str, Vec<usize>>,
    /// By requirement: what it needs.
    targets: Vec<Vec<usize>>,
    /// By requirement: why a project names it; the strongest reason.
    pub(super) direct: Vec<Option<DependencyKind>>,
    /// The direct dependencies are known, from a manifest or from the lock file.
    pub(super) has_roots: bool,
}

/// What can be reached in a lock file.
#[derive(Debug, Default)]
pub(super) struct Reached {
    pub(super) runtime: Vec<bool>,
    pub(super) optional: Vec<bool>,
    pub(super) dev: Vec<bool>,
}

impl<'f> Lock<'f> {
    pub(super) fn new(found: Found<'f>) -> Self {
        let requirements = &found.manifest.requirements;
        let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, requirement) in requirements.iter().enumerate() {
            by_name.entry(&requirement.name).or_default().push(at);
            if let Some(alias) = &requirement.alias {
                by_name.entry(alias).or_default().push(at);
            }
        }
        let mut targets = vec![Vec::new(); requirements.len()];
        for (from, to) in &found.manifest.edges {
            targets[*from].push(*to);
        }
        Self {
            found,
            by_name,
            targets,
            direct: vec![None; requirements.len()],
            has_roots: false,
        }
    }

    pub(super) fn manifest(&self) -> &'f Manifest {
        self.found.manifest
    }

    pub(super) fn has_edges(&self) -> bool {
        !self.manifest().edges.is_empty()
    }

    /// Notes that a project names the requirement.
    pub(super) fn set_direct(&mut self, at: usize, kind: DependencyKind) {
        self.has_roots = true;
        let known = self.direct[at].get_or_insert(kind);
        *known = (*known).min(kind);
    }

    /// The requirement that a manifest's wish is. Of several versions: that of the exact request, that of the project's own
    /// list, else the highest place in the file.
    pub(super) fn find(&self, wish: &Requirement, own: Option<&[(usize, DependencyKind)]>) -> Option<usize> {
        let written = wish.alias.as_deref().unwrap_or(&wish.name);
        for request in [
            format!("{written}@{}", wish.version),
            format!("{written}@npm:{}@{}", wish.name, wish.version),
        ] {
            if let Some(&at) = self.manifest().resolves.get(&request) {
                return Some(at);
            }
        }
        let named = self
            .by_name
            .get(written)
            .or_else(|| self.by_name.get(wish.name.as_str()))?;
        let in_own = |at: &&usize| own.is_some_and(|own| own.iter().any(|(direct, _)| direct == *at));
        let fits = |at: &&usize| may_fit(&wish.version, &self.manifest().requirements[**at].version);
        let exact = |at: &&usize| self.manifest().requirements[**at].version == wish.version;
        let found = named
            .iter()
            .find(exact)
            .or_else(|| named.iter().find(|at| in_own(at) && fits(at)));
        let found = found
            .or_else(|| named.iter().find(in_own))
            .or_else(|| named.iter().rev().find(fits));
        found.or_else(|| named.last()).copied()
    }

    /// What no other package of the file needs.
    pub(super) fn tops(&self) -> impl Iterator<Item = usize> + use<> {
        let mut is_needed = vec![false; self.targets.len()];
        for (from, to) in &self.manifest().edges {
            is_needed[*to] |= from != to;
        }
        (0..is_needed.len()).filter(move |at| !is_needed[*at])
    }

    pub(super) fn reached(&self) -> Reached {
        let of = |kinds: &[DependencyKind]| {
            let starts = self.direct.iter().enumerate();
            let starts = starts
                .filter(|(_, kind)| kind.is_some_and(|kind| kinds.contains(&kind)))
                .map(|(at, _)| at);
            self.reach(starts)
        };
        Reached {
            runtime: of(&[DependencyKind::Runtime, DependencyKind::Peer, DependencyKind::Build]),
            optional: of(&[DependencyKind::Optional]),
            dev: of(&[DependencyKind::Dev]),
        }
    }

    /// Everything that the starts lead to, and they themselves.
    pub(super) fn reach(&self, starts: impl Iterator<Item = usize>) -> Vec<bool> {
        let mut reached = vec![false; self.targets.len()];
        let mut open: Vec<usize> = starts.collect();
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut reached[at], true) {
                open.extend(&self.targets[at]);
            }
        }
        reached
    }
}

/// Whether a version may be what a range asks for: the first number that is not 0 is the same.
fn may_fit(range: &str, version: &str) -> bool {
    let numbers = |text: &str| -> Vec<u64> {
        let start = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
        let plain = text[start..]
            .split(|c: char| !(c.is_ascii_digit() || c == '.'))
            .next()
            .unwrap_or_default();
        plain.split('.').map_while(|part| part.parse().ok()).collect()
    };
    let (range, version) = (numbers(range), numbers(version));
    let leading = range
        .iter()
        .position(|number| *number != 0)
        .unwrap_or(range.len().saturating_sub(1));
    range.iter().zip(&version).take(leading + 1).all(|(a, b)| a == b)
}
