//! Private repositories: which scans are private, and the tokens that they are cloned with.
//!
//! A token is kept in the memory of this process until its scan has ended, and is handed to the worker with the job. It is
//! in no row, queue or log. A restart loses it: the scan then fails, and says so.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use repolens_core::job::CloneCredential;
use repolens_core::{RepoUrl, ScanId, Secret};

use crate::app::App;
use crate::auth::caller::{Caller, Visibility};
use crate::http::problem::Problem;

/// A repository as it will be scanned.
pub struct Target {
    pub repo_url: RepoUrl,
    /// `Some`: it is private, and this is what it is cloned with.
    pub token: Option<Secret>,
}

/// Asks GitHub what the repository is to the caller's token, where the caller has one and the repository is there.
///
/// # Errors
/// 503 where GitHub does not answer: nobody guesses whether a repository is private.
pub async fn target(app: &Arc<App>, caller: &Caller, repo_url: RepoUrl) -> Result<Target, Problem> {
    let public = |repo_url| Target { repo_url, token: None };
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
        Some(Visibility::Private { clone_url }) => Target {
            repo_url: clone_url,
            token: Some(token),
        },
        // Without the token: what it may not see is not found, as for everybody.
        Some(Visibility::Public | Visibility::Hidden) | None => public(repo_url),
    })
}

/// The tokens of private scans that have not ended.
#[derive(Default)]
pub struct Tokens(Mutex<HashMap<String, Secret>>);

impl Tokens {
    pub fn keep(&self, scan: &ScanId, token: Secret) {
        self.lock().insert(scan.as_str().to_owned(), token);
    }

    /// The scan has ended, or was not stored.
    pub fn forget(&self, scan: &str) {
        self.lock().remove(scan);
    }

    /// What the scan's repository is cloned with; `None` where the token is lost.
    pub fn credential(&self, scan: &ScanId, origin: String) -> Option<CloneCredential> {
        let token = self.lock().get(scan.as_str()).cloned()?;
        Some(CloneCredential {
            origin,
            // What GitHub calls whoever comes with a token.
            username: "x-access-token".to_owned(),
            password: token.expose().to_owned(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Secret>> {
        // Each change of the map is one call: it is whole even after a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
