//! Where the history is read from: the repository of a commit, or the one that a folder is in.

use std::collections::HashMap;
use std::io::{BufReader, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::changes::History;
use super::collect::Collector;
use super::credentials::EarlierSource;
use super::process::{absolute, limit};
use super::{HistoryState, log};
use crate::ids::FileId;
use crate::options::HistoryOptions;
use crate::source::Git;

/// The number of bytes kept of git's error message.
const MAX_MESSAGE: u64 = 512;

/// Everything that a thread needs to read the history while other threads parse.
#[derive(Debug)]
pub(crate) struct HistorySource {
    git: Git,
    dir: PathBuf,
    /// The analyzed commit; `HEAD` for a folder.
    commit: String,
    /// The path of the analyzed folder within its repository, with `/` at the end; empty at the top.
    prefix: String,
    /// The files by their paths within the analyzed tree.
    files: HashMap<Box<[u8]>, FileId>,
    /// Full ids of commits that do not count.
    ignored: Vec<String>,
    max_commits: u64,
    functions_of: Option<Vec<String>>,
}

impl HistorySource {
    /// The history of `commit` in the repository `dir`.
    pub(crate) fn of_commit(git: Git, dir: PathBuf, commit: String) -> Self {
        Self {
            git,
            dir,
            commit,
            prefix: String::new(),
            files: HashMap::new(),
            ignored: Vec::new(),
            max_commits: 0,
            functions_of: None,
        }
    }

    /// The history of the repository that `folder` is in. `None` where it is in none. A repository above the folder is
    /// taken only where both have the same owner.
    pub(crate) fn of_folder(git: Git, folder: &Path) -> Option<Self> {
        let owner = std::fs::metadata(folder).ok()?.uid();
        let is_ours = |dir: &&Path| {
            let found = std::fs::metadata(dir.join(".git"));
            found.is_ok_and(|found| *dir == folder || found.uid() == owner)
        };
        let top = folder.ancestors().find(is_ours)?;
        let below = folder.strip_prefix(top).ok()?.to_str()?;
        let prefix = if below.is_empty() {
            String::new()
        } else {
            format!("{below}/")
        };
        Some(Self {
            prefix,
            ..Self::of_commit(git, top.join(".git"), "HEAD".to_owned())
        })
    }

    /// The same place, to be searched for credentials in the newest commits up to `most`.
    pub(crate) fn for_credentials(self, most: u64) -> EarlierSource {
        EarlierSource {
            git: self.git,
            dir: self.dir,
            commit: self.commit,
            prefix: self.prefix,
            most,
        }
    }

    /// Returns which files exist, which commits to leave out, and how many to read at most.
    pub(crate) fn prepare<'a>(
        &mut self,
        paths: impl Iterator<Item = &'a str>,
        ignore_revs: Option<&str>,
        options: &HistoryOptions,
    ) {
        self.files = FileId::enumerate(paths)
            .map(|(at, path)| (path.as_bytes().into(), at))
            .collect();
        self.ignored = ignore_revs.map(parse_ignore_revs).unwrap_or_default();
        self.max_commits = options.max_commits;
        self.functions_of.clone_from(&options.functions);
    }

    /// Reads it.
    pub(crate) fn read(self) -> HistoryState {
        match self.try_read() {
            Ok(history) if !history.has_changes() => {
                HistoryState::None(if history.ends_at_clone && history.commits_read == 0 {
                    "the clone has the newest commit only".to_owned()
                } else {
                    "no commit that counts changed a file that is still there".to_owned()
                })
            }
            Ok(history) => HistoryState::Read(Box::new(history)),
            Err(problem) => HistoryState::Failed(problem),
        }
    }

    fn try_read(mut self) -> Result<History, String> {
        let boundary = self.boundary();
        let mut command = self.git.command(&self.dir);
        command
            .args(self.settings())
            .args(log::ARGS)
            // For a folder within the repository: also the commits of branches that had no effect on it.
            .arg("--full-history")
            .arg(format!("--max-count={}", self.max_commits.saturating_add(1)))
            .arg(&self.commit)
            .arg("--");
        if !self.prefix.is_empty() {
            command.arg(format!(":(literal){}", self.prefix));
        }
        command.stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .map_err(|error| format!("git cannot be started: {error}"))?;
        limit(child.id());
        let out = child.stdout.take().ok_or("git has no output")?;
        let mut collector = Collector::new(std::mem::take(&mut self.files), self.prefix.clone(), self.max_commits)
            .without(std::mem::take(&mut self.ignored), boundary)
            .for_functions(self.functions_of.take(), &self.commit);
        let complete = log::read(BufReader::with_capacity(64 * 1024, out), &mut collector);
        if !matches!(complete, Ok(true)) {
            // A limit was reached: the rest of its output is not wanted.
            let _ = child.kill();
        }
        let mut message = String::new();
        if let Some(errors) = child.stderr.take() {
            let _ = errors.take(MAX_MESSAGE).read_to_string(&mut message);
        }
        let status = child.wait().map_err(|error| format!("git: {error}"))?;
        match complete {
            Err(error) => Err(format!("the log cannot be read: {error}")),
            Ok(true) if !status.success() => Err(match message.trim() {
                "" => format!("git log ended with {status}"),
                text => format!("git log failed: {}", text.lines().next().unwrap_or_default()),
            }),
            Ok(_) => {
                let releases = self.releases();
                let mut history = collector.finish(self.git, self.dir);
                history.releases = releases;
                Ok(history)
            }
        }
    }

    /// `.mailmap` as the analyzed commit has it, whatever is on disk beside the repository.
    fn settings(&self) -> [String; 4] {
        let mailmap = format!("mailmap.blob={}:.mailmap", self.commit);
        ["-c".to_owned(), mailmap, "-c".to_owned(), "core.bare=true".to_owned()]
    }

    /// Tags in the form of a version. `None` where there are no tags: a clone may have left them out.
    fn releases(&self) -> Option<u64> {
        let list = [
            "for-each-ref",
            "--format=%(refname:strip=2)",
            "--count=100000",
            "refs/tags",
        ];
        let output = self.git.command(&self.dir).args(list).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let is_version = |tag: &str| {
            let number = tag.trim_start_matches(|c: char| !c.is_ascii_digit());
            number.len() >= 3 && number.chars().filter(|c| *c == '.').count() >= 1
        };
        let any = !text.trim().is_empty();
        any.then(|| text.lines().filter(|tag| is_version(tag)).count() as u64)
    }

    /// Ids of the commits at which a shallow clone ends: git shows each as if it had added every file.
    fn boundary(&self) -> Vec<String> {
        // No such file: not shallow.
        let list = absolute(&self.git, &self.dir, "shallow").and_then(|path| std::fs::read_to_string(path).ok());
        list.map(|list| list.lines().map(str::to_owned).collect())
            .unwrap_or_default()
    }
}

/// Full ids, one on a line, with comments behind `#`.
fn parse_ignore_revs(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim().to_ascii_lowercase())
        .filter(|id| matches!(id.len(), 40 | 64) && id.bytes().all(|b| b.is_ascii_hexdigit()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_commits_are_full_ids() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let text = format!("# formatting\n{id}\n{id} # again\nshort\n\n{}\n", id.to_uppercase());
        assert_eq!(parse_ignore_revs(&text), [id, id, id]);
    }
}
