//! Sites of the languages that tree-sitter reads.
//!
//! The kinds of nodes of all grammars are one list: where two grammars have a kind in common, it means the same.

use std::collections::HashMap;

use tree_sitter::{Node, TreeCursor};

use super::{Names, Site, Value, is_of_interest};

const DEPTH: usize = 12;

/// Languages whose sites are read; those of others would need kinds of their own.
pub const LANGUAGES: &[&str] = &["java", "go", "ruby", "php", "csharp", "c", "cpp", "rust"];

/// Reads the sites of a file.
pub fn sites(language: &'static str, root: Node<'_>, text: &[u8]) -> Vec<Site> {
    let mut reader = Reader {
        language,
        text,
        imports: HashMap::new(),
        names: Names::default(),
        open: Vec::new(),
        functions: 0,
        reading: false,
        sites: Vec::new(),
    };
    reader.walk(root);
    reader.reading = true;
    reader.functions = 0;
    reader.walk(root);
    reader.sites
}

struct Reader<'t> {
    language: &'static str,
    text: &'t [u8],
    imports: HashMap<String, String>,
    names: Names,
    /// Open functions, by number, with the depth of their node.
    open: Vec<(usize, u32)>,
    functions: usize,
    reading: bool,
    sites: Vec<Site>,
}

impl<'t> Reader<'t> {
    /// Visits all nodes in their order, without recursion.
    fn walk(&mut self, root: Node<'_>) {
        self.open.clear();
        let mut cursor: TreeCursor<'_> = root.walk();
        let mut depth = 0u32;
        loop {
            let node = cursor.node();
            while self.open.last().is_some_and(|(_, at)| *at >= depth) {
                self.open.pop();
            }
            if node.is_named() {
                if is_function(node.kind()) {
                    self.define(node);
                    self.functions += 1;
                    self.open.push((self.functions, depth));
                }
                if self.reading { self.read(node) } else { self.note(node) }
            }
            if cursor.goto_first_child() {
                depth += 1;
                continue;
            }
            loop {
                if cursor.goto_next_sibling() {
                    break;
                }
                if !cursor.goto_parent() {
                    return;
                }
                depth -= 1;
            }
        }
    }

    fn function(&self) -> usize {
        self.open.last().map_or(0, |(number, _)| *number)
    }

