//! Which imports of a Python module nothing uses, by the rules of ruff's F401 (which are pyflakes').
//!
//! Names are bound scope by scope in the order of the text; the bodies of functions are read when the module is
//! complete. A name that is bound anew takes over the uses of the old binding, and only the last binding of a name can be
//! unused. Uses are: a name that is read, a name in a quoted annotation, an entry of `__all__`. `import a as a` and
//! `__future__` are unused by intent; `# noqa` is honored.

use std::collections::{HashSet, VecDeque};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Comprehension, Expr, Stmt};
use ruff_text_size::Ranged;

mod exemptions;
mod exports;
mod scopes;
mod visit;

use exemptions::{commented_names, file_is_exempt, is_exempt};
use scopes::{ImportOf, Kind, NameScope, NameScopeId};

/// The offsets of the aliases of `body` that nothing uses.
pub(super) fn unused_imports(text: &str, body: &[Stmt]) -> HashSet<u32> {
    if file_is_exempt(text) {
        return HashSet::new();
    }
    let mut walk = Bindings {
        scopes: vec![NameScope::new(Kind::Module, NameScopeId::MODULE)],
        ..Bindings::default()
    };
    walk.stmts(body);
    while let Some((scope, deferred)) = walk.deferred.pop_front() {
        walk.current = scope;
        match deferred {
            Deferred::Function(function) => walk.function_body(function),
            Deferred::Lambda(lambda) => {
                walk.push(Kind::Function);
                if let Some(parameters) = &lambda.parameters {
                    walk.bind_parameters(parameters);
                }
                walk.visit_expr(&lambda.body);
            }
        }
    }
    let quoted = std::mem::take(&mut walk.quoted);
    for (scope, text) in quoted {
        walk.current = scope;
        walk.quoted_annotation(&text);
    }
    for name in std::mem::take(&mut walk.all) {
        if let Some(bound) = walk.scopes[NameScopeId::MODULE.index()].names.get_mut(name) {
            bound.used = true;
        }
    }
    let commented = commented_names(text);
    let mut unused = HashSet::new();
    for scope in walk.scopes.iter().filter(|scope| scope.kind != Kind::Class) {
        for (name, bound) in &scope.names {
            if let (Some(import), false) = (&bound.import, bound.used)
                && !commented.contains(name)
                && !is_exempt(text, import.statement)
                && !is_exempt(text, import.alias)
            {
                unused.insert(import.alias);
            }
        }
    }
    unused
}

