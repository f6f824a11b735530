//! Values that only their names mark: `api_key = "…"`. All filters are here, because half of what other scanners report
//! of this kind is no credential.

use repolens_core::report::{Confidence, FindingCategory, FindingSeverity};

use super::super::rule::Rule;
use super::super::text::Text;
use super::Candidate;
use super::words::{is_chosen_password, is_placeholder, is_random, is_template, is_uuid};

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
    let name = std::str::from_utf8(&bytes[from..to])
        .ok()?
        .trim_matches(['-', '.', '$']);
    // The last part of `a.b.password` is the name.
    let name = name.rsplit('.').next().unwrap_or(name);
    let kind = kind_of(name)?;
    let line_end = text.line_end(to).min(to + MAX_LINE);
    let after = &bytes[to..line_end];
    let (offset, is_quoted) = value_start(text, after)?;
    let value_from = to + offset;
    let value_to = value_from + value_length(&bytes[value_from..line_end], is_quoted.then(|| bytes[value_from - 1]))?;
    let value = std::str::from_utf8(&bytes[value_from..value_to]).ok()?;
    if !is_quoted && !is_data(text) {
        return None;
    }
    let rest = bytes[value_to..line_end]
        .get(usize::from(is_quoted)..)
        .unwrap_or_default();
    if !is_credential(name, value, kind) || is_continued(rest) || is_about_something_else(text, from, value) {
        return None;
    }
    let rule = match kind {
        Kind::Password if !is_random(value) => &HARD_CODED_PASSWORD,
        _ => &GENERIC_SECRET,
    };
    let mut candidate = Candidate::new(rule, value_from, value_to, 3);
    candidate.name = name.chars().take(40).collect::<String>().into();
    *done = value_to;
    Some(candidate)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Password,
    Key,
}

/// What a name is for, by its words; `None` where it is no credential's.
fn kind_of(name: &str) -> Option<Kind> {
    let words = split(name);
    let last = words.last()?.as_str();
    const ABOUT: &[&str] = &[
        "id",
        "ids",
        "name",
        "names",
        "url",
        "uri",
        "endpoint",
        "path",
        "file",
        "files",
        "filename",
        "length",
        "len",
        "size",
        "expiry",
        "expires",
        "expiration",
        "ttl",
        "type",
        "kind",
        "count",
        "index",
        "field",
        "label",
        "header",
        "headers",
        "prefix",
        "suffix",
        "regex",
        "pattern",
        "format",
        "policy",
        "placeholder",
        "hint",
        "error",
        "message",
        "msg",
        "title",
        "description",
        "text",
        "class",
        "selector",
        "input",
        "column",
        "ref",
        "provider",
        "method",
        "mode",
        "algorithm",
        "alg",
        "issuer",
        "audience",
        "scope",
        "scopes",
        "version",
        "date",
        "time",
        "page",
        "route",
        "param",
        "params",
        "env",
        "var",
        "variable",
        "arn",
        "alias",
        "group",
        "role",
        "domain",
        "host",
        "port",
        "server",
        "store",
        "manager",
        "service",
        "handler",
        "validator",
        "strength",
        "reset",
        "changed",
        "required",
        "enabled",
        "status",
        "state",
        "hash",
        "digest",
        "fingerprint",
        "checksum",
        "sha",
        "sha1",
        "sha256",
        "md5",
        "schema",
        "table",
        "config",
        "keyring",
        "authority",
        "author",
        "authors",
        "address",
        "tag",
        "doc",
        "docs",
        "comment",
        "help",
        "example",
        "location",
        "dir",
        "folder",
    ];
    const PUBLIC: &[&str] = &[
        "public",
        "pub",
        "publishable",
        "csrf",
        "xsrf",
        "site",
        "sitekey",
        "cache",
        "primary",
        "foreign",
        "sort",
        "partition",
        "test",
        "fake",
        "mock",
        "dummy",
        "example",
        "sample",
        "invalid",
        "wrong",
        "expected",
        "anon",
        "anonymous",
        "bad",
        "next",
        "continuation",
        "page",
        "cancel",
        "cancellation",
        "syntax",
        "lexer",
        "parser",
        "integrity",
    ];
    if ABOUT.contains(&last) || words.iter().any(|word| PUBLIC.contains(&word.as_str())) {
        return None;
    }
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    let is_password = words.iter().any(|word| {
        matches!(
            word.as_str(),
            "password" | "passwd" | "passwords" | "pwd" | "passphrase" | "pass" | "userpassword" | "dbpassword"
        )
    });
    if is_password {
        return Some(Kind::Password);
    }
    let is_key = has("secret")
        || has("secrets")
        || has("token")
        || has("apikey")
        || has("accesskey")
        || has("privatekey")
        || has("secretkey")
        || has("credential")
        || has("credentials")
        || has("auth")
        || has("authtoken")
        || has("accesstoken")
        || has("authkey")
        || (has("key")
            && [
                "api",
                "access",
                "private",
                "auth",
                "encryption",
                "signing",
                "account",
                "secret",
                "master",
                "service",
            ]
            .iter()
            .any(|word| has(word)));
    is_key.then_some(Kind::Key)
}

