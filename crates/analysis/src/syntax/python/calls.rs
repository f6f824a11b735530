//! Definitions and calls of a Python module. The module is read first and the bodies of functions after it, so that a
//! body sees the final values of the module's names.

use std::collections::{HashMap, VecDeque};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Number, Stmt};
use ruff_text_size::Ranged;

use crate::calls::{ANY, Argument, Builder, Calls, Kind, MODULE, OPAQUE, UNKNOWN, V, Value};
use crate::syntax::Lines;

pub(super) fn calls(lines: &Lines, body: &[Stmt], numbers: &HashMap<u32, u32>) -> Calls {
    let mut walk = Walk {
        lines,
        builder: Builder::default(),
        numbers,
        dotted: HashMap::new(),
        work: VecDeque::new(),
        lambdas: HashMap::new(),
    };
    for name in BUILTINS {
        walk.builder.bind(name, OPAQUE);
    }
    walk.stmts(body);
    while let Some((scope, function, work)) = walk.work.pop_front() {
        walk.builder.resume(scope);
        walk.body(function, &work);
    }
    walk.builder.finish()
}

/// Names that hide no function of the repository. The list is short, because an unknown name costs little.
const BUILTINS: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "memoryview",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "tuple",
    "type",
    "vars",
    "zip",
    "Exception",
    "ValueError",
    "TypeError",
    "KeyError",
    "AttributeError",
    "NotImplementedError",
    "StopIteration",
    "RuntimeError",
    "ImportError",
    "IndexError",
    "OSError",
    "AssertionError",
];

