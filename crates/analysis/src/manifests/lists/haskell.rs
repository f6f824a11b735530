//! Haskell: `stack.yaml.lock`, and the constraints of `cabal.project.freeze`.

use crate::manifests::syntax::yaml::Yaml;
use crate::manifests::{Manifest, Requirement};

pub(in crate::manifests) fn stack(text: &str) -> Result<Manifest, String> {
    let root = Yaml::parse(text)?;
    let packages = root.get("packages").ok_or("it has no `packages`")?;
    let mut found = Manifest::lock_of("hackage");
    for package in packages.items().iter().filter_map(|one| one.get("completed")) {
        // `name-version@sha256:sum,size`
        let of_hackage = package
            .text_of("hackage")
            .and_then(|text| text.split('@').next()?.rsplit_once('-'));
        let git = package
            .text_of("git")
            .map(|git| format!("git+{git}#{}", package.text_of("commit").unwrap_or_default()));
        let named = of_hackage.or_else(|| Some((package.text_of("name")?, package.text_of("version")?)));
        found.requirements.extend(named.map(|(name, version)| Requirement {
            source: git,
            ..Requirement::locked(name, version)
        }));
    }
    Ok(found)
}

/// `constraints: any.name ==1.0, name +flag`: only what has a version is a package.
pub(in crate::manifests) fn freeze(text: &str) -> Result<Manifest, String> {
    let mut found = Manifest::lock_of("hackage");
    let (mut is_inside, mut has_constraints) = (false, false);
    for line in text.lines().filter(|line| !line.trim_start().starts_with("--")) {
        let mut rest = line;
        if !line.starts_with([' ', '\t']) {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            is_inside = field.trim().eq_ignore_ascii_case("constraints");
            has_constraints |= is_inside;
            rest = value;
        }
        let constraints = rest.split(',').filter(|_| is_inside);
        found.requirements.extend(constraints.filter_map(|constraint| {
            let (name, version) = constraint.trim().split_once("==")?;
            let name = name.trim();
            let name = name.strip_prefix("any.").unwrap_or(name);
            let is_plain = !name.is_empty() && !name.contains(char::is_whitespace);
            is_plain.then(|| Requirement::locked(name, version.trim()))
        }));
    }
    has_constraints
        .then_some(found)
        .ok_or_else(|| "it has no `constraints`".to_owned())
}
