//! BullMQ's own scripts, and the arguments that they take.
//!
//! The files in `bullmq/` are those of the crate `bullmq-official`, unchanged and under their own licence beside them: the
//! crate embeds them and keeps them to itself, and its worker cannot be set to what a free tier needs. A test compares the
//! files with the crate's.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use bullmq::QueueKeys;
use redis::Script;
use serde::Serialize;

use super::QUEUE;

/// Takes the next job.
pub(super) static MOVE_TO_ACTIVE: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("bullmq/moveToActive-11.lua")));

/// Completes or fails a job, and takes the next one if asked to.
pub(super) static MOVE_TO_FINISHED: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("bullmq/moveToFinished-14.lua")));

/// Puts jobs whose worker has died back, and marks those that may have.
pub(super) static MOVE_STALLED_TO_WAIT: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("bullmq/moveStalledJobsToWait-9.lua")));

/// Gives a job back.
pub(super) static MOVE_ACTIVE_TO_WAIT: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("bullmq/moveJobFromActiveToWait-9.lua")));

pub(super) static EXTEND_LOCK: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("bullmq/extendLock-2.lua")));

pub(super) static UPDATE_PROGRESS: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("bullmq/updateProgress-3.lua")));

pub(super) fn keys() -> QueueKeys {
    QueueKeys::new(QUEUE, None)
}

/// By the clock of this machine, as the scripts expect it.
pub(super) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The options of [`MOVE_TO_ACTIVE`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TakeOptions<'a> {
    pub(super) token: &'a str,
    pub(super) lock_duration: u64,
    /// Stored with the job: who has it.
    pub(super) name: &'a str,
}

/// The options of [`MOVE_TO_FINISHED`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FinishOptions<'a> {
    pub(super) token: &'a str,
    pub(super) keep_jobs: Keep,
    pub(super) lock_duration: u64,
    pub(super) attempts: u64,
    /// Empty: no metrics are kept in Redis.
    pub(super) max_metrics_size: &'a str,
    pub(super) fpof: bool,
    pub(super) cpof: bool,
    pub(super) idof: bool,
    pub(super) rdof: bool,
    pub(super) name: &'a str,
}

/// Which finished jobs are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Keep {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) age: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) count: Option<i64>,
}

/// As the scripts read their options.
pub(super) fn packed(options: &impl Serialize) -> Vec<u8> {
    rmp_serde::to_vec_named(options).expect("texts, numbers and flags always serialise")
}
