//! The name of a branch, by git's own rules.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A branch's name that git would accept, and that no command could take for an option.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BranchName(String);

impl BranchName {
    /// By the rules of `git check-ref-format --branch`, and at most 255 bytes.
    ///
    /// # Errors
    /// A sentence for people.
    pub fn parse(text: &str) -> Result<Self, InvalidBranch> {
        let refuse = |reason| Err(InvalidBranch(reason));
        if text.is_empty() || text.len() > 255 {
            return refuse("a branch's name has 1 to 255 bytes");
        }
        if text.starts_with('-') {
            return refuse("a branch's name does not begin with `-`");
        }
        if text
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || "~^:?*[\\".contains(c))
        {
            return refuse("a branch's name has no spaces, control characters or any of `~^:?*[\\`");
        }
        if text.contains("..") || text.contains("@{") || text == "@" || text.ends_with('.') {
            return refuse("a branch's name has no `..` or `@{`, is not `@`, and does not end with `.`");
        }
        if text
            .split('/')
            .any(|part| part.is_empty() || part.starts_with('.') || part.ends_with(".lock"))
        {
            return refuse("no part of a branch's name is empty, begins with `.` or ends with `.lock`");
        }
        Ok(Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is no [`BranchName`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidBranch(&'static str);

impl fmt::Display for InvalidBranch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidBranch {}

impl TryFrom<String> for BranchName {
    type Error = InvalidBranch;

    fn try_from(text: String) -> Result<Self, InvalidBranch> {
        Self::parse(&text)
    }
}

impl From<BranchName> for String {
    fn from(name: BranchName) -> Self {
        name.0
    }
}

impl fmt::Display for BranchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why the analyzed branch is neither the requested one nor the one that the repository's `HEAD` names.
///
/// The code is stable: it is stored. [`BranchNote::sentence`] is what people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BranchNote {
    /// `main` or `HEAD` was requested and does not exist: the default branch was analyzed.
    DefaultBranch,
    /// `HEAD` names a branch that does not exist: `main`, or else `master`, was analyzed.
    UsualBranch,
    /// The same, where there is neither: the branch with the newest commit was analyzed.
    NewestBranch,
    /// The same, where the server gives no dates: the first branch by name was analyzed.
    FirstBranch,
    /// `HEAD` names a commit that is on top of no branch: this commit was analyzed.
    DetachedHead,
    /// The repository has no branch: its newest tag was analyzed.
    NewestTag,
}

impl BranchNote {
    pub const ALL: [Self; 6] = [
        Self::DefaultBranch,
        Self::UsualBranch,
        Self::NewestBranch,
        Self::FirstBranch,
        Self::DetachedHead,
        Self::NewestTag,
    ];

    /// The stable code, in kebab case.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::DefaultBranch => "default-branch",
            Self::UsualBranch => "usual-branch",
            Self::NewestBranch => "newest-branch",
            Self::FirstBranch => "first-branch",
            Self::DetachedHead => "detached-head",
            Self::NewestTag => "newest-tag",
        }
    }

    /// The inverse of [`BranchNote::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|note| note.code() == code)
    }

    /// One sentence or two for people: which branch (or tag) was requested and is missing, which was analyzed, and why.
    #[must_use]
    pub fn sentence(self, requested: Option<&str>, analyzed: &str) -> String {
        let missing = match requested {
            Some(requested) => format!("The repository has no branch `{requested}`. "),
            None => String::new(),
        };
        let chosen = match self {
            Self::DefaultBranch => format!("Its default branch `{analyzed}` was analyzed."),
            Self::UsualBranch => {
                format!("Its `HEAD` names a branch that does not exist; the branch `{analyzed}` was analyzed.")
            }
            Self::NewestBranch => format!(
                "Its `HEAD` names a branch that does not exist; `{analyzed}`, the branch with the newest commit, was analyzed."
            ),
            Self::FirstBranch => format!(
                "Its `HEAD` names a branch that does not exist; `{analyzed}`, the first of its branches, was analyzed."
            ),
            Self::DetachedHead => {
                "Its `HEAD` is detached: it names a commit and no branch. This commit was analyzed.".to_owned()
            }
            Self::NewestTag => format!("It has no branch at all; its newest tag `{analyzed}` was analyzed."),
        };
        let text = format!("{missing}{chosen}");
        // Without a first sentence, "its" has nothing to refer to.
        match text.strip_prefix("Its ") {
            Some(rest) => format!("The repository's {rest}"),
            None => text.replacen(
                "It has no branch at all",
                "The repository has no branch",
                usize::from(requested.is_none()),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn notes_have_the_codes_that_serde_writes_and_name_both_branches() {
        for note in BranchNote::ALL {
            assert_eq!(serde_json::to_value(note).expect("a text"), note.code());
            assert_eq!(BranchNote::from_code(note.code()), Some(note));
            let alone = note.sentence(None, "dev");
            assert!(alone.starts_with("The repository"), "{alone}");
            let both = note.sentence(Some("main"), "dev");
            assert!(both.starts_with("The repository has no branch `main`. It"), "{both}");
            assert!(note == BranchNote::DetachedHead || both.contains("`dev`"), "{both}");
        }
    }

    use super::*;

    #[test]
    fn git_and_we_agree() {
        for accepted in ["main", "feature/x", "v1.0", "a-b", "ü", "release/2026.11", "@x", "a@b"] {
            assert!(BranchName::parse(accepted).is_ok(), "{accepted}");
        }
        for bad in [
            "",
            "-x",
            "--upload-pack=x",
            "a b",
            "a..b",
            "a~b",
            "a^",
            "a:b",
            "a?",
            "a*",
            "a[",
            "a\\b",
            "a@{1}",
            "@",
            "a.lock",
            "a.lock/b",
            ".a",
            "a/.b",
            "a//b",
            "/a",
            "a/",
            "a.",
            "a\nb",
            "a\0b",
            "a\u{7f}",
        ] {
            assert!(BranchName::parse(bad).is_err(), "{bad:?}");
        }
    }
}
