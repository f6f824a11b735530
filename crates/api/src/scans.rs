//! The life of a scan: submitted, handed to a worker, watched, finished, and announced.

pub mod arrivals;
pub mod coalesce;
pub mod dispatch;
pub mod event_relay;
pub mod events;
pub mod explanations;
pub mod finish;
pub mod lease_watch;
pub mod pace_lists;
pub mod queue_sync;
pub mod repeated_lists;
pub mod retention;
pub mod scan_state;
pub mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use repolens_core::job::JobLimits;
use repolens_core::job::QueuedScan;
use repolens_core::settings::Retention;
use repolens_core::store::{NewScan, ScanSnapshot, Store, StoreError, Submitted};
use repolens_core::{ScanId, ScanStatus, UrlPolicy};
use tokio::runtime::Handle;
use tracing::Instrument as _;

use crate::auth::clone_tokens::CloneTokens;
use crate::http::problem::Problem;
use coalesce::Coalescer;
use dispatch::Dispatch;
use events::Events;
use explanations::ExplanationQueue;
use queue_sync::RedisQueue;
use repeated_lists::Repeats;
use webhooks::Wake;

/// The state that the handlers of scans share.
pub struct Scans {
    pub store: Store,
    /// Lookups of scans, one at a time for each.
    pub coalescer: Coalescer<ScanId, Result<Option<Arc<ScanSnapshot>>, StoreError>>,
    /// List calls of the last seconds.
    pub lists: Repeats,
    pub dispatch: Dispatch,
    /// `None`: workers take their jobs by long poll only.
    pub queue: Option<RedisQueue>,
    pub events: Arc<Events>,
    /// Texts of language models.
    pub explanations: ExplanationQueue,
    pub webhooks: Wake,
    pub clone_tokens: CloneTokens,
    pub job_limits: JobLimits,
    pub url_policy: UrlPolicy,
    pub guest_history: bool,
    pub retention: Retention,
    /// The multi-thread runtime: what runs there outlives the call that began it.
    pub runtime: Handle,
}

impl Scans {
    /// The scan as it is now, read once for all callers at the same time.
    pub async fn snapshot(&self, id: &ScanId) -> Result<Option<Arc<ScanSnapshot>>, StoreError> {
        let lookup = async { Ok(self.store.snapshot(id, Utc::now()).await?.map(Arc::new)) };
        self.coalescer.at(id, lookup).await
    }

    /// Stores a scan and announces it to the workers, also when its client hangs up.
    pub async fn submit(self: &Arc<Self>, new: NewScan) -> Result<Submitted, Problem> {
        let scans = Arc::clone(self);
        self.run_to_completion(async move {
            let submitted = scans.store.submit(new.clone(), Utc::now()).await;
            if !matches!(submitted, Ok(Submitted::Stored { .. })) {
                scans.clone_tokens.forget(new.id.as_str());
            }
            let submitted = submitted?;
            if let Submitted::Stored { turn, .. } = submitted {
                let queued = QueuedScan {
                    scan_id: new.id,
                    repo_url: new.repo_url.into(),
                    branch: new.branch.map(Into::into),
                    turn,
                };
                scans.announce(&queued).await;
            }
            Ok(submitted)
        })
        .await
    }

    /// Announces a stored scan to the workers.
    async fn announce(&self, scan: &QueuedScan) {
        self.events.changed();
        // A worker that is woken finds the job in Redis.
        if let Some(queue) = &self.queue {
            queue.add(scan).await;
        }
        self.dispatch.queued();
    }

    /// Announces a scan that is queued again; the worker that had it has lost it.
    pub async fn put_back(&self, scan_id: &ScanId) {
        if let Some(queue) = &self.queue {
            self.requeue(queue, scan_id).await;
        }
        self.dispatch.queued();
    }

    async fn requeue(&self, queue: &RedisQueue, scan_id: &ScanId) {
        match self.store.find(scan_id).await {
            Ok(Some(scan)) => {
                let scan = QueuedScan {
                    scan_id: scan_id.clone(),
                    repo_url: scan.repo_url,
                    branch: scan.branch,
                    // It has waited before.
                    turn: 0,
                };
                queue.put_back(&scan).await;
            }
            Ok(None) => {}
            Err(error) => queue.compare_soon(&error),
        }
    }

    /// Runs `work` to its end although its client hangs up: a handler's own future is dropped then, between the change of a
    /// row and its announcement.
    pub async fn run_to_completion<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, Problem> {
        Ok(self
            .on_runtime(work)
            .await?
            .inspect_err(|_| self.resync_after_unknown_write())?)
    }

    /// Runs `work` on the runtime of the process, to its end, whatever becomes of the caller.
    pub async fn on_runtime<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Problem> {
        let task = self.runtime.spawn(work.in_current_span());
        task.await.map_err(|error| Problem::because(&error))
    }

    /// Makes everything that is notified of changes read the rows again: a change of a row was not confirmed, and may have
    /// been made.
    pub fn resync_after_unknown_write(&self) {
        self.dispatch.queued();
        self.dispatch.lease_begun();
        if let Some(queue) = &self.queue {
            queue.resync();
        }
    }

    /// Tracks a scan that a client or a worker asks for: the instance that accepted it or gave it to a worker may be gone.
    pub fn track(&self, scan_id: &ScanId, status: ScanStatus) {
        match status {
            ScanStatus::Queued => {
                if let Some(queue) = &self.queue {
                    queue.track(scan_id);
                }
                self.dispatch.queued();
            }
            ScanStatus::Processing => self.dispatch.held(),
            ScanStatus::Completed | ScanStatus::Failed | ScanStatus::Cancelled => {}
        }
    }

    pub fn lease(&self) -> Duration {
        Duration::from_millis(self.job_limits.lease_ms)
    }
}
