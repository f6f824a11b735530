//! Python: texts and data that become code, commands or statements.

use FindingSeverity::{High, Medium};

use super::*;

pub static RULES: &[CodeRule] = &[
    entry(
        Words {
            id: "python-eval",
            title: "Code that is built from text is executed",
            severity: High,
            cwe: 95,
            risk: CODE_RISK,
            remedy: "Parse the value (`ast.literal_eval`, `json.loads`) or use it as a key of a dictionary",
            safe: &[
                "`ast.literal_eval`",
                "a text that is written in full",
                "a function of one's own with that name",
            ],
        },
        PYTHON,
        &["eval", "exec", "builtins.eval", "builtins.exec"],
        |site| site.first().is_built(&[]),
    ),
    entry(
        Words {
            id: "python-shell-command",
            title: "A command line is built from text",
            severity: High,
            cwe: 78,
            risk: COMMAND_RISK,
            remedy: "Give the arguments as a list and leave `shell` out, or quote each part with `shlex.quote`",
            safe: &[
                "a list of arguments",
                "a command that is written in full",
                "`shlex.quote` around every part",
            ],
        },
        PYTHON,
        &[
            "os.system",
            "os.popen",
            "subprocess.getoutput",
            "subprocess.getstatusoutput",
            "commands.getoutput",
            "subprocess.run",
            "subprocess.call",
            "subprocess.check_call",
            "subprocess.check_output",
            "subprocess.Popen",
            "asyncio.create_subprocess_shell",
        ],
        |site| {
            let needs_shell = site.name.starts_with("subprocess.") && !site.name.starts_with("subprocess.get");
            let command = site.named("args").unwrap_or_else(|| site.first());
            is_built_command(command) && (!needs_shell || site.is("shell", true))
        },
    ),
    entry(
        Words {
            id: "python-unsafe-deserialization",
            title: "Objects are read from data that can run code",
            severity: Medium,
            cwe: 502,
            risk: OBJECT_RISK,
            remedy: "Use a format of data only (JSON, safetensors), or `weights_only=True`",
            safe: &[
                "`torch.load(…, weights_only=True)`",
                "`json.loads`",
                "`pickle.dumps`",
                "an object that was written in the same call",
            ],
        },
        PYTHON,
        &[
            "pickle.load",
            "pickle.loads",
            "cPickle.load",
            "cPickle.loads",
            "_pickle.loads",
            "dill.load",
            "dill.loads",
            "cloudpickle.load",
            "cloudpickle.loads",
            "marshal.loads",
            "marshal.load",
            "shelve.open",
            "torch.load",
            "joblib.load",
            "pandas.read_pickle",
            "jsonpickle.decode",
        ],
        |site| {
            // `pickle.loads(pickle.dumps(x))` is a copy.
            let is_copy = matches!(site.first(), Value::Call(name, _) if name.ends_with("dumps"));
            !is_copy && !site.is("weights_only", true)
        },
    ),
    entry(
        Words {
            id: "python-yaml-load",
            title: "YAML is read with a loader that makes any object",
            severity: High,
            cwe: 502,
            risk: OBJECT_RISK,
            remedy: "Use `yaml.safe_load`",
            safe: &["`yaml.safe_load`", "`Loader=SafeLoader`, `CSafeLoader`, `BaseLoader`"],
        },
        PYTHON,
        &["yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.unsafe_load_all"],
        |site| {
            if site.name.contains("unsafe") {
                return true;
            }
            match site.named("Loader").or_else(|| site.values.get(1)) {
                Some(Value::Name(name)) => {
                    matches!(
                        name.rsplit('.').next(),
                        Some("Loader" | "UnsafeLoader" | "CLoader" | "CUnsafeLoader")
                    ) && name.starts_with("yaml")
                }
                Some(_) => false,
                // `yaml.load(text, **options)` may have a loader.
                None => !site.values.is_empty() && !site.open_ended,
            }
        },
    ),
    entry(
        Words {
            id: "python-sql-injection",
            title: "A statement of SQL is built from text",
            severity: High,
            cwe: 89,
            risk: SQL_RISK,
            remedy: SQL_REMEDY,
            safe: &[
                "a text with placeholders and parameters",
                "constants that are joined",
                "`psycopg.sql.Identifier`",
            ],
        },
        PYTHON,
        &[
            ".execute",
            ".executemany",
            ".executescript",
            ".raw",
            ".read_sql",
            ".read_sql_query",
            "sqlalchemy.text",
            ".exec_driver_sql",
        ],
        |site| site.is_built_sql(),
    ),
    entry(
        Words {
            id: "python-template-escape",
            title: "Templates of pages are not escaped",
            severity: Medium,
            cwe: 79,
            risk: XSS_RISK,
            remedy: "Give `autoescape=True` or `select_autoescape()`",
            safe: &["`autoescape=True`", "`select_autoescape()`"],
        },
        PYTHON,
        &["jinja2.Environment"],
        |site| site.is("autoescape", false),
    ),
    entry(
        Words {
            id: "python-safe-mark",
            title: "A text that is built is marked as safe for pages",
            severity: Medium,
            cwe: 79,
            risk: XSS_RISK,
            remedy: "Use `format_html`, or `Markup(\"…\").format(x)`, which escape the values",
            safe: &[
                "a text that is written in full",
                "`format_html`",
                "`Markup(\"…\").format(x)`",
                "`escape(x)`",
            ],
        },
        PYTHON,
        &["django.utils.safestring.mark_safe", "markupsafe.Markup", "flask.Markup"],
        |site| {
            site.first().is_built(&[
                "escape",
                "conditional_escape",
                "format_html",
                "urlencode",
                "static",
                "reverse",
                "url_for",
            ])
        },
    ),
];
