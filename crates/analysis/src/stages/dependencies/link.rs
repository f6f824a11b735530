//! Manifests and lock files together: which version each wish got, what leads where, and where they disagree.

use std::collections::{BTreeMap, BTreeSet};

use repolens_core::report::{DeclaredPackage, DependencyKind, DependencyRoot, Drift};

use super::lock::Lock;
use super::{Found, folder};
use crate::manifests::{LockRoot, Requirement};

/// Type, name, version.
pub(super) type Key = (String, String, String);

/// A package as all files together have it.
#[derive(Debug, Default)]
pub(super) struct Linked {
    pub(super) kind: Option<DependencyKind>,
    pub(super) is_dev: bool,
    pub(super) optional: bool,
    pub(super) resolved: bool,
    pub(super) manifests: BTreeSet<String>,
    pub(super) source: Option<String>,
    pub(super) license: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct PackageGraph {
    pub(super) packages: BTreeMap<Key, Linked>,
    pub(super) edges: BTreeSet<(Key, Key)>,
    pub(super) direct: BTreeSet<Key>,
    pub(super) roots: Vec<DependencyRoot>,
    pub(super) drift: Drift,
    /// Type and name of the projects of the repository itself.
    own: BTreeSet<(String, String)>,
}

/// Ecosystems whose manifests are read in full, so that a lock file's package that none leads to is drift.
const FULLY_READ: [&str; 5] = ["npm", "cargo", "composer", "pub", "pypi"];
/// The ecosystem whose lock file has what is for development in a list of its own, which its tool installs by.
const MARKED: &str = "composer";

pub(super) fn link(own: &[Found<'_>], resolved: &[Vec<Requirement>]) -> PackageGraph {
    let mut graph = PackageGraph::default();
    let named = own
        .iter()
        .filter_map(|found| Some((found.manifest.ecosystem.to_owned(), found.manifest.name.clone()?)));
    graph.own = named.collect();
    let mut locks: Vec<Lock<'_>> = own
        .iter()
        .filter(|found| found.manifest.is_lock)
        .map(|found| Lock::new(*found))
        .collect();
    let mut covered: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (found, requirements) in own.iter().zip(resolved) {
        if !found.manifest.is_lock {
            graph.manifest(found, requirements, &mut locks, &mut covered);
        }
    }
    for (at, lock) in locks.iter_mut().enumerate() {
        graph.own_roots(at, lock, &covered);
    }
    for lock in &locks {
        graph.lock(lock);
    }
    graph
        .roots
        .sort_by(|a, b| (&a.manifest, &a.lock_file).cmp(&(&b.manifest, &b.lock_file)));
    for list in [
        &mut graph.drift.declared_not_locked,
        &mut graph.drift.locked_not_declared,
    ] {
        list.sort();
        list.dedup();
    }
    graph
}

/// The id of the graph's node.
pub(super) fn id(key: &Key) -> String {
    format!("{}:{}@{}", key.0, key.1, key.2)
}

fn key(ecosystem: &str, requirement: &Requirement) -> Key {
    (
        requirement.ecosystem.unwrap_or(ecosystem).to_owned(),
        requirement.name.clone(),
        requirement.version.clone(),
    )
}

impl PackageGraph {
    fn manifest(
        &mut self,
        found: &Found<'_>,
        requirements: &[Requirement],
        locks: &mut [Lock<'_>],
        covered: &mut BTreeSet<(usize, usize)>,
    ) {
        if requirements.is_empty() {
            return;
        }
        let (lock_at, root_at) = match lock_of(found, locks) {
            Some((lock, root)) => (Some(lock), root),
            None => (None, None),
        };
        if let (Some(lock), Some(root)) = (lock_at, root_at) {
            covered.insert((lock, root));
        }
        let mut direct = BTreeSet::new();
        let mut starts = Vec::new();
        for requirement in requirements {
            if requirement.local {
                continue;
            }
            let ecosystem = found.manifest.ecosystem;
            let is_own = self.own.contains(&(ecosystem.to_owned(), requirement.name.clone()));
            let lock = lock_at
                .map(|at| &mut locks[at])
                .filter(|_| requirement.ecosystem.is_none());
            if let Some(lock) = lock {
                let root = root_at.and_then(|root| lock.manifest().roots.get(root));
                if let Some(at) = lock.find(requirement, root.map(|root| root.direct.as_slice())) {
                    let mut all = lock.others(requirement, at);
                    all.push(at);
                    for at in all {
                        lock.set_direct(at, requirement.kind);
                        direct.insert(key(ecosystem, &lock.manifest().requirements[at]));
                        starts.push(at);
                    }
                    continue;
                }
                let may_be_absent = matches!(requirement.kind, DependencyKind::Optional | DependencyKind::Peer)
                    || requirement.marker.is_some()
                    || requirement.source.is_some();
                if !may_be_absent && !is_own {
                    self.drift.declared_not_locked.push(declared(found, requirement));
                }
            }
            // A member of the workspace is no dependency on others.
            if !is_own {
                direct.insert(self.wish(found, requirement));
            }
        }
        if let (Some(lock), Some(root)) = (lock_at, root_at) {
            self.of_lock_only(found, requirements, &mut locks[lock], root, &mut direct, &mut starts);
        }
        let reachable = lock_at.map_or(0, |at| {
            locks[at].reach(starts.into_iter()).into_iter().filter(|is| *is).count()
        });
        self.roots.push(DependencyRoot {
            manifest: found.path.to_owned(),
            name: found.manifest.name.clone(),
            r#type: found.manifest.ecosystem.to_owned(),
            lock_file: lock_at.map(|at| locks[at].found.path.to_owned()),
            reachable: if lock_at.is_some() {
                reachable as u64
            } else {
                direct.len() as u64
            },
            direct: direct.iter().map(id).collect(),
        });
        self.direct.extend(direct);
    }

    /// A dependency that no lock file pins.
    fn wish(&mut self, found: &Found<'_>, requirement: &Requirement) -> Key {
        let key = key(found.manifest.ecosystem, requirement);
        let is_known = self.packages.contains_key(&key);
        let package = self.packages.entry(key.clone()).or_default();
        package.kind = Some(package.kind.map_or(requirement.kind, |kind| kind.min(requirement.kind)));
        package.is_dev = requirement.is_dev() && (package.is_dev || !is_known);
        package.optional = requirement.kind == DependencyKind::Optional && (package.optional || !is_known);
        package.resolved |= requirement.resolved;
        package.manifests.insert(found.path.to_owned());
        package.source = package.source.take().or_else(|| requirement.source.clone());
        key
    }

    /// What the lock file has as the project's own beside what its manifest was matched with: other versions for other
    /// environments, and what the manifest does not name.
    fn of_lock_only(
        &mut self,
        found: &Found<'_>,
        requirements: &[Requirement],
        lock: &mut Lock<'_>,
        root: usize,
        direct: &mut BTreeSet<Key>,
        starts: &mut Vec<usize>,
    ) {
        for (at, kind) in &lock.manifest().roots[root].direct {
            if starts.contains(at) {
                continue;
            }
            let locked = &lock.manifest().requirements[*at];
            let named = requirements.iter().find(|requirement| {
                requirement.name == locked.name
                    || requirement.alias.is_some() && requirement.alias == locked.alias
                    || locked.alias.as_ref() == Some(&requirement.name)
            });
            if named.is_none() && FULLY_READ.contains(&found.manifest.ecosystem) {
                self.drift.locked_not_declared.push(declared(&lock.found, locked));
            }
            direct.insert(key(found.manifest.ecosystem, locked));
            lock.set_direct(*at, named.map_or(*kind, |requirement| requirement.kind));
            starts.push(*at);
        }
    }

    /// The projects of a lock file without a manifest.
    fn own_roots(&mut self, at: usize, lock: &mut Lock<'_>, covered: &BTreeSet<(usize, usize)>) {
        let ecosystem = lock.manifest().ecosystem;
        let from_manifests = lock.has_roots;
        let mut roots: Vec<LockRoot> = Vec::new();
        for (number, root) in lock.manifest().roots.iter().enumerate() {
            if !covered.contains(&(at, number)) && !root.direct.is_empty() {
                roots.push(root.clone());
            }
        }
        // Go's file is both.
        let flagged: Vec<_> = lock
            .manifest()
            .requirements
            .iter()
            .enumerate()
            .filter(|(_, r)| r.direct)
            .collect();
        if !flagged.is_empty() {
            roots.push(LockRoot {
                folder: Some(String::new()),
                name: lock.manifest().name.clone(),
                direct: flagged
                    .iter()
                    .map(|(at, requirement)| (*at, requirement.kind))
                    .collect(),
            });
        }
        // Without a list of its own, what no other package needs is what the project needs.
        if roots.is_empty() && !from_manifests && lock.has_edges() {
            roots.push(LockRoot {
                folder: Some(String::new()),
                name: None,
                direct: lock
                    .tops()
                    .map(|at| (at, lock.manifest().requirements[at].kind))
                    .collect(),
            });
        }
        for root in roots {
            let mut direct = BTreeSet::new();
            for (requirement, kind) in &root.direct {
                lock.set_direct(*requirement, *kind);
                direct.insert(key(ecosystem, &lock.manifest().requirements[*requirement]));
            }
            let reachable = lock.reach(root.direct.iter().map(|(at, _)| *at));
            self.roots.push(DependencyRoot {
                manifest: lock.found.path.to_owned(),
                name: root.name,
                r#type: ecosystem.to_owned(),
                lock_file: Some(lock.found.path.to_owned()),
                direct: direct.iter().map(id).collect(),
                reachable: reachable.into_iter().filter(|is| *is).count() as u64,
            });
            self.direct.extend(direct);
        }
    }

    fn lock(&mut self, lock: &Lock<'_>) {
        let manifest = lock.manifest();
        let reached = lock.reached();
        let by_reach = lock.has_roots && (lock.has_edges() || manifest.edges.is_empty() && !manifest.roots.is_empty());
        let keys: Vec<Key> = manifest
            .requirements
            .iter()
            .map(|requirement| key(manifest.ecosystem, requirement))
            .collect();
        let is_any = |at: &usize| reached.runtime[*at] || reached.optional[*at] || reached.dev[*at];
        let reached_keys: BTreeSet<&Key> = (0..keys.len()).filter(is_any).map(|at| &keys[at]).collect();
        for (at, requirement) in manifest.requirements.iter().enumerate() {
            if requirement.local {
                continue;
            }
            let is_reached = is_any(&at);
            // The same package under another key, such as what Yarn patches: its marks are those of the key that is used.
            if by_reach && !is_reached && reached_keys.contains(&keys[at]) {
                continue;
            }
            let (is_dev, optional) = match by_reach && is_reached && manifest.ecosystem != MARKED {
                true => (
                    !reached.runtime[at] && !reached.optional[at],
                    !reached.runtime[at] && reached.optional[at],
                ),
                false => (requirement.is_dev(), requirement.kind == DependencyKind::Optional),
            };
            let optional = optional || requirement.kind == DependencyKind::Optional && !is_dev;
            let kind = lock.direct[at].unwrap_or(DependencyKind::Transitive);
            let is_known = self.packages.contains_key(&keys[at]);
            let package = self.packages.entry(keys[at].clone()).or_default();
            package.kind = Some(package.kind.map_or(kind, |known| known.min(kind)));
            package.is_dev = is_dev && (package.is_dev || !is_known);
            package.optional = optional && (package.optional || !is_known);
            package.resolved = requirement.resolved;
            package.manifests.insert(lock.found.path.to_owned());
            package.source = package.source.take().or_else(|| requirement.source.clone());
            package.license = package.license.take().or_else(|| requirement.license.clone());
            let is_drift = by_reach
                && lock.has_edges()
                && !is_reached
                && FULLY_READ.contains(&manifest.ecosystem)
                && requirement.kind != DependencyKind::Optional;
            if is_drift {
                self.drift.locked_not_declared.push(declared(&lock.found, requirement));
            }
        }
        let is_shown = |at: usize| !manifest.requirements[at].local;
        for (from, to) in manifest
            .edges
            .iter()
            .filter(|(from, to)| is_shown(*from) && is_shown(*to))
        {
            self.edges.insert((keys[*from].clone(), keys[*to].clone()));
        }
    }
}

fn declared(found: &Found<'_>, requirement: &Requirement) -> DeclaredPackage {
    DeclaredPackage {
        r#type: requirement.ecosystem.unwrap_or(found.manifest.ecosystem).to_owned(),
        name: requirement.name.clone(),
        version: requirement.version.clone(),
        manifest: found.path.to_owned(),
    }
}

/// The lock file that is for a manifest: beside it or above it; and which of its projects the manifest is.
fn lock_of(found: &Found<'_>, locks: &[Lock<'_>]) -> Option<(usize, Option<usize>)> {
    let own = folder(found.path);
    let above = |lock: &Lock<'_>| {
        let folder = folder(lock.found.path);
        let relative = match folder.is_empty() {
            true => Some(own),
            false => own
                .strip_prefix(folder)
                .and_then(|rest| rest.strip_prefix('/').or(rest.is_empty().then_some(""))),
        };
        relative.map(|relative| (folder.len(), relative.to_owned()))
    };
    let mut candidates: Vec<(usize, usize, Option<usize>)> = Vec::new();
    for (at, lock) in locks.iter().enumerate() {
        // Go's file is its own manifest.
        if lock.manifest().ecosystem != found.manifest.ecosystem || lock.found.path.ends_with("go.mod") {
            continue;
        }
        let Some((depth, relative)) = above(lock) else { continue };
        let roots = &lock.manifest().roots;
        let by_folder = |root: &LockRoot| root.folder.as_deref() == Some(relative.as_str());
        let by_name =
            |root: &LockRoot| root.folder.is_none() && root.name.is_some() && root.name == found.manifest.name;
        let root = roots
            .iter()
            .position(by_folder)
            .or_else(|| roots.iter().position(by_name));
        // A lock file that names its projects is for no other.
        if roots.is_empty() || root.is_some() {
            candidates.push((depth, at, root));
        }
    }
    candidates.sort_by_key(|(depth, at, _)| (std::cmp::Reverse(*depth), *at));
    candidates.first().map(|(_, at, root)| (*at, *root))
}
