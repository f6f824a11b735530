//! Lock files of Python: Pipenv, Poetry, uv, PDM, and `pylock.toml` (PEP 751).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use repolens_core::report::DependencyKind;
use serde_json::Value as Json;
use toml::{Table, Value};

use super::super::{LockRoot, Manifest, Requirement, fits};
use super::{kind, markers, normal, pep508};

pub(in super::super) fn pipfile_lock(text: &str) -> Result<Manifest, String> {
    let root: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut found = Manifest::lock_of("pypi");
    let mut known = HashSet::new();
    // `default` comes before `develop` and the categories of the project's own.
    let lists = root
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| *key != "_meta");
    let (main, others): (Vec<_>, Vec<_>) = lists.partition(|(key, _)| *key == "default");
    for (key, list) in main.into_iter().chain(others) {
        let dev = key != "default";
        for (name, package) in list.as_object().into_iter().flatten() {
            let text_of = |key: &str| package.get(key).and_then(Json::as_str);
            let version = text_of("version").unwrap_or_default().trim_start_matches("==");
            let name = normal(name);
            // What both lists have is needed.
            if !known.insert((name.clone(), version.to_owned())) {
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
    let root = without_files(text)
        .parse::<Table>()
        .map_err(|error| error.message().to_owned())?;
    let packages = root
        .get("package")
        .or_else(|| root.get("packages"))
        .and_then(Value::as_array);
    let packages = packages.map_or(&[][..], Vec::as_slice);
    let mut found = Manifest::lock_of("pypi");
    let mut index: HashMap<String, Vec<usize>> = HashMap::new();
    let groups = default_groups(&root);
    let own: Vec<Option<usize>> = packages
        .iter()
        .map(|package| add(package, &groups, &mut index, &mut found))
        .collect();
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
                let root = root_of(package, direct, extras, &targets);
                found.roots.push(root);
            }
        }
    }
    found.edges.sort_unstable();
    found.edges.dedup();
    Ok(found)
}

/// The groups of `pylock.toml` that are installed without being named; Poetry and PDM have the project's own needs in one.
fn default_groups(root: &Table) -> Vec<String> {
    let listed = root.get("default-groups").and_then(Value::as_array);
    let listed = listed.into_iter().flatten().filter_map(Value::as_str);
    listed.chain(["main", "default"]).map(str::to_owned).collect()
}

/// Adds a package and returns its index; `None` for a project of the repository itself.
fn add(
    package: &Value,
    groups: &[String],
    index: &mut HashMap<String, Vec<usize>>,
    found: &mut Manifest,
) -> Option<usize> {
    let text_of = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default();
    if is_own(package) {
        return None;
    }
    let name = normal(text_of("name"));
    // PDM and pip have an entry for each set of extras or environments.
    let same = index.get(&name).into_iter().flatten().copied();
    let known = same
        .clone()
        .find(|at| found.requirements[*at].version == text_of("version"));
    if known.is_some() {
        return known;
    }
    let at = found.add(Requirement {
        kind: marked(package, groups),
        marker: marker(package),
        source: source(package),
        ..Requirement::locked(&name, text_of("version"))
    });
    index.entry(name).or_default().push(at);
    Some(at)
}

/// A project of the repository: its dependencies, those of its extras, and of its groups.
fn root_of(
    package: &Value,
    direct: Vec<usize>,
    extras: Vec<usize>,
    targets: &dyn Fn(Option<&Value>) -> Vec<usize>,
) -> LockRoot {
    let dev: Vec<usize> = lists(package, "dev-dependencies")
        .flat_map(|list| targets(Some(list)))
        .collect();
    let of = |list: Vec<usize>, kind: DependencyKind| list.into_iter().map(move |at| (at, kind));
    let folder = package.get("source").and_then(|source| {
        ["virtual", "editable", "directory"]
            .iter()
            .find_map(|key| source.get(*key)?.as_str())
    });
    LockRoot {
        folder: folder.map(|folder| {
            if folder == "." {
                String::new()
            } else {
                folder.to_owned()
            }
        }),
        name: package.get("name").and_then(Value::as_str).map(str::to_owned),
        direct: of(direct, DependencyKind::Runtime)
            .chain(of(extras, DependencyKind::Optional))
            .chain(of(dev, DependencyKind::Dev))
            .collect(),
    }
}

