//! Puts back the jobs of workers that died.
//!
//! BullMQ's check marks all active jobs, and at the next pass puts back those that are still marked and whose lock has
//! expired. It runs only while other workers have jobs. The next pass comes when the key that throttles the check expires:
//! an interval of its own would miss that moment by a little and cost another interval.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::session::ConsumerSession;
use crate::queue::{QueueError, scripts};
use crate::scan::MAX_ATTEMPTS;

/// A job that killed its worker this often is put back once more, to be failed without being run.
const MAX_STALLS: i32 = MAX_ATTEMPTS - 1;

/// Checks when it is woken, and then until no other worker has a job.
pub(super) async fn run(session: Arc<ConsumerSession>, stop: CancellationToken) {
    let checks = async {
        loop {
            session.check_stalled.notified().await;
            check_until_idle(&session).await;
        }
    };
    stop.run_until_cancelled(checks).await;
}

async fn check_until_idle(session: &ConsumerSession) {
    loop {
        match pass(session).await {
            Ok(Some(next)) => tokio::time::sleep(next).await,
            Ok(None) => return,
            Err(error) => {
                // Nothing else may notice it: the connection that waits for a job outlives a Redis that only hangs.
                debug!("the check for stalled jobs failed: {error}");
                tokio::time::sleep(session.timing.stalled_interval).await;
            }
        }
    }
}

/// Checks, where other workers have jobs. Returns when to do it again.
async fn pass(session: &ConsumerSession) -> Result<Option<Duration>, QueueError> {
    let active = session.keys.active();
    let count: usize = session
        .link
        .run(|mut connection| {
            let mut length = redis::cmd("LLEN");
            length.arg(&active);
            async move { length.query_async(&mut connection).await }
        })
        .await?;
    if count <= session.active.load(Ordering::SeqCst) {
        return Ok(None);
    }
    for id in check(session).await? {
        warn!(job = %id, "job put back: its worker died");
    }
    let throttle = session.keys.stalled_check();
    let remaining: i64 = session
        .link
        .run(|mut connection| {
            let mut remaining = redis::cmd("PTTL");
            remaining.arg(&throttle);
            async move { remaining.query_async(&mut connection).await }
        })
        .await?;
    // Where the key has no expiry (a flush, another program), the interval is used.
    let next = u64::try_from(remaining).map_or(session.timing.stalled_interval, Duration::from_millis);
    Ok(Some(next + Duration::from_millis(5)))
}

async fn check(session: &ConsumerSession) -> Result<Vec<String>, QueueError> {
    let keys = &session.keys;
    let mut call = scripts::MOVE_STALLED_TO_WAIT.prepare_invoke();
    call.key(keys.stalled())
        .key(keys.wait())
        .key(keys.active())
        .key(keys.stalled_check())
        .key(keys.meta())
        .key(keys.paused())
        .key(keys.marker())
        .key(keys.events())
        .key(keys.repeat())
        .arg(MAX_STALLS)
        .arg(keys.key_prefix())
        .arg(scripts::now_ms())
        .arg(u64::try_from(session.timing.stalled_interval.as_millis()).unwrap_or(u64::MAX));
    let call = &call;
    session
        .link
        .run(|mut connection| async move { call.invoke_async(&mut connection).await })
        .await
}
