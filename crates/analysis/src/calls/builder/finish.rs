//! Completion of a file: functions that are called from outside, and the tables in their final form.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::super::{Calls, ClassId, ContainerId, NameId, ValueExpr, ValueId};
use super::{Builder, ScopeId};

impl Builder {
    /// Records the lookup of a member whose name is computed at run time: it may be any method of the file whose name has this
    /// prefix. Where a class uses it on its own object, methods of classes without a base are excluded.
    pub fn asks_by_name(&mut self, beginning: &str, of: Option<ClassId>) {
        // A short prefix matches too many names.
        if beginning.len() > 2 {
            self.beginnings.push(beginning.into());
        }
        self.by_name.push((beginning.to_owned(), of));
    }

    /// Records a text that may be the beginning of such a name, for all files.
    pub fn begins(&mut self, beginning: &str) {
        self.beginnings.push(beginning.into());
    }

    /// Records that a function reads the names around it by their texts (`locals()`, `eval(…)`): all functions of the file may
    /// be called.
    pub fn reads_scopes(&mut self) {
        self.reads_scopes = true;
    }

    /// Records a text that may be the name in a lookup at run time.
    pub fn quote(&mut self, text: &str) {
        let is_name = text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_name && text.bytes().next().is_some_and(|byte| !byte.is_ascii_digit()) {
            let name = self.name(text);
            self.quoted.push(name);
        }
    }

    /// Records a value that is used but not called: any code that holds it may call the function.
    pub fn mention(&mut self, value: ValueId) {
        let may_be_function = matches!(
            self.get(value),
            ValueExpr::Function(_)
                | ValueExpr::Import(..)
                | ValueExpr::Free(_)
                | ValueExpr::First(..)
                | ValueExpr::Decorated(..)
                | ValueExpr::Either(..)
        );
        if may_be_function {
            self.mentions.push((self.body(), value));
        }
    }

    /// Marks the functions that an exported value may be: it may be typed, chosen by a condition, or assigned later.
    fn enter_functions_of(&mut self, exported: ValueId, globals: &HashMap<NameId, ValueId>) {
        let mut seen = HashSet::new();
        let mut work = vec![exported];
        while let Some(value) = work.pop() {
            if !seen.insert(value) {
                continue;
            }
            match self.get(value) {
                ValueExpr::Free(name) => work.extend(globals.get(&name)),
                ValueExpr::First(a, b) | ValueExpr::Either(a, b) => work.extend([a, b]),
                ValueExpr::Function(function) => self.functions[function.index()].entry = true,
                _ => {}
            }
        }
    }

    fn enter_methods_asked_by_name(&mut self) {
        let by_name = std::mem::take(&mut self.by_name);
        // By beginning: the classes that ask their own objects; `None`: some object is asked.
        let mut asked: HashMap<&str, Option<HashSet<ClassId>>> = HashMap::new();
        for (beginning, of) in &by_name {
            let classes = asked.entry(beginning).or_insert_with(|| Some(HashSet::new()));
            match (of, &mut *classes) {
                (Some(class), Some(classes)) => drop(classes.insert(*class)),
                (None, _) => *classes = None,
                (Some(_), None) => {}
            }
        }
        let lengths: BTreeSet<usize> = asked.keys().map(|beginning| beginning.len()).collect();
        for at in (0..self.functions.len()).filter(|_| !asked.is_empty()) {
            let Some(class) = self.functions[at].class else {
                continue;
            };
            let name = self.text(self.functions[at].name);
            let has_bases = !self.classes[class.index()].bases.is_empty();
            let beginnings = lengths.range(..=name.len()).filter_map(|end| name.get(..*end));
            let mut classes = beginnings.filter_map(|beginning| asked.get(beginning));
            if classes.any(|classes| classes.as_ref().is_none_or(|of| has_bases || of.contains(&class))) {
                self.functions[at].entry = true;
            }
        }
    }

    #[must_use]
    pub fn finish(mut self) -> Calls {
        self.enter_methods_asked_by_name();
        if self.reads_scopes {
            let plain = self.functions.iter_mut().filter(|function| function.class.is_none());
            plain.for_each(|function| function.entry = true);
        }
        let mut globals = std::mem::take(&mut self.scopes[ScopeId::MODULE.index()].names);
        let exported = std::mem::take(&mut self.exported);
        for &value in exported.values() {
            self.enter_functions_of(value, &globals);
        }
        for (name, value) in exported {
            // `export { a }` does not change `a`.
            if value != self.value(ValueExpr::Free(name)) {
                globals.insert(name, value);
            }
        }
        let mut globals: Vec<_> = globals.into_iter().filter(|(_, value)| value.is_known()).collect();
        globals.sort_unstable();
        let mut members: Vec<_> = self.members.into_iter().map(|((a, b), value)| (a, b, value)).collect();
        members.sort_unstable();
        let containers = self.containers.len();
        let mut elements: Vec<_> = (0..)
            .map(ContainerId::new)
            .zip(self.containers)
            .flat_map(|(container, elements)| elements.into_iter().map(move |(key, value)| (container, key, value)))
            .collect();
        elements.sort_unstable();
        self.mentions.sort_unstable();
        self.mentions.dedup();
        self.quoted.sort_unstable();
        self.quoted.dedup();
        Calls {
            names: self.texts.into(),
            ends: self.ends.into(),
            values: self.values.into(),
            functions: self.functions.into(),
            classes: self.classes.into(),
            parameters: self.parameters.into(),
            defaults: self.defaults.into(),
            globals: globals.into(),
            members: members.into(),
            containers,
            elements: elements.into(),
            calls: self.calls.into(),
            arguments: self.arguments.into(),
            stars: self.stars.into(),
            mentions: self.mentions.into(),
            quoted: self.quoted.into(),
            beginnings: self.beginnings.into(),
        }
    }
}
