//! Dockerfiles: the images that stages begin with.

use std::collections::{HashMap, HashSet};

use repolens_core::report::DependencyKind;

use crate::manifests::{Manifest, Requirement};

pub(in crate::manifests) fn images(text: &str) -> Result<Manifest, String> {
    let mut manifest = Manifest::of("docker");
    let mut arguments: HashMap<&str, &str> = HashMap::new();
    let mut stages: HashSet<String> = HashSet::new();
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let lines: Vec<&str> = joined.lines().map(str::trim).collect();
    for line in lines {
        let mut words = line.split_whitespace();
        let Some(instruction) = words.next() else { continue };
        if instruction.eq_ignore_ascii_case("ARG") {
            // Only those before the first stage can be in its name; a later one does no harm.
            for (name, value) in words.filter_map(|word| word.split_once('=')) {
                arguments.insert(name, value.trim_matches(['"', '\'']));
            }
        } else if instruction.eq_ignore_ascii_case("FROM") {
            let mut words = words.skip_while(|word| word.starts_with("--"));
            let Some(reference) = words.next() else { continue };
            let reference = expand(reference, &arguments);
            let name = match words.next() {
                Some(word) if word.eq_ignore_ascii_case("AS") => words.next(),
                _ => None,
            };
            if !stages.contains(&reference.to_ascii_lowercase()) && reference != "scratch" {
                let found = image(&reference);
                manifest
                    .requirements
                    .extend(found.filter(|found| !manifest.requirements.contains(found)));
            }
            stages.extend(name.map(str::to_ascii_lowercase));
        }
    }
    Ok(manifest)
}

/// `$NAME`, `${NAME}` and `${NAME:-default}`.
fn expand(text: &str, arguments: &HashMap<&str, &str>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (name, next) = match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((inner, next)) => (inner, next),
            None => after.split_at(
                after
                    .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                    .unwrap_or(after.len()),
            ),
        };
        let (name, default) = name.split_once(":-").unwrap_or((name, ""));
        match arguments
            .get(name)
            .copied()
            .or((!default.is_empty()).then_some(default))
        {
            Some(value) => out.push_str(value),
            // It is given when the image is built.
            None => out.push_str(&format!("${{{name}}}")),
        }
        rest = next;
    }
    out + rest
}

/// An image such as `host:5000/name:tag@sha256:…`; `None` where it is not known before the build.
pub(in crate::manifests) fn image(reference: &str) -> Option<Requirement> {
    let (named, digest) = reference
        .split_once('@')
        .map_or((reference, None), |(named, digest)| (named, Some(digest)));
    let tag_at = named.rfind(':').filter(|at| !named[*at..].contains('/'));
    let (name, tag) = tag_at.map_or((named, ""), |at| (&named[..at], &named[at + 1..]));
    if name.is_empty() || name.contains(['$', '{']) {
        return None;
    }
    let tag = if tag.contains('$') { "" } else { tag };
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    Some(Requirement {
        ecosystem: Some("docker"),
        resolved: digest.is_some(),
        ..Requirement::wanted(
            name.strip_prefix("library/").unwrap_or(name),
            digest.unwrap_or(tag),
            DependencyKind::Build,
        )
    })
}
