//! Holding a job: heartbeats that carry the progress and bring back the wish to cancel; and the delivery of its report.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use repolens_core::job::{Claim, HeartbeatRequest};
use tokio::time::Instant;

use super::persistence::Persistence;
use super::{Backoff, Progress, Stop};
use crate::api_client::{ApiClient, CallError};

/// The proof that a job is ours, kept alive.
#[derive(Debug)]
pub(super) struct Lease<'a> {
    api: &'a ApiClient,
    claim: &'a Claim,
    progress: &'a Progress,
    /// When the API last said that it is ours.
    affirmed: Mutex<Instant>,
}

/// Why a job is not to be worked on any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeaseEnd {
    Cancelled,
    Lost,
}

/// A worker that has to stop still gets a finished report out, if the API takes it at once.
const LAST_CHANCE: Duration = Duration::from_millis(1_500);

/// Short enough that people see a small repository pass through its stages; some stages take a millisecond.
const BETWEEN_STAGES: Duration = Duration::from_millis(20);
/// Each heartbeat writes to the database.
const BETWEEN_PERCENTAGES: Duration = Duration::from_secs(1);

const FIRST_RETRY: Duration = Duration::from_millis(250);
const LONGEST_RETRY: Duration = Duration::from_secs(5);

impl<'a> Lease<'a> {
    pub(super) fn new(api: &'a ApiClient, claim: &'a Claim, progress: &'a Progress) -> Self {
        Self {
            api,
            claim,
            progress,
            affirmed: Mutex::new(Instant::now()),
        }
    }

    /// Sends heartbeats until there is a reason to stop. That the API is away is none: the work goes on, and the API says
    /// afterwards whose the job is.
    pub(super) async fn hold(&self) -> LeaseEnd {
        let period = Duration::from_millis(self.claim.limits.heartbeat_ms.max(100));
        let mut told = self.progress.now();
        loop {
            // At the latest after the period: that there is no news is news to the API as well.
            let _in_time = tokio::time::timeout(period, self.news(&told)).await;
            told = self.progress.now();
            if let Some(end) = self.beat().await {
                return end;
            }
        }
    }

    /// Comes to an end when there is more to tell than what was `told`: a stage soon, a percentage at leisure.
    async fn news(&self, told: &(u8, String)) {
        let begin = Instant::now();
        tokio::time::sleep(BETWEEN_STAGES).await;
        loop {
            let (percent, stage) = self.progress.now();
            if stage != told.1 {
                return;
            }
            if percent == told.0 {
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
    pub(super) async fn deliver(&self, body: Bytes, stop: &Stop) -> Result<(), CallError> {
        let stopped = async {
            stop.asked().await;
            tokio::time::sleep(LAST_CHANCE).await;
        };
        tokio::select! {
            result = self.try_until_answered(body) => result,
            () = self.lost() => Err(CallError::LeaseLost),
            () = stopped => Err(CallError::Unreachable("the worker has to stop".to_owned())),
        }
    }

    async fn try_until_answered(&self, body: Bytes) -> Result<(), CallError> {
        let mut backoff = Backoff::new(FIRST_RETRY, LONGEST_RETRY);
        let mut persistence = Persistence::default();
        loop {
            // After a long silence (this process was frozen, the API was away) the job may have gone to somebody else:
            // then nothing is said at all.
            if !self.is_fresh() && self.beat().await == Some(LeaseEnd::Lost) {
                return Err(CallError::LeaseLost);
            }
            if self.is_fresh() {
                match self.api.report(self.claim, body.clone()).await {
                    Err(CallError::Faulted(_)) if persistence.after_fault() => {}
                    Err(CallError::Unreachable(cause)) => {
                        if !persistence.after_silence(Instant::now(), self.affirmed()) {
                            return Err(CallError::Faulted(cause));
                        }
                    }
                    answered => return answered,
                }
            }
            backoff.wait().await;
        }
    }

    async fn lost(&self) {
        // A wish to cancel comes too late: the work is done.
        while self.hold().await != LeaseEnd::Lost {}
    }

    async fn beat(&self) -> Option<LeaseEnd> {
        let (progress, stage) = self.progress.now();
        let beat = HeartbeatRequest {
            lease_token: self.claim.lease_token.clone(),
            progress: Some(progress),
            stage: Some(stage),
        };
        let sent = Instant::now();
        match self.api.heartbeat(&self.claim.scan_id, &beat).await {
            Ok(answer) => {
                *self.affirmed.lock().unwrap_or_else(PoisonError::into_inner) = sent;
                answer.cancel.then_some(LeaseEnd::Cancelled)
            }
            Err(CallError::LeaseLost) => Some(LeaseEnd::Lost),
            // The scan is gone (deleted), or the API does not know us any more.
            Err(CallError::Refused(cause)) => {
                tracing::warn!("a heartbeat was refused: {cause}");
                Some(LeaseEnd::Lost)
            }
            Err(CallError::Unreachable(_) | CallError::Faulted(_) | CallError::TooLarge) => None,
        }
    }

    fn affirmed(&self) -> Instant {
        *self.affirmed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// By our own clock the lease still runs.
    fn is_fresh(&self) -> bool {
        self.affirmed().elapsed() < Duration::from_millis(self.claim.limits.lease_ms)
    }
}
