//! The one place that starts git, and the only way in which a repository reaches this machine.
//!
//! An address is looked up once, every answer is vetted, and git is tied to what was vetted ([`locate`]). The clone is
//! bare, shallow and without large files; hooks, submodules, filters, credentials, prompts, other protocols and the
//! machine's own git configuration are off ([`command`]); a private repository's password is in git's environment alone
//! ([`credential`]). How it failed is told from what git says ([`classify`]).

mod classify;
mod command;
mod credential;
mod locate;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use repolens_core::job::CloneCredential;
use repolens_core::settings::ScanLimits;
use repolens_core::{BranchName, FailureCode, RepoUrl, UrlPolicy};
use tokio::time::Instant;

use crate::failed::Failed;
use crate::process::{Group, read_tail};
use crate::sandbox::{is_full, size_on_disk};
use command::Reach;

/// Clones what `policy` allows, within `limits`.
#[derive(Debug, Clone)]
pub struct Git {
    pub policy: UrlPolicy,
    pub limits: ScanLimits,
    /// `PATH`, where git is looked for.
    pub search_path: OsString,
}

/// A repository that has arrived.
#[derive(Debug, Clone)]
pub struct Cloned {
    /// The bare repository.
    pub dir: PathBuf,
    /// The branch (or tag) that was asked for, else the remote's default branch.
    pub branch: String,
    /// The commit's id, in hexadecimal.
    pub commit: String,
    pub bytes: u64,
}

/// The first that can be tied to a vetted address (`http.curloptResolve`).
pub const OLDEST_VERSION: (u32, u32, u32) = (2, 37, 0);

/// The first of its line without the holes of 2024 and 2025 in what a clone may do.
pub const SAFE_VERSION: (u32, u32, u32) = (2, 47, 3);

/// How often the size of a growing clone is looked at. At 100 MB/s it can outgrow its limit by 20 MB.
const SIZE_CHECK: Duration = Duration::from_millis(200);

