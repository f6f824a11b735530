//! The changes in the history, by file, by person and by commit.

use std::collections::HashSet;
use std::path::PathBuf;

use repolens_core::report::EarlierName;

use super::DAY;
use super::people::PersonId;
use crate::ids::{FileId, ids};
use crate::source::Git;

ids! {
    /// A counted commit of the window that changed few files: a place in [`History::starts`].
    WindowCommitId;
}

/// The history, by file.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// When the analyzed commit was made, in seconds since 1970: today, for all that follows.
    pub today: i64,
    /// By file, as in the analyzed tree.
    pub files: Vec<FileChanges>,
    /// Names of people, by number.
    pub people: Vec<String>,
    /// CountedCommit commits, the newest first.
    pub commits: Vec<CommitKept>,
    /// Files of each counted commit of the window with at most [`super::MAX_TOGETHER`] files: one list behind the other, `starts`
    /// has where each begins, and the end.
    pub together: Vec<FileId>,
    pub starts: Vec<usize>,
    /// By file: the first of these lists that is not newer than the commit that made the file what it is, because it added
    /// the file or changed more than `MAX_TOGETHER` files (as a refactoring does).
    pub since_reshaped: Vec<Option<WindowCommitId>>,
    pub commits_read: u64,
    pub merges: u64,
    pub bot_commits: u64,
    pub ignored_commits: u64,
    /// There are older commits that were not read.
    pub cut_off: bool,
    /// Whether some of these are not in the clone.
    pub ends_at_clone: bool,
    /// Committer's date of the oldest commit that was read, merges and bots included.
    pub oldest: i64,
    /// Tags in the form of a version, where the repository has any tags.
    pub releases: Option<u64>,
    /// A limit was reached: which.
    pub truncated: Option<String>,
    pub git: Git,
    pub dir: PathBuf,
    /// The analyzed commit, as passed to git.
    pub commit: String,
    /// Whether the contents of earlier commits are available.
    pub has_contents: bool,
    /// Files whose functions are counted; none named: the worst.
    pub functions_of: Option<Vec<String>>,
    /// Ids of the window's commits, where functions are counted.
    pub window_ids: HashSet<String>,
    /// The path of the analyzed folder within the repository.
    pub prefix: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CommitKept {
    /// Author's date in seconds since 1970, at most that of the analyzed commit.
    pub time: i64,
    pub author: PersonId,
    pub in_window: bool,
}

/// How one file changed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct FileChanges {
    /// CountedCommit commits of the window.
    pub revisions: u32,
    /// CountedCommit commits in all.
    pub commits: u32,
    /// The commits of the window that repair something.
    pub fixes: u32,
    pub last_90_days: u32,
    pub before_90_days: u32,
    /// Commits of the window that are older than 180 days.
    pub before_180_days: u32,
    pub fixes_last_180_days: u32,
    /// Author's date of the newest counted commit.
    pub last_changed: Option<i64>,
    pub authors: Vec<ByAuthor>,
    /// Earlier names with the window's commits under each.
    pub renamed_from: Vec<(String, u32)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ByAuthor {
    pub author: PersonId,
    /// In all.
    pub commits: u32,
    pub in_window: u32,
    /// Made the file.
    pub created: bool,
}

impl History {
    pub(crate) fn has_changes(&self) -> bool {
        self.files.iter().any(|file| file.commits > 0)
    }

    /// Leaves files out, by their numbers in ascending order. The numbers of the files after them become smaller.
    pub(crate) fn leave_out(&mut self, numbers: &[FileId]) {
        if numbers.is_empty() {
            return;
        }
        let is_left = |(file, _)| numbers.binary_search(&file).is_err();
        let kept: Vec<bool> = FileId::enumerate(&self.files).map(is_left).collect();
        let mut is_kept = kept.iter();
        self.files.retain(|_| is_kept.next() == Some(&true));
        let mut is_kept = kept.iter();
        self.since_reshaped.retain(|_| is_kept.next() == Some(&true));
        let old = std::mem::take(&mut self.together);
        let starts = std::mem::replace(&mut self.starts, vec![0]);
        for range in starts.windows(2) {
            self.together.extend(old[range[0]..range[1]].iter().filter_map(|file| {
                let before = numbers.binary_search(file).err()?;
                Some(FileId::new(file.index() - before))
            }));
            self.starts.push(self.together.len());
        }
    }

