//! The traversal: the statements and expressions that define, branch, import and call.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, BoolOp, Expr, Stmt};

use super::Walk;
use crate::units::runs;

impl<'a> Visitor<'a> for Walk<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => {
                self.syntax.classes += 1;
                self.classes.push(class.name.to_string());
                self.docstring(&class.body);
                // The decisions of a class inside of a function are not the function's (radon).
                let before = self.units.decisions();
                self.visit_stmts(&class.body);
                self.units.set_decisions(before);
                self.classes.pop();
            }
            Stmt::If(it) => self.branches(it),
            Stmt::For(it) => {
                self.units.decide(1 + u32::from(!it.orelse.is_empty()));
                self.units.structural();
                self.visit_expr(&it.target);
                self.visit_expr(&it.iter);
                self.nested_body(&it.body);
                self.orelse(&it.orelse);
            }
            Stmt::While(it) => {
                self.units.decide(1 + u32::from(!it.orelse.is_empty()));
                self.units.structural();
                self.visit_expr(&it.test);
                self.nested_body(&it.body);
                self.orelse(&it.orelse);
            }
            Stmt::Try(it) => self.try_statement(it),
            Stmt::Match(it) => self.match_statement(it),
            Stmt::Assert(it) => {
                // radon does not descend here: the contents count for the cognitive complexity only.
                self.units.decide(1);
                let before = self.units.decisions();
                self.visit_expr(&it.test);
                self.units.set_decisions(before);
            }
            Stmt::Import(it) => self.import(it),
            Stmt::ImportFrom(it) => self.import_from(it),
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        let counted = std::mem::take(&mut self.counted);
        match expr {
            Expr::BoolOp(it) => {
                self.units
                    .decide(u32::try_from(it.values.len()).unwrap_or(u32::MAX).saturating_sub(1));
                if !counted {
                    self.units.flat(runs(&operators(it)));
                }
                for value in &it.values {
                    self.counted = value.is_bool_op_expr();
                    self.visit_expr(value);
                    self.counted = false;
                }
            }
            Expr::If(it) => {
                self.units.decide(1);
                self.units.structural();
                self.visit_expr(&it.test);
                self.units.nest();
                self.visit_expr(&it.body);
                self.visit_expr(&it.orelse);
                self.units.unnest();
            }
            Expr::Lambda(it) => {
                self.units.nest();
                self.visit_expr(&it.body);
                self.units.unnest();
            }
            _ => {
                match expr {
                    Expr::ListComp(it) => self.comprehensions(&it.generators),
                    Expr::SetComp(it) => self.comprehensions(&it.generators),
                    Expr::DictComp(it) => self.comprehensions(&it.generators),
                    Expr::Generator(it) => self.comprehensions(&it.generators),
                    Expr::Call(it) => self.call(it),
                    _ => {}
                }
                let nests = self.units.rules.comprehensions
                    && matches!(
                        expr,
                        Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_)
                    );
                if nests {
                    self.units.nest();
                }
                visitor::walk_expr(self, expr);
                if nests {
                    self.units.unnest();
                }
            }
        }
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}
}

/// The operators of a logical sequence from left to right, through parentheses.
fn operators(it: &ast::ExprBoolOp) -> Vec<BoolOp> {
    let mut found = Vec::new();
    for (at, value) in it.values.iter().enumerate() {
        if at > 0 {
            found.push(it.op);
        }
        if let Expr::BoolOp(inner) = value {
            found.extend(operators(inner));
        }
    }
    found
}

/// Only one nested function and the return of a name: the shape of a decorator.
pub(super) fn is_decorator(function: &ast::StmtFunctionDef) -> bool {
    let is_doc = |stmt: &&Stmt| matches!(stmt, Stmt::Expr(it) if it.value.is_string_literal_expr());
    let body: Vec<_> = function.body.iter().filter(|stmt| !is_doc(stmt)).collect();
    matches!(
        body.as_slice(),
        [Stmt::FunctionDef(_), Stmt::Return(it)] if matches!(it.value.as_deref(), Some(Expr::Name(_)))
    )
}

pub(super) fn is_main_check(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else {
        return false;
    };
    let is_name = |expr: &Expr| matches!(expr, Expr::Name(name) if name.id == "__name__");
    let is_main = |expr: &Expr| matches!(expr, Expr::StringLiteral(text) if text.value.to_str() == "__main__");
    let right = compare.comparators.first();
    (is_name(&compare.left) && right.is_some_and(is_main)) || (is_main(&compare.left) && right.is_some_and(is_name))
}
