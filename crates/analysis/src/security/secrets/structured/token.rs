//! Tokens whose parts can be decoded: JSON web tokens, and those of Discord's bots.

use super::named;
use crate::security::secrets::proof::{self, Proof};
use crate::security::secrets::words::{entropy, is_placeholder};
use crate::security::secrets::{Candidate, is_left_edge};
use crate::security::text::Text;

pub(super) fn web_token(text: &Text<'_>, start: usize) -> Option<Candidate> {
    const MAX: usize = 8_000;
    let bytes = &text.bytes[start..text.bytes.len().min(start + MAX)];
    // The header decides before the rest is read.
    let header = &bytes[..memchr::memchr(b'.', &bytes[..bytes.len().min(600)])?];
    if header.len() < 12 || !std::str::from_utf8(header).is_ok_and(proof::is_header) {
        return None;
    }
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'=');
    let length = bytes.iter().position(|byte| !is_part(*byte)).unwrap_or(bytes.len());
    let token = std::str::from_utf8(&bytes[..length])
        .ok()?
        .trim_end_matches(['.', '=', '-']);
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        return None;
    };
    if header.len() < 12 || claims.len() < 8 || signature.len() < 20 || !is_left_edge(text.bytes, start) {
        return None;
    }
    if proof::jwt(token) != Proof::Verified || entropy(signature.as_bytes()) < 3.0 {
        return None;
    }
    let decoded = proof::base64(claims)?;
    let decoded = String::from_utf8_lossy(&decoded);
    // The example of jwt.io and its many copies; keys that are public by their role.
    let is_example = ["1234567890", "John Doe", "example", "\"anon\""]
        .iter()
        .any(|word| decoded.contains(word));
    if is_example || is_placeholder(signature, true) {
        return None;
    }
    let mut candidate = Candidate::new(named("json-web-token"), start, start + token.len(), 1);
    candidate.verified = true;
    Some(candidate)
}

/// A token of three parts in the same line as the name.
pub(super) fn discord(text: &Text<'_>, start: usize, end: usize) -> Option<Candidate> {
    let line_start = text.line_start(start).max(start.saturating_sub(500));
    let line_end = text.line_end(end).min(end + 500);
    let line = &text.bytes[line_start..line_end];
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let mut at = 0;
    for word in line.split(|byte| !is_part(*byte)) {
        let from = at;
        at += word.len() + 1;
        let Ok(token) = std::str::from_utf8(word) else { continue };
        let lengths: Vec<usize> = token.split('.').map(str::len).collect();
        let is_form = matches!(lengths[..], [23..=28, 6..=7, 27..=38]);
        if is_form && proof::discord(token) == Proof::Verified && !is_placeholder(token, true) {
            let mut candidate = Candidate::new(
                named("discord-bot-token"),
                line_start + from,
                line_start + from + word.len(),
                0,
            );
            candidate.verified = true;
            return Some(candidate);
        }
    }
    None
}
