//! A worker's side of the queue: takes jobs one after another, up to a limit of jobs in flight.
//!
//! The queue owns the delivery, the caller the work. While the queue is empty, one blocking command runs on its own
//! connection, for five minutes. It is never dropped half-way: it removes the marker that wakes a worker, and if its answer
//! were not read, a job would wait for the next marker.

mod blocking;
mod fetched;
mod job;
mod locked_job;
mod session;
mod stalled;
mod take;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use backon::ExponentialBackoff;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::{QUEUE, QueueError, name_worker, retry_delays};
use crate::net::backoff;
use crate::settings::RedisUrl;
use blocking::Blocking;
use fetched::Fetched;
use job::Job;
use locked_job::{LockedJob, Settled};
use session::ConsumerSession;

pub use locked_job::{ActiveJob, JobOutcome};

/// Takes jobs from the queue.
pub struct Consumer {
    session: Arc<ConsumerSession>,
    concurrency: usize,
}

/// The times that a consumer keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// A job whose lock was not extended for this long may be put back. It is extended three times as often.
    pub lock: Duration,
    /// While other workers have jobs, this is how often they are checked for being alive.
    pub stalled_interval: Duration,
    /// The longest time of the blocking command.
    pub block: Duration,
}

impl Timing {
    /// A lock of 30 s, extended every 10 s, lasts at least 20 s beyond its worker's death: by then the row's lease has
    /// ended too, and the next worker is not refused the scan.
    pub const STANDARD: Self = Self {
        lock: Duration::from_secs(30),
        stalled_interval: Duration::from_secs(15),
        block: Duration::from_secs(300),
    };
}

/// A refusal of Redis (a missing right, a wrong type) is not repaired within seconds.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_secs(30);

impl Consumer {
    /// Makes no connection yet.
    ///
    /// # Errors
    /// When the address cannot be used for a connection.
    pub fn new(url: &RedisUrl, worker_id: &str, concurrency: usize, timing: Timing) -> Result<Self, QueueError> {
        Ok(Self {
            session: Arc::new(ConsumerSession::new(url, worker_id, timing)?),
            concurrency: concurrency.max(1),
        })
    }

    /// Runs `handle` for each job until `stop` is cancelled, and returns when the last of them has ended. From then on no
    /// new job is taken; the closure has to end soon, with [`JobOutcome::GiveBack`] where it cannot finish. Redis may be
    /// unavailable at any time, at the start too.
    ///
    /// The job of a closure that panics is put back like that of a worker that died.
    pub async fn run<H, F>(&self, stop: CancellationToken, handle: H)
    where
        H: Fn(ActiveJob) -> F + Send + Sync + 'static,
        F: Future<Output = JobOutcome> + Send + 'static,
    {
        let session = &self.session;
        let handle = Arc::new(handle);
        let slots = Arc::new(Semaphore::new(self.concurrency));
        let mut jobs = JoinSet::new();
        let stalled = tokio::spawn(stalled::run(Arc::clone(session), stop.clone()));
        let mut waiter = Waiter::new(session);
        while !stop.is_cancelled() {
            while let Some(ended) = jobs.try_join_next() {
                log_panic(ended);
            }
            // The stop first: a slot that is free because its job was given back must not take that job again.
            let slot = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                slot = Arc::clone(&slots).acquire_owned() => slot.expect("the semaphore is never closed"),
            };
            match self.fetch(&mut waiter).await {
                Ok(Fetched::Job(job)) => {
                    waiter.delays = retry_delays();
                    let task = work(Arc::clone(session), *job, Arc::clone(&handle), stop.clone(), slot);
                    jobs.spawn(task);
                }
                Ok(Fetched::Nothing { again_in }) => waiter.wait(again_in, &stop).await,
                Err(error) => waiter.pause(&error, &stop).await,
            }
        }
        waiter.give_marker_back().await;
        while let Some(ended) = jobs.join_next().await {
            log_panic(ended);
        }
        log_panic(stalled.await);
    }

    /// Takes a job, unless the last finished one found that there is none.
    async fn fetch(&self, waiter: &mut Waiter<'_>) -> Result<Fetched, QueueError> {
        // With one slot, the marker cannot have been taken off since that job was finished. Where others run beside it, it
        // may have been, and for a job that came later.
        let drained = self.session.drained.swap(false, Ordering::SeqCst) && self.concurrency == 1;
        let fetched = if drained {
            Ok(Fetched::Nothing { again_in: None })
        } else {
            self.session.take().await
        };
        waiter.has_marker &= fetched.is_err();
        if !drained && matches!(fetched, Ok(Fetched::Nothing { .. })) {
            self.session.check_stalled.notify_one();
        }
        fetched
    }
}

