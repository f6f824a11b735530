//! renv (R): `renv.lock`.

use std::collections::HashMap;

use serde_json::Value;

use crate::manifests::{Manifest, Requirement};

pub(in crate::manifests) fn lock(text: &str) -> Result<Manifest, String> {
    let root: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let packages = root
        .get("Packages")
        .and_then(Value::as_object)
        .ok_or("it has no `Packages`")?;
    let mut found = Manifest::lock_of("cran");
    let mut needs = Vec::new();
    for (key, package) in packages {
        let text_of = |key: &str| package.get(key).and_then(Value::as_str);
        // What is not from CRAN or a mirror of it.
        let repository = text_of("RemoteUsername").zip(text_of("RemoteRepo"));
        let source = repository.map(|(owner, name)| {
            let host = text_of("RemoteHost").unwrap_or_default();
            let host = if host.contains("gitlab") {
                "gitlab.com"
            } else {
                "github.com"
            };
            format!(
                "git+https://{host}/{owner}/{name}#{}",
                text_of("RemoteSha").unwrap_or_default()
            )
        });
        let at = found.add(Requirement {
            source: source.filter(|_| text_of("Source") != Some("Repository")),
            ..Requirement::locked(
                text_of("Package").unwrap_or(key),
                text_of("Version").unwrap_or_default(),
            )
        });
        let names = package.get("Requirements").and_then(Value::as_array);
        needs.extend(
            names
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(|name| (at, name)),
        );
    }
    let places: HashMap<&str, usize> = found
        .requirements
        .iter()
        .enumerate()
        .map(|(at, one)| (one.name.as_str(), at))
        .collect();
    // R itself is no package of the list.
    let mut edges: Vec<_> = needs
        .iter()
        .filter_map(|(from, name)| Some((*from, *places.get(name)?)))
        .collect();
    edges.sort_unstable();
    found.edges = edges;
    Ok(found)
}
