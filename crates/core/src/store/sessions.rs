//! Calls about sessions of the pages. Of a session's token only the SHA-256 is stored, in hexadecimal.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Store, StoreError, call};

/// A session lasts this long.
pub const SESSION_LIFE: TimeDelta = TimeDelta::days(30);

/// A session to be stored.
#[derive(Debug, Clone)]
pub struct NewSession {
    pub hash: String,
    pub user_id: String,
    /// The GitHub token, encrypted with a key that only the session's token gives.
    pub sealed_token: Option<String>,
}

/// Whose a session is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebSession {
    pub user_id: String,
    /// The number of the user's account at GitHub.
    pub github_id: Option<String>,
    /// By which the user is shown.
    pub name: Option<String>,
    pub sealed_token: Option<String>,
    pub expires_at: DateTime<Utc>,
}

impl Store {
    /// Stores a session, and deletes those that have expired.
    pub async fn add_session(&self, new: NewSession, now: DateTime<Utc>) -> Result<(), StoreError> {
        call!(self, writers, sessions::add(new, now))
    }

    /// The session with this hash; `None` where there is none or it has expired.
    pub async fn session(&self, hash: &str, now: DateTime<Utc>) -> Result<Option<WebSession>, StoreError> {
        let hash = hash.to_owned();
        call!(self, readers, sessions::find(hash, now))
    }

    pub async fn delete_session(&self, hash: &str) -> Result<(), StoreError> {
        let hash = hash.to_owned();
        call!(self, writers, sessions::delete(hash))
    }

    /// Deletes all sessions of a user.
    pub async fn delete_sessions_of(&self, user_id: &str) -> Result<(), StoreError> {
        let user_id = user_id.to_owned();
        call!(self, writers, sessions::delete_all_of(user_id))
    }
}
