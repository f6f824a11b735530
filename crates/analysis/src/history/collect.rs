//! What is kept of the log: a few numbers for each file, each person and each commit.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use repolens_core::report::EarlierName;

use super::log::{Change, CommitHead, Sink};
use super::people::{self, People};
use super::renames::{self, Names, Renames};
use super::{DAY, MAX_TOGETHER, WINDOW_COMMITS, WINDOW_DAYS, fixes};
use crate::source::Git;

/// Changed files that are read in all. Beyond it the older commits are left out.
const MAX_CHANGES: u64 = 20_000_000;
/// Pairs of a file and a person that are kept.
const MAX_PAIRS: usize = 4_000_000;
/// Names of files that are gone, which may be earlier names of others.
const MAX_GONE: usize = 200_000;

/// The history, by file.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// When the analyzed commit was made, in seconds since 1970: today, for all that follows.
    pub today: i64,
    /// By file, as in the analyzed tree.
    pub files: Vec<FileChanges>,
    /// Names of people, by number.
    pub people: Vec<String>,
    /// Counted commits, the newest first.
    pub commits: Vec<CommitKept>,
    /// Files of each counted commit of the window with at most [`MAX_TOGETHER`] files: one list behind the other, `starts`
    /// has where each begins, and the end.
    pub together: Vec<u32>,
    pub starts: Vec<usize>,
    pub commits_read: u64,
    pub merges: u64,
    pub bot_commits: u64,
    pub ignored_commits: u64,
    /// There are older commits that were not read.
    pub cut_off: bool,
    /// Of these, some are not in the clone.
    pub ends_at_clone: bool,
    /// Committer's date of the oldest commit that was read, merges and bots included.
    pub oldest: i64,
    /// Tags that look like a version, where the repository has any tags.
    pub releases: Option<u64>,
    /// A limit was reached: which.
    pub truncated: Option<String>,
    pub git: Git,
    pub dir: PathBuf,
    /// The analyzed commit, as git is asked for it.
    pub commit: String,
    /// The contents of earlier commits are there.
    pub has_contents: bool,
    /// Files whose functions are counted; none named: the worst.
    pub functions_of: Option<Vec<String>>,
    /// Ids of the window's commits, where functions are counted.
    pub window_ids: HashSet<String>,
    /// Of the analyzed folder within the repository.
    pub prefix: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CommitKept {
    /// Author's date in seconds since 1970, at most that of the analyzed commit.
    pub time: i64,
    pub author: u32,
    pub in_window: bool,
}

