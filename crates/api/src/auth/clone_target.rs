//! Whether a scan is private, and what its repository is cloned with.

use std::sync::Arc;

use repolens_core::{RepoUrl, Secret};

use crate::app::App;
use crate::auth::caller::Caller;
use crate::auth::github::Visibility;
use crate::http::problem::Problem;

/// A repository as it will be scanned.
pub struct CloneTarget {
    pub repo_url: RepoUrl,
    /// `Some`: it is private, and this is the token to clone it with.
    pub token: Option<Secret>,
}

/// Asks GitHub for the visibility of the repository, where the caller has a token and the repository exists.
///
/// # Errors
/// 503 where GitHub does not answer: the visibility of a repository is never guessed.
pub async fn target(app: &Arc<App>, caller: &Caller, repo_url: RepoUrl) -> Result<CloneTarget, Problem> {
    let public = |repo_url| CloneTarget { repo_url, token: None };
    let Caller::User(user) = caller else {
        return Ok(public(repo_url));
    };
    let Some(token) = user.github.clone() else {
        return Ok(public(repo_url));
    };
    let (shared, asked, url) = (Arc::clone(app), token.clone(), repo_url.clone());
    let work = async move {
        let github = &shared.auth.callers.github;
        github.visibility(&url, &asked, &shared.scans.url_policy).await
    };
    Ok(match app.scans.on_runtime(work).await?? {
        Some(Visibility::Private { clone_url }) => CloneTarget {
            repo_url: clone_url,
            token: Some(token),
        },
        // Without the token: a repository that it may not see is not found, as for a guest.
        Some(Visibility::Public | Visibility::Hidden) | None => public(repo_url),
    })
}
