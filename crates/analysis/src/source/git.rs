//! A commit of a git repository, read as blobs: `git ls-tree` lists, `git cat-file --batch` reads. Nothing is checked out.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::{Key, Listing, OpenError};

/// How `git` is started: which program, and where it may search for others.
#[derive(Debug, Clone)]
pub struct Git {
    pub program: PathBuf,
    /// `PATH` of the child, the only variable that is not fixed.
    pub search_path: OsString,
}

/// Each thread has a `git cat-file` of its own. With git's own caches one of a pack of long chains of differences takes 96
/// MiB for what they build on, and the whole pack besides; with these all files are read in the same time.
const CONFIG: [&str; 6] = [
    "core.deltaBaseCacheLimit=16m",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.packedGitLimit=8m",
    "core.packedGitWindowSize=1m",
    "safe.directory=*",
];

impl Default for Git {
    fn default() -> Self {
        Self {
            program: "git".into(),
            search_path: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin".into(),
        }
    }
}

impl Git {
    /// A command that reads `dir` and can neither run, fetch nor ask anything.
    pub(crate) fn command(&self, dir: &Path) -> Command {
        #[allow(
            clippy::disallowed_methods,
            reason = "this is the wrapper: every variable of the child is named here"
        )]
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .env("PATH", &self.search_path)
            .env("HOME", "/nonexistent")
            .env("LC_ALL", "C")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_PAGER", "cat")
            .args(CONFIG.iter().flat_map(|setting| ["-c", setting]))
            .arg("--git-dir")
            .arg(dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command
    }

    /// Lists the tree of `wanted` (`HEAD` where none is given) and returns the commit's id.
    pub(super) fn list(&self, dir: &Path, wanted: Option<&str>, list: &mut Listing) -> Result<String, OpenError> {
        let commit = self.resolve(dir, wanted.unwrap_or("HEAD"))?;
        let mut child = self
            .command(dir)
            .args(["ls-tree", "-r", "-z", "-l", "--full-tree", &commit])
            .spawn()
            .map_err(|error| self.not_started(&error))?;
        let stdout = child.stdout.take().expect("was asked for above");
        let complete = read_listing(BufReader::new(stdout), list);
        if !matches!(complete, Ok(true)) {
            // A limit was reached, or the pipe broke: the rest of its output is not needed.
            let _ = child.kill();
        }
        let status = child.wait();
        match (complete, status) {
            (Ok(true), Ok(status)) if !status.success() => Err(OpenError::Unreadable(format!(
                "git cannot list the files of commit `{commit}`: the repository is damaged"
            ))),
            (Err(error), _) | (_, Err(error)) => Err(OpenError::Unreadable(format!(
                "git's list of files cannot be read: {error}"
            ))),
            _ => Ok(commit),
        }
    }

    fn resolve(&self, dir: &Path, name: &str) -> Result<String, OpenError> {
        let output = self
            .command(dir)
            .args([
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &format!("{name}^{{commit}}"),
            ])
            .output()
            .map_err(|error| self.not_started(&error))?;
        let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.status.success() && !id.is_empty() {
            return Ok(id);
        }
        Err(OpenError::Unreadable(if name == "HEAD" {
            "the repository has no commit yet: there is nothing to analyze".to_owned()
        } else {
            format!("the repository has no commit, branch or tag `{name}`")
        }))
    }

    fn not_started(&self, error: &std::io::Error) -> OpenError {
        OpenError::Unreadable(format!(
            "`{}` cannot be started: {error}; install git",
            self.program.display()
        ))
    }

    pub(crate) fn batch(&self, dir: &Path) -> std::io::Result<Batch> {
        let mut child = self
            .command(dir)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .spawn()?;
        let stdin = child.stdin.take().expect("was asked for above");
        let stdout = BufReader::with_capacity(64 * 1024, child.stdout.take().expect("was asked for above"));
        Ok(Batch {
            child,
            stdin: Some(stdin),
            stdout,
            line: Vec::new(),
        })
    }
}

/// `true`: to its end; `false`: a limit was reached.
fn read_listing(mut out: impl BufRead, list: &mut Listing) -> std::io::Result<bool> {
    let mut record = Vec::new();
    loop {
        record.clear();
        if out.read_until(0, &mut record)? == 0 {
            return Ok(true);
        }
        record.pop();
        let Some(tab) = record.iter().position(|&b| b == b'\t') else {
            continue;
        };
        let (head, name) = (&record[..tab], &record[tab + 1..]);
        let mut fields = head.split(|&b| b == b' ').filter(|field| !field.is_empty());
        let (mode, id, size) = (fields.next(), fields.nth(1), fields.next());
        let text = |field: Option<&[u8]>| {
            field
                .and_then(|f| std::str::from_utf8(f).ok())
                .unwrap_or_default()
                .to_owned()
        };
        let more = match mode.unwrap_or_default() {
            b"120000" => list.left_out(name, "a symbolic link: not followed"),
            b"160000" => list.left_out(name, "a submodule: not fetched"),
            _ => match text(size).parse() {
                Ok(size) => list.file(name, size, Key::Blob(text(id).into_boxed_str())),
                // `BAD`: a filter left the blob out of the clone.
                Err(_) => list.left_out(name, "not in the clone: larger than what is fetched"),
            },
        };
        if !more {
            return Ok(false);
        }
    }
}

/// One running `git cat-file --batch`.
#[derive(Debug)]
pub(crate) struct Batch {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    line: Vec<u8>,
}

impl Batch {
    pub(crate) fn read(&mut self, id: &str, buffer: &mut Vec<u8>) -> Result<(), String> {
        self.try_read(id, buffer)
            .unwrap_or_else(|error| Err(format!("git cannot read it: {error}")))
    }

    fn try_read(&mut self, id: &str, buffer: &mut Vec<u8>) -> std::io::Result<Result<(), String>> {
        let stdin = self.stdin.as_mut().expect("taken in `drop` only");
        stdin.write_all(format!("{id}\n").as_bytes())?;
        self.line.clear();
        self.stdout.read_until(b'\n', &mut self.line)?;
        let answer = String::from_utf8_lossy(&self.line);
        let Some(size) = answer
            .trim_end()
            .rsplit(' ')
            .next()
            .and_then(|size| size.parse::<u64>().ok())
        else {
            let missing = answer.trim_end().ends_with("missing");
            return Ok(Err(if missing {
                "not in the clone"
            } else {
                "git answered nothing"
            }
            .to_owned()));
        };
        let read = self.stdout.by_ref().take(size).read_to_end(buffer)?;
        let mut newline = [0];
        self.stdout.read_exact(&mut newline)?;
        Ok(if read as u64 == size {
            Ok(())
        } else {
            Err("git ended in the middle of it".to_owned())
        })
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // The end of its input is its sign to end.
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}
