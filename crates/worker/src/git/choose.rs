//! Which branch is analyzed: the requested one, else the one that the remote's `HEAD` names, else the likeliest.

use repolens_core::{BranchName, BranchNote, FailureCode};

use super::fetch::{Fetch, Head};
use super::refs::{Ref, Refs};
use crate::failed::Failed;

/// The branch that was cloned, and why it is not the requested one.
#[derive(Debug)]
pub(super) struct Chosen {
    /// The name of the branch or tag; `HEAD` for a commit that is on top of no branch.
    pub branch: String,
    pub commit: String,
    pub note: Option<BranchNote>,
}

/// Some forms send `main` with every request, whether the user typed it or not; `HEAD` is git's own word for it.
fn means_default(requested: &BranchName) -> bool {
    matches!(requested.as_str(), "main" | "HEAD")
}

/// Clones the branch `requested`, or its substitute.
pub(super) async fn clone(fetch: &Fetch<'_>, requested: Option<&BranchName>) -> Result<Chosen, Failed> {
    let failed = match (fetch.clone_branch(requested).await, requested) {
        (Ok(head), Some(name)) => return Ok(named(head, name, None)),
        (Ok(head), None) => return Ok(of_head(head, None)),
        (Err(failed), None) if failed.code == FailureCode::EmptyRepository => failed,
        (Err(failed), Some(_)) if failed.code == FailureCode::BranchNotFound => failed,
        (Err(failed), _) => return Err(failed),
    };
    let refs = fetch.refs().await?;
    if refs.branches.is_empty() && refs.tags.is_empty() {
        return Err(Failed::new(FailureCode::EmptyRepository, failed.cause));
    }
    match requested {
        Some(name) if !means_default(name) => Err(failed),
        Some(_) if refs.has_head => Ok(of_head(
            fetch.clone_branch(None).await?,
            Some(BranchNote::DefaultBranch),
        )),
        _ => clone_substitute(fetch, &refs).await,
    }
}

/// `HEAD` leads nowhere: often it names `master`, and all was pushed to `main`; or there are tags alone.
async fn clone_substitute(fetch: &Fetch<'_>, refs: &Refs) -> Result<Chosen, Failed> {
    let (name, note) = if let Some(usual) = ["main", "master"].into_iter().find(|name| refs.has_branch(name)) {
        (usual, BranchNote::UsualBranch)
    } else if let Some(first) = refs.branches.first() {
        match fetch.newest("refs/heads/", &refs.branches).await? {
            Some(newest) => (newest.name.as_str(), BranchNote::NewestBranch),
            None => (first.name.as_str(), BranchNote::FirstBranch),
        }
    } else {
        (newest_tag(fetch, &refs.tags).await?, BranchNote::NewestTag)
    };
    let name = BranchName::parse(name).map_err(|invalid| {
        Failed::new(
            FailureCode::BranchNotFound,
            format!("`{}`: {invalid}", name.escape_debug()),
        )
    })?;
    let head = fetch.clone_branch(Some(&name)).await?;
    Ok(named(head, &name, Some(note)))
}

async fn newest_tag<'r>(fetch: &Fetch<'_>, tags: &'r [Ref]) -> Result<&'r str, Failed> {
    match fetch.newest("refs/tags/", tags).await? {
        Some(tag) => Ok(&tag.name),
        None => Err(
            Failed::new(FailureCode::NotACommit, "no branch, and no tag of a commit").explained(
                "The repository has no branch, and none of its tags names a commit: there is nothing to analyze.",
            ),
        ),
    }
}

fn named(head: Head, name: &BranchName, note: Option<BranchNote>) -> Chosen {
    Chosen {
        branch: name.as_str().to_owned(),
        commit: head.commit,
        note,
    }
}

fn of_head(head: Head, note: Option<BranchNote>) -> Chosen {
    match head.branch {
        Some(branch) => Chosen {
            branch,
            commit: head.commit,
            note,
        },
        None => Chosen {
            branch: "HEAD".to_owned(),
            commit: head.commit,
            note: Some(BranchNote::DetachedHead),
        },
    }
}
