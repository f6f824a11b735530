//! Sites of the languages that tree-sitter reads.
//!
//! The kinds of nodes of all grammars are one list: where two grammars have a kind in common, it means the same.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use tree_sitter::{Node, TreeCursor};

use super::{Names, Site, Value, is_of_interest};

mod assignments;
mod names;
mod values;

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
        sites: Vec::new(),
    };
    // All names are known before a site is read.
    for (node, function) in reader.walk(root) {
        reader.open = vec![(function, 0)];
        reader.read(node);
    }
    reader.sites
}

/// What a kind of node is to the reader; a node can be several.
mod class {
    pub const FUNCTION: u8 = 1;
    pub const NAMES: u8 = 2;
    pub const SITE: u8 = 4;
}

fn class_of(kind: &str) -> u8 {
    let names = matches!(
        kind,
        "import_spec"
            | "short_var_declaration"
            | "assignment_statement"
            | "var_spec"
            | "const_spec"
            | "const_item"
            | "static_item"
            | "variable_declarator"
            | "const_element"
            | "init_declarator"
            | "let_declaration"
            | "assignment_expression"
            | "assignment"
            | "augmented_assignment_expression"
            | "operator_assignment"
            | "compound_assignment_expr"
            | "parameters"
            | "formal_parameters"
            | "parameter_list"
            | "method_parameters"
            | "block_parameters"
            | "closure_parameters"
    );
    let site = matches!(
        kind,
        "keyed_element"
            | "annotation"
            | "marker_annotation"
            | "include_expression"
            | "include_once_expression"
            | "require_expression"
            | "require_once_expression"
            | "echo_statement"
            | "subshell"
            | "shell_command_expression"
            | "assignment_expression"
            | "assignment"
    ) || call_of(kind).is_some();
    u8::from(is_function(kind)) * class::FUNCTION + u8::from(names) * class::NAMES + u8::from(site) * class::SITE
}

/// Kinds of nodes that call something, and the field with what is called; the type of a new object may have arguments of its
/// own, so it is read as a whole.
const CALLS: &[(&str, Option<&str>)] = &[
    ("call_expression", Some("function")),
    ("invocation_expression", Some("function")),
    ("function_call_expression", Some("function")),
    ("method_invocation", Some("name")),
    ("member_call_expression", Some("name")),
    ("nullsafe_member_call_expression", Some("name")),
    ("scoped_call_expression", Some("name")),
    ("call", Some("method")),
    ("object_creation_expression", None),
    ("macro_invocation", Some("macro")),
];

fn call_of(kind: &str) -> Option<&'static (&'static str, Option<&'static str>)> {
    CALLS.iter().find(|(call, _)| *call == kind)
}

/// The classes of all kinds of a grammar, by the number of the kind.
fn classes(language: &str, root: Node<'_>) -> Cow<'static, [u8]> {
    static TABLES: [OnceLock<Vec<u8>>; LANGUAGES.len()] = [const { OnceLock::new() }; LANGUAGES.len()];
    let grammar = root.language();
    let class = |id: usize| {
        let id = u16::try_from(id).ok()?;
        grammar
            .node_kind_is_named(id)
            .then(|| grammar.node_kind_for_id(id).map_or(0, class_of))
    };
    let make = || {
        (0..grammar.node_kind_count())
            .map(|id| class(id).unwrap_or(0))
            .collect::<Vec<u8>>()
    };
    let table = LANGUAGES
        .iter()
        .position(|known| *known == language)
        .map(|at| TABLES[at].get_or_init(make));
    match table {
        Some(table) if table.len() == grammar.node_kind_count() => Cow::Borrowed(table),
        // Headers of C may be read by the grammar of C++.
        _ => Cow::Owned(make()),
    }
}

struct Reader<'t> {
    language: &'static str,
    text: &'t [u8],
    imports: HashMap<String, String>,
    names: Names,
    /// Open functions, by number, with the depth of their node.
    open: Vec<(usize, u32)>,
    functions: usize,
    sites: Vec<Site>,
}

impl<'t> Reader<'t> {
    /// Visits all nodes in their order, without recursion: notes names, and returns what may be a site, with its function.
    fn walk<'n>(&mut self, root: Node<'n>) -> Vec<(Node<'n>, usize)> {
        let mut found = Vec::new();
        let classes = classes(self.language, root);
        let mut cursor: TreeCursor<'n> = root.walk();
        let mut depth = 0u32;
        loop {
            let node = cursor.node();
            while self.open.last().is_some_and(|(_, at)| *at >= depth) {
                self.open.pop();
            }
            let class = classes.get(usize::from(node.kind_id())).copied().unwrap_or(0);
            if class & class::FUNCTION > 0 {
                self.define(node);
                self.functions += 1;
                self.open.push((self.functions, depth));
            }
            if class & class::NAMES > 0 {
                self.note(node);
            }
            if class & class::SITE > 0 && self.may_be_of_interest(node) {
                found.push((node, self.function()));
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
                    return found;
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

    /// Reads a site.
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
                chosen: self.is_chosen(node),
                within: self.within(node),
                open_ended: false,
            });
        }
    }

    /// Whether a condition around a node, within its function, is named for a choice of the caller.
    fn is_chosen(&self, node: Node<'_>) -> bool {
        let mut above = node.parent();
        while let Some(parent) = above.filter(|parent| !is_function(parent.kind())) {
            let kind = parent.kind();
            if kind.starts_with("if")
                || kind.starts_with("unless")
                || kind.starts_with("conditional")
                || kind.starts_with("ternary")
            {
                let condition = parent.child_by_field_name("condition");
                if condition.is_some_and(|condition| super::is_choice(self.str(condition))) {
                    return true;
                }
            }
            above = parent.parent();
        }
        false
    }

    /// Names of the functions and types around a node.
    fn within(&self, node: Node<'_>) -> String {
        let mut names = Vec::new();
        let mut above = node.parent();
        while let Some(parent) = above {
            let is_named = is_function(parent.kind())
                || matches!(parent.kind(), "class_declaration" | "class" | "module" | "impl_item");
            if is_named {
                let name = ["name", "declarator", "type"]
                    .iter()
                    .find_map(|field| parent.child_by_field_name(field));
                names.extend(name.and_then(|name| self.str(name).split('(').next()));
            }
            above = parent.parent();
        }
        names.reverse();
        names.join(".")
    }

    /// Whether a call ends with a part that is one of a rule's names; other sites are all read.
    fn may_be_of_interest(&self, node: Node<'_>) -> bool {
        let Some((_, Some(field))) = call_of(node.kind()) else {
            return true;
        };
        let Some(called) = node.child_by_field_name(field) else {
            return false;
        };
        let text = self.str(called);
        // Types in the name, and names that an import or the language writes otherwise.
        if text.contains(['<', '(']) || *field == "macro" || is_of_interest(self.language, text) {
            return true;
        }
        let last = text.rsplit(['.', ':', '>', '\\']).next().unwrap_or(text);
        is_of_interest(self.language, last)
            || self
                .imports
                .get(last)
                .is_some_and(|full| is_of_interest(self.language, full))
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
