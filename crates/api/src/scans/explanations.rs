//! Hands texts that are to be written to workers that have a language model, and announces those that were written.
//!
//! As with jobs, nothing is read from the database while nothing happens: see `dispatch.rs`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex as SyncMutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use repolens_core::LeaseToken;
use repolens_core::store::ClaimedExplanation;
use tokio::sync::{Mutex, watch};

use crate::http::problem::Problem;
use crate::scans::Scans;

/// What the handlers of explanations share.
pub struct ExplanationQueue {
    /// Counts the times at which a text may have become claimable.
    queued: watch::Sender<u64>,
    /// The count at which nothing was claimable.
    seen_empty: AtomicU64,
    /// Counts the texts that were finished.
    finished: watch::Sender<u64>,
    turn: Mutex<()>,
    /// When a worker with a language model asked last.
    asked: SyncMutex<Option<Instant>>,
    /// Source code may be sent where the caller agrees.
    pub may_send_source: bool,
}

/// Above every count.
const NEVER: u64 = u64::MAX;

/// A worker asks at least once a minute.
const PRESENT: Duration = Duration::from_secs(150);

impl ExplanationQueue {
    pub fn new(may_send_source: bool) -> Self {
        Self {
            queued: watch::Sender::new(0),
            seen_empty: AtomicU64::new(NEVER),
            finished: watch::Sender::new(0),
            turn: Mutex::new(()),
            asked: SyncMutex::new(None),
            may_send_source,
        }
    }

    /// Whether a worker with a language model is connected to this instance.
    pub fn has_worker(&self) -> bool {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.is_some_and(|asked| asked.elapsed() < PRESENT)
    }

    /// A text was requested, or its scan is complete.
    pub fn queued(&self) {
        self.queued.send_modify(|count| *count += 1);
    }

    /// A text was written, or failed.
    pub fn finished(&self) {
        self.finished.send_modify(|count| *count += 1);
    }

    /// Changes whenever a text was finished.
    pub fn watch_finished(&self) -> watch::Receiver<u64> {
        self.finished.subscribe()
    }

    /// Claims the next text; waits up to `wait` for one.
    pub async fn claim(
        &self,
        scans: &Arc<Scans>,
        token: &LeaseToken,
        lease: TimeDelta,
        wait: Duration,
        mut stopping: watch::Receiver<bool>,
    ) -> Result<Option<ClaimedExplanation>, Problem> {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        let until = tokio::time::Instant::now() + wait;
        let mut queued = self.queued.subscribe();
        loop {
            if *stopping.borrow_and_update() {
                return Ok(None);
            }
            if let Some(claimed) = self.try_claim(scans, token, lease, &mut queued).await? {
                return Ok(Some(claimed));
            }
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
        token: &LeaseToken,
        lease: TimeDelta,
        queued: &mut watch::Receiver<u64>,
    ) -> Result<Option<ClaimedExplanation>, Problem> {
        let _turn = self.turn.lock().await;
        // Read before the query: what comes in during it is not missed.
        let count = *queued.borrow_and_update();
        if self.seen_empty.load(Ordering::Acquire) == count {
            return Ok(None);
        }
        let (shared, token) = (Arc::clone(scans), token.clone());
        let claim = async move { shared.store.claim_explanation(&token, lease, Utc::now()).await };
        let claimed = scans.run_to_completion(claim).await?;
        if claimed.is_none() {
            self.seen_empty.store(count, Ordering::Release);
        }
        Ok(claimed)
    }
}
