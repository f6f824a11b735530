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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_and_we_agree() {
        for good in ["main", "feature/x", "v1.0", "a-b", "ü", "release/2026.11", "@x", "a@b"] {
            assert!(BranchName::parse(good).is_ok(), "{good}");
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
