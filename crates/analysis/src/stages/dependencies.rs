//! Dependencies.
//!
//! *What it looks at*: manifests and lock files of own folders. *Why it matters*: what else is trusted and shipped.
//! *Limits*: what a manifest asks for is shown as written; only lock files know exact versions and what needs what.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use repolens_core::report::{
    Dependencies, DependencyEdge, DependencyGraph, DependencyGroup, DependencyNode, DependencyStatistics, Package,
    Report, cap,
};

use super::modules::folder;
use super::{Outcome, Scratch};
use crate::facts::Facts;
use crate::facts::FileFacts;
use crate::language::Origin;
use crate::manifests::Manifest;

const MAX_PACKAGES: usize = 5_000;
const MAX_EDGES: usize = 20_000;
const ROOT: &str = "root";
/// How large nodes are drawn: from, to, and the root.
const NODE_SIZES: (u64, u64, u64) = (4, 12, 16);

/// Frameworks by the package that is one.
#[rustfmt::skip]
const FRAMEWORKS: &[(&str, &str)] = &[
    ("@angular/core", "angular"), ("@nestjs/core", "nestjs"), ("@remix-run/react", "remix"), ("@sveltejs/kit", "sveltekit"),
    ("aiohttp", "aiohttp"), ("astro", "astro"), ("bottle", "bottle"), ("django", "django"), ("electron", "electron"),
    ("express", "express"), ("fastapi", "fastapi"), ("fastify", "fastify"), ("flask", "flask"), ("gatsby", "gatsby"),
    ("hono", "hono"), ("koa", "koa"), ("next", "next.js"), ("nuxt", "nuxt"), ("preact", "preact"), ("pyramid", "pyramid"),
    ("react", "react"), ("react-native", "react-native"), ("sanic", "sanic"), ("solid-js", "solid"), ("starlette", "starlette"),
    ("svelte", "svelte"), ("tornado", "tornado"), ("vue", "vue"),
];

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let own: Vec<(&FileFacts, &Manifest)> = facts
        .files
        .iter()
        // Lock files are written by programs, and are what is wanted here; samples and copies are not.
        .filter(|file| matches!(file.origin, Origin::Own | Origin::Generated) && !file.test)
        .filter_map(|file| file.manifest.as_deref().map(|manifest| (file, manifest)))
        .collect();
    if own.is_empty() {
        return Outcome::Skipped("no manifest or lock file of a kind that is read".to_owned());
    }
    let mut found = Found::default();
    for (file, manifest) in &own {
        if manifest.is_lock {
            found.lock(&file.path, manifest);
        }
    }
    for (file, manifest) in &own {
        if !manifest.is_lock {
            found.manifest(&file.path, manifest);
        }
    }
    frameworks(&own, report);
    let (dependencies, truncated) = found.finish();
    report.dependencies = Some(dependencies);
    if truncated {
        Outcome::Truncated(format!(
            "more than {MAX_PACKAGES} packages or {MAX_EDGES} edges: the rest is left out"
        ))
    } else {
        Outcome::Ok
    }
}

fn frameworks(own: &[(&FileFacts, &Manifest)], report: &mut Report) {
    let Some(languages) = report.languages.as_mut() else {
        return;
    };
    let wanted = own
        .iter()
        .flat_map(|(_, manifest)| &manifest.requirements)
        .filter(|r| r.direct && !r.dev);
    let mut names: BTreeSet<_> = wanted
        .filter_map(|requirement| FRAMEWORKS.iter().find(|(package, _)| *package == requirement.name))
        .map(|(_, name)| (*name).to_owned())
        .collect();
    // The framework's own repository.
    let own_names = own
        .iter()
        .filter_map(|(_, manifest)| manifest.name.as_ref())
        .map(|name| name.to_lowercase());
    names.extend(
        own_names
            .filter_map(|own| FRAMEWORKS.iter().find(|(p, _)| *p == own))
            .map(|(_, name)| (*name).to_owned()),
    );
    languages.frameworks = names.into_iter().collect();
}

fn node(id: String, name: &str, kind: &str, group: DependencyGroup) -> DependencyNode {
    let color = match group {
        DependencyGroup::Root => "#475569",
        DependencyGroup::Direct => "#2563eb",
        DependencyGroup::Development => "#d97706",
        DependencyGroup::Transitive => "#94a3b8",
    };
    DependencyNode {
        id,
        label: name.to_owned(),
        name: name.to_owned(),
        r#type: kind.to_owned(),
        is_dev: false,
        group,
        size: if group == DependencyGroup::Root {
            NODE_SIZES.2
        } else {
            NODE_SIZES.0
        },
        color: color.to_owned(),
    }
}

type Key = (String, String, String);

#[derive(Default)]
struct Found {
    packages: BTreeMap<Key, Package>,
    edges: BTreeSet<(Key, Key)>,
    /// Folder and name of what lock files pin.
    pinned: BTreeMap<(String, String), Vec<Key>>,
    direct: BTreeSet<Key>,
    /// Direct ones that a manifest needs at run time.
    wanted: BTreeSet<Key>,
}

impl Found {
    fn add(&mut self, path: &str, manifest: &Manifest, at: usize) -> Key {
        let requirement = &manifest.requirements[at];
        let key = (
            manifest.ecosystem.to_owned(),
            requirement.name.clone(),
            requirement.version.clone(),
        );
        let package = self.packages.entry(key.clone()).or_insert_with(|| Package {
            r#type: key.0.clone(),
            name: key.1.clone(),
            version: key.2.clone(),
            is_dev: requirement.dev,
            direct: false,
            manifest: path.to_owned(),
            resolved: requirement.resolved,
            license: None,
        });
        package.is_dev &= requirement.dev;
        package.direct |= requirement.direct;
        package.license = package.license.take().or_else(|| requirement.licence.clone());
        if requirement.direct {
            self.direct.insert(key.clone());
        }
        key
    }

