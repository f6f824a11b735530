//! Statements of SQL that are built from text.

use super::{Site, Value, is_format};

/// The weakness of all rules about such statements.
pub const CWE: u16 = 89;

impl Site {
    /// One of the first values is built and has a statement of SQL.
    pub fn is_built_sql(&self) -> bool {
        self.built_sql().next().is_some()
    }

    /// A condition of Active Record, which is no statement by itself.
    fn is_condition(&self) -> bool {
        matches!(self.name.rsplit('.').next(), Some("where" | "having"))
    }

    /// The places and statements that are built.
    fn built_sql(&self) -> impl Iterator<Item = (usize, &Value)> {
        let is_condition = self.is_condition();
        self.values.iter().take(2).enumerate().filter(move |(_, value)| {
            let text = match value {
                Value::Call(_, values) => values.first().map(Value::written).unwrap_or_default(),
                value => value.written(),
            };
            value.is_built(SQL_SAFE) && (is_condition || is_sql(&text))
        })
    }

    /// Whether what fills in is the structure of the statement and no value: names of tables and columns, names that a
    /// statement about the catalog compares with, and conditions whose values are given as parameters.
    pub fn builds_no_value_of_sql(&self, language: &str) -> bool {
        let mut any = false;
        self.built_sql().all(|(at, statement)| {
            any = true;
            let Some(open) = open_parts(statement) else {
                return false;
            };
            let is_condition = self.is_condition();
            let has_parameters = self
                .values
                .get(at + 1)
                .is_some_and(|value| is_parameters(language, value))
                || ["params", "parameters", "args"]
                    .iter()
                    .any(|name| self.named(name).is_some());
            let is_catalog = reads_catalog(&text_of(statement));
            open.iter().all(|part| {
                let is_of_request = is_of_request(&part.value);
                let is_structure = is_name_next(&part.before, &part.after)
                    || is_catalog
                    || (!is_value_next(&part.before) && (has_parameters || is_condition || part.is_named_structure()));
                !is_of_request && is_structure
            })
        }) && any
    }
}

/// A part of a statement that is not written.
struct Open {
    /// The statement before it, with `x` for each other part.
    before: String,
    /// The written text right behind it.
    after: String,
    value: Value,
}

impl Open {
    /// A clause, or a list of keys, by the name of the variable.
    fn is_named_structure(&self) -> bool {
        const CLAUSES: &[&str] = &[
            "join",
            "order",
            "group",
            "sql",
            "query",
            "column",
            "field",
            "table",
            "placeholder",
            "limit",
            "part",
            "marks",
            "constraint",
            "select",
        ];
        let names = |value: &Value| match value {
            Value::Name(name) | Value::Call(name, _) => name
                .rsplit(['.', ':', '$', '>'])
                .next()
                .unwrap_or(name)
                .to_ascii_lowercase(),
            _ => String::new(),
        };
        let value = &self.value;
        let name = names(value);
        let is_list = self.before.trim_end().ends_with('(');
        let inner = match value {
            Value::Call(_, values) if matches!(name.as_str(), "join" | "implode") => values.iter().map(names).collect(),
            _ => vec![name.clone()],
        };
        inner
            .iter()
            .any(|name| CLAUSES.iter().any(|clause| name.contains(clause)))
            || (is_list
                && inner.iter().any(|name| {
                    (name.trim_start_matches('$').starts_with("ids") || name.ends_with("ids"))
                        || name.contains("_ids")
                        || name.contains("id_list")
                        || name.contains("id_in")
                }))
    }
}

