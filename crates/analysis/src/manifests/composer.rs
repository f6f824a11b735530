//! Composer: `composer.json` and `composer.lock`.

use std::collections::HashMap;

use repolens_core::report::DependencyKind;
use serde_json::Value;

use super::{Manifest, Requirement};

const LISTS: [(&str, DependencyKind); 2] = [
    ("require", DependencyKind::Runtime),
    ("require-dev", DependencyKind::Dev),
];

/// PHP itself, its extensions, and what is no package.
fn is_platform(name: &str) -> bool {
    !name.contains('/')
}

/// `psr/log-implementation`: a name for any package which implements it.
fn is_interface(name: &str) -> bool {
    name.ends_with("-implementation")
}

pub(super) fn manifest(text: &str) -> Result<Manifest, String> {
    let root: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut manifest = Manifest::of("composer");
    let text_of = |key: &str| root.get(key).and_then(Value::as_str).map(str::to_owned);
    (manifest.name, manifest.description, manifest.license) = (text_of("name"), text_of("description"), license(&root));
    for (list, kind) in LISTS {
        for (name, version) in members(&root, list).filter(|(name, _)| !is_platform(name) && !is_interface(name)) {
            let version = version.as_str().unwrap_or_default();
            let is_exact = version
                .trim_start_matches('v')
                .starts_with(|c: char| c.is_ascii_digit())
                && version
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
                && version.matches('.').count() >= 2
                && !version.ends_with('x');
            manifest.requirements.push(Requirement {
                resolved: is_exact,
                ..Requirement::wanted(name.to_ascii_lowercase(), version, kind)
            });
        }
    }
    Ok(manifest)
}

fn license(package: &Value) -> Option<String> {
    match package.get("license") {
        Some(Value::String(text)) => Some(text.clone()),
        // A list means a choice.
        Some(Value::Array(list)) => {
            let all: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            (!all.is_empty()).then(|| all.join(" OR "))
        }
        _ => None,
    }
}

pub(super) fn lock(text: &str) -> Result<Manifest, String> {
    let root: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    root.get("packages")
        .and_then(Value::as_array)
        .ok_or("it has no `packages`")?;
    let mut manifest = Manifest::lock_of("composer");
    let mut index: HashMap<String, usize> = HashMap::new();
    let mut wants: Vec<(usize, String)> = Vec::new();
    for (list, kind) in [
        ("packages", DependencyKind::Runtime),
        ("packages-dev", DependencyKind::Dev),
    ] {
        for package in root.get(list).and_then(Value::as_array).into_iter().flatten() {
            let text_of = |key: &str| package.get(key).and_then(Value::as_str);
            let name = text_of("name").ok_or("a package has no name")?.to_ascii_lowercase();
            let version = text_of("version").unwrap_or_default();
            let at = manifest.add(Requirement {
                kind,
                license: license(package),
                local: package.pointer("/dist/type").and_then(Value::as_str) == Some("path"),
                ..Requirement::locked(&name, version)
            });
            // Others may ask for what it replaces or provides; the package of that name goes first.
            for other in ["replace", "provide"].into_iter().flat_map(|key| members(package, key)) {
                index.entry(other.0.to_ascii_lowercase()).or_insert(at);
            }
            index.insert(name, at);
            wants.extend(members(package, "require").map(|(name, _)| (at, name.to_ascii_lowercase())));
        }
    }
    let known = wants.iter().filter(|(_, name)| !is_platform(name));
    manifest.edges = known
        .filter_map(|(at, name)| Some((*at, *index.get(name)?)))
        .filter(|(a, b)| a != b)
        .collect();
    Ok(manifest)
}

fn members<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = (&'v String, &'v Value)> {
    value.get(key).and_then(Value::as_object).into_iter().flatten()
}