    fn str(&self, node: Node<'_>) -> &'t str {
        self.text
            .get(node.byte_range())
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }

    /// A function of one's own hides one of the language with its name.
    fn define(&mut self, node: Node<'_>) {
        if self.reading || matches!(self.language, "java" | "csharp") {
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

    /// The first pass: imports, assignments, parameters.
    fn note(&mut self, node: Node<'_>) {
        match node.kind() {
            "import_spec" => {
                let path = node
                    .child_by_field_name("path")
                    .map(|path| self.str(path).trim_matches(['"', '`']).to_owned());
                if let Some(path) = path {
                    let local = node.child_by_field_name("name").map(|name| self.str(name).to_owned());
                    let last = path.rsplit('/').next().unwrap_or(&path).to_owned();
                    self.imports.insert(local.unwrap_or(last), path);
                }
            }
            "short_var_declaration" | "assignment_statement" => {
                let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right"))
                else {
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
            "var_spec" | "const_spec" | "const_item" | "static_item" | "variable_declarator" | "const_element" => {
                let name = node.child_by_field_name("name").or_else(|| node.named_child(0));
                let last = node
                    .named_child_count()
                    .checked_sub(1)
                    .and_then(|at| node.named_child(at as u32));
                let value = node
                    .child_by_field_name("value")
                    .or(last.filter(|last| Some(*last) != name && last.kind() != "bracketed_argument_list"));
                if value.is_some() {
                    let value = self.value(value, 0);
                    self.assign(name, value);
                }
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
                let value = if self.is_changed(node) {
                    Value::Unknown
                } else {
                    self.value(node.child_by_field_name("right"), 0)
                };
                self.assign(node.child_by_field_name("left"), value);
            }
            "augmented_assignment_expression" | "operator_assignment" | "compound_assignment_expr" => {
                self.assign(node.child_by_field_name("left"), Value::Unknown);
            }
            "parameters" | "formal_parameters" | "parameter_list" | "method_parameters" | "block_parameters"
            | "closure_parameters" => self.hide(node),
            _ => {}
        }
    }

    /// `+=` and the like.
    fn is_changed(&self, node: Node<'_>) -> bool {
        let operator = node.child_by_field_name("operator").map(|operator| self.str(operator));
        operator.is_some_and(|operator| !matches!(operator, "=" | ":="))
    }

    fn assign(&mut self, name: Option<Node<'_>>, value: Value) {
        let Some(name) = name else { return };
        let function = self.function();
        match name.kind() {
            "identifier" | "variable_name" | "constant" | "name" | "global_variable" | "instance_variable" => {
                let name = self.str(name).to_owned();
                self.names.assign(function, &name, value);
            }
            "expression_list" | "pattern" | "mut_pattern" => self.assign(name.named_child(0), value),
            _ => {}
        }
    }

    fn hide(&mut self, node: Node<'_>) {
        let function = self.function();
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
            self.names.hide(function, &text);
        }
    }

    /// A name with what is before it, resolved at its root.
    fn name(&self, node: Node<'_>, depth: usize) -> String {
        if depth > DEPTH {
            return String::new();
        }
        let of = |field: &str| {
            node.child_by_field_name(field)
                .map(|node| self.name(node, depth + 1))
                .unwrap_or_default()
        };
        let text = |field: &str| node.child_by_field_name(field).map_or("", |node| self.str(node));
        match node.kind() {
            "selector_expression" => format!("{}.{}", of("operand"), text("field")),
            "field_access" => format!("{}.{}", of("object"), text("field")),
            "member_access_expression" | "nullsafe_member_access_expression" if self.language == "php" => {
                format!("{}.{}", of("object"), text("name"))
            }
            "member_access_expression" => format!("{}.{}", of("expression"), without_types(text("name"))),
            "field_expression" if self.language == "rust" => format!("{}.{}", of("value"), text("field")),
            "field_expression" => format!("{}.{}", of("argument"), text("field")),
            "generic_function" => of("function"),
            "identifier" | "variable_name" | "constant" | "name" | "package_identifier" | "namespace_identifier" => {
                let name = self.str(node);
                match (self.imports.get(name), self.names.of(self.function(), name)) {
                    (Some(full), _) => full.clone(),
                    // What was made by a call is known by it: `rt = Runtime.getRuntime()`.
                    (None, Some(Value::Call(call, _))) => format!("{call}()"),
                    _ => name.to_owned(),
                }
            }
            _ => match self.call(node, depth + 1) {
                Some((name, _)) => format!("{name}()"),
                None => self.str(node).chars().take(60).filter(|c| !c.is_whitespace()).collect(),
            },
        }
    }

    /// The name and the list of arguments of a call.
    fn call<'n>(&self, node: Node<'n>, depth: usize) -> Option<(String, Option<Node<'n>>)> {
        if depth > DEPTH {
            return None;
        }
        let field = |name: &str| node.child_by_field_name(name);
        let text = |name: &str| field(name).map_or("", |node| self.str(node));
        let arguments = field("arguments");
        let name = match node.kind() {
            "call_expression" | "invocation_expression" | "function_call_expression" => {
                let function = field("function")?;
                let plain = self.str(function);
                let is_own = matches!(function.kind(), "identifier" | "name") && self.names.is_assigned(0, plain);
                if is_own {
                    format!("own:{plain}")
                } else {
                    self.name(function, depth + 1).trim_start_matches('\\').to_owned()
                }
            }
            "method_invocation" => match field("object") {
                Some(object) => format!("{}.{}", self.name(object, depth + 1), text("name")),
                None => text("name").to_owned(),
            },
            "call" => {
                let method = text("method");
                match field("receiver") {
                    Some(receiver) => format!("{}.{method}", self.name(receiver, depth + 1)),
                    None if self.names.is_assigned(0, method) => format!("own:{method}"),
                    None => method.to_owned(),
                }
            }
            "member_call_expression" | "nullsafe_member_call_expression" => {
                format!("{}.{}", self.name(field("object")?, depth + 1), text("name"))
            }
            "scoped_call_expression" => format!("{}::{}", text("scope"), text("name")),
            "object_creation_expression" => {
                let kind = field("type").or_else(|| node.named_child(0))?;
                format!("new {}", without_types(self.str(kind)))
            }
            "macro_invocation" => format!("{}!", text("macro")),
            _ => return None,
        };
        Some((name, arguments))
    }

    fn value(&self, node: Option<Node<'_>>, depth: usize) -> Value {
        let Some(node) = node.filter(|_| depth <= DEPTH) else {
            return Value::Unknown;
        };
        let of = |node: Option<Node<'_>>| self.value(node, depth + 1);
        match node.kind() {
            "string"
            | "string_literal"
            | "interpreted_string_literal"
            | "raw_string_literal"
            | "verbatim_string_literal"
            | "encapsed_string"
            | "interpolated_string_expression"
            | "concatenated_string"
            | "chained_string"
            | "heredoc"
            | "subshell"
            | "shell_command_expression"
            | "string_value" => self.string(node, depth),
            "integer_literal"
            | "int_literal"
            | "number_literal"
            | "decimal_integer_literal"
            | "octal_integer_literal"
            | "hex_integer_literal"
            | "integer" => number(self.str(node)),
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "boolean_literal" | "boolean" => Value::Bool(self.str(node).eq_ignore_ascii_case("true")),
            "null" | "nil" | "null_literal" => Value::Null,
            "simple_symbol" => Value::Text(self.str(node).to_owned()),
            "parenthesized_expression"
            | "argument"
            | "reference_expression"
            | "expression_list"
            | "literal_element"
            | "parenthesized_statements" => of(node.named_child(node.named_child_count().saturating_sub(1) as u32)),
            "binary_expression" | "binary" => {
                let operator = node.child_by_field_name("operator").map_or("", |node| self.str(node));
                let (left, right) = (node.child_by_field_name("left"), node.child_by_field_name("right"));
                let is_join = operator == "+" || (operator == "." && self.language == "php");
                if is_join {
                    Value::join(of(left), of(right))
                } else {
                    Value::Unknown
                }
            }
            "array_creation_expression" if node.child_by_field_name("value").is_some() => {
                of(node.child_by_field_name("value"))
            }
            "array" | "array_creation_expression" | "array_initializer" => {
                let mut cursor = node.walk();
                Value::List(node.named_children(&mut cursor).map(|node| of(Some(node))).collect())
            }
            "array_element_initializer" => of(node.named_child(0)),
            "identifier" | "variable_name" | "constant" | "name" => {
                let name = self.str(node);
                self.names
                    .of(self.function(), name)
                    .cloned()
                    .unwrap_or_else(|| Value::Name(self.name(node, depth)))
            }
            "selector_expression"
            | "field_access"
            | "member_access_expression"
            | "field_expression"
            | "scoped_identifier"
            | "qualified_identifier"
            | "scope_resolution"
            | "class_constant_access_expression" => Value::Name(self.name(node, depth)),
            "subscript_expression" | "element_reference" => Value::Name(self.str(node).chars().take(40).collect()),
            "macro_invocation" => self.format(node),
            _ => match self.call(node, depth + 1) {
                Some((name, arguments)) => Value::Call(name, self.arguments(arguments, depth + 1).0),
                None => Value::Unknown,
            },
        }
    }

    /// A text, with what is filled in.
    fn string(&self, node: Node<'_>, depth: usize) -> Value {
        let mut value = Value::Text(String::new());
        let mut cursor = node.walk();
        let mut has_parts = false;
        for child in node.named_children(&mut cursor) {
            let kind = child.kind();
            let is_text = kind.contains("content")
                || kind.contains("fragment")
                || kind.contains("escape")
                || kind == "string_literal"
                || kind == "string";
            let is_mark = kind.contains("start")
                || kind.contains("end")
                || kind.contains("brace")
                || kind.contains("quote")
                || kind.contains("prefix")
                || kind == "heredoc_body";
            if is_text {
                has_parts = true;
                value = Value::join(value, Value::Text(self.str(child).trim_matches('"').to_owned()));
            } else if !is_mark {
                has_parts = true;
                let inner = if kind == "interpolation" {
                    let mut inner = child.walk();
                    child
                        .named_children(&mut inner)
                        .find(|node| !node.kind().contains("brace"))
                } else {
                    Some(child)
                };
                value = Value::join(value, self.value(inner, depth + 1));
            }
        }
        if has_parts {
            value
        } else {
            Value::Text(
                self.str(node)
                    .trim_matches(['"', '\'', '`', '@', '$', 'r', '#'])
                    .to_owned(),
            )
        }
    }

    /// `format!("…", x)` of Rust, whose arguments are no tree.
    fn format(&self, node: Node<'_>) -> Value {
        let name = node.child_by_field_name("macro").map_or("", |node| self.str(node));
        let mut cursor = node.walk();
        let Some(tokens) = node
            .named_children(&mut cursor)
            .find(|child| child.kind() == "token_tree")
        else {
            return Value::Unknown;
        };
        let mut values = Vec::new();
        let mut inner = tokens.walk();
        for token in tokens.named_children(&mut inner) {
            match token.kind() {
                "string_literal" | "raw_string_literal" if values.is_empty() => {
                    let Value::Text(text) = self.string(token, 0) else {
                        continue;
                    };
                    let captures = text.split('{').skip(1).filter_map(|part| part.split(['}', ':']).next());
                    let captures: Vec<Value> = captures
                        .filter(|name| !name.is_empty())
                        .map(|name| Value::Name(name.to_owned()))
                        .collect();
                    values.push(Value::Text(text.clone()));
                    values.extend(captures);
                }
                "string_literal" | "raw_string_literal" | "integer_literal" => values.push(Value::Text(String::new())),
                _ => values.push(self.value(Some(token), 1)),
            }
        }
        Value::Call(format!("{name}!"), values)
    }

    /// Values in their order, and those with a name.
    fn arguments(&self, list: Option<Node<'_>>, depth: usize) -> (Vec<Value>, Vec<(String, Value)>) {
        let (mut values, mut named) = (Vec::new(), Vec::new());
        let Some(list) = list else {
            return (values, named);
        };
        let mut cursor = list.walk();
        for argument in list.named_children(&mut cursor) {
            match argument.kind() {
                "comment" | "line_comment" | "block_comment" => {}
                "pair" | "element_value_pair" => {
                    let key = argument.child_by_field_name("key").map_or("", |key| self.str(key));
                    let value = self.value(argument.child_by_field_name("value"), depth + 1);
                    named.push((key.trim_matches([':', '"']).to_owned(), value));
                }
                _ => match argument
                    .child_by_field_name("name")
                    .filter(|_| argument.kind() == "argument")
                {
                    Some(name) => {
                        let value = argument.named_child(argument.named_child_count().saturating_sub(1) as u32);
                        named.push((self.str(name).to_owned(), self.value(value, depth + 1)));
                    }
                    None => values.push(self.value(Some(argument), depth + 1)),
                },
            }
        }
        (values, named)
    }

    /// The second pass: sites.
    fn read(&mut self, node: Node<'_>) {
        let kind = node.kind();
        let (name, values, named) = match kind {
            "keyed_element" => {
                let key = node.named_child(0).map_or("", |key| self.str(key));
                let name = format!(":{key}");
                if !is_of_interest(self.language, &name) {
                    return;
                }
                (name, vec![self.value(node.named_child(1), 0)], Vec::new())
            }
            "annotation" | "marker_annotation" => {
                let name = node.child_by_field_name("name").map_or("", |name| self.str(name));
                let (values, named) = self.arguments(node.child_by_field_name("arguments"), 0);
                (format!("@{name}"), values, named)
            }
            "include_expression" | "include_once_expression" | "require_expression" | "require_once_expression" => (
                "include".to_owned(),
                vec![self.value(node.named_child(0), 0)],
                Vec::new(),
            ),
            "echo_statement" => ("echo".to_owned(), vec![self.value(node.named_child(0), 0)], Vec::new()),
            "subshell" | "shell_command_expression" => ("backtick".to_owned(), vec![self.string(node, 0)], Vec::new()),
            "assignment_expression" | "assignment" => {
                let left = node.child_by_field_name("left");
                let last = left.map(|left| self.name(left, 0)).unwrap_or_default();
                let name = format!(
                    "=.{}",
                    last.trim_end_matches("()").rsplit('.').next().unwrap_or_default()
                );
                if !is_of_interest(self.language, &name) {
                    return;
                }
                let right = node.child_by_field_name("right");
                let value = match right.map(|right| right.kind()) {
                    Some("lambda_expression" | "anonymous_method_expression") => Value::Text(
                        right
                            .map(|right| self.str(right))
                            .unwrap_or_default()
                            .split_whitespace()
                            .collect::<Vec<_>>()
                            .concat(),
                    ),
                    _ => self.value(right, 0),
                };
                (name, vec![value], Vec::new())
            }
            _ => {
                // The last part of the name decides before values are read.
                let Some((name, arguments)) = self.call(node, 0) else {
                    return;
                };
                if !is_of_interest(self.language, &name) {
                    return;
                }
                let (values, named) = self.arguments(arguments, 0);
                (name, values, named)
            }
        };
        if is_of_interest(self.language, &name) {
            self.sites.push(Site {
                name,
                values,
                named,
                assigned: self.assigned(node),
                at: node.start_byte(),
                conditional: false,
            });
        }
    }

    /// The name that the value of an expression is given to, up to three nodes above.
    fn assigned(&self, node: Node<'_>) -> Option<String> {
        let mut above = node.parent();
        for _ in 0..6 {
            let parent = above?;
            let name = match parent.kind() {
                "variable_declarator" | "const_spec" | "var_spec" => parent.child_by_field_name("name"),
                "init_declarator" => parent.child_by_field_name("declarator"),
                "let_declaration" => parent.child_by_field_name("pattern"),
                "assignment_expression" | "assignment" | "short_var_declaration" | "assignment_statement" => {
                    parent.child_by_field_name("left")
                }
                kind if is_function(kind) => return None,
                _ => None,
            };
            if let Some(name) = name {
                return Some(self.str(name).to_owned());
            }
            above = parent.parent();
        }
        None
    }
}

fn is_function(kind: &str) -> bool {
    matches!(
        kind,
        "function_declaration"
            | "method_declaration"
            | "function_definition"
            | "constructor_declaration"
            | "method"
            | "singleton_method"
            | "function_item"
            | "func_literal"
            | "lambda_expression"
            | "closure_expression"
            | "anonymous_function"
            | "arrow_function"
            | "local_function_statement"
            | "compact_constructor_declaration"
    )
}

fn without_types(name: &str) -> &str {
    name.split('<').next().unwrap_or(name).trim()
}

fn number(text: &str) -> Value {
    let text = text.replace('_', "").to_lowercase();
    let digits = text.trim_end_matches(['l', 'u']);
    let parsed = match digits {
        it if it.starts_with("0x") => i64::from_str_radix(&it[2..], 16),
        it if it.starts_with("0o") => i64::from_str_radix(&it[2..], 8),
        it if it.len() > 1 && it.starts_with('0') && it.bytes().all(|byte| byte.is_ascii_digit()) => {
            i64::from_str_radix(it, 8)
        }
        it => it.parse(),
    };
    parsed.map_or(Value::Number(0), Value::Number)
}
