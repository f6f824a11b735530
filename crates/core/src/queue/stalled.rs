//! Puts back the jobs of workers that died.
//!
//! BullMQ's check marks all jobs in work, and at the next pass puts back those that are still marked and whose lock has
//! run out. It is done only while others have jobs; and the next pass comes when the last one's hold on the check has run
//! out, and not by a clock of its own, which would miss that moment by a little and cost an interval.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;
use tracing::{debug, warn};

use super::consumer::{Core, stopped, stopping};
use super::{QueueError, script};
use crate::scan::MAX_ATTEMPTS;

/// A job that killed its worker so often is put back once more, to be failed without being run.
const MOST_STALLS: i32 = MAX_ATTEMPTS - 1;

/// Looks when it is told to, and then until no other worker has a job.
pub(super) async fn watch(core: Arc<Core>, mut stop: watch::Receiver<bool>) {
    while !stopping(&stop) {
        tokio::select! {
            () = core.look.notified() => {}
            () = stopped(&mut stop) => return,
        }
        loop {
            let next = match pass(&core).await {
                Ok(Some(next)) => next,
                Ok(None) => break,
                Err(error) => {
                    // Nobody else may notice it: the connection that waits for a job outlives a Redis that only hangs.
                    debug!("the check for stalled jobs failed: {error}");
                    core.timing.stalled_interval
                }
            };
            tokio::select! {
                () = tokio::time::sleep(next) => {}
                () = stopped(&mut stop) => return,
            }
        }
    }
}

/// Checks, where others have jobs. Says when to do it again.
async fn pass(core: &Core) -> Result<Option<Duration>, QueueError> {
    let active = core.keys.active();
    let count: usize = core
        .link
        .run(|mut connection| {
            let mut length = redis::cmd("LLEN");
            length.arg(&active);
            async move { length.query_async(&mut connection).await }
        })
        .await?;
    if count <= core.held.load(Ordering::SeqCst) {
        return Ok(None);
    }
    for id in check(core).await? {
        warn!(job = %id, "the worker of this job died: it is put back");
    }
    let throttle = core.keys.stalled_check();
    let remaining: i64 = core
        .link
        .run(|mut connection| {
            let mut remaining = redis::cmd("PTTL");
            remaining.arg(&throttle);
            async move { remaining.query_async(&mut connection).await }
        })
        .await?;
    // Without an expiry (a flush, a foreign hand) the own interval stands in.
    let next = u64::try_from(remaining).map_or(core.timing.stalled_interval, Duration::from_millis);
    Ok(Some(next + Duration::from_millis(5)))
}

async fn check(core: &Core) -> Result<Vec<String>, QueueError> {
    let keys = &core.keys;
    let mut call = script::MOVE_STALLED_TO_WAIT.prepare_invoke();
    call.key(keys.stalled())
        .key(keys.wait())
        .key(keys.active())
        .key(keys.stalled_check())
        .key(keys.meta())
        .key(keys.paused())
        .key(keys.marker())
        .key(keys.events())
        .key(keys.repeat())
        .arg(MOST_STALLS)
        .arg(keys.key_prefix())
        .arg(script::now_ms())
        .arg(u64::try_from(core.timing.stalled_interval.as_millis()).unwrap_or(u64::MAX));
    let call = &call;
    core.link
        .run(|mut connection| async move { call.invoke_async(&mut connection).await })
        .await
}
