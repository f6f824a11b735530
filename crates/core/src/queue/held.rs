//! A job that this worker has: its lock, its progress, its end.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::Value;
use serde_json::{Value as Json, json};
use tokio::sync::watch;
use tracing::{debug, info, warn};

use super::connection::Backoff;
use super::consumer::{Core, Fetched, fetched, stopping};
use super::script::{self, Keep};
use super::{KEPT_JOBS, QueueError, Returned};
use crate::{ScanId, ScanStatus};

/// A job to be worked on.
pub struct Taken {
    scan_id: ScanId,
    held: Arc<Held>,
}

/// How the work on a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The API has recorded the scan's end, or was found to have done so before.
    Done { status: ScanStatus, duration: Duration },
    /// The scan failed, for this reason. The queue does not try again: that is the row's to say.
    Failed(String),
    /// This worker stops: another takes the job at once. The scan was given back to the API before.
    GiveBack,
    /// The API refused the scan: it has ended, is unknown, or another worker has it.
    Refused,
}

impl Taken {
    pub(super) fn new(scan_id: ScanId, held: Arc<Held>) -> Self {
        Self { scan_id, held }
    }

    #[must_use]
    pub fn scan_id(&self) -> &ScanId {
        &self.scan_id
    }

    /// Tells how far the work is, in percent. May be called often: it is passed on once a second, and at a new stage.
    pub async fn progress(&self, percent: u8, stage: &str) {
        self.held.progress(percent, stage).await;
    }
}

/// A job as it was taken.
pub(super) struct Job {
    id: String,
    token: String,
    /// Of the job's data, or its id.
    scan_id: Option<ScanId>,
    /// The text with which it must fail without being run.
    deferred: Option<String>,
    attempts: u64,
    kept_completed: Keep,
    kept_failed: Keep,
}

impl Job {
    /// What cannot be read is left out: others write into this queue too.
    pub(super) fn new(id: String, token: String, fields: &HashMap<String, Vec<u8>>) -> Self {
        let json = |name: &str| -> Json {
            fields
                .get(name)
                .and_then(|text| serde_json::from_slice(text).ok())
                .unwrap_or_default()
        };
        let options = json("opts");
        let told = json("data")["scanId"]
            .as_str()
            .and_then(|text| ScanId::parse(text).ok());
        Self {
            scan_id: told.or_else(|| ScanId::parse(&id).ok()),
            deferred: fields
                .get("defa")
                .map(|text| String::from_utf8_lossy(text).into_owned()),
            attempts: options["attempts"].as_u64().unwrap_or(0),
            kept_completed: kept(&options["removeOnComplete"]),
            kept_failed: kept(&options["removeOnFail"]),
            id,
            token,
        }
    }
}

/// A job's wish, but never all for ever: the memory of a free Redis is small.
fn kept(wish: &Json) -> Keep {
    let most = i64::try_from(KEPT_JOBS).unwrap_or(i64::MAX);
    let capped = |count: Option<i64>| Some(count.filter(|count| (0..most).contains(count)).unwrap_or(most));
    match wish {
        Json::Bool(true) => Keep {
            age: None,
            count: Some(0),
        },
        Json::Number(count) => Keep {
            age: None,
            count: capped(count.as_i64()),
        },
        Json::Object(keep) => Keep {
            age: keep.get("age").and_then(Json::as_u64),
            count: capped(keep.get("count").and_then(Json::as_i64)),
        },
        _ => Keep {
            age: None,
            count: Some(most),
        },
    }
}

/// What the end of a job said of the next one.
pub(super) enum After {
    Next(Box<Job>),
    /// Nothing waits, and nothing is due later.
    Drained,
    /// It was not asked, or could not be.
    Unknown,
}

/// A job and the lock on it.
pub(super) struct Held {
    core: Arc<Core>,
    job: Job,
    state: Mutex<State>,
    /// Others have the job now: nothing is written of it any more.
    lost: AtomicBool,
}

