//! The life of the worker: settings in, jobs until it is told to stop.

mod from_redis;
mod heartbeat;
mod signals;

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use repolens_core::LeaseToken;
use repolens_core::queue::QUEUE;
use repolens_core::settings::WorkerSettings;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::api_client::ApiClient;
use crate::authorities;
use crate::child::Analyser;
use crate::git::Git;
use crate::job::{Backoff, Jobs, Stop};
use crate::sandbox::Sandboxes;
use from_redis::FromRedis;

/// How long a claim waits for a job. Many proxies hang up on what is silent for 60 s.
const CLAIM_WAIT: Duration = Duration::from_secs(50);

const FIRST_RETRY: Duration = Duration::from_millis(500);
const LONGEST_RETRY: Duration = Duration::from_secs(15);

/// Works until `SIGTERM` or `SIGINT`.
///
/// # Errors
/// It cannot start, or a part of it panicked.
pub async fn run(settings: WorkerSettings) -> anyhow::Result<()> {
    let (sender, stop) = Stop::new();
    let worker_id = settings.worker_id.clone().unwrap_or_else(own_id);
    let redis = match &settings.redis {
        Some(url) => Some(FromRedis::new(url, &worker_id, settings.concurrency)?),
        None => None,
    };
    let jobs = Arc::new(prepare(&settings, worker_id)?);
    let running = jobs.running.subscribe();
    tokio::select! {
        result = work(jobs, redis, settings.concurrency, stop) => result,
        result = signals::stop_on_signal(sender) => result,
        result = heartbeat::beat(settings.heartbeat, running) => result,
    }
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
        analyser: Analyser::this_program(search_path, settings.limits).context("failed to find this program")?,
        sandboxes,
        running: watch::Sender::new(0),
    })
}

/// Where no supervisor gave one: tells workers apart in the log and in the rows.
fn own_id() -> String {
    let host = nix::unistd::gethostname()
        .ok()
        .and_then(|name| name.into_string().ok())
        .unwrap_or_else(|| "worker".to_owned());
    format!("{host}-{}", uuid::Uuid::new_v4().simple())
}

async fn work(jobs: Arc<Jobs>, redis: Option<FromRedis>, concurrency: usize, stop: Stop) -> anyhow::Result<()> {
    wait_for_api(&jobs.api, &stop).await;
    if let Some(redis) = redis {
        redis.run(jobs, stop).await?;
        tracing::info!("Worker stopped");
        return Ok(());
    }
    if !stop.is_asked() {
        tracing::info!("Worker connected to API: {}", jobs.api.base());
        tracing::info!(concurrency, "Worker listening for jobs on queue: {QUEUE}");
    }
    let mut slots = JoinSet::new();
    for _ in 0..concurrency {
        slots.spawn(one_after_another(Arc::clone(&jobs), stop.clone()));
    }
    while let Some(ended) = slots.join_next().await {
        ended.context("a part of the worker panicked")?;
    }
    tracing::info!("Worker stopped");
    Ok(())
}

async fn wait_for_api(api: &ApiClient, stop: &Stop) {
    let mut backoff = Backoff::new(FIRST_RETRY, LONGEST_RETRY);
    while api.health().await.is_err() {
        tokio::select! {
            () = stop.asked() => return,
            () = backoff.wait() => {}
        }
    }
}

/// One job after another, until the worker has to stop.
async fn one_after_another(jobs: Arc<Jobs>, stop: Stop) {
    let fresh = || Backoff::new(FIRST_RETRY, LONGEST_RETRY);
    let mut backoff = fresh();
    let mut token = LeaseToken::random();
    while !stop.is_asked() {
        match jobs.run_one(&token, CLAIM_WAIT, &stop).await {
            Ok(_) => {
                backoff = fresh();
                token = LeaseToken::random();
            }
            Err(error) => {
                if let crate::api_client::CallError::Refused(cause) = &error {
                    tracing::error!("The API refuses to hand out jobs: {cause}; check `WORKER_TOKEN` and `API_URL`");
                }
                tokio::select! {
                    () = stop.asked() => {}
                    () = backoff.wait() => {}
                }
            }
        }
    }
}
