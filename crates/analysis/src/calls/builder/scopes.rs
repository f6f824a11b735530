//! Scopes: where names are bound and read.

use std::collections::HashMap;

use super::super::{MODULE, OPAQUE, Sym, UNKNOWN, V, Value};
use super::{Builder, Kind, Scope};

impl Builder {
    // Scopes.

    pub fn push(&mut self, kind: Kind) {
        let (function, class) = (self.function(), self.class());
        self.scopes.push(Scope {
            kind,
            parent: self.current,
            names: HashMap::new(),
            function,
            class,
            branch: self.branch,
        });
        self.current = self.scopes.len() - 1;
    }

    pub fn pop(&mut self) {
        self.branch = self.scopes[self.current].branch;
        self.current = self.scopes[self.current].parent;
    }

    /// Leaves a block whose names functions above it may read: the module has them too, where it has none of its own.
    pub fn pop_to_module(&mut self) {
        let names = self.scopes[self.current].names.clone();
        for (sym, value) in names {
            self.scopes[0].names.entry(sym).or_insert(value);
        }
        self.pop();
    }

    /// The scope that is open, to come back to.
    #[must_use]
    pub fn scope(&self) -> usize {
        self.current
    }

    /// Goes on in a scope that was left.
    pub fn resume(&mut self, scope: usize) {
        self.current = scope;
        self.branch = 0;
    }

    #[must_use]
    pub fn function(&self) -> u32 {
        self.scopes[self.current].function
    }

    #[must_use]
    pub fn class(&self) -> Option<u32> {
        self.scopes[self.current].class
    }

    #[must_use]
    pub fn kind(&self) -> Kind {
        self.scopes[self.current].kind
    }

    pub fn open_branch(&mut self) {
        self.branch += 1;
    }

    pub fn close_branch(&mut self) {
        self.branch = self.branch.saturating_sub(1);
    }

    pub fn bind(&mut self, name: &str, value: V) {
        let sym = self.sym(name);
        self.bind_in(self.current, sym, value);
    }

    /// Binds a name that the current scope does not have.
    pub fn bind_new(&mut self, name: &str, value: V) {
        let sym = self.sym(name);
        self.scopes[self.current].names.entry(sym).or_insert(value);
    }

    /// A function of the module: others of its name in the file are overloads, or variants by `#if`.
    pub fn bind_overload(&mut self, name: &str, value: V) {
        let sym = self.sym(name);
        let old = self.scopes[0].names.get(&sym).copied();
        let value = match old {
            Some(old) if matches!(self.get(old), Value::Function(_) | Value::Either(..)) => self.either(old, value),
            _ => value,
        };
        self.scopes[0].names.insert(sym, value);
    }

    /// Hides a name of the module in the open function: here it is a variable whose value is unknown.
    pub fn hide(&mut self, name: &str) {
        if self.kind() != Kind::Function {
            return;
        }
        let sym = self.sym(name);
        let mut at = self.current;
        while at != 0 && self.scopes[at].kind != Kind::Class {
            if self.scopes[at].names.contains_key(&sym) {
                return;
            }
            at = self.scopes[at].parent;
        }
        self.scopes[self.current].names.insert(sym, UNKNOWN);
    }

    /// Binds in the nearest scope that is no block (`var`, a function in a block).
    pub fn bind_in_function(&mut self, name: &str, value: V) {
        let sym = self.sym(name);
        let mut at = self.current;
        while self.scopes[at].kind == Kind::Block {
            at = self.scopes[at].parent;
        }
        self.bind_in(at, sym, value);
    }

    /// Binds where the name is bound already, or else here.
    pub fn assign(&mut self, name: &str, value: V) {
        let sym = self.sym(name);
        let mut at = self.current;
        while at != 0 && !self.scopes[at].names.contains_key(&sym) {
            at = self.scopes[at].parent;
        }
        self.bind_in(at, sym, value);
    }

    pub fn bind_global(&mut self, name: &str, value: V) {
        let sym = self.sym(name);
        self.bind_in(0, sym, value);
    }

    /// Binds a name of the module that nothing in it is called by.
    pub fn bind_if_free(&mut self, name: &str, value: V) {
        let sym = self.sym(name);
        self.scopes[0].names.entry(sym).or_insert(value);
    }

    fn bind_in(&mut self, scope: usize, sym: Sym, value: V) {
        let far = self.scopes[scope].function != self.function();
        let weak = self.branch > self.scopes[scope].branch.min(self.branch) || far;
        let old = self.scopes[scope].names.get(&sym).copied();
        let value = match old {
            Some(old) if weak || (self.branch > 0 && scope == self.current) => self.either(old, value),
            _ => value,
        };
        self.scopes[scope].names.insert(sym, value);
    }

    /// The value of a name here. `classes`: names of a class are visible inside of its methods too.
    pub fn read(&mut self, name: &str) -> V {
        let sym = self.sym(name);
        let mut at = self.current;
        let mut own_class = true;
        loop {
            let scope = &self.scopes[at];
            if (scope.kind != Kind::Class || own_class)
                && let Some(&value) = scope.names.get(&sym)
            {
                return value;
            }
            own_class &= scope.kind == Kind::Block;
            if at == 0 {
                return self.value(Value::Free(sym));
            }
            at = scope.parent;
        }
    }

    /// As [`Builder::read`]; a name of the module that a function uses is resolved when the module is complete.
    pub fn read_late(&mut self, name: &str) -> V {
        let sym = self.sym(name);
        let in_function = self.function() != MODULE;
        let mut at = self.current;
        loop {
            if let Some(&value) = self.scopes[at].names.get(&sym) {
                return match at {
                    0 if in_function && value != OPAQUE => self.value(Value::Free(sym)),
                    _ => value,
                };
            }
            if at == 0 {
                return self.value(Value::Free(sym));
            }
            at = self.scopes[at].parent;
        }
    }

    /// The name as the finished module has it.
    pub fn free(&mut self, name: &str) -> V {
        let sym = self.sym(name);
        self.value(Value::Free(sym))
    }
}
