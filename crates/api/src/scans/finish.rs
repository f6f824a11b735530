//! Finishes a scan: records it in its row, and publishes it.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use repolens_core::store::{Finish, Finished, StoreError};
use repolens_core::{LeaseToken, ScanId, ScanStatus};

use crate::app::App;
use crate::http::problem::Problem;
use crate::scans::scan_state::ScanState;

/// Records the finish that the holder of `lease` reports, even if the caller hangs up. Repeating it changes nothing.
pub async fn record(app: &Arc<App>, id: &ScanId, lease: &LeaseToken, finish: Finish) -> Result<Finished, Problem> {
    let (shared, id, lease) = (Arc::clone(app), id.clone(), lease.clone());
    app.scans
        .run_to_completion(async move { record_and_publish(&shared, &id, &lease, finish).await })
        .await
}

async fn record_and_publish(
    app: &App,
    id: &ScanId,
    lease: &LeaseToken,
    finish: Finish,
) -> Result<Finished, StoreError> {
    let status = finish.status();
    let mut state = ScanState::new(status);
    if let Finish::Failed { code, message } = &finish {
        state.error = Some(message.clone());
        state.error_code = code.map(|code| code.code().to_owned());
    }
    let stages = match &finish {
        Finish::Completed {
            figures,
            cached_from: None,
            ..
        } => figures.stages.clone(),
        _ => Vec::new(),
    };
    let finished = app.store.finish(id, lease, finish, Utc::now()).await?;
    if finished == Finished::Repeated {
        // The answer to the first attempt may have been lost on its way from the database; then nothing was published.
        over(app, id.as_str(), state);
        app.scans.webhooks.wake();
    } else if let Finished::Recorded { took, has_deliveries } = finished {
        app.metrics.scan_ended(status, took);
        for (name, ms) in &stages {
            app.metrics.stage(name, Duration::from_millis(*ms));
        }
        tracing::info!(scan_id = %id, status = status.wire(), "scan finished");
        over(app, id.as_str(), state);
        app.scans.dispatch.recorded();
        app.scans.explanations.queued();
        if has_deliveries {
            app.scans.webhooks.wake();
        }
    }
    Ok(finished)
}

/// Forgets the scan's clone token and notifies its watchers, once its row is final.
pub fn over(app: &App, id: &str, state: ScanState) {
    app.scans.clone_tokens.forget(id);
    app.scans.events.publish(id, state);
}

/// The same for a scan that was cancelled, or is gone.
pub fn cancelled(app: &App, id: &str) {
    over(app, id, ScanState::new(ScanStatus::Cancelled));
}
