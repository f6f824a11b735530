//! Addresses with a password.

use repolens_core::report::{Confidence, FindingSeverity};

use super::named;
use crate::security::secrets::Candidate;
use crate::security::secrets::words::{entropy, is_placeholder, is_template};
use crate::security::text::Text;

const DATABASES: &[&str] = &[
    "postgres",
    "postgresql",
    "mysql",
    "mysql2",
    "mariadb",
    "mongodb",
    "mongodb+srv",
    "redis",
    "rediss",
    "amqp",
    "amqps",
    "mssql",
    "sqlserver",
    "clickhouse",
    "cockroachdb",
    "couchdb",
    "neo4j",
    "bolt",
];

/// Hosts of documentation.
const EXAMPLES: &[&str] = &[
    "example",
    "host",
    "hostname",
    "server",
    "domain",
    "domain.com",
    "host.com",
    "foo",
    "bar",
    "proxy",
    "x",
    "h",
];

/// Whether the scheme in front of `start` is of a database, and its length; `None` for schemes without passwords.
fn scheme(bytes: &[u8], start: usize) -> Option<(bool, usize)> {
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-');
    let length = bytes[..start]
        .iter()
        .rev()
        .take(24)
        .take_while(|byte| is_scheme(byte))
        .count();
    let scheme = std::str::from_utf8(&bytes[start - length..start])
        .ok()?
        .to_ascii_lowercase();
    // SQLAlchemy names a driver: `postgresql+psycopg2`.
    let base = scheme.strip_prefix("jdbc:").unwrap_or(&scheme);
    let base = if DATABASES.contains(&base) {
        base
    } else {
        base.split('+').next().unwrap_or(base)
    };
    let is_database = DATABASES.contains(&base);
    let is_other = matches!(
        base,
        "http" | "https" | "ftp" | "ftps" | "sftp" | "ssh" | "smtp" | "smtps" | "git" | "ldap" | "ldaps"
    );
    (is_database || is_other).then_some((is_database, length))
}

/// `scheme://user:password@host`
pub(super) fn address(text: &Text<'_>, start: usize, end: usize) -> Option<Candidate> {
    let bytes = text.bytes;
    let is_end = |byte: u8| {
        byte.is_ascii_whitespace()
            || matches!(
                byte,
                b'"' | b'\'' | b'`' | b'<' | b'>' | b'/' | b'\\' | b'?' | b'|' | b',' | b'(' | b')'
            )
    };
    let rest = &bytes[end..bytes.len().min(end + 300)];
    let authority = &rest[..rest.iter().position(|byte| is_end(*byte)).unwrap_or(rest.len())];
    let at = memchr::memrchr(b'@', authority)?;
    let colon = memchr::memchr(b':', &authority[..at])?;
    let (is_database, length) = scheme(bytes, start)?;
    let user = std::str::from_utf8(&authority[..colon]).ok()?;
    let password = std::str::from_utf8(&authority[colon + 1..at]).ok()?;
    let host = String::from_utf8_lossy(&authority[at + 1..]).to_ascii_lowercase();
    if !is_password(user, password) || host.is_empty() || host.starts_with(['$', '{', '%', '@']) || is_template(&host) {
        return None;
    }
    let name = host.split(':').next().unwrap_or_default();
    let is_example = name.ends_with("example.com")
        || name.ends_with("example.org")
        || name.ends_with("example.net")
        || name.ends_with(".example")
        || EXAMPLES.contains(&name);
    if is_example {
        return None;
    }
    let rule = named(if is_database {
        "database-address"
    } else {
        "address-with-password"
    });
    let mut candidate = Candidate::new(rule, start - length, end + at, 2);
    candidate.value = (end + colon + 1, end + at);
    let is_local = matches!(
        name,
        "localhost" | "127.0.0.1" | "0.0.0.0" | "[" | "host.docker.internal"
    ) || !name.contains('.');
    if is_local {
        candidate.severity = FindingSeverity::Low;
        candidate.confidence = Confidence::Medium;
    }
    Some(candidate)
}

/// Passwords of examples and of new installations.
const COMMON: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "pwd",
    "pw",
    "secret",
    "postgres",
    "root",
    "admin",
    "guest",
    "test",
    "user",
    "username",
    "mysql",
    "example",
    "changeme",
    "foo",
    "bar",
    "baz",
    "token",
    "x-oauth-basic",
    "x-access-token",
    "mypassword",
    "pass123",
    "password123",
    "admin123",
    "root123",
    "test123",
    "secret123",
    "p4ssw0rd",
    "passw0rd",
    "p@ssw0rd",
    "123456",
    "12345678",
    "1234",
    "12345",
    "123",
    "redis",
    "mongo",
    "rabbitmq",
    "dev",
    "development",
    "local",
    "default",
    "password1",
    "hunter2",
    "s3cr3t",
    "s3cret",
    "userpassword",
    "yourpassword",
    "db_password",
    "your_password",
];

/// `supersecret1`, `my-secret-password`.
fn is_made_of_words(password: &str) -> bool {
    const WORDS: &[&str] = &[
        "super", "secret", "password", "passwd", "my", "your", "very", "strong", "some", "-", "_",
    ];
    let mut rest = password;
    while let Some(after) = WORDS.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = after;
    }
    rest.len() < password.len() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'!')
}

/// Whether it has a word of an example among others: `a%20secret`.
fn is_sentence(password: &str) -> bool {
    let decoded = password.replace("%20", " ");
    decoded.contains(' ') && decoded.split(' ').any(|word| COMMON.contains(&word))
}

/// Whether this is the password of somebody, and not that of an example or of a new installation.
pub(super) fn is_password(user: &str, password: &str) -> bool {
    let lower = password.to_ascii_lowercase();
    (4..=200).contains(&password.len())
        && password.is_ascii()
        && lower != user.to_ascii_lowercase()
        && !COMMON.contains(&lower.as_str())
        && !is_sentence(&lower)
        && !is_made_of_words(&lower)
        && !is_template(password)
        && !password.contains(['$', '{', '}', '[', ']', '*', '@'])
        && !is_placeholder(password, false)
        && password
            .bytes()
            .any(|byte| !byte.is_ascii_lowercase() && !matches!(byte, b'_' | b'-' | b'.'))
        && !password.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        && entropy(password.as_bytes()) >= 2.0
}
