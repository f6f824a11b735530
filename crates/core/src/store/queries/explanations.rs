//! Queries about texts that a language model writes.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel_async::RunQueryDsl;

use super::{Connection, reports};
use crate::store::explanations::{
    ClaimedExplanation, ExplanationRow, ExplanationState, FinishedExplanation, NewExplanation, RequestedExplanation,
    WrittenText,
};
use crate::store::report::ENCODING;
use crate::store::schema::columns::column_time;
use crate::store::schema::{scan_explanations, scan_reports, scans};
use crate::store::{StoreError, StoredReport};
use crate::{LeaseToken, ScanId, ScanStatus, Unparsed};

const QUEUED: &str = "queued";
const RUNNING: &str = "running";
const DONE: &str = "done";
const FAILED: &str = "failed";

/// Why a text failed whose worker stopped.
const INTERRUPTED: &str = "interrupted";

pub async fn request(
    connection: &mut Connection,
    new: &NewExplanation,
    now: &DateTime<Utc>,
) -> Result<Option<RequestedExplanation>, StoreError> {
    transaction!(connection, async |connection| {
        let scan: Option<String> = scans::table
            .find(new.scan_id.as_str())
            .select(scans::id)
            .first(connection)
            .await
            .optional()?;
        if scan.is_none() {
            return Ok(None);
        }
        let inserted = diesel::insert_into(scan_explanations::table)
            .values((
                scan_explanations::id.eq(format!("exp_{}", uuid::Uuid::new_v4().simple())),
                scan_explanations::scan_id.eq(new.scan_id.as_str()),
                scan_explanations::target.eq(&new.target),
                scan_explanations::state.eq(QUEUED),
                scan_explanations::with_source.eq(new.with_source),
                scan_explanations::created_at.eq(column_time(*now)),
                scan_explanations::updated_at.eq(column_time(*now)),
            ))
            .on_conflict_do_nothing()
            .execute(connection)
            .await?;
        let renewed = match inserted {
            0 if new.renew => renew(connection, new, now).await?,
            _ => 0,
        };
        let (id, state): (String, String) = scan_explanations::table
            .filter(scan_explanations::scan_id.eq(new.scan_id.as_str()))
            .filter(scan_explanations::target.eq(&new.target))
            .select((scan_explanations::id, scan_explanations::state))
            .first(connection)
            .await?;
        Ok(Some(RequestedExplanation {
            id,
            state: ExplanationState::of(&state),
            is_new: inserted + renewed > 0,
        }))
    })
}

/// Queues a finished text again, or one whose worker stopped.
async fn renew(connection: &mut Connection, new: &NewExplanation, now: &DateTime<Utc>) -> QueryResult<usize> {
    fail_interrupted(connection, now).await?;
    diesel::update(
        scan_explanations::table
            .filter(scan_explanations::scan_id.eq(new.scan_id.as_str()))
            .filter(scan_explanations::target.eq(&new.target))
            .filter(scan_explanations::state.eq_any([DONE, FAILED])),
    )
    .set((
        scan_explanations::state.eq(QUEUED),
        scan_explanations::with_source.eq(new.with_source),
        scan_explanations::lease_token.eq(None::<String>),
        scan_explanations::lease_until.eq(None::<NaiveDateTime>),
        scan_explanations::failure.eq(None::<String>),
        scan_explanations::updated_at.eq(column_time(*now)),
    ))
    .execute(connection)
    .await
}

type ClaimedRow = (String, String, String, bool, String, String, Option<String>, bool);

fn claimed(
    (id, scan_id, target, with_source, repo_url, branch, commit_sha, is_private): ClaimedRow,
) -> ClaimedExplanation {
    ClaimedExplanation {
        id,
        scan_id: ScanId::stored(scan_id),
        target,
        with_source,
        repo_url: Unparsed::new(repo_url),
        branch: Unparsed::of_column(branch),
        commit_sha,
        is_private,
    }
}

macro_rules! claimed_columns {
    () => {
        (
            scan_explanations::id,
            scan_explanations::scan_id,
            scan_explanations::target,
            scan_explanations::with_source,
            scans::repo_url,
            scans::branch,
            scans::commit_sha,
            scans::is_private,
        )
    };
}

pub async fn claim(
    connection: &mut Connection,
    token: &LeaseToken,
    lease: &TimeDelta,
    now: &DateTime<Utc>,
) -> Result<Option<ClaimedExplanation>, StoreError> {
    transaction!(connection, async |connection| {
        fail_interrupted(connection, now).await?;
        // The answer to the first claim may have been lost.
        let mine: Option<ClaimedRow> = scan_explanations::table
            .inner_join(scans::table)
            .filter(scan_explanations::lease_token.eq(token.as_str()))
            .filter(scan_explanations::state.eq(RUNNING))
            .select(claimed_columns!())
            .first(connection)
            .await
            .optional()?;
        if let Some(row) = mine {
            return Ok(Some(claimed(row)));
        }
        let rows: Vec<ClaimedRow> = scan_explanations::table
            .inner_join(scans::table)
            .filter(scan_explanations::state.eq(QUEUED))
            .filter(scans::status.eq(ScanStatus::Completed))
            .order((scan_explanations::updated_at, scan_explanations::id))
            .limit(5)
            .select(claimed_columns!())
            .load(connection)
            .await?;
        for row in rows {
            let changed = diesel::update(
                scan_explanations::table
                    .find(&row.0)
                    .filter(scan_explanations::state.eq(QUEUED)),
            )
            .set((
                scan_explanations::state.eq(RUNNING),
                scan_explanations::lease_token.eq(token.as_str()),
                scan_explanations::lease_until.eq(column_time(*now + *lease)),
                scan_explanations::updated_at.eq(column_time(*now)),
            ))
            .execute(connection)
            .await?;
            if changed > 0 {
                return Ok(Some(claimed(row)));
            }
        }
        Ok(None)
    })
}

