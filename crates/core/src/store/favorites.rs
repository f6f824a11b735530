//! Calls about favorites.

use chrono::{DateTime, Utc};

use super::{Repository, Store, StoreError, call};

/// A repository that a user wants to find again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Favorite {
    pub id: String,
    pub created_at: DateTime<Utc>,
    /// Its latest scan is the newest that this user may see.
    pub repository: Repository,
}

impl Store {
    /// A user's favorites, newest first.
    pub async fn favorites(&self, user_id: &str) -> Result<Vec<Favorite>, StoreError> {
        let user_id = user_id.to_owned();
        call!(self, readers, favorites::list(user_id))
    }

    /// Adds a favorite, or returns the existing one; `None` where this user can see no such repository.
    pub async fn add_favorite(
        &self,
        user_id: &str,
        repository_id: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Favorite>, StoreError> {
        let (user_id, repository_id) = (user_id.to_owned(), repository_id.to_owned());
        let new_id = uuid::Uuid::new_v4().to_string();
        call!(self, writers, favorites::add(user_id, repository_id, new_id, now))
    }

    /// `false`: it was none.
    pub async fn remove_favorite(&self, user_id: &str, repository_id: &str) -> Result<bool, StoreError> {
        let (user_id, repository_id) = (user_id.to_owned(), repository_id.to_owned());
        call!(self, writers, favorites::remove(user_id, repository_id))
    }

    pub async fn is_favorite(&self, user_id: &str, repository_id: &str) -> Result<bool, StoreError> {
        let (user_id, repository_id) = (user_id.to_owned(), repository_id.to_owned());
        call!(self, readers, favorites::is_one(user_id, repository_id))
    }
}
