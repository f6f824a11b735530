//! The walk over a module.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::{Site, Value, Walk, is_named_unsafe, one_of};

impl Walk {
    /// A name of one's own, without a value that is followed.
    fn declare(&mut self, name: &str) {
        if !self.reading {
            let function = self.function();
            self.names.assign(function, name, Value::Unknown);
        }
    }

    fn visit_function(&mut self, stmt: &Stmt, it: &StmtFunctionDef) {
        self.declare(it.name.as_str());
        if !self
            .interest
            .is_in(it.range().start().to_usize(), it.range().end().to_usize())
        {
            return;
        }
        self.functions += 1;
        self.open.push(self.functions);
        self.within.push(it.name.to_string());
        self.parameters(&it.parameters);
        let outer = (self.conditions, self.choices);
        // It is called where an option turns the verification off.
        let is_unsafe = usize::from(is_named_unsafe(it.name.as_str()));
        self.conditions += is_unsafe;
        self.choices += is_unsafe;
        visitor::walk_stmt(self, stmt);
        (self.conditions, self.choices) = outer;
        self.open.pop();
        self.within.pop();
    }

    fn visit_branches(&mut self, stmt: &Stmt) {
        let is_choice = stmt.as_if_stmt().is_some_and(|it| self.is_choice(&it.test));
        self.conditions += 1;
        self.choices += usize::from(is_choice);
        visitor::walk_stmt(self, stmt);
        self.choices -= usize::from(is_choice);
        self.conditions -= 1;
        if self.returns_by_option(stmt) {
            // The rest of the function is the other branch.
            self.conditions += 1;
        }
    }
}

impl<'a> Visitor<'a> for Walk {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(_) | Stmt::ImportFrom(_) => self.import(stmt),
            Stmt::FunctionDef(it) => return self.visit_function(stmt, it),
            Stmt::ClassDef(it) => {
                self.declare(it.name.as_str());
                self.within.push(it.name.to_string());
                visitor::walk_stmt(self, stmt);
                self.within.pop();
                return;
            }
            Stmt::Assign(it) if !self.reading => {
                let value = self.value(&it.value, 0);
                it.targets.iter().for_each(|target| self.bind(target, value.clone()));
                return;
            }
            Stmt::Assign(it) => {
                for target in &it.targets {
                    self.read_assignment(target, it);
                }
                visitor::walk_stmt(self, stmt);
                self.assigned = None;
                return;
            }
            Stmt::AnnAssign(it) if !self.reading => {
                if let Some(value) = &it.value {
                    let value = self.value(value, 0);
                    self.bind(&it.target, value);
                }
            }
            Stmt::If(_) | Stmt::Try(_) => return self.visit_branches(stmt),
            Stmt::AugAssign(it) => self.extend(it),
            Stmt::For(it) if !self.reading => {
                let value = one_of(self.value(&it.iter, 0));
                self.bind(&it.target, value);
            }
            Stmt::With(it) => {
                for item in &it.items {
                    if let Some(target) = &item.optional_vars {
                        self.bind(target, Value::Unknown);
                    }
                }
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if !self.reading {
            // Only statements bind names that are followed.
            if let Expr::Named(it) = expression {
                self.bind(&it.target, Value::Unknown);
            }
            return;
        }
        let is_choice = expression.as_if_expr().is_some_and(|it| self.is_choice(&it.test));
        self.choices += usize::from(is_choice);
        if let Some(it) = expression.as_call_expr().filter(|it| self.may_be_of_interest(&it.func)) {
            let name = self.name(&it.func);
            if self.interest.has(&name) {
                let site = Site {
                    name,
                    values: it.arguments.args.iter().map(|value| self.value(value, 0)).collect(),
                    named: it
                        .arguments
                        .keywords
                        .iter()
                        .filter_map(|keyword| Some((keyword.arg.as_ref()?.to_string(), self.value(&keyword.value, 0))))
                        .collect(),
                    assigned: self.assigned.clone(),
                    at: it.range().start().to_usize(),
                    conditional: self.conditions > 0,
                    chosen: self.choices > 0,
                    within: self.within.join("."),
                    open_ended: it.arguments.keywords.iter().any(|keyword| keyword.arg.is_none()),
                };
                self.sites.push(site);
            }
        }
        visitor::walk_expr(self, expression);
        self.choices -= usize::from(is_choice);
    }
}
