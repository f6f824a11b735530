//! One walk for all languages that tree-sitter reads: a grammar says which node plays which role.
//!
//! The walk is a loop, not a recursion, so no depth of the tree can overflow the stack.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::OnceLock;

use tree_sitter::{Node, ParseOptions, ParseState, Parser, TreeCursor};

use crate::facts::{Export, Import, ImportKind, ImportedName, Syntax};
use crate::units::{CognitiveRules, Units, runs};

/// What a kind of node means for the complexities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing by itself.
    None,
    /// Neither it nor what is inside counts or is looked at.
    Skip,
    /// A function with a name: a unit.
    Function,
    /// A function without a name, part of the unit around it, one level deeper.
    Closure,
    /// Names what is inside it; counted where `counted`.
    Class {
        counted: bool,
    },
    If,
    /// What stands between an `if` and its other branch.
    Else,
    Loop,
    /// A loop with no condition: no decision, but a nesting.
    Forever,
    /// The whole of a switch: costs once, its cases are free.
    Switch,
    /// A decision of the cyclomatic complexity only.
    Case,
    Catch,
    Ternary,
    /// An operator with `left`, `operator`, `right`; logical ones count.
    Binary,
    Parentheses,
    /// `break` and `continue`: cost where they name a label, and `goto`.
    Jump,
}

/// A language.
pub(super) struct Grammar {
    pub language: fn() -> tree_sitter::Language,
    pub role: fn(&str) -> Role,
    /// Kinds that `collect` wants to see.
    pub collects: &'static [&'static str],
    /// Imports, exports, calls and decisions of the language's own, on entering a node.
    pub collect: fn(Node<'_>, &mut Context<'_>),
    /// `&&`, `and`.
    pub and: &'static [&'static str],
    /// `||`, `or`.
    pub or: &'static [&'static str],
    /// The parts of a switch that are not its body.
    pub switch_head: &'static [&'static str],
    /// Decisions of a node beyond its role's: cases that are no default, guards.
    pub decisions: fn(Node<'_>, Role) -> u32,
    /// What a function belongs to (`None`: the class that is open), and its name, which a recursion would call.
    pub name: fn(Node<'_>, &Context<'_>) -> (Option<String>, String),
    /// The kind of a label behind `break`.
    pub label: &'static str,
    /// Each `catch` is a decision; `false` where the grammar counts them itself.
    pub catch_decides: bool,
    /// A closure outside of any function is a unit of its own (Go).
    pub closure_is_unit_at_top: bool,
    /// A cell for the roles by kind, filled on first use.
    pub roles: &'static OnceLock<Vec<(Role, bool)>>,
}

impl std::fmt::Debug for Grammar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Grammar").finish_non_exhaustive()
    }
}

/// What a grammar's `collect` may read and fill.
pub(super) struct Context<'a> {
    pub text: &'a [u8],
    pub units: Units,
    pub syntax: Syntax,
    /// Names of the classes that are open.
    pub classes: Vec<String>,
    /// For a grammar's own use; emptied where a function begins.
    pub seen: HashSet<String>,
}

