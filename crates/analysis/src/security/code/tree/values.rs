//! Values of expressions.

use tree_sitter::Node;

use super::{DEPTH, Reader, Value, format};

impl Reader<'_> {
    pub(super) fn value(&self, node: Option<Node<'_>>, depth: usize) -> Value {
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
                match operator {
                    "+" if matches!(self.language, "php" | "ruby") => Value::sum(of(left), of(right)),
                    _ if is_join => Value::join(of(left), of(right)),
                    "-" | "*" | "/" | "%" => Value::Number(0),
                    "||" | "??" | "or" => of(left).either(of(right)),
                    "==" | "!=" | "===" | "!==" | "<>" | "<" | ">" | "<=" | ">=" | "=~" => {
                        Value::Call("bool".to_owned(), Vec::new())
                    }
                    _ => Value::Unknown,
                }
            }
            "array_creation_expression" if node.child_by_field_name("value").is_some() => {
                of(node.child_by_field_name("value"))
            }
            "array" | "array_creation_expression" | "array_initializer" => {
                let mut cursor = node.walk();
                Value::List(node.named_children(&mut cursor).map(|node| of(Some(node))).collect())
            }
            "cast_expression" => {
                const NUMBERS: &[&str] = &[
                    "int", "integer", "float", "double", "long", "bool", "boolean", "short", "size_t",
                ];
                let kind = node
                    .child_by_field_name("type")
                    .map_or("", |kind| self.str(kind))
                    .to_ascii_lowercase();
                let value = of(node.child_by_field_name("value"));
                match NUMBERS.contains(&kind.as_str()) {
                    true => Value::Call("int".to_owned(), vec![value]),
                    false => value,
                }
            }
            "conditional" | "conditional_expression" | "ternary_expression" => {
                let branch = |fields: [&str; 2]| fields.iter().find_map(|field| node.child_by_field_name(field));
                // `$a ?: 'b'` has no second part.
                let yes = branch(["consequence", "body"]).or_else(|| branch(["condition", "condition"]));
                of(yes).either(of(branch(["alternative", "alternative"])))
            }
            "match_expression" if self.language == "php" => self.chosen_by_match(node, depth),
            "array_element_initializer" => of(node.named_child(node.named_child_count().saturating_sub(1) as u32)),
            "hash" => self.hash(node, depth),
            "regex" => Value::Text(self.str(node).to_owned()),
            "identifier" | "variable_name" | "constant" | "name" | "global_variable" | "instance_variable" => {
                let name = self.str(node);
                self.names
                    .follow(self.function, name)
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
            "subscript_expression" | "element_reference" => match of(node.named_child(0)).entry() {
                Value::Unknown => Value::Name(self.str(node).chars().take(40).collect()),
                entry => entry,
            },
            "macro_invocation" => self.format(node),
            _ => match self.call(node, depth + 1) {
                Some((name, _)) if self.is_quoting(&name) => Value::Call("escape".to_owned(), Vec::new()),
                Some((name, arguments)) => format::call(name, self.arguments(arguments, depth + 1).0),
                None => Value::Unknown,
            },
        }
    }

    /// Whether a call is of a function of the file, or of its own class, that quotes what it returns.
    fn is_quoting(&self, name: &str) -> bool {
        let (object, function) = name.rsplit_once(['.', ':']).unwrap_or(("", name));
        matches!(object, "" | "own" | "$this" | "self" | "self:" | "static:" | "this")
            && self.quoting.contains(function)
    }

    /// PHP's `match`: one of the values behind its arrows.
    fn chosen_by_match(&self, node: Node<'_>, depth: usize) -> Value {
        let Some(body) = node.child_by_field_name("body") else {
            return Value::Unknown;
        };
        let mut cursor = body.walk();
        let arms = body.named_children(&mut cursor).filter(|arm| arm.kind() != "comment");
        let values = arms.map(|arm| self.value(arm.child_by_field_name("return_expression"), depth + 1));
        values.reduce(Value::either).unwrap_or_default()
    }

    /// A hash of Ruby.
    fn hash(&self, node: Node<'_>, depth: usize) -> Value {
        let mut cursor = node.walk();
        let pairs = node.named_children(&mut cursor).map(|pair| {
            let key = pair.child_by_field_name("key").map_or("", |key| self.str(key));
            let value = self.value(pair.child_by_field_name("value"), depth + 1);
            (key.trim_matches([':', '"', '\'']).to_owned(), value)
        });
        Value::Object(pairs.collect())
    }

    /// A text, with what is filled in.
    pub(super) fn string(&self, node: Node<'_>, depth: usize) -> Value {
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
    pub(super) fn arguments(&self, list: Option<Node<'_>>, depth: usize) -> (Vec<Value>, Vec<(String, Value)>) {
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
