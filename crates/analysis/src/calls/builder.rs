//! Builds a file's [`Calls`](super::Calls) while its tree is walked. Names are bound scope by scope in the order of the
//! text. An assignment in a branch adds to the values of a name, another assignment replaces them.

use std::collections::HashMap;

use super::{
    Argument, Body, Call, ClassDefinition, ClassId, ContainerId, Definition, FunctionId, ImportId, NameId, NameKey,
    Signature, ValueExpr, ValueId,
};
use crate::ids::ids;

mod definitions;
mod finish;
mod scopes;

/// A name that may be more than this many things may be anything.
const MAX_ALTERNATIVES: u32 = 6;

/// Above this number, further values of a file are ignored: such files are generated tables, and attacks.
const MAX_VALUES: usize = 400_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeKind {
    Module,
    Class,
    Function,
    /// A block or a comprehension: part of its function.
    Block,
}

ids! {
    /// A scope of a file: a place in [`Builder::scopes`].
    ScopeId;
}

impl ScopeId {
    /// The outermost scope, which is always there.
    const MODULE: Self = Self::new(0);
}

#[derive(Debug)]
struct Scope {
    kind: ScopeKind,
    parent: ScopeId,
    names: HashMap<NameId, ValueId>,
    body: Body,
    class: Option<ClassId>,
    /// Branches that were open outside of it.
    branch: u32,
}

#[derive(Debug)]
pub struct Builder {
    names: HashMap<Box<str>, NameId>,
    texts: String,
    ends: Vec<u32>,
    values: Vec<ValueExpr>,
    known: HashMap<ValueExpr, ValueId>,
    scopes: Vec<Scope>,
    current: ScopeId,
    branch: u32,
    members: HashMap<(ClassId, NameId), ValueId>,
    /// Elements of each list and dictionary that is written out.
    containers: Vec<HashMap<NameKey<NameId>, ValueId>>,
    /// How many elements there are in all.
    elements: usize,
    /// How many were read to be put elsewhere.
    copied: usize,
    functions: Vec<Definition>,
    classes: Vec<ClassDefinition>,
    calls: Vec<Call>,
    arguments: Vec<Argument>,
    parameters: Vec<NameId>,
    defaults: Vec<(FunctionId, u16, ValueId)>,
    stars: Vec<ImportId>,
    mentions: Vec<(Body, ValueId)>,
    quoted: Vec<NameId>,
    beginnings: Vec<Box<str>>,
    exported: HashMap<NameId, ValueId>,
    /// Prefixes of method names for lookups at run time, and the class that uses them on its own object.
    by_name: Vec<(String, Option<ClassId>)>,
    reads_scopes: bool,
}

impl Default for Builder {
    fn default() -> Self {
        let mut builder = Self {
            names: HashMap::new(),
            texts: String::new(),
            ends: Vec::new(),
            values: Vec::new(),
            known: HashMap::new(),
            scopes: Vec::new(),
            current: ScopeId::MODULE,
            branch: 0,
            members: HashMap::new(),
            containers: Vec::new(),
            elements: 0,
            copied: 0,
            functions: Vec::new(),
            classes: Vec::new(),
            calls: Vec::new(),
            arguments: Vec::new(),
            parameters: Vec::new(),
            defaults: Vec::new(),
            stars: Vec::new(),
            mentions: Vec::new(),
            quoted: Vec::new(),
            beginnings: Vec::new(),
            exported: HashMap::new(),
            by_name: Vec::new(),
            reads_scopes: false,
        };
        builder.value(ValueExpr::Unknown);
        builder.value(ValueExpr::Opaque);
        builder.scopes.push(Scope {
            kind: ScopeKind::Module,
            parent: ScopeId::MODULE,
            names: HashMap::new(),
            body: Body::Module,
            class: None,
            branch: 0,
        });
        builder
    }
}

