//! The entries, by language.

use repolens_core::report::{Confidence, FindingCategory, FindingSeverity};

use super::{CodeRule, Site, Value};
use crate::security::rule::Rule;

mod compiled;
mod javascript;
mod python;
mod web;

/// All rules about calls.
pub fn all() -> impl Iterator<Item = &'static CodeRule> {
    [python::RULES, javascript::RULES, compiled::RULES, web::RULES]
        .into_iter()
        .flatten()
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
const RANDOM_RISK: &str = "The generator's next values can be computed from the ones before.";
const XSS_RISK: &str = "A value with a tag runs a script in the page of another user.";

/// Command lines in which each part that is not written was quoted.
const QUOTED: &[&str] = &[
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
];

fn is_built_command(value: &Value) -> bool {
    value.is_built(QUOTED)
}
