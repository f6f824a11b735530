//! The API's end of the queue in Redis, where there is one.
//!
//! Whatever changes a row says so here after the change is committed. What cannot be told to Redis is not an error of the
//! request: the row is the truth, and [`run`] brings the queue into line with the rows when Redis is back. It looks at
//! start, after an error, and every now and then while scans wait, for an emptied Redis tells nobody. While none waits
//! it asks neither Redis nor the database anything.

use std::collections::HashSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use repolens_core::ScanId;
use repolens_core::queue::{self, Allowance, OldRow, Producer, QueueError, QueuedScan, Shared};
use repolens_core::settings::{Rate, RedisUrl};
use repolens_core::store::{Store, StoreError, Waiting};
use tokio::sync::{Notify, watch};

use crate::app::App;

/// Between two looks while scans wait and workers take them.
const PAUSE: Duration = Duration::from_secs(15);
/// The same while nobody takes any: a database that scales to zero gets its sleep although no worker comes.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

const FIRST_RETRY: Duration = Duration::from_millis(250);
const LONGEST_RETRY: Duration = Duration::from_secs(4);
/// What Redis refuses (a right that is missing) does not mend itself within seconds, and each look wakes the database.
const REFUSED_RETRY: Duration = Duration::from_secs(300);

/// So many of the scans whose turn is next are compared with the queue in one look.
const ONE_LOOK: i64 = 1_000;

pub struct RedisQueue {
    producer: Producer,
    shared: Shared,
    /// Scans that wait, as far as this instance knows. One that another instance has handed out stays until the next look.
    waiting: Mutex<HashSet<ScanId>>,
    /// Redis could not be told of something: nothing is asked of it until [`run`] has found it back.
    behind: AtomicBool,
    /// More scans wait than one look sees.
    more: AtomicBool,
    /// Since the last look a worker took a scan, or one came.
    moved: AtomicBool,
    look: Notify,
    url: RedisUrl,
    /// Redis has refused a command, and has not taken it since.
    refused: AtomicBool,
    /// It was found that it would take it now.
    mended: Notify,
}

/// What instances count together for each client.
#[derive(Debug, Clone, Copy)]
pub enum Counted {
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
            // Until the first look nobody knows what is in there.
            behind: AtomicBool::new(true),
            more: AtomicBool::new(false),
            moved: AtomicBool::new(false),
            look: Notify::new(),
            url: url.clone(),
            refused: AtomicBool::new(false),
            mended: Notify::new(),
        })
    }

    /// A scan's row is stored: a worker may have it.
    pub async fn add(&self, scan: &QueuedScan) {
        if self.comes(&scan.scan_id) {
            self.told(self.producer.add(scan).await);
        }
    }

    /// A scan's row is queued again: whoever had its job has lost it.
    pub async fn put_back(&self, scan: &QueuedScan) {
        if self.comes(&scan.scan_id) {
            self.told(self.producer.requeue(scan).await);
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
            // As many as one look sees are gone, and those behind them are not in the queue yet.
            self.look_again();
        }
    }

    /// Somebody asks for a scan that waits. Nothing is asked of Redis: only if it goes on waiting, its job is looked for.
    pub fn track(&self, scan_id: &ScanId) {
        if self.waiting().insert(scan_id.clone()) {
            self.look.notify_one();
        }
    }

    /// The scan needs no worker any more, or one has it that does not take its jobs from Redis.
    pub async fn remove(&self, scan_id: &ScanId) {
        self.taken(scan_id);
        if !self.is_behind()
            && let Err(error) = self.producer.remove(scan_id).await
        {
            // Whoever takes the job will be refused the scan.
            tracing::debug!(%scan_id, "the job stays in the queue: {error}");
        }
    }

    /// Counts `wanted` scans or requests of a client, together with the other instances. `None`: Redis cannot say in time.
    pub async fn count(&self, what: Counted, client: u128, wanted: u32, rate: Rate) -> Option<Allowance> {
        /// Leaves enough of the two seconds in which a scan is accepted.
        const TIME: Duration = Duration::from_millis(300);
        let alone = || tracing::debug!("a client is counted by this instance alone: Redis does not answer in time");
        if self.is_behind() {
            alone();
            return None;
        }
        let key = match what {
            Counted::Scans => format!("scans:{client:x}"),
            Counted::Requests => format!("requests:{client:x}"),
        };
        let allow = self.shared.allow(&key, wanted.into(), rate.count.into(), rate.per);
        let Ok(Ok(allowance)) = tokio::time::timeout(TIME, allow).await else {
            // It would be waited for once more by the adding of the job.
            self.look_again();
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
            self.mended.notify_one();
        }
        Ok(begin.elapsed())
    }

    /// Says at the start what would otherwise be met with the first job. `false`: Redis was not reached.
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

    /// Whether Redis is to be told of it now.
    fn comes(&self, scan_id: &ScanId) -> bool {
        self.moved.store(true, Ordering::Release);
        self.waiting().insert(scan_id.clone());
        self.look.notify_one();
        // Looked at after the row was committed. So either the row is seen by the look that ends the outage, or the outage
        // has ended.
        !self.is_behind()
    }

    fn told(&self, told: Result<(), QueueError>) {
        if let Err(error) = told {
            self.compare_soon(&error);
        }
    }

    /// A scan waits whose job could not be put into the queue.
    pub fn compare_soon(&self, cause: &dyn fmt::Display) {
        tracing::warn!("the scan waits, and its job will be queued later: {cause}");
        self.look_again();
    }

    /// The rows are compared with the queue now.
    pub fn look_again(&self) {
        self.behind.store(true, Ordering::SeqCst);
        self.look.notify_one();
    }

    fn is_behind(&self) -> bool {
        self.behind.load(Ordering::SeqCst)
    }

    fn waiting(&self) -> MutexGuard<'_, HashSet<ScanId>> {
        // Each change of the set is one call: it is whole even after a panic.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// While nothing waits, and Redis has been told of everything.
    async fn dormant(&self) {
        while !self.is_behind() && self.waiting().is_empty() {
            self.look.notified().await;
        }
    }

    async fn falls_behind(&self) {
        while !self.is_behind() {
            self.look.notified().await;
        }
    }

    /// Compares the rows with the queue, and adds what is missing.
    async fn compare(&self, store: &Store, cut_over: &mut bool) -> Result<(), LookError> {
        // Redis first: a database that sleeps is not woken for nothing.
        self.producer.ping().await?;
        let was_behind = self.behind.swap(false, Ordering::SeqCst);
        if !*cut_over {
            self.cut_over(store).await?;
            *cut_over = true;
        }
        let known: Vec<ScanId> = self.waiting().iter().cloned().collect();
        let rows = store.queued(ONE_LOOK).await?;
        let all = i64::try_from(rows.len()).is_ok_and(|rows| rows < ONE_LOOK);
        self.more.store(!all, Ordering::SeqCst);
        let rows: Vec<QueuedScan> = rows.into_iter().map(queued).collect();
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
                "jobs that were missing are in the queue again"
            );
        }
        Ok(())
    }

    /// What the system before this one has left in the queue is put right by the rows, once.
    async fn cut_over(&self, store: &Store) -> Result<(), LookError> {
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
                "finished jobs that an older worker had left in the queue are out of the way"
            );
        }
        Ok(())
    }
}

