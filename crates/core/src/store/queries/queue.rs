//! Queries about the queue: whose turn a new scan has, which is next, how many are ahead.
//!
//! The queue is served in rounds. A new scan gets the round that is being served, or the one after the last queued scan of
//! the same client or of the same repository, whichever is later. So a client with a thousand queued scans gets one place in
//! each round, and the next client that comes is served in the present round.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::dsl::{case_when, max, min};
use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel_async::RunQueryDsl;

use super::Connection;
use crate::job::QueuedScan;
use crate::store::StoreError;
use crate::store::scans::{
    MAX_QUEUED, MAX_QUEUED_PER_CLIENT, NewScan, QueueFull, QueuePlace, ScanRecord, ScanSnapshot,
};
use crate::store::schema::columns::column_time;
use crate::store::schema::{scan_reports, scans};
use crate::{ScanId, ScanStatus, Unparsed};

/// The round for a new scan.
pub async fn turn(connection: &mut Connection, new: &NewScan) -> QueryResult<i32> {
    let queued = scans::table.filter(scans::status.eq(ScanStatus::Queued));
    let present: Option<i32> = queued.select(min(scans::queue_turn)).first(connection).await?;
    let Some(present) = present else {
        return Ok(0);
    };
    let last: Option<i32> = queued
        .filter(
            scans::client_key
                .eq(&new.client_key)
                .assume_not_null()
                .or(scans::repo_url.eq(new.repo_url.as_str())),
        )
        .select(max(scans::queue_turn))
        .first(connection)
        .await?;
    Ok(last.map_or(present, |last| last.saturating_add(1)).max(present))
}

/// Whether one more scan of this client would be too many.
pub async fn full(connection: &mut Connection, client_key: &str) -> QueryResult<Option<QueueFull>> {
    let queued = scans::table.filter(scans::status.eq(ScanStatus::Queued));
    let all: i64 = queued.count().get_result(connection).await?;
    if all >= MAX_QUEUED {
        return Ok(Some(QueueFull::ForAll));
    }
    if all < MAX_QUEUED_PER_CLIENT {
        return Ok(None);
    }
    let own: i64 = queued
        .filter(scans::client_key.eq(client_key))
        .count()
        .get_result(connection)
        .await?;
    Ok((own >= MAX_QUEUED_PER_CLIENT).then_some(QueueFull::ForThisClient))
}

/// The scan whose turn it is.
pub async fn next(connection: &mut Connection) -> Result<Option<String>, StoreError> {
    Ok(scans::table
        .filter(scans::status.eq(ScanStatus::Queued))
        .order((scans::queue_turn, scans::created_at, scans::id))
        .select(scans::id)
        .first(connection)
        .await
        .optional()?)
}

/// A round as the queue knows it.
pub(super) fn round(turn: i32) -> u32 {
    u32::try_from(turn).unwrap_or(0)
}

/// The first `limit` scans that wait, in the order in which they are served.
pub async fn waiting(connection: &mut Connection, limit: &i64) -> Result<Vec<QueuedScan>, StoreError> {
    let rows: Vec<(String, String, String, i32)> = scans::table
        .filter(scans::status.eq(ScanStatus::Queued))
        .order((scans::queue_turn, scans::created_at, scans::id))
        .limit(*limit)
        .select((scans::id, scans::repo_url, scans::branch, scans::queue_turn))
        .load(connection)
        .await?;
    rows.into_iter()
        .map(|(id, repo_url, branch, turn)| {
            Ok(QueuedScan {
                scan_id: ScanId::parse(&id).map_err(|error| StoreError::Broken(format!("the id `{id}`: {error}")))?,
                repo_url: Unparsed::new(repo_url),
                branch: Unparsed::of_column(branch),
                turn: round(turn),
            })
        })
        .collect()
}

/// A scan with its place in the queue.
pub async fn snapshot(
    connection: &mut Connection,
    id: &ScanId,
    now: &DateTime<Utc>,
) -> Result<Option<ScanSnapshot>, StoreError> {
    let (other, busy) = diesel::alias!(scans as other, scans as busy);
    let turn = other.field(scans::queue_turn);
    let time = other.field(scans::created_at);
    let earlier = time
        .lt(scans::created_at)
        .or(time.eq(scans::created_at).and(other.field(scans::id).lt(scans::id)));
    let ahead = other
        .filter(other.field(scans::status).eq(ScanStatus::Queued))
        .filter(turn.lt(scans::queue_turn).or(turn.eq(scans::queue_turn).and(earlier)))
        .count()
        .single_value();
    let running = busy
        .filter(busy.field(scans::status).eq(ScanStatus::Processing))
        .count()
        .single_value();
    // One query for all: clients that wait for a scan poll, and the round trip to the database may be long.
    let is_queued = scans::status.eq(ScanStatus::Queued);
    type Row = (ScanRecord, Option<String>, Option<i64>, Option<i64>);
    let row: Option<Row> = scans::table
        .left_join(scan_reports::table)
        .filter(scans::id.eq(id.as_str()))
        .select((
            ScanRecord::as_select(),
            scan_reports::sha256.nullable(),
            case_when(is_queued, ahead),
            case_when(is_queued, running),
        ))
        .first(connection)
        .await
        .optional()?;
    let Some((row, report_sha256, ahead, running)) = row else {
        return Ok(None);
    };
    let place = match (ahead, running) {
        (Some(ahead), Some(running)) => Some(QueuePlace {
            position: ahead + 1,
            running,
            // While nothing runs, the start of the first one cannot be estimated.
            typical_ms: if running > 0 {
                typical_ms(connection, now).await?
            } else {
                None
            },
        }),
        _ => None,
    };
    Ok(Some(ScanSnapshot {
        scan: row.into(),
        place,
        report_sha256,
    }))
}

/// How long a scan takes, by the latest ones.
async fn typical_ms(connection: &mut Connection, now: &DateTime<Utc>) -> QueryResult<Option<i64>> {
    /// The number of scans that the estimate uses.
    const SAMPLE: i64 = 20;
    let latest: Vec<(Option<NaiveDateTime>, Option<NaiveDateTime>)> = scans::table
        .filter(scans::completed_at.gt(column_time(*now - TimeDelta::days(1))))
        .filter(scans::status.eq(ScanStatus::Completed))
        .order(scans::completed_at.desc())
        .limit(SAMPLE)
        .select((scans::started_at, scans::completed_at))
        .load(connection)
        .await?;
    let mut durations: Vec<i64> = latest
        .into_iter()
        .filter_map(|(start, end)| Some((end? - start?).num_milliseconds()))
        .collect();
    durations.sort_unstable();
    Ok(durations.get(durations.len() / 2).copied())
}
