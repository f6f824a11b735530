//! Sites of Python.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::visitor::Visitor as _;
use ruff_python_ast::{self as ast, BoolOp, Expr, InterpolatedStringElement, Number, Operator, Stmt};
use ruff_text_size::Ranged;

use super::{Interest, Names, Site, Value, format, one_of};

mod visit;

const LANGUAGE: &str = "python";
/// Built values inside built values.
const DEPTH: usize = 12;

/// Reads the sites of a module.
pub fn sites(body: &[Stmt], text: &str) -> Vec<Site> {
    let interest = Interest::of(LANGUAGE, text.as_bytes());
    if interest.is_empty() {
        return Vec::new();
    }
    let mut walk = Walk {
        interest,
        quoting: quoting(text),
        ..Walk::default()
    };
    // Names first, so that a constant below a function is followed.
    walk.visit_body(body);
    walk.reading = true;
    walk.functions = 0;
    walk.visit_body(body);
    walk.sites
}

/// Functions of the file that quote what they return, for a statement or for a shell.
fn quoting(text: &str) -> HashSet<String> {
    const CALLS: &[&str] = &[
        "replace(\"'\", \"''\")",
        "replace(u\"'\", u\"''\")",
        "replace('\\'', '\\'\\'')",
        "shlex.quote(",
        "pipes.quote(",
    ];
    let places = CALLS.iter().flat_map(|call| text.match_indices(call));
    let names = places.filter_map(|(at, _)| {
        let (_, behind) = text[..at].rsplit_once("def ")?;
        let name = behind.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
        Some(name.to_owned())
    });
    names.collect()
}