/// The parts of a statement that are not written.
fn open_parts(statement: &Value) -> Option<Vec<Open>> {
    let (Value::Built(parts) | Value::Call(_, parts)) = statement else {
        return None;
    };
    let (first, rest) = parts.split_first()?;
    let pieces = first.text().map(placeholders).unwrap_or_default();
    // `"… %s … %s" % (a, b)`, `"… {} …".format(a)`, `Sprintf`.
    let is_format = pieces.len() > 1 && (!rest.iter().any(|part| part.text().is_some()) || is_call(statement));
    let mut open = Vec::new();
    let mut before = String::new();
    let mut add = |before: &str, after: &str, value: &Value| {
        if value.is_open(SQL_SAFE) {
            open.push(Open {
                before: before.to_owned(),
                after: after.to_owned(),
                value: value.clone(),
            });
        }
    };
    if is_format {
        let values: Vec<&Value> = rest.iter().flat_map(members).collect();
        before.push_str(pieces[0]);
        for (at, piece) in pieces[1..].iter().enumerate() {
            if let Some(value) = values.get(at) {
                add(&before, piece, value);
            }
            before.push('x');
            before.push_str(piece);
        }
        // `"… %s …" % a + b`.
        let is_more = !is_call(statement);
        for value in values.iter().skip(pieces.len() - 1).filter(|_| is_more) {
            add(&before, "", value);
        }
        return Some(open);
    }
    for (at, part) in parts.iter().enumerate() {
        match part.text() {
            Some(text) => before.push_str(text),
            None => {
                add(
                    &before,
                    parts.get(at + 1).and_then(Value::text).unwrap_or_default(),
                    part,
                );
                before.push('x');
            }
        }
    }
    Some(open)
}

fn text_of(statement: &Value) -> String {
    match statement {
        Value::Call(_, values) => values.first().map(Value::written).unwrap_or_default(),
        value => value.written(),
    }
}

/// Objects that make parts of statements.
const DIALECTS: &[&str] = &[
    "db",
    "wpdb",
    "conn",
    "connection",
    "dialect",
    "ops",
    "compiler",
    "adapter",
    "platform",
    "grammar",
];

fn is_dialect(object: &str) -> bool {
    DIALECTS.contains(&object.rsplit(['.', ':', '$']).next().unwrap_or(object))
}

/// A method of a connection or of its dialect that returns a part of a statement: `db.cast('a', 'int')`, or another function
/// that is named for it.
pub fn is_of_dialect(name: &str) -> bool {
    const READERS: &[&str] = &["get", "fetch", "query", "exec", "select", "find", "read", "load", "pop"];
    let (object, method) = name.rsplit_once('.').unwrap_or(("", name));
    let lower = method.to_ascii_lowercase();
    let is_reader = READERS.iter().any(|reader| lower.starts_with(reader));
    (is_dialect(object) && !is_reader) || lower.ends_with("_sql") || lower.starts_with("sql_")
}

/// `$wpdb->posts`: the name of a table.
pub fn is_table_of_dialect(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(object, _)| object.ends_with("wpdb"))
}

/// What a visitor sends, by the names that frameworks give it.
fn is_of_request(value: &Value) -> bool {
    const ROOTS: &[&str] = &["req", "request", "params", "$_GET", "$_POST", "$_REQUEST", "$_COOKIE"];
    match value {
        Value::Name(name) | Value::Call(name, _) => {
            let name = name.trim_start_matches("own:");
            ROOTS.iter().any(|root| {
                name.strip_prefix(root)
                    .is_some_and(|rest| rest.starts_with(['.', '[', '(']))
            })
        }
        Value::Built(parts) => parts.iter().any(is_of_request),
        _ => false,
    }
}

/// A list of values beside the statement, and no function that is called afterwards.
fn is_parameters(language: &str, value: &Value) -> bool {
    match value {
        Value::List(values) => !values.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Name(name) => {
            let last = name.rsplit(['.', ':']).next().unwrap_or(name).to_ascii_lowercase();
            !matches!(
                last.as_str(),
                "cb" | "callback" | "done" | "next" | "fn" | "resolve" | "self" | "ctx"
            )
        }
        // No function of Python is called after `execute`.
        Value::Call(..) | Value::Built(_) | Value::Unknown => language == "python",
        _ => false,
    }
}

