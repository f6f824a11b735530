//! Reconciles the queue with the rows: adds again what was lost by a restart of Redis, a flush, or a crash between the commit
//! of a row and the adding of its job.

use std::collections::HashSet;
use std::sync::Arc;

use bullmq::Queue;

use super::{Producer, QueueError, producer, scripts};
use crate::job::QueuedScan;

/// The result of [`Producer::repair`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Jobs that were added again, because there was none that a worker could take.
    pub added: usize,
    /// Jobs that were put back, because their worker is gone.
    pub put_back: usize,
}

/// The ids of the unfinished jobs.
struct Contents {
    waiting: HashSet<String>,
    active: HashSet<String>,
}

/// The lists as they are read: `wait`, `paused`, `prioritized`, `delayed`, `active`; and whether the queue is paused.
type Read = (
    Vec<String>,
    Vec<String>,
    Vec<String>,
    Vec<String>,
    HashSet<String>,
    bool,
);

/// Rows are checked in groups of this many, each in the time of one call.
const GROUP: usize = 100;

impl Producer {
    /// Ensures that each of these scans, whose rows are queued, has a job that a worker can take. Costs six commands where
    /// nothing is wrong.
    ///
    /// # Errors
    /// When Redis is unavailable. It may be called again at any time.
    pub async fn repair(&self, queued: &[QueuedScan]) -> Result<Repaired, QueueError> {
        let mut total = Repaired::default();
        if queued.is_empty() {
            return Ok(total);
        }
        let contents = self.with(contents).await?;
        let missing: Vec<&QueuedScan> = queued
            .iter()
            .filter(|scan| !contents.waiting.contains(scan.scan_id.as_str()))
            .collect();
        for group in missing.chunks(GROUP) {
            let repaired = self.with(|queue| repair_group(queue, &contents.active, group)).await?;
            total.added += repaired.added;
            total.put_back += repaired.put_back;
        }
        Ok(total)
    }

    /// Ensures that a scan whose lease has expired is taken by another worker soon: the worker that has its job has lost it.
    ///
    /// # Errors
    /// When Redis is unavailable: [`Producer::repair`] does it later.
    pub async fn requeue(&self, scan: &QueuedScan) -> Result<(), QueueError> {
        let lock = format!("{}:lock", scripts::keys().job_key(scan.scan_id.as_str()));
        self.with(|queue| {
            let mut delete = redis::cmd("DEL");
            delete.arg(&lock);
            async move {
                delete
                    .exec_async(&mut queue.connection().connection())
                    .await
                    .map_err(Into::into)
            }
        })
        .await?;
        self.repair(std::slice::from_ref(scan)).await.map(|_| ())
    }
}

/// Reads the lists, and wakes a worker where jobs wait: the one that was woken for them may have died.
async fn contents(queue: Arc<Queue>) -> Result<Contents, bullmq::Error> {
    let keys = queue.keys();
    let mut connection = queue.connection().connection();
    let (wait, paused, prioritized, delayed, active, is_paused): Read = redis::pipe()
        .lrange(keys.wait(), 0, -1)
        .lrange(keys.paused(), 0, -1)
        .zrange(keys.prioritized(), 0, -1)
        .zrange(keys.delayed(), 0, -1)
        .lrange(keys.active(), 0, -1)
        .hexists(keys.meta(), "paused")
        .query_async(&mut connection)
        .await?;
    let something_waits = !wait.is_empty() || !prioritized.is_empty();
    if something_waits && !is_paused {
        redis::cmd("ZADD")
            .arg(keys.marker())
            .arg(0)
            .arg("0")
            .exec_async(&mut connection)
            .await?;
    }
    let waiting = [wait, paused, prioritized, delayed].into_iter().flatten().collect();
    Ok(Contents { waiting, active })
}

async fn repair_group(
    queue: Arc<Queue>,
    active: &HashSet<String>,
    group: &[&QueuedScan],
) -> Result<Repaired, bullmq::Error> {
    let mut connection = queue.connection().connection();
    let mut pipe = redis::pipe();
    for scan in group {
        let key = queue.keys().job_key(scan.scan_id.as_str());
        pipe.exists(format!("{key}:lock")).exists(key);
    }
    let found: Vec<bool> = pipe.query_async(&mut connection).await?;
    let repairs = group.iter().zip(found.chunks(2)).map(|(scan, found)| {
        let (locked, exists) = (found[0], found[1]);
        let in_active = active.contains(scan.scan_id.as_str());
        repair_one(Arc::clone(&queue), (*scan).clone(), in_active, locked, exists)
    });
    let mut total = Repaired::default();
    for repaired in futures_util::future::try_join_all(repairs).await? {
        total.added += repaired.added;
        total.put_back += repaired.put_back;
    }
    Ok(total)
}

async fn repair_one(
    queue: Arc<Queue>,
    scan: QueuedScan,
    in_active: bool,
    locked: bool,
    exists: bool,
) -> Result<Repaired, bullmq::Error> {
    let id = scan.scan_id.as_str();
    if in_active && locked {
        // A worker has just taken it, and claims the scan or is refused it.
        return Ok(Repaired::default());
    }
    if in_active && let Some(job) = queue.get_job(id).await? {
        // The token `0` is accepted for any worker.
        job.move_to_wait(Some("0")).await?;
        return Ok(Repaired { added: 0, put_back: 1 });
    }
    if exists || in_active {
        // It is finished, or in no list, or in a list without having data: it is added anew.
        queue.remove(id).await?;
    }
    producer::add(queue, scan).await?;
    Ok(Repaired { added: 1, put_back: 0 })
}
