//! Assignments, unpacking, loops and comprehensions.

use ruff_python_ast::{self as ast, Expr};

use super::Walk;
use super::literals::key;
use crate::calls::{ScopeKind, ValueExpr, ValueId};

impl<'a> Walk<'a, '_> {
    pub(super) fn assign(&mut self, target: &'a Expr, value: ValueId) {
        match target {
            Expr::Name(name) => {
                if self.builder.kind() == ScopeKind::Class
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
            Expr::Starred(it) => self.assign(&it.value, ValueId::UNKNOWN),
            other => drop(self.eval(other)),
        }
    }

    fn unpack(&mut self, targets: &'a [Expr], value: ValueId) {
        let starred = targets.iter().position(Expr::is_starred_expr);
        for (at, target) in targets.iter().enumerate() {
            let after_star = starred.is_some_and(|star| at >= star);
            let part = if after_star {
                ValueId::UNKNOWN
            } else {
                self.builder.element(value, Some(&format!("#{at}")))
            };
            self.assign(target, part);
        }
    }

    /// `a, *b, c = x, y, z`: both sides are written out.
    pub(super) fn unpack_literal(&mut self, targets: &'a [Expr], values: &'a [Expr]) -> bool {
        let Some(star) = targets.iter().position(Expr::is_starred_expr) else {
            return false;
        };
        let rest = targets.len() - star - 1;
        if values.len() < star + rest || values.iter().any(Expr::is_starred_expr) {
            return false;
        }
        let values: Vec<ValueId> = values.iter().map(|value| self.eval(value)).collect();
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
    pub(super) fn iterate(&mut self, iter: &'a Expr) -> ValueId {
        let value = self.eval(iter);
        let is_object = matches!(
            self.builder.get(value),
            ValueExpr::Result(_)
                | ValueExpr::Parameter(..)
                | ValueExpr::Member(..)
                | ValueExpr::This(_)
                | ValueExpr::First(..)
                | ValueExpr::Decorated(..)
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

    pub(super) fn comprehension(
        &mut self,
        generators: &'a [ast::Comprehension],
        results: [Option<&'a Expr>; 2],
    ) -> ValueId {
        self.builder.push(ScopeKind::Block);
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
    fn target_here(&mut self, target: &'a Expr, value: ValueId) {
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
}

pub(super) fn elements(it: &Expr) -> Option<&[Expr]> {
    match it {
        Expr::Tuple(it) => Some(&it.elts),
        Expr::List(it) => Some(&it.elts),
        _ => None,
    }
}