fn place(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Builder {
    pub fn name(&mut self, text: &str) -> NameId {
        if let Some(&name) = self.names.get(text) {
            return name;
        }
        let name = NameId::new(self.ends.len());
        self.texts.push_str(text);
        self.ends.push(place(self.texts.len()));
        self.names.insert(text.into(), name);
        name
    }

    fn text(&self, name: NameId) -> &str {
        let start = name.index().checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.texts[start as usize..self.ends[name.index()] as usize]
    }

    pub fn value(&mut self, value: ValueExpr) -> ValueId {
        if let Some(&known) = self.known.get(&value) {
            return known;
        }
        if self.values.len() >= MAX_VALUES {
            return ValueId::UNKNOWN;
        }
        let at = ValueId::new(self.values.len());
        self.values.push(value);
        self.known.insert(value, at);
        at
    }

    #[must_use]
    pub fn get(&self, value: ValueId) -> ValueExpr {
        self.values[value.index()]
    }

    fn alternatives(&self, value: ValueId) -> u32 {
        let (mut count, mut at) = (1, value);
        while let ValueExpr::Either(rest, _) = self.values[at.index()] {
            (count, at) = (count + 1, rest);
        }
        count
    }

    pub fn either(&mut self, a: ValueId, b: ValueId) -> ValueId {
        if a == b || b == ValueId::UNKNOWN || b == ValueId::OPAQUE {
            return a;
        }
        if a == ValueId::UNKNOWN || a == ValueId::OPAQUE {
            return b;
        }
        let mut at = a;
        while let ValueExpr::Either(rest, last) = self.values[at.index()] {
            if last == b || rest == b {
                return a;
            }
            at = rest;
        }
        if self.alternatives(a) >= MAX_ALTERNATIVES || matches!(self.get(b), ValueExpr::Either(..)) {
            return ValueId::UNKNOWN;
        }
        self.value(ValueExpr::Either(a, b))
    }

    pub fn first(&mut self, a: ValueId, b: ValueId) -> ValueId {
        match (a, b) {
            (ValueId::UNKNOWN | ValueId::OPAQUE, _) => b,
            (_, ValueId::UNKNOWN | ValueId::OPAQUE) => a,
            _ if a == b => a,
            _ => self.value(ValueExpr::First(a, b)),
        }
    }

    pub fn member(&mut self, base: ValueId, name: &str) -> ValueId {
        if base == ValueId::OPAQUE {
            return ValueId::OPAQUE;
        }
        let name = self.name(name);
        self.value(ValueExpr::Member(base, name))
    }

    pub fn result(&mut self, callee: ValueId) -> ValueId {
        match callee {
            ValueId::OPAQUE | ValueId::UNKNOWN => callee,
            _ => self.value(ValueExpr::Result(callee)),
        }
    }

    pub fn element(&mut self, base: ValueId, key: Option<&str>) -> ValueId {
        if base == ValueId::OPAQUE || base == ValueId::UNKNOWN {
            return base;
        }
        let key = key.map_or(NameKey::Any, |key| NameKey::Name(self.name(key)));
        // A list in a list, written out: what is put into it later is seen too.
        if let ValueExpr::Container(container) = self.get(base)
            && let Some(&inner) = self.containers[container.index()].get(&key)
            && matches!(self.get(inner), ValueExpr::Container(_))
        {
            return inner;
        }
        self.value(ValueExpr::Element(base, key))
    }

    /// Puts all elements of one container into another.
    pub fn put_all(&mut self, into: ValueId, from: ValueId) {
        let (ValueExpr::Container(into), ValueExpr::Container(from)) = (self.get(into), self.get(from)) else {
            return;
        };
        if !self.may_copy(from) {
            return;
        }
        let moved: Vec<_> = self.containers[from.index()]
            .iter()
            .map(|(key, value)| (*key, *value))
            .collect();
        for (key, value) in moved {
            self.set_element(into, key, value);
        }
    }

    /// Whether the elements of a container may be gone through once more: copies of copies would not end.
    fn may_copy(&mut self, container: ContainerId) -> bool {
        self.copied += self.containers[container.index()].len() + 1;
        self.copied <= 4 * MAX_VALUES
    }

    fn set_element(&mut self, container: ContainerId, key: NameKey<NameId>, value: ValueId) {
        let container = &mut self.containers[container.index()];
        if self.elements < MAX_VALUES || container.contains_key(&key) {
            self.elements += usize::from(container.insert(key, value).is_none());
        }
    }

    pub fn container(&mut self) -> ValueId {
        let container = ContainerId::new(self.containers.len());
        self.containers.push(HashMap::new());
        self.value(ValueExpr::Container(container))
    }

    /// Puts a value into a list or dictionary that is written out somewhere in the file.
    pub fn put(&mut self, container: ValueId, key: Option<&str>, value: ValueId) {
        let ValueExpr::Container(container) = self.get(container) else {
            return;
        };
        let key = key.map_or(NameKey::Any, |key| NameKey::Name(self.name(key)));
        let old = self.containers[container.index()].get(&key).copied();
        let value = match old {
            Some(old) if self.branch > 0 || key == NameKey::Any || self.current != ScopeId::MODULE => {
                self.either(old, value)
            }
            _ => value,
        };
        self.set_element(container, key, value);
    }

    /// The named elements of a container.
    pub fn contents(&mut self, container: ValueId) -> Vec<(String, ValueId)> {
        let ValueExpr::Container(container) = self.get(container) else {
            return Vec::new();
        };
        if !self.may_copy(container) {
            return Vec::new();
        }
        let mut found: Vec<_> = self.containers[container.index()]
            .iter()
            .filter_map(|(key, value)| match key {
                NameKey::Name(name) => Some((self.text(*name).to_owned(), *value)),
                NameKey::Any => None,
            })
            .collect();
        found.sort();
        found
    }

    pub fn star(&mut self, import: ImportId) {
        self.stars.push(import);
    }

    /// A call in the function that is open; arguments of no interest are left out.
    pub fn call(&mut self, target: ValueId, arguments: &[Argument], implicit: bool) {
        self.call_with(target, arguments, implicit, Signature::default());
    }

    /// A call whose arguments are known by their number and types.
    pub fn call_with(&mut self, target: ValueId, arguments: &[Argument], implicit: bool, given: Signature) {
        if target == ValueId::OPAQUE && implicit {
            return;
        }
        let start = place(self.arguments.len());
        self.arguments
            .extend(arguments.iter().filter(|argument| argument.value.is_known()));
        let count = self.arguments.len() - start as usize;
        self.calls.push(Call {
            caller: self.body(),
            target,
            first: start,
            count: u16::try_from(count).unwrap_or(u16::MAX),
            implicit,
            given,
        });
    }
}
