//! Takes over the queue of the system before this one, whose worker wrote into Redis by hand.
//!
//! It put the ids of completed jobs into a plain set, where BullMQ has a sorted one; it left failed jobs among those in
//! work, from where BullMQ's check for stalled jobs would start them all again; and it wrote times of a clock that starts
//! with the machine. All this is corrected by the rows. Where there is nothing to correct, this costs six commands.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bullmq::Queue;
use chrono::{DateTime, Utc};
use redis::Pipeline;
use serde_json::json;

use super::{Producer, QueueError, scripts};
use crate::{ScanId, ScanStatus};

/// The parts of a scan's row that are needed here.
#[derive(Debug, Clone)]
pub struct OldRow {
    pub scan_id: ScanId,
    pub status: ScanStatus,
    /// `None`: unknown; the present time is used.
    pub ended_at: Option<DateTime<Utc>>,
    /// The error of a failed scan.
    pub error: Option<String>,
}

/// The changes that [`Producer::cut_over`] made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cutover {
    /// Finished jobs that were moved to where finished jobs belong.
    pub filed: usize,
    /// Jobs of finished or unknown scans that were removed.
    pub removed: usize,
}

/// The jobs that the older system left in the queue.
#[derive(Debug, Clone, Default)]
pub struct OldJobs {
    /// Members of the plain set.
    completed: Vec<String>,
    is_plain_set: bool,
    /// Active without a lock.
    abandoned: Vec<String>,
    waiting: Vec<String>,
}

impl OldJobs {
    /// The scans whose rows [`Producer::cut_over`] needs.
    #[must_use]
    pub fn scan_ids(&self) -> Vec<ScanId> {
        let all = [&self.completed, &self.abandoned, &self.waiting];
        all.into_iter()
            .flatten()
            .filter_map(|id| ScanId::parse(id).ok())
            .collect()
    }
}

/// Where finished jobs are.
const FINISHED: [&str; 2] = ["completed", "failed"];

impl Producer {
    /// Finds what the older system may have left. To be called once, at start.
    ///
    /// # Errors
    /// When Redis is unavailable.
    pub async fn find_old_jobs(&self) -> Result<OldJobs, QueueError> {
        self.with(find_old_jobs).await
    }

    /// Corrects the queue. A scan without a row among `rows` is unknown.
    ///
    /// # Errors
    /// When Redis is unavailable. It may be done again at any time.
    pub async fn cut_over(&self, old: &OldJobs, rows: &[OldRow]) -> Result<Cutover, QueueError> {
        if old.completed.is_empty() && old.abandoned.is_empty() && old.waiting.is_empty() && !old.is_plain_set {
            return Ok(Cutover::default());
        }
        let rows: HashMap<&str, &OldRow> = rows.iter().map(|row| (row.scan_id.as_str(), row)).collect();
        self.with(|queue| cut_over(queue, old, &rows)).await
    }
}

async fn find_old_jobs(queue: Arc<Queue>) -> Result<OldJobs, bullmq::Error> {
    let keys = queue.keys();
    let mut connection = queue.connection().connection();
    let (kind, active, wait, paused): (String, Vec<String>, Vec<String>, Vec<String>) = redis::pipe()
        .cmd("TYPE")
        .arg(keys.completed())
        .lrange(keys.active(), 0, -1)
        .lrange(keys.wait(), 0, -1)
        .lrange(keys.paused(), 0, -1)
        .query_async(&mut connection)
        .await?;
    let is_plain_set = kind == "set";
    let completed = if is_plain_set {
        redis::cmd("SMEMBERS")
            .arg(keys.completed())
            .query_async(&mut connection)
            .await?
    } else {
        Vec::new()
    };
    let abandoned = if active.is_empty() {
        Vec::new()
    } else {
        let mut locks = redis::pipe();
        for id in &active {
            locks.exists(format!("{}:lock", keys.job_key(id)));
        }
        let locked: Vec<bool> = locks.query_async(&mut connection).await?;
        active
            .into_iter()
            .zip(locked)
            .filter(|(_, locked)| !locked)
            .map(|(id, _)| id)
            .collect()
    };
    // An entry without a scan's id was not added by the older system: the check for stalled jobs handles it.
    let of_scans = |ids: Vec<String>| ids.into_iter().filter(|id| ScanId::parse(id).is_ok()).collect();
    Ok(OldJobs {
        completed: of_scans(completed),
        is_plain_set,
        abandoned: of_scans(abandoned),
        waiting: wait.into_iter().chain(paused).collect(),
    })
}

