//! Keeps the queue in Redis in line with the rows, where Redis is configured.
//!
//! A change of a row is sent to Redis after it is committed. A failure to send it is not an error of the request: the row is
//! the truth, and [`run`] compares the queue with the rows when Redis is available again. It compares at the start, after an
//! error, and periodically while scans wait, because an emptied Redis does not announce itself. While no scan waits, it sends
//! nothing to Redis or the database.

use std::collections::HashSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use repolens_core::ScanId;
use repolens_core::job::QueuedScan;
use repolens_core::net::backoff;
use repolens_core::queue::{self, OldRow, Producer, QueueError, Shared, SharedAllowance};
use repolens_core::settings::{Rate, RedisUrl};
use repolens_core::store::{Store, StoreError};
use tokio::sync::{Notify, watch};

use crate::scans::Scans;

/// Between two comparisons while scans wait and workers take them.
const PAUSE: Duration = Duration::from_secs(15);
/// The same while no worker takes any, so that a database that scales to zero can sleep.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

const FIRST_RETRY: Duration = Duration::from_millis(250);
const LONGEST_RETRY: Duration = Duration::from_secs(4);
/// A refusal by Redis (a missing right) does not pass within seconds, and each comparison wakes the database.
const REFUSED_RETRY: Duration = Duration::from_secs(300);

/// How many of the scans that are next in turn are compared at a time.
const BATCH: i64 = 1_000;

pub struct RedisQueue {
    producer: Producer,
    shared: Shared,
    /// Scans that wait, as far as this instance knows. One that another instance handed out stays until the next comparison.
    waiting: Mutex<HashSet<ScanId>>,
    /// A change could not be sent to Redis: nothing else is sent until [`run`] has compared.
    behind: AtomicBool,
    /// More scans wait than one comparison covers.
    more: AtomicBool,
    /// A worker took a scan, or one was added, since the last comparison.
    moved: AtomicBool,
    compare_now: Notify,
    url: RedisUrl,
    /// Redis refused a command and has not accepted one since.
    refused: AtomicBool,
    /// Redis accepts the commands again.
    recovered: Notify,
}

/// The limits that instances count together for each client.
#[derive(Debug, Clone, Copy)]
pub enum SharedLimit {
    Scans,
    Requests,
}

impl RedisQueue {
    /// Makes no connection yet.
    pub fn new(url: &RedisUrl) -> Result<Self, QueueError> {
        Ok(Self {
            producer: Producer::new(url),
            shared: Shared::new(url)?,
            waiting: Mutex::default(),
            // The content of the queue is unknown until the first comparison.
            behind: AtomicBool::new(true),
            more: AtomicBool::new(false),
            moved: AtomicBool::new(false),
            compare_now: Notify::new(),
            url: url.clone(),
            refused: AtomicBool::new(false),
            recovered: Notify::new(),
        })
    }

    /// Adds the job of a stored scan.
    pub async fn add(&self, scan: &QueuedScan) {
        if self.notes(&scan.scan_id) {
            self.handle(self.producer.add(scan).await);
        }
    }

    /// Adds the job of a scan that is queued again; the worker that had it has lost it.
    pub async fn put_back(&self, scan: &QueuedScan) {
        if self.notes(&scan.scan_id) {
            self.handle(self.producer.requeue(scan).await);
        }
    }

    /// A worker has claimed the scan that it took from the queue.
    pub fn taken(&self, scan_id: &ScanId) {
        self.moved.store(true, Ordering::Release);
        let left = {
            let mut waiting = self.waiting();
            waiting.remove(scan_id);
            waiting.len()
        };
        if left == 0 && self.more.swap(false, Ordering::SeqCst) {
            // All that one comparison covered are gone, and those behind them are not in the queue yet.
            self.resync();
        }
    }

    /// Tracks a scan that waits. Nothing is sent to Redis now; the next comparison checks its job.
    pub fn track(&self, scan_id: &ScanId) {
        if self.waiting().insert(scan_id.clone()) {
            self.compare_now.notify_one();
        }
    }

