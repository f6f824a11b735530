//! One walk for all languages that tree-sitter reads: a grammar lists which node plays which role.
//!
//! The walk is a loop, not a recursion, so no depth of the tree can overflow the stack.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

use tree_sitter::{Node, Range, TreeCursor};

use crate::calls::Builder;
use crate::facts::{Export, Import, ImportKind, ImportedName, Syntax};
use crate::language::SpanKind;
use crate::security::code;
use crate::units::{CognitiveRules, Units, runs};

mod calls;
mod parse;
mod private;
mod spans;
mod unused;

use calls::Part;
use parse::{Begun, parse};
pub(super) use private::Private;
pub(super) use unused::UnusedImports;
use unused::{Candidate, Declarations};

/// The role of a kind of node in the complexities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing by itself.
    None,
    /// Neither it nor its contents are counted or read.
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
    /// The body of a computed property without an accessor: a unit where the property is a member.
    MemberBody,
    If,
    /// The keyword between an `if` and its other branch.
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
    /// `#if`: an `if` in the cognitive complexity, whose condition is not counted.
    Directive,
    /// `#elif`, `#else`.
    DirectiveElse,
}

/// The parts of a function or of another definition.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape<'t> {
    /// The node of its name.
    pub name: Option<Node<'t>>,
    pub parameters: usize,
    /// Without one it is a declaration only.
    pub body: bool,
}

/// The role of a child by its field, its kind, its parent's role, and the last word or sign before it.
pub(super) type Field = for<'a> fn(Option<&'a str>, &str, Role, &str) -> Option<&'a str>;

/// The text to parse in place of a file's, where it is another.
pub(super) type Prepare = fn(&[u8]) -> Option<Vec<u8>>;

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
    /// The owner of a function (`None`: the open class), and its name, which a recursion would call.
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
    pub embedded: Option<Embedded>,
    /// The text to parse in place of a file's, of the same length: for what the grammar cannot read.
    pub prepare: Option<Prepare>,
    /// `None`: its imports name no names, or their use cannot be decided.
    pub unused_imports: Option<UnusedImports>,
    /// Kinds of names that may be those of types; kept in files that import all of a package.
    pub mentions: &'static [&'static str],
}

/// Text inside of a node that the grammar leaves unread, which may be of the same language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Embedded {
    /// The kind of such a node.
    pub kind: &'static str,
    /// The parts of it that are to be parsed by themselves.
    pub ranges: fn(Node<'_>, &[u8]) -> Vec<Range>,
    /// Whether what was parsed without an error is what it was taken for.
    pub accept: fn(Node<'_>) -> bool,
}

/// Embedded text inside of embedded text is parsed once for each level.
const MAX_EMBEDDED: usize = 4;

/// By kind.
pub(super) type Roles = OnceLock<Vec<Known>>;

/// The properties of a kind: its role, whether `collect` wants it, and its role for the calls.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    role: Role,
    collects: bool,
    mentions: bool,
    part: Part,
    span: Option<SpanKind>,
    kind: &'static str,
}

const UNKNOWN: Known = Known {
    role: Role::None,
    collects: false,
    mentions: false,
    part: Part::None,
    span: None,
    kind: "",
};

impl std::fmt::Debug for Grammar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Grammar").finish_non_exhaustive()
    }
}

/// The data that a grammar's `collect` may read and fill.
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
    /// For each embedded text that is open: how many modules are around it.
    pub embedded_in: Vec<usize>,
    /// An import brings in all of a package.
    imports_all: bool,
    unused_imports: Option<UnusedImports>,
    declarations: Declarations,
    import_candidates: Vec<Candidate>,
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
            self.imports_all |= names.iter().any(|name| &*name.local == "*");
            self.syntax.imports.push(Import {
                specifier: specifier.into(),
                kind,
                line: line(node),
                names,
            });
            self.import_candidates(node);
        }
    }

    /// By custom the name of a type begins with a capital.
    pub fn mention(&mut self, node: Node<'_>) {
        let name = self.text(node);
        if name.starts_with(char::is_uppercase) {
            self.mentions.insert(name);
        }
    }

    pub fn export(&mut self, name: &str, node: Node<'_>) {
        if !name.is_empty() {
            self.syntax.exports.push(Export {
                name: name.into(),
                line: line(node),
                kept: false,
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

    /// The number of modules around the node (Rust).
    pub fn modules_around(&self, node: Node<'_>) -> usize {
        let mut count = self.embedded_in.last().copied().unwrap_or(0);
        let mut above = node.parent();
        while let Some(parent) = above {
            count += usize::from(parent.kind() == "mod_item");
            above = parent.parent();
        }
        count
    }
}

pub(super) fn line(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row).unwrap_or(u32::MAX - 1) + 1
}

/// # Errors
/// A sentence for the report.
pub(super) fn facts(
    grammar: &'static Grammar,
    language: &'static str,
    path: &str,
    text: &[u8],
    rules: CognitiveRules,
) -> Result<Syntax, String> {
    let begun = Begun::now();
    let prepared = grammar.prepare.and_then(|prepare| prepare(text));
    let text = prepared.as_deref().unwrap_or(text);
    let tree = parse(grammar, text, &[], begun)?;
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
            embedded_in: Vec::new(),
            imports_all: false,
            unused_imports: grammar.unused_imports,
            declarations: Declarations::new(),
            import_candidates: Vec::new(),
        },
        frames: Vec::new(),
        begun,
    };
    walk.run(root);
    walk.context.settle_private(grammar.private);
    walk.context.settle_imports();
    let mut syntax = std::mem::take(&mut walk.context.syntax);
    syntax.calls = walk.context.finish_calls(&syntax);
    let Context { units, mentions, .. } = walk.context;
    syntax.functions = units.finish();
    syntax.mentions = mentions.into_iter().map(Into::into).collect();
    syntax.errors = root.has_error();
    // `#![…]` of Rust is none.
    syntax.entry_point |= text.starts_with(b"#!/");
    if code::tree::LANGUAGES.contains(&language) {
        syntax.risks = code::findings(language, path, text, &code::tree::sites(language, root, text));
    }
    Ok(syntax)
}

