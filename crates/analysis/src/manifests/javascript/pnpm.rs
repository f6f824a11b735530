//! pnpm: `pnpm-lock.yaml` of lock file versions 5, 6 and 9, and the catalogs of `pnpm-workspace.yaml`.

use std::collections::HashMap;

use repolens_core::report::DependencyKind;

use crate::manifests::syntax::yaml::Yaml;
use crate::manifests::{LockRoot, Manifest, Requirement};

pub(in crate::manifests) fn lock(text: &str) -> Result<Manifest, String> {
    // From pnpm 11, what pnpm itself needs is a document before that of the project.
    let root = Yaml::parse_last(text)?;
    let version = root.text_of("lockfileVersion").ok_or("it has no `lockfileVersion`")?;
    let major: u32 = version
        .split('.')
        .next()
        .and_then(|part| part.parse().ok())
        .unwrap_or(0);
    if !(5..=9).contains(&major) {
        return Err(format!("lock file version {version} is not known"));
    }
    let mut lock = Lock {
        major,
        manifest: Manifest::lock_of("npm"),
        index: HashMap::new(),
        same: HashMap::new(),
    };
    for (key, package) in root.entries_of("packages") {
        lock.package(key, package);
    }
    // From version 9 the edges are in `snapshots`, with one entry for each set of peers.
    let snapshots = if major >= 9 { "snapshots" } else { "packages" };
    for (key, package) in root.entries_of(snapshots) {
        let Some(at) = lock.find(key) else { continue };
        lock.manifest.requirements[at].kind = if package.is_true("optional") && major >= 9 {
            DependencyKind::Optional
        } else {
            lock.manifest.requirements[at].kind
        };
        for list in ["dependencies", "optionalDependencies"] {
            for (name, reference) in package.entries_of(list) {
                let target = reference.text().and_then(|reference| lock.target(name, reference));
                lock.manifest.edges.extend(target.map(|target| (at, target)));
            }
        }
    }
    match root.get("importers") {
        Some(importers) => {
            for (folder, importer) in importers.entries() {
                lock.importer(if folder == "." { "" } else { folder }, importer);
            }
        }
        None => lock.importer("", &root),
    }
    Ok(lock.manifest)
}

struct Lock {
    major: u32,
    manifest: Manifest,
    /// Requirements by the key of their package.
    index: HashMap<String, usize>,
    /// Requirements by name and version: several keys differ in their peers only.
    same: HashMap<(String, String), usize>,
}

impl Lock {
    fn package(&mut self, key: &str, package: &Yaml) {
        let (name, version) = self.name_and_version(key);
        let name = package.text_of("name").map_or(name, str::to_owned);
        let version = package.text_of("version").map_or(version, str::to_owned);
        let resolution = package.get("resolution");
        let member = |key: &str| resolution.and_then(|resolution| resolution.text_of(key));
        let source = match (member("repo"), member("commit"), member("tarball")) {
            (Some(repo), Some(commit), _) => Some(format!("git+{repo}#{commit}")),
            // A tarball of a registry is what `name@version` names anyway.
            (_, _, Some(tarball)) if !tarball.contains("/-/") => Some(tarball.to_owned()),
            _ => None,
        };
        let kind = match (package.is_true("dev"), package.is_true("optional")) {
            (true, _) => DependencyKind::Dev,
            (_, true) => DependencyKind::Optional,
            _ => DependencyKind::Runtime,
        };
        let known = self.same.get(&(name.clone(), version.clone())).copied();
        let at = known.unwrap_or_else(|| {
            self.manifest.add(Requirement {
                kind,
                source,
                ..Requirement::locked(&name, &version)
            })
        });
        self.same.insert((name, version), at);
        self.index.insert(key.to_owned(), at);
    }

    /// The parts of a key: `/a/1.0.0_peer` (5), `/a@1.0.0(peer)` (6), `a@1.0.0(peer)` (9).
    fn name_and_version(&self, key: &str) -> (String, String) {
        let key = without_peers(key, self.major);
        if self.major == 5 {
            let key = key.split_once('/').map_or(key, |(_, rest)| rest);
            let (name, version) = key.rsplit_once('/').unwrap_or((key, ""));
            return (name.to_owned(), version.to_owned());
        }
        let key = key.strip_prefix('/').unwrap_or(key);
        let at = key
            .get(1..)
            .and_then(|rest| rest.find('@'))
            .map_or(key.len(), |at| at + 1);
        (key[..at].to_owned(), key.get(at + 1..).unwrap_or_default().to_owned())
    }

    fn find(&self, key: &str) -> Option<usize> {
        let bare = || self.index.get(without_peers(key, self.major));
        self.index.get(key).or_else(bare).copied()
    }

    /// The package that `name: reference` leads to.
    fn target(&self, name: &str, reference: &str) -> Option<usize> {
        if reference.starts_with("link:") {
            return None;
        }
        let key = match self.major {
            5 => format!("/{name}/{reference}"),
            6..9 => format!("/{name}@{reference}"),
            _ => format!("{name}@{reference}"),
        };
        // An alias, git or a tarball has its key as the reference.
        self.find(&key)
            .or_else(|| self.find(reference))
            .or_else(|| self.find(&format!("/{reference}")))
    }

    fn importer(&mut self, folder: &str, importer: &Yaml) {
        let mut direct = Vec::new();
        for (list, kind) in [
            ("dependencies", DependencyKind::Runtime),
            ("optionalDependencies", DependencyKind::Optional),
            ("devDependencies", DependencyKind::Dev),
        ] {
            for (name, value) in importer.entries_of(list) {
                let reference = value.text().or_else(|| value.text_of("version")).unwrap_or_default();
                let Some(target) = self.target(name, reference) else {
                    continue;
                };
                let requirement = &mut self.manifest.requirements[target];
                if requirement.name != *name {
                    requirement.alias = Some(name.clone());
                }
                direct.push((target, kind));
            }
        }
        self.manifest.roots.push(LockRoot {
            folder: Some(folder.to_owned()),
            name: None,
            direct,
        });
    }
}

fn without_peers(key: &str, major: u32) -> &str {
    if major == 5 {
        let last = key.rfind('/').unwrap_or(0);
        return key[last..].find('_').map_or(key, |at| &key[..last + at]);
    }
    key.split('(').next().unwrap_or(key)
}

pub(in crate::manifests) fn workspace(text: &str) -> Result<Manifest, String> {
    let root = Yaml::parse(text)?;
    let mut manifest = Manifest::of("npm");
    let mut add = |name: &str, entries: &[(String, Yaml)]| {
        for (package, version) in entries {
            let key = format!("catalog:{name}/{package}");
            manifest
                .catalog
                .insert(key, version.text().unwrap_or_default().to_owned());
        }
    };
    add("", root.entries_of("catalog"));
    for (name, catalog) in root.entries_of("catalogs") {
        add(if name == "default" { "" } else { name }, catalog.entries());
    }
    Ok(manifest)
}
