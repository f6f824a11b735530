//! The value of each kind of expression.

use oxc_ast::ast::*;
use oxc_ast_visit::walk;

use super::CallsPass;
use crate::calls::ValueId;

impl CallsPass<'_> {
    /// Records the calls in an expression, and returns its value.
    pub(super) fn eval(&mut self, it: &Expression<'_>) -> ValueId {
        match it {
            Expression::Identifier(id) => {
                let value = self.read(&id.name);
                self.builder.mention(value);
                value
            }
            Expression::ThisExpression(_) => self.this.last().copied().unwrap_or(ValueId::UNKNOWN),
            Expression::Super(_) => self.above(),
            Expression::StaticMemberExpression(_) | Expression::PrivateFieldExpression(_) => self.callee(it),
            Expression::ComputedMemberExpression(member) => self.computed_member(member),
            Expression::CallExpression(it) => self.call(it),
            Expression::NewExpression(it) => self.instance(it),
            Expression::FunctionExpression(it) => self.function(it, ValueId::UNKNOWN),
            Expression::ArrowFunctionExpression(it) => self.arrow(it),
            Expression::ClassExpression(it) => self.class(it),
            Expression::ObjectExpression(it) => self.object(it),
            Expression::ArrayExpression(it) => self.array(it),
            Expression::AssignmentExpression(it) => self.assign(it),
            Expression::ConditionalExpression(it) => {
                self.eval(&it.test);
                let (a, b) = (self.eval(&it.consequent), self.eval(&it.alternate));
                self.builder.either(a, b)
            }
            Expression::LogicalExpression(_) => self.logical(it),
            Expression::AwaitExpression(it) => self.eval(&it.argument),
            Expression::ParenthesizedExpression(it) => self.eval(&it.expression),
            Expression::TSAsExpression(it) => self.eval(&it.expression),
            Expression::TSTypeAssertion(it) => self.eval(&it.expression),
            Expression::TSNonNullExpression(it) => self.eval(&it.expression),
            Expression::TSSatisfiesExpression(it) => self.eval(&it.expression),
            Expression::ChainExpression(chain) => match &chain.expression {
                ChainElement::CallExpression(it) => self.call(it),
                _ => {
                    walk::walk_chain_expression(self, chain);
                    ValueId::UNKNOWN
                }
            },
            Expression::ImportExpression(import) => {
                self.eval(&import.source);
                self.import(import.span, 0)
            }
            Expression::StringLiteral(text) => {
                self.builder.quote(&text.value);
                ValueId::OPAQUE
            }
            Expression::NumericLiteral(_)
            | Expression::BooleanLiteral(_)
            | Expression::NullLiteral(_)
            | Expression::RegExpLiteral(_) => ValueId::OPAQUE,
            Expression::BinaryExpression(first) => self.operation(first),
            _ => {
                walk::walk_expression(self, it);
                ValueId::UNKNOWN
            }
        }
    }

    fn computed_member(&mut self, member: &ComputedMemberExpression<'_>) -> ValueId {
        let base = self.base(&member.object);
        self.eval(&member.expression);
        match &member.expression {
            Expression::StringLiteral(text) => self.builder.member(base, &text.value),
            Expression::NumericLiteral(number) => self.builder.element(base, Some(&format!("#{}", number.value))),
            // `Remove[type](…)`: a function that holds others.
            _ => {
                self.builder.mention(base);
                ValueId::UNKNOWN
            }
        }
    }

    fn instance(&mut self, it: &NewExpression<'_>) -> ValueId {
        let class = self.callee(&it.callee);
        let arguments = self.arguments(&it.arguments);
        self.builder.call(class, &arguments, false);
        self.builder.result(class)
    }

    fn array(&mut self, it: &ArrayExpression<'_>) -> ValueId {
        let container = self.builder.container();
        for (at, element) in it.elements.iter().enumerate() {
            if let Some(element) = element.as_expression() {
                let value = self.eval(element);
                if at < 64 && value.is_known() {
                    self.builder.put(container, Some(&format!("#{at}")), value);
                }
            } else if let ArrayExpressionElement::SpreadElement(it) = element {
                self.eval(&it.argument);
            }
        }
        container
    }

    /// `a + b + c`. A loop: such a chain may be long.
    fn operation(&mut self, first: &BinaryExpression<'_>) -> ValueId {
        let mut at = first;
        loop {
            self.eval(&at.right);
            match &at.left {
                Expression::BinaryExpression(left) => at = left,
                left => {
                    self.eval(left);
                    return ValueId::OPAQUE;
                }
            }
        }
    }

    /// `a || b`, `a && b`, `a ?? b`: any of them. A loop: it may be deep to the left.
    fn logical(&mut self, it: &Expression<'_>) -> ValueId {
        let mut value = ValueId::UNKNOWN;
        let mut at = it;
        while let Expression::LogicalExpression(logical) = at {
            let right = self.eval(&logical.right);
            value = self.builder.either(value, right);
            at = &logical.left;
        }
        let left = self.eval(at);
        self.builder.either(value, left)
    }
}
