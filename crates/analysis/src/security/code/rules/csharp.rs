//! C#.

use FindingSeverity::{High, Low, Medium};

use super::*;
use crate::security::code::is_secret_name;

const CSHARP: &[&str] = &["csharp"];

pub static RULES: &[CodeRule] = &[
    entry(
        Words {
            id: "csharp-sql-injection",
            title: "A statement of SQL is built from text",
            severity: High,
            cwe: 89,
            risk: SQL_RISK,
            remedy: SQL_REMEDY,
            safe: &[
                "parameters",
                "`FromSqlInterpolated`, `FromSql`",
                "constants that are joined",
            ],
        },
        CSHARP,
        &[
            "new SqlCommand",
            "new MySqlCommand",
            "new NpgsqlCommand",
            "new SqliteCommand",
            "new OracleCommand",
            "new OleDbCommand",
            "new SqlDataAdapter",
            ".FromSqlRaw",
            ".ExecuteSqlRaw",
            ".ExecuteSqlRawAsync",
            ".SqlQueryRaw",
            "=.CommandText",
        ],
        |site| site.is_built_sql(),
    ),
    entry(
        Words {
            id: "csharp-unsafe-deserialization",
            title: "Objects are read from data that can run code",
            severity: High,
            cwe: 502,
            risk: OBJECT_RISK,
            remedy: "Use `System.Text.Json`",
            safe: &["`JsonSerializer`", "`DataContractSerializer`"],
        },
        CSHARP,
        &[
            "new BinaryFormatter",
            "new NetDataContractSerializer",
            "new LosFormatter",
            "new SoapFormatter",
            "new ObjectStateFormatter",
        ],
        |_| true,
    ),
    entry(
        Words {
            id: "csharp-type-names",
            title: "Types are named by the data that is read",
            severity: High,
            cwe: 502,
            risk: OBJECT_RISK,
            remedy: "Use `TypeNameHandling.None`",
            safe: &["`TypeNameHandling.None`"],
        },
        CSHARP,
        &["=.TypeNameHandling"],
        |site| matches!(site.first(), Value::Name(name) if name.ends_with("TypeNameHandling.All") || name.ends_with("TypeNameHandling.Auto") || name.ends_with("TypeNameHandling.Objects")),
    ),
    entry(
        Words {
            id: "csharp-certificate-not-verified",
            title: "The certificate of the other side is not verified",
            severity: High,
            cwe: 295,
            risk: TLS_RISK,
            remedy: TLS_REMEDY,
            safe: &["a function that checks the errors"],
        },
        CSHARP,
        &[
            "=.ServerCertificateCustomValidationCallback",
            "=.ServerCertificateValidationCallback",
            "=.RemoteCertificateValidationCallback",
        ],
        |site| match site.first() {
            _ if is_by_choice(site) => false,
            Value::Text(text) => text.ends_with("=>true") || text.ends_with("{returntrue;}"),
            Value::Name(name) => name.ends_with("DangerousAcceptAnyServerCertificateValidator"),
            _ => false,
        },
    ),
    entry(
        Words {
            id: "csharp-weak-hash",
            title: "A hash that is broken",
            severity: Low,
            cwe: 327,
            risk: HASH_RISK,
            remedy: "Use SHA-256",
            safe: &["SHA-256", HASH_BY_PROTOCOL],
        },
        CSHARP,
        &[
            "MD5.Create",
            "SHA1.Create",
            "new MD5CryptoServiceProvider",
            "new SHA1CryptoServiceProvider",
            "new SHA1Managed",
            "MD5.HashData",
            "SHA1.HashData",
        ],
        |site| !site.needs_no_strong_hash(),
    ),
    entry(
        Words {
            id: "csharp-weak-cipher",
            title: "A cipher or mode that is broken",
            severity: Medium,
            cwe: 327,
            risk: "The text can be found out without the key, or changed unseen.",
            remedy: "Use `AesGcm`",
            safe: &["`Aes.Create`", "`CipherMode.CBC`"],
        },
        CSHARP,
        &[
            "DES.Create",
            "TripleDES.Create",
            "RC2.Create",
            "new DESCryptoServiceProvider",
            "new TripleDESCryptoServiceProvider",
            "=.Mode",
        ],
        |site| {
            !site.name.starts_with('=') || matches!(site.first(), Value::Name(name) if name.ends_with("CipherMode.ECB"))
        },
    ),
    entry(
        Words {
            id: "csharp-predictable-random",
            title: "A secret is drawn by a generator that can be predicted",
            severity: Medium,
            cwe: 330,
            risk: RANDOM_RISK,
            remedy: "Use `RandomNumberGenerator`",
            safe: &["`RandomNumberGenerator`", "a name that is no secret's"],
        },
        CSHARP,
        &["new Random().Next", "Random.Shared.Next", "new Random().NextBytes"],
        |site| site.assigned.as_deref().is_some_and(is_secret_name),
    ),
];
