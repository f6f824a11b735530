//! The names under which linters know the rules: bandit's numbers and names (ruff and flake8 write `S` for `B`), gosec's
//! numbers, the rules of ESLint's plugins, Biome, RuboCop, PHP_CodeSniffer, clang-tidy, zizmor and hadolint.

use repolens_core::report::FindingCategory;

use crate::security::rule::Rule;

const CODES: &[(&str, &[&str])] = &[
    (
        "python-eval",
        &[
            "B102",
            "B307",
            "exec_used",
            "eval",
            "PGH001",
            "exec-used",
            "eval-used",
            "W0122",
            "W0123",
        ],
    ),
    (
        "python-shell-command",
        &[
            "B602",
            "B604",
            "B605",
            "subprocess_popen_with_shell_equals_true",
            "start_process_with_a_shell",
            "any_other_function_with_shell_equals_true",
        ],
    ),
    (
        "python-unsafe-deserialization",
        &["B301", "B302", "B614", "pickle", "marshal", "pytorch_load"],
    ),
    ("python-yaml-load", &["B506", "yaml_load"]),
    (
        "python-sql-injection",
        &["B608", "B610", "B611", "hardcoded_sql_expressions"],
    ),
    (
        "python-certificate-not-verified",
        &["B501", "B323", "request_with_no_cert_validation"],
    ),
    ("python-certificate-mode", &["B501", "B323", "B502", "B504"]),
    ("python-weak-hash", &["B303", "B324", "hashlib", "md5"]),
    ("python-weak-cipher", &["B304", "B305", "B413", "ciphers"]),
    ("python-short-key", &["B505", "weak_cryptographic_key"]),
    ("python-predictable-random", &["B311", "random"]),
    ("python-temporary-name", &["B306", "mktemp_q"]),
    ("python-world-writable", &["B103", "set_bad_file_permissions"]),
    ("python-archive-paths", &["B202", "tarfile_unsafe_members"]),
    ("python-debug-server", &["B201", "flask_debug_true"]),
    ("python-template-escape", &["B701", "jinja2_autoescape_false"]),
    (
        "python-safe-mark",
        &["B308", "B703", "B704", "django_mark_safe", "markupsafe_markup_xss"],
    ),
    ("python-host-key", &["B507", "ssh_no_host_key_verification"]),
    ("python-xml-entities", &["B313", "B314", "B319", "B320", "B410", "lxml"]),
    (
        "javascript-eval",
        &[
            "no-eval",
            "no-new-func",
            "no-implied-eval",
            "@typescript-eslint/no-implied-eval",
            "security/detect-eval-with-expression",
            "sonarjs/code-eval",
            "eslint/no-eval",
            "lint/security/noGlobalEval",
            "-W054",
            "-W061",
        ],
    ),
    (
        "javascript-timer-text",
        &["no-implied-eval", "@typescript-eslint/no-implied-eval"],
    ),
    (
        "javascript-shell-command",
        &[
            "security/detect-child-process",
            "security-node/detect-child-process",
            "sonarjs/os-command",
        ],
    ),
    (
        "javascript-sql-injection",
        &[
            "sonarjs/sql-queries",
            "security-node/detect-sql-injection",
            "sql-injection/no-sql-injection",
        ],
    ),
    (
        "javascript-markup",
        &[
            "no-unsanitized/method",
            "no-unsanitized/property",
            "@microsoft/sdl/no-inner-html",
            "@microsoft/sdl/no-document-write",
        ],
    ),
    (
        "javascript-react-markup",
        &[
            "react/no-danger",
            "react/no-danger-with-children",
            "lint/security/noDangerouslySetInnerHtml",
        ],
    ),
    (
        "javascript-angular-bypass",
        &[
            "@microsoft/sdl/no-angular-bypass-sanitizer",
            "sonarjs/disabled-auto-escaping",
        ],
    ),
    (
        "javascript-certificate-not-verified",
        &[
            "sonarjs/unverified-certificate",
            "sonarjs/unverified-hostname",
            "n/no-unverified-certificate",
        ],
    ),
    ("javascript-token-algorithm", &["sonarjs/insecure-jwt-token"]),
    ("javascript-weak-hash", &["sonarjs/hashing"]),
    (
        "javascript-weak-cipher",
        &[
            "sonarjs/no-weak-cipher",
            "sonarjs/encryption-secure-mode",
            "n/no-deprecated-api",
        ],
    ),
    (
        "javascript-predictable-random",
        &[
            "sonarjs/pseudo-random",
            "security-node/detect-insecure-randomness",
            "@microsoft/sdl/no-insecure-random",
        ],
    ),
    ("javascript-cors", &["sonarjs/cors"]),
    ("javascript-electron", &["@microsoft/sdl/no-electron-node-integration"]),
    ("go-shell-command", &["G204", "gosec", "gas"]),
    ("go-sql-injection", &["G201", "G202", "gosec", "gas", "sqlclosecheck"]),
    ("go-certificate-not-verified", &["G402", "gosec", "gas"]),
    ("go-old-tls", &["G402", "gosec", "gas"]),
    (
        "go-weak-hash",
        &["G401", "G405", "G501", "G502", "G503", "G505", "gosec", "gas"],
    ),
    ("go-predictable-random", &["G404", "gosec", "gas"]),
    ("go-host-key", &["G106", "gosec", "gas"]),
    ("go-unescaped-markup", &["G203", "gosec", "gas"]),
    ("go-world-writable", &["G301", "G302", "G306", "gosec", "gas"]),
    ("ruby-eval", &["Security/Eval", "Lint/Eval"]),
    ("ruby-shell-command", &["Security/Open", "Security/CommandInjection"]),
    (
        "ruby-unsafe-deserialization",
        &["Security/MarshalLoad", "Security/YAMLLoad", "Security/JSONLoad"],
    ),
    ("ruby-sql-injection", &["Security/SqlInjection", "Rails/WhereExists"]),
    ("php-eval", &["Squiz.PHP.Eval", "Generic.PHP.ForbiddenFunctions"]),
    (
        "php-shell-command",
        &[
            "WordPress.PHP.DiscouragedPHPFunctions",
            "Generic.PHP.ForbiddenFunctions",
            "Generic.PHP.BacktickOperator",
        ],
    ),
    ("php-unsafe-deserialization", &["WordPress.PHP.DiscouragedPHPFunctions"]),
    (
        "php-sql-injection",
        &["WordPress.DB.PreparedSQL", "WordPress.DB.PreparedSQLPlaceholders"],
    ),
    (
        "php-echo-request",
        &[
            "WordPress.Security.EscapeOutput",
            "WordPress.Security.ValidatedSanitizedInput",
        ],
    ),
    ("php-extract-request", &["WordPress.PHP.DontExtract"]),
    ("php-certificate-not-verified", &["WordPress.WP.AlternativeFunctions"]),
    ("c-gets", &["clang-analyzer-security.insecureAPI.gets", "cert-msc24-c"]),
    (
        "c-temporary-name",
        &["clang-analyzer-security.insecureAPI.mktemp", "cert-fio21-c"],
    ),
    ("c-format-string", &["clang-diagnostic-format-security", "cert-fio30-c"]),
    ("workflow-script-injection", &["template-injection"]),
    ("workflow-pwn-request", &["dangerous-triggers"]),
    ("workflow-permissions-write", &["excessive-permissions"]),
    ("workflow-permissions-missing", &["excessive-permissions"]),
    ("workflow-unpinned-action", &["unpinned-uses"]),
    ("workflow-inherited-secrets", &["secrets-inherit"]),
    ("workflow-self-hosted-runner", &["self-hosted-runner"]),
    ("workflow-unsecure-commands", &["insecure-commands"]),
    ("container-root", &["DL3002"]),
    ("container-latest", &["DL3006", "DL3007"]),
    ("container-remote-add", &["DL3020"]),
];

