//! The figures that are kept of the log: a few numbers for each file, each person and each commit.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use super::changes::{CommitKept, CountedCommit, Current, FileChanges, History, WindowCommitId};
use super::log::{Change, CommitHead, Sink};
use super::people::{self, People};
use super::renames::{self, RenameInputs, Renames};
use super::{DAY, MAX_TOGETHER, WINDOW_COMMITS, WINDOW_DAYS, fixes};
use crate::ids::FileId;
use crate::source::Git;

/// Changed files that are read in all. Beyond it the older commits are left out.
const MAX_CHANGES: u64 = 20_000_000;
/// Pairs of a file and a person that are kept.
const MAX_PAIRS: usize = 4_000_000;
/// Names of files that are gone, which may be earlier names of others.
const MAX_GONE: usize = 200_000;

/// Takes the stream.
#[derive(Debug)]
pub(super) struct Collector {
    history: History,
    /// By path: those of the analyzed tree, and behind them those that are gone.
    files: HashMap<Box<[u8]>, FileId>,
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
    pub(super) fn new(files: HashMap<Box<[u8]>, FileId>, prefix: String, max_commits: u64) -> Self {
        let count = files.len();
        Self {
            history: History {
                files: vec![FileChanges::default(); count],
                starts: vec![0],
                since_reshaped: vec![None; count],
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

    /// Returns the result, with the changes under earlier names added to the files that have them now.
    pub(super) fn finish(mut self, git: Git, dir: PathBuf) -> History {
        self.end_commit();
        self.history.people = self.people.into_names();
        let names = RenameInputs {
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
        let commit = WindowCommitId::new(self.history.starts.len() - 1);
        let is_large = current.changes > MAX_TOGETHER;
        let reshaped = current.touched.iter().filter(|(_, added)| is_large || *added);
        for &(file, _) in reshaped {
            // The commits come from the newest to the oldest.
            self.history.since_reshaped[file.index()].get_or_insert(commit);
        }
        let start = self.history.starts.last().copied().unwrap_or(0);
        let in_window = current.counted.is_some_and(|commit| commit.kept.in_window);
        let together = in_window && (1..=MAX_TOGETHER).contains(&current.changes);
        if together && self.history.together.len() > start {
            self.history.starts.push(self.history.together.len());
        } else {
            self.history.together.truncate(start);
        }
    }

    /// The number of the file with this path now, or that was gone later.
    fn number(&mut self, path: &[u8], is_deleted: bool) -> Option<FileId> {
        let path = path.strip_prefix(self.history.prefix.as_bytes())?;
        if let Some(number) = self.files.get(path) {
            return Some(*number);
        }
        if !is_deleted || self.renames.gone() >= MAX_GONE {
            return None;
        }
        let number = FileId::new(self.history.files.len());
        self.history.files.push(FileChanges::default());
        self.history.since_reshaped.push(None);
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
        let counted = counts.then(|| CountedCommit {
            kept: CommitKept {
                time,
                author: self.people.number(&head.name, &head.email),
                in_window: age <= WINDOW_DAYS * DAY || self.history.commits_read <= WINDOW_COMMITS,
            },
            is_fix: fixes::is_fix(&head.subject),
            age,
        });
        if let Some(CountedCommit { kept, .. }) = counted {
            self.history.commits.push(kept);
            if kept.in_window && self.history.functions_of.is_some() {
                self.history.window_ids.insert(head.id.clone());
            }
        }
        self.renames.begin_commit(head.id);
        self.current = Some(Current {
            counted,
            changes: 0,
            touched: Vec::new(),
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
            if let Some(commit) = current.counted.filter(|_| !(is_deleted && is_gone)) {
                current.touched.push((number, change.status == b'A'));
                let room = self.pairs < MAX_PAIRS;
                let file = &mut self.history.files[number.index()];
                let before = file.authors.len();
                if !file.add(&commit, change.status == b'A', room) {
                    let most = format!("more than {MAX_PAIRS} pairs of a file and a person: the rest is left out");
                    self.history.truncated.get_or_insert(most);
                }
                self.pairs += file.authors.len() - before;
                if commit.kept.in_window && current.changes <= MAX_TOGETHER {
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
