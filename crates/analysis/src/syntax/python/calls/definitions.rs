//! Functions, classes and imports.

use ruff_python_ast::helpers::any_over_expr;
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use super::{Walk, Work};
use crate::calls::{Argument, Body, FunctionId, Imported, ImportedNameId, NameKey, ScopeKind, ValueExpr, ValueId};

/// Decorators that pass the function to no other code.
const PLAIN_DECORATORS: &[&str] = &[
    "property",
    "staticmethod",
    "classmethod",
    "abstractmethod",
    "cached_property",
    "setter",
    "getter",
    "override",
    "overload",
    "deleter",
];

impl<'a> Walk<'a, '_> {
    pub(super) fn function(&mut self, it: &'a ast::StmtFunctionDef) {
        let line = self.line(&it.name);
        let function = self.builder.define(it.name.as_str(), line);
        let class = self.builder.definition(function).class;
        let names: Vec<&str> = it
            .parameters
            .iter()
            .map(|parameter| parameter.name().as_str())
            .collect();
        self.builder.parameters(function, &names);
        for (at, parameter) in it.parameters.iter().enumerate() {
            if let Some(default) = parameter.default() {
                let value = self.eval(default);
                self.builder.default_of(function, at, value);
            }
        }
        if let Some(returns) = &it.returns {
            self.annotation(returns);
        }
        let own = self.builder.value(ValueExpr::Function(function));
        // It takes the place of a parameter or of another value, whose readers before it may run again in a loop.
        let bound = self.builder.read(it.name.as_str());
        let rebinds = self.builder.definition(function).parent != Body::Module
            && class.is_none()
            && !matches!(self.builder.get(bound), ValueExpr::Free(_));
        let (value, is_registered) = self.decorate(it, own);
        let registered = is_registered
            || rebinds
            || self.in_type_checking
            || is_stub(&it.body)
            || is_for_tests(&it.body)
            || is_deprecated(&it.body);
        let name = it.name.as_str();
        let definition = self.builder.definition(function);
        // Jupyter calls `_jupyter_server_extension_points` and the like of every package.
        let hook = name.starts_with('_') && (name.ends_with('_') || name.contains("jupyter"));
        let public = !name.starts_with('_') && (definition.parent == Body::Module || definition.class.is_some());
        definition.entry = registered || hook || public;
        definition.documented = is_documented(&it.body);
        match class {
            Some(class) => {
                self.builder.add_member(class, it.name.as_str(), value, true);
                self.builder.bind(it.name.as_str(), value);
            }
            None => self.builder.bind(it.name.as_str(), value),
        }
        self.work
            .push_back((self.builder.scope(), function, Work::Function(it)));
    }

    /// The value of a function with its decorators, and whether one of them passes it to other code.
    fn decorate(&mut self, it: &'a ast::StmtFunctionDef, mut value: ValueId) -> (ValueId, bool) {
        let mut registered = false;
        for decorator in it.decorator_list.iter().rev() {
            let name = match &decorator.expression {
                Expr::Name(name) => name.id.as_str(),
                Expr::Attribute(attribute) => attribute.attr.as_str(),
                _ => "",
            };
            let target = self.eval(&decorator.expression);
            if PLAIN_DECORATORS.contains(&name) {
                // It exists for type checkers.
                registered |= matches!(name, "overload" | "abstractmethod");
                continue;
            }
            registered = true;
            value = self.decorated(target, value);
        }
        (value, registered)
    }

    pub(super) fn body(&mut self, function: FunctionId, work: &Work<'a>) {
        // The class is the scope's, unless a function lies between.
        let class = self.builder.definition(function).class;
        self.builder.enter_function(function);
        match work {
            Work::Function(it) => {
                let is_static = has_decorator(it, "staticmethod");
                let is_class = has_decorator(it, "classmethod");
                for (at, parameter) in it.parameters.iter().enumerate() {
                    let place = u32::try_from(at).unwrap_or(u32::MAX);
                    let value = match class {
                        Some(class) if at == 0 && is_class => self.builder.value(ValueExpr::Class(class)),
                        Some(class) if at == 0 && !is_static => self.builder.value(ValueExpr::This(class)),
                        _ => {
                            let passed = self.builder.value(ValueExpr::Parameter(function, place));
                            let declared = parameter
                                .annotation()
                                .map_or(ValueId::UNKNOWN, |it| self.annotation(it));
                            self.builder.first(declared, passed)
                        }
                    };
                    self.builder.bind(parameter.name().as_str(), value);
                }
                self.stmts(&it.body);
            }
            Work::Lambda(it) => {
                for (at, parameter) in it.parameters.iter().flat_map(|list| list.iter()).enumerate() {
                    let place = u32::try_from(at).unwrap_or(u32::MAX);
                    let value = self.builder.value(ValueExpr::Parameter(function, place));
                    self.builder.bind(parameter.name().as_str(), value);
                }
                let value = self.eval(&it.body);
                self.builder.returns(value);
            }
        }
        self.builder.pop();
    }

    /// An object of the class that an annotation names.
    pub(super) fn annotation(&mut self, it: &'a Expr) -> ValueId {
        let class = match it {
            Expr::Name(name) => self.builder.read(&name.id),
            Expr::Attribute(_) => self.path(it),
            Expr::StringLiteral(text) if text.value.to_str().chars().all(|c| c.is_alphanumeric() || c == '_') => {
                self.builder.read(text.value.to_str())
            }
            // `Annotated[str, AfterValidator(_check)]`
            other if any_over_expr(other, names_function) => {
                self.eval(other);
                ValueId::UNKNOWN
            }
            _ => ValueId::UNKNOWN,
        };
        self.builder.result(class)
    }

    /// A path of names, whose own calls are not recorded.
    pub(super) fn path(&mut self, it: &'a Expr) -> ValueId {
        match it {
            Expr::Name(name) => self.builder.read(&name.id),
            Expr::Attribute(attribute) => {
                let base = self.path(&attribute.value);
                self.builder.member(base, attribute.attr.as_str())
            }
            _ => ValueId::UNKNOWN,
        }
    }

    /// What a decorator makes of a value.
    fn decorated(&mut self, decorator: ValueId, value: ValueId) -> ValueId {
        let argument = Argument {
            at: 0,
            name: NameKey::Any,
            value,
        };
        self.builder.call(decorator, &[argument], false);
        match decorator {
            ValueId::OPAQUE | ValueId::UNKNOWN => value,
            _ => self.builder.value(ValueExpr::Decorated(decorator, value)),
        }
    }

    pub(super) fn class(&mut self, it: &'a ast::StmtClassDef) {
        let bases = it.arguments.iter().flat_map(|arguments| &arguments.args);
        let bases: Vec<ValueId> = bases.map(|base| self.eval(base)).collect();
        for keyword in it.arguments.iter().flat_map(|arguments| &arguments.keywords) {
            self.eval(&keyword.value);
        }
        let class = self.builder.define_class(it.name.as_str(), bases);
        let mut value = self.builder.value(ValueExpr::Class(class));
        for decorator in it.decorator_list.iter().rev() {
            let target = self.eval(&decorator.expression);
            value = self.decorated(target, value);
        }
        // Its body may name it only from inside of functions.
        let inside = self.builder.kind() == ScopeKind::Class;
        if let (true, Some(outer)) = (inside, self.builder.class()) {
            self.builder.add_member(outer, it.name.as_str(), value, true);
        }
        self.builder.bind(it.name.as_str(), value);
        self.builder.enter_class(class);
        self.stmts(&it.body);
        self.builder.pop();
    }

    pub(super) fn import(&mut self, it: &'a ast::StmtImport) {
        for alias in &it.names {
            let Some(&import) = self.numbers.get(&alias.range().start().to_u32()) else {
                continue;
            };
            let value = self
                .builder
                .value(ValueExpr::Import(import, Imported::Name(ImportedNameId::new(0))));
            let module = alias.name.as_str();
            match &alias.asname {
                Some(name) => self.builder.bind(name.as_str(), value),
                None if module.contains('.') => {
                    self.dotted.insert(module.to_owned(), value);
                    let first = module.split('.').next().unwrap_or(module);
                    let free = self.builder.read(first);
                    if matches!(self.builder.get(free), ValueExpr::Free(_)) {
                        self.builder.bind(first, ValueId::OPAQUE);
                    }
                }
                None => self.builder.bind(module, value),
            }
        }
    }

    pub(super) fn import_from(&mut self, it: &'a ast::StmtImportFrom) {
        let Some(&import) = self.numbers.get(&it.range().start().to_u32()) else {
            return;
        };
        for (at, alias) in it.names.iter().enumerate() {
            if alias.name.as_str() == "*" {
                self.builder.star(import);
                continue;
            }
            let value = self
                .builder
                .value(ValueExpr::Import(import, Imported::Name(ImportedNameId::new(at))));
            // Another file takes it, under whatever name.
            if alias.name.starts_with('_') {
                self.builder.quote(alias.name.as_str());
            }
            let local = alias.asname.as_ref().unwrap_or(&alias.name);
            self.builder.bind(local.as_str(), value);
        }
    }
}

