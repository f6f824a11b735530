//! PHP and Ruby.

use FindingSeverity::{High, Low, Medium};

use super::*;
use crate::security::code::sql::SQL_SAFE;

const PHP: &[&str] = &["php"];
const RUBY: &[&str] = &["ruby"];

fn is_request(value: &Value) -> bool {
    const SOURCES: &[&str] = &["$_GET", "$_POST", "$_REQUEST", "$_COOKIE"];
    match value {
        Value::Name(name) => SOURCES.iter().any(|source| name.starts_with(source)),
        Value::Built(parts) => parts.iter().any(is_request),
        _ => false,
    }
}

fn is_params(value: &Value) -> bool {
    match value {
        Value::Name(name) => name.starts_with("params["),
        Value::Call(name, _) => name.starts_with("params"),
        _ => false,
    }
}

pub static RULES: &[CodeRule] = &[
    entry(
        Words {
            id: "php-eval",
            title: "Code that is built from text is executed",
            severity: High,
            cwe: 95,
            risk: CODE_RISK,
            remedy: "Parse the value or use it as a key of an array",
            safe: &["a text that is written in full", "a method with that name"],
        },
        PHP,
        &["eval", "create_function"],
        |site| site.values.iter().any(|value| value.is_built(&[]) || is_request(value)),
    ),
    entry(
        Words {
            id: "php-shell-command",
            title: "A command line is built from text",
            severity: High,
            cwe: 78,
            risk: COMMAND_RISK,
            remedy: "Quote each part with `escapeshellarg`, or use `proc_open` with an array",
            safe: &[
                "`escapeshellarg` around every part",
                "a command that is written in full",
            ],
        },
        PHP,
        &[
            "system",
            "exec",
            "shell_exec",
            "passthru",
            "popen",
            "proc_open",
            "backtick",
        ],
        |site| is_built_command(site.first()) || is_request(site.first()),
    ),
    entry(
        Words {
            id: "php-unsafe-deserialization",
            title: "Objects are read from a request",
            severity: High,
            cwe: 502,
            risk: OBJECT_RISK,
            remedy: "Use `json_decode`, or `allowed_classes => false`",
            safe: &["`allowed_classes`", "`json_decode`", "a variable"],
        },
        PHP,
        &["unserialize"],
        |site| is_request(site.first()) && site.values.len() < 2,
    ),
    entry(
        Words {
            id: "php-sql-injection",
            title: "A statement of SQL is built from text",
            severity: High,
            cwe: 89,
            risk: SQL_RISK,
            remedy: SQL_REMEDY,
            safe: &[
                "`prepare` with placeholders",
                "constants that are joined",
                "`real_escape_string`, `intval`",
            ],
        },
        PHP,
        &[
            "mysql_query",
            "mysqli_query",
            "pg_query",
            "sqlite_query",
            "mssql_query",
            ".query",
            ".exec",
            ".multi_query",
            ".get_results",
            ".get_var",
            ".get_row",
        ],
        |site| site.is_built_sql(),
    ),
    entry(
        Words {
            id: "php-include-request",
            title: "A file that a request names is executed",
            severity: High,
            cwe: 98,
            risk: "The request can name any file of the server, or an address.",
            remedy: "Accept only names from a list",
            safe: &["a path that is written in full", "`__DIR__` and a text"],
        },
        PHP,
        &["include"],
        |site| is_request(site.first()),
    ),
    entry(
        Words {
            id: "php-echo-request",
            title: "A value of a request is put into the page",
            severity: High,
            cwe: 79,
            risk: XSS_RISK,
            remedy: "Use `htmlspecialchars`",
            safe: &["`htmlspecialchars($_GET['x'])`", "`intval`", "another variable"],
        },
        PHP,
        &["echo"],
        |site| is_request(site.first()),
    ),
    entry(
        Words {
            id: "php-extract-request",
            title: "Variables are made of a request",
            severity: Medium,
            cwe: 621,
            risk: "A request can set any variable.",
            remedy: "Read the single values",
            safe: &["another array"],
        },
        PHP,
        &["extract", "parse_str", "import_request_variables"],
        |site| is_request(site.first()) && (site.name != "parse_str" || site.values.len() < 2),
    ),
    entry(
        Words {
            id: "php-certificate-not-verified",
            title: "The certificate of the other side is not verified",
            severity: High,
            cwe: 295,
            risk: TLS_RISK,
            remedy: TLS_REMEDY,
            safe: &["`true`", "a variable"],
        },
        PHP,
        &["curl_setopt"],
        |site| {
            let is_check = matches!(site.value(1), Value::Name(name) if name.contains("CURLOPT_SSL_VERIFYPEER") || name.contains("CURLOPT_SSL_VERIFYHOST"));
            is_check && !is_by_choice(site) && matches!(site.value(2), Value::Bool(false) | Value::Number(0))
        },
    ),
    entry(
        Words {
            id: "php-password-hash",
            title: "A password is kept by a fast hash",
            severity: Medium,
            cwe: 916,
            risk: "An attacker with the table tries billions of passwords each second.",
            remedy: "Use `password_hash`",
            safe: &["`password_hash`", "a value that is no password"],
        },
        PHP,
        &["md5", "sha1"],
        |site| matches!(site.first(), Value::Name(name) if { let lower = name.to_lowercase(); lower.contains("password") || lower.contains("passwd") || lower.ends_with("$pass") }),
    ),
    entry(
        Words {
            id: "ruby-eval",
            title: "Code that is built from text is executed",
            severity: High,
            cwe: 95,
            risk: CODE_RISK,
            remedy: "Use `public_send` with a list of names, or a hash",
            safe: &["a text that is written in full", "a block"],
        },
        RUBY,
        &["eval", "Kernel.eval", "binding.eval"],
        |site| site.first().is_built(&[]) || is_params(site.first()),
    ),
    entry(
        Words {
            id: "ruby-shell-command",
            title: "A command line is built from text",
            severity: High,
            cwe: 78,
            risk: COMMAND_RISK,
            remedy: "Give the arguments one by one (`system(\"git\", x)`)",
            safe: &[
                "several arguments",
                "a command that is written in full",
                "`Shellwords.escape`, `shellescape`",
            ],
        },
        RUBY,
        &[
            "system",
            "exec",
            "spawn",
            "backtick",
            "Kernel.system",
            "Kernel.exec",
            "IO.popen",
            "Open3.capture2",
            "Open3.capture3",
            "Open3.capture2e",
            "Open3.popen3",
        ],
        |site| site.values.len() == 1 && is_built_command(site.first()),
    ),
    entry(
        Words {
            id: "ruby-unsafe-deserialization",
            title: "Objects are read from a request",
            severity: High,
            cwe: 502,
            risk: OBJECT_RISK,
            remedy: "Use `JSON.parse` or `YAML.safe_load`",
            safe: &["`YAML.safe_load`", "a variable"],
        },
        RUBY,
        &[
            "Marshal.load",
            "Marshal.restore",
            "YAML.load",
            "YAML.unsafe_load",
            "Oj.load",
        ],
        |site| is_params(site.first()),
    ),
    entry(
        Words {
            id: "ruby-sql-injection",
            title: "A condition of SQL is built from text",
            severity: High,
            cwe: 89,
            risk: SQL_RISK,
            remedy: "Give the values as parameters (`where(\"a = ?\", x)`)",
            safe: &["`where(\"a = ?\", x)`", "`where(a: x)`", "`sanitize_sql`, `quote`"],
        },
        RUBY,
        &[
            ".where",
            ".find_by_sql",
            ".execute",
            ".exec_query",
            ".select_all",
            ".select_values",
            ".having",
            "where",
            "find_by_sql",
        ],
        |site| {
            let is_condition = site.name.ends_with("where") || site.name.ends_with("having");
            let built = site.first().is_built(SQL_SAFE);
            if is_condition {
                let text = site.first().written().to_lowercase();
                built && (text.contains(['=', '<', '>']) || text.contains(" like "))
            } else {
                site.is_built_sql()
            }
        },
    ),
    entry(
        Words {
            id: "ruby-certificate-not-verified",
            title: "The certificate of the other side is not verified",
            severity: High,
            cwe: 295,
            risk: TLS_RISK,
            remedy: TLS_REMEDY,
            safe: &["`VERIFY_PEER`"],
        },
        RUBY,
        &[".verify_mode=", "=.verify_mode", ":verify_mode"],
        |site| {
            let is_none = matches!(site.first(), Value::Name(name) if name.ends_with("VERIFY_NONE"));
            is_none && !is_by_choice(site)
        },
    ),
    entry(
        Words {
            id: "ruby-constantize",
            title: "A class that a request names is used",
            severity: High,
            cwe: 470,
            risk: "The request can name any class of the program.",
            remedy: "Accept only names from a list",
            safe: &["a text that is written in full", "another variable"],
        },
        RUBY,
        &[
            ".constantize",
            ".safe_constantize",
            "Object.const_get",
            ".send",
            ".public_send",
        ],
        |site| {
            let by_name = site.name.ends_with("constantize") && site.name.starts_with("params[");
            by_name || (!site.name.ends_with("constantize") && is_params(site.first()))
        },
    ),
    entry(
        Words {
            id: "ruby-mass-assignment",
            title: "All values of a request are accepted",
            severity: Medium,
            cwe: 915,
            risk: "A request can set fields that a user must not change.",
            remedy: "List the fields (`params.permit(:name)`)",
            safe: &["`permit(:name)`"],
        },
        RUBY,
        &[".permit!"],
        |site| site.name.starts_with("params"),
    ),
    entry(
        Words {
            id: "ruby-no-forgery-protection",
            title: "Requests of other pages are accepted with a user's cookies",
            severity: Low,
            cwe: 352,
            risk: "A page of somebody else changes a user's data.",
            remedy: "Keep `protect_from_forgery`, and use tokens for programs",
            safe: &["`protect_from_forgery`"],
        },
        RUBY,
        &["skip_forgery_protection", "skip_before_action"],
        |site| {
            site.name == "skip_forgery_protection"
                || matches!(site.first(), Value::Unknown | Value::Text(_) | Value::Name(_) if site.first().text() == Some(":verify_authenticity_token"))
        },
    ),
];
