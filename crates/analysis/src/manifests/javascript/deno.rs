//! Deno: `deno.lock` of versions 3 to 5, and the import map of `deno.json`. Modules by address have no version, and are not
//! listed.

use std::collections::HashMap;

use repolens_core::report::DependencyKind;
use serde_json::Value;

use super::npm::is_exact;
use super::yarn::split;
use crate::manifests::syntax::jsonc;
use crate::manifests::{LockRoot, Manifest, Requirement};

pub(in crate::manifests) fn lock(text: &str) -> Result<Manifest, String> {
    let root: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    // Version 3 keeps them one level below.
    let inner = root.get("packages").unwrap_or(&root);
    let mut manifest = Manifest::lock_of("npm");
    let mut index: HashMap<String, usize> = HashMap::new();
    for (registry, ecosystem) in [("npm", None), ("jsr", Some("jsr"))] {
        for (key, _) in members(inner, registry) {
            let (name, version) = split(key).ok_or("a package has no version")?;
            let at = manifest.add(Requirement {
                ecosystem,
                // The versions of its peers follow an underline.
                ..Requirement::locked(name, version.split('_').next().unwrap_or(version))
            });
            index.insert(format!("{registry}:{key}"), at);
            index.entry(format!("{registry}:{name}")).or_insert(at);
        }
    }
    for (request, resolved) in members(inner, "specifiers") {
        let Some((registry, wanted)) = request.split_once(':') else {
            continue;
        };
        let resolved = resolved.as_str().unwrap_or_default();
        let name = split(wanted).map_or(wanted, |(name, _)| name);
        let found = index
            .get(resolved)
            .or_else(|| index.get(&format!("{registry}:{name}@{resolved}")));
        if let Some(&at) = found {
            index.insert(request.clone(), at);
        }
    }
    add_edges(inner, &index, &mut manifest);
    add_roots(&root, inner, &index, &mut manifest);
    Ok(manifest)
}

fn add_edges(inner: &Value, index: &HashMap<String, usize>, manifest: &mut Manifest) {
    for registry in ["npm", "jsr"] {
        for (key, package) in members(inner, registry) {
            let Some(&at) = index.get(&format!("{registry}:{key}")) else {
                continue;
            };
            for list in ["dependencies", "optionalDependencies"] {
                let wants: Vec<&str> = match package.get(list) {
                    Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
                    Some(Value::Object(map)) => map.values().filter_map(Value::as_str).collect(),
                    _ => Vec::new(),
                };
                for want in wants {
                    let target = index.get(want).or_else(|| index.get(&format!("{registry}:{want}")));
                    manifest.edges.extend(target.map(|target| (at, *target)));
                }
            }
        }
    }
}

fn add_roots(root: &Value, inner: &Value, index: &HashMap<String, usize>, manifest: &mut Manifest) {
    let workspace = root.get("workspace");
    let member = |folder: &str, value: &Value| {
        let package_json = value.get("packageJson").and_then(|inner| inner.get("dependencies"));
        let lists = [value.get("dependencies"), package_json];
        let requests = lists
            .into_iter()
            .flatten()
            .filter_map(Value::as_array)
            .flatten()
            .filter_map(Value::as_str);
        LockRoot {
            folder: Some(folder.to_owned()),
            name: None,
            direct: requests
                .filter_map(|request| Some((*index.get(request)?, DependencyKind::Runtime)))
                .collect(),
        }
    };
    if let Some(workspace) = workspace {
        manifest.roots.push(member("", workspace));
        for (folder, value) in members(workspace, "members") {
            manifest.roots.push(member(folder, value));
        }
    } else {
        // Without a list of its own, what a file asks for by itself is direct.
        let requests = members(inner, "specifiers").filter_map(|(request, _)| index.get(request));
        let direct = requests.map(|at| (*at, DependencyKind::Runtime)).collect();
        manifest.roots.push(LockRoot {
            folder: Some(String::new()),
            name: None,
            direct,
        });
    }
}

fn members<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = (&'v String, &'v Value)> {
    value.get(key).and_then(Value::as_object).into_iter().flatten()
}

/// `deno.json`, `deno.jsonc` or `jsr.json`.
pub(in crate::manifests) fn settings(text: &str) -> Result<Manifest, String> {
    let root: Value = serde_json::from_str(&jsonc::plain(text)).map_err(|error| error.to_string())?;
    let text_of = |key: &str| root.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut manifest = Manifest {
        name: text_of("name"),
        license: text_of("license"),
        // An import map of its own is not read.
        partial: root.get("importMap").is_some(),
        ..Manifest::of("npm")
    };
    let scopes = members(&root, "scopes").filter_map(|(_, scope)| scope.as_object());
    let imports = members(&root, "imports").chain(scopes.flatten());
    for (key, target) in imports {
        let found = target.as_str().and_then(|target| import(key, target));
        let is_known = |one: &Requirement| {
            let mut known = manifest.requirements.iter();
            known.any(|known: &Requirement| {
                known.name == one.name && known.ecosystem == one.ecosystem && known.version == one.version
            })
        };
        manifest.requirements.extend(found.filter(|one| !is_known(one)));
    }
    Ok(manifest)
}

/// What `jsr:@scope/name@^1/part` and `npm:/name@1/` name.
fn import(key: &str, target: &str) -> Option<Requirement> {
    let (registry, request) = target.split_once(':')?;
    let ecosystem = match registry {
        "npm" => None,
        "jsr" => Some("jsr"),
        _ => return None,
    };
    let request = request.trim_start_matches('/');
    let mut slashes = request.match_indices('/').map(|(at, _)| at);
    let end = match request.starts_with('@') {
        true => slashes.nth(1),
        false => slashes.next(),
    };
    let request = &request[..end.unwrap_or(request.len())];
    let (name, version) = split(request).unwrap_or((request, ""));
    let key = key.trim_end_matches('/');
    (!name.is_empty()).then(|| Requirement {
        resolved: is_exact(version),
        ecosystem,
        alias: (key != name).then(|| key.to_owned()),
        ..Requirement::wanted(name, version, DependencyKind::Runtime)
    })
}
