//! Imports of whole modules, with the members that are used.

use oxc_ast::ast::*;
use rustc_hash::FxHashMap as HashMap;

use super::commonjs::is_module;

/// The names of a file that are bound to whole modules, and the members that are used of each. Scopes are not distinguished:
/// a name that is bound twice gets the members of both.
pub(crate) struct Whole {
    /// There may be some: else no name is followed.
    any: bool,
    /// The members that are used of each name, in the order of the text; `None`: it is used in another way, so any may
    /// be used.
    pub(super) names: HashMap<String, Option<Vec<Box<str>>>>,
    /// The imports, and the name that each is bound to.
    pub(super) imports: Vec<(u32, String)>,
    /// The name that the `require` or `import()` that comes next is bound to.
    pub(super) next: Option<String>,
    /// The position of the name whose member was just noted.
    noted: Option<u32>,
}

/// More members are taken for all.
const MAX_MEMBERS: usize = 200;

impl Whole {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            any: ["* as ", "require(", "import("].iter().any(|sign| text.contains(sign)),
            names: HashMap::default(),
            imports: Vec::new(),
            next: None,
            noted: None,
        }
    }

    pub(super) fn bind(&mut self, import: u32, name: &str) {
        if self.any {
            self.names.entry(name.to_owned()).or_insert_with(|| Some(Vec::new()));
            self.imports.push((import, name.to_owned()));
        }
    }

    /// `const a = require(…)`, `const a = await import(…)`.
    pub(crate) fn declares(&mut self, pattern: &BindingPattern<'_>, init: &Expression<'_>) {
        self.next = match pattern {
            BindingPattern::BindingIdentifier(id) if is_module(init) => Some(id.name.to_string()),
            _ => None,
        };
    }

    /// `a.member`.
    pub(crate) fn member(&mut self, object: &Expression<'_>, member: &str) {
        if let Expression::Identifier(id) = object {
            self.takes(id, member);
        }
    }

    pub(crate) fn takes(&mut self, id: &IdentifierReference<'_>, member: &str) {
        if !self.any {
            return;
        }
        // The name may precede the import that binds it.
        let taken = self
            .names
            .entry(id.name.to_string())
            .or_insert_with(|| Some(Vec::new()));
        if let Some(members) = taken {
            if members.len() >= MAX_MEMBERS {
                *taken = None;
            } else if !members.iter().any(|known| **known == *member) {
                members.push(member.into());
            }
        }
        self.noted = Some(id.span.start);
    }

    /// A name that is used; all of it, where no member of it was noted.
    pub(crate) fn mention(&mut self, id: &IdentifierReference<'_>) {
        if self.noted.take() != Some(id.span.start) {
            self.escapes(&id.name);
        }
    }

    pub(super) fn escapes(&mut self, name: &str) {
        match self.names.get_mut(name) {
            Some(taken) => *taken = None,
            None if self.any => {
                self.names.insert(name.to_owned(), None);
            }
            None => {}
        }
    }
}
