//! Calls about scans: submit, find, list, count, the stored report.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::schema::scans;
use super::{Store, StoreError, StoredReport, call};
use crate::{ScanId, ScanStatus};

/// A scan to be stored.
#[derive(Debug, Clone)]
pub struct NewScan {
    pub id: ScanId,
    /// In the normal form of a [`crate::RepoUrl`].
    pub repo_url: String,
    /// `None`: the remote's default branch.
    pub branch: Option<String>,
    pub request_id: Option<String>,
    /// Whose scans are counted together.
    pub client_key: String,
    /// Analyse, whatever is stored of the same commit.
    pub forced: bool,
    /// The client's key for this request, and a hash of the body that came with it.
    pub idempotency: Option<(String, String)>,
}

/// So many scans may wait, of one client and of all: more would not be done on the day they were asked for.
pub const MAX_QUEUED_PER_CLIENT: i64 = 1_000;
pub const MAX_QUEUED: i64 = 10_000;

/// Why a scan was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueFull {
    /// This client has [`MAX_QUEUED_PER_CLIENT`] waiting.
    ForThisClient,
    /// All clients together have [`MAX_QUEUED`] waiting.
    ForAll,
}

/// What became of a [`NewScan`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submitted {
    Stored {
        /// The round in which it is served.
        turn: i32,
    },
    /// The client has used this key before, for that scan.
    Before { id: ScanId, same_body: bool },
    /// Too many are waiting.
    Full(QueueFull),
}

/// A scan as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    pub id: String,
    pub status: ScanStatus,
    pub repo_url: String,
    /// `None`: the remote's default branch, whose name is not known yet.
    pub branch: Option<String>,
    pub is_private: bool,
    pub user_id: Option<String>,
    pub commit_sha: Option<String>,
    /// 0 to 100.
    pub progress: i32,
    pub stage: Option<String>,
    pub attempts: i32,
    pub error_message: Option<String>,
    pub error_code: Option<String>,
    /// The scan whose report this one was answered with, where it was not analysed anew.
    pub cached_from: Option<String>,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub completed_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = scans)]
pub(super) struct ScanRow {
    id: String,
    status: ScanStatus,
    repo_url: String,
    branch: String,
    is_private: bool,
    user_id: Option<String>,
    commit_sha: Option<String>,
    progress: i32,
    stage: Option<String>,
    attempts: i32,
    error_message: Option<String>,
    error_code: Option<String>,
    cached_from: Option<String>,
    created_at: NaiveDateTime,
    started_at: Option<NaiveDateTime>,
    completed_at: Option<NaiveDateTime>,
}

impl From<ScanRow> for Scan {
    fn from(row: ScanRow) -> Self {
        Self {
            id: row.id,
            status: row.status,
            repo_url: row.repo_url,
            branch: Some(row.branch).filter(|branch| !branch.is_empty()),
            is_private: row.is_private,
            user_id: row.user_id,
            commit_sha: row.commit_sha,
            // The older system did not keep it.
            progress: if row.status == ScanStatus::Completed {
                100
            } else {
                row.progress
            },
            stage: row.stage,
            attempts: row.attempts,
            error_message: row.error_message,
            error_code: row.error_code,
            cached_from: row.cached_from,
            created_at: row.created_at.and_utc(),
            started_at: row.started_at.map(|time| time.and_utc()),
            completed_at: row.completed_at.map(|time| time.and_utc()),
        }
    }
}

/// The report of a complete scan.
#[derive(Debug)]
pub enum StoredResults {
    Report(StoredReport),
    /// As the older system left it in the scan's row.
    Older(serde_json::Value),
}

/// Where a scan stands in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueuePlace {
    /// 1 for the next one.
    pub position: i64,
    /// Scans that are being worked on.
    pub running: i64,
    /// What a scan usually takes: the median of the latest ones of the last day. `None`: there was none.
    pub typical_ms: Option<i64>,
}

/// One page of a list.
#[derive(Debug)]
pub struct Page {
    pub scans: Vec<Scan>,
    /// Of the whole list.
    pub total: i64,
}

/// How many scans stand at each status.
#[derive(Debug, Clone)]
pub struct Counts(pub(super) Vec<(ScanStatus, i64)>);

impl Counts {
    #[must_use]
    pub fn of(&self, status: ScanStatus) -> i64 {
        self.0
            .iter()
            .filter(|(of, _)| *of == status)
            .map(|(_, count)| count)
            .sum()
    }

    #[must_use]
    pub fn total(&self) -> i64 {
        self.0.iter().map(|(_, count)| count).sum()
    }
}

impl Store {
    /// Stores a queued scan. When this returns `Stored`, it is on disk.
    pub async fn submit(&self, new: NewScan, now: DateTime<Utc>) -> Result<Submitted, StoreError> {
        call!(self, writers, scans::submit(new, now))
    }

    pub async fn find(&self, id: &ScanId) -> Result<Option<Scan>, StoreError> {
        let id = id.clone();
        call!(self, readers, scans::find(id))
    }

    /// The report of a complete scan; `None` where there is none.
    pub async fn results(&self, id: &ScanId) -> Result<Option<StoredResults>, StoreError> {
        let id = id.clone();
        call!(self, readers, reports::results(id))
    }

    /// SHA-256 of the stored report, without reading the report.
    pub async fn results_digest(&self, id: &ScanId) -> Result<Option<String>, StoreError> {
        let id = id.clone();
        call!(self, readers, reports::results_digest(id))
    }

    /// Scans that nobody signed in for, newest first.
    pub async fn anonymous_scans(&self, limit: i64, offset: i64) -> Result<Page, StoreError> {
        call!(self, readers, scans::anonymous(limit, offset))
    }

    pub async fn anonymous_counts(&self) -> Result<Counts, StoreError> {
        call!(self, readers, scans::anonymous_counts())
    }

    /// How many scans stand at each status.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        call!(self, readers, scans::counts())
    }

    /// Where the scan stands in the queue; `None` where it is not queued.
    pub async fn queue_place(&self, id: &ScanId, now: DateTime<Utc>) -> Result<Option<QueuePlace>, StoreError> {
        let id = id.clone();
        call!(self, readers, queue::place(id, now))
    }

    /// Deletes reports that are older than `before` or beyond the newest `keep`, up to `batch` at a time; the scans stay.
    pub async fn prune(
        &self,
        before: Option<DateTime<Utc>>,
        keep: Option<i64>,
        batch: i64,
    ) -> Result<usize, StoreError> {
        call!(self, writers, reports::prune(before, keep, batch))
    }
}
