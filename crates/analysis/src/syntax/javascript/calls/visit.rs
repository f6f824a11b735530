//! The traversal: the nodes that define, bind, export and call.

use oxc_ast::ast::*;
use oxc_ast_visit::{Visit, walk};
use oxc_syntax::scope::ScopeFlags;

use super::CallsPass;
use crate::calls::{Body, ScopeKind, ValueId};

impl<'a> Visit<'a> for CallsPass<'_> {
    fn visit_expression(&mut self, it: &Expression<'a>) {
        self.eval(it);
    }

    fn visit_function(&mut self, it: &Function<'a>, _: ScopeFlags) {
        let value = self.function(it, ValueId::UNKNOWN);
        if let Some(id) = &it.id
            && value.is_known()
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

    fn visit_variable_declaration(&mut self, it: &VariableDeclaration<'a>) {
        for declarator in &it.declarations {
            self.declares = Some(it.kind);
            self.visit_variable_declarator(declarator);
        }
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        let kind = self.declares.take();
        let declared = self.annotation(it.type_annotation.as_deref());
        let Some(init) = &it.init else {
            let name = it.id.get_binding_identifier();
            if let Some(name) = name.filter(|_| self.builder.body() != Body::Module) {
                self.builder.bind(&name.name, declared);
            }
            return;
        };
        let name = it.id.get_binding_identifier().map(|id| id.name.to_string());
        self.name = name.filter(|_| takes_name(init));
        let value = self.eval(init);
        self.name = None;
        let value = self.builder.first(value, declared);
        self.declares = kind;
        self.pattern(&it.id, value);
        self.declares = None;
    }

    fn visit_block_statement(&mut self, it: &BlockStatement<'a>) {
        self.builder.push(ScopeKind::Block);
        self.hoist(&it.body);
        walk::walk_block_statement(self, it);
        self.builder.pop();
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        self.builder.push(ScopeKind::Block);
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
        for (at, specifier) in it.specifiers.iter().flatten().enumerate() {
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
            Declaration::TSNamespaceDeclaration(it) => vec![it.id.name.to_string()],
            _ => Vec::new(),
        };
        for name in names {
            let value = self.builder.read(&name);
            if let Some(&namespace) = self.namespaces.last() {
                self.publish(value);
                self.builder.put(namespace, Some(&name), value);
            } else {
                self.builder.export(&name, value);
            }
        }
    }

    fn visit_ts_namespace_declaration(&mut self, it: &TSNamespaceDeclaration<'a>) {
        let namespace = self.builder.container();
        self.namespaces.push(namespace);
        self.builder.push(ScopeKind::Block);
        if let TSNamespaceDeclarationBody::TSModuleBlock(block) = &it.body {
            self.hoist(&block.body);
        }
        walk::walk_ts_namespace_declaration(self, it);
        self.builder.pop_to_module();
        self.namespaces.pop();
        // A class of the same name has the functions as static ones.
        self.builder.bind_new(&it.id.name, namespace);
    }

    fn visit_export_named_declaration(&mut self, it: &ExportNamedDeclaration<'a>) {
        for specifier in &it.specifiers {
            let name = specifier.local.name().to_string();
            let value = self.builder.free(&name);
            self.builder.export(&specifier.exported.name(), value);
        }
    }

    fn visit_export_from_declaration(&mut self, it: &ExportFromDeclaration<'a>) {
        for (at, specifier) in it.specifiers.iter().enumerate() {
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
        // `export default create(() => …)` names the value, and not the function in it.
        let is_named = it.declaration.as_expression().is_none_or(takes_name);
        self.name = is_named.then(|| "default".to_owned());
        let value = match &it.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => self.function(function, ValueId::UNKNOWN),
            ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                let value = self.class(class);
                if let Some(id) = &class.id {
                    self.builder.bind(&id.name, value);
                }
                value
            }
            other => other.as_expression().map_or(ValueId::UNKNOWN, |it| self.eval(it)),
        };
        self.name = None;
        self.builder.export("default", value);
    }

    fn visit_ts_type_annotation(&mut self, _: &TSTypeAnnotation<'a>) {}

    fn visit_ts_type(&mut self, _: &TSType<'a>) {}
}

pub(super) fn takes_name(expression: &Expression<'_>) -> bool {
    matches!(
        expression.get_inner_expression(),
        Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) | Expression::ClassExpression(_)
    )
}