/// The words of a name in lower case: `apiKey`, `API_KEY`, `api-key`, `APIKey`.
fn split(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = '_';
    let characters: Vec<char> = name.chars().collect();
    for (at, c) in characters.iter().copied().enumerate() {
        if !c.is_ascii_alphanumeric() {
            previous = '_';
            continue;
        }
        let next_is_lower = characters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        let is_start = previous == '_'
            || (c.is_ascii_uppercase()
                && (previous.is_ascii_lowercase() || (previous.is_ascii_uppercase() && next_is_lower)));
        if is_start {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
        previous = c;
    }
    words
}

/// Where the value begins behind a name, and whether a quote is before it.
fn value_start(text: &Text<'_>, after: &[u8]) -> Option<(usize, bool)> {
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
    let rest = after.get(at..)?;
    // A type between the name and the value: `password: str = "…"`, `String password = …` has it in front.
    if let Some(typed) = rest.strip_prefix(b":") {
        let word = typed
            .iter()
            .take_while(|byte| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b' ' | b'&' | b'\'' | b'[' | b']' | b'|' | b'_' | b'?' | b'.')
            })
            .count();
        let equals = typed.get(word) == Some(&b'=') && !matches!(typed.get(word + 1), Some(b'=' | b'>'));
        let names_type = typed[..word].iter().any(u8::is_ascii_alphabetic) && !typed[..word].contains(&b'\n');
        if equals && names_type && typed[..word].trim_ascii().len() < 40 {
            at += 1 + word;
        }
    }
    let rest = after.get(at..)?;
    let operators: [&[u8]; 7] = [b":=", b"=>", b"||", b"??", b"?=", b"=", b":"];
    let operator = operators.iter().find(|operator| rest.starts_with(operator));
    match operator {
        Some(operator) => {
            // A comparison, or a path of names (`a::b`).
            let next = rest.get(operator.len());
            if (operator.len() == 1 && next == Some(&rest[0])) || next == Some(&b'~') {
                return None;
            }
            at += operator.len();
        }
        None => {
            // `#define PASSWORD "…"`, `ENV PASSWORD …`, `const PASSWORD string = …` is above.
            let is_macro = rest.first().is_some_and(|byte| *byte == b'"') && matches!(text.language, "c" | "cpp");
            let is_env = text.language == "dockerfile" && at > 0;
            if !is_macro && !is_env {
                return None;
            }
        }
    }
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

fn value_length(rest: &[u8], quote: Option<u8>) -> Option<usize> {
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
fn is_data(text: &Text<'_>) -> bool {
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

fn is_credential(name: &str, value: &str, kind: Kind) -> bool {
    let length = value.len();
    if !(8..=200).contains(&length) || !value.is_ascii() || value.contains([' ', '\t']) {
        return false;
    }
    let is_words = value
        .bytes()
        .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b'-' | b'/' | b':'));
    let lower = value.to_ascii_lowercase();
    let bare = |text: &str| text.to_ascii_lowercase().replace(['_', '-'], "");
    let is_path = value.starts_with(['/', '.', '~', '@', '\\', '#', '&', '*', '!']) && kind == Kind::Key
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
    if is_words || is_path || is_call || is_encrypted || is_character_set || bare(value) == bare(name) {
        return false;
    }
    if is_template(value) || is_placeholder(value, false) || is_uuid(value) {
        return false;
    }
    is_random(value) || (kind == Kind::Password && is_chosen_password(value))
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
            "token = f\"kT8vQ2nXw5Lp0{x}RzY7bHc\"",
        ] {
            assert!(!finds("src/a.py", "python", line), "{line}");
        }
    }
}
