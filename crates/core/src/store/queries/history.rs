//! Queries about the scans of one repository over time, and what completion writes for them.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::Connection;
use crate::store::StoreError;
use crate::store::report::figures::{Figures, ReadmeFigures, Scores, column, from_column};
use crate::store::report::headline::Headline;
use crate::store::repositories::Repository;
use crate::store::repositories::history::{BadgeFigures, PastScan, Version};
use crate::store::scans::{Scan, ScanRecord};
use crate::store::schema::columns::column_time;
use crate::store::schema::{repositories, scan_columns, scan_versions, scans};
use crate::{LeaseToken, ScanId, ScanStatus};

/// The figures of a scan that is about to be completed by the holder of `token`: nothing is changed of it afterwards.
/// `false`: it is not that holder's any more, and nothing was changed.
pub async fn keep_figures(
    connection: &mut Connection,
    id: &ScanId,
    token: &LeaseToken,
    figures: &Figures,
) -> QueryResult<bool> {
    let changed = diesel::update(scan_columns::table)
        .filter(scan_columns::id.eq(id.as_str()))
        .filter(scan_columns::lease_token.eq(token.as_str()))
        .filter(scan_columns::status.eq(ScanStatus::Processing))
        .set((
            scan_columns::analyser_version.eq(&figures.analyser_version),
            scan_columns::risk_scores.eq(column(figures.scores.as_ref())),
            scan_columns::readme_analysis.eq(column(figures.readme.as_ref())),
            scan_columns::language_stats.eq(column(figures.languages.as_ref())),
            scan_columns::dependencies.eq(column(figures.dependencies.as_ref())),
            scan_columns::summary.eq(column(figures.headline.as_ref())),
        ))
        .execute(connection)
        .await?;
    Ok(changed > 0)
}

/// The version of a scan that was completed.
pub async fn add_version(
    connection: &mut Connection,
    id: &ScanId,
    commit_sha: Option<&str>,
    figures: &Figures,
    now: &DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(scan_versions::table)
        .values((
            scan_versions::id.eq(format!("{id}-1")),
            scan_versions::scan_id.eq(id.as_str()),
            scan_versions::version_number.eq(1),
            scan_versions::commit_sha.eq(commit_sha),
            scan_versions::results.eq(figures.as_results(id, commit_sha)),
            scan_versions::risk_scores.eq(column(figures.scores.as_ref())),
            scan_versions::dependencies.eq(column(figures.dependencies.as_ref())),
            scan_versions::created_at.eq(column_time(*now)),
        ))
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    Ok(())
}

/// Completed scans of a repository that `viewer` may see, newest first.
pub async fn past_scans(
    connection: &mut Connection,
    repository_id: &str,
    viewer: &Option<String>,
    limit: &i64,
) -> Result<Vec<PastScan>, StoreError> {
    let rows: Vec<ScanRecord> = scans::table
        .filter(scans::repository_id.eq(repository_id))
        .filter(scans::status.eq(ScanStatus::Completed))
        .filter(
            scans::is_private
                .eq(false)
                // Null for a guest, who owns no scan.
                .or(scans::user_id.eq(viewer).assume_not_null()),
        )
        .order((scans::created_at.desc(), scans::id.desc()))
        .limit(*limit)
        .select(ScanRecord::as_select())
        .load(connection)
        .await?;
    let found: Vec<Scan> = rows.into_iter().map(Scan::from).collect();
    let ids: Vec<&str> = found.iter().map(|scan| scan.id.as_str()).collect();
    let mut figures = kept_figures(connection, &ids).await?;
    let mut versions = versions_of(connection, &ids).await?;
    Ok(found
        .into_iter()
        .map(|scan| {
            let (scores, readme, headline) = figures.remove(scan.id.as_str()).unwrap_or_default();
            let versions = versions.remove(scan.id.as_str()).unwrap_or_default();
            PastScan {
                scan,
                scores,
                readme,
                headline,
                versions,
            }
        })
        .collect())
}

/// The figures of a scan that its history shows, as far as it has them.
type KeptFigures = (Option<Scores>, Option<ReadmeFigures>, Option<Headline>);

