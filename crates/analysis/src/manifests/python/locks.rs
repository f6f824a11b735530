//! Lock files of Python: Pipenv, Poetry, uv, PDM, and `pylock.toml` (PEP 751).

use std::collections::HashMap;

use repolens_core::report::DependencyKind;
use serde_json::Value as Json;
use toml::{Table, Value};

use super::super::{LockRoot, Manifest, Requirement};
use super::{kind, normal, pep508};

pub(in super::super) fn pipfile_lock(text: &str) -> Result<Manifest, String> {
    let root: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut found = Manifest::lock_of("pypi");
    for (key, dev) in [("default", false), ("develop", true)] {
        for (name, package) in root.get(key).and_then(Json::as_object).into_iter().flatten() {
            let text_of = |key: &str| package.get(key).and_then(Json::as_str);
            let version = text_of("version").unwrap_or_default().trim_start_matches("==");
            let name = normal(name);
            // What both lists have is needed.
            if found
                .requirements
                .iter()
                .any(|known| known.name == name && known.version == version)
            {
                continue;
            }
            let git = text_of("git").map(|git| format!("git+{git}#{}", text_of("ref").unwrap_or_default()));
            found.requirements.push(Requirement {
                kind: kind(dev),
                marker: text_of("markers").map(str::to_owned),
                local: package.get("path").is_some(),
                version: match &git {
                    Some(_) => text_of("ref").unwrap_or_default().to_owned(),
                    None => version.to_owned(),
                },
                source: git,
                ..Requirement::locked(name, "")
            });
        }
    }
    Ok(found)
}

/// Poetry, uv and PDM have `[[package]]` with `dependencies` as a table, a list of tables, or a list of requirements;
/// `pylock.toml` has `[[packages]]`.
pub(in super::super) fn toml_lock(text: &str) -> Result<Manifest, String> {
    let root = text.parse::<Table>().map_err(|error| error.message().to_owned())?;
    let packages = root
        .get("package")
        .or_else(|| root.get("packages"))
        .and_then(Value::as_array);
    let packages = packages.map_or(&[][..], Vec::as_slice);
    let mut found = Manifest::lock_of("pypi");
    let mut index: HashMap<String, Vec<usize>> = HashMap::new();
    let mut own: Vec<Option<usize>> = Vec::with_capacity(packages.len());
    for package in packages {
        let text_of = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default();
        if is_own(package) {
            own.push(None);
            continue;
        }
        let name = normal(text_of("name"));
        // PDM and pip have an entry for each set of extras or environments.
        let same = index.get(&name).into_iter().flatten().copied();
        let known = same
            .clone()
            .find(|at| found.requirements[*at].version == text_of("version"));
        let at = known.unwrap_or_else(|| {
            found.requirements.push(Requirement {
                kind: marked(package),
                marker: marker(package),
                source: source(package),
                ..Requirement::locked(&name, text_of("version"))
            });
            found.requirements.len() - 1
        });
        if known.is_none() {
            index.entry(name).or_default().push(at);
        }
        own.push(Some(at));
    }
    for (package, own) in packages.iter().zip(&own) {
        let targets = |value: Option<&Value>| -> Vec<usize> {
            let wants = wants(value);
            wants
                .iter()
                .flat_map(|(name, version)| find(&index, &found, name, version.as_deref()))
                .collect()
        };
        let mut direct = targets(package.get("dependencies"));
        let extras: Vec<usize> = lists(package, "optional-dependencies")
            .flat_map(|list| targets(Some(list)))
            .collect();
        match own {
            Some(from) => {
                // The packages of an extra are in the file only if something needs the extra.
                direct.extend(extras);
                direct.sort_unstable();
                direct.dedup();
                found.edges.extend(
                    direct
                        .into_iter()
                        .filter(|target| target != from)
                        .map(|target| (*from, target)),
                );
            }
            None => {
                let dev: Vec<usize> = lists(package, "dev-dependencies")
                    .flat_map(|list| targets(Some(list)))
                    .collect();
                let of = |list: Vec<usize>, kind: DependencyKind| list.into_iter().map(move |at| (at, kind));
                let text_of = |key: &str| package.get(key).and_then(Value::as_str);
                let folder = package.get("source").and_then(|source| {
                    ["virtual", "editable", "directory"]
                        .iter()
                        .find_map(|key| source.get(*key)?.as_str())
                });
                found.roots.push(LockRoot {
                    folder: folder.map(|folder| {
                        if folder == "." {
                            String::new()
                        } else {
                            folder.to_owned()
                        }
                    }),
                    name: text_of("name").map(str::to_owned),
                    direct: of(direct, DependencyKind::Runtime)
                        .chain(of(extras, DependencyKind::Optional))
                        .chain(of(dev, DependencyKind::Dev))
                        .collect(),
                });
            }
        }
    }
    found.edges.sort_unstable();
    found.edges.dedup();
    Ok(found)
}

