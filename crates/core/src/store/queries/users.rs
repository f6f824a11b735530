//! Queries about users.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel_async::RunQueryDsl;
use sha2::{Digest as _, Sha256};

use super::Connection;
use crate::store::StoreError;
use crate::store::schema::columns::column_time;
use crate::store::schema::{accounts, api_keys, favorite_repositories, scans, users, webhooks};
use crate::store::users::{FoundPerson, Person};

const GITHUB: &str = "github";

/// The end of the addresses of users that are made here; no mail is ever sent to one.
const PLACEHOLDER: &str = "@users.invalid";

/// A row of `users`: its id, its address, its account at GitHub.
type Row = (String, String, Option<String>);

/// The user with this account at GitHub: by the accounts of the front end's adapter, by `githubId`, or by a row that was made
/// here for a token of a front end without an adapter, whose `sub` is that number.
pub async fn by_github_id(connection: &mut Connection, github_id: &str) -> Result<Option<FoundPerson>, StoreError> {
    let by_account: Option<String> = accounts::table
        .filter(accounts::provider.eq(GITHUB))
        .filter(accounts::provider_account_id.eq(github_id))
        .select(accounts::user_id)
        .first(connection)
        .await
        .optional()?;
    let rows: Vec<Row> = users::table
        .filter(
            users::github_id
                .eq(github_id)
                .assume_not_null()
                .or(users::id.eq(github_id)),
        )
        .select((users::id, users::email, users::github_id))
        .load(connection)
        .await?;
    let by_column = rows.iter().find(|row| row.2.as_deref() == Some(github_id));
    let by_subject = rows.iter().find(|row| row.0 == github_id && is_placeholder(row));
    let id = by_account
        .as_deref()
        .or(by_column.map(|row| row.0.as_str()))
        .or(by_subject.map(|row| row.0.as_str()));
    let Some(id) = id.map(str::to_owned) else {
        return Ok(None);
    };
    let strays = rows
        .into_iter()
        .filter(|row| row.0 != id && is_placeholder(row))
        .map(|row| row.0)
        .collect();
    Ok(Some(FoundPerson {
        person: Person {
            id,
            github_id: Some(github_id.to_owned()),
            is_stored: true,
        },
        strays,
    }))
}

fn is_placeholder(row: &Row) -> bool {
    row.1.ends_with(PLACEHOLDER)
}

/// The user whom a token of the front end names. A name of digits only is the number of an account at GitHub.
pub async fn by_subject(connection: &mut Connection, subject: &str) -> Result<FoundPerson, StoreError> {
    let row: Option<Row> = users::table
        .find(subject)
        .select((users::id, users::email, users::github_id))
        .first(connection)
        .await
        .optional()?;
    let by_account: Option<String> = accounts::table
        .filter(accounts::provider.eq(GITHUB))
        .filter(accounts::user_id.eq(subject))
        .select(accounts::provider_account_id)
        .first(connection)
        .await
        .optional()?;
    let is_number = subject.bytes().all(|byte| byte.is_ascii_digit());
    let github_id = by_account
        .or_else(|| row.as_ref().and_then(|row| row.2.clone()))
        .or_else(|| is_number.then(|| subject.to_owned()));
    // A row that the front end made decides, whatever the other tables have.
    let is_of_the_front_end = row.as_ref().is_some_and(|row| !is_placeholder(row));
    if let Some(github_id) = &github_id
        && let Some(found) = by_github_id(connection, github_id).await?
        && (!is_of_the_front_end || found.person.id == subject)
    {
        return Ok(found);
    }
    Ok(FoundPerson {
        person: Person {
            id: subject.to_owned(),
            github_id,
            is_stored: row.is_some(),
        },
        strays: Vec::new(),
    })
}

/// Makes the user with this account at GitHub. The id is that number, as in the tokens of a front end without an adapter.
pub async fn make_github_user(
    connection: &mut Connection,
    github_id: &str,
    login: &str,
    now: &DateTime<Utc>,
) -> Result<FoundPerson, StoreError> {
    transaction!(connection, async |connection| {
        let taken: Option<String> = users::table
            .find(github_id)
            .select(users::id)
            .first(connection)
            .await
            .optional()?;
        let new_id = match taken {
            None => github_id.to_owned(),
            Some(_) => uuid::Uuid::new_v4().to_string(),
        };
        let made = diesel::insert_into(users::table)
            .values((
                users::id.eq(&new_id),
                users::email.eq(format!("github-{github_id}{PLACEHOLDER}")),
                users::name.eq(login),
                users::github_id.eq(github_id),
                users::created_at.eq(column_time(*now)),
                users::updated_at.eq(column_time(*now)),
            ))
            .on_conflict_do_nothing()
            .execute(connection)
            .await?;
        if made > 0 {
            diesel::insert_into(accounts::table)
                .values((
                    accounts::id.eq(&new_id),
                    accounts::user_id.eq(&new_id),
                    accounts::kind.eq("oauth"),
                    accounts::provider.eq(GITHUB),
                    accounts::provider_account_id.eq(github_id),
                ))
                .on_conflict_do_nothing()
                .execute(connection)
                .await?;
        }
        // It, or the one of a call that was faster.
        by_github_id(connection, github_id)
            .await?
            .ok_or_else(|| StoreError::Broken("a user with that placeholder address has another account".to_owned()))
    })
}

/// Assigns the data of `strays`, which were made here, to `user_id`, and deletes their rows in `users`.
pub async fn unite(connection: &mut Connection, user_id: &str, strays: &Vec<String>) -> Result<(), StoreError> {
    transaction!(connection, async |connection| {
        for stray in strays {
            take_over(connection, user_id, stray).await?;
        }
        Ok(())
    })
}

async fn take_over(connection: &mut Connection, user_id: &str, stray: &str) -> QueryResult<()> {
    let kept: Vec<String> = favorite_repositories::table
        .filter(favorite_repositories::user_id.eq(user_id))
        .select(favorite_repositories::repository_id)
        .load(connection)
        .await?;
    diesel::delete(
        favorite_repositories::table
            .filter(favorite_repositories::user_id.eq(stray))
            .filter(favorite_repositories::repository_id.eq_any(kept)),
    )
    .execute(connection)
    .await?;
    macro_rules! take {
        ($($table:ident),*) => {$(
            diesel::update($table::table.filter($table::user_id.eq(stray)))
                .set($table::user_id.eq(user_id))
                .execute(connection)
                .await?;
        )*};
    }
    take!(favorite_repositories, scans, api_keys, webhooks);
    diesel::delete(users::table.find(stray)).execute(connection).await?;
    Ok(())
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
    let placeholder = format!("{}{PLACEHOLDER}", &hex::encode(Sha256::digest(user_id))[..32]);
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
