//! Puts back the jobs of workers that are gone.
//!
//! It looks at start, and then only while a job is held: when the earliest lease could have ended. While nothing is held it
//! waits for the next job to be taken, and the database may sleep.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use repolens_core::store::StoreError;
use tokio::sync::watch;

use crate::app::App;

/// After an error, and at least between two looks.
const PAUSE: Duration = Duration::from_millis(200);
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(5);

/// Runs until `stopping` becomes true.
pub async fn run(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    let mut watching = false;
    while !*stopping.borrow_and_update() {
        let pause = match look(&app).await {
            Ok(pause) => {
                if watching && pause.is_none() {
                    tracing::debug!("no job is held any more");
                }
                watching = pause.is_some();
                pause
            }
            Err(error) => {
                tracing::warn!("cannot look for ended leases: {error}");
                Some(PAUSE_AFTER_ERROR)
            }
        };
        tokio::select! {
            () = sleep_or_wait(pause, &app) => {}
            _ = stopping.changed() => {}
        }
    }
}

async fn sleep_or_wait(pause: Option<Duration>, app: &App) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => app.dispatch.next_lease().await,
    }
}

/// One look: how long to pause before the next one; `None` while no job is held.
async fn look(app: &App) -> Result<Option<Duration>, StoreError> {
    let done = app.store.reconcile(Utc::now()).await?;
    for scan_id in &done.requeued {
        tracing::warn!(scan_id, "the worker is gone: the scan is queued again");
    }
    for scan_id in &done.failed {
        tracing::warn!(scan_id, "the last allowed worker is gone: the scan has failed");
    }
    for scan_id in &done.cancelled {
        tracing::info!(scan_id, "the worker is gone: the scan that was to be cancelled is");
    }
    if !done.requeued.is_empty() {
        app.dispatch.queued();
    }
    let end = app.store.next_lease_end().await?;
    Ok(end.map(|end| (end - Utc::now()).to_std().unwrap_or_default() + PAUSE))
}
