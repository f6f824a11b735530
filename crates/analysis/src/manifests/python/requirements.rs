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
    let lines = joined.lines().map(without_comment);
    let mut found = manifest();
    for line in lines.filter(|line| !line.is_empty()) {
        let (option, value) = option(line);
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
    for tool in found.requirements.iter_mut().filter(|found| is_tool(&found.name)) {
        tool.kind = kind(true);
    }
    found
}

/// Whether a package checks, tests, documents or publishes the project whose file names it, and is never part of it.
fn is_tool(name: &str) -> bool {
    const TOOLS: &[&str] = &[
        "asv",
        "bandit",
        "black",
        "codespell",
        "coverage",
        "flake8",
        "isort",
        "mypy",
        "nox",
        "pip-tools",
        "pre-commit",
        "pylint",
        "pyright",
        "pytest",
        "ruff",
        "sphinx",
        "tox",
        "twine",
        "yapf",
    ];
    const FAMILIES: &[&str] = &["flake8-", "pytest-", "sphinx-", "sphinxcontrib-", "tox-", "types-"];
    TOOLS.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family))
}

/// The line before its comment, which begins at a `#` after white space.
fn without_comment(line: &str) -> &str {
    let mut marks = line.match_indices('#').map(|(at, _)| at);
    let comment = marks.find(|at| *at == 0 || line[..*at].ends_with(char::is_whitespace));
    line[..comment.unwrap_or(line.len())].trim()
}

/// An option and its value: `-r file`, `-rfile`, `--requirement file`, `--requirement=file`.
fn option(line: &str) -> (&str, &str) {
    let is_short = line.starts_with('-') && !line.starts_with("--");
    let end = match is_short {
        true => line.char_indices().nth(2).map(|(at, _)| at),
        false => line.find(|c: char| c == '=' || c.is_whitespace()),
    };
    let (option, value) = line.split_at(end.unwrap_or(line.len()));
    (
        option,
        value.trim_start_matches(|c: char| c == '=' || c.is_whitespace()),
    )
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

/// `git+https://host/name@reference#egg=name`, or the address of an archive; the name is in the fragment, or the last part of
/// the path.
fn address(text: &str, dev: bool) -> Option<Requirement> {
    let text = text.split(" ;").next().unwrap_or_default().trim();
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (host, path) = address.split_once("://")?.1.split_once('/')?;
    let egg = fragment.split('&').find_map(|part| part.strip_prefix("egg="));
    let last = path.split('@').next().unwrap_or(path).trim_end_matches('/');
    let last = last.rsplit('/').next().filter(|_| !host.is_empty())?;
    let (name, version) = archive(last).unwrap_or((last.trim_end_matches(".git"), ""));
    let name = egg.map_or(name, |egg| egg.split('[').next().unwrap_or(egg));
    (!name.is_empty()).then(|| Requirement {
        source: Some(address.to_owned()),
        resolved: !version.is_empty(),
        ..Requirement::wanted(normal(name), version, kind(dev))
    })
}

/// Name and version of a wheel or of a source archive.
fn archive(file: &str) -> Option<(&str, &str)> {
    let wheel = file.strip_suffix(".whl").and_then(|file| file.split_once('-'));
    if let Some((name, rest)) = wheel {
        return Some((name, rest.split('-').next().unwrap_or(rest)));
    }
    let stem = [".tar.gz", ".tar.bz2", ".zip"]
        .iter()
        .find_map(|ending| file.strip_suffix(ending))?;
    stem.rsplit_once('-')
        .filter(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()))
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