async fn cut_over(queue: Arc<Queue>, old: &OldJobs, rows: &HashMap<&str, &OldRow>) -> Result<Cutover, bullmq::Error> {
    let mut done = Cutover::default();
    let mut connection = queue.connection().connection();
    let final_row = |id: &str| rows.get(id).copied().filter(|row| row.status.is_final());

    // Atomically, so that a failure half-way loses no job.
    let mut pipe = redis::pipe();
    pipe.atomic();
    if old.is_plain_set {
        pipe.del(queue.keys().completed()).ignore();
    }
    let existing = existing(&queue, old.completed.iter().chain(&old.abandoned)).await?;
    for id in &old.completed {
        if let Some(times) = existing.get(id.as_str()) {
            file(&mut pipe, &queue, id, final_row(id), times);
            done.filed += 1;
        }
    }
    let mut unknown: Vec<&str> = Vec::new();
    let seen: HashSet<&str> = old.completed.iter().map(String::as_str).collect();
    for id in &old.abandoned {
        let filed = seen.contains(id.as_str());
        if let (Some(row), Some(times), false) = (final_row(id), existing.get(id.as_str()), filed) {
            file(&mut pipe, &queue, id, Some(row), times);
            done.filed += 1;
        }
        if filed || final_row(id).is_some() {
            pipe.lrem(queue.keys().active(), 0, id).ignore();
            pipe.srem(queue.keys().stalled(), id).ignore();
        } else if !rows.contains_key(id.as_str()) {
            unknown.push(id);
        }
    }
    pipe.exec_async(&mut connection).await?;

    let finished = old
        .waiting
        .iter()
        .map(String::as_str)
        .filter(|id| final_row(id).is_some());
    for id in unknown.into_iter().chain(finished) {
        if queue.remove(id).await? {
            done.removed += 1;
        }
    }
    Ok(done)
}

/// The jobs that have a hash, with its field `processedOn`.
async fn existing<'a>(
    queue: &Queue,
    ids: impl Iterator<Item = &'a String>,
) -> Result<HashMap<&'a str, Option<String>>, bullmq::Error> {
    let ids: Vec<&str> = ids.map(String::as_str).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut pipe = redis::pipe();
    for id in &ids {
        pipe.hmget(queue.keys().job_key(id), &["name", "processedOn"]);
    }
    let fields: Vec<(Option<String>, Option<String>)> = pipe.query_async(&mut queue.connection().connection()).await?;
    let jobs = ids.into_iter().zip(fields);
    Ok(jobs
        .filter_map(|(id, (name, processed_on))| name.map(|_| (id, processed_on)))
        .collect())
}

/// Moves a finished job to where dashboards and BullMQ's own cleaning expect it.
fn file(pipe: &mut Pipeline, queue: &Queue, id: &str, row: Option<&OldRow>, processed_on: &Option<String>) {
    let status = row.map_or(ScanStatus::Completed, |row| row.status);
    let ended_ms = row
        .and_then(|row| row.ended_at)
        .and_then(|at| u64::try_from(at.timestamp_millis()).ok())
        .unwrap_or_else(scripts::now_ms);
    let key = queue.keys().job_key(id);
    let failed = status == ScanStatus::Failed;
    let kind = FINISHED[usize::from(failed)];
    pipe.zadd(queue.keys().get(kind), id, ended_ms).ignore();
    pipe.hset(&key, "finishedOn", ended_ms).ignore();
    if failed {
        let reason = row.and_then(|row| row.error.as_deref()).unwrap_or("the scan failed");
        pipe.hset(&key, "failedReason", reason).ignore();
    } else {
        let returned = json!({ "scanId": id, "status": status }).to_string();
        pipe.hset(&key, "returnvalue", returned).ignore();
    }
    /// A year of milliseconds since 1970 that a clock which starts with the machine does not reach: 2001.
    const AN_EPOCH: f64 = 1e12;
    let wrong = processed_on
        .as_ref()
        .is_some_and(|text| !text.parse::<f64>().is_ok_and(|ms| ms >= AN_EPOCH));
    if wrong {
        pipe.hset(&key, "processedOn", ended_ms).ignore();
    }
}
