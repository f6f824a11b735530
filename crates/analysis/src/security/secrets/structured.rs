//! Credentials with a structure of their own: private keys, key pairs, web tokens, addresses with a password, headers.

use repolens_core::report::{Confidence, FindingCategory, FindingSeverity};

use super::super::rule::Rule;
use super::super::text::Text;
use super::proof::{self, Proof};
use super::words::{entropy, is_chosen_password, is_placeholder, is_random, is_template};
use super::{Candidate, is_left_edge};

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

const fn rule(
    id: &'static str,
    title: &'static str,
    severity: FindingSeverity,
    confidence: Confidence,
    cwe: u16,
    remedy: &'static str,
) -> Rule {
    Rule {
        id,
        title,
        category: FindingCategory::Secret,
        severity,
        confidence,
        cwe,
        risk: "Everyone who can read the repository, or an old clone of it, can use the credential.",
        remedy,
        safe: &["a placeholder, an example of documentation, a reference to an environment variable"],
    }
}

pub static RULES: [Rule; 9] = [
    rule(
        "private-key",
        "Private key",
        FindingSeverity::High,
        Confidence::High,
        321,
        "Create a new key pair, replace the public key where it is trusted, and keep the private key outside of the repository",
    ),
    rule(
        "encrypted-private-key",
        "Private key with a passphrase",
        FindingSeverity::Medium,
        Confidence::High,
        321,
        "Create a new key pair, and keep the private key outside of the repository",
    ),
    rule(
        "service-account-key",
        "Key of a Google service account",
        FindingSeverity::Critical,
        Confidence::High,
        798,
        "Delete the key in Google Cloud, IAM, Service accounts, and use workload identity or a secret store",
    ),
    rule(
        "aws-access-key",
        "AWS access key with its secret",
        FindingSeverity::Critical,
        Confidence::High,
        798,
        "Deactivate it in AWS, IAM, create a new one, and use a role or a secret store",
    ),
    rule(
        "json-web-token",
        "JSON web token",
        FindingSeverity::Medium,
        Confidence::Medium,
        798,
        "Revoke the session or replace the signing key, and read tokens from the environment",
    ),
    rule(
        "database-address",
        "Address of a database with its password",
        FindingSeverity::High,
        Confidence::High,
        798,
        "Change the password, and read the address from the environment or a secret store",
    ),
    rule(
        "address-with-password",
        "Address with a password",
        FindingSeverity::Medium,
        Confidence::Medium,
        522,
        "Change the password, and give it by a header or a secret store",
    ),
    rule(
        "authorization-header",
        "Credential in an authorization header",
        FindingSeverity::Medium,
        Confidence::Medium,
        798,
        "Revoke it, and read the new one from the environment or a secret store",
    ),
    rule(
        "discord-bot-token",
        "Discord bot token",
        FindingSeverity::High,
        Confidence::High,
        798,
        "Reset it in Discord, Developer Portal, Bot, and read the new one from the environment",
    ),
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

/// A block of PEM, as it is or in a string with escapes.
fn private_key(text: &Text<'_>, start: usize) -> Option<Candidate> {
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
        true => proof::base64(&body).is_some_and(|bytes| bytes.first().is_some_and(|tag| *tag >= 0x80)),
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

fn web_token(text: &Text<'_>, start: usize) -> Option<Candidate> {
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

/// `scheme://user:password@host`
fn address(text: &Text<'_>, start: usize, end: usize) -> Option<Candidate> {
    let bytes = text.bytes;
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
    if !is_database
        && !matches!(
            base,
            "http" | "https" | "ftp" | "ftps" | "sftp" | "ssh" | "smtp" | "smtps" | "git" | "ldap" | "ldaps"
        )
    {
        return None;
    }
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
        || matches!(
            name,
            "example"
                | "host"
                | "hostname"
                | "server"
                | "domain"
                | "domain.com"
                | "host.com"
                | "foo"
                | "bar"
                | "proxy"
                | "x"
                | "h"
        );
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
        "localhost"
            | "127.0.0.1"
            | "0.0.0.0"
            | "["
            | "db"
            | "postgres"
            | "mysql"
            | "redis"
            | "mongo"
            | "mongodb"
            | "rabbitmq"
            | "database"
            | "mariadb"
            | "host.docker.internal"
    ) || !name.contains('.');
    if is_local {
        candidate.severity = FindingSeverity::Low;
        candidate.confidence = Confidence::Medium;
    }
    Some(candidate)
}

/// Whether this is the password of somebody, and not that of an example or of a new installation.
fn is_password(user: &str, password: &str) -> bool {
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
    let lower = password.to_ascii_lowercase();
    (4..=200).contains(&password.len())
        && password.is_ascii()
        && lower != user.to_ascii_lowercase()
        && !COMMON.contains(&lower.as_str())
        && !is_template(password)
        && !password.contains(['$', '{', '}', '[', ']', '*', '@'])
        && !is_placeholder(password, false)
        && password
            .bytes()
            .any(|byte| !byte.is_ascii_lowercase() && !matches!(byte, b'_' | b'-' | b'.'))
        && !password.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        && entropy(password.as_bytes()) >= 2.0
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

/// A token of three parts in the same line as the name.
fn discord(text: &Text<'_>, start: usize, end: usize) -> Option<Candidate> {
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
