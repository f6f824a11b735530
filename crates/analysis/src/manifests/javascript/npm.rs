//! npm: `package.json`, and `package-lock.json` of versions 1 to 3.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::configuration::commands::that_load;
use crate::manifests::{EntryPoint, Manifest, Requirement};
use repolens_core::report::DependencyKind;

mod lock;

pub(in crate::manifests) use lock::package_lock;

pub(in crate::manifests) fn package_json(text: &str) -> Result<Manifest, String> {
    let root: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let text_of = |key: &str| root.get(key).and_then(Value::as_str).map(str::to_owned);
    let optional_peers = root.get("peerDependenciesMeta");
    let mut requirements: Vec<Requirement> = Vec::new();
    for (key, kind) in KINDS {
        for (name, version) in root.get(key).and_then(Value::as_object).into_iter().flatten() {
            let known = requirements.iter_mut().find(|known| wanted_name(known) == name);
            let version = version.as_str().unwrap_or_default();
            match known {
                // npm installs what is in both lists as an optional one.
                Some(known) if kind == DependencyKind::Optional => known.kind = kind,
                // A peer that is also installed for development is what the package needs.
                Some(_) => {}
                None => {
                    let is_optional = optional_peers
                        .and_then(|all| all.get(name)?.get("optional")?.as_bool())
                        .unwrap_or_default();
                    let is_peer = kind == DependencyKind::Peer;
                    if !(is_peer && is_optional) {
                        requirements.push(wanted(name, version, kind));
                    }
                }
            }
        }
    }
    let license =
        text_of("license").or_else(|| root.pointer("/license/type").and_then(Value::as_str).map(str::to_owned));
    Ok(Manifest {
        name: text_of("name"),
        description: text_of("description"),
        license,
        requirements,
        commands: commands(&root),
        // Optional peers are no dependencies, but code may import them.
        spared: optional_peers
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect(),
        entry_points: entry_points(&root),
        ..Manifest::of("npm")
    })
}

const KINDS: [(&str, DependencyKind); 4] = [
    ("dependencies", DependencyKind::Runtime),
    ("optionalDependencies", DependencyKind::Optional),
    ("peerDependencies", DependencyKind::Peer),
    ("devDependencies", DependencyKind::Dev),
];

/// The name that the manifest has.
fn wanted_name(requirement: &Requirement) -> &str {
    requirement.alias.as_deref().unwrap_or(&requirement.name)
}

fn wanted(name: &str, version: &str, kind: DependencyKind) -> Requirement {
    let alias = version.strip_prefix("npm:").and_then(super::yarn::split);
    let (real, range) = alias.unwrap_or((name, version));
    let is_local = ["workspace:", "file:", "link:", "portal:"]
        .iter()
        .any(|protocol| range.starts_with(protocol));
    let inherits = range.starts_with("catalog:");
    let is_git = range.starts_with("git") || range.contains("://") || range.contains('/') && !range.contains(' ');
    Requirement {
        resolved: is_exact(range),
        alias: alias.map(|_| name.to_owned()),
        local: is_local,
        source: (is_git && !is_local && !inherits).then(|| range.to_owned()),
        inherits,
        ..Requirement::wanted(real, range, kind)
    }
}

/// The first word of each command of the scripts: programs that packages bring.
fn commands(root: &Value) -> Vec<String> {
    let scripts = root.get("scripts").and_then(Value::as_object).into_iter().flatten();
    let texts = scripts.filter_map(|(_, text)| text.as_str());
    let words = texts.flat_map(|text| text.split(|c: char| !(c.is_alphanumeric() || "-_./@".contains(c))));
    let mut words: Vec<String> = words.filter(|word| word.len() > 1).map(str::to_owned).collect();
    words.sort();
    words.dedup();
    words
}

