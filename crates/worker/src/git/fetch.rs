//! One remote, and what git fetches of it into the sandbox of a scan.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use repolens_core::{BranchName, FailureCode};

use super::command::{self, Check, Reach};
use super::locate::Remote;
use super::refs::{Ref, Refs};
use super::{Ended, Git, classify, fsck, outgrows};
use crate::failed::Failed;
use crate::git::sandbox::is_full;

/// The target of a clone's `HEAD`.
#[derive(Debug)]
pub(super) struct Head {
    /// The commit's id.
    pub commit: String,
    /// The branch; `None` where `HEAD` is detached.
    pub branch: Option<String>,
}

/// Fetches from one remote.
pub(super) struct Fetch<'a> {
    pub git: &'a Git,
    pub remote: &'a Remote,
    pub sandbox: &'a Path,
}

/// Where there are more branches or tags than this, the rest is not considered in the search for the newest: their ids are
/// arguments of git, 41 bytes each.
const MAX_CANDIDATES: usize = 10_000;

impl Fetch<'_> {
    /// Where [`Fetch::clone_branch`] puts the repository.
    pub(super) fn dir(&self) -> PathBuf {
        self.sandbox.join("repo.git")
    }

    /// Clones one branch or tag, or what the remote's `HEAD` leads to, in place of what was cloned before.
    pub(super) async fn clone_branch(&self, branch: Option<&BranchName>) -> Result<Head, Failed> {
        let ended = self.run_clone(branch, Check::OnArrival).await?;
        if ended.success {
            return self.git.head(&self.dir()).await;
        }
        match fsck::refused_object(&ended.errors) {
            Some(id) if fsck::is_untidy(id) => {
                tracing::debug!(id, "an untidy object: cloning again, and checking afterwards");
                self.clone_untidy(branch).await
            }
            _ => Err(self.failure(&ended)),
        }
    }

    /// See [`fsck`].
    async fn clone_untidy(&self, branch: Option<&BranchName>) -> Result<Head, Failed> {
        let ended = self.run_clone(branch, Check::Afterwards).await?;
        if !ended.success {
            return Err(self.failure(&ended));
        }
        let checked = self
            .git
            .run(command::fsck_args(&self.dir()), Reach::Disk, Some(self.sandbox))
            .await?;
        if checked.success {
            return self.git.head(&self.dir()).await;
        }
        let cause = format!("git fsck: {}", checked.stderr.trim());
        Err(match fsck::refused_line(&checked.stderr) {
            Some(id) => fsck::refuse(id, cause),
            None => Failed::new(FailureCode::RepositoryDamaged, cause),
        })
    }

    async fn run_clone(&self, branch: Option<&BranchName>, check: Check) -> Result<Ended, Failed> {
        let dir = self.dir();
        remove(&dir)?;
        let args = command::clone_args(self.remote, branch, &dir, &self.git.limits, check);
        self.run_within_size(args).await
    }

    /// The remote's branches and tags.
    pub(super) async fn refs(&self) -> Result<Refs, Failed> {
        let ended = self.run_within_size(command::refs_args(self.remote)).await?;
        if ended.success {
            Ok(Refs::parse(&ended.stdout))
        } else {
            Err(self.failure(&ended))
        }
    }

    /// The one of `candidates` (all below `prefix`, `refs/heads/` or `refs/tags/`) with the newest commit. `None` where none
    /// of them is a commit, or the server does not hand out their commits.
    ///
    /// The server sends no dates, so their commits are fetched, without folders and files where it can leave them out.
    pub(super) async fn newest<'r>(&self, prefix: &str, candidates: &'r [Ref]) -> Result<Option<&'r Ref>, Failed> {
        let candidates = &candidates[..candidates.len().min(MAX_CANDIDATES)];
        let dir = self.sandbox.join("commits.git");
        let local = async |args| self.git.run(args, Reach::Disk, Some(self.sandbox)).await;
        local(command::init_args(&dir)).await?;
        // It fails where a tag names a folder, but has fetched the commits by then.
        self.run_within_size(command::commits_args(self.remote, &dir, prefix))
            .await?;
        let objects = local(command::objects_args(&dir)).await?;
        let commits: std::collections::HashSet<&str> = objects
            .stdout
            .lines()
            .filter_map(|line| line.strip_prefix("commit "))
            .collect();
        let ids: Vec<&str> = candidates
            .iter()
            .map(|candidate| candidate.id.as_str())
            .filter(|id| commits.contains(id))
            .collect();
        if ids.is_empty() {
            return Ok(None);
        }
        let newest = local(command::newest_args(&dir, &ids)).await?;
        remove(&dir)?;
        Ok(candidates.iter().find(|candidate| candidate.id == newest.stdout.trim()))
    }

    async fn run_within_size(&self, args: Vec<std::ffi::OsString>) -> Result<Ended, Failed> {
        tokio::select! {
            biased;
            ended = self.git.run(args, Reach::of(self.remote), Some(self.sandbox)) => ended,
            () = outgrows(self.sandbox, self.git.limits.max_repo_bytes) => Err(self.git.too_large()),
        }
    }

    fn failure(&self, ended: &Ended) -> Failed {
        let failed = classify::classify(&ended.errors, &ended.stderr, ended.signal);
        match failed.code {
            // When the disk is full, git does not always report it.
            FailureCode::CloneFailed if is_full(self.sandbox) => {
                Failed::new(FailureCode::SandboxUnusable, format!("the disk is full: {failed}"))
            }
            _ => failed,
        }
    }
}

fn remove(dir: &Path) -> Result<(), Failed> {
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Failed::new(FailureCode::SandboxUnusable, error.to_string()))
        }
        _ => Ok(()),
    }
}
