//! Definitions and calls of a JavaScript or TypeScript module. Functions are declared before the code around them is
//! read; a name of the module that a function uses is resolved when the module is complete.

use std::collections::{HashMap, HashSet};

use oxc_ast::ast::*;
use oxc_ast_visit::Visit;
use oxc_span::Span;

use super::property_name;
use crate::calls::{
    Argument, Builder, Calls, ClassId, FunctionId, ImportId, Imported, ImportedNameId, NameKey, ValueExpr, ValueId,
};
use crate::syntax::Lines;

mod assignments;
mod definitions;
mod expressions;
mod visit;

use visit::takes_name;

/// `numbers`: places in [`crate::facts::Syntax::imports`] by the offset of what imports.
/// `type_queries`: names in `typeof` types.
pub(super) fn calls(
    lines: &Lines,
    program: &Program<'_>,
    numbers: &HashMap<u32, ImportId>,
    type_queries: &[String],
) -> Calls {
    let mut walk = CallsPass {
        lines,
        numbers,
        builder: Builder::default(),
        this: vec![ValueId::UNKNOWN],
        namespaces: Vec::new(),
        name: None,
        functions: HashMap::new(),
        prototypes: HashMap::new(),
        exempt: Exempt::of(program),
        declares: None,
        is_module: program.source_type.is_module(),
        named: Vec::new(),
        assigned: HashSet::new(),
    };
    for name in GLOBALS {
        walk.builder.bind(name, ValueId::OPAQUE);
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

/// Where comments of ESLint and oxlint allow an unused name.
struct Exempt {
    /// Offsets of the statements below `eslint-disable-next-line no-unused-vars`.
    statements: HashSet<u32>,
    /// From `eslint-disable no-unused-vars` to `eslint-enable`, or to the end.
    ranges: Vec<(u32, u32)>,
}

impl Exempt {
    fn of(program: &Program<'_>) -> Self {
        let mut exempt = Self {
            statements: HashSet::new(),
            ranges: Vec::new(),
        };
        for comment in &program.comments {
            let text = comment.span.source_text(program.source_text);
            // The rules of a comment, where they include that of unused names; none is all of them.
            let rules = |sign: &str| {
                let rest = text.split_once(sign)?.1;
                let rules = rest.split(" --").next().unwrap_or_default();
                let rules = rules.trim_end_matches("*/").trim();
                (rest.starts_with(['*', ' ', '\n']) || rest.is_empty()).then_some(rules)
            };
            let allows = |rules: &str| rules.is_empty() || rules.contains("unused");
            if rules("lint-disable-next-line").is_some_and(|rules| rules.contains("unused")) {
                exempt.statements.insert(comment.attached_to);
            } else if comment.is_block() && rules("lint-disable").is_some_and(allows) {
                exempt.ranges.push((comment.span.start, u32::MAX));
            } else if rules("lint-enable").is_some_and(allows)
                && let Some((_, end)) = exempt.ranges.last_mut()
            {
                *end = (*end).min(comment.span.start);
            }
        }
        exempt
    }

    fn covers(&self, start: u32) -> bool {
        let is_inside = |(first, last): &(u32, u32)| (*first..*last).contains(&start);
        self.statements.contains(&start) || self.ranges.iter().any(is_inside)
    }
}

/// Functions that Babel, TypeScript and esbuild put around a required module.
const WRAPPERS: &[&str] = &[
    "_interopRequireDefault",
    "_interopRequireWildcard",
    "__importDefault",
    "__importStar",
    "__toESM",
];

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

struct CallsPass<'l> {
    lines: &'l Lines,
    numbers: &'l HashMap<u32, ImportId>,
    builder: Builder,
    /// The value of `this`, innermost last.
    this: Vec<ValueId>,
    /// The namespaces of TypeScript that are open, innermost last.
    namespaces: Vec<ValueId>,
    /// The name of the function or class that comes next.
    name: Option<String>,
    /// Declared functions by their offset: they are defined before they are read.
    functions: HashMap<u32, FunctionId>,
    /// Offsets of statements above which a comment allows an unused name.
    exempt: Exempt,
    /// How the variables of the pattern that comes next are declared.
    declares: Option<VariableDeclarationKind>,
    /// The class that a function with a prototype is, by its name.
    prototypes: HashMap<String, ClassId>,
    is_module: bool,
    /// Functions by their names.
    named: Vec<(FunctionId, String)>,
    /// Names of variables that are given a value after they are declared.
    assigned: HashSet<String>,
}

impl CallsPass<'_> {
    fn line(&self, span: Span) -> u32 {
        self.lines.of(span.start)
    }

    fn read(&mut self, name: &str) -> ValueId {
        self.builder.read_late(name)
    }

    /// The value of the name at this place of the import.
    fn import(&mut self, at: Span, name: usize) -> ValueId {
        match self.numbers.get(&at.start) {
            Some(&import) => {
                let name = Imported::Name(ImportedNameId::new(name));
                self.builder.value(ValueExpr::Import(import, name))
            }
            None => ValueId::UNKNOWN,
        }
    }

    fn object(&mut self, it: &ObjectExpression<'_>) -> ValueId {
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
                    ValueId::UNKNOWN
                }
                other => other.as_expression().map_or(ValueId::UNKNOWN, |it| self.eval(it)),
            };
            found.push(Argument {
                at: u16::try_from(at).unwrap_or(u16::MAX),
                name: NameKey::Any,
                value,
            });
        }
        found
    }

    fn call(&mut self, it: &CallExpression<'_>) -> ValueId {
        if let Expression::Identifier(id) = &it.callee
            && id.name == "require"
            && self.numbers.contains_key(&it.span.start)
        {
            return self.import(it.span, 0);
        }
        if let Expression::StaticMemberExpression(member) = &it.callee
            && matches!(&*member.property.name, "call" | "apply" | "bind")
            // `this.apply()` is a method of the class.
            && !matches!(member.object, Expression::ThisExpression(_) | Expression::Super(_))
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
        // `f.toString()`: the text of the function runs elsewhere.
        if let Expression::StaticMemberExpression(member) = &it.callee
            && member.property.name == "toString"
            && matches!(member.object, Expression::Identifier(_))
        {
            let base = self.base(&member.object);
            self.builder.mention(base);
        }
        let target = self.callee(&it.callee);
        let arguments = self.arguments(&it.arguments);
        // A helper of a compiler gives the module back: what is passed elsewhere is none of this value's.
        if let (Expression::Identifier(id), [module, ..]) = (&it.callee, arguments.as_slice())
            && WRAPPERS.contains(&&*id.name)
        {
            self.builder.call(target, &[], false);
            return module.value;
        }
        self.builder.call(target, &arguments, false);
        self.builder.result(target)
    }

    /// Reads the target of a call, which is no mention of it.
    fn callee(&mut self, it: &Expression<'_>) -> ValueId {
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

    fn above(&mut self) -> ValueId {
        match self.this.last().map(|this| self.builder.get(*this)) {
            Some(ValueExpr::This(class) | ValueExpr::Class(class)) => self.builder.value(ValueExpr::Super(class)),
            _ => ValueId::UNKNOWN,
        }
    }

    fn base(&mut self, it: &Expression<'_>) -> ValueId {
        match it {
            Expression::Identifier(id) => self.read(&id.name),
            Expression::Super(_) => self.above(),
            other => self.eval(other),
        }
    }
}