/// Whether the name of a function names what its caller requests.
fn is_named_unsafe(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [
        "unverified",
        "no_verify",
        "noverify",
        "insecure",
        "without_verif",
        "skip_verif",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

#[derive(Default)]
struct Walk {
    interest: Interest,
    /// The imported name of each local name.
    imports: HashMap<String, String>,
    names: Names,
    /// Functions that quote what they return.
    quoting: HashSet<String>,
    /// Open functions, by number.
    open: Vec<usize>,
    /// Names of the open functions and classes.
    within: Vec<String>,
    functions: usize,
    /// The second pass.
    reading: bool,
    sites: Vec<Site>,
    assigned: Option<String>,
    /// Open conditions.
    conditions: usize,
    /// Those that are named for a choice of the caller.
    choices: usize,
}

impl Walk {
    fn function(&self) -> usize {
        self.open.last().copied().unwrap_or(0)
    }

    /// The call whose result is bound to a name.
    fn made_by(&self, name: &str) -> Option<String> {
        match self.names.of(self.function(), name) {
            Some(Value::Call(call, _)) => Some(format!("{call}()")),
            _ => None,
        }
    }

    /// `a.b.c`, with `a` resolved; `None` where it begins with something else than a name.
    fn name(&self, expression: &Expr) -> String {
        match expression {
            Expr::Name(it) => {
                let name = it.id.as_str();
                let is_hidden = self.open.iter().any(|function| self.names.is_assigned(*function, name));
                match self.imports.get(name).filter(|_| !is_hidden) {
                    Some(full) => full.clone(),
                    None if self.made_by(name).is_some() => self.made_by(name).unwrap_or_default(),
                    // A name of one's own is no builtin.
                    None if is_hidden || self.names.is_assigned(0, name) => {
                        format!("own:{name}")
                    }
                    None => name.to_owned(),
                }
            }
            Expr::Attribute(it) => format!("{}.{}", self.name(&it.value), it.attr),
            Expr::Call(it) => format!("{}()", self.name(&it.func)),
            _ => String::new(),
        }
    }

    /// Whether the last part of a name is that of a rule: the whole name costs more.
    fn may_be_of_interest(&self, function: &Expr) -> bool {
        match function {
            Expr::Attribute(it) => self.interest.has(it.attr.as_str()),
            Expr::Name(it) => {
                let name = it.id.as_str();
                self.interest.has(name) || self.imports.get(name).is_some_and(|full| self.interest.has(full))
            }
            _ => false,
        }
    }

    fn value(&self, expression: &Expr, depth: usize) -> Value {
        if depth > DEPTH {
            return Value::Unknown;
        }
        let of = |expression: &Expr| self.value(expression, depth + 1);
        match expression {
            Expr::StringLiteral(it) => Value::Text(it.value.to_str().to_owned()),
            Expr::BytesLiteral(_) => Value::Text(String::new()),
            Expr::BooleanLiteral(it) => Value::Bool(it.value),
            Expr::NoneLiteral(_) => Value::Null,
            Expr::NumberLiteral(it) => match &it.value {
                Number::Int(number) => number.as_i64().map_or(Value::Unknown, Value::Number),
                _ => Value::Number(0),
            },
            Expr::FString(it) => self.template(it, depth),
            Expr::BinOp(it) => match it.op {
                Operator::Add => Value::sum(of(&it.left), of(&it.right)),
                Operator::Mod => filled_in(of(&it.left), of(&it.right)),
                Operator::BitOr => Value::Unknown,
                _ => Value::Number(0),
            },
            Expr::Call(it) => self.call(it, depth),
            Expr::List(it) => Value::List(it.elts.iter().map(of).collect()),
            Expr::Generator(it) => Value::List(vec![of(&it.elt)]),
            Expr::ListComp(it) => Value::List(vec![of(&it.elt)]),
            Expr::Tuple(it) => Value::List(it.elts.iter().map(of).collect()),
            Expr::Dict(it) => {
                let members = it.items.iter().filter_map(|item| {
                    let key = item.key.as_ref().and_then(Expr::as_string_literal_expr)?;
                    Some((key.value.to_str().to_owned(), of(&item.value)))
                });
                Value::Object(members.collect())
            }
            Expr::Name(it) => match self.names.follow(self.function(), it.id.as_str()) {
                Some(value) => value,
                None => Value::Name(self.name(expression)),
            },
            Expr::Attribute(_) => Value::Name(self.name(expression)),
            Expr::If(it) => of(&it.body).either(of(&it.orelse)),
            Expr::BoolOp(it) if it.op == BoolOp::Or => {
                let values = it.values.iter().map(of);
                values.reduce(Value::either).unwrap_or_default()
            }
            Expr::Subscript(it) => of(&it.value).entry(),
            _ => Value::Unknown,
        }
    }

    /// A text with values between. `f"{x}"` alone is `str(x)`.
    fn template(&self, it: &ast::ExprFString, depth: usize) -> Value {
        let mut value = Value::Text(String::new());
        for part in it.value.iter() {
            match part {
                ast::FStringPart::Literal(text) => value = Value::join(value, Value::Text(text.value.to_string())),
                ast::FStringPart::FString(text) => {
                    for element in &text.elements {
                        let next = match element {
                            InterpolatedStringElement::Literal(text) => Value::Text(text.value.to_string()),
                            InterpolatedStringElement::Interpolation(inner) => self.value(&inner.expression, depth + 1),
                        };
                        value = Value::join(value, next);
                    }
                }
            }
        }
        value
    }

    /// Whether any name or text of a condition is one of a choice.
    fn is_choice(&self, test: &Expr) -> bool {
        if !self.interest.about_certificates || !self.reading {
            return false;
        }
        match test {
            Expr::BoolOp(it) => it.values.iter().any(|value| self.is_choice(value)),
            Expr::UnaryOp(it) => self.is_choice(&it.operand),
            Expr::Compare(it) => self.is_choice(&it.left),
            Expr::Call(it) => {
                super::is_choice(&self.name(&it.func)) || it.arguments.args.iter().any(|value| self.is_choice(value))
            }
            Expr::Subscript(it) => self.is_choice(&it.slice),
            Expr::StringLiteral(it) => super::is_choice(it.value.to_str()),
            other => super::is_choice(&self.name(other)),
        }
    }

    fn call(&self, it: &ast::ExprCall, depth: usize) -> Value {
        let arguments = || it.arguments.args.iter().map(|value| self.value(value, depth + 1));
        if let Expr::Attribute(function) = &*it.func
            && function.attr.as_str() == "format"
            && let text @ (Value::Text(_) | Value::Built(_)) = self.value(&function.value, depth + 1)
        {
            let keywords = it
                .arguments
                .keywords
                .iter()
                .map(|keyword| self.value(&keyword.value, depth + 1));
            return Value::Built([text].into_iter().chain(arguments()).chain(keywords).collect());
        }
        // `{…}.get(key, default)`
        if let Expr::Attribute(function) = &*it.func
            && function.attr.as_str() == "get"
            && let table @ Value::Object(_) = self.value(&function.value, depth + 1)
        {
            let default = it.arguments.args.get(1).map(|value| self.value(value, depth + 1));
            return match default {
                Some(default) => table.entry().either(default),
                None => table.entry(),
            };
        }
        let name = self.name(&it.func);
        let own = name.strip_prefix("own:").or_else(|| name.strip_prefix("self."));
        match own.is_some_and(|own| self.quoting.contains(own)) {
            true => Value::Call("escape".to_owned(), Vec::new()),
            false => Value::Call(name, arguments().collect()),
        }
    }

    fn parameters(&mut self, parameters: &ast::Parameters) {
        let function = self.function();
        for parameter in parameters.iter() {
            self.names.hide(function, parameter.name().as_str());
        }
    }

    fn bind(&mut self, target: &Expr, value: Value) {
        if self.reading {
            return;
        }
        let function = self.function();
        match target {
            Expr::Name(it) => self.names.assign(function, it.id.as_str(), value),
            Expr::Tuple(it) => {
                let is_temporary = matches!(&value, Value::Call(name, _) if name == "tempfile.mkstemp");
                let each = if is_temporary { value } else { Value::Unknown };
                it.elts.iter().for_each(|target| self.bind(target, each.clone()));
            }
            Expr::List(it) => it.elts.iter().for_each(|target| self.bind(target, Value::Unknown)),
            Expr::Starred(it) => self.bind(&it.value, Value::Unknown),
            _ => {}
        }
    }

    /// `x += …`.
    fn extend(&mut self, it: &ast::StmtAugAssign) {
        match &*it.target {
            Expr::Name(name) if !self.reading => {
                let (function, added) = (self.function(), self.value(&it.value, 0));
                self.names.extend(function, name.id.as_str(), &added);
            }
            _ => self.bind(&it.target, Value::Unknown),
        }
    }

    fn import(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Import(it) => {
                for alias in &it.names {
                    let full = alias.name.to_string();
                    match &alias.asname {
                        Some(name) => self.imports.insert(name.to_string(), full),
                        None => {
                            let root = full.split('.').next().unwrap_or_default().to_owned();
                            self.imports.insert(root.clone(), root)
                        }
                    };
                }
            }
            Stmt::ImportFrom(it) => {
                let dots = ".".repeat(it.level as usize);
                let module = it.module.as_ref().map_or("", |module| module.as_str());
                for alias in &it.names {
                    let local = alias.asname.as_ref().unwrap_or(&alias.name).to_string();
                    let full = format!("{dots}{module}.{}", alias.name);
                    if alias.asname.is_some() {
                        self.interest.rename(&full);
                    }
                    self.imports.insert(local, full);
                }
            }
            _ => {}
        }
    }

    /// `if option: return …`, where the option is a parameter of the function.
    fn returns_by_option(&self, stmt: &Stmt) -> bool {
        let Stmt::If(it) = stmt else { return false };
        let test = match &*it.test {
            Expr::UnaryOp(not) => &*not.operand,
            test => test,
        };
        let function = self.function();
        let is_option = test.as_name_expr().is_some_and(|name| {
            let name = name.id.as_str();
            self.names.is_assigned(function, name) && self.names.of(function, name).is_none()
        });
        function > 0 && is_option && it.elif_else_clauses.is_empty() && it.body.iter().any(Stmt::is_return_stmt)
    }

    fn read_assignment(&mut self, target: &Expr, it: &ast::StmtAssign) {
        let (name, last) = match target {
            Expr::Name(it) => (it.id.to_string(), it.id.as_str()),
            Expr::Attribute(it) => (format!("{}.{}", self.name(&it.value), it.attr), it.attr.as_str()),
            _ => return,
        };
        if self.interest.has(last) {
            self.sites.push(Site {
                name: format!("={name}"),
                values: vec![self.value(&it.value, 0)],
                named: Vec::new(),
                assigned: None,
                at: it.range().start().to_usize(),
                conditional: self.conditions > 0,
                chosen: self.choices > 0,
                within: self.within.join("."),
                open_ended: false,
            });
        }
        self.assigned = Some(name);
    }
}

/// `"… %s" % values`.
fn filled_in(text: Value, values: Value) -> Value {
    if text.text().is_none() {
        return Value::Unknown;
    }
    let mut values = match values {
        Value::List(values) => values,
        value => vec![value],
    };
    format::settle_numbers(&text, &mut values);
    Value::Built([vec![text], values].concat())
}
