//! Offline proofs: checksums and structures that a format has, so that a made-up value is not reported.

use base64::Engine;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use serde_json::Value;

/// The proof by the value itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The checksum or structure is right.
    Verified,
    /// It cannot be a credential.
    Failed,
    /// The value proves neither.
    Unknown,
}

impl Proof {
    fn of(holds: bool) -> Self {
        if holds { Self::Verified } else { Self::Failed }
    }
}

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

/// Decodes base 64 of either alphabet.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    let url_safe = text.contains(['-', '_']);
    let engine = if url_safe { URL_SAFE } else { STANDARD };
    engine.decode(text).ok()
}

fn object(text: &str) -> Option<serde_json::Map<String, Value>> {
    match serde_json::from_slice(&base64(text)?) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// GitHub and npm: the last six characters are the CRC32 of the thirty before, in base 62.
pub fn base62_crc(token: &str) -> Proof {
    let Some((_, body)) = token.split_once('_') else {
        return Proof::Failed;
    };
    let Some((value, sum)) = body.len().checked_sub(6).and_then(|at| body.split_at_checked(at)) else {
        return Proof::Failed;
    };
    Proof::of(base62(crc32fast::hash(value.as_bytes())) == *sum.as_bytes())
}

fn base62(mut number: u32) -> [u8; 6] {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = [b'0'; 6];
    for place in text.iter_mut().rev() {
        *place = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    text
}

/// GitLab's routable tokens: the last seven characters are the CRC32 of what precedes them, in base 36. GitLab documents
/// the form in words only, so another sum proves nothing.
pub fn gitlab_routable(token: &str) -> Proof {
    let Some((value, sum)) = token.len().checked_sub(7).and_then(|at| token.split_at_checked(at)) else {
        return Proof::Unknown;
    };
    match u64::from_str_radix(sum, 36) {
        Ok(number) if number == u64::from(crc32fast::hash(value.as_bytes())) => Proof::Verified,
        _ => Proof::Unknown,
    }
}

/// Grafana's service accounts: the last eight digits are the CRC32 of the 37 characters before the `_`, little endian.
pub fn grafana(token: &str) -> Proof {
    let Some((value, sum)) = token.rsplit_once('_') else {
        return Proof::Failed;
    };
    let little = hex::encode(crc32fast::hash(value.as_bytes()).to_le_bytes());
    let big = hex::encode(crc32fast::hash(value.as_bytes()).to_be_bytes());
    Proof::of(sum == little || sum == big)
}

/// Grafana Cloud: an object with the organization, a name and a key.
pub fn grafana_cloud(token: &str) -> Proof {
    let found = token.strip_prefix("glc_").and_then(object);
    Proof::of(found.is_some_and(|it| it.contains_key("o") && it.contains_key("n") && it.contains_key("k")))
}

/// Grafana's older keys: an object with a key, a name and the number of the organization.
pub fn grafana_key(token: &str) -> Proof {
    let found = object(token);
    Proof::of(found.is_some_and(|it| it.contains_key("k") && it.contains_key("n") && it.contains_key("id")))
}

/// Atlassian: the last eight digits are the CRC32 of what precedes them.
pub fn atlassian(token: &str) -> Proof {
    let Some((value, sum)) = token.len().checked_sub(8).and_then(|at| token.split_at_checked(at)) else {
        return Proof::Failed;
    };
    let sum = u32::from_str_radix(sum, 16).ok();
    let bare = value.strip_suffix('=').unwrap_or(value);
    let is = |text: &str| sum == Some(crc32fast::hash(text.as_bytes()));
    Proof::of(is(value) || is(bare))
}

/// PyPI: a macaroon of version 2, whose fields end with a signature of 32 bytes. Another structure below the right header
/// proves nothing.
pub fn pypi(token: &str) -> Proof {
    let Some(bytes) = token.strip_prefix("pypi-").and_then(base64) else {
        return Proof::Failed;
    };
    let Some(rest) = bytes.strip_prefix(&[2]) else {
        return Proof::Failed;
    };
    if is_macaroon(rest) {
        Proof::Verified
    } else {
        Proof::Unknown
    }
}

/// Fields of a type, a length and that many bytes; a zero ends a section; a signature is last.
fn is_macaroon(mut rest: &[u8]) -> bool {
    loop {
        match rest {
            [0, tail @ ..] => rest = tail,
            [6, 32, signature @ ..] => return signature.len() == 32,
            [_, length, tail @ ..] if *length < 128 => match tail.get(usize::from(*length)..) {
                Some(tail) => rest = tail,
                None => return false,
            },
            [_, low, high, tail @ ..] => {
                let length = usize::from(*low & 127) | usize::from(*high & 127) << 7;
                match tail.get(length..).filter(|_| *high < 128) {
                    Some(tail) => rest = tail,
                    None => return false,
                }
            }
            _ => return false,
        }
    }
}

/// The header of a JSON web token.
pub fn is_header(text: &str) -> bool {
    object(text).is_some_and(|header| header.contains_key("alg"))
}

/// A JSON web token: a header with the algorithm, and claims that are an object.
pub fn jwt(token: &str) -> Proof {
    let mut parts = token.split('.');
    let header = parts.next().and_then(object);
    let claims = parts.next().and_then(object);
    Proof::of(header.is_some_and(|header| header.contains_key("alg")) && claims.is_some())
}

/// The body of a PEM block: base 64 of a DER sequence, or of OpenSSH's form. A sequence that is shorter than it names is
/// cut off, as in documentation.
pub fn pem(body: &str) -> Proof {
    let Some(bytes) = base64(body) else {
        return Proof::Failed;
    };
    let is_sequence = bytes.len() >= 40 && der_length(&bytes).is_some_and(|length| length <= bytes.len());
    Proof::of(is_sequence || bytes.starts_with(b"openssh-key-v1\0"))
}

/// The length of a DER sequence with its head.
fn der_length(bytes: &[u8]) -> Option<usize> {
    let rest = bytes.strip_prefix(&[0x30])?;
    match *rest.first()? {
        length @ 0..=0x7f => Some(usize::from(length) + 2),
        count @ 0x81..=0x84 => {
            let digits = rest.get(1..1 + usize::from(count & 0x7f))?;
            let length = digits.iter().fold(0usize, |sum, byte| (sum << 8) | usize::from(*byte));
            length.checked_add(2 + digits.len())
        }
        _ => None,
    }
}

/// The body of a block of PGP: its first packet is a secret key, and not cut off.
pub fn pgp(body: &str) -> Proof {
    let Some(bytes) = base64(body) else {
        return Proof::Failed;
    };
    let number = |from: usize, count: usize| {
        let digits = bytes.get(from..from + count)?;
        Some(digits.iter().fold(0usize, |sum, byte| (sum << 8) | usize::from(*byte)))
    };
    let length = match bytes.first().copied() {
        Some(head @ 0x80..=0xBF) => match head & 3 {
            0 => number(1, 1).map(|length| length + 2),
            1 => number(1, 2).map(|length| length + 3),
            2 => number(1, 4).map(|length| length.saturating_add(5)),
            _ => Some(0),
        },
        Some(0xC0..) => match number(1, 1) {
            Some(first @ 0..=191) => Some(first + 2),
            Some(first @ 192..=223) => number(2, 1).map(|second| ((first - 192) << 8) + second + 192 + 3),
            Some(255) => number(2, 4).map(|length| length.saturating_add(6)),
            first => first.map(|_| 0),
        },
        _ => None,
    };
    Proof::of(length.is_some_and(|length| length <= bytes.len()))
}

/// Discord's bots: the first part is the base 64 of a number.
pub fn discord(token: &str) -> Proof {
    let id = token.split('.').next().and_then(base64);
    Proof::of(id.is_some_and(|id| (17..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_of_known_vectors() {
        for (value, sum) in [
            ("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17"),
            ("000000000000000000000000000000", "2C8GjS"),
            ("abcdefghijklmnopqrstuvwxyz0123", "2LolCm"),
        ] {
            assert_eq!(base62(crc32fast::hash(value.as_bytes())), *sum.as_bytes());
            assert_eq!(base62_crc(&format!("ghp_{value}{sum}")), Proof::Verified);
            assert_eq!(base62_crc(&format!("ghp_{value}000000")), Proof::Failed);
        }
        let zeros = "0".repeat(32);
        assert_eq!(grafana(&format!("glsa_{zeros}_162149fe")), Proof::Verified);
        assert_eq!(grafana(&format!("glsa_{zeros}_162149ff")), Proof::Failed);
    }

    #[test]
    fn keys_that_are_cut_off() {
        let der = |length: u8| [&[0x30, 0x81, length][..], &[7; 97]].concat();
        assert_eq!(pem(&STANDARD.encode(der(97))), Proof::Verified);
        assert_eq!(pem(&STANDARD.encode(der(98))), Proof::Failed);
        let packet = |length: u8| [&[0x95, 0, length][..], &[7; 97]].concat();
        assert_eq!(pgp(&STANDARD.encode(packet(97))), Proof::Verified);
        assert_eq!(pgp(&STANDARD.encode(packet(98))), Proof::Failed);
        let newer = |length: u8| [&[0xC5, length][..], &[7; 97]].concat();
        assert_eq!(pgp(&STANDARD.encode(newer(97))), Proof::Verified);
        assert_eq!(pgp(&STANDARD.encode(newer(98))), Proof::Failed);
    }

    #[test]
    fn structures() {
        let mut macaroon = vec![2, 1, 8];
        macaroon.extend_from_slice(b"pypi.org");
        macaroon.extend_from_slice(&[2, 3, 1, 2, 3, 0, 0, 6, 32]);
        macaroon.extend_from_slice(&[7; 32]);
        assert_eq!(pypi(&format!("pypi-{}", URL_SAFE.encode(&macaroon))), Proof::Verified);
        macaroon.push(1);
        assert_eq!(pypi(&format!("pypi-{}", URL_SAFE.encode(&macaroon))), Proof::Unknown);
        let part = |text: &str| URL_SAFE.encode(text);
        let header = part(r#"{"alg":"HS256"}"#);
        let claims = part(r#"{"sub":"1"}"#);
        assert_eq!(jwt(&format!("{header}.{claims}.x")), Proof::Verified);
        assert_eq!(jwt(&format!("{header}.{}.x", part("[1]"))), Proof::Failed);
        assert_eq!(discord(&format!("{}.a.b", part("123456789012345678"))), Proof::Verified);
    }
}