/// The text without its lists of files and their sums: they are most of a lock file, and nothing of them is read.
fn without_files(text: &str) -> Cow<'_, str> {
    let mut kept = String::with_capacity(text.len() / 2);
    let (mut in_list, mut in_section) = (false, false);
    for line in text.lines() {
        if in_list {
            in_list = line != "]";
            continue;
        }
        in_section = line == "[metadata.files]" || in_section && !line.starts_with('[');
        in_list = matches!(line, "files = [" | "wheels = [");
        let is_file = in_list || in_section || line.starts_with("sdist = {") && line.ends_with('}');
        if !is_file {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    // A list without its end is for the parser to report.
    if in_list { text.into() } else { kept.into() }
}

/// A project of this repository.
fn is_own(package: &Value) -> bool {
    package.get("source").is_some_and(|source| {
        ["virtual", "editable"].iter().any(|key| source.get(*key).is_some())
            || source.get("directory").and_then(Value::as_str).is_some()
    }) || package.get("directory").is_some()
}

/// The kind by the groups of the package, where the file has them.
fn marked(package: &Value, default_groups: &[String]) -> DependencyKind {
    let text_of = |key: &str| package.get(key).and_then(Value::as_str);
    let groups = package.get("groups").and_then(Value::as_array);
    let only_others = groups.is_some_and(|groups| {
        let is_main = |group: &Value| matches!(group.as_str(), Some("main" | "default"));
        !groups.is_empty() && !groups.iter().any(is_main)
    });
    // `pylock.toml` has groups and extras in its markers.
    let marker = text_of("marker").and_then(markers::parse);
    let may_hold = |extras: Option<markers::MarkerValue>| {
        marker.as_ref().is_none_or(|marker| {
            marker.may_hold(&|key| match key {
                "dependency_groups" => Some(markers::MarkerValue::Set(default_groups.to_vec())),
                "extras" => extras.clone(),
                _ => None,
            })
        })
    };
    if text_of("category") == Some("dev") || only_others || !may_hold(None) {
        DependencyKind::Dev
    } else if package.get("optional").and_then(Value::as_bool) == Some(true)
        || !may_hold(Some(markers::MarkerValue::Set(Vec::new())))
    {
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

/// Names, with the version or the range of it where the file has one.
fn wants(value: Option<&Value>) -> Vec<(String, Option<String>)> {
    match value {
        // Poetry: a range, a table, or a list of either, one for each environment.
        Some(Value::Table(table)) => {
            let ranges = |value: &Value| match value {
                Value::Array(list) => list.iter().map(range).collect(),
                _ => vec![range(value)],
            };
            let all = table
                .iter()
                .flat_map(|(name, value)| ranges(value).into_iter().map(move |range| (normal(name), range)));
            all.collect()
        }
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(|item| match item {
                Value::String(text) => {
                    pep508(text, false).map(|requirement| (requirement.name, Some(requirement.version)))
                }
                _ => {
                    let text_of = |key: &str| item.get(key).and_then(Value::as_str);
                    Some((normal(text_of("name")?), text_of("version").map(str::to_owned)))
                }
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn range(value: &Value) -> Option<String> {
    let text = value.as_str().or_else(|| value.get("version")?.as_str());
    text.map(str::to_owned)
}

/// Without a version, every entry of the name may be the one: they are for different environments.
fn find(index: &HashMap<String, Vec<usize>>, found: &Manifest, name: &str, version: Option<&str>) -> Vec<usize> {
    let all = index.get(name).map_or(&[][..], Vec::as_slice);
    let Some(version) = version.filter(|_| all.len() > 1) else {
        return all.to_vec();
    };
    let of = |fits: &dyn Fn(&str) -> bool| -> Vec<usize> {
        all.iter()
            .copied()
            .filter(|at| fits(&found.requirements[*at].version))
            .collect()
    };
    let exact = of(&|known| known == version);
    let fitting = if exact.is_empty() {
        of(&|known| fits(version, known))
    } else {
        exact
    };
    if fitting.is_empty() { all.to_vec() } else { fitting }
}