/// Tables in which a database lists its own tables, users and types.
fn reads_catalog(text: &str) -> bool {
    const TABLES: &[&str] = &[
        "information_schema",
        "pg_catalog",
        "pg_class",
        "pg_constraint",
        "pg_database",
        "pg_attribute",
        "pg_index",
        "pg_indexes",
        "pg_namespace",
        "pg_tables",
        "pg_views",
        "pg_type",
        "pg_enum",
        "pg_proc",
        "pg_roles",
        "pg_user",
        "pg_settings",
        "pg_sequences",
        "pg_stat_activity",
        "sqlite_master",
        "sqlite_schema",
        "sqlite_sequence",
        "sqlite_temp_master",
        "sysobjects",
        "syscolumns",
        "sysindexes",
        "all_tables",
        "all_tab_columns",
        "all_constraints",
        "all_indexes",
        "user_tables",
        "user_tab_columns",
        "user_constraints",
        "user_cons_columns",
        "user_indexes",
        "user_sequences",
        "global_name",
    ];
    let lower = text.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$');
    let is_system_schema = ["\"sys\".", "[sys].", "`sys`.", " sys.", "rdb$"]
        .iter()
        .any(|schema| lower.contains(schema));
    lower.trim_start().starts_with("select") && (is_system_schema || words.any(|word| TABLES.contains(&word)))
}

/// Whether the text ends where a value is compared or given: in a quote, or behind an operator.
fn is_value_next(before: &str) -> bool {
    let bare = before.trim_end();
    let is_quoted = bare.matches('\'').count() % 2 == 1;
    let unquoted = bare.trim_end_matches(['"', '`', '%']).trim_end();
    let last = unquoted
        .rsplit(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or_default();
    is_quoted
        || unquoted.ends_with(['=', '<', '>'])
        || ["like", "ilike", "between", "limit", "offset"].contains(&last.to_ascii_lowercase().as_str())
}

fn is_call(value: &Value) -> bool {
    matches!(value, Value::Call(name, _) if is_format(name))
}

/// The values of an object, as Python's `%` takes them.
fn members(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(members) => members.iter().map(|(_, value)| value).collect(),
        value => vec![value],
    }
}

/// The text between placeholders of the kinds `%s`, `%(name)s` and `{name}`.
fn placeholders(text: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(found) = text[at..].find(['%', '{']) {
        let begin = at + found;
        let rest = &text[begin + 1..];
        let length = if text[begin..].starts_with('{') {
            rest.find('}').map(|end| end + 1)
        } else if rest.starts_with('%') {
            at = begin + 2;
            continue;
        } else if rest.starts_with('(') {
            rest.find(')')
                .and_then(|end| rest[end + 1..].chars().next().map(|c| end + 1 + c.len_utf8()))
        } else {
            rest.starts_with(['s', 'd', 'r', 'v', 'q']).then_some(1)
        };
        let Some(length) = length else {
            at = begin + 1;
            continue;
        };
        pieces.push(&text[start..begin]);
        at = begin + 1 + length;
        start = at;
    }
    pieces.push(&text[start..]);
    pieces
}

