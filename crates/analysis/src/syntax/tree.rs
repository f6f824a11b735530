//! One walk for all languages that tree-sitter reads: a grammar says which node plays which role.
//!
//! The walk is a loop, not a recursion, so no depth of the tree can overflow the stack.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use tree_sitter::{Node, ParseOptions, ParseState, Parser, TreeCursor};

use crate::calls::Builder;
use crate::facts::{Export, Import, ImportKind, ImportedName, Syntax};
use crate::units::{CognitiveRules, Units, runs};

mod calls;
mod private;

use calls::Part;
pub(super) use private::Private;

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
    /// A class where it has a body, by [`Grammar::shape`]; else only a use of its name (`struct a b;`).
    Type,
    /// A property: names its accessors, beside its class, where it has any (by [`Grammar::shape`]: a body).
    Member,
    /// What a property computes without an accessor: a unit where it stands in one.
    MemberBody,
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
    /// An operator whose precedence the grammar does not know: seen through as parentheses are, on both sides.
    Loose,
    /// `#if`: an `if` in the cognitive complexity, whose condition is not looked at.
    Directive,
    /// `#elif`, `#else`.
    DirectiveElse,
}

/// The parts of a function or of another definition.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape<'t> {
    /// Where its name stands.
    pub name: Option<Node<'t>>,
    pub parameters: usize,
    /// Without one it is a declaration only.
    pub body: bool,
}

/// Of a child: its field, its kind, its parent's role, and the last word or sign before it.
pub(super) type Field = for<'a> fn(Option<&'a str>, &str, Role, &str) -> Option<&'a str>;

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
    pub shape: for<'t> fn(Node<'t>) -> Shape<'t>,
    /// For a grammar whose fields are not those the walk knows (`condition`, `consequence`, `alternative`, `body`).
    pub field: Option<Field>,
    /// The fields of a binary operation.
    pub binary: [&'static str; 3],
    /// Each `catch` is a decision; `false` where the grammar counts them itself.
    pub catch_decides: bool,
    /// A closure outside of any function is a unit of its own (Go).
    pub closure_is_unit_at_top: bool,
    /// A cell for the roles by kind, filled on first use.
    pub roles: &'static Roles,
    /// A method of the same object is called by its bare name.
    pub implicit_this: bool,
    pub private: Private,
}

/// By kind: its role, whether `collect` wants it, and what it is for the calls.
pub(super) type Roles = OnceLock<Vec<(Role, bool, Part)>>;

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
    pub calls: Builder,
    class_numbers: HashMap<String, u32>,
    implicit_this: bool,
    /// Functions that may be private and unused, with their names.
    candidates: Vec<(u32, String)>,
    /// For [`Syntax::mentions`].
    pub mentions: BTreeSet<&'a str>,
}

