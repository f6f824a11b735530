//! Scopes: where names are bound and read.

use std::collections::HashMap;

use super::super::{Body, ClassId, NameId, ValueExpr, ValueId};
use super::{Builder, Scope, ScopeId, ScopeKind};

impl Builder {
    // Scopes.

    pub fn push(&mut self, kind: ScopeKind) {
        let (body, class) = (self.body(), self.class());
        self.scopes.push(Scope {
            kind,
            parent: self.current,
            names: HashMap::new(),
            body,
            class,
            branch: self.branch,
        });
        self.current = ScopeId::new(self.scopes.len() - 1);
    }

    pub fn pop(&mut self) {
        self.branch = self.scopes[self.current.index()].branch;
        self.current = self.scopes[self.current.index()].parent;
    }

    /// Leaves a block whose names functions above it may read: the module has them too, where it has none of its own.
    pub fn pop_to_module(&mut self) {
        let names = self.scopes[self.current.index()].names.clone();
        for (sym, value) in names {
            self.scopes[ScopeId::MODULE.index()].names.entry(sym).or_insert(value);
        }
        self.pop();
    }

    /// The scope that is open, to come back to.
    #[must_use]
    pub fn scope(&self) -> ScopeId {
        self.current
    }

    /// Goes on in a scope that was left.
    pub fn resume(&mut self, scope: ScopeId) {
        self.current = scope;
        self.branch = 0;
    }

    #[must_use]
    pub fn body(&self) -> Body {
        self.scopes[self.current.index()].body
    }

    #[must_use]
    pub fn class(&self) -> Option<ClassId> {
        self.scopes[self.current.index()].class
    }

    #[must_use]
    pub fn kind(&self) -> ScopeKind {
        self.scopes[self.current.index()].kind
    }

    pub fn open_branch(&mut self) {
        self.branch += 1;
    }

    pub fn close_branch(&mut self) {
        self.branch = self.branch.saturating_sub(1);
    }

    pub fn bind(&mut self, name: &str, value: ValueId) {
        let name = self.name(name);
        self.bind_in(self.current, name, value);
    }

    /// Binds a name that the current scope does not have.
    pub fn bind_new(&mut self, name: &str, value: ValueId) {
        let name = self.name(name);
        self.scopes[self.current.index()].names.entry(name).or_insert(value);
    }

    /// A function of the module: others of its name in the file are overloads, or variants by `#if`.
    pub fn bind_overload(&mut self, name: &str, value: ValueId) {
        let name = self.name(name);
        let old = self.scopes[ScopeId::MODULE.index()].names.get(&name).copied();
        let value = match old {
            Some(old) if matches!(self.get(old), ValueExpr::Function(_) | ValueExpr::Either(..)) => {
                self.either(old, value)
            }
            // Too many of them.
            Some(ValueId::UNKNOWN) => ValueId::UNKNOWN,
            _ => value,
        };
        self.scopes[ScopeId::MODULE.index()].names.insert(name, value);
    }

    /// Hides a name of the module in the open function: here it is a variable whose value is unknown.
    pub fn hide(&mut self, name: &str) {
        if self.kind() != ScopeKind::Function {
            return;
        }
        let name = self.name(name);
        let mut at = self.current;
        while at != ScopeId::MODULE && self.scopes[at.index()].kind != ScopeKind::Class {
            if self.scopes[at.index()].names.contains_key(&name) {
                return;
            }
            at = self.scopes[at.index()].parent;
        }
        self.scopes[self.current.index()].names.insert(name, ValueId::UNKNOWN);
    }

    /// Binds in the nearest scope that is no block (`var`, a function in a block).
    pub fn bind_in_function(&mut self, name: &str, value: ValueId) {
        let name = self.name(name);
        let mut at = self.current;
        while self.scopes[at.index()].kind == ScopeKind::Block {
            at = self.scopes[at.index()].parent;
        }
        self.bind_in(at, name, value);
    }

    /// Binds where the name is bound already, or else here.
    pub fn assign(&mut self, name: &str, value: ValueId) {
        let name = self.name(name);
        let mut at = self.current;
        while at != ScopeId::MODULE && !self.scopes[at.index()].names.contains_key(&name) {
            at = self.scopes[at.index()].parent;
        }
        self.bind_in(at, name, value);
    }

    pub fn bind_global(&mut self, name: &str, value: ValueId) {
        let name = self.name(name);
        self.bind_in(ScopeId::MODULE, name, value);
    }

    /// Binds a name of the module that nothing in it is called by.
    pub fn bind_if_free(&mut self, name: &str, value: ValueId) {
        let name = self.name(name);
        self.scopes[ScopeId::MODULE.index()].names.entry(name).or_insert(value);
    }

    fn bind_in(&mut self, scope: ScopeId, name: NameId, value: ValueId) {
        let far = self.scopes[scope.index()].body != self.body();
        let weak = self.branch > self.scopes[scope.index()].branch.min(self.branch) || far;
        let old = self.scopes[scope.index()].names.get(&name).copied();
        let value = match old {
            Some(old) if weak || (self.branch > 0 && scope == self.current) => self.either(old, value),
            _ => value,
        };
        self.scopes[scope.index()].names.insert(name, value);
    }

    /// The value of a name here. `classes`: names of a class are visible inside of its methods too.
    pub fn read(&mut self, name: &str) -> ValueId {
        let name = self.name(name);
        let mut at = self.current;
        let mut own_class = true;
        loop {
            let scope = &self.scopes[at.index()];
            if (scope.kind != ScopeKind::Class || own_class)
                && let Some(&value) = scope.names.get(&name)
            {
                return value;
            }
            own_class &= scope.kind == ScopeKind::Block;
            if at == ScopeId::MODULE {
                return self.value(ValueExpr::Free(name));
            }
            at = scope.parent;
        }
    }

    /// As [`Builder::read`]; a name of the module that a function uses is resolved when the module is complete.
    pub fn read_late(&mut self, name: &str) -> ValueId {
        let name = self.name(name);
        let in_function = self.body() != Body::Module;
        let mut at = self.current;
        loop {
            if let Some(&value) = self.scopes[at.index()].names.get(&name) {
                return match at {
                    ScopeId::MODULE if in_function && value != ValueId::OPAQUE => self.value(ValueExpr::Free(name)),
                    _ => value,
                };
            }
            if at == ScopeId::MODULE {
                return self.value(ValueExpr::Free(name));
            }
            at = self.scopes[at.index()].parent;
        }
    }

    /// The name as the finished module has it.
    pub fn free(&mut self, name: &str) -> ValueId {
        let name = self.name(name);
        self.value(ValueExpr::Free(name))
    }
}
