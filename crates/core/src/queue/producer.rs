//! The API's end of the queue.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bullmq::options::RedisConnectionOptions;
use bullmq::types::{KeepJobs, RemoveOnFinish};
use bullmq::{JobOptions, Queue, QueueOptions};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::connection::{FLUSHES, is_flushed};
use super::link::Outage;
use super::{JOB_NAME, KEPT_JOBS, QUEUE, QueueError};
use crate::ScanId;
use crate::job::QueuedScan;
use crate::settings::RedisUrl;

/// Adds, removes and repairs jobs, over one connection that is made when it is first needed.
///
/// No call takes longer than [`Producer::LONGEST`], so that a request can be answered while Redis is unavailable; what could
/// not be added then is found by [`Producer::repair`] later.
pub struct Producer {
    options: RedisConnectionOptions,
    queue: Mutex<Option<Arc<Queue>>>,
    outage: Outage,
}

/// How many jobs there are, by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueDepth {
    pub waiting: u64,
    pub active: u64,
    pub delayed: u64,
    pub completed: u64,
    pub failed: u64,
}

impl Producer {
    /// The longest that one call takes.
    pub const LONGEST: Duration = Duration::from_millis(1500);

    /// A command that takes longer is tried once more on a new connection.
    const ONE_TRY: Duration = Duration::from_millis(700);

    /// Makes no connection yet.
    #[must_use]
    pub fn new(url: &RedisUrl) -> Self {
        let options = RedisConnectionOptions {
            // The library puts it into an address as it is.
            host: Some(if url.host().contains(':') {
                format!("[{}]", url.host())
            } else {
                url.host().to_owned()
            }),
            port: Some(url.port()),
            username: url.username().map(str::to_owned),
            password: url.password().map(|password| password.expose().to_owned()),
            db: u8::try_from(url.database()).ok(),
            tls: url.tls(),
            ..RedisConnectionOptions::default()
        };
        Self {
            options,
            queue: Mutex::new(None),
            outage: Outage::new(url),
        }
    }

    /// Adds the job of a scan, after its row has been committed. An existing job is left unchanged.
    ///
    /// # Errors
    /// When Redis is unavailable: the row stays queued, and [`Producer::repair`] adds the job later.
    pub async fn add(&self, scan: &QueuedScan) -> Result<(), QueueError> {
        self.with(|queue| add(queue, scan.clone())).await
    }

    /// Removes the job of a scan that needs no worker any more. `false`: a worker has it, and will be refused the scan.
    ///
    /// # Errors
    /// When Redis is unavailable. Nothing is lost: a worker that takes the job is refused the scan.
    pub async fn remove(&self, scan_id: &ScanId) -> Result<bool, QueueError> {
        self.with(|queue| async move { queue.remove(scan_id.as_str()).await })
            .await
    }

    /// Counts the jobs.
    ///
    /// # Errors
    /// When Redis is unavailable.
    pub async fn depth(&self) -> Result<QueueDepth, QueueError> {
        let counts = self.with(|queue| async move { queue.get_job_counts().await }).await?;
        Ok(QueueDepth {
            waiting: counts.waiting + counts.paused + counts.prioritized,
            active: counts.active,
            delayed: counts.delayed,
            completed: counts.completed,
            failed: counts.failed,
        })
    }

    /// Checks that Redis answers, for readiness.
    ///
    /// # Errors
    /// When Redis is unavailable.
    pub async fn ping(&self) -> Result<(), QueueError> {
        self.with(|queue| async move { queue.connection().ping().await }).await
    }

    /// Runs an operation that may be done twice: where the connection broke while it was idle, it is tried again on a new
    /// one.
    pub(super) async fn with<T, F>(&self, operation: impl Fn(Arc<Queue>) -> F) -> Result<T, QueueError>
    where
        F: Future<Output = Result<T, bullmq::Error>>,
    {
        let deadline = Instant::now() + Self::LONGEST;
        let mut flushes = 0;
        loop {
            let (queue, fresh) = match timeout_at(deadline, self.queue()).await {
                Ok(Ok(queue)) => queue,
                Ok(Err(error)) => return Err(self.log_outage(error.into())),
                Err(_) => return Err(self.log_outage(QueueError::Unavailable("connecting took too long".to_owned()))),
            };
            let one_try = deadline.min(Instant::now() + Self::ONE_TRY);
            let error = match timeout_at(one_try, operation(Arc::clone(&queue))).await {
                Ok(Ok(value)) => {
                    self.outage.ended();
                    return Ok(value);
                }
                Ok(Err(bullmq::Error::Redis(error))) if is_flushed(&error) && flushes < FLUSHES => {
                    flushes += 1;
                    continue;
                }
                Ok(Err(error)) => QueueError::from(error),
                Err(_) => QueueError::Unavailable("a command took too long".to_owned()),
            };
            if matches!(error, QueueError::Refused(_) | QueueError::Rights(_)) {
                return Err(error);
            }
            self.discard(&queue).await;
            if fresh || Instant::now() >= deadline {
                return Err(self.log_outage(error));
            }
        }
    }

    fn log_outage(&self, error: QueueError) -> QueueError {
        self.outage.began(&error);
        error
    }

    async fn queue(&self) -> Result<(Arc<Queue>, bool), bullmq::Error> {
        let mut current = self.queue.lock().await;
        if let Some(queue) = &*current {
            return Ok((Arc::clone(queue), false));
        }
        let options = QueueOptions {
            connection: self.options.clone(),
            ..QueueOptions::default()
        };
        let queue = Arc::new(Queue::with_options(QUEUE, options).await?);
        *current = Some(Arc::clone(&queue));
        Ok((queue, true))
    }

    async fn discard(&self, broken: &Arc<Queue>) {
        let mut current = self.queue.lock().await;
        if current.as_ref().is_some_and(|queue| Arc::ptr_eq(queue, broken)) {
            *current = None;
        }
    }
}

pub(super) async fn add(queue: Arc<Queue>, scan: QueuedScan) -> Result<(), bullmq::Error> {
    let kept = RemoveOnFinish::Options(KeepJobs {
        count: Some(KEPT_JOBS),
        age: None,
        limit: None,
    });
    /// The lowest that BullMQ knows.
    const LAST: u32 = 2_097_151;
    let options = JobOptions {
        // Those of round 0 wait in the plain list, in front of all others.
        priority: Some(scan.turn.min(LAST)).filter(|priority| *priority > 0),
        job_id: Some(scan.scan_id.as_str().to_owned()),
        // The row decides whether a scan is tried again: see `MAX_ATTEMPTS`.
        attempts: Some(1),
        remove_on_complete: Some(kept.clone()),
        remove_on_fail: Some(kept),
        ..JobOptions::default()
    };
    queue.add(JOB_NAME, scan).options(options).await?;
    Ok(())
}
