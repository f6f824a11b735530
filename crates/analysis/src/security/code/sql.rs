//! Statements of SQL that are built from text.

use super::{Site, Value};
use catalog::reads_catalog;
pub use parts::{OpenPart, open_parts};
use place::{is_name_next, is_value_next};

mod catalog;
mod parts;
mod place;

/// The weakness of all rules about such statements.
pub const CWE: u16 = 89;

/// A condition of Active Record, which is no statement by itself.
pub fn is_condition(name: &str) -> bool {
    matches!(name.rsplit('.').next(), Some("where" | "having"))
}

impl Site {
    /// One of the first values is built and has a statement of SQL.
    pub fn is_built_sql(&self) -> bool {
        self.built_sql().next().is_some()
    }

    /// The places and statements that are built.
    fn built_sql(&self) -> impl Iterator<Item = (usize, &Value)> {
        let is_condition = is_condition(&self.name);
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
            let Some(open) = open_parts(statement, SQL_SAFE) else {
                return false;
            };
            let is_condition = is_condition(&self.name);
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
                    || part.is_expression()
                    || part.is_number_of_record()
                    || part.is_number_of_rows()
                    || (!is_value_next(&part.before) && (has_parameters || is_condition || part.is_named_structure()));
                !is_of_request && is_structure
            })
        }) && any
    }
}

/// The written text, with that in arguments of functions: `escape(`sqlite_master`)`.
fn text_of(statement: &Value) -> String {
    match statement {
        Value::Call(_, values) | Value::Built(values) => values.iter().map(text_of).collect(),
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

/// `$wpdb->posts`, `self.db.arg`: the name of a table, or a part of statements of this database.
pub fn is_member_of_dialect(name: &str) -> bool {
    const MEMBERS: &[&str] = &[
        "arg",
        "paramstyle",
        "placeholder",
        "param",
        "prefix",
        "dbprefix",
        "table_prefix",
    ];
    name.rsplit_once('.').is_some_and(|(object, member)| {
        object.ends_with("wpdb") || (is_dialect(object) && MEMBERS.contains(&member.to_ascii_lowercase().as_str()))
    })
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

/// What returns a part of a statement that is quoted.
pub const SQL_SAFE: &[&str] = &[
    "Identifier",
    "quote_ident",
    "quote_identifier",
    "escape",
    "escapeId",
    "quote_name",
    "quote",
    "q",
    "dbesc",
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

/// The words that such a statement begins with.
pub const FIRST_WORDS: &[&str] = &["select", "insert", "replace", "update", "delete", "with"];

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
        open_parts(statement, SQL_SAFE)
            .is_some_and(|open| open.iter().all(|part| is_name_next(&part.before, &part.after)))
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
