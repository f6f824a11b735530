//! Credentials with a structure of their own: private keys, key pairs, web tokens, addresses with a password, headers.

use super::super::rule::Rule;
use super::super::text::Text;
use super::words::{entropy, is_chosen_password, is_placeholder, is_random};
use super::{Candidate, is_left_edge, proof};

mod address;
mod private_key;
mod rules;
mod token;

use address::{address, is_password};
use private_key::private_key;
pub use rules::{PROVEN_BY_STRUCTURE, RULES};
use token::{discord, web_token};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Pem,
    Aws,
    WebToken,
    Address,
    Header,
    Curl,
    Discord,
}

/// What each form begins with.
pub const PATTERNS: &[(&str, Form)] = &[
    ("-----BEGIN ", Form::Pem),
    ("AKIA", Form::Aws),
    ("ASIA", Form::Aws),
    ("ABIA", Form::Aws),
    ("ACCA", Form::Aws),
    ("eyJ", Form::WebToken),
    ("://", Form::Address),
    ("Bearer ", Form::Header),
    ("Basic ", Form::Header),
    ("curl ", Form::Curl),
    ("discord", Form::Discord),
];

fn named(id: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.id == id).unwrap_or(&RULES[0])
}

pub fn find(text: &Text<'_>, start: usize, end: usize, form: Form) -> Option<Candidate> {
    match form {
        Form::Pem => private_key(text, start),
        Form::Aws => aws(text, start),
        Form::WebToken => web_token(text, start),
        Form::Address => address(text, start, end),
        Form::Header => header(text, start, end),
        Form::Curl => curl(text, end),
        Form::Discord => discord(text, start, end),
    }
}

/// An id of a key, with a secret within five lines: the id alone opens nothing.
fn aws(text: &Text<'_>, start: usize) -> Option<Candidate> {
    let bytes = text.bytes;
    let id = bytes.get(start..start + 20)?;
    let is_id = id[4..].iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'))
        && id[..4].iter().all(u8::is_ascii_uppercase);
    let ends = bytes
        .get(start + 20)
        .is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
    if !is_id || !ends || !is_left_edge(bytes, start) || entropy(&id[4..]) < 2.5 {
        return None;
    }
    let text_of_id = std::str::from_utf8(id).ok()?;
    if is_placeholder(text_of_id, true) {
        return None;
    }
    let mut from = start;
    let mut to = start + 20;
    for _ in 0..6 {
        from = text.line_start(from).saturating_sub(1);
    }
    for _ in 0..6 {
        to = (text.line_end(to) + 1).min(bytes.len());
    }
    let window = &bytes[from.max(start.saturating_sub(1_000))..to.min(start + 1_000)];
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+');
    let has_secret = window
        .split(|byte| !is_word(*byte))
        .filter(|word| word.len() == 40)
        .any(|word| {
            let is_sum = word.iter().all(u8::is_ascii_hexdigit);
            let shown = std::str::from_utf8(word).unwrap_or_default();
            !is_sum && entropy(word) > 4.0 && !is_placeholder(shown, true)
        });
    has_secret.then(|| Candidate::new(named("aws-access-key"), start, start + 20, 0))
}

/// `Authorization: Bearer …` with a literal value.
fn header(text: &Text<'_>, start: usize, end: usize) -> Option<Candidate> {
    let bytes = text.bytes;
    let before = String::from_utf8_lossy(&bytes[text.line_start(start).max(start.saturating_sub(80))..start])
        .to_ascii_lowercase();
    if !before.contains("authorization") || !is_left_edge(bytes, start) {
        return None;
    }
    let is_part =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'=' | b'~');
    let rest = &bytes[end..bytes.len().min(end + 400)];
    let length = rest.iter().position(|byte| !is_part(*byte)).unwrap_or(rest.len());
    let value = std::str::from_utf8(&rest[..length]).ok()?;
    let is_basic = bytes[start..]
        .get(..5)
        .is_some_and(|word| word.eq_ignore_ascii_case(b"basic"));
    let verified = is_basic
        && proof::base64(value)
            .and_then(|it| String::from_utf8(it).ok())
            .is_some_and(|pair| {
                pair.split_once(':')
                    .is_some_and(|(user, password)| is_password(user, password))
            });
    let is_found = verified || (!is_basic && value.len() >= 16 && is_random(value.trim_end_matches('=')));
    if !is_found || is_placeholder(value, false) || matches!(rest.get(length), Some(b'$' | b'{' | b'<' | b'%')) {
        return None;
    }
    let mut candidate = Candidate::new(named("authorization-header"), end, end + length, 2);
    candidate.verified = verified;
    Some(candidate)
}

/// `curl -u user:password`
fn curl(text: &Text<'_>, end: usize) -> Option<Candidate> {
    let line_end = text.line_end(end).min(end + 2_000);
    let line = std::str::from_utf8(&text.bytes[end..line_end]).ok()?;
    let option = [" -u ", " --user ", "-u ", "--user "]
        .iter()
        .find_map(|option| Some((line.find(option)?, option.len())))?;
    let at = option.0 + option.1;
    let rest = &line[at..];
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    let from = usize::from(quote.is_some());
    let length = rest[from..]
        .find(|c: char| quote.map_or(c.is_whitespace() || matches!(c, '"' | '\'' | '`'), |quote| c == quote))
        .unwrap_or(rest.len() - from);
    let pair = &rest[from..from + length];
    let (user, password) = pair.split_once(':')?;
    let is_found = is_password(user, password) && (is_random(password) || is_chosen_password(password));
    let start = end + at + from;
    is_found.then(|| Candidate::new(named("authorization-header"), start, start + length, 2))
}
