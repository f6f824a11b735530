//! Python: files, archives, servers and parsers.

use FindingSeverity::Medium;

use super::*;

pub static RULES: &[CodeRule] = &[
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
