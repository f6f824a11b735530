//! Queries about sessions of the pages.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Connection;
use crate::store::StoreError;
use crate::store::schema::columns::column_time;
use crate::store::schema::{users, web_sessions};
use crate::store::sessions::{NewSession, SESSION_LIFE, WebSession};

pub async fn add(connection: &mut Connection, new: &NewSession, now: &DateTime<Utc>) -> Result<(), StoreError> {
    transaction!(connection, async |connection| {
        diesel::delete(web_sessions::table.filter(web_sessions::expires_at.le(column_time(*now))))
            .execute(connection)
            .await?;
        diesel::insert_into(web_sessions::table)
            .values((
                web_sessions::id.eq(&new.hash),
                web_sessions::user_id.eq(&new.user_id),
                web_sessions::sealed_token.eq(&new.sealed_token),
                web_sessions::created_at.eq(column_time(*now)),
                web_sessions::expires_at.eq(column_time(*now + SESSION_LIFE)),
            ))
            .on_conflict_do_nothing()
            .execute(connection)
            .await?;
        Ok(())
    })
}

pub async fn find(
    connection: &mut Connection,
    hash: &str,
    now: &DateTime<Utc>,
) -> Result<Option<WebSession>, StoreError> {
    type Row = (String, Option<String>, NaiveDateTime, Option<String>, Option<String>);
    let row: Option<Row> = web_sessions::table
        .inner_join(users::table)
        .filter(web_sessions::id.eq(hash))
        .filter(web_sessions::expires_at.gt(column_time(*now)))
        .select((
            web_sessions::user_id,
            web_sessions::sealed_token,
            web_sessions::expires_at,
            users::github_id,
            users::name,
        ))
        .first(connection)
        .await
        .optional()?;
    Ok(
        row.map(|(user_id, sealed_token, expires_at, github_id, name)| WebSession {
            user_id,
            github_id,
            name,
            sealed_token,
            expires_at: expires_at.and_utc(),
        }),
    )
}

pub async fn delete(connection: &mut Connection, hash: &str) -> Result<(), StoreError> {
    diesel::delete(web_sessions::table.find(hash))
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn delete_all_of(connection: &mut Connection, user_id: &str) -> Result<(), StoreError> {
    diesel::delete(web_sessions::table.filter(web_sessions::user_id.eq(user_id)))
        .execute(connection)
        .await?;
    Ok(())
}
