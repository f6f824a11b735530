//! Folders that a file adds to `sys.path`, as far as they are literal:
//! `sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))`.

use std::collections::HashMap;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, Number, Operator, Stmt};

/// The most paths of one file.
const MAX_PATHS: usize = 20;
/// Expressions inside of each other.
const MAX_DEPTH: u32 = 20;
/// Takes the place of the file's name in a path that begins with it.
const FILE: &str = "./_";

/// The folders, relative to the folder of the file where they begin with a dot, else to where the program is started.
pub(super) fn search_paths(body: &[Stmt]) -> Vec<Box<str>> {
    let mut search = Search::default();
    search.visit_body(body);
    search.found.truncate(MAX_PATHS);
    search.found
}

#[derive(Default)]
struct Search {
    /// Variables that are paths.
    names: HashMap<String, String>,
    found: Vec<Box<str>>,
}

impl<'a> Visitor<'a> for Search {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Assign(assign) => {
                if let ([Expr::Name(name)], Some(path)) = (assign.targets.as_slice(), self.path(&assign.value, 0)) {
                    self.names.insert(name.id.to_string(), path);
                }
            }
            Stmt::Expr(statement) => {
                if let Expr::Call(call) = &*statement.value {
                    self.call(call);
                }
            }
            // Functions are called in an order that is not known.
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => return,
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

impl Search {
    fn call(&mut self, call: &ExprCall) {
        let path = match dotted(&call.func).as_str() {
            "sys.path.append" | "path.append" | "site.addsitedir" => call.arguments.args.first(),
            "sys.path.insert" | "path.insert" => call.arguments.args.get(1),
            _ => None,
        };
        let path = path.and_then(|path| self.path(path, 0));
        self.found.extend(path.map(String::into_boxed_str));
    }

    /// The path that an expression is.
    fn path(&self, it: &Expr, depth: u32) -> Option<String> {
        if depth > MAX_DEPTH {
            return None;
        }
        let path = |it: &Expr| self.path(it, depth + 1);
        match it {
            Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
            Expr::Name(name) if name.id == "__file__" => Some(FILE.to_owned()),
            Expr::Name(name) => self.names.get(name.id.as_str()).cloned(),
            // `Path(__file__).parent / "lib"`, `here + "/lib"`
            Expr::BinOp(it) if matches!(it.op, Operator::Div | Operator::Add) => {
                Some(format!("{}/{}", path(&it.left)?, path(&it.right)?))
            }
            Expr::Attribute(it) => match it.attr.as_str() {
                "parent" => Some(path(&it.value)? + "/.."),
                "pardir" => Some("..".to_owned()),
                "curdir" => Some(".".to_owned()),
                _ => None,
            },
            // `Path(__file__).parents[1]`
            Expr::Subscript(it) => {
                let Expr::Attribute(parents) = &*it.value else {
                    return None;
                };
                let Expr::NumberLiteral(number) = &*it.slice else {
                    return None;
                };
                let Number::Int(number) = &number.value else {
                    return None;
                };
                let levels = number.as_usize().filter(|levels| *levels < 20)?;
                if parents.attr.as_str() != "parents" {
                    return None;
                }
                Some(path(&parents.value)? + &"/..".repeat(levels + 1))
            }
            Expr::Call(call) => self.result(call, depth),
            _ => None,
        }
    }

    /// The path that a call returns.
    fn result(&self, call: &ExprCall, depth: u32) -> Option<String> {
        let path = |it: &Expr| self.path(it, depth + 1);
        let first = || call.arguments.args.first().and_then(path);
        let parts = || call.arguments.args.iter().map(path).collect::<Option<Vec<String>>>();
        let object = || match &*call.func {
            Expr::Attribute(method) => path(&method.value),
            _ => None,
        };
        match dotted(&call.func).rsplit('.').next().unwrap_or_default() {
            "dirname" => Some(first()? + "/.."),
            "join" => Some(parts()?.join("/")),
            "getcwd" | "cwd" => Some(String::new()),
            "abspath" | "realpath" | "normpath" | "str" | "Path" | "PurePath" | "fspath" => first(),
            "resolve" | "absolute" | "as_posix" | "expanduser" => object(),
            "joinpath" => Some(format!("{}/{}", object()?, parts()?.join("/"))),
            _ => None,
        }
    }
}

/// `os.path.join`; of a method of something else, its own name.
fn dotted(it: &Expr) -> String {
    let mut parts = Vec::new();
    let mut at = it;
    while let Expr::Attribute(attribute) = at {
        parts.push(attribute.attr.as_str());
        at = &attribute.value;
    }
    if let Expr::Name(name) = at {
        parts.push(name.id.as_str());
    }
    parts.reverse();
    parts.join(".")
}

#[cfg(test)]
mod tests {
    #[test]
    fn folders_of_sys_path() {
        let text = r#"
import os, sys
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
if True:
    sys.path.append(str(Path(__file__).resolve().parent / "a"))
sys.path.append(str(Path(__file__).parents[1]))
sys.path.append("tools")
sys.path.append(os.environ["X"])
"#;
        let parsed = ruff_python_parser::parse_module(text).expect("it is Python");
        let found = super::search_paths(&parsed.syntax().body);
        let found: Vec<&str> = found.iter().map(|path| &**path).collect();
        assert_eq!(found, ["./_/../../lib", "./_/../a", "./_/../..", "tools"]);
    }
}
