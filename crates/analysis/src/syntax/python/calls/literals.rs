//! Expressions with a constant text.

use ruff_python_ast::{self as ast, Expr, Number};

/// The key of a subscript that is written out; numbers and texts are not the same.
pub(super) fn key(it: &Expr) -> Option<String> {
    match it {
        Expr::StringLiteral(text) if text.value.len() <= 100 => Some(text.value.to_str().to_owned()),
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(int) => int.as_u64().map(|int| format!("#{int}")),
            _ => None,
        },
        _ => None,
    }
}

/// `a.b.c`, where it is names only.
pub(super) fn dotted(it: &ast::ExprAttribute) -> Option<String> {
    let mut parts = vec![it.attr.as_str()];
    let mut at = &*it.value;
    loop {
        match at {
            Expr::Attribute(inner) if parts.len() < 16 => {
                parts.push(inner.attr.as_str());
                at = &inner.value;
            }
            Expr::Name(name) => {
                parts.push(&name.id);
                parts.reverse();
                return Some(parts.join("."));
            }
            _ => return None,
        }
    }
}

/// The prefix of a computed text: `"_on_" + name`, `"_on_%s" % name`, `f"_on_{name}"`; else empty.
pub(super) fn beginning(it: &Expr) -> &str {
    match it {
        Expr::StringLiteral(text) => text.value.to_str().split(['%', '{']).next().unwrap_or_default(),
        Expr::BinOp(it) => beginning(&it.left),
        Expr::FString(it) => match it.value.elements().next() {
            Some(ast::InterpolatedStringElement::Literal(text)) => &text.value,
            _ => "",
        },
        Expr::Call(it) => match &*it.func {
            Expr::Attribute(format) if format.attr.as_str() == "format" => beginning(&format.value),
            _ => "",
        },
        _ => "",
    }
}

/// The words of a text that may be private names, if it is more than a single word.
pub(super) fn private_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(move |word| word.starts_with('_') && word.len() > 2 && word.len() < text.len())
}

/// The beginning of a private name that the rest of is computed: `_load_%s`, `_load_{}`, `_load_`.
pub(super) fn private_beginning(text: &str) -> Option<&str> {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    let is_open = text[end..].starts_with(['%', '{']) || (end == text.len() && text.ends_with('_'));
    let name = &text[..end];
    (is_open && name.starts_with('_') && !name.starts_with("__") && name.len() > 2).then_some(name)
}

/// The private names of a comment that are followed by a parenthesis: `_load()`.
pub(super) fn called_names(comment: &str) -> impl Iterator<Item = &str> {
    comment.match_indices('(').filter_map(move |(at, _)| {
        let before = &comment[..at];
        let name = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next()?;
        name.starts_with('_').then_some(name)
    })
}
