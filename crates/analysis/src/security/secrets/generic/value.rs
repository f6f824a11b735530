//! Where the value of a name begins and ends.

use crate::security::text::Text;

/// Where the value begins behind a name, and whether a quote is before it.
pub(super) fn value_start(text: &Text<'_>, after: &[u8]) -> Option<(usize, bool)> {
    let skip = |from: usize| {
        from + after[from..]
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count()
    };
    let mut at = 0;
    // The quote and bracket that close a name: `"password"`, `['password']`.
    if matches!(after.get(at), Some(b'"' | b'\'' | b'`')) {
        at += 1;
    }
    if after.get(at) == Some(&b']') {
        at += 1;
    }
    at = skip(at);
    at += type_length(after.get(at..)?);
    at += operator_length(text, after.get(at..)?, at)?;
    at = skip(at);
    let rest = after.get(at..)?;
    // Prefixes of strings: `b"`, `r"`, `@"`, `u8"`, `&"`; those that are filled in (`f"`, `$"`) are no literals.
    let prefix = rest
        .iter()
        .take(3)
        .take_while(|byte| matches!(byte, b'b' | b'r' | b'u' | b'B' | b'R' | b'@' | b'&' | b'8'))
        .count();
    if prefix > 0 && matches!(rest.get(prefix), Some(b'"' | b'\'')) {
        return Some((at + prefix + 1, true));
    }
    match rest.first()? {
        b'"' | b'\'' | b'`' => Some((at + 1, true)),
        b'\n' | b'\r' | b'#' => None,
        _ => Some(otherwise(rest).map_or((at, false), |offset| (at + offset, true))),
    }
}

/// The length of a type between the name and the value: `password: str = "…"`. `String password = …` has it in front.
fn type_length(rest: &[u8]) -> usize {
    let Some(typed) = rest.strip_prefix(b":") else {
        return 0;
    };
    let word = typed
        .iter()
        .take_while(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b' ' | b'&' | b'\'' | b'[' | b']' | b'|' | b'_' | b'?' | b'.')
        })
        .count();
    let equals = typed.get(word) == Some(&b'=') && !matches!(typed.get(word + 1), Some(b'=' | b'>'));
    let names_type = typed[..word].iter().any(u8::is_ascii_alphabetic) && !typed[..word].contains(&b'\n');
    let is_type = equals && names_type && typed[..word].trim_ascii().len() < 40;
    if is_type { 1 + word } else { 0 }
}

/// The length of the sign between a name and its value, `at` bytes behind the name.
fn operator_length(text: &Text<'_>, rest: &[u8], at: usize) -> Option<usize> {
    let operators: [&[u8]; 7] = [b":=", b"=>", b"||", b"??", b"?=", b"=", b":"];
    match operators.iter().find(|operator| rest.starts_with(operator)) {
        Some(operator) => {
            // A comparison, or a path of names (`a::b`).
            let next = rest.get(operator.len());
            let is_other = (operator.len() == 1 && next == Some(&rest[0])) || next == Some(&b'~');
            (!is_other).then_some(operator.len())
        }
        None => {
            // `#define PASSWORD "…"`, `ENV PASSWORD …`; `const PASSWORD string = …` has a sign.
            let is_macro = rest.first().is_some_and(|byte| *byte == b'"') && matches!(text.language, "c" | "cpp");
            let is_env = text.language == "dockerfile" && at > 0;
            (is_macro || is_env).then_some(0)
        }
    }
}

/// The text that takes the place of an absent value: `x || "…"`, `x ?? "…"`, `x or "…"`.
fn otherwise(rest: &[u8]) -> Option<usize> {
    let near = &rest[..rest.len().min(120)];
    let near = &near[..near
        .iter()
        .position(|byte| matches!(byte, b';' | b',' | b'\n' | b'"' | b'\''))
        .map_or(near.len(), |at| at + 1)];
    let is_otherwise = |sign: &&[u8]| near[..near.len().saturating_sub(1)].trim_ascii_end().ends_with(sign);
    let signs: [&[u8]; 3] = [b"||", b"??", b" or"];
    let is_text = matches!(near.last(), Some(b'"' | b'\''));
    (is_text && signs.iter().any(is_otherwise)).then_some(near.len())
}

pub(super) fn value_length(rest: &[u8], quote: Option<u8>) -> Option<usize> {
    match quote {
        Some(quote) => {
            let end = memchr::memchr(quote, rest)?;
            (end == 0 || rest[end - 1] != b'\\').then_some(end)
        }
        None => {
            let is_end = |byte: u8| {
                byte.is_ascii_whitespace()
                    || matches!(byte, b',' | b';' | b'"' | b'\'' | b'`' | b'<' | b'>' | b')' | b'}')
            };
            Some(rest.iter().position(|byte| is_end(*byte)).unwrap_or(rest.len()))
        }
    }
}

/// Files whose values need no quotes.
pub(super) fn is_data(text: &Text<'_>) -> bool {
    let name = text.name();
    let ending = name.rsplit('.').next().unwrap_or_default();
    name.starts_with(".env")
        || name.ends_with(".env")
        || matches!(
            ending,
            "properties"
                | "ini"
                | "cfg"
                | "conf"
                | "config"
                | "yml"
                | "yaml"
                | "toml"
                | "env"
                | "npmrc"
                | "pypirc"
                | "netrc"
                | "tfvars"
        )
        || matches!(
            name,
            ".npmrc" | ".pypirc" | ".netrc" | ".pgpass" | ".dockercfg" | ".htpasswd" | "credentials"
        )
        || matches!(text.language, "dockerfile" | "shell" | "ini" | "yaml")
}
