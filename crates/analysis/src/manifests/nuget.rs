//! NuGet: `packages.lock.json`, project files with central versions, and `packages.config`.

use std::collections::{BTreeMap, HashMap};

use repolens_core::report::DependencyKind;
use serde_json::Value;

use super::syntax::xml::Element;
use super::{LockRoot, Manifest, Requirement};

/// Between the versions of a package that depend on a condition.
pub(crate) const VERSIONS: char = '|';

pub(super) fn lock(text: &str) -> Result<Manifest, String> {
    let root: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let frameworks = root
        .get("dependencies")
        .and_then(Value::as_object)
        .ok_or("it has no `dependencies`")?;
    let mut manifest = Manifest::lock_of("nuget");
    // By name in lower case and version: the frameworks' lists are one set.
    let mut index: HashMap<(String, String), usize> = HashMap::new();
    let mut direct = Vec::new();
    for packages in frameworks.values().filter_map(Value::as_object) {
        let mut in_framework: HashMap<String, usize> = HashMap::new();
        for (name, package) in packages {
            let text_of = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default();
            if text_of("type") == "Project" {
                continue;
            }
            let key = (name.to_ascii_lowercase(), text_of("resolved").to_owned());
            let at = *index.entry(key.clone()).or_insert_with(|| {
                manifest.requirements.push(Requirement::locked(name, &key.1));
                manifest.requirements.len() - 1
            });
            in_framework.insert(key.0, at);
            if text_of("type") == "Direct" && !direct.contains(&(at, DependencyKind::Runtime)) {
                direct.push((at, DependencyKind::Runtime));
            }
        }
        for (name, package) in packages {
            let Some(&at) = in_framework.get(&name.to_ascii_lowercase()) else {
                continue;
            };
            let wants = package
                .get("dependencies")
                .and_then(Value::as_object)
                .into_iter()
                .flatten();
            let targets = wants.filter_map(|(name, _)| in_framework.get(&name.to_ascii_lowercase()));
            manifest.edges.extend(targets.map(|target| (at, *target)));
        }
    }
    manifest.edges.sort_unstable();
    manifest.edges.dedup();
    manifest.roots.push(LockRoot {
        folder: Some(String::new()),
        name: None,
        direct,
    });
    Ok(manifest)
}

pub(super) fn packages_config(text: &str) -> Result<Manifest, String> {
    let root = Element::parse(text)?;
    let mut manifest = Manifest::of("nuget");
    for package in root.all("package") {
        let Some(name) = package.attribute("id") else { continue };
        let is_dev = package.attribute("developmentDependency") == Some("true");
        let kind = if is_dev {
            DependencyKind::Dev
        } else {
            DependencyKind::Runtime
        };
        manifest.requirements.push(Requirement {
            resolved: true,
            ..Requirement::wanted(name, package.attribute("version").unwrap_or_default(), kind)
        });
    }
    Ok(manifest)
}

/// A project file, `Directory.Packages.props` or `Directory.Build.props`.
pub(super) fn project(text: &str) -> Result<Manifest, String> {
    let root = Element::parse(text)?;
    let mut manifest = Manifest::of("nuget");
    // Imported files, and SDKs other than those of .NET itself, add references.
    let sdk = root.attribute("Sdk").unwrap_or_default();
    manifest.partial = root.all("Import").next().is_some() || !(sdk.is_empty() || sdk.starts_with("Microsoft.NET.Sdk"));
    for group in root.all("PropertyGroup") {
        for property in &group.children {
            manifest.properties.insert(property.name.clone(), property.text.clone());
        }
    }
    let of = |element: &Element, key: &str| {
        element
            .attribute(key)
            .or_else(|| element.text_of(key))
            .map(str::to_owned)
    };
    for item in root.all("ItemGroup").flat_map(|group| &group.children) {
        let Some(name) = of(item, "Include").or_else(|| of(item, "Update")) else {
            continue;
        };
        match item.name.as_str() {
            "PackageVersion" => add_version(&mut manifest.catalog, &name, of(item, "Version").unwrap_or_default()),
            "PackageReference" | "GlobalPackageReference" if item.attribute("Include").is_some() => {
                let version = of(item, "VersionOverride").or_else(|| of(item, "Version"));
                let is_dev = of(item, "PrivateAssets").is_some_and(|assets| assets.eq_ignore_ascii_case("all"));
                let kind = if is_dev {
                    DependencyKind::Dev
                } else {
                    DependencyKind::Runtime
                };
                let inherits = version.is_none();
                let version = version.unwrap_or_default();
                // A version alone is the lowest that fits, and the one that is installed where it exists.
                let (version, resolved) = match version.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                    Some(exact) if !exact.contains(',') => (exact.to_owned(), true),
                    _ => {
                        let plain = version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains(['*', ',']);
                        (version, plain)
                    }
                };
                manifest.requirements.push(Requirement {
                    inherits,
                    resolved,
                    ..Requirement::wanted(name, version, kind)
                });
            }
            _ => {}
        }
    }
    manifest.license = root
        .all("PropertyGroup")
        .find_map(|group| group.text_of("PackageLicenseExpression"))
        .map(str::to_owned);
    Ok(manifest)
}

/// Adds a central version; of one name there may be several, each under a condition.
fn add_version(catalog: &mut BTreeMap<String, String>, name: &str, version: String) {
    let known = catalog.entry(name.to_ascii_lowercase()).or_default();
    if known.is_empty() {
        *known = version;
    } else if !known.split(VERSIONS).any(|known| known == version) {
        *known = format!("{known}{VERSIONS}{version}");
    }
}
