//! Names that `__all__` exports.

use ruff_python_ast::{self as ast, Expr};

use super::Bindings;
use super::scopes::NameScopeId;

impl<'a> Bindings<'a> {
    /// The names in an assignment to `__all__`.
    pub(super) fn all(&mut self, value: &'a Expr) {
        match value {
            Expr::List(list) => self.all_names(&list.elts),
            Expr::Tuple(tuple) => self.all_names(&tuple.elts),
            Expr::BinOp(it) => {
                self.all(&it.left);
                self.all(&it.right);
            }
            _ => {}
        }
    }

    fn all_names(&mut self, elements: &'a [Expr]) {
        self.all.extend(
            elements
                .iter()
                .filter_map(Expr::as_string_literal_expr)
                .map(|text| text.value.to_str()),
        );
    }

    pub(super) fn is_all(&self, target: &Expr) -> bool {
        self.current == NameScopeId::MODULE && matches!(target, Expr::Name(name) if name.id == "__all__")
    }

    pub(super) fn all_call(&mut self, it: &'a ast::ExprCall) {
        let Expr::Attribute(attribute) = &*it.func else {
            return;
        };
        if self.is_all(&attribute.value) && matches!(attribute.attr.as_str(), "extend" | "append") {
            for argument in &it.arguments.args {
                match argument {
                    Expr::StringLiteral(text) => self.all.push(text.value.to_str()),
                    other => self.all(other),
                }
            }
        }
    }
}
