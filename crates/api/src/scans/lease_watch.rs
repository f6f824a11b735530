//! Puts the scans of workers that are gone back into the queue.
//!
//! It reads the rows at the start, and then only while a worker has a scan: when the earliest lease could have ended. While no
//! worker has one, it waits for the next claim, and the database may sleep.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use repolens_core::store::StoreError;
use repolens_core::{ScanId, ScanStatus};
use tokio::sync::watch;

use crate::app::App;
use crate::scans::finish;
use crate::scans::scan_state::ScanState;

/// After the end of a lease, so that a heartbeat which is on its way counts.
const PAUSE: Duration = Duration::from_millis(200);
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(5);

/// A database that takes longer to answer was unavailable, for the workers too.
const UNAVAILABLE: Duration = Duration::from_secs(1);

/// A clock that is off by more was set; by less, it was corrected or the process was slow.
const LEAP: TimeDelta = TimeDelta::seconds(5);

/// Runs until `stopping` becomes true.
pub async fn run(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    let mut watching = false;
    let mut clock = Clock::now();
    let mut blind = false;
    while !*stopping.borrow_and_update() {
        app.scans.dispatch.watches(false);
        let pause = match check(&app, &mut clock, watching, &mut blind).await {
            Ok(pause) => {
                app.scans.dispatch.watches(pause.is_some());
                if pause.is_none() {
                    tracing::debug!("no worker has a scan, the checks pause");
                }
                watching = pause.is_some();
                pause
            }
            Err(error) => {
                blind = true;
                // Rows may have been put back although the answer did not come.
                app.scans.resync_after_unknown_write();
                tracing::warn!("failed to check the leases: {error}");
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
        None => app.scans.dispatch.next_lease().await,
    }
}

/// Checks the leases once and returns the pause before the next check; `None` while no worker has a scan.
async fn check(app: &App, clock: &mut Clock, watching: bool, blind: &mut bool) -> Result<Option<Duration>, StoreError> {
    let heartbeats = Duration::from_millis(2 * app.scans.job_limits.heartbeat_ms);
    if clock.leapt() {
        // All leases seem expired, and none may be: live workers extend theirs with their next heartbeat.
        tracing::warn!("the clock was set forward: leases are checked after the next heartbeats");
        return Ok(Some(heartbeats));
    }
    if watching || *blind {
        let asked = Instant::now();
        app.store.ping().await?;
        if std::mem::take(blind) || asked.elapsed() > UNAVAILABLE {
            // No worker could prolong its lease meanwhile, and one may have a finished report.
            tracing::info!("the database was unavailable: leases are checked after the next heartbeats");
            return Ok(Some(heartbeats));
        }
    }
    let now = Utc::now();
    let done = app.store.reconcile(now).await?;
    for scan_id in &done.requeued {
        tracing::warn!(scan_id, "the worker is gone: the scan is queued again");
        app.scans.events.publish(scan_id, ScanState::new(ScanStatus::Queued));
    }
    for scan_id in &done.failed {
        tracing::warn!(scan_id, "the last allowed worker is gone: the scan has failed");
        let code = repolens_core::FailureCode::WorkerLost;
        let mut state = ScanState::new(ScanStatus::Failed);
        state.error = Some(code.sentence().to_owned());
        state.error_code = Some(code.code().to_owned());
        finish::over(app, scan_id, state);
    }
    if done.has_deliveries {
        app.scans.webhooks.wake();
    }
    for scan_id in &done.cancelled {
        tracing::info!(scan_id, "the worker is gone: the scan that was to be cancelled is");
        finish::cancelled(app, scan_id);
    }
    for id in &done.requeued {
        let id = ScanId::parse(id).map_err(|error| StoreError::Broken(format!("the id `{id}`: {error}")))?;
        app.scans.put_back(&id).await;
    }
    let Some(end) = app.store.next_lease_end().await? else {
        return Ok(None);
    };
    let latest = now + app.scans.lease();
    if end > latest + LEAP {
        tracing::warn!("the clock was set back: leases are shortened to what they should be");
        app.store.shorten_leases(latest).await?;
    }
    // By one reading of the clock, so that it is no longer than a lease though the clock be set in this very moment.
    let left = (end.min(latest) - now).to_std().unwrap_or_default();
    Ok(Some(left + PAUSE))
}

/// Notices when the wall clock went ahead of the time that has passed.
struct Clock {
    wall: DateTime<Utc>,
    passed: Instant,
}

impl Clock {
    fn now() -> Self {
        Self {
            wall: Utc::now(),
            passed: Instant::now(),
        }
    }

    fn leapt(&mut self) -> bool {
        let last = std::mem::replace(self, Self::now());
        let passed = TimeDelta::from_std(self.passed - last.passed).unwrap_or(TimeDelta::MAX);
        self.wall - last.wall - passed > LEAP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_is_distinguished_from_time_that_passes() {
        let mut clock = Clock::now();
        assert!(!clock.leapt());
        clock.wall -= TimeDelta::hours(1);
        assert!(clock.leapt(), "an hour went by in no time");
        assert!(!clock.leapt(), "reported once");
        clock.wall += TimeDelta::hours(1);
        assert!(!clock.leapt(), "backwards is not forwards");
    }
}
