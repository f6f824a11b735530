//! The scopes of a module, and the names that they bind.

use std::collections::{HashMap, HashSet};

use super::Bindings;
use crate::ids::ids;

ids! {
    /// A scope of a module: a place in [`Bindings::scopes`].
    NameScopeId;
}

impl NameScopeId {
    /// The outermost scope, which is always there.
    pub(super) const MODULE: Self = Self::new(0);
}

impl Default for NameScopeId {
    fn default() -> Self {
        Self::MODULE
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Module,
    Class,
    Function,
}

pub(super) struct NameScope<'a> {
    pub(super) kind: Kind,
    pub(super) parent: NameScopeId,
    pub(super) names: HashMap<&'a str, Bound>,
    /// Names that `global` hands to the module.
    pub(super) globals: HashSet<&'a str>,
}

impl NameScope<'_> {
    pub(super) fn new(kind: Kind, parent: NameScopeId) -> Self {
        Self {
            kind,
            parent,
            names: HashMap::new(),
            globals: HashSet::new(),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Bound {
    pub(super) import: Option<ImportOf>,
    pub(super) used: bool,
}

/// Offsets of an import's alias and of its statement.
#[derive(Debug)]
pub(super) struct ImportOf {
    pub(super) alias: u32,
    pub(super) statement: u32,
}

impl<'a> Bindings<'a> {
    pub(super) fn push(&mut self, kind: Kind) {
        self.scopes.push(NameScope::new(kind, self.current));
        self.current = NameScopeId::new(self.scopes.len() - 1);
    }

    pub(super) fn pop(&mut self) {
        self.current = self.scopes[self.current.index()].parent;
    }

    pub(super) fn bind(&mut self, name: &'a str, import: Option<ImportOf>) {
        let is_global = self.scopes[self.current.index()].globals.contains(name);
        let scope = if is_global { NameScopeId::MODULE } else { self.current };
        // An assignment in a function to a name of the module does not replace the module's import.
        if is_global
            && self.scopes[NameScopeId::MODULE.index()]
                .names
                .get(name)
                .is_some_and(|bound| bound.import.is_some())
        {
            return;
        }
        let names = &mut self.scopes[scope.index()].names;
        let used = names.get(name).is_some_and(|old| old.used);
        names.insert(name, Bound { import, used });
    }

    pub(super) fn read(&mut self, name: &str) {
        let mut at = if self.scopes[self.current.index()].globals.contains(name) {
            NameScopeId::MODULE
        } else {
            self.current
        };
        let mut innermost = true;
        loop {
            let scope = &mut self.scopes[at.index()];
            // A class's names are seen in its own body only.
            if (innermost || scope.kind != Kind::Class)
                && let Some(bound) = scope.names.get_mut(name)
            {
                bound.used = true;
                // An annotation may be read outside of the function, where a local import of the name is not seen.
                if !self.in_annotation {
                    return;
                }
            }
            if at == NameScopeId::MODULE {
                return;
            }
            innermost = false;
            at = scope.parent;
        }
    }
}
