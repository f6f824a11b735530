//! The traversal: the statements that define, bind and call.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Stmt};

use super::Walk;
use super::assignments::elements;
use crate::calls::ValueId;

impl<'a> Visitor<'a> for Walk<'a, '_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(it) => self.function(it),
            Stmt::ClassDef(it) => self.class(it),
            Stmt::Import(it) => self.import(it),
            Stmt::ImportFrom(it) => self.import_from(it),
            Stmt::Assign(it) => self.assignment(it),
            Stmt::AnnAssign(it) => {
                let declared = self.annotation(&it.annotation);
                let value = it.value.as_ref().map_or(ValueId::UNKNOWN, |value| self.eval(value));
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
            // A documentation string is no code; its examples are run as tests.
            Stmt::Expr(it) if it.value.is_string_literal_expr() => {
                let examples = it.value.as_string_literal_expr().map_or("", |text| text.value.to_str());
                for line in examples.lines().filter(|line| line.trim_start().starts_with(">>>")) {
                    self.names_in(line);
                }
            }
            Stmt::If(it) => self.if_statement(it),
            Stmt::For(it) => self.for_loop(it),
            Stmt::While(it) => {
                self.eval(&it.test);
                self.branch(&it.body);
                self.branch(&it.orelse);
            }
            Stmt::With(it) => self.with_statement(it),
            Stmt::Try(it) => self.try_statement(it),
            Stmt::Match(it) => self.match_statement(it),
            Stmt::Raise(it) => self.raise_statement(it),
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

fn is_type_checking(test: &Expr) -> bool {
    match test {
        Expr::Name(name) => name.id == "TYPE_CHECKING",
        Expr::Attribute(it) => it.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}

impl<'a> Walk<'a, '_> {
    fn assignment(&mut self, it: &'a ast::StmtAssign) {
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

    fn if_statement(&mut self, it: &'a ast::StmtIf) {
        self.eval(&it.test);
        let was = self.in_type_checking;
        self.in_type_checking |= is_type_checking(&it.test);
        self.branch(&it.body);
        self.in_type_checking = was;
        for clause in &it.elif_else_clauses {
            if let Some(test) = &clause.test {
                self.eval(test);
            }
            self.branch(&clause.body);
        }
    }

    fn for_loop(&mut self, it: &'a ast::StmtFor) {
        let item = self.iterate(&it.iter);
        self.builder.open_branch();
        self.assign(&it.target, item);
        self.stmts(&it.body);
        self.stmts(&it.orelse);
        self.builder.close_branch();
    }

    fn with_statement(&mut self, it: &'a ast::StmtWith) {
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

    fn try_statement(&mut self, it: &'a ast::StmtTry) {
        self.stmts(&it.body);
        for ast::ExceptHandler::ExceptHandler(handler) in &it.handlers {
            let class = handler
                .type_
                .as_ref()
                .map_or(ValueId::UNKNOWN, |class| self.eval(class));
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

    fn match_statement(&mut self, it: &'a ast::StmtMatch) {
        self.eval(&it.subject);
        for case in &it.cases {
            if let Some(guard) = &case.guard {
                self.eval(guard);
            }
            self.branch(&case.body);
        }
    }

    fn raise_statement(&mut self, it: &'a ast::StmtRaise) {
        for (at, raised) in it.exc.iter().chain(&it.cause).enumerate() {
            let value = self.eval(raised);
            if at == 0 && !raised.is_call_expr() {
                // The class alone: the language makes the object.
                self.builder.call(value, &[], true);
            }
        }
    }
}
