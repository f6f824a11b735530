//! Private keys.

mod published;

use super::named;
use crate::security::secrets::Candidate;
use crate::security::secrets::proof::{self, Proof};
use crate::security::secrets::words::entropy;
use crate::security::text::Text;

/// A block of PEM, as it is or in a string with escapes.
pub(super) fn private_key(text: &Text<'_>, start: usize) -> Option<Candidate> {
    const MAX: usize = 16_000;
    let bytes = &text.bytes[start..text.bytes.len().min(start + MAX)];
    if !bytes.starts_with(b"-----BEGIN ") {
        return None;
    }
    let label_end = memchr::memmem::find(&bytes[..bytes.len().min(80)], b"KEY")?;
    let label = String::from_utf8_lossy(&bytes[11..label_end]);
    if !label.contains("PRIVATE") {
        return None;
    }
    let head = label_end + memchr::memmem::find(&bytes[label_end..], b"-----")? + 5;
    let end = head + memchr::memmem::find(&bytes[head..], b"-----")?;
    if !bytes[end..].starts_with(b"-----END") {
        return None;
    }
    let inside = String::from_utf8_lossy(&bytes[head..end]);
    let is_encrypted = label.contains("ENCRYPTED") || inside.contains("ENCRYPTED");
    let is_pgp = label.contains("PGP");
    let body = body(&inside, is_pgp)?;
    let is_real = match is_pgp {
        true => proof::pgp(&body) == Proof::Verified,
        false if is_encrypted && !label.contains("ENCRYPTED") => proof::base64(&body).is_some(),
        false => proof::pem(&body) == Proof::Verified,
    };
    if !is_real || entropy(body.as_bytes()) < 3.5 {
        return None;
    }
    let has = |word: &[u8]| memchr::memmem::find(text.bytes, word).is_some();
    let is_service_account = has(b"\"service_account\"") && has(b"private_key_id") && has(b"client_email");
    let rule = match (is_service_account, is_encrypted) {
        (true, _) => named("service-account-key"),
        (_, true) => named("encrypted-private-key"),
        _ => named("private-key"),
    };
    let mut candidate = Candidate::new(rule, start, start + end, 0);
    candidate.verified = true;
    candidate.shown = is_in_comment(text, start)
        || is_named_for_tests(text, start)
        || published::has(&body)
        || (is_service_account && !has_number_of_key(text.bytes));
    Some(candidate)
}

/// The base 64 between the lines of a block, as it is or in a string with escapes.
fn body(inside: &str, is_pgp: bool) -> Option<String> {
    let mut body = String::new();
    let mut rest = inside;
    if let Some((_, behind)) = rest.split_once("DEK-Info:") {
        let value_end = behind.find(['\n', '\\']).unwrap_or(0);
        rest = &behind[value_end..];
    }
    let unescaped = rest.replace("\\r", "").replace("\\n", "\n").replace("\\\n", "\n");
    for line in unescaped.lines() {
        let line = line.trim_matches(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/' | '='));
        // A header (`Version: …`), a checksum of PGP (`=abcd`).
        if line.contains(": ") || (is_pgp && line.starts_with('=')) {
            continue;
        }
        body.push_str(line);
    }
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    (body.len() >= 64 && body.bytes().all(is_base64)).then_some(body)
}

/// Whether the line of the key begins as a comment of a program does.
fn is_in_comment(text: &Text<'_>, start: usize) -> bool {
    const MARKS: &[&str] = &["//", "/*", "*", "#", "--", ";", "%", "'", ">"];
    let is_configuration = matches!(
        text.language,
        "" | "yaml" | "toml" | "ini" | "properties" | "json" | "dotenv" | "text" | "markdown"
    );
    let before = String::from_utf8_lossy(&text.bytes[text.line_start(start)..start]);
    let before = before.trim_start();
    !is_configuration
        && MARKS.iter().any(|mark| before.starts_with(mark))
        && before.chars().all(|c| !c.is_alphanumeric() && c != '"')
}

/// Whether the name that the key is given to, or a line above, names it a key for tests.
fn is_named_for_tests(text: &Text<'_>, start: usize) -> bool {
    const LINES: usize = 8;
    const MOST: usize = 600;
    const NAMES: &[&str] = &[
        "test", "dummy", "fake", "mock", "sample", "example", "demo", "snakeoil", "insecure",
    ];
    const PHRASES: &[&str] = &[
        "not use in production",
        "not use this in production",
        "not for production",
        "never use in production",
        "only for test",
        "for testing",
        "for tests",
        "test key",
        "testing key",
        "test secret",
        "test only",
        "tests only",
        "demo key",
        "example key",
        "sample key",
        "dummy key",
    ];
    let line = text.line_start(start);
    let above = (0..LINES).fold(line, |at, _| text.line_start(at.saturating_sub(1)));
    let lower = |from: usize, to: usize| String::from_utf8_lossy(&text.bytes[from..to]).to_ascii_lowercase();
    let name = lower(line, start);
    let above = lower(above.max(start.saturating_sub(MOST)), start);
    NAMES.iter().any(|word| name.contains(word)) || PHRASES.iter().any(|phrase| above.contains(phrase))
}

/// Google numbers each key of a service account with 40 digits.
fn has_number_of_key(bytes: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(bytes, b"private_key_id") else {
        return false;
    };
    let value = &bytes[at + "private_key_id".len()..bytes.len().min(at + 100)];
    value
        .split(|byte| !byte.is_ascii_hexdigit())
        .any(|word| word.len() == 40)
}
