//! Imports and exports of a module: ES modules, TypeScript's own forms, CommonJS.

use oxc_ast::ast::*;
use oxc_span::{GetSpan, Span};

use super::FactsPass;
use crate::calls::ImportId;
use crate::facts::{Export, Import, ImportKind, ImportedName};

mod commonjs;
mod whole_modules;

pub(super) use commonjs::destructured;
use commonjs::{is_exports, is_module};
pub(super) use whole_modules::Whole;

impl FactsPass<'_> {
    fn import(&mut self, specifier: &str, kind: ImportKind, at: Span, names: Vec<ImportedName>) {
        let number = u32::try_from(self.syntax.imports.len()).unwrap_or(u32::MAX);
        self.numbers.insert(at.start, ImportId::new(self.syntax.imports.len()));
        for name in names
            .iter()
            .filter(|name| &*name.imported == "*" && !kind.is_reexport())
        {
            if !name.local.is_empty() {
                self.whole.bind(number, &name.local);
            }
        }
        self.syntax.imports.push(Import {
            specifier: specifier.into(),
            kind,
            line: self.line(at),
            names,
        });
    }

    /// Writes behind the whole module what is taken of it, where that is all known.
    pub(super) fn name_members(&mut self) {
        for (number, local) in &self.whole.imports {
            if let (Some(Some(members)), Some(import)) = (
                self.whole.names.get(local),
                self.syntax.imports.get_mut(*number as usize),
            ) {
                import.names.extend(members.iter().map(|member| name(member, "")));
            }
        }
    }

    pub(super) fn export(&mut self, name: &str, at: Span) {
        self.syntax.exports.push(Export {
            name: name.into(),
            line: self.line(at),
            // A name with a `_` is for tests.
            kept: self.is_public || name.starts_with('_'),
        });
    }

    /// The export before this is a constant.
    pub(super) fn note_constant(&mut self, value: &Expression<'_>) {
        if is_constant(value) {
            self.constants.push(self.syntax.exports.len() - 1);
        }
    }

    /// `/// <reference path="…" />` of TypeScript, before the first statement.
    pub(super) fn references(&mut self, program: &Program<'_>) {
        let first = program
            .body
            .first()
            .map_or(u32::MAX, |statement| statement.span().start);
        for comment in program.comments.iter().take_while(|comment| comment.span.start < first) {
            let text = comment.content_span().source_text(program.source_text);
            let path = text
                .strip_prefix('/')
                .and_then(|text| text.trim_start().strip_prefix("<reference"))
                .and_then(|text| text.trim_start().strip_prefix("path="))
                .and_then(|text| text.split(['"', '\'']).nth(1));
            let Some(path) = path else { continue };
            let specifier = if path.starts_with(['.', '/']) {
                path.to_owned()
            } else {
                format!("./{path}")
            };
            self.import(&specifier, ImportKind::Type, comment.span, Vec::new());
        }
    }

    pub(super) fn import_declaration(&mut self, it: &ImportDeclaration<'_>) {
        self.note_specifier(&it.source);
        let specifiers = it.specifiers.as_ref().map_or(&[][..], |list| list.as_slice());
        let inline_type = |specifier: &ImportDeclarationSpecifier<'_>| matches!(specifier, ImportDeclarationSpecifier::ImportSpecifier(s) if s.import_kind.is_type());
        let is_type = |specifier: &ImportDeclarationSpecifier<'_>| {
            inline_type(specifier) || self.types.contains(&specifier.local().span.start)
        };
        let only_types = !specifiers.is_empty() && specifiers.iter().all(is_type);
        let kind = if it.import_kind.is_type() || only_types {
            ImportKind::Type
        } else {
            ImportKind::Static
        };
        let names = specifiers
            .iter()
            .map(|specifier| {
                let (imported, local) = match specifier {
                    ImportDeclarationSpecifier::ImportSpecifier(it) => (it.imported.name().to_string(), &it.local),
                    ImportDeclarationSpecifier::ImportDefaultSpecifier(it) => ("default".to_owned(), &it.local),
                    ImportDeclarationSpecifier::ImportNamespaceSpecifier(it) => ("*".to_owned(), &it.local),
                };
                ImportedName {
                    unused: self.unused.contains(&local.span.start),
                    ..name(&imported, &local.name)
                }
            })
            .collect();
        self.import(&it.source.value, kind, it.span, names);
    }

    pub(super) fn dynamic_import(&mut self, it: &ImportExpression<'_>) {
        self.note_specifier(&it.source);
        let taken = self.taken.take();
        let specifier = match &it.source {
            Expression::StringLiteral(text) => text.value.to_string(),
            Expression::TemplateLiteral(text) if text.expressions.is_empty() => text
                .quasis
                .first()
                .map(|quasi| quasi.value.raw.to_string())
                .unwrap_or_default(),
            computed => return self.loads(computed),
        };
        let local = self.whole.next.take().unwrap_or_default();
        let names = taken.unwrap_or_else(|| vec![name("*", &local)]);
        self.import(&specifier, ImportKind::Dynamic, it.span, names);
    }

    pub(super) fn import_type(&mut self, it: &TSImportType<'_>) {
        self.note_specifier(&it.source);
        self.import(&it.source.value, ImportKind::Type, it.span, vec![name("*", "")]);
    }

    pub(super) fn import_equals(&mut self, it: &TSImportEqualsDeclaration<'_>) {
        if let TSModuleReference::ExternalModuleReference(module) = &it.module_reference {
            self.note_specifier(&module.expression);
            let kind = if it.import_kind.is_type() {
                ImportKind::Type
            } else {
                ImportKind::Static
            };
            self.import(&module.expression.value, kind, it.span, vec![name("*", &it.id.name)]);
        } else if let TSModuleReference::IdentifierReference(id) = &it.module_reference {
            self.whole.escapes(&id.name);
        } else if let TSModuleReference::QualifiedName(path) = &it.module_reference
            && let TSTypeName::IdentifierReference(id) = &path.left
        {
            self.whole.takes(id, &path.right.name);
        }
    }

    /// `new URL('./worker.js', import.meta.url)`: the form in which bundlers find a worker.
    pub(super) fn new_expression(&mut self, it: &NewExpression<'_>) {
        if let (Expression::Identifier(callee), [Argument::StringLiteral(file), Argument::StaticMemberExpression(base)]) =
            (&it.callee, it.arguments.as_slice())
            && callee.name == "URL"
            && matches!(base.object, Expression::ImportMeta(_))
            && file.value.starts_with('.')
            && has_ending(&file.value)
        {
            self.syntax.loads.push(file.value.as_str().into());
        }
    }

    /// Marks the exports that the file itself uses: only the word `export` could go.
    /// A table of constants is whole.
    pub(super) fn keep_used_exports(&mut self) {
        const TABLE: usize = 4;
        if self.constants.len() >= TABLE {
            for at in &self.constants {
                if let Some(export) = self.syntax.exports.get_mut(*at) {
                    export.kept = true;
                }
            }
        }
        for export in &mut self.syntax.exports {
            let own_name = match (&*export.name, &self.default_name) {
                ("default", Some(name)) => name,
                _ => &export.name,
            };
            export.kept |= self.referenced.contains(own_name);
        }
    }

    /// `exports.a`, read by the file itself.
    pub(super) fn own_export(&mut self, it: &StaticMemberExpression<'_>) {
        if is_exports(&it.object) && !self.specifiers.contains(&it.span.start) {
            self.referenced.insert(it.property.name.as_str().into());
        }
    }

    pub(super) fn export_declaration(&mut self, it: &ExportDeclaration<'_>) {
        let at = it.span;
        self.is_public = self.public_at.contains(&at.start);
        self.declared(it, at);
        self.is_public = false;
    }

    fn declared(&mut self, it: &ExportDeclaration<'_>, at: Span) {
        match &it.declaration {
            Declaration::VariableDeclaration(list) => {
                for declarator in &list.declarations {
                    for id in declarator.id.get_binding_identifiers() {
                        self.export(&id.name, id.span);
                    }
                    if let Some(init) = declarator.init.as_ref().filter(|_| list.kind.is_const()) {
                        self.note_constant(init);
                    }
                }
            }
            Declaration::FunctionDeclaration(function) => {
                if let Some(id) = &function.id {
                    // Overloads of one function are one export.
                    if self.syntax.exports.last().is_none_or(|last| *last.name != *id.name) {
                        self.export(&id.name, at);
                    }
                }
            }
            Declaration::ClassDeclaration(class) => {
                if let Some(id) = &class.id {
                    self.export(&id.name, at);
                }
            }
            Declaration::TSTypeAliasDeclaration(it) => self.export(&it.id.name, at),
            Declaration::TSInterfaceDeclaration(it) => self.export(&it.id.name, at),
            Declaration::TSEnumDeclaration(it) => self.export(&it.id.name, at),
            Declaration::TSImportEqualsDeclaration(it) => self.export(&it.id.name, at),
            Declaration::TSNamespaceDeclaration(_)
            | Declaration::TSExternalModuleDeclaration(_)
            | Declaration::TSGlobalDeclaration(_) => {}
        }
    }

    pub(super) fn export_names(&mut self, it: &ExportNamedDeclaration<'_>) {
        for specifier in &it.specifiers {
            self.whole.escapes(&specifier.local.name());
            self.export(&specifier.exported.name(), specifier.span);
        }
    }

    pub(super) fn export_from(&mut self, it: &ExportFromDeclaration<'_>) {
        self.note_specifier(&it.source);
        let names = it
            .specifiers
            .iter()
            .map(|s| name(&s.local.name(), &s.exported.name()))
            .collect();
        let only_types = !it.specifiers.is_empty() && it.specifiers.iter().all(|s| s.export_kind.is_type());
        let kind = if it.export_kind.is_type() || only_types {
            ImportKind::TypeReexport
        } else {
            ImportKind::Reexport
        };
        self.import(&it.source.value, kind, it.span, names);
        for specifier in &it.specifiers {
            self.export(&specifier.exported.name(), specifier.span);
        }
    }

    pub(super) fn export_all(&mut self, it: &ExportAllDeclaration<'_>) {
        self.note_specifier(&it.source);
        let kind = if it.export_kind.is_type() {
            ImportKind::TypeReexport
        } else {
            ImportKind::Reexport
        };
        let exported = it
            .exported
            .as_ref()
            .map_or("*".to_owned(), |exported| exported.name().to_string());
        let local = if exported == "*" { "" } else { &exported };
        self.import(&it.source.value, kind, it.span, vec![name("*", local)]);
        self.export(&exported, it.span);
    }
}

