//! The one place that starts git, and the only way in which a repository reaches this machine.
//!
//! An address is resolved once, every answer is vetted, and git is pinned to the vetted addresses ([`locate`]). The clone is
//! bare, shallow and without large files ([`fetch`]), of the requested branch or its substitute ([`choose`]). Hooks,
//! submodules, filters, credentials, prompts, other protocols and the machine's own git configuration are off ([`command`]).
//! Dangerous objects are refused ([`fsck`]). A private repository's password is only in git's environment ([`credential`]).
//! The failure code comes from the errors that git reports ([`classify`], [`events`]).

mod choose;
mod classify;
mod command;
mod credential;
mod events;
mod fetch;
mod file;
mod fsck;
mod history;
mod locate;
mod refs;
pub mod sandbox;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use repolens_core::job::CloneCredential;
use repolens_core::settings::ScanLimits;
use repolens_core::{BranchName, BranchNote, FailureCode, RepoUrl, UrlPolicy};
use tokio::time::Instant;

use crate::failed::Failed;
use crate::git::sandbox::size_on_disk;
use crate::process::{ProcessGroup, read_capped, read_tail};
use command::Reach;
use events::GitError;
use fetch::{Fetch, Head};
pub use locate::Remote;

/// Clones what `policy` allows, within `limits`.
#[derive(Debug, Clone)]
pub struct Git {
    pub policy: UrlPolicy,
    pub limits: ScanLimits,
    /// `PATH`, in which git is found.
    pub search_path: OsString,
}

/// A cloned repository.
#[derive(Debug, Clone)]
pub struct Cloned {
    /// The bare repository.
    pub dir: PathBuf,
    /// The branch or tag; `HEAD` for a commit that is on top of no branch.
    pub branch: String,
    /// Why it is another one than was requested, or than the remote's `HEAD` names.
    pub branch_note: Option<BranchNote>,
    /// The commit's id, in hexadecimal.
    pub commit: String,
    pub bytes: u64,
    /// Where it was cloned from; `None` for a repository of this machine that no clone made.
    pub remote: Option<Arc<Remote>>,
}

/// The first version that can be pinned to a vetted address (`http.curloptResolve`).
pub const OLDEST_VERSION: (u32, u32, u32) = (2, 37, 0);

/// The first version of its line without the security holes of 2024 and 2025 in clones.
pub const SAFE_VERSION: (u32, u32, u32) = (2, 47, 3);

/// How often the size of a growing clone is checked. At 100 MB/s it can outgrow its limit by 20 MB.
const SIZE_CHECK: Duration = Duration::from_millis(200);

/// The last bytes of git's stderr are kept, because they hold the reason.
const MAX_MESSAGE_BYTES: usize = 8 * 1024;

/// As much of its events; a process of git reports an error in about 300 bytes, and there are a handful of them.
const MAX_EVENT_BYTES: usize = 64 * 1024;

/// The longest output is a list of branches and tags: 200,000 of them take this much.
const MAX_OUTPUT_BYTES: usize = 16 * 1024 * 1024;

impl Git {
    /// Clones into a new folder `repo.git` in `sandbox`, where it is private with `credential`. Dropping the future kills
    /// git.
    ///
    /// # Errors
    /// A code for each way in which it can fail; at `deadline` it is `clone-timed-out`.
    pub async fn clone(
        &self,
        url: &RepoUrl,
        branch: Option<&BranchName>,
        credential: Option<&CloneCredential>,
        sandbox: &Path,
        deadline: Instant,
    ) -> Result<Cloned, Failed> {
        let work = async {
            let remote = Arc::new(locate::locate(url, &self.policy, credential).await?);
            let fetch = Fetch {
                git: self,
                remote: &remote,
                sandbox,
            };
            let chosen = choose::clone(&fetch, branch).await?;
            let dir = fetch.dir();
            let bytes = size_on_disk(&dir);
            if bytes > self.limits.max_repo_bytes {
                return Err(self.too_large());
            }
            Ok(Cloned {
                dir,
                branch: chosen.branch,
                branch_note: chosen.note,
                commit: chosen.commit,
                bytes,
                remote: Some(remote),
            })
        };
        tokio::time::timeout_at(deadline, work)
            .await
            .unwrap_or_else(|_| Err(Failed::new(FailureCode::CloneTimedOut, "the scan's time was used up")))
    }

