//! Security: the findings in one file alone. `stages/security.rs` makes the report's section of it.
//!
//! A rule is an entry in a table: of credentials in `secrets/`, of calls in `rules/`, of workflows and configuration in
//! `configuration/`. Rules see one file, constants followed, and no data flow between functions.

mod allow;
pub(crate) mod code;
mod configuration;
mod examples;
pub mod measured;
mod release;
pub mod rule;
mod secrets;
mod text;
pub(crate) mod workflow;

pub use allow::{Baseline, Ignored, is_code_of};
pub use configuration::is_workflow;
pub use examples::{is_example, is_for_demonstration};
pub use release::is_released;
pub use rule::{RawFinding, Rule};
use text::Text;

use crate::language::Origin;

/// Findings that are kept of one file.
const MAX_OF_FILE: usize = 1_000;

/// All rules, by table.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    secrets::formats()
        .map(|format| &format.rule)
        .chain(secrets::STRUCTURED.iter())
        .chain(configuration::TABLES.iter().copied().flatten())
        .chain(code::rules::all().map(|entry| &entry.rule))
        .chain([&secrets::GENERIC_SECRET, &secrets::HARD_CODED_PASSWORD])
}

/// Whether a value can prove that it is a credential of the rule, by a checksum or its structure.
#[must_use]
pub fn has_proof(rule: &Rule) -> bool {
    secrets::formats().any(|format| format.rule.id == rule.id && format.proof.is_some())
        || secrets::PROVEN_BY_STRUCTURE.contains(&rule.id)
}

/// Whether the file at `path` is read for its credentials, though its language is unknown.
#[must_use]
pub fn reads(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
    lower.starts_with(".env")
        || matches!(
            lower.as_str(),
            ".npmrc"
                | ".pypirc"
                | ".netrc"
                | "_netrc"
                | ".pgpass"
                | ".dockercfg"
                | ".dockerconfigjson"
                | ".htpasswd"
                | "credentials"
                | "id_rsa"
                | "id_dsa"
                | "id_ecdsa"
                | "id_ed25519"
                | ".git-credentials"
                | ".gitleaksignore"
                | ".secrets.baseline"
        )
        || matches!(
            ending,
            "pem"
                | "key"
                | "env"
                | "properties"
                | "conf"
                | "cfg"
                | "config"
                | "cnf"
                | "tfvars"
                | "tfstate"
                | "ppk"
                | "asc"
                | "rsa"
                | "plist"
                | "txt"
                | "log"
                | "http"
                | "rest"
                | "ovpn"
                | "crt"
                | "cer"
        )
}

/// What the rules find in a text.
#[must_use]
pub fn scan(path: &str, language: &'static str, bytes: &[u8], origin: Origin) -> Vec<RawFinding> {
    let depth = match origin {
        Origin::Vendored => return Vec::new(),
        _ if is_lock_file(path) => return Vec::new(),
        Origin::Generated => secrets::Depth::Forms,
        Origin::Own | Origin::Documentation => secrets::Depth::All,
    };
    let text = Text { path, bytes, language };
    let mut found = Vec::new();
    secrets::find(&text, depth, &mut found);
    if matches!(origin, Origin::Own | Origin::Documentation) {
        configuration::find(&text, &mut found);
    }
    found.truncate(MAX_OF_FILE);
    settle(language, bytes, &mut found);
    found
}

/// The credentials in lines of a file, of which no comment allows them.
#[must_use]
pub fn credentials(path: &str, language: &'static str, bytes: &[u8], origin: Origin) -> Vec<RawFinding> {
    let mut found = Vec::new();
    if origin != Origin::Vendored && !is_lock_file(path) {
        secrets::find(&Text { path, bytes, language }, secrets::Depth::All, &mut found);
        settle(language, bytes, &mut found);
        found.retain(|finding| finding.allowed_by.is_none());
    }
    found
}

/// Marks findings that a comment allows, and those in the tests that Rust has inside of its source files.
pub fn settle(language: &str, bytes: &[u8], found: &mut [RawFinding]) {
    if found.is_empty() {
        return;
    }
    allow::by_comments(bytes, found);
    if language == "rust"
        && let Some(line) = first_line_of_tests(bytes)
    {
        found
            .iter_mut()
            .for_each(|finding| finding.in_test |= finding.line >= line);
    }
}

/// The line of the first module of tests: by convention it is the last thing of a file.
fn first_line_of_tests(bytes: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(bytes).ok()?;
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let at = (0..lines.len()).find(|at| {
        let is_attribute = lines[*at].starts_with("#[cfg(test)]") || lines[*at].starts_with("#[cfg(all(test");
        let next = lines[at + 1..]
            .iter()
            .find(|line| !line.starts_with("#[") && !line.starts_with("//"));
        is_attribute
            && (lines[*at].contains("mod ")
                || next.is_some_and(|line| line.starts_with("mod ") || line.starts_with("pub mod ")))
    })?;
    u32::try_from(at + 1).ok()
}

/// The findings from the name of a file, whether or not it can be read.
#[must_use]
pub fn of_name(path: &str, origin: Origin) -> Option<RawFinding> {
    let (rule, severity, message) = configuration::of_path(path).filter(|_| origin != Origin::Vendored)?;
    Some(RawFinding {
        rule,
        severity,
        confidence: rule.confidence,
        line: 0,
        column: 0,
        message: message.into(),
        subject: Box::default(),
        value: 0,
        baseline: None,
        allowed_by: None,
        in_test: false,
        is_proven: false,
    })
}

/// Files of checksums, and the files that list known credentials.
fn is_lock_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(
        name,
        "package-lock.json"
            | "npm-shrinkwrap.json"
            | "yarn.lock"
            | "pnpm-lock.yaml"
            | "bun.lock"
            | "poetry.lock"
            | "uv.lock"
            | "pdm.lock"
            | "Pipfile.lock"
            | "Cargo.lock"
            | "Gemfile.lock"
            | "composer.lock"
            | "go.sum"
            | "mix.lock"
            | "pubspec.lock"
            | "packages.lock.json"
            | "flake.lock"
            | "Package.resolved"
            | "gradle.lockfile"
            | "verification-metadata.xml"
            | "gradlew"
            | "mvnw"
            | ".secrets.baseline"
            | ".gitleaksignore"
    ) || name.ends_with(".lock")
}