struct State {
    /// The lock is ours for its time from here on.
    renewed: Instant,
    told: Option<(Instant, String)>,
}

impl Held {
    /// Progress is told at most this often within a stage.
    const TOLD_EVERY: Duration = Duration::from_secs(1);

    pub(super) fn new(core: Arc<Core>, job: Job) -> Self {
        Self {
            core,
            job,
            state: Mutex::new(State {
                renewed: Instant::now(),
                told: None,
            }),
            lost: AtomicBool::new(false),
        }
    }

    /// The scan to work on, or why there is none.
    pub(super) fn runnable(&self) -> Result<ScanId, String> {
        if let Some(reason) = &self.job.deferred {
            return Err(reason.clone());
        }
        self.job
            .scan_id
            .clone()
            .ok_or_else(|| "the job names no scan: expected `scanId` in its data".to_owned())
    }

    /// Keeps the lock for as long as it is polled.
    pub(super) async fn keep(&self) -> Infallible {
        let mut next = self.core.timing.lock / 3;
        loop {
            tokio::time::sleep(next).await;
            next = match self.renew().await {
                Ok(()) => self.core.timing.lock / 3,
                // The lock is needed the sooner for it.
                Err(_) => (self.core.timing.lock / 10).min(Duration::from_secs(2)),
            };
            if self.lost.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
        }
    }

    async fn renew(&self) -> Result<(), QueueError> {
        let asked = Instant::now();
        let mut call = script::EXTEND_LOCK.prepare_invoke();
        call.key(format!("{}:lock", self.core.keys.job_key(&self.job.id)))
            .key(self.core.keys.stalled())
            .arg(&self.job.token)
            .arg(self.lock_ms())
            .arg(&self.job.id);
        let call = &call;
        let extended: i64 = self
            .core
            .link
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await?;
        if extended == 1 {
            self.state().renewed = asked;
        } else if !self.lost.swap(true, Ordering::SeqCst) {
            info!(job = %self.job.id, "the queue has given the job away; the scan's lease decides who may report");
        }
        Ok(())
    }

    async fn progress(&self, percent: u8, stage: &str) {
        {
            let state = self.state();
            let soon = state
                .told
                .as_ref()
                .is_some_and(|(at, told)| told == stage && at.elapsed() < Self::TOLD_EVERY);
            // After a sleep of the whole process, the lock is looked at first. Half of its time is less than that of the
            // scan's lease, after which the API gives the job to another.
            let asleep = state.renewed.elapsed() >= self.core.timing.lock / 2;
            if soon || asleep || self.lost.load(Ordering::SeqCst) {
                return;
            }
        }
        self.state().told = Some((Instant::now(), stage.to_owned()));
        let told = json!({ "progress": percent.min(100), "stage": stage }).to_string();
        let mut call = script::UPDATE_PROGRESS.prepare_invoke();
        call.key(self.core.keys.job_key(&self.job.id))
            .key(self.core.keys.events())
            .key(self.core.keys.meta())
            .arg(&self.job.id)
            .arg(told);
        let call = &call;
        let done: Result<i64, QueueError> = self
            .core
            .link
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await;
        if let Err(error) = done {
            debug!(job = %self.job.id, "progress was not passed on: {error}");
        }
    }

    /// Ends the job in the queue, and takes the next one with it where there is one and `stop` is not set.
    pub(super) async fn settle(&self, outcome: Outcome, stop: &watch::Receiver<bool>) -> After {
        let mut backoff = Backoff::new();
        let began = Instant::now();
        loop {
            let error = match self.try_settle(&outcome, !stopping(stop)).await {
                Ok(after) => return after,
                Err(error) => error,
            };
            // Beyond the lock's time it would be somebody else's; and what is refused once is refused again.
            let given_up = began.elapsed() >= self.core.timing.lock || stopping(stop);
            if given_up || matches!(error, QueueError::Refused(_) | QueueError::Rights(_)) {
                warn!(job = %self.job.id, "the job's end is not in the queue, it will be delivered again: {error}");
                self.core.is_unanswered(&self.job.token);
                return After::Unknown;
            }
            backoff.wait().await;
        }
    }

