//! Sites of JavaScript and TypeScript.

use std::collections::HashMap;

use oxc_ast::ast::*;
use oxc_ast_visit::Visit as _;
use oxc_syntax::operator::{BinaryOperator, LogicalOperator};

use super::{Interest, Names, Site, Value, format, one_of};

mod visit;

const LANGUAGE: &str = "javascript";
const DEPTH: usize = 12;

/// Reads the sites of a program.
pub fn sites(program: &Program<'_>, text: &str) -> Vec<Site> {
    let interest = Interest::of(LANGUAGE, text.as_bytes());
    if interest.is_empty() {
        return Vec::new();
    }
    let mut reader = SitesPass {
        interest,
        ..SitesPass::default()
    };
    reader.visit_program(program);
    reader.reading = true;
    reader.functions = 0;
    reader.visit_program(program);
    reader.sites
}

#[derive(Default)]
struct SitesPass {
    interest: Interest,
    imports: HashMap<String, String>,
    names: Names,
    open: Vec<usize>,
    /// Names of the open functions and classes; empty for those without one.
    within: Vec<String>,
    functions: usize,
    reading: bool,
    sites: Vec<Site>,
    assigned: Option<String>,
    /// The options that are read are of a server, which asks its clients for no certificate.
    of_server: bool,
    /// Open conditions that are named for a choice of the caller.
    choices: usize,
}

impl SitesPass {
    fn function(&self) -> usize {
        self.open.last().copied().unwrap_or(0)
    }

    /// The call whose result is bound to a name.
    fn made_by(&self, name: &str) -> Option<String> {
        match self.names.of(self.function(), name) {
            Some(Value::Call(call, _)) => Some(format!("{call}()")),
            _ => None,
        }
    }

    fn name(&self, expression: &Expression<'_>) -> String {
        match expression.get_inner_expression() {
            Expression::Identifier(it) => {
                let name = it.name.as_str();
                match self.imports.get(name) {
                    Some(full) => full.clone(),
                    None if self.made_by(name).is_some() => self.made_by(name).unwrap_or_default(),
                    None if self.names.is_assigned(0, name) || self.names.is_assigned(self.function(), name) => {
                        format!("own:{name}")
                    }
                    None => name.to_owned(),
                }
            }
            Expression::StaticMemberExpression(it) => format!("{}.{}", self.name(&it.object), it.property.name),
            Expression::ChainExpression(it) => match &it.expression {
                ChainElement::StaticMemberExpression(it) => format!("{}.{}", self.name(&it.object), it.property.name),
                ChainElement::CallExpression(it) => format!("{}()", self.name(&it.callee)),
                _ => String::new(),
            },
            Expression::CallExpression(it) => match required(it) {
                Some(module) => module,
                None => format!("{}()", self.name(&it.callee)),
            },
            Expression::ThisExpression(_) => "this".to_owned(),
            _ => String::new(),
        }
    }

    /// Whether the last part of a name is that of a rule: the whole name costs more.
    fn may_be_of_interest(&self, callee: &Expression<'_>) -> bool {
        match callee.get_inner_expression() {
            Expression::Identifier(it) => {
                let name = it.name.as_str();
                self.interest.has(name) || self.imports.get(name).is_some_and(|full| self.interest.has(full))
            }
            Expression::StaticMemberExpression(it) => self.interest.has(it.property.name.as_str()),
            Expression::ChainExpression(it) => match &it.expression {
                ChainElement::StaticMemberExpression(it) => self.interest.has(it.property.name.as_str()),
                _ => true,
            },
            _ => true,
        }
    }

    fn value(&self, expression: &Expression<'_>, depth: usize) -> Value {
        if depth > DEPTH {
            return Value::Unknown;
        }
        let of = |expression: &Expression<'_>| self.value(expression, depth + 1);
        match expression.get_inner_expression() {
            Expression::StringLiteral(it) => Value::Text(it.value.to_string()),
            Expression::BooleanLiteral(it) => Value::Bool(it.value),
            Expression::NullLiteral(_) => Value::Null,
            Expression::NumericLiteral(it) => Value::Number(it.value as i64),
            Expression::TemplateLiteral(it) => self.template(it, depth),
            Expression::RegExpLiteral(it) => Value::Text(it.regex.pattern.text.to_string()),
            Expression::BinaryExpression(it) if it.operator == BinaryOperator::Addition => {
                Value::join(of(&it.left), of(&it.right))
            }
            Expression::BinaryExpression(it) if it.operator.is_arithmetic() => Value::Number(0),
            Expression::CallExpression(it) => format::call(self.name(&it.callee), self.arguments(&it.arguments, depth)),
            Expression::NewExpression(it) => Value::Call(
                format!("new {}", self.name(&it.callee)),
                self.arguments(&it.arguments, depth),
            ),
            Expression::ArrayExpression(it) => Value::List(
                it.elements
                    .iter()
                    .map(|element| element.as_expression().map_or(Value::Unknown, of))
                    .collect(),
            ),
            Expression::ObjectExpression(it) => Value::Object(
                it.properties
                    .iter()
                    .filter_map(|property| match property {
                        ObjectPropertyKind::ObjectProperty(it) => {
                            Some((it.key.static_name()?.to_string(), of(&it.value)))
                        }
                        ObjectPropertyKind::SpreadProperty(_) => None,
                    })
                    .collect(),
            ),
            Expression::ConditionalExpression(it) => of(&it.consequent).either(of(&it.alternate)),
            Expression::LogicalExpression(it) if it.operator == LogicalOperator::And => {
                Some(of(&it.right)).filter(Value::is_settled).unwrap_or_default()
            }
            Expression::LogicalExpression(it) => of(&it.left).either(of(&it.right)),
            Expression::ComputedMemberExpression(it) => of(&it.object).entry(),
            Expression::Identifier(it) => match self.names.follow(self.function(), it.name.as_str()) {
                Some(value) => value,
                None => Value::Name(self.name(expression)),
            },
            Expression::StaticMemberExpression(_) => Value::Name(self.name(expression)),
            _ => Value::Unknown,
        }
    }

