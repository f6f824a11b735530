//! Python, by ruff's parser. Cyclomatic complexity as radon counts (with `assert`): comprehensions, the `else` of loops and
//! of `try` are decisions, a lambda belongs to its function, a nested function is a unit of its own.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::Lines;
use crate::calls::ImportId;
use crate::facts::{Export, Syntax};
use crate::language::{Span, SpanKind};
use crate::security::code;
use crate::units::{CognitiveRules, Units};

mod bindings;
mod calls;
mod imports;
mod search_paths;
mod visit;

use visit::{is_decorator, is_main_check};

/// # Errors
/// A sentence for the report.
pub(super) fn facts(path: &str, text: &str, rules: CognitiveRules) -> Result<Syntax, String> {
    let parsed = ruff_python_parser::parse_unchecked_source(text, source_type(path));
    let lines = Lines::new(text.as_bytes());
    let mut walk = Walk {
        lines: &lines,
        units: Units::new(rules),
        syntax: Syntax {
            errors: !parsed.errors().is_empty(),
            unread: u32::try_from(parsed.errors().len()).unwrap_or(u32::MAX),
            ..Syntax::default()
        },
        classes: Vec::new(),
        type_checking: false,
        started: false,
        counted: false,
        all: None,
        unused: bindings::unused_imports(text, &parsed.syntax().body),
        numbers: HashMap::new(),
    };
    walk.syntax.entry_point = text.starts_with("#!");
    let body = &parsed.syntax().body;
    walk.docstring(body);
    walk.syntax.test_lines = test_lines(body, text, &lines);
    for stmt in body {
        walk.top_level(stmt);
        walk.visit_stmt(stmt);
    }
    let Walk {
        units,
        mut syntax,
        all,
        numbers,
        ..
    } = walk;
    if let Some(all) = all {
        // `__all__` lists what is public; every other name is not.
        syntax.exports = all;
    }
    syntax.functions = units.finish();
    let comments = parsed
        .tokens()
        .iter()
        .filter(|token| token.kind() == TokenKind::Comment);
    let comments = comments.map(|token| &text[token.range().start().to_usize()..token.range().end().to_usize()]);
    syntax.calls = calls::calls(&lines, body, &numbers, comments);
    syntax.risks = code::findings("python", path, text.as_bytes(), &code::python::sites(body, text));
    syntax.search_paths = search_paths::search_paths(body);
    let is_import = |stmt: &&Stmt| matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_));
    let imports = body.iter().filter(is_import);
    syntax.certain_imports = imports.map(|stmt| lines.of(stmt.range().start().to_u32())).collect();
    let strings = parsed.tokens().iter().filter_map(|token| span(token, &lines));
    syntax.spans.extend(strings);
    // The inner one of a documentation string's two spans decides: it comes second.
    syntax
        .spans
        .sort_by_key(|span| (span.start, span.kind == SpanKind::Documentation));
    Ok(syntax)
}

/// Cells of notebooks may hold commands of the shell (`!ls`) and of the notebook (`%time`).
fn source_type(path: &str) -> ast::PySourceType {
    match path.ends_with(".ipynb") {
        true => ast::PySourceType::Ipynb,
        false => ast::PySourceType::Python,
    }
}

/// The lines of the tests inside of a source file.
fn test_lines(body: &[Stmt], text: &str, lines: &Lines) -> Vec<(u32, u32)> {
    let tests = body.iter().filter(|stmt| is_for_pytest(stmt, text));
    tests
        .map(|stmt| {
            (
                lines.of(stmt.range().start().to_u32()),
                lines.of(stmt.range().end().to_u32()),
            )
        })
        .collect()
}

/// `if "pytest" in sys.modules:` holds tests inside of a source file.
fn is_for_pytest(stmt: &Stmt, text: &str) -> bool {
    let Stmt::If(it) = stmt else { return false };
    let range = it.test.range();
    let test = &text[range.start().to_usize()..range.end().to_usize()];
    test.contains("pytest") && test.contains("sys.modules")
}

