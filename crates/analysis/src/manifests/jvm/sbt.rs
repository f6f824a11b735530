//! sbt: `build.sbt.lock` of the plugin sbt-dependency-lock, and what `build.sbt` and other files of the build have as text.

use std::collections::HashMap;

use repolens_core::report::DependencyKind;
use serde_json::Value;

use super::maven::{is_exact, scope_kind};
use crate::manifests::syntax::script::{Dialect, Token, inside, tokens};
use crate::manifests::{Manifest, Requirement};

pub(in crate::manifests) fn lock(text: &str) -> Result<Manifest, String> {
    let root: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut manifest = Manifest::lock_of("maven");
    for package in root
        .get("dependencies")
        .and_then(Value::as_array)
        .ok_or("it has no `dependencies`")?
    {
        let text_of = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default();
        let configurations = package.get("configurations").and_then(Value::as_array);
        let is_test = configurations.is_some_and(|list| {
            !list.is_empty()
                && list
                    .iter()
                    .all(|name| name.as_str().is_some_and(|name| name.contains("test")))
        });
        manifest.add(Requirement {
            kind: if is_test {
                DependencyKind::Dev
            } else {
                DependencyKind::Runtime
            },
            ..Requirement::locked(format!("{}:{}", text_of("org"), text_of("name")), text_of("version"))
        });
    }
    Ok(manifest)
}

/// Settings whose modules are left out or only given a version.
const NOT_NEEDED: [&str; 4] = [
    "excludeDependencies",
    "dependencyOverrides",
    "allExcludes",
    "evictionWarningOptions",
];

/// The versions of Scala and sbt that plugins of sbt 1 are made for.
const PLUGIN: &str = "_2.12_1.0";

pub(in crate::manifests) fn build(text: &str) -> Result<Manifest, String> {
    let tokens = tokens(text, Dialect::Scala);
    let values = values(&tokens);
    let scala = scala_version(&tokens, &values);
    // A file may be of several projects, of which the lock file has one.
    let mut manifest = Manifest {
        partial: true,
        ..Manifest::of("maven")
    };
    // The ends of calls that add plugins, with what their names end with.
    let mut plugins: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        plugins.retain(|(end, _)| at < *end);
        let opens = tokens.get(at + 1).is_some_and(|token| token.is_sign("("));
        match tokens[at].word() {
            Some(word) if NOT_NEEDED.contains(&word) => {
                at = end_of_setting(&tokens, at);
                continue;
            }
            Some("exclude" | "excludeAll" | "ExclusionRule") if opens => {
                at = inside(&tokens, at + 1).1;
                continue;
            }
            Some("addSbtPlugin") if opens => plugins.push((inside(&tokens, at + 1).1, PLUGIN)),
            Some("addCompilerPlugin" | "compilerPlugin") if opens => plugins.push((inside(&tokens, at + 1).1, "")),
            _ => {}
        }
        match module(&tokens, at, &values, scala) {
            Some((mut requirement, length)) => {
                if let Some((_, suffix)) = plugins.last() {
                    requirement.kind = DependencyKind::Build;
                    requirement.name.push_str(suffix);
                }
                let is_known = manifest.requirements.iter().any(|known: &Requirement| {
                    known.name == requirement.name
                        && known.version == requirement.version
                        && known.kind == requirement.kind
                });
                if !is_known {
                    manifest.requirements.push(requirement);
                }
                at += length;
            }
            None => at += 1,
        }
    }
    Ok(manifest)
}

/// Texts by the name of the value that has them; of a name with several texts, none.
fn values(tokens: &[Token]) -> HashMap<&str, Option<&str>> {
    let mut found: HashMap<&str, Option<&str>> = HashMap::new();
    for (at, token) in tokens.iter().enumerate() {
        if !token.is_word("val") && !token.is_word("def") {
            continue;
        }
        let (name, text) = match &tokens[at + 1..] {
            [Token::Word(name), equals, Token::Text(text), ..] if equals.is_sign("=") => (name, text),
            [Token::Word(name), Token::Word(_), equals, Token::Text(text), ..] if equals.is_sign("=") => (name, text),
            _ => continue,
        };
        let known = found.entry(name.trim_end_matches(':')).or_insert(Some(text));
        if *known != Some(text) {
            *known = None;
        }
    }
    found
}

