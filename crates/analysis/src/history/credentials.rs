//! Credentials in lines that earlier commits added: every clone has them, although the newest commit does not.

use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

use super::log::read_until;
use super::process::limit;
use crate::language;
use crate::security::{self, RawFinding};
use crate::source::Git;

/// Bytes that are kept of a line, and of the lines that a commit added to a file.
const MAX_LINE: usize = 10_000;
const MAX_ADDED: usize = 2 << 20;

/// Findings that are kept.
const MAX_FINDINGS: usize = 1_000;

const ARGS: [&str; 16] = [
    "-c",
    "log.showRoot=true",
    "log",
    "-p",
    "-U0",
    "--no-merges",
    "--no-renames",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-show-signature",
    "--no-notes",
    "--diff-filter=AM",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--format=%x01%H",
];

/// A finding in the lines that a commit added to a file.
#[derive(Debug)]
pub(crate) struct EarlierFinding {
    pub commit: String,
    pub path: String,
    pub finding: RawFinding,
}

/// The findings of earlier commits, the newest first.
#[derive(Debug, Default)]
pub(crate) enum EarlierFindings {
    /// They were not searched.
    #[default]
    NotWanted,
    Read {
        findings: Vec<EarlierFinding>,
        commits: u64,
    },
    /// They could not be searched: the reason.
    Failed(String),
}

/// What a thread needs to search them.
#[derive(Debug)]
pub(crate) struct EarlierSource {
    pub git: Git,
    pub dir: PathBuf,
    /// The analyzed commit.
    pub commit: String,
    pub prefix: String,
    /// The newest commits up to this number.
    pub most: u64,
}

impl EarlierSource {
    pub(crate) fn read(&self) -> EarlierFindings {
        match self.try_read() {
            Ok(search) => EarlierFindings::Read {
                findings: search.findings,
                commits: search.commits,
            },
            Err(reason) => EarlierFindings::Failed(reason),
        }
    }

    fn try_read(&self) -> Result<Search, String> {
        let failed = |error: io::Error| format!("git: {error}");
        let mut command = self.git.command(&self.dir);
        command.args(ARGS).arg(format!("--max-count={}", self.most));
        command.arg(&self.commit).arg("--");
        if !self.prefix.is_empty() {
            command.arg(format!(":(literal){}", self.prefix));
        }
        let mut child = command.spawn().map_err(failed)?;
        limit(child.id());
        let out = child.stdout.take().ok_or("git has no output")?;
        let mut search = Search {
            prefix: self.prefix.clone(),
            ..Search::default()
        };
        let complete = search.lines(BufReader::with_capacity(64 * 1024, out));
        if !matches!(complete, Ok(true)) {
            // There are enough findings, or it cannot be read: the rest of its output is not wanted.
            let _ = child.kill();
        }
        let status = child.wait().map_err(failed)?;
        if complete.map_err(failed)? && !status.success() {
            return Err("the contents of earlier commits are not there".to_owned());
        }
        Ok(search)
    }
}

/// The state of the search over the stream of `git log -p`.
#[derive(Debug, Default)]
struct Search {
    prefix: String,
    commit: String,
    path: Option<String>,
    /// Inside of a hunk a line is text, whatever it begins with.
    in_hunk: bool,
    added: Vec<u8>,
    commits: u64,
    findings: Vec<EarlierFinding>,
}

impl Search {
    /// Reads to the end (`true`) or until there are enough findings (`false`).
    fn lines(&mut self, mut log: impl BufRead) -> io::Result<bool> {
        let mut line = Vec::new();
        while read_until(&mut log, b'\n', MAX_LINE, &mut line)? {
            self.line(&line);
            if self.findings.len() >= MAX_FINDINGS {
                return Ok(false);
            }
        }
        self.end_file();
        Ok(true)
    }

    fn line(&mut self, line: &[u8]) {
        if let Some(id) = line.strip_prefix(b"\x01") {
            self.end_file();
            self.commits += 1;
            self.commit = String::from_utf8_lossy(id).into_owned();
        } else if line.starts_with(b"diff --git ") {
            self.end_file();
        } else if line.starts_with(b"@@ ") {
            self.in_hunk = true;
        } else if self.in_hunk {
            if let Some(text) = line.strip_prefix(b"+")
                && self.added.len() + text.len() < MAX_ADDED
            {
                self.added.extend_from_slice(text);
                self.added.push(b'\n');
            }
        } else if let Some(name) = line.strip_prefix(b"+++ b/") {
            let name = String::from_utf8_lossy(name);
            // Git ends a name with a space by a tab.
            let name = name.trim_end_matches('\t');
            self.path = name.strip_prefix(self.prefix.as_str()).map(str::to_owned);
        }
    }

    /// Searches the lines that were added to the last file.
    fn end_file(&mut self) {
        self.in_hunk = false;
        let added = std::mem::take(&mut self.added);
        let Some(path) = self.path.take().filter(|_| !added.is_empty()) else {
            return;
        };
        let language = language::detect(&path, &added).map_or("", |language| language.get().id);
        let found = security::credentials(&path, language, &added, language::origin_by_path(&path));
        self.findings.extend(found.into_iter().map(|finding| EarlierFinding {
            commit: self.commit.clone(),
            path: path.clone(),
            finding,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_were_added() {
        let token = ["gh", "p_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17"].concat();
        let log = format!(
            "\x01aa\n\ndiff --git a/a.py b/a.py\nindex 1..2 100644\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-key = \"{token}\"\n+key = load()\n\
             \x01bb\n\ndiff --git a/a.py b/a.py\nnew file mode 100644\n--- /dev/null\n+++ b/a.py\n@@ -0,0 +1,2 @@\n+key = \"{token}\"\n+++ b/x.py\n"
        );
        let mut search = Search::default();
        assert!(search.lines(log.as_bytes()).expect("a log"));
        let found: Vec<_> = search
            .findings
            .iter()
            .map(|it| {
                (
                    it.commit.as_str(),
                    it.path.as_str(),
                    it.finding.rule.id,
                    it.finding.line,
                )
            })
            .collect();
        assert_eq!((search.commits, found), (2, vec![("bb", "a.py", "github-token", 1)]));
    }
}
