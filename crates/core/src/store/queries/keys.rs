//! Queries about API keys.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Connection, users};
use crate::store::StoreError;
use crate::store::keys::{ApiKey, KeyRow, KeyUse, MAX_KEYS, NewKey};
use crate::store::schema::api_keys;
use crate::store::schema::columns::column_time;

pub async fn add(connection: &mut Connection, new: &NewKey, now: &DateTime<Utc>) -> Result<bool, StoreError> {
    transaction!(connection, async |connection| {
        users::ensure(connection, &new.user_id, now).await?;
        let others: i64 = api_keys::table
            .filter(api_keys::user_id.eq(&new.user_id))
            .filter(api_keys::id.ne(&new.id))
            .count()
            .get_result(connection)
            .await?;
        if others >= MAX_KEYS {
            return Ok(false);
        }
        diesel::insert_into(api_keys::table)
            .values((
                api_keys::id.eq(&new.id),
                api_keys::user_id.eq(&new.user_id),
                api_keys::hash.eq(&new.hash),
                api_keys::name.eq(&new.name),
                api_keys::expires_at.eq(new.expires_at.map(column_time)),
                api_keys::created_at.eq(column_time(*now)),
                api_keys::updated_at.eq(column_time(*now)),
            ))
            .on_conflict_do_nothing()
            .execute(connection)
            .await?;
        Ok(true)
    })
}

pub async fn list(connection: &mut Connection, user_id: &str) -> Result<Vec<ApiKey>, StoreError> {
    let rows: Vec<KeyRow> = api_keys::table
        .filter(api_keys::user_id.eq(user_id))
        .order((api_keys::created_at.desc(), api_keys::id))
        .select(KeyRow::as_select())
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(ApiKey::from).collect())
}

/// Deletes the key where it is this user's. Returns its owner.
pub async fn delete(connection: &mut Connection, id: &str, user_id: &str) -> Result<Option<String>, StoreError> {
    let deleted = diesel::delete(api_keys::table.find(id).filter(api_keys::user_id.eq(user_id)))
        .execute(connection)
        .await?;
    if deleted > 0 {
        return Ok(Some(user_id.to_owned()));
    }
    Ok(api_keys::table
        .find(id)
        .select(api_keys::user_id)
        .first(connection)
        .await
        .optional()?)
}

/// The key with this hash, and when it was used last as far as that is recorded.
pub async fn find(
    connection: &mut Connection,
    hash: &str,
) -> Result<Option<(KeyUse, Option<DateTime<Utc>>)>, StoreError> {
    let row: Option<(String, String, Option<NaiveDateTime>, Option<NaiveDateTime>)> = api_keys::table
        .filter(api_keys::hash.eq(hash))
        .select((
            api_keys::id,
            api_keys::user_id,
            api_keys::expires_at,
            api_keys::last_used_at,
        ))
        .first(connection)
        .await
        .optional()?;
    Ok(row.map(|(key_id, user_id, expires_at, last_used_at)| {
        let found = KeyUse {
            key_id,
            user_id,
            expires_at: expires_at.map(|time| time.and_utc()),
        };
        (found, last_used_at.map(|time| time.and_utc()))
    }))
}

pub async fn record_use(connection: &mut Connection, id: &str, now: &DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(api_keys::table.find(id))
        .set(api_keys::last_used_at.eq(column_time(*now)))
        .execute(connection)
        .await?;
    Ok(())
}
