//! CocoaPods: `Podfile.lock`, and the pods that a `Podfile` has as text. Subspecs such as `A/Core` are parts of `A`.

use std::collections::HashMap;

use repolens_core::report::DependencyKind;

use crate::manifests::ruby::statements::{self, Statement};
use crate::manifests::syntax::script::{Token, option, option_text};
use crate::manifests::syntax::yaml::Yaml;
use crate::manifests::{LockRoot, Manifest, Requirement};

pub(in crate::manifests) fn lock(text: &str) -> Result<Manifest, String> {
    let root = Yaml::parse(text)?;
    let pods = root.get("PODS").ok_or("it has no `PODS`")?;
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
            manifest
                .requirements
                .push(locked(&root, base, version.trim_end_matches(')')));
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

/// A pod, with the place that it comes from where it is not the registry.
fn locked(root: &Yaml, base: &str, version: &str) -> Requirement {
    let of = |list: &str, key: &str| {
        let (_, options) = root.entries_of(list).iter().find(|(known, _)| known == base)?;
        options
            .text_of(&format!(":{key}"))
            .or_else(|| options.text_of(key))
            .map(str::to_owned)
    };
    let commit = of("CHECKOUT OPTIONS", "commit").map_or(String::new(), |commit| format!("#{commit}"));
    Requirement {
        source: of("EXTERNAL SOURCES", "git").map(|git| format!("git+{git}{commit}")),
        local: of("EXTERNAL SOURCES", "path").is_some(),
        ..Requirement::locked(base, version)
    }
}

fn base(name: &str) -> &str {
    name.split(['/', ' ']).next().unwrap_or(name)
}

pub(in crate::manifests) fn podfile(text: &str) -> Result<Manifest, String> {
    let mut manifest = Manifest::of("cocoapods");
    // For each open block: whether it is a target with tests, and whether it may not run.
    let mut blocks: Vec<(bool, bool)> = Vec::new();
    statements::each(text, |statement| match statement {
        Statement::Block(words) => {
            let name = words.iter().find_map(Token::text).unwrap_or_default();
            let is_target = words.first().is_some_and(|word| word.is_word("target"));
            let is_for_tests = is_target && (name.ends_with("Tests") || name.ends_with("Test"));
            blocks.push((is_for_tests, words.iter().any(|word| word.is_word("each"))));
        }
        Statement::Condition => blocks.push((false, true)),
        Statement::End => drop(blocks.pop()),
        Statement::Call("pod", parts) => {
            manifest.partial |= blocks.iter().any(|(_, may_not_run)| *may_not_run);
            let is_for_tests = blocks.iter().any(|(is_for_tests, _)| *is_for_tests);
            match parts.first() {
                Some([Token::Text(name)]) => manifest.requirements.push(pod(name, &parts, is_for_tests)),
                _ => manifest.partial = true,
            }
        }
        // Others add pods too: `use_react_native!`, `eval`.
        Statement::Call(name, _) => {
            manifest.partial |= name.ends_with("_native!") || name.contains("eval") || name.starts_with("use_expo");
        }
    });
    if manifest.requirements.is_empty() && !text.contains("target") {
        return Err("it has neither a pod nor a target".to_owned());
    }
    keep_shipped(&mut manifest.requirements);
    Ok(manifest)
}

/// A pod of a target that ships is needed, whatever other target has it too.
fn keep_shipped(requirements: &mut Vec<Requirement>) {
    let all = std::mem::take(requirements);
    for requirement in all {
        match requirements.iter_mut().find(|known| known.name == requirement.name) {
            Some(known) => {
                known.kind = known.kind.min(requirement.kind);
                if known.version.is_empty() {
                    known.version = requirement.version;
                    known.resolved = requirement.resolved;
                }
            }
            None => requirements.push(requirement),
        }
    }
}

fn pod(name: &str, parts: &[&[Token]], of_tests: bool) -> Requirement {
    let versions: Vec<&str> = parts[1..]
        .iter()
        .map_while(|part| match part {
            [Token::Text(version)] => Some(version.trim()),
            _ => None,
        })
        .collect();
    let version = versions.join(", ");
    let exact = version.strip_prefix('=').unwrap_or(&version).trim();
    let configurations = option(parts, "configurations").or_else(|| option(parts, "configuration"));
    let only_debug = configurations.is_some_and(|list| {
        let mut names = list
            .iter()
            .filter_map(|token| token.text().or_else(|| token.word()?.strip_prefix(':')))
            .peekable();
        names.peek().is_some() && names.all(|name| name.eq_ignore_ascii_case("debug"))
    });
    let kind = match of_tests || only_debug {
        true => DependencyKind::Dev,
        false => DependencyKind::Runtime,
    };
    Requirement {
        resolved: exact.starts_with(|c: char| c.is_ascii_digit()) && !exact.contains(','),
        local: option(parts, "path").is_some(),
        source: option_text(parts, "git").map(|url| format!("git+{url}")),
        ..Requirement::wanted(base(name), exact, kind)
    }
}
