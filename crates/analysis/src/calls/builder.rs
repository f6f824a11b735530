//! Builds a file's [`Calls`](super::Calls) while its tree is walked. Names are bound scope by scope in the order of the
//! text. An assignment in a branch adds to the values of a name, another assignment replaces them.

use std::collections::HashMap;

use super::{ANY, Argument, Call, ClassDefinition, Definition, MODULE, OPAQUE, Signature, Sym, UNKNOWN, V, Value};

mod definitions;
mod finish;
mod scopes;

/// A name that may be more than this many things may be anything.
const MAX_ALTERNATIVES: u32 = 6;

/// Above this number, further values of a file are ignored: such files are generated tables, and attacks.
const MAX_VALUES: usize = 400_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Module,
    Class,
    Function,
    /// A block or a comprehension: part of its function.
    Block,
}

#[derive(Debug)]
struct Scope {
    kind: Kind,
    parent: usize,
    names: HashMap<Sym, V>,
    function: u32,
    class: Option<u32>,
    /// Branches that were open outside of it.
    branch: u32,
}

#[derive(Debug)]
pub struct Builder {
    syms: HashMap<Box<str>, Sym>,
    texts: String,
    ends: Vec<u32>,
    values: Vec<Value>,
    known: HashMap<Value, V>,
    scopes: Vec<Scope>,
    current: usize,
    branch: u32,
    members: HashMap<(u32, Sym), V>,
    /// Elements of each list and dictionary that is written out.
    containers: Vec<HashMap<Sym, V>>,
    /// How many elements there are in all.
    elements: usize,
    /// How many were read to be put elsewhere.
    copied: usize,
    functions: Vec<Definition>,
    classes: Vec<ClassDefinition>,
    made: Vec<Call>,
    arguments: Vec<Argument>,
    parameters: Vec<Sym>,
    defaults: Vec<(u32, u16, V)>,
    stars: Vec<u32>,
    mentions: Vec<(u32, V)>,
    quoted: Vec<Sym>,
    beginnings: Vec<Box<str>>,
    exported: HashMap<Sym, V>,
    /// Prefixes of method names for lookups at run time, and the class that uses them on its own object.
    by_name: Vec<(String, Option<u32>)>,
    reads_scopes: bool,
}

