//! The parts of a statement that are not written.

use crate::security::code::{Value, is_format};

/// A part of a statement that is not written.
pub struct OpenPart {
    /// The statement before it, with `x` for each other part.
    pub before: String,
    /// The written text right behind it.
    pub after: String,
    pub value: Value,
}

impl OpenPart {
    /// Whether it is in the first word of the text.
    pub fn is_in_first_word(&self) -> bool {
        !self.before.trim_start().contains(char::is_whitespace)
    }

    /// A name of a part of the language, also where a value may be: `getTimestampStatement()`,
    /// `$blog_prefix`.
    pub fn is_expression(&self) -> bool {
        let name = last_of(&self.value);
        let is_prefix = ["table_prefix", "blog_prefix", "db_prefix", "dbprefix", "tableprefix"]
            .iter()
            .any(|prefix| name.ends_with(prefix));
        let is_statement = ["sql", "statement", "subquery", "expression", "clause"]
            .iter()
            .any(|word| name.ends_with(word));
        is_prefix || is_statement
    }

    /// Whether it is behind `LIMIT` or `OFFSET` and is named for it, or for a page.
    pub fn is_number_of_rows(&self) -> bool {
        let before = self.before.trim_end().to_ascii_lowercase();
        let name = last_of(&self.value);
        (before.ends_with("limit") || before.ends_with("offset"))
            && ["limit", "offset", "size", "page", "count", "start", "max"]
                .iter()
                .any(|word| name.contains(word))
    }

    /// The number of a record, by the name of a member: `user.id`, `$post->ID`, `self.account_id(name)`.
    pub fn is_number_of_record(&self) -> bool {
        let (Value::Name(name) | Value::Call(name, _)) = &self.value else {
            return false;
        };
        let Some((_, member)) = name.trim_end_matches("()").rsplit_once('.') else {
            return false;
        };
        let lower = member.to_ascii_lowercase();
        matches!(lower.as_str(), "id" | "pk" | "lft" | "rgt") || lower.ends_with("_id") || member.ends_with("Id")
    }

    /// A clause, or a list of keys, by the name of the variable.
    pub fn is_named_structure(&self) -> bool {
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
            "where",
            "having",
            "cond",
            "criteria",
            "clause",
        ];
        let value = &self.value;
        let name = last_of(value);
        let is_list = self.before.trim_end().ends_with('(');
        let inner = match value {
            Value::Call(_, values) if matches!(name.as_str(), "join" | "implode") => {
                values.iter().map(last_of_inner).collect()
            }
            _ => vec![name.clone()],
        };
        inner
            .iter()
            .any(|name| name == "and" || CLAUSES.iter().any(|clause| name.contains(clause)))
            || (is_list
                && inner.iter().any(|name| {
                    (name.trim_start_matches('$').starts_with("ids") || name.ends_with("ids"))
                        || name.contains("_ids")
                        || name.contains("id_list")
                        || name.contains("id_in")
                }))
    }
}

/// The last part of a name, in lowercase.
fn last_of(value: &Value) -> String {
    match value {
        Value::Name(name) | Value::Call(name, _) => name
            .rsplit(['.', ':', '$', '>'])
            .next()
            .unwrap_or(name)
            .to_ascii_lowercase(),
        _ => String::new(),
    }
}

/// The same of what a function takes that only selects: `array_keys($ids)`.
fn last_of_inner(value: &Value) -> String {
    match value {
        Value::Call(name, values)
            if name.starts_with("array_") || matches!(name.as_str(), "sorted" | "map" | "list" | "set") =>
        {
            values.last().map(last_of_inner).unwrap_or_default()
        }
        value => last_of(value),
    }
}

/// The parts of a statement that are not written.
pub fn open_parts(statement: &Value, safe: &[&str]) -> Option<Vec<OpenPart>> {
    let (Value::Built(parts) | Value::Call(_, parts)) = statement else {
        return None;
    };
    let (first, rest) = parts.split_first()?;
    let written = match first {
        Value::Built(inner) if is_call(statement) => {
            let marked = inner.iter().map(|part| part.text().unwrap_or("x"));
            marked.collect::<String>()
        }
        first => first.text().unwrap_or_default().to_owned(),
    };
    let pieces = placeholders(&written);
    // `"… %s … %s" % (a, b)`, `"… {} …".format(a)`, `Sprintf`.
    let is_format = pieces.len() > 1 && (!rest.iter().any(|part| part.text().is_some()) || is_call(statement));
    let mut open = Vec::new();
    let mut add = |before: &str, after: &str, value: &Value| {
        if value.is_open(safe) {
            open.push(OpenPart {
                before: before.to_owned(),
                after: after.to_owned(),
                value: value.clone(),
            });
        }
    };
    if is_format {
        if let Value::Built(inner) = first {
            inner.iter().for_each(|part| add("", "", part));
        }
        add_filled_in(&pieces, rest, !is_call(statement), &mut add);
    } else {
        add_joined(parts, &mut add);
    }
    Some(open)
}

/// The values of placeholders. `has_more`: others may follow the text, as in `"… %s …" % a + b`.
fn add_filled_in(pieces: &[&str], values: &[Value], has_more: bool, add: &mut impl FnMut(&str, &str, &Value)) {
    let values: Vec<&Value> = values.iter().flat_map(members).collect();
    let mut before = pieces[0].to_owned();
    for (at, piece) in pieces[1..].iter().enumerate() {
        if let Some(value) = values.get(at) {
            add(&before, piece, value);
        }
        before.push('x');
        before.push_str(piece);
    }
    for value in values.iter().skip(pieces.len() - 1).filter(|_| has_more) {
        add(&before, "", value);
    }
}

/// The parts between texts that are joined.
fn add_joined(parts: &[Value], add: &mut impl FnMut(&str, &str, &Value)) {
    let mut before = String::new();
    for (at, part) in parts.iter().enumerate() {
        match part.text() {
            Some(text) => before.push_str(text),
            None => {
                let after = parts.get(at + 1).and_then(Value::text).unwrap_or_default();
                add(&before, after, part);
                before.push('x');
            }
        }
    }
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
