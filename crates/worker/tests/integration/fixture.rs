//! Repositories that the tests make with git, and what the worker needs to run on them.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use repolens_core::UrlPolicy;
use repolens_core::settings::ScanLimits;
use repolens_worker::git::Git;
use tempfile::TempDir;

/// A folder with the repositories
/// - `small.git`: branches `main` (default) and `feature/x`, tag `v1`, allows filters;
/// - `plain.git`: the same without filters;
/// - `empty.git`: no commit;
/// - `work`: where `small.git` comes from;
/// - `large.git`, where it is asked for: 8 MiB that do not compress.
#[derive(Debug)]
pub struct Repositories(TempDir);

impl Repositories {
    pub fn make() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let work = root.path().join("work");
        git(root.path(), &["init", "-q", "-b", "main", "work"]);
        fs::create_dir(work.join("src")).expect("made");
        fs::write(work.join("src/a.js"), "export function a(x) { return x ? 1 : 2; }\n").expect("written");
        fs::write(work.join("README.md"), "# Small\n\nA fixture.\n").expect("written");
        fs::write(work.join("package.json"), r#"{"name":"small","version":"1.0.0"}"#).expect("written");
        commit(&work, "first");
        git(&work, &["tag", "v1"]);
        git(&work, &["checkout", "-q", "-b", "feature/x"]);
        fs::write(work.join("src/b.py"), "def b(x):\n    return x\n").expect("written");
        commit(&work, "second");
        git(&work, &["checkout", "-q", "main"]);
        for name in ["small.git", "plain.git"] {
            git(root.path(), &["clone", "-q", "--bare", "work", name]);
        }
        git(
            &root.path().join("small.git"),
            &["config", "uploadpack.allowFilter", "true"],
        );
        git(root.path(), &["init", "-q", "--bare", "-b", "main", "empty.git"]);
        Self(root)
    }

    pub fn with_large() -> Self {
        let repositories = Self::make();
        let root = repositories.root();
        git(root, &["init", "-q", "-b", "main", "heavy"]);
        for part in 0..8 {
            fs::write(root.join(format!("heavy/{part}.bin")), noise(part, 1 << 20)).expect("written");
        }
        commit(&root.join("heavy"), "heavy");
        git(root, &["clone", "-q", "--bare", "heavy", "large.git"]);
        repositories
    }

    pub fn root(&self) -> &Path {
        self.0.path()
    }

    /// Its `file://` address.
    pub fn address(&self, name: &str) -> String {
        format!("file://{}", self.root().join(name).display())
    }

    pub fn commit_of(&self, name: &str, revision: &str) -> String {
        git(&self.root().join(name), &["rev-parse", revision]).trim().to_owned()
    }
}

/// Bytes that look random and are always the same.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    std::iter::repeat_with(|| {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    })
    .take(length)
    .collect()
}

fn commit(work: &Path, message: &str) {
    git(work, &["add", "-A"]);
    git(work, &["commit", "-q", "-m", message]);
}

/// Runs git with a configuration of its own and returns what it says.
pub fn git(dir: &Path, args: &[&str]) -> String {
    let output = command("git")
        .args(args)
        .current_dir(dir)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_NAME", "A")
        .env("GIT_AUTHOR_EMAIL", "a@example.org")
        .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
        .env("GIT_COMMITTER_NAME", "A")
        .env("GIT_COMMITTER_EMAIL", "a@example.org")
        .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
        .output()
        .expect("git is installed");
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text")
}

#[expect(clippy::disallowed_methods, reason = "tests start what they test, and git")]
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}

#[expect(clippy::disallowed_methods, reason = "tests look for git where they were told")]
pub fn search_path() -> OsString {
    std::env::var_os("PATH").expect("PATH is set")
}

/// An example of this crate, which `cargo test` builds beside the tests.
pub fn example(name: &str) -> PathBuf {
    let tests = std::env::current_exe().expect("there is one");
    let folder = tests.parent().and_then(Path::parent).expect("target/debug/deps");
    let path = folder.join("examples").join(name);
    assert!(
        path.exists(),
        "{} is not built: `cargo build -p repolens-worker --examples`",
        path.display()
    );
    path
}

/// Longer than anything takes on a busy machine. No test measures how long something took.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Limits that no scan of a test reaches by being slow.
pub fn limits() -> ScanLimits {
    ScanLimits {
        timeout_seconds: 2 * PATIENCE.as_secs(),
        max_repo_bytes: 64 << 20,
        max_file_bytes: 2 << 20,
        analysis_memory_bytes: 256 << 20,
        history_commits: 2_000,
    }
}

/// git for repositories on this disk and on loopback.
pub fn local_git() -> Git {
    Git {
        policy: UrlPolicy {
            allow_local_repos: true,
            ..UrlPolicy::default()
        },
        limits: limits(),
        search_path: search_path(),
    }
}

/// Waits until `holds`, or fails after [`PATIENCE`].
pub async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !holds() {
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Processes whose command line has `text` in it.
pub fn processes_with(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("Linux").flatten() {
        let Ok(line) = fs::read(entry.path().join("cmdline")) else {
            continue;
        };
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains(text) {
            found.push(line);
        }
    }
    found
}
