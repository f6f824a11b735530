//! One walk for all languages that tree-sitter reads: a grammar lists which node plays which role.
//!
//! The walk is a loop, not a recursion, so no depth of the tree can overflow the stack.

use std::collections::{BTreeSet, HashMap, HashSet};

use tree_sitter::{Node, TreeCursor};

use crate::calls::Builder;
use crate::facts::Syntax;
use crate::security::code;
use crate::units::{CognitiveRules, Units, runs};

mod calls;
mod context;
mod decisions;
mod frame;
mod grammar;
mod misread;
mod parse;
mod private;
mod spans;
mod unread;
mod unused;

use calls::NodeRole;
pub(super) use context::Context;
use decisions::is_elvis;
use frame::NodeFrame;
pub(super) use grammar::{Embedded, Grammar, Known, Role, Roles, Shape};
use grammar::{MAX_EMBEDDED, UNKNOWN, roles};
use parse::{Begun, parse};
pub(super) use private::Private;
use unused::Declarations;
pub(super) use unused::UnusedImports;

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
            language,
            sorts: HashMap::new(),
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
    syntax.unread = unread::lines(root);
    // `#![…]` of Rust is none.
    syntax.entry_point |= text.starts_with(b"#!/");
    if code::tree::LANGUAGES.contains(&language) {
        syntax.risks = code::findings(language, path, text, &code::tree::sites(language, root, text));
    }
    Ok(syntax)
}

struct Walk<'a> {
    grammar: &'static Grammar,
    roles: &'static [Known],
    context: Context<'a>,
    frames: Vec<NodeFrame>,
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

    /// Counts a node on the way down; `false`: what is below it is not visited.
    fn enter(&mut self, cursor: &TreeCursor<'_>) -> bool {
        let node = cursor.node();
        let known = self.known(node);
        if let Some(span) = known.span {
            self.span(node, span);
        }
        let parent = self.frames.last().copied().unwrap_or(NodeFrame::new(Role::None));
        let (role, field) = self.role_and_field(cursor, known, parent);
        let mut frame = NodeFrame::new(role);
        if node.is_named() && !node.is_extra() && self.is_nested_part(role, parent.role, field) {
            self.context.units.nest();
            frame.nested = true;
        }
        let is_else_if = role == Role::If
            && (parent.role == Role::Else || (parent.role == Role::If && field == Some("alternative")));
        if is_else_if || self.is_last_else(node, role, parent.role, field) {
            self.context.units.flat(1);
        }
        let role = self.role_in_context(node, role, parent.role);
        if !is_else_if {
            self.count(node, role, parent, &mut frame);
        }
        self.decide(node, role);
        if known.part != NodeRole::None {
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

    /// The role of a node by its kind, and the field of its parent that it fills.
    fn role_and_field<'t>(
        &mut self,
        cursor: &TreeCursor<'t>,
        known: Known,
        parent: NodeFrame,
    ) -> (Role, Option<&'t str>) {
        let node = cursor.node();
        let named = node.is_named() && !node.is_extra();
        let mut field = if named { cursor.field_name() } else { None };
        if let Some(field_of) = self.grammar.field {
            if named {
                field = field_of(field, node.kind(), parent.role, parent.word);
            }
            let is_word = known.kind == "else" || !(named || matches!(known.kind, "{" | "}"));
            if let (Some(parent), true) = (self.frames.last_mut(), is_word) {
                parent.word = known.kind;
            }
        }
        if parent.role == Role::Directive || parent.role == Role::DirectiveElse {
            match field {
                Some("condition" | "name") => return (Role::Skip, field),
                Some("alternative") => {}
                _ => field = Some("body"),
            }
        }
        (known.role, field)
    }

    /// The role of a node in its place.
    fn role_in_context(&self, node: Node<'_>, role: Role, parent: Role) -> Role {
        match role {
            Role::Closure if self.grammar.closure_is_unit_at_top && !self.context.units.is_inside() => Role::Function,
            Role::MemberBody if parent == Role::Member => Role::Function,
            // `a ?: b` is short for a test of null: free.
            Role::Ternary if is_elvis(node) => Role::None,
            role => role,
        }
    }

    /// Counts what a node adds to the complexity, and opens the function or class that it is.
    fn count(&mut self, node: Node<'_>, role: Role, parent: NodeFrame, frame: &mut NodeFrame) {
        match role {
            Role::If | Role::Loop | Role::Forever | Role::Switch | Role::Catch | Role::Ternary | Role::Directive => {
                self.context.units.structural()
            }
            Role::DirectiveElse => self.context.units.flat(1),
            Role::Closure => {
                self.context.units.nest();
                frame.nested = true;
            }
            // Without a body it is a declaration only.
            Role::Function => {
                let shape = (self.grammar.shape)(node);
                if shape.body && !self.is_misread(node) {
                    self.open(node, shape);
                    frame.unit = true;
                }
            }
            Role::Type if (self.grammar.shape)(node).body => self.open_class(node, true, frame),
            Role::Class { counted } => self.open_class(node, counted, frame),
            Role::Member => {
                let shape = (self.grammar.shape)(node);
                if let (true, Some(name)) = (shape.body, shape.name) {
                    let name = self.context.qualified(self.context.text(name));
                    self.context.classes.push(name);
                    frame.class = true;
                }
            }
            Role::Binary if self.logical(node).is_some() => {
                frame.flattened = true;
                if !parent.flattened {
                    let operators = self.flatten(node);
                    self.context.units.flat(runs(&operators));
                }
                self.context.units.decide(1);
            }
            Role::Loose => frame.flattened = parent.flattened,
            Role::Parentheses if self.context.units.rules.through_parentheses => frame.flattened = parent.flattened,
            Role::Jump if self.has_label(node) => self.context.units.flat(1),
            _ => {}
        }
    }

    /// Counts the decisions of a node.
    fn decide(&mut self, node: Node<'_>, role: Role) {
        let decides = matches!(role, Role::If | Role::Loop | Role::Case | Role::Ternary)
            || (role == Role::Catch && self.grammar.catch_decides);
        if decides {
            self.context.units.decide(1);
        }
        let more = (self.grammar.decisions)(node, role);
        self.context.units.decide(more);
    }

    fn open_class(&mut self, node: Node<'_>, counted: bool, frame: &mut NodeFrame) {
        self.context.syntax.classes += u32::from(counted);
        let name = self.class_name(node);
        self.context.open_class(node, &name);
        self.context.classes.push(name);
        frame.class = true;
        frame.holds = true;
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
        self.context.calls.definition(function).file_only = self.context.is_file_only(node, &own_name);
        if private {
            self.context.candidates.push((function, own_name));
        }
    }

    fn class_name(&self, node: Node<'_>) -> String {
        let name = ["name", "type"]
            .into_iter()
            .find_map(|field| node.child_by_field_name(field));
        name.map_or_else(String::new, |name| self.context.text(name).to_owned())
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