/// Waits between two attempts to take a job.
struct Waiter<'a> {
    session: &'a ConsumerSession,
    blocking: Blocking,
    delays: ExponentialBackoff,
    /// A marker was removed, and its job was not fetched yet.
    has_marker: bool,
}

impl<'a> Waiter<'a> {
    fn new(session: &'a ConsumerSession) -> Self {
        Self {
            session,
            blocking: Blocking::new(session.link.client().clone(), name_worker(&session.name)),
            delays: retry_delays(),
            has_marker: false,
        }
    }

    /// Until there may be a job.
    async fn wait(&mut self, again_in: Option<Duration>, stop: &CancellationToken) {
        let longest = self.session.timing.block;
        let time = again_in.map_or(longest, |again_in| again_in.min(longest));
        match self.blocking.wait(self.session, time, stop).await {
            Ok(by_marker) => {
                self.delays = retry_delays();
                self.has_marker = by_marker;
            }
            Err(error) => self.pause(&error, stop).await,
        }
    }

    /// After an error of the queue.
    async fn pause(&mut self, error: &QueueError, stop: &CancellationToken) {
        let wait = async {
            match error {
                QueueError::Unavailable(_) | QueueError::Full | QueueError::Login(_) => {
                    self.session.link.outage.began(error);
                    backoff::wait(&mut self.delays).await;
                }
                QueueError::Rights(_) | QueueError::Refused(_) => {
                    error!(queue = QUEUE, "no jobs can be taken: {error}");
                    tokio::time::sleep(PAUSE_AFTER_REFUSAL).await;
                }
            }
        };
        tokio::select! {
            () = wait => {}
            () = stop.cancelled() => {}
        }
    }

    /// Returns the marker for another worker: this one stops, and does not fetch the marker's job.
    async fn give_marker_back(&self) {
        if self.has_marker {
            blocking::give_marker_back(self.session).await;
        }
    }
}

/// The work of one slot: a job, and those that were taken with the finish of the one before.
async fn work<H, F>(
    session: Arc<ConsumerSession>,
    first: Job,
    handle: Arc<H>,
    stop: CancellationToken,
    _slot: OwnedSemaphorePermit,
) where
    H: Fn(ActiveJob) -> F,
    F: Future<Output = JobOutcome>,
{
    let _active = session.count_active();
    let mut next = Box::new(first);
    loop {
        let locked = Arc::new(LockedJob::new(Arc::clone(&session), *next));
        let outcome = match locked.runnable() {
            Ok(scan_id) => {
                tokio::select! {
                    outcome = handle(ActiveJob::new(scan_id, Arc::clone(&locked))) => outcome,
                    never = locked.keep() => match never {},
                }
            }
            Err(reason) => JobOutcome::Failed(reason),
        };
        match locked.settle(outcome, &stop).await {
            Settled::Next(job) => next = job,
            Settled::Drained => return session.drained.store(true, Ordering::SeqCst),
            Settled::Unknown => return,
        }
    }
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        error!("a task of the queue panicked, its job will be put back: {error}");
    }
}