enum Work<'a> {
    Function(&'a ast::StmtFunctionDef),
    Lambda(&'a ast::ExprLambda),
}

struct Walk<'a, 'l> {
    lines: &'l Lines,
    builder: Builder,
    /// Places in [`crate::facts::Syntax::imports`] by offset.
    numbers: &'l HashMap<u32, u32>,
    /// `import a.b`, by its text.
    dotted: HashMap<String, V>,
    work: VecDeque<(usize, u32, Work<'a>)>,
    /// How many are in each function: they are numbered.
    lambdas: HashMap<u32, u32>,
}

impl<'a> Walk<'a, '_> {
    fn line(&self, at: impl Ranged) -> u32 {
        self.lines.of(at.range().start().to_u32())
    }

    fn stmts(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            self.visit_stmt(stmt);
        }
    }

    fn branch(&mut self, body: &'a [Stmt]) {
        self.builder.open_branch();
        self.stmts(body);
        self.builder.close_branch();
    }

    fn function(&mut self, it: &'a ast::StmtFunctionDef) {
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
        let mut value = self.builder.value(Value::Function(function));
        let mut registered = false;
        for decorator in it.decorator_list.iter().rev() {
            let name = match &decorator.expression {
                Expr::Name(name) => name.id.as_str(),
                Expr::Attribute(attribute) => attribute.attr.as_str(),
                _ => "",
            };
            let target = self.eval(&decorator.expression);
            let plain = matches!(
                name,
                "property"
                    | "staticmethod"
                    | "classmethod"
                    | "abstractmethod"
                    | "cached_property"
                    | "setter"
                    | "getter"
                    | "override"
                    | "overload"
                    | "deleter"
            );
            if plain {
                // It exists for type checkers.
                registered |= matches!(name, "overload" | "abstractmethod");
                continue;
            }
            registered = true;
            let argument = Argument {
                at: 0,
                name: ANY,
                value,
            };
            self.builder.call(target, &[argument], false);
            let made = self.builder.result(target);
            value = self.builder.first(made, value);
        }
        let name = it.name.as_str();
        let definition = self.builder.definition(function);
        let hook = name.starts_with('_') && name.ends_with('_');
        let public = !name.starts_with('_') && (definition.parent == MODULE || definition.class.is_some());
        definition.entry = registered || hook || public;
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

    fn body(&mut self, function: u32, work: &Work<'a>) {
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
                        Some(class) if at == 0 && is_class => self.builder.value(Value::Class(class)),
                        Some(class) if at == 0 && !is_static => self.builder.value(Value::This(class)),
                        _ => {
                            let passed = self.builder.value(Value::Parameter(function, place));
                            let declared = parameter.annotation().map_or(UNKNOWN, |it| self.annotation(it));
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
                    let value = self.builder.value(Value::Parameter(function, place));
                    self.builder.bind(parameter.name().as_str(), value);
                }
                let value = self.eval(&it.body);
                self.builder.returns(value);
            }
        }
        self.builder.pop();
    }

    /// An object of the class that an annotation names.
    fn annotation(&mut self, it: &'a Expr) -> V {
        let class = match it {
            Expr::Name(name) => self.builder.read(&name.id),
            Expr::Attribute(_) => self.path(it),
            Expr::StringLiteral(text) if text.value.to_str().chars().all(|c| c.is_alphanumeric() || c == '_') => {
                self.builder.read(text.value.to_str())
            }
            _ => UNKNOWN,
        };
        self.builder.result(class)
    }

    /// A path of names, whose own calls are not recorded.
    fn path(&mut self, it: &'a Expr) -> V {
        match it {
            Expr::Name(name) => self.builder.read(&name.id),
            Expr::Attribute(attribute) => {
                let base = self.path(&attribute.value);
                self.builder.member(base, attribute.attr.as_str())
            }
            _ => UNKNOWN,
        }
    }

    fn class(&mut self, it: &'a ast::StmtClassDef) {
        let bases = it.arguments.iter().flat_map(|arguments| &arguments.args);
        let bases: Vec<V> = bases.map(|base| self.eval(base)).collect();
        for keyword in it.arguments.iter().flat_map(|arguments| &arguments.keywords) {
            self.eval(&keyword.value);
        }
        let class = self.builder.define_class(it.name.as_str(), bases);
        let mut value = self.builder.value(Value::Class(class));
        for decorator in it.decorator_list.iter().rev() {
            let target = self.eval(&decorator.expression);
            let argument = Argument {
                at: 0,
                name: ANY,
                value,
            };
            self.builder.call(target, &[argument], false);
            let made = self.builder.result(target);
            value = self.builder.first(made, value);
        }
        // Its body may name it only from inside of functions.
        let inside = self.builder.kind() == Kind::Class;
        if let (true, Some(outer)) = (inside, self.builder.class()) {
            self.builder.add_member(outer, it.name.as_str(), value, true);
        }
        self.builder.bind(it.name.as_str(), value);
        self.builder.enter_class(class);
        self.stmts(&it.body);
        self.builder.pop();
    }

    fn import(&mut self, it: &'a ast::StmtImport) {
        for alias in &it.names {
            let Some(&import) = self.numbers.get(&alias.range().start().to_u32()) else {
                continue;
            };
            let value = self.builder.value(Value::Import(import, 0));
            let module = alias.name.as_str();
            match &alias.asname {
                Some(name) => self.builder.bind(name.as_str(), value),
                None if module.contains('.') => {
                    self.dotted.insert(module.to_owned(), value);
                    let first = module.split('.').next().unwrap_or(module);
                    let free = self.builder.read(first);
                    if matches!(self.builder.get(free), Value::Free(_)) {
                        self.builder.bind(first, OPAQUE);
                    }
                }
                None => self.builder.bind(module, value),
            }
        }
    }

    fn import_from(&mut self, it: &'a ast::StmtImportFrom) {
        let Some(&import) = self.numbers.get(&it.range().start().to_u32()) else {
            return;
        };
        for (at, alias) in (0..).zip(&it.names) {
            if alias.name.as_str() == "*" {
                self.builder.star(import);
                continue;
            }
            let value = self.builder.value(Value::Import(import, at));
            let local = alias.asname.as_ref().unwrap_or(&alias.name);
            self.builder.bind(local.as_str(), value);
        }
    }

    fn assign(&mut self, target: &'a Expr, value: V) {
        match target {
            Expr::Name(name) => {
                if self.builder.kind() == Kind::Class
                    && let Some(class) = self.builder.class()
                {
                    self.builder.add_member(class, &name.id, value, true);
                }
                self.builder.bind_in_function(&name.id, value);
            }
            Expr::Attribute(attribute) => {
                let base = self.eval(&attribute.value);
                self.builder.store(base, attribute.attr.as_str(), value);
            }
            Expr::Subscript(it) => {
                let base = self.eval(&it.value);
                self.eval(&it.slice);
                let key = key(&it.slice);
                self.builder.put(base, key.as_deref(), value);
            }
            Expr::Tuple(it) => self.unpack(&it.elts, value),
            Expr::List(it) => self.unpack(&it.elts, value),
            Expr::Starred(it) => self.assign(&it.value, UNKNOWN),
            other => drop(self.eval(other)),
        }
    }

    fn unpack(&mut self, targets: &'a [Expr], value: V) {
        let starred = targets.iter().position(Expr::is_starred_expr);
        for (at, target) in targets.iter().enumerate() {
            let after_star = starred.is_some_and(|star| at >= star);
            let part = if after_star {
                UNKNOWN
            } else {
                self.builder.element(value, Some(&format!("#{at}")))
            };
            self.assign(target, part);
        }
    }

    /// `a, *b, c = x, y, z`: both sides are written out.
    fn unpack_literal(&mut self, targets: &'a [Expr], values: &'a [Expr]) -> bool {
        let Some(star) = targets.iter().position(Expr::is_starred_expr) else {
            return false;
        };
        let rest = targets.len() - star - 1;
        if values.len() < star + rest || values.iter().any(Expr::is_starred_expr) {
            return false;
        }
        let values: Vec<V> = values.iter().map(|value| self.eval(value)).collect();
        let middle = self.builder.container();
        for (at, &value) in values[star..values.len() - rest].iter().enumerate() {
            self.builder.put(middle, Some(&format!("#{at}")), value);
        }
        let parts = values[..star]
            .iter()
            .copied()
            .chain([middle])
            .chain(values[values.len() - rest..].iter().copied());
        for (target, value) in targets.iter().zip(parts.collect::<Vec<_>>()) {
            match target {
                Expr::Starred(it) => self.assign(&it.value, value),
                target => self.assign(target, value),
            }
        }
        true
    }

    /// The elements of a loop over `value`.
    fn iterate(&mut self, iter: &'a Expr) -> V {
        let value = self.eval(iter);
        let is_object = matches!(
            self.builder.get(value),
            Value::Result(_) | Value::Parameter(..) | Value::Member(..) | Value::This(_) | Value::First(..)
        );
        if is_object {
            let start = self.builder.member(value, "__iter__");
            self.builder.call(start, &[], true);
            let iterator = self.builder.result(start);
            let next = self.builder.member(iterator, "__next__");
            self.builder.call(next, &[], true);
        }
        self.builder.element(value, None)
    }

    fn comprehension(&mut self, generators: &'a [ast::Comprehension], results: [Option<&'a Expr>; 2]) -> V {
        self.builder.push(Kind::Block);
        for generator in generators {
            let item = self.iterate(&generator.iter);
            self.target_here(&generator.target, item);
            for condition in &generator.ifs {
                self.eval(condition);
            }
        }
        let container = self.builder.container();
        for result in results.into_iter().flatten() {
            let value = self.eval(result);
            self.builder.put(container, None, value);
        }
        self.builder.pop();
        container
    }

    /// The target of a comprehension is bound inside of it only.
    fn target_here(&mut self, target: &'a Expr, value: V) {
        match target {
            Expr::Name(name) => self.builder.bind(&name.id, value),
            Expr::Tuple(it) => {
                for (at, part) in it.elts.iter().enumerate() {
                    let value = self.builder.element(value, Some(&format!("#{at}")));
                    self.target_here(part, value);
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, it: &'a ast::ExprCall) -> V {
        let is_super = matches!(&*it.func, Expr::Name(name) if name.id == "super");
        if is_super && let Some(class) = self.class_of_method() {
            return self.builder.value(Value::Super(class));
        }
        if matches!(&*it.func, Expr::Name(name) if name.id == "getattr")
            && let Some(name) = it.arguments.args.get(1).filter(|name| !name.is_string_literal_expr())
        {
            let of_self =
                matches!(it.arguments.args.first(), Some(Expr::Name(name)) if name.id == "self" || name.id == "cls");
            let class = self.class_of_method().filter(|_| of_self);
            self.builder.asks_by_name(beginning(name), class);
        }
        let callee = self.callee(&it.func);
        let mut arguments = Vec::with_capacity(it.arguments.args.len());
        for (at, argument) in it.arguments.args.iter().enumerate() {
            let value = self.eval(argument);
            self.builder.mention(value);
            arguments.push(Argument {
                at: u16::try_from(at).unwrap_or(u16::MAX),
                name: ANY,
                value: if argument.is_starred_expr() { UNKNOWN } else { value },
            });
        }
        for keyword in &it.arguments.keywords {
            let value = self.eval(&keyword.value);
            self.builder.mention(value);
            if let Some(name) = &keyword.arg {
                let name = self.builder.sym(name.as_str());
                arguments.push(Argument { at: 0, name, value });
            }
        }
        if let (Expr::Attribute(attribute), [argument]) = (&*it.func, arguments.as_slice())
            && matches!(attribute.attr.as_str(), "append" | "add" | "extend")
        {
            let base = self.path(&attribute.value);
            self.builder.put(base, None, argument.value);
        }
        if let (Expr::Attribute(attribute), [argument]) = (&*it.func, arguments.as_slice())
            && attribute.attr.as_str() == "update"
        {
            let base = self.path(&attribute.value);
            self.builder.put_all(base, argument.value);
        }
        self.builder.call(callee, &arguments, false);
        self.builder.result(callee)
    }

    fn class_of_method(&mut self) -> Option<u32> {
        let mut function = self.builder.function();
        while function != MODULE {
            let definition = self.builder.definition(function);
            if definition.class.is_some() {
                return definition.class;
            }
            function = definition.parent;
        }
        None
    }

    /// Reads the target of a call, which is no mention of it.
    fn callee(&mut self, it: &'a Expr) -> V {
        match it {
            Expr::Name(name) => self.builder.read(&name.id),
            Expr::Attribute(attribute) => self.attribute(attribute),
            other => self.eval(other),
        }
    }

    fn attribute(&mut self, it: &'a ast::ExprAttribute) -> V {
        if !self.dotted.is_empty()
            && let Some(module) = dotted(it)
            && let Some(&value) = self.dotted.get(&module)
        {
            return value;
        }
        let base = match &*it.value {
            Expr::Name(name) => self.builder.read(&name.id),
            other => self.eval(other),
        };
        match self.builder.get(base) {
            Value::Container(_) => UNKNOWN,
            _ => self.builder.member(base, it.attr.as_str()),
        }
    }

    /// Records the calls in an expression, and returns its value.
    fn eval(&mut self, it: &'a Expr) -> V {
        match it {
            Expr::Name(name) => {
                let value = self.builder.read(&name.id);
                self.builder.mention(value);
                value
            }
            Expr::Attribute(attribute) => {
                let value = self.attribute(attribute);
                self.builder.mention(value);
                // Read and not called: any code that holds it may call it.
                if let Value::Member(base, _) = self.builder.get(value)
                    && attribute.attr.starts_with('_')
                    && matches!(self.builder.get(base), Value::This(_))
                {
                    self.builder.quote(attribute.attr.as_str());
                }
                value
            }
            Expr::Call(it) => self.call(it),
            Expr::Lambda(it) => {
                let line = self.line(it.range());
                let count = self.lambdas.entry(self.builder.function()).or_default();
                *count += 1;
                let name = format!("<lambda{count}>");
                let function = self.builder.define(&name, line);
                let definition = self.builder.definition(function);
                definition.anonymous = true;
                definition.class = None;
                let names: Vec<&str> = it
                    .parameters
                    .iter()
                    .flat_map(|list| list.iter())
                    .map(|one| one.name().as_str())
                    .collect();
                self.builder.parameters(function, &names);
                self.work.push_back((self.builder.scope(), function, Work::Lambda(it)));
                self.builder.value(Value::Function(function))
            }
            Expr::If(it) => {
                self.eval(&it.test);
                let (a, b) = (self.eval(&it.body), self.eval(&it.orelse));
                self.builder.either(a, b)
            }
            Expr::BoolOp(it) => {
                let values: Vec<V> = it.values.iter().map(|value| self.eval(value)).collect();
                values.into_iter().fold(UNKNOWN, |a, b| self.builder.either(a, b))
            }
            Expr::Named(it) => {
                let value = self.eval(&it.value);
                self.assign(&it.target, value);
                value
            }
            Expr::Await(it) => self.eval(&it.value),
            Expr::Yield(it) => {
                if let Some(value) = &it.value {
                    let value = self.eval(value);
                    let many = self.builder.container();
                    self.builder.put(many, None, value);
                    self.builder.returns(many);
                }
                UNKNOWN
            }
            Expr::ListComp(it) => self.comprehension(&it.generators, [Some(&it.elt), None]),
            Expr::SetComp(it) => self.comprehension(&it.generators, [Some(&it.elt), None]),
            Expr::Generator(it) => self.comprehension(&it.generators, [Some(&it.elt), None]),
            Expr::DictComp(it) => self.comprehension(&it.generators, [Some(&it.value), it.key.as_deref()]),
            Expr::List(it) => self.list(&it.elts),
            Expr::Tuple(it) => self.list(&it.elts),
            Expr::Dict(it) => {
                let container = self.builder.container();
                for item in &it.items {
                    let value = self.eval(&item.value);
                    if let Some(name) = &item.key {
                        self.eval(name);
                        let key = key(name);
                        self.builder.put(container, key.as_deref(), value);
                    }
                }
                container
            }
            Expr::Subscript(it) => {
                let base = self.eval(&it.value);
                self.eval(&it.slice);
                match key(&it.slice) {
                    Some(key) => self.builder.element(base, Some(&key)),
                    None => UNKNOWN,
                }
            }
            Expr::BinOp(first) => {
                // A loop: such a chain may be long.
                let mut at = first;
                loop {
                    self.eval(&at.right);
                    match &*at.left {
                        Expr::BinOp(left) => at = left,
                        left => {
                            self.eval(left);
                            return UNKNOWN;
                        }
                    }
                }
            }
            Expr::StringLiteral(text) => {
                self.builder.quote(text.value.to_str());
                OPAQUE
            }
            Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_) => OPAQUE,
            Expr::FString(_) => {
                visitor::walk_expr(self, it);
                OPAQUE
            }
            _ => {
                visitor::walk_expr(self, it);
                UNKNOWN
            }
        }
    }

    fn list(&mut self, elements: &'a [Expr]) -> V {
        let container = self.builder.container();
        for (at, element) in elements.iter().enumerate() {
            let value = self.eval(element);
            if at < 64 && value > OPAQUE {
                self.builder.put(container, Some(&format!("#{at}")), value);
            }
        }
        container
    }
}

impl<'a> Visitor<'a> for Walk<'a, '_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(it) => self.function(it),
            Stmt::ClassDef(it) => self.class(it),
            Stmt::Import(it) => self.import(it),
            Stmt::ImportFrom(it) => self.import_from(it),
            Stmt::Assign(it) => {
                if let ([target], Some(values)) = (it.targets.as_slice(), elements(&it.value))
                    && let Some(targets) = elements(target)
                    && self.unpack_literal(targets, values)
                {
                    return;
                }
                let value = self.eval(&it.value);
                for target in &it.targets {
                    self.assign(target, value);
                }
            }
            Stmt::AnnAssign(it) => {
                let declared = self.annotation(&it.annotation);
                let value = it.value.as_ref().map_or(UNKNOWN, |value| self.eval(value));
                let value = self.builder.first(value, declared);
                self.assign(&it.target, value);
            }
            Stmt::AugAssign(it) => {
                self.eval(&it.value);
            }
            Stmt::Return(it) => {
                if let Some(value) = &it.value {
                    let value = self.eval(value);
                    self.builder.returns(value);
                }
            }
            Stmt::If(it) => {
                self.eval(&it.test);
                self.branch(&it.body);
                for clause in &it.elif_else_clauses {
                    if let Some(test) = &clause.test {
                        self.eval(test);
                    }
                    self.branch(&clause.body);
                }
            }
            Stmt::For(it) => {
                let item = self.iterate(&it.iter);
                self.builder.open_branch();
                self.assign(&it.target, item);
                self.stmts(&it.body);
                self.stmts(&it.orelse);
                self.builder.close_branch();
            }
            Stmt::While(it) => {
                self.eval(&it.test);
                self.branch(&it.body);
                self.branch(&it.orelse);
            }
            Stmt::With(it) => {
                for item in &it.items {
                    let value = self.eval(&item.context_expr);
                    for hook in ["__enter__", "__exit__"] {
                        let hook = self.builder.member(value, hook);
                        self.builder.call(hook, &[], true);
                    }
                    if let Some(target) = &item.optional_vars {
                        let enter = self.builder.member(value, "__enter__");
                        let entered = self.builder.result(enter);
                        self.assign(target, entered);
                    }
                }
                self.stmts(&it.body);
            }
            Stmt::Try(it) => {
                self.stmts(&it.body);
                for ast::ExceptHandler::ExceptHandler(handler) in &it.handlers {
                    let class = handler.type_.as_ref().map_or(UNKNOWN, |class| self.eval(class));
                    self.builder.open_branch();
                    if let Some(name) = &handler.name {
                        let caught = self.builder.result(class);
                        self.builder.bind_in_function(name.as_str(), caught);
                    }
                    self.stmts(&handler.body);
                    self.builder.close_branch();
                }
                self.branch(&it.orelse);
                self.stmts(&it.finalbody);
            }
            Stmt::Match(it) => {
                self.eval(&it.subject);
                for case in &it.cases {
                    if let Some(guard) = &case.guard {
                        self.eval(guard);
                    }
                    self.branch(&case.body);
                }
            }
            Stmt::Raise(it) => {
                for (at, raised) in it.exc.iter().chain(&it.cause).enumerate() {
                    let value = self.eval(raised);
                    if at == 0 && !raised.is_call_expr() {
                        // The class alone: the language makes the object.
                        self.builder.call(value, &[], true);
                    }
                }
            }
            Stmt::Global(it) => {
                for name in &it.names {
                    let value = self.builder.read(name.as_str());
                    self.builder.bind(name.as_str(), value);
                }
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && name.ctx != ExprContext::Load
        {
            return;
        }
        self.eval(expr);
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}
}

