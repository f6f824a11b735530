//! Imports and exports of a module: ES modules, TypeScript's own forms, CommonJS.

use oxc_ast::ast::*;
use oxc_span::{GetSpan, Span};
use rustc_hash::FxHashMap as HashMap;

use super::Walk;
use crate::facts::{Export, Import, ImportKind, ImportedName};

/// The names of a file that are bound to whole modules, and the members that are used of each. Scopes are not distinguished:
/// a name that is bound twice gets the members of both.
pub(super) struct Whole {
    /// There may be some: else no name is followed.
    any: bool,
    /// The members that are used of each name, in the order of the text; `None`: it is used in another way, so any may
    /// be used.
    names: HashMap<String, Option<Vec<Box<str>>>>,
    /// The imports, and the name that each is bound to.
    imports: Vec<(u32, String)>,
    /// The name that the `require` or `import()` that comes next is bound to.
    next: Option<String>,
    /// The position of the name whose member was just noted.
    noted: Option<u32>,
}

/// More members are taken for all.
const MAX_MEMBERS: usize = 200;

impl Whole {
    pub(super) fn new(text: &str) -> Self {
        Self {
            any: ["* as ", "require(", "import("].iter().any(|sign| text.contains(sign)),
            names: HashMap::default(),
            imports: Vec::new(),
            next: None,
            noted: None,
        }
    }

    fn bind(&mut self, import: u32, name: &str) {
        if self.any {
            self.names.entry(name.to_owned()).or_insert_with(|| Some(Vec::new()));
            self.imports.push((import, name.to_owned()));
        }
    }

    /// `const a = require(…)`, `const a = await import(…)`.
    pub(super) fn declares(&mut self, pattern: &BindingPattern<'_>, init: &Expression<'_>) {
        self.next = match pattern {
            BindingPattern::BindingIdentifier(id) if is_module(init) => Some(id.name.to_string()),
            _ => None,
        };
    }

    /// `a.member`.
    pub(super) fn member(&mut self, object: &Expression<'_>, member: &str) {
        if let Expression::Identifier(id) = object {
            self.takes(id, member);
        }
    }

    pub(super) fn takes(&mut self, id: &IdentifierReference<'_>, member: &str) {
        if !self.any {
            return;
        }
        // The name may precede the import that binds it.
        let taken = self
            .names
            .entry(id.name.to_string())
            .or_insert_with(|| Some(Vec::new()));
        if let Some(members) = taken {
            if members.len() >= MAX_MEMBERS {
                *taken = None;
            } else if !members.iter().any(|known| **known == *member) {
                members.push(member.into());
            }
        }
        self.noted = Some(id.span.start);
    }

    /// A name that is used; all of it, where no member of it was noted.
    pub(super) fn mention(&mut self, id: &IdentifierReference<'_>) {
        if self.noted.take() != Some(id.span.start) {
            self.escapes(&id.name);
        }
    }

    fn escapes(&mut self, name: &str) {
        match self.names.get_mut(name) {
            Some(taken) => *taken = None,
            None if self.any => {
                self.names.insert(name.to_owned(), None);
            }
            None => {}
        }
    }
}