    /// Removes the job of a scan that needs no worker any more, or that a worker without Redis has.
    pub async fn remove(&self, scan_id: &ScanId) {
        self.taken(scan_id);
        if !self.is_behind()
            && let Err(error) = self.producer.remove(scan_id).await
        {
            // A worker that takes the job is refused the scan.
            tracing::debug!(%scan_id, "the job stays in the queue: {error}");
        }
    }

    /// Counts `wanted` scans or requests of a client, together with the other instances. `None`: Redis did not answer in time.
    pub async fn count(&self, what: SharedLimit, client: u128, wanted: u32, rate: Rate) -> Option<SharedAllowance> {
        /// Leaves enough of the two seconds in which a scan is accepted.
        const TIME: Duration = Duration::from_millis(300);
        let alone = || tracing::debug!("a client is counted by this instance alone: Redis does not answer in time");
        if self.is_behind() {
            alone();
            return None;
        }
        let key = match what {
            SharedLimit::Scans => format!("scans:{client:x}"),
            SharedLimit::Requests => format!("requests:{client:x}"),
        };
        let allow = self.shared.allow(&key, wanted.into(), rate.count.into(), rate.per);
        let Ok(Ok(allowance)) = tokio::time::timeout(TIME, allow).await else {
            // Adding the job would wait for it once more.
            self.resync();
            alone();
            return None;
        };
        Some(allowance)
    }

    /// For readiness: how long an answer takes, or why there is none.
    pub async fn ready(&self) -> Result<Duration, QueueError> {
        let begin = Instant::now();
        if self.producer.ping().await.is_ok() && !self.refused.load(Ordering::Acquire) {
            return Ok(begin.elapsed());
        }
        queue::check(&self.url).await?;
        if self.refused.swap(false, Ordering::AcqRel) {
            self.recovered.notify_one();
        }
        Ok(begin.elapsed())
    }

    /// Checks at the start what the first job would fail on. `false`: Redis was not reached.
    async fn is_checked(&self) -> bool {
        match queue::check(&self.url).await {
            Err(error) if error.may_pass() => false,
            Err(error) => {
                tracing::error!("{}: {error}", self.url);
                self.refused.store(true, Ordering::Release);
                true
            }
            Ok(()) => true,
        }
    }

    /// Notes a scan that waits, and returns whether its job can be added now.
    fn notes(&self, scan_id: &ScanId) -> bool {
        self.moved.store(true, Ordering::Release);
        self.waiting().insert(scan_id.clone());
        self.compare_now.notify_one();
        // Read after the row was committed: either the comparison that ends the outage covers the row, or the outage has ended.
        !self.is_behind()
    }

    fn handle(&self, result: Result<(), QueueError>) {
        if let Err(error) = result {
            self.compare_soon(&error);
        }
    }

    /// Requests a comparison, because the job of a scan could not be added.
    pub fn compare_soon(&self, cause: &dyn fmt::Display) {
        tracing::warn!("the scan waits, and its job will be queued later: {cause}");
        self.resync();
    }

    /// Requests a comparison now.
    pub fn resync(&self) {
        self.behind.store(true, Ordering::SeqCst);
        self.compare_now.notify_one();
    }

    fn is_behind(&self) -> bool {
        self.behind.load(Ordering::SeqCst)
    }

    fn waiting(&self) -> MutexGuard<'_, HashSet<ScanId>> {
        // Each change of the set is one call: it is whole even after a panic.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while no scan waits and all changes were sent.
    async fn dormant(&self) {
        while !self.is_behind() && self.waiting().is_empty() {
            self.compare_now.notified().await;
        }
    }

    async fn falls_behind(&self) {
        while !self.is_behind() {
            self.compare_now.notified().await;
        }
    }

