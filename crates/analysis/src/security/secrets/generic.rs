//! Values that only their names mark: `api_key = "…"`. All filters are here, because half of what other scanners report
//! of this kind is no credential.

use repolens_core::report::{Confidence, FindingCategory, FindingSeverity};

use super::super::rule::Rule;
use super::super::text::Text;
use super::Candidate;
use super::words::{is_chosen_password, is_placeholder, is_random, is_template, is_uuid};

mod name;
mod value;

use name::{CredentialKind, kind_of};
use value::{is_data, value_length, value_start};

/// Parts of names. A name is cut into words before it is judged.
pub const NAMES: &[&str] = &[
    "passw",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "accesskey",
    "access_key",
    "access-key",
    "privatekey",
    "private_key",
    "private-key",
    "auth",
    "credential",
    "encryption_key",
    "encryptionkey",
    "signing_key",
    "signingkey",
    "account_key",
    "accountkey",
];

pub static GENERIC_SECRET: Rule = Rule {
    id: "generic-secret",
    title: "A value in the form of a credential",
    category: FindingCategory::Secret,
    severity: FindingSeverity::Medium,
    confidence: Confidence::Medium,
    cwe: 798,
    risk: "Everyone who can read the repository, or an old clone of it, can use the credential.",
    remedy: "Replace it where it is valid, and read the new one from the environment or a secret store",
    safe: &[
        "a placeholder",
        "a value read from the environment",
        "words",
        "a UUID",
        "a checksum",
        "a public key",
    ],
};
pub static HARD_CODED_PASSWORD: Rule = Rule {
    id: "hard-coded-password",
    title: "A password in the source",
    category: FindingCategory::Secret,
    severity: FindingSeverity::Medium,
    confidence: Confidence::Medium,
    cwe: 259,
    risk: "Everyone who can read the repository, or an old clone of it, knows the password.",
    remedy: "Change the password, and read the new one from the environment or a secret store",
    safe: &["a placeholder", "a value read from the environment", "a text of words"],
};

/// Longer lines are data of programs.
const MAX_LINE: usize = 10_000;
const MAX_NAME: usize = 64;

/// A value given to a name that has a word of [`NAMES`] at `start..end`.
pub fn find(text: &Text<'_>, start: usize, end: usize, done: &mut usize) -> Option<Candidate> {
    let bytes = text.bytes;
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$');
    let back = bytes[..start]
        .iter()
        .rev()
        .take(MAX_NAME)
        .take_while(|byte| is_name(byte))
        .count();
    let ahead = bytes[end..]
        .iter()
        .take(MAX_NAME)
        .take_while(|byte| is_name(byte))
        .count();
    let (from, to) = (start - back, end + ahead);
    *done = to;
    if back == MAX_NAME || ahead == MAX_NAME {
        return None;
    }
    // Most names have no text as their value, which costs less to see than what the name means.
    let line_end = text.line_end(to).min(to + MAX_LINE);
    let after = &bytes[to..line_end];
    let (offset, is_quoted) = value_start(text, after)?;
    if !is_quoted && !is_data(text) {
        return None;
    }
    let name = std::str::from_utf8(&bytes[from..to])
        .ok()?
        .trim_matches(['-', '.', '$']);
    // The last part of `a.b.password` is the name.
    let name = name.rsplit('.').next().unwrap_or(name);
    let kind = kind_of(name)?;
    let value_from = to + offset;
    let value_to = value_from + value_length(&bytes[value_from..line_end], is_quoted.then(|| bytes[value_from - 1]))?;
    let value = std::str::from_utf8(&bytes[value_from..value_to]).ok()?;
    let rest = bytes[value_to..line_end]
        .get(usize::from(is_quoted)..)
        .unwrap_or_default();
    if !is_credential(name, value, kind) || is_continued(rest) || is_about_something_else(text, from, value) {
        return None;
    }
    let rule = match kind {
        CredentialKind::Password if !is_random(value) => &HARD_CODED_PASSWORD,
        _ => &GENERIC_SECRET,
    };
    let mut candidate = Candidate::new(rule, value_from, value_to, 3);
    candidate.name = name.chars().take(40).collect::<String>().into();
    *done = value_to;
    Some(candidate)
}

fn is_credential(name: &str, value: &str, kind: CredentialKind) -> bool {
    let length = value.len();
    if !(8..=200).contains(&length) || !value.is_ascii() || value.contains([' ', '\t']) {
        return false;
    }
    let is_words = value
        .bytes()
        .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b'-' | b'/' | b':'));
    let lower = value.to_ascii_lowercase();
    let bare = |text: &str| text.to_ascii_lowercase().replace(['_', '-'], "");
    let is_path = value.starts_with(['/', '.', '~', '@', '\\', '#', '&', '*', '!']) && kind == CredentialKind::Key
        || value.contains("://")
        || value.starts_with("./")
        || value.starts_with("../")
        || (value.matches('/').count() >= 2 && !value.contains(['+', '=']));
    let is_call = value.contains(['(', ')', '{', '}', '[', ']', '<', '>', '|']);
    let is_encrypted = lower.starts_with("enc(")
        || lower.starts_with("enc[")
        || lower.starts_with("{cipher}")
        || lower.starts_with("$ansible")
        || lower.starts_with("aqicah")
        || lower.starts_with("vault:")
        || lower.starts_with("op://")
        || lower.starts_with("$2a$")
        || lower.starts_with("$2b$")
        || lower.starts_with("$2y$")
        || lower.starts_with("$argon2")
        || lower.starts_with("pbkdf2")
        || lower.starts_with("sha256:")
        || lower.starts_with("sha512:")
        || lower.starts_with("arn:")
        || lower.starts_with("urn:")
        || lower.starts_with("pk_")
        || lower.starts_with("phc_")
        || lower.starts_with("ssh-")
        || lower.starts_with("sha1-")
        || lower.starts_with("sha256-")
        || lower.starts_with("sha384-")
        || lower.starts_with("sha512-")
        || lower.starts_with("data:");
    let is_character_set = ["0-9", "a-z", "A-Z"]
        .iter()
        .filter(|range| value.contains(**range))
        .count()
        >= 2;
    if is_words
        || is_name_of_setting(value)
        || is_path
        || is_call
        || is_encrypted
        || is_character_set
        || bare(value) == bare(name)
    {
        return false;
    }
    if is_template(value) || is_placeholder(value, false) || is_uuid(value) {
        return false;
    }
    is_random(value) || (kind == CredentialKind::Password && is_chosen_password(value))
}

