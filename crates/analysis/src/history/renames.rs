//! Earlier names of files.
//!
//! A commit that deletes a file and adds one with the same content renames it, which the stream shows by the ids of
//! the contents. For the files that changed most, those that a commit added while it deleted others are examined again
//! with `git diff-tree -M`, which reads the contents; in a clone without them this is left out.

use std::collections::HashMap;
use std::io::{BufReader, Write as _};
use std::path::Path;
use std::process::Stdio;

use super::changes::{FileChanges, History};
use super::log::{self, Change};
use super::process::{absolute, limit};
use crate::ids::{FileId, ids};
use crate::source::Git;

/// Added or deleted files of one commit that are compared.
const MAX_MOVED: usize = 20_000;
/// The number of files whose renaming with changes is searched for.
const TOP_FILES: usize = 200;
/// Renames of one file with changes that are followed, one behind the other.
const MAX_CHAIN: usize = 8;
/// The content of an empty file: many have it.
const EMPTY: &[u8] = b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

ids! {
    /// A commit that added files and deleted others: a place in [`Renames::commits`].
    MovingCommitId;
}

/// The renames known while the stream is read, the newest commits first.
#[derive(Debug)]
pub(super) struct Renames {
    /// The number of files of the analyzed tree; those behind them are gone.
    present: usize,
    gone_names: Vec<Box<str>>,
    /// By file that is gone: the file that it became.
    became: Vec<Option<FileId>>,
    /// The commit that added a file and deleted others.
    added_in: HashMap<FileId, MovingCommitId>,
    commits: Vec<String>,
    current: String,
    deleted: Vec<(Box<[u8]>, FileId)>,
    added: Vec<(Box<[u8]>, FileId)>,
}

impl Renames {
    pub(super) fn new(files: usize) -> Self {
        Self {
            present: files,
            gone_names: Vec::new(),
            became: Vec::new(),
            added_in: HashMap::new(),
            commits: Vec::new(),
            current: String::new(),
            deleted: Vec::new(),
            added: Vec::new(),
        }
    }

    pub(super) fn gone(&self) -> usize {
        self.gone_names.len()
    }

    pub(super) fn is_gone(&self, file: FileId) -> bool {
        file.index() >= self.present
    }

    pub(super) fn add_gone(&mut self, path: &str) {
        self.gone_names.push(path.into());
        self.became.push(None);
    }

    pub(super) fn begin_commit(&mut self, id: String) {
        self.current = id;
        self.deleted.clear();
        self.added.clear();
    }

    pub(super) fn change(&mut self, change: &Change<'_>, number: FileId) {
        let (list, blob) = match change.status {
            b'D' if self.is_gone(number) => (&mut self.deleted, change.old_blob),
            b'A' => (&mut self.added, change.new_blob),
            _ => return,
        };
        if list.len() < MAX_MOVED {
            list.push((blob.into(), number));
        }
    }

    /// Finds the renames of the commit that ends.
    pub(super) fn end_commit(&mut self) {
        if self.deleted.is_empty() || self.added.is_empty() {
            return;
        }
        let mut by_blob: HashMap<&[u8], Vec<FileId>> = HashMap::new();
        for (blob, number) in self.deleted.iter().filter(|(blob, _)| &**blob != EMPTY) {
            by_blob.entry(blob).or_default().push(*number);
        }
        let mut unexplained = Vec::new();
        for (blob, number) in &self.added {
            match by_blob.get(&**blob).map(Vec::as_slice) {
                Some([old]) => {
                    self.became[old.index() - self.present].get_or_insert(*number);
                }
                _ => unexplained.push(*number),
            }
        }
        if !unexplained.is_empty() {
            let commit = MovingCommitId::new(self.commits.len());
            self.commits.push(std::mem::take(&mut self.current));
            // The oldest commit that added it is the one that counts; it comes last.
            self.added_in
                .extend(unexplained.into_iter().map(|number| (number, commit)));
        }
    }

    /// The file of the analyzed tree that `file` is or became.
    fn now(&self, mut file: FileId) -> Option<FileId> {
        for _ in 0..64 {
            if !self.is_gone(file) {
                return Some(file);
            }
            file = self.became[file.index() - self.present]?;
        }
        None
    }
}

