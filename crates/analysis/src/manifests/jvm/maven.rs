//! Maven: `pom.xml`. Versions that a parent or a bill of materials outside the repository decides are not known.

use repolens_core::report::DependencyKind;

use crate::manifests::syntax::xml::Element;
use crate::manifests::{Manifest, Requirement};

pub(in crate::manifests) fn pom(text: &str) -> Result<Manifest, String> {
    let root = Element::parse(text)?;
    if root.name != "project" {
        return Err("its root is no `project`".to_owned());
    }
    let mut manifest = Manifest::of("maven");
    let parent = root.child("parent");
    let of_parent = |key: &str| parent.and_then(|parent| parent.text_of(key));
    let group = root
        .text_of("groupId")
        .or_else(|| of_parent("groupId"))
        .unwrap_or_default();
    let version = root
        .text_of("version")
        .or_else(|| of_parent("version"))
        .unwrap_or_default();
    let artifact = root.text_of("artifactId").unwrap_or_default();
    manifest.name = Some(format!("{group}:{artifact}"));
    manifest.description = root.text_of("description").map(str::to_owned);
    let licenses: Vec<&str> = root.child("licenses").map_or(Vec::new(), |licenses| {
        licenses
            .all("license")
            .filter_map(|license| license.text_of("name"))
            .collect()
    });
    manifest.license = (!licenses.is_empty()).then(|| licenses.join(" OR "));
    add_properties(&root, group, version, artifact, &mut manifest);
    add_managed(&root, &mut manifest);
    add_dependencies(&root, &mut manifest);
    Ok(manifest)
}

/// Properties, also those that Maven itself defines, and the path of the parent.
fn add_properties(root: &Element, group: &str, version: &str, artifact: &str, manifest: &mut Manifest) {
    let parent = root.child("parent");
    for property in root
        .child("properties")
        .map_or(&[][..], |properties| &properties.children)
    {
        manifest.properties.insert(property.name.clone(), property.text.clone());
    }
    for prefix in ["project.", "pom.", ""] {
        for (key, value) in [("version", version), ("groupId", group), ("artifactId", artifact)] {
            manifest
                .properties
                .entry(format!("{prefix}{key}"))
                .or_insert_with(|| value.to_owned());
        }
    }
    if let (Some(_), Some(version)) = (parent, parent.and_then(|parent| parent.text_of("version"))) {
        manifest
            .properties
            .entry("project.parent.version".to_owned())
            .or_insert_with(|| version.to_owned());
    }
    if let Some(parent) = parent {
        let path = parent
            .child("relativePath")
            .map_or("../pom.xml", |path| path.text.as_str());
        // The folder or the file may be named.
        if !path.is_empty() {
            let is_file = path.ends_with(".xml");
            manifest.includes.push(if is_file {
                path.to_owned()
            } else {
                format!("{path}/pom.xml")
            });
        }
    }
}

/// Versions and scopes of `dependencyManagement`.
fn add_managed(root: &Element, manifest: &mut Manifest) {
    let managed = root
        .child("dependencyManagement")
        .and_then(|managed| managed.child("dependencies"));
    for dependency in managed.into_iter().flat_map(|list| list.all("dependency")) {
        let Some((name, version, scope)) = coordinates(dependency) else {
            continue;
        };
        if scope == "import" {
            manifest.catalog.insert(format!("import:{name}"), version.to_owned());
        } else {
            if !scope.is_empty() {
                manifest.properties.insert(format!("{SCOPE}{name}"), scope.to_owned());
            }
            manifest.catalog.insert(name, version.to_owned());
        }
    }
}

/// The project's dependencies, and those of its profiles.
fn add_dependencies(root: &Element, manifest: &mut Manifest) {
    let lists = [root.child("dependencies")];
    let profiles = root.child("profiles").map_or(&[][..], |profiles| &profiles.children);
    let of_profiles = profiles.iter().map(|profile| profile.child("dependencies"));
    for dependency in lists
        .into_iter()
        .chain(of_profiles)
        .flatten()
        .flat_map(|list| list.all("dependency"))
    {
        let Some((name, version, scope)) = coordinates(dependency) else {
            continue;
        };
        let is_optional = dependency.text_of("optional") == Some("true");
        let kind = if is_optional && !matches!(scope, "test" | "provided" | "system") {
            DependencyKind::Optional
        } else {
            scope_kind(scope)
        };
        manifest.requirements.push(Requirement {
            resolved: is_exact(version),
            // The scope may be that of `dependencyManagement`.
            inherits: scope.is_empty(),
            ..Requirement::wanted(name, version, kind)
        });
    }
}

/// Begins the property that has the scope of a managed dependency.
pub(crate) const SCOPE: &str = "scope of ";

/// The kind that a scope means.
pub(crate) fn scope_kind(scope: &str) -> DependencyKind {
    match scope {
        "test" => DependencyKind::Dev,
        "provided" | "system" => DependencyKind::Build,
        _ => DependencyKind::Runtime,
    }
}

/// A version that is no range, and has no property.
pub(in crate::manifests) fn is_exact(version: &str) -> bool {
    version.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !version.contains(['[', '(', ',', '$', '+'])
        && !matches!(version, "LATEST" | "RELEASE")
        && !version.starts_with("latest.")
}

fn coordinates(dependency: &Element) -> Option<(String, &str, &str)> {
    let name = format!(
        "{}:{}",
        dependency.text_of("groupId")?,
        dependency.text_of("artifactId")?
    );
    Some((
        name,
        dependency.text_of("version").unwrap_or_default(),
        dependency.text_of("scope").unwrap_or_default(),
    ))
}