fn entry_points(root: &Value) -> Vec<EntryPoint> {
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for key in ["main", "module", "browser", "types", "typings", "source"] {
        paths(root.get(key), found.entry(".").or_default());
    }
    match root.get("exports") {
        Some(Value::Object(map)) if map.keys().any(|key| key.starts_with('.')) => {
            for (name, value) in map {
                paths(Some(value), found.entry(name).or_default());
            }
        }
        // Conditions, or one path.
        exports => paths(exports, found.entry(".").or_default()),
    }
    let mut list: Vec<_> = found
        .into_iter()
        .map(|(name, paths)| EntryPoint {
            name: name.to_owned(),
            paths,
            script: false,
        })
        .collect();
    let mut programs = Vec::new();
    paths(root.get("bin"), &mut programs);
    let mut tools: Vec<String> = Vec::new();
    // What a script of the package runs: `node tools/make.js`.
    for command in root
        .get("scripts")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(_, text)| text.as_str())
        .map(that_load)
    {
        let words = command.split([' ', '\'', '"', '=', ';', '&', '|']);
        tools.extend(
            words
                .filter(|word| is_code(word))
                .map(|word| word.trim_start_matches("./").to_owned()),
        );
    }
    tools.retain(|path| !programs.contains(path));
    let programs = programs.into_iter().map(|path| (path, false));
    let started = programs.chain(tools.into_iter().map(|path| (path, true)));
    list.extend(started.map(|(path, script)| EntryPoint {
        name: String::new(),
        paths: vec![path],
        script,
    }));
    for entry in &mut list {
        entry.paths.sort();
        entry.paths.dedup();
    }
    list.retain(|entry| !entry.paths.is_empty());
    list.sort();
    list.dedup();
    list
}

fn is_code(word: &str) -> bool {
    let ending = word.rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(ending, "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx")
        && !word.starts_with(['-', '/'])
        && !word.contains("../")
}

/// The paths in `main`, `bin` or a part of `exports`, however nested (serde_json bounds the depth).
fn paths(value: Option<&Value>, found: &mut Vec<String>) {
    match value {
        Some(Value::String(path)) => {
            let path = path.trim_start_matches("./");
            if !path.is_empty() && !path.starts_with("../") && !path.starts_with('/') {
                found.push(path.to_owned());
            }
        }
        Some(Value::Object(map)) => map.values().for_each(|inner| paths(Some(inner), found)),
        Some(Value::Array(list)) => list.iter().for_each(|inner| paths(Some(inner), found)),
        _ => {}
    }
}

pub(super) fn is_exact(version: &str) -> bool {
    let mut parts = version.split('.');
    parts.clone().count() >= 3
        && parts
            .by_ref()
            .take(2)
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
        && parts.all(|part| {
            part.bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+'))
                && !part.is_empty()
                && part != "x"
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_json_names_what_it_needs() {
        let manifest = package_json(
            r#"{"name":"a","license":"MIT","main":"./lib/a.js","exports":{".":{"import":"./b.mjs"},"./part":"./dist/part.js"},
                "bin":{"a":"cli.js"},"scripts":{"make":"node ./tools/make.mjs --to=x.css && tsc"},
                "dependencies":{"x":"^1.2.0","y":"2.0.1"},"devDependencies":{"z":"*","y":"1"},"peerDependencies":{"z":"1"}}"#,
        )
        .expect("valid");
        let list: Vec<_> = manifest
            .requirements
            .iter()
            .map(|r| (r.name.as_str(), r.version.as_str(), r.is_dev(), r.resolved))
            .collect();
        assert_eq!(
            list,
            [
                ("x", "^1.2.0", false, false),
                ("y", "2.0.1", false, true),
                ("z", "1", false, false)
            ]
        );
        let entry_points: Vec<_> = manifest
            .entry_points
            .iter()
            .map(|entry| format!("{}={}", entry.name, entry.paths.join(",")))
            .collect();
        assert_eq!(
            entry_points,
            ["=cli.js", "=tools/make.mjs", ".=b.mjs,lib/a.js", "./part=dist/part.js"]
        );
        assert!(package_json("{").is_err() && package_json("[]").is_ok_and(|m| m.requirements.is_empty()));
    }
}
