//! Java.

use FindingSeverity::{High, Low, Medium};

use super::*;
use crate::security::code::is_secret_name;

const JAVA: &[&str] = &["java"];

fn weak_hash(value: &Value) -> bool {
    matches!(
        value.text().map(|text| text.to_uppercase().replace('-', "")).as_deref(),
        Some("MD5" | "SHA1" | "MD2" | "SHA")
    )
}

pub static RULES: &[CodeRule] = &[
    entry(
        Words {
            id: "java-shell-command",
            title: "A command line is built from text",
            severity: High,
            cwe: 78,
            risk: COMMAND_RISK,
            remedy: "Use `ProcessBuilder` with a list of arguments and no shell",
            safe: &["a list of arguments", "a command that is written in full"],
        },
        JAVA,
        &[".exec", "new ProcessBuilder"],
        |site| match site.name.as_str() {
            "new ProcessBuilder" => is_shell_with_built(site),
            name => {
                name.ends_with("getRuntime().exec") && (is_built_command(site.first()) || is_shell_with_built(site))
            }
        },
    ),
    entry(
        Words {
            id: "java-sql-injection",
            title: "A statement of SQL is built from text",
            severity: High,
            cwe: 89,
            risk: SQL_RISK,
            remedy: SQL_REMEDY,
            safe: &[
                "`PreparedStatement` with a text that is written in full",
                "constants that are joined",
            ],
        },
        JAVA,
        &[
            ".executeQuery",
            ".executeUpdate",
            ".execute",
            ".executeLargeUpdate",
            ".addBatch",
            ".prepareStatement",
            ".createQuery",
            ".createNativeQuery",
            ".queryForObject",
            ".queryForList",
            ".query",
            ".update",
            ".nativeQuery",
        ],
        |site| site.is_built_sql(),
    ),
    entry(
        Words {
            id: "java-unsafe-deserialization",
            title: "A reader of objects accepts any class",
            severity: High,
            cwe: 502,
            risk: OBJECT_RISK,
            remedy: "Do not switch default typing on; list the classes that may be read",
            safe: &[
                "`activateDefaultTyping` with a validator of its own",
                "`new ObjectMapper()`",
            ],
        },
        JAVA,
        &[".enableDefaultTyping", ".enableDefaultTypingAsProperty"],
        |_| true,
    ),
    entry(
        Words {
            id: "java-weak-cipher",
            title: "A cipher or mode that is broken",
            severity: Medium,
            cwe: 327,
            risk: "The text can be found out without the key, or changed unseen.",
            remedy: "Use `AES/GCM/NoPadding`",
            safe: &["`AES/GCM/NoPadding`", "a variable"],
        },
        JAVA,
        &["Cipher.getInstance", "javax.crypto.Cipher.getInstance"],
        |site| {
            site.first().text().is_some_and(|name| {
                let name = name.to_uppercase();
                name.starts_with("DES")
                    || name.starts_with("RC4")
                    || name.starts_with("ARCFOUR")
                    || name == "AES"
                    || name.starts_with("AES/ECB")
                    || name.starts_with("BLOWFISH")
            })
        },
    ),
    entry(
        Words {
            id: "java-weak-hash",
            title: "A hash that is broken",
            severity: Low,
            cwe: 327,
            risk: HASH_RISK,
            remedy: "Use SHA-256",
            safe: &["SHA-256", "a variable", HASH_BY_PROTOCOL],
        },
        JAVA,
        &["MessageDigest.getInstance", "java.security.MessageDigest.getInstance"],
        |site| weak_hash(site.first()) && !site.needs_no_strong_hash(),
    ),
    entry(
        Words {
            id: "java-predictable-random",
            title: "A secret is drawn by a generator that can be predicted",
            severity: Medium,
            cwe: 330,
            risk: RANDOM_RISK,
            remedy: "Use `SecureRandom`",
            safe: &["`SecureRandom`", "a name that is no secret's"],
        },
        JAVA,
        &[
            "new Random().nextInt",
            "new Random().nextLong",
            "new Random().nextBytes",
            "Math.random",
            "RandomStringUtils.random",
            "RandomStringUtils.randomAlphanumeric",
            "RandomStringUtils.randomAlphabetic",
            "RandomStringUtils.randomNumeric",
        ],
        |site| site.assigned.as_deref().is_some_and(is_secret_name),
    ),
    entry(
        Words {
            id: "java-any-origin",
            title: "Pages of every origin may read the answers",
            severity: Low,
            cwe: 942,
            risk: "A page of somebody else reads what a user may see.",
            remedy: "List the origins",
            safe: &["a list of origins"],
        },
        JAVA,
        &["@CrossOrigin"],
        |site| site.first().text() == Some("*") || site.named("origins").and_then(Value::text) == Some("*"),
    ),
];
