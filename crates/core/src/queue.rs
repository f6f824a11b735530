//! The job queue in Redis, in the form of BullMQ: so Node's `Queue`, `Worker`, `QueueEvents`, bull-board and others see and
//! use the same queue, and either end can be swapped for theirs.
//!
//! The scan's row is the truth, and the queue only wakes workers. A job names a scan that waits; a worker that takes the job
//! must claim the scan from the API, and does nothing where the API refuses. So a job may be lost (the API adds it again
//! with [`Producer::repair`]) or delivered twice (the second claim is refused), and no scan is lost or done twice.
//!
//! The API has a [`Producer`], a worker a [`Consumer`]; [`Relay`] and [`Shared`] are what API instances share. The cost
//! while idle and what it rests on are in `docs/decisions/redis-queue.md`.

mod check;
mod connection;
mod consumer;
mod cutover;
mod link;
mod producer;
mod relay;
mod repair;
mod scripts;
mod shared;

use std::fmt;
use std::time::Duration;

use backon::ExponentialBackoff;
use serde::{Deserialize, Serialize};

use crate::{ScanId, ScanStatus, net::backoff};

pub use check::check;
pub use connection::name_worker;
pub use consumer::{ActiveJob, Consumer, JobOutcome, Timing};
pub use cutover::{Cutover, OldJobs, OldRow};
pub use producer::{Producer, QueueDepth};
pub use relay::{Relay, RelayEvent, ScanWatch};
pub use repair::Repaired;
pub use shared::{Claimed, Shared, SharedAllowance};

/// The name of the queue.
pub const QUEUE: &str = "repo-analysis";

/// The name of each of its jobs.
pub const JOB_NAME: &str = "analyze-repo";

/// How many finished jobs of each kind are kept for dashboards.
pub const KEPT_JOBS: usize = 1000;

/// The return value of a job, as `QueueEvents` and dashboards see it. The report itself is in the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Returned {
    pub scan_id: ScanId,
    pub status: ScanStatus,
    pub duration_ms: u64,
}

/// Why an operation of the queue failed. The text may name the server, and never holds a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueError {
    /// Redis cannot be reached, or did not answer in time: a later try may succeed.
    Unavailable(String),
    /// Redis has no place for another client: a later try may succeed.
    Full,
    /// Redis refuses the login.
    Login(LoginFault),
    /// The user lacks a right.
    Rights(String),
    /// Redis answered with an error, or with something unexpected.
    Refused(String),
}

/// Why Redis refuses a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginFault {
    /// The user or the password is wrong.
    Wrong,
    /// A password is needed, and the address has none.
    Missing,
    /// The address has a password, and the server has none.
    Unneeded,
    /// The server accepts only clients of its own machine.
    Protected,
}

impl QueueError {
    /// Whether it may pass by itself within seconds.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full)
    }

    /// A sentence for operators. It names nothing of the internal network.
    #[must_use]
    pub fn sentence(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "Redis does not answer.",
            Self::Full => "Redis has as many clients as it may have (`maxclients`).",
            Self::Login(LoginFault::Wrong) => "Redis refuses the user or the password.",
            Self::Login(LoginFault::Missing) => "Redis asks for a password, and none is set here.",
            Self::Login(LoginFault::Unneeded) => "A password is set here, and Redis has none.",
            Self::Login(LoginFault::Protected) => {
                "Redis is in protected mode: it takes clients of its own machine only."
            }
            Self::Rights(_) => "The Redis user lacks a right that the queue needs.",
            Self::Refused(_) => "Redis refuses a command of the queue.",
        }
    }

    fn advice(&self) -> &'static str {
        match self {
            Self::Unavailable(_) | Self::Refused(_) => "",
            Self::Full => " Raise it, or end clients that are not needed.",
            Self::Login(LoginFault::Wrong) => " Correct them in `REDIS_URL`.",
            Self::Login(LoginFault::Missing) => " Put it into `REDIS_URL`.",
            Self::Login(LoginFault::Unneeded) => " Take it out of `REDIS_URL`, or set `requirepass` there.",
            Self::Login(LoginFault::Protected) => " Set a password there, or `protected-mode no`.",
            Self::Rights(_) => {
                " Give them with `ACL SETUSER NAME +@all -@dangerous +info ~bull:repo-analysis:* ~repolens:* &repolens:*`."
            }
        }
    }
}

impl fmt::Display for QueueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = self.sentence().trim_end_matches('.');
        match self {
            Self::Unavailable(cause) | Self::Refused(cause) => write!(f, "{sentence}: {cause}"),
            Self::Rights(cause) => write!(f, "{sentence}: {}.{}", cause.trim_end_matches('.'), self.advice()),
            Self::Full | Self::Login(_) => write!(f, "{sentence}.{}", self.advice()),
        }
    }
}

impl std::error::Error for QueueError {}

impl From<redis::RedisError> for QueueError {
    fn from(error: redis::RedisError) -> Self {
        let text = format!(
            "{} {}",
            error.code().unwrap_or_default(),
            error.detail().unwrap_or_default()
        );
        if let Some(known) = check::recognize(&text) {
            return known;
        }
        if error.kind() == redis::ErrorKind::AuthenticationFailed {
            return Self::Login(LoginFault::Wrong);
        }
        if connection::is_broken(&error) || connection::is_starting(&error) {
            Self::Unavailable(error.to_string())
        } else {
            Self::Refused(error.to_string())
        }
    }
}

impl From<bullmq::Error> for QueueError {
    fn from(error: bullmq::Error) -> Self {
        match error {
            bullmq::Error::Redis(error) => error.into(),
            other => Self::Refused(other.to_string()),
        }
    }
}

/// Up to 2 s, so that a server which is back is used soon.
fn retry_delays() -> ExponentialBackoff {
    backoff::exponential(Duration::from_millis(50), Duration::from_secs(1))
}
