//! Values as far as a file determines them.

use super::{rules, sql};
use harmless::{PARTS, is_named_for_a_number, is_number_of, is_safe_call, is_type_name, leaves_only_harmless};

mod harmless;

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

    /// One of two values: a choice between written or quoted ones is no part that is open.
    pub(super) fn either(self, other: Self) -> Self {
        self.or(other).unwrap_or_default()
    }

    /// Any value of a written list or object, all of which are written or quoted.
    pub(super) fn entry(&self) -> Self {
        let values: Vec<&Self> = match self {
            Self::List(values) => values.iter().collect(),
            Self::Object(members) => members.iter().map(|(_, value)| value).collect(),
            _ => Vec::new(),
        };
        match values.split_first() {
            Some((first, rest)) if first.is_settled() && rest.iter().all(|value| value.is_settled()) => {
                (*first).clone()
            }
            _ => Self::Unknown,
        }
    }

    /// Whether it is made of another value: `(int) $_GET['id']` of `$_GET['id']`.
    pub(super) fn contains(&self, other: &Self) -> bool {
        self == other
            || match self {
                Self::Call(_, values) | Self::Built(values) | Self::List(values) => {
                    values.iter().any(|value| value.contains(other))
                }
                _ => false,
            }
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
                let is_own = matches!(
                    name.as_str(),
                    "__dir__" | "Rails.root" | "Rails.public_path" | "Dir.pwd"
                );
                let is_safe = is_safe_call(name, last, safe) || is_number_of(last) || is_type_name(name) || is_own;
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
                let is_trimmed =
                    PARTS.contains(&last) && !values.is_empty() && values.iter().all(|value| !value.is_open(safe));
                !is_safe && !is_joined && !is_mapped && !is_output && !is_trimmed && !leaves_only_harmless(last, values)
            }
            Self::Name(name) => {
                let last = name.trim_start_matches("own:").rsplit('.').next().unwrap_or(name);
                let is_constant = is_constant(name);
                let lower = last.to_ascii_lowercase();
                let is_quoted = safe.contains(&last)
                    || (!safe.is_empty() && (lower.contains("escaped") || lower.contains("quoted")))
                    || (safe == sql::SQL_SAFE && sql::is_member_of_dialect(name));
                // The place of the program itself.
                let is_own = matches!(last, "__file__" | "__dirname" | "__filename" | "__dir__")
                    || matches!(
                        name.as_str(),
                        "Rails.root" | "Rails.public_path" | "import.meta.dirname"
                    );
                !is_constant && !is_own && !is_quoted && !is_named_for_a_number(&lower) && !is_type_name(name)
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

/// A name in capitals.
pub(super) fn is_constant(name: &str) -> bool {
    let last = name.trim_start_matches("own:").rsplit('.').next().unwrap_or(name);
    last.chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
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