/// Of all rules about credentials.
const CREDENTIALS: &[&str] = &[
    "B105",
    "B106",
    "B107",
    "G101",
    "gosec",
    "gas",
    "hardcoded_password_string",
    "hardcoded_password_funcarg",
    "hardcoded_password_default",
    "no-secrets/no-secrets",
    "sonarjs/no-hardcoded-passwords",
    "sonarjs/no-hardcoded-secrets",
    "lint/security/noSecrets",
];

/// Names of whole linters, departments and plugins.
const WHOLE: &[&str] = &["all", "*", "security", "lint/security"];

fn of(rule: &Rule) -> &'static [&'static str] {
    if rule.category == FindingCategory::Secret {
        return CREDENTIALS;
    }
    CODES
        .iter()
        .find(|(id, _)| *id == rule.id)
        .map_or(&[], |(_, codes)| codes)
}

/// Whether a linter's code is about what a rule is about. Beginnings of codes are the groups that linters know (`S6`,
/// `WordPress.DB`), longer ones are parts of a code.
pub fn covers(rule: &Rule, code: &str) -> bool {
    if WHOLE.iter().any(|whole| whole.eq_ignore_ascii_case(code)) {
        return rule.category == FindingCategory::Code;
    }
    // All of bandit's, by ruff and flake8.
    if matches!(code, "S" | "s") {
        return of(rule).iter().any(|known| known.starts_with('B'));
    }
    let number = code
        .strip_prefix(['S', 's'])
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    of(rule).iter().any(|known| match number {
        Some(number) => known.strip_prefix('B').is_some_and(|known| known.starts_with(number)),
        None => {
            let (short, long) = if known.len() <= code.len() {
                (*known, code)
            } else {
                (code, *known)
            };
            let is_begin = long
                .get(..short.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(short));
            is_begin && (short.len() == long.len() || long[short.len()..].starts_with('.'))
        }
    })
}

