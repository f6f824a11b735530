//! Carthage: `Cartfile.resolved`, an origin, a place and a version a line.

use crate::manifests::{Manifest, Requirement};

pub(in crate::manifests) fn resolved(text: &str) -> Result<Manifest, String> {
    let mut found = Manifest::lock_of("github");
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let mut quoted = line.split('"');
        let (origin, place, version) = (quoted.next(), quoted.next(), quoted.nth(1));
        let (Some(origin), Some(place), Some(version)) = (origin, place, version) else {
            return Err(format!(
                "`{}` is no dependency",
                line.chars().take(40).collect::<String>()
            ));
        };
        let path = place
            .strip_prefix("https://github.com/")
            .unwrap_or(place)
            .trim_end_matches(".git");
        let requirement = match origin.trim() {
            "github" if !path.contains("://") => Requirement::locked(path, version),
            "git" | "github" => Requirement {
                source: Some(format!("git+{place}#{version}")),
                ecosystem: Some("generic"),
                ..Requirement::locked(last(place), version)
            },
            _ => Requirement {
                source: Some(place.to_owned()),
                ecosystem: Some("generic"),
                ..Requirement::locked(last(place), version)
            },
        };
        found.add(requirement);
    }
    Ok(found)
}

/// The last part of an address without its ending.
fn last(place: &str) -> &str {
    let name = place.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or(place);
    name.strip_suffix(".git")
        .or_else(|| name.strip_suffix(".json"))
        .unwrap_or(name)
}
