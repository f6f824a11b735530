//! A job that this worker has: its lock, its progress, its finish.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::Value;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::fetched::Fetched;
use super::job::Job;
use super::session::ConsumerSession;
use crate::queue::{QueueError, Returned, retry_delays, scripts};
use crate::{ScanId, ScanStatus, net::backoff};

/// A job to be worked on.
pub struct ActiveJob {
    scan_id: ScanId,
    locked: Arc<LockedJob>,
}

/// How the work on a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobOutcome {
    /// The API has recorded the scan's final status, now or before.
    Done { status: ScanStatus, duration: Duration },
    /// The scan failed, for this reason. The queue does not try again: the row decides on that.
    Failed(String),
    /// This worker stops: another takes the job at once. The scan was given back to the API before.
    GiveBack,
    /// The API refused the scan: it has ended, is unknown, or another worker has it.
    Refused,
}

impl ActiveJob {
    pub(super) fn new(scan_id: ScanId, locked: Arc<LockedJob>) -> Self {
        Self { scan_id, locked }
    }

    #[must_use]
    pub fn scan_id(&self) -> &ScanId {
        &self.scan_id
    }

    /// Publishes how far the work is, in percent. May be called often: it is passed on once a second, and at a new stage.
    pub async fn progress(&self, percent: u8, stage: &str) {
        self.locked.progress(percent, stage).await;
    }
}

/// The next job, as returned when a job finished.
pub(super) enum Settled {
    Next(Box<Job>),
    /// Nothing waits, and nothing is due later.
    Drained,
    /// The next one was not requested, or the answer is unknown.
    Unknown,
}

/// A job and the lock on it.
pub(super) struct LockedJob {
    session: Arc<ConsumerSession>,
    job: Job,
    state: Mutex<State>,
    /// Another worker has the job now: nothing is written about it any more.
    lost: AtomicBool,
}

struct State {
    /// When the lock was last extended.
    renewed: Instant,
    /// When progress was last published, and of which stage.
    published: Option<(Instant, String)>,
}

impl LockedJob {
    /// Within a stage, progress is published at most this often.
    const PUBLISH_INTERVAL: Duration = Duration::from_secs(1);

    pub(super) fn new(session: Arc<ConsumerSession>, job: Job) -> Self {
        Self {
            session,
            job,
            state: Mutex::new(State {
                renewed: Instant::now(),
                published: None,
            }),
            lost: AtomicBool::new(false),
        }
    }

    /// See [`Job::runnable`].
    pub(super) fn runnable(&self) -> Result<ScanId, String> {
        self.job.runnable()
    }

    /// Keeps the lock for as long as it is polled.
    pub(super) async fn keep(&self) -> Infallible {
        let mut next = self.session.timing.lock / 3;
        loop {
            tokio::time::sleep(next).await;
            next = match self.renew().await {
                Ok(()) => self.session.timing.lock / 3,
                // The lock runs out unless the next try comes sooner.
                Err(_) => (self.session.timing.lock / 10).min(Duration::from_secs(2)),
            };
            if self.lost.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
        }
    }

    async fn renew(&self) -> Result<(), QueueError> {
        let called = Instant::now();
        let mut call = scripts::EXTEND_LOCK.prepare_invoke();
        call.key(format!("{}:lock", self.session.keys.job_key(&self.job.id)))
            .key(self.session.keys.stalled())
            .arg(&self.job.token)
            .arg(self.session.lock_ms())
            .arg(&self.job.id);
        let call = &call;
        let extended: i64 = self
            .session
            .link
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await?;
        if extended == 1 {
            self.state().renewed = called;
        } else if !self.lost.swap(true, Ordering::SeqCst) {
            info!(job = %self.job.id, "job lost: the queue has given it to another worker; the scan's lease decides which may report");
        }
        Ok(())
    }

    async fn progress(&self, percent: u8, stage: &str) {
        {
            let state = self.state();
            let soon = state
                .published
                .as_ref()
                .is_some_and(|(at, of)| of == stage && at.elapsed() < Self::PUBLISH_INTERVAL);
            // After a sleep of the whole process, the lock is checked first. Half of its time is less than that of the
            // scan's lease, after which the API gives the job to another worker.
            let asleep = state.renewed.elapsed() >= self.session.timing.lock / 2;
            if soon || asleep || self.lost.load(Ordering::SeqCst) {
                return;
            }
        }
        self.state().published = Some((Instant::now(), stage.to_owned()));
        let progress = json!({ "progress": percent.min(100), "stage": stage }).to_string();
        let mut call = scripts::UPDATE_PROGRESS.prepare_invoke();
        call.key(self.session.keys.job_key(&self.job.id))
            .key(self.session.keys.events())
            .key(self.session.keys.meta())
            .arg(&self.job.id)
            .arg(progress);
        let call = &call;
        let done: Result<i64, QueueError> = self
            .session
            .link
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await;
        if let Err(error) = done {
            debug!(job = %self.job.id, "progress was not published: {error}");
        }
    }

