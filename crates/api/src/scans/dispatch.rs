//! Hands queued scans to workers that wait for them, without asking the database while nothing happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use chrono::Utc;
use repolens_core::LeaseToken;
use repolens_core::store::ClaimedJob;
use tokio::sync::{Mutex, Notify, watch};
use tokio::time::Instant;

use crate::http::problem::Problem;
use crate::scans::Scans;

/// The signals for "a job may be queued", "a lease has begun" and "a report was recorded".
pub struct Dispatch {
    /// Counts the times at which something may have come into the queue.
    queued: watch::Sender<u64>,
    /// The count at which the queue was last seen empty.
    seen_empty: AtomicU64,
    /// Workers of this process take turns, so that one new scan does not wake all of them into the database.
    turn: Mutex<()>,
    lease_begun: Notify,
    /// The lease watch checks again by itself.
    watching: AtomicBool,
    recorded: Notify,
}

/// Above every count.
const NEVER: u64 = u64::MAX;

impl Dispatch {
    pub fn new() -> Self {
        Self {
            queued: watch::Sender::new(0),
            seen_empty: AtomicU64::new(NEVER),
            turn: Mutex::new(()),
            lease_begun: Notify::new(),
            watching: AtomicBool::new(false),
            recorded: Notify::new(),
        }
    }

    /// A scan was queued, or put back.
    pub fn queued(&self) {
        self.queued.send_modify(|count| *count += 1);
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
        mut stopping: watch::Receiver<bool>,
    ) -> Result<Option<ClaimedJob>, Problem> {
        let until = Instant::now() + wait;
        let mut queued = self.queued.subscribe();
        loop {
            if *stopping.borrow_and_update() {
                return Ok(None);
            }
            if let Some(job) = self.try_claim(scans, worker, token, &mut queued).await? {
                return Ok(Some(job));
            }
            tracing::debug!(worker, "waiting for a job");
            tokio::select! {
                _ = queued.changed() => {}
                _ = stopping.changed() => {}
                () = tokio::time::sleep_until(until) => return Ok(None),
            }
        }
    }

    async fn try_claim(
        &self,
        scans: &Arc<Scans>,
        worker: &str,
        token: &LeaseToken,
        queued: &mut watch::Receiver<u64>,
    ) -> Result<Option<ClaimedJob>, Problem> {
        let _turn = self.turn.lock().await;
        // Read before the query: what comes in during it is not missed.
        let count = *queued.borrow_and_update();
        if self.seen_empty.load(Ordering::Acquire) == count {
            return Ok(None);
        }
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
        let job = scans.run_to_completion(claim).await?;
        if job.is_none() {
            self.seen_empty.store(count, Ordering::Release);
        }
        Ok(job)
    }
}