/// By the ids of the scans.
async fn kept_figures(connection: &mut Connection, ids: &[&str]) -> QueryResult<HashMap<String, KeptFigures>> {
    type FiguresRow = (String, Option<Value>, Option<Value>, Option<Value>);
    let rows: Vec<FiguresRow> = scan_columns::table
        .filter(scan_columns::id.eq_any(ids))
        .select((
            scan_columns::id,
            scan_columns::risk_scores,
            scan_columns::readme_analysis,
            scan_columns::summary,
        ))
        .load(connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, scores, readme, headline)| (id, (from_column(scores), from_column(readme), from_column(headline))))
        .collect())
}

/// The versions of each of the scans, by the scans' ids.
async fn versions_of(connection: &mut Connection, ids: &[&str]) -> QueryResult<HashMap<String, Vec<Version>>> {
    type VersionRow = (
        String,
        String,
        i32,
        Option<String>,
        Option<Value>,
        Option<Value>,
        NaiveDateTime,
    );
    let rows: Vec<VersionRow> = scan_versions::table
        .filter(scan_versions::scan_id.eq_any(ids))
        .order((scan_versions::scan_id, scan_versions::version_number))
        .select((
            scan_versions::scan_id,
            scan_versions::id,
            scan_versions::version_number,
            scan_versions::commit_sha,
            scan_versions::risk_scores,
            scan_versions::dependencies,
            scan_versions::created_at,
        ))
        .load(connection)
        .await?;
    let mut versions: HashMap<String, Vec<Version>> = HashMap::new();
    for (scan_id, id, number, commit_sha, scores, dependencies, created_at) in rows {
        versions.entry(scan_id).or_default().push(Version {
            id,
            number,
            commit_sha,
            scores: from_column(scores),
            dependencies: from_column(dependencies),
            created_at: created_at.and_utc(),
        });
    }
    Ok(versions)
}

/// The headlines of these scans, by their ids, of those that have one.
pub async fn headlines(connection: &mut Connection, ids: &[ScanId]) -> Result<HashMap<ScanId, Headline>, StoreError> {
    let rows: Vec<(String, Option<Value>)> = scan_columns::table
        .filter(scan_columns::id.eq_any(ids.iter().map(ScanId::as_str)))
        .select((scan_columns::id, scan_columns::summary))
        .load(connection)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, headline)| Some((ScanId::stored(id), from_column(headline)?)))
        .collect())
}

/// A private repository is visible only to users who have a scan of it.
pub async fn repository_exists(
    connection: &mut Connection,
    repository_id: &str,
    viewer: &Option<String>,
) -> Result<bool, StoreError> {
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
            let seen: i64 = scans::table
                .filter(scans::repository_id.eq(repository_id))
                .filter(
                    scans::is_private
                        .eq(false)
                        // Null for a guest, who owns no scan.
                        .or(scans::user_id.eq(viewer).assume_not_null()),
                )
                .count()
                .get_result(connection)
                .await?;
            Ok(seen > 0)
        }
    }
}

/// The repository, where `viewer` may know of it.
pub async fn repository(
    connection: &mut Connection,
    id: &str,
    viewer: &Option<String>,
) -> Result<Option<Repository>, StoreError> {
    if !repository_exists(connection, id, viewer).await? {
        return Ok(None);
    }
    Ok(super::repositories::by_ids(connection, vec![id]).await?.pop())
}

pub async fn scores(connection: &mut Connection, id: &ScanId) -> Result<Option<Scores>, StoreError> {
    let column: Option<Option<Value>> = scan_columns::table
        .find(id.as_str())
        .select(scan_columns::risk_scores)
        .first(connection)
        .await
        .optional()?;
    Ok(from_column(column.flatten()))
}

pub async fn newest_public(connection: &mut Connection, full_name: &str) -> Result<Option<BadgeFigures>, StoreError> {
    let scan_id: Option<String> = scans::table
        .inner_join(repositories::table)
        .filter(repositories::full_name.eq(full_name))
        .filter(scans::is_private.eq(false))
        .filter(scans::status.eq(ScanStatus::Completed))
        .order((scans::completed_at.desc(), scans::id.desc()))
        .select(scans::id)
        .first(connection)
        .await
        .optional()?;
    let Some(scan_id) = scan_id else {
        return Ok(None);
    };
    let column: Option<Value> = scan_columns::table
        .find(&scan_id)
        .select(scan_columns::risk_scores)
        .first(connection)
        .await?;
    Ok(Some(BadgeFigures {
        scan_id: ScanId::stored(scan_id),
        scores: from_column(column),
    }))
}
