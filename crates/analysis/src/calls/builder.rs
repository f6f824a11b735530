//! Builds a file's [`Calls`] while its tree is walked. Names are bound scope by scope in the order of the text. An
//! assignment in a branch adds to the values of a name, another assignment replaces them.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{ANY, Argument, Call, Calls, ClassDefinition, Definition, MODULE, OPAQUE, Sym, UNKNOWN, V, Value};

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

    // Definitions.

    pub fn define(&mut self, name: &str, line: u32) -> u32 {
        let class = (self.kind() == Kind::Class).then(|| self.class()).flatten();
        let name = self.sym(name);
        self.functions.push(Definition {
            name,
            class,
            parent: self.function(),
            line,
            ..Definition::default()
        });
        place(self.functions.len() - 1)
    }

    pub fn definition(&mut self, function: u32) -> &mut Definition {
        &mut self.functions[function as usize]
    }

    pub fn parameters(&mut self, function: u32, names: &[&str]) {
        let start = place(self.parameters.len());
        for name in names {
            let sym = self.sym(name);
            self.parameters.push(sym);
        }
        self.functions[function as usize].parameters = (start, u16::try_from(names.len()).unwrap_or(u16::MAX));
    }

    pub fn default_of(&mut self, function: u32, at: usize, value: V) {
        if value != UNKNOWN && value != OPAQUE {
            self.defaults
                .push((function, u16::try_from(at).unwrap_or(u16::MAX), value));
        }
    }

    /// Opens the scope of a function's body.
    pub fn enter_function(&mut self, function: u32) {
        self.push(Kind::Function);
        self.scopes[self.current].function = function;
        self.scopes[self.current].branch = 0;
        self.branch = 0;
    }

    pub fn returns(&mut self, value: V) {
        let function = self.function();
        if function != MODULE {
            let old = self.functions[function as usize].returns;
            let value = self.either(old, value);
            self.functions[function as usize].returns = value;
        }
    }

    /// A class inside of another has that one's name before its own.
    pub fn define_class(&mut self, name: &str, bases: Vec<V>) -> u32 {
        let outer = (self.kind() == Kind::Class).then(|| self.class()).flatten();
        let name = match outer {
            Some(outer) => {
                let outer = self.text(self.classes[outer as usize].name).to_owned();
                self.sym(&format!("{outer}.{name}"))
            }
            None => self.sym(name),
        };
        self.classes.push(ClassDefinition { name, bases });
        place(self.classes.len() - 1)
    }

    /// A class whose name is not qualified.
    pub fn define_class_flat(&mut self, name: &str) -> u32 {
        let name = self.sym(name);
        self.classes.push(ClassDefinition {
            name,
            bases: Vec::new(),
        });
        place(self.classes.len() - 1)
    }

    pub fn add_bases(&mut self, class: u32, bases: Vec<V>) {
        self.classes[class as usize].bases.extend(bases);
    }

    /// The function that is open belongs to the class.
    pub fn set_class(&mut self, class: u32) {
        self.scopes[self.current].class = Some(class);
    }

    pub fn enter_class(&mut self, class: u32) {
        self.push(Kind::Class);
        self.scopes[self.current].class = Some(class);
    }

    /// A method or attribute of a class; `fresh`: it takes the place of an older one.
    pub fn add_member(&mut self, class: u32, name: &str, value: V, fresh: bool) {
        if value == UNKNOWN || value == OPAQUE {
            return;
        }
        let sym = self.sym(name);
        let value = match self.members.get(&(class, sym)).copied() {
            Some(old) if !fresh => self.either(old, value),
            _ => value,
        };
        self.members.insert((class, sym), value);
    }

    /// `base.name = value`.
    pub fn store(&mut self, base: V, name: &str, value: V) {
        let class = match self.get(base) {
            Value::This(class) | Value::Class(class) => Some(class),
            Value::Result(made) => match self.get(made) {
                Value::Class(class) => Some(class),
                _ => None,
            },
            _ => None,
        };
        match class {
            Some(class) => self.add_member(class, name, value, false),
            None => self.put(base, Some(name), value),
        }
    }

    pub fn export(&mut self, name: &str, value: V) {
        let sym = self.sym(name);
        self.exported.insert(sym, value);
    }

    pub fn star(&mut self, import: u32) {
        self.stars.push(import);
    }

    /// A call in the function that is open; arguments of no interest are left out.
    pub fn call(&mut self, target: V, arguments: &[Argument], implicit: bool) {
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
        });
    }

    /// Records the lookup of a member whose name is computed at run time: it may be any method of the file whose name has this
    /// prefix. Where a class uses it on its own object, methods of classes without a base are excluded.
    pub fn asks_by_name(&mut self, beginning: &str, of: Option<u32>) {
        // A short prefix matches too many names.
        if beginning.len() > 2 {
            self.beginnings.push(beginning.into());
        }
        self.by_name.push((beginning.to_owned(), of));
    }

    /// Records a text that may be the name in a lookup at run time.
    pub fn quote(&mut self, text: &str) {
        let is_name = text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_name && text.bytes().next().is_some_and(|byte| !byte.is_ascii_digit()) {
            let sym = self.sym(text);
            self.quoted.push(sym);
        }
    }

    /// Records a value that is used but not called: any code that holds it may call the function.
    pub fn mention(&mut self, value: V) {
        let may_be_function = matches!(
            self.get(value),
            Value::Function(_) | Value::Import(..) | Value::Free(_) | Value::First(..) | Value::Either(..)
        );
        if may_be_function {
            self.mentions.push((self.function(), value));
        }
    }

    /// Marks the functions that an exported value may be: it may be typed, chosen by a condition, or assigned later.
    fn enter_functions_of(&mut self, exported: V, globals: &HashMap<Sym, V>) {
        let mut seen = HashSet::new();
        let mut work = vec![exported];
        while let Some(value) = work.pop() {
            if !seen.insert(value) {
                continue;
            }
            match self.get(value) {
                Value::Free(sym) => work.extend(globals.get(&sym)),
                Value::First(a, b) | Value::Either(a, b) => work.extend([a, b]),
                Value::Function(function) => self.functions[function as usize].entry = true,
                _ => {}
            }
        }
    }

    fn enter_methods_asked_by_name(&mut self) {
        let by_name = std::mem::take(&mut self.by_name);
        // By beginning: the classes that ask their own objects; `None`: some object is asked.
        let mut asked: HashMap<&str, Option<HashSet<u32>>> = HashMap::new();
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
            let has_bases = !self.classes[class as usize].bases.is_empty();
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
        let mut globals = std::mem::take(&mut self.scopes[0].names);
        let exported = std::mem::take(&mut self.exported);
        for &value in exported.values() {
            self.enter_functions_of(value, &globals);
        }
        for (name, value) in exported {
            // `export { a }` does not change `a`.
            if value != self.value(Value::Free(name)) {
                globals.insert(name, value);
            }
        }
        let mut globals: Vec<_> = globals.into_iter().filter(|(_, value)| *value > OPAQUE).collect();
        globals.sort_unstable();
        let mut members: Vec<_> = self.members.into_iter().map(|((a, b), value)| (a, b, value)).collect();
        members.sort_unstable();
        let containers = place(self.containers.len());
        let mut elements: Vec<_> = (0..containers)
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
            calls: self.made.into(),
            arguments: self.arguments.into(),
            stars: self.stars.into(),
            mentions: self.mentions.into(),
            quoted: self.quoted.into(),
            beginnings: self.beginnings.into(),
        }
    }
}
