//! Gradle: lock files, version catalogs, and the coordinates that a build script has as text.

use repolens_core::report::DependencyKind;
use toml::{Table, Value};

use super::maven::is_exact;
use super::{Manifest, Requirement};

pub(super) fn lockfile(text: &str) -> Result<Manifest, String> {
    locked(text, false)
}

/// What the build itself needs.
pub(super) fn buildscript_lockfile(text: &str) -> Result<Manifest, String> {
    locked(text, true)
}

fn locked(text: &str, build: bool) -> Result<Manifest, String> {
    let mut manifest = Manifest::lock_of("maven");
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') || line.starts_with("empty=") {
            continue;
        }
        let (coordinates, configurations) = line.split_once('=').ok_or("a line has no `=`")?;
        let (name, version) = coordinates.rsplit_once(':').ok_or("a line has no version")?;
        let mut used = configurations.split(',').map(|name| name.to_ascii_lowercase());
        let kind = match (build, used.all(|name| name.contains("test"))) {
            (true, _) => DependencyKind::Build,
            (_, true) => DependencyKind::Dev,
            _ => DependencyKind::Runtime,
        };
        manifest.add(Requirement {
            kind,
            ..Requirement::locked(name, version)
        });
    }
    Ok(manifest)
}

pub(super) fn catalog(text: &str) -> Result<Manifest, String> {
    let root = text.parse::<Table>().map_err(|error| error.message().to_owned())?;
    let mut manifest = Manifest::of("maven");
    let empty = Table::new();
    let table = |key: &str| root.get(key).and_then(Value::as_table).unwrap_or(&empty).clone();
    let versions = table("versions");
    let version_of = |value: &Value| -> String {
        let value = match value.get("ref").and_then(Value::as_str).map(|name| versions.get(name)) {
            Some(Some(named)) => named.clone(),
            Some(None) => return String::new(),
            None => value.clone(),
        };
        rich(&value)
    };
    for (alias, library) in &table("libraries") {
        let (name, version) = match library {
            Value::String(text) => match text.rsplit_once(':') {
                Some((name, version)) if name.contains(':') => (name.to_owned(), version.to_owned()),
                _ => (text.clone(), String::new()),
            },
            _ => {
                let text_of = |key: &str| library.get(key).and_then(Value::as_str);
                let parts = || Some(format!("{}:{}", text_of("group")?, text_of("name")?));
                let Some(name) = text_of("module").map(str::to_owned).or_else(parts) else {
                    continue;
                };
                (name, library.get("version").map(&version_of).unwrap_or_default())
            }
        };
        manifest.properties.insert(alias.replace(['-', '_'], "."), name.clone());
        manifest.requirements.push(Requirement {
            resolved: is_exact(&version),
            ..Requirement::wanted(name, version, DependencyKind::Runtime)
        });
    }
    for plugin in table("plugins").values() {
        let (id, version) = match plugin {
            Value::String(text) => match text.rsplit_once(':') {
                Some((id, version)) => (id.to_owned(), version.to_owned()),
                None => continue,
            },
            _ => match plugin.get("id").and_then(Value::as_str) {
                Some(id) => (
                    id.to_owned(),
                    plugin.get("version").map(&version_of).unwrap_or_default(),
                ),
                None => continue,
            },
        };
        manifest.requirements.push(Requirement {
            resolved: is_exact(&version),
            // The marker artifact of a plugin.
            ..Requirement::wanted(format!("{id}:{id}.gradle.plugin"), version, DependencyKind::Build)
        });
    }
    Ok(manifest)
}

/// A version as text, or the one that a rich version prefers.
fn rich(value: &Value) -> String {
    let text_of = |key: &str| value.get(key).and_then(Value::as_str);
    let rich = || {
        text_of("strictly")
            .or_else(|| text_of("require"))
            .or_else(|| text_of("prefer"))
    };
    value
        .as_str()
        .or_else(rich)
        .unwrap_or_default()
        .trim_end_matches("!!")
        .to_owned()
}

/// Lines such as `implementation("group:name:version")`.
pub(super) fn build_script(text: &str) -> Result<Manifest, String> {
    let mut manifest = Manifest::of("maven");
    for line in text.lines() {
        let code = line.trim_start();
        if code.starts_with("//") || code.starts_with('*') {
            continue;
        }
        let end = code.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(code.len());
        let (configuration, rest) = code.split_at(end);
        let Some(kind) = kind_of(configuration) else { continue };
        let Some(coordinates) = rest.split(['"', '\'']).nth(1) else {
            continue;
        };
        let parts: Vec<&str> = coordinates.split(':').collect();
        let is_name =
            |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if parts.len() < 2 || !parts[..2].iter().all(is_name) {
            continue;
        }
        let version = parts
            .get(2)
            .map_or("", |version| version.split('@').next().unwrap_or_default());
        manifest.requirements.push(Requirement {
            resolved: is_exact(version),
            ..Requirement::wanted(parts[..2].join(":"), version, kind)
        });
    }
    Ok(manifest)
}

fn kind_of(configuration: &str) -> Option<DependencyKind> {
    let lower = configuration.to_ascii_lowercase();
    let is_one = [
        "implementation",
        "api",
        "compileonly",
        "runtimeonly",
        "classpath",
        "annotationprocessor",
        "kapt",
        "ksp",
        "compile",
    ]
    .iter()
    .any(|ending| lower.ends_with(ending));
    if !is_one {
        return None;
    }
    Some(match lower.as_str() {
        lower if lower.contains("test") => DependencyKind::Dev,
        "classpath" | "kapt" | "ksp" | "annotationprocessor" | "compileonly" => DependencyKind::Build,
        _ => DependencyKind::Runtime,
    })
}
