//! Jobs from the queue in Redis: each names a scan, which is claimed from the API and worked on like any other.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use repolens_core::queue::{self, Consumer, QUEUE, Taken, Timing};
use repolens_core::settings::RedisUrl;
use repolens_core::{LeaseToken, ScanStatus};

use super::{FIRST_RETRY, LONGEST_RETRY};
use crate::api_client::CallError;
use crate::job::{Backoff, Jobs, Outcome, Progress, Ran, Stop};

/// How often it is looked whether a job has come further.
const LOOK: Duration = Duration::from_millis(250);
/// Within a stage the queue is told at most this often.
const SELDOM: Duration = Duration::from_secs(1);

pub(super) struct FromRedis {
    url: RedisUrl,
    consumer: Consumer,
    concurrency: usize,
}

impl FromRedis {
    /// Makes no connection yet.
    pub(super) fn new(url: &RedisUrl, worker_id: &str, concurrency: usize) -> anyhow::Result<Self> {
        let consumer = Consumer::new(url, worker_id, concurrency, Timing::STANDARD)
            .context("the address in `REDIS_URL` cannot be used")?;
        Ok(Self {
            url: url.clone(),
            consumer,
            concurrency,
        })
    }

    /// Takes jobs until `stop` is asked for, and ends when the last of them has.
    pub(super) async fn run(self, jobs: Arc<Jobs>, stop: Stop) -> anyhow::Result<()> {
        self.wait_for_redis(&stop).await;
        if !stop.is_asked() {
            tracing::info!("Worker connected to Redis: {}", self.url);
            tracing::info!(
                concurrency = self.concurrency,
                "Worker listening for jobs on queue: {QUEUE}"
            );
        }
        let receiver = stop.receiver();
        self.consumer
            .run(receiver, move |taken| handle(Arc::clone(&jobs), stop.clone(), taken))
            .await;
        Ok(())
    }

    async fn wait_for_redis(&self, stop: &Stop) {
        let mut backoff = Backoff::new(FIRST_RETRY, LONGEST_RETRY);
        let mut told = false;
        while let Err(error) = queue::check(&self.url).await {
            if !std::mem::replace(&mut told, true) {
                match error.may_pass() {
                    true => tracing::warn!("Waiting for Redis at {}: {error}", self.url),
                    false => tracing::error!("Waiting for Redis at {}: {error}", self.url),
                }
            }
            tokio::select! {
                () = stop.asked() => return,
                () = backoff.wait() => {}
            }
        }
    }
}

/// One job of the queue.
async fn handle(jobs: Arc<Jobs>, stop: Stop, taken: Taken) -> queue::Outcome {
    let begun = Instant::now();
    let progress = Progress::default();
    let ran = tokio::select! {
        ran = run_scan(&jobs, &taken, &progress, &stop) => ran,
        never = pass_on(&progress, &taken) => match never {},
    };
    let done = |status| queue::Outcome::Done {
        status,
        duration: begun.elapsed(),
    };
    match ran {
        Some(Ran::Done(Outcome::Completed)) => done(ScanStatus::Completed),
        Some(Ran::Done(Outcome::Cancelled)) => done(ScanStatus::Cancelled),
        Some(Ran::Done(Outcome::Failed(code))) => queue::Outcome::Failed(code.sentence().to_owned()),
        // The API puts the scan back when its lease ends, and adds its job again.
        Some(Ran::Done(Outcome::LeaseLost | Outcome::Left)) | Some(Ran::Empty) if !stop.is_asked() => {
            queue::Outcome::Refused
        }
        Some(Ran::Done(Outcome::GivenBack | Outcome::LeaseLost | Outcome::Left) | Ran::Empty) | None => {
            queue::Outcome::GiveBack
        }
    }
}

/// Asks for the scan however long the API is away. `None`: the worker has to stop.
async fn run_scan(jobs: &Jobs, taken: &Taken, progress: &Progress, stop: &Stop) -> Option<Ran> {
    let mut backoff = Backoff::new(FIRST_RETRY, LONGEST_RETRY);
    // The same one for each try: the scan may have been given to us although the answer did not come.
    let token = LeaseToken::random();
    while !stop.is_asked() {
        match jobs.run_scan(taken.scan_id(), &token, progress, stop).await {
            Ok(ran) => return Some(ran),
            Err(CallError::Refused(cause)) => {
                tracing::error!("The API refuses to hand out jobs: {cause}; check `WORKER_TOKEN` and `API_URL`");
            }
            Err(_) => {}
        }
        tokio::select! {
            () = stop.asked() => {}
            () = backoff.wait() => {}
        }
    }
    None
}

/// Tells the queue how far the job is: of each new stage, and within one ever more seldom, so that a long scan costs few
/// commands.
async fn pass_on(progress: &Progress, taken: &Taken) -> Infallible {
    let begun = Instant::now();
    let (mut told, mut at) = (progress.now(), begun);
    loop {
        tokio::time::sleep(LOOK).await;
        let now = progress.now();
        let due = at.elapsed() >= SELDOM.max(begun.elapsed() / 4);
        if now.1 != told.1 || (now.0 != told.0 && due) {
            taken.progress(now.0, &now.1).await;
            (told, at) = (now, Instant::now());
        }
    }
}
