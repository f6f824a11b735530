//! Assignments to names, members, prototypes and the exports of CommonJS.

use oxc_ast::ast::*;
use oxc_ast_visit::Visit;

use super::CallsPass;
use super::visit::takes_name;
use crate::calls::{ClassId, ValueExpr, ValueId};

impl CallsPass<'_> {
    /// A function that is a member of an object may be called by any code that holds the object.
    pub(super) fn publish(&mut self, value: ValueId) {
        if let ValueExpr::Function(function) = self.builder.get(value) {
            self.builder.definition(function).entry = true;
        }
    }

    pub(super) fn assign(&mut self, it: &AssignmentExpression<'_>) -> ValueId {
        let name = match &it.left {
            AssignmentTarget::AssignmentTargetIdentifier(id) => Some(id.name.to_string()),
            AssignmentTarget::StaticMemberExpression(member) => Some(member.property.name.to_string()),
            _ => None,
        };
        if let AssignmentTarget::AssignmentTargetIdentifier(id) = &it.left {
            self.assigned.insert(id.name.to_string());
        }
        // `A.prototype.b = function () { this … }`.
        let class = match &it.left {
            AssignmentTarget::StaticMemberExpression(member) => self.prototype(&member.object),
            _ => None,
        };
        self.name = name.filter(|_| takes_name(&it.right));
        let value = match (class, &it.right) {
            (Some(class), Expression::FunctionExpression(function)) => {
                let this = self.builder.value(ValueExpr::This(class));
                self.function(function, this)
            }
            (_, right) => self.eval(right),
        };
        self.name = None;
        match &it.left {
            AssignmentTarget::AssignmentTargetIdentifier(id) => self.builder.assign(&id.name, value),
            AssignmentTarget::StaticMemberExpression(member) => {
                let property = &*member.property.name;
                self.publish(value);
                // `A.prototype = Object.create(B.prototype)` makes a class of a function.
                if property == "prototype" && matches!(member.object, Expression::Identifier(_)) {
                    let base = self.base(&member.object);
                    self.publish(base);
                }
                if let Some(class) = class {
                    self.builder.add_member(class, property, value, false);
                } else if !self.commonjs(member, property, value) {
                    let base = self.base(&member.object);
                    self.builder.store(base, property, value);
                }
            }
            other => self.visit_assignment_target(other),
        }
        value
    }

    /// The class that `A.prototype` belongs to.
    fn prototype(&mut self, it: &Expression<'_>) -> Option<ClassId> {
        let Expression::StaticMemberExpression(member) = it else {
            return None;
        };
        let Expression::Identifier(id) = &member.object else {
            return None;
        };
        if member.property.name != "prototype" {
            return None;
        }
        if let Some(&class) = self.prototypes.get(id.name.as_str()) {
            return Some(class);
        }
        let value = self.builder.read(&id.name);
        let class = match self.builder.get(value) {
            ValueExpr::Class(class) => class,
            ValueExpr::Function(function) => {
                // It runs when an object of the class is made, by whatever holds the class.
                self.builder.definition(function).entry = true;
                let class = self.builder.define_class(&id.name, Vec::new());
                self.builder.add_member(class, "constructor", value, true);
                let value = self.builder.value(ValueExpr::Class(class));
                self.builder.assign(&id.name, value);
                class
            }
            _ => return None,
        };
        self.prototypes.insert(id.name.to_string(), class);
        Some(class)
    }

    /// `exports.a = …`, `module.exports = …`, `module.exports.a = …`.
    fn commonjs(&mut self, member: &StaticMemberExpression<'_>, property: &str, value: ValueId) -> bool {
        let is_module = |it: &Expression<'_>| matches!(it, Expression::Identifier(id) if id.name == "module");
        let is_exports = match &member.object {
            Expression::Identifier(id) => id.name == "exports",
            Expression::StaticMemberExpression(inner) => inner.property.name == "exports" && is_module(&inner.object),
            _ => false,
        };
        if is_exports {
            self.builder.export(property, value);
            return true;
        }
        if property != "exports" || !is_module(&member.object) {
            return false;
        }
        self.builder.export("default", value);
        for (key, value) in self.builder.contents(value) {
            self.builder.export(&key, value);
        }
        true
    }
}
