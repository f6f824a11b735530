//! Swift Package Manager: `Package.resolved` of versions 1 to 3, and what `Package.swift` has as text.

use repolens_core::report::DependencyKind;
use serde_json::Value;

use crate::manifests::syntax::script::{Dialect, Token, arguments, inside, option, option_text, tokens};
use crate::manifests::{Manifest, Requirement};

pub(in crate::manifests) fn resolved(text: &str) -> Result<Manifest, String> {
    let root: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let pins = root
        .get("pins")
        .or_else(|| root.pointer("/object/pins"))
        .and_then(Value::as_array);
    let mut manifest = Manifest::lock_of("swift");
    for pin in pins.ok_or("it has no `pins`")? {
        let text_of = |key: &str| pin.get(key).and_then(Value::as_str);
        let Some(location) = text_of("location").or_else(|| text_of("repositoryURL")) else {
            continue;
        };
        let state = |key: &str| {
            pin.get("state")
                .and_then(|state| state.get(key))
                .and_then(Value::as_str)
        };
        let (version, revision) = (state("version"), state("revision").unwrap_or_default());
        let name = match text_of("kind") {
            Some("registry") => text_of("identity").unwrap_or_default().to_owned(),
            _ => repository(location),
        };
        manifest.add(Requirement {
            kind: DependencyKind::Runtime,
            source: version.is_none().then(|| format!("git+{location}#{revision}")),
            ..Requirement::locked(name, version.unwrap_or(revision))
        });
    }
    Ok(manifest)
}

/// `https://github.com/a/b.git` and `git@github.com:a/b` are `github.com/a/b`.
fn repository(location: &str) -> String {
    let plain = location.split_once("://").map_or(location, |(_, rest)| rest);
    let plain = plain.split_once('@').map_or(plain, |(_, rest)| rest);
    plain
        .trim_end_matches('/')
        .trim_end_matches(".git")
        .replacen(':', "/", 1)
}

pub(in crate::manifests) fn package(text: &str) -> Result<Manifest, String> {
    let tokens = tokens(text, Dialect::Swift);
    let start = tokens
        .windows(2)
        .position(|pair| pair[0].is_word("Package") && pair[1].is_sign("("))
        .ok_or("it has no `Package(…)`")?;
    let mut manifest = Manifest::of("swift");
    manifest.name = option_text(&arguments(inside(&tokens, start + 1).0), "name").map(str::to_owned);
    let targets = targets(&tokens);
    for call in calls(&tokens, &["package"]) {
        let parts = arguments(call);
        if parts.len() > 1 || option(&parts, "path").is_some() {
            manifest.requirements.extend(dependency(&parts, &targets));
        }
    }
    Ok(manifest)
}

/// The arguments of each `.name(…)`.
fn calls<'t>(tokens: &'t [Token], names: &'static [&'static str]) -> impl Iterator<Item = &'t [Token]> {
    tokens.windows(3).enumerate().filter_map(move |(at, window)| {
        let [dot, Token::Word(name), bracket] = window else {
            return None;
        };
        (dot.is_sign(".") && names.contains(&name.as_str()) && bracket.is_sign("(")).then(|| inside(tokens, at + 2).0)
    })
}

/// The packages and products that targets name, in lower case, and whether only those with tests do.
struct Targets {
    shipped: Vec<String>,
    tests: Vec<String>,
}

fn targets(tokens: &[Token]) -> Targets {
    let names = |names: &'static [&'static str]| {
        let mut found = Vec::new();
        for call in calls(tokens, names) {
            let parts = arguments(call);
            let lists = [option(&parts, "dependencies"), option(&parts, "plugins")];
            for list in lists.into_iter().flatten() {
                found.extend(list.iter().filter_map(Token::text).map(str::to_ascii_lowercase));
            }
        }
        found
    };
    Targets {
        shipped: names(&["target", "executableTarget", "macro", "plugin"]),
        tests: names(&["testTarget"]),
    }
}

fn dependency(parts: &[&[Token]], targets: &Targets) -> Option<Requirement> {
    let url = option_text(parts, "url");
    let path = option_text(parts, "path");
    let identity = option_text(parts, "id");
    let name = match (url, identity, path) {
        (Some(url), ..) => repository(url),
        (_, Some(id), _) => id.to_owned(),
        (_, _, Some(path)) => path.to_owned(),
        _ => return None,
    };
    let last = name.rsplit('/').next().unwrap_or(&name).to_ascii_lowercase();
    let named = option_text(parts, "name").map(str::to_ascii_lowercase);
    let is_in = |list: &[String]| list.iter().any(|one| *one == last || Some(one) == named.as_ref());
    let kind = match is_in(&targets.tests) && !is_in(&targets.shipped) {
        true => DependencyKind::Dev,
        false => DependencyKind::Runtime,
    };
    let (version, resolved) = version(parts);
    let branch = ["branch", "revision"].iter().find_map(|key| {
        let older = || parts.iter().find_map(|part| call_of(part, key));
        option_text(parts, key).or_else(older)
    });
    Some(Requirement {
        resolved,
        local: path.is_some(),
        source: branch.and(url).map(|url| format!("git+{url}")),
        ..Requirement::wanted(name, branch.map_or(version, str::to_owned), kind)
    })
}

/// The text in `.name("text")` or `.name(label: "text")`.
fn call_of<'t>(part: &'t [Token], name: &str) -> Option<&'t str> {
    match part {
        [dot, Token::Word(word), bracket, rest @ ..] if dot.is_sign(".") && word == name && bracket.is_sign("(") => {
            rest.iter().find_map(Token::text)
        }
        _ => None,
    }
}

/// The wanted version as a range, and whether it is exact.
fn version(parts: &[&[Token]]) -> (String, bool) {
    let of = |name: &str| option_text(parts, name).or_else(|| parts.iter().find_map(|part| call_of(part, name)));
    if let Some(exact) = of("exact") {
        return (exact.to_owned(), true);
    }
    if let Some(from) = of("upToNextMinor") {
        return (format!("~{from}"), false);
    }
    if let Some(from) = of("from").or_else(|| of("upToNextMajor")) {
        return (format!("^{from}"), false);
    }
    // `"1.0.0"..<"2.0.0"` and `"1.0.0"..."1.5.0"`.
    let range = parts.iter().find_map(|part| match part {
        [Token::Text(low), signs @ .., Token::Text(high)] if signs.first().is_some_and(|sign| sign.is_sign(".")) => {
            let below = signs.iter().any(|sign| sign.is_sign("<"));
            Some(format!(">={low} {}{high}", if below { "<" } else { "<=" }))
        }
        _ => None,
    });
    (range.unwrap_or_default(), false)
}
