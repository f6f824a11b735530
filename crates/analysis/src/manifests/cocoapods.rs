//! CocoaPods: `Podfile.lock`. Subspecs such as `A/Core` are parts of `A`.

use std::collections::HashMap;

use repolens_core::report::DependencyKind;

use super::yaml::Yaml;
use super::{LockRoot, Manifest, Requirement};

pub(super) fn lock(text: &str) -> Result<Manifest, String> {
    let root = Yaml::parse(text)?;
    let pods = root.get("PODS").ok_or("it has no `PODS`")?;
    let external = root.entries_of("EXTERNAL SOURCES");
    let checkouts = root.entries_of("CHECKOUT OPTIONS");
    let mut manifest = Manifest::lock_of("cocoapods");
    let mut index: HashMap<String, usize> = HashMap::new();
    let mut wants = Vec::new();
    for pod in pods.items() {
        let (header, needs) = match pod {
            Yaml::Text(header) => (header.as_str(), &[][..]),
            Yaml::Map(entries) => match entries.first() {
                Some((header, needs)) => (header.as_str(), needs.items()),
                None => continue,
            },
            Yaml::List(_) => continue,
        };
        let (name, version) = header.split_once(" (").unwrap_or((header, ""));
        let base = base(name);
        let at = *index.entry(base.to_owned()).or_insert_with(|| {
            let source = external
                .iter()
                .find(|(known, _)| base == known.as_str())
                .map(|(_, source)| source);
            let of = |key: &str| {
                source.and_then(|source| source.text_of(&format!(":{key}")).or_else(|| source.text_of(key)))
            };
            let checked_out = checkouts.iter().find(|(known, _)| base == known.as_str());
            let commit = checked_out
                .and_then(|(_, checkout)| checkout.text_of(":commit").or_else(|| checkout.text_of("commit")));
            manifest.requirements.push(Requirement {
                source: of("git").map(|git| {
                    format!(
                        "git+{git}{}",
                        commit.map_or(String::new(), |commit| format!("#{commit}"))
                    )
                }),
                local: of("path").is_some(),
                ..Requirement::locked(base, version.trim_end_matches(')'))
            });
            manifest.requirements.len() - 1
        });
        wants.extend(
            needs
                .iter()
                .filter_map(Yaml::text)
                .map(|need| (at, self::base(need).to_owned())),
        );
    }
    manifest.edges = wants
        .iter()
        .filter_map(|(at, need)| Some((*at, *index.get(need)?)))
        .filter(|(a, b)| a != b)
        .collect();
    manifest.edges.sort_unstable();
    manifest.edges.dedup();
    let declared = root
        .get("DEPENDENCIES")
        .map_or(&[][..], Yaml::items)
        .iter()
        .filter_map(Yaml::text);
    let mut direct: Vec<_> = declared
        .filter_map(|name| Some((*index.get(base(name))?, DependencyKind::Runtime)))
        .collect();
    direct.sort_unstable_by_key(|(at, _)| *at);
    direct.dedup();
    manifest.roots.push(LockRoot {
        folder: Some(String::new()),
        name: None,
        direct,
    });
    Ok(manifest)
}

fn base(name: &str) -> &str {
    name.split(['/', ' ']).next().unwrap_or(name)
}
