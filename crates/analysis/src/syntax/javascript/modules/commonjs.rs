//! Imports and exports of CommonJS.

use oxc_ast::ast::*;

use super::super::FactsPass;
use super::{beginning, name};
use crate::facts::{ImportKind, ImportedName};

impl FactsPass<'_> {
    pub(crate) fn require(&mut self, it: &CallExpression<'_>) {
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
    pub(super) fn loads(&mut self, name: &Expression<'_>) {
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

    /// `exports.a = …`, `module.exports.a = …`, `module.exports = …`.
    pub(crate) fn commonjs_export(&mut self, it: &AssignmentExpression<'_>) {
        let AssignmentTarget::StaticMemberExpression(member) = &it.left else {
            return;
        };
        self.specifiers.insert(member.span.start);
        if is_exports(&member.object) {
            self.export(&member.property.name, it.span);
            self.note_constant(&it.right);
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
                            self.is_public = self.public_at.contains(&property.span.start);
                            self.export(&key, property.span);
                            self.is_public = false;
                            self.note_constant(&property.value);
                        }
                    }
                }
                _ => self.export("default", it.span),
            }
        }
    }
}

/// `exports`, `module.exports`.
pub(super) fn is_exports(object: &Expression<'_>) -> bool {
    match object {
        Expression::Identifier(id) => id.name == "exports",
        Expression::StaticMemberExpression(inner) => is_module_exports(inner),
        _ => false,
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
pub(super) fn is_module(expression: &Expression<'_>) -> bool {
    match expression {
        Expression::CallExpression(call) => {
            matches!(&call.callee, Expression::Identifier(id) if id.name == "require")
        }
        Expression::AwaitExpression(it) => matches!(it.argument, Expression::ImportExpression(_)),
        _ => false,
    }
}

/// The names that `const { a, b: c } = require(…)` takes; `None` where some of them are computed.
pub(crate) fn destructured(pattern: &BindingPattern<'_>, init: &Expression<'_>) -> Option<Vec<ImportedName>> {
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

fn is_module_exports(member: &StaticMemberExpression<'_>) -> bool {
    member.property.name == "exports" && matches!(&member.object, Expression::Identifier(id) if id.name == "module")
}
