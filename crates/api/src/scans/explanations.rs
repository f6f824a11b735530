//! Hands texts that are to be written to workers that have a language model, and announces those that were written.
//!
//! As with jobs, nothing is read from the database while nothing happens: see `arrivals.rs`.

use std::sync::Arc;
use std::sync::{Mutex as SyncMutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use repolens_core::LeaseToken;
use repolens_core::store::ClaimedExplanation;
use tokio::sync::watch;

use crate::http::problem::Problem;
use crate::scans::Scans;
use crate::scans::arrivals::Arrivals;

/// What the handlers of explanations share.
pub struct ExplanationQueue {
    queued: Arrivals,
    /// Counts the texts that were finished.
    finished: watch::Sender<u64>,
    /// When a worker with a language model asked last.
    asked: SyncMutex<Option<Instant>>,
    /// Source code may be sent where the caller agrees.
    pub may_send_source: bool,
}

/// A worker asks at least once a minute.
const PRESENT: Duration = Duration::from_secs(150);

impl ExplanationQueue {
    pub fn new(may_send_source: bool) -> Self {
        Self {
            queued: Arrivals::new(),
            finished: watch::Sender::new(0),
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
        self.queued.announce();
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
        stopping: watch::Receiver<bool>,
    ) -> Result<Option<ClaimedExplanation>, Problem> {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        let take = async || {
            let (shared, token) = (Arc::clone(scans), token.clone());
            let claim = async move { shared.store.claim_explanation(&token, lease, Utc::now()).await };
            scans.run_to_completion(claim).await
        };
        self.queued.claim(wait, stopping, take).await
    }
}