/// Numbers, texts and symbols, and what is computed of them.
fn is_constant(mut value: &Expression<'_>) -> bool {
    let is_symbol = |callee: &Expression<'_>| match callee {
        Expression::Identifier(id) => id.name == "Symbol",
        Expression::StaticMemberExpression(member) => {
            member.property.name == "for" && matches!(&member.object, Expression::Identifier(id) if id.name == "Symbol")
        }
        _ => false,
    };
    let is_literal = |value: &Expression<'_>| match value {
        Expression::NumericLiteral(_)
        | Expression::BigIntLiteral(_)
        | Expression::StringLiteral(_)
        | Expression::BooleanLiteral(_) => true,
        Expression::TemplateLiteral(it) => it.expressions.is_empty(),
        Expression::StaticMemberExpression(it) => is_exports(&it.object),
        Expression::CallExpression(it) => is_symbol(&it.callee),
        _ => false,
    };
    // A loop: a sum may be long.
    loop {
        match value {
            Expression::UnaryExpression(it) => value = &it.argument,
            Expression::ParenthesizedExpression(it) => value = &it.expression,
            Expression::TSAsExpression(it) => value = &it.expression,
            Expression::BinaryExpression(it) if is_literal(&it.right) => value = &it.left,
            other => return is_literal(other),
        }
    }
}

/// The text that a computed text begins with.
fn beginning<'t>(text: &'t Expression<'_>) -> &'t str {
    let mut text = text;
    loop {
        match text {
            Expression::StringLiteral(text) => return text.value.as_str(),
            Expression::TemplateLiteral(text) => {
                return text.quasis.first().map_or("", |quasi| quasi.value.raw.as_str());
            }
            Expression::BinaryExpression(sum) => text = &sum.left,
            _ => return "",
        }
    }
}

/// The one name that `require(…).a` takes.
pub(super) fn member(it: &StaticMemberExpression<'_>) -> Option<Vec<ImportedName>> {
    is_module(&it.object).then(|| vec![name(&it.property.name, "")])
}

fn name(imported: &str, local: &str) -> ImportedName {
    ImportedName::new(imported, local)
}

/// `new URL('./src', import.meta.url)` is a folder that a configuration names, and no module.
fn has_ending(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.trim_start_matches('.').contains('.')
}
