//! Facts from the history of a repository about its files: who changed which, when, how often, and what together.
//!
//! `git log --raw -z` is read as a stream ([`log`]). What is kept of it ([`collect`]) is bounded by the number of files
//! and people, and by 30 numbers for each counted commit: not by the size of the commits. The commands need trees and
//! commits only, no file contents, so they work in a clone without blobs.
//!
//! Merges, commits of bots, and commits named in `.git-blame-ignore-revs` do not count. `.mailmap` decides on names.
//! A file's changes under an earlier name count where the name changed without the content; see [`renames`] for the rest.

mod changes;
mod collect;
pub(crate) mod credentials;
mod fixes;
pub(crate) mod functions;
mod log;
mod people;
mod process;
mod renames;
mod source;

use crate::options::HistoryOptions;
use crate::source::{SourceTree, TreeLocation};
pub(crate) use changes::{ByAuthor, FileChanges, History, WindowCommitId};
use credentials::EarlierSource;
pub(crate) use people::PersonId;
pub(crate) use source::HistorySource;

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;
/// The window that hotspots are counted in, before the date of the analyzed commit.
pub(crate) const WINDOW_DAYS: i64 = 365;
/// The newest commits count whatever their date, so that a quiet repository has a window too.
pub(crate) const WINDOW_COMMITS: u64 = 100;
/// Commits with more files are no evidence of what belongs together (code-maat's default).
pub(crate) const MAX_TOGETHER: usize = 30;

/// The state of the history for an analysis.
#[derive(Debug)]
pub(crate) enum HistoryState {
    Read(Box<History>),
    /// There is none, or it is not wanted: the reason.
    None(String),
    /// It could not be read: the reason.
    Failed(String),
}

impl Default for HistoryState {
    fn default() -> Self {
        Self::None("the history was not read".to_owned())
    }
}

const IGNORE_REVS: &str = ".git-blame-ignore-revs";
/// Bytes of the list of commits that do not count.
const MAX_IGNORE_REVS: u64 = 1024 * 1024;

/// The inputs of the thread that reads the history of `tree`, or the reason why there is none.
pub(crate) fn prepare(tree: &SourceTree, options: &HistoryOptions) -> Result<HistorySource, HistoryState> {
    if let Some(problem) = &options.problem {
        return Err(HistoryState::Failed(problem.clone()));
    }
    if options.max_commits == 0 {
        return Err(HistoryState::None("reading the history is switched off".to_owned()));
    }
    let Some(mut source) = source_of(tree) else {
        return Err(HistoryState::None("the folder is in no git repository".to_owned()));
    };
    let paths = tree.entries.iter().map(|entry| entry.path.as_str());
    source.prepare(paths, ignore_revs(tree).as_deref(), options);
    Ok(source)
}

/// Where the history of `tree` is read from. `None`: it is a folder outside of any repository.
fn source_of(tree: &SourceTree) -> Option<HistorySource> {
    match (tree.origin(), &tree.commit) {
        (TreeLocation::Git { dir, git }, Some(commit)) => {
            Some(HistorySource::of_commit(git.clone(), dir.clone(), commit.clone()))
        }
        (TreeLocation::Git { .. }, None) => None,
        (TreeLocation::Folder(folder), _) => HistorySource::of_folder(tree.git().clone(), folder),
    }
}

/// What is needed to search earlier commits for credentials, where that is wanted.
pub(crate) fn earlier(tree: &SourceTree, options: &HistoryOptions) -> Option<EarlierSource> {
    let most = options.credentials?;
    source_of(tree).map(|source| source.for_credentials(most))
}

pub(crate) fn read(source: Result<HistorySource, HistoryState>) -> HistoryState {
    source.map_or_else(|state| state, HistorySource::read)
}

fn ignore_revs(tree: &SourceTree) -> Option<String> {
    let at = tree
        .entries
        .binary_search_by(|entry| entry.path.as_str().cmp(IGNORE_REVS))
        .ok()?;
    let entry = tree.entries.get(at).filter(|entry| entry.size <= MAX_IGNORE_REVS)?;
    let mut text = Vec::new();
    tree.reader().ok()?.read(entry, &mut text).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}
