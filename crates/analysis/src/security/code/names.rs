//! Values of names.

use std::cell::Cell;
use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Value, sql};

/// Values of names, within functions and at the top.
#[derive(Debug, Default)]
pub struct Names {
    /// By function (0 is the top) and name: `None` where it is assigned twice or is a parameter.
    known: FxHashMap<usize, FxHashMap<String, Option<Value>>>,
    /// Parameters that are not assigned.
    parameters: FxHashSet<(usize, String)>,
    /// Bytes of values that were followed, in the whole file.
    followed: Cell<usize>,
}

impl Names {
    pub fn assign(&mut self, function: usize, name: &str, value: Value) {
        // Names that are joined from themselves would double with each line.
        let value = if value.fits(&mut 0) { value } else { Value::Unknown };
        // `$id = (int) $id`, `line = escape(line)`.
        let was_parameter = self.parameters.remove(&(function, name.to_owned()));
        let known = self.known.get(&function).and_then(|names| names.get(name));
        let is_of_before = |value: &Value| {
            known
                .and_then(Option::as_ref)
                .is_some_and(|known| value.contains(known))
        };
        let is_cleaned = value.is_settled()
            && !value.is_literal()
            && (was_parameter || value.is_made_of(name) || is_of_before(&value))
            || (was_parameter && matches!(value, Value::Number(_) | Value::Bool(_)));
        match self.known.entry(function).or_default().entry(name.to_owned()) {
            Entry::Occupied(mut slot) => {
                let next = match slot.get() {
                    _ if is_cleaned => Some(value),
                    Some(before) => before.or(value),
                    None => None,
                };
                slot.insert(next);
            }
            Entry::Vacant(slot) => {
                slot.insert(Some(value));
            }
        }
    }

    /// A name to which something is added: it stays what it is, if nothing in the addition is open.
    pub fn extend(&mut self, function: usize, name: &str, added: &Value) {
        let is_kept = !added.is_open(sql::SQL_SAFE)
            && match self.of(function, name) {
                Some(Value::Number(_)) => matches!(added, Value::Number(_)),
                Some(known) => !matches!(known, Value::Name(_)),
                None => false,
            };
        if !is_kept {
            self.assign(function, name, Value::Unknown);
        }
    }

    pub fn hide(&mut self, function: usize, name: &str) {
        self.parameters.insert((function, name.to_owned()));
        self.known.entry(function).or_default().insert(name.to_owned(), None);
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

    /// The value in this function, or the one at the top that is written or quoted.
    pub fn of(&self, function: usize, name: &str) -> Option<&Value> {
        if let Some(known) = self.known.get(&function).and_then(|names| names.get(name)) {
            return known.as_ref();
        }
        let top = self.known.get(&0)?.get(name)?.as_ref()?;
        top.is_settled().then_some(top)
    }

    pub fn is_assigned(&self, function: usize, name: &str) -> bool {
        self.known.get(&function).is_some_and(|names| names.contains_key(name))
    }
}
