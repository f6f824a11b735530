//! Texts of JavaScript and JSON, with the keys above them.

use std::collections::HashMap;

use oxc_allocator::Allocator;
use oxc_ast::ast::*;
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_span::SourceType;

use super::{MAX_SETTINGS, Setting};
use crate::nesting;

/// As deep as configurations are nested, and far from what a parser's stack takes.
const MAX_NESTING: u64 = 100;

pub(super) fn of_script(path: &str, text: &str) -> Vec<Setting> {
    let typed = path.ends_with("ts");
    read(
        text,
        if typed {
            SourceType::ts()
        } else {
            SourceType::unambiguous()
        },
    )
}

/// JSON with comments, trailing commas and single quotes too.
pub(super) fn of_json(text: &str) -> Vec<Setting> {
    read(&format!("({text}\n)"), SourceType::script())
}

fn read(text: &str, kind: SourceType) -> Vec<Setting> {
    if nesting::check(text.as_bytes(), &[], MAX_NESTING).is_err() {
        return Vec::new();
    }
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, kind).parse();
    if parsed.panicked {
        return Vec::new();
    }
    let mut walk = Walk::default();
    walk.visit_program(&parsed.program);
    walk.found
}

#[derive(Default)]
struct Walk {
    keys: Vec<String>,
    /// Names of the file that are one text.
    constants: HashMap<String, String>,
    found: Vec<Setting>,
}

impl Walk {
    fn add(&mut self, value: &str) {
        if self.found.len() < MAX_SETTINGS && !value.is_empty() && value.len() <= 1_000 {
            self.found
                .push(Setting::new(self.keys.iter().map(String::as_str), value));
        }
    }

    /// Reads `value` below `keys`.
    fn below(&mut self, keys: Vec<String>, value: &Expression<'_>) {
        let depth = self.keys.len();
        self.keys.extend(keys);
        self.visit_expression(value);
        self.keys.truncate(depth);
    }

    /// The text that an expression is; a path is relative to the file. `None`: not of literals alone.
    fn text(&self, it: &Expression<'_>) -> Option<String> {
        match it.get_inner_expression() {
            Expression::StringLiteral(it) => Some(it.value.to_string()),
            Expression::TemplateLiteral(it) => {
                let mut whole = String::new();
                for (at, part) in it.quasis.iter().enumerate() {
                    whole.push_str(&part.value.raw);
                    if let Some(inner) = it.expressions.get(at) {
                        whole.push_str(&self.text(inner)?);
                    }
                }
                Some(whole)
            }
            Expression::BinaryExpression(it) if it.operator == BinaryOperator::Addition => {
                Some(self.text(&it.left)? + &self.text(&it.right)?)
            }
            Expression::Identifier(it) => match &*it.name {
                "__dirname" => Some(".".to_owned()),
                name => self.constants.get(name).cloned(),
            },
            Expression::StaticMemberExpression(it) => match &*it.property.name {
                "dirname" if matches!(it.object, Expression::ImportMeta(_)) => Some(".".to_owned()),
                "pathname" | "href" => self.text(&it.object),
                _ => None,
            },
            Expression::NewExpression(it) => match &it.callee {
                Expression::Identifier(id) if id.name == "URL" => self.argument(&it.arguments, 0),
                _ => None,
            },
            Expression::CallExpression(it) => self.call(it),
            _ => None,
        }
    }

