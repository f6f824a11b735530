//! The traversal: the statements and expressions that bind and read names.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Pattern, Stmt};

use super::{Bindings, Deferred, catches_import_errors};

impl<'a> Bindings<'a> {
    fn annotated(&mut self, it: &'a ast::StmtAnnAssign) {
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

    fn attempt(&mut self, it: &'a ast::StmtTry) {
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
                let old = self.scopes[self.current.index()].names.remove(name);
                self.bind(name, None);
                (name, old)
            });
            // What takes the place of the module that is not installed.
            self.attempts += u32::from(is_attempt);
            self.stmts(&handler.body);
            self.attempts -= u32::from(is_attempt);
            if let Some((name, old)) = hidden {
                let names = &mut self.scopes[self.current.index()].names;
                names.remove(name);
                names.extend(old.map(|old| (name, old)));
            }
        }
        self.stmts(&it.orelse);
        self.stmts(&it.finalbody);
    }
}

impl<'a> Visitor<'a> for Bindings<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Import(it) => self.import(it),
            Stmt::ImportFrom(it) => self.import_from(it),
            Stmt::Global(it) => self.scopes[self.current.index()]
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
            Stmt::AnnAssign(it) => self.annotated(it),
            Stmt::Try(it) => self.attempt(it),
            Stmt::With(it) if it.items.iter().any(suppresses_import_errors) => {
                self.attempts += 1;
                visitor::walk_stmt(self, stmt);
                self.attempts -= 1;
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
                ExprContext::Del => drop(self.scopes[self.current.index()].names.remove(name.id.as_str())),
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

/// `with suppress(ImportError):`
fn suppresses_import_errors(item: &ast::WithItem) -> bool {
    const ERRORS: &[&str] = &["ImportError", "ModuleNotFoundError", "Exception"];
    let name = |expr: &Expr| match expr {
        Expr::Name(name) => name.id.to_string(),
        Expr::Attribute(attribute) => attribute.attr.to_string(),
        _ => String::new(),
    };
    let Expr::Call(call) = &item.context_expr else {
        return false;
    };
    name(&call.func) == "suppress"
        && call
            .arguments
            .args
            .iter()
            .any(|error| ERRORS.contains(&name(error).as_str()))
}
