//! One lock file: what its projects reach.

use std::borrow::Cow;
use std::collections::BTreeMap;

use repolens_core::report::DependencyKind;

use super::Found;
use crate::manifests::{self, Manifest, Requirement};

/// A lock file with the direct dependencies of the projects that it is for.
#[derive(Debug)]
pub(super) struct Lock<'f> {
    pub(super) found: Found<'f>,
    /// Requirements by name, as the ecosystem compares it, and by alias.
    by_name: BTreeMap<Cow<'f, str>, Vec<usize>>,
    /// By requirement: what it needs.
    targets: Vec<Vec<usize>>,
    /// By requirement: why a project names it; the strongest reason.
    pub(super) direct: Vec<Option<DependencyKind>>,
    /// The direct dependencies are known, from a manifest or from the lock file.
    pub(super) has_roots: bool,
    /// A part of what its manifests need is computed.
    pub(super) is_partial: bool,
}

/// What can be reached in a lock file.
#[derive(Debug, Default)]
pub(super) struct LockReach {
    pub(super) runtime: Vec<bool>,
    pub(super) optional: Vec<bool>,
    pub(super) dev: Vec<bool>,
}

impl<'f> Lock<'f> {
    pub(super) fn new(found: Found<'f>) -> Self {
        let requirements = &found.manifest.requirements;
        let mut by_name: BTreeMap<Cow<'f, str>, Vec<usize>> = BTreeMap::new();
        for (at, requirement) in requirements.iter().enumerate() {
            for name in [Some(&requirement.name), requirement.alias.as_ref()]
                .into_iter()
                .flatten()
            {
                let known = by_name.entry(folded(found.manifest.ecosystem, name)).or_default();
                if known.last() != Some(&at) {
                    known.push(at);
                }
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
            is_partial: false,
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
            written.to_owned(),
        ] {
            if let Some(&at) = self.manifest().resolves.get(&request) {
                return Some(at);
            }
        }
        let named = self.named(wish);
        let in_own = |at: &&usize| own.is_some_and(|own| own.iter().any(|(direct, _)| direct == *at));
        let fits = |at: &&usize| self.fits(wish, **at);
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

    /// Every version that a wish may get, one for each environment, where the lock file does not name its projects.
    pub(super) fn others(&self, wish: &Requirement, found: usize) -> Vec<usize> {
        let manifest = self.manifest();
        if manifest.ecosystem != "pypi" || !manifest.roots.is_empty() {
            return Vec::new();
        }
        let mut named = self.named(wish);
        named.retain(|at| *at != found && self.fits(wish, *at));
        named
    }

    fn fits(&self, wish: &Requirement, at: usize) -> bool {
        manifests::fits(&wish.version, &self.manifest().requirements[at].version)
    }

    /// The requirements of the wish's name: under the same alias, else under any, else what is known by the written name.
    fn named(&self, wish: &Requirement) -> Vec<usize> {
        let requirement = |at: &usize| &self.manifest().requirements[*at];
        let of = |name: &str| {
            self.by_name
                .get(&*self.folded(name))
                .map_or(&[][..], Vec::as_slice)
                .iter()
                .copied()
        };
        let same = |at: &usize| {
            let known = requirement(at);
            *self.folded(&known.name) == *self.folded(&wish.name) && known.ecosystem == wish.ecosystem
        };
        let named: Vec<usize> = of(&wish.name).filter(same).collect();
        let under_alias: Vec<usize> = named
            .iter()
            .copied()
            .filter(|at| requirement(at).alias == wish.alias)
            .collect();
        match (under_alias.is_empty(), named.is_empty()) {
            (false, _) => under_alias,
            (_, false) => named,
            _ => of(wish.alias.as_deref().unwrap_or(&wish.name)).collect(),
        }
    }

    /// Whether a requirement of a manifest names a package of the file.
    pub(super) fn is_same(&self, wish: &Requirement, locked: &Requirement) -> bool {
        *self.folded(&wish.name) == *self.folded(&locked.name)
            || wish.alias.is_some() && wish.alias == locked.alias
            || locked.alias.as_ref() == Some(&wish.name)
    }

    /// A name as the ecosystem compares it.
    fn folded<'n>(&self, name: &'n str) -> Cow<'n, str> {
        folded(self.manifest().ecosystem, name)
    }

    /// What no other package of the file needs.
    pub(super) fn tops(&self) -> impl Iterator<Item = usize> + use<> {
        let mut is_needed = vec![false; self.targets.len()];
        for (from, to) in &self.manifest().edges {
            is_needed[*to] |= from != to;
        }
        (0..is_needed.len()).filter(move |at| !is_needed[*at])
    }

    pub(super) fn reached(&self) -> LockReach {
        let of = |kinds: &[DependencyKind]| {
            let starts = self.direct.iter().enumerate();
            let starts = starts
                .filter(|(_, kind)| kind.is_some_and(|kind| kinds.contains(&kind)))
                .map(|(at, _)| at);
            self.reach(starts)
        };
        LockReach {
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

/// NuGet and the hosts of Swift's packages compare names without their case.
fn folded<'n>(ecosystem: &str, name: &'n str) -> Cow<'n, str> {
    match ecosystem {
        "nuget" | "swift" => name.to_ascii_lowercase().into(),
        _ => name.into(),
    }
}
