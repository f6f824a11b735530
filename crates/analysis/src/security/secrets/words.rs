//! The form of a value: random, a placeholder, or words.

/// Shannon entropy in bits for each byte.
pub fn entropy(text: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in text {
        counts[usize::from(*byte)] += 1;
    }
    let length = text.len() as f64;
    let bits = |count: &u32| {
        let share = f64::from(*count) / length;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(bits).sum::<f64>() + 0.0
}

/// Words of examples.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "sample",
    "dummy",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "changeit",
    "redacted",
    "foobar",
    "your_",
    "your-",
    "yourkey",
    "yourtoken",
    "yourpass",
    "yoursecret",
    "my_secret",
    "mysecret",
    "replace",
    "insert",
    "xxxx",
    "0000000",
    "1234567",
    "abcdefg",
    "qwerty",
    "deadbeef",
    "aaaaaa",
    "todo",
    "fixme",
    "notreal",
    "not_real",
    "not-real",
    "not-a-real",
    "fake",
    "testing",
    "test_",
    "test-",
    "_test",
    "-test",
    "hidden",
    "removed",
    "masked",
    "secret_key_here",
    "key_here",
    "token_here",
    "-here",
    "_here",
    "lorem",
    "asdf",
    "zyxwvu",
    "987654",
];

/// Whether a value is one that documentation shows. `strict` values have a form of their own, in which chance may spell a
/// short word.
pub fn is_placeholder(value: &str, strict: bool) -> bool {
    let lower = value.to_ascii_lowercase();
    if strict {
        return [
            "example",
            "placeholder",
            "xxxxx",
            "redacted",
            "changeme",
            "dummy",
            "abcdefghij",
            "1234567890",
            "0123456789",
        ]
        .iter()
        .any(|word| lower.contains(word))
            || has_long_run(lower.as_bytes());
    }
    PLACEHOLDERS.iter().any(|word| lower.contains(word)) || has_long_run(lower.as_bytes())
}

/// Seven equal characters, or eight that follow each other, in a row.
fn has_long_run(text: &[u8]) -> bool {
    let (mut equal, mut rising) = (1, 1);
    text.windows(2).any(|pair| {
        equal = if pair[0] == pair[1] { equal + 1 } else { 1 };
        rising = if pair[0].wrapping_add(1) == pair[1] {
            rising + 1
        } else {
            1
        };
        equal >= 7 || rising >= 8
    })
}

/// A part that is filled in later: `${X}`, `{{x}}`, `%X%`, `<x>`, `$(x)`, `#{x}`, `@x@`, `***`.
pub fn is_template(value: &str) -> bool {
    let pairs = [
        ("${", "}"),
        ("{{", "}}"),
        ("<", ">"),
        ("$(", ")"),
        ("#{", "}"),
        ("%(", ")"),
        ("[", "]"),
        ("{%", "%}"),
        ("<%", "%>"),
    ];
    let has_pair = |(open, close): &(&str, &str)| value.find(open).is_some_and(|at| value[at..].contains(close));
    let is_wrapped = |sign: char| value.len() > 2 && value.starts_with(sign) && value.ends_with(sign);
    let is_format = value.contains("%s") || value.contains("%d") || value.contains("{}") || value.contains("{0}");
    let is_variable = value.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    });
    let is_braced = value.starts_with('{') && value.ends_with('}');
    pairs.iter().any(has_pair)
        || is_wrapped('%')
        || is_wrapped('@')
        || is_wrapped('_')
        || is_format
        || is_variable
        || is_braced
        || value.contains("***")
        || value.contains("...")
        || value.contains('…')
}

