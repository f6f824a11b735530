//! The value of each kind of expression.

use ruff_python_ast::visitor;
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::literals::key;
use super::{Walk, Work};
use crate::calls::{ValueExpr, ValueId};

impl<'a> Walk<'a, '_> {
    /// Records the calls in an expression, and returns its value.
    pub(super) fn eval(&mut self, it: &'a Expr) -> ValueId {
        match it {
            Expr::Name(name) => {
                let value = self.builder.read(&name.id);
                self.builder.mention(value);
                value
            }
            Expr::Attribute(attribute) => self.read_attribute(attribute),
            Expr::Call(it) => self.call(it),
            Expr::Lambda(it) => self.lambda(it),
            Expr::If(it) => {
                self.eval(&it.test);
                let (a, b) = (self.eval(&it.body), self.eval(&it.orelse));
                self.builder.either(a, b)
            }
            Expr::BoolOp(it) => self.any_of(&it.values),
            Expr::Named(it) => {
                let value = self.eval(&it.value);
                self.assign(&it.target, value);
                value
            }
            Expr::Await(it) => self.eval(&it.value),
            Expr::Yield(it) => self.yielded(it),
            Expr::ListComp(ast::ExprListComp { elt, generators, .. })
            | Expr::SetComp(ast::ExprSetComp { elt, generators, .. })
            | Expr::Generator(ast::ExprGenerator { elt, generators, .. }) => {
                self.comprehension(generators, [Some(elt), None])
            }
            Expr::DictComp(it) => self.comprehension(&it.generators, [Some(&it.value), it.key.as_deref()]),
            Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => self.list(elts),
            Expr::Dict(it) => self.dictionary(it),
            Expr::Subscript(it) => self.subscript(it),
            Expr::BinOp(first) => self.operation(first),
            Expr::StringLiteral(text) => {
                self.builder.quote(text.value.to_str());
                self.names_in(text.value.to_str());
                ValueId::OPAQUE
            }
            Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_) => ValueId::OPAQUE,
            Expr::FString(text) => {
                for literal in text.value.elements().filter_map(|element| element.as_literal()) {
                    self.names_in(&literal.value);
                }
                visitor::walk_expr(self, it);
                ValueId::OPAQUE
            }
            _ => {
                visitor::walk_expr(self, it);
                ValueId::UNKNOWN
            }
        }
    }

    fn any_of(&mut self, values: &'a [Expr]) -> ValueId {
        let values: Vec<ValueId> = values.iter().map(|value| self.eval(value)).collect();
        values
            .into_iter()
            .fold(ValueId::UNKNOWN, |a, b| self.builder.either(a, b))
    }

    fn yielded(&mut self, it: &'a ast::ExprYield) -> ValueId {
        if let Some(value) = &it.value {
            let value = self.eval(value);
            let many = self.builder.container();
            self.builder.put(many, None, value);
            self.builder.returns(many);
        }
        ValueId::UNKNOWN
    }

    fn subscript(&mut self, it: &'a ast::ExprSubscript) -> ValueId {
        let base = self.eval(&it.value);
        self.eval(&it.slice);
        match key(&it.slice) {
            Some(key) => self.builder.element(base, Some(&key)),
            None => ValueId::UNKNOWN,
        }
    }

    /// An attribute that is read and not called: any code that holds it may call it.
    fn read_attribute(&mut self, attribute: &'a ast::ExprAttribute) -> ValueId {
        let value = self.attribute(attribute);
        self.builder.mention(value);
        if let ValueExpr::Member(base, _) = self.builder.get(value)
            && attribute.attr.starts_with('_')
            && matches!(self.builder.get(base), ValueExpr::This(_))
        {
            self.builder.quote(attribute.attr.as_str());
        }
        value
    }

    fn lambda(&mut self, it: &'a ast::ExprLambda) -> ValueId {
        let line = self.line(it.range());
        let count = self.lambdas.entry(self.builder.body()).or_default();
        *count += 1;
        let name = format!("<lambda{count}>");
        let function = self.builder.define(&name, line);
        let definition = self.builder.definition(function);
        definition.anonymous = true;
        definition.class = None;
        let parameters = it.parameters.iter().flat_map(|list| list.iter());
        let names: Vec<&str> = parameters.map(|one| one.name().as_str()).collect();
        self.builder.parameters(function, &names);
        self.work.push_back((self.builder.scope(), function, Work::Lambda(it)));
        self.builder.value(ValueExpr::Function(function))
    }

    fn dictionary(&mut self, it: &'a ast::ExprDict) -> ValueId {
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

    /// `a + b + c`. A loop: such a chain may be long.
    fn operation(&mut self, first: &'a ast::ExprBinOp) -> ValueId {
        let mut at = first;
        loop {
            self.eval(&at.right);
            match &*at.left {
                Expr::BinOp(left) => at = left,
                left => {
                    self.eval(left);
                    return ValueId::UNKNOWN;
                }
            }
        }
    }

    fn list(&mut self, elements: &'a [Expr]) -> ValueId {
        let container = self.builder.container();
        for (at, element) in elements.iter().enumerate() {
            let value = self.eval(element);
            if at < 64 && value.is_known() {
                self.builder.put(container, Some(&format!("#{at}")), value);
            }
        }
        container
    }
}
