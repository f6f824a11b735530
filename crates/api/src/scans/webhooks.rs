//! Sends the ends of scans to users' webhooks, in the format of Standard Webhooks.
//!
//! Pending deliveries are in the database. They are read at start, when a scan with webhooks has finished, and when the next
//! attempt is due; while none is pending, no query is made. An address is resolved and vetted at each attempt, and the
//! connection is pinned to the vetted addresses.

mod connect;
mod sign;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use repolens_core::store::{Delivery, Scan, StoreError};
use repolens_core::{FailureCode, ScanStatus, text::timestamp};
use serde_json::{Value, json};
use tokio::sync::{Notify, watch};

use crate::scans::Scans;
pub use sign::{SECRET_START, signing_key};

/// Wakes the sender: there may be deliveries.
#[derive(Default)]
pub struct Wake(Notify);

impl Wake {
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// Deliveries at a time: a slow address delays no more than these.
const BATCH: i64 = 8;

/// Pauses between the attempts, about eight hours in all; after the last attempt the delivery is given up.
const PAUSES_SECONDS: [i64; 7] = [2, 10, 60, 600, 3_600, 3 * 3_600, 4 * 3_600];

/// Longer than an attempt takes: one that has not ended by then (its process was killed) is repeated.
const CLAIMED: TimeDelta = TimeDelta::seconds(30);

const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(30);

/// Runs until `stopping` becomes true; attempts that are running then are repeated after the next start.
pub async fn run(scans: Arc<Scans>, mut stopping: watch::Receiver<bool>) {
    while !*stopping.borrow_and_update() {
        let sent = tokio::select! {
            sent = send_due(&scans) => sent,
            _ = stopping.changed() => return,
        };
        let pause = match sent {
            Ok(next) => next.map(|next| (next - Utc::now()).to_std().unwrap_or_default()),
            Err(error) => {
                tracing::warn!("failed to read the deliveries that are due: {error}");
                Some(PAUSE_AFTER_ERROR)
            }
        };
        tokio::select! {
            () = scans.webhooks.0.notified() => {}
            () = sleep(pause) => {}
            _ = stopping.changed() => {}
        }
    }
}

async fn sleep(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => std::future::pending().await,
    }
}

/// Sends the deliveries that are due and returns the time of the next attempt, if there is one.
async fn send_due(scans: &Scans) -> Result<Option<DateTime<Utc>>, StoreError> {
    let now = Utc::now();
    let due = scans.store.due_deliveries(BATCH, now, now + CLAIMED).await?;
    for settled in join_all(due.iter().map(|delivery| send(scans, delivery))).await {
        settled?;
    }
    scans.store.next_delivery().await
}

/// Makes one attempt.
async fn send(scans: &Scans, delivery: &Delivery) -> Result<(), StoreError> {
    let body = payload(&delivery.scan).to_string();
    let answer = connect::post(delivery, body, &scans.url_policy).await;
    let (status, accepted) = match &answer {
        Ok(status) => (status.as_u16().to_string(), status.is_success()),
        Err(reason) => (reason.clone(), false),
    };
    // 410: the receiver wants no more deliveries.
    let over = accepted || status == "410";
    let now = Utc::now();
    let next = pause_after(delivery.attempt).filter(|_| !over).map(|pause| now + pause);
    tracing::info!(
        webhook_id = delivery.webhook_id,
        scan_id = %delivery.scan.id,
        attempt = delivery.attempt,
        status,
        again = next.is_some(),
        "webhook attempt made"
    );
    scans.store.settle_delivery(delivery, &status, next, now).await
}

/// The pause after attempt number `attempt`; `None` after the last one.
fn pause_after(attempt: i32) -> Option<TimeDelta> {
    let index = usize::try_from(attempt - 1).ok()?;
    PAUSES_SECONDS.get(index).map(|seconds| TimeDelta::seconds(*seconds))
}

/// The body, the same at every attempt.
fn payload(scan: &Scan) -> Value {
    let ended = scan.completed_at.unwrap_or(scan.created_at);
    let mut data = json!({
        "scanId": scan.id,
        "status": scan.status,
        "repoUrl": scan.repo_url,
        "branch": scan.branch,
        "commitSha": scan.commit_sha,
        "createdAt": timestamp::format(scan.created_at),
        "completedAt": timestamp::format(ended),
    });
    if scan.status == ScanStatus::Failed {
        data["error"] = scan.error_message.as_deref().unwrap_or("The scan failed.").into();
        data["errorCode"] = scan.error_code.as_deref().map_or(Value::Null, Value::from);
        let kind = scan.error_code.as_deref().and_then(FailureCode::kind_of);
        data["errorKind"] = kind.map_or(Value::Null, |kind| kind.wire().into());
    }
    json!({ "type": format!("scan.{}", scan.status.wire()), "timestamp": timestamp::format(ended), "data": data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_eight_attempts_in_eight_hours() {
        let pauses: Vec<i64> = (1..=8)
            .map_while(pause_after)
            .map(|pause| pause.num_seconds())
            .collect();
        assert_eq!(pauses, PAUSES_SECONDS);
        assert!(pauses.is_sorted() && pauses.iter().sum::<i64>() > 8 * 3_600);
    }
}