/// Words of at least five letters that code and texts are made of.
const WORDS: &[&str] = &[
    "about",
    "accept",
    "access",
    "account",
    "action",
    "active",
    "address",
    "admin",
    "after",
    "agent",
    "allow",
    "amazon",
    "android",
    "apache",
    "apikey",
    "apple",
    "application",
    "array",
    "assert",
    "async",
    "attribute",
    "audience",
    "author",
    "authorization",
    "azure",
    "backend",
    "backup",
    "basic",
    "bearer",
    "before",
    "begin",
    "block",
    "boolean",
    "branch",
    "browser",
    "bucket",
    "buffer",
    "build",
    "button",
    "bytes",
    "cache",
    "callback",
    "cancel",
    "certificate",
    "change",
    "channel",
    "check",
    "class",
    "clear",
    "click",
    "client",
    "close",
    "cloud",
    "cluster",
    "column",
    "command",
    "comment",
    "commit",
    "common",
    "component",
    "config",
    "confirm",
    "connect",
    "console",
    "container",
    "content",
    "context",
    "control",
    "cookie",
    "count",
    "create",
    "credential",
    "current",
    "custom",
    "database",
    "debug",
    "decode",
    "default",
    "delete",
    "deploy",
    "description",
    "detail",
    "develop",
    "device",
    "dialog",
    "digest",
    "directory",
    "disable",
    "docker",
    "document",
    "domain",
    "download",
    "email",
    "empty",
    "enable",
    "encode",
    "encrypt",
    "endpoint",
    "engine",
    "enter",
    "entity",
    "entry",
    "environment",
    "error",
    "event",
    "exception",
    "expire",
    "export",
    "extension",
    "external",
    "factory",
    "false",
    "feature",
    "field",
    "filter",
    "first",
    "folder",
    "forgot",
    "format",
    "framework",
    "function",
    "gateway",
    "generate",
    "github",
    "gitlab",
    "global",
    "google",
    "grant",
    "group",
    "handle",
    "hash",
    "header",
    "hello",
    "https",
    "identity",
    "image",
    "import",
    "index",
    "input",
    "install",
    "instance",
    "integer",
    "internal",
    "invalid",
    "issue",
    "items",
    "label",
    "language",
    "length",
    "level",
    "library",
    "license",
    "limit",
    "linux",
    "listen",
    "local",
    "locale",
    "location",
    "login",
    "logout",
    "manage",
    "master",
    "message",
    "method",
    "microsoft",
    "middle",
    "mobile",
    "model",
    "module",
    "monitor",
    "mysql",
    "native",
    "network",
    "normal",
    "notification",
    "number",
    "oauth",
    "object",
    "offset",
    "online",
    "option",
    "oracle",
    "order",
    "origin",
    "output",
    "owner",
    "package",
    "param",
    "parent",
    "parse",
    "passw",
    "payload",
    "people",
    "permission",
    "person",
    "phone",
    "platform",
    "please",
    "plugin",
    "policy",
    "position",
    "postgres",
    "prefix",
    "preview",
    "primary",
    "private",
    "process",
    "product",
    "profile",
    "project",
    "prompt",
    "property",
    "protocol",
    "provider",
    "proxy",
    "public",
    "query",
    "queue",
    "random",
    "range",
    "reader",
    "record",
    "redirect",
    "redis",
    "refresh",
    "region",
    "register",
    "release",
    "remote",
    "remove",
    "render",
    "replace",
    "report",
    "request",
    "require",
    "reset",
    "resource",
    "response",
    "result",
    "return",
    "robot",
    "route",
    "sample",
    "schema",
    "scope",
    "screen",
    "script",
    "search",
    "second",
    "secret",
    "section",
    "secure",
    "select",
    "server",
    "service",
    "session",
    "setting",
    "share",
    "signature",
    "simple",
    "single",
    "slack",
    "source",
    "spring",
    "stage",
    "standard",
    "start",
    "state",
    "static",
    "status",
    "storage",
    "store",
    "stream",
    "string",
    "stripe",
    "style",
    "submit",
    "success",
    "super",
    "support",
    "switch",
    "system",
    "table",
    "target",
    "template",
    "text",
    "thread",
    "timeout",
    "title",
    "token",
    "total",
    "trace",
    "track",
    "transaction",
    "trigger",
    "trust",
    "type",
    "undefined",
    "unique",
    "update",
    "upload",
    "user",
    "valid",
    "value",
    "variable",
    "vault",
    "verify",
    "version",
    "video",
    "view",
    "visible",
    "warning",
    "webhook",
    "widget",
    "window",
    "worker",
    "world",
    "write",
    "wrong",
];

fn has_word(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    WORDS.iter().any(|word| word.len() >= 5 && lower.contains(word))
}