impl<'a> Context<'a> {
    pub fn text(&self, node: Node<'_>) -> &'a str {
        let range = node.byte_range();
        // A node may hold the line's end that was put behind the text.
        let end = range.end.min(self.text.len());
        std::str::from_utf8(self.text.get(range.start..end).unwrap_or_default()).unwrap_or("")
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

/// How long one file may take before it is given up, in time of the processor: a file of the largest size takes a
/// twentieth of it, and what recovers from errors in quadratic time would take minutes. tree-sitter has no count of its
/// work that tells the two apart; time of this thread does not depend on what else the machine does.
const MAX_TIME: Duration = Duration::from_secs(5);

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
        let start = thread_time();
        let mut progress = |_: &ParseState| {
            if thread_time().saturating_sub(start) > MAX_TIME {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let options = ParseOptions::new().progress_callback(&mut progress);
        // A scanner of a grammar may look for the line's end without a look at the text's (Kotlin's does, behind `@`), and
        // would never come back: there is always one.
        let mut read = |at: usize, _| {
            if at == text.len() {
                b"\n"
            } else {
                text.get(at..).unwrap_or_default()
            }
        };
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
            calls: Builder::default(),
            class_numbers: HashMap::new(),
            implicit_this: grammar.implicit_this,
            candidates: Vec::new(),
            mentions: BTreeSet::new(),
        },
        frames: Vec::new(),
    };
    walk.run(root);
    walk.context.settle_private(grammar.private);
    let mut syntax = std::mem::take(&mut walk.context.syntax);
    syntax.calls = walk.context.finish_calls(&syntax);
    let Context { units, mentions, .. } = walk.context;
    syntax.functions = units.finish();
    syntax.mentions = mentions.into_iter().map(Into::into).collect();
    syntax.errors = root.has_error();
    Ok(syntax)
}

/// Time that this thread has used; nothing where the system does not tell, and then no file is given up.
fn thread_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}

/// Roles by kind id: looked up for each node.
fn roles(grammar: &'static Grammar) -> &'static [(Role, bool, Part)] {
    grammar.roles.get_or_init(|| {
        let language = (grammar.language)();
        (0..language.node_kind_count())
            .map(|id| {
                let id = u16::try_from(id).expect("kinds are numbered with 16 bits");
                let kind = language.node_kind_for_id(id).unwrap_or_default();
                let named = language.node_kind_is_named(id);
                if named {
                    (
                        (grammar.role)(kind),
                        grammar.collects.contains(&kind),
                        calls::part(kind),
                    )
                } else {
                    (Role::None, false, Part::None)
                }
            })
            .collect()
    })
}

/// What leaving a node has to undo.
#[derive(Debug, Clone, Copy)]
struct Frame<'t> {
    role: Role,
    nested: bool,
    unit: bool,
    class: bool,
    /// It is a class of its own for the calls.
    holds: bool,
    /// Inside of a logical operation whose runs are counted already.
    flattened: bool,
    /// The last word or sign but a brace among its children; kept for grammars with [`Grammar::field`] only.
    word: &'t str,
}

struct Walk<'a, 't> {
    grammar: &'static Grammar,
    roles: &'static [(Role, bool, Part)],
    context: Context<'a>,
    frames: Vec<Frame<'t>>,
}

impl<'t> Walk<'_, 't> {
    fn run(&mut self, root: Node<'t>) {
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

    fn enter(&mut self, cursor: &TreeCursor<'t>) -> bool {
        let node = cursor.node();
        let (mut role, collects, part) =
            self.roles
                .get(usize::from(node.kind_id()))
                .copied()
                .unwrap_or((Role::None, false, Part::None));
        let parent = self.frames.last().copied();
        let parent_role = parent.map_or(Role::None, |frame| frame.role);
        let named = node.is_named() && !node.is_extra();
        let mut field = if named { cursor.field_name() } else { None };
        if let Some(known) = self.grammar.field {
            if named {
                field = known(field, node.kind(), parent_role, parent.map_or("", |frame| frame.word));
            }
            let kind = node.kind();
            let is_word = kind == "else" || !(named || matches!(kind, "{" | "}"));
            if let (Some(parent), true) = (self.frames.last_mut(), is_word) {
                parent.word = kind;
            }
        }
        if parent_role == Role::Directive || parent_role == Role::DirectiveElse {
            match field {
                Some("condition" | "name") => role = Role::Skip,
                Some("alternative") => {}
                _ => field = Some("body"),
            }
        }
        let mut frame = Frame {
            role,
            nested: false,
            unit: false,
            class: false,
            holds: false,
            flattened: false,
            word: "",
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
        role = match role {
            Role::MemberBody if parent_role == Role::Member => Role::Function,
            // `a ?: b` is short for a test of null: free.
            Role::Ternary if is_elvis(node) => Role::None,
            role => role,
        };
        match role {
            Role::If if !is_else_if => self.context.units.structural(),
            Role::Loop | Role::Forever | Role::Switch | Role::Catch | Role::Ternary | Role::Directive => {
                self.context.units.structural();
            }
            Role::DirectiveElse => self.context.units.flat(1),
            Role::Closure => {
                self.context.units.nest();
                frame.nested = true;
            }
            // Without a body it is a declaration only.
            Role::Function => {
                let shape = (self.grammar.shape)(node);
                if shape.body {
                    self.open(node, shape);
                    frame.unit = true;
                }
            }
            Role::Type if (self.grammar.shape)(node).body => {
                self.context.syntax.classes += 1;
                let name = self.class_name(node);
                self.context.open_class(node, &name);
                self.context.classes.push(name);
                frame.class = true;
                frame.holds = true;
            }
            Role::Member => {
                let shape = (self.grammar.shape)(node);
                if let (true, Some(name)) = (shape.body, shape.name) {
                    let name = self.context.qualified(self.context.text(name));
                    self.context.classes.push(name);
                    frame.class = true;
                }
            }
            Role::Class { counted } => {
                self.context.syntax.classes += u32::from(counted);
                let name = self.class_name(node);
                self.context.open_class(node, &name);
                self.context.classes.push(name);
                frame.class = true;
                frame.holds = true;
            }
            Role::Binary if self.logical(node).is_some() => {
                frame.flattened = true;
                if !parent.is_some_and(|frame| frame.flattened) {
                    let operators = self.flatten(node);
                    self.context.units.flat(runs(&operators));
                }
                self.context.units.decide(1);
            }
            Role::Loose => frame.flattened = parent.is_some_and(|frame| frame.flattened),
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
        if part != Part::None {
            self.context.call_part(node, part);
        }
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
        if frame.holds || frame.unit {
            self.context.close_function();
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
            Role::Loop | Role::Forever | Role::Catch | Role::Directive | Role::DirectiveElse => field == Some("body"),
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

    fn open(&mut self, node: Node<'_>, shape: Shape<'_>) {
        let (owner, own_name) = (self.grammar.name)(node, &self.context);
        let name = match (own_name.as_str(), owner) {
            ("", _) => "<anonymous>".to_owned(),
            (own, Some(owner)) => format!("{owner}.{own}"),
            (own, None) => self.context.qualified(own),
        };
        self.context.seen.clear();
        let owner = owner_of(&name, &own_name);
        let start = shape.name.unwrap_or(node);
        let after = usize::from(node.end_byte() > self.context.text.len());
        let end = u32::try_from(node.end_position().row - after).unwrap_or(u32::MAX - 1) + 1;
        self.context
            .units
            .open(&name, &own_name, line(start), end, shape.parameters);
        let private = self.context.is_private(node, &own_name, self.grammar.private);
        let function = self.context.open_function(node, owner, &own_name, line(start));
        if private {
            self.context.candidates.push((function, own_name));
        }
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
        let operator = node.child_by_field_name(self.grammar.binary[1])?;
        let kind = if operator.is_named() {
            self.context.text(operator)
        } else {
            operator.kind()
        };
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
            let role = self.roles.get(usize::from(node.kind_id())).map(|role| role.0);
            let and = match role {
                Some(Role::Binary) => self.logical(node),
                Some(Role::Loose) => None,
                _ => continue,
            };
            if and.is_none() && role == Some(Role::Binary) {
                continue;
            }
            let [left, _, right] = self.grammar.binary;
            stack.extend(node.child_by_field_name(right).map(Item::Node));
            stack.extend(and.map(Item::Operator));
            stack.extend(node.child_by_field_name(left).map(Item::Node));
        }
        operators
    }
}

/// Named children that are no comments; a list that names several of one type (`a, b int`) counts each.
pub(super) fn parameter_count(list: Node<'_>) -> usize {
    let mut cursor = list.walk();
    list.named_children(&mut cursor)
        .filter(|child| !child.is_extra() && child.kind() != "self_parameter" && child.kind() != "receiver_parameter")
        .map(|child| {
            let mut inner = child.walk();
            child.children_by_field_name("name", &mut inner).count().max(1)
        })
        .sum()
}

/// The shape of most: fields `name`, `parameters`, `body`.
pub(super) fn shape(node: Node<'_>) -> Shape<'_> {
    Shape {
        name: node.child_by_field_name("name"),
        parameters: node.child_by_field_name("parameters").map_or(0, parameter_count),
        body: node.child_by_field_name("body").is_some(),
    }
}

/// What stands before a function's own name.
fn owner_of<'n>(name: &'n str, own_name: &str) -> Option<&'n str> {
    name.strip_suffix(own_name)?
        .strip_suffix('.')
        .filter(|_| !own_name.is_empty())
}

/// A ternary without its middle.
fn is_elvis(node: Node<'_>) -> bool {
    ["consequence", "body", "if_true"]
        .into_iter()
        .all(|field| node.child_by_field_name(field).is_none())
        && node.child_by_field_name("alternative").is_some()
}

/// The fields of a binary operation, in most grammars.
pub(super) const BINARY: [&str; 3] = ["left", "operator", "right"];

/// No decisions beyond the role's.
pub(super) fn no_decisions(_: Node<'_>, _: Role) -> u32 {
    0
}

/// The text of the field `name`.
pub(super) fn name_field(node: Node<'_>, context: &Context<'_>) -> (Option<String>, String) {
    (None, context.field(node, "name").to_owned())
}