impl<'a> Context<'a> {
    pub fn text(&self, node: Node<'_>) -> &'a str {
        std::str::from_utf8(&self.text[node.byte_range()]).unwrap_or("")
    }

    pub fn field(&self, node: Node<'_>, name: &str) -> &'a str {
        node.child_by_field_name(name).map_or("", |child| self.text(child))
    }

    pub fn import(&mut self, specifier: &str, kind: ImportKind, node: Node<'_>, names: Vec<ImportedName>) {
        if !specifier.is_empty() {
            self.syntax.imports.push(Import {
                specifier: specifier.into(),
                kind,
                line: line(node),
                names,
            });
        }
    }

    pub fn export(&mut self, name: &str, node: Node<'_>) {
        if !name.is_empty() {
            self.syntax.exports.push(Export {
                name: name.into(),
                line: line(node),
            });
        }
    }

    /// The class path and the name: `A::B.name`.
    pub fn qualified(&self, name: &str) -> String {
        match self.classes.iter().rev().find(|class| !class.is_empty()) {
            Some(class) => format!("{class}.{name}"),
            None => name.to_owned(),
        }
    }
}

pub(super) fn line(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row).unwrap_or(u32::MAX - 1) + 1
}

/// How long one file may take before it is given up, in calls of tree-sitter's progress report (about one for each 100
/// operations of the parser): a count, so that the same file has the same end on every machine.
const MAX_PROGRESS: u64 = 2_000_000;

thread_local! {
    /// Parsers are costly to make: one for each language and thread.
    static PARSERS: RefCell<HashMap<usize, Parser>> = RefCell::new(HashMap::new());
}

/// # Errors
/// A sentence for the report.
pub(super) fn facts(grammar: &'static Grammar, text: &[u8], rules: CognitiveRules) -> Result<Syntax, String> {
    let tree = PARSERS.with_borrow_mut(|parsers| {
        let key = std::ptr::from_ref(grammar) as usize;
        let parser = match parsers.entry(key) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                let mut parser = Parser::new();
                parser
                    .set_language(&(grammar.language)())
                    .map_err(|error| format!("its parser cannot be used: {error}"))?;
                entry.insert(parser)
            }
        };
        parser.reset();
        let mut calls = 0;
        let mut progress = |_: &ParseState| {
            calls += 1;
            if calls > MAX_PROGRESS {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let options = ParseOptions::new().progress_callback(&mut progress);
        let mut read = |at: usize, _| text.get(at..).unwrap_or_default();
        parser
            .parse_with_options(&mut read, None, Some(options))
            .ok_or_else(|| "takes too long to parse: lines are counted only".to_owned())
    })?;
    let root = tree.root_node();
    let mut walk = Walk {
        grammar,
        roles: roles(grammar),
        context: Context {
            text,
            units: Units::new(rules),
            syntax: Syntax::default(),
            classes: Vec::new(),
            seen: HashSet::new(),
        },
        frames: Vec::new(),
    };
    walk.run(root);
    let Context { units, mut syntax, .. } = walk.context;
    syntax.functions = units.finish();
    syntax.errors = root.has_error();
    Ok(syntax)
}

/// Roles by kind id: looked up for each node.
fn roles(grammar: &'static Grammar) -> &'static [(Role, bool)] {
    grammar.roles.get_or_init(|| {
        let language = (grammar.language)();
        (0..language.node_kind_count())
            .map(|id| {
                let id = u16::try_from(id).expect("kinds are numbered with 16 bits");
                let kind = language.node_kind_for_id(id).unwrap_or_default();
                let named = language.node_kind_is_named(id);
                if named {
                    ((grammar.role)(kind), grammar.collects.contains(&kind))
                } else {
                    (Role::None, false)
                }
            })
            .collect()
    })
}

/// What leaving a node has to undo.
#[derive(Debug, Clone, Copy)]
struct Frame {
    role: Role,
    nested: bool,
    unit: bool,
    class: bool,
    /// Inside of a logical operation whose runs are counted already.
    flattened: bool,
}

struct Walk<'a> {
    grammar: &'static Grammar,
    roles: &'static [(Role, bool)],
    context: Context<'a>,
    frames: Vec<Frame>,
}

impl Walk<'_> {
    fn run(&mut self, root: Node<'_>) {
        let mut cursor = root.walk();
        loop {
            let descend = self.enter(&cursor);
            if descend && cursor.goto_first_child() {
                continue;
            }
            self.leave();
            loop {
                if cursor.goto_next_sibling() {
                    break;
                }
                if !cursor.goto_parent() {
                    return;
                }
                self.leave();
            }
        }
    }

