//! Queries about scans: submit, find, list, count, the stored report.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Connection;
use crate::store::columns::column_time;
use crate::store::report::ENCODING;
use crate::store::scans::{Counts, NewScan, Page, Scan, ScanRow, StoredResults, Submitted};
use crate::store::schema::{scan_reports, scans};
use crate::store::{StoreError, StoredReport};
use crate::{ScanId, ScanStatus};

pub async fn ping(connection: &mut Connection) -> Result<(), StoreError> {
    let _one: i32 = diesel::select(1_i32.into_sql::<diesel::sql_types::Integer>())
        .get_result(connection)
        .await?;
    Ok(())
}

/// Stores a queued scan. Where the client has used the key before, nothing is stored and the earlier scan is told.
pub async fn submit(connection: &mut Connection, new: &NewScan, now: &DateTime<Utc>) -> Result<Submitted, StoreError> {
    let time = column_time(*now);
    let inserted = diesel::insert_into(scans::table)
        .values((
            scans::id.eq(new.id.as_str()),
            scans::repo_url.eq(&new.repo_url),
            scans::branch.eq(new.branch.as_deref().unwrap_or("")),
            scans::status.eq(ScanStatus::Queued),
            scans::is_private.eq(false),
            scans::created_at.eq(time),
            scans::updated_at.eq(time),
            scans::attempts.eq(0),
            scans::progress.eq(0),
            scans::cancel_asked.eq(false),
            scans::request_id.eq(&new.request_id),
            scans::client_key.eq(&new.client_key),
            scans::idempotency_key.eq(new.idempotency.as_ref().map(|(key, _)| key)),
            scans::idempotency_hash.eq(new.idempotency.as_ref().map(|(_, hash)| hash)),
        ))
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    if inserted > 0 {
        return Ok(Submitted::Stored);
    }
    // Either this is the second try of a call whose first one was stored, or the key was used.
    let earlier: Option<(String, Option<String>)> = scans::table
        .filter(
            scans::id.eq(new.id.as_str()).or(scans::client_key
                .eq(&new.client_key)
                .and(scans::idempotency_key.eq(new.idempotency.as_ref().map(|(key, _)| key)))
                .assume_not_null()),
        )
        .select((scans::id, scans::idempotency_hash))
        .first(connection)
        .await
        .optional()?;
    match earlier {
        Some((id, _)) if id == new.id.as_str() => Ok(Submitted::Stored),
        Some((id, hash)) => Ok(Submitted::Before {
            id: ScanId::parse(&id).map_err(|error| StoreError::Broken(format!("the id `{id}`: {error}")))?,
            same_body: hash.as_ref() == new.idempotency.as_ref().map(|(_, hash)| hash),
        }),
        None => Err(StoreError::Unavailable(
            "the scan that had the same key is gone: try again".into(),
        )),
    }
}

pub async fn find(connection: &mut Connection, id: &ScanId) -> Result<Option<Scan>, StoreError> {
    let row: Option<ScanRow> = scans::table
        .find(id.as_str())
        .select(ScanRow::as_select())
        .first(connection)
        .await
        .optional()?;
    Ok(row.map(Scan::from))
}

/// The stored report; for a scan of the older system, the value in its row.
pub async fn results(connection: &mut Connection, id: &ScanId) -> Result<Option<StoredResults>, StoreError> {
    let stored: Option<(String, Vec<u8>, i64, i64, String)> = scan_reports::table
        .find(id.as_str())
        .select((
            scan_reports::encoding,
            scan_reports::bytes,
            scan_reports::plain_size,
            scan_reports::crc32,
            scan_reports::sha256,
        ))
        .first(connection)
        .await
        .optional()?;
    if let Some((encoding, bytes, plain_size, crc32, sha256)) = stored {
        let (Ok(plain_size), Ok(crc32), true) = (plain_size.try_into(), crc32.try_into(), encoding == ENCODING) else {
            return Err(StoreError::Broken(format!(
                "the stored report of `{id}` has an encoding unknown here"
            )));
        };
        return Ok(Some(StoredResults::Report(StoredReport {
            bytes,
            plain_size,
            crc32,
            sha256,
        })));
    }
    let value: Option<Option<serde_json::Value>> = scans::table
        .find(id.as_str())
        .select(scans::results)
        .first(connection)
        .await
        .optional()?;
    Ok(value.flatten().map(StoredResults::Older))
}

/// The digest of the stored report, without reading it; `None` where there is none.
pub async fn results_digest(connection: &mut Connection, id: &ScanId) -> Result<Option<String>, StoreError> {
    Ok(scan_reports::table
        .find(id.as_str())
        .select(scan_reports::sha256)
        .first(connection)
        .await
        .optional()?)
}

/// Scans that nobody signed in for, newest first.
pub async fn anonymous(connection: &mut Connection, limit: &i64, offset: &i64) -> Result<Page, StoreError> {
    let anonymous = scans::table
        .filter(scans::user_id.is_null())
        .filter(scans::is_private.eq(false));
    let total = anonymous.count().get_result(connection).await?;
    let rows: Vec<ScanRow> = anonymous
        .order((scans::created_at.desc(), scans::id.desc()))
        .limit(*limit)
        .offset(*offset)
        .select(ScanRow::as_select())
        .load(connection)
        .await?;
    Ok(Page {
        scans: rows.into_iter().map(Scan::from).collect(),
        total,
    })
}

/// How many scans that nobody signed in for stand at each status.
pub async fn anonymous_counts(connection: &mut Connection) -> Result<Counts, StoreError> {
    let rows: Vec<(ScanStatus, i64)> = scans::table
        .filter(scans::user_id.is_null())
        .filter(scans::is_private.eq(false))
        .group_by(scans::status)
        .select((scans::status, diesel::dsl::count_star()))
        .load(connection)
        .await?;
    Ok(Counts(rows))
}

/// How many scans are ahead of this one in the queue; `None` where it is not queued.
pub async fn ahead(connection: &mut Connection, id: &ScanId) -> Result<Option<i64>, StoreError> {
    let created_at: Option<chrono::NaiveDateTime> = scans::table
        .find(id.as_str())
        .filter(scans::status.eq(ScanStatus::Queued))
        .select(scans::created_at)
        .first(connection)
        .await
        .optional()?;
    let Some(created_at) = created_at else {
        return Ok(None);
    };
    let ahead = scans::table
        .filter(scans::status.eq(ScanStatus::Queued))
        .filter(
            scans::created_at
                .lt(created_at)
                .or(scans::created_at.eq(created_at).and(scans::id.lt(id.as_str()))),
        )
        .count()
        .get_result(connection)
        .await?;
    Ok(Some(ahead))
}
