//! Names that are open where a text is built, and what the file shows of their values: fixed by the class, given by each
//! caller, or checked by the function.
//!
//! It reads the text, only where a finding would be reported, so that all languages share it.

use super::super::value::Value;
use super::super::{Site, rules, sql};
use super::COMMAND;
use crate::security::text::Text;

mod callers;
mod checked;
mod members;
mod words;

/// The weakness of the rules about code that is executed.
const CODE: u16 = 95;

/// Names in one statement that are searched.
const MOST_NAMES: usize = 12;

/// Whether each part that is not written is a name whose value the file settles.
pub(super) fn is_settled(text: &Text<'_>, site: &Site, cwe: u16) -> bool {
    let safe = match cwe {
        COMMAND => rules::QUOTED,
        sql::CWE => sql::SQL_SAFE,
        CODE => &[],
        _ => return false,
    };
    let values = site.values.iter().chain(site.named.iter().map(|(_, value)| value));
    let mut names = Vec::new();
    let mut any = false;
    for value in values.filter(|value| is_built(value, safe)) {
        any = true;
        if !open_names(value, safe, &mut names) {
            return false;
        }
    }
    names.sort_unstable();
    names.dedup();
    let Ok(all) = std::str::from_utf8(text.bytes) else {
        return false;
    };
    let place = Place::of(all, site, text.language);
    any && !names.is_empty()
        && names.len() <= MOST_NAMES
        && names
            .into_iter()
            .all(|name| place.is_settled(&written(name, text.language)))
}

fn is_built(value: &Value, safe: &[&str]) -> bool {
    match value {
        Value::List(values) => values.iter().any(|value| value.is_built(safe)),
        value => value.is_built(safe),
    }
}

/// Adds the names that are open in a value; false where another part is.
fn open_names<'v>(value: &'v Value, safe: &[&str], names: &mut Vec<&'v str>) -> bool {
    if !value.is_open(safe) {
        return true;
    }
    match value {
        Value::Name(name) => {
            names.push(name);
            true
        }
        Value::Built(values) | Value::List(values) => values.iter().all(|value| open_names(value, safe, names)),
        Value::Object(members) => members.iter().all(|(_, value)| open_names(value, safe, names)),
        Value::Call(name, values) if super::super::is_format(name) || name.ends_with("join") => {
            values.iter().all(|value| open_names(value, safe, names))
        }
        _ => false,
    }
}

/// A name as the source has it.
fn written(name: &str, language: &str) -> String {
    let name = name.strip_prefix("own:").unwrap_or(name);
    match language {
        "php" => name.replace('.', "->"),
        _ => name.to_owned(),
    }
}

/// Where a text is built.
struct Place<'t> {
    text: &'t str,
    /// The function around it, from its name on, up to the place.
    before: &'t str,
    /// The name of the function; empty at the top.
    function: &'t str,
    /// Offset of the function's name.
    start: usize,
}

/// Bytes of a function that are read, and where there is none.
const MAX_BEFORE: usize = 6_000;
const MAX_NEAR: usize = 600;

impl<'t> Place<'t> {
    fn of(text: &'t str, site: &'t Site, language: &str) -> Self {
        let at = text.floor_char_boundary(site.at);
        let function = site.within.rsplit('.').next().unwrap_or_default();
        let least = text.ceil_char_boundary(at.saturating_sub(MAX_BEFORE));
        let opening = if language == "ruby" { "" } else { "(" };
        let defined = words::occurrences(&text[least..at], function)
            .filter(|found| text[least + found + function.len()..].trim_start().starts_with(opening))
            .filter(|found| callers::is_definition(text, least + found, function))
            .last();
        // At the top, and in functions without a name, what is near.
        let near = text.ceil_char_boundary(at.saturating_sub(MAX_NEAR)).max(least);
        let start = defined.map_or(near, |found| least + found);
        Self {
            text,
            before: &text[start..at],
            function: if defined.is_some() { function } else { "" },
            start,
        }
    }

    fn is_settled(&self, name: &str) -> bool {
        checked::is_checked(self.text, self.before, name)
            || members::is_fixed(self.text, name)
            || (!self.function.is_empty() && callers::all_give_fixed(self.text, self.function, self.start, name))
    }
}
