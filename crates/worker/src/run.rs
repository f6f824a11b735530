//! The life of the worker: from its settings to the last job before it stops.

pub mod authorities;
mod heartbeat;
mod queue;
mod signals;

use std::convert::Infallible;
use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use backon::ExponentialBackoff;
use repolens_core::queue::QUEUE;
use repolens_core::settings::WorkerSettings;
use repolens_core::{LeaseToken, net::backoff};
use repolens_explain::Chain;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::api_client::{ApiClient, CallError};
use crate::child::Analyzer;
use crate::explanation;
use crate::git::Git;
use crate::git::sandbox::Sandboxes;
use crate::job::Jobs;
use crate::osv::{self, Osv};
use queue::QueueWorker;

/// How long a claim waits for a job. Many proxies close a connection that is silent for 60 s.
const CLAIM_WAIT: Duration = Duration::from_secs(50);

/// From half a second to 15 s between calls to an API or a Redis that is unavailable.
fn retry_delays() -> ExponentialBackoff {
    backoff::exponential(Duration::from_millis(250), Duration::from_millis(7_500))
}

/// Works until `SIGTERM` or `SIGINT`.
///
/// # Errors
/// It cannot start, or a part of it panicked.
pub async fn run(settings: WorkerSettings) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let worker_id = settings.worker_id.clone().unwrap_or_else(own_id);
    let queue = match &settings.redis {
        Some(url) => Some(QueueWorker::new(url, &worker_id, settings.concurrency)?),
        None => None,
    };
    let jobs = Arc::new(prepare(&settings, worker_id)?);
    let running = jobs.running.subscribe();
    let explanations = explain(&settings, &jobs, &stop)?;
    tokio::select! {
        result = work(jobs, queue, settings.concurrency, stop.clone()) => result,
        result = signals::stop_on_signal(stop) => result,
        never = explanations => match never {},
        result = heartbeat::send(settings.heartbeat, running) => result,
    }
}

/// Writes explanations, where a provider is set; never ends by itself.
fn explain(
    settings: &WorkerSettings,
    jobs: &Arc<Jobs>,
    stop: &CancellationToken,
) -> anyhow::Result<impl Future<Output = Infallible> + use<>> {
    let chain = match settings.ai.providers.as_slice() {
        [] => None,
        _ => Some(Chain::new(settings.ai.clone()).context("failed to make an HTTP client")?),
    };
    let (jobs, stop) = (Arc::clone(jobs), stop.clone());
    Ok(async move {
        if let Some(chain) = chain {
            explanation::run(jobs, chain, stop).await;
        }
        std::future::pending().await
    })
}

fn prepare(settings: &WorkerSettings, worker_id: String) -> anyhow::Result<Jobs> {
    let search_path = OsString::from(&settings.search_path);
    let sandboxes = Sandboxes::open(&settings.sandbox_dir)?;
    // Before any client is made.
    if let Some(extra) = &settings.extra_ca_file {
        authorities::trust(extra, settings.system_ca_file.as_deref(), sandboxes.dir())?;
    }
    Ok(Jobs {
        api: ApiClient::new(settings.api_url.clone(), settings.worker_token.clone(), worker_id)
            .context("failed to make an HTTP client")?,
        git: Git {
            policy: settings.url_policy.clone(),
            limits: settings.limits,
            search_path: search_path.clone(),
        },
        analyzer: Analyzer::this_program(search_path, settings.limits).context("failed to find this program")?,
        osv: match (&settings.osv_index, &settings.osv_url) {
            (Some(file), _) => Some(osv::VulnerabilitySource::Index(file.clone())),
            (None, Some(url)) => Some(osv::VulnerabilitySource::Server(
                Osv::new(url).context("failed to make an HTTP client")?,
            )),
            (None, None) => None,
        },
        sandboxes,
        explains: !settings.ai.providers.is_empty(),
        running: watch::Sender::new(0),
    })
}

/// An id for a worker without a supervisor: it identifies the worker in the log and in the rows.
fn own_id() -> String {
    let host = nix::unistd::gethostname()
        .ok()
        .and_then(|name| name.into_string().ok())
        .unwrap_or_else(|| "worker".to_owned());
    format!("{host}-{}", uuid::Uuid::new_v4().simple())
}

async fn work(
    jobs: Arc<Jobs>,
    queue: Option<QueueWorker>,
    concurrency: usize,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    wait_for_api(&jobs.api, &stop).await;
    match queue {
        Some(queue) => queue.run(jobs, stop).await,
        None => poll_api(jobs, concurrency, stop).await?,
    }
    tracing::info!("worker stopped");
    Ok(())
}

/// Claims jobs from the API by long polls.
async fn poll_api(jobs: Arc<Jobs>, concurrency: usize, stop: CancellationToken) -> anyhow::Result<()> {
    if !stop.is_cancelled() {
        tracing::info!("Worker connected to API: {}", jobs.api.base());
        tracing::info!(concurrency, "Worker listening for jobs on queue: {QUEUE}");
    }
    let mut slots = JoinSet::new();
    for _ in 0..concurrency {
        slots.spawn(run_slot(Arc::clone(&jobs), stop.clone()));
    }
    while let Some(ended) = slots.join_next().await {
        ended.context("a part of the worker panicked")?;
    }
    Ok(())
}

async fn wait_for_api(api: &ApiClient, stop: &CancellationToken) {
    let mut delays = retry_delays();
    while api.health().await.is_err() && !stop.is_cancelled() {
        sleep_unless_stopped(&mut delays, stop).await;
    }
}

/// Processes one job after another, until the worker has to stop.
async fn run_slot(jobs: Arc<Jobs>, stop: CancellationToken) {
    let mut delays = retry_delays();
    let mut token = LeaseToken::random();
    while !stop.is_cancelled() {
        match jobs.run_one(&token, CLAIM_WAIT, &stop).await {
            Ok(_) => {
                delays = retry_delays();
                token = LeaseToken::random();
            }
            Err(error) => {
                log_refused_claim(&error);
                sleep_unless_stopped(&mut delays, &stop).await;
            }
        }
    }
}

fn log_refused_claim(error: &CallError) {
    if let CallError::Refused(cause) = error {
        tracing::error!("the API refuses to hand out jobs: {cause}; check `WORKER_TOKEN` and `API_URL`");
    }
}

async fn sleep_unless_stopped(delays: &mut ExponentialBackoff, stop: &CancellationToken) {
    // `None` means that it was cancelled, which the callers check.
    let _ = stop.run_until_cancelled(backoff::wait(delays)).await;
}
