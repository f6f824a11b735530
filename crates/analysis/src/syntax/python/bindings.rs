//! Which imports of a Python module nothing uses, by the rules of ruff's F401 (which are pyflakes').
//!
//! Names are bound scope by scope in the order of the text; the bodies of functions are read when the module is
//! complete. A name that is bound anew takes over the uses of the old binding, and only the last binding of a name can be
//! unused. Uses are: a name that is read, a name in a quoted annotation, an entry of `__all__`. `import a as a` and
//! `__future__` are unused by intent; `# noqa` is honored.

use std::collections::{HashMap, HashSet, VecDeque};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Comprehension, Expr, ExprContext, Pattern, Stmt};
use ruff_text_size::Ranged;

/// The offsets of the aliases of `body` that nothing uses.
pub(super) fn unused_imports(text: &str, body: &[Stmt]) -> HashSet<u32> {
    if file_is_exempt(text) {
        return HashSet::new();
    }
    let mut walk = Bindings {
        scopes: vec![Scope::new(Kind::Module, 0)],
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
        if let Some(bound) = walk.scopes[0].names.get_mut(name) {
            bound.used = true;
        }
    }
    let mut unused = HashSet::new();
    for scope in walk.scopes.iter().filter(|scope| scope.kind != Kind::Class) {
        for bound in scope.names.values() {
            if let (Some(import), false) = (&bound.import, bound.used)
                && !is_exempt(text, import.statement)
                && !is_exempt(text, import.alias)
            {
                unused.insert(import.alias);
            }
        }
    }
    unused
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Module,
    Class,
    Function,
}

struct Scope<'a> {
    kind: Kind,
    parent: usize,
    names: HashMap<&'a str, Bound>,
    /// Names that `global` hands to the module.
    globals: HashSet<&'a str>,
}

impl Scope<'_> {
    fn new(kind: Kind, parent: usize) -> Self {
        Self {
            kind,
            parent,
            names: HashMap::new(),
            globals: HashSet::new(),
        }
    }
}

#[derive(Debug, Default)]
struct Bound {
    import: Option<ImportOf>,
    used: bool,
}

/// Offsets of an import's alias and of its statement.
#[derive(Debug)]
struct ImportOf {
    alias: u32,
    statement: u32,
}

