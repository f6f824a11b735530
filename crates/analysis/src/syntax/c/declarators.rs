//! What a declarator declares, also where macros hide it from the grammar.

use tree_sitter::Node;

use super::Context;

/// The function that a declarator declares, inside its stars and brackets: its node, and that of its name.
pub(super) fn declared<'t>(node: Node<'t>) -> (Option<Node<'t>>, Option<Node<'t>>) {
    let (function, name) = declared_by(before_macro(node).or_else(|| node.child_by_field_name("declarator")));
    // `int API(name)(int a)`: no function returns one, so the first name is a macro's.
    let inner = function
        .and_then(|function| function.parent())
        .filter(|outer| outer.kind() == "function_declarator");
    let argument = inner.and(function).and_then(|function| only_type(function));
    if let (Some(outer), Some(argument)) = (inner, argument) {
        return (Some(outer), Some(argument));
    }
    (function, name)
}

/// The declarator before a macro between it and the body: `void f() GUARDED(mutex) { … }`.
fn before_macro(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    let mut children = node.named_children(&mut cursor);
    let error = children.find(|child| child.is_error() && child.end_byte() > child.start_byte())?;
    let mut cursor = error.walk();
    error
        .named_children(&mut cursor)
        .find(|child| matches!(child.kind(), "function_declarator" | "init_declarator"))
        .filter(|child| child.kind() == "function_declarator" || has_arguments(*child))
}

fn has_arguments(node: Node<'_>) -> bool {
    node.child_by_field_name("value")
        .is_some_and(|value| value.kind() == "argument_list")
}

/// The only parameter of a declarator, where it is a name alone.
fn only_type(function: Node<'_>) -> Option<Node<'_>> {
    let list = function.child_by_field_name("parameters")?;
    let only = list.named_child(0).filter(|_| list.named_child_count() == 1)?;
    only.named_child(0)
        .filter(|name| only.named_child_count() == 1 && name.kind() == "type_identifier")
}

/// The name that a macro gives to the function whose head it is: `TEST(Suite, name) { … }` is `name` of `Suite`.
pub(super) fn named_by_macro<'a>(node: Node<'_>, context: &Context<'a>) -> Option<(Option<&'a str>, &'a str)> {
    let declarator = node.child_by_field_name("declarator")?;
    let name = declarator
        .child_by_field_name("declarator")
        .filter(|name| name.kind() == "identifier")?;
    // The type of such a head is another macro, of the line before.
    let has_type = node
        .child_by_field_name("type")
        .is_some_and(|kind| !is_macro(context.text(kind)));
    if !is_macro(context.text(name)) || declarator.kind() != "function_declarator" || has_type {
        return None;
    }
    let list = declarator.child_by_field_name("parameters")?;
    let mut cursor = list.walk();
    let mut names = list.named_children(&mut cursor).map_while(|part| {
        let is_name = matches!(part.kind(), "parameter_declaration" | "identifier") && part.named_child_count() <= 1;
        is_name.then(|| context.text(part))
    });
    match (names.next(), names.next()) {
        (Some(owner), Some(own)) => Some((Some(owner), own)),
        (Some(own), None) => Some((None, own)),
        _ => None,
    }
}

fn is_macro(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

fn declared_by(declarator: Option<Node<'_>>) -> (Option<Node<'_>>, Option<Node<'_>>) {
    let (mut function, mut at) = (None, declarator);
    while let Some(declarator) = at {
        match declarator.kind() {
            // The last one: `int (*f(int a))(int)` is a function that returns a pointer to one.
            "function_declarator" => function = Some(declarator),
            "init_declarator" if has_arguments(declarator) => function = Some(declarator),
            "operator_cast" => return (declarator.child_by_field_name("declarator"), Some(declarator)),
            "identifier"
            | "field_identifier"
            | "qualified_identifier"
            | "destructor_name"
            | "operator_name"
            | "template_function"
            | "type_identifier" => return (function, Some(declarator)),
            _ => {}
        }
        // A declarator in parentheses, or of a reference, has no field for its inner one.
        at = declarator.child_by_field_name("declarator").or_else(|| {
            let mut cursor = declarator.walk();
            let mut inner = declarator.named_children(&mut cursor);
            inner.find(|child| child.kind().ends_with("declarator") || child.kind().ends_with("identifier"))
        });
    }
    (function, None)
}
