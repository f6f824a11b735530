//! Functions, classes and their members.

use super::super::{ClassDefinition, Definition, MODULE, OPAQUE, UNKNOWN, V, Value};
use super::{Builder, Kind, place};

impl Builder {
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
        self.classes.push(ClassDefinition {
            name,
            bases,
            declared: true,
        });
        place(self.classes.len() - 1)
    }

    /// A class whose name is not qualified.
    pub fn define_class_flat(&mut self, name: &str) -> u32 {
        let name = self.sym(name);
        self.classes.push(ClassDefinition {
            name,
            bases: Vec::new(),
            declared: false,
        });
        place(self.classes.len() - 1)
    }

    pub fn declare_class(&mut self, class: u32) {
        self.classes[class as usize].declared = true;
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
}