    async fn try_settle(&self, outcome: &Outcome, fetch_next: bool) -> Result<After, QueueError> {
        if self.lost.load(Ordering::SeqCst) {
            return Ok(After::Unknown);
        }
        match outcome {
            Outcome::Done { status, duration } => self.completed(*status, *duration, fetch_next).await,
            Outcome::Refused => self.finish("completed", "returnvalue", "null", fetch_next).await,
            Outcome::Failed(reason) => self.finish("failed", "failedReason", reason, fetch_next).await,
            Outcome::GiveBack => self.give_back().await.map(|()| After::Unknown),
        }
    }

    async fn completed(&self, status: ScanStatus, duration: Duration, fetch_next: bool) -> Result<After, QueueError> {
        let returned = self.job.scan_id.clone().map(|scan_id| Returned {
            scan_id,
            status,
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        });
        let returned = serde_json::to_string(&returned).expect("texts and numbers always serialise");
        self.finish("completed", "returnvalue", &returned, fetch_next).await
    }

    async fn finish(&self, target: &str, field: &str, value: &str, fetch_next: bool) -> Result<After, QueueError> {
        let failed = target == "failed";
        let options = script::packed(&script::FinishOptions {
            token: &self.job.token,
            keep_jobs: if failed {
                self.job.kept_failed
            } else {
                self.job.kept_completed
            },
            lock_duration: self.lock_ms(),
            attempts: self.job.attempts,
            max_metrics_size: "",
            fpof: false,
            cpof: false,
            idof: false,
            rdof: false,
            name: &self.core.name,
        });
        let more_fields = if failed {
            script::packed(&["stacktrace", "[]"])
        } else {
            Vec::new()
        };
        let keys = &self.core.keys;
        let mut call = script::MOVE_TO_FINISHED.prepare_invoke();
        call.key(keys.wait())
            .key(keys.active())
            .key(keys.prioritized())
            .key(keys.events())
            .key(keys.stalled())
            .key(keys.limiter())
            .key(keys.delayed())
            .key(keys.paused())
            .key(keys.meta())
            .key(keys.pc())
            .key(keys.get(target))
            .key(keys.job_key(&self.job.id))
            .key(keys.get(&format!("metrics:{target}")))
            .key(keys.marker())
            .arg(&self.job.id)
            .arg(script::now_ms())
            .arg(field)
            .arg(value)
            .arg(target)
            .arg(if fetch_next { "1" } else { "0" })
            .arg(keys.key_prefix())
            .arg(options)
            .arg(more_fields);
        let call = &call;
        let answer: Value = self
            .core
            .link
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await?;
        Ok(match answer {
            Value::Int(code) if code < 0 => {
                self.not_ours(code);
                // Or an earlier try has ended it, and taken the next one under its token.
                self.core.is_unanswered(&self.job.token);
                After::Unknown
            }
            Value::Int(_) if fetch_next => After::Drained,
            other => match fetched(&other, &self.job.token) {
                Fetched::Job(job) => After::Next(job),
                Fetched::Nothing { .. } => After::Unknown,
            },
        })
    }

    async fn give_back(&self) -> Result<(), QueueError> {
        let code = self.core.give_back(&self.job.id, &self.job.token).await?;
        if code < 0 {
            self.not_ours(code);
        }
        Ok(())
    }

    /// The queue was emptied, or another worker has the job: the row has been told of the scan's end all the same.
    fn not_ours(&self, code: i64) {
        info!(job = %self.job.id, code, "the job's end is not put into the queue, for the job is no longer this worker's");
    }

    fn lock_ms(&self) -> u64 {
        u64::try_from(self.core.timing.lock.as_millis()).unwrap_or(u64::MAX)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
