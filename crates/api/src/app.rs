//! What the handlers share.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::Utc;
use repolens_core::job::JobLimits;
use repolens_core::queue::QueuedScan;
use repolens_core::settings::{RequestLimits, Retention, TrustedProxies};
use repolens_core::store::{NewScan, Seen, Store, StoreError, StoredResults, Submitted};
use repolens_core::{ScanId, ScanStatus, Secret, UrlPolicy};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tracing::Instrument as _;

use crate::busy::{self, Busy, Held};
use crate::caller::Callers;
use crate::client::Client;
use crate::dispatch::Dispatch;
use crate::events::Events;
use crate::limit::{Allowance, Limiter, Shares, Taken};
use crate::looks::Looks;
use crate::metrics::Metrics;
use crate::private::Tokens;
use crate::problem::Problem;
use crate::redis_queue::{Counted, RedisQueue, round};
use crate::repeats::Repeats;
use crate::room::Room;
use crate::webhooks::Bell;

/// One for the whole process.
pub struct App {
    pub store: Store,
    /// Of those who ask for scans.
    pub looks: Looks<ScanId, Result<Option<Arc<Seen>>, StoreError>>,
    /// List calls of the last seconds.
    pub repeats: Repeats,
    pub dispatch: Dispatch,
    /// `None`: workers take their jobs by long poll only.
    pub queue: Option<RedisQueue>,
    pub events: Arc<Events>,
    pub metrics: Metrics,
    pub retention: Retention,
    pub request_limits: RequestLimits,
    pub scan_limiter: Option<Limiter>,
    pub request_limiter: Option<Limiter>,
    /// What this instance was given of the limit of requests that all share.
    pub shares: Option<Shares>,
    /// Requests that are being answered, by client.
    pub busy: Arc<Busy>,
    /// For large answers, while they are sent.
    pub room: Arc<Room>,
    pub guest_history: bool,
    pub trusted_proxies: TrustedProxies,
    /// A header of a proxy that is not trusted was ignored, and the log says so.
    pub ignored_proxy: AtomicBool,
    pub limits: JobLimits,
    pub url_policy: UrlPolicy,
    pub callers: Callers,
    pub tokens: Tokens,
    pub webhooks: Bell,
    pub github_webhook_secret: Option<Secret>,
    pub worker_token: Secret,
    pub supervisor_socket: Option<PathBuf>,
    /// One report at a time is unpacked and compressed, so that the memory for it is needed once.
    pub report_slot: Semaphore,
    /// One stored report at a time is read, for the same reason.
    pub reading_slot: Arc<Semaphore>,
    /// The multi-thread runtime, for work that would hold up a worker of the HTTP server.
    pub runtime: Handle,
    pub started: Instant,
    /// Becomes true when the process is asked to stop.
    pub stopping: watch::Receiver<bool>,
}

impl App {
    /// Takes one of this client's allowance; `None` where there is no limit for it.
    pub fn take(&self, limiter: Option<&Limiter>, client: Client) -> Option<Allowance> {
        limiter
            .filter(|_| !self.is_exempt(client))
            .map(|limiter| limiter.take(client.number(), Instant::now()))
    }

    /// Logs once that a proxy seems to be there which the settings do not name: all its clients are counted as one.
    pub fn proxy_ignored(&self, peer: Option<IpAddr>) {
        let exempt = self.request_limits.exempt_loopback && peer.is_some_and(|peer| peer.is_loopback());
        if exempt || self.ignored_proxy.swap(true, Ordering::Relaxed) {
            return;
        }
        let peer = peer.map_or_else(|| "a peer".to_owned(), |peer| peer.to_string());
        tracing::warn!(
            "TRUSTED_PROXIES: {peer} sent `X-Forwarded-For` and is no trusted proxy, so the header was not read; if it is your proxy, all its clients are counted as one: `GET /api/whoami` shows what to set"
        );
    }

    /// Is this client not limited, but for what protects the process?
    pub fn is_exempt(&self, client: Client) -> bool {
        self.request_limits.exempt_loopback && client.address.is_loopback()
    }

    /// Holds a place for a request of this client while it is answered.
    ///
    /// # Errors
    /// It has too many of them.
    pub fn hold(&self, client: Client) -> Result<Option<Held>, Problem> {
        let least = if self.is_exempt(client) { busy::UNLIMITED } else { 0 };
        self.busy.hold(client.number(), least).map(Some).ok_or_else(|| {
            Problem::too_many(
                "You have too many requests open: wait for some of them to be answered.",
                1,
            )
        })
    }