/// Roles by kind id, read for each node.
fn roles(grammar: &'static Grammar) -> &'static [Known] {
    grammar.roles.get_or_init(|| {
        let language = (grammar.language)();
        (0..language.node_kind_count())
            .map(|id| {
                let id = u16::try_from(id).expect("kinds are numbered with 16 bits");
                // For as long as the program runs, as the table is.
                let kind: &'static str = Box::leak(language.node_kind_for_id(id).unwrap_or_default().into());
                if language.node_kind_is_named(id) {
                    Known {
                        role: (grammar.role)(kind),
                        collects: grammar.collects.contains(&kind),
                        mentions: grammar.mentions.contains(&kind),
                        part: calls::part(kind),
                        span: spans::kind_of(kind),
                        kind,
                    }
                } else {
                    Known { kind, ..UNKNOWN }
                }
            })
            .collect()
    })
}

/// The changes to undo when a node is left.
#[derive(Debug, Clone, Copy)]
struct Frame {
    role: Role,
    nested: bool,
    unit: bool,
    class: bool,
    /// It is a class of its own for the calls.
    holds: bool,
    /// Inside of a logical operation whose runs are counted already.
    flattened: bool,
    /// The last word or sign but a brace among its children; kept for grammars with [`Grammar::field`] only.
    word: &'static str,
}

struct Walk<'a> {
    grammar: &'static Grammar,
    roles: &'static [Known],
    context: Context<'a>,
    frames: Vec<Frame>,
    begun: Begun,
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
        let known = self.known(node);
        if let Some(span) = known.span {
            self.span(node, span);
        }
        let mut role = known.role;
        let parent = self.frames.last().copied();
        let parent_role = parent.map_or(Role::None, |frame| frame.role);
        let named = node.is_named() && !node.is_extra();
        let mut field = if named { cursor.field_name() } else { None };
        if let Some(field_of) = self.grammar.field {
            if named {
                field = field_of(field, node.kind(), parent_role, parent.map_or("", |frame| frame.word));
            }
            let kind = known.kind;
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
        if known.part != Part::None {
            self.context.call_part(node, known.part);
        }
        if known.mentions && self.context.imports_all {
            self.context.mention(node);
        }
        if known.collects {
            (self.grammar.collect)(node, &mut self.context);
        }
        self.frames.push(frame);
        if let Some(embedded) = self.grammar.embedded.filter(|embedded| embedded.kind == known.kind) {
            self.embed(node, embedded);
        }
        if role == Role::Skip {
            self.spans_below(node);
        }
        role != Role::Skip
    }

    /// Goes on in what the grammar left unread, where that parses.
    fn embed(&mut self, node: Node<'_>, embedded: Embedded) {
        if self.context.embedded_in.len() >= MAX_EMBEDDED {
            return;
        }
        let around = self.context.modules_around(node);
        for range in (embedded.ranges)(node, self.context.text) {
            let Ok(tree) = parse(self.grammar, self.context.text, &[range], self.begun) else {
                continue;
            };
            let root = tree.root_node();
            if !root.has_error() && (embedded.accept)(root) {
                self.context.embedded_in.push(around);
                self.run(root);
                self.context.embedded_in.pop();
            }
        }
    }

    fn known(&self, node: Node<'_>) -> Known {
        self.roles.get(usize::from(node.kind_id())).copied().unwrap_or(UNKNOWN)
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

    /// Whether a child of a control structure is one of its parts that are a level deeper.
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
                first.is_none_or(|child| self.known(child).role != Role::If)
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
        // A macro may change a function's visibility.
        let private =
            self.context.embedded_in.is_empty() && self.context.is_private(node, &own_name, self.grammar.private);
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
                && self.known(node).role == Role::Parentheses
                && node.named_child_count() == 1
            {
                let Some(inner) = node.named_child(0) else {
                    break;
                };
                node = inner;
            }
            let role = self.known(node).role;
            let and = match role {
                Role::Binary => self.logical(node),
                Role::Loose => None,
                _ => continue,
            };
            if and.is_none() && role == Role::Binary {
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

/// The part before a function's own name.
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