    fn template(&self, it: &TemplateLiteral<'_>, depth: usize) -> Value {
        let mut value = Value::Text(String::new());
        for (at, part) in it.quasis.iter().enumerate() {
            let text = part.value.cooked.as_ref().unwrap_or(&part.value.raw);
            value = Value::join(value, Value::Text(text.to_string()));
            if let Some(expression) = it.expressions.get(at) {
                value = Value::join(value, self.value(expression, depth + 1));
            }
        }
        value
    }

    fn arguments(&self, list: &[Argument<'_>], depth: usize) -> Vec<Value> {
        list.iter()
            .map(|argument| {
                argument
                    .as_expression()
                    .map_or(Value::Unknown, |value| self.value(value, depth + 1))
            })
            .collect()
    }

    fn bind(&mut self, pattern: &BindingPattern<'_>, value: Value) {
        if self.reading {
            return;
        }
        let function = self.function();
        match pattern.get_binding_identifier() {
            Some(id) => self.names.assign(function, id.name.as_str(), value),
            None => {
                for id in pattern.get_binding_identifiers() {
                    self.names.assign(function, id.name.as_str(), Value::Unknown);
                }
            }
        }
    }

    /// The variable of a loop.
    fn bind_loop(&mut self, left: &ForStatementLeft<'_>, value: Value) {
        match left {
            ForStatementLeft::VariableDeclaration(left) => {
                for declarator in &left.declarations {
                    self.bind(&declarator.id, value.clone());
                }
            }
            ForStatementLeft::AssignmentTargetIdentifier(id) if !self.reading => {
                let function = self.function();
                self.names.assign(function, id.name.as_str(), value);
            }
            _ => {}
        }
    }

    fn import(&mut self, local: &str, full: String) {
        if !full.ends_with(local) {
            self.interest.rename(&full);
        }
        self.imports.insert(local.to_owned(), full);
    }

    /// `const a = require('b')`, `const { a } = require('b')`.
    fn require(&mut self, it: &VariableDeclarator<'_>) -> bool {
        let Some(Expression::CallExpression(call)) = it.init.as_ref() else {
            return false;
        };
        let Some(module) = required(call) else {
            return false;
        };
        match &it.id {
            BindingPattern::ObjectPattern(pattern) => {
                for property in &pattern.properties {
                    let local = property.value.get_binding_identifier();
                    if let (Some(key), Some(local)) = (property.key.static_name(), local) {
                        self.import(local.name.as_str(), format!("{module}.{key}"));
                    }
                }
            }
            pattern => {
                if let Some(id) = pattern.get_binding_identifier() {
                    self.imports.insert(id.name.to_string(), module);
                }
            }
        }
        true
    }

    fn add(&mut self, name: String, values: Vec<Value>, at: u32) {
        if self.reading && self.interest.has(&name) {
            self.sites.push(Site {
                name,
                values,
                named: Vec::new(),
                assigned: self.assigned.clone(),
                at: at as usize,
                conditional: false,
                chosen: self.choices > 0,
                within: self.within.join("."),
                open_ended: false,
            });
        }
    }

    /// Whether any name or text of a condition is one of a choice.
    fn is_choice(&self, test: &Expression<'_>) -> bool {
        if !self.interest.about_certificates || !self.reading {
            return false;
        }
        match test.get_inner_expression() {
            Expression::LogicalExpression(it) => self.is_choice(&it.left) || self.is_choice(&it.right),
            Expression::UnaryExpression(it) => self.is_choice(&it.argument),
            Expression::BinaryExpression(it) => self.is_choice(&it.left) || self.is_choice(&it.right),
            Expression::StringLiteral(it) => super::is_choice(&format!("'{}'", it.value)),
            Expression::ComputedMemberExpression(it) => self.is_choice(&it.expression) || self.is_choice(&it.object),
            other => super::is_choice(&self.name(other)),
        }
    }

    fn enter(&mut self, parameters: &FormalParameters<'_>) {
        self.functions += 1;
        self.open.push(self.functions);
        let function = self.function();
        for parameter in &parameters.items {
            for id in parameter.pattern.get_binding_identifiers() {
                self.names.hide(function, id.name.as_str());
            }
        }
    }
}

/// The module of `require('…')`.
fn required(call: &CallExpression<'_>) -> Option<String> {
    let Expression::Identifier(callee) = &call.callee else {
        return None;
    };
    let [Argument::StringLiteral(module)] = &call.arguments[..] else {
        return None;
    };
    (callee.name == "require").then(|| module_name(module.value.as_str()))
}

fn module_name(specifier: &str) -> String {
    specifier.strip_prefix("node:").unwrap_or(specifier).to_owned()
}
