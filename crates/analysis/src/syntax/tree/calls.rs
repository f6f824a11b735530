//! Definitions and calls in the trees of all languages that tree-sitter reads. Their grammars call the same things by
//! few names, so one table serves them all.

use tree_sitter::Node;

use super::Context;
use crate::calls::{Body, Calls, ClassId, FunctionId, ImportId, Imported, ImportedNameId, ValueExpr, ValueId};
use crate::facts::{ImportKind, Syntax};

mod declare;
mod expressions;
mod signature;

/// The role of a kind of node for the calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::syntax) enum NodeRole {
    None,
    Name,
    This,
    Super,
    /// An object and one of its members: the first and the last child.
    Member,
    /// A call whose first child is called.
    Call,
    /// A call with an object and a name as fields.
    Method,
    New,
    /// `this(…)`, `super(…)` in a constructor.
    Constructor,
    /// It is read as its first child.
    Inner,
    /// A variable, parameter or field, with its type or value.
    Declare,
    /// Names whose values are unknown (Rust).
    Pattern,
}

pub(super) fn part(kind: &str) -> NodeRole {
    match kind {
        "identifier"
        | "type_identifier"
        | "simple_identifier"
        | "constant"
        | "name"
        | "variable_name"
        | "relative_scope"
        | "namespace_identifier"
        | "field_identifier"
        | "property_identifier"
        | "operator_identifier" => NodeRole::Name,
        "this" | "this_expression" | "self" | "self_expression" => NodeRole::This,
        "super" | "super_expression" | "base" | "base_expression" => NodeRole::Super,
        "field_access"
        | "selector_expression"
        | "field_expression"
        | "scoped_identifier"
        | "qualified_identifier"
        | "member_access_expression"
        | "navigation_expression"
        | "scoped_type_identifier"
        | "stable_identifier" => NodeRole::Member,
        "call_expression" | "invocation_expression" | "function_call_expression" => NodeRole::Call,
        "method_invocation"
        | "call"
        | "member_call_expression"
        | "nullsafe_member_call_expression"
        | "scoped_call_expression" => NodeRole::Method,
        "object_creation_expression"
        | "new_expression"
        | "instance_expression"
        | "composite_literal"
        | "struct_expression" => NodeRole::New,
        "parenthesized_expression"
        | "generic_function"
        | "await_expression"
        | "reference_expression"
        | "generic_type"
        | "pointer_type"
        | "reference_type"
        | "user_type"
        | "nullable_type"
        | "named_type"
        | "type_annotation"
        | "navigation_suffix"
        | "unary_expression" => NodeRole::Inner,
        "explicit_constructor_invocation" | "constructor_initializer" => NodeRole::Constructor,
        "local_variable_declaration"
        | "field_declaration"
        | "formal_parameter"
        | "parameter_declaration"
        | "var_spec"
        | "parameter"
        | "let_declaration"
        | "variable_declaration"
        | "class_parameter"
        | "binding"
        | "val_definition"
        | "var_definition"
        | "property_declaration"
        | "simple_parameter"
        | "property_promotion_parameter"
        | "short_var_declaration"
        | "declaration"
        | "assignment" => NodeRole::Declare,
        "closure_parameters" | "let_condition" | "match_pattern" | "for_expression" => NodeRole::Pattern,
        _ => NodeRole::None,
    }
}

/// How deep an expression is followed: `a.b().c().d()` is four.
const MAX_DEPTH: usize = 12;

