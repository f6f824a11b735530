//! Values as far as a file determines them.

use super::{rules, sql};

/// A value as far as the file determines it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    Text(String),
    /// A text that is joined from parts, at least one of which is not written.
    Built(Vec<Value>),
    Number(i64),
    Bool(bool),
    Null,
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
    /// The name, and the values given.
    Call(String, Vec<Value>),
    /// A name that is not followed, resolved by the imports.
    Name(String),
    #[default]
    Unknown,
}

impl Value {
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The parts that are written, joined; a space for each that is not.
    pub fn written(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Built(parts) => parts.iter().map(Self::written).collect::<Vec<_>>().concat(),
            _ => " ".to_owned(),
        }
    }

    /// Whether it is written in full.
    pub fn is_literal(&self) -> bool {
        match self {
            Self::Text(_) | Self::Number(_) | Self::Bool(_) | Self::Null => true,
            Self::List(values) => values.iter().all(Self::is_literal),
            Self::Object(members) => members.iter().all(|(_, value)| value.is_literal()),
            Self::Built(_) | Self::Call(..) | Self::Name(_) | Self::Unknown => false,
        }
    }

    /// Whether it is short enough to be kept.
    pub(super) fn fits(&self, size: &mut usize) -> bool {
        const MAX: usize = 4_000;
        *size += match self {
            Self::Text(text) | Self::Name(text) | Self::Call(text, _) => 16 + text.len(),
            _ => 16,
        };
        *size <= MAX
            && match self {
                Self::Built(values) | Self::List(values) | Self::Call(_, values) => {
                    values.iter().all(|value| value.fits(size))
                }
                Self::Object(members) => members.iter().all(|(_, value)| value.fits(size)),
                _ => true,
            }
    }

    /// Whether nothing in it is open: it is written, a number, or quoted. A name that is not followed may be any of its
    /// values.
    pub(super) fn is_settled(&self) -> bool {
        !matches!(self, Self::Name(_)) && (!self.is_open(sql::SQL_SAFE) || !self.is_open(rules::QUOTED))
    }

    /// Whether it is made of the value that `name` had: `x = escape(x)`.
    pub(super) fn is_made_of(&self, name: &str) -> bool {
        match self {
            Self::Call(_, values) | Self::Built(values) | Self::List(values) => {
                values.iter().any(|value| value.is_made_of(name))
            }
            Self::Name(known) => known.trim_start_matches("own:") == name,
            _ => false,
        }
    }

    /// Joined from text and something that is not written. Parts that one of `safe` returned, numbers and conversions to
    /// numbers change nothing, nor do names in capitals, which are constants by convention.
    pub fn is_built(&self, safe: &[&str]) -> bool {
        match self {
            Self::Built(parts) => {
                // `f"{x}"` is a variable alone.
                let is_alone = parts.iter().filter(|part| part.text() != Some("")).count() < 2;
                !is_alone && parts.iter().any(|part| part.is_open(safe))
            }
            // `"…".format(x)`, `String.format("…", x)`, `format!("…", x)`.
            Self::Call(name, values) if is_format(name) => {
                values.len() > 1
                    && values[1..].iter().any(|value| value.is_open(safe))
                    && matches!(values[0], Self::Text(_) | Self::Built(_))
            }
            _ => false,
        }
    }

    pub(super) fn is_open(&self, safe: &[&str]) -> bool {
        match self {
            Self::Call(name, values) if is_format(name) => values.iter().any(|value| value.is_open(safe)),
            Self::Call(name, values) => {
                let last = name.rsplit(['.', ':']).next().unwrap_or(name);
                let is_safe = is_safe_call(name, last, safe) || is_number_of(last) || is_type_name(name);
                // `", ".join(quote(x) for x in y)`: each of the list. `map(int, x)`: each by the function.
                let is_joined = matches!(last, "join" | "implode") && values.iter().all(|value| !value.is_open(safe));
                let is_closed = values.len() > 1 && values[1..].iter().all(|value| !value.is_open(safe));
                let is_mapped = matches!(last, "map" | "array_map")
                    && values.first().is_some_and(|function| match function {
                        Self::Text(name) | Self::Name(name) => {
                            is_closed || is_safe_call(name, name.rsplit('.').next().unwrap_or(name), safe)
                        }
                        _ => false,
                    });
                // The output of a command that is written in full.
                let is_output = matches!(last, "shell_exec" | "exec" | "backtick" | "getoutput" | "check_output")
                    && values.first().is_some_and(Self::is_literal);
                let is_trimmed = matches!(
                    last,
                    "trim" | "rtrim" | "ltrim" | "strtolower" | "strtoupper" | "basename"
                ) && !values.is_empty()
                    && values.iter().all(|value| !value.is_open(safe));
                !is_safe && !is_joined && !is_mapped && !is_output && !is_trimmed
            }
            Self::Name(name) => {
                let last = name.trim_start_matches("own:").rsplit('.').next().unwrap_or(name);
                let is_constant = last
                    .chars()
                    .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
                let lower = last.to_ascii_lowercase();
                let is_quoted = safe.contains(&last)
                    || (!safe.is_empty() && (lower.contains("escaped") || lower.contains("quoted")))
                    || (safe == sql::SQL_SAFE && sql::is_table_of_dialect(name));
                !is_constant && !is_quoted && !is_named_for_a_number(&lower) && !is_type_name(name)
            }
            Self::Built(parts) => parts.iter().any(|part| part.is_open(safe)),
            Self::List(values) => values.iter().any(|value| value.is_open(safe)),
            Self::Object(members) => members.iter().any(|(_, value)| value.is_open(safe)),
            Self::Unknown => true,
            Self::Text(_) | Self::Number(_) | Self::Bool(_) | Self::Null => false,
        }
    }

    pub fn member(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Adds two values, in languages that add no number to a text.
    pub fn sum(left: Self, right: Self) -> Self {
        let is_sum = matches!(left, Self::Number(_)) != matches!(right, Self::Number(_));
        match Self::join(left, right) {
            Self::Unknown if is_sum => Self::Number(0),
            joined => joined,
        }
    }

    /// The value of a name that was given two: of several that are written, or quoted, one is taken for all of them.
    pub(super) fn or(&self, other: Self) -> Option<Self> {
        match (self.is_literal(), other.is_literal()) {
            (true, true) if *self == Self::Null && !matches!(other, Self::Bool(_)) => Some(other),
            (true, true) => Some(self.clone()),
            (true, false) if other.is_settled() => Some(other),
            (false, _) if self.is_settled() && other.is_settled() => Some(self.clone()),
            _ => None,
        }
    }

    /// Adds two texts.
    pub fn join(left: Self, right: Self) -> Self {
        match (left, right) {
            (Self::Text(a), Self::Text(b)) => Self::Text(a + &b),
            (Self::Built(mut a), Self::Built(b)) => {
                a.extend(b);
                Self::Built(a)
            }
            (Self::Built(mut a), b) => {
                a.push(b);
                Self::Built(a)
            }
            (a, Self::Built(mut b)) => {
                b.insert(0, a);
                Self::Built(b)
            }
            (a @ Self::Text(_), b) | (a, b @ Self::Text(_)) => Self::Built(vec![a, b]),
            (Self::Number(_), Self::Number(_)) => Self::Number(0),
            // Numbers, lists, or names of unknown kind.
            _ => Self::Unknown,
        }
    }
}

