//! Masks secrets in text that is about to be written.
//!
//! Secrets are: the password of a URL (`scheme://user:password@host`), the value of an `Authorization` header, bearer
//! tokens, and keys of known forms (`sk-or-…`, `AIza…`, `ghp_…`, `github_pat_…`, `rl_…` and the like). Almost no line
//! holds one, so the first question is whether a line could.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

const MASK: &str = "***";

/// Beginnings of keys, and how many more characters make a key of it. The short ones must begin a word, for `url_` and
/// the like are common in ordinary text.
const KEYS: [Key; 10] = [
    Key {
        start: "sk-or-",
        least: 8,
        begins_word: false,
    },
    Key {
        start: "AIza",
        least: 16,
        begins_word: false,
    },
    Key {
        start: "ghp_",
        least: 16,
        begins_word: false,
    },
    Key {
        start: "gho_",
        least: 16,
        begins_word: false,
    },
    Key {
        start: "ghs_",
        least: 16,
        begins_word: false,
    },
    Key {
        start: "ghu_",
        least: 16,
        begins_word: false,
    },
    Key {
        start: "ghr_",
        least: 16,
        begins_word: false,
    },
    Key {
        start: "github_pat_",
        least: 16,
        begins_word: false,
    },
    Key {
        start: "rl_",
        least: 16,
        begins_word: true,
    },
    Key {
        start: "Bearer ",
        least: 8,
        begins_word: true,
    },
];

/// Every line with a secret contains one of these; `_` is treated apart.
const HINTS: [&str; 6] = ["://", "sk-or-", "AIza", "uthorization", "UTHORIZATION", "earer "];

/// No secret that [`safe_cut`] keeps in one piece is longer.
const LONGEST_SECRET: usize = 1024;

struct Key {
    start: &'static str,
    least: usize,
    begins_word: bool,
}

/// The text with every secret masked by `***`.
pub fn redact(text: &str) -> Cow<'_, str> {
    match redact_bytes(text.as_bytes()) {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        Cow::Owned(bytes) => {
            Cow::Owned(String::from_utf8(bytes).expect("a mask replaces whole runs that end at ASCII characters"))
        }
    }
}

/// [`redact()`] for bytes.
pub fn redact_bytes(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !may_hold_secret(bytes) {
        return Cow::Borrowed(bytes);
    }
    let mut secrets = Vec::new();
    find_url_passwords(bytes, &mut secrets);
    find_authorization(bytes, &mut secrets);
    find_keys(bytes, &mut secrets);
    if secrets.is_empty() {
        return Cow::Borrowed(bytes);
    }
    secrets.sort_unstable_by_key(|secret| secret.start);
    let mut masked = Vec::with_capacity(bytes.len());
    let mut done = 0;
    for secret in secrets {
        if secret.start >= done {
            masked.extend_from_slice(&bytes[done..secret.start]);
            masked.extend_from_slice(MASK.as_bytes());
        }
        done = done.max(secret.end);
    }
    masked.extend_from_slice(&bytes[done..]);
    Cow::Owned(masked)
}

/// Whether the bytes could hold a secret. It quickly excludes almost every line; the others need a full check.
pub fn may_hold_secret(bytes: &[u8]) -> bool {
    first_hint(bytes).is_some()
}

/// Where to cut a line that has more than `limit` bytes, so that no secret is cut in two: at `limit`, or somewhat before.
/// At least 16 bytes should follow `limit`, so that the beginning of a secret is recognized.
pub fn safe_cut(bytes: &[u8], limit: usize) -> usize {
    let from = limit.saturating_sub(LONGEST_SECRET).max(1);
    let window = &bytes[from.min(bytes.len())..bytes.len().min(limit + 16)];
    match first_hint(window) {
        // Cut in front of the hint; 16 bytes more, for the hint is the end of some beginnings (`github_pat_`).
        Some(at) => (from + at).saturating_sub(16).clamp(1, limit),
        None => limit,
    }
}

