//! Gradle: lock files, version catalogs, and the coordinates that a build script has as text.

use repolens_core::report::DependencyKind;
use toml::{Table, Value};

use super::maven::is_exact;
use crate::manifests::{Manifest, Requirement};

pub(in crate::manifests) fn lockfile(text: &str) -> Result<Manifest, String> {
    locked(text, false)
}

/// What the build itself needs.
pub(in crate::manifests) fn buildscript_lockfile(text: &str) -> Result<Manifest, String> {
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

pub(in crate::manifests) fn catalog(text: &str) -> Result<Manifest, String> {
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
        if let Some((name, version)) = catalog_library(library, &version_of) {
            library_of(
                accessor("libs", alias),
                name,
                version,
                DependencyKind::Runtime,
                &mut manifest,
            );
        }
    }
    for (alias, libraries) in &table("bundles") {
        let names = libraries.as_array().into_iter().flatten().filter_map(Value::as_str);
        let accessors: Vec<String> = names.map(|name| accessor("libs", name)).collect();
        manifest
            .properties
            .insert(accessor("libs.bundles", alias), accessors.join(","));
    }
    for (alias, plugin) in &table("plugins") {
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
        library_of(
            accessor("libs.plugins", alias),
            marker(&id),
            version,
            DependencyKind::Build,
            &mut manifest,
        );
    }
    Ok(manifest)
}

/// Name and version of `group:name:version`, or of a table with `module`, or with `group` and `name`.
fn catalog_library(library: &Value, version_of: &dyn Fn(&Value) -> String) -> Option<(String, String)> {
    if let Value::String(text) = library {
        return Some(match text.rsplit_once(':') {
            Some((name, version)) if name.contains(':') => (name.to_owned(), version.to_owned()),
            _ => (text.clone(), String::new()),
        });
    }
    let text_of = |key: &str| library.get(key).and_then(Value::as_str);
    let parts = || Some(format!("{}:{}", text_of("group")?, text_of("name")?));
    let name = text_of("module").map(str::to_owned).or_else(parts)?;
    Some((name, library.get("version").map(version_of).unwrap_or_default()))
}

/// What a build script writes for an alias of the catalog.
fn accessor(prefix: &str, alias: &str) -> String {
    format!("{prefix}.{}", alias.replace(['-', '_'], "."))
}

/// The marker artifact of a plugin.
fn marker(id: &str) -> String {
    format!("{id}:{id}.gradle.plugin")
}

/// Adds a library of the catalog, which build scripts use by its accessor.
fn library_of(accessor: String, name: String, version: String, kind: DependencyKind, manifest: &mut Manifest) {
    manifest.catalog.insert(accessor.clone(), version.clone());
    manifest.requirements.push(Requirement {
        resolved: is_exact(&version),
        alias: Some(accessor.clone()),
        ..Requirement::wanted(name.clone(), version, kind)
    });
    manifest.properties.insert(accessor, name);
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

/// Lines such as `implementation("group:name:version")`, `api(libs.name)` and `id("plugin") version "1.0"`.
pub(in crate::manifests) fn build_script(text: &str) -> Result<Manifest, String> {
    let mut manifest = Manifest::of("maven");
    for line in text.lines() {
        let code = line.trim_start();
        if code.starts_with("//") || code.starts_with('*') {
            continue;
        }
        let end = code.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(code.len());
        let (configuration, rest) = code.split_at(end);
        if matches!(configuration, "id" | "kotlin" | "alias") {
            manifest.requirements.extend(plugin(configuration, rest));
        } else if let Some(kind) = kind_of(configuration) {
            manifest.requirements.extend(library(rest, kind));
        }
    }
    Ok(manifest)
}

/// `id("a.b") version "1.0"`, `kotlin("jvm") version "1.9"`, or `alias(libs.plugins.name)`.
fn plugin(word: &str, rest: &str) -> Option<Requirement> {
    if word == "alias" {
        return by_accessor(rest, DependencyKind::Build);
    }
    let quoted: Vec<&str> = rest.split(['"', '\'']).skip(1).step_by(2).collect();
    let (id, version) = (quoted.first()?, quoted.get(1).filter(|_| rest.contains("version"))?);
    let id = if word == "kotlin" {
        format!("org.jetbrains.kotlin.{id}")
    } else {
        (*id).to_owned()
    };
    let is_id = id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    is_id.then(|| Requirement {
        resolved: is_exact(version),
        ..Requirement::wanted(marker(&id), *version, DependencyKind::Build)
    })
}

/// What follows the name of a configuration.
fn library(rest: &str, kind: DependencyKind) -> Option<Requirement> {
    let quoted = rest.split(['"', '\'']).nth(1);
    let coordinates = match (quoted, named(rest)) {
        (_, Some(coordinates)) => coordinates,
        (Some(quoted), _) => quoted.to_owned(),
        (None, _) => return by_accessor(rest, kind),
    };
    let parts: Vec<&str> = coordinates.split(':').collect();
    let is_name =
        |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if parts.len() < 2 || !parts[..2].iter().all(is_name) {
        return None;
    }
    let version = parts
        .get(2)
        .map_or("", |version| version.split('@').next().unwrap_or_default());
    Some(Requirement {
        resolved: is_exact(version),
        ..Requirement::wanted(parts[..2].join(":"), version, kind)
    })
}

/// The coordinates of `group: 'a', name: 'b', version: '1.0'`, in Kotlin with `=`.
fn named(rest: &str) -> Option<String> {
    let of = |key: &str| {
        let (_, after) = rest
            .split_once(&format!("{key}:"))
            .or_else(|| rest.split_once(&format!("{key} =")))?;
        let value = after.trim_start().strip_prefix(['"', '\''])?;
        value.split(['"', '\'']).next()
    };
    Some(format!(
        "{}:{}:{}",
        of("group")?,
        of("name")?,
        of("version").unwrap_or_default()
    ))
}

/// `libs.a.b` in `(libs.a.b)` or `(platform(libs.a.b))`: the name is that of the catalog above.
fn by_accessor(rest: &str, kind: DependencyKind) -> Option<Requirement> {
    let start = rest.find("libs.").filter(|at| rest[..*at].ends_with(['(', ' ']))?;
    let end = rest[start..]
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
        .unwrap_or(rest.len() - start);
    let name = rest[start..start + end].trim_end_matches(".get").trim_end_matches('.');
    Some(Requirement {
        inherits: true,
        ..Requirement::wanted(name, "", kind)
    })
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
