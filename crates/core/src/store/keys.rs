//! Calls about API keys. Only the SHA-256 of a key is stored, in hexadecimal: a key is long and random, so that no slower
//! hash is needed.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::schema::api_keys;
use super::{Store, StoreError, call};

/// The most keys that one user may have.
pub const MAX_KEYS: i64 = 50;

/// The last use is recorded no more often: a key that is used all the time costs no write for each request.
const RECORD_USE_EVERY: TimeDelta = TimeDelta::minutes(5);

/// A key to be stored.
#[derive(Debug, Clone)]
pub struct NewKey {
    pub id: String,
    pub user_id: String,
    pub name: String,
    pub hash: String,
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key as it is shown: the key itself is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    pub id: String,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// Whose a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    pub key_id: String,
    pub user_id: String,
    pub expires_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
pub(super) struct KeyRow {
    id: String,
    name: String,
    created_at: NaiveDateTime,
    last_used_at: Option<NaiveDateTime>,
    expires_at: Option<NaiveDateTime>,
}

impl From<KeyRow> for ApiKey {
    fn from(row: KeyRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            created_at: row.created_at.and_utc(),
            last_used_at: row.last_used_at.map(|time| time.and_utc()),
            expires_at: row.expires_at.map(|time| time.and_utc()),
        }
    }
}

impl Store {
    /// Stores a key; `false` where the user has [`MAX_KEYS`] already.
    pub async fn add_key(&self, new: NewKey, now: DateTime<Utc>) -> Result<bool, StoreError> {
        call!(self, writers, keys::add(new, now))
    }

    /// A user's keys, newest first.
    pub async fn keys(&self, user_id: &str) -> Result<Vec<ApiKey>, StoreError> {
        let user_id = user_id.to_owned();
        call!(self, readers, keys::list(user_id))
    }

    /// Deletes a user's key. Returns its owner where that is another user, `None` where there is no such key.
    pub async fn delete_key(&self, id: &str, user_id: &str) -> Result<Option<String>, StoreError> {
        let (id, user_id) = (id.to_owned(), user_id.to_owned());
        call!(self, writers, keys::delete(id, user_id))
    }

    /// Whose the key with this hash is, and records that it was used; `None` where there is none or it has expired.
    pub async fn use_key(&self, hash: &str, now: DateTime<Utc>) -> Result<Option<KeyUse>, StoreError> {
        let hash = hash.to_owned();
        let found = call!(self, readers, keys::find(hash))?;
        let Some((found, last_used_at)) = found else {
            return Ok(None);
        };
        if found.expires_at.is_some_and(|end| end <= now) {
            return Ok(None);
        }
        if last_used_at.is_none_or(|last| now - last > RECORD_USE_EVERY) {
            let id = found.key_id.clone();
            call!(self, writers, keys::record_use(id, now))?;
        }
        Ok(Some(found))
    }
}
