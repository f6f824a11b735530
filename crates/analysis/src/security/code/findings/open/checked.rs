//! Texts that a function compares with a list, or with a pattern of harmless signs, before it uses them.

use super::words;

/// Words that begin the line of a check, and those behind a statement in Ruby and Python.
const GUARDS: &[&str] = &[
    "if", "elif", "elsif", "elseif", "else", "unless", "assert", "raise", "return", "die", "case", "when", "fail",
    "throw", "while", "abort", "match", "switch",
];
const MODIFIERS: &[&str] = &[" if ", " unless ", " if(", "&&", "||", " ? ", " or "];

/// Functions that hold for letters and digits only.
const CLASSES: &[&str] = &[
    "isalnum(",
    "isalpha(",
    "isdigit(",
    "isdecimal(",
    "isnumeric(",
    "isidentifier(",
    "ctype_alnum(",
    "ctype_alpha(",
    "ctype_digit(",
    "ctype_xdigit(",
    "is_numeric(",
    "is_int(",
    "isInteger(",
    "isdigit?",
];

/// Calls that search for a text in a list.
const LOOKUPS: &[&str] = &[
    ".includes(",
    ".include?(",
    ".include? ",
    ".member?(",
    ".contains(",
    ".containsKey(",
    ".Contains(",
    ".ContainsKey(",
    ".has(",
    ".hasOwnProperty(",
    ".key?(",
    ".has_key?(",
    ".indexOf(",
];

/// Functions of PHP that do, with the list behind the text.
const PHP_LOOKUPS: &[&str] = &["in_array(", "array_key_exists(", "array_search("];

/// Words in the name of a list of what is allowed.
const LISTS: &[&str] = &[
    "allow",
    "valid",
    "choice",
    "known",
    "support",
    "whitelist",
    "permit",
    "legal",
    "accept",
    "safelist",
];

/// Whether a line of `before` checks `name`.
pub(super) fn is_checked(text: &str, before: &str, name: &str) -> bool {
    let lines: Vec<&str> = before.lines().collect();
    words::occurrences(before, name).any(|at| {
        let number = before[..at].matches('\n').count();
        let line = lines.get(number).copied().unwrap_or_default();
        // `if (!` may be in the line above.
        let above = number
            .checked_sub(1)
            .and_then(|above| lines.get(above))
            .copied()
            .unwrap_or_default();
        (is_guard(line) || is_open_guard(above)) && checks(text, line, name)
    })
}

fn is_guard(line: &str) -> bool {
    let bare = line.trim_start_matches(|c: char| c.is_whitespace() || c == '}');
    let first = bare.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    GUARDS.contains(&first) || MODIFIERS.iter().any(|word| line.contains(word))
}

fn is_open_guard(above: &str) -> bool {
    let bare = above.trim();
    is_guard(above) && (bare.ends_with('(') || bare.ends_with("&&") || bare.ends_with("||") || bare.ends_with(" and"))
}

fn checks(text: &str, line: &str, name: &str) -> bool {
    is_in_list(line, name) || is_of_class(line, name) || is_matched(text, line, name) || is_named_safe(line, name)
}

/// `isShellSafe($x)`: a function that is named for the check of what it takes.
fn is_named_safe(line: &str, name: &str) -> bool {
    words::occurrences(line, name).any(|at| {
        let Some(called) = line[..at].trim_end().strip_suffix('(') else {
            return false;
        };
        let function = called
            .rsplit(|c: char| !is_part(c))
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let is_question = ["is", "has", "check", "assert", "ensure", "validate", "verify"]
            .iter()
            .any(|verb| function.starts_with(verb));
        is_question
            && ["safe", "shell", "ident", "harmless", "sane", "allowed"]
                .iter()
                .any(|word| function.contains(word))
    })
}

