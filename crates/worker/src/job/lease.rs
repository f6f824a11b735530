//! The lease of a job: heartbeats that carry the progress and return whether to cancel; and the delivery of the report.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use repolens_core::job::{Claim, HeartbeatRequest};
use repolens_core::net::backoff;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::persistence::Persistence;
use crate::api_client::{ApiClient, CallError};
use crate::progress::Progress;

/// The lease of one job, kept alive by heartbeats.
#[derive(Debug)]
pub(super) struct Lease<'a> {
    api: &'a ApiClient,
    claim: &'a Claim,
    progress: &'a Progress,
    /// When the API last confirmed the lease.
    confirmed: Mutex<Instant>,
}

/// Why work on a job must stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeaseEnd {
    Cancelled,
    Lost,
}

/// A worker that has to stop still delivers a finished report, if the API takes it within this time.
const LAST_DELIVERY: Duration = Duration::from_millis(1_500);

/// Short enough that people see a small repository pass through its stages; some stages take a millisecond.
const BETWEEN_STAGES: Duration = Duration::from_millis(20);
/// Each heartbeat writes to the database.
const BETWEEN_PERCENTAGES: Duration = Duration::from_secs(1);

const FIRST_RETRY: Duration = Duration::from_millis(125);
const LONGEST_RETRY: Duration = Duration::from_millis(2_500);

impl<'a> Lease<'a> {
    pub(super) fn new(api: &'a ApiClient, claim: &'a Claim, progress: &'a Progress) -> Self {
        Self {
            api,
            claim,
            progress,
            confirmed: Mutex::new(Instant::now()),
        }
    }

    /// Sends heartbeats until the job must stop. While the API is unavailable the work goes on: the API decides afterwards
    /// who holds the job.
    pub(super) async fn keep(&self) -> LeaseEnd {
        let period = Duration::from_millis(self.claim.limits.heartbeat_ms.max(100));
        let mut sent = self.progress.now();
        loop {
            // A heartbeat is due after the period also where nothing has changed.
            let _in_time = tokio::time::timeout(period, self.changed(&sent)).await;
            sent = self.progress.now();
            if let Some(end) = self.heartbeat().await {
                return end;
            }
        }
    }

    /// Completes when there is more progress than what was `sent`: soon for a new stage, within a second for a percentage.
    async fn changed(&self, sent: &(u8, String)) {
        let begin = Instant::now();
        tokio::time::sleep(BETWEEN_STAGES).await;
        loop {
            let (percent, stage) = self.progress.now();
            if stage != sent.1 {
                return;
            }
            if percent == sent.0 {
                self.progress.advanced().await;
                continue;
            }
            // Within the second the stage may change.
            let waited = tokio::time::timeout_at(begin + BETWEEN_PERCENTAGES, self.progress.advanced());
            if waited.await.is_err() {
                return;
            }
        }
    }

    /// Delivers the report of this job, for as long as the API is unavailable: until it is taken or refused, or
    /// [`Persistence`] has come to its end.
    ///
    /// # Errors
    /// The lease is lost, the API refuses the report or fails with it, or the worker has to stop.
    pub(super) async fn deliver(&self, body: Bytes, stop: &CancellationToken) -> Result<(), CallError> {
        let stopped = async {
            stop.cancelled().await;
            tokio::time::sleep(LAST_DELIVERY).await;
        };
        tokio::select! {
            result = self.deliver_with_retries(body) => result,
            () = self.lost() => Err(CallError::LeaseLost),
            () = stopped => Err(CallError::Unavailable("the worker has to stop".to_owned())),
        }
    }

    async fn deliver_with_retries(&self, body: Bytes) -> Result<(), CallError> {
        let mut delays = backoff::exponential(FIRST_RETRY, LONGEST_RETRY);
        let mut persistence = Persistence::default();
        loop {
            // After a long silence (this process was frozen, the API was unavailable) another worker may have the job: then
            // nothing is reported.
            if !self.is_fresh() && self.heartbeat().await == Some(LeaseEnd::Lost) {
                return Err(CallError::LeaseLost);
            }
            if self.is_fresh() {
                match self.api.report(self.claim, body.clone()).await {
                    Err(CallError::Faulted(_)) if persistence.after_fault() => {}
                    Err(CallError::Unavailable(cause)) => {
                        if !persistence.after_silence(Instant::now(), self.confirmed()) {
                            return Err(CallError::Faulted(cause));
                        }
                    }
                    answered => return answered,
                }
            }
            backoff::wait(&mut delays).await;
        }
    }

    async fn lost(&self) {
        // A request to cancel comes too late: the work is done.
        while self.keep().await != LeaseEnd::Lost {}
    }

    async fn heartbeat(&self) -> Option<LeaseEnd> {
        let (progress, stage) = self.progress.now();
        let request = HeartbeatRequest {
            lease_token: self.claim.job.lease_token.clone(),
            progress: Some(progress),
            stage: Some(stage),
        };
        let sent = Instant::now();
        match self.api.heartbeat(&self.claim.job.scan_id, &request).await {
            Ok(answer) => {
                *self.confirmed.lock().unwrap_or_else(PoisonError::into_inner) = sent;
                answer.cancel.then_some(LeaseEnd::Cancelled)
            }
            Err(CallError::LeaseLost) => Some(LeaseEnd::Lost),
            // The scan was deleted, or the API does not accept the token any more.
            Err(CallError::Refused(cause)) => {
                tracing::warn!("heartbeat refused: {cause}");
                Some(LeaseEnd::Lost)
            }
            Err(CallError::Unavailable(_) | CallError::Faulted(_) | CallError::TooLarge) => None,
        }
    }

    /// When the API confirmed the lease last.
    fn confirmed(&self) -> Instant {
        *self.confirmed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the lease is still valid by this machine's clock.
    fn is_fresh(&self) -> bool {
        self.confirmed().elapsed() < Duration::from_millis(self.claim.limits.lease_ms)
    }
}
