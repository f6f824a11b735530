//! The entries, by language.

use repolens_core::report::{Confidence, FindingCategory, FindingSeverity};

use super::{CodeRule, Site, Value};
use crate::security::rule::Rule;

mod c;
mod csharp;
mod go;
mod java;
mod javascript;
mod python;
mod rust;
mod web;

/// All rules about calls.
pub fn all() -> impl Iterator<Item = &'static CodeRule> {
    let others = [
        javascript::RULES,
        java::RULES,
        csharp::RULES,
        go::RULES,
        rust::RULES,
        c::RULES,
        web::RULES,
    ];
    python::TABLES.into_iter().chain(others).flatten()
}

/// The words of a rule.
struct Words {
    id: &'static str,
    title: &'static str,
    severity: FindingSeverity,
    cwe: u16,
    risk: &'static str,
    remedy: &'static str,
    safe: &'static [&'static str],
}

impl Words {
    const fn rule(self) -> Rule {
        Rule {
            id: self.id,
            title: self.title,
            category: FindingCategory::Code,
            severity: self.severity,
            confidence: Confidence::High,
            cwe: self.cwe,
            risk: self.risk,
            remedy: self.remedy,
            safe: self.safe,
        }
    }
}

const fn entry(
    words: Words,
    languages: &'static [&'static str],
    names: &'static [&'static str],
    holds: fn(&Site) -> bool,
) -> CodeRule {
    CodeRule {
        rule: words.rule(),
        languages,
        names,
        holds,
    }
}

const COMMAND_RISK: &str = "A value with a space, a quote or a semicolon runs another command.";
const SQL_RISK: &str = "A value with a quote changes the statement: rows are read or changed that must not be.";
const SQL_REMEDY: &str = "Write placeholders in the statement and give the values as parameters";
const CODE_RISK: &str = "An attacker who controls a part of the text runs code with the program's rights.";
const OBJECT_RISK: &str = "Data that somebody else made can run code when it is read.";
const TLS_RISK: &str = "Everyone on the way can read and change the connection.";
const TLS_REMEDY: &str = "Keep the verification on; give the authority's certificate for a private one";
const HASH_RISK: &str = "Collisions can be made, so the sum proves nothing against an attacker.";
const HASH_BY_PROTOCOL: &str = "a hash that a protocol fixes (digest authentication, WebSockets), or that only names or compares content (ETags, checksums, keys of a cache), by the name of the function or variable";
const RANDOM_RISK: &str = "The generator's next values can be computed from the ones before.";
const XSS_RISK: &str = "A value with a tag runs a script in the page of another user.";

/// Command lines in which each part that is not written was quoted.
pub(super) const QUOTED: &[&str] = &[
    "quote",
    "shlex.quote",
    "pipes.quote",
    "escapeshellarg",
    "escapeshellcmd",
    "shellescape",
    "Shellwords.escape",
    "shell-quote.quote",
    // Names that the system makes.
    "mkstemp",
    "mkdtemp",
    "NamedTemporaryFile",
    "tempnam",
    "tmpnam",
    "mktmpdir",
    "tmpdir",
    "TemporaryDirectory",
    "gettempdir",
    "sys_get_temp_dir",
    "mkdtempSync",
];

/// Whether verification is turned off by a choice of the caller, or in a function that only reads a certificate.
fn is_by_choice(site: &Site) -> bool {
    let function = site.within.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let function = function.trim_start_matches('_');
    let is_reader = [
        "get", "fetch", "read", "load", "download", "retrieve", "show", "dump", "inspect",
    ]
    .iter()
    .any(|verb| function.starts_with(verb));
    let is_named = site
        .assigned
        .as_ref()
        .is_some_and(|name| name.to_ascii_lowercase().contains("insecure"));
    site.chosen || is_named || (is_reader && function.contains("cert"))
}

fn is_built_command(value: &Value) -> bool {
    value.is_built(QUOTED)
}

fn is_shell(value: &Value) -> bool {
    value.text().is_some_and(|text| {
        matches!(
            text.rsplit(['/', '\\']).next(),
            Some("sh" | "bash" | "zsh" | "cmd" | "cmd.exe" | "powershell" | "powershell.exe")
        )
    })
}

/// `sh -c` with a built command behind it.
fn is_shell_with_built(site: &Site) -> bool {
    let flat: Vec<&Value> = site
        .values
        .iter()
        .flat_map(|value| match value {
            Value::List(values) => values.iter().collect(),
            value => vec![value],
        })
        .collect();
    flat.first().is_some_and(|first| is_shell(first)) && flat.iter().skip(1).any(|value| is_built_command(value))
}