impl Context<'_> {
    /// Opens the function at `node` for the calls in it. `owner`: the type it belongs to, where that is not the class
    /// around it.
    pub(super) fn open_function(&mut self, node: Node<'_>, owner: Option<&str>, own_name: &str, at: u32) -> FunctionId {
        let owned = owner
            .filter(|owner| !owner.is_empty())
            .map(|owner| self.class_called(owner));
        if let Some(class) = owned {
            self.calls.enter_class(class);
        }
        let function = self.calls.define(own_name, at);
        let class = self.calls.definition(function).class;
        let value = self.calls.value(ValueExpr::Function(function));
        let definition = self.calls.definition(function);
        definition.anonymous = own_name.is_empty();
        definition.entry = true;
        definition.through_interface = implements_explicitly(node);
        definition.specialized = is_specialization(node);
        self.calls.definition(function).takes = self.takes(node);
        self.sorts.clear();
        if owned.is_some() {
            self.calls.pop();
        }
        if self.is_of_macro(node, owner, own_name) || implements_explicitly(node) {
            self.calls.definition(function).anonymous = false;
        } else if let Some(class) = class {
            let is_constructor =
                node.kind().contains("constructor") || own_name == "__construct" || own_name == "initialize";
            let name = if is_constructor || node.kind() == "init_declaration" {
                "constructor"
            } else {
                own_name
            };
            self.calls.add_member(class, name, value, false);
        } else if self.calls.body() == Body::Module {
            self.calls.bind_overload(own_name, value);
        } else {
            self.calls.bind_in_function(own_name, value);
        }
        let kind = ["return_type", "result", "returns", "type"]
            .iter()
            .find_map(|name| node.child_by_field_name(name));
        if let Some(kind) = kind {
            let class = self.type_of(kind);
            let made = self.calls.result(class);
            self.calls.definition(function).returns = made;
        }
        self.calls.enter_function(function);
        if let Some(class) = class {
            self.calls.set_class(class);
        }
        if let (Some(class), Some(receiver)) = (class, node.child_by_field_name("receiver")) {
            let this = self.calls.value(ValueExpr::This(class));
            let text = self.text(receiver).trim_start_matches('(').trim_start();
            let name = text.split([' ', ')', '*']).next().unwrap_or_default().to_owned();
            self.calls.bind(&name, this);
        }
        function
    }

    /// `TEST(Document, Parse) { … }`: no code calls it by a name.
    fn is_of_macro(&self, node: Node<'_>, owner: Option<&str>, own_name: &str) -> bool {
        let head = node.child_by_field_name("declarator");
        matches!(self.language, "c" | "cpp")
            && head
                .and_then(|head| head.child_by_field_name("declarator"))
                .is_some_and(|head| head.kind() == "identifier" && owner.is_some() && self.text(head) != own_name)
    }

    pub(super) fn close_function(&mut self) {
        self.calls.pop();
        self.sorts.clear();
    }

    pub(super) fn open_class(&mut self, node: Node<'_>, name: &str) {
        let class = self.class_called(name);
        let extends = node.kind() == "impl_item" || self.field(node, "declaration_kind") == "extension";
        if !extends {
            self.calls.declare_class(class);
        }
        let bases = self.bases(node);
        self.calls.add_bases(class, bases);
        self.calls.enter_class(class);
    }

    /// The class of that name in this file; made, where there is none yet.
    fn class_called(&mut self, name: &str) -> ClassId {
        let name = name.split(['<', '[', '(']).next().unwrap_or(name).trim();
        let name = name.rsplit([':', '.', '\\']).next().unwrap_or(name);
        if let Some(&class) = self.class_numbers.get(name) {
            return class;
        }
        let path = self.path_of(name);
        let class = self.calls.define_class_flat(name, &path);
        let value = self.calls.value(ValueExpr::Class(class));
        if !name.is_empty() {
            self.calls.bind_global(name, value);
        }
        self.class_numbers.insert(name.to_owned(), class);
        class
    }

    /// The name of a class with what distinguishes it from others of its name.
    fn path_of(&self, name: &str) -> String {
        match self.language {
            "ruby" => {
                self.classes
                    .iter()
                    .map(|outer| format!("{outer}::"))
                    .collect::<String>()
                    + name
            }
            "csharp" => format!("{}.{name}", self.syntax.package),
            _ => name.to_owned(),
        }
    }

    /// The names in the part of a class's head that lists its bases.
    fn bases(&mut self, node: Node<'_>) -> Vec<ValueId> {
        let mut found = Vec::new();
        let mut cursor = node.walk();
        let heads = node.named_children(&mut cursor).filter(|child| {
            matches!(
                child.kind(),
                "superclass"
                    | "super_interfaces"
                    | "extends_interfaces"
                    | "base_list"
                    | "base_class_clause"
                    | "base_clause"
                    | "class_interface_clause"
                    | "delegation_specifiers"
                    | "inheritance_specifier"
                    | "extends_clause"
            )
        });
        for head in heads.collect::<Vec<_>>() {
            let mut work = vec![head];
            while let Some(at) = work.pop() {
                if found.len() >= 16 {
                    break;
                }
                if part(at.kind()) == NodeRole::Name {
                    let name = self.text(at).to_owned();
                    found.push(self.calls.free(&name));
                    continue;
                }
                if matches!(
                    at.kind(),
                    "type_arguments" | "arguments" | "value_arguments" | "argument_list"
                ) {
                    continue;
                }
                let mut cursor = at.walk();
                let mut inner: Vec<_> = at.named_children(&mut cursor).collect();
                if matches!(
                    at.kind(),
                    "scoped_type_identifier" | "qualified_name" | "qualified_identifier"
                ) {
                    inner = inner.pop().into_iter().collect();
                }
                inner.reverse();
                work.extend(inner);
            }
        }
        found
    }

    /// On entering a node that has a part.
    pub(super) fn call_part(&mut self, node: Node<'_>, what: NodeRole) {
        match what {
            NodeRole::Constructor => {
                let text = self.text(node);
                if let Some(class) = self.calls.class() {
                    let above = text.contains("super") || text.contains("base");
                    let object = if above {
                        ValueExpr::Super(class)
                    } else {
                        ValueExpr::This(class)
                    };
                    let object = self.calls.value(object);
                    let target = self.calls.member(object, "constructor");
                    let given = self.given(node);
                    self.calls.call_with(target, &[], true, given);
                }
            }
            NodeRole::Call if self.is_misread_member(node) => {}
            NodeRole::Method if self.language == "ruby" && is_assigned(node) => {}
            NodeRole::Call | NodeRole::Method | NodeRole::New => {
                let target = self.target(node, what, 0);
                let given = self.given(node);
                self.calls.call_with(target, &[], what == NodeRole::New, given);
            }
            NodeRole::Declare => self.declare(node),
            NodeRole::Pattern if self.language == "rust" => {
                self.hide_names(node.child_by_field_name("pattern").unwrap_or(node));
            }
            _ => {}
        }
    }

    /// Whether a call of C or C++ outside of functions is none: only initial values are computed there. The declarations of a
    /// class that a macro hides (`class EXPORT Name final {`) are read as calls.
    fn is_misread_member(&self, node: Node<'_>) -> bool {
        const AROUND: usize = 8;
        if !matches!(self.language, "c" | "cpp") || self.calls.body() != Body::Module {
            return false;
        }
        let mut around = std::iter::successors(node.parent(), tree_sitter::Node::parent);
        !around.by_ref().take(AROUND).any(|at| at.kind() == "init_declarator")
    }

    /// Adds the imported names, and returns the calls.
    pub(super) fn finish_calls(&mut self, syntax: &Syntax) -> Calls {
        for (number, import) in (0..).map(ImportId::new).zip(&syntax.imports) {
            if import.kind == ImportKind::Submodule {
                let value = self.calls.value(ValueExpr::Import(number, Imported::Whole));
                let name = import.specifier.split('=').next().unwrap_or_default();
                self.calls.bind_if_free(name, value);
            }
            for (at, name) in (0..).map(ImportedNameId::new).zip(&import.names) {
                if &*name.imported == "*" && &*name.local == "*" {
                    self.calls.star(number);
                    continue;
                }
                let value = self.calls.value(ValueExpr::Import(number, Imported::Name(at)));
                self.calls.bind_if_free(&name.local, value);
            }
        }
        std::mem::take(&mut self.calls).finish()
    }
}

/// `void IList<T>.Add(T item)` of C#.
fn implements_explicitly(node: Node<'_>) -> bool {
    let mut cursor = node.walk();
    node.kind() == "method_declaration"
        && node
            .named_children(&mut cursor)
            .any(|child| child.kind() == "explicit_interface_specifier")
}

/// `template <> void skip(…)` of C++.
fn is_specialization(node: Node<'_>) -> bool {
    let template = node.parent().filter(|parent| parent.kind() == "template_declaration");
    let parameters = template.and_then(|template| template.child_by_field_name("parameters"));
    parameters.is_some_and(|parameters| parameters.named_child_count() == 0)
}

/// `self.range = 1` of Ruby calls the writer, which has another name.
fn is_assigned(node: Node<'_>) -> bool {
    let assignment = node.parent().filter(|parent| parent.kind() == "assignment");
    assignment.is_some_and(|assignment| assignment.child_by_field_name("left") == Some(node))
}