async fn fail_interrupted(connection: &mut Connection, now: &DateTime<Utc>) -> QueryResult<usize> {
    diesel::update(
        scan_explanations::table
            .filter(scan_explanations::state.eq(RUNNING))
            .filter(scan_explanations::lease_until.lt(column_time(*now))),
    )
    .set((
        scan_explanations::state.eq(FAILED),
        scan_explanations::failure.eq(INTERRUPTED),
        scan_explanations::updated_at.eq(column_time(*now)),
    ))
    .execute(connection)
    .await
}

pub async fn running(
    connection: &mut Connection,
    id: &str,
    token: &LeaseToken,
) -> Result<Option<ClaimedExplanation>, StoreError> {
    let row: Option<ClaimedRow> = scan_explanations::table
        .inner_join(scans::table)
        .filter(scan_explanations::id.eq(id))
        .filter(scan_explanations::lease_token.eq(token.as_str()))
        .filter(scan_explanations::state.eq(RUNNING))
        .select(claimed_columns!())
        .first(connection)
        .await
        .optional()?;
    Ok(row.map(claimed))
}

pub async fn finish(
    connection: &mut Connection,
    id: &str,
    token: &LeaseToken,
    text: &WrittenText,
    now: &DateTime<Utc>,
) -> Result<Option<FinishedExplanation>, StoreError> {
    transaction!(connection, async |connection| {
        let row: Option<(String, Option<String>, String)> = scan_explanations::table
            .find(id)
            .select((
                scan_explanations::scan_id,
                scan_explanations::lease_token,
                scan_explanations::state,
            ))
            .first(connection)
            .await
            .optional()?;
        let Some((scan_id, holder, state)) = row else {
            return Ok(None);
        };
        if holder.as_deref() != Some(token.as_str()) {
            return Ok(None);
        }
        let wanted = if text.result.is_some() { DONE } else { FAILED };
        if state != RUNNING {
            // The same result again, or the lease has expired.
            let is_new = false;
            return Ok((state == wanted).then_some(FinishedExplanation {
                scan_id: ScanId::stored(scan_id),
                is_new,
            }));
        }
        // A text that there was before stays where no new one was written.
        let result = text.result.as_ref().map(Some);
        diesel::update(
            scan_explanations::table
                .find(id)
                .filter(scan_explanations::lease_token.eq(token.as_str()))
                .filter(scan_explanations::state.eq(RUNNING)),
        )
        .set((
            scan_explanations::state.eq(wanted),
            result.map(|result| scan_explanations::result.eq(result)),
            scan_explanations::failure.eq(&text.failure),
            scan_explanations::lease_until.eq(None::<NaiveDateTime>),
            scan_explanations::updated_at.eq(column_time(*now)),
        ))
        .execute(connection)
        .await?;
        if let Some((replaced, report)) = &text.report {
            replace(connection, &scan_id, replaced, report).await?;
        }
        let is_new = true;
        Ok(Some(FinishedExplanation {
            scan_id: ScanId::stored(scan_id),
            is_new,
        }))
    })
}

/// Puts another report in the place of the one with this digest; nothing changes where that is not stored any more.
async fn replace(
    connection: &mut Connection,
    scan_id: &str,
    replaced: &str,
    report: &StoredReport,
) -> Result<(), diesel::result::Error> {
    diesel::update(
        scan_reports::table
            .find(scan_id)
            .filter(scan_reports::sha256.eq(replaced)),
    )
    .set((
        scan_reports::encoding.eq(ENCODING),
        scan_reports::bytes.eq(&report.bytes),
        scan_reports::plain_size.eq(i64::try_from(report.plain_size).unwrap_or(i64::MAX)),
        scan_reports::crc32.eq(i64::from(report.crc32)),
        scan_reports::sha256.eq(&report.sha256),
        scan_reports::members.eq(reports::to_text(report)),
    ))
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn list(
    connection: &mut Connection,
    scan_id: &ScanId,
    now: &DateTime<Utc>,
) -> Result<Vec<ExplanationRow>, StoreError> {
    type Row = (
        String,
        String,
        String,
        Option<String>,
        Option<String>,
        NaiveDateTime,
        Option<NaiveDateTime>,
    );
    let rows: Vec<Row> = scan_explanations::table
        .filter(scan_explanations::scan_id.eq(scan_id.as_str()))
        .order((scan_explanations::updated_at.desc(), scan_explanations::id))
        .limit(200)
        .select((
            scan_explanations::id,
            scan_explanations::target,
            scan_explanations::state,
            scan_explanations::result,
            scan_explanations::failure,
            scan_explanations::updated_at,
            scan_explanations::lease_until,
        ))
        .load(connection)
        .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(id, target, state, result, failure, updated_at, lease_until)| {
            let is_lost = state == RUNNING && lease_until.is_some_and(|until| until < column_time(*now));
            ExplanationRow {
                id,
                target,
                state: ExplanationState::of(if is_lost { FAILED } else { &state }),
                result,
                failure: if is_lost { Some(INTERRUPTED.to_owned()) } else { failure },
                updated_at: updated_at.and_utc(),
            }
        })
        .collect())
}