/// `log4j2.trustStorePassword`: the name of a setting, with a word for a credential in its last part.
fn is_name_of_setting(value: &str) -> bool {
    const WORDS: &[&str] = &["pass", "secret", "token", "key", "credential", "decrypt", "auth"];
    let is_word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let last = value.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    value.contains('.') && digits <= 2 && value.split('.').all(is_word) && WORDS.iter().any(|word| last.contains(word))
}

/// The value is a part of something built: `"a" + b`, `"…".format(x)`, `"…" % x`, `"…" in text`, `"…": …` (a key).
fn is_continued(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    rest.starts_with(b".format") || rest.starts_with(b"%") || rest.starts_with(b"+") || rest.starts_with(b"in ")
}

/// A value that is no credential in its context: hashes, sealed secrets, encrypted blocks.
fn is_about_something_else(text: &Text<'_>, name_start: usize, value: &str) -> bool {
    let line = String::from_utf8_lossy(text.line(name_start)).to_ascii_lowercase();
    let is_sealed = value.starts_with("Ag") && memchr::memmem::find(text.bytes, b"SealedSecret").is_some();
    let is_reference = [
        "valuefrom",
        "secretkeyref",
        "secretref",
        "getenv",
        "process.env",
        "os.environ",
        "env::var",
    ]
    .iter()
    .any(|word| line.contains(word));
    let is_sum = [
        "integrity",
        "checksum",
        "digest",
        "etag",
        "sha256",
        "sha512",
        "sha1",
        "commit",
        "revision",
    ]
    .iter()
    .any(|word| line.contains(word));
    let is_hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_sealed || is_reference || (is_sum && is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(path: &str, language: &'static str, line: &str) -> bool {
        let text = Text {
            path,
            bytes: line.as_bytes(),
            language,
        };
        let mut found = Vec::new();
        super::super::find(&text, super::super::Depth::All, &mut found);
        found
            .iter()
            .any(|it| it.rule.id == GENERIC_SECRET.id || it.rule.id == HARD_CODED_PASSWORD.id)
    }

    #[test]
    fn values_that_are_credentials() {
        for line in [
            "api_key = \"kT8vQ2nXw5Lp0RzY7bHc\"",
            "const apiKey: string = 'kT8vQ2nXw5Lp0RzY7bHc';",
            "  \"clientSecret\": \"9f86d081884c7d659a2feaa0c55ad015\",",
            "password = \"Tr0ub4dor&3x\"",
            "password: str = \"Tr0ub4dor&3x\"",
            "config['db_password'] = 'Sup3r$ecr3t!'",
            "connect(user=\"a\", password=\"Sup3r$ecr3t!\")",
            "auth_token := \"kT8vQ2nXw5Lp0RzY7bHc\"",
            "let token = x || \"kT8vQ2nXw5Lp0RzY7bHc\"",
        ] {
            assert!(finds("src/a.ts", "typescript", line), "{line}");
        }
        assert!(finds(".env", "", "DB_PASSWORD=Sup3r$ecr3t!9"));
        assert!(finds("a.yml", "yaml", "  secret_key: kT8vQ2nXw5Lp0RzY7bHc"));
        assert!(finds("a.c", "c", "#define API_TOKEN \"kT8vQ2nXw5Lp0RzY7bHc\""));
    }

    #[test]
    fn values_that_are_none() {
        for line in [
            "api_key = os.environ[\"API_KEY_2_LONG_NAME\"]",
            "api_key = \"your_api_key_12345678\"",
            "api_key_id = \"kT8vQ2nXw5Lp0RzY7bHc\"",
            "password = \"${DB_PASSWORD_1}\"",
            "token = \"550e8400-e29b-41d4-a716-446655440000\"",
            "keyword = \"kT8vQ2nXw5Lp0RzY7bHc\"",
            "public_key = \"kT8vQ2nXw5Lp0RzY7bHc\"",
            "if password == \"Sup3r$ecr3t!\":",
            "token_url = \"https://a.example/oauth2/v1/token\"",
            "password = \"Enter your password 1!\"",
            "integrity_token = \"9f86d081884c7d659a2feaa0c55ad015\" # sha256 digest",
            "author = \"kT8vQ2nXw5Lp0RzY7bHc\"",
            "csrf_token = \"kT8vQ2nXw5Lp0RzY7bHc\"",
            "STORE_PASSWORD = \"logging2.trustStorePassword\"",
            "PASSWORD = \"urn:oasis:names:tc:SAML:2.0:ac:classes:Password\"",
            "token = f\"kT8vQ2nXw5Lp0{x}RzY7bHc\"",
        ] {
            assert!(!finds("src/a.py", "python", line), "{line}");
        }
    }
}
