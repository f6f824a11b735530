//! Functions, classes and their members.

use super::super::{Body, ClassDefinition, ClassId, Definition, FunctionId, Signature, ValueExpr, ValueId};
use super::{Builder, ScopeKind, place};

impl Builder {
    // Definitions.

    pub fn define(&mut self, name: &str, line: u32) -> FunctionId {
        let class = (self.kind() == ScopeKind::Class).then(|| self.class()).flatten();
        let name = self.name(name);
        self.functions.push(Definition {
            name,
            class,
            parent: self.body(),
            line,
            returns: ValueId::UNKNOWN,
            parameters: (0, 0),
            anonymous: false,
            entry: false,
            file_only: false,
            through_interface: false,
            specialized: false,
            documented: false,
            takes: Signature::default(),
        });
        FunctionId::new(self.functions.len() - 1)
    }

    pub fn definition(&mut self, function: FunctionId) -> &mut Definition {
        &mut self.functions[function.index()]
    }

    pub fn parameters(&mut self, function: FunctionId, names: &[&str]) {
        let start = place(self.parameters.len());
        for name in names {
            let name = self.name(name);
            self.parameters.push(name);
        }
        self.functions[function.index()].parameters = (start, u16::try_from(names.len()).unwrap_or(u16::MAX));
    }

    pub fn default_of(&mut self, function: FunctionId, at: usize, value: ValueId) {
        if value.is_known() {
            self.defaults
                .push((function, u16::try_from(at).unwrap_or(u16::MAX), value));
        }
    }

    /// Opens the scope of a function's body.
    pub fn enter_function(&mut self, function: FunctionId) {
        self.push(ScopeKind::Function);
        self.scopes[self.current.index()].body = Body::Function(function);
        self.scopes[self.current.index()].branch = 0;
        self.branch = 0;
    }

    pub fn returns(&mut self, value: ValueId) {
        if let Body::Function(function) = self.body() {
            let old = self.functions[function.index()].returns;
            let value = self.either(old, value);
            self.functions[function.index()].returns = value;
        }
    }

    /// A class inside of another has that one's name before its own.
    pub fn define_class(&mut self, name: &str, bases: Vec<ValueId>) -> ClassId {
        let outer = (self.kind() == ScopeKind::Class).then(|| self.class()).flatten();
        let name = match outer {
            Some(outer) => {
                let outer = self.text(self.classes[outer.index()].name).to_owned();
                self.name(&format!("{outer}.{name}"))
            }
            None => self.name(name),
        };
        self.classes.push(ClassDefinition {
            name,
            path: name,
            bases,
            declared: true,
        });
        ClassId::new(self.classes.len() - 1)
    }

    /// A class whose name is not qualified.
    pub fn define_class_flat(&mut self, name: &str, path: &str) -> ClassId {
        let (name, path) = (self.name(name), self.name(path));
        self.classes.push(ClassDefinition {
            name,
            path,
            bases: Vec::new(),
            declared: false,
        });
        ClassId::new(self.classes.len() - 1)
    }

    pub fn declare_class(&mut self, class: ClassId) {
        self.classes[class.index()].declared = true;
    }

    pub fn add_bases(&mut self, class: ClassId, bases: Vec<ValueId>) {
        self.classes[class.index()].bases.extend(bases);
    }

    /// The function that is open belongs to the class.
    pub fn set_class(&mut self, class: ClassId) {
        self.scopes[self.current.index()].class = Some(class);
    }

    pub fn enter_class(&mut self, class: ClassId) {
        self.push(ScopeKind::Class);
        self.scopes[self.current.index()].class = Some(class);
    }

    /// A method or attribute of a class; `fresh`: it takes the place of an older one.
    pub fn add_member(&mut self, class: ClassId, name: &str, value: ValueId, fresh: bool) {
        if !value.is_known() {
            return;
        }
        let name = self.name(name);
        let value = match self.members.get(&(class, name)).copied() {
            // There were too many of them.
            Some(ValueId::UNKNOWN) if !fresh => ValueId::UNKNOWN,
            Some(old) if !fresh => self.either(old, value),
            _ => value,
        };
        self.members.insert((class, name), value);
    }

    /// `base.name = value`.
    pub fn store(&mut self, base: ValueId, name: &str, value: ValueId) {
        let class = match self.get(base) {
            ValueExpr::This(class) | ValueExpr::Class(class) => Some(class),
            ValueExpr::Result(made) => match self.get(made) {
                ValueExpr::Class(class) => Some(class),
                _ => None,
            },
            _ => None,
        };
        match class {
            Some(class) => self.add_member(class, name, value, false),
            None => self.put(base, Some(name), value),
        }
    }

    pub fn export(&mut self, name: &str, value: ValueId) {
        let name = self.name(name);
        self.exported.insert(name, value);
    }
}