    fn lock(&mut self, path: &str, manifest: &Manifest) {
        let keys: Vec<_> = (0..manifest.requirements.len())
            .map(|at| self.add(path, manifest, at))
            .collect();
        for key in &keys {
            self.pinned
                .entry((folder(path).to_owned(), key.1.clone()))
                .or_default()
                .push(key.clone());
        }
        for &(from, to) in &manifest.edges {
            self.edges.insert((keys[from].clone(), keys[to].clone()));
        }
    }

    /// A manifest's wish is what the lock file beside or above it pins, where there is one.
    fn manifest(&mut self, path: &str, manifest: &Manifest) {
        for (at, requirement) in manifest.requirements.iter().enumerate() {
            let mut above = Some(folder(path));
            let pinned = std::iter::from_fn(|| {
                let folder = above?;
                above = folder
                    .rsplit_once('/')
                    .map(|(outer, _)| outer)
                    .or((!folder.is_empty()).then_some(""));
                Some(folder.to_owned())
            })
            .find_map(|folder| self.pinned.get(&(folder, requirement.name.clone())));
            let pinned = pinned.and_then(|keys| {
                let same = keys.iter().filter(|key| key.0 == manifest.ecosystem);
                // Of several versions, the lock file says which is the project's own.
                same.clone()
                    .find(|key| self.direct.contains(*key))
                    .or_else(|| same.clone().next())
                    .cloned()
            });
            match pinned {
                Some(key) => {
                    if let Some(package) = self.packages.get_mut(&key) {
                        package.direct = true;
                        package.is_dev &= requirement.dev;
                    }
                    if !requirement.dev {
                        self.wanted.insert(key.clone());
                    }
                    self.direct.insert(key);
                }
                None => drop(self.add(path, manifest, at)),
            }
        }
    }

    /// Lock files of Python do not say what is for development only: it is what no other direct dependency leads to.
    fn mark_development(&mut self) {
        const SILENT: &str = "pypi";
        let mut needed: BTreeSet<&Key> = BTreeSet::new();
        let mut work: Vec<&Key> = self.wanted.iter().collect();
        while let Some(key) = work.pop() {
            if needed.insert(key) {
                work.extend(
                    self.edges
                        .range((key.clone(), Key::default())..)
                        .take_while(|(from, _)| from == key)
                        .map(|(_, to)| to),
                );
            }
        }
        let has_edges: BTreeSet<&Key> = self.edges.iter().flat_map(|(from, to)| [from, to]).collect();
        let only_for_development: Vec<Key> = self
            .packages
            .iter()
            .filter(|(key, package)| key.0 == SILENT && package.resolved && !needed.contains(key))
            .filter(|(key, _)| has_edges.contains(key) || self.direct.contains(*key))
            .map(|(key, _)| key.clone())
            .collect();
        // Without a manifest that names anything, nothing can be told.
        if self.wanted.is_empty() {
            return;
        }
        for key in only_for_development {
            if let Some(package) = self.packages.get_mut(&key) {
                package.is_dev = true;
            }
        }
    }

    fn finish(mut self) -> (Dependencies, bool) {
        self.mark_development();
        let id = |key: &Key| format!("{}:{}@{}", key.0, key.1, key.2);
        let mut packages: Vec<_> = self.packages.into_values().collect();
        let statistics = DependencyStatistics {
            total: packages.len() as u64,
            direct: packages.iter().filter(|package| package.direct).count() as u64,
            dev: packages.iter().filter(|package| package.is_dev).count() as u64,
            transitive: packages.iter().filter(|package| !package.direct).count() as u64,
        };
        let mut truncated = cap(&mut packages, MAX_PACKAGES);
        let key_of = |package: &Package| (package.r#type.clone(), package.name.clone(), package.version.clone());
        let mut nodes = vec![node(ROOT.to_owned(), ROOT, ROOT, DependencyGroup::Root)];
        nodes.extend(packages.iter().map(|package| {
            let group = match (package.direct, package.is_dev) {
                (false, _) => DependencyGroup::Transitive,
                (true, true) => DependencyGroup::Development,
                (true, false) => DependencyGroup::Direct,
            };
            DependencyNode {
                is_dev: package.is_dev,
                ..node(id(&key_of(package)), &package.name, &package.r#type, group)
            }
        }));
        let known: BTreeSet<_> = nodes.iter().map(|node| node.id.as_str()).collect();
        let from_root = self.direct.iter().map(|key| (ROOT.to_owned(), id(key)));
        let between = self.edges.iter().map(|(from, to)| (id(from), id(to)));
        let mut edges: Vec<_> = from_root
            .chain(between)
            .filter(|(source, target)| known.contains(source.as_str()) && known.contains(target.as_str()))
            .map(|(source, target)| DependencyEdge {
                from: source.clone(),
                to: target.clone(),
                source,
                target,
            })
            .collect();
        truncated |= cap(&mut edges, MAX_EDGES);
        let mut degrees: HashMap<&str, u64> = HashMap::new();
        for end in edges.iter().flat_map(|edge| [&edge.source, &edge.target]) {
            *degrees.entry(end).or_default() += 1;
        }
        for node in nodes.iter_mut().filter(|node| node.group != DependencyGroup::Root) {
            let edges = degrees.get(node.id.as_str()).copied().unwrap_or(0);
            node.size = (NODE_SIZES.0 + edges).min(NODE_SIZES.1);
        }
        (
            Dependencies {
                count: statistics.total,
                packages,
                graph: DependencyGraph { nodes, edges },
                statistics,
                truncated,
            },
            truncated,
        )
    }
}
