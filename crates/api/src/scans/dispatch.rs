//! Hands queued scans to workers that wait for them, without asking the database while nothing happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::Utc;
use repolens_core::LeaseToken;
use repolens_core::job::ClaimedJob;
use tokio::sync::{Notify, watch};

use crate::http::problem::Problem;
use crate::scans::Scans;
use crate::scans::arrivals::Arrivals;

/// The signals for "a job may be queued", "a lease has begun" and "a report was recorded".
pub struct Dispatch {
    queued: Arrivals,
    lease_begun: Notify,
    /// The lease watch checks again by itself.
    watching: AtomicBool,
    recorded: Notify,
}

impl Dispatch {
    pub fn new() -> Self {
        Self {
            queued: Arrivals::new(),
            lease_begun: Notify::new(),
            watching: AtomicBool::new(false),
            recorded: Notify::new(),
        }
    }

    /// A scan was queued, or put back.
    pub fn queued(&self) {
        self.queued.announce();
    }

    /// A job was taken: there is a lease to watch.
    pub fn lease_begun(&self) {
        self.lease_begun.notify_one();
    }

    /// A job is still held, perhaps by a lease that another instance gave.
    pub fn held(&self) {
        if !self.watching.load(Ordering::SeqCst) {
            self.lease_begun();
        }
    }

    /// Set by the lease watch: whether it checks again by itself. It is cleared before each check, so that what is claimed from then on
    /// is not missed.
    pub fn watches(&self, watching: bool) {
        self.watching.store(watching, Ordering::SeqCst);
    }

    /// Waits until a job is leased that is not watched yet.
    pub async fn next_lease(&self) {
        self.lease_begun.notified().await;
    }

    /// A report was recorded: there may be one too many.
    pub fn recorded(&self) {
        self.recorded.notify_one();
    }

    /// Waits until a report was recorded since the last call.
    pub async fn next_recorded(&self) {
        self.recorded.notified().await;
    }

    /// Takes the next job for `worker`, to be held by `token`; waits up to `wait` for one. `None`: none came, or the process is stopping.
    pub async fn claim_next(
        &self,
        scans: &Arc<Scans>,
        worker: &str,
        token: &LeaseToken,
        wait: Duration,
        stopping: watch::Receiver<bool>,
    ) -> Result<Option<ClaimedJob>, Problem> {
        let take = async || {
            let job = take_next(scans, worker, token).await?;
            if job.is_none() {
                tracing::debug!(worker, "waiting for a job");
            }
            Ok(job)
        };
        self.queued.claim(wait, stopping, take).await
    }
}

async fn take_next(scans: &Arc<Scans>, worker: &str, token: &LeaseToken) -> Result<Option<ClaimedJob>, Problem> {
    let (shared, worker, token) = (Arc::clone(scans), worker.to_owned(), token.clone());
    let claim = async move {
        let job = shared
            .store
            .claim_next(&worker, &token, shared.lease(), Utc::now())
            .await?;
        if let Some(job) = &job {
            shared.dispatch.lease_begun();
            if let Some(queue) = &shared.queue {
                queue.remove(&job.scan_id).await;
            }
        }
        Ok(job)
    };
    scans.run_to_completion(claim).await
}
