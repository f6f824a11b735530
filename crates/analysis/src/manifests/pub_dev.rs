//! pub (Dart, Flutter): `pubspec.yaml` and `pubspec.lock`.

use repolens_core::report::DependencyKind;

use super::syntax::yaml::Yaml;
use super::{LockRoot, Manifest, Requirement};

pub(super) fn manifest(text: &str) -> Result<Manifest, String> {
    let root = Yaml::parse(text)?;
    let mut manifest = Manifest::of("pub");
    manifest.name = root.text_of("name").map(str::to_owned);
    manifest.description = root.text_of("description").map(str::to_owned);
    for (list, kind) in [
        ("dependencies", DependencyKind::Runtime),
        ("dev_dependencies", DependencyKind::Dev),
        ("dependency_overrides", DependencyKind::Runtime),
    ] {
        for (name, value) in root.entries_of(list) {
            // A part of the SDK has no version of its own.
            if value.text_of("sdk").is_some() {
                continue;
            }
            let version = value.text().or_else(|| value.text_of("version")).unwrap_or_default();
            let version = if version == "any" { "" } else { version };
            let git = value
                .get("git")
                .and_then(|git| git.text().or_else(|| git.text_of("url")));
            let requirement = Requirement {
                resolved: version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains(' '),
                local: value.text_of("path").is_some(),
                source: git.map(|git| format!("git+{git}")),
                ..Requirement::wanted(name.clone(), version, kind)
            };
            // An override has the place of what it overrides, and its kind.
            match manifest.requirements.iter_mut().find(|known| known.name == *name) {
                Some(known) => {
                    let kind = known.kind;
                    *known = Requirement { kind, ..requirement };
                }
                None => manifest.requirements.push(requirement),
            }
        }
    }
    Ok(manifest)
}

pub(super) fn lock(text: &str) -> Result<Manifest, String> {
    let root = Yaml::parse(text)?;
    root.get("packages").ok_or("it has no `packages`")?;
    let mut manifest = Manifest::lock_of("pub");
    let mut direct = Vec::new();
    for (name, package) in root.entries_of("packages") {
        let source = package.text_of("source").unwrap_or_default();
        if source == "sdk" {
            continue;
        }
        let about = package.get("description");
        let of = |key: &str| about.and_then(|about| about.text_of(key)).unwrap_or_default();
        let kind = match package.text_of("dependency").unwrap_or_default() {
            "direct dev" => Some(DependencyKind::Dev),
            "direct main" | "direct overridden" => Some(DependencyKind::Runtime),
            _ => None,
        };
        let at = manifest.add(Requirement {
            kind: kind.unwrap_or_default(),
            source: (source == "git").then(|| format!("git+{}#{}", of("url"), of("resolved-ref"))),
            local: source == "path",
            ..Requirement::locked(name, package.text_of("version").unwrap_or_default())
        });
        direct.extend(kind.map(|kind| (at, kind)));
    }
    manifest.roots.push(LockRoot {
        folder: Some(String::new()),
        name: None,
        direct,
    });
    Ok(manifest)
}