/// Whether a word is a code of bandit or gosec.
pub(super) fn is_code(word: &str) -> bool {
    let is_number =
        word.len() == 4 && word.starts_with(['B', 'G']) && word[1..].bytes().all(|byte| byte.is_ascii_digit());
    is_number || (word.contains('_') && CODES.iter().any(|(_, codes)| codes.contains(&word)))
}

/// Whether the id of a rule of semgrep is about the same: it has one of the words of ours, or of its language's call.
pub(super) fn is_like(rule: &Rule, id: &str) -> bool {
    const MORE: &[(&str, &[&str])] = &[
        (
            "shell-command",
            &["subprocess", "exec", "command", "spawn", "child", "system"],
        ),
        ("sql-injection", &["sql", "sqli", "query", "sqlalchemy", "raw"]),
        ("eval", &["eval", "exec", "code"]),
        (
            "certificate",
            &["tls", "ssl", "cert", "verify", "verification", "reject"],
        ),
        (
            "unsafe-deserialization",
            &["pickle", "marshal", "deserialization", "unserialize", "serialize"],
        ),
        ("weak-hash", &["md5", "sha1", "hash", "hashing"]),
        ("weak-cipher", &["cipher", "des", "rc4", "ecb", "mode"]),
        ("markup", &["xss", "html", "innerhtml", "dangerouslysetinnerhtml"]),
        ("safe-mark", &["xss", "html", "safe"]),
        ("random", &["random", "rand"]),
    ];
    let id = id.to_ascii_lowercase();
    let words = || id.split(|c: char| !c.is_ascii_alphanumeric());
    let own = rule.id.split('-').skip(1);
    let is_secret = rule.category == FindingCategory::Secret;
    (is_secret
        && words().any(|word| {
            matches!(
                word,
                "secret" | "secrets" | "password" | "credential" | "credentials" | "hardcoded"
            )
        }))
        || own
            .clone()
            .any(|part| part.len() > 3 && words().any(|word| word == part))
        || MORE
            .iter()
            .any(|(part, more)| rule.id.contains(part) && words().any(|word| more.contains(&word)))
}