    /// Finishes the job in the queue, and takes the next one with it where there is one and `stop` is not cancelled.
    pub(super) async fn settle(&self, outcome: JobOutcome, stop: &CancellationToken) -> Settled {
        let mut delays = retry_delays();
        let began = Instant::now();
        loop {
            let error = match self.try_settle(&outcome, !stop.is_cancelled()).await {
                Ok(settled) => return settled,
                Err(error) => error,
            };
            // Beyond the lock's time the job would be another worker's; and what is refused once is refused again.
            let given_up = began.elapsed() >= self.session.timing.lock || stop.is_cancelled();
            if given_up || matches!(error, QueueError::Refused(_) | QueueError::Rights(_)) {
                warn!(job = %self.job.id, "job not finished in the queue, it will be delivered again: {error}");
                self.session.mark_unanswered(&self.job.token);
                return Settled::Unknown;
            }
            backoff::wait(&mut delays).await;
        }
    }

    async fn try_settle(&self, outcome: &JobOutcome, fetch_next: bool) -> Result<Settled, QueueError> {
        if self.lost.load(Ordering::SeqCst) {
            return Ok(Settled::Unknown);
        }
        match outcome {
            JobOutcome::Done { status, duration } => self.completed(*status, *duration, fetch_next).await,
            JobOutcome::Refused => self.finish("completed", "returnvalue", "null", fetch_next).await,
            JobOutcome::Failed(reason) => self.finish("failed", "failedReason", reason, fetch_next).await,
            JobOutcome::GiveBack => self.give_back().await.map(|()| Settled::Unknown),
        }
    }

    async fn completed(&self, status: ScanStatus, duration: Duration, fetch_next: bool) -> Result<Settled, QueueError> {
        let returned = self.job.scan_id.clone().map(|scan_id| Returned {
            scan_id,
            status,
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        });
        let returned = serde_json::to_string(&returned).expect("texts and numbers always serialize");
        self.finish("completed", "returnvalue", &returned, fetch_next).await
    }

    async fn finish(&self, target: &str, field: &str, value: &str, fetch_next: bool) -> Result<Settled, QueueError> {
        let failed = target == "failed";
        let options = scripts::packed(&scripts::FinishOptions {
            token: &self.job.token,
            keep_jobs: if failed {
                self.job.kept_failed
            } else {
                self.job.kept_completed
            },
            lock_duration: self.session.lock_ms(),
            attempts: self.job.attempts,
            max_metrics_size: "",
            fpof: false,
            cpof: false,
            idof: false,
            rdof: false,
            name: &self.session.name,
        });
        let more_fields = if failed {
            scripts::packed(&["stacktrace", "[]"])
        } else {
            Vec::new()
        };
        let keys = &self.session.keys;
        let mut call = self.session.prepare_take(&scripts::MOVE_TO_FINISHED);
        call.key(keys.get(target))
            .key(keys.job_key(&self.job.id))
            .key(keys.get(&format!("metrics:{target}")))
            .key(keys.marker())
            .arg(&self.job.id)
            .arg(scripts::now_ms())
            .arg(field)
            .arg(value)
            .arg(target)
            .arg(if fetch_next { "1" } else { "0" })
            .arg(keys.key_prefix())
            .arg(options)
            .arg(more_fields);
        let call = &call;
        let answer: Value = self
            .session
            .link
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await?;
        Ok(match answer {
            Value::Int(code) if code < 0 => {
                self.log_not_ours(code);
                // Or an earlier try has finished it, and taken the next one under its token.
                self.session.mark_unanswered(&self.job.token);
                Settled::Unknown
            }
            Value::Int(_) if fetch_next => Settled::Drained,
            other => match Fetched::read(&other, &self.job.token) {
                Fetched::Job(job) => Settled::Next(job),
                Fetched::Nothing { .. } => Settled::Unknown,
            },
        })
    }

    async fn give_back(&self) -> Result<(), QueueError> {
        let code = self.session.give_back(&self.job.id, &self.job.token).await?;
        if code < 0 {
            self.log_not_ours(code);
        }
        Ok(())
    }

    /// The queue was emptied, or another worker has the job. The scan's final status is in its row anyway.
    fn log_not_ours(&self, code: i64) {
        info!(job = %self.job.id, code, "job not finished in the queue: it is no longer this worker's");
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