/// A project of this repository.
fn is_own(package: &Value) -> bool {
    package.get("source").is_some_and(|source| {
        ["virtual", "editable"].iter().any(|key| source.get(*key).is_some())
            || source.get("directory").and_then(Value::as_str).is_some()
    }) || package.get("directory").is_some()
}

/// The kind by the groups of the package, where the file has them.
fn marked(package: &Value) -> DependencyKind {
    let text_of = |key: &str| package.get(key).and_then(Value::as_str);
    let groups = package.get("groups").and_then(Value::as_array);
    let only_others = groups.is_some_and(|groups| {
        let is_main = |group: &Value| matches!(group.as_str(), Some("main" | "default"));
        !groups.is_empty() && !groups.iter().any(is_main)
    });
    if text_of("category") == Some("dev") || only_others {
        DependencyKind::Dev
    } else if package.get("optional").and_then(Value::as_bool) == Some(true) {
        DependencyKind::Optional
    } else {
        DependencyKind::Runtime
    }
}

fn marker(package: &Value) -> Option<String> {
    let one = package
        .get("marker")
        .or_else(|| package.get("markers"))
        .and_then(Value::as_str);
    let first = || {
        package
            .get("resolution-markers")
            .and_then(Value::as_array)?
            .first()?
            .as_str()
    };
    one.or_else(first).map(str::to_owned)
}

fn source(package: &Value) -> Option<String> {
    let text_of = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let source = package.get("source");
    // uv.
    if let Some(git) = source.and_then(|source| text_of(source, "git")) {
        return Some(format!("git+{git}"));
    }
    if let Some(url) = source.and_then(|source| text_of(source, "url").or_else(|| text_of(source, "path"))) {
        // Poetry's own registries are given with their address too.
        let is_registry = source.and_then(|source| text_of(source, "type")).as_deref() == Some("legacy");
        let commit = source.and_then(|source| text_of(source, "resolved_reference"));
        return match (is_registry, commit) {
            (true, _) => None,
            (_, Some(commit)) => Some(format!("git+{url}#{commit}")),
            _ => Some(url),
        };
    }
    // PDM, and `pylock.toml`.
    if let Some(git) = text_of(package, "git") {
        return Some(format!(
            "git+{git}#{}",
            text_of(package, "revision").unwrap_or_default()
        ));
    }
    let vcs = package.get("vcs")?;
    Some(format!(
        "git+{}#{}",
        text_of(vcs, "url")?,
        text_of(vcs, "commit-id").unwrap_or_default()
    ))
}

/// The lists of a table of lists.
fn lists<'p>(package: &'p Value, key: &str) -> impl Iterator<Item = &'p Value> {
    package
        .get(key)
        .and_then(Value::as_table)
        .into_iter()
        .flatten()
        .map(|(_, list)| list)
}

/// Names, with the version where the file has it.
fn wants(value: Option<&Value>) -> Vec<(String, Option<String>)> {
    match value {
        Some(Value::Table(table)) => table.keys().map(|name| (normal(name), None)).collect(),
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(|item| match item {
                Value::String(text) => pep508(text, false).map(|requirement| (requirement.name, None)),
                _ => {
                    let text_of = |key: &str| item.get(key).and_then(Value::as_str);
                    Some((normal(text_of("name")?), text_of("version").map(str::to_owned)))
                }
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Without a version, every entry of the name may be the one: they are for different environments.
fn find(index: &HashMap<String, Vec<usize>>, found: &Manifest, name: &str, version: Option<&str>) -> Vec<usize> {
    let all = index.get(name).map_or(&[][..], Vec::as_slice);
    let fits = |at: &&usize| version.is_none_or(|version| found.requirements[**at].version == version);
    all.iter().filter(fits).copied().collect()
}