enum Deferred<'a> {
    Function(&'a ast::StmtFunctionDef),
    Lambda(&'a ast::ExprLambda),
}

#[derive(Default)]
struct Bindings<'a> {
    scopes: Vec<NameScope<'a>>,
    current: NameScopeId,
    deferred: VecDeque<(NameScopeId, Deferred<'a>)>,
    /// Quoted annotations, read when all names are known.
    quoted: Vec<(NameScopeId, String)>,
    all: Vec<&'a str>,
    in_annotation: bool,
    /// Bodies of `try` that are open whose handlers catch a missing module.
    attempts: u32,
}

/// `except ImportError`, or of all errors.
fn catches_import_errors(handler: &ast::ExceptHandler) -> bool {
    let ast::ExceptHandler::ExceptHandler(handler) = handler;
    let is_one = |it: &Expr| {
        let name = match it {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => "",
        };
        matches!(
            name,
            "ImportError" | "ModuleNotFoundError" | "Exception" | "BaseException"
        )
    };
    match handler.type_.as_deref() {
        None => true,
        Some(Expr::Tuple(list)) => list.elts.iter().any(is_one),
        Some(one) => is_one(one),
    }
}

impl<'a> Bindings<'a> {
    fn stmts(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            self.visit_stmt(stmt);
        }
    }

    fn function(&mut self, function: &'a ast::StmtFunctionDef) {
        for decorator in &function.decorator_list {
            self.visit_expr(&decorator.expression);
        }
        for parameter in &function.parameters {
            if let Some(default) = parameter.default() {
                self.visit_expr(default);
            }
            if let Some(annotation) = parameter.annotation() {
                self.visit_annotation(annotation);
            }
        }
        if let Some(returns) = &function.returns {
            self.visit_annotation(returns);
        }
        self.bind(function.name.as_str(), None);
        self.deferred.push_back((self.current, Deferred::Function(function)));
    }

    fn function_body(&mut self, function: &'a ast::StmtFunctionDef) {
        self.push(Kind::Function);
        if let Some(list) = &function.type_params {
            self.type_params(list);
        }
        self.bind_parameters(&function.parameters);
        self.stmts(&function.body);
    }

    fn bind_parameters(&mut self, parameters: &'a ast::Parameters) {
        for parameter in parameters {
            self.bind(parameter.name().as_str(), None);
        }
    }

    fn type_params(&mut self, list: &'a ast::TypeParams) {
        for parameter in &list.type_params {
            self.bind(parameter.name().as_str(), None);
            visitor::walk_type_param(self, parameter);
        }
    }

    fn class(&mut self, class: &'a ast::StmtClassDef) {
        for decorator in &class.decorator_list {
            self.visit_expr(&decorator.expression);
        }
        if let Some(arguments) = &class.arguments {
            self.visit_arguments(arguments);
        }
        self.push(Kind::Class);
        if let Some(list) = &class.type_params {
            self.type_params(list);
        }
        self.stmts(&class.body);
        self.pop();
        self.bind(class.name.as_str(), None);
    }

    fn comprehension(&mut self, generators: &'a [Comprehension], results: [Option<&'a Expr>; 2]) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.push(Kind::Function);
        for (at, generator) in generators.iter().enumerate() {
            if at > 0 {
                self.visit_expr(&generator.iter);
            }
            self.visit_expr(&generator.target);
            for condition in &generator.ifs {
                self.visit_expr(condition);
            }
        }
        for result in results.into_iter().flatten() {
            self.visit_expr(result);
        }
        self.pop();
    }

    fn import(&mut self, it: &'a ast::StmtImport) {
        for alias in &it.names {
            let module = alias.name.as_str();
            let (local, explicit) = match &alias.asname {
                Some(name) => (name.as_str(), name.as_str() == module),
                None => (module.split('.').next().unwrap_or(module), false),
            };
            self.bind_import(local, explicit, alias, it.range().start().to_u32());
        }
    }

    fn import_from(&mut self, it: &'a ast::StmtImportFrom) {
        let future = it.module.as_ref().is_some_and(|module| module.as_str() == "__future__");
        for alias in it.names.iter().filter(|alias| alias.name.as_str() != "*") {
            let local = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            // It registers the projection `3d`.
            let registers = it
                .module
                .as_ref()
                .is_some_and(|module| module.as_str() == "mpl_toolkits.mplot3d");
            let explicit = future
                || registers
                || alias
                    .asname
                    .as_ref()
                    .is_some_and(|name| name.as_str() == alias.name.as_str());
            self.bind_import(local, explicit, alias, it.range().start().to_u32());
        }
    }

    fn bind_import(&mut self, local: &'a str, explicit: bool, alias: &ast::Alias, statement: u32) {
        let import = ImportOf {
            alias: alias.range().start().to_u32(),
            statement,
        };
        // `try: import a` tests whether a module is installed; some modules change the interpreter.
        let effect =
            self.attempts > 0 || matches!(alias.name.as_str(), "readline" | "rlcompleter" | "antigravity" | "this");
        self.bind(local, (!explicit && !effect).then_some(import));
    }

    /// A string at a place where a type is allowed.
    fn quoted_annotation(&mut self, text: &str) {
        struct Names<'n>(&'n mut Vec<String>);
        impl<'e> Visitor<'e> for Names<'_> {
            fn visit_expr(&mut self, expr: &'e Expr) {
                match expr {
                    Expr::Name(name) => self.0.push(name.id.to_string()),
                    Expr::StringLiteral(text) if text.value.len() < 1_000 => {
                        // A quoted type inside of a quoted type.
                        if let Ok(parsed) = ruff_python_parser::parse_expression(text.value.to_str())
                            && let Expr::Name(name) = parsed.expr()
                        {
                            self.0.push(name.id.to_string());
                        }
                    }
                    _ => visitor::walk_expr(self, expr),
                }
            }
        }
        if text.len() > 4_000 {
            return;
        }
        let mut names = Vec::new();
        if let Ok(parsed) = ruff_python_parser::parse_expression(text.trim()) {
            Names(&mut names).visit_expr(parsed.expr());
        }
        for name in names {
            self.read(&name);
        }
    }

    fn with_annotation(&mut self, yes: bool, walk: impl FnOnce(&mut Self)) {
        let was = std::mem::replace(&mut self.in_annotation, yes);
        walk(self);
        self.in_annotation = was;
    }

    fn subscript(&mut self, it: &'a ast::ExprSubscript) {
        self.visit_expr(&it.value);
        let name = match &*it.value {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => "",
        };
        // `Literal["a"]` holds values; `Optional["A"]` holds types everywhere.
        let types = name != "Literal" && (self.in_annotation || name.starts_with(char::is_uppercase));
        self.with_annotation(types, |walk| walk.visit_expr(&it.slice));
    }

    fn call(&mut self, it: &'a ast::ExprCall) {
        self.all_call(it);
        let name = match &*it.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => "",
        };
        let typing = matches!(
            name,
            "cast" | "TypeVar" | "NewType" | "NamedTuple" | "TypedDict" | "assert_type"
        );
        self.with_annotation(false, |walk| {
            walk.visit_expr(&it.func);
            for (at, argument) in it.arguments.args.iter().enumerate() {
                let is_type = typing && (at > 0 || name == "cast");
                walk.with_annotation(is_type, |walk| walk.visit_expr(argument));
            }
            for keyword in &it.arguments.keywords {
                walk.with_annotation(typing, |walk| walk.visit_expr(&keyword.value));
            }
        });
    }
}

#[cfg(test)]
mod tests;
