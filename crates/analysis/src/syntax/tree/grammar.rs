//! The description of a grammar: the role of each kind of node in the traversal.

use std::sync::OnceLock;

use tree_sitter::{Node, Range};

use super::calls::{NodeRole, part};
use super::context::Context;
use super::private::Private;
use super::spans::kind_of;
use super::unused::UnusedImports;
use crate::language::SpanKind;

/// The role of a kind of node in the complexities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
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
pub(crate) struct Shape<'t> {
    /// The node of its name.
    pub name: Option<Node<'t>>,
    pub parameters: usize,
    /// Without one it is a declaration only.
    pub body: bool,
}

/// The role of a child by its field, its kind, its parent's role, and the last word or sign before it.
pub(crate) type Field = for<'a> fn(Option<&'a str>, &str, Role, &str) -> Option<&'a str>;

/// The text to parse in place of a file's, where it is another.
pub(crate) type Prepare = fn(&[u8]) -> Option<Vec<u8>>;

/// A language.
pub(crate) struct Grammar {
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
pub(crate) struct Embedded {
    /// The kind of such a node.
    pub kind: &'static str,
    /// The parts of it that are to be parsed by themselves.
    pub ranges: fn(Node<'_>, &[u8]) -> Vec<Range>,
    /// Whether what was parsed without an error is what it was taken for.
    pub accept: fn(Node<'_>) -> bool,
}

/// Embedded text inside of embedded text is parsed once for each level.
pub(super) const MAX_EMBEDDED: usize = 4;

/// By kind.
pub(crate) type Roles = OnceLock<Vec<Known>>;

/// The properties of a kind: its role, whether `collect` wants it, and its role for the calls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    pub(super) role: Role,
    pub(super) collects: bool,
    pub(super) mentions: bool,
    pub(super) part: NodeRole,
    pub(super) span: Option<SpanKind>,
    pub(super) kind: &'static str,
}

pub(super) const UNKNOWN: Known = Known {
    role: Role::None,
    collects: false,
    mentions: false,
    part: NodeRole::None,
    span: None,
    kind: "",
};

impl std::fmt::Debug for Grammar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Grammar").finish_non_exhaustive()
    }
}

/// Roles by kind id, read for each node.
pub(super) fn roles(grammar: &'static Grammar) -> &'static [Known] {
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
                        part: part(kind),
                        span: kind_of(kind),
                        kind,
                    }
                } else {
                    Known { kind, ..UNKNOWN }
                }
            })
            .collect()
    })
}
