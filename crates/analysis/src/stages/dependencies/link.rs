//! Manifests and lock files together: which version each wish got, what leads where, and where they disagree.

use std::collections::{BTreeMap, BTreeSet};

use repolens_core::report::{DependencyKind, DependencyRoot, Drift};

use super::drift::{self, Covered, declared};
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

/// The ecosystem whose lock file has what is for development in a list of its own, which its tool installs by.
const MARKED: &str = "composer";

pub(super) fn link<'f>(own: &[Found<'f>], resolved: &'f [Vec<Requirement>]) -> PackageGraph {
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
    let mut covered = Covered::new();
    // A manifest that only adds to another one knows why, which the lock file's own list does not.
    let (adding, others): (Vec<_>, Vec<_>) = own
        .iter()
        .zip(resolved)
        .filter(|(found, _)| !found.manifest.is_lock)
        .partition(|(found, _)| drift::adds_to_another(found.path));
    for (found, requirements) in adding.into_iter().chain(others) {
        graph.manifest(found, requirements, &mut locks, &mut covered);
    }
    for (at, lock) in locks.iter_mut().enumerate() {
        graph.own_roots(at, lock, &covered);
    }
    for lock in &locks {
        graph.lock(lock);
    }
    drift::not_declared(own, &locks, &covered, &mut graph.drift);
    drift::without_sum(own, &mut graph.drift);
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
    fn manifest<'f>(
        &mut self,
        found: &Found<'f>,
        requirements: &'f [Requirement],
        locks: &mut [Lock<'_>],
        covered: &mut Covered<'f>,
    ) {
        if requirements.is_empty() {
            return;
        }
        let (lock_at, root_at) = match lock_of(found, locks) {
            Some((lock, root)) => (Some(lock), root),
            None => (None, None),
        };
        if let (Some(lock), Some(root)) = (lock_at, root_at) {
            covered.entry((lock, root)).or_default().push((*found, requirements));
        }
        if let Some(lock) = lock_at {
            locks[lock].is_partial |= found.manifest.partial;
        }
        let mut direct = BTreeSet::new();
        let mut starts = Vec::new();
        for requirement in requirements.iter().filter(|requirement| !requirement.local) {
            let lock = lock_at.map(|at| &mut locks[at]);
            match lock.and_then(|lock| matched(lock, root_at, requirement)) {
                Some(all) => {
                    let lock = lock_at.map(|at| &locks[at]);
                    let requirements = lock.map_or(&[][..], |lock| &lock.manifest().requirements);
                    direct.extend(all.iter().map(|at| key(found.manifest.ecosystem, &requirements[*at])));
                    starts.extend(all);
                }
                None => direct.extend(self.unlocked(found, requirement, lock_at.is_some())),
            }
        }
        if let (Some(lock), Some(root)) = (lock_at, root_at)
            && !drift::adds_to_another(found.path)
        {
            self.of_lock_only(found, requirements, &mut locks[lock], root, &mut direct, &mut starts);
        }
        let reachable = lock_at.map_or(direct.len(), |at| {
            locks[at].reach(starts.into_iter()).into_iter().filter(|is| *is).count()
        });
        self.roots.push(DependencyRoot {
            manifest: found.path.to_owned(),
            name: found.manifest.name.clone(),
            r#type: found.manifest.ecosystem.to_owned(),
            lock_file: lock_at.map(|at| locks[at].found.path.to_owned()),
            reachable: reachable as u64,
            direct: direct.iter().map(id).collect(),
        });
        self.direct.extend(direct);
    }

    /// A requirement that its lock file does not have, where there is one.
    fn unlocked(&mut self, found: &Found<'_>, requirement: &Requirement, has_lock: bool) -> Option<Key> {
        let ecosystem = found.manifest.ecosystem;
        let is_own = self.own.contains(&(ecosystem.to_owned(), requirement.name.clone()));
        let may_be_absent = matches!(requirement.kind, DependencyKind::Optional | DependencyKind::Peer)
            || requirement.marker.is_some()
            || requirement.source.is_some()
            || found.manifest.partial
            // Gradle locks the configurations that a build names, and plugins in another file.
            || ecosystem == "maven" && (requirement.kind != DependencyKind::Runtime || requirement.name.ends_with("bom"));
        if has_lock && !may_be_absent && !is_own {
            self.drift.declared_not_locked.push(declared(found, requirement));
        }
        // A member of the workspace is no dependency on others.
        (!is_own).then(|| self.wish(found, requirement))
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
            let named = requirements
                .iter()
                .find(|requirement| lock.is_same(requirement, locked));
            direct.insert(key(found.manifest.ecosystem, locked));
            let is_marked = matches!(found.manifest.ecosystem, "gem" | "nuget") && lock.direct[*at].is_some();
            if !is_marked {
                lock.set_direct(*at, named.map_or(*kind, |requirement| requirement.kind));
            }
            starts.push(*at);
        }
    }

    /// The projects of a lock file without a manifest.
    fn own_roots(&mut self, at: usize, lock: &mut Lock<'_>, covered: &Covered<'_>) {
        let ecosystem = lock.manifest().ecosystem;
        let from_manifests = lock.has_roots;
        let mut roots: Vec<LockRoot> = Vec::new();
        for (number, root) in lock.manifest().roots.iter().enumerate() {
            if !covered.contains_key(&(at, number)) && !root.direct.is_empty() {
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
                // Without edges, what the project names for its tests is for them.
                false if manifest.ecosystem == "swift" => (lock.direct[at] == Some(DependencyKind::Dev), false),
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
                && !lock.is_partial
                && manifest.ecosystem != "nuget"
                && drift::is_fully_read(manifest.ecosystem)
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
        if lock.manifest().ecosystem != found.manifest.ecosystem || !is_for(lock.found.path, found.path) {
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

/// Whether a lock file may be that of a manifest of its ecosystem.
fn is_for(lock: &str, manifest: &str) -> bool {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let is_beside = folder(lock) == folder(manifest);
    match name(lock).as_str() {
        // Go's file is its own manifest.
        "go.mod" => false,
        // Plugins only; and each project of a build has its own file.
        "buildscript-gradle.lockfile" => false,
        "gradle.lockfile" => {
            is_beside && (manifest.ends_with("build.gradle") || manifest.ends_with("build.gradle.kts"))
        }
        "build.sbt.lock" => is_beside && manifest.ends_with(".sbt"),
        _ => true,
    }
}

/// The packages of a lock file that a requirement is, noted as needed by the project.
fn matched(lock: &mut Lock<'_>, root: Option<usize>, requirement: &Requirement) -> Option<Vec<usize>> {
    let root = root.and_then(|root| lock.manifest().roots.get(root));
    let at = lock.find(requirement, root.map(|root| root.direct.as_slice()))?;
    let mut all = lock.others(requirement, at);
    all.push(at);
    all.iter().for_each(|at| lock.set_direct(*at, requirement.kind));
    Some(all)
}
