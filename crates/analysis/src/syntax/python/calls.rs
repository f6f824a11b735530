//! Definitions and calls of a Python module. The module is read first and the bodies of functions after it, so that a
//! body sees the final values of the module's names.

use std::collections::{HashMap, VecDeque};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use crate::calls::{ANY, Argument, Builder, Calls, MODULE, OPAQUE, UNKNOWN, V, Value};
use crate::syntax::Lines;

mod assignments;
mod definitions;
mod literals;
mod visit;

use literals::{beginning, called_names, dotted, key, private_beginning, private_words};

pub(super) fn calls<'t>(
    lines: &Lines,
    body: &[Stmt],
    numbers: &HashMap<u32, u32>,
    comments: impl Iterator<Item = &'t str>,
) -> Calls {
    let mut walk = Walk {
        lines,
        builder: Builder::default(),
        numbers,
        dotted: HashMap::new(),
        work: VecDeque::new(),
        lambdas: HashMap::new(),
        in_type_checking: false,
    };
    for name in BUILTINS {
        walk.builder.bind(name, OPAQUE);
    }
    walk.stmts(body);
    while let Some((scope, function, work)) = walk.work.pop_front() {
        walk.builder.resume(scope);
        walk.body(function, &work);
    }
    // Code that is commented out for now, and hints at functions for users.
    for name in comments.flat_map(called_names) {
        walk.builder.quote(name);
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
    in_type_checking: bool,
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
        if matches!(&*it.func, Expr::Name(name) if matches!(name.id.as_str(), "locals" | "globals" | "vars" | "eval" | "exec"))
        {
            self.builder.reads_scopes();
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

    /// Records the private names of a text: it may be code that is compiled later, or the beginning of a name.
    fn names_in(&mut self, text: &str) {
        if !text.contains('_') {
            return;
        }
        for word in private_words(text) {
            self.builder.quote(word);
        }
        if let Some(beginning) = private_beginning(text) {
            self.builder.begins(beginning);
        }
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
            // `f.cache_clear`, `f.__get__(it)`: it is in use as an object.
            Value::Function(_) => {
                self.builder.mention(base);
                self.builder.member(base, it.attr.as_str())
            }
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
                self.names_in(text.value.to_str());
                OPAQUE
            }
            Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_) => OPAQUE,
            Expr::FString(text) => {
                for literal in text.value.elements().filter_map(|element| element.as_literal()) {
                    self.names_in(&literal.value);
                }
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
