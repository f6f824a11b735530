//! A worker's end of the queue: takes jobs one after the other, as many at a time as it was told.
//!
//! The queue owns the delivery, the caller the work. While nothing waits, one blocking command stands on a connection of
//! its own, five minutes long. It is never dropped half-way: what it takes off is the marker that wakes a worker, and if
//! the answer found nobody, a job would wait for the next marker.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bullmq::QueueKeys;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tracing::error;

use super::connection::{Backoff, Link};
use super::held::{After, Held, Job, Outcome, Taken};
use super::stalled;
use super::{QUEUE, QueueError, name_worker, script};
use crate::settings::RedisUrl;

mod blocking;
mod take;

use blocking::Blocking;
pub(super) use take::{Fetched, fetched};

/// Takes jobs from the queue.
pub struct Consumer {
    core: Arc<Core>,
    concurrency: usize,
}

/// The times that a consumer keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// A job whose worker has not been heard of for so long may be put back. Extended three times as often.
    pub lock: Duration,
    /// While other workers have jobs, it is looked this often whether they are alive.
    pub stalled_interval: Duration,
    /// The longest that the blocking command stands.
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

/// What the consumer's tasks share.
pub(super) struct Core {
    pub(super) link: Link,
    pub(super) keys: QueueKeys,
    /// The worker's name.
    pub(super) name: String,
    pub(super) timing: Timing,
    /// Jobs that this worker has.
    pub(super) held: AtomicUsize,
    /// The last job's end found nothing else to do.
    drained: AtomicBool,
    /// The tokens of calls that may have taken a job without an answer.
    unanswered: Mutex<HashSet<String>>,
    /// Tells the stalled check that it may matter.
    pub(super) look: Notify,
}

impl Consumer {
    /// Makes no connection yet.
    ///
    /// # Errors
    /// When the address cannot be used for a connection.
    pub fn new(url: &RedisUrl, worker_id: &str, concurrency: usize, timing: Timing) -> Result<Self, QueueError> {
        Ok(Self {
            core: Arc::new(Core {
                link: Link::new(url)?,
                keys: script::keys(),
                name: worker_id.to_owned(),
                timing,
                held: AtomicUsize::new(0),
                drained: AtomicBool::new(false),
                unanswered: Mutex::default(),
                look: Notify::new(),
            }),
            concurrency: concurrency.max(1),
        })
    }

    /// Runs `handle` for each job until `stop` becomes true, and returns when the last of them has ended. Then no new job
    /// is taken; it is the closure's to end soon, with [`Outcome::GiveBack`] where it cannot finish. Redis may be away at
    /// any time, at the start too.
    ///
    /// A closure that panics leaves its job to be put back like that of a worker that died.
    pub async fn run<H, F>(&self, mut stop: watch::Receiver<bool>, handle: H)
    where
        H: Fn(Taken) -> F + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let handle = Arc::new(handle);
        let slots = Arc::new(Semaphore::new(self.concurrency));
        let mut jobs = JoinSet::new();
        let watcher = tokio::spawn(stalled::watch(Arc::clone(&self.core), stop.clone()));
        let mut blocking = Blocking::new(self.core.link.client().clone(), name_worker(&self.core.name));
        let mut backoff = Backoff::new();
        // A marker was taken off, and what it stands for was not looked at yet.
        let mut woken = false;
        while !stopping(&stop) {
            while let Some(ended) = jobs.try_join_next() {
                told_of(ended);
            }
            // The stop first: a slot that is free because its job was given back must not take that job again.
            let slot = tokio::select! {
                biased;
                () = stopped(&mut stop) => break,
                slot = Arc::clone(&slots).acquire_owned() => slot.expect("the semaphore is never closed"),
            };
            // With one slot, the marker cannot have been taken off since the last job's end looked. Where others run beside,
            // it may have been, and for a job that came after.
            let drained = self.core.drained.swap(false, Ordering::SeqCst) && self.concurrency == 1;
            let fetched = if drained {
                Ok(Fetched::Nothing { again_in: None })
            } else {
                self.core.take().await
            };
            woken &= fetched.is_err();
            match fetched {
                Ok(Fetched::Job(job)) => {
                    backoff = Backoff::new();
                    jobs.spawn(work(
                        Arc::clone(&self.core),
                        *job,
                        Arc::clone(&handle),
                        stop.clone(),
                        slot,
                    ));
                }
                Ok(Fetched::Nothing { again_in }) => {
                    if !drained {
                        self.core.look.notify_one();
                    }
                    let longest = self.core.timing.block;
                    let time = again_in.map_or(longest, |again_in| again_in.min(longest));
                    match blocking.wait(&self.core, time, &mut stop).await {
                        Ok(by_a_marker) => {
                            backoff = Backoff::new();
                            woken = by_a_marker;
                        }
                        Err(error) => self.pause(&error, &mut backoff, &mut stop).await,
                    }
                }
                Err(error) => self.pause(&error, &mut backoff, &mut stop).await,
            }
        }
        if woken {
            blocking::give_marker_back(&self.core).await;
        }
        while let Some(ended) = jobs.join_next().await {
            told_of(ended);
        }
        told_of(watcher.await);
    }

    /// After an error of the queue.
    async fn pause(&self, error: &QueueError, backoff: &mut Backoff, stop: &mut watch::Receiver<bool>) {
        /// What Redis refuses (a right that is missing, a wrong type) does not mend itself within seconds.
        const REFUSED: Duration = Duration::from_secs(30);
        let wait = async {
            match error {
                QueueError::Away(_) | QueueError::Full | QueueError::Login(_) => {
                    self.core.link.outage.began(error);
                    backoff.wait().await;
                }
                QueueError::Rights(_) | QueueError::Refused(_) => {
                    error!(queue = QUEUE, "no jobs can be taken: {error}");
                    tokio::time::sleep(REFUSED).await;
                }
            }
        };
        tokio::select! {
            () = wait => {}
            () = stopped(stop) => {}
        }
    }
}

/// One slot's work: a job, and those that came with the finishing of the one before.
async fn work<H, F>(
    core: Arc<Core>,
    first: Job,
    handle: Arc<H>,
    stop: watch::Receiver<bool>,
    _slot: OwnedSemaphorePermit,
) where
    H: Fn(Taken) -> F,
    F: Future<Output = Outcome>,
{
    let _counted = Counted::new(&core.held);
    let mut next = Box::new(first);
    loop {
        let held = Arc::new(Held::new(Arc::clone(&core), *next));
        let outcome = match held.runnable() {
            Ok(scan_id) => {
                tokio::select! {
                    outcome = handle(Taken::new(scan_id, Arc::clone(&held))) => outcome,
                    never = held.keep() => match never {},
                }
            }
            Err(reason) => Outcome::Failed(reason),
        };
        match held.settle(outcome, &stop).await {
            After::Next(job) => next = job,
            After::Drained => return core.drained.store(true, Ordering::SeqCst),
            After::Unknown => return,
        }
    }
}

fn told_of(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        error!("a task of the queue ended early, its job will be put back: {error}");
    }
}

pub(super) fn stopping(stop: &watch::Receiver<bool>) -> bool {
    // Nobody who could say so any more is as good as being told.
    *stop.borrow() || stop.has_changed().is_err()
}

pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone.
    let _ = stop.wait_for(|stop| *stop).await;
}

struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, Ordering::SeqCst);
        Self(counter)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
