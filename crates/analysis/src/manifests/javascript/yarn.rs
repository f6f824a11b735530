//! Yarn: `yarn.lock` of Yarn 1, and of Yarn 2 and later.

use std::collections::{BTreeMap, HashSet};

use repolens_core::report::DependencyKind;

use crate::manifests::syntax::yaml::Yaml;
use crate::manifests::{LockRoot, Manifest, Requirement};

pub(in crate::manifests) fn lock(text: &str) -> Result<Manifest, String> {
    if text.lines().any(|line| line.starts_with("__metadata:")) {
        berry(&Yaml::parse(text)?)
    } else {
        classic(text)
    }
}

/// Name and range of a request: `@scope/a@^1` is (`@scope/a`, `^1`).
pub(in crate::manifests) fn split(request: &str) -> Option<(&str, &str)> {
    let at = request.get(1..)?.find('@')? + 1;
    Some((&request[..at], &request[at + 1..]))
}

/// One block of Yarn 1.
#[derive(Default)]
struct Block {
    requests: Vec<String>,
    version: String,
    resolved: String,
    wants: Vec<String>,
}

/// The blocks of a lock file of Yarn 1.
fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut in_list = false;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_end();
        if line.is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let words = words(line);
        if indent == 0 {
            let header = line
                .strip_suffix(':')
                .ok_or_else(|| format!("line {number} is no header"))?;
            let requests = header.split(", ").map(|request| request.trim_matches('"').to_owned());
            blocks.push(Block {
                requests: requests.collect(),
                ..Block::default()
            });
            in_list = false;
            continue;
        }
        let block = blocks
            .last_mut()
            .ok_or_else(|| format!("line {number} has no header"))?;
        match (indent, words.as_slice()) {
            (2, [key]) => in_list = matches!(key.as_str(), "dependencies:" | "optionalDependencies:"),
            (2, [key, value]) => {
                in_list = false;
                match key.as_str() {
                    "version" => block.version.clone_from(value),
                    "resolved" => block.resolved.clone_from(value),
                    _ => {}
                }
            }
            (4, [name, range]) if in_list => block.wants.push(format!("{name}@{range}")),
            _ => {}
        }
    }
    Ok(blocks)
}

fn classic(text: &str) -> Result<Manifest, String> {
    let blocks = blocks(text)?;
    let mut manifest = Manifest::lock_of("npm");
    for block in &blocks {
        let Some((name, range)) = block.requests.first().and_then(|request| split(request)) else {
            return Err("a header has no range".to_owned());
        };
        let real = range.strip_prefix("npm:").and_then(split).map(|(real, _)| real);
        let is_git = block.resolved.starts_with("git") || block.resolved.contains("codeload.github.com");
        let at = manifest.add(Requirement {
            alias: real.is_some().then(|| name.to_owned()),
            source: (is_git || range.starts_with("file:")).then(|| {
                let source = if block.resolved.is_empty() {
                    range
                } else {
                    &block.resolved
                };
                source.to_owned()
            }),
            ..Requirement::locked(real.unwrap_or(name), &block.version)
        });
        for request in &block.requests {
            manifest.resolves.insert(request.clone(), at);
        }
    }
    for (at, block) in blocks.iter().enumerate() {
        let targets = block.wants.iter().filter_map(|want| manifest.resolves.get(want));
        let edges: Vec<_> = targets.map(|target| (at, *target)).collect();
        manifest.edges.extend(edges);
    }
    Ok(manifest)
}

/// The words of a line; quoted ones without their quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (word, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        // `"dependencies":` ends with a colon after its quote.
        words.push(word.to_owned());
        rest = after.trim_start_matches(':').trim_start();
    }
    words
}

fn berry(root: &Yaml) -> Result<Manifest, String> {
    let mut manifest = Manifest::lock_of("npm");
    let entries: Vec<_> = root.entries().iter().filter(|(key, _)| key != "__metadata").collect();
    let mut own = BTreeMap::new();
    for (position, (key, entry)) in entries.iter().enumerate() {
        let resolution = entry.text_of("resolution").ok_or("an entry has no `resolution`")?;
        let (name, reference) = split(resolution).ok_or("a `resolution` has no version")?;
        if let Some(folder) = reference.strip_prefix("workspace:") {
            manifest.roots.push(LockRoot {
                folder: Some(if folder == "." {
                    String::new()
                } else {
                    folder.to_owned()
                }),
                name: Some(name.to_owned()),
                direct: Vec::new(),
            });
            own.insert(position, Err(manifest.roots.len() - 1));
            continue;
        }
        let first = key.split(", ").next().and_then(split).map_or(name, |(name, _)| name);
        let is_registry = reference.starts_with("npm:") || reference.starts_with("patch:");
        let at = manifest.add(Requirement {
            alias: (first != name).then(|| first.to_owned()),
            source: (!is_registry).then(|| reference.to_owned()),
            ..Requirement::locked(name, entry.text_of("version").unwrap_or_default())
        });
        own.insert(position, Ok(at));
        for request in key.split(", ") {
            manifest.resolves.insert(request.to_owned(), at);
            // A manifest asks without the protocol.
            if let Some((name, range)) =
                split(request).and_then(|(name, range)| Some((name, range.strip_prefix("npm:")?)))
            {
                manifest.resolves.entry(format!("{name}@{range}")).or_insert(at);
            }
        }
    }
    add_edges(&entries, &own, &mut manifest);
    Ok(manifest)
}

/// The edges, and what the projects need. `own` has the package or the project that each entry is.
fn add_edges(entries: &[&(String, Yaml)], own: &BTreeMap<usize, Result<usize, usize>>, manifest: &mut Manifest) {
    let overridden = overridden(entries);
    for (position, (_, entry)) in entries.iter().enumerate() {
        let optional = entry.entries_of("dependenciesMeta");
        for (name, range) in entry.entries_of("dependencies") {
            let request = request(name, range);
            let by_override = || {
                overridden
                    .get(name.as_str())
                    .and_then(|key| manifest.resolves.get(*key))
            };
            let Some(&target) = manifest.resolves.get(&request).or_else(by_override) else {
                continue;
            };
            match own.get(&position) {
                Some(Ok(at)) => manifest.edges.push((*at, target)),
                Some(Err(root)) => {
                    let is_optional = optional
                        .iter()
                        .any(|(known, meta)| known == name && meta.is_true("optional"));
                    let kind = if is_optional {
                        DependencyKind::Optional
                    } else {
                        DependencyKind::Runtime
                    };
                    manifest.roots[*root].direct.push((target, kind));
                }
                None => {}
            }
        }
    }
}

fn request(name: &str, range: &Yaml) -> String {
    format!("{name}@{}", range.text().unwrap_or_default())
}

/// By name: the request that the manifest's `resolutions` put in place of others. No package of the lock file makes it, and
/// the packages keep the requests that they had.
fn overridden<'y>(entries: &[&'y (String, Yaml)]) -> BTreeMap<&'y str, &'y str> {
    let wants = entries.iter().flat_map(|(_, entry)| entry.entries_of("dependencies"));
    let made: HashSet<String> = wants.map(|(name, range)| request(name, range)).collect();
    let keys = entries.iter().flat_map(|(key, _)| key.split(", "));
    let unmade = keys.filter(|key| !made.contains(*key) && !key.contains("@workspace:") && !key.contains("@patch:"));
    unmade.filter_map(|key| Some((split(key)?.0, key))).collect()
}
