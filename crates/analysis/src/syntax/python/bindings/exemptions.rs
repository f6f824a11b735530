//! Comments that exempt a file or an import, and the names that comments use.

use std::collections::HashSet;

/// The words of type comments (`# type: List[A]`), and of the examples of documentation, which are run as tests.
pub(super) fn commented_names(text: &str) -> HashSet<&str> {
    let mut names = HashSet::new();
    let has_types = text.contains("# type:") || text.contains("#type:");
    let has_examples = text.contains(">>>");
    if !has_types && !has_examples {
        return names;
    }
    for line in text.lines() {
        let types = line.split_once("# type:").or_else(|| line.split_once("#type:"));
        let example = || {
            let line = line.trim_start();
            line.strip_prefix(">>>")
                .or_else(|| line.strip_prefix("..."))
                .filter(|_| has_examples)
        };
        let used = types
            .map(|(_, types)| types)
            .filter(|types| !types.trim_start().starts_with("ignore"))
            .or_else(example);
        names.extend(
            used.into_iter()
                .flat_map(|used| used.split(|c: char| !c.is_alphanumeric() && c != '_')),
        );
    }
    names
}

/// `# flake8: noqa`, `# ruff: noqa` or `# pylint: disable=unused-import` on a line of its own.
pub(super) fn file_is_exempt(text: &str) -> bool {
    let by_pylint = |line: &str| {
        let rest = line.trim().strip_prefix('#').map(str::trim_start);
        rest.is_some_and(|rest| {
            rest.starts_with("pylint:")
                && (rest.contains("skip-file") || rest.contains("unused-import") || rest.contains("W0611"))
        })
    };
    if text.contains("pylint") && text.lines().any(by_pylint) {
        return true;
    }
    text.to_ascii_lowercase().contains("noqa")
        && text.lines().any(|line| {
            let line = line.trim().to_ascii_lowercase();
            let rest = line.strip_prefix('#').map(str::trim_start);
            rest.is_some_and(|rest| {
                let rest = rest
                    .strip_prefix("flake8:")
                    .or_else(|| rest.strip_prefix("ruff:"))
                    .map(str::trim);
                rest.and_then(|rest| rest.strip_prefix("noqa")).is_some_and(|codes| {
                    codes.is_empty() || codes.trim_start().strip_prefix(':').is_some_and(is_listed)
                })
            })
        })
}

/// A list of codes in lower case covers F401: by itself, or by what it begins with (`F4`, `F`).
fn is_listed(codes: &str) -> bool {
    let mut codes = codes.split(|c: char| !c.is_ascii_alphanumeric());
    codes.any(|code| code.starts_with('f') && "f401".starts_with(code) || code.starts_with("f401"))
}

/// `# noqa`, `# noqa: …F401…` or `# pylint: disable=unused-import` on the line at `offset`.
pub(super) fn is_exempt(text: &str, offset: u32) -> bool {
    let rest = text.get(offset as usize..).unwrap_or_default();
    let line = rest.lines().next().unwrap_or_default();
    let Some(comment) = line.find('#').map(|at| line[at..].to_ascii_lowercase()) else {
        return false;
    };
    // Comments of PyDev and Spyder, and reasons for a person.
    const REASONS: &[&str] = &[
        "@unusedimport",
        "analysis:ignore",
        "pyflakes:ignore",
        "pyflakes: ignore",
        "used by",
        "used in",
        "needed",
        "side effect",
        "side-effect",
        "re-export",
        "reexport",
        "do not remove",
        "don't remove",
    ];
    // Also ruff's newer comment, and pylint's, with its colon forgotten.
    if REASONS.iter().any(|reason| comment.contains(reason))
        || (comment.contains("ruff: ignore") && comment.contains("unused-import"))
    {
        return true;
    }
    if comment.contains("pylint") && (comment.contains("unused-import") || comment.contains("w0611")) {
        return true;
    }
    let Some((_, codes)) = comment.split_once("noqa") else {
        return false;
    };
    match codes.trim_start().strip_prefix(':') {
        Some(codes) => is_listed(codes),
        None => true,
    }
}
