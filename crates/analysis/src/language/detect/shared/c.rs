//! Header and `.m` files: C, C++, Objective-C and others.

use super::Verdict;
use super::Verdict::{Language, Unknown, Usual};
use super::text::{HeuristicText, word_starts};

pub(super) fn h(text: &HeuristicText<'_>) -> Verdict {
    const OBJECTIVE: &[&str] = &[
        "@interface",
        "@protocol",
        "@class",
        "@import",
        "@property",
        "@implementation",
        "@end",
        "#import",
    ];
    if text.line(|line| OBJECTIVE.iter().any(|word| word_starts(line, word))) {
        Language("objective-c")
    } else if text.line(is_cpp) {
        Language("cpp")
    } else {
        Usual
    }
}

/// A line that no header of C has.
pub(super) fn is_cpp(line: &str) -> bool {
    if let Some(header) = line
        .strip_prefix('#')
        .map(str::trim_start)
        .and_then(|rest| rest.strip_prefix("include"))
    {
        // The headers of C all end with `.h`.
        let header = header.trim_start();
        return header.starts_with('<') && header.find('>').is_some_and(|end| !header[..end].contains('.'));
    }
    let next_word = |word: &str| {
        let rest = line.strip_prefix(word)?;
        let next = rest.trim_start();
        (next.len() < rest.len() && next.starts_with(|c: char| c.is_alphabetic() || c == '_')).then_some(next)
    };
    let label = line.trim_end().strip_suffix(':').map(str::trim_end);
    (line.starts_with("template") && line["template".len()..].trim_start().starts_with('<'))
        || [
            "class",
            "namespace",
            "using",
            "constexpr",
            "concept",
            "explicit",
            "virtual",
            "friend",
            "inline namespace",
            "enum class",
            "static constexpr",
        ]
        .iter()
        .any(|word| next_word(word).is_some_and(|next| *word != "class" || is_class(next)))
        || matches!(label, Some("public" | "private" | "protected"))
        || (line.starts_with("catch") && line["catch".len()..].trim_start().starts_with('('))
        || line.ends_with("= delete;")
        || line.ends_with("= default;")
        || line.contains(") noexcept")
        || line.contains(" constexpr ")
        || line.contains(") override")
        || has_scope(line)
}

/// `class A`, but not `class x = …` of C.
fn is_class(next: &str) -> bool {
    let end = next
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(next.len());
    let behind = next[end..].trim_start();
    !behind.starts_with(['=', ')', '+', '-', ',', '('])
}

/// `a::b`, but not in an attribute of C23.
fn has_scope(line: &str) -> bool {
    line.match_indices("::").any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + 2..].chars().next();
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        is_word(before)
            && is_word(after)
            && line[..at].rfind("[[").is_none_or(|open| line[open..at].contains("]]"))
            && line[..at].matches('"').count().is_multiple_of(2)
    })
}

pub(super) fn m(text: &HeuristicText<'_>) -> Verdict {
    const OBJECTIVE: &[&str] = &[
        "@implementation",
        "@interface",
        "@protocol",
        "@class",
        "@import",
        "@property",
        "@end",
        "#import",
        "#include",
        "#define",
    ];
    let first = text.text.trim_start();
    if text.line(|line| OBJECTIVE.iter().any(|word| word_starts(line, word))) {
        Usual
    } else if first.starts_with("(*")
        || text.line(|line| line.starts_with("(*") && line.ends_with("*)"))
        || text.line(|line| line.starts_with("BeginPackage["))
    {
        Language("wolfram")
    } else if text.line(|line| line.starts_with(":- ")) {
        Language("mercury")
    } else if text.starts(&["function", "classdef"])
        || text.line(|line| line.starts_with('%') || line.starts_with("function[") || line.starts_with("##"))
    {
        Language("matlab")
    } else if first.starts_with(';') || text.line(|line| line.contains(": module {")) {
        Unknown
    } else {
        // Statements of a script without a comment.
        let is_script = text.line(|line| line.ends_with(';') && line.contains('='))
            && !text.line(|line| line.ends_with('{') || line.contains("[["));
        if is_script { Language("matlab") } else { Usual }
    }
}
