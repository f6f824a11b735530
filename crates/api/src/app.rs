//! What the handlers share.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use repolens_core::job::JobLimits;
use repolens_core::queue::QueuedScan;
use repolens_core::settings::{RequestLimits, Retention};
use repolens_core::store::{Store, StoreError};
use repolens_core::{ScanId, ScanStatus, Secret, UrlPolicy};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};
use tracing::Instrument as _;

use crate::client::Client;
use crate::dispatch::Dispatch;
use crate::events::Events;
use crate::limit::{Allowance, Limiter};
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::redis_queue::RedisQueue;

/// One for the whole process.
pub struct App {
    pub store: Store,
    pub dispatch: Dispatch,
    /// `None`: workers take their jobs by long poll only.
    pub queue: Option<RedisQueue>,
    pub events: Arc<Events>,
    pub metrics: Metrics,
    pub retention: Retention,
    pub request_limits: RequestLimits,
    pub scan_limiter: Option<Limiter>,
    pub request_limiter: Option<Limiter>,
    pub guest_history: bool,
    pub limits: JobLimits,
    pub url_policy: UrlPolicy,
    pub worker_token: Secret,
    pub supervisor_socket: Option<PathBuf>,
    /// One report at a time is unpacked and compressed, so that the memory for it is needed once.
    pub report_slot: Semaphore,
    /// The multi-thread runtime, for work that would hold up a worker of the HTTP server.
    pub runtime: Handle,
    pub started: Instant,
    /// Becomes true when the process is asked to stop.
    pub stopping: watch::Receiver<bool>,
}

impl App {
    /// Takes one of this client's allowance; `None` where there is no limit for it.
    pub fn take(&self, limiter: Option<&Limiter>, client: Client) -> Option<Allowance> {
        let exempt = self.request_limits.exempt_loopback && client.address.is_loopback();
        limiter
            .filter(|_| !exempt)
            .map(|limiter| limiter.take(client.number(), Instant::now()))
    }

    /// Takes one scan of this client's allowance, which all instances share where there is Redis. While it is away, each
    /// counts for itself.
    pub async fn take_scan(&self, client: Client) -> Option<Allowance> {
        let own = self.take(self.scan_limiter.as_ref(), client)?;
        let shared = match (&self.queue, self.request_limits.scans) {
            (Some(queue), Some(rate)) if own.allowed => queue.count_scan(client.number(), rate).await,
            _ => None,
        };
        Some(shared.unwrap_or(own))
    }

    /// A scan's row is stored: tells the workers.
    pub async fn queued(&self, scan: &QueuedScan) {
        // Whoever hears the bell may find the job in Redis, and takes it out.
        if let Some(queue) = &self.queue {
            queue.add(scan).await;
        }
        self.dispatch.queued();
    }

    /// A scan's row is queued again: tells the workers, and whoever had it has lost it.
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

    /// Sees `work` through although its client hangs up: a handler's own future is dropped then, between the change of a row
    /// and the telling of those who must know.
    pub async fn undisturbed<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, Problem> {
        match self.runtime.spawn(work.in_current_span()).await {
            Ok(result) => Ok(result.inspect_err(|_| self.unsure())?),
            Err(error) => Err(Problem::because(&error)),
        }
    }

    /// A change of a row was not answered, and may have been made all the same: whoever is told of changes looks at the
    /// rows instead.
    pub fn unsure(&self) {
        self.dispatch.queued();
        self.dispatch.lease_begun();
        if let Some(queue) = &self.queue {
            queue.look_again();
        }
    }

    /// Somebody asks for this scan, or works on it. Whichever instance accepted it or gave it to a worker may be gone: from
    /// here on this one looks after it too.
    pub fn look_after(&self, scan_id: &ScanId, status: ScanStatus) {
        match status {
            ScanStatus::Queued => {
                if let Some(queue) = &self.queue {
                    queue.look_after(scan_id);
                }
                self.dispatch.queued();
            }
            ScanStatus::Processing => self.dispatch.held(),
            ScanStatus::Completed | ScanStatus::Failed | ScanStatus::Cancelled => {}
        }
    }

    pub fn lease(&self) -> Duration {
        Duration::from_millis(self.limits.lease_ms)
    }
}
