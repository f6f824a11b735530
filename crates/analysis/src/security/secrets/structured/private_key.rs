//! Private keys.

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
    let mut body = String::new();
    let mut rest = inside.as_ref();
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
    if body.len() < 64
        || !body
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
    {
        return None;
    }
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
    Some(candidate)
}
