//! Definitions and calls of a Python module. The module is read first and the bodies of functions after it, so that a
//! body sees the final values of the module's names.

use std::collections::{HashMap, VecDeque};

use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use crate::calls::{
    Argument, Body, Builder, Calls, ClassId, FunctionId, ImportId, NameKey, ScopeId, ValueExpr, ValueId,
};
use crate::syntax::Lines;

mod assignments;
mod definitions;
mod expressions;
mod literals;
mod visit;

use literals::{beginning, called_names, dotted, private_beginning, private_words};

pub(super) fn calls<'t>(
    lines: &Lines,
    body: &[Stmt],
    numbers: &HashMap<u32, ImportId>,
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
        walk.builder.bind(name, ValueId::OPAQUE);
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
    numbers: &'l HashMap<u32, ImportId>,
    /// `import a.b`, by its text.
    dotted: HashMap<String, ValueId>,
    work: VecDeque<(ScopeId, FunctionId, Work<'a>)>,
    /// How many are in each function: they are numbered.
    lambdas: HashMap<Body, u32>,
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

    fn call(&mut self, it: &'a ast::ExprCall) -> ValueId {
        let is_super = matches!(&*it.func, Expr::Name(name) if name.id == "super");
        if is_super && let Some(class) = self.class_of_method() {
            return self.builder.value(ValueExpr::Super(class));
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
                name: NameKey::Any,
                value: if argument.is_starred_expr() {
                    ValueId::UNKNOWN
                } else {
                    value
                },
            });
        }
        for keyword in &it.arguments.keywords {
            let value = self.eval(&keyword.value);
            self.builder.mention(value);
            if let Some(name) = &keyword.arg {
                let name = NameKey::Name(self.builder.name(name.as_str()));
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

    fn class_of_method(&mut self) -> Option<ClassId> {
        let mut body = self.builder.body();
        while let Body::Function(function) = body {
            let definition = self.builder.definition(function);
            if definition.class.is_some() {
                return definition.class;
            }
            body = definition.parent;
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
    fn callee(&mut self, it: &'a Expr) -> ValueId {
        match it {
            Expr::Name(name) => self.builder.read(&name.id),
            Expr::Attribute(attribute) => self.attribute(attribute),
            other => self.eval(other),
        }
    }

    fn attribute(&mut self, it: &'a ast::ExprAttribute) -> ValueId {
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
            ValueExpr::Container(_) => ValueId::UNKNOWN,
            // `f.cache_clear`, `f.__get__(it)`: it is in use as an object.
            ValueExpr::Function(_) => {
                self.builder.mention(base);
                self.builder.member(base, it.attr.as_str())
            }
            _ => self.builder.member(base, it.attr.as_str()),
        }
    }
}
