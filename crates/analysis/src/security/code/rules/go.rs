//! Go.

use FindingSeverity::{High, Low, Medium};

use super::*;
use crate::security::code::is_secret_name;

const GO: &[&str] = &["go"];

pub static RULES: &[CodeRule] = &[
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
        |site| !is_by_choice(site) && site.first() == &Value::Bool(true),
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
            safe: &["`sha256.New`", "a package of one's own", HASH_BY_PROTOCOL],
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
        |site| site.name.ends_with("Cipher") || !site.needs_no_strong_hash(),
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
];
