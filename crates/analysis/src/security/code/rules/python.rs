//! Python.

use FindingSeverity::{High, Low, Medium};

use super::*;
use crate::security::code::is_secret_name;

const PYTHON: &[&str] = &["python"];

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
                        Some("Loader" | "UnsafeLoader" | "CLoader" | "FullLoader" | "CUnsafeLoader")
                    ) && name.starts_with("yaml")
                }
                Some(_) => false,
                None => !site.values.is_empty(),
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
            id: "python-certificate-not-verified",
            title: "The certificate of the other side is not verified",
            severity: High,
            cwe: 295,
            risk: TLS_RISK,
            remedy: TLS_REMEDY,
            safe: &["`verify=True`", "`verify=\"authority.pem\"`", "a variable"],
        },
        PYTHON,
        &[
            "requests.get",
            "requests.post",
            "requests.put",
            "requests.patch",
            "requests.delete",
            "requests.head",
            "requests.options",
            "requests.request",
            "requests.Session",
            "httpx.get",
            "httpx.post",
            "httpx.put",
            "httpx.patch",
            "httpx.delete",
            "httpx.request",
            "httpx.stream",
            "httpx.Client",
            "httpx.AsyncClient",
            "aiohttp.TCPConnector",
            "ssl._create_unverified_context",
        ],
        |site| {
            site.name.ends_with("_create_unverified_context")
                || site.is("verify", false)
                || site.is("ssl", false)
                || site.is("verify_ssl", false)
        },
    ),
    entry(
        Words {
            id: "python-certificate-mode",
            title: "A context accepts any certificate",
            severity: High,
            cwe: 295,
            risk: TLS_RISK,
            remedy: TLS_REMEDY,
            safe: &[
                "`ssl.CERT_REQUIRED`",
                "a comparison with `CERT_NONE`",
                "an assignment that depends on an option of the caller",
            ],
        },
        PYTHON,
        &[".verify_mode"],
        |site| {
            !site.conditional
                && site.name.starts_with('=')
                && matches!(site.first(), Value::Name(name) if name == "ssl.CERT_NONE")
        },
    ),
    entry(
        Words {
            id: "python-weak-hash",
            title: "A hash that is broken",
            severity: Low,
            cwe: 327,
            risk: HASH_RISK,
            remedy: "Use SHA-256, or pass `usedforsecurity=False` where it is no protection",
            safe: &["`usedforsecurity=False`", "SHA-256"],
        },
        PYTHON,
        &[
            "hashlib.md5",
            "hashlib.sha1",
            "hashlib.new",
            "Crypto.Hash.MD5.new",
            "cryptography.hazmat.primitives.hashes.MD5",
            "cryptography.hazmat.primitives.hashes.SHA1",
        ],
        |site| {
            let is_weak = site.name != "hashlib.new"
                || matches!(
                    site.first().text().map(str::to_lowercase).as_deref(),
                    Some("md5" | "sha1" | "md4")
                );
            is_weak && !site.is("usedforsecurity", false)
        },
    ),
    entry(
        Words {
            id: "python-weak-cipher",
            title: "A cipher or mode that is broken",
            severity: Medium,
            cwe: 327,
            risk: "The text can be found out without the key, or changed unseen.",
            remedy: "Use AES-GCM or ChaCha20-Poly1305",
            safe: &["AES with GCM"],
        },
        PYTHON,
        &[
            "Crypto.Cipher.DES.new",
            "Crypto.Cipher.DES3.new",
            "Crypto.Cipher.ARC4.new",
            "Crypto.Cipher.ARC2.new",
            "Crypto.Cipher.Blowfish.new",
            "Cryptodome.Cipher.DES.new",
            "Cryptodome.Cipher.ARC4.new",
            "cryptography.hazmat.primitives.ciphers.modes.ECB",
            "cryptography.hazmat.primitives.ciphers.algorithms.ARC4",
            "cryptography.hazmat.primitives.ciphers.algorithms.TripleDES",
        ],
        |_| true,
    ),
    entry(
        Words {
            id: "python-short-key",
            title: "A key that is too short",
            severity: Medium,
            cwe: 326,
            risk: "Keys of this length have been factored.",
            remedy: "Use at least 2,048 bits",
            safe: &["2,048 bits and more", "a variable"],
        },
        PYTHON,
        &[
            "cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key",
            "cryptography.hazmat.primitives.asymmetric.dsa.generate_private_key",
            "Crypto.PublicKey.RSA.generate",
            "Crypto.PublicKey.DSA.generate",
        ],
        |site| {
            let size = site
                .named("key_size")
                .or_else(|| site.named("bits"))
                .unwrap_or_else(|| site.value(usize::from(site.name.ends_with("rsa.generate_private_key"))));
            matches!(size, Value::Number(bits) if (1..2048).contains(bits))
        },
    ),
    entry(
        Words {
            id: "python-predictable-random",
            title: "A secret is drawn by a generator that can be predicted",
            severity: Medium,
            cwe: 330,
            risk: RANDOM_RISK,
            remedy: "Use the module `secrets`",
            safe: &[
                "`secrets.token_hex`",
                "`random.SystemRandom`",
                "a name that is no secret's",
            ],
        },
        PYTHON,
        &[
            "random.random",
            "random.randint",
            "random.choice",
            "random.choices",
            "random.randrange",
            "random.getrandbits",
            "random.sample",
            "random.uniform",
        ],
        |site| site.assigned.as_deref().is_some_and(is_secret_name),
    ),
    entry(
        Words {
            id: "python-temporary-name",
            title: "The name of a temporary file can be taken by somebody else",
            severity: Medium,
            cwe: 377,
            risk: "Another program can create the file between the name and the opening.",
            remedy: "Use `tempfile.mkstemp` or `NamedTemporaryFile`",
            safe: &["`tempfile.mkstemp`", "`tempfile.NamedTemporaryFile`"],
        },
        PYTHON,
        &["tempfile.mktemp"],
        |_| true,
    ),
    entry(
        Words {
            id: "python-world-writable",
            title: "Everybody may change a file",
            severity: Medium,
            cwe: 732,
            risk: "Any user of the machine can replace its content.",
            remedy: "Give rights to the owner only (`0o600`, `0o755`)",
            safe: &["`0o755`, `0o600`", "a variable"],
        },
        PYTHON,
        &["os.chmod", "os.fchmod", "os.lchmod", ".chmod"],
        |site| {
            let mode = site
                .named("mode")
                .unwrap_or_else(|| site.values.last().unwrap_or(&Value::Unknown));
            matches!(mode, Value::Number(mode) if mode & 0o002 != 0 && mode & 0o1000 == 0 && *mode <= 0o7777)
        },
    ),
    entry(
        Words {
            id: "python-archive-paths",
            title: "An archive is unpacked without a filter",
            severity: Medium,
            cwe: 22,
            risk: "A name with `..` in the archive writes outside of the folder.",
            remedy: "Give `filter=\"data\"`",
            safe: &["`filter=\"data\"`", "`members=…`", "an archive of the module `zipfile`"],
        },
        PYTHON,
        &["tarfile.open().extractall", "shutil.unpack_archive"],
        |site| site.named("filter").is_none() && site.named("members").is_none(),
    ),
    entry(
        Words {
            id: "python-debug-server",
            title: "A server runs in debug mode",
            severity: Medium,
            cwe: 489,
            risk: "The page of an error lets its reader run code.",
            remedy: "Read `debug` from the environment, off by default",
            safe: &["`debug=False`", "a variable", "`run` of something else than Flask"],
        },
        PYTHON,
        &[".run"],
        |site| {
            site.is("debug", true)
                && site.name.rsplit('.').nth(1).is_some_and(|name| {
                    matches!(
                        name.trim_start_matches("own:"),
                        "app" | "application" | "flask_app" | "server" | "Flask()"
                    )
                })
        },
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
    entry(
        Words {
            id: "python-token-not-verified",
            title: "A web token is read without its signature",
            severity: High,
            cwe: 347,
            risk: "Everyone can write a token with any claims.",
            remedy: "Verify the signature with a fixed list of algorithms",
            safe: &["`algorithms=[\"RS256\"]`", "`verify_signature: True`"],
        },
        PYTHON,
        &["jwt.decode", "jose.jwt.decode"],
        |site| {
            let options = site.named("options").or_else(|| site.values.get(3));
            let off = options.and_then(|options| options.member("verify_signature")) == Some(&Value::Bool(false));
            let none = matches!(site.named("algorithms"), Some(Value::List(list)) if list.iter().any(|it| it.text().is_some_and(|it| it.eq_ignore_ascii_case("none"))));
            off || none || site.is("verify", false)
        },
    ),
    entry(
        Words {
            id: "python-host-key",
            title: "Any host key is accepted",
            severity: Medium,
            cwe: 295,
            risk: TLS_RISK,
            remedy: "Load the known host keys and use `RejectPolicy`",
            safe: &["`RejectPolicy`"],
        },
        PYTHON,
        &[".set_missing_host_key_policy"],
        |site| matches!(site.first(), Value::Call(name, _) | Value::Name(name) if name.ends_with("AutoAddPolicy") || name.ends_with("WarningPolicy")),
    ),
    entry(
        Words {
            id: "python-xml-entities",
            title: "A parser of XML reads outside entities",
            severity: Medium,
            cwe: 611,
            risk: "A document can name files and addresses, whose content is read into it.",
            remedy: "Set `resolve_entities=False`, or use `defusedxml`",
            safe: &["`resolve_entities=False`", "`defusedxml`"],
        },
        PYTHON,
        &["lxml.etree.XMLParser"],
        |site| site.is("resolve_entities", true) || site.is("no_network", false) || site.is("load_dtd", true),
    ),
];
