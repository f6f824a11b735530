//! BullMQ's own scripts, and the arguments that they take.
//!
//! They come from the sources of the crate `bullmq-official` (`build.rs`), which embeds them and keeps them private.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use bullmq::QueueKeys;
use redis::Script;
use serde::Serialize;

use super::QUEUE;

macro_rules! script {
    ($file:literal) => {
        LazyLock::new(|| Script::new(include_str!(concat!(env!("OUT_DIR"), "/", $file))))
    };
}

/// Takes the next job.
pub(super) static MOVE_TO_ACTIVE: LazyLock<Script> = script!("moveToActive-11.lua");

/// Completes or fails a job, and takes the next one if requested.
pub(super) static MOVE_TO_FINISHED: LazyLock<Script> = script!("moveToFinished-14.lua");

/// Puts jobs whose worker has died back, and marks those that may have.
pub(super) static MOVE_STALLED_TO_WAIT: LazyLock<Script> = script!("moveStalledJobsToWait-9.lua");

/// Gives a job back.
pub(super) static MOVE_ACTIVE_TO_WAIT: LazyLock<Script> = script!("moveJobFromActiveToWait-9.lua");

/// Extends the lock on a job.
pub(super) static EXTEND_LOCK: LazyLock<Script> = script!("extendLock-2.lua");

/// Stores the progress of a job and publishes it.
pub(super) static UPDATE_PROGRESS: LazyLock<Script> = script!("updateProgress-3.lua");

pub(super) fn keys() -> QueueKeys {
    QueueKeys::new(QUEUE, None)
}

/// Milliseconds since 1970 by the clock of this machine, as the scripts expect it.
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
    /// The worker's name, stored with the job.
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

/// The options as the scripts read them (MessagePack).
pub(super) fn packed(options: &impl Serialize) -> Vec<u8> {
    rmp_serde::to_vec_named(options).expect("texts, numbers and flags always serialize")
}
