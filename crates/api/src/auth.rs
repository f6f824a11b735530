//! Authentication: the caller, its credential, and what it may see and change.

pub mod access;
mod cache;
pub mod caller;
pub mod callers;
pub mod cancel_token;
pub mod clone_target;
pub mod clone_tokens;
mod cookie;
pub mod github;
pub mod session;
mod token;
pub mod worker;

use repolens_core::Secret;

use callers::Callers;

/// The state of authentication.
pub struct Auth {
    pub callers: Callers,
    pub worker_token: Secret,
    pub github_webhook_secret: Option<Secret>,
}