impl Default for Builder {
    fn default() -> Self {
        let mut builder = Self {
            syms: HashMap::new(),
            texts: String::new(),
            ends: Vec::new(),
            values: Vec::new(),
            known: HashMap::new(),
            scopes: Vec::new(),
            current: 0,
            branch: 0,
            members: HashMap::new(),
            containers: Vec::new(),
            elements: 0,
            copied: 0,
            functions: Vec::new(),
            classes: Vec::new(),
            made: Vec::new(),
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
        builder.value(Value::Unknown);
        builder.value(Value::Opaque);
        builder.scopes.push(Scope {
            kind: Kind::Module,
            parent: 0,
            names: HashMap::new(),
            function: MODULE,
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
    pub fn sym(&mut self, text: &str) -> Sym {
        if let Some(&sym) = self.syms.get(text) {
            return sym;
        }
        let sym = place(self.ends.len());
        self.texts.push_str(text);
        self.ends.push(place(self.texts.len()));
        self.syms.insert(text.into(), sym);
        sym
    }

    fn text(&self, sym: Sym) -> &str {
        let start = sym.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.texts[start as usize..self.ends[sym as usize] as usize]
    }

    pub fn value(&mut self, value: Value) -> V {
        if let Some(&known) = self.known.get(&value) {
            return known;
        }
        if self.values.len() >= MAX_VALUES {
            return UNKNOWN;
        }
        let at = place(self.values.len());
        self.values.push(value);
        self.known.insert(value, at);
        at
    }

    #[must_use]
    pub fn get(&self, value: V) -> Value {
        self.values[value as usize]
    }

    fn alternatives(&self, value: V) -> u32 {
        let (mut count, mut at) = (1, value);
        while let Value::Either(rest, _) = self.values[at as usize] {
            (count, at) = (count + 1, rest);
        }
        count
    }

    pub fn either(&mut self, a: V, b: V) -> V {
        if a == b || b == UNKNOWN || b == OPAQUE {
            return a;
        }
        if a == UNKNOWN || a == OPAQUE {
            return b;
        }
        let mut at = a;
        while let Value::Either(rest, last) = self.values[at as usize] {
            if last == b || rest == b {
                return a;
            }
            at = rest;
        }
        if self.alternatives(a) >= MAX_ALTERNATIVES || matches!(self.get(b), Value::Either(..)) {
            return UNKNOWN;
        }
        self.value(Value::Either(a, b))
    }

    pub fn first(&mut self, a: V, b: V) -> V {
        match (a, b) {
            (UNKNOWN | OPAQUE, _) => b,
            (_, UNKNOWN | OPAQUE) => a,
            _ if a == b => a,
            _ => self.value(Value::First(a, b)),
        }
    }

    pub fn member(&mut self, base: V, name: &str) -> V {
        if base == OPAQUE {
            return OPAQUE;
        }
        let name = self.sym(name);
        self.value(Value::Member(base, name))
    }

    pub fn result(&mut self, callee: V) -> V {
        match callee {
            OPAQUE | UNKNOWN => callee,
            _ => self.value(Value::Result(callee)),
        }
    }

    pub fn element(&mut self, base: V, key: Option<&str>) -> V {
        if base == OPAQUE || base == UNKNOWN {
            return base;
        }
        let key = key.map_or(ANY, |key| self.sym(key));
        // A list in a list, written out: what is put into it later is seen too.
        if let Value::Container(container) = self.get(base)
            && let Some(&inner) = self.containers[container as usize].get(&key)
            && matches!(self.get(inner), Value::Container(_))
        {
            return inner;
        }
        self.value(Value::Element(base, key))
    }

    /// Puts all elements of one container into another.
    pub fn put_all(&mut self, into: V, from: V) {
        let (Value::Container(into), Value::Container(from)) = (self.get(into), self.get(from)) else {
            return;
        };
        if !self.may_copy(from) {
            return;
        }
        let moved: Vec<_> = self.containers[from as usize]
            .iter()
            .map(|(key, value)| (*key, *value))
            .collect();
        for (key, value) in moved {
            self.set_element(into, key, value);
        }
    }

    /// Whether the elements of a container may be gone through once more: copies of copies would not end.
    fn may_copy(&mut self, container: u32) -> bool {
        self.copied += self.containers[container as usize].len() + 1;
        self.copied <= 4 * MAX_VALUES
    }

    fn set_element(&mut self, container: u32, key: Sym, value: V) {
        let container = &mut self.containers[container as usize];
        if self.elements < MAX_VALUES || container.contains_key(&key) {
            self.elements += usize::from(container.insert(key, value).is_none());
        }
    }

    pub fn container(&mut self) -> V {
        self.containers.push(HashMap::new());
        self.value(Value::Container(place(self.containers.len() - 1)))
    }

    /// Puts a value into a list or dictionary that is written out somewhere in the file.
    pub fn put(&mut self, container: V, key: Option<&str>, value: V) {
        let Value::Container(container) = self.get(container) else {
            return;
        };
        let key = key.map_or(ANY, |key| self.sym(key));
        let old = self.containers[container as usize].get(&key).copied();
        let value = match old {
            Some(old) if self.branch > 0 || key == ANY || self.current != 0 => self.either(old, value),
            _ => value,
        };
        self.set_element(container, key, value);
    }

    /// The named elements of a container.
    pub fn contents(&mut self, container: V) -> Vec<(String, V)> {
        let Value::Container(container) = self.get(container) else {
            return Vec::new();
        };
        if !self.may_copy(container) {
            return Vec::new();
        }
        let mut found: Vec<_> = self.containers[container as usize]
            .iter()
            .filter(|(key, _)| **key != ANY)
            .map(|(key, value)| (self.text(*key).to_owned(), *value))
            .collect();
        found.sort();
        found
    }

    pub fn star(&mut self, import: u32) {
        self.stars.push(import);
    }

    /// A call in the function that is open; arguments of no interest are left out.
    pub fn call(&mut self, target: V, arguments: &[Argument], implicit: bool) {
        self.call_with(target, arguments, implicit, Signature::default());
    }

    /// A call whose arguments are known by their number and types.
    pub fn call_with(&mut self, target: V, arguments: &[Argument], implicit: bool, given: Signature) {
        if target == OPAQUE && implicit {
            return;
        }
        let start = place(self.arguments.len());
        self.arguments.extend(
            arguments
                .iter()
                .filter(|argument| argument.value != UNKNOWN && argument.value != OPAQUE),
        );
        let count = self.arguments.len() - start as usize;
        self.made.push(Call {
            caller: self.function(),
            target,
            first: start,
            count: u16::try_from(count).unwrap_or(u16::MAX),
            implicit,
            given,
        });
    }
}
