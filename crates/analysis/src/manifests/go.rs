//! Go modules: `go.mod` is the build list. `go.sum` is not: it has the sums of superseded versions too, and only shows which
//! modules have none.

use repolens_core::report::DependencyKind;

use super::{Manifest, Requirement};

pub(super) fn module(text: &str) -> Result<Manifest, String> {
    let mut manifest = Manifest::of("golang");
    manifest.is_lock = true;
    let (mut replaced, mut excluded) = (Vec::new(), Vec::new());
    let (mut go, mut toolchain) = (None, None);
    let mut block = String::new();
    for line in text.lines() {
        let (code, comment) = line.split_once("//").unwrap_or((line, ""));
        // A parenthesis may follow the directive without a space.
        let code = code.replace('(', " ( ");
        let mut words: Vec<&str> = code
            .split_whitespace()
            .map(|word| word.trim_matches(['"', '`']))
            .collect();
        if block.is_empty() {
            let Some(directive) = words.first().copied() else {
                continue;
            };
            match words.as_slice() {
                [_, "("] => {
                    directive.clone_into(&mut block);
                    continue;
                }
                _ => drop(words.remove(0)),
            }
            entry(directive, &words, comment, &mut manifest, &mut replaced, &mut excluded);
            match (directive, words.first()) {
                ("go", Some(version)) => go = Some((*version).to_owned()),
                ("toolchain", Some(version)) => toolchain = version.strip_prefix("go").map(str::to_owned),
                ("module", Some(name)) => manifest.name = Some((*name).to_owned()),
                _ => {}
            }
        } else if words == [")"] {
            block.clear();
        } else {
            let directive = block.clone();
            entry(&directive, &words, comment, &mut manifest, &mut replaced, &mut excluded);
        }
    }
    if manifest.name.is_none() {
        return Err("it has no `module` line".to_owned());
    }
    manifest
        .requirements
        .retain(|requirement| !excluded.contains(&(requirement.name.clone(), requirement.version.clone())));
    manifest
        .requirements
        .iter_mut()
        .for_each(|requirement| replace(requirement, &replaced));
    // The standard library is that of the toolchain.
    if let Some(version) = toolchain.or(go).filter(|version| version.matches('.').count() >= 2) {
        let library = Requirement {
            resolved: true,
            ..Requirement::wanted("stdlib", version, DependencyKind::Build)
        };
        manifest.requirements.push(library);
    }
    Ok(manifest)
}

fn replace(requirement: &mut Requirement, replaced: &[Replacement]) {
    let applies = |(name, version, ..): &&Replacement| {
        *name == requirement.name && version.as_ref().is_none_or(|version| *version == requirement.version)
    };
    // A replacement of one version goes before one of all.
    let found = replaced
        .iter()
        .filter(applies)
        .max_by_key(|(_, version, ..)| version.is_some());
    match found {
        Some((_, _, target, Some(version))) => {
            requirement.alias = Some(std::mem::replace(&mut requirement.name, target.clone()));
            requirement.version.clone_from(version);
        }
        Some((_, _, folder, None)) => {
            requirement.local = true;
            requirement.source = Some(folder.clone());
        }
        None => {}
    }
}

/// Module, version of it, replacement, version of that; a folder has none.
type Replacement = (String, Option<String>, String, Option<String>);

fn entry(
    directive: &str,
    words: &[&str],
    comment: &str,
    manifest: &mut Manifest,
    replaced: &mut Vec<Replacement>,
    excluded: &mut Vec<(String, String)>,
) {
    match (directive, words) {
        ("require", [name, version, ..]) => {
            let is_indirect = comment.trim() == "indirect" || comment.trim().starts_with("indirect;");
            manifest.requirements.push(Requirement {
                direct: !is_indirect,
                ..Requirement::locked(*name, *version)
            });
        }
        // A program of a module, which no file imports.
        ("tool", [path]) => manifest.commands.push((*path).to_owned()),
        ("exclude", [name, version]) => excluded.push(((*name).to_owned(), (*version).to_owned())),
        ("replace", words) => {
            let Some(arrow) = words.iter().position(|word| *word == "=>") else {
                return;
            };
            if let (Some(name), Some(target)) = (words.first(), words.get(arrow + 1)) {
                let version = (arrow > 1).then(|| words[1].to_owned());
                let target_version = words.get(arrow + 2).map(|version| (*version).to_owned());
                replaced.push(((*name).to_owned(), version, (*target).to_owned(), target_version));
            }
        }
        _ => {}
    }
}

/// `module version` of each line, and no requirement.
pub(super) fn sums(text: &str) -> Result<Manifest, String> {
    let mut manifest = Manifest::of("golang");
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [module, version, sum] = words.as_slice() else {
            return Err("a line is no module, version and sum".to_owned());
        };
        if !sum.starts_with("h1:") {
            return Err("a sum is of no known kind".to_owned());
        }
        let version = version.trim_end_matches("/go.mod");
        manifest.catalog.insert(format!("{module} {version}"), String::new());
    }
    Ok(manifest)
}
