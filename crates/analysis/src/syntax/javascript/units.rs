//! Functions, branches and loops, for the units and their complexity.

use oxc_ast::ast::*;
use oxc_ast_visit::Visit;
use oxc_span::{GetSpan, Span};

use super::{FactsPass, property_name};
use crate::units::runs;

impl FactsPass<'_> {
    pub(super) fn open(&mut self, name: Option<String>, at: Span, whole: Span, parameters: usize) {
        let own = name.unwrap_or_default();
        let class = self.classes.last().filter(|class| !class.is_empty());
        let full = match (own.as_str(), class) {
            ("", _) => "<anonymous>".to_owned(),
            (own, Some(class)) => format!("{class}.{own}"),
            (own, None) => own.to_owned(),
        };
        let end = self.lines.of(whole.end.saturating_sub(1).max(whole.start));
        self.units.open(&full, &own, self.line(at), end, parameters);
        // Functions inside of a method belong to it, not to the class.
        self.classes.push(String::new());
    }

    pub(super) fn close(&mut self) {
        self.classes.pop();
        self.units.close();
    }

    /// Walks an expression that may be a function, which then has this name.
    pub(super) fn named(&mut self, name: Option<String>, expression: &Expression<'_>, walk: impl FnOnce(&mut Self)) {
        let takes = matches!(
            expression.get_inner_expression(),
            Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) | Expression::ClassExpression(_)
        );
        self.name = name.filter(|_| takes);
        walk(self);
        self.name = None;
    }

    /// `for … in` and `for … of`.
    pub(super) fn loop_over<'a>(&mut self, left: &ForStatementLeft<'a>, right: &Expression<'a>, body: &Statement<'a>)
    where
        Self: Visit<'a>,
    {
        self.units.decide(1);
        self.units.structural();
        self.visit_for_statement_left(left);
        self.visit_expression(right);
        self.loop_body(body);
    }

    pub(super) fn loop_body<'a>(&mut self, body: &Statement<'a>)
    where
        Self: Visit<'a>,
    {
        self.units.nest();
        self.visit_statement(body);
        self.units.unnest();
    }

    /// Counts an `if` with its chain of `else if`.
    pub(super) fn branches<'a>(&mut self, it: &IfStatement<'a>)
    where
        Self: Visit<'a>,
    {
        // A loop: a chain of `else if` may be long.
        let mut link = it;
        self.branch(link, false);
        loop {
            match &link.alternate {
                None => return,
                Some(Statement::IfStatement(next)) => {
                    link = next;
                    self.branch(link, true);
                }
                Some(last) => {
                    self.units.flat(1);
                    return self.loop_body(last);
                }
            }
        }
    }

    /// Counts a logical expression, and its sequence of equal operators once.
    pub(super) fn logical<'a>(&mut self, it: &LogicalExpression<'a>)
    where
        Self: Visit<'a>,
    {
        let counted = std::mem::take(&mut self.counted);
        self.units.decide(1);
        let sequence = it.operator != LogicalOperator::Coalesce;
        if sequence && !counted {
            self.units.flat(self.sequence(it));
        }
        for side in [&it.left, &it.right] {
            self.counted = sequence && matches!(side, Expression::LogicalExpression(_)) && is_and_or(side);
            self.visit_expression(side);
            self.counted = false;
        }
    }

    fn branch<'a>(&mut self, it: &IfStatement<'a>, is_else_if: bool)
    where
        Self: Visit<'a>,
    {
        self.units.decide(1);
        if is_else_if {
            self.units.flat(1);
        } else {
            self.units.structural();
        }
        self.visit_expression(&it.test);
        self.loop_body(&it.consequent);
    }

    /// The cost of a sequence of logical operators.
    fn sequence(&self, it: &LogicalExpression<'_>) -> u32 {
        let operators = operators(it);
        if self.units.rules.or_counts {
            return runs(&operators);
        }
        let groups = operators.chunk_by(|a, b| a == b);
        let ands = groups.filter(|group| group[0] == LogicalOperator::And).count();
        u32::try_from(ands).unwrap_or(u32::MAX)
    }

    /// A class's field: its initialiser runs on its own, so it is a unit where it decides anything.
    pub(super) fn field<'a>(
        &mut self,
        key: &PropertyKey<'a>,
        computed: bool,
        value: Option<&Expression<'a>>,
        whole: Span,
    ) where
        Self: Visit<'a>,
    {
        if computed {
            self.visit_property_key(key);
        }
        let Some(value) = value else { return };
        let name = property_name(key);
        self.open(name.clone(), key.span(), whole, 0);
        self.classes.pop();
        self.named(name, value, |walk| walk.visit_expression(value));
        self.units.close_if_it_decides();
    }
}

fn is_and_or(expression: &Expression<'_>) -> bool {
    matches!(expression, Expression::LogicalExpression(it) if it.operator != LogicalOperator::Coalesce)
}

/// The `&&` and `||` of a sequence from left to right. A loop: the tree may be deep to the left.
fn operators(it: &LogicalExpression<'_>) -> Vec<LogicalOperator> {
    enum Item<'t, 'a> {
        Node(&'t LogicalExpression<'a>),
        Operator(LogicalOperator),
    }
    let mut found = Vec::new();
    let mut stack = vec![Item::Node(it)];
    while let Some(item) = stack.pop() {
        match item {
            Item::Operator(operator) => found.push(operator),
            Item::Node(node) => {
                for (side, then) in [(&node.right, Some(node.operator)), (&node.left, None)] {
                    if let (Expression::LogicalExpression(inner), true) = (side, is_and_or(side)) {
                        stack.push(Item::Node(inner));
                    }
                    stack.extend(then.map(Item::Operator));
                }
            }
        }
    }
    found
}

/// The number of parameters, a rest parameter included.
pub(super) fn parameter_count(parameters: &FormalParameters<'_>) -> usize {
    parameters.items.len() + usize::from(parameters.rest.is_some())
}
