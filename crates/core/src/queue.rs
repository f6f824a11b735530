//! The job queue in Redis, in the form of BullMQ: so Node's `Queue`, `Worker`, `QueueEvents`, bull-board and others see and
//! use the same queue, and either end can be swapped for theirs.
//!
//! The scan's row is the truth and the queue a doorbell. A job says only which scan waits; a worker that takes it must
//! claim the scan from the API, and does nothing where the API refuses. So a job may be lost (the API adds it again with
//! [`Producer::repair`]) or delivered twice (the second claim is refused), and no scan is lost or done twice.
//!
//! The API has a [`Producer`], a worker a [`Consumer`]; [`Relay`] and [`Shared`] are what API instances share. The cost
//! while idle and what it rests on are in `docs/decisions/redis-queue.md`.

mod check;
mod connection;
mod consumer;
mod cutover;
mod held;
mod producer;
mod relay;
mod repair;
mod script;
mod shared;
mod stalled;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ScanId, ScanStatus};

pub use check::check;
pub use connection::name_worker;
pub use consumer::{Consumer, Timing};
pub use cutover::{Cutover, Met, OldRow};
pub use held::{Outcome, Taken};
pub use producer::{Depth, Producer};
pub use relay::{Heard, Relay, Watch};
pub use repair::Repaired;
pub use shared::{Allowance, Claimed, Shared};

/// The name of the queue.
pub const QUEUE: &str = "repo-analysis";

/// The name of each of its jobs.
pub const JOB_NAME: &str = "analyze-repo";

/// So many finished jobs of each kind are kept for dashboards; older ones go.
pub const KEPT_JOBS: usize = 1000;

/// What a job says. Its id in the queue is the scan's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueuedScan {
    pub scan_id: ScanId,
    pub repo_url: String,
    /// `None`: the remote's default branch.
    pub branch: Option<String>,
    /// The round in which the scan is served, 0 for the present one: it becomes the job's priority.
    #[serde(skip)]
    pub turn: u32,
}

/// What a job returns, as `QueueEvents` and dashboards see it. The report itself is in the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Returned {
    pub scan_id: ScanId,
    pub status: ScanStatus,
    pub duration_ms: u64,
}

/// Why something could not be done with the queue. The text names the server, and never a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueError {
    /// Redis cannot be reached, or did not answer in time: try again later.
    Away(String),
    /// Redis has no place for another client: try again later.
    Full,
    Login(LoginFault),
    /// The user lacks a right.
    Rights(String),
    /// Redis answered, and what it said was not expected.
    Refused(String),
}

/// Why Redis lets nobody in with what the address has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginFault {
    /// The user or the password.
    Wrong,
    /// A password is needed, and the address has none.
    Missing,
    /// The address has a password, and the server has none.
    Unneeded,
    /// It takes only clients of its own machine.
    Protected,
}

impl QueueError {
    /// May it pass by itself within seconds?
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Away(_) | Self::Full)
    }

    /// For people who look after the service; it names nothing of the inside.
    #[must_use]
    pub fn sentence(&self) -> &'static str {
        match self {
            Self::Away(_) => "Redis does not answer.",
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
            Self::Away(_) | Self::Refused(_) => "",
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
            Self::Away(cause) | Self::Refused(cause) => write!(f, "{sentence}: {cause}"),
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
        if let Some(known) = check::understood(&text) {
            return known;
        }
        if error.kind() == redis::ErrorKind::AuthenticationFailed {
            return Self::Login(LoginFault::Wrong);
        }
        if connection::is_broken(&error) || connection::is_starting(&error) {
            Self::Away(error.to_string())
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
