//! Definitions and calls of a JavaScript or TypeScript module. Functions are declared before the code around them is
//! read; a name of the module that a function uses is resolved when the module is complete.

use std::collections::{HashMap, HashSet};

use oxc_ast::ast::*;
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

use super::property_name;
use crate::calls::{ANY, Argument, Builder, Calls, Kind, MODULE, OPAQUE, UNKNOWN, V, Value};
use crate::syntax::Lines;

/// `numbers`: places in [`crate::facts::Syntax::imports`] by the offset of what imports.
/// `type_queries`: names in `typeof` types.
pub(super) fn calls(
    lines: &Lines,
    program: &Program<'_>,
    numbers: &HashMap<u32, u32>,
    type_queries: &[String],
) -> Calls {
    let mut walk = Walk {
        lines,
        numbers,
        builder: Builder::default(),
        this: vec![UNKNOWN],
        name: None,
        functions: HashMap::new(),
        prototypes: HashMap::new(),
        is_module: program.source_type.is_module(),
        named: Vec::new(),
        assigned: HashSet::new(),
    };
    for name in GLOBALS {
        walk.builder.bind(name, OPAQUE);
    }
    walk.hoist(&program.body);
    walk.visit_program(program);
    for name in type_queries {
        let value = walk.builder.free(name);
        walk.builder.mention(value);
    }
    // Which of its values a variable has, depends on what runs.
    for (function, name) in &walk.named {
        if walk.assigned.contains(name) {
            walk.builder.definition(*function).entry = true;
        }
    }
    walk.builder.finish()
}

const GLOBALS: &[&str] = &[
    "Array",
    "ArrayBuffer",
    "BigInt",
    "Boolean",
    "Buffer",
    "Date",
    "Error",
    "Float32Array",
    "Float64Array",
    "Function",
    "Infinity",
    "Int16Array",
    "Int32Array",
    "Int8Array",
    "Intl",
    "JSON",
    "Map",
    "Math",
    "NaN",
    "Number",
    "Object",
    "Promise",
    "Proxy",
    "RangeError",
    "Reflect",
    "RegExp",
    "Set",
    "String",
    "Symbol",
    "SyntaxError",
    "TypeError",
    "URL",
    "Uint16Array",
    "Uint32Array",
    "Uint8Array",
    "WeakMap",
    "WeakSet",
    "cancelAnimationFrame",
    "clearInterval",
    "clearTimeout",
    "console",
    "decodeURIComponent",
    "document",
    "encodeURIComponent",
    "fetch",
    "globalThis",
    "isFinite",
    "isNaN",
    "localStorage",
    "navigator",
    "parseFloat",
    "parseInt",
    "performance",
    "process",
    "queueMicrotask",
    "requestAnimationFrame",
    "setImmediate",
    "setInterval",
    "setTimeout",
    "structuredClone",
    "undefined",
    "window",
];

struct Walk<'l> {
    lines: &'l Lines,
    numbers: &'l HashMap<u32, u32>,
    builder: Builder,
    /// The value of `this`, innermost last.
    this: Vec<V>,
    /// The name of the function or class that comes next.
    name: Option<String>,
    /// Declared functions by their offset: they are defined before they are read.
    functions: HashMap<u32, u32>,
    /// The class that a function with a prototype is, by its name.
    prototypes: HashMap<String, u32>,
    is_module: bool,
    /// Functions by their names.
    named: Vec<(u32, String)>,
    /// Names of variables that are given a value after they are declared.
    assigned: HashSet<String>,
}

