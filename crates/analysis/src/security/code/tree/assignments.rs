//! The first pass: imports, assignments, parameters.

use tree_sitter::Node;

use super::{Reader, Value};

impl Reader<'_> {
    /// A function of one's own hides one of the language with its name.
    pub(super) fn define(&mut self, node: Node<'_>) {
        if matches!(self.language, "java" | "csharp") {
            return;
        }
        let name = node.child_by_field_name("name").or_else(|| {
            let mut declarator = node.child_by_field_name("declarator")?;
            while let Some(inner) = declarator.child_by_field_name("declarator") {
                declarator = inner;
            }
            Some(declarator)
        });
        let is_method = matches!(node.kind(), "method_declaration" | "method" | "singleton_method");
        let is_at_top = self.language == "ruby" && node.parent().is_some_and(|parent| parent.kind() == "program");
        if let Some(name) = name.filter(|_| !is_method || is_at_top) {
            let name = self.str(name).to_owned();
            self.names.assign(0, &name, Value::Unknown);
        }
    }

    /// A function with a call that quotes a word of a shell, or a text of SQL: what it returns is taken for quoted.
    pub(super) fn note_quoting(&mut self, node: Node<'_>) {
        const CALLS: &[&str] = &[
            "escapeshellarg",
            "shellescape",
            "Shellwords",
            "\"'\", \"''\"",
            "'\\'', '\\'\\''",
        ];
        let text = self.str(node);
        if CALLS.iter().any(|call| text.contains(call))
            && let Some(name) = node.child_by_field_name("name")
        {
            self.quoting.insert(self.str(name));
        }
    }

    /// Imports, assignments, parameters.
    pub(super) fn note(&mut self, node: Node<'_>) {
        match node.kind() {
            "import_spec" => self.import(node),
            "short_var_declaration" | "assignment_statement" => self.note_list(node),
            "var_spec" | "const_spec" | "const_item" | "static_item" | "variable_declarator" | "const_element" => {
                self.note_declaration(node);
            }
            "init_declarator" => {
                let value = self.value(node.child_by_field_name("value"), 0);
                let mut name = node.child_by_field_name("declarator");
                while let Some(inner) = name.and_then(|name| name.child_by_field_name("declarator")) {
                    name = Some(inner);
                }
                self.assign(name, value);
            }
            "let_declaration" => {
                let value = self.value(node.child_by_field_name("value"), 0);
                self.assign(node.child_by_field_name("pattern"), value);
            }
            "assignment_expression" | "assignment" => {
                if self.is_changed(node) {
                    self.extend(node);
                } else {
                    let value = self.value(node.child_by_field_name("right"), 0);
                    self.assign(node.child_by_field_name("left"), value);
                }
            }
            "augmented_assignment_expression" | "operator_assignment" | "compound_assignment_expr" => self.extend(node),
            "foreach_statement" | "enhanced_for_statement" => self.note_loop(node),
            "parameters" | "formal_parameters" | "parameter_list" | "method_parameters" | "block_parameters"
            | "closure_parameters" => self.hide(node),
            _ => {}
        }
    }

    /// An import of Go.
    fn import(&mut self, node: Node<'_>) {
        let Some(path) = node.child_by_field_name("path").map(|path| self.str(path)) else {
            return;
        };
        let path = path.trim_matches(['"', '`']);
        let local = node.child_by_field_name("name").map(|name| self.str(name));
        let last = path.rsplit('/').next().unwrap_or(path);
        self.imports.insert(local.unwrap_or(last).to_owned(), path.to_owned());
    }

    /// `a, b := …` of Go.
    fn note_list(&mut self, node: Node<'_>) {
        let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else {
            return;
        };
        let single = left.named_child_count() == 1 && right.named_child_count() == 1 && !self.is_changed(node);
        let value = if single {
            self.value(right.named_child(0), 0)
        } else {
            Value::Unknown
        };
        for at in 0..left.named_child_count() {
            self.assign(left.named_child(at as u32), value.clone());
        }
    }

    fn note_declaration(&mut self, node: Node<'_>) {
        let name = node.child_by_field_name("name").or_else(|| node.named_child(0));
        let last = node
            .named_child_count()
            .checked_sub(1)
            .and_then(|at| node.named_child(at as u32));
        let value = node
            .child_by_field_name("value")
            .or(last.filter(|last| Some(*last) != name && last.kind() != "bracketed_argument_list"));
        let is_number = node.parent().is_some_and(|declaration| self.is_of_number(declaration));
        if is_number {
            self.assign(name, Value::Number(0));
        } else if value.is_some() {
            let value = self.value(value, 0);
            self.assign(name, value);
        }
    }

    /// Whether a declaration of Java or C# has the type of a number or a truth value.
    fn is_of_number(&self, declaration: Node<'_>) -> bool {
        const TYPES: &[&str] = &[
            "int", "long", "short", "byte", "float", "double", "boolean", "bool", "uint", "ulong", "ushort", "decimal",
            "Integer", "Long", "Short", "Double", "Float", "Boolean", "UUID", "Guid",
        ];
        let kind = declaration
            .child_by_field_name("type")
            .map_or("", |kind| self.str(kind));
        matches!(self.language, "java" | "csharp") && TYPES.contains(&kind)
    }

    /// `+=` and the like.
    fn is_changed(&self, node: Node<'_>) -> bool {
        let operator = node.child_by_field_name("operator").map(|operator| self.str(operator));
        operator.is_some_and(|operator| !matches!(operator, "=" | ":="))
    }

    /// The variable of a loop over a list.
    fn note_loop(&mut self, node: Node<'_>) {
        let named = |at: u32| node.named_child(at);
        let (name, list) = match node.kind() {
            "enhanced_for_statement" => (node.child_by_field_name("name"), node.child_by_field_name("value")),
            _ if self.language == "php" => (named(1), named(0)),
            _ => (node.child_by_field_name("left"), node.child_by_field_name("right")),
        };
        let value = super::super::one_of(self.value(list, 0));
        self.assign(name, value);
    }

    /// `x += …`, `$x .= …`.
    fn extend(&mut self, node: Node<'_>) {
        let (left, right) = (node.child_by_field_name("left"), node.child_by_field_name("right"));
        match left.filter(|left| matches!(left.kind(), "identifier" | "variable_name")) {
            Some(left) => {
                let added = self.value(right, 0);
                self.names.extend(self.function, self.str(left), &added);
            }
            None => self.assign(left, Value::Unknown),
        }
    }

    fn assign(&mut self, name: Option<Node<'_>>, value: Value) {
        let Some(name) = name else { return };
        let function = self.function;
        match name.kind() {
            "identifier" | "variable_name" | "constant" | "name" => {
                let name = self.str(name).to_owned();
                self.names.assign(function, &name, value);
            }
            // All functions of the file share them.
            "global_variable" | "instance_variable" => {
                let name = self.str(name).to_owned();
                self.names.assign(0, &name, value);
            }
            "expression_list" | "pattern" | "mut_pattern" => self.assign(name.named_child(0), value),
            _ => {}
        }
    }

    /// The value that a block of Ruby is given: a folder that the system makes (`Dir.mktmpdir do |dir|`), or a class of the
    /// program (`A.subclasses.each do |kind|`).
    fn given(&self, parameters: Node<'_>) -> Option<Value> {
        let call = parameters.parent()?.parent()?;
        let text = |field| call.child_by_field_name(field).map_or("", |node| self.str(node));
        let is_class = ["subclasses", "descendants"]
            .iter()
            .any(|list| text("receiver").contains(list));
        let function = match text("method") {
            "mktmpdir" => "mktmpdir",
            "each" | "map" | "each_with_object" | "flat_map" if is_class => "get_class",
            _ => return None,
        };
        (parameters.kind() == "block_parameters").then(|| Value::Call(function.to_owned(), Vec::new()))
    }

    fn hide(&mut self, node: Node<'_>) {
        let function = self.function;
        let given = self.given(node);
        let mut cursor = node.walk();
        for parameter in node.named_children(&mut cursor) {
            let mut name = parameter
                .child_by_field_name("name")
                .or_else(|| parameter.child_by_field_name("pattern"))
                .unwrap_or(parameter);
            while let Some(inner) = name.child_by_field_name("declarator") {
                name = inner;
            }
            let text = self.str(name).to_owned();
            match &given {
                _ if self.is_of_number(parameter) => self.names.assign(function, &text, Value::Number(0)),
                Some(value) => self.names.assign(function, &text, value.clone()),
                None => self.names.hide(function, &text),
            }
        }
    }
}
