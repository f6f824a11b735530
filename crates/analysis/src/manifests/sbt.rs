//! sbt: `build.sbt.lock` of the plugin sbt-dependency-lock.

use repolens_core::report::DependencyKind;
use serde_json::Value;

use super::{Manifest, Requirement};

pub(super) fn lock(text: &str) -> Result<Manifest, String> {
    let root: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut manifest = Manifest::lock_of("maven");
    for package in root
        .get("dependencies")
        .and_then(Value::as_array)
        .ok_or("it has no `dependencies`")?
    {
        let text_of = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default();
        let configurations = package.get("configurations").and_then(Value::as_array);
        let is_test = configurations.is_some_and(|list| {
            !list.is_empty()
                && list
                    .iter()
                    .all(|name| name.as_str().is_some_and(|name| name.contains("test")))
        });
        manifest.add(Requirement {
            kind: if is_test {
                DependencyKind::Dev
            } else {
                DependencyKind::Runtime
            },
            ..Requirement::locked(format!("{}:{}", text_of("org"), text_of("name")), text_of("version"))
        });
    }
    Ok(manifest)
}