fn is_hex(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Four groups of the hexadecimal form `8-4-4-4-12`.
pub fn is_uuid(value: &str) -> bool {
    let lengths: Vec<usize> = value.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && value.split('-').all(is_hex)
}

/// The least entropy of random base 64 of this length, as CredSweeper measured it.
fn least_entropy(length: usize) -> f64 {
    let x = length as f64;
    match length {
        0..=17 => 0.915 * x.log2() - 0.047,
        18..=34 => 0.767 * x.log2() + 0.568,
        35..=64 => 0.944 * x.log2() - 0.009 * x - 0.04,
        _ => 0.621 * x.log2() - 0.003 * x + 1.54,
    }
}

/// Whether a value has the form of one that a program drew at random.
pub fn is_random(value: &str) -> bool {
    let bytes = value.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    if value.len() < 12 || digits == 0 || letters == 0 || has_word(value) || is_uuid(value) {
        return false;
    }
    if is_hex(value) {
        return value.len() >= 16 && digits >= 3 && letters >= 2 && entropy(bytes) >= 3.0;
    }
    // The bound is that of random text; what people write is well below it.
    let slack = 0.2;
    entropy(bytes) >= (least_entropy(value.len()) - slack).min(4.6) && changes(bytes) * 5 >= value.len()
}

/// How often a digit follows a letter, a letter a digit, or an upper case letter a lower case one.
fn changes(text: &[u8]) -> usize {
    let is_change = |pair: &[u8]| {
        (pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic())
            || (pair[0].is_ascii_alphabetic() && pair[1].is_ascii_digit())
            || (pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
    };
    text.windows(2).filter(|pair| is_change(pair)).count()
}

/// Whether a value has the form of a password that a person chose: three kinds of characters, and none that code has.
pub fn is_chosen_password(value: &str) -> bool {
    let has = |test: fn(&u8) -> bool| usize::from(value.as_bytes().iter().any(test));
    let special = |byte: &u8| {
        matches!(
            byte,
            b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'+' | b'=' | b'?' | b'~'
        )
    };
    let kinds = has(|b| b.is_ascii_lowercase()) + has(|b| b.is_ascii_uppercase()) + has(|b| b.is_ascii_digit());
    let has_special = has(special);
    let is_plain = |byte: u8| {
        byte.is_ascii_graphic()
            && !matches!(
                byte,
                b'(' | b')'
                    | b'{'
                    | b'}'
                    | b'['
                    | b']'
                    | b'<'
                    | b'>'
                    | b'/'
                    | b'\\'
                    | b'"'
                    | b'\''
                    | b'`'
                    | b';'
                    | b','
            )
    };
    (8..=64).contains(&value.len())
        && value.bytes().all(is_plain)
        && kinds + has_special >= 3
        && has(|b| b.is_ascii_digit()) == 1
        && entropy(value.as_bytes()) >= 2.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_and_not() {
        for value in [
            "9f86d081884c7d659a2feaa0c55ad015",
            "kT8vQ2nXw5Lp0RzY7bHc",
            "dGhpc2lzMTIzYTQ1Nnox9Q==",
            "a8Kd92-Lq_77xPz01w",
        ] {
            assert!(is_random(value), "{value}");
        }
        for value in [
            "my-service-account-v2",
            "getUserTokenForV3Check",
            "550e8400-e29b-41d4-a716-446655440000",
            "application/json",
            "org.apache.commons.v2",
            "2024-01-01T00:00:00Z",
            "aaaaaaaaaaaaaaaa1",
        ] {
            assert!(!is_random(value), "{value}");
        }
    }

    #[test]
    fn templates_and_placeholders() {
        for value in [
            "${TOKEN}", "{{ x }}", "<token>", "$TOKEN", "%TOKEN%", "pa%s", "****", "#{x}", "@x@",
        ] {
            assert!(is_template(value), "{value}");
        }
        assert!(!is_template("Sup3r$ecret!"));
        assert!(is_placeholder("your_token", false) && is_placeholder("AKIAIOSFODNN7EXAMPLE", true));
        assert!(is_placeholder("aaaaaaaaaaaa", true) && !is_placeholder("kT8vQ2nXw5Lp0RzY7bHc", true));
    }
}