impl Walk<'_> {
    fn import(&mut self, specifier: &str, kind: ImportKind, at: Span, names: Vec<ImportedName>) {
        let number = u32::try_from(self.syntax.imports.len()).unwrap_or(u32::MAX);
        self.numbers.insert(at.start, number);
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
            kept: self.is_public,
        });
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

    pub(super) fn require(&mut self, it: &CallExpression<'_>) {
        let taken = self.taken.take();
        let Some(argument) = it.arguments.first() else {
            return;
        };
        if loads_all_below(&it.callee) {
            return self.loads_below(argument);
        }
        let Expression::Identifier(callee) = &it.callee else {
            return;
        };
        if callee.name == "require" {
            self.note_specifier(argument);
            let Argument::StringLiteral(text) = argument else {
                return argument.as_expression().into_iter().for_each(|name| self.loads(name));
            };
            let kind = if self.units.is_inside() {
                ImportKind::Dynamic
            } else {
                ImportKind::Static
            };
            let names = match taken {
                // They may be parts of what `module.exports = …` is.
                Some(names) => names.into_iter().chain([name("default", "")]).collect(),
                None => {
                    let local = self.whole.next.take().unwrap_or_default();
                    vec![name("*", &local)]
                }
            };
            self.import(&text.value, kind, it.span, names);
        }
    }

    /// A module is loaded by a name that is computed.
    fn loads(&mut self, name: &Expression<'_>) {
        let beginning = beginning(name);
        let of_a_package =
            !beginning.is_empty() && !beginning.starts_with(['.', '/', '~', '#']) && !beginning.starts_with("@/");
        if !of_a_package {
            let relative = if beginning.starts_with('.') { beginning } else { "" };
            self.syntax.loads.push(relative.into());
        }
    }

    /// `import.meta.glob('./pages/*.ts')`, `require.context('./pages')`.
    fn loads_below(&mut self, argument: &Argument<'_>) {
        let patterns: Vec<&str> = match argument {
            Argument::ArrayExpression(list) => list
                .elements
                .iter()
                .filter_map(|item| item.as_expression())
                .map(beginning)
                .collect(),
            one => one.as_expression().map(beginning).into_iter().collect(),
        };
        for pattern in patterns {
            let start = pattern
                .split('*')
                .next()
                .filter(|start| start.starts_with('.'))
                .unwrap_or_default();
            self.syntax.loads.push(start.into());
        }
    }

    /// `new URL('./worker.js', import.meta.url)`: the form in which bundlers find a worker.
    pub(super) fn new_expression(&mut self, it: &NewExpression<'_>) {
        if let (Expression::Identifier(callee), [Argument::StringLiteral(file), Argument::StaticMemberExpression(base)]) =
            (&it.callee, it.arguments.as_slice())
            && callee.name == "URL"
            && matches!(base.object, Expression::ImportMeta(_))
            && file.value.starts_with('.')
        {
            self.syntax.loads.push(file.value.as_str().into());
        }
    }

    /// Marks the exports that the file itself uses: only the word `export` could go.
    pub(super) fn keep_used_exports(&mut self) {
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

    /// `exports.a = …`, `module.exports.a = …`, `module.exports = …`.
    pub(super) fn commonjs_export(&mut self, it: &AssignmentExpression<'_>) {
        let AssignmentTarget::StaticMemberExpression(member) = &it.left else {
            return;
        };
        self.specifiers.insert(member.span.start);
        if is_exports(&member.object) {
            self.export(&member.property.name, it.span);
        } else if is_module_exports(member) {
            match &it.right {
                Expression::ObjectExpression(object) => {
                    for property in &object.properties {
                        if let ObjectPropertyKind::ObjectProperty(property) = property
                            && let Some(key) = property.key.static_name()
                        {
                            if let Expression::Identifier(id) = &property.value {
                                self.specifiers.insert(id.span.start);
                            }
                            self.export(&key, property.span);
                        }
                    }
                }
                _ => self.export("default", it.span),
            }
        }
    }
}

/// `exports`, `module.exports`.
fn is_exports(object: &Expression<'_>) -> bool {
    match object {
        Expression::Identifier(id) => id.name == "exports",
        Expression::StaticMemberExpression(inner) => is_module_exports(inner),
        _ => false,
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

fn loads_all_below(callee: &Expression<'_>) -> bool {
    let Expression::StaticMemberExpression(member) = callee else {
        return false;
    };
    match &member.object {
        Expression::ImportMeta(_) => member.property.name == "glob" || member.property.name == "globEager",
        Expression::Identifier(object) => object.name == "require" && member.property.name == "context",
        _ => false,
    }
}

/// `require(…)` or `await import(…)`.
fn is_module(expression: &Expression<'_>) -> bool {
    match expression {
        Expression::CallExpression(call) => {
            matches!(&call.callee, Expression::Identifier(id) if id.name == "require")
        }
        Expression::AwaitExpression(it) => matches!(it.argument, Expression::ImportExpression(_)),
        _ => false,
    }
}

/// The names that `const { a, b: c } = require(…)` takes; `None` where some of them are computed.
pub(super) fn destructured(pattern: &BindingPattern<'_>, init: &Expression<'_>) -> Option<Vec<ImportedName>> {
    let BindingPattern::ObjectPattern(pattern) = pattern else {
        return None;
    };
    if !is_module(init) || pattern.rest.is_some() {
        return None;
    }
    let properties = pattern.properties.iter();
    properties
        .map(|property| {
            let key = property.key.static_name().filter(|_| !property.computed)?;
            Some(name(&key, ""))
        })
        .collect()
}

/// The one name that `require(…).a` takes.
pub(super) fn member(it: &StaticMemberExpression<'_>) -> Option<Vec<ImportedName>> {
    is_module(&it.object).then(|| vec![name(&it.property.name, "")])
}

fn is_module_exports(member: &StaticMemberExpression<'_>) -> bool {
    member.property.name == "exports" && matches!(&member.object, Expression::Identifier(id) if id.name == "module")
}

fn name(imported: &str, local: &str) -> ImportedName {
    ImportedName::new(imported, local)
}
