//! The results of the calls about jobs.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::job::ClaimedJob;
use crate::store::{Figures, StoredReport};
use crate::{BranchNote, FailureCode, ScanId, ScanStatus};

#[derive(Debug)]
pub enum ClaimOutcome {
    Claimed(ClaimedJob),
    /// Nothing is queued; or, where one scan was asked for, it is not queued but this.
    NotQueued(Option<ScanStatus>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heartbeat {
    /// The scan is to be cancelled.
    pub cancel: bool,
    pub lease_until: DateTime<Utc>,
}

/// How a scan finished, as a worker reports it.
#[derive(Debug, Clone)]
pub enum Finish {
    Completed {
        report: StoredReport,
        /// The branch (or tag) that was analyzed.
        branch: Option<String>,
        /// Why it is another one than was requested, or than the repository's `HEAD` names.
        branch_note: Option<BranchNote>,
        commit_sha: Option<String>,
        /// The figures of the report that are stored in columns.
        figures: Box<Figures>,
        /// The scan whose report this is, where it was not analyzed anew.
        cached_from: Option<ScanId>,
    },
    Failed {
        code: Option<FailureCode>,
        /// A sentence for people.
        message: String,
    },
    Cancelled,
}

impl Finish {
    #[must_use]
    pub fn status(&self) -> ScanStatus {
        match self {
            Self::Completed { .. } => ScanStatus::Completed,
            Self::Failed { .. } => ScanStatus::Failed,
            Self::Cancelled => ScanStatus::Cancelled,
        }
    }
}

/// The result of recording a worker's report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// It is recorded; `took` is the time since the worker took the job. `has_deliveries`: webhooks are due for it.
    Recorded { took: Duration, has_deliveries: bool },
    /// The very same was recorded before, by the same lease.
    Repeated,
    /// The lease is not this worker's, or another end was recorded: nothing was changed.
    LeaseLost,
    /// There is no such scan.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelOutcome {
    /// It was still queued, or cancelled before.
    Cancelled,
    /// A worker has it and learns of the wish with its next heartbeat.
    Asked,
    /// It has ended otherwise.
    Ended(ScanStatus),
    Unknown,
}

/// The result for jobs whose lease had expired.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconciled {
    pub requeued: Vec<String>,
    /// Taken as often as a job may be.
    pub failed: Vec<String>,
    pub cancelled: Vec<String>,
    /// Webhooks are due for it.
    pub has_deliveries: bool,
}

impl Reconciled {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.requeued.is_empty() && self.failed.is_empty() && self.cancelled.is_empty()
    }
}