    fn enter(&mut self, cursor: &TreeCursor<'_>) -> bool {
        let node = cursor.node();
        let (mut role, collects) = self
            .roles
            .get(usize::from(node.kind_id()))
            .copied()
            .unwrap_or((Role::None, false));
        let parent = self.frames.last().copied();
        let parent_role = parent.map_or(Role::None, |frame| frame.role);
        let named = node.is_named() && !node.is_extra();
        // Looking a field's name up is dear, and only the parts of what decides are asked for theirs.
        let field = if named && parent_role != Role::None {
            cursor.field_name()
        } else {
            None
        };
        let mut frame = Frame {
            role,
            nested: false,
            unit: false,
            class: false,
            flattened: false,
        };

        if named && self.is_nested_part(role, parent_role, field) {
            self.context.units.nest();
            frame.nested = true;
        }
        let is_else_if = role == Role::If
            && (parent_role == Role::Else || (parent_role == Role::If && field == Some("alternative")));
        if is_else_if || self.is_last_else(node, role, parent_role, field) {
            self.context.units.flat(1);
        }
        if role == Role::Closure && self.grammar.closure_is_unit_at_top && !self.context.units.is_inside() {
            role = Role::Function;
        }
        match role {
            Role::If if !is_else_if => self.context.units.structural(),
            Role::Loop | Role::Forever | Role::Switch | Role::Catch | Role::Ternary => self.context.units.structural(),
            Role::Closure => {
                self.context.units.nest();
                frame.nested = true;
            }
            // Without a body it is a declaration only.
            Role::Function if node.child_by_field_name("body").is_some() => {
                self.open(node);
                frame.unit = true;
            }
            Role::Class { counted } => {
                self.context.syntax.classes += u32::from(counted);
                let name = self.class_name(node);
                self.context.classes.push(name);
                frame.class = true;
            }
            Role::Binary if self.logical(node).is_some() => {
                frame.flattened = true;
                if !parent.is_some_and(|frame| frame.flattened) {
                    let operators = self.flatten(node);
                    self.context.units.flat(runs(&operators));
                }
                self.context.units.decide(1);
            }
            Role::Parentheses if self.context.units.rules.through_parentheses => {
                frame.flattened = parent.is_some_and(|frame| frame.flattened);
            }
            Role::Jump if self.has_label(node) => self.context.units.flat(1),
            _ => {}
        }
        let decides = matches!(role, Role::If | Role::Loop | Role::Case | Role::Ternary)
            || (role == Role::Catch && self.grammar.catch_decides);
        if decides {
            self.context.units.decide(1);
        }
        let more = (self.grammar.decisions)(node, role);
        self.context.units.decide(more);
        if collects {
            (self.grammar.collect)(node, &mut self.context);
        }
        self.frames.push(frame);
        role != Role::Skip
    }

    fn leave(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        if frame.class {
            self.context.classes.pop();
        }
        if frame.unit {
            self.context.units.close();
        }
        if frame.nested {
            self.context.units.unnest();
        }
    }

    /// Whether a child of a control structure is one of its parts that stand a level deeper.
    fn is_nested_part(&self, role: Role, parent: Role, field: Option<&str>) -> bool {
        match parent {
            Role::If => match field {
                Some("alternative") => self.else_nests() && role != Role::If && role != Role::Else,
                Some("consequence" | "body") => true,
                _ => false,
            },
            Role::Else => self.else_nests() && role != Role::If,
            Role::Loop | Role::Forever | Role::Catch => field == Some("body"),
            Role::Ternary => matches!(field, Some("consequence" | "alternative" | "body")),
            Role::Switch => field.is_none_or(|field| !self.grammar.switch_head.contains(&field)),
            _ => false,
        }
    }

    fn else_nests(&self) -> bool {
        self.context.units.rules.else_nests
    }

