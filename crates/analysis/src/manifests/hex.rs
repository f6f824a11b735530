//! Mix (Elixir): `mix.lock`, a map of Elixir terms, one entry a line.

use std::collections::HashMap;

use super::{Manifest, Requirement};

pub(super) fn lock(text: &str) -> Result<Manifest, String> {
    if !text.trim_start().starts_with("%{") {
        return Err("it is no map".to_owned());
    }
    let mut manifest = Manifest::lock_of("hex");
    let mut index: HashMap<String, usize> = HashMap::new();
    let mut wants: Vec<(usize, String)> = Vec::new();
    let mut unknown = false;
    for line in text.lines().map(str::trim).filter(|line| line.starts_with('"')) {
        let entry = line[1..].split_once("\": ");
        let (application, value) = entry.ok_or("an entry has no value")?;
        let strings: Vec<&str> = value.split('"').skip(1).step_by(2).collect();
        let requirement = if let Some(hex) = value.strip_prefix("{:hex, :") {
            let name = hex.split([',', ' ']).next().unwrap_or(application).trim_matches('"');
            Requirement {
                alias: (name != application).then(|| application.to_owned()),
                ..Requirement::locked(name, *strings.first().ok_or("an entry has no version")?)
            }
        } else if value.starts_with("{:git") {
            let url = strings.first().copied().unwrap_or_default();
            let commit = strings.get(1).copied().unwrap_or_default();
            Requirement {
                source: Some(format!("git+{url}#{commit}")),
                ..Requirement::locked(application, commit)
            }
        } else {
            unknown = true;
            continue;
        };
        let at = manifest.add(requirement);
        index.insert(application.to_owned(), at);
        // The dependencies are the second list: `[{:name, "~> 1.0", [hex: :name, …]}, …]`.
        let list = value.find("], [").map_or("", |start| &value[start + 3..]);
        let names = list.split("{:").skip(1).filter_map(|part| part.split(',').next());
        wants.extend(names.map(|name| (at, name.trim().to_owned())));
    }
    if unknown && manifest.requirements.is_empty() {
        return Err("it has no entry of a known form".to_owned());
    }
    manifest.edges = wants
        .iter()
        .filter_map(|(at, name)| Some((*at, *index.get(name)?)))
        .collect();
    Ok(manifest)
}
