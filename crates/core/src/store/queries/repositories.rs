//! Queries about repositories: their rows follow from the scans.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel_async::RunQueryDsl;

use super::Connection;
use crate::store::report::figures::Figures;
use crate::store::repositories::{Repository, RepositoryRow};
use crate::store::scans::NewScan;
use crate::store::schema::columns::column_time;
use crate::store::schema::{repositories, scans};
use crate::{ScanId, ScanStatus};

/// The repository of a new scan, inserted where it is missing. A public scan does not change a private repository, because
/// any caller can request one.
pub async fn ensure(connection: &mut Connection, new: &NewScan, now: &DateTime<Utc>) -> QueryResult<String> {
    let full_name = new.repo_url.full_name();
    let known: Option<(String, bool)> = by_name(connection, &full_name).await?;
    let (id, was_private) = match known {
        Some(known) => known,
        None => {
            diesel::insert_into(repositories::table)
                .values((
                    repositories::id.eq(uuid::Uuid::new_v4().to_string()),
                    repositories::full_name.eq(&full_name),
                    repositories::url.eq(new.repo_url.as_str()),
                    repositories::stars.eq(0),
                    repositories::is_private.eq(new.is_private),
                    repositories::created_at.eq(column_time(*now)),
                    repositories::updated_at.eq(column_time(*now)),
                ))
                .on_conflict_do_nothing()
                .execute(connection)
                .await?;
            // It, or the one of a call that was faster.
            by_name(connection, &full_name)
                .await?
                .ok_or(diesel::result::Error::NotFound)?
        }
    };
    if new.is_private && !was_private {
        diesel::update(repositories::table.find(&id))
            .set((
                repositories::is_private.eq(true),
                repositories::updated_at.eq(column_time(*now)),
            ))
            .execute(connection)
            .await?;
    }
    Ok(id)
}

async fn by_name(connection: &mut Connection, full_name: &str) -> QueryResult<Option<(String, bool)>> {
    repositories::table
        .filter(repositories::full_name.eq(full_name))
        .select((repositories::id, repositories::is_private))
        .first(connection)
        .await
        .optional()
}

pub async fn by_ids(connection: &mut Connection, ids: Vec<&str>) -> QueryResult<Vec<Repository>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<RepositoryRow> = repositories::table
        .filter(repositories::id.eq_any(ids))
        .select(RepositoryRow::as_select())
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(Repository::from).collect())
}

/// A scan is complete: where it is public, it is the newest of its repository, which is public with it.
pub async fn scan_is_complete(
    connection: &mut Connection,
    id: &ScanId,
    figures: &Figures,
    now: &DateTime<Utc>,
) -> QueryResult<()> {
    let row: Option<(Option<String>, bool)> = scans::table
        .find(id.as_str())
        .select((scans::repository_id, scans::is_private))
        .first(connection)
        .await
        .optional()?;
    let Some((Some(repository_id), false)) = row else {
        return Ok(());
    };
    let language = figures
        .languages
        .as_ref()
        .and_then(|languages| languages.primary.as_deref());
    diesel::update(repositories::table.find(repository_id))
        .set((
            repositories::is_private.eq(false),
            language.map(|language| repositories::language.eq(language)),
            repositories::last_scan_id.eq(id.as_str()),
            repositories::last_scanned_at.eq(column_time(*now)),
            repositories::updated_at.eq(column_time(*now)),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// A scan was deleted: the one before it is the newest of its repository.
pub async fn scan_is_gone(connection: &mut Connection, repository_id: &str, id: &ScanId) -> QueryResult<()> {
    let was_last = repositories::table
        .find(repository_id)
        .filter(repositories::last_scan_id.eq(id.as_str()));
    let newest: Option<(String, Option<NaiveDateTime>)> = scans::table
        .filter(scans::repository_id.eq(repository_id))
        .filter(scans::is_private.eq(false))
        .filter(scans::status.eq(ScanStatus::Completed))
        .order((scans::completed_at.desc(), scans::id.desc()))
        .select((scans::id, scans::completed_at))
        .first(connection)
        .await
        .optional()?;
    let (scan_id, at) = newest.unzip();
    diesel::update(was_last)
        .set((
            repositories::last_scan_id.eq(scan_id),
            repositories::last_scanned_at.eq(at.flatten()),
        ))
        .execute(connection)
        .await?;
    Ok(())
}
