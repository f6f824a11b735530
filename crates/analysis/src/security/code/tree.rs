//! Sites of the languages that tree-sitter reads.
//!
//! The kinds of nodes of all grammars are one list: where two grammars have a kind in common, it means the same.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use tree_sitter::{Node, TreeCursor};

use super::{Interest, Names, Site, Value, format};

mod around;
mod assignments;
mod names;
mod values;

const DEPTH: usize = 12;

/// Languages whose sites are read; those of others would need kinds of their own.
pub const LANGUAGES: &[&str] = &["java", "go", "ruby", "php", "csharp", "c", "cpp", "rust"];

/// Languages whose functions give values to names that other functions of the file read: all of them are walked.
const SHARED_NAMES: &[&str] = &["ruby", "php"];

/// Reads the sites of a file.
pub fn sites(language: &'static str, root: Node<'_>, text: &[u8]) -> Vec<Site> {
    let interest = Interest::of(language, text);
    if interest.is_empty() {
        return Vec::new();
    }
    let mut reader = Reader {
        language,
        interest,
        text,
        imports: HashMap::new(),
        names: Names::default(),
        quoting: HashSet::new(),
        function: 0,
        sites: Vec::new(),
    };
    let Walked { names, sites } = reader.walk(root);
    if sites.is_empty() {
        return Vec::new();
    }
    for (node, ..) in names.iter().filter(|(.., class)| class & class::FUNCTION > 0) {
        reader.note_quoting(*node);
    }
    // All names are known before a site is read.
    for (node, function, class) in names {
        reader.function = function;
        if class & class::FUNCTION > 0 {
            reader.define(node);
        }
        if class & class::NAMES > 0 {
            reader.note(node);
        }
    }
    for (node, function) in sites {
        reader.function = function;
        reader.read(node);
    }
    // Behind this is the data of an archive.
    if let Some(end) = memchr::memmem::find(text, b"__HALT_COMPILER").filter(|_| language == "php") {
        reader.sites.retain(|site| site.at < end);
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
            | "foreach_statement"
            | "enhanced_for_statement"
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
    interest: Interest,
    text: &'t [u8],
    imports: HashMap<String, String>,
    names: Names,
    /// Functions of the file that quote what they return for a shell.
    quoting: HashSet<&'t str>,
    /// The number of the function of the node that is read; 0 is the top.
    function: usize,
    sites: Vec<Site>,
}

/// The name of a site, its values in their order, and those with a name.
type Parts = (String, Vec<Value>, Vec<(String, Value)>);

/// The nodes that a walk finds, each with the number of its function.
#[derive(Default)]
struct Walked<'n> {
    /// What names functions and values, with its classes.
    names: Vec<(Node<'n>, usize, u8)>,
    /// What may be a site.
    sites: Vec<(Node<'n>, usize)>,
}

impl<'t> Reader<'t> {
    /// Visits all nodes in their order, without recursion.
    fn walk<'n>(&self, root: Node<'n>) -> Walked<'n> {
        let mut found = Walked::default();
        let classes = classes(self.language, root);
        let mut cursor: TreeCursor<'n> = root.walk();
        let mut depth = 0u32;
        let mut functions = 0;
        // Open functions, with the depth of their node.
        let mut open: Vec<(usize, u32)> = Vec::new();
        loop {
            let node = cursor.node();
            while open.last().is_some_and(|(_, at)| *at >= depth) {
                open.pop();
            }
            let class = classes.get(usize::from(node.kind_id())).copied().unwrap_or(0);
            let function = |open: &[(usize, u32)]| open.last().map_or(0, |(number, _)| *number);
            // A function is defined in the one around it, and its parameters are names of its own.
            if class & (class::FUNCTION | class::NAMES) > 0 {
                found.names.push((node, function(&open), class));
            }
            if class & class::FUNCTION > 0 {
                functions += 1;
                open.push((functions, depth));
            }
            if class & class::SITE > 0 && self.may_be_of_interest(node) {
                found.sites.push((node, function(&open)));
            }
            let is_skipped = class & class::FUNCTION > 0
                && !SHARED_NAMES.contains(&self.language)
                && !self.interest.is_in(node.start_byte(), node.end_byte());
            if !is_skipped && cursor.goto_first_child() {
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

    fn str(&self, node: Node<'_>) -> &'t str {
        self.text
            .get(node.byte_range())
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }

    /// Reads a site.
    fn read(&mut self, node: Node<'_>) {
        let Some((name, values, named)) = self.parts(node) else {
            return;
        };
        if self.interest.has(&name) {
            self.sites.push(Site {
                name,
                values,
                named,
                assigned: self.assigned(node),
                at: node.start_byte(),
                conditional: false,
                chosen: self.interest.about_certificates && (self.is_chosen(node) || self.is_verified_otherwise(node)),
                within: self.within(node),
                open_ended: false,
            });
        }
    }

    /// The name of a site and its values; `None` where no rule is about it.
    fn parts(&self, node: Node<'_>) -> Option<Parts> {
        let single = |name: &str, value: Value| Some((name.to_owned(), vec![value], Vec::new()));
        match node.kind() {
            "keyed_element" => {
                let key = node.named_child(0).map_or("", |key| self.str(key));
                let name = format!(":{key}");
                let is_wanted = self.interest.has(&name);
                is_wanted.then(|| (name, vec![self.value(node.named_child(1), 0)], Vec::new()))
            }
            "annotation" | "marker_annotation" => {
                let name = node.child_by_field_name("name").map_or("", |name| self.str(name));
                let (values, named) = self.arguments(node.child_by_field_name("arguments"), 0);
                Some((format!("@{name}"), values, named))
            }
            "include_expression" | "include_once_expression" | "require_expression" | "require_once_expression" => {
                single("include", self.value(node.named_child(0), 0))
            }
            "echo_statement" => single("echo", self.value(node.named_child(0), 0)),
            "subshell" | "shell_command_expression" => single("backtick", self.string(node, 0)),
            "assignment_expression" | "assignment" => self.assignment(node),
            _ => {
                let (name, arguments) = self.call(node, 0)?;
                self.interest.has(&name).then(|| {
                    let (values, named) = self.arguments(arguments, 0);
                    (name, values, named)
                })
            }
        }
    }

    fn assignment(&self, node: Node<'_>) -> Option<Parts> {
        let left = node.child_by_field_name("left");
        let last = left.map(|left| self.name(left, 0)).unwrap_or_default();
        let member = last.trim_end_matches("()").rsplit('.').next().unwrap_or_default();
        let name = format!("=.{member}");
        if !self.interest.has(&name) {
            return None;
        }
        let right = node.child_by_field_name("right");
        let function =
            right.filter(|right| matches!(right.kind(), "lambda_expression" | "anonymous_method_expression"));
        let value = match function {
            Some(function) => Value::Text(self.str(function).split_whitespace().collect()),
            None => self.value(right, 0),
        };
        Some((name, vec![value], Vec::new()))
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
        if text.contains(['<', '(']) || *field == "macro" || self.interest.has(text) {
            return true;
        }
        let last = text.rsplit(['.', ':', '>', '\\']).next().unwrap_or(text);
        self.interest.has(last)
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
