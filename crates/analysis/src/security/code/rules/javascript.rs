//! JavaScript and TypeScript.

use FindingSeverity::{High, Low, Medium};

use super::*;
use crate::security::code::is_secret_name;

const SCRIPT: &[&str] = &["javascript"];
/// What makes a text harmless in a page.
const CLEAN: &[&str] = &[
    "DOMPurify.sanitize",
    "dompurify.sanitize",
    "sanitize",
    "escape",
    "escapeHtml",
    "escapeHTML",
    "encodeURIComponent",
    "stringify",
    "sanitizeHtml",
    "sanitize-html",
    "htmlEscape",
    "esc",
    "encodeHTML",
    "_.escape",
];

fn is_open_markup(value: &Value) -> bool {
    value.is_built(CLEAN) && value.written().contains('<')
}

pub static RULES: &[CodeRule] = &[
    entry(
        Words {
            id: "javascript-eval",
            title: "Code that is built from text is executed",
            severity: High,
            cwe: 95,
            risk: CODE_RISK,
            remedy: "Parse the value (`JSON.parse`) or use it as a key of an object",
            safe: &[
                "a text that is written in full",
                "`JSON.parse`",
                "a function of one's own with that name",
            ],
        },
        SCRIPT,
        &[
            "eval",
            "window.eval",
            "globalThis.eval",
            "new Function",
            "vm.runInNewContext",
            "vm.runInThisContext",
            "vm.runInContext",
        ],
        |site| site.values.iter().any(|value| value.is_built(&[])),
    ),
    entry(
        Words {
            id: "javascript-timer-text",
            title: "A timer executes a text",
            severity: Medium,
            cwe: 95,
            risk: CODE_RISK,
            remedy: "Give a function",
            safe: &["a text that is written in full", "a function", "a name"],
        },
        SCRIPT,
        &["setTimeout", "setInterval", "window.setTimeout", "window.setInterval"],
        |site| site.first().is_built(&[]),
    ),
    entry(
        Words {
            id: "javascript-shell-command",
            title: "A command line is built from text",
            severity: High,
            cwe: 78,
            risk: COMMAND_RISK,
            remedy: "Use `execFile` or `spawn` with a list of arguments",
            safe: &[
                "`execFile` and `spawn` with a list",
                "a command that is written in full",
                "an `exec` of one's own, or of a regular expression",
            ],
        },
        SCRIPT,
        &[
            "child_process.exec",
            "child_process.execSync",
            "shelljs.exec",
            "child_process.spawn",
            "child_process.spawnSync",
        ],
        |site| {
            let needs_shell = site.name.contains("spawn");
            let has_shell = site
                .values
                .iter()
                .skip(1)
                .any(|value| value.member("shell") == Some(&Value::Bool(true)));
            is_built_command(site.first()) && (!needs_shell || has_shell)
        },
    ),
    entry(
        Words {
            id: "javascript-sql-injection",
            title: "A statement of SQL is built from text",
            severity: High,
            cwe: 89,
            risk: SQL_RISK,
            remedy: SQL_REMEDY,
            safe: &[
                "placeholders (`?`, `$1`, `:x`)",
                "tagged templates (`` sql`…` ``)",
                "constants that are joined",
            ],
        },
        SCRIPT,
        &[
            ".query",
            ".execute",
            ".raw",
            ".$queryRawUnsafe",
            ".$executeRawUnsafe",
            ".exec",
            ".prepare",
            ".all",
            ".run",
        ],
        |site| site.is_built_sql(),
    ),
    entry(
        Words {
            id: "javascript-markup",
            title: "Markup is built from text and put into the page",
            severity: Medium,
            cwe: 79,
            risk: XSS_RISK,
            remedy: "Use `textContent`, or a sanitizer (`DOMPurify.sanitize`)",
            safe: &[
                "a text that is written in full",
                "`textContent`",
                "a value from `DOMPurify.sanitize` or an escaping function",
            ],
        },
        SCRIPT,
        &[
            "=.innerHTML",
            "=.outerHTML",
            "document.write",
            "document.writeln",
            ".insertAdjacentHTML",
        ],
        |site| is_open_markup(site.values.last().unwrap_or(&Value::Unknown)),
    ),
    entry(
        Words {
            id: "javascript-react-markup",
            title: "Markup is built from text and put into a component",
            severity: Medium,
            cwe: 79,
            risk: XSS_RISK,
            remedy: "Render elements, or sanitize the text",
            safe: &["a text that is written in full", "a sanitized text", "`JSON.stringify`"],
        },
        SCRIPT,
        &[":dangerouslySetInnerHTML"],
        |site| site.first().member("__html").is_some_and(is_open_markup),
    ),
    entry(
        Words {
            id: "javascript-angular-bypass",
            title: "Angular's protection is switched off for a text that is built",
            severity: Medium,
            cwe: 79,
            risk: XSS_RISK,
            remedy: "Bind the value, or sanitize it",
            safe: &["a text that is written in full", "a variable"],
        },
        SCRIPT,
        &[
            ".bypassSecurityTrustHtml",
            ".bypassSecurityTrustScript",
            ".bypassSecurityTrustUrl",
            ".bypassSecurityTrustResourceUrl",
        ],
        |site| site.first().is_built(CLEAN),
    ),
    entry(
        Words {
            id: "javascript-certificate-not-verified",
            title: "The certificate of the other side is not verified",
            severity: High,
            cwe: 295,
            risk: TLS_RISK,
            remedy: TLS_REMEDY,
            safe: &["`rejectUnauthorized: true`", "a variable"],
        },
        SCRIPT,
        &[
            ":rejectUnauthorized",
            ":strictSSL",
            "=.rejectUnauthorized",
            "=.NODE_TLS_REJECT_UNAUTHORIZED",
        ],
        |site| match site.first() {
            _ if is_by_choice(site) => false,
            Value::Bool(value) => !value,
            Value::Text(text) => site.name.ends_with("NODE_TLS_REJECT_UNAUTHORIZED") && text == "0",
            Value::Number(number) => site.name.ends_with("NODE_TLS_REJECT_UNAUTHORIZED") && *number == 0,
            _ => false,
        },
    ),
    entry(
        Words {
            id: "javascript-token-algorithm",
            title: "Web tokens without a signature are accepted",
            severity: High,
            cwe: 347,
            risk: "Everyone can write a token with any claims.",
            remedy: "Give a fixed list of algorithms without `none`",
            safe: &["`algorithms: ['RS256']`"],
        },
        SCRIPT,
        &["jsonwebtoken.verify", "jsonwebtoken.sign", "jose.jwtVerify"],
        |site| {
            let is_none = |value: &Value| value.text().is_some_and(|text| text.eq_ignore_ascii_case("none"));
            site.values.iter().any(|value| {
                let listed = matches!(value.member("algorithms"), Some(Value::List(list)) if list.iter().any(is_none));
                listed || value.member("algorithm").is_some_and(is_none)
            })
        },
    ),
    entry(
        Words {
            id: "javascript-weak-hash",
            title: "A hash that is broken",
            severity: Low,
            cwe: 327,
            risk: HASH_RISK,
            remedy: "Use SHA-256",
            safe: &["SHA-256", "a variable", HASH_BY_PROTOCOL],
        },
        SCRIPT,
        &["crypto.createHash", "crypto.createHmac"],
        |site| {
            site.name.ends_with("createHash")
                && matches!(
                    site.first().text().map(str::to_lowercase).as_deref(),
                    Some("md5" | "sha1" | "md4")
                )
                && !site.needs_no_strong_hash()
        },
    ),
    entry(
        Words {
            id: "javascript-weak-cipher",
            title: "A cipher or mode that is broken",
            severity: Medium,
            cwe: 327,
            risk: "The text can be found out without the key, or changed unseen.",
            remedy: "Use `createCipheriv` with `aes-256-gcm`",
            safe: &["`createCipheriv('aes-256-gcm', …)`"],
        },
        SCRIPT,
        &[
            "crypto.createCipher",
            "crypto.createDecipher",
            "crypto.createCipheriv",
            "crypto.createDecipheriv",
        ],
        |site| {
            let is_old = !site.name.ends_with("iv");
            let is_weak = site.first().text().is_some_and(|name| {
                let name = name.to_lowercase();
                name.contains("des") || name.contains("rc4") || name.ends_with("-ecb")
            });
            is_old || is_weak
        },
    ),
    entry(
        Words {
            id: "javascript-predictable-random",
            title: "A secret is drawn by a generator that can be predicted",
            severity: Medium,
            cwe: 330,
            risk: RANDOM_RISK,
            remedy: "Use `crypto.randomBytes` or `crypto.getRandomValues`",
            safe: &["`crypto.randomUUID`", "a name that is no secret's"],
        },
        SCRIPT,
        &["Math.random"],
        |site| site.assigned.as_deref().is_some_and(is_secret_name),
    ),
    entry(
        Words {
            id: "javascript-cors",
            title: "Every page may send requests with a user's cookies",
            severity: Medium,
            cwe: 942,
            risk: "A page of somebody else reads a user's data.",
            remedy: "List the origins",
            safe: &["a list of origins", "`origin: '*'` without credentials"],
        },
        SCRIPT,
        &["cors"],
        |site| {
            let options = site.first();
            let any = match options.member("origin") {
                Some(Value::Text(text)) => text == "*",
                Some(Value::Bool(value)) => *value,
                _ => false,
            };
            any && options.member("credentials") == Some(&Value::Bool(true))
        },
    ),
    entry(
        Words {
            id: "javascript-unsafe-deserialization",
            title: "Objects are read from data that can run code",
            severity: High,
            cwe: 502,
            risk: OBJECT_RISK,
            remedy: "Use `JSON.parse`",
            safe: &["`JSON.parse`"],
        },
        SCRIPT,
        &[
            "node-serialize.unserialize",
            "serialize-to-js.deserialize",
            "funcster.deepDeserialize",
        ],
        |_| true,
    ),
    entry(
        Words {
            id: "javascript-electron",
            title: "Pages of Electron can use the whole machine",
            severity: Medium,
            cwe: 1188,
            risk: "A script in the page reads files and runs programs.",
            remedy: "Keep `contextIsolation` and `webSecurity` on and `nodeIntegration` off",
            safe: &["`nodeIntegration: false`", "a property of something else"],
        },
        SCRIPT,
        &[":webPreferences"],
        |site| {
            let options = site.first();
            options.member("nodeIntegration") == Some(&Value::Bool(true))
                || options.member("contextIsolation") == Some(&Value::Bool(false))
                || options.member("webSecurity") == Some(&Value::Bool(false))
        },
    ),
];