/// Whether a part between two texts is at the place of a table or a column.
fn is_name_next(before: &str, after: &str) -> bool {
    const KEYWORDS: &[&str] = &[
        "select", "from", "into", "update", "join", "table", "index", "using", "set", "where", "and", "or", "on",
        "not", "having", "values", "by", "limit", "offset", "in", "like", "between", "exists",
    ];
    if before.matches('\'').count() % 2 == 1 {
        return false;
    }
    let before = before.trim_end();
    if before.is_empty() || before.ends_with(['`', '[']) || after.starts_with('.') {
        return true;
    }
    let bare = before.trim_end_matches('"').trim_end();
    if bare.ends_with(['=', '<', '>', '+', '-', '/', '%', '|']) {
        return false;
    }
    let lower = bare.to_ascii_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let Some(at) = words.iter().rposition(|word| KEYWORDS.contains(word)) else {
        return false;
    };
    let behind = words.len() - 1 - at;
    let after = after.trim_start_matches('"').trim_start().to_ascii_lowercase();
    let is_compared = after.starts_with(['=', '<', '>', '!'])
        || ["like ", "ilike ", "in ", "in(", "is ", "between ", "not "]
            .iter()
            .any(|word| after.starts_with(word));
    match words[at] {
        "select" | "from" | "into" | "update" | "join" | "table" | "index" | "using" => true,
        "set" => behind == 0 || is_compared || bare.ends_with(','),
        // `where a `: an operator follows, not a value.
        "where" | "and" | "or" | "on" | "having" => is_compared || (behind == 1 && !bare.ends_with('(')),
        _ => false,
    }
}

/// What returns a part of a statement that is quoted.
pub const SQL_SAFE: &[&str] = &[
    "Identifier",
    "quote_ident",
    "quote_identifier",
    "escape",
    "escapeId",
    "quote_name",
    "quote",
    "real_escape_string",
    "mysqli_real_escape_string",
    "quoteIdentifier",
    "placeholders",
    "quote_table_name",
    "quote_column_name",
    // Of a model of Active Record.
    "table_name",
    "table_name_prefix",
    "table_name_suffix",
    "primary_key",
    "to_i",
    // Of SQLAlchemy: a statement as text.
    "compile",
];

/// Whether a text has a statement that reads or changes rows.
pub fn is_sql(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let begins = lower
        .trim_start()
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or_default();
    let has = |word: &str| words.contains(&word);
    match begins {
        "select" => has("from"),
        "insert" | "replace" => has("into"),
        "update" => has("set"),
        "delete" => has("from"),
        "with" => has("select"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only_names(statement: &Value) -> bool {
        open_parts(statement).is_some_and(|open| open.iter().all(|part| is_name_next(&part.before, &part.after)))
    }

    fn built(parts: &[&str]) -> Value {
        // `$` is a part that is not written.
        Value::Built(
            parts
                .iter()
                .map(|part| match *part {
                    "$" => Value::Name("x".to_owned()),
                    text => Value::Text(text.to_owned()),
                })
                .collect(),
        )
    }

    #[test]
    fn names_and_values() {
        for names in [
            &["SELECT * FROM ", "$"][..],
            &["SELECT * FROM \"", "$", "\" WHERE a = 1"],
            &["SELECT a.`%s` FROM `%s`", "$", "$"],
            &["INSERT INTO %s (%s) SELECT %s FROM %s", "$", "$", "$", "$"],
            &["UPDATE {} SET {} = 1", "$", "$"],
            &["DELETE FROM a.", "$"],
            &["SELECT 1 FROM a WHERE b %s", "$"],
        ] {
            assert!(only_names(&built(names)), "{names:?}");
        }
        for values in [
            &["SELECT * FROM a WHERE b = ", "$"][..],
            &["SELECT * FROM a WHERE b = \"", "$", "\""],
            &["SELECT * FROM ", "$", " WHERE b = '", "$", "'"],
            &["SELECT * FROM %s WHERE b = '%s'", "$", "$"],
            &["INSERT INTO a VALUES (", "$", ")"],
            &["INSERT INTO a (b) VALUES ('{}')", "$"],
            &["UPDATE %s set %s=%s", "$", "$", "$"],
            &["SELECT * FROM a WHERE b LIKE '%", "$", "%'"],
            &["SELECT * FROM a ORDER BY ", "$"],
            &["SELECT * FROM a WHERE ", "$"],
            &["SELECT * FROM a WHERE b IN ", "$"],
            &["SELECT * FROM a WHERE b = 1 AND NOT ", "$"],
        ] {
            assert!(!only_names(&built(values)), "{values:?}");
        }
    }
}
