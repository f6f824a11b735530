//! Functions and classes, and the names that are declared before they are read.

use oxc_ast::ast::*;
use oxc_ast_visit::Visit;
use oxc_span::{GetSpan, Span};

use super::super::property_name;
use super::CallsPass;
use super::visit::takes_name;
use crate::calls::{Body, ClassId, FunctionId, ScopeKind, ValueExpr, ValueId};

impl CallsPass<'_> {
    /// Declares the functions of a body before it is read.
    pub(super) fn hoist(&mut self, body: &[Statement<'_>]) {
        for statement in body {
            self.hoist_variables(statement);
            let function = match statement {
                Statement::FunctionDeclaration(it) => Some(it),
                Statement::ExportDeclaration(it) => match &it.declaration {
                    Declaration::FunctionDeclaration(it) => Some(it),
                    _ => None,
                },
                Statement::ExportDefaultDeclaration(it) => match &it.declaration {
                    ExportDefaultDeclarationKind::FunctionDeclaration(it) => Some(it),
                    _ => None,
                },
                _ => None,
            };
            if let Some(it) = function.filter(|it| it.body.is_some())
                && let Some(id) = &it.id
            {
                let is_exempt = self.exempt.covers(it.span.start);
                let function = self.define(&id.name, id.span, is_exempt);
                self.functions.insert(it.span.start, function);
                let value = self.builder.value(ValueExpr::Function(function));
                self.builder.bind(&id.name, value);
            }
        }
    }

    /// `const f = () => …` may be named above it, by a function that is called later.
    fn hoist_variables(&mut self, statement: &Statement<'_>) {
        let list = match statement {
            Statement::VariableDeclaration(list) => list,
            Statement::ExportDeclaration(it) => match &it.declaration {
                Declaration::VariableDeclaration(list) => list,
                _ => return,
            },
            _ => return,
        };
        for declarator in &list.declarations {
            let span = match &declarator.init {
                Some(Expression::ArrowFunctionExpression(it)) => it.span,
                Some(Expression::FunctionExpression(it)) if it.id.is_none() => it.span,
                _ => continue,
            };
            if let Some(id) = declarator.id.get_binding_identifier() {
                let is_exempt = self.exempt.covers(list.span.start);
                let function = self.define(&id.name, span, is_exempt);
                self.functions.insert(span.start, function);
                let value = self.builder.value(ValueExpr::Function(function));
                self.bind_variable(&id.name, value, list.kind);
            }
        }
    }

    /// `var` belongs to the function around it, also in a block.
    fn bind_variable(&mut self, name: &str, value: ValueId, kind: VariableDeclarationKind) {
        match kind {
            VariableDeclarationKind::Var => self.builder.bind_in_function(name, value),
            _ => self.builder.bind(name, value),
        }
    }

    fn define(&mut self, name: &str, at: Span, entry: bool) -> FunctionId {
        let line = self.line(at);
        let function = self.builder.define(name, line);
        if !name.is_empty() {
            self.named.push((function, name.to_owned()));
        }
        let script = !self.is_module;
        let definition = self.builder.definition(function);
        definition.anonymous = name.is_empty();
        // A script's functions are seen by all other scripts.
        definition.entry = entry || (script && definition.parent == Body::Module);
        function
    }

    fn parameters(&mut self, function: FunctionId, list: &FormalParameters<'_>) {
        let names = vec![""; list.items.len()];
        self.builder.parameters(function, &names);
    }

    fn bind_parameters(&mut self, function: FunctionId, list: &FormalParameters<'_>) {
        for (at, parameter) in list.items.iter().enumerate() {
            let place = u32::try_from(at).unwrap_or(u32::MAX);
            let passed = self.builder.value(ValueExpr::Parameter(function, place));
            let declared = self.annotation(parameter.type_annotation.as_deref());
            let value = self.builder.first(declared, passed);
            self.pattern(&parameter.pattern, value);
            if let Some(default) = &parameter.initializer {
                let value = self.eval(default);
                self.builder.default_of(function, at, value);
            }
            // `constructor(private a: A)` makes an attribute of it.
            if let (true, Some(id)) = (
                parameter.accessibility.is_some(),
                parameter.pattern.get_binding_identifier(),
            ) {
                let this = self.this.last().copied().unwrap_or(ValueId::UNKNOWN);
                self.builder.store(this, &id.name, value);
            }
        }
        if let Some(rest) = &list.rest {
            self.pattern(&rest.rest.argument, ValueId::UNKNOWN);
        }
    }

    /// An object of the class that an annotation names.
    pub(super) fn annotation(&mut self, it: Option<&TSTypeAnnotation<'_>>) -> ValueId {
        match it.map(|it| &it.type_annotation) {
            Some(TSType::TSTypeReference(it)) => match &it.type_name {
                TSTypeName::IdentifierReference(id) => {
                    let class = self.read(&id.name);
                    self.builder.result(class)
                }
                _ => ValueId::UNKNOWN,
            },
            _ => ValueId::UNKNOWN,
        }
    }

    pub(super) fn pattern(&mut self, pattern: &BindingPattern<'_>, value: ValueId) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => {
                let kind = self.declares.unwrap_or(VariableDeclarationKind::Let);
                self.bind_variable(&id.name, value, kind);
            }
            BindingPattern::ObjectPattern(it) => {
                for property in &it.properties {
                    let part = match property_name(&property.key).filter(|_| !property.computed) {
                        Some(name) => self.builder.member(value, &name),
                        None => ValueId::UNKNOWN,
                    };
                    self.pattern(&property.value, part);
                }
                if let Some(rest) = &it.rest {
                    self.pattern(&rest.argument, ValueId::UNKNOWN);
                }
            }
            BindingPattern::ArrayPattern(it) => {
                for (at, element) in it.elements.iter().enumerate() {
                    let part = self.builder.element(value, Some(&format!("#{at}")));
                    if let Some(element) = element {
                        self.pattern(element, part);
                    }
                }
                if let Some(rest) = &it.rest {
                    self.pattern(&rest.argument, ValueId::UNKNOWN);
                }
            }
            BindingPattern::AssignmentPattern(it) => {
                let default = self.eval(&it.right);
                let value = self.builder.first(value, default);
                self.pattern(&it.left, value);
            }
        }
    }

    /// A function's body; its name, `this` and number are given.
    pub(super) fn body(
        &mut self,
        function: FunctionId,
        this: Option<ValueId>,
        params: &FormalParameters<'_>,
        body: &[Statement<'_>],
    ) {
        self.parameters(function, params);
        self.builder.enter_function(function);
        self.this.extend(this);
        self.bind_parameters(function, params);
        self.hoist(body);
        for statement in body {
            self.visit_statement(statement);
        }
        if this.is_some() {
            self.this.pop();
        }
        self.builder.pop();
    }

    pub(super) fn function(&mut self, it: &Function<'_>, this: ValueId) -> ValueId {
        let pending = self.name.take();
        let Some(body) = &it.body else { return ValueId::UNKNOWN };
        let function = match self.functions.get(&it.span.start) {
            Some(&function) => function,
            None => {
                let own = it.id.as_ref().map(|id| id.name.to_string());
                let at = it.id.as_ref().map_or(it.span, |id| id.span);
                // The name of a function that is a value is its own: any code that holds the value may call it.
                let value = own.is_some() && it.is_expression();
                self.define(&own.or(pending).unwrap_or_default(), at, value)
            }
        };
        self.body(function, Some(this), &it.params, &body.statements);
        self.builder.value(ValueExpr::Function(function))
    }

    pub(super) fn arrow(&mut self, it: &ArrowFunctionExpression<'_>) -> ValueId {
        let name = self.name.take().unwrap_or_default();
        let function = match self.functions.get(&it.span.start) {
            Some(&function) => function,
            None => self.define(&name, it.span, false),
        };
        match &it.body {
            ArrowFunctionBody::FunctionBody(body) => self.body(function, None, &it.params, &body.statements),
            other => {
                self.parameters(function, &it.params);
                self.builder.enter_function(function);
                self.bind_parameters(function, &it.params);
                if let Some(expression) = other.as_expression() {
                    let value = self.eval(expression);
                    self.builder.returns(value);
                }
                self.builder.pop();
            }
        }
        self.builder.value(ValueExpr::Function(function))
    }

    pub(super) fn class(&mut self, it: &Class<'_>) -> ValueId {
        let pending = self.name.take();
        let bases = it.heritage.iter().map(|it| self.eval(&it.expression)).collect();
        for decorator in &it.decorators {
            self.eval(&decorator.expression);
        }
        let name = it
            .id
            .as_ref()
            .map(|id| id.name.to_string())
            .or(pending)
            .unwrap_or_default();
        self.builder.push(ScopeKind::Block);
        let class = self.builder.define_class(&name, bases);
        let value = self.builder.value(ValueExpr::Class(class));
        if !name.is_empty() {
            // Its methods may name it before it is bound outside.
            self.builder.bind(&name, value);
        }
        let this = self.builder.value(ValueExpr::This(class));
        self.builder.enter_class(class);
        for element in &it.body.body {
            self.class_element(element, class, value, this);
        }
        self.builder.pop();
        self.builder.pop();
        value
    }

    fn class_element(&mut self, element: &ClassElement<'_>, class: ClassId, whole: ValueId, this: ValueId) {
        match element {
            ClassElement::MethodDefinition(it) => {
                for decorator in &it.decorators {
                    self.eval(&decorator.expression);
                }
                if it.computed {
                    self.visit_property_key(&it.key);
                }
                let Some(body) = &it.value.body else { return };
                let name = property_name(&it.key).unwrap_or_default();
                let private = name.starts_with('#') || it.accessibility == Some(TSAccessibility::Private);
                let accessor = matches!(it.kind, MethodDefinitionKind::Get | MethodDefinitionKind::Set);
                let entry = !private || accessor || !it.decorators.is_empty() || it.computed;
                let function = self.define(&name, it.key.span(), entry);
                // A getter's value is what it gives back, which is not followed.
                if !accessor {
                    let value = self.builder.value(ValueExpr::Function(function));
                    self.builder.add_member(class, &name, value, true);
                }
                let this = if it.r#static { whole } else { this };
                self.body(function, Some(this), &it.value.params, &body.statements);
            }
            ClassElement::PropertyDefinition(it) => {
                let declared = self.annotation(it.type_annotation.as_deref());
                let name = property_name(&it.key);
                let value = match &it.value {
                    Some(value) => {
                        self.name = name.clone().filter(|_| takes_name(value));
                        self.this.push(if it.r#static { whole } else { this });
                        let value = self.eval(value);
                        self.this.pop();
                        self.name = None;
                        self.publish(value);
                        value
                    }
                    None => ValueId::UNKNOWN,
                };
                let value = self.builder.first(value, declared);
                if let Some(name) = name {
                    self.builder.add_member(class, &name, value, false);
                }
            }
            ClassElement::StaticBlock(it) => {
                self.this.push(whole);
                for statement in &it.body {
                    self.visit_statement(statement);
                }
                self.this.pop();
            }
            ClassElement::AccessorProperty(it) => {
                if let Some(value) = &it.value {
                    self.eval(value);
                }
            }
            ClassElement::TSIndexSignature(_) => {}
        }
    }
}
