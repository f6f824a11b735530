//! Deletes old reports.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use repolens_core::settings::Retention;
use tokio::sync::watch;

use crate::scans::Scans;

/// Deletes reports that are no longer kept: at start, and after each one that is recorded. Runs until `stopping` becomes
/// true; ends at once where all are kept.
pub async fn run(scans: Arc<Scans>, mut stopping: watch::Receiver<bool>) {
    /// Small, so that the database's one writer is not blocked for long.
    const BATCH: i64 = 100;
    let Retention { age, count } = scans.retention;
    if age.is_none() && count.is_none() {
        return;
    }
    while !*stopping.borrow_and_update() {
        let before = age.and_then(|age| Some(Utc::now() - TimeDelta::from_std(age).ok()?));
        match scans.store.prune(before, count, BATCH).await {
            Ok(0) => {}
            Ok(deleted) => {
                tracing::info!(deleted, "old reports deleted");
                continue;
            }
            Err(error) => tracing::warn!("failed to delete old reports: {error}"),
        }
        tokio::select! {
            () = scans.dispatch.next_recorded() => {}
            _ = stopping.changed() => {}
        }
    }
}
