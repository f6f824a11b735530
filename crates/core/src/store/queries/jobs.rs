//! Queries about jobs: claim, heartbeat, release, cancel, reconcile.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Connection, webhooks};
use crate::job::ClaimedJob;
use crate::scan::MAX_ATTEMPTS;
use crate::store::schema::columns::column_time;
use crate::store::schema::scans;
use crate::store::{CancelOutcome, ClaimOutcome, Heartbeat, Reconciled, StoreError};
use crate::{FailureCode, LeaseToken, ScanId, ScanStatus, Unparsed};

type Returned = (String, String, String, i32, Option<String>, bool);
const RETURNED: (
    scans::id,
    scans::repo_url,
    scans::branch,
    scans::attempts,
    scans::request_id,
    scans::is_private,
) = (
    scans::id,
    scans::repo_url,
    scans::branch,
    scans::attempts,
    scans::request_id,
    scans::is_private,
);

/// Takes that scan, if it is queued. The same claim once more, by its token, has the same answer.
pub async fn claim(
    connection: &mut Connection,
    id: &ScanId,
    worker: &str,
    token: &LeaseToken,
    now: &DateTime<Utc>,
    lease_until: &DateTime<Utc>,
) -> Result<ClaimOutcome, StoreError> {
    let taken: Option<Returned> = diesel::update(scans::table)
        .filter(scans::id.eq(id.as_str()))
        .filter(scans::status.eq_any(ScanStatus::before(ScanStatus::Processing)))
        .set((
            scans::status.eq(ScanStatus::Processing),
            scans::attempts.eq(scans::attempts + 1),
            scans::lease_token.eq(token.as_str()),
            scans::lease_until.eq(column_time(*lease_until)),
            scans::worker_id.eq(worker),
            scans::progress.eq(0),
            scans::stage.eq(None::<String>),
            scans::started_at.eq(column_time(*now)),
            scans::updated_at.eq(column_time(*now)),
        ))
        .returning(RETURNED)
        .get_result(connection)
        .await
        .optional()?;
    let job = match taken {
        Some(taken) => Some(claimed(taken, token, lease_until)?),
        None => taken_before(connection, token, lease_until).await?,
    };
    match job.filter(|job| job.scan_id == *id) {
        Some(job) => Ok(ClaimOutcome::Claimed(job)),
        None => Ok(ClaimOutcome::NotQueued(status(connection, id).await?)),
    }
}

/// The job that was taken with this token by a claim whose answer was lost on the way. Its lease begins anew; the attempt
/// was counted.
pub async fn taken_before(
    connection: &mut Connection,
    token: &LeaseToken,
    lease_until: &DateTime<Utc>,
) -> Result<Option<ClaimedJob>, StoreError> {
    let taken: Option<Returned> = diesel::update(scans::table)
        .filter(scans::status.eq(ScanStatus::Processing))
        .filter(scans::lease_token.eq(token.as_str()))
        .set(scans::lease_until.eq(column_time(*lease_until)))
        .returning(RETURNED)
        .get_result(connection)
        .await
        .optional()?;
    taken.map(|taken| claimed(taken, token, lease_until)).transpose()
}

fn claimed(taken: Returned, token: &LeaseToken, lease_until: &DateTime<Utc>) -> Result<ClaimedJob, StoreError> {
    let (id, repo_url, branch, attempt, request_id, is_private) = taken;
    Ok(ClaimedJob {
        scan_id: ScanId::parse(&id).map_err(|error| StoreError::Broken(format!("the id `{id}`: {error}")))?,
        repo_url: Unparsed::new(repo_url),
        branch: Unparsed::of_column(branch),
        attempt,
        lease_token: token.clone(),
        lease_until: *lease_until,
        request_id,
        is_private,
    })
}

/// Prolongs the lease; `None` where it is lost.
pub async fn heartbeat(
    connection: &mut Connection,
    id: &ScanId,
    token: &LeaseToken,
    progress: &Option<u8>,
    stage: &Option<String>,
    now: &DateTime<Utc>,
    lease_until: &DateTime<Utc>,
) -> Result<Option<Heartbeat>, StoreError> {
    #[derive(AsChangeset)]
    #[diesel(table_name = scans)]
    struct Beat<'a> {
        lease_until: NaiveDateTime,
        updated_at: NaiveDateTime,
        progress: Option<i32>,
        stage: Option<&'a str>,
    }
    let cancel: Option<bool> = diesel::update(scans::table)
        .filter(scans::id.eq(id.as_str()))
        .filter(scans::status.eq(ScanStatus::Processing))
        .filter(scans::lease_token.eq(token.as_str()))
        .set(Beat {
            lease_until: column_time(*lease_until),
            updated_at: column_time(*now),
            progress: progress.map(i32::from),
            stage: stage.as_deref(),
        })
        .returning(scans::cancel_asked)
        .get_result(connection)
        .await
        .optional()?;
    Ok(cancel.map(|cancel| Heartbeat {
        cancel,
        lease_until: *lease_until,
    }))
}