    fn argument(&self, list: &[Argument<'_>], at: usize) -> Option<String> {
        self.text(list.get(at)?.as_expression()?)
    }

    fn call(&self, it: &CallExpression<'_>) -> Option<String> {
        let name = match it.callee.get_inner_expression() {
            Expression::Identifier(id) => id.name.as_str(),
            Expression::StaticMemberExpression(member) => member.property.name.as_str(),
            _ => return None,
        };
        match name {
            "cwd" => Some(".".to_owned()),
            // Apart from texts, only `dirname(fileURLToPath(import.meta.url))` is known.
            "dirname" => Some(".".to_owned()),
            "fileURLToPath" | "pathToFileURL" | "normalizePath" | "normalize" | "realpathSync" | "String"
            | "toString" => self.argument(&it.arguments, 0),
            "resolve" | "join" | "r" | "resolvePath" | "pathResolve" | "fromRoot" | "relativePath" | "rootPath" => {
                let parts: Option<Vec<String>> = (0..it.arguments.len())
                    .map(|at| self.argument(&it.arguments, at))
                    .collect();
                let path = parts?.join("/");
                let path = path.replace("/./", "/");
                // A helper of its own: `resolve('src')`.
                let relative = path.starts_with(['.', '/', '<', '@']) || it.arguments.is_empty();
                Some(if relative { path } else { format!("./{path}") })
            }
            _ => None,
        }
    }

    /// `config.resolve.alias`, from the outermost name.
    fn chain(it: &Expression<'_>) -> Option<Vec<String>> {
        let mut names = Vec::new();
        let mut at = it.get_inner_expression();
        loop {
            match at {
                Expression::StaticMemberExpression(member) => {
                    names.push(member.property.name.to_string());
                    at = member.object.get_inner_expression();
                }
                Expression::ComputedMemberExpression(member) => {
                    let Expression::StringLiteral(key) = member.expression.get_inner_expression() else {
                        return None;
                    };
                    names.push(key.value.to_string());
                    at = member.object.get_inner_expression();
                }
                // `config.resolve.alias.set('a', …).set('b', …)`
                Expression::CallExpression(call) => {
                    at = call.callee.get_inner_expression();
                    if let Expression::StaticMemberExpression(member) = at {
                        at = member.object.get_inner_expression();
                    }
                }
                Expression::Identifier(id) => {
                    names.push(id.name.to_string());
                    names.reverse();
                    return Some(names);
                }
                _ => return None,
            }
        }
    }
}

impl<'a> Visit<'a> for Walk {
    fn visit_expression(&mut self, it: &Expression<'a>) {
        if let Some(text) = self.text(it) {
            return self.add(&text);
        }
        match it {
            Expression::CallExpression(call) => {
                if let Expression::StaticMemberExpression(member) = call.callee.get_inner_expression()
                    && member.property.name == "set"
                    && let (Some(key), Some(value)) = (
                        self.argument(&call.arguments, 0),
                        call.arguments.get(1).and_then(Argument::as_expression),
                    )
                    && let Some(mut keys) = Self::chain(&member.object)
                {
                    self.visit_expression(&member.object);
                    keys.push(key);
                    return self.below(keys, value);
                }
                // `alias({ entries: … })` of Rollup.
                let is_alias =
                    matches!(call.callee.get_inner_expression(), Expression::Identifier(id) if id.name == "alias");
                let depth = self.keys.len();
                self.keys.extend(is_alias.then(|| "alias".to_owned()));
                walk::walk_expression(self, it);
                self.keys.truncate(depth);
            }
            _ => walk::walk_expression(self, it),
        }
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        let (Some(id), Some(init)) = (it.id.get_binding_identifier(), &it.init) else {
            return walk::walk_variable_declarator(self, it);
        };
        if let Some(text) = self.text(init) {
            self.constants.insert(id.name.to_string(), text);
        }
        self.below(vec![id.name.to_string()], init);
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        let keys = it
            .left
            .as_member_expression()
            .and_then(|member| {
                let mut keys = Self::chain(member.object())?;
                keys.push(match member {
                    MemberExpression::ComputedMemberExpression(it) => self.text(&it.expression)?,
                    other => other.static_property_name()?.to_string(),
                });
                Some(keys)
            })
            .unwrap_or_default();
        let keys = if keys == ["module", "exports"] || keys == ["exports"] {
            Vec::new()
        } else {
            keys
        };
        self.below(keys, &it.right);
    }

    fn visit_object_expression(&mut self, it: &ObjectExpression<'a>) {
        let property = |wanted: &str| {
            it.properties.iter().find_map(|property| match property {
                ObjectPropertyKind::ObjectProperty(it) if it.key.static_name().is_some_and(|name| name == wanted) => {
                    Some(&it.value)
                }
                _ => None,
            })
        };
        // `{ find: '@', replacement: … }`
        if let (Some(find), Some(replacement)) = (property("find"), property("replacement")) {
            let find = match find {
                Expression::RegExpLiteral(it) => Some(format!("/{}/", it.regex.pattern.text)),
                other => self.text(other),
            };
            let within_alias = self.keys.last().is_some_and(|key| key == "alias");
            let alias = (!within_alias).then(|| "alias".to_owned());
            return self.below(alias.into_iter().chain(find).collect(), replacement);
        }
        walk::walk_object_expression(self, it);
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        let key = match it.key.static_name() {
            Some(name) => name.to_string(),
            None => it
                .key
                .as_expression()
                .and_then(|key| self.text(key))
                .unwrap_or_default(),
        };
        // Plugins may be named by keys: `{ './own.js': {} }`.
        if key.starts_with("./") || key.starts_with("../") {
            self.add(&key);
        }
        self.below(vec![key], &it.value);
    }
}
