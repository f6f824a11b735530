//! Rules about calls, on the syntax trees that are parsed anyway.
//!
//! Each language is brought into the same form: a [`Site`] is a call, an assignment to a member, or a value of a named
//! property, with its name resolved by the file's imports and its values as far as they are written. A rule is one entry
//! ([`CodeRule`]) with a function that decides for a site whether it holds. So a rule has no view of a language's tree, and
//! a language needs one reader. Values follow names that are assigned once within the function or at the top of the file;
//! what comes from parameters, other functions or other files is unknown, and unknown alone is no finding.

use std::collections::HashMap;
use std::sync::OnceLock;

use repolens_core::report::{Confidence, FindingSeverity};

use super::rule::{RawFinding, Rule};
use super::text::Text;

pub mod javascript;
pub mod python;
pub mod rules;
mod sql;
pub mod tree;

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

    /// Joined from text and something that is not written. Parts that one of `safe` returned, numbers and conversions to
    /// numbers change nothing, nor do names in capitals, which are constants by convention.
    pub fn is_built(&self, safe: &[&str]) -> bool {
        match self {
            Self::Built(parts) => parts.iter().any(|part| part.is_open(safe)),
            // `"…".format(x)`, `String.format("…", x)`, `format!("…", x)`.
            Self::Call(name, values) if is_format(name) => {
                values.len() > 1
                    && values[1..].iter().any(|value| value.is_open(safe))
                    && matches!(values[0], Self::Text(_) | Self::Built(_))
            }
            _ => false,
        }
    }

    fn is_open(&self, safe: &[&str]) -> bool {
        const NUMBERS: &[&str] = &[
            "int",
            "float",
            "len",
            "Number",
            "parseInt",
            "parseFloat",
            "str::len",
            "intval",
            "strconv.Itoa",
            "hash",
            "id",
            "round",
            "bool",
        ];
        match self {
            Self::Call(name, values) => {
                let last = name.rsplit(['.', ':']).next().unwrap_or(name);
                let is_safe = safe.iter().any(|it| *it == name || *it == last)
                    || NUMBERS.contains(&name.as_str())
                    || NUMBERS.contains(&last);
                // `", ".join(quote(x) for x in y)`: each of the list.
                let is_joined = last == "join" && values.iter().all(|value| !value.is_open(safe));
                !is_safe && !is_joined
            }
            Self::Name(name) => {
                let last = name.rsplit('.').next().unwrap_or(name);
                let is_constant = last
                    .chars()
                    .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
                // A counter is a number.
                !is_constant && !last.to_ascii_lowercase().ends_with("counter")
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
            // Numbers, lists, or names of unknown kind.
            _ => Self::Unknown,
        }
    }
}

fn is_format(name: &str) -> bool {
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

    pub fn is(&self, name: &str, value: bool) -> bool {
        self.named(name) == Some(&Value::Bool(value))
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

/// Rules by language and last part of the name.
fn index() -> &'static HashMap<(&'static str, &'static str), Vec<&'static CodeRule>> {
    static INDEX: OnceLock<HashMap<(&str, &str), Vec<&CodeRule>>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index: HashMap<_, Vec<_>> = HashMap::new();
        for rule in rules::all() {
            for language in rule.languages {
                for name in rule.names {
                    let list: &mut Vec<&CodeRule> = index.entry((*language, last(name))).or_default();
                    if !list.iter().any(|known| known.rule.id == rule.rule.id) {
                        list.push(rule);
                    }
                }
            }
        }
        index
    })
}

/// The part of a name that is the key of the tables.
fn last(name: &str) -> &str {
    name.rsplit(['.', '/', ' ']).next().unwrap_or(name)
}

/// Whether any rule of the language is about a name with this last part: a reader makes no site for others.
pub fn is_of_interest(language: &'static str, name: &str) -> bool {
    index().contains_key(&(language, last(name)))
}

/// Of one file.
const MAX_FINDINGS: usize = 1_000;

/// The findings of the sites of one file.
pub fn findings(language: &'static str, path: &str, bytes: &[u8], sites: &[Site]) -> Vec<RawFinding> {
    let text = Text { path, bytes, language };
    let mut found: Vec<RawFinding> = Vec::new();
    for site in sites {
        if found.len() >= MAX_FINDINGS {
            break;
        }
        let Some(rules) = index().get(&(language, last(&site.name))) else {
            continue;
        };
        for rule in rules {
            let is_named = rule
                .names
                .iter()
                .any(|name| site.name == *name || (name.starts_with('.') && site.name.ends_with(name)));
            if !is_named || !(rule.holds)(site) {
                continue;
            }
            let (line, column) = text.place(site.at.min(bytes.len()));
            // A name of a table has no placeholder, and is seldom a visitor's.
            let (severity, confidence) = if rule.rule.cwe == sql::CWE && site.builds_only_names_of_sql() {
                (FindingSeverity::Medium, Confidence::Medium)
            } else {
                (rule.rule.severity, rule.rule.confidence)
            };
            let shown: String = site
                .name
                .trim_start_matches(['=', ':', '.'])
                .trim_start_matches("own:")
                .chars()
                .take(60)
                .collect();
            found.push(RawFinding {
                rule: &rule.rule,
                severity,
                confidence,
                line,
                column,
                message: format!(
                    "{} (`{}`)",
                    rule.rule.title,
                    shown.split_whitespace().collect::<Vec<_>>().join(" ")
                )
                .into(),
                subject: shown.into(),
                value: 0,
                baseline: None,
                allowed_by: None,
                in_test: false,
            });
        }
    }
    found
}

/// Values of names, within functions and at the top.
#[derive(Debug, Default)]
pub struct Names {
    /// By function (0 is the top) and name: `None` where it is assigned twice or is a parameter.
    known: HashMap<(usize, String), Option<Value>>,
}

impl Names {
    pub fn assign(&mut self, function: usize, name: &str, value: Value) {
        let slot = self.known.entry((function, name.to_owned()));
        slot.and_modify(|known| *known = None).or_insert(Some(value));
    }

    pub fn hide(&mut self, function: usize, name: &str) {
        self.known.insert((function, name.to_owned()), None);
    }

    /// The value in this function, or the written one at the top.
    pub fn of(&self, function: usize, name: &str) -> Option<&Value> {
        if let Some(known) = self.known.get(&(function, name.to_owned())) {
            return known.as_ref();
        }
        let top = self.known.get(&(0, name.to_owned()))?.as_ref()?;
        top.is_literal().then_some(top)
    }

    pub fn is_assigned(&self, function: usize, name: &str) -> bool {
        self.known.contains_key(&(function, name.to_owned()))
    }
}
