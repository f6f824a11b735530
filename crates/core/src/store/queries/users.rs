//! Queries about users.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel_async::RunQueryDsl;
use sha2::{Digest as _, Sha256};

use super::Connection;
use crate::store::StoreError;
use crate::store::columns::column_time;
use crate::store::schema::{accounts, users};

const GITHUB: &str = "github";

pub async fn by_github_id(connection: &mut Connection, github_id: &str) -> Result<Option<String>, StoreError> {
    Ok(users::table
        .filter(users::github_id.eq(github_id))
        .select(users::id)
        .first(connection)
        .await
        .optional()?)
}

/// The user who signed in at the front end with this account, or a new one with `new_id`.
pub async fn make_github_user(
    connection: &mut Connection,
    github_id: &str,
    login: &str,
    new_id: &str,
    now: &DateTime<Utc>,
) -> Result<String, StoreError> {
    transaction!(connection, async |connection| {
        let signed_in: Option<String> = accounts::table
            .filter(accounts::provider.eq(GITHUB))
            .filter(accounts::provider_account_id.eq(github_id))
            .select(accounts::user_id)
            .first(connection)
            .await
            .optional()?;
        if let Some(user_id) = signed_in {
            diesel::update(users::table.find(&user_id).filter(users::github_id.is_null()))
                .set((users::github_id.eq(github_id), users::updated_at.eq(column_time(*now))))
                .execute(connection)
                .await?;
            return Ok(user_id);
        }
        let made = diesel::insert_into(users::table)
            .values((
                users::id.eq(new_id),
                users::email.eq(format!("github-{github_id}@users.invalid")),
                users::name.eq(login),
                users::github_id.eq(github_id),
                users::created_at.eq(column_time(*now)),
                users::updated_at.eq(column_time(*now)),
            ))
            .on_conflict_do_nothing()
            .execute(connection)
            .await?;
        if made == 0 {
            // Another call, or this one's first try, was faster.
            return by_github_id(connection, github_id).await?.ok_or_else(|| {
                StoreError::Broken("a user with that placeholder address has another account".to_owned())
            });
        }
        diesel::insert_into(accounts::table)
            .values((
                accounts::id.eq(new_id),
                accounts::user_id.eq(new_id),
                accounts::kind.eq("oauth"),
                accounts::provider.eq(GITHUB),
                accounts::provider_account_id.eq(github_id),
            ))
            .on_conflict_do_nothing()
            .execute(connection)
            .await?;
        Ok(new_id.to_owned())
    })
}

/// Makes the row of a user whom a token of the front end names, where it is missing: other rows refer to it.
pub async fn ensure(connection: &mut Connection, user_id: &str, now: &DateTime<Utc>) -> QueryResult<()> {
    let known: Option<String> = users::table
        .find(user_id)
        .select(users::id)
        .first(connection)
        .await
        .optional()?;
    if known.is_some() {
        return Ok(());
    }
    // The column must have an address, and that of a token is not proved to be this user's.
    let placeholder = format!("{}@users.invalid", &hex::encode(Sha256::digest(user_id))[..32]);
    diesel::insert_into(users::table)
        .values((
            users::id.eq(user_id),
            users::email.eq(placeholder),
            users::created_at.eq(column_time(*now)),
            users::updated_at.eq(column_time(*now)),
        ))
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    Ok(())
}