    /// Takes one scan of this client's allowance, which all instances share where there is Redis. While it is away, each
    /// counts for itself.
    pub async fn take_scan(&self, client: Client) -> Option<Allowance> {
        let own = self.take(self.scan_limiter.as_ref(), client)?;
        let shared = match (&self.queue, self.request_limits.scans) {
            (Some(queue), Some(rate)) if own.allowed => queue.count(Counted::Scans, client.number(), 1, rate).await,
            _ => None,
        };
        Some(shared.map_or(own, |shared| Allowance {
            limit: own.limit,
            remaining: u32::try_from(shared.remaining).unwrap_or(own.limit),
            reset: shared.resets_in,
            allowed: shared.granted > 0,
        }))
    }

    /// The same with one request of any kind. An instance is given several at a time, so that most requests ask Redis
    /// nothing.
    pub async fn take_request(&self, client: Client) -> Option<Allowance> {
        let own = self.take(self.request_limiter.as_ref(), client)?;
        let (Some(queue), Some(shares)) = (&self.queue, self.shares.as_ref().filter(|_| own.allowed)) else {
            return Some(own);
        };
        let number = client.number();
        let taken = match shares.take(number, Instant::now()) {
            Some(taken) => taken,
            None => {
                let rate = shares.rate;
                match queue.count(Counted::Requests, number, shares.at_a_time(), rate).await {
                    Some(more) => {
                        let granted = u32::try_from(more.granted).unwrap_or(u32::MAX);
                        shares.given(number, granted, more.resets_in, Instant::now())
                    }
                    None => Taken::One,
                }
            }
        };
        Some(match taken {
            Taken::One => own,
            Taken::NoneUntil(reset) => Allowance {
                remaining: 0,
                reset,
                allowed: false,
                ..own
            },
        })
    }

    /// The scan as it is now, looked up once for all who ask at the same time.
    pub async fn look(&self, id: &ScanId) -> Result<Option<Arc<Seen>>, StoreError> {
        let look = async { Ok(self.store.look(id, Utc::now()).await?.map(Arc::new)) };
        self.looks.at(id, look).await
    }

    /// Stores a scan and tells the workers, also when its client hangs up.
    pub async fn submit(self: &Arc<Self>, new: NewScan) -> Result<Submitted, Problem> {
        let app = Arc::clone(self);
        self.undisturbed(async move {
            let submitted = app.store.submit(new.clone(), Utc::now()).await;
            if !matches!(submitted, Ok(Submitted::Stored { .. })) {
                app.tokens.forget(new.id.as_str());
            }
            let submitted = submitted?;
            if let Submitted::Stored { turn, .. } = submitted {
                let queued = QueuedScan {
                    scan_id: new.id,
                    repo_url: new.repo_url,
                    branch: new.branch,
                    turn: round(turn),
                };
                app.queued(&queued).await;
            }
            Ok(submitted)
        })
        .await
    }

    /// A scan's row is stored: tells the workers.
    async fn queued(&self, scan: &QueuedScan) {
        self.events.changed();
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
        Ok(self.on_runtime(work).await?.inspect_err(|_| self.unsure())?)
    }

    /// Runs `work` on the runtime of the process, to its end, whatever becomes of the caller.
    pub async fn on_runtime<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Problem> {
        let task = self.runtime.spawn(work.in_current_span());
        task.await.map_err(|error| Problem::because(&error))
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

    /// Reads the stored report of a complete scan: one report at a time, so that the memory for it is needed once. A
    /// client's turn comes before its report is fetched.
    pub async fn read_report<T: Send + 'static>(
        &self,
        id: &ScanId,
        work: impl FnOnce(StoredResults) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let slot = self.reading_slot().await?;
        let results = self.store.results(id).await?.ok_or_else(Problem::results_gone)?;
        self.off_thread(slot, move || work(results)).await
    }

    /// Works on a report that was read before.
    pub async fn work_on_report<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let slot = self.reading_slot().await?;
        self.off_thread(slot, work).await
    }

    async fn reading_slot(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let slot = Arc::clone(&self.reading_slot).acquire_owned().await;
        slot.map_err(|closed| Problem::because(&closed))
    }

    /// Not on a thread of the HTTP server, which others wait for.
    async fn off_thread<T: Send + 'static>(
        &self,
        slot: OwnedSemaphorePermit,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let span = tracing::Span::current();
        let work = move || {
            let _span = span.entered();
            let result = work();
            // Not before: a client that hangs up ends the waiting, not the work.
            drop(slot);
            result
        };
        match self.runtime.spawn_blocking(work).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Problem::because(&format!("cannot read a stored report: {error}"))),
            Err(error) => Err(Problem::because(&error)),
        }
    }

    pub fn lease(&self) -> Duration {
        Duration::from_millis(self.limits.lease_ms)
    }
}
