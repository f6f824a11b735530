//! Repositories with a history, made by `git fast-import` from a list of commits.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use repolens_analysis::{OpenOptions, Options, Silent, SourceTree, analyze};
use repolens_core::report::Report;
use tempfile::TempDir;

/// The date of the first commit: 2024-01-01.
pub const START: i64 = 1_704_067_200;
pub const DAY: i64 = 86_400;

/// A bare repository that grows.
pub struct History {
    pub folder: TempDir,
    stream: String,
    commits: u32,
    now: i64,
}

impl History {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        git(folder.path(), &["init", "-q", "--bare", "-b", "main", "."], "");
        Self {
            folder,
            stream: String::new(),
            commits: 0,
            now: START,
        }
    }

    /// A commit on `main`, a day after the last one: paths with their new text, or `None` to delete.
    pub fn commit(&mut self, who: &str, subject: &str, files: &[(&str, Option<&str>)]) -> u32 {
        self.now += DAY;
        let parents: Vec<u32> = (self.commits > 0).then_some(self.commits).into_iter().collect();
        self.commit_on(who, subject, self.now, files, &parents)
    }

    /// A commit at `time` with these parents, by their numbers; returns its own.
    pub fn commit_on(
        &mut self,
        who: &str,
        subject: &str,
        time: i64,
        files: &[(&str, Option<&str>)],
        parents: &[u32],
    ) -> u32 {
        self.commits += 1;
        let out = &mut self.stream;
        let _ = writeln!(out, "commit refs/heads/main\nmark :{}", self.commits);
        let _ = writeln!(
            out,
            "author {who} {time} +0000\ncommitter {who} {time} +0000\ndata {}\n{subject}",
            subject.len()
        );
        for (at, parent) in parents.iter().enumerate() {
            let _ = writeln!(out, "{} :{parent}", if at == 0 { "from" } else { "merge" });
        }
        for (path, text) in files {
            match text {
                Some(text) => {
                    let _ = writeln!(out, "M 100644 inline {path}\ndata {}\n{text}", text.len());
                }
                None => {
                    let _ = writeln!(out, "D {path}");
                }
            }
        }
        self.commits
    }

    /// Ids of the commits that `main` reaches, the newest first.
    pub fn ids(&mut self) -> Vec<String> {
        self.write();
        let list = git(self.folder.path(), &["rev-list", "main"], "");
        list.lines().map(str::to_owned).collect()
    }

    pub fn write(&mut self) {
        if !self.stream.is_empty() {
            let mut stream = std::mem::take(&mut self.stream);
            // Later commits may name earlier ones.
            let marks = self.folder.path().join("marks");
            stream.insert_str(0, "feature done\n");
            stream.push_str("done\n");
            let marks = marks.to_str().expect("is UTF-8");
            let arguments = [
                "fast-import",
                "--quiet",
                "--date-format=raw",
                &format!("--import-marks-if-exists={marks}"),
                &format!("--export-marks={marks}"),
            ];
            git(self.folder.path(), &arguments, &stream);
        }
    }

    pub fn report(&mut self) -> Report {
        self.report_with(&Options::default())
    }

    pub fn report_with(&mut self, options: &Options) -> Report {
        self.write();
        report(self.folder.path(), options)
    }
}

pub fn report(path: &Path, options: &Options) -> Report {
    let tree = SourceTree::open(path, &OpenOptions::default()).expect("a tree");
    analyze(tree, options, &Silent).expect("a report")
}

#[expect(
    clippy::disallowed_methods,
    reason = "git of the test itself, on repositories of the test"
)]
pub fn git(folder: &Path, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new("git")
        .current_dir(folder)
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git is installed");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("git reads");
    drop(stdin);
    let output = child.wait_with_output().expect("git ends");
    assert!(output.status.success(), "git {arguments:?}");
    String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
}

/// A Python function with so many decisions, made different by `salt`.
pub fn python(decisions: usize, salt: usize) -> String {
    let mut text = format!("# {salt}\ndef run(x):\n");
    for at in 0..decisions {
        let _ = writeln!(text, "    if x > {at}:\n        x -= {at}");
    }
    text + "    return x\n"
}

/// A work tree of a repository, at `main`.
pub fn work_tree(history: &mut History) -> TempDir {
    history.write();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let from = history.folder.path().to_str().expect("is UTF-8");
    git(folder.path(), &["clone", "-q", from, "."], "");
    assert!(fs::metadata(folder.path().join(".git")).is_ok());
    folder
}
