//! Statements of SQL that are built from text.

use super::{Site, Value, is_format};

/// The weakness of all rules about such statements.
pub const CWE: u16 = 89;

/// Words behind which a name of a table or a column is named.
const BEFORE_NAMES: &[&str] = &[
    "select", "distinct", "from", "into", "update", "join", "table", "set", "index", "on",
];

impl Site {
    /// One of the first values is built and has a statement of SQL.
    pub fn is_built_sql(&self) -> bool {
        self.built_sql().next().is_some()
    }

    fn built_sql(&self) -> impl Iterator<Item = &Value> {
        self.values.iter().take(2).filter(|value| {
            let text = match value {
                Value::Call(_, values) => values.first().map(Value::written).unwrap_or_default(),
                value => value.written(),
            };
            value.is_built(SQL_SAFE) && is_sql(&text)
        })
    }

    /// Whether all parts that are not written are at a place where a table or a column is named.
    pub fn builds_only_names_of_sql(&self) -> bool {
        let mut any = false;
        self.built_sql().all(|value| {
            any = true;
            only_names(value)
        }) && any
    }
}

/// Whether each open part of a statement is at a place where a table or a column is named.
fn only_names(statement: &Value) -> bool {
    let parts = match statement {
        Value::Built(parts) | Value::Call(_, parts) => parts,
        _ => return false,
    };
    let (first, rest) = match parts.split_first() {
        Some((Value::Text(text), rest)) => (text.as_str(), rest),
        _ => return false,
    };
    let pieces: Vec<&str> = placeholders(first);
    // `"… %s … %s" % (a, b)`, `"… {} …".format(a)`, `Sprintf`.
    let is_format = pieces.len() > 1 && (!rest.iter().any(|part| part.text().is_some()) || is_call(statement));
    let mut before = pieces[0].to_owned();
    if is_format {
        let values: Vec<&Value> = rest.iter().flat_map(members).collect();
        return pieces[1..].iter().enumerate().all(|(at, piece)| {
            let is_good = values.get(at).is_none_or(|value| !value.is_open(SQL_SAFE)) || is_name_next(&before);
            before.push('x');
            before.push_str(piece);
            is_good
        });
    }
    first.clone_into(&mut before);
    rest.iter().all(|part| {
        let is_good = !part.is_open(SQL_SAFE) || is_name_next(&before);
        match part.text() {
            Some(text) => before.push_str(text),
            None => before.push('x'),
        }
        is_good
    })
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

/// Whether the text ends where a table or a column is named.
fn is_name_next(before: &str) -> bool {
    let bare = before.trim_end().trim_end_matches(['`', '"', '[']);
    if before.trim_end().ends_with(['`', '[']) {
        return true;
    }
    let words: Vec<String> = bare
        .split(|c: char| c.is_whitespace())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let is_before = |back: usize| {
        let word = words.len().checked_sub(back).and_then(|at| words.get(at));
        word.is_some_and(|word| BEFORE_NAMES.contains(&word.as_str()))
    };
    // `where a `: an operator follows, not a value.
    let is_operator = words.len() > 2
        && ["where", "and", "or"].contains(&words[words.len() - 2].as_str())
        && words[words.len() - 1]
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        && !["not", "exists"].contains(&words[words.len() - 1].as_str());
    // `from `, `insert into t (`, `from schema.`.
    is_operator
        || is_before(1)
        || (bare.ends_with('(') && (is_before(2) || is_before(3)))
        || (bare.ends_with('.') && is_before(2))
}

const SQL_SAFE: &[&str] = &[
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