/// The version of Scala, where the build has one.
fn scala_version<'t>(tokens: &'t [Token], values: &HashMap<&str, Option<&'t str>>) -> Option<&'t str> {
    let mut found = tokens.windows(4).filter_map(|window| match window {
        [Token::Word(word), colon, equals, value]
            if word == "scalaVersion" && colon.is_sign(":") && equals.is_sign("=") =>
        {
            match value {
                Token::Text(text) => Some(text.as_str()),
                Token::Word(name) => *values.get(name.as_str())?,
                _ => None,
            }
        }
        _ => None,
    });
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// The index after the setting that begins at `start`.
fn end_of_setting(tokens: &[Token], start: usize) -> usize {
    let mut at = start;
    while at < tokens.len() {
        match &tokens[at] {
            Token::Sign(sign) if matches!(sign.as_str(), "(" | "[" | "{") => {
                at = inside(tokens, at).1;
                continue;
            }
            Token::Sign(sign) if matches!(sign.as_str(), "," | ")" | "]" | "}") => return at,
            // A setting may go on after its operator.
            Token::Line
                if !matches!(tokens.get(at.wrapping_sub(1)), Some(Token::Sign(_))) || tokens[at - 1].is_sign(")") =>
            {
                return at;
            }
            _ => at += 1,
        }
    }
    at
}

/// `"group" %% "name" % "version" % Test` at an index, and how many tokens it has.
fn module(
    tokens: &[Token],
    at: usize,
    values: &HashMap<&str, Option<&str>>,
    scala: Option<&str>,
) -> Option<(Requirement, usize)> {
    let [Token::Text(group), Token::Sign(operator), Token::Text(name), rest @ ..] = tokens.get(at..)? else {
        return None;
    };
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !matches!(operator.as_str(), "%" | "%%" | "%%%") || !is_name(group) || !is_name(name) {
        return None;
    }
    let [percent, version @ ..] = rest else { return None };
    if !percent.is_sign("%") {
        return None;
    }
    let (version, used) = match version {
        [Token::Text(text), ..] => (text.clone(), 1),
        [Token::Word(_), Token::Computed, ..] => (String::new(), 2),
        [Token::Word(_), ..] => path(version, values),
        [Token::Computed, ..] => (String::new(), 1),
        _ => return None,
    };
    let after = &rest[1 + used..];
    let configuration = match after {
        [percent, Token::Text(text), ..] if percent.is_sign("%") => text.to_ascii_lowercase(),
        [percent, Token::Word(word), ..] if percent.is_sign("%") => word.to_ascii_lowercase(),
        _ => String::new(),
    };
    // An artifact for Scala has the language's version in its name, a compiler plugin all of it.
    let is_full = matches!(after, [Token::Word(cross), Token::Word(of), dot, Token::Word(full), ..]
        if cross == "cross" && of == "CrossVersion" && dot.is_sign(".") && full == "full");
    let suffix = match (operator.as_str(), scala) {
        ("%%", Some(version)) if is_full => format!("_{version}"),
        ("%%", Some(version)) if version.starts_with('3') => "_3".to_owned(),
        ("%%", Some(version)) => format!("_{}", version.rsplit_once('.').map_or(version, |(minor, _)| minor)),
        _ => String::new(),
    };
    let requirement = Requirement {
        resolved: is_exact(&version),
        ..Requirement::wanted(format!("{group}:{name}{suffix}"), version, kind_of(&configuration))
    };
    Some((requirement, 4 + used))
}

/// `Versions.cats`: the text of its last name where the build has it; and how many tokens it has.
fn path(tokens: &[Token], values: &HashMap<&str, Option<&str>>) -> (String, usize) {
    let mut last = "";
    let mut used = 0;
    while let Some(Token::Word(name)) = tokens.get(used) {
        last = name;
        used += 1;
        let goes_on = tokens.get(used).is_some_and(|token| token.is_sign("."));
        if !goes_on || !matches!(tokens.get(used + 1), Some(Token::Word(_))) {
            break;
        }
        used += 1;
    }
    let value = values.get(last).copied().flatten();
    (value.unwrap_or_default().to_owned(), used)
}

fn kind_of(configuration: &str) -> DependencyKind {
    // `compile->compile;test->test` is for both.
    let names: Vec<&str> = configuration
        .split([';', ','])
        .filter_map(|part| part.split("->").next())
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let is_test = |name: &&str| matches!(*name, "test" | "it" | "integrationtest") || name.contains("test");
    match names.as_slice() {
        [] => DependencyKind::Runtime,
        names if names.iter().all(is_test) => DependencyKind::Dev,
        ["optional"] => DependencyKind::Optional,
        [one] => scope_kind(one),
        _ => DependencyKind::Runtime,
    }
}