/// What git says is kept up to this size: the reason stands at its end.
const MAX_MESSAGE_BYTES: usize = 8 * 1024;

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
            let place = locate::locate(url, &self.policy, credential).await?;
            let dir = sandbox.join("repo.git");
            self.fetch(&place, branch, &dir, sandbox).await?;
            let (commit, name) = match self.head(&dir).await {
                Err(failed) if branch.is_none() => self.another_branch(&place, &dir, sandbox, failed).await?,
                found => found?,
            };
            let bytes = size_on_disk(&dir);
            if bytes > self.limits.max_repo_bytes {
                return Err(self.too_large());
            }
            Ok(Cloned {
                dir,
                branch: branch.map_or(name, |branch| branch.as_str().to_owned()),
                commit,
                bytes,
            })
        };
        tokio::time::timeout_at(deadline, work)
            .await
            .unwrap_or_else(|_| Err(Failed::new(FailureCode::CloneTimedOut, "the scan's time was used up")))
    }

    async fn fetch(
        &self,
        place: &locate::Place,
        branch: Option<&BranchName>,
        dir: &Path,
        sandbox: &Path,
    ) -> Result<(), Failed> {
        let args = command::clone_args(place, branch, dir, &self.limits);
        let run = self.run(args, Reach::of(place), Some(sandbox));
        tokio::select! {
            biased;
            ended = run => {
                let ended = ended?;
                if ended.success {
                    return Ok(());
                }
                let failed = classify::classify(&ended.message, ended.signal);
                Err(match failed.code {
                    // Where not a byte can be written, git does not always say so.
                    FailureCode::CloneFailed if is_full(sandbox) => {
                        Failed::new(FailureCode::SandboxUnusable, format!("the disk is full: {failed}"))
                    }
                    _ => failed,
                })
            }
            () = outgrows(sandbox, self.limits.max_repo_bytes) => Err(self.too_large()),
        }
    }

    /// The remote's `HEAD` names a branch that is not there (often `master`, where all was pushed to `main`): takes the
    /// likeliest of those that are. Where there is none, the repository is `empty`.
    async fn another_branch(
        &self,
        place: &locate::Place,
        dir: &Path,
        sandbox: &Path,
        empty: Failed,
    ) -> Result<(String, String), Failed> {
        let args = command::branches_args(place);
        let listed = self.run(args, Reach::of(place), Some(sandbox)).await?;
        let names: Vec<&str> = listed
            .output
            .lines()
            .filter_map(|line| line.split_once("\trefs/heads/").map(|(_, name)| name))
            .collect();
        let usual = ["main", "master", "trunk", "develop"]
            .into_iter()
            .find(|name| names.contains(name));
        let branch = usual
            .or(names.first().copied())
            .and_then(|name| BranchName::parse(name).ok());
        let Some(branch) = branch else { return Err(empty) };
        let unusable = |error: std::io::Error| Failed::new(FailureCode::SandboxUnusable, error.to_string());
        std::fs::remove_dir_all(dir).map_err(unusable)?;
        self.fetch(place, Some(&branch), dir, sandbox).await?;
        self.head(dir).await
    }

    /// The commit and the name of the branch that the clone's `HEAD` stands for.
    async fn head(&self, dir: &Path) -> Result<(String, String), Failed> {
        let ended = self
            .run(command::head_args("--git-dir", dir), Reach::Disk, None)
            .await?;
        let mut lines = ended.output.lines();
        match (ended.success, lines.next(), lines.next()) {
            (true, Some(commit), Some(name)) => {
                let name = name.strip_prefix("refs/heads/").unwrap_or(name);
                Ok((commit.to_owned(), name.to_owned()))
            }
            _ => Err(Failed::new(FailureCode::EmptyRepository, ended.message)),
        }
    }

    async fn run(&self, args: Vec<OsString>, reach: Reach<'_>, sandbox: Option<&Path>) -> Result<Ended, Failed> {
        let unusable = |error: std::io::Error| Failed::new(FailureCode::CloneFailed, format!("git: {error}"));
        let program = command::program(args, reach, &self.search_path, sandbox, &self.limits);
        let mut group = Group::start(&program).map_err(unusable)?;
        let (stdout, stderr) = group
            .output()
            .expect("the pipes of a group that was just started are there");
        let (output, message, status) = tokio::try_join!(
            read_tail(stdout, MAX_MESSAGE_BYTES),
            read_tail(stderr, MAX_MESSAGE_BYTES),
            group.ended(),
        )
        .map_err(unusable)?;
        Ok(Ended {
            success: status.success(),
            signal: std::os::unix::process::ExitStatusExt::signal(&status),
            output: String::from_utf8_lossy(&output).into_owned(),
            message: String::from_utf8_lossy(&message).into_owned(),
        })
    }

    fn too_large(&self) -> Failed {
        Failed::new(
            FailureCode::RepositoryTooLarge,
            format!("more than {} bytes on disk", self.limits.max_repo_bytes),
        )
    }
}

/// The commit and the branch that the folder at `path` stands at, where it is in a repository with a commit and git takes
/// its owner for ours.
pub async fn head_of(path: &Path, search_path: &str) -> Option<(String, Option<String>)> {
    let ended = local(search_path)
        .run(command::head_args("-C", path), Reach::Disk, None)
        .await
        .ok()?;
    let mut lines = ended.output.lines();
    let commit = lines.next().filter(|_| ended.success)?;
    let branch = lines.next()?.strip_prefix("refs/heads/");
    Some((commit.to_owned(), branch.map(str::to_owned)))
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
/// It cannot be started, or says something else than its version.
pub async fn version(search_path: &str) -> Result<(u32, u32, u32), String> {
    let run = local(search_path)
        .run(vec!["--version".into()], Reach::Disk, None)
        .await;
    let ended = run.map_err(|failed| failed.cause)?;
    // `git version 2.47.3`, with more behind it on some systems.
    let mut numbers = ended
        .output
        .split(' ')
        .nth(2)
        .unwrap_or_default()
        .trim()
        .split('.')
        .map(str::parse);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor)), patch) => Ok((major, minor, patch.and_then(Result::ok).unwrap_or(0))),
        _ => Err(format!("it says `{}`", ended.output.trim().escape_debug())),
    }
}

/// How a run of git ended.
struct Ended {
    success: bool,
    signal: Option<i32>,
    output: String,
    message: String,
}

/// Comes to an end when `dir` is larger than `max_bytes`.
async fn outgrows(dir: &Path, max_bytes: u64) {
    let mut check = tokio::time::interval(SIZE_CHECK);
    loop {
        check.tick().await;
        if size_on_disk(dir) > max_bytes {
            return;
        }
    }
}
