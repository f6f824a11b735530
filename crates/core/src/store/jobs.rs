//! Calls about jobs: claim, heartbeat, release, finish, cancel, reconcile.

pub(super) mod outcome;

use crate::job::{ClaimedJob, QueuedScan};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{CancelOutcome, ClaimOutcome, Finish, Finished, Heartbeat, Reconciled, Store, StoreError, call};
use crate::{LeaseToken, ScanId, ScanStatus};

impl Store {
    /// Takes that scan for `worker`, if it is queued: counts the attempt and begins a lease of `lease`, whose proof is
    /// `token`. The same claim may be made again where its answer was lost.
    pub async fn claim(
        &self,
        id: &ScanId,
        worker: &str,
        token: &LeaseToken,
        lease: Duration,
        now: DateTime<Utc>,
    ) -> Result<ClaimOutcome, StoreError> {
        let (id, worker, token) = (id.clone(), worker.to_owned(), token.clone());
        let lease_until = now + lease;
        call!(self, writers, jobs::claim(id, worker, token, now, lease_until))
    }

    /// Takes the scan whose turn it is, or the one that was taken by this token before; `None` while nothing is queued.
    pub async fn claim_next(
        &self,
        worker: &str,
        token: &LeaseToken,
        lease: Duration,
        now: DateTime<Utc>,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        let (before, lease_until) = (token.clone(), now + lease);
        if let Some(job) = call!(self, writers, jobs::taken_before(before, lease_until))? {
            return Ok(Some(job));
        }
        loop {
            let next = call!(self, readers, queue::next())?;
            let Some(id) = next else {
                return Ok(None);
            };
            let id = ScanId::parse(&id).map_err(|error| StoreError::Broken(format!("the id `{id}`: {error}")))?;
            if let ClaimOutcome::Claimed(job) = self.claim(&id, worker, token, lease, now).await? {
                return Ok(Some(job));
            }
            // Another worker was faster: on to the next.
        }
    }

    /// The first `limit` scans that wait, in the order in which they are served.
    pub async fn queued(&self, limit: i64) -> Result<Vec<QueuedScan>, StoreError> {
        call!(self, readers, queue::waiting(limit))
    }

    /// Prolongs a lease and records progress; `None` where the lease is lost.
    pub async fn heartbeat(
        &self,
        id: &ScanId,
        token: &LeaseToken,
        progress: Option<u8>,
        stage: Option<String>,
        lease: Duration,
        now: DateTime<Utc>,
    ) -> Result<Option<Heartbeat>, StoreError> {
        let (id, token) = (id.clone(), token.clone());
        let lease_until = now + lease;
        call!(
            self,
            writers,
            jobs::heartbeat(id, token, progress, stage, now, lease_until)
        )
    }

    /// Gives a job back without counting the attempt. Returns the scan's new status, `None` where the lease is lost.
    pub async fn release(
        &self,
        id: &ScanId,
        token: &LeaseToken,
        now: DateTime<Utc>,
    ) -> Result<Option<ScanStatus>, StoreError> {
        let (id, token) = (id.clone(), token.clone());
        call!(self, writers, jobs::release(id, token, now))
    }

    /// Records how a scan ended, once.
    pub async fn finish(
        &self,
        id: &ScanId,
        token: &LeaseToken,
        finish: Finish,
        now: DateTime<Utc>,
    ) -> Result<Finished, StoreError> {
        let (id, token) = (id.clone(), token.clone());
        call!(large, self, writers, reports::finish(id, token, finish, now))
    }

    /// Cancels a queued scan; asks the worker of a running one.
    pub async fn cancel(&self, id: &ScanId, now: DateTime<Utc>) -> Result<CancelOutcome, StoreError> {
        let id = id.clone();
        call!(self, writers, jobs::cancel(id, now))
    }

    /// Puts back the jobs whose lease has ended, and ends those that were taken often enough.
    pub async fn reconcile(&self, now: DateTime<Utc>) -> Result<Reconciled, StoreError> {
        call!(self, writers, jobs::reconcile(now))
    }

    /// When the next lease expires unless it is extended; `None` while no job is leased.
    pub async fn next_lease_end(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        call!(self, readers, jobs::next_lease_end())
    }

    /// Shortens leases that end after `latest`, which only a clock that was set back explains.
    pub async fn shorten_leases(&self, latest: DateTime<Utc>) -> Result<usize, StoreError> {
        call!(self, writers, jobs::shorten_leases(latest))
    }
}