/// Gives a job back; the attempt is not counted. A job that was to be cancelled is cancelled by it. `None` where the lease
/// is lost.
pub async fn release(
    connection: &mut Connection,
    id: &ScanId,
    token: &LeaseToken,
    now: &DateTime<Utc>,
) -> Result<Option<ScanStatus>, StoreError> {
    let held = scans::table
        .filter(scans::id.eq(id.as_str()))
        .filter(scans::lease_token.eq(token.as_str()));
    let cancelled = diesel::update(
        held.filter(scans::status.eq(ScanStatus::Processing))
            .filter(scans::cancel_asked.eq(true)),
    )
    .set((
        scans::status.eq(ScanStatus::Cancelled),
        scans::lease_until.eq(None::<NaiveDateTime>),
        scans::completed_at.eq(column_time(*now)),
        scans::updated_at.eq(column_time(*now)),
    ))
    .execute(connection)
    .await?;
    if cancelled > 0 {
        return Ok(Some(ScanStatus::Cancelled));
    }
    let requeued = diesel::update(held.filter(scans::status.eq_any(ScanStatus::before(ScanStatus::Queued))))
        .set((
            scans::status.eq(ScanStatus::Queued),
            scans::attempts.eq(scans::attempts - 1),
            scans::lease_token.eq(None::<String>),
            scans::lease_until.eq(None::<NaiveDateTime>),
            scans::worker_id.eq(None::<String>),
            scans::progress.eq(0),
            scans::stage.eq(None::<String>),
            scans::started_at.eq(None::<NaiveDateTime>),
            scans::updated_at.eq(column_time(*now)),
        ))
        .execute(connection)
        .await?;
    Ok((requeued > 0).then_some(ScanStatus::Queued))
}

/// Cancels a queued scan at once; asks the worker of a running one.
pub async fn cancel(
    connection: &mut Connection,
    id: &ScanId,
    now: &DateTime<Utc>,
) -> Result<CancelOutcome, StoreError> {
    // The wish first: it holds wherever the scan goes between the two, to a worker or back to the queue.
    let asked = diesel::update(scans::table)
        .filter(scans::id.eq(id.as_str()))
        .filter(scans::status.eq_any([ScanStatus::Queued, ScanStatus::Processing]))
        .set((scans::cancel_asked.eq(true), scans::updated_at.eq(column_time(*now))))
        .execute(connection)
        .await?;
    if asked == 0 {
        return Ok(match status(connection, id).await? {
            None => CancelOutcome::Unknown,
            Some(ScanStatus::Cancelled) => CancelOutcome::Cancelled,
            Some(ended) => CancelOutcome::Ended(ended),
        });
    }
    let cancelled = diesel::update(scans::table)
        .filter(scans::id.eq(id.as_str()))
        // A running one finishes when its worker reports it.
        .filter(scans::status.eq(ScanStatus::Queued))
        .set((
            scans::status.eq(ScanStatus::Cancelled),
            scans::completed_at.eq(column_time(*now)),
            scans::updated_at.eq(column_time(*now)),
        ))
        .execute(connection)
        .await?;
    Ok(if cancelled > 0 {
        CancelOutcome::Cancelled
    } else {
        CancelOutcome::Asked
    })
}

/// Requeues, or finishes, the jobs whose lease has expired; their webhook deliveries are recorded with it.
pub async fn reconcile(connection: &mut Connection, now: &DateTime<Utc>) -> Result<Reconciled, StoreError> {
    transaction!(connection, async |connection| {
        let time = column_time(*now);
        // A row without a lease was left over by the older system, whose workers had none.
        let lost = || {
            scans::table
                .filter(scans::status.eq(ScanStatus::Processing))
                .filter(scans::lease_until.le(time).or(scans::lease_until.is_null()))
        };
        let ended = || {
            (
                scans::lease_token.eq(None::<String>),
                scans::lease_until.eq(None::<NaiveDateTime>),
                scans::updated_at.eq(time),
            )
        };
        let cancelled = diesel::update(lost().filter(scans::cancel_asked.eq(true)))
            .set((
                scans::status.eq(ScanStatus::Cancelled),
                scans::completed_at.eq(time),
                ended(),
            ))
            .returning(scans::id)
            .get_results(connection)
            .await?;
        let failed: Vec<String> = diesel::update(lost().filter(scans::attempts.ge(MAX_ATTEMPTS)))
            .set((
                scans::status.eq(ScanStatus::Failed),
                scans::completed_at.eq(time),
                scans::error_code.eq(FailureCode::WorkerLost.code()),
                scans::error_message.eq(FailureCode::WorkerLost.sentence()),
                ended(),
            ))
            .returning(scans::id)
            .get_results(connection)
            .await?;
        let requeued = diesel::update(lost())
            .set((
                scans::status.eq(ScanStatus::Queued),
                scans::worker_id.eq(None::<String>),
                scans::progress.eq(0),
                scans::stage.eq(None::<String>),
                scans::started_at.eq(None::<NaiveDateTime>),
                ended(),
            ))
            .returning(scans::id)
            .get_results(connection)
            .await?;
        let mut has_deliveries = false;
        for id in &failed {
            has_deliveries |= webhooks::announce(connection, id, now).await?;
        }
        Ok(Reconciled {
            requeued,
            failed,
            cancelled,
            has_deliveries,
        })
    })
}

/// When the next lease expires unless it is extended; `None` while no job is leased.
pub async fn next_lease_end(connection: &mut Connection) -> Result<Option<DateTime<Utc>>, StoreError> {
    let end: Option<NaiveDateTime> = scans::table
        .filter(scans::status.eq(ScanStatus::Processing))
        .select(diesel::dsl::min(scans::lease_until))
        .first(connection)
        .await?;
    Ok(end.map(|end| end.and_utc()))
}

/// No lease may end after `latest`: one that does was written by a clock that has been set back since.
pub async fn shorten_leases(connection: &mut Connection, latest: &DateTime<Utc>) -> Result<usize, StoreError> {
    let latest = column_time(*latest);
    Ok(diesel::update(scans::table)
        .filter(scans::status.eq(ScanStatus::Processing))
        .filter(scans::lease_until.gt(latest))
        .set(scans::lease_until.eq(latest))
        .execute(connection)
        .await?)
}

async fn status(connection: &mut Connection, id: &ScanId) -> Result<Option<ScanStatus>, StoreError> {
    Ok(scans::table
        .find(id.as_str())
        .select(scans::status)
        .first(connection)
        .await
        .optional()?)
}
