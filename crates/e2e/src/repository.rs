//! A repository made for a test.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Who made the commits of a repository whose test does not choose it.
const AUTHOR: &str = "fixture";

/// A bare repository in a temporary folder, with one branch `main`.
#[derive(Debug)]
pub struct Repository {
    folder: TempDir,
}

impl Repository {
    /// One commit with these files (path, text), by a fixed author at a fixed time: the same files give the same commit.
    ///
    /// # Panics
    /// Where git fails.
    #[must_use]
    pub fn with_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::with_history(files, AUTHOR, 1)
    }

    /// The same with several commits by `author`: each after the first adds an empty line to every file.
    ///
    /// # Panics
    /// Where git fails.
    #[must_use]
    pub fn with_history<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>, author: &str, commits: usize) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let tree = folder.path().join("tree");
        std::fs::create_dir(&tree).expect("an empty folder takes a folder");
        git(&tree, &["init", "-q", "-b", "main", "."]);
        let files: Vec<_> = files.into_iter().map(|(path, text)| (tree.join(path), text)).collect();
        for commit in 0..commits {
            for (path, text) in &files {
                std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders of a file");
                let text = format!("{text}{}", "\n".repeat(commit));
                std::fs::write(path, text).expect("a file of the repository");
            }
            git(&tree, &["add", "-A", "-f", "."]);
            let author = format!("{author} <fixture@example.invalid>");
            git(
                &tree,
                &["commit", "-q", "--allow-empty", "-m", "fixture", "--author", &author],
            );
        }
        git(folder.path(), &["clone", "-q", "--bare", "tree", "bare.git"]);
        git(
            &folder.path().join("bare.git"),
            &["config", "uploadpack.allowFilter", "true"],
        );
        Self { folder }
    }

    /// A small project in three languages.
    #[must_use]
    pub fn small() -> Self {
        Self::with_files([
            (
                "README.md",
                "# Fixture\n\nA small project for tests.\n\n## Installation\n\n```sh\nnpm install\n```\n",
            ),
            (
                "package.json",
                r#"{"name":"fixture","version":"1.0.0","dependencies":{"left-pad":"^1.3.0"}}"#,
            ),
            (
                "src/index.ts",
                "import { add } from './math';\n\n// Entry.\nexport function main(): number {\n  return add(1, 2);\n}\n",
            ),
            (
                "src/math.ts",
                "export function add(a: number, b: number): number {\n  return a + b;\n}\n",
            ),
            (
                "tool.py",
                "import os\n\n\ndef tool():\n    \"\"\"Docstring.\"\"\"\n    return os.getcwd()\n",
            ),
        ])
    }

    /// Files of `megabytes` in all, which no compression makes smaller than half.
    #[must_use]
    pub fn of_noise(megabytes: usize) -> Self {
        let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut line = || {
            // xorshift: the same noise each time.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            format!("{state:016x}")
        };
        let files: Vec<(String, String)> = (0..megabytes)
            .map(|number| {
                let text: Vec<String> = (0..(1 << 20) / 65)
                    .map(|_| [line(), line(), line(), line()].concat())
                    .collect();
                (format!("noise/{number}.txt"), text.join("\n"))
            })
            .collect();
        Self::with_files(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
    }

    /// A repository without a commit.
    ///
    /// # Panics
    /// Where git fails.
    #[must_use]
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        git(folder.path(), &["init", "-q", "--bare", "-b", "main", "bare.git"]);
        Self { folder }
    }

    /// Gives its branch another name.
    ///
    /// # Panics
    /// Where git fails.
    pub fn rename_branch(&self, name: &str) {
        git(&self.path(), &["branch", "-m", "main", name]);
    }

    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("bare.git")
    }

    /// Its `file://` address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("file://{}", self.path().display())
    }

    /// The commit at the head of `main`.
    #[must_use]
    pub fn head(&self) -> String {
        git(&self.path(), &["rev-parse", "main"]).trim().to_owned()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "git of the test itself, on a repository of the test"
)]
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs(["AUTHOR", "COMMITTER"].into_iter().flat_map(|who| {
            [
                (format!("GIT_{who}_NAME"), "fixture"),
                (format!("GIT_{who}_EMAIL"), "fixture@example.invalid"),
                (format!("GIT_{who}_DATE"), "2024-01-01T00:00:00Z"),
            ]
        }))
        .output()
        .expect("git is installed");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
