//! Requirements files, and the form of one requirement (PEP 508).

use super::{is_development, kind, manifest, normal};
use crate::manifests::{Manifest, Requirement};

/// A requirements file; one for tests, documentation or development by its name or folder.
pub(in crate::manifests) fn requirements_of(path: &str) -> fn(&str) -> Result<Manifest, String> {
    if is_development(path) {
        |text| Ok(requirements(text, true))
    } else {
        |text| Ok(requirements(text, false))
    }
}

pub(super) fn requirements(text: &str, dev: bool) -> Manifest {
    let joined = text.replace("\\\n", " ").replace("\\\r\n", " ");
    let lines = joined
        .lines()
        .map(|line| line.split(" #").next().unwrap_or_default().trim());
    let mut found = manifest();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let option = line.split(['=', ' ']).next().unwrap_or_default();
        let value = line[option.len()..].trim_start_matches(['=', ' ']);
        match option {
            "-r" | "--requirement" => found.includes.push(value.to_owned()),
            // A constraint installs nothing: it sets the version of what another requirement installs.
            "-c" | "--constraint" => found.includes.push(format!("constraint:{value}")),
            "-e" | "--editable" => found.requirements.extend(address(value, dev)),
            option if option.starts_with('-') => {}
            _ if line.starts_with(['.', '/']) => {}
            _ => found
                .requirements
                .extend(pep508(line, dev).or_else(|| address(line, dev))),
        }
    }
    found
}

/// A file of constraints: exact versions for what others ask for.
pub(in crate::manifests) fn constraints(text: &str) -> Result<Manifest, String> {
    let read = requirements(text, false);
    let exact = read.requirements.into_iter().filter(|requirement| requirement.resolved);
    Ok(Manifest {
        catalog: exact
            .map(|requirement| (requirement.name, requirement.version))
            .collect(),
        includes: read.includes,
        ..manifest()
    })
}

/// `git+https://host/name@reference#egg=name`; the name is in the fragment, or the last part of the path.
fn address(text: &str, dev: bool) -> Option<Requirement> {
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    let path = address.split_once("://")?.1;
    let egg = fragment.split('&').find_map(|part| part.strip_prefix("egg="));
    let last = path
        .split('@')
        .next()
        .unwrap_or(path)
        .trim_end_matches('/')
        .rsplit('/')
        .next()?;
    let name = egg.map_or(last.trim_end_matches(".git"), |egg| {
        egg.split('[').next().unwrap_or(egg)
    });
    (!name.is_empty()).then(|| Requirement {
        source: Some(address.to_owned()),
        ..Requirement::wanted(normal(name), "", kind(dev))
    })
}

/// `name[extra]>=1.0,<2; marker`, or `name @ address`.
pub(super) fn pep508(text: &str, dev: bool) -> Option<Requirement> {
    let text = text.split(" --").next().unwrap_or_default();
    let (text, marker) = text
        .split_once(" ;")
        .or_else(|| text.split_once(';'))
        .unwrap_or((text, ""));
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let rest = rest.trim();
    let rest = rest
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .map_or(rest, |(_, rest)| rest)
        .trim();
    let rest = rest
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or(rest);
    let known = rest.is_empty() || rest.starts_with(['=', '<', '>', '!', '~', '@']);
    if name.is_empty() || !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || !known {
        return None;
    }
    let exact = rest
        .strip_prefix("==")
        .map(|v| v.trim_start_matches('=').trim())
        .filter(|v| !v.contains([',', '*']));
    let source = rest.strip_prefix('@').map(|address| address.trim().to_owned());
    let version = exact.map_or_else(|| rest.split_whitespace().collect(), str::to_owned);
    Some(Requirement {
        resolved: exact.is_some(),
        marker: Some(marker.trim().to_owned()).filter(|marker| !marker.is_empty()),
        version: if source.is_some() { String::new() } else { version },
        source,
        ..Requirement::wanted(normal(name), "", kind(dev))
    })
}