    /// An `else` without an `if`.
    fn is_last_else(&self, node: Node<'_>, role: Role, parent: Role, field: Option<&str>) -> bool {
        match role {
            Role::If => false,
            Role::Else => {
                let first = node.named_child(0);
                first.is_none_or(|child| {
                    self.roles
                        .get(usize::from(child.kind_id()))
                        .is_none_or(|r| r.0 != Role::If)
                })
            }
            _ => parent == Role::If && field == Some("alternative"),
        }
    }

    fn open(&mut self, node: Node<'_>) {
        let (owner, own_name) = (self.grammar.name)(node, &self.context);
        let name = match (own_name.as_str(), owner) {
            ("", _) => "<anonymous>".to_owned(),
            (own, Some(owner)) => format!("{owner}.{own}"),
            (own, None) => self.context.qualified(own),
        };
        self.context.seen.clear();
        let start = node.child_by_field_name("name").unwrap_or(node);
        let end = u32::try_from(node.end_position().row).unwrap_or(u32::MAX - 1) + 1;
        let parameters = node.child_by_field_name("parameters").map_or(0, parameter_count);
        self.context.units.open(&name, &own_name, line(start), end, parameters);
    }

    fn has_label(&self, node: Node<'_>) -> bool {
        let mut cursor = node.walk();
        node.named_children(&mut cursor)
            .any(|child| child.kind() == self.grammar.label)
    }

    fn class_name(&self, node: Node<'_>) -> String {
        let name = ["name", "type"]
            .into_iter()
            .find_map(|field| node.child_by_field_name(field));
        name.map_or_else(String::new, |name| self.context.text(name).to_owned())
    }

    /// `true` for and, `false` for or.
    fn logical(&self, node: Node<'_>) -> Option<bool> {
        let operator = node.child_by_field_name("operator")?;
        let kind = operator.kind();
        if self.grammar.and.contains(&kind) {
            Some(true)
        } else {
            self.grammar.or.contains(&kind).then_some(false)
        }
    }

    /// The logical operators below `node`, from left to right, parentheses seen through.
    fn flatten(&self, node: Node<'_>) -> Vec<bool> {
        enum Item<'t> {
            Node(Node<'t>),
            Operator(bool),
        }
        let mut operators = Vec::new();
        let mut stack = vec![Item::Node(node)];
        while let Some(item) = stack.pop() {
            let mut node = match item {
                Item::Operator(and) => {
                    operators.push(and);
                    continue;
                }
                Item::Node(node) => node,
            };
            while self.context.units.rules.through_parentheses
                && self
                    .roles
                    .get(usize::from(node.kind_id()))
                    .is_some_and(|role| role.0 == Role::Parentheses)
                && node.named_child_count() == 1
            {
                let Some(inner) = node.named_child(0) else {
                    break;
                };
                node = inner;
            }
            let binary = self
                .roles
                .get(usize::from(node.kind_id()))
                .is_some_and(|role| role.0 == Role::Binary);
            if let (true, Some(and)) = (binary, self.logical(node)) {
                stack.extend(node.child_by_field_name("right").map(Item::Node));
                stack.push(Item::Operator(and));
                stack.extend(node.child_by_field_name("left").map(Item::Node));
            }
        }
        operators
    }
}

/// Named children that are no comments; a list that names several of one type (`a, b int`) counts each.
fn parameter_count(list: Node<'_>) -> usize {
    let mut cursor = list.walk();
    list.named_children(&mut cursor)
        .filter(|child| !child.is_extra() && child.kind() != "self_parameter" && child.kind() != "receiver_parameter")
        .map(|child| {
            let mut inner = child.walk();
            child.children_by_field_name("name", &mut inner).count().max(1)
        })
        .sum()
}

/// No decisions beyond the role's.
pub(super) fn no_decisions(_: Node<'_>, _: Role) -> u32 {
    0
}

/// The text of the field `name`.
pub(super) fn name_field(node: Node<'_>, context: &Context<'_>) -> (Option<String>, String) {
    (None, context.field(node, "name").to_owned())
}
