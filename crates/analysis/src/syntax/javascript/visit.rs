//! The first pass of our own: the nodes that define, branch, import and export.

use oxc_ast::ast::*;
use oxc_ast_visit::{Visit, walk};
use oxc_span::GetSpan;
use oxc_syntax::scope::ScopeFlags;

use super::units::parameter_count;
use super::{FactsPass, modules, property_name};
use crate::language::{Span as TextSpan, SpanKind};

impl<'a> Visit<'a> for FactsPass<'_> {
    fn visit_string_literal(&mut self, it: &StringLiteral<'a>) {
        self.path_literal(it);
    }

    fn visit_template_literal(&mut self, it: &TemplateLiteral<'a>) {
        self.path_template(it);
        walk::walk_template_literal(self, it);
    }

    fn visit_template_element(&mut self, it: &TemplateElement<'a>) {
        let (start, end) = (it.span.start, it.span.end);
        if self.lines.of(start) != self.lines.of(end) {
            self.syntax
                .spans
                .push(TextSpan::new(start as usize, end as usize, SpanKind::Text));
        }
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        let pending = self.name.take();
        if it.body.is_none() {
            return walk::walk_function(self, it, flags);
        }
        let (name, at) = match &it.id {
            Some(id) => (Some(id.name.to_string()), id.span),
            None => (pending, it.span),
        };
        self.open(name, at, it.span, parameter_count(&it.params));
        walk::walk_function(self, it, flags);
        self.close();
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        let name = self.name.take();
        self.open(name, it.span, it.span, parameter_count(&it.params));
        walk::walk_arrow_function_expression(self, it);
        self.close();
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        let pending = self.name.take();
        self.syntax.classes += 1;
        self.classes.push(
            it.id
                .as_ref()
                .map(|id| id.name.to_string())
                .or(pending)
                .unwrap_or_default(),
        );
        walk::walk_class(self, it);
        self.classes.pop();
    }

    fn visit_method_definition(&mut self, it: &MethodDefinition<'a>) {
        for decorator in &it.decorators {
            self.visit_decorator(decorator);
        }
        if it.computed {
            self.visit_property_key(&it.key);
        }
        if it.value.body.is_none() {
            return self.visit_function(&it.value, ScopeFlags::Function);
        }
        let params = &it.value.params;
        self.open(property_name(&it.key), it.key.span(), it.span, parameter_count(params));
        walk::walk_function(self, &it.value, ScopeFlags::Function);
        self.close();
    }

    fn visit_property_definition(&mut self, it: &PropertyDefinition<'a>) {
        for decorator in &it.decorators {
            self.visit_decorator(decorator);
        }
        if let Some(annotation) = &it.type_annotation {
            self.visit_ts_type_annotation(annotation);
        }
        self.field(&it.key, it.computed, it.value.as_ref(), it.span);
    }

    fn visit_accessor_property(&mut self, it: &AccessorProperty<'a>) {
        for decorator in &it.decorators {
            self.visit_decorator(decorator);
        }
        self.field(&it.key, it.computed, it.value.as_ref(), it.span);
    }

    fn visit_static_block(&mut self, it: &StaticBlock<'a>) {
        self.open(Some("static".to_owned()), it.span, it.span, 0);
        walk::walk_static_block(self, it);
        self.classes.pop();
        self.units.close_if_it_decides();
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        self.visit_binding_pattern(&it.id);
        if let Some(annotation) = &it.type_annotation {
            self.visit_ts_type_annotation(annotation);
        }
        if let Some(init) = &it.init {
            let name = it.id.get_binding_identifier().map(|id| id.name.to_string());
            self.taken = modules::destructured(&it.id, init);
            self.whole.declares(&it.id, init);
            self.named(name, init, |walk| walk.visit_expression(init));
        }
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        if it.computed {
            self.visit_property_key(&it.key);
        }
        self.named(property_name(&it.key), &it.value, |walk| {
            walk.visit_expression(&it.value)
        });
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        if it.operator.is_logical() {
            self.units.decide(1);
        }
        self.commonjs_export(it);
        self.visit_assignment_target(&it.left);
        let name = match &it.left {
            AssignmentTarget::AssignmentTargetIdentifier(id) => Some(id.name.to_string()),
            AssignmentTarget::StaticMemberExpression(member) => Some(member.property.name.to_string()),
            _ => None,
        };
        self.named(name, &it.right, |walk| walk.visit_expression(&it.right));
    }

    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        self.branches(it);
    }

    fn visit_conditional_expression(&mut self, it: &ConditionalExpression<'a>) {
        self.units.decide(1);
        self.units.structural();
        self.visit_expression(&it.test);
        self.units.nest();
        self.visit_expression(&it.consequent);
        self.visit_expression(&it.alternate);
        self.units.unnest();
    }

    fn visit_for_statement(&mut self, it: &ForStatement<'a>) {
        self.units.decide(1);
        self.units.structural();
        if let Some(init) = &it.init {
            self.visit_for_statement_init(init);
        }
        for part in it.test.iter().chain(&it.update) {
            self.visit_expression(part);
        }
        self.loop_body(&it.body);
    }

    fn visit_for_in_statement(&mut self, it: &ForInStatement<'a>) {
        self.loop_over(&it.left, &it.right, &it.body);
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        self.loop_over(&it.left, &it.right, &it.body);
    }

    fn visit_while_statement(&mut self, it: &WhileStatement<'a>) {
        self.units.decide(1);
        self.units.structural();
        self.visit_expression(&it.test);
        self.loop_body(&it.body);
    }

    fn visit_do_while_statement(&mut self, it: &DoWhileStatement<'a>) {
        self.units.decide(1);
        self.units.structural();
        self.loop_body(&it.body);
        self.visit_expression(&it.test);
    }

    fn visit_switch_statement(&mut self, it: &SwitchStatement<'a>) {
        self.units.structural();
        self.visit_expression(&it.discriminant);
        self.units.nest();
        for case in &it.cases {
            self.units.decide(u32::from(case.test.is_some()));
            self.visit_switch_case(case);
        }
        self.units.unnest();
    }

    fn visit_catch_clause(&mut self, it: &CatchClause<'a>) {
        self.units.decide(1);
        self.units.structural();
        if let Some(param) = &it.param {
            self.visit_catch_parameter(param);
        }
        self.units.nest();
        self.visit_block_statement(&it.body);
        self.units.unnest();
    }

    fn visit_break_statement(&mut self, it: &BreakStatement<'a>) {
        self.units.flat(u32::from(it.label.is_some()));
    }

    fn visit_continue_statement(&mut self, it: &ContinueStatement<'a>) {
        self.units.flat(u32::from(it.label.is_some()));
    }

    fn visit_logical_expression(&mut self, it: &LogicalExpression<'a>) {
        self.logical(it);
    }

    fn visit_assignment_pattern(&mut self, it: &AssignmentPattern<'a>) {
        self.units.decide(1);
        walk::walk_assignment_pattern(self, it);
    }

    fn visit_formal_parameter(&mut self, it: &FormalParameter<'a>) {
        self.units.decide(u32::from(it.initializer.is_some()));
        walk::walk_formal_parameter(self, it);
    }

    fn visit_assignment_target_with_default(&mut self, it: &AssignmentTargetWithDefault<'a>) {
        self.units.decide(1);
        walk::walk_assignment_target_with_default(self, it);
    }

    fn visit_assignment_target_property_identifier(&mut self, it: &AssignmentTargetPropertyIdentifier<'a>) {
        self.units.decide(u32::from(it.init.is_some()));
        walk::walk_assignment_target_property_identifier(self, it);
    }

    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        self.units.decide(u32::from(it.optional));
        self.taken = modules::member(it);
        self.whole.member(&it.object, &it.property.name);
        self.own_export(it);
        walk::walk_static_member_expression(self, it);
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        self.whole.mention(it);
        if !self.specifiers.contains(&it.span.start) && !self.referenced.contains(it.name.as_str()) {
            self.referenced.insert(it.name.as_str().into());
        }
    }

    fn visit_ts_qualified_name(&mut self, it: &TSQualifiedName<'a>) {
        if let TSTypeName::IdentifierReference(id) = &it.left {
            self.whole.takes(id, &it.right.name);
        }
        walk::walk_ts_qualified_name(self, it);
    }

    fn visit_ts_type_query(&mut self, it: &TSTypeQuery<'a>) {
        if let TSTypeQueryExprName::IdentifierReference(id) = &it.expr_name {
            self.type_queries.push(id.name.to_string());
        }
        walk::walk_ts_type_query(self, it);
    }

    fn visit_computed_member_expression(&mut self, it: &ComputedMemberExpression<'a>) {
        self.units.decide(u32::from(it.optional));
        walk::walk_computed_member_expression(self, it);
    }

    fn visit_private_field_expression(&mut self, it: &PrivateFieldExpression<'a>) {
        self.units.decide(u32::from(it.optional));
        walk::walk_private_field_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        self.units.decide(u32::from(it.optional));
        match &it.callee {
            Expression::Identifier(id) => self.units.call(&id.name),
            Expression::StaticMemberExpression(member) if matches!(member.object, Expression::ThisExpression(_)) => {
                self.units.call(&member.property.name);
            }
            _ => {}
        }
        self.path_call(it);
        self.require(it);
        walk::walk_call_expression(self, it);
    }

    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        self.import_declaration(it);
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        self.dynamic_import(it);
        walk::walk_import_expression(self, it);
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        self.new_expression(it);
        walk::walk_new_expression(self, it);
    }

    fn visit_ts_import_type(&mut self, it: &TSImportType<'a>) {
        self.import_type(it);
        walk::walk_ts_import_type(self, it);
    }

    fn visit_ts_import_equals_declaration(&mut self, it: &TSImportEqualsDeclaration<'a>) {
        self.import_equals(it);
    }

    fn visit_export_declaration(&mut self, it: &ExportDeclaration<'a>) {
        self.export_declaration(it);
        walk::walk_export_declaration(self, it);
    }

    fn visit_ts_namespace_declaration(&mut self, it: &TSNamespaceDeclaration<'a>) {
        // The exports of a namespace are reached through the namespace.
        let exports = self.syntax.exports.len();
        walk::walk_ts_namespace_declaration(self, it);
        self.syntax.exports.truncate(exports);
    }

    fn visit_ts_external_module_declaration(&mut self, it: &TSExternalModuleDeclaration<'a>) {
        // An addition to another module is no export of this one.
        let exports = self.syntax.exports.len();
        walk::walk_ts_external_module_declaration(self, it);
        self.syntax.exports.truncate(exports);
    }

    fn visit_ts_global_declaration(&mut self, it: &TSGlobalDeclaration<'a>) {
        let exports = self.syntax.exports.len();
        walk::walk_ts_global_declaration(self, it);
        self.syntax.exports.truncate(exports);
    }

    fn visit_export_named_declaration(&mut self, it: &ExportNamedDeclaration<'a>) {
        self.export_names(it);
    }

    fn visit_export_from_declaration(&mut self, it: &ExportFromDeclaration<'a>) {
        self.export_from(it);
    }

    fn visit_export_all_declaration(&mut self, it: &ExportAllDeclaration<'a>) {
        self.export_all(it);
    }

    fn visit_export_default_declaration(&mut self, it: &ExportDefaultDeclaration<'a>) {
        self.default_name = match &it.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(it) => it.id.as_ref().map(|id| id.name.as_str().into()),
            ExportDefaultDeclarationKind::ClassDeclaration(it) => it.id.as_ref().map(|id| id.name.as_str().into()),
            _ => None,
        };
        self.export("default", it.span);
        self.name = Some("default".to_owned());
        walk::walk_export_default_declaration(self, it);
        self.name = None;
    }

    fn visit_ts_export_assignment(&mut self, it: &TSExportAssignment<'a>) {
        self.export("default", it.span);
        walk::walk_ts_export_assignment(self, it);
    }
}