/// Whether what a function returns is a number, or was quoted.
fn is_safe_call(name: &str, last: &str, safe: &[&str]) -> bool {
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
    ];
    safe.iter().any(|it| *it == name || *it == last)
        || (!safe.is_empty() && (is_quoting(last) || name.starts_with("Tempfile.")))
        || (safe == sql::SQL_SAFE && sql::is_of_dialect(name))
        || NUMBERS.contains(&name)
        || NUMBERS.contains(&last)
}

/// A function that is named for a number that it returns: `getCacheSize`.
fn is_number_of(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["size", "count", "length", "counter"]
        .iter()
        .any(|word| lower.ends_with(word))
}

/// A counter, and the numbers of processes and of their ends. The name is in lowercase.
fn is_named_for_a_number(name: &str) -> bool {
    let name = name.trim_start_matches('$');
    name.ends_with("counter")
        || name.ends_with("_pid")
        || matches!(
            name,
            "pid" | "process_id" | "exit_status" | "exit_code" | "exitcode" | "returncode"
        )
}

/// The name of a class of the program.
fn is_type_name(name: &str) -> bool {
    name.ends_with(".class.name") || name.ends_with("__class__.__name__") || name == "get_class"
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

pub(super) fn is_format(name: &str) -> bool {
    matches!(
        name,
        "String.format"
            | "fmt.Sprintf"
            | "format!"
            | "sprintf"
            | "string.Format"
            | "String.Format"
            | "vsprintf"
            | "util.format"
    ) || name.ends_with(".formatted")
}
