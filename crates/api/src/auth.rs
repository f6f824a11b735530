//! Who calls, by which credential, and what a caller may see and change.

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

/// What is needed to know who calls.
pub struct Auth {
    pub callers: Callers,
    pub worker_token: Secret,
    pub github_webhook_secret: Option<Secret>,
}
