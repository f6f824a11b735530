//! Rules about calls, on the syntax trees that are parsed anyway.
//!
//! Each language is brought into the same form: a [`Site`] is a call, an assignment to a member, or a value of a named
//! property, with its name resolved by the file's imports and its values as far as they are written. A rule is one entry
//! ([`CodeRule`]) with a function that decides for a site whether it holds. So a rule has no view of a language's tree, and
//! a language needs one reader. Values follow names that are assigned once within the function or at the top of the file;
//! what comes from parameters, other functions or other files is unknown, and unknown alone is no finding.

use std::cell::Cell;
use std::collections::hash_map::Entry;
use std::hash::{Hash as _, Hasher as _};
use std::sync::OnceLock;

use repolens_core::report::{Confidence, FindingSeverity};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::rule::{RawFinding, Rule};
use super::text::Text;

mod hash;
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
    fn fits(&self, size: &mut usize) -> bool {
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

    /// A number, or what a function returns that makes one or quotes.
    fn is_clean(&self) -> bool {
        match self {
            Self::Number(_) | Self::Bool(_) => true,
            Self::Call(name, _) => is_safe_call(name, name.rsplit(['.', ':']).next().unwrap_or(name), &["quote"]),
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

    fn is_open(&self, safe: &[&str]) -> bool {
        match self {
            Self::Call(name, values) => {
                let last = name.rsplit(['.', ':']).next().unwrap_or(name);
                let is_safe = is_safe_call(name, last, safe);
                // `", ".join(quote(x) for x in y)`: each of the list. `map(int, x)`: each by the function.
                let is_joined = matches!(last, "join" | "implode") && values.iter().all(|value| !value.is_open(safe));
                let is_mapped = matches!(last, "map" | "array_map")
                    && values.first().is_some_and(|function| match function {
                        Self::Text(name) | Self::Name(name) => {
                            is_safe_call(name, name.rsplit('.').next().unwrap_or(name), safe)
                        }
                        _ => false,
                    });
                !is_safe && !is_joined && !is_mapped
            }
            Self::Name(name) => {
                let last = name.rsplit('.').next().unwrap_or(name);
                let is_constant = last
                    .chars()
                    .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
                let lower = last.to_ascii_lowercase();
                let is_quoted = safe.contains(&last)
                    || (!safe.is_empty() && (lower.contains("escaped") || lower.contains("quoted")))
                    || (safe == sql::SQL_SAFE && sql::is_table_of_dialect(name));
                // A counter is a number, and so is what names a process.
                let is_number =
                    lower.ends_with("counter") || lower.trim_start_matches('$') == "pid" || lower.ends_with("_pid");
                !is_constant && !is_quoted && !is_number
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
    ];
    safe.iter().any(|it| *it == name || *it == last)
        || (!safe.is_empty() && (is_quoting(last) || name.starts_with("Tempfile.")))
        || (safe == sql::SQL_SAFE && sql::is_of_dialect(name))
        || NUMBERS.contains(&name)
        || NUMBERS.contains(&last)
}

/// A function that is named for what it makes harmless: `escapePath`, `quote_ident`, `sanitizeHtml`.
fn is_quoting(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["escape", "quote", "sanitiz", "sanitis"]
        .iter()
        .any(|word| lower.contains(word))
        && !lower.contains("unescape")
        && !lower.contains("unquote")
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

    /// Whether only the first word of each command line is not written: a setting names the program.
    fn builds_only_the_program(&self) -> bool {
        let values = self.values.iter().chain(self.named.iter().map(|(_, value)| value));
        let commands = values.flat_map(|value| match value {
            Value::List(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        });
        let mut built = commands.filter(|value| value.is_built(rules::QUOTED)).peekable();
        built.peek().is_some()
            && built.all(|value| {
                let Value::Built(parts) = value else { return false };
                let mut parts = parts.iter().skip_while(|part| part.text() == Some(""));
                let program = parts.next().filter(|part| part.text().is_none());
                let arguments: Vec<&Value> = parts.collect();
                program.is_some()
                    && arguments
                        .first()
                        .and_then(|part| part.text())
                        .is_some_and(|text| text.starts_with(' '))
                    && !arguments.iter().any(|part| part.is_open(rules::QUOTED))
            })
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

type Index = FxHashMap<(&'static str, &'static str), Vec<&'static CodeRule>>;

/// Rules by language and last part of the name.
fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index = Index::default();
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

/// The weakness of the rules about command lines.
const COMMAND: u16 = 78;

/// Of one file.
const MAX_FINDINGS: usize = 1_000;

/// The findings of the sites of one file.
pub fn findings(language: &'static str, path: &str, bytes: &[u8], sites: &[Site]) -> Vec<RawFinding> {
    let text = Text { path, bytes, language };
    let mut found: Vec<RawFinding> = Vec::new();
    let mut copies = FxHashMap::default();
    for site in sites {
        if found.len() >= MAX_FINDINGS {
            break;
        }
        let Some(rules) = index().get(&(language, last(&site.name))) else {
            continue;
        };
        for rule in rules {
            let is_named = rule.names.iter().any(|name| is_named(&site.name, name));
            if !is_named || !(rule.holds)(site) {
                continue;
            }
            let (line, column) = text.place(site.at.min(bytes.len()));
            // The structure of a statement has no placeholder, and is seldom a visitor's.
            let is_less = match rule.rule.cwe {
                sql::CWE => is_migration(path) || site.builds_no_value_of_sql(language),
                COMMAND => site.builds_only_the_program(),
                _ => false,
            };
            let (severity, confidence) = if is_less {
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
                value: copy(&text, rule.rule.id, line, &mut copies),
                baseline: None,
                allowed_by: None,
                in_test: false,
            });
        }
    }
    found
}

/// Steps that change a database once, when a developer runs them.
fn is_migration(path: &str) -> bool {
    let folders = path
        .rsplit_once('/')
        .map_or("", |(folders, _)| folders)
        .to_ascii_lowercase();
    let is_folder = |folder: &str| matches!(folder, "migrate" | "migrations" | "migration" | "upgrades" | "alembic");
    folders.split('/').any(is_folder)
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
    ]
    .iter()
    .any(|word| lower.contains(word))
}

/// Whether a site has a name of a rule: as it is, or from a `.` on. `=.query` is no call of `.query`.
fn is_named(site: &str, name: &str) -> bool {
    let is_end = match name.strip_prefix("=") {
        Some(member) => member.starts_with('.') && site.starts_with('=') && site.ends_with(member),
        None => name.starts_with('.') && !site.starts_with(['=', ':', '@']) && site.ends_with(name),
    };
    site == name || is_end
}

/// The same for a place of a file and the same place in a copy of it (`src/a.js` and `dist/a.mjs`): the name of the file
/// without its ending, the line with the ones around it, and which of several such lines it is.
fn copy(text: &Text<'_>, rule: &str, line: u32, copies: &mut FxHashMap<u64, u32>) -> u64 {
    let stem = text.name().split('.').next().unwrap_or_default();
    let from = (line as usize).saturating_sub(2);
    let lines = text.bytes.split(|byte| *byte == b'\n').skip(from).take(3);
    let mut hasher = FxHasher::default();
    (stem, rule).hash(&mut hasher);
    lines.for_each(|line| line.trim_ascii().hash(&mut hasher));
    let ordinal = copies.entry(hasher.finish()).or_default();
    *ordinal += 1;
    ordinal.hash(&mut hasher);
    hasher.finish().max(1)
}

/// Values of names, within functions and at the top.
#[derive(Debug, Default)]
pub struct Names {
    /// By function (0 is the top) and name: `None` where it is assigned twice or is a parameter.
    known: FxHashMap<(usize, String), Option<Value>>,
    /// Parameters that are not assigned.
    parameters: FxHashSet<(usize, String)>,
    /// Bytes of values that were followed, in the whole file.
    followed: Cell<usize>,
}

impl Names {
    pub fn assign(&mut self, function: usize, name: &str, value: Value) {
        // Names that are joined from themselves would double with each line.
        let value = if value.fits(&mut 0) { value } else { Value::Unknown };
        let key = (function, name.to_owned());
        // `$id = (int) $id`, `line = escape(line)`.
        let is_cleaned = self.parameters.remove(&key) && value.is_clean();
        match self.known.entry(key) {
            Entry::Occupied(mut slot) => {
                // One of several written texts is taken for all of them.
                let is_written = slot.get().as_ref().is_some_and(Value::is_literal) && value.is_literal();
                if is_cleaned {
                    slot.insert(Some(value));
                } else if !is_written {
                    slot.insert(None);
                }
            }
            Entry::Vacant(slot) => {
                slot.insert(Some(value));
            }
        }
    }

    pub fn hide(&mut self, function: usize, name: &str) {
        self.parameters.insert((function, name.to_owned()));
        self.known.insert((function, name.to_owned()), None);
    }

    /// A copy of the value, as long as the copies in a file are not too many.
    pub fn follow(&self, function: usize, name: &str) -> Option<Value> {
        const MAX: usize = 8 << 20;
        let value = self.of(function, name)?;
        let mut size = self.followed.get();
        let is_short = size < MAX && {
            let mut own = 0;
            let fits = value.fits(&mut own);
            size += own;
            fits
        };
        self.followed.set(size);
        is_short.then(|| value.clone())
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
