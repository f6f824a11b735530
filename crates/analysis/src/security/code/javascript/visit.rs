//! The pass over a program.

use oxc_ast::ast::*;
use oxc_ast_visit::{Visit, walk};
use oxc_span::GetSpan;
use oxc_syntax::operator::AssignmentOperator;
use oxc_syntax::scope::ScopeFlags;

use super::{SitesPass, module_name, one_of};
use crate::security::code::Value;

impl<'a> Visit<'a> for SitesPass {
    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        let module = module_name(it.source.value.as_str());
        for specifier in it.specifiers.iter().flatten() {
            match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(it) => {
                    self.import(it.local.name.as_str(), format!("{module}.{}", it.imported.name()));
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(it) => {
                    self.imports.insert(it.local.name.to_string(), module.clone());
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(it) => {
                    self.imports.insert(it.local.name.to_string(), module.clone());
                }
            }
        }
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        if let (Some(id), false) = (&it.id, self.reading) {
            let function = self.function();
            self.names.assign(function, id.name.as_str(), Value::Unknown);
        }
        if !self.interest.is_in(it.span.start as usize, it.span.end as usize) {
            return;
        }
        let name = it.id.as_ref().map(|id| id.name.to_string());
        self.within
            .push(name.or_else(|| self.assigned.clone()).unwrap_or_default());
        self.enter(&it.params);
        walk::walk_function(self, it, flags);
        self.open.pop();
        self.within.pop();
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        if !self.interest.is_in(it.span.start as usize, it.span.end as usize) {
            return;
        }
        self.within.push(self.assigned.clone().unwrap_or_default());
        self.enter(&it.params);
        walk::walk_arrow_function_expression(self, it);
        self.open.pop();
        self.within.pop();
    }

    fn visit_method_definition(&mut self, it: &MethodDefinition<'a>) {
        let name = it.key.static_name().map(|name| name.to_string());
        let before = std::mem::replace(&mut self.assigned, name);
        walk::walk_method_definition(self, it);
        self.assigned = before;
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        let name = it.id.as_ref().map(|id| id.name.to_string());
        self.within.push(name.unwrap_or_default());
        walk::walk_class(self, it);
        self.within.pop();
    }

    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        self.visit_expression(&it.test);
        let is_choice = self.is_choice(&it.test);
        self.choices += usize::from(is_choice);
        self.visit_statement(&it.consequent);
        if let Some(alternate) = &it.alternate {
            self.visit_statement(alternate);
        }
        self.choices -= usize::from(is_choice);
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        let value = one_of(self.value(&it.right, 0));
        self.bind_loop(&it.left, value);
        self.visit_expression(&it.right);
        self.visit_statement(&it.body);
    }

    fn visit_for_in_statement(&mut self, it: &ForInStatement<'a>) {
        // The keys of an object that is written.
        let value = match self.value(&it.right, 0) {
            Value::Object(mut members) if !members.is_empty() => Value::Text(members.swap_remove(0).0),
            _ => Value::Unknown,
        };
        self.bind_loop(&it.left, value);
        self.visit_expression(&it.right);
        self.visit_statement(&it.body);
    }

    fn visit_switch_statement(&mut self, it: &SwitchStatement<'a>) {
        let is_choice = self.is_choice(&it.discriminant);
        self.choices += usize::from(is_choice);
        walk::walk_switch_statement(self, it);
        self.choices -= usize::from(is_choice);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        if !self.reading && !self.require(it) {
            // `let x;` has no value yet.
            let value = it.init.as_ref().map_or(Value::Null, |value| self.value(value, 0));
            self.bind(&it.id, value);
        }
        let before = self.assigned.take();
        let name = it.id.get_binding_identifier().filter(|_| self.reading);
        self.assigned = name.map(|id| id.name.to_string());
        walk::walk_variable_declarator(self, it);
        self.assigned = before;
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        let value = |reader: &Self| match it.operator {
            AssignmentOperator::Assign => reader.value(&it.right, 0),
            _ => Value::join(Value::Text(String::new()), reader.value(&it.right, 0)),
        };
        let mut name = None;
        match &it.left {
            AssignmentTarget::AssignmentTargetIdentifier(id) => {
                if !self.reading {
                    let (function, value) = (self.function(), self.value(&it.right, 0));
                    match it.operator {
                        // A name that is given several values is followed only if nothing in them is open.
                        AssignmentOperator::Assign if value.is_settled() => {
                            self.names.assign(function, id.name.as_str(), value);
                        }
                        AssignmentOperator::Assign => {
                            self.names.assign(function, id.name.as_str(), Value::Unknown);
                        }
                        _ => self.names.extend(function, id.name.as_str(), &value),
                    }
                }
                name = Some(id.name.to_string());
            }
            AssignmentTarget::StaticMemberExpression(member) if self.reading => {
                if self.interest.has(member.property.name.as_str()) {
                    let value = value(self);
                    self.add(format!("=.{}", member.property.name), vec![value], it.span.start);
                }
                name = Some(member.property.name.to_string());
            }
            AssignmentTarget::ComputedMemberExpression(member) if self.reading => {
                if let Expression::StringLiteral(key) = &member.expression
                    && self.interest.has(key.value.as_str())
                {
                    let value = value(self);
                    self.add(format!("=.{}", key.value), vec![value], it.span.start);
                }
            }
            _ => {}
        }
        let before = std::mem::replace(&mut self.assigned, name);
        walk::walk_assignment_expression(self, it);
        self.assigned = before;
    }

    fn visit_object_expression(&mut self, it: &ObjectExpression<'a>) {
        let is = |name: &str, value: bool| {
            it.properties.iter().any(|property| {
                matches!(property, ObjectPropertyKind::ObjectProperty(it)
                    if it.key.is_specific_static_name(name) && matches!(&it.value, Expression::BooleanLiteral(it) if it.value == value))
            })
        };
        let before = std::mem::replace(&mut self.of_server, is("isServer", true) || is("requestCert", false));
        walk::walk_object_expression(self, it);
        self.of_server = before;
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        let name = it.key.static_name().map(|name| name.to_string());
        if let Some(name) = name
            .as_ref()
            .filter(|name| !self.of_server || *name != "rejectUnauthorized")
        {
            let value = self.value(&it.value, 0);
            self.add(format!(":{name}"), vec![value], it.span.start);
        }
        let before = self.assigned.take();
        self.assigned = name.or_else(|| before.clone());
        walk::walk_object_property(self, it);
        self.assigned = before;
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        if self.reading && self.may_be_of_interest(&it.callee) {
            let name = self.name(&it.callee);
            if self.interest.has(&name) {
                let values = self.arguments(&it.arguments, 0);
                self.add(name, values, it.span.start);
            }
        }
        walk::walk_call_expression(self, it);
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        if self.reading && self.may_be_of_interest(&it.callee) {
            let name = format!("new {}", self.name(&it.callee));
            if self.interest.has(&name) {
                let values = self.arguments(&it.arguments, 0);
                self.add(name, values, it.span.start);
            }
        }
        walk::walk_new_expression(self, it);
    }

    fn visit_jsx_attribute(&mut self, it: &JSXAttribute<'a>) {
        if let (JSXAttributeName::Identifier(name), Some(JSXAttributeValue::ExpressionContainer(container))) =
            (&it.name, &it.value)
            && let Some(expression) = container.expression.as_expression().filter(|_| self.reading)
        {
            let site = format!(":{}", name.name);
            if self.interest.has(&site) {
                let value = self.value(expression, 0);
                self.add(site, vec![value], it.span().start);
            }
        }
        walk::walk_jsx_attribute(self, it);
    }
}