enum Deferred<'a> {
    Function(&'a ast::StmtFunctionDef),
    Lambda(&'a ast::ExprLambda),
}

#[derive(Default)]
struct Bindings<'a> {
    scopes: Vec<Scope<'a>>,
    current: usize,
    deferred: VecDeque<(usize, Deferred<'a>)>,
    /// Quoted annotations, read when all names are known.
    quoted: Vec<(usize, String)>,
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

    fn push(&mut self, kind: Kind) {
        self.scopes.push(Scope::new(kind, self.current));
        self.current = self.scopes.len() - 1;
    }

    fn pop(&mut self) {
        self.current = self.scopes[self.current].parent;
    }

    fn bind(&mut self, name: &'a str, import: Option<ImportOf>) {
        let is_global = self.scopes[self.current].globals.contains(name);
        let scope = if is_global { 0 } else { self.current };
        // An assignment in a function to a name of the module does not replace the module's import.
        if is_global
            && self.scopes[0]
                .names
                .get(name)
                .is_some_and(|bound| bound.import.is_some())
        {
            return;
        }
        let names = &mut self.scopes[scope].names;
        let used = names.get(name).is_some_and(|old| old.used);
        names.insert(name, Bound { import, used });
    }

    fn read(&mut self, name: &str) {
        let mut at = if self.scopes[self.current].globals.contains(name) {
            0
        } else {
            self.current
        };
        let mut innermost = true;
        loop {
            let scope = &mut self.scopes[at];
            // A class's names are seen in its own body only.
            if (innermost || scope.kind != Kind::Class)
                && let Some(bound) = scope.names.get_mut(name)
            {
                bound.used = true;
                return;
            }
            if at == 0 {
                return;
            }
            innermost = false;
            at = scope.parent;
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
            let explicit = future
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

    /// The names in an assignment to `__all__`.
    fn all(&mut self, value: &'a Expr) {
        match value {
            Expr::List(list) => self.all_names(&list.elts),
            Expr::Tuple(tuple) => self.all_names(&tuple.elts),
            Expr::BinOp(it) => {
                self.all(&it.left);
                self.all(&it.right);
            }
            _ => {}
        }
    }

    fn all_names(&mut self, elements: &'a [Expr]) {
        self.all.extend(
            elements
                .iter()
                .filter_map(Expr::as_string_literal_expr)
                .map(|text| text.value.to_str()),
        );
    }

    fn is_all(&self, target: &Expr) -> bool {
        self.current == 0 && matches!(target, Expr::Name(name) if name.id == "__all__")
    }

    fn all_call(&mut self, it: &'a ast::ExprCall) {
        let Expr::Attribute(attribute) = &*it.func else {
            return;
        };
        if self.is_all(&attribute.value) && matches!(attribute.attr.as_str(), "extend" | "append") {
            for argument in &it.arguments.args {
                match argument {
                    Expr::StringLiteral(text) => self.all.push(text.value.to_str()),
                    other => self.all(other),
                }
            }
        }
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

impl<'a> Visitor<'a> for Bindings<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Import(it) => self.import(it),
            Stmt::ImportFrom(it) => self.import_from(it),
            Stmt::Global(it) => self.scopes[self.current]
                .globals
                .extend(it.names.iter().map(|name| name.as_str())),
            Stmt::Assign(it) => {
                if it.targets.iter().any(|target| self.is_all(target)) {
                    self.all(&it.value);
                }
                self.visit_expr(&it.value);
                for target in &it.targets {
                    self.visit_expr(target);
                }
            }
            Stmt::AugAssign(it) => {
                if self.is_all(&it.target) {
                    self.all(&it.value);
                }
                self.visit_expr(&it.value);
                if let Expr::Name(name) = &*it.target {
                    self.read(&name.id);
                }
                self.visit_expr(&it.target);
            }
            Stmt::AnnAssign(it) => {
                if let (true, Some(value)) = (self.is_all(&it.target), &it.value) {
                    self.all(value);
                }
                self.visit_annotation(&it.annotation);
                let is_alias = match &*it.annotation {
                    Expr::Name(name) => name.id == "TypeAlias",
                    Expr::Attribute(attribute) => attribute.attr.as_str() == "TypeAlias",
                    _ => false,
                };
                if let Some(value) = &it.value {
                    // `Reader: TypeAlias = "Callable[[bytes], int]"` is a type.
                    match is_alias {
                        true => self.visit_annotation(value),
                        false => self.visit_expr(value),
                    }
                    self.visit_expr(&it.target);
                } else if !it.target.is_name_expr() {
                    self.visit_expr(&it.target);
                }
            }
            Stmt::Try(it) => {
                let is_attempt = it.handlers.iter().any(catches_import_errors);
                self.attempts += u32::from(is_attempt);
                self.stmts(&it.body);
                self.attempts -= u32::from(is_attempt);
                for ast::ExceptHandler::ExceptHandler(handler) in &it.handlers {
                    if let Some(kind) = &handler.type_ {
                        self.visit_expr(kind);
                    }
                    // The name is gone behind the handler, and what it hid is back.
                    let hidden = handler.name.as_ref().map(|name| {
                        let name = name.as_str();
                        let old = self.scopes[self.current].names.remove(name);
                        self.bind(name, None);
                        (name, old)
                    });
                    self.stmts(&handler.body);
                    if let Some((name, old)) = hidden {
                        let names = &mut self.scopes[self.current].names;
                        names.remove(name);
                        names.extend(old.map(|old| (name, old)));
                    }
                }
                self.stmts(&it.orelse);
                self.stmts(&it.finalbody);
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_annotation(&mut self, expr: &'a Expr) {
        self.with_annotation(true, |walk| walk.visit_expr(expr));
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => match name.ctx {
                ExprContext::Load | ExprContext::Invalid => self.read(&name.id),
                ExprContext::Store => self.bind(name.id.as_str(), None),
                ExprContext::Del => drop(self.scopes[self.current].names.remove(name.id.as_str())),
            },
            Expr::Named(it) => {
                self.visit_expr(&it.value);
                self.visit_expr(&it.target);
            }
            Expr::Lambda(it) => {
                for parameter in it.parameters.iter().flat_map(|parameters| parameters.iter()) {
                    if let Some(default) = parameter.default() {
                        self.visit_expr(default);
                    }
                }
                self.deferred.push_back((self.current, Deferred::Lambda(it)));
            }
            Expr::ListComp(it) => self.comprehension(&it.generators, [Some(&it.elt), None]),
            Expr::SetComp(it) => self.comprehension(&it.generators, [Some(&it.elt), None]),
            Expr::Generator(it) => self.comprehension(&it.generators, [Some(&it.elt), None]),
            Expr::DictComp(it) => self.comprehension(&it.generators, [it.key.as_deref(), Some(&it.value)]),
            Expr::Subscript(it) => self.subscript(it),
            Expr::Call(it) => self.call(it),
            Expr::StringLiteral(it) if self.in_annotation => {
                self.quoted.push((self.current, it.value.to_str().to_owned()));
            }
            _ => visitor::walk_expr(self, expr),
        }
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(it) => it.name.as_ref(),
            Pattern::MatchStar(it) => it.name.as_ref(),
            Pattern::MatchMapping(it) => it.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(name.as_str(), None);
        }
        visitor::walk_pattern(self, pattern);
    }
}

/// `# flake8: noqa`, `# ruff: noqa` or `# pylint: disable=unused-import` on a line of its own.
fn file_is_exempt(text: &str) -> bool {
    let by_pylint = |line: &str| {
        let rest = line.trim().strip_prefix('#').map(str::trim_start);
        rest.is_some_and(|rest| {
            rest.starts_with("pylint:")
                && (rest.contains("skip-file") || rest.contains("unused-import") || rest.contains("W0611"))
        })
    };
    if text.contains("pylint") && text.lines().any(by_pylint) {
        return true;
    }
    text.to_ascii_lowercase().contains("noqa")
        && text.lines().any(|line| {
            let line = line.trim().to_ascii_lowercase();
            let rest = line.strip_prefix('#').map(str::trim_start);
            rest.is_some_and(|rest| {
                let rest = rest
                    .strip_prefix("flake8:")
                    .or_else(|| rest.strip_prefix("ruff:"))
                    .map(str::trim);
                rest.and_then(|rest| rest.strip_prefix("noqa")).is_some_and(|codes| {
                    codes.is_empty() || codes.trim_start().strip_prefix(':').is_some_and(is_listed)
                })
            })
        })
}

/// A list of codes in lower case covers F401: by itself, or by what it begins with (`F4`, `F`).
fn is_listed(codes: &str) -> bool {
    let mut codes = codes.split(|c: char| !c.is_ascii_alphanumeric());
    codes.any(|code| code.starts_with('f') && "f401".starts_with(code) || code.starts_with("f401"))
}

/// `# noqa`, `# noqa: …F401…` or `# pylint: disable=unused-import` on the line at `offset`.
fn is_exempt(text: &str, offset: u32) -> bool {
    let rest = text.get(offset as usize..).unwrap_or_default();
    let line = rest.lines().next().unwrap_or_default();
    let Some(comment) = line.find('#').map(|at| line[at..].to_ascii_lowercase()) else {
        return false;
    };
    // PyDev's comment, ruff's newer one, and pylint's, also with its colon forgotten.
    if comment.contains("@unusedimport") || (comment.contains("ruff: ignore") && comment.contains("unused-import")) {
        return true;
    }
    if comment.contains("pylint") && (comment.contains("unused-import") || comment.contains("w0611")) {
        return true;
    }
    let Some((_, codes)) = comment.split_once("noqa") else {
        return false;
    };
    match codes.trim_start().strip_prefix(':') {
        Some(codes) => is_listed(codes),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unused(text: &str) -> Vec<String> {
        let parsed = ruff_python_parser::parse_module(text).expect("valid");
        let mut offsets: Vec<_> = unused_imports(text, &parsed.syntax().body).into_iter().collect();
        offsets.sort_unstable();
        let name = |at: u32| {
            text[at as usize..]
                .split([',', '\n', ')', '#'])
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        offsets.into_iter().map(name).collect()
    }

    #[test]
    fn what_nothing_reads_is_unused() {
        assert_eq!(
            unused("import a\nimport b.c\nfrom d import e, f as g\nprint(e)\n"),
            ["a", "b.c", "f as g"]
        );
        assert_eq!(unused("def f():\n    import a\n    import b\n    return b\n"), ["a"]);
        assert_eq!(
            unused("import a\nclass C:\n    a = 1\n    def m(self): return a\n"),
            [""; 0]
        );
        assert_eq!(unused("import a\ndef f(a): return a\n"), ["a"]);
        assert_eq!(unused("import a\n[a for a in x]\n"), ["a"]);
        assert_eq!(unused("import a\ndef f():\n    return a\n"), [""; 0]);
    }

    #[test]
    fn imports_that_are_unused_by_intent_are_not_reported() {
        assert_eq!(
            unused("from __future__ import annotations\nfrom a import b as b\nimport c as c\n"),
            [""; 0]
        );
        assert_eq!(unused("from a import b, c\n__all__ = ['b'] + ['c']\n"), [""; 0]);
        assert_eq!(
            unused("from a import b\n__all__ = []\n__all__.extend(['b'])\n"),
            [""; 0]
        );
        assert_eq!(
            unused("import a  # noqa\nimport b  # noqa: E501\nimport c  # noqa: E501,F401\n"),
            ["b"]
        );
        assert_eq!(unused("# flake8: noqa\nimport a\n"), [""; 0]);
    }

    #[test]
    fn annotations_are_uses_quoted_or_not() {
        assert_eq!(
            unused("from a import T, U, V, W\nx: T = 1\ndef f(y: 'U') -> 'list[V]': pass\nz = cast('W', 1)\n"),
            [""; 0]
        );
        assert_eq!(unused("from a import T\nx: Literal['T'] = 1\n"), ["T"]);
        assert_eq!(unused("from a import T\nx = Optional['T']\n"), [""; 0]);
    }

    #[test]
    fn rebinding_takes_over_the_uses() {
        assert_eq!(
            unused("try:\n    import json\nexcept ImportError:\n    json = None\n"),
            [""; 0]
        );
        assert_eq!(unused("import a\nprint(a)\nimport a\n"), [""; 0]);
        assert_eq!(unused("import e\ntry: pass\nexcept X as e: print(e)\n"), ["e"]);
        assert_eq!(unused("import a\ndel a\n"), [""; 0]);
        assert_eq!(unused("import a\na += 1\n"), [""; 0]);
        assert_eq!(
            unused("def f():\n    global a\n    import a\ndef g(): return a\n"),
            [""; 0]
        );
    }
}