    /// Days from `time` to the analyzed commit.
    pub(crate) fn days_since(&self, time: i64) -> u64 {
        u64::try_from(self.today.saturating_sub(time) / DAY).unwrap_or(0)
    }

    /// When each person made the last counted commit.
    pub(crate) fn last_commits(&self) -> Vec<i64> {
        let mut last = vec![i64::MIN; self.people.len()];
        for commit in &self.commits {
            let last = &mut last[commit.author.index()];
            *last = commit.time.max(*last);
        }
        last
    }
}

impl FileChanges {
    /// For a report.
    pub(crate) fn earlier_names(&self) -> Vec<EarlierName> {
        let names = self
            .renamed_from
            .iter()
            .filter(|(_, revisions)| *revisions > 0)
            .map(|(path, revisions)| EarlierName {
                path: path.clone(),
                revisions: u64::from(*revisions),
            });
        names.collect()
    }

    /// Adds what happened under an earlier name.
    pub(super) fn absorb(&mut self, other: &Self) {
        self.revisions += other.revisions;
        self.commits += other.commits;
        self.fixes += other.fixes;
        self.last_90_days += other.last_90_days;
        self.before_90_days += other.before_90_days;
        self.before_180_days += other.before_180_days;
        self.fixes_last_180_days += other.fixes_last_180_days;
        self.last_changed = self.last_changed.max(other.last_changed);
        // The name it was renamed to was not made anew.
        self.authors.iter_mut().for_each(|by| by.created = false);
        for theirs in &other.authors {
            match self.authors.iter_mut().find(|by| by.author == theirs.author) {
                Some(ours) => {
                    ours.commits += theirs.commits;
                    ours.in_window += theirs.in_window;
                    ours.created |= theirs.created;
                }
                None => self.authors.push(*theirs),
            }
        }
    }

    /// Returns `false` where there is no room for another author.
    pub(super) fn add(&mut self, commit: &CountedCommit, created: bool, room: bool) -> bool {
        let window = u32::from(commit.kept.in_window);
        self.commits += 1;
        self.revisions += window;
        self.last_changed.get_or_insert(commit.kept.time);
        let age = commit.age;
        if commit.kept.in_window {
            self.fixes += u32::from(commit.is_fix);
            self.last_90_days += u32::from(age < 90 * DAY);
            self.before_90_days += u32::from((90 * DAY..180 * DAY).contains(&age));
            self.before_180_days += u32::from(age >= 180 * DAY);
            self.fixes_last_180_days += u32::from(commit.is_fix && age < 180 * DAY);
        }
        let author = commit.kept.author;
        match self.authors.iter_mut().find(|by| by.author == author) {
            Some(by) => {
                by.commits += 1;
                by.in_window += window;
                by.created |= created;
                true
            }
            None if room => {
                self.authors.push(ByAuthor {
                    author,
                    commits: 1,
                    in_window: window,
                    created,
                });
                true
            }
            None => false,
        }
    }
}

/// A commit that counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct CountedCommit {
    pub(super) kept: CommitKept,
    pub(super) is_fix: bool,
    /// Seconds before the analyzed commit.
    pub(super) age: i64,
}

/// The commit that the stream is at.
#[derive(Debug)]
pub(super) struct Current {
    /// `None`: it does not count.
    pub(super) counted: Option<CountedCommit>,
    /// Changed files of it, as far as they were counted.
    pub(super) changes: usize,
    /// The files that it touched, and whether it added each.
    pub(super) touched: Vec<(FileId, bool)>,
}
