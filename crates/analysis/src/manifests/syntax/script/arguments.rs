//! What is between brackets.

use super::Token;

/// The tokens between the bracket at `open` and the one that closes it, and the index after that.
pub(in crate::manifests) fn inside(tokens: &[Token], open: usize) -> (&[Token], usize) {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if let Token::Sign(sign) = token {
            match sign.as_str() {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => continue,
            }
            if depth == 0 {
                return (tokens.get(open + 1..at).unwrap_or_default(), at + 1);
            }
        }
    }
    (tokens.get(open + 1..).unwrap_or_default(), tokens.len())
}

/// The parts between commas outside of brackets.
pub(in crate::manifests) fn arguments(tokens: &[Token]) -> Vec<&[Token]> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        if let Token::Sign(sign) = token {
            match sign.as_str() {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                "," if depth == 0 => {
                    parts.push(&tokens[start..at]);
                    start = at + 1;
                }
                _ => {}
            }
        }
    }
    parts.push(&tokens[start..]);
    parts.into_iter().map(trimmed).filter(|part| !part.is_empty()).collect()
}

/// Without line ends at both sides.
fn trimmed(mut tokens: &[Token]) -> &[Token] {
    while let [Token::Line, rest @ ..] = tokens {
        tokens = rest;
    }
    while let [rest @ .., Token::Line] = tokens {
        tokens = rest;
    }
    tokens
}

/// The value of an option: `name: value`, or `:name => value`.
pub(in crate::manifests) fn option<'t>(arguments: &[&'t [Token]], name: &str) -> Option<&'t [Token]> {
    arguments.iter().find_map(|argument| match argument {
        [Token::Word(word), rest @ ..] if word.strip_suffix(':') == Some(name) => Some(trimmed(rest)),
        [Token::Word(word), arrow, rest @ ..] if word.strip_prefix(':') == Some(name) && arrow.is_sign("=>") => {
            Some(trimmed(rest))
        }
        _ => None,
    })
}

/// The text of an option, where it is one.
pub(in crate::manifests) fn option_text<'t>(arguments: &[&'t [Token]], name: &str) -> Option<&'t str> {
    match option(arguments, name)? {
        [Token::Text(text)] => Some(text),
        _ => None,
    }
}
