//! Functions and names whose values change no command line and no statement: numbers, names of classes, what was quoted.

use super::Value;
use crate::security::code::sql;

/// Whether a call takes all signs out of a text that mean something to a shell or a statement:
/// `preg_replace('/[^a-z0-9]/', '', $x)`, `x.gsub(/[^\w]/, '')`, `re.sub(r'[^\w]', '', x)`.
pub(super) fn leaves_only_harmless(function: &str, values: &[Value]) -> bool {
    let [Value::Text(pattern), Value::Text(filled), ..] = values else {
        return false;
    };
    let is_harmless =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | ':' | ',' | '@' | '+' | '/');
    let class = pattern.split_once("[^").and_then(|(_, rest)| rest.split_once(']'));
    let is_negated = class.is_some_and(|(class, rest)| {
        let known = class
            .replace("\\w", "")
            .replace("\\d", "")
            .replace("\\s", "")
            .replace('\\', "");
        known.chars().all(is_harmless) && !class.contains("\\W") && !rest.contains('[')
    }) || matches!(pattern.trim_matches('/').trim_end_matches('+'), "\\W" | "\\D");
    matches!(
        function,
        "preg_replace" | "gsub" | "tr" | "sub" | "replace" | "replaceAll"
    ) && is_negated
        && filled.chars().all(is_harmless)
}

/// Functions that return a part of what they take, or a path that is made of it.
pub(super) const PARTS: &[&str] = &[
    "trim",
    "rtrim",
    "ltrim",
    "strtolower",
    "strtoupper",
    "basename",
    "dirname",
    "realpath",
    "abspath",
    "normpath",
    "expand_path",
    "resolve",
];

/// Functions that return a number, a truth value, or letters, digits and signs that mean nothing.
const NUMBERS: &[&str] = &[
    "int",
    "float",
    "len",
    "Number",
    "parseInt",
    "parseFloat",
    "str::len",
    "intval",
    "absint",
    "floatval",
    "count",
    "time",
    "strconv.Itoa",
    "hash",
    "id",
    "round",
    "bool",
    "pid",
    "getpid",
    "isset",
    "empty",
    "is_numeric",
    "is_null",
    "is_array",
    "file_exists",
    "is_file",
    "is_dir",
    "strcmp",
    "strpos",
    "getmypid",
    "getmyuid",
    "getmygid",
    "posix_getpid",
    "getuid",
    "getgid",
    "geteuid",
    "posix_getuid",
    "posix_geteuid",
    "exitstatus",
    "strlen",
    "mb_strlen",
    "sizeof",
    "ord",
    "ip2long",
    "filesize",
    "filemtime",
    "hexdec",
    "bindec",
    "octdec",
    "array_sum",
    "hrtime",
    "spl_object_id",
    "cpu_count",
    "perf_counter",
    "monotonic",
    "Date.now",
    "performance.now",
    "currentTimeMillis",
    "nanoTime",
    "hashCode",
    "nextInt",
    "randint",
    "randrange",
    "to_f",
    "toFixed",
    "to_i",
    "floor",
    "ceil",
    "abs",
    "rand",
    "mt_rand",
    "random_int",
    "strtotime",
    "mktime",
    "microtime",
    "number_format",
    // Digits, letters and signs of a date.
    "date",
    "gmdate",
    "uniqid",
    "md5",
    "sha1",
    "crc32",
    "hexdigest",
    "bin2hex",
    "hexlify",
    // Letters, digits and signs that mean nothing to a shell or a statement.
    "urlencode",
    "rawurlencode",
    "url_encode",
    "encodeURIComponent",
    "encode_www_form_component",
    "quote_plus",
    "b64encode",
    "urlsafe_b64encode",
    "base64_encode",
];

/// Methods that leave a text what it is, as far as its signs are concerned.
const PASSIVE: &[&str] = &[
    "untaint",
    "freeze",
    "dup",
    "to_s",
    "to_str",
    "toString",
    "strip",
    "chomp",
    "trim",
    "downcase",
    "upcase",
    "lower",
    "upper",
    "toLowerCase",
    "toUpperCase",
    "decode",
    "encode",
];

/// Whether what a function returns is a number, or was quoted.
pub(super) fn is_safe_call(name: &str, last: &str, safe: &[&str]) -> bool {
    // `escape(x).strip`
    if PASSIVE.contains(&last)
        && let Some(inner) = name.strip_suffix(last).and_then(|rest| rest.strip_suffix("()."))
    {
        return is_safe_call(inner, inner.rsplit(['.', ':']).next().unwrap_or(inner), safe);
    }
    safe.iter().any(|it| *it == name || *it == last)
        || (!safe.is_empty() && (is_quoting(last) || name.starts_with("Tempfile.")))
        || (safe == sql::SQL_SAFE && sql::is_of_dialect(name))
        || NUMBERS.contains(&name)
        || NUMBERS.contains(&last)
}

/// A function that is named for a number that it returns: `getCacheSize`.
pub(super) fn is_number_of(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["size", "count", "length", "counter"]
        .iter()
        .any(|word| lower.ends_with(word))
}

/// A counter, and the numbers of processes and of their ends. The name is in lowercase.
pub(super) fn is_named_for_a_number(name: &str) -> bool {
    let name = name.trim_start_matches('$');
    name.ends_with("counter")
        || name.ends_with("_pid")
        || matches!(
            name,
            // Ruby's `$$`, without its first sign.
            "" | "pid" | "process_id" | "exit_status" | "exitstatus" | "exit_code" | "exitcode" | "returncode"
        )
}

/// The name of a class of the program, or of its table.
pub(super) fn is_type_name(name: &str) -> bool {
    const ENDS: &[&str] = &[
        ".class",
        "::class",
        ".class.name",
        ".class.to_s",
        ".base_class",
        ".base_class.name",
        ".polymorphic_name",
        ".model_name",
        ".sti_name",
        ".__name__",
        ".__qualname__",
        ".__tablename__",
        "_meta.db_table",
        ".constructor.name",
        ".getSimpleName",
        "getClass.getName",
        ".class.getName",
        ".GetType.Name",
    ];
    let bare = name.replace("()", "");
    matches!(bare.as_str(), "get_class" | "nameof" | "get_called_class") || ENDS.iter().any(|end| bare.ends_with(end))
}

/// A function that is named for what it makes harmless: `escapePath`, `quote_ident`, `sanitizeHtml`.
fn is_quoting(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["escape", "quote", "sanitiz", "sanitis"]
        .iter()
        .any(|word| lower.contains(word))
        && !lower.contains("unescape")
        && !lower.contains("unquote")
        || lower.starts_with("esc_")
        || lower.ends_with("qstr")
}
