//! Bun: `bun.lock`. The older `bun.lockb` is binary.

use std::collections::HashMap;

use repolens_core::report::DependencyKind;
use serde_json::Value;

use super::yarn::split;
use crate::manifests::syntax::jsonc;
use crate::manifests::{LockRoot, Manifest, Requirement};

const KINDS: [(&str, DependencyKind); 4] = [
    ("dependencies", DependencyKind::Runtime),
    ("optionalDependencies", DependencyKind::Optional),
    ("peerDependencies", DependencyKind::Peer),
    ("devDependencies", DependencyKind::Dev),
];

pub(in crate::manifests) fn binary_lock(_: &str) -> Result<Manifest, String> {
    Err("it is the binary form: `bun install --save-text-lockfile` writes `bun.lock`".to_owned())
}

pub(in crate::manifests) fn lock(text: &str) -> Result<Manifest, String> {
    let root: Value = serde_json::from_str(&jsonc::plain(text)).map_err(|error| error.to_string())?;
    let mut manifest = Manifest::lock_of("npm");
    let packages = root
        .get("packages")
        .and_then(Value::as_object)
        .ok_or("it has no `packages`")?;
    let mut index: HashMap<&str, usize> = HashMap::new();
    for (key, package) in packages {
        let identity = package.get(0).and_then(Value::as_str).ok_or("a package has no name")?;
        let (name, version) = split(identity).ok_or("a package has no version")?;
        if version.starts_with("workspace:") {
            continue;
        }
        let last = last_name(key);
        let is_registry = version.starts_with(|c: char| c.is_ascii_digit());
        let at = manifest.add(Requirement {
            alias: (last != name).then(|| last.to_owned()),
            source: (!is_registry).then(|| version.to_owned()),
            ..Requirement::locked(name, version)
        });
        index.insert(key, at);
    }
    let find = |from: &str, name: &str| find(&index, from, name);
    let mut edges = Vec::new();
    for (key, package) in packages {
        let Some(&at) = index.get(key.as_str()) else { continue };
        let about = package
            .as_array()
            .into_iter()
            .flatten()
            .find(|member| member.is_object());
        for (list, _) in &KINDS[..3] {
            let names = about.and_then(|about| about.get(*list)).and_then(Value::as_object);
            edges.extend(
                names
                    .into_iter()
                    .flatten()
                    .filter_map(|(name, _)| Some((at, find(key, name)?))),
            );
        }
    }
    manifest.roots = roots(&root, &find);
    manifest.edges = edges;
    Ok(manifest)
}

/// The package of a name that the package or member at a key gets: below its own key, else further up.
fn find(index: &HashMap<&str, usize>, from: &str, name: &str) -> Option<usize> {
    let mut outer = from;
    loop {
        let key = if outer.is_empty() {
            name.to_owned()
        } else {
            format!("{outer}/{name}")
        };
        if let Some(&at) = index.get(key.as_str()) {
            return Some(at);
        }
        if outer.is_empty() {
            return None;
        }
        let last = last_name(outer);
        outer = outer[..outer.len() - last.len()].trim_end_matches('/');
    }
}

fn roots(root: &Value, find: &dyn Fn(&str, &str) -> Option<usize>) -> Vec<LockRoot> {
    let mut roots = Vec::new();
    for (folder, workspace) in root.get("workspaces").and_then(Value::as_object).into_iter().flatten() {
        let name = workspace.get("name").and_then(Value::as_str);
        let mut direct = Vec::new();
        for (list, kind) in KINDS {
            for (wanted, _) in workspace.get(list).and_then(Value::as_object).into_iter().flatten() {
                // A package that only one member has in this version is keyed below the member's name.
                let found = find(name.unwrap_or_default(), wanted);
                direct.extend(found.map(|at| (at, kind)));
            }
        }
        roots.push(LockRoot {
            folder: Some(folder.clone()),
            name: name.map(str::to_owned),
            direct,
        });
    }
    roots
}

/// The last name of a key: `a/@b/c` has `@b/c`.
fn last_name(key: &str) -> &str {
    let Some(last) = key.rfind('/') else { return key };
    match key[..last].rfind('/').map_or(0, |at| at + 1) {
        scope if key[scope..].starts_with('@') => &key[scope..],
        _ => &key[last + 1..],
    }
}
