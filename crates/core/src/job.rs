//! The bodies of the worker endpoints.
//!
//! The lease is in the scan's row, whether the job came from the API or from a queue.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::text::timestamp;
use crate::{BranchName, BranchNote, FailureCode, LeaseToken, RepoUrl, ScanId, ScanStatus, Unparsed};

/// The longest that a claim may wait for a job, in milliseconds.
pub const MAX_WAIT_MS: u64 = 60_000;

/// The largest body of a worker's report, in bytes, after decompression.
pub const MAX_REPORT_BYTES: usize = 50 * 1024 * 1024;

/// The header that carries the lease on `PUT /api/scan/{id}/status`.
pub const LEASE_HEADER: &str = "X-Lease-Token";

/// `POST /api/worker/claim`. With `scan_id`: that scan. Without: the next one, waited for up to `wait_ms`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClaimRequest {
    pub worker_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan_id: Option<ScanId>,
    #[serde(default)]
    pub wait_ms: u64,
}

/// A scan that waits for a worker: the data of its job in the queue, where its id is the scan's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueuedScan {
    pub scan_id: ScanId,
    pub repo_url: Unparsed<RepoUrl>,
    /// `None`: the remote's default branch.
    pub branch: Option<Unparsed<BranchName>>,
    /// The round in which the scan is served, 0 for the present one: it becomes the job's priority.
    #[serde(skip)]
    pub turn: u32,
}

/// A job that was taken: its attempt is counted, its lease has begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClaimedJob {
    pub scan_id: ScanId,
    pub repo_url: Unparsed<RepoUrl>,
    /// `None`: the remote's default branch.
    pub branch: Option<Unparsed<BranchName>>,
    /// 1 for the first try.
    pub attempt: i32,
    pub lease_token: LeaseToken,
    #[serde(serialize_with = "timestamp::serialize")]
    pub lease_until: DateTime<Utc>,
    /// The request that submitted the scan; it is in the log lines of the job.
    pub request_id: Option<String>,
    /// It can be cloned only with its owner's token. It is not in the answer to a worker.
    #[serde(skip)]
    pub is_private: bool,
}

/// The answer to a claim.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    #[serde(flatten)]
    pub job: ClaimedJob,
    pub limits: JobLimits,
    /// The password for a private repository. It is in no file, argument or log of the worker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clone_credential: Option<CloneCredential>,
}

/// A password for one host, for HTTP's basic authentication.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CloneCredential {
    /// `https://github.com`: it is sent nowhere else.
    pub origin: String,
    pub username: String,
    pub password: String,
}

impl fmt::Debug for CloneCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CloneCredential({}, [secret])", self.origin)
    }
}

/// The times and counts of leases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobLimits {
    /// After this many attempts the scan fails.
    pub max_attempts: i32,
    /// The length of a lease, from the last heartbeat on.
    pub lease_ms: u64,
    /// A heartbeat is expected at least this often; it is also how a cancel reaches the worker.
    pub heartbeat_ms: u64,
}

impl JobLimits {
    /// Lease 20 s: a job of a killed worker starts anew within half a minute. Heartbeat 1.5 s: a cancel arrives within 2 s.
    pub const STANDARD: Self = Self {
        max_attempts: crate::scan::MAX_ATTEMPTS,
        lease_ms: 20_000,
        heartbeat_ms: 1_500,
    };
}

/// `POST /api/worker/jobs/{id}/heartbeat`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HeartbeatRequest {
    pub lease_token: LeaseToken,
    /// 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
}

/// The answer to a heartbeat. A lost lease is 409 instead: the worker stops and reports nothing.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeartbeatResponse {
    /// A cancellation was requested: stop, and report `cancelled`.
    pub cancel: bool,
    #[serde(serialize_with = "timestamp::serialize")]
    pub lease_until: DateTime<Utc>,
}

/// `POST /api/worker/jobs/{id}/commit`: what was cloned, before it is analyzed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommitRequest {
    pub lease_token: LeaseToken,
    pub commit_sha: String,
    /// The branch that was cloned.
    pub branch: String,
    /// Why it is another one than was requested, or than the repository's `HEAD` names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch_note: Option<BranchNote>,
    /// The version of the analyzer that would make the report: see [`crate::report::analyser_version`].
    pub analyser_version: String,
}

/// The answer to a commit.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommitResponse {
    /// The scan was completed with the stored report of the same commit: the job is done.
    pub cached: bool,
}

/// `POST /api/worker/jobs/{id}/release`: gives the job back, the attempt is not counted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleaseRequest {
    pub lease_token: LeaseToken,
    pub reason: String,
}

/// `PUT /api/scan/{id}/status`, with the lease in [`LEASE_HEADER`]. The results are passed on as they are, unparsed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatusReport<'a> {
    pub status: ScanStatus,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub results: Option<&'a RawValue>,
    /// A sentence for people, where the status is `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<FailureCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The branch (or tag) that was analyzed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Why it is another one than was requested, or than the repository's `HEAD` names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch_note: Option<BranchNote>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit_sha: Option<String>,
}
