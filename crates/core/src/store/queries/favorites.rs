//! Queries about favorites.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel_async::RunQueryDsl;

use super::{Connection, users};
use crate::ScanStatus;
use crate::store::StoreError;
use crate::store::favorites::Favorite;
use crate::store::repositories::{Repository, RepositoryRow};
use crate::store::schema::columns::column_time;
use crate::store::schema::{favorite_repositories, repositories, scans};

/// No list is longer.
const MAX_FAVORITES: i64 = 1_000;

type Row = (String, NaiveDateTime, RepositoryRow);

pub async fn list(connection: &mut Connection, user_id: &str) -> Result<Vec<Favorite>, StoreError> {
    let rows: Vec<Row> = favorite_repositories::table
        .inner_join(repositories::table)
        .filter(favorite_repositories::user_id.eq(user_id))
        .order((
            favorite_repositories::created_at.desc(),
            favorite_repositories::id.desc(),
        ))
        .limit(MAX_FAVORITES)
        .select((
            favorite_repositories::id,
            favorite_repositories::created_at,
            RepositoryRow::as_select(),
        ))
        .load(connection)
        .await?;
    let mut favorites = Vec::new();
    for row in rows {
        favorites.push(favorite(connection, row, user_id).await?);
    }
    Ok(favorites)
}

pub async fn add(
    connection: &mut Connection,
    user_id: &str,
    repository_id: &str,
    new_id: &str,
    now: &DateTime<Utc>,
) -> Result<Option<Favorite>, StoreError> {
    transaction!(connection, async |connection| {
        if !may_see(connection, user_id, repository_id).await? {
            return Ok(None);
        }
        users::ensure(connection, user_id, now).await?;
        diesel::insert_into(favorite_repositories::table)
            .values((
                favorite_repositories::id.eq(new_id),
                favorite_repositories::user_id.eq(user_id),
                favorite_repositories::repository_id.eq(repository_id),
                favorite_repositories::created_at.eq(column_time(*now)),
            ))
            .on_conflict_do_nothing()
            .execute(connection)
            .await?;
        let row: Row = favorite_repositories::table
            .inner_join(repositories::table)
            .filter(favorite_repositories::user_id.eq(user_id))
            .filter(favorite_repositories::repository_id.eq(repository_id))
            .select((
                favorite_repositories::id,
                favorite_repositories::created_at,
                RepositoryRow::as_select(),
            ))
            .first(connection)
            .await?;
        Ok(Some(favorite(connection, row, user_id).await?))
    })
}

pub async fn remove(connection: &mut Connection, user_id: &str, repository_id: &str) -> Result<bool, StoreError> {
    let removed = diesel::delete(
        favorite_repositories::table
            .filter(favorite_repositories::user_id.eq(user_id))
            .filter(favorite_repositories::repository_id.eq(repository_id)),
    )
    .execute(connection)
    .await?;
    Ok(removed > 0)
}

pub async fn is_one(connection: &mut Connection, user_id: &str, repository_id: &str) -> Result<bool, StoreError> {
    let found: Option<String> = favorite_repositories::table
        .filter(favorite_repositories::user_id.eq(user_id))
        .filter(favorite_repositories::repository_id.eq(repository_id))
        .select(favorite_repositories::id)
        .first(connection)
        .await
        .optional()?;
    Ok(found.is_some())
}

/// A private repository is visible to users who have a private scan of it: every caller can scan a public one.
async fn may_see(connection: &mut Connection, user_id: &str, repository_id: &str) -> QueryResult<bool> {
    let is_private: Option<bool> = repositories::table
        .find(repository_id)
        .select(repositories::is_private)
        .first(connection)
        .await
        .optional()?;
    match is_private {
        None => Ok(false),
        Some(false) => Ok(true),
        Some(true) => {
            let own: Option<String> = scans::table
                .filter(scans::repository_id.eq(repository_id))
                .filter(scans::user_id.eq(user_id))
                .filter(scans::is_private.eq(true))
                .select(scans::id)
                .first(connection)
                .await
                .optional()?;
            Ok(own.is_some())
        }
    }
}

/// With the newest scan that the user may see: of a private repository that is one of the user's own.
async fn favorite(connection: &mut Connection, row: Row, user_id: &str) -> QueryResult<Favorite> {
    let (id, created_at, repository) = row;
    let mut repository = Repository::from(repository);
    if repository.is_private {
        let own: Option<(String, Option<NaiveDateTime>)> = scans::table
            .filter(scans::repository_id.eq(&repository.id))
            .filter(scans::user_id.eq(user_id))
            .filter(scans::status.eq(ScanStatus::Completed))
            .order((scans::completed_at.desc(), scans::id.desc()))
            .select((scans::id, scans::completed_at))
            .first(connection)
            .await
            .optional()?;
        let (scan_id, at) = own.unzip();
        repository.last_scan_id = scan_id;
        repository.last_scanned_at = at.flatten().map(|at| at.and_utc());
    }
    Ok(Favorite {
        id,
        created_at: created_at.and_utc(),
        repository,
    })
}
