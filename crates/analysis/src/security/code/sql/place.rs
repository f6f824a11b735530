//! Places in a statement: of a name, or of a value.

/// Whether the text ends where a value is compared or given: in a quote, or behind an operator.
pub fn is_value_next(before: &str) -> bool {
    let bare = before.trim_end();
    let is_quoted = bare.matches('\'').count() % 2 == 1;
    let unquoted = bare.trim_end_matches(['"', '`', '%']).trim_end();
    let last = unquoted
        .rsplit(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or_default();
    is_quoted
        || unquoted.ends_with(['=', '<', '>'])
        || ["like", "ilike", "between", "limit", "offset"].contains(&last.to_ascii_lowercase().as_str())
}

/// Whether a part between two texts is at the place of a table or a column.
pub fn is_name_next(before: &str, after: &str) -> bool {
    const KEYWORDS: &[&str] = &[
        "select", "from", "into", "update", "join", "table", "index", "using", "set", "where", "and", "or", "on",
        "not", "having", "values", "by", "limit", "offset", "in", "like", "between", "exists",
    ];
    if before.matches('\'').count() % 2 == 1 {
        return false;
    }
    let before = before.trim_end();
    if before.is_empty() || before.ends_with(['`', '[']) || after.starts_with('.') {
        return true;
    }
    let bare = before.trim_end_matches('"').trim_end();
    if bare.ends_with(['=', '<', '>', '+', '-', '/', '%', '|']) {
        return false;
    }
    let lower = bare.to_ascii_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let Some(at) = words.iter().rposition(|word| KEYWORDS.contains(word)) else {
        return false;
    };
    let behind = words.len() - 1 - at;
    let after = after.trim_start_matches('"').trim_start().to_ascii_lowercase();
    let is_compared = after.starts_with(['=', '<', '>', '!'])
        || ["like ", "ilike ", "in ", "in(", "is ", "between ", "not "]
            .iter()
            .any(|word| after.starts_with(word));
    match words[at] {
        "select" | "from" | "into" | "update" | "join" | "table" | "index" | "using" => true,
        "set" => behind == 0 || is_compared || bare.ends_with(','),
        // `where a `: an operator follows, not a value.
        "where" | "and" | "or" | "on" | "having" => is_compared || (behind == 1 && !bare.ends_with('(')),
        _ => false,
    }
}
