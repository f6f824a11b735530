//! What manifests take over from other files of the repository: workspaces, catalogs, central versions, parents, properties,
//! and constraints.

use std::collections::{BTreeMap, HashMap, HashSet};

use repolens_core::report::DependencyKind;

use super::Found;
use super::folder;
use crate::manifests::{Manifest, Requirement, SCOPE, SUPPORTED_PYTHON, VERSIONS, markers, scope_kind};
use crate::stages::modules::normalize;

/// Steps from one property to the next.
const MAX_STEPS: usize = 8;
/// Parents above each other.
const MAX_PARENTS: usize = 16;

/// The requirements of each manifest, with the versions that they take over.
pub(super) fn resolve(own: &[Found<'_>]) -> Vec<Vec<Requirement>> {
    let by_path: HashMap<&str, &Manifest> = own.iter().map(|found| (found.path, found.manifest)).collect();
    let by_name: HashMap<&str, &str> = own
        .iter()
        .filter_map(|found| Some((found.manifest.name.as_deref()?, found.path)))
        .collect();
    let runtime = included_at_run_time(own, &by_path);
    let one = |found: &Found<'_>| {
        let mut requirements = found.manifest.requirements.clone();
        match found.manifest.ecosystem {
            _ if found.manifest.is_lock => {}
            "maven" => {
                catalog(found, own, &mut requirements);
                maven(found, &by_path, &by_name, &mut requirements);
            }
            "nuget" => nuget(found, own, &mut requirements),
            "pypi" => {
                constraints(found, &by_path, &mut requirements);
                installed(found, own, &mut requirements);
                if runtime.contains(found.path) {
                    requirements
                        .iter_mut()
                        .for_each(|requirement| requirement.kind = DependencyKind::Runtime);
                }
            }
            _ => inherited(found, own, &mut requirements),
        }
        requirements
    };
    own.iter().map(one).collect()
}

/// Requirements files that one which is not for development includes.
fn included_at_run_time<'f>(own: &[Found<'f>], by_path: &HashMap<&'f str, &'f Manifest>) -> HashSet<&'f str> {
    let is_runtime = |found: &&Found<'f>| {
        found
            .manifest
            .requirements
            .iter()
            .any(|requirement| !requirement.is_dev())
    };
    let mut open: Vec<&str> = own.iter().filter(is_runtime).map(|found| found.path).collect();
    let mut found = HashSet::new();
    while let Some(path) = open.pop() {
        let includes = by_path.get(path).map_or(&[][..], |manifest| &manifest.includes);
        for include in includes {
            let named = normalize(folder(path), include).and_then(|path| by_path.get_key_value(path.as_str()));
            let named = named
                .filter(|(_, manifest)| manifest.ecosystem == "pypi")
                .map(|(path, _)| *path);
            open.extend(named.filter(|path| found.insert(*path)));
        }
    }
    found
}

/// The folder and those above it, the innermost first.
fn upwards(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| match folder.rsplit_once('/') {
        Some((above, _)) => Some(above),
        None if folder.is_empty() => None,
        None => Some(""),
    })
}

/// Cargo's workspace table, and pnpm's catalogs.
fn inherited(found: &Found<'_>, own: &[Found<'_>], requirements: &mut [Requirement]) {
    for requirement in requirements.iter_mut().filter(|requirement| requirement.inherits) {
        let written = requirement.alias.as_deref().unwrap_or(&requirement.name);
        let key = match requirement.version.strip_prefix("catalog:") {
            Some("default") => format!("catalog:/{written}"),
            Some(name) => format!("catalog:{name}/{written}"),
            None => written.to_owned(),
        };
        let of = |folder: &str| {
            let here = own.iter().filter(|other| {
                super::folder(other.path) == folder && other.manifest.ecosystem == found.manifest.ecosystem
            });
            here.filter_map(|other| Some((other.manifest, other.manifest.catalog.get(&key)?)))
                .next()
        };
        let Some((manifest, version)) = upwards(folder(found.path)).find_map(of) else {
            continue;
        };
        if version == "path:" {
            requirement.local = true;
        } else if version.starts_with("git") {
            requirement.source = Some(version.clone());
        } else {
            requirement.version.clone_from(version);
        }
        if let Some(real) = manifest.properties.get(&key) {
            requirement.alias = Some(std::mem::replace(&mut requirement.name, real.clone()));
        }
    }
}