fn has_decorator(it: &ast::StmtFunctionDef, name: &str) -> bool {
    it.decorator_list.iter().any(|decorator| match &decorator.expression {
        Expr::Name(found) => found.id == name,
        Expr::Attribute(found) => found.attr.as_str() == name,
        _ => false,
    })
}

fn is_documented(body: &[Stmt]) -> bool {
    matches!(body.first(), Some(Stmt::Expr(first)) if first.value.is_string_literal_expr())
}

/// Whether the documentation of a function names tests as its users, which a package may leave out, or marks it as public.
fn is_for_tests(body: &[Stmt]) -> bool {
    let Some(Stmt::Expr(first)) = body.first() else {
        return false;
    };
    first.value.as_string_literal_expr().is_some_and(|text| {
        let text = text.value.to_str();
        ["testing", "tests", "unittest", ":meta public:"]
            .iter()
            .any(|word| text.contains(word))
    })
}

/// Whether a function warns that it is deprecated: it is kept for callers outside of the package.
fn is_deprecated(body: &[Stmt]) -> bool {
    let names_warning = |expr: &Expr| match expr {
        Expr::Name(name) => name.id.ends_with("DeprecationWarning"),
        Expr::Attribute(attribute) => attribute.attr.ends_with("DeprecationWarning"),
        _ => false,
    };
    body.iter()
        .any(|stmt| matches!(stmt, Stmt::Expr(it) if any_over_expr(&it.value, names_warning)))
}

/// Whether a part of an annotation may be a function: it is called, or its name is private.
fn names_function(it: &Expr) -> bool {
    match it {
        Expr::Call(_) => true,
        Expr::Name(name) => name.id.starts_with('_'),
        _ => false,
    }
}

/// A body without code of its own: what a type, a protocol or a class below fills in.
fn is_stub(body: &[Stmt]) -> bool {
    body.iter().all(|stmt| match stmt {
        Stmt::Expr(it) => it.value.is_string_literal_expr() || it.value.is_ellipsis_literal_expr(),
        Stmt::Raise(it) => {
            let raised = match it.exc.as_deref() {
                Some(Expr::Call(call)) => Some(&*call.func),
                other => other,
            };
            matches!(raised, Some(Expr::Name(name)) if name.id == "NotImplementedError")
        }
        _ => false,
    })
}
