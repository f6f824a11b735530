//! Queries about scans: submit, find, list, count.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Connection, queue};
use crate::store::StoreError;
use crate::store::columns::column_time;
use crate::store::scans::{Counts, NewScan, Page, Scan, ScanRow, Submitted};
use crate::store::schema::{scan_columns, scans};
use crate::{ScanId, ScanStatus};

pub async fn ping(connection: &mut Connection) -> Result<(), StoreError> {
    let _one: i32 = diesel::select(1_i32.into_sql::<diesel::sql_types::Integer>())
        .get_result(connection)
        .await?;
    Ok(())
}

/// A key is remembered for so long.
const KEY_LIFE: TimeDelta = TimeDelta::hours(24);

/// Stores a queued scan. Where the client has used the key before, nothing is stored and the earlier scan is told.
pub async fn submit(connection: &mut Connection, new: &NewScan, now: &DateTime<Utc>) -> Result<Submitted, StoreError> {
    transaction!(connection, async |connection| {
        let time = column_time(*now);
        let (key, hash) = match &new.idempotency {
            Some((key, hash)) => (Some(key.as_str()), Some(hash.as_str())),
            None => (None, None),
        };
        let with_key = scans::table
            .filter(scans::client_key.eq(&new.client_key))
            .filter(scans::idempotency_key.eq(key));
        if key.is_some() {
            diesel::update(with_key.filter(scans::created_at.lt(column_time(*now - KEY_LIFE))))
                .set(scans::idempotency_key.eq(None::<String>))
                .execute(connection)
                .await?;
        }
        if let Some(full) = queue::full(connection, &new.client_key).await? {
            return Ok(Submitted::Full(full));
        }
        let turn = queue::turn(connection, new).await?;
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
                scans::idempotency_key.eq(key),
                scans::idempotency_hash.eq(hash),
                scans::queue_turn.eq(turn),
            ))
            .on_conflict_do_nothing()
            .execute(connection)
            .await?;
        if inserted > 0 {
            if new.forced {
                diesel::update(scan_columns::table.find(new.id.as_str()))
                    .set(scan_columns::forced.eq(true))
                    .execute(connection)
                    .await?;
            }
            return Ok(Submitted::Stored { turn });
        }
        // Either this is the second try of a call whose first one was stored, or the key was used.
        if let Some(turn) = stored_turn(connection, &new.id).await? {
            return Ok(Submitted::Stored { turn });
        }
        let (id, earlier): (String, Option<String>) = with_key
            .select((scans::id, scans::idempotency_hash))
            .first(connection)
            .await?;
        Ok(Submitted::Before {
            id: ScanId::parse(&id).map_err(|error| StoreError::Broken(format!("the id `{id}`: {error}")))?,
            same_body: earlier.as_deref() == hash,
        })
    })
}

async fn stored_turn(connection: &mut Connection, id: &ScanId) -> Result<Option<i32>, diesel::result::Error> {
    scans::table
        .find(id.as_str())
        .select(scans::queue_turn)
        .first(connection)
        .await
        .optional()
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

/// How many scans stand at each status.
pub async fn counts(connection: &mut Connection) -> Result<Counts, StoreError> {
    let rows: Vec<(ScanStatus, i64)> = scans::table
        .group_by(scans::status)
        .select((scans::status, diesel::dsl::count_star()))
        .load(connection)
        .await?;
    Ok(Counts(rows))
}