/// Central versions of the nearest `Directory.Packages.props`, and properties of it and of the project.
fn nuget(found: &Found<'_>, own: &[Found<'_>], requirements: &mut Vec<Requirement>) {
    let above = |name: &'static str| {
        upwards(folder(found.path)).find_map(move |folder| {
            let path = if folder.is_empty() {
                name.to_owned()
            } else {
                format!("{folder}/{name}")
            };
            own.iter().find(|other| other.path == path).map(|other| other.manifest)
        })
    };
    let central = above("Directory.Packages.props");
    let sources = [Some(found.manifest), above("Directory.Build.props"), central];
    // Central versions under conditions: each is that of some framework.
    *requirements = std::mem::take(requirements)
        .into_iter()
        .flat_map(|requirement| {
            let version = central.and_then(|central| central.catalog.get(&requirement.name.to_ascii_lowercase()));
            let versions = match requirement.inherits {
                true => version
                    .map_or("", String::as_str)
                    .split(VERSIONS)
                    .map(str::to_owned)
                    .collect(),
                false => vec![requirement.version.clone()],
            };
            versions
                .into_iter()
                .map(move |version| Requirement {
                    version,
                    ..requirement.clone()
                })
                .collect::<Vec<_>>()
        })
        .collect();
    for requirement in requirements {
        let lookup = |name: &str| {
            sources
                .iter()
                .flatten()
                .find_map(|manifest| manifest.properties.get(name))
                .cloned()
        };
        requirement.version = expand(&requirement.version, "$(", ")", &lookup);
        requirement.resolved |= requirement.version.starts_with(|c: char| c.is_ascii_digit())
            && !requirement.version.contains(['*', ',', '$', '[']);
    }
}

/// Constraints of the files that a requirements file names with `-c`.
fn constraints(found: &Found<'_>, by_path: &HashMap<&str, &Manifest>, requirements: &mut [Requirement]) {
    let named = found
        .manifest
        .includes
        .iter()
        .filter_map(|include| include.strip_prefix("constraint:"));
    for path in named.filter_map(|path| normalize(folder(found.path), path)) {
        let Some(manifest) = by_path.get(path.as_str()) else {
            continue;
        };
        for requirement in requirements.iter_mut().filter(|requirement| !requirement.resolved) {
            if let Some(version) = manifest.catalog.get(&requirement.name) {
                requirement.version.clone_from(version);
                requirement.resolved = true;
            }
        }
    }
}

/// Leaves out what no version of Python installs that the nearest project supports, such as `enum34; python_version < "3.4"`.
fn installed(found: &Found<'_>, own: &[Found<'_>], requirements: &mut Vec<Requirement>) {
    if requirements.iter().all(|requirement| requirement.marker.is_none()) {
        return;
    }
    let of = |at: &str| {
        let here = own
            .iter()
            .filter(|other| other.manifest.ecosystem == "pypi" && folder(other.path) == at);
        here.filter_map(|other| other.manifest.properties.get(SUPPORTED_PYTHON))
            .next()
    };
    if let Some(supported) = upwards(folder(found.path)).find_map(of) {
        let is_installed = |marker: &String| markers::may_hold(marker, supported);
        requirements.retain(|requirement| requirement.marker.as_ref().is_none_or(is_installed));
    }
}

/// Gradle's version catalog: a build script has what it asks for by accessor, and the catalog what no script asks for.
fn catalog(found: &Found<'_>, own: &[Found<'_>], requirements: &mut Vec<Requirement>) {
    let is_catalog = |found: &Found<'_>| found.path.ends_with(".versions.toml");
    if is_catalog(found) {
        let used: HashSet<&str> = own
            .iter()
            .filter(|other| other.manifest.ecosystem == "maven" && !other.manifest.is_lock)
            .flat_map(|other| &other.manifest.requirements)
            .filter(|requirement| requirement.inherits)
            .flat_map(|requirement| accessors(found.manifest, &requirement.name))
            .collect();
        requirements.retain(|requirement| {
            !requirement
                .alias
                .as_deref()
                .is_some_and(|accessor| used.contains(accessor))
        });
        requirements.iter_mut().for_each(|requirement| requirement.alias = None);
        return;
    }
    let by_accessor = |requirement: &Requirement| requirement.inherits && requirement.name.starts_with("libs.");
    if !requirements.iter().any(by_accessor) {
        return;
    }
    let home = |other: &&Found<'_>| {
        is_catalog(other) && upwards(folder(found.path)).any(|folder| folder_of_catalog(other.path) == folder)
    };
    let catalog = own
        .iter()
        .filter(home)
        .max_by_key(|other| other.path.len())
        .map(|other| other.manifest);
    *requirements = std::mem::take(requirements)
        .into_iter()
        .flat_map(|requirement| match catalog {
            _ if !by_accessor(&requirement) => vec![requirement],
            // Without its catalog, an accessor names no package.
            None => Vec::new(),
            Some(catalog) => accessors(catalog, &requirement.name)
                .filter_map(|accessor| {
                    Some(Requirement {
                        name: catalog.properties.get(accessor)?.clone(),
                        version: catalog.catalog.get(accessor)?.clone(),
                        inherits: false,
                        ..requirement.clone()
                    })
                })
                .collect(),
        })
        .collect();
}

