//! Rules about calls, on the syntax trees that are parsed anyway.
//!
//! Each language is brought into the same form: a [`Site`] is a call, an assignment to a member, or a value of a named
//! property, with its name resolved by the file's imports and its values as far as they are written. A rule is one entry
//! ([`CodeRule`]) with a function that decides for a site whether it holds. So a rule has no view of a language's tree, and
//! a language needs one reader. Values follow names that are assigned once within the function or at the top of the file;
//! what comes from parameters, other functions or other files is unknown, and unknown alone is no finding.

use super::rule::Rule;
pub use findings::findings;
pub use interest::Interest;
pub use names::Names;
pub use value::Value;
use value::is_format;

mod findings;
mod format;
mod hash;
mod interest;
pub mod javascript;
mod names;
pub mod python;
pub mod rules;
mod sql;
pub mod tree;
mod value;

/// A place that a rule can be about.
#[derive(Debug)]
pub struct Site {
    /// `subprocess.run` of a call; `.execute` is kept with what is before it as it is written; `=.innerHTML` of an assignment to
    /// a member; `:rejectUnauthorized` of a property; `@CrossOrigin` of an annotation; `new X` of a constructor.
    pub name: String,
    /// In their order.
    pub values: Vec<Value>,
    /// Those with a name.
    pub named: Vec<(String, Value)>,
    /// The name that the result is given to.
    pub assigned: Option<String>,
    /// Offset in the text.
    pub at: usize,
    /// A condition decides whether it is reached; known of Python.
    pub conditional: bool,
    /// Such a condition is named for a choice of the caller ([`is_choice`]).
    pub chosen: bool,
    /// Names of the functions and classes that it is in, from the outermost on, joined with `.`.
    pub within: String,
    /// Arguments are given by a value that is not written (`**options`): those with a name are not all known.
    pub open_ended: bool,
}

/// One rule.
pub struct CodeRule {
    pub rule: Rule,
    /// As in the language table.
    pub languages: &'static [&'static str],
    /// Names of sites: whole, or from the last `.` on (`.execute`).
    pub names: &'static [&'static str],
    pub holds: fn(&Site) -> bool,
}

impl Site {
    pub fn first(&self) -> &Value {
        self.value(0)
    }

    pub fn value(&self, at: usize) -> &Value {
        self.values.get(at).unwrap_or(&Value::Unknown)
    }

    pub fn named(&self, name: &str) -> Option<&Value> {
        self.named.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Whether only the first word of each command line is not written: a setting names the program.
    pub(super) fn builds_only_the_program(&self) -> bool {
        let values = self.values.iter().chain(self.named.iter().map(|(_, value)| value));
        let commands = values.flat_map(|value| match value {
            Value::List(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        });
        let mut built = commands.filter(|value| value.is_built(rules::QUOTED)).peekable();
        built.peek().is_some()
            && built.all(|value| {
                let open = sql::open_parts(value, rules::QUOTED);
                open.is_some_and(|open| !open.is_empty() && open.iter().all(sql::OpenPart::is_in_first_word))
            })
    }

    pub fn is(&self, name: &str, value: bool) -> bool {
        self.named(name) == Some(&Value::Bool(value))
    }
}

/// The value of a name in a loop over texts that are all written: any of them is taken for the others.
fn one_of(values: Value) -> Value {
    match values {
        Value::List(values) if values.iter().all(|value| value.text().is_some()) => {
            values.into_iter().next().unwrap_or_default()
        }
        Value::Call(name, _) if matches!(name.as_str(), "range" | "xrange") => Value::Number(0),
        // One of a list that is a constant.
        Value::Name(name) if value::is_constant(&name) => Value::Name(name),
        _ => Value::Unknown,
    }
}

/// Whether a name is that of a credential, for values that must not be guessed.
pub fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [
        "token",
        "secret",
        "password",
        "passwd",
        "nonce",
        "salt",
        "otp",
        "apikey",
        "api_key",
        "session_id",
        "sessionid",
        "csrf",
    ]
    .iter()
    .any(|word| lower.contains(word))
        && ![
            "tokens",
            "tokenize",
            "token_count",
            "max_token",
            "num_token",
            "tokenid",
            "token_id",
            "token_index",
            "tokenindex",
            "tokencount",
            "tokentype",
            "token_type",
        ]
        .iter()
        .any(|word| lower.contains(word))
}

/// The part of a name that is the key of the tables.
fn last(name: &str) -> &str {
    name.rsplit(['.', '/', ' ']).next().unwrap_or(name)
}

/// Whether a condition is named for a choice of the caller, as to verify no certificate.
pub(super) fn is_choice(condition: &str) -> bool {
    let lower = condition.to_ascii_lowercase();
    [
        "insecure",
        "verif",
        "skip",
        "check",
        "valid",
        "unsafe",
        "ssl",
        "tls",
        "cert",
        "trust",
        "reject",
        "self_signed",
        "selfsigned",
        "debug",
        "development",
        "dev_mode",
        "devmode",
        "isdev",
        "is_dev",
        "'test'",
        "\"test\"",
        "localhost",
        "127.0.0.1",
    ]
    .iter()
    .any(|word| lower.contains(word))
}