impl Walk<'_> {
    fn line(&self, span: Span) -> u32 {
        self.lines.of(span.start)
    }

    fn read(&mut self, name: &str) -> V {
        self.builder.read_late(name)
    }

    fn import(&mut self, at: Span, name: u32) -> V {
        match self.numbers.get(&at.start) {
            Some(&import) => self.builder.value(Value::Import(import, name)),
            None => UNKNOWN,
        }
    }

    /// Declares the functions of a body before it is read.
    fn hoist(&mut self, body: &[Statement<'_>]) {
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
                let function = self.define(&id.name, id.span, false);
                self.functions.insert(it.span.start, function);
                let value = self.builder.value(Value::Function(function));
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
                let function = self.define(&id.name, span, false);
                self.functions.insert(span.start, function);
                let value = self.builder.value(Value::Function(function));
                self.builder.bind(&id.name, value);
            }
        }
    }

    fn define(&mut self, name: &str, at: Span, entry: bool) -> u32 {
        let line = self.line(at);
        let function = self.builder.define(name, line);
        if !name.is_empty() {
            self.named.push((function, name.to_owned()));
        }
        let script = !self.is_module;
        let definition = self.builder.definition(function);
        definition.anonymous = name.is_empty();
        // A script's functions are seen by all other scripts.
        definition.entry = entry || (script && definition.parent == MODULE);
        function
    }

    fn parameters(&mut self, function: u32, list: &FormalParameters<'_>) {
        let names = vec![""; list.items.len()];
        self.builder.parameters(function, &names);
    }

    fn bind_parameters(&mut self, function: u32, list: &FormalParameters<'_>) {
        for (at, parameter) in list.items.iter().enumerate() {
            let place = u32::try_from(at).unwrap_or(u32::MAX);
            let passed = self.builder.value(Value::Parameter(function, place));
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
                let this = self.this.last().copied().unwrap_or(UNKNOWN);
                self.builder.store(this, &id.name, value);
            }
        }
        if let Some(rest) = &list.rest {
            self.pattern(&rest.rest.argument, UNKNOWN);
        }
    }

    /// An object of the class that an annotation names.
    fn annotation(&mut self, it: Option<&TSTypeAnnotation<'_>>) -> V {
        match it.map(|it| &it.type_annotation) {
            Some(TSType::TSTypeReference(it)) => match &it.type_name {
                TSTypeName::IdentifierReference(id) => {
                    let class = self.read(&id.name);
                    self.builder.result(class)
                }
                _ => UNKNOWN,
            },
            _ => UNKNOWN,
        }
    }

    fn pattern(&mut self, pattern: &BindingPattern<'_>, value: V) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => self.builder.bind(&id.name, value),
            BindingPattern::ObjectPattern(it) => {
                for property in &it.properties {
                    let part = match property_name(&property.key).filter(|_| !property.computed) {
                        Some(name) => self.builder.member(value, &name),
                        None => UNKNOWN,
                    };
                    self.pattern(&property.value, part);
                }
                if let Some(rest) = &it.rest {
                    self.pattern(&rest.argument, UNKNOWN);
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
                    self.pattern(&rest.argument, UNKNOWN);
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
    fn body(&mut self, function: u32, this: Option<V>, params: &FormalParameters<'_>, body: &[Statement<'_>]) {
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

    fn function(&mut self, it: &Function<'_>, this: V) -> V {
        let pending = self.name.take();
        let Some(body) = &it.body else { return UNKNOWN };
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
        self.builder.value(Value::Function(function))
    }

    fn arrow(&mut self, it: &ArrowFunctionExpression<'_>) -> V {
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
        self.builder.value(Value::Function(function))
    }

    fn class(&mut self, it: &Class<'_>) -> V {
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
        self.builder.push(Kind::Block);
        let class = self.builder.define_class(&name, bases);
        let value = self.builder.value(Value::Class(class));
        if !name.is_empty() {
            // Its methods may name it before it is bound outside.
            self.builder.bind(&name, value);
        }
        let this = self.builder.value(Value::This(class));
        self.builder.enter_class(class);
        for element in &it.body.body {
            self.class_element(element, class, value, this);
        }
        self.builder.pop();
        self.builder.pop();
        value
    }

    fn class_element(&mut self, element: &ClassElement<'_>, class: u32, whole: V, this: V) {
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
                    let value = self.builder.value(Value::Function(function));
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
                    None => UNKNOWN,
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

    /// A function that is a member of an object may be called by any code that holds the object.
    fn publish(&mut self, value: V) {
        if let Value::Function(function) = self.builder.get(value) {
            self.builder.definition(function).entry = true;
        }
    }

    fn object(&mut self, it: &ObjectExpression<'_>) -> V {
        let container = self.builder.container();
        self.this.push(container);
        for property in &it.properties {
            match property {
                ObjectPropertyKind::ObjectProperty(it) => {
                    if it.computed {
                        self.visit_property_key(&it.key);
                    }
                    let name = property_name(&it.key).filter(|_| !it.computed);
                    self.name = name.clone().filter(|_| takes_name(&it.value));
                    let value = match &it.value {
                        // `this` of a method is the object.
                        Expression::FunctionExpression(function) => self.function(function, container),
                        value => self.eval(value),
                    };
                    self.name = None;
                    self.publish(value);
                    self.builder.put(container, name.as_deref(), value);
                }
                ObjectPropertyKind::SpreadProperty(it) => drop(self.eval(&it.argument)),
            }
        }
        self.this.pop();
        container
    }

    fn arguments(&mut self, list: &[oxc_ast::ast::Argument<'_>]) -> Vec<Argument> {
        let mut found = Vec::with_capacity(list.len());
        for (at, argument) in list.iter().enumerate() {
            let value = match argument {
                oxc_ast::ast::Argument::SpreadElement(it) => {
                    self.eval(&it.argument);
                    UNKNOWN
                }
                other => other.as_expression().map_or(UNKNOWN, |it| self.eval(it)),
            };
            found.push(Argument {
                at: u16::try_from(at).unwrap_or(u16::MAX),
                name: ANY,
                value,
            });
        }
        found
    }

    fn call(&mut self, it: &CallExpression<'_>) -> V {
        if let Expression::Identifier(id) = &it.callee
            && id.name == "require"
            && self.numbers.contains_key(&it.span.start)
        {
            return self.import(it.span, 0);
        }
        if let Expression::StaticMemberExpression(member) = &it.callee
            && matches!(&*member.property.name, "call" | "apply" | "bind")
        {
            let target = self.callee(&member.object);
            let arguments = self.arguments(&it.arguments);
            if member.property.name == "bind" {
                self.builder.mention(target);
                return target;
            }
            let passed: Vec<Argument> = match &*member.property.name {
                "call" => arguments
                    .into_iter()
                    .skip(1)
                    .map(|argument| Argument {
                        at: argument.at - 1,
                        ..argument
                    })
                    .collect(),
                _ => Vec::new(),
            };
            self.builder.call(target, &passed, false);
            return self.builder.result(target);
        }
        let target = self.callee(&it.callee);
        let arguments = self.arguments(&it.arguments);
        self.builder.call(target, &arguments, false);
        self.builder.result(target)
    }

    /// Reads the target of a call, which is no mention of it.
    fn callee(&mut self, it: &Expression<'_>) -> V {
        match it.get_inner_expression() {
            Expression::Identifier(id) => self.read(&id.name),
            Expression::Super(_) => {
                let above = self.above();
                self.builder.member(above, "constructor")
            }
            Expression::StaticMemberExpression(member) => {
                let base = self.base(&member.object);
                self.builder.member(base, &member.property.name)
            }
            Expression::PrivateFieldExpression(member) => {
                let base = self.base(&member.object);
                self.builder.member(base, &format!("#{}", member.field.name))
            }
            other => self.eval(other),
        }
    }

    fn above(&mut self) -> V {
        match self.this.last().map(|this| self.builder.get(*this)) {
            Some(Value::This(class) | Value::Class(class)) => self.builder.value(Value::Super(class)),
            _ => UNKNOWN,
        }
    }

    fn base(&mut self, it: &Expression<'_>) -> V {
        match it {
            Expression::Identifier(id) => self.read(&id.name),
            Expression::Super(_) => self.above(),
            other => self.eval(other),
        }
    }

    fn assign(&mut self, it: &AssignmentExpression<'_>) -> V {
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
                let this = self.builder.value(Value::This(class));
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
    fn prototype(&mut self, it: &Expression<'_>) -> Option<u32> {
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
            Value::Class(class) => class,
            Value::Function(_) => {
                let class = self.builder.define_class(&id.name, Vec::new());
                self.builder.add_member(class, "constructor", value, true);
                let value = self.builder.value(Value::Class(class));
                self.builder.assign(&id.name, value);
                class
            }
            _ => return None,
        };
        self.prototypes.insert(id.name.to_string(), class);
        Some(class)
    }

    /// `exports.a = …`, `module.exports = …`, `module.exports.a = …`.
    fn commonjs(&mut self, member: &StaticMemberExpression<'_>, property: &str, value: V) -> bool {
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

    /// Records the calls in an expression, and returns its value.
    fn eval(&mut self, it: &Expression<'_>) -> V {
        match it {
            Expression::Identifier(id) => {
                let value = self.read(&id.name);
                self.builder.mention(value);
                value
            }
            Expression::ThisExpression(_) => self.this.last().copied().unwrap_or(UNKNOWN),
            Expression::Super(_) => self.above(),
            Expression::StaticMemberExpression(_) | Expression::PrivateFieldExpression(_) => self.callee(it),
            Expression::ComputedMemberExpression(member) => {
                let base = self.base(&member.object);
                self.eval(&member.expression);
                match &member.expression {
                    Expression::StringLiteral(text) => self.builder.member(base, &text.value),
                    Expression::NumericLiteral(number) => {
                        self.builder.element(base, Some(&format!("#{}", number.value)))
                    }
                    _ => UNKNOWN,
                }
            }
            Expression::CallExpression(it) => self.call(it),
            Expression::NewExpression(it) => {
                let class = self.callee(&it.callee);
                let arguments = self.arguments(&it.arguments);
                self.builder.call(class, &arguments, false);
                self.builder.result(class)
            }
            Expression::FunctionExpression(it) => self.function(it, UNKNOWN),
            Expression::ArrowFunctionExpression(it) => self.arrow(it),
            Expression::ClassExpression(it) => self.class(it),
            Expression::ObjectExpression(it) => self.object(it),
            Expression::ArrayExpression(it) => {
                let container = self.builder.container();
                for (at, element) in it.elements.iter().enumerate() {
                    if let Some(element) = element.as_expression() {
                        let value = self.eval(element);
                        if at < 64 && value > OPAQUE {
                            self.builder.put(container, Some(&format!("#{at}")), value);
                        }
                    } else if let ArrayExpressionElement::SpreadElement(it) = element {
                        self.eval(&it.argument);
                    }
                }
                container
            }
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
            Expression::TSNonNullExpression(it) => self.eval(&it.expression),
            Expression::TSSatisfiesExpression(it) => self.eval(&it.expression),
            Expression::ChainExpression(chain) => match &chain.expression {
                ChainElement::CallExpression(it) => self.call(it),
                _ => {
                    walk::walk_chain_expression(self, chain);
                    UNKNOWN
                }
            },
            Expression::ImportExpression(import) => {
                self.eval(&import.source);
                self.import(import.span, 0)
            }
            Expression::StringLiteral(text) => {
                self.builder.quote(&text.value);
                OPAQUE
            }
            Expression::NumericLiteral(_)
            | Expression::BooleanLiteral(_)
            | Expression::NullLiteral(_)
            | Expression::RegExpLiteral(_) => OPAQUE,
            Expression::BinaryExpression(first) => {
                // A loop: such a chain may be long.
                let mut at = first;
                loop {
                    self.eval(&at.right);
                    match &at.left {
                        Expression::BinaryExpression(left) => at = left,
                        left => {
                            self.eval(left);
                            return OPAQUE;
                        }
                    }
                }
            }
            _ => {
                walk::walk_expression(self, it);
                UNKNOWN
            }
        }
    }

    /// `a || b`, `a && b`, `a ?? b`: any of them. A loop: it may be deep to the left.
    fn logical(&mut self, it: &Expression<'_>) -> V {
        let mut value = UNKNOWN;
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

impl<'a> Visit<'a> for Walk<'_> {
    fn visit_expression(&mut self, it: &Expression<'a>) {
        self.eval(it);
    }

    fn visit_function(&mut self, it: &Function<'a>, _: ScopeFlags) {
        let value = self.function(it, UNKNOWN);
        if let Some(id) = &it.id
            && value > OPAQUE
            && !self.functions.contains_key(&it.span.start)
        {
            self.builder.bind_in_function(&id.name, value);
        }
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        let value = self.class(it);
        if let Some(id) = &it.id {
            self.builder.bind(&id.name, value);
        }
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        let declared = self.annotation(it.type_annotation.as_deref());
        let Some(init) = &it.init else {
            let name = it.id.get_binding_identifier();
            if let Some(name) = name.filter(|_| self.builder.function() != MODULE) {
                self.builder.bind(&name.name, declared);
            }
            return;
        };
        let name = it.id.get_binding_identifier().map(|id| id.name.to_string());
        self.name = name.filter(|_| takes_name(init));
        let value = self.eval(init);
        self.name = None;
        let value = self.builder.first(value, declared);
        self.pattern(&it.id, value);
    }

    fn visit_block_statement(&mut self, it: &BlockStatement<'a>) {
        self.builder.push(Kind::Block);
        self.hoist(&it.body);
        walk::walk_block_statement(self, it);
        self.builder.pop();
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        self.builder.push(Kind::Block);
        let many = self.eval(&it.right);
        let one = self.builder.element(many, None);
        if let ForStatementLeft::VariableDeclaration(list) = &it.left {
            for declarator in &list.declarations {
                self.pattern(&declarator.id, one);
            }
        } else {
            self.visit_for_statement_left(&it.left);
        }
        self.visit_statement(&it.body);
        self.builder.pop();
    }

    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        // A loop: a chain of `else if` may be long.
        let mut link = it;
        loop {
            self.eval(&link.test);
            self.builder.open_branch();
            self.visit_statement(&link.consequent);
            self.builder.close_branch();
            match &link.alternate {
                None => return,
                Some(Statement::IfStatement(next)) => link = next,
                Some(last) => {
                    self.builder.open_branch();
                    self.visit_statement(last);
                    self.builder.close_branch();
                    return;
                }
            }
        }
    }

    fn visit_return_statement(&mut self, it: &ReturnStatement<'a>) {
        if let Some(argument) = &it.argument {
            let value = self.eval(argument);
            self.builder.returns(value);
        }
    }

    fn visit_jsx_opening_element(&mut self, it: &JSXOpeningElement<'a>) {
        if let JSXElementName::IdentifierReference(id) = &it.name {
            let component = self.read(&id.name);
            self.builder.call(component, &[], true);
        }
        walk::walk_jsx_opening_element(self, it);
    }

    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        for (at, specifier) in (0u32..).zip(it.specifiers.iter().flatten()) {
            let local = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(it) => &it.local,
                ImportDeclarationSpecifier::ImportDefaultSpecifier(it) => &it.local,
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(it) => &it.local,
            };
            let value = self.import(it.span, at);
            self.builder.bind(&local.name, value);
        }
    }

    fn visit_ts_import_equals_declaration(&mut self, it: &TSImportEqualsDeclaration<'a>) {
        let value = self.import(it.span, 0);
        self.builder.bind(&it.id.name, value);
    }

    fn visit_export_declaration(&mut self, it: &ExportDeclaration<'a>) {
        self.visit_declaration(&it.declaration);
        let names: Vec<String> = match &it.declaration {
            Declaration::VariableDeclaration(list) => list
                .declarations
                .iter()
                .flat_map(|declarator| declarator.id.get_binding_identifiers())
                .map(|id| id.name.to_string())
                .collect(),
            Declaration::FunctionDeclaration(it) => it.id.iter().map(|id| id.name.to_string()).collect(),
            Declaration::ClassDeclaration(it) => it.id.iter().map(|id| id.name.to_string()).collect(),
            _ => Vec::new(),
        };
        for name in names {
            let value = self.builder.read(&name);
            self.builder.export(&name, value);
        }
    }

    fn visit_export_named_declaration(&mut self, it: &ExportNamedDeclaration<'a>) {
        for specifier in &it.specifiers {
            let name = specifier.local.name().to_string();
            let value = self.builder.free(&name);
            self.builder.export(&specifier.exported.name(), value);
        }
    }

    fn visit_export_from_declaration(&mut self, it: &ExportFromDeclaration<'a>) {
        for (at, specifier) in (0u32..).zip(&it.specifiers) {
            let value = self.import(it.span, at);
            self.builder.export(&specifier.exported.name(), value);
        }
    }

    fn visit_export_all_declaration(&mut self, it: &ExportAllDeclaration<'a>) {
        match &it.exported {
            Some(name) => {
                let value = self.import(it.span, 0);
                self.builder.export(&name.name(), value);
            }
            None => {
                if let Some(&import) = self.numbers.get(&it.span.start) {
                    self.builder.star(import);
                }
            }
        }
    }

    fn visit_export_default_declaration(&mut self, it: &ExportDefaultDeclaration<'a>) {
        self.name = Some("default".to_owned());
        let value = match &it.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => self.function(function, UNKNOWN),
            ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                let value = self.class(class);
                if let Some(id) = &class.id {
                    self.builder.bind(&id.name, value);
                }
                value
            }
            other => other.as_expression().map_or(UNKNOWN, |it| self.eval(it)),
        };
        self.name = None;
        self.builder.export("default", value);
    }

    fn visit_ts_type_annotation(&mut self, _: &TSTypeAnnotation<'a>) {}

    fn visit_ts_type(&mut self, _: &TSType<'a>) {}
}

fn takes_name(expression: &Expression<'_>) -> bool {
    matches!(
        expression.get_inner_expression(),
        Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) | Expression::ClassExpression(_)
    )
}
