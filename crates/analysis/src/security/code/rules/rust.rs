//! Rust.

use FindingSeverity::High;

use super::*;

const RUST: &[&str] = &["rust"];

pub static RULES: &[CodeRule] = &[
    entry(
        Words {
            id: "rust-certificate-not-verified",
            title: "The certificate of the other side is not verified",
            severity: High,
            cwe: 295,
            risk: TLS_RISK,
            remedy: TLS_REMEDY,
            safe: &["`false`", "a variable"],
        },
        RUST,
        &[".danger_accept_invalid_certs", ".danger_accept_invalid_hostnames"],
        |site| !is_by_choice(site) && site.first() == &Value::Bool(true),
    ),
    entry(
        Words {
            id: "rust-sql-injection",
            title: "A statement of SQL is built from text",
            severity: High,
            cwe: 89,
            risk: SQL_RISK,
            remedy: SQL_REMEDY,
            safe: &["`sqlx::query!`", "placeholders and `bind`", "constants"],
        },
        RUST,
        &[
            "sql_query",
            "diesel::sql_query",
            "sqlx::query",
            "sqlx::query_as",
            ".query",
            ".query_one",
            ".execute",
            ".prepare",
            ".query_row",
            ".batch_execute",
        ],
        |site| site.is_built_sql(),
    ),
];