/// `x in ALLOWED`, `ALLOWED.includes(x)`, `in_array($x, [...])`.
fn is_in_list(line: &str, name: &str) -> bool {
    let by_operator = words::occurrences(line, name).any(|at| {
        let after = line[at + name.len()..].trim_start();
        let list = after.strip_prefix("not in ").or_else(|| after.strip_prefix("in "));
        list.is_some_and(is_list)
    });
    let by_method = LOOKUPS.iter().any(|call| {
        line.match_indices(call).any(|(at, _)| {
            let inside = line[at + call.len()..].trim_start();
            let is_name = inside
                .strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || !rest.starts_with(is_part));
            is_name && is_list_before(&line[..at])
        })
    });
    let by_function = PHP_LOOKUPS.iter().any(|call| {
        line.match_indices(call).any(|(at, _)| {
            let inside = line[at + call.len()..].trim_start();
            let rest = inside.strip_prefix(name).map(str::trim_start);
            rest.and_then(|rest| rest.strip_prefix(',')).is_some_and(is_list)
        })
    });
    by_operator || by_method || by_function
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A list that is written, or by its name one of what is allowed.
fn is_list(text: &str) -> bool {
    let bare = text.trim_start();
    if bare.starts_with(['(', '[', '{']) || bare.starts_with("array(") || bare.starts_with("%w") {
        return bare.contains(['\'', '"', 'w']);
    }
    let end = bare
        .find(|c: char| !is_part(c) && !matches!(c, '.' | '$' | '>' | '-' | ':' | '@'))
        .unwrap_or(bare.len());
    is_named_list(bare[..end].trim_end_matches(':'))
}

/// The same in front of a method.
fn is_list_before(text: &str) -> bool {
    let bare = text.trim_end();
    if bare.ends_with([']', '}']) || bare.ends_with("])") {
        return true;
    }
    let start = bare
        .rfind(|c: char| !is_part(c) && !matches!(c, '.' | '$' | '>' | '-' | ':' | '@'))
        .map_or(0, |at| at + 1);
    is_named_list(bare.get(start..).unwrap_or_default())
}

fn is_named_list(name: &str) -> bool {
    let last = name.rsplit(['.', '>', ':', '$', '@']).next().unwrap_or(name);
    let is_constant = last.len() > 1
        && last
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let lower = last.to_ascii_lowercase();
    is_constant || LISTS.iter().any(|word| lower.contains(word))
}

/// `x.isalnum()`, `ctype_digit($x)`, `all(c in '012' for c in x)`, `set(x) <= SIGNS`.
fn is_of_class(line: &str, name: &str) -> bool {
    let of_function = CLASSES.iter().any(|class| {
        let bare = class.trim_end_matches('(');
        line.contains(&format!("{name}.{bare}")) || line.contains(&format!("{class}{name}"))
    });
    let each = line.contains("all(") && line.contains(" in ") && line.contains(&format!("in {name}"));
    let of_set = line.contains(&format!("set({name})"))
        && (line.contains("<=") || line.contains("issubset") || line.contains(" - "));
    of_function || each || of_set
}

/// A match with a pattern that leaves only harmless signs, or with a pattern of the file that does.
fn is_matched(text: &str, line: &str, name: &str) -> bool {
    const CALLS: &[&str] = &["match", "test(", "=~", "!~", "Match("];
    if !CALLS.iter().any(|call| line.contains(call)) {
        return false;
    }
    if is_whole_pattern(line) || (line.contains("fullmatch(") || line.contains(".matches(")) && is_class_pattern(line) {
        return true;
    }
    // `NAME.match(x)`, `x =~ NAME`, with the pattern in another line.
    let mut words_of_line = line
        .split(|c: char| !is_part(c))
        .filter(|word| word.len() > 2 && *word != name);
    words_of_line.any(|word| {
        words::occurrences(text, word).take(20).any(|at| {
            let rest = text[at + word.len()..].trim_start();
            let is_assigned = rest.starts_with('=') && !rest.starts_with("==") && !rest.starts_with("=~");
            is_assigned && is_whole_pattern(rest.lines().next().unwrap_or_default())
        })
    })
}

