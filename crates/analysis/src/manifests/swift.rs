//! Swift Package Manager: `Package.resolved` of versions 1 to 3.

use repolens_core::report::DependencyKind;
use serde_json::Value;

use super::{Manifest, Requirement};

pub(super) fn resolved(text: &str) -> Result<Manifest, String> {
    let root: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let pins = root
        .get("pins")
        .or_else(|| root.pointer("/object/pins"))
        .and_then(Value::as_array);
    let mut manifest = Manifest::lock_of("swift");
    for pin in pins.ok_or("it has no `pins`")? {
        let text_of = |key: &str| pin.get(key).and_then(Value::as_str);
        let Some(location) = text_of("location").or_else(|| text_of("repositoryURL")) else {
            continue;
        };
        let state = |key: &str| {
            pin.get("state")
                .and_then(|state| state.get(key))
                .and_then(Value::as_str)
        };
        let (version, revision) = (state("version"), state("revision").unwrap_or_default());
        let name = match text_of("kind") {
            Some("registry") => text_of("identity").unwrap_or_default().to_owned(),
            _ => repository(location),
        };
        manifest.add(Requirement {
            kind: DependencyKind::Runtime,
            source: version.is_none().then(|| format!("git+{location}#{revision}")),
            ..Requirement::locked(name, version.unwrap_or(revision))
        });
    }
    Ok(manifest)
}

/// `https://github.com/a/b.git` and `git@github.com:a/b` are `github.com/a/b`.
fn repository(location: &str) -> String {
    let plain = location.split_once("://").map_or(location, |(_, rest)| rest);
    let plain = plain.split_once('@').map_or(plain, |(_, rest)| rest);
    plain
        .trim_end_matches('/')
        .trim_end_matches(".git")
        .replacen(':', "/", 1)
}
