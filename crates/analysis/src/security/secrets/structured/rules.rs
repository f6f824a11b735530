//! The rules about credentials with a structure.

use repolens_core::report::{Confidence, FindingCategory, FindingSeverity};

use crate::security::rule::Rule;

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

/// Those whose values prove themselves.
pub const PROVEN_BY_STRUCTURE: [&str; 4] = [
    "private-key",
    "encrypted-private-key",
    "service-account-key",
    "discord-bot-token",
];

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