/// A pattern in quotes for a function that matches the whole text.
fn is_class_pattern(line: &str) -> bool {
    let mut parts = line.split(['"', '\'']);
    parts
        .nth(1)
        .is_some_and(|pattern| leaves_harmless(pattern) == Some(pattern.len()))
}

/// `^[a-z]+$`, `\A\w+\z`.
fn is_whole_pattern(line: &str) -> bool {
    ["^", "\\A"].iter().any(|opening| {
        line.match_indices(opening).any(|(at, _)| {
            let inside = &line[at + opening.len()..];
            leaves_harmless(inside).is_some_and(|end| end > 0 && ends_pattern(&inside[end..]))
        })
    })
}

fn ends_pattern(rest: &str) -> bool {
    rest.starts_with('$') || rest.starts_with("\\z") || rest.starts_with("\\Z")
}

/// The length of the pattern up to its end, where it matches letters, digits and signs that mean nothing only.
fn leaves_harmless(pattern: &str) -> Option<usize> {
    let is_harmless = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | '@' | '/' | ',' | '=' | '#' | '~' | '%' | '+')
    };
    let (mut in_class, mut is_escaped, mut is_first) = (false, false, false);
    for (at, c) in pattern.char_indices() {
        if is_escaped {
            if !matches!(c, 'w' | 'd' | '.' | '-' | '_' | '/' | '+' | '@' | ':' | '#' | 'h' | ',') {
                return (c == 'z' || c == 'Z').then_some(at - 1);
            }
            is_escaped = false;
            is_first = false;
            continue;
        }
        match c {
            '\\' => is_escaped = true,
            '^' if in_class && is_first => return None,
            ']' if in_class => in_class = false,
            _ if in_class && !is_harmless(c) && c != '.' => return None,
            _ if in_class => {}
            '[' => (in_class, is_first) = (true, true),
            '(' | ')' | '?' | '*' | '{' | '}' | '|' => {}
            '$' => return Some(at),
            _ if !is_harmless(c) => return None,
            _ => {}
        }
        is_first = is_first && c == '[';
    }
    Some(pattern.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_of_a_name() {
        for line in [
            "if x not in ('a', 'b'):",
            "    assert x in self.CHOICES",
            "if (!ALLOWED.includes(x)) {",
            "raise A unless %w[a b].include?(x)",
            "if re.fullmatch(r'[a-z0-9_]+', x) is None:",
            "if not re.match(r'^[a-z]+$', x):",
            "if (!/^[\\w-]+$/.test(x)) throw new Error();",
            "return if x !~ /\\A[a-z]+\\z/",
            "if not x.isalnum():",
            "if not all(c in '0123' for c in x):",
            "} else if (['a', 'b'].indexOf(x) < 0) {",
            "if x not in allowed_names:",
            "if (!isShellSafe(x)) {",
        ] {
            assert!(is_checked(line, line, "x"), "{line}");
        }
        let php = "if (!in_array($x, array('a', 'b'))) {";
        assert!(is_checked(php, php, "$x"));
        let php = "if (!preg_match('/^[a-z]+$/', $x)) {";
        assert!(is_checked(php, php, "$x"));
        let compiled = "NAME = re.compile(r'^[a-z]+$')\ndef f(x):\n    if not NAME.match(x): raise A\n";
        assert!(is_checked(compiled, compiled, "x"));
        for line in [
            "if x in cache:",
            "if (isEmpty(x)) {",
            "if re.match(r'^.+$', x):",
            "if re.match(r'^[^a]+$', x):",
            "if re.match(r'[a-z]+', x):",
            "if y in ('a', 'b'): f(x)",
            "if x:",
            "y = x in ('a', 'b')",
            "for x in ('a', 'b', c):",
        ] {
            assert!(!is_checked(line, line, "x"), "{line}");
        }
    }
}