/// How one file changed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct FileChanges {
    /// Counted commits of the window.
    pub revisions: u32,
    /// Counted commits in all.
    pub commits: u32,
    /// Of the window's commits those that repair something.
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

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ByAuthor {
    pub author: u32,
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
    pub(crate) fn leave_out(&mut self, numbers: &[u32]) {
        if numbers.is_empty() {
            return;
        }
        let mut number = 0..;
        self.files.retain(|_| {
            number
                .next()
                .is_none_or(|number| numbers.binary_search(&number).is_err())
        });
        let old = std::mem::take(&mut self.together);
        let starts = std::mem::replace(&mut self.starts, vec![0]);
        for range in starts.windows(2) {
            self.together.extend(old[range[0]..range[1]].iter().filter_map(|file| {
                let before = numbers.binary_search(file).err()?;
                Some(file - before as u32)
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
            let last = &mut last[commit.author as usize];
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
    fn add(&mut self, commit: &Current, created: bool, room: bool) -> bool {
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

/// The commit that the stream is at.
#[derive(Debug)]
struct Current {
    kept: CommitKept,
    counts: bool,
    is_fix: bool,
    /// Seconds before the analyzed commit.
    age: i64,
    /// Changed files of it, as far as they were counted.
    changes: usize,
}

/// Takes the stream.
#[derive(Debug)]
pub(super) struct Collector {
    history: History,
    files: HashMap<Box<[u8]>, u32>,
    max_commits: u64,
    ignored: HashSet<String>,
    boundary: HashSet<String>,
    people: People,
    renames: Renames,
    current: Option<Current>,
    records: u64,
    changes: u64,
    pairs: usize,
}

impl Collector {
    pub(super) fn new(files: HashMap<Box<[u8]>, u32>, prefix: String, max_commits: u64) -> Self {
        let count = files.len();
        Self {
            history: History {
                files: vec![FileChanges::default(); count],
                starts: vec![0],
                prefix,
                ..History::default()
            },
            files,
            max_commits,
            ignored: HashSet::new(),
            boundary: HashSet::new(),
            people: People::default(),
            renames: Renames::new(count),
            current: None,
            records: 0,
            changes: 0,
            pairs: 0,
        }
    }

    /// `ignored` commits do not count; at `boundary` the clone ends.
    pub(super) fn without(mut self, ignored: Vec<String>, boundary: Vec<String>) -> Self {
        self.ignored = ignored.into_iter().collect();
        self.boundary = boundary.into_iter().collect();
        self
    }

    /// Keeps what counting functions needs, where they are counted.
    pub(super) fn for_functions(mut self, files: Option<Vec<String>>, commit: &str) -> Self {
        self.history.functions_of = files;
        commit.clone_into(&mut self.history.commit);
        self
    }

    /// What came of it, with the changes under earlier names added to the files that have them now.
    pub(super) fn finish(mut self, git: Git, dir: PathBuf) -> History {
        self.end_commit();
        self.history.people = self.people.into_names();
        let names = Names {
            files: &self.files,
            prefix: &self.history.prefix.clone(),
            git: &git,
            dir: &dir,
        };
        self.history.has_contents = names.has_contents();
        renames::resolve(self.renames, &names, &mut self.history);
        self.history.git = git;
        self.history.dir = dir;
        self.history
    }

    fn end_commit(&mut self) {
        let Some(current) = self.current.take() else { return };
        self.renames.end_commit();
        let start = self.history.starts.last().copied().unwrap_or(0);
        let together = current.counts && current.kept.in_window && (1..=MAX_TOGETHER).contains(&current.changes);
        if together && self.history.together.len() > start {
            self.history.starts.push(self.history.together.len());
        } else {
            self.history.together.truncate(start);
        }
    }

    /// The number of the file with this path now, or that was gone later.
    fn number(&mut self, path: &[u8], is_deleted: bool) -> Option<u32> {
        let path = path.strip_prefix(self.history.prefix.as_bytes())?;
        if let Some(number) = self.files.get(path) {
            return Some(*number);
        }
        if !is_deleted || self.renames.gone() >= MAX_GONE {
            return None;
        }
        let number = u32::try_from(self.history.files.len()).ok()?;
        self.history.files.push(FileChanges::default());
        self.renames.add_gone(&String::from_utf8_lossy(path));
        self.files.insert(path.into(), number);
        Some(number)
    }
}

impl Sink for Collector {
    fn commit(&mut self, head: CommitHead) -> bool {
        self.end_commit();
        if self.records == 0 {
            self.history.today = head.committed;
            self.history.oldest = head.committed;
        }
        self.records += 1;
        if self.records > self.max_commits {
            self.history.cut_off = true;
            return false;
        }
        if self.boundary.contains(&head.id) {
            self.history.cut_off = true;
            self.history.ends_at_clone = true;
            return true;
        }
        self.history.oldest = self.history.oldest.min(head.committed);
        let is_ignored = self.ignored.contains(&head.id);
        let is_bot = people::is_bot(&head.name, &head.email);
        match () {
            () if head.is_merge => self.history.merges += 1,
            () if is_ignored => self.history.ignored_commits += 1,
            () if is_bot => self.history.bot_commits += 1,
            () => self.history.commits_read += 1,
        }
        if head.is_merge {
            return true;
        }
        let counts = !is_ignored && !is_bot;
        // A clock that was ahead is put back to the date of the analyzed commit.
        let time = head.authored.min(self.history.today);
        let age = self.history.today.saturating_sub(time);
        let kept = CommitKept {
            time,
            author: if counts {
                self.people.number(&head.name, &head.email)
            } else {
                0
            },
            in_window: age <= WINDOW_DAYS * DAY || self.history.commits_read <= WINDOW_COMMITS,
        };
        if counts {
            self.history.commits.push(kept);
            if kept.in_window && self.history.functions_of.is_some() {
                self.history.window_ids.insert(head.id.clone());
            }
        }
        self.renames.begin_commit(head.id);
        self.current = Some(Current {
            kept,
            counts,
            is_fix: counts && fixes::is_fix(&head.subject),
            age,
            changes: 0,
        });
        true
    }

    fn change(&mut self, change: Change<'_>) -> bool {
        let Some(mut current) = self.current.take() else {
            return true;
        };
        self.changes += 1;
        current.changes += 1;
        let is_deleted = change.status == b'D';
        if let Some(number) = self.number(change.path, is_deleted) {
            let is_gone = self.renames.is_gone(number);
            self.renames.change(&change, number);
            // The deletion of a file that is not there any more is part of its renaming, if anything.
            if current.counts && !(is_deleted && is_gone) {
                let room = self.pairs < MAX_PAIRS;
                let file = &mut self.history.files[number as usize];
                let before = file.authors.len();
                if !file.add(&current, change.status == b'A', room) {
                    let most = format!("more than {MAX_PAIRS} pairs of a file and a person: the rest is left out");
                    self.history.truncated.get_or_insert(most);
                }
                self.pairs += file.authors.len() - before;
                if current.kept.in_window && current.changes <= MAX_TOGETHER {
                    self.history.together.push(number);
                }
            }
        }
        self.current = Some(current);
        if self.changes >= MAX_CHANGES {
            self.history.cut_off = true;
            let most = format!("more than {MAX_CHANGES} changed files: older commits are left out");
            self.history.truncated.get_or_insert(most);
            return false;
        }
        true
    }
}