    /// The branch and commit that the `HEAD` of the repository at `dir` leads to.
    async fn head(&self, dir: &Path) -> Result<Head, Failed> {
        let ended = self
            .run(command::head_args("--git-dir", dir), Reach::Disk, None)
            .await?;
        ended
            .head()
            .ok_or_else(|| Failed::new(FailureCode::EmptyRepository, ended.stderr))
    }

    async fn run(&self, args: Vec<OsString>, reach: Reach<'_>, sandbox: Option<&Path>) -> Result<Ended, Failed> {
        let unusable = |error: std::io::Error| Failed::new(FailureCode::CloneFailed, format!("git: {error}"));
        let program = command::program(args, reach, &self.search_path, sandbox, &self.limits);
        let mut group = ProcessGroup::start(&program).map_err(unusable)?;
        let pipes = group
            .pipes()
            .expect("the pipes of a group that was just started are open");
        let events = async {
            match pipes.events {
                Some(events) => read_tail(events, MAX_EVENT_BYTES).await,
                None => Ok(Vec::new()),
            }
        };
        let stdout = async {
            let output = read_capped(pipes.stdout, MAX_OUTPUT_BYTES).await?;
            output.ok_or_else(|| std::io::Error::other(format!("it wrote more than {MAX_OUTPUT_BYTES} bytes")))
        };
        let (stdout, stderr, events, status) = tokio::try_join!(
            stdout,
            read_tail(pipes.stderr, MAX_MESSAGE_BYTES),
            events,
            group.ended()
        )
        .map_err(unusable)?;
        Ok(Ended {
            success: status.success(),
            signal: std::os::unix::process::ExitStatusExt::signal(&status),
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
            errors: events::errors(&events),
        })
    }

    fn too_large(&self) -> Failed {
        Failed::new(
            FailureCode::RepositoryTooLarge,
            format!("more than {} bytes on disk", self.limits.max_repo_bytes),
        )
    }
}

/// The commit and the branch of the folder at `path`, where it is in a repository with a commit that git trusts.
pub async fn head_of(path: &Path, search_path: &str) -> Option<(String, Option<String>)> {
    let ended = local(search_path)
        .run(command::head_args("-C", path), Reach::Disk, None)
        .await
        .ok()?;
    let head = ended.head()?;
    Some((head.commit, head.branch))
}

fn local(search_path: &str) -> Git {
    Git {
        policy: UrlPolicy::default(),
        limits: ScanLimits::STANDARD,
        search_path: search_path.into(),
    }
}

/// The version of the git that would be started.
///
/// # Errors
/// It cannot be started, or prints something else than its version.
pub async fn version(search_path: &str) -> Result<(u32, u32, u32), String> {
    let run = local(search_path)
        .run(vec!["--version".into()], Reach::Disk, None)
        .await;
    let ended = run.map_err(|failed| failed.cause)?;
    // `git version 2.47.3`, with more behind it on some systems.
    let mut numbers = ended
        .stdout
        .split(' ')
        .nth(2)
        .unwrap_or_default()
        .trim()
        .split('.')
        .map(str::parse);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor)), patch) => Ok((major, minor, patch.and_then(Result::ok).unwrap_or(0))),
        _ => Err(format!("it prints `{}`", ended.stdout.trim().escape_debug())),
    }
}

/// How a run of git ended.
#[derive(Debug)]
struct Ended {
    success: bool,
    signal: Option<i32>,
    stdout: String,
    /// The last [`MAX_MESSAGE_BYTES`], for the log: text of the server is among it.
    stderr: String,
    errors: Vec<GitError>,
}

impl Ended {
    /// The result of a run with [`command::head_args`].
    fn head(&self) -> Option<Head> {
        let mut lines = self.stdout.lines();
        let commit = lines.next().filter(|_| self.success)?.to_owned();
        let branch = lines.next()?.strip_prefix("refs/heads/").map(str::to_owned);
        Some(Head { commit, branch })
    }
}

/// Completes when `dir` is larger than `max_bytes`.
async fn outgrows(dir: &Path, max_bytes: u64) {
    let mut check = tokio::time::interval(SIZE_CHECK);
    loop {
        check.tick().await;
        if size_on_disk(dir) > max_bytes {
            return;
        }
    }
}
