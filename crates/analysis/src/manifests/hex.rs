//! Mix (Elixir): `mix.lock`, a map of Elixir terms, one entry a line; and the tuples of dependencies that `mix.exs` has.

use std::collections::HashMap;

use repolens_core::report::DependencyKind;

use super::syntax::script::{Dialect, Token, arguments, inside, option, option_text, tokens};
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

/// The functions of a project, by name: what is between `do` and `end`.
type Functions<'t> = HashMap<&'t str, &'t [Token]>;

pub(super) fn project(text: &str) -> Result<Manifest, String> {
    let tokens = tokens(text, Dialect::Elixir);
    if !tokens.iter().any(|token| token.is_word("defmodule")) {
        return Err("it has no `defmodule`".to_owned());
    }
    let mut manifest = Manifest::of("hex");
    let functions = functions(&tokens);
    let mut open = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let rest = &tokens[at + 1..];
        match (token.word(), rest) {
            (Some("app:"), [Token::Word(name), ..]) => manifest.name = name.strip_prefix(':').map(str::to_owned),
            (Some("description:"), [Token::Text(text), ..]) => manifest.description = Some(text.clone()),
            (Some("licenses:"), [bracket, ..]) if bracket.is_sign("[") => {
                let names: Vec<&str> = inside(rest, 0).0.iter().filter_map(Token::text).collect();
                manifest.license = (!names.is_empty()).then(|| names.join(" OR "));
            }
            (Some("deps:"), [Token::Word(name), ..]) if functions.contains_key(name.as_str()) => {
                let end = rest
                    .iter()
                    .position(|token| token.is_sign(",") || *token == Token::Line);
                open.push(&rest[..end.unwrap_or(rest.len())]);
            }
            (Some("deps:"), [bracket, ..]) if bracket.is_sign("[") => open.push(inside(rest, 0).0),
            _ => {}
        }
    }
    while let Some(body) = open.pop() {
        let mut at = 0;
        while at < body.len() {
            match (&body[at], body.get(at + 1)) {
                (brace, Some(Token::Word(name))) if brace.is_sign("{") && name.starts_with(':') => {
                    let (inner, end) = inside(body, at);
                    manifest.requirements.extend(tuple(inner));
                    at = end;
                    continue;
                }
                (Token::Word(name), _) => match functions.get_key_value(name.as_str()) {
                    Some((name, inner)) if !seen.contains(name) => {
                        seen.push(name);
                        open.push(inner);
                    }
                    Some(_) => {}
                    // What is computed may add or leave out any.
                    None => manifest.partial = true,
                },
                _ => {}
            }
            at += 1;
        }
    }
    Ok(manifest)
}

fn functions(tokens: &[Token]) -> Functions<'_> {
    let mut found = Functions::new();
    for (at, pair) in tokens.windows(2).enumerate() {
        let [Token::Word(keyword), Token::Word(name)] = pair else {
            continue;
        };
        if !matches!(keyword.as_str(), "def" | "defp") {
            continue;
        }
        let mut start = at + 2;
        if tokens.get(start).is_some_and(|token| token.is_sign("(")) {
            start = inside(tokens, start).1;
        }
        let rest = tokens.get(start..).unwrap_or_default();
        let body = match rest {
            [Token::Word(word), body @ ..] if word == "do" => &body[..end_of_block(body)],
            // `, do: [...]`
            [_, Token::Word(word), body @ ..] if word == "do:" => {
                let next = |token: &Token| matches!(token.word(), Some("def" | "defp" | "end"));
                &body[..body.iter().position(next).unwrap_or(body.len())]
            }
            _ => continue,
        };
        found.insert(name, body);
    }
    found
}

/// The index of the `end` that closes an open block.
fn end_of_block(tokens: &[Token]) -> usize {
    let mut depth = 1_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.word() {
            Some("do" | "fn") => depth += 1,
            Some("end") => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len()
}

/// `{:name, "~> 1.0", only: :dev}`.
fn tuple(inner: &[Token]) -> Option<Requirement> {
    let mut parts = arguments(inner);
    // The options may be a list.
    let list = parts
        .iter()
        .position(|part| part.first().is_some_and(|token| token.is_sign("[")));
    if let Some(at) = list {
        let options = arguments(inside(parts[at], 0).0);
        parts.extend(options);
    }
    let [Token::Word(application)] = parts.first()? else {
        return None;
    };
    let application = application.strip_prefix(':')?;
    let version = match parts.get(1) {
        Some([Token::Text(version)]) => version.trim(),
        _ => "",
    };
    let exact = version.strip_prefix("==").unwrap_or(version).trim();
    let word_of = |name: &str| {
        option(&parts, name)
            .and_then(|value| value.first())
            .and_then(Token::word)
    };
    let only: Vec<&str> = option(&parts, "only")
        .unwrap_or_default()
        .iter()
        .filter_map(Token::word)
        .collect();
    let kind = if !only.is_empty() && !only.contains(&":prod") {
        DependencyKind::Dev
    } else if word_of("optional") == Some("true") {
        DependencyKind::Optional
    } else if word_of("runtime") == Some("false") {
        DependencyKind::Build
    } else {
        DependencyKind::Runtime
    };
    let real = word_of("hex")
        .and_then(|name| name.strip_prefix(':'))
        .or_else(|| option_text(&parts, "hex"));
    let github = option_text(&parts, "github").map(|name| format!("git+https://github.com/{name}.git"));
    Some(Requirement {
        resolved: exact.starts_with(|c: char| c.is_ascii_digit()) && !exact.contains(' '),
        alias: real.map(|_| application.to_owned()),
        local: option(&parts, "path").is_some() || word_of("in_umbrella") == Some("true"),
        source: option_text(&parts, "git").map(|url| format!("git+{url}")).or(github),
        ..Requirement::wanted(real.unwrap_or(application), exact, kind)
    })
}
