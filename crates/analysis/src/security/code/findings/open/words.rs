//! Words and arguments in a text.

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// Offsets of a word, or of a name with members, that is no part of a longer one.
pub(super) fn occurrences<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let found = (!word.is_empty()).then(|| text.match_indices(word));
    found.into_iter().flatten().map(|(at, _)| at).filter(move |at| {
        let is_free = |c: Option<char>| c.is_none_or(|c| !is_word(c));
        let after = text[at + word.len()..].chars().next();
        is_free(after) && (word.starts_with('$') || is_free(text[..*at].chars().next_back()))
    })
}

/// The line around `at`.
pub(super) fn line(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
    &text[start..end]
}

/// The arguments between the parenthesis that begins `text` and the one that closes it, and the text behind; `None` where it
/// is not closed soon.
pub(super) fn arguments(text: &str) -> Option<(Vec<&str>, &str)> {
    const MAX: usize = 2_000;
    let (mut list, mut depth, mut start, mut quote, mut is_escaped) = (Vec::new(), 0usize, 1usize, None, false);
    for (at, c) in text.char_indices().take(MAX) {
        if let Some(open) = quote {
            match c {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                _ if c == open => quote = None,
                _ => {}
            }
            continue;
        }
        match c {
            '"' | '\'' | '`' => quote = Some(c),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    let last = text[start..at].trim();
                    if !last.is_empty() {
                        list.push(last);
                    }
                    return Some((list, &text[at + 1..]));
                }
            }
            ',' if depth == 1 => {
                list.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// Whether an expression is a text without anything filled in, a number or a truth value.
pub(super) fn is_fixed(expression: &str) -> bool {
    let it = expression.trim().trim_end_matches([';', ',']).trim_end();
    let lower = it.to_ascii_lowercase();
    if matches!(lower.as_str(), "none" | "null" | "nil" | "true" | "false" | "undefined") || is_number(it) {
        return true;
    }
    let bare = it.trim_start_matches(['u', 'r', 'b', 'U', 'R', 'B']);
    // A symbol of Ruby.
    if let Some(symbol) = bare.strip_prefix(':') {
        return !symbol.is_empty() && symbol.chars().all(is_word);
    }
    let Some(quote) = bare.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) else {
        return false;
    };
    let Some(inner) = bare[1..].strip_suffix(quote) else {
        return false;
    };
    let is_filled = quote != '\'' && ["#{", "$"].iter().any(|mark| inner.contains(mark));
    !is_filled
        && !inner
            .replace("\\\\", "")
            .replace(&format!("\\{quote}"), "")
            .contains(quote)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words() {
        assert_eq!(occurrences("a ab a.b $a", "a").collect::<Vec<_>>(), [0, 5]);
        assert_eq!(occurrences("$a $ab x$a", "$a").collect::<Vec<_>>(), [0, 8]);
        assert_eq!(occurrences("abc", "").count(), 0);
    }

    #[test]
    fn arguments_of_a_call() {
        assert_eq!(
            arguments("(a, f(b, c), \"d,)\") e"),
            Some((vec!["a", "f(b, c)", "\"d,)\""], " e"))
        );
        assert_eq!(arguments("()"), Some((vec![], "")));
        assert_eq!(arguments("(a, b"), None);
    }

    #[test]
    fn fixed_expressions() {
        for text in [
            "'a'",
            "\"a b\"",
            "5",
            "-1.5",
            "None",
            "'$a'",
            ":name",
            "r'a'",
            "\"a\\\"b\"",
        ] {
            assert!(is_fixed(text), "{text}");
        }
        for text in ["a", "f'{a}'", "\"#{a}\"", "\"$a\"", "'a' + b", "`${a}`", "", "'a', 'b'"] {
            assert!(!is_fixed(text), "{text}");
        }
    }
}
