//! Sites of Python.

use std::collections::HashMap;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, InterpolatedStringElement, Number, Operator, Stmt};
use ruff_text_size::Ranged;

use super::{Names, Site, Value, is_of_interest};

const LANGUAGE: &str = "python";
/// Built values inside built values.
const DEPTH: usize = 12;

/// Reads the sites of a module.
pub fn sites(body: &[Stmt]) -> Vec<Site> {
    let mut walk = Walk::default();
    // Names first, so that a constant below a function is followed.
    walk.visit_body(body);
    walk.reading = true;
    walk.functions = 0;
    walk.visit_body(body);
    walk.sites
}

/// The value of a name in a loop over texts that are all written: any of them is taken for the others.
fn one_of(values: Value) -> Value {
    match values {
        Value::List(values) if values.iter().all(|value| value.text().is_some()) => {
            values.into_iter().next().unwrap_or_default()
        }
        _ => Value::Unknown,
    }
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
    /// The imported name of each local name.
    imports: HashMap<String, String>,
    names: Names,
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
            Expr::Attribute(it) => is_of_interest(LANGUAGE, it.attr.as_str()),
            Expr::Name(it) => {
                let name = it.id.as_str();
                is_of_interest(LANGUAGE, name)
                    || self
                        .imports
                        .get(name)
                        .is_some_and(|full| is_of_interest(LANGUAGE, full))
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
            Expr::FString(it) => {
                let mut parts = Vec::new();
                for part in it.value.iter() {
                    match part {
                        ast::FStringPart::Literal(text) => parts.push(Value::Text(text.value.to_string())),
                        ast::FStringPart::FString(text) => {
                            parts.extend(text.elements.iter().map(|element| match element {
                                InterpolatedStringElement::Literal(text) => Value::Text(text.value.to_string()),
                                InterpolatedStringElement::Interpolation(inner) => of(&inner.expression),
                            }))
                        }
                    }
                }
                // Text before and between: `f"{x}"` alone is `str(x)`.
                parts.into_iter().fold(Value::Text(String::new()), Value::join)
            }
            Expr::BinOp(it) => match it.op {
                Operator::Add => Value::join(of(&it.left), of(&it.right)),
                Operator::Mod => match of(&it.left) {
                    Value::Text(text) => match of(&it.right) {
                        Value::List(values) => Value::Built([vec![Value::Text(text)], values].concat()),
                        right => Value::Built(vec![Value::Text(text), right]),
                    },
                    _ => Value::Unknown,
                },
                Operator::BitOr => Value::Unknown,
                _ => Value::Number(0),
            },
            Expr::Call(it) => self.call(it, depth),
            Expr::List(it) => Value::List(it.elts.iter().map(of).collect()),
            Expr::Generator(it) => Value::List(vec![of(&it.elt)]),
            Expr::ListComp(it) => Value::List(vec![of(&it.elt)]),
            Expr::Tuple(it) => Value::List(it.elts.iter().map(of).collect()),
            Expr::Dict(it) => Value::Object(
                it.items
                    .iter()
                    .filter_map(|item| {
                        Some((
                            item.key
                                .as_ref()
                                .and_then(Expr::as_string_literal_expr)?
                                .value
                                .to_str()
                                .to_owned(),
                            of(&item.value),
                        ))
                    })
                    .collect(),
            ),
            Expr::Name(it) => match self.names.follow(self.function(), it.id.as_str()) {
                Some(value) => value,
                None => Value::Name(self.name(expression)),
            },
            Expr::Attribute(_) => Value::Name(self.name(expression)),
            Expr::If(it) => {
                let (body, orelse) = (of(&it.body), of(&it.orelse));
                if body.is_literal() && orelse.is_literal() {
                    body
                } else {
                    Value::Unknown
                }
            }
            _ => Value::Unknown,
        }
    }

    /// Whether any name or text of a condition is one of a choice.
    fn is_choice(&self, test: &Expr) -> bool {
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
        Value::Call(self.name(&it.func), arguments().collect())
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
                    self.imports.insert(local, format!("{dots}{module}.{}", alias.name));
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
        if is_of_interest(LANGUAGE, last) {
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

impl<'a> Visitor<'a> for Walk {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(_) | Stmt::ImportFrom(_) => self.import(stmt),
            Stmt::FunctionDef(it) => {
                if !self.reading {
                    let function = self.function();
                    self.names.assign(function, it.name.as_str(), Value::Unknown);
                }
                self.functions += 1;
                self.open.push(self.functions);
                self.within.push(it.name.to_string());
                self.parameters(&it.parameters);
                let outer = self.conditions;
                // It is called where an option turns the verification off.
                self.conditions += usize::from(is_named_unsafe(it.name.as_str()));
                visitor::walk_stmt(self, stmt);
                self.conditions = outer;
                self.open.pop();
                self.within.pop();
                return;
            }
            Stmt::ClassDef(it) => {
                if !self.reading {
                    let function = self.function();
                    self.names.assign(function, it.name.as_str(), Value::Unknown);
                }
                self.within.push(it.name.to_string());
                visitor::walk_stmt(self, stmt);
                self.within.pop();
                return;
            }
            Stmt::Assign(it) if !self.reading => {
                let value = self.value(&it.value, 0);
                it.targets.iter().for_each(|target| self.bind(target, value.clone()));
                return;
            }
            Stmt::Assign(it) => {
                for target in &it.targets {
                    self.read_assignment(target, it);
                }
                visitor::walk_stmt(self, stmt);
                self.assigned = None;
                return;
            }
            Stmt::AnnAssign(it) if !self.reading => {
                if let Some(value) = &it.value {
                    let value = self.value(value, 0);
                    self.bind(&it.target, value);
                }
            }
            Stmt::If(_) | Stmt::Try(_) => {
                let is_choice = stmt.as_if_stmt().is_some_and(|it| self.is_choice(&it.test));
                self.conditions += 1;
                self.choices += usize::from(is_choice);
                visitor::walk_stmt(self, stmt);
                self.choices -= usize::from(is_choice);
                self.conditions -= 1;
                if self.returns_by_option(stmt) {
                    // The rest of the function is the other branch.
                    self.conditions += 1;
                }
                return;
            }
            Stmt::AugAssign(it) => self.bind(&it.target, Value::Unknown),
            Stmt::For(it) if !self.reading => {
                let value = one_of(self.value(&it.iter, 0));
                self.bind(&it.target, value);
            }
            Stmt::With(it) => {
                for item in &it.items {
                    if let Some(target) = &item.optional_vars {
                        self.bind(target, Value::Unknown);
                    }
                }
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if !self.reading {
            // Only statements bind names that are followed.
            if let Expr::Named(it) = expression {
                self.bind(&it.target, Value::Unknown);
            }
            return;
        }
        let is_choice = expression.as_if_expr().is_some_and(|it| self.is_choice(&it.test));
        self.choices += usize::from(is_choice);
        if let Some(it) = expression.as_call_expr().filter(|it| self.may_be_of_interest(&it.func)) {
            let name = self.name(&it.func);
            if is_of_interest(LANGUAGE, &name) {
                let site = Site {
                    name,
                    values: it.arguments.args.iter().map(|value| self.value(value, 0)).collect(),
                    named: it
                        .arguments
                        .keywords
                        .iter()
                        .filter_map(|keyword| Some((keyword.arg.as_ref()?.to_string(), self.value(&keyword.value, 0))))
                        .collect(),
                    assigned: self.assigned.clone(),
                    at: it.range().start().to_usize(),
                    conditional: self.conditions > 0,
                    chosen: self.choices > 0,
                    within: self.within.join("."),
                    open_ended: it.arguments.keywords.iter().any(|keyword| keyword.arg.is_none()),
                };
                self.sites.push(site);
            }
        }
        visitor::walk_expr(self, expression);
        self.choices -= usize::from(is_choice);
    }
}