/// The inputs of resolving, beside the renames.
pub(super) struct RenameInputs<'a> {
    /// Files by path, those that are gone too.
    pub files: &'a HashMap<Box<[u8]>, FileId>,
    pub prefix: &'a str,
    pub git: &'a Git,
    pub dir: &'a Path,
}

/// Adds to each file what happened under its earlier names.
pub(super) fn resolve(mut renames: Renames, names: &RenameInputs<'_>, history: &mut History) {
    with_changes(&mut renames, names, history);
    let gone: Vec<FileChanges> = history.files.drain(renames.present..).collect();
    for ((at, changes), name) in (renames.present..).zip(&gone).zip(&renames.gone_names) {
        if let Some(now) = renames.now(FileId::new(at)).filter(|_| changes.commits > 0) {
            let file = &mut history.files[now.index()];
            file.absorb(changes);
            file.renamed_from.push((name.to_string(), changes.revisions));
        }
    }
    let old = std::mem::take(&mut history.together);
    let starts = std::mem::replace(&mut history.starts, vec![0]);
    for range in starts.windows(2) {
        // Files that were deleted permanently are left out; two names of one file are one.
        let mut list: Vec<FileId> = old[range[0]..range[1]]
            .iter()
            .filter_map(|file| renames.now(*file))
            .collect();
        list.sort_unstable();
        list.dedup();
        history.together.extend(list);
        history.starts.push(history.together.len());
    }
}

/// Renames with changes, of the files that changed most.
fn with_changes(renames: &mut Renames, names: &RenameInputs<'_>, history: &History) {
    let added = renames.added_in.keys().copied();
    let mut files: Vec<FileId> = added.filter(|file| !renames.is_gone(*file)).collect();
    files.sort_unstable_by_key(|file| (std::cmp::Reverse(history.files[file.index()].revisions), *file));
    files.truncate(TOP_FILES);
    if files.is_empty() || !history.has_contents {
        return;
    }
    for _ in 0..MAX_CHAIN {
        let mut commits: Vec<&str> = files
            .iter()
            .filter_map(|file| renames.added_in.get(file))
            .map(|commit| renames.commits[commit.index()].as_str())
            .collect();
        commits.sort_unstable();
        commits.dedup();
        if commits.is_empty() {
            return;
        }
        let pairs = renamed_in(names, &commits).unwrap_or_default();
        let mut older = Vec::new();
        for (old, new) in pairs {
            if let (Some(old), Some(new)) = (names.number(&old), names.number(&new))
                && renames.is_gone(old)
                && files.contains(&new)
                && renames.became[old.index() - renames.present].is_none()
            {
                renames.became[old.index() - renames.present] = Some(new);
                older.push(old);
            }
        }
        files = older;
    }
}

impl RenameInputs<'_> {
    /// Whether the repository has the contents of earlier commits: a clone with a filter has not.
    pub(super) fn has_contents(&self) -> bool {
        let packs = absolute(self.git, self.dir, "objects/pack").and_then(|dir| std::fs::read_dir(dir).ok());
        let is_promisor =
            |entry: std::fs::DirEntry| entry.path().extension().is_some_and(|ending| ending == "promisor");
        packs.is_some_and(|packs| !packs.flatten().any(is_promisor))
    }

    fn number(&self, path: &[u8]) -> Option<FileId> {
        self.files.get(path.strip_prefix(self.prefix.as_bytes())?).copied()
    }
}

/// Old and new names of the files that `commits` renamed. `None` where git fails: then no more names are known.
fn renamed_in(names: &RenameInputs<'_>, commits: &[&str]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut child = names
        .git
        .command(names.dir)
        .args([
            "diff-tree",
            "--stdin",
            "-r",
            "-z",
            "-M",
            "-l2000",
            "--diff-filter=R",
            "--no-commit-id",
        ])
        .stdin(Stdio::piped())
        .spawn()
        .ok()?;
    limit(child.id());
    let mut stdin = child.stdin.take()?;
    let out = child.stdout.take()?;
    let list: String = commits.iter().map(|commit| format!("{commit}\n")).collect();
    // From another thread: git writes while it reads.
    let writer = std::thread::spawn(move || stdin.write_all(list.as_bytes()));
    let pairs = log::renames(BufReader::new(out)).ok();
    let wrote = writer.join().is_ok_and(|result| result.is_ok());
    let ended = child.wait().is_ok_and(|status| status.success());
    pairs.filter(|_| wrote && ended)
}
