//! Java, C#, Go, Rust, C and C++.

use FindingSeverity::{High, Low, Medium};

use super::*;
use crate::security::code::is_secret_name;

const JAVA: &[&str] = &["java"];
const CSHARP: &[&str] = &["csharp"];
const GO: &[&str] = &["go"];
const RUST: &[&str] = &["rust"];
const C: &[&str] = &["c", "cpp"];

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
            safe: &["SHA-256", "a variable"],
        },
        JAVA,
        &["MessageDigest.getInstance", "java.security.MessageDigest.getInstance"],
        |site| weak_hash(site.first()),
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
            safe: &["SHA-256"],
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
        |_| true,
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
    entry(
        Words {
            id: "go-shell-command",
            title: "A command line is built from text",
            severity: High,
            cwe: 78,
            risk: COMMAND_RISK,
            remedy: "Give the program and its arguments to `exec.Command`, without a shell",
            safe: &["`exec.Command(\"git\", args...)`", "a command that is written in full"],
        },
        GO,
        &["os/exec.Command", "os/exec.CommandContext", "syscall.Exec"],
        |site| {
            let from = usize::from(site.name.ends_with("Context"));
            site.values.get(from).is_some_and(is_shell) && site.values.iter().skip(from + 1).any(is_built_command)
        },
    ),
    entry(
        Words {
            id: "go-sql-injection",
            title: "A statement of SQL is built from text",
            severity: High,
            cwe: 89,
            risk: SQL_RISK,
            remedy: SQL_REMEDY,
            safe: &["placeholders (`$1`, `?`)", "constants that are joined"],
        },
        GO,
        &[
            ".Query",
            ".QueryContext",
            ".QueryRow",
            ".QueryRowContext",
            ".Exec",
            ".ExecContext",
            ".Prepare",
            ".Raw",
            ".Queryx",
            ".Select",
            ".Get",
        ],
        |site| site.is_built_sql(),
    ),
    entry(
        Words {
            id: "go-certificate-not-verified",
            title: "The certificate of the other side is not verified",
            severity: High,
            cwe: 295,
            risk: TLS_RISK,
            remedy: TLS_REMEDY,
            safe: &["`InsecureSkipVerify: false`", "a variable"],
        },
        GO,
        &[":InsecureSkipVerify"],
        |site| site.first() == &Value::Bool(true),
    ),
    entry(
        Words {
            id: "go-old-tls",
            title: "Old versions of TLS are accepted",
            severity: Medium,
            cwe: 327,
            risk: "Connections of these versions can be read.",
            remedy: "Set `MinVersion: tls.VersionTLS12` or newer",
            safe: &["`tls.VersionTLS12`", "`tls.VersionTLS13`"],
        },
        GO,
        &[":MinVersion"],
        |site| matches!(site.first(), Value::Name(name) if name.ends_with("VersionTLS10") || name.ends_with("VersionTLS11") || name.ends_with("VersionSSL30")),
    ),
    entry(
        Words {
            id: "go-weak-hash",
            title: "A hash or cipher that is broken",
            severity: Low,
            cwe: 327,
            risk: HASH_RISK,
            remedy: "Use SHA-256, and AES-GCM for encryption",
            safe: &["`sha256.New`", "a package of one's own"],
        },
        GO,
        &[
            "crypto/md5.New",
            "crypto/md5.Sum",
            "crypto/sha1.New",
            "crypto/sha1.Sum",
            "crypto/des.NewCipher",
            "crypto/des.NewTripleDESCipher",
            "crypto/rc4.NewCipher",
        ],
        |_| true,
    ),
    entry(
        Words {
            id: "go-predictable-random",
            title: "A secret is drawn by a generator that can be predicted",
            severity: Medium,
            cwe: 338,
            risk: RANDOM_RISK,
            remedy: "Use `crypto/rand`",
            safe: &["`crypto/rand`", "a name that is no secret's"],
        },
        GO,
        &[
            "math/rand.Int",
            "math/rand.Intn",
            "math/rand.Int63",
            "math/rand.Uint64",
            "math/rand.Int31n",
            "math/rand.Int63n",
            "math/rand/v2.IntN",
        ],
        |site| site.assigned.as_deref().is_some_and(is_secret_name),
    ),
    entry(
        Words {
            id: "go-host-key",
            title: "Any host key is accepted",
            severity: High,
            cwe: 322,
            risk: TLS_RISK,
            remedy: "Use `knownhosts.New` or `ssh.FixedHostKey`",
            safe: &["`ssh.FixedHostKey`", "`knownhosts.New`"],
        },
        GO,
        &["golang.org/x/crypto/ssh.InsecureIgnoreHostKey"],
        |_| true,
    ),
    entry(
        Words {
            id: "go-unescaped-markup",
            title: "A text that is built is marked as safe for pages",
            severity: Medium,
            cwe: 79,
            risk: XSS_RISK,
            remedy: "Leave the escaping to the template",
            safe: &["a text that is written in full", "`template.HTMLEscapeString`"],
        },
        GO,
        &[
            "html/template.HTML",
            "html/template.JS",
            "html/template.URL",
            "html/template.HTMLAttr",
        ],
        |site| {
            site.first()
                .is_built(&["HTMLEscapeString", "EscapeString", "QueryEscape"])
        },
    ),
    entry(
        Words {
            id: "go-world-writable",
            title: "Everybody may change a file",
            severity: Low,
            cwe: 732,
            risk: "Any user of the machine can replace its content.",
            remedy: "Give rights to the owner only (`0o600`, `0o755`)",
            safe: &["`0o644`, `0o755`"],
        },
        GO,
        &[
            "os.Chmod",
            "os.WriteFile",
            "os.Mkdir",
            "os.MkdirAll",
            "os.OpenFile",
            "io/ioutil.WriteFile",
        ],
        |site| matches!(site.values.last(), Some(Value::Number(mode)) if mode & 0o002 != 0 && *mode <= 0o777),
    ),
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
        |site| site.first() == &Value::Bool(true),
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
    entry(
        Words {
            id: "c-gets",
            title: "A function that writes beyond its buffer",
            severity: High,
            cwe: 242,
            risk: "A long line overwrites the memory behind the buffer.",
            remedy: "Use `fgets`",
            safe: &["`fgets`", "a function of one's own with that name"],
        },
        C,
        &["gets"],
        |site| site.values.len() == 1,
    ),
    entry(
        Words {
            id: "c-format-string",
            title: "A text that is not written is used as a format",
            severity: High,
            cwe: 134,
            risk: "A `%n` in the text writes memory.",
            remedy: "Use `printf(\"%s\", text)`",
            safe: &[
                "a format that is written in full",
                "a function that returns a translation (`_(\"…\")`)",
                "more arguments behind the format",
            ],
        },
        C,
        &["printf", "std::printf"],
        |site| {
            site.values.len() == 1
                && matches!(site.first(), Value::Name(name) if !name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'))
        },
    ),
    entry(
        Words {
            id: "c-scanf-without-width",
            title: "A word of any length is read into a buffer",
            severity: Medium,
            cwe: 120,
            risk: "A long word overwrites the memory behind the buffer.",
            remedy: "Give a width: `%15s` for a buffer of 16",
            safe: &["`%15s`", "`%d`"],
        },
        C,
        &["scanf", "fscanf", "sscanf"],
        |site| {
            let format = site.value(usize::from(site.name != "scanf"));
            format.text().is_some_and(|text| {
                text.split('%')
                    .skip(1)
                    .any(|part| part.starts_with('s') || part.starts_with('['))
            })
        },
    ),
    entry(
        Words {
            id: "c-temporary-name",
            title: "The name of a temporary file can be taken by somebody else",
            severity: Medium,
            cwe: 377,
            risk: "Another program can create the file between the name and the opening.",
            remedy: "Use `mkstemp`",
            safe: &["`mkstemp`"],
        },
        C,
        &["mktemp", "tmpnam", "tempnam"],
        |_| true,
    ),
    entry(
        Words {
            id: "c-certificate-not-verified",
            title: "The certificate of the other side is not verified",
            severity: High,
            cwe: 295,
            risk: TLS_RISK,
            remedy: TLS_REMEDY,
            safe: &["`1L`", "a variable"],
        },
        C,
        &["curl_easy_setopt"],
        |site| {
            let is_check = matches!(site.value(1), Value::Name(name) if name == "CURLOPT_SSL_VERIFYPEER" || name == "CURLOPT_SSL_VERIFYHOST");
            is_check && matches!(site.value(2), Value::Number(0) | Value::Bool(false))
        },
    ),
];
