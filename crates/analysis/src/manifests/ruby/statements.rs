//! Statements of Ruby files that are manifests.

use crate::manifests::syntax::script::{Dialect, Token, arguments, inside, tokens};

/// One line of a program, as far as manifests go.
pub(in crate::manifests) enum Statement<'t> {
    /// A call with its arguments, without its receiver; also `receiver.name = value`.
    Call(&'t str, Vec<&'t [Token]>),
    /// `target 'name' do`: up to an `end`.
    Block(&'t [Token]),
    /// A block or a statement that runs under a condition, up to an `end` where it is a block.
    Condition,
    End,
}

/// Calls `with` for each statement.
pub(in crate::manifests) fn each(text: &str, mut with: impl FnMut(Statement<'_>)) {
    let tokens = tokens(text, Dialect::Ruby);
    let mut start = 0;
    while start < tokens.len() {
        let end = end_of_line(&tokens, start);
        one(&tokens[start..end], &mut with);
        start = end + 1;
    }
}

/// The end of a statement: a line end outside of brackets that no comma precedes.
fn end_of_line(tokens: &[Token], start: usize) -> usize {
    let mut at = start;
    while at < tokens.len() {
        match &tokens[at] {
            Token::Line if at == start || !tokens[at - 1].is_sign(",") => return at,
            Token::Sign(sign) if matches!(sign.as_str(), "(" | "[" | "{") => at = inside(tokens, at).1,
            Token::Sign(sign) if sign == ";" => return at,
            _ => at += 1,
        }
    }
    at
}

fn one(line: &[Token], with: &mut impl FnMut(Statement<'_>)) {
    let Some(first) = line.first() else { return };
    match first.word() {
        Some("end") => return with(Statement::End),
        Some("if" | "unless" | "case" | "while" | "until" | "begin" | "for") => return with(Statement::Condition),
        Some("def" | "class" | "module") => return with(Statement::Block(line)),
        _ => {}
    }
    let is_do = |token: &Token| token.is_word("do");
    if line.iter().any(is_do) {
        return with(Statement::Block(line));
    }
    // `gem 'a' if condition` is no block.
    let condition = line
        .iter()
        .position(|token| token.is_word("if") || token.is_word("unless"));
    let line = &line[..condition.unwrap_or(line.len())];
    let Some((name, rest)) = call(line) else { return };
    let rest = match rest {
        [open, ..] if open.is_sign("(") => inside(rest, 0).0,
        [equals, rest @ ..] if equals.is_sign("=") => rest,
        rest => rest,
    };
    if condition.is_none() {
        return with(Statement::Call(name, arguments(rest)));
    }
    // It counts, and may be absent.
    with(Statement::Condition);
    with(Statement::Call(name, arguments(rest)));
    with(Statement::End);
}

/// The name of the call, behind its receivers, and what follows.
fn call(line: &[Token]) -> Option<(&str, &[Token])> {
    match line {
        [Token::Word(_), dot, rest @ ..] if dot.is_sign(".") => call(rest),
        [Token::Word(name), rest @ ..] => Some((name, rest)),
        _ => None,
    }
}
