//! Which commits repair something, by the words of their subject.

/// `fix`, `bug` and the like as whole words, unless what was fixed is a text, a format, a test or the build.
pub(super) fn is_fix(subject: &str) -> bool {
    const NAMES: &[&str] = &[
        "fix",
        "fixes",
        "fixed",
        "bugfix",
        "bug",
        "bugs",
        "defect",
        "defects",
        "regression",
        "regressions",
        "hotfix",
    ];
    const NOT: &[&str] = &[
        "typo",
        "typos",
        "spelling",
        "lint",
        "linting",
        "linter",
        "clippy",
        "format",
        "formatting",
        "whitespace",
        "indentation",
        "doc",
        "docs",
        "documentation",
        "readme",
        "comment",
        "comments",
        "style",
        "test",
        "tests",
        "ci",
        "build",
        "changelog",
    ];
    const BETWEEN: &[&str] = &[
        "a", "an", "the", "some", "few", "small", "minor", "broken", "failing", "flaky", "in", "more",
    ];
    let lower = subject.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(64)
        .collect();
    // `docs: fix the link`, `test(x): fix`: the type of a conventional commit names its subject.
    let kind = lower
        .split_once(':')
        .map(|(kind, _)| kind.split('(').next().unwrap_or(kind).trim());
    if kind.is_some_and(|kind| NOT.contains(&kind) || kind == "chore") {
        return false;
    }
    (0..words.len()).any(|at| {
        let object = words[at + 1..].iter().find(|word| !BETWEEN.contains(word));
        NAMES.contains(&words[at]) && !object.is_some_and(|object| NOT.contains(object))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_not_parts_of_words() {
        for subject in [
            "fix: crash on empty input",
            "fix(parser): x",
            "Fixes #12",
            "Hotfix for login",
            "Regression in 2.0",
            "Bug 1234 - leak",
        ] {
            assert!(is_fix(subject), "{subject}");
        }
        for subject in [
            "add prefix option",
            "debug output",
            "fixture for users",
            "fix typo",
            "Fix a typo in the parser",
            "fix lint",
            "fix the failing tests",
            "docs: fix the link",
            "ci: fix",
            "affix",
            "",
        ] {
            assert!(!is_fix(subject), "{subject}");
        }
    }
}
