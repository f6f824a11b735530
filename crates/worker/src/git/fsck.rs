//! Decides which objects of a repository are refused, by the checks of `git fsck`, whose messages have ids.
//!
//! Objects that can harm a user who clones (entries named `.git` or `..`, dangerous `.gitmodules`, NUL bytes …) are refused,
//! and so are objects that git cannot read. Objects that are only untidy are not: old histories are full of zero-padded modes
//! and odd time zones, and nothing of a repository is checked out here.
//!
//! A clone checks its objects while they arrive, with git's own severities, and stops at the first fault. For a partial
//! clone, git does not let these severities be set. So where the fault is only untidy, the repository is cloned again without
//! the check, and checked afterwards with the severities below.

use repolens_core::FailureCode;

use super::events::GitError;
use crate::failed::Failed;

/// The ids of what is only untidy. Each is known to the oldest git that is supported: it refuses to start with others.
pub(super) const UNTIDY: &[&str] = &[
    "badDate",
    "badDateOverflow",
    "badEmail",
    "badFilemode",
    "badName",
    "badTagName",
    "badTimezone",
    "extraHeaderEntry",
    "missingAuthor",
    "missingCommitter",
    "missingEmail",
    "missingNameBeforeEmail",
    "missingSpaceBeforeDate",
    "missingSpaceBeforeEmail",
    "missingTaggerEntry",
    "multipleAuthors",
    "treeNotSorted",
    "zeroPaddedDate",
    "zeroPaddedFilemode",
];

/// The meaning of the ids of dangerous objects; each entry covers all ids that begin with it.
const DANGEROUS: &[(&str, &str)] = &[
    ("hasDotgit", "a folder entry named `.git`"),
    ("hasDotdot", "a folder entry named `..`"),
    ("hasDot", "a folder entry named `.`"),
    ("emptyName", "a folder entry without a name"),
    ("fullPathname", "a folder entry whose name is a path"),
    ("largePathname", "a folder entry with an excessively long name"),
    ("nullSha1", "a folder entry that points to no object"),
    ("duplicateEntries", "a folder with two entries of the same name"),
    ("nulInCommit", "a commit with a NUL byte"),
    ("nulInHeader", "an object with a NUL byte in its header"),
    ("unterminatedHeader", "an object with an unterminated header"),
    ("gitmodules", "a dangerous `.gitmodules` file"),
    ("gitattributes", "a dangerous `.gitattributes` file"),
    ("symlink", "a dangerous symbolic link"),
];

/// The first object that the check of a clone refused: the id of its message.
pub(super) fn refused_object(errors: &[GitError]) -> Option<&str> {
    errors
        .iter()
        .filter(|error| error.format == "object %s: %s")
        .find_map(|error| message_id(error.message.strip_prefix("object ")?))
}

/// The first object that `git fsck` refused, by a line like `error in tree 4b825d…: hasDotgit: contains '.git'`.
pub(super) fn refused_line(stderr: &str) -> Option<&str> {
    stderr
        .lines()
        .filter_map(|line| line.strip_prefix("error in "))
        .find_map(|rest| message_id(rest.split_once(' ')?.1))
}

/// Parses `OBJECT: ID: TEXT`. A text can hold a line of this form, which then refuses only its own repository.
fn message_id(rest: &str) -> Option<&str> {
    let id = rest.split_once(": ")?.1.split_once(": ")?.0;
    id.chars().all(|c| c.is_ascii_alphanumeric()).then_some(id)
}

pub(super) fn is_untidy(id: &str) -> bool {
    UNTIDY.contains(&id)
}

/// The failure of a repository with an object that the check `id` refused.
pub(super) fn refuse(id: &str, cause: impl Into<String>) -> Failed {
    match DANGEROUS.iter().find(|(start, _)| id.starts_with(start)) {
        Some((_, what)) => Failed::new(FailureCode::RepositoryUnsafe, cause).explained(format!(
            "The repository holds {what} (`{id}`), which is dangerous to clone. Remove it from the branch, or scan another branch."
        )),
        None => Failed::new(FailureCode::RepositoryDamaged, cause).explained(format!(
            "The repository is damaged: git refuses one of its objects (`{id}`). Repair it, or scan another branch."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_from_both_forms() {
        let error = GitError {
            format: "object %s: %s".to_owned(),
            message: "object 0123: hasDotgit: contains '.git'".to_owned(),
        };
        assert_eq!(refused_object(&[error]), Some("hasDotgit"));
        let stderr = "notice: HEAD\nerror in tree 0123: nullSha1: contains entries pointing to null sha1\n";
        assert_eq!(refused_line(stderr), Some("nullSha1"));
        assert_eq!(
            refused_line("error in tree 0123: a b: c\nwarning in tree 0123: hasDot: d\n"),
            None
        );
    }

    #[test]
    fn each_id_of_git_is_untidy_or_refused_with_a_reason() {
        for id in UNTIDY {
            assert!(!DANGEROUS.iter().any(|(start, _)| id.starts_with(start)), "{id}");
        }
        assert_eq!(refuse("hasDotdot", "").code, FailureCode::RepositoryUnsafe);
        assert!(refuse("hasDotdot", "").sentence().contains("`..` (`hasDotdot`)"));
        assert_eq!(refuse("badTree", "").code, FailureCode::RepositoryDamaged);
    }
}
