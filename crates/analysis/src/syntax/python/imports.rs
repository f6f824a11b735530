//! Imports, as statements and as calls.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

use super::Walk;
use crate::facts::{Import, ImportKind, ImportedName};

impl Walk<'_> {
    fn import_kind(&self) -> ImportKind {
        match (self.type_checking, self.started || self.units.is_inside()) {
            (true, _) => ImportKind::Type,
            (_, true) => ImportKind::Dynamic,
            _ => ImportKind::Static,
        }
    }

    fn push_import(&mut self, specifier: &str, kind: ImportKind, range: TextRange, names: Vec<ImportedName>) {
        let line = self.line(range);
        self.syntax.imports.push(Import {
            specifier: specifier.into(),
            kind,
            line,
            names,
        });
    }

    pub(super) fn import(&mut self, it: &ast::StmtImport) {
        for alias in &it.names {
            self.number(alias.range());
            let module = alias.name.as_str();
            let local = alias
                .asname
                .as_ref()
                .map_or_else(|| module.split('.').next().unwrap_or(module), |name| name.as_str());
            let unused = self.unused.contains(&alias.range().start().to_u32());
            let names = vec![ImportedName {
                unused,
                ..ImportedName::new("*", local)
            }];
            self.push_import(module, self.import_kind(), it.range(), names);
        }
    }

    pub(super) fn import_from(&mut self, it: &ast::StmtImportFrom) {
        self.number(it.range());
        let dots = ".".repeat(it.level.min(64) as usize);
        let module = it.module.as_ref().map_or("", |module| module.as_str());
        let names = it
            .names
            .iter()
            .map(|alias| {
                let local = alias.asname.as_ref().unwrap_or(&alias.name);
                let unused = self.unused.contains(&alias.range().start().to_u32());
                ImportedName {
                    unused,
                    ..ImportedName::new(alias.name.as_str(), local.as_str())
                }
            })
            .collect();
        self.push_import(&format!("{dots}{module}"), self.import_kind(), it.range(), names);
    }

    pub(super) fn call(&mut self, it: &ast::ExprCall) {
        match &*it.func {
            Expr::Name(name) => self.units.call(&name.id),
            Expr::Attribute(attribute) => {
                if matches!(&*attribute.value, Expr::Name(object) if object.id == "self" || object.id == "cls") {
                    self.units.call(&attribute.attr);
                }
                let literal = it.arguments.args.first().and_then(Expr::as_string_literal_expr);
                if let (true, Some(module)) = (attribute.attr.as_str() == "import_module", literal) {
                    self.push_import(module.value.to_str(), ImportKind::Dynamic, it.range(), Vec::new());
                }
            }
            _ => {}
        }
    }
}