/// Either side may be away.
enum LookError {
    Queue(QueueError),
    Store(StoreError),
}

impl From<QueueError> for LookError {
    fn from(error: QueueError) -> Self {
        Self::Queue(error)
    }
}

impl From<StoreError> for LookError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A round as the queue knows it.
pub fn round(turn: i32) -> u32 {
    u32::try_from(turn).unwrap_or(0)
}

fn queued(row: Waiting) -> QueuedScan {
    QueuedScan {
        scan_id: row.scan_id,
        repo_url: row.repo_url,
        branch: row.branch,
        turn: round(row.turn),
    }
}

/// Keeps the queue in line with the rows. Runs until `stopping` becomes true; ends at once where there is no Redis.
pub async fn run(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    let Some(queue) = &app.scans.queue else {
        return;
    };
    let stopped = stopping.wait_for(|stop| *stop);
    tokio::select! {
        () = look_again_and_again(queue, &app.store) => {}
        // An error means that the sender is gone. A repair that is cut off is done at the next start.
        _ = stopped => {}
    }
}

async fn look_again_and_again(queue: &RedisQueue, store: &Store) {
    let mut cut_over = false;
    let mut checked = false;
    let mut pause = PAUSE;
    let mut retry = FIRST_RETRY;
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
                retry = FIRST_RETRY;
                let moved = queue.moved.swap(false, Ordering::AcqRel);
                pause = match moved || queue.waiting().is_empty() {
                    true => PAUSE,
                    false => (pause * 2).min(LONGEST_PAUSE),
                };
            }
            Err(error) => {
                queue.behind.store(true, Ordering::SeqCst);
                match error {
                    LookError::Queue(error @ (QueueError::Rights(_) | QueueError::Refused(_))) => {
                        tracing::error!("jobs cannot be put into the queue: {error}");
                        queue.refused.store(true, Ordering::Release);
                        retry = REFUSED_RETRY;
                    }
                    // The queue itself tells of an outage, once.
                    LookError::Queue(error) => tracing::debug!("{error}"),
                    LookError::Store(error) => tracing::warn!("cannot compare the queue with the scans: {error}"),
                }
                tokio::select! {
                    () = tokio::time::sleep(retry) => {}
                    () = queue.mended.notified() => {}
                }
                retry = (retry * 2).min(LONGEST_RETRY);
            }
        }
    }
}
