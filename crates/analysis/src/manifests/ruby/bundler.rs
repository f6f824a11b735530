//! Bundler: `Gemfile.lock`, and the lines that a `Gemfile` has as text: only it has groups.

use std::collections::HashMap;

use repolens_core::report::DependencyKind;

use crate::manifests::{LockRoot, Manifest, Requirement};

pub(in crate::manifests) fn lock(text: &str) -> Result<Manifest, String> {
    let mut manifest = Manifest::lock_of("gem");
    let mut index: HashMap<String, usize> = HashMap::new();
    let mut wants: Vec<(usize, String)> = Vec::new();
    let mut declared: Vec<String> = Vec::new();
    let (mut section, mut remote, mut revision) = (String::new(), String::new(), String::new());
    let mut last = None;
    for line in text.lines() {
        let trimmed = line.trim();
        let indent = line.len() - line.trim_start().len();
        if trimmed.is_empty() {
            continue;
        }
        if indent == 0 {
            if trimmed.starts_with(['<', '>', '=']) {
                return Err("it has marks of a merge conflict".to_owned());
            }
            trimmed.clone_into(&mut section);
            remote.clear();
            revision.clear();
            last = None;
            continue;
        }
        match (section.as_str(), indent) {
            ("GEM" | "GIT" | "PATH" | "PLUGIN SOURCE", 2) => match trimmed.split_once(": ") {
                Some(("remote", value)) => value.clone_into(&mut remote),
                Some(("revision", value)) => value.clone_into(&mut revision),
                _ => {}
            },
            ("GEM" | "GIT" | "PATH" | "PLUGIN SOURCE", 4) => {
                let (name, version) = trimmed.split_once(" (").unwrap_or((trimmed, ""));
                let version = version.trim_end_matches(')');
                // The same gem for several platforms is one.
                let version = without_platform(version);
                let known = index.get(name).copied();
                let known = known.filter(|at| manifest.requirements[*at].version == version);
                let at = known.unwrap_or_else(|| {
                    manifest.add(Requirement {
                        source: (section == "GIT").then(|| format!("git+{remote}#{revision}")),
                        local: section == "PATH",
                        ..Requirement::locked(name, version)
                    })
                });
                index.insert(name.to_owned(), at);
                last = Some(at);
            }
            ("GEM" | "GIT" | "PATH" | "PLUGIN SOURCE", 6) => {
                let name = trimmed.split(' ').next().unwrap_or(trimmed);
                wants.extend(last.map(|at| (at, name.to_owned())));
            }
            ("DEPENDENCIES", 2) => {
                let name = trimmed.split(' ').next().unwrap_or(trimmed);
                declared.push(name.trim_end_matches('!').to_owned());
            }
            _ => {}
        }
    }
    link(&wants, &declared, &index, &mut manifest);
    Ok(manifest)
}

/// The edges, and the project's own list.
fn link(wants: &[(usize, String)], declared: &[String], index: &HashMap<String, usize>, manifest: &mut Manifest) {
    let mut edges: Vec<_> = wants
        .iter()
        .filter_map(|(at, name)| Some((*at, *index.get(name)?)))
        .collect();
    edges.sort_unstable();
    edges.dedup();
    manifest.edges = edges;
    let direct = declared
        .iter()
        .filter_map(|name| Some((*index.get(name)?, DependencyKind::Runtime)))
        .collect();
    manifest.roots.push(LockRoot {
        folder: Some(String::new()),
        name: None,
        direct,
    });
}

/// `1.16.0-x86_64-linux` is `1.16.0`; a version itself has no dash.
fn without_platform(version: &str) -> &str {
    version.split('-').next().unwrap_or(version)
}

pub(in crate::manifests) fn gemfile(text: &str) -> Result<Manifest, String> {
    let mut manifest = Manifest::of("gem");
    // For each open block: whether it is a group for development.
    let mut blocks: Vec<bool> = Vec::new();
    let mut open = String::new();
    // The gemspec names what the gem itself needs: the others are for the work on it.
    let is_of_gem = text
        .lines()
        .map(str::trim)
        .any(|line| line == "gemspec" || line.starts_with("gemspec "));
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.starts_with('#') {
            continue;
        }
        // A call goes on after a comma.
        open.push_str(line);
        if line.ends_with(',') {
            open.push(' ');
            continue;
        }
        let line = std::mem::take(&mut open);
        let line = line.as_str();
        if line == "end" {
            blocks.pop();
        } else if let Some(gem) = line.strip_prefix("gem ").or_else(|| line.strip_prefix("gem(")) {
            match requirement(gem, is_of_gem || blocks.contains(&true)) {
                Some(wanted) => manifest.requirements.push(wanted),
                None => manifest.partial = true,
            }
        } else if line.ends_with(" do") || line.contains(" do |") {
            manifest.partial |= line.contains(".each");
            blocks.push(line.starts_with("group") && is_development(line));
        } else if line.starts_with("if ") || line.starts_with("unless ") || line.starts_with("case ") {
            manifest.partial = true;
            blocks.push(false);
        } else {
            // Other files and plugins add gems.
            manifest.partial |= line.contains("eval") || line.starts_with("plugin ");
        }
    }
    Ok(manifest)
}

/// The arguments of a call of `gem`; `None` where its name is no literal.
fn requirement(gem: &str, for_development: bool) -> Option<Requirement> {
    let strings = strings(gem);
    let name = strings.first()?;
    let in_line = gem.find("group").is_some_and(|at| is_development(&gem[at..]));
    let kind = match for_development || in_line {
        true => DependencyKind::Dev,
        false => DependencyKind::Runtime,
    };
    let version = strings
        .get(1)
        .filter(|text| text.starts_with(|c: char| c.is_ascii_digit() || "~<>=! ".contains(c)));
    let version = version.cloned().unwrap_or_default();
    let exact = version.trim_start_matches('=').trim();
    Some(Requirement {
        resolved: exact.starts_with(|c: char| c.is_ascii_digit()) && exact.contains('.'),
        local: gem.contains("path:") || gem.contains(":path"),
        source: option(gem, "git")
            .map(|url| format!("git+{url}"))
            .or_else(|| option(gem, "github").map(|name| format!("git+https://github.com/{name}.git"))),
        ..Requirement::wanted(name.clone(), exact.to_owned(), kind)
    })
}

/// The value of an option: `git: "…"` or `:git => "…"`.
fn option<'l>(gem: &'l str, name: &str) -> Option<&'l str> {
    let newer = gem.split_once(&format!(" {name}:"));
    let (_, after) = newer.or_else(|| gem.split_once(&format!(":{name} =>")))?;
    let value = after.trim_start().strip_prefix(['"', '\''])?;
    value.split(['"', '\'']).next()
}

fn is_development(groups: &str) -> bool {
    let names: Vec<&str> = groups.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
    let is_dev = |name: &&str| {
        matches!(
            *name,
            "development" | "test" | "dev" | "ci" | "lint" | "doc" | "docs" | "rubocop"
        )
    };
    names.iter().any(is_dev) && !names.iter().any(|name| matches!(*name, "production" | "default"))
}

/// The texts in quotes before the first option.
fn strings(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'']) {
        if rest[..start].contains([':', '>']) {
            break;
        }
        let quote = rest.as_bytes()[start] as char;
        let Some((inner, after)) = rest[start + 1..].split_once(quote) else {
            break;
        };
        found.push(inner.to_owned());
        rest = after;
    }
    found
}