/// The accessors of a bundle, or the accessor itself.
fn accessors<'c>(catalog: &'c Manifest, accessor: &'c str) -> impl Iterator<Item = &'c str> {
    let bundle = accessor
        .starts_with("libs.bundles.")
        .then(|| catalog.properties.get(accessor))
        .flatten();
    bundle.map_or(accessor, String::as_str).split(',')
}

/// The project of `gradle/libs.versions.toml`.
fn folder_of_catalog(path: &str) -> &str {
    let folder = folder(path);
    folder
        .strip_suffix("gradle")
        .map_or(folder, |above| above.trim_end_matches('/'))
}

fn maven(
    found: &Found<'_>,
    by_path: &HashMap<&str, &Manifest>,
    by_name: &HashMap<&str, &str>,
    requirements: &mut [Requirement],
) {
    let mut chain = vec![found.manifest];
    let mut path = found.path.to_owned();
    while chain.len() < MAX_PARENTS {
        let parent = chain[chain.len() - 1].includes.first();
        let Some(above) = parent.and_then(|parent| normalize(folder(&path), parent)) else {
            break;
        };
        let Some(manifest) = by_path
            .get(above.as_str())
            .filter(|manifest| manifest.ecosystem == "maven")
        else {
            break;
        };
        if chain.iter().any(|known| std::ptr::eq(*known, *manifest)) {
            break;
        }
        chain.push(manifest);
        path = above;
    }
    let lookup = |name: &str| chain.iter().find_map(|manifest| manifest.properties.get(name)).cloned();
    let managed = managed(&chain, by_path, by_name, &lookup);
    for requirement in requirements {
        requirement.name = expand(&requirement.name, "${", "}", &lookup);
        requirement.version = match requirement.version.is_empty() {
            true => managed.get(&requirement.name).cloned().unwrap_or_default(),
            false => expand(&requirement.version, "${", "}", &lookup),
        };
        let scope = lookup(&format!("{SCOPE}{}", requirement.name));
        if let Some(scope) = scope.filter(|_| requirement.inherits && requirement.kind == DependencyKind::Runtime) {
            requirement.kind = scope_kind(&scope);
        }
        requirement.resolved = requirement.version.starts_with(|c: char| c.is_ascii_alphanumeric())
            && !requirement.version.contains(['[', '(', ',', '$', '+'])
            && !matches!(requirement.version.as_str(), "LATEST" | "RELEASE");
        // A module of the same build.
        requirement.local = by_name.contains_key(requirement.name.as_str());
    }
}

/// The versions that a project, its parents and their imported lists manage, by name.
fn managed(
    chain: &[&Manifest],
    by_path: &HashMap<&str, &Manifest>,
    by_name: &HashMap<&str, &str>,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> BTreeMap<String, String> {
    let mut managed: BTreeMap<String, String> = BTreeMap::new();
    for manifest in chain {
        for (name, version) in &manifest.catalog {
            let name = expand(name, "${", "}", lookup);
            let version = expand(version, "${", "}", lookup);
            // A bill of materials counts where it is a part of the repository.
            if let Some(bom) = name.strip_prefix("import:") {
                let bom = by_name.get(bom).and_then(|path| by_path.get(*path));
                for (name, version) in bom.into_iter().flat_map(|bom| &bom.catalog) {
                    let own = |key: &str| {
                        bom.and_then(|bom| bom.properties.get(key))
                            .cloned()
                            .or_else(|| lookup(key))
                    };
                    managed
                        .entry(name.clone())
                        .or_insert_with(|| expand(version, "${", "}", &own));
                }
            } else {
                managed.entry(name).or_insert(version);
            }
        }
    }
    managed
}

/// The text with its properties replaced; those that are not known stay.
fn expand(text: &str, open: &str, close: &str, lookup: &dyn Fn(&str) -> Option<String>) -> String {
    let mut text = text.to_owned();
    for _ in 0..MAX_STEPS {
        let Some(start) = text.find(open) else { break };
        let Some(length) = text[start..].find(close) else { break };
        let name = &text[start + open.len()..start + length];
        match lookup(name).filter(|value| value.len() < 200) {
            Some(value) => text.replace_range(start..=start + length, &value),
            None => break,
        }
    }
    text
}
