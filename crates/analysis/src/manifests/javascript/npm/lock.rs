//! `package-lock.json` of versions 1 to 3.

use std::collections::{BTreeMap, HashMap};

use repolens_core::report::DependencyKind;
use serde::Deserialize;
use serde_json::Value;

use crate::manifests::{LockRoot, Manifest, Requirement};

#[derive(Deserialize)]
struct Lock {
    name: Option<String>,
    #[serde(default)]
    packages: BTreeMap<String, LockedPackage>,
    #[serde(default)]
    dependencies: BTreeMap<String, LockedV1>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct LockedPackage {
    version: Option<String>,
    name: Option<String>,
    dev: bool,
    optional: bool,
    link: bool,
    resolved: Option<String>,
    license: Option<Value>,
    dependencies: BTreeMap<String, Value>,
    optional_dependencies: BTreeMap<String, Value>,
    peer_dependencies: BTreeMap<String, Value>,
    dev_dependencies: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct LockedV1 {
    version: Option<String>,
    #[serde(default)]
    dev: bool,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    requires: Value,
    #[serde(default)]
    dependencies: BTreeMap<String, LockedV1>,
}

pub(in crate::manifests) fn package_lock(text: &str) -> Result<Manifest, String> {
    let lock: Lock = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut manifest = Manifest {
        name: lock.name,
        ..Manifest::lock_of("npm")
    };
    if lock.packages.is_empty() {
        version_1(&lock.dependencies, &mut manifest);
    } else {
        version_2(&lock.packages, &mut manifest);
    }
    Ok(manifest)
}

impl LockedPackage {
    fn requirement(&self, name: &str) -> Requirement {
        let is_other = |from: &&str| from.starts_with("git") || from.starts_with("file:");
        let real = self.name.as_deref();
        Requirement {
            kind: marked(self.dev, self.optional),
            license: self.license.as_ref().and_then(Value::as_str).map(str::to_owned),
            alias: real.filter(|real| *real != name).map(|_| name.to_owned()),
            source: self.resolved.as_deref().filter(is_other).map(str::to_owned),
            ..Requirement::locked(real.unwrap_or(name), self.version.as_deref().unwrap_or_default())
        }
    }
}

/// Node searches for a package in its own folder, then upwards.
fn find(index: &HashMap<&str, usize>, from: &str, name: &str) -> Option<usize> {
    let mut folder = from;
    loop {
        let path = if folder.is_empty() {
            format!("node_modules/{name}")
        } else {
            format!("{folder}/node_modules/{name}")
        };
        if let Some(&at) = index.get(path.as_str()) {
            return Some(at);
        }
        if folder.is_empty() {
            return None;
        }
        folder = folder.rsplit_once("/node_modules/").map_or("", |(above, _)| above);
    }
}

fn version_2(packages: &BTreeMap<String, LockedPackage>, manifest: &mut Manifest) {
    let mut index = HashMap::new();
    for (path, package) in packages {
        // Links and folders of the workspace itself are no packages that were fetched.
        let Some((_, name)) = path.rsplit_once("node_modules/").filter(|_| !package.link) else {
            continue;
        };
        index.insert(path.as_str(), manifest.requirements.len());
        manifest.requirements.push(package.requirement(name));
    }
    let find = |from: &str, name: &str| find(&index, from, name);
    for (path, package) in packages.iter().filter(|(_, package)| !package.link) {
        let own = index.get(path.as_str()).copied();
        let lists = [
            (&package.dependencies, DependencyKind::Runtime),
            (&package.optional_dependencies, DependencyKind::Optional),
            (&package.peer_dependencies, DependencyKind::Peer),
        ];
        let dev = own
            .is_none()
            .then_some((&package.dev_dependencies, DependencyKind::Dev));
        let wants = lists
            .into_iter()
            .chain(dev)
            .flat_map(|(list, kind)| list.keys().map(move |name| (name, kind)));
        let mut found: Vec<_> = wants
            .filter_map(|(name, kind)| Some((find(path, name)?, kind)))
            .collect();
        match own {
            Some(own) => {
                let mut targets: Vec<_> = found.into_iter().map(|(target, _)| (own, target)).collect();
                targets.sort_unstable();
                targets.dedup();
                manifest.edges.extend(targets);
            }
            None => {
                // What is optional is in both lists.
                let optional = &package.optional_dependencies;
                found.retain(|(at, kind)| {
                    let requirement = &manifest.requirements[*at];
                    let written = requirement.alias.as_ref().unwrap_or(&requirement.name);
                    *kind != DependencyKind::Runtime || !optional.contains_key(written)
                });
                manifest.roots.push(LockRoot {
                    folder: Some(path.clone()),
                    name: package.name.clone(),
                    direct: found,
                });
            }
        }
    }
}

/// The kind that a lock file's marks mean.
fn marked(dev: bool, optional: bool) -> DependencyKind {
    match (dev, optional) {
        (true, _) => DependencyKind::Dev,
        (_, true) => DependencyKind::Optional,
        _ => DependencyKind::Runtime,
    }
}

/// Names that can be seen from a place, innermost first.
type Scopes = Vec<HashMap<String, usize>>;

fn version_1(top: &BTreeMap<String, LockedV1>, manifest: &mut Manifest) {
    let mut wanted = Vec::new();
    level_1(top, &[], manifest, &mut wanted);
    // The project gets what is at the top, which is the first.
    manifest.resolves = top.keys().cloned().zip(0..).collect();
    for (own, names, scopes) in wanted {
        for name in names {
            if let Some(&target) = scopes.iter().find_map(|scope| scope.get(&name)) {
                manifest.edges.push((own, target));
            }
        }
    }
}

/// One level of a lock file of version 1; serde_json bounds the depth.
fn level_1(
    level: &BTreeMap<String, LockedV1>,
    outer: &[HashMap<String, usize>],
    manifest: &mut Manifest,
    wanted: &mut Vec<(usize, Vec<String>, Scopes)>,
) {
    let mut scope = HashMap::new();
    for (name, package) in level {
        scope.insert(name.clone(), manifest.requirements.len());
        let version = package.version.as_deref().unwrap_or_default();
        let alias = version.strip_prefix("npm:").and_then(crate::manifests::yarn::split);
        let is_source = version.starts_with("git") || version.starts_with("file:") || version.contains("://");
        let (real, version) = alias.unwrap_or((name, version));
        manifest.requirements.push(Requirement {
            kind: marked(package.dev, package.optional),
            alias: alias.map(|_| name.clone()),
            source: is_source.then(|| version.to_owned()),
            local: version.starts_with("file:"),
            ..Requirement::locked(real, version)
        });
    }
    let mut scopes = vec![scope];
    scopes.extend_from_slice(outer);
    for (name, package) in level {
        let own = scopes[0][name];
        let names = package
            .requires
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect();
        let mut inner = Vec::new();
        if !package.dependencies.is_empty() {
            let start = manifest.requirements.len();
            level_1(&package.dependencies, &scopes, manifest, wanted);
            let own_level = package.dependencies.keys().enumerate();
            inner.push(own_level.map(|(at, name)| (name.clone(), start + at)).collect());
        }
        inner.extend_from_slice(&scopes);
        wanted.push((own, names, inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_files_have_true_edges() {
        let manifest = package_lock(
            r#"{"lockfileVersion":3,"packages":{
                "":{"dependencies":{"a":"1"},"devDependencies":{"b":"1"}},
                "node_modules/a":{"version":"1.0.0","license":"ISC","dependencies":{"b":"2"}},
                "node_modules/a/node_modules/b":{"version":"2.0.0"},
                "node_modules/b":{"version":"1.0.0","dev":true}, "node_modules/w":{"link":true}}}"#,
        )
        .expect("valid");
        let list: Vec<_> = manifest
            .requirements
            .iter()
            .map(|r| (r.name.as_str(), r.version.as_str(), r.is_dev()))
            .collect();
        assert_eq!(
            list,
            [("a", "1.0.0", false), ("b", "2.0.0", false), ("b", "1.0.0", true)]
        );
        assert_eq!(manifest.edges, [(0, 1)]);
        assert_eq!(
            manifest.roots[0].direct,
            [(0, DependencyKind::Runtime), (2, DependencyKind::Dev)]
        );
    }

    #[test]
    fn version_1_nests() {
        let manifest = package_lock(
            r#"{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","requires":{"b":"2","c":"1"},
                "dependencies":{"b":{"version":"2.0.0","requires":{"c":"1"}}}},"b":{"version":"1.0.0"},"c":{"version":"1.1.0"}}}"#,
        )
        .expect("valid");
        let names: Vec<_> = manifest
            .requirements
            .iter()
            .map(|r| format!("{}@{}", r.name, r.version))
            .collect();
        let edges: Vec<_> = manifest
            .edges
            .iter()
            .map(|&(a, b)| format!("{} > {}", names[a], names[b]))
            .collect();
        assert_eq!(edges, ["b@2.0.0 > c@1.1.0", "a@1.0.0 > b@2.0.0", "a@1.0.0 > c@1.1.0"]);
    }
}