/// A comment, or a string of several lines.
fn span(token: &Token, lines: &Lines) -> Option<Span> {
    let range = token.range();
    let (start, end) = (range.start(), range.end());
    let kind = match token.kind() {
        TokenKind::Comment => SpanKind::Comment,
        TokenKind::String | TokenKind::FStringMiddle | TokenKind::TStringMiddle
            if lines.of(start.to_u32()) != lines.of(end.to_u32()) =>
        {
            SpanKind::Text
        }
        _ => return None,
    };
    Some(Span::new(start.to_usize(), end.to_usize(), kind))
}

struct Walk<'t> {
    lines: &'t Lines,
    units: Units,
    syntax: Syntax,
    /// Open classes and functions, for names: an empty name is a function.
    classes: Vec<String>,
    type_checking: bool,
    /// Below `if __name__ == "__main__"`.
    started: bool,
    /// The runs of the logical operation that comes next are counted already.
    counted: bool,
    all: Option<Vec<Export>>,
    /// Offsets of the aliases that nothing uses.
    unused: HashSet<u32>,
    /// Which import a statement (or an alias, where each is an import of its own) is, by its offset.
    numbers: HashMap<u32, ImportId>,
}

impl Walk<'_> {
    fn line(&self, range: TextRange) -> u32 {
        self.lines.of(range.start().to_u32())
    }

    fn end_line(&self, range: TextRange) -> u32 {
        self.lines
            .of(range.end().to_u32().saturating_sub(1).max(range.start().to_u32()))
    }

    /// Notes a body's documentation string.
    fn docstring(&mut self, body: &[Stmt]) {
        let Some(Stmt::Expr(first)) = body.first() else {
            return;
        };
        if !first.value.is_string_literal_expr() {
            return;
        }
        let (start, end) = (first.range().start().to_usize(), first.range().end().to_usize());
        self.syntax.spans.push(Span::new(start, end, SpanKind::Documentation));
    }

    /// Names that other modules can import.
    fn top_level(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => self.public(&function.name, function.name.range()),
            Stmt::ClassDef(class) => self.public(&class.name, class.name.range()),
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    if let Expr::Name(name) = target {
                        self.public(&name.id, name.range());
                        if name.id == "__all__" {
                            self.all(&assign.value);
                        }
                    }
                }
            }
            Stmt::AugAssign(assign) => {
                if matches!(&*assign.target, Expr::Name(name) if name.id == "__all__") {
                    self.all(&assign.value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    self.public(&name.id, name.range());
                }
            }
            _ => {}
        }
    }

    fn public(&mut self, name: &str, range: TextRange) {
        if !name.starts_with('_') {
            let line = self.line(range);
            self.syntax.exports.push(Export {
                name: name.into(),
                line,
                kept: false,
            });
        }
    }

    fn all(&mut self, value: &Expr) {
        let elements = match value {
            Expr::List(list) => &list.elts,
            Expr::Tuple(tuple) => &tuple.elts,
            _ => return,
        };
        let mut names = self.all.take().unwrap_or_default();
        for element in elements {
            if let Expr::StringLiteral(text) = element {
                names.push(Export {
                    name: text.value.to_str().into(),
                    line: self.line(element.range()),
                    kept: false,
                });
            }
        }
        self.all = Some(names);
    }

    fn function(&mut self, function: &ast::StmtFunctionDef) {
        let class = self.classes.last().filter(|class| !class.is_empty());
        let name = class.map_or_else(
            || function.name.to_string(),
            |class| format!("{class}.{}", function.name),
        );
        let is_wrapper = is_decorator(function);
        self.units.open(
            &name,
            &function.name,
            self.line(function.name.range()),
            self.end_line(function.range()),
            parameters(function, class.is_some()),
        );
        if is_wrapper {
            // A decorator: its inner function is not a level deeper.
            self.units.unnest();
        }
        self.classes.push(String::new());
        self.docstring(&function.body);
        self.visit_body(&function.body);
        self.classes.pop();
        if is_wrapper {
            self.units.nest();
        }
        self.units.close();
    }

    fn nested_body(&mut self, body: &[Stmt]) {
        self.units.nest();
        self.visit_stmts(body);
        self.units.unnest();
    }

    fn visit_stmts(&mut self, body: &[Stmt]) {
        for stmt in body {
            self.visit_stmt(stmt);
        }
    }

    /// The `else` of a loop or of a `try`.
    fn orelse(&mut self, body: &[Stmt]) {
        if !self.units.rules.loop_else {
            self.visit_stmts(body);
        } else if !body.is_empty() {
            self.units.flat(1);
            self.nested_body(body);
        }
    }

    fn branches(&mut self, it: &ast::StmtIf) {
        self.units.decide(1);
        self.units.structural();
        self.visit_expr(&it.test);
        let was = self.type_checking;
        self.type_checking |= is_type_checking(&it.test);
        self.syntax.entry_point |= is_main_check(&it.test) && !self.units.is_inside();
        let was_started = self.started;
        self.started |= is_main_check(&it.test);
        self.nested_body(&it.body);
        self.type_checking = was;
        self.started = was_started;
        for clause in &it.elif_else_clauses {
            self.units.flat(1);
            if let Some(test) = &clause.test {
                self.units.decide(1);
                self.visit_expr(test);
            }
            self.nested_body(&clause.body);
        }
    }

    fn try_statement(&mut self, it: &ast::StmtTry) {
        let handlers = u32::try_from(it.handlers.len()).unwrap_or(u32::MAX);
        if !it.is_star {
            self.units.decide(handlers + u32::from(!it.orelse.is_empty()));
        }
        self.visit_stmts(&it.body);
        for ExceptHandler::ExceptHandler(handler) in &it.handlers {
            self.units.structural();
            if let Some(kind) = &handler.type_ {
                self.visit_expr(kind);
            }
            self.nested_body(&handler.body);
        }
        self.orelse(&it.orelse);
        self.visit_stmts(&it.finalbody);
    }

    fn match_statement(&mut self, it: &ast::StmtMatch) {
        let catch_all = it
            .cases
            .iter()
            .any(|case| matches!(&case.pattern, ast::Pattern::MatchAs(p) if p.pattern.is_none()));
        self.units.decide(
            u32::try_from(it.cases.len())
                .unwrap_or(u32::MAX)
                .saturating_sub(u32::from(catch_all)),
        );
        self.units.structural();
        self.visit_expr(&it.subject);
        self.units.nest();
        for case in &it.cases {
            if let Some(guard) = &case.guard {
                self.visit_expr(guard);
            }
            self.visit_stmts(&case.body);
        }
        self.units.unnest();
    }

    fn number(&mut self, range: TextRange) {
        let next = ImportId::new(self.syntax.imports.len());
        self.numbers.insert(range.start().to_u32(), next);
    }

    fn comprehensions(&mut self, generators: &[ast::Comprehension]) {
        for generator in generators {
            let conditions = u32::try_from(generator.ifs.len()).unwrap_or(u32::MAX - 1);
            self.units.decide(1 + conditions);
            if self.units.rules.comprehensions {
                self.units.structural();
                self.units.flat(conditions);
            }
        }
    }
}

/// Without the object or the class that a method gets by itself.
fn parameters(function: &ast::StmtFunctionDef, is_method: bool) -> usize {
    let list = &function.parameters;
    let named = list.posonlyargs.len() + list.args.len() + list.kwonlyargs.len();
    let first = list.posonlyargs.iter().chain(&list.args).next();
    let own = first.is_some_and(|first| matches!(first.parameter.name.as_str(), "self" | "cls"));
    named + usize::from(list.vararg.is_some()) + usize::from(list.kwarg.is_some()) - usize::from(is_method && own)
}

fn is_type_checking(test: &Expr) -> bool {
    match test {
        Expr::Name(name) => name.id == "TYPE_CHECKING",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}

#[cfg(test)]
mod tests;
