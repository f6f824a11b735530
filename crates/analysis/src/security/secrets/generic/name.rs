//! What a name is for, by its words.

/// Last words of names that are about a credential, and hold none: `token_url`, `passwordField`.
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

/// Words of names whose values may be seen, or are made up: `publicKey`, `csrf_token`, `fake_secret`.
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CredentialKind {
    Password,
    Key,
}

/// What a name is for, by its words; `None` where it is no credential's.
pub(super) fn kind_of(name: &str) -> Option<CredentialKind> {
    let words = split(name);
    let last = words.last()?.as_str();
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
        return Some(CredentialKind::Password);
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
    is_key.then_some(CredentialKind::Key)
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