    /// Compares the rows with the queue, and adds what is missing.
    async fn compare(&self, store: &Store, cut_over: &mut bool) -> Result<(), SyncError> {
        // Redis first, so that a sleeping database is not woken for nothing.
        self.producer.ping().await?;
        let was_behind = self.behind.swap(false, Ordering::SeqCst);
        if !*cut_over {
            self.cut_over(store).await?;
            *cut_over = true;
        }
        let known: Vec<ScanId> = self.waiting().iter().cloned().collect();
        let rows = store.queued(BATCH).await?;
        let all = i64::try_from(rows.len()).is_ok_and(|rows| rows < BATCH);
        self.more.store(!all, Ordering::SeqCst);
        {
            let queued: HashSet<&ScanId> = rows.iter().map(|scan| &scan.scan_id).collect();
            let mut waiting = self.waiting();
            for scan_id in known.iter().filter(|scan_id| all && !queued.contains(scan_id)) {
                waiting.remove(scan_id);
            }
            waiting.extend(queued.into_iter().cloned());
        }
        let repaired = self.producer.repair(&rows).await?;
        if repaired.added > 0 || repaired.put_back > 0 {
            tracing::info!(
                added = repaired.added,
                put_back = repaired.put_back,
                was_behind,
                "missing jobs were added to the queue again"
            );
        }
        Ok(())
    }

    /// Corrects, once, the jobs that the older system left in the queue, by the rows.
    async fn cut_over(&self, store: &Store) -> Result<(), SyncError> {
        let old = self.producer.find_old_jobs().await?;
        let mut rows = Vec::new();
        for scan_id in old.scan_ids() {
            if let Some(scan) = store.find(&scan_id).await? {
                rows.push(OldRow {
                    scan_id,
                    status: scan.status,
                    ended_at: scan.completed_at,
                    error: scan.error_message,
                });
            }
        }
        let done = self.producer.cut_over(&old, &rows).await?;
        if done.filed > 0 || done.removed > 0 {
            tracing::info!(
                filed = done.filed,
                removed = done.removed,
                "finished jobs that an older worker left in the queue were removed"
            );
        }
        Ok(())
    }
}

/// A failure of one of the two sides.
enum SyncError {
    Queue(QueueError),
    Store(StoreError),
}

impl From<QueueError> for SyncError {
    fn from(error: QueueError) -> Self {
        Self::Queue(error)
    }
}

impl From<StoreError> for SyncError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Keeps the queue in line with the rows. Runs until `stopping` becomes true; ends at once where there is no Redis.
pub async fn run(scans: Arc<Scans>, mut stopping: watch::Receiver<bool>) {
    let Some(queue) = &scans.queue else {
        return;
    };
    let stopped = stopping.wait_for(|stop| *stop);
    tokio::select! {
        () = sync_repeatedly(queue, &scans.store) => {}
        // An error means that the sender is gone. An interrupted repair is repeated at the next start.
        _ = stopped => {}
    }
}

async fn sync_repeatedly(queue: &RedisQueue, store: &Store) {
    let mut cut_over = false;
    let mut checked = false;
    let mut pause = PAUSE;
    let mut retries = backoff::exponential(FIRST_RETRY, LONGEST_RETRY);
    loop {
        queue.dormant().await;
        if !queue.is_behind() {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = queue.falls_behind() => {}
            }
            if !queue.is_behind() && queue.waiting().is_empty() {
                pause = PAUSE;
                continue;
            }
        }
        if !checked {
            checked = queue.is_checked().await;
        }
        match queue.compare(store, &mut cut_over).await {
            Ok(()) => {
                retries = backoff::exponential(FIRST_RETRY, LONGEST_RETRY);
                let moved = queue.moved.swap(false, Ordering::AcqRel);
                pause = match moved || queue.waiting().is_empty() {
                    true => PAUSE,
                    false => (pause * 2).min(LONGEST_PAUSE),
                };
            }
            Err(error) => {
                queue.behind.store(true, Ordering::SeqCst);
                let retry = retries.next().unwrap_or(LONGEST_RETRY);
                let retry = match error {
                    SyncError::Queue(error @ (QueueError::Rights(_) | QueueError::Refused(_))) => {
                        tracing::error!("failed to add jobs to the queue: {error}");
                        queue.refused.store(true, Ordering::Release);
                        REFUSED_RETRY
                    }
                    // The queue logs an outage itself, once.
                    SyncError::Queue(error) => {
                        tracing::debug!("{error}");
                        retry
                    }
                    SyncError::Store(error) => {
                        tracing::warn!("failed to compare the queue with the scans: {error}");
                        retry
                    }
                };
                tokio::select! {
                    () = tokio::time::sleep(retry) => {}
                    () = queue.recovered.notified() => {}
                }
            }
        }
    }
}
