//! Conan (C and C++): `conan.lock` of Conan 2, a list of references, and of Conan 1, a graph.

use std::collections::{HashMap, HashSet};

use repolens_core::report::DependencyKind;
use serde_json::Value;

use crate::manifests::{Manifest, Requirement};

pub(in crate::manifests) fn lock(text: &str) -> Result<Manifest, String> {
    let root: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match root.pointer("/graph_lock/nodes").and_then(Value::as_object) {
        Some(nodes) => Ok(graph(nodes)),
        None if root.get("version").is_some() => Ok(list(&root)),
        None => Err("it has neither a version nor a graph".to_owned()),
    }
}

fn list(root: &Value) -> Manifest {
    let mut found = Manifest::lock_of("conan");
    let mut known = HashSet::new();
    for (key, kind) in [
        ("requires", DependencyKind::Runtime),
        ("build_requires", DependencyKind::Build),
        ("python_requires", DependencyKind::Build),
    ] {
        let references = root.get(key).and_then(Value::as_array).into_iter().flatten();
        for requirement in references.filter_map(Value::as_str).filter_map(reference) {
            if known.insert((requirement.name.clone(), requirement.version.clone())) {
                found.add(Requirement { kind, ..requirement });
            }
        }
    }
    found
}

fn graph(nodes: &serde_json::Map<String, Value>) -> Manifest {
    let mut found = Manifest::lock_of("conan");
    let mut places = HashMap::new();
    for (id, node) in nodes {
        // The node of the project itself has a path and no reference, or a reference without a revision.
        let requirement = node
            .get("ref")
            .and_then(Value::as_str)
            .filter(|_| node.get("path").is_none())
            .and_then(reference);
        if let Some(requirement) = requirement {
            let kind = match node.get("context").and_then(Value::as_str) {
                Some("build") => DependencyKind::Build,
                _ => DependencyKind::Runtime,
            };
            places.insert(id.as_str(), found.add(Requirement { kind, ..requirement }));
        }
    }
    for (id, node) in nodes {
        let needs = ["requires", "build_requires"]
            .into_iter()
            .filter_map(|key| node.get(key)?.as_array())
            .flatten()
            .filter_map(Value::as_str);
        let targets = needs.filter_map(|need| places.get(need));
        if let Some(from) = places.get(id.as_str()) {
            found.edges.extend(targets.map(|to| (*from, *to)));
        }
    }
    found.edges.sort_unstable();
    found.edges.dedup();
    found
}

/// `name/version@user/channel#revision%time`.
fn reference(text: &str) -> Option<Requirement> {
    let end = text.find(['#', '%', '@']).unwrap_or(text.len());
    let (name, version) = text[..end].split_once('/')?;
    (!name.is_empty() && !version.is_empty()).then(|| Requirement::locked(name, version))
}