fn first_hint(bytes: &[u8]) -> Option<usize> {
    static FINDERS: LazyLock<[Finder<'static>; 6]> = LazyLock::new(|| HINTS.map(Finder::new));
    let hint = FINDERS.iter().filter_map(|finder| finder.find(bytes)).min();
    let key = memchr::memchr_iter(b'_', bytes).find(|at| {
        let before = &bytes[..*at];
        before.ends_with(b"rl")
            || before.ends_with(b"_pat")
            || (before.len() >= 3 && before[..*at - 1].ends_with(b"gh"))
    });
    match (hint, key) {
        (Some(hint), Some(key)) => Some(hint.min(key)),
        (hint, key) => hint.or(key),
    }
}

fn find_url_passwords(bytes: &[u8], secrets: &mut Vec<Range<usize>>) {
    for at in memchr::memmem::find_iter(bytes, "://") {
        let start = at + 3;
        let word = run(bytes, start, |byte| {
            byte > b' ' && byte != 0x7f && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\')
        });
        let mut authority = start
            + bytes[start..word]
                .iter()
                .position(|byte| matches!(byte, b'/' | b'?' | b'#'))
                .unwrap_or(word - start);
        let colon = bytes[start..authority]
            .iter()
            .position(|byte| *byte == b':')
            .map(|found| start + found);
        // The password of a database may have such characters in it, and no `@` follows the host.
        let before = &bytes[..at];
        let of_database = [&b"postgres"[..], b"postgresql", b"redis", b"rediss"]
            .iter()
            .any(|scheme| before.ends_with(scheme));
        // A slash in a password ends the authority too early; the part after a host's colon is a number.
        if of_database {
            authority = word;
        } else if let Some(colon) = colon
            && !bytes[colon..authority].contains(&b'@')
            && (colon + 1 == authority || !bytes[colon + 1..authority].iter().all(u8::is_ascii_digit))
        {
            authority = word;
        }
        let Some(host) = bytes[start..authority]
            .iter()
            .rposition(|byte| *byte == b'@')
            .map(|found| start + found)
        else {
            continue;
        };
        match colon {
            Some(colon) if colon < host => secrets.push(colon + 1..host),
            // A long user name without a password is a token.
            _ if host - start >= 16 => secrets.push(start..host),
            _ => {}
        }
    }
}

fn find_authorization(bytes: &[u8], secrets: &mut Vec<Range<usize>>) {
    const NAME: &[u8] = b"authorization";
    // The words "the authorization of …" have no colon or equals sign behind them.
    for name in memchr::memchr2_iter(b'a', b'A', bytes) {
        let Some(after) = bytes
            .get(name..name + NAME.len())
            .filter(|word| word.eq_ignore_ascii_case(NAME))
            .map(|_| name + NAME.len())
        else {
            continue;
        };
        let mut at = run(bytes, after, |byte| matches!(byte, b'"' | b'\'' | b' ' | b'\\'));
        if !matches!(bytes.get(at), Some(b':' | b'=')) {
            continue;
        }
        at = run(bytes, at + 1, |byte| byte == b' ' || byte == b'\\');
        let quote = bytes.get(at).copied().filter(|byte| matches!(byte, b'"' | b'\''));
        at += usize::from(quote.is_some());
        let in_value = |byte: u8| byte != b'\n' && byte != b'\r' && byte != b'\\' && Some(byte) != quote;
        let end = run(bytes, at, in_value);
        let word = run(bytes, at, |byte| in_value(byte) && byte != b' ');
        let simple = ["bearer", "basic", "token", "bot"]
            .iter()
            .any(|scheme| bytes[at..word].eq_ignore_ascii_case(scheme.as_bytes()));
        let secret = if simple {
            let start = run(bytes, word, |byte| byte == b' ').min(end);
            start..run(bytes, start, |byte| in_value(byte) && byte != b' ')
        } else if quote.is_some() || word < end {
            at..end
        } else {
            at..word
        };
        if !secret.is_empty() {
            secrets.push(secret);
        }
    }
}

fn find_keys(bytes: &[u8], secrets: &mut Vec<Range<usize>>) {
    for key in &KEYS {
        for at in memchr::memmem::find_iter(bytes, key.start) {
            if key.begins_word && at > 0 && is_key_byte(bytes[at - 1]) {
                continue;
            }
            let start = at + key.start.len();
            let end = run(bytes, start, |byte| {
                is_key_byte(byte) || (key.start == "Bearer " && matches!(byte, b'.' | b'~' | b'+' | b'/' | b'='))
            });
            if end - start >= key.least {
                secrets.push(start..end);
            }
        }
    }
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// The end of the run of bytes from `start` on for which `belongs` holds.
fn run(bytes: &[u8], start: usize, belongs: impl Fn(u8) -> bool) -> usize {
    bytes[start..]
        .iter()
        .position(|byte| !belongs(*byte))
        .map_or(bytes.len(), |length| start + length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{KEYS, redact, redact_bytes, safe_cut};

    #[test]
    fn secrets_are_masked() {
        for (text, expected) in [
            (
                "to postgres://app:s3cr3t@db:5432/x now",
                "to postgres://app:***@db:5432/x now",
            ),
            ("rediss://:pa/ss@h:6379", "rediss://:***@h:6379"),
            ("redis://default:p@ss@h", "redis://default:***@h"),
            ("postgres://u:12?x#y/z@h/d", "postgres://u:***@h/d"),
            ("postgresql://u:12#x@h:1/d", "postgresql://u:***@h:1/d"),
            ("rediss://:12/x@h", "rediss://:***@h"),
            ("https://aaaabbbbccccdddd@github.com/a/b", "https://***@github.com/a/b"),
            ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
            (
                "authorization=Basic Zm9v request_id=1",
                "authorization=Basic *** request_id=1",
            ),
            (
                r#"{"authorization":"Bearer abc","a":1}"#,
                r#"{"authorization":"Bearer ***","a":1}"#,
            ),
            (
                r#"AUTHORIZATION: Digest username="x", response="y""#,
                "AUTHORIZATION: ***",
            ),
            ("key sk-or-v1-0123456789abcdef.", "key sk-or-***."),
            ("key=AIzaSyA0123456789abcdefghijklmnopqrstuv", "key=AIza***"),
            ("ghp_0123456789abcdefghij,gho_0123456789abcdefghij", "ghp_***,gho_***"),
            ("github_pat_11AAAAAAA0123456789_abc", "github_pat_***"),
            ("token rl_0123456789abcdef0123", "token rl_***"),
            ("sent Bearer 0123456789abcdef==", "sent Bearer ***"),
        ] {
            assert_eq!(redact(text), expected);
        }
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in [
            "GET https://github.com/a/b@v2 200",
            "http://localhost:3001/x@y",
            "https://git@github.com/a/b",
            "url_for_the_next_page_of_results",
            "the authorization of the user",
            "ghp_short",
            "see rl_stats",
            "Bearer of news",
        ] {
            assert_eq!(redact(text), text);
            assert!(matches!(redact(text), std::borrow::Cow::Borrowed(_)));
        }
    }

    fn around() -> impl Strategy<Value = String> {
        proptest::string::string_regex("[a-zA-Z0-9_:/@. \"=é-]{0,40}").expect("the pattern is valid")
    }

    proptest! {
        #[test]
        fn a_key_never_survives(before in around(), after in around(), which in 0..KEYS.len() - 1, secret in "[A-Z]{40}") {
            let key = KEYS[which].start;
            let line = format!("{before} {key}{secret} {after}");
            prop_assert!(!redact(&line).contains(&secret));
        }

        #[test]
        fn a_password_never_survives(before in around(), after in around(), secret in "[A-Z@/:!$&*+]{0,6}[A-Z]{12}") {
            // With both of them, the end of the password is ambiguous; an address has to escape them.
            prop_assume!(!(secret.contains('/') && secret.contains('@')));
            let line = format!("{before} redis://user:{secret}@host/0 {after}");
            let shown = redact(&line);
            prop_assert!(!shown.contains(&secret[secret.len() - 12..]), "{}", shown);
        }

        #[test]
        fn twice_is_once_and_any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in around()) {
            let mut all = b"x://u:p@h Authorization: ".to_vec();
            all.extend_from_slice(&bytes);
            all.extend_from_slice(text.as_bytes());
            let once = redact_bytes(&all).into_owned();
            prop_assert_eq!(redact_bytes(&once).into_owned(), once);
        }

        #[test]
        fn no_cut_goes_through_a_key(at in 0usize..3000, which in 0..KEYS.len() - 2) {
            let secret = format!("{}{}", KEYS[which].start, "K".repeat(40));
            let line = format!("{} {secret} {}", "a".repeat(at), "b".repeat(4000));
            let cut = safe_cut(line.as_bytes(), 2000);
            prop_assert!((1..=2000).contains(&cut));
            for piece in [&line[..cut], &line[cut..]] {
                prop_assert!(!redact(piece).contains("KKKKKKKK"));
            }
        }
    }
}
