//! Nix: `flake.lock`, a graph of repositories.

use std::collections::HashMap;

use repolens_core::report::DependencyKind;
use serde_json::Value;

use crate::manifests::{LockRoot, Manifest, Requirement};

pub(in crate::manifests) fn flake(text: &str) -> Result<Manifest, String> {
    let root: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let nodes = root
        .get("nodes")
        .and_then(Value::as_object)
        .ok_or("it has no `nodes`")?;
    let mut found = Manifest::lock_of("github");
    let mut places = HashMap::new();
    for (id, node) in nodes {
        if let Some(requirement) = node.get("locked").and_then(locked) {
            places.insert(id.as_str(), found.add(requirement));
        }
    }
    // An input is the name of a node, or a path from the root to one that another input has.
    let targets = |node: &Value| -> Vec<usize> {
        let inputs = node.get("inputs").and_then(Value::as_object).into_iter().flatten();
        inputs
            .filter_map(|(_, input)| input.as_str())
            .filter_map(|id| places.get(id).copied())
            .collect()
    };
    for (id, node) in nodes {
        if let Some(from) = places.get(id.as_str()) {
            found.edges.extend(targets(node).into_iter().map(|to| (*from, to)));
        }
    }
    found.edges.sort_unstable();
    found.edges.dedup();
    let own = root.get("root").and_then(Value::as_str).unwrap_or("root");
    let direct = nodes.get(own).map(targets).unwrap_or_default();
    found.roots.push(LockRoot {
        folder: Some(String::new()),
        name: None,
        direct: direct.into_iter().map(|at| (at, DependencyKind::Build)).collect(),
    });
    Ok(found)
}

fn locked(locked: &Value) -> Option<Requirement> {
    let text_of = |key: &str| locked.get(key).and_then(Value::as_str);
    let revision = text_of("rev").unwrap_or_default();
    match text_of("type")? {
        "github" => Some(Requirement::locked(
            format!("{}/{}", text_of("owner")?, text_of("repo")?),
            revision,
        )),
        "path" => None,
        _ => {
            let url = text_of("url").map(str::to_owned);
            let url = url.or_else(|| {
                Some(format!(
                    "https://{}.com/{}/{}",
                    text_of("type")?,
                    text_of("owner")?,
                    text_of("repo")?
                ))
            })?;
            let name = url.trim_end_matches('/').rsplit('/').next().unwrap_or(&url).to_owned();
            Some(Requirement {
                ecosystem: Some("generic"),
                source: Some(if revision.is_empty() {
                    url
                } else {
                    format!("git+{url}#{revision}")
                }),
                ..Requirement::locked(name, revision)
            })
        }
    }
}
