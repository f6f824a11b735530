//! Jobs from the queue in Redis: each names a scan, which is claimed from the API and processed like any other.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use repolens_core::queue::{self, ActiveJob, Consumer, JobOutcome, QUEUE, Timing};
use repolens_core::settings::RedisUrl;
use repolens_core::{LeaseToken, ScanStatus, net::backoff};
use tokio_util::sync::CancellationToken;

use super::{log_refused_claim, retry_delays, sleep_unless_stopped};
use crate::job::{Jobs, Ran, ScanOutcome};
use crate::progress::Progress;

/// How often the progress of a job is checked.
const CHECK_INTERVAL: Duration = Duration::from_millis(250);
/// Within a stage progress is published at most this often.
const PUBLISH_INTERVAL: Duration = Duration::from_secs(1);

pub(super) struct QueueWorker {
    url: RedisUrl,
    consumer: Consumer,
    concurrency: usize,
}

impl QueueWorker {
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

    /// Takes jobs until `stop` is cancelled, and returns when the last of them has ended.
    pub(super) async fn run(self, jobs: Arc<Jobs>, stop: CancellationToken) {
        self.wait_for_redis(&stop).await;
        if !stop.is_cancelled() {
            tracing::info!("Worker connected to Redis: {}", self.url);
            let concurrency = self.concurrency;
            tracing::info!(concurrency, "Worker listening for jobs on queue: {QUEUE}");
        }
        let of_jobs = stop.clone();
        self.consumer
            .run(stop, move |job| handle(Arc::clone(&jobs), of_jobs.clone(), job))
            .await;
    }

    async fn wait_for_redis(&self, stop: &CancellationToken) {
        let mut delays = retry_delays();
        let mut logged = false;
        while let Err(error) = queue::check(&self.url).await {
            if !std::mem::replace(&mut logged, true) {
                match error.may_pass() {
                    true => tracing::warn!("waiting for Redis at {}: {error}", self.url),
                    false => tracing::error!("waiting for Redis at {}: {error}", self.url),
                }
            }
            if stop.run_until_cancelled(backoff::wait(&mut delays)).await.is_none() {
                return;
            }
        }
    }
}

/// Processes one job of the queue.
async fn handle(jobs: Arc<Jobs>, stop: CancellationToken, job: ActiveJob) -> JobOutcome {
    let begun = Instant::now();
    let progress = Progress::default();
    let ran = tokio::select! {
        ran = run_scan(&jobs, &job, &progress, &stop) => ran,
        never = publish_progress(&progress, &job) => match never {},
    };
    let done = |status| JobOutcome::Done {
        status,
        duration: begun.elapsed(),
    };
    match ran {
        Some(Ran::Done(ScanOutcome::Completed)) => done(ScanStatus::Completed),
        Some(Ran::Done(ScanOutcome::Cancelled)) => done(ScanStatus::Cancelled),
        Some(Ran::Done(ScanOutcome::Failed(code))) => JobOutcome::Failed(code.sentence().to_owned()),
        // The API puts the scan back when its lease expires, and adds its job again.
        Some(Ran::Done(ScanOutcome::LeaseLost | ScanOutcome::Left)) | Some(Ran::NoJob) if !stop.is_cancelled() => {
            JobOutcome::Refused
        }
        Some(Ran::Done(ScanOutcome::GivenBack | ScanOutcome::LeaseLost | ScanOutcome::Left) | Ran::NoJob) | None => {
            JobOutcome::GiveBack
        }
    }
}

/// Claims the scan, however long the API is unavailable, and processes it. `None`: the worker has to stop.
async fn run_scan(jobs: &Jobs, job: &ActiveJob, progress: &Progress, stop: &CancellationToken) -> Option<Ran> {
    let mut delays = retry_delays();
    // The same token for each try: a claim may have succeeded although its answer was lost.
    let token = LeaseToken::random();
    while !stop.is_cancelled() {
        match jobs.run_scan(job.scan_id(), &token, progress, stop).await {
            Ok(ran) => return Some(ran),
            Err(error) => log_refused_claim(&error),
        }
        sleep_unless_stopped(&mut delays, stop).await;
    }
    None
}

/// Publishes the progress in the queue: each new stage, and within a stage less and less often, so that a long scan costs
/// few commands.
async fn publish_progress(progress: &Progress, job: &ActiveJob) -> Infallible {
    let begun = Instant::now();
    let (mut published, mut at) = (progress.now(), begun);
    loop {
        tokio::time::sleep(CHECK_INTERVAL).await;
        let now = progress.now();
        let due = at.elapsed() >= PUBLISH_INTERVAL.max(begun.elapsed() / 4);
        if now.1 != published.1 || (now.0 != published.0 && due) {
            job.progress(now.0, &now.1).await;
            (published, at) = (now, Instant::now());
        }
    }
}