fn elements(it: &Expr) -> Option<&[Expr]> {
    match it {
        Expr::Tuple(it) => Some(&it.elts),
        Expr::List(it) => Some(&it.elts),
        _ => None,
    }
}

/// The key of a subscript that is written out; numbers and texts are not the same.
fn key(it: &Expr) -> Option<String> {
    match it {
        Expr::StringLiteral(text) if text.value.len() <= 100 => Some(text.value.to_str().to_owned()),
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(int) => int.as_u64().map(|int| format!("#{int}")),
            _ => None,
        },
        _ => None,
    }
}

/// `a.b.c`, where it is names only.
fn dotted(it: &ast::ExprAttribute) -> Option<String> {
    let mut parts = vec![it.attr.as_str()];
    let mut at = &*it.value;
    loop {
        match at {
            Expr::Attribute(inner) if parts.len() < 16 => {
                parts.push(inner.attr.as_str());
                at = &inner.value;
            }
            Expr::Name(name) => {
                parts.push(&name.id);
                parts.reverse();
                return Some(parts.join("."));
            }
            _ => return None,
        }
    }
}

/// The prefix of a computed text: `"_on_" + name`, `"_on_%s" % name`, `f"_on_{name}"`; else empty.
fn beginning(it: &Expr) -> &str {
    match it {
        Expr::StringLiteral(text) => text.value.to_str().split(['%', '{']).next().unwrap_or_default(),
        Expr::BinOp(it) => beginning(&it.left),
        Expr::FString(it) => match it.value.elements().next() {
            Some(ast::InterpolatedStringElement::Literal(text)) => &text.value,
            _ => "",
        },
        Expr::Call(it) => match &*it.func {
            Expr::Attribute(format) if format.attr.as_str() == "format" => beginning(&format.value),
            _ => "",
        },
        _ => "",
    }
}

fn has_decorator(it: &ast::StmtFunctionDef, name: &str) -> bool {
    it.decorator_list.iter().any(|decorator| match &decorator.expression {
        Expr::Name(found) => found.id == name,
        Expr::Attribute(found) => found.attr.as_str() == name,
        _ => false,
    })
}
