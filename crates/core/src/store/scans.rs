//! Calls about scans: submit, find, list, count, the stored report.

use std::ops::Range;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::report::{OpenReport, ReportMembers};
use super::schema::scans;
use super::{Repository, Store, StoreError, StoredReport, call};
use crate::{BranchName, BranchNote, RepoUrl, ScanId, ScanStatus, Unparsed};

/// A scan to be stored.
#[derive(Debug, Clone)]
pub struct NewScan {
    pub id: ScanId,
    pub repo_url: RepoUrl,
    /// `None`: the remote's default branch.
    pub branch: Option<BranchName>,
    pub request_id: Option<String>,
    /// Whose scans are counted together.
    pub client_key: String,
    /// The user who submitted it.
    pub user_id: Option<String>,
    /// ScanSnapshot by that user alone.
    pub is_private: bool,
    /// Analyze, whatever is stored of the same commit.
    pub forced: bool,
    /// The client's key for this request, and a hash of the body that came with it.
    pub idempotency: Option<(String, String)>,
    /// SHA-256 of the token by which a guest may cancel it; `None`: only its user may, if it has one.
    pub cancel_token: Option<String>,
}

impl NewScan {
    pub(super) fn idempotency_key(&self) -> Option<&str> {
        self.idempotency.as_ref().map(|(key, _)| key.as_str())
    }

    pub(super) fn idempotency_hash(&self) -> Option<&str> {
        self.idempotency.as_ref().map(|(_, hash)| hash.as_str())
    }
}

/// The most queued scans, of one client and of all: more would not be done within a day.
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

/// The result of submitting a [`NewScan`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submitted {
    Stored {
        /// The round in which it is served.
        turn: u32,
        repository_id: String,
    },
    /// The client has used this key before, for that scan. With the same body, the new token cancels it too.
    Before {
        id: ScanId,
        same_body: bool,
        /// Rows of the older system may have none.
        repository_id: Option<String>,
    },
    /// Too many are waiting.
    Full(QueueFull),
}

/// A scan as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    pub id: ScanId,
    pub status: ScanStatus,
    pub repo_url: Unparsed<RepoUrl>,
    /// `None`: the remote's default branch, whose name is not known yet.
    pub branch: Option<Unparsed<BranchName>>,
    pub is_private: bool,
    pub user_id: Option<String>,
    pub repository_id: Option<String>,
    pub commit_sha: Option<String>,
    /// 0 to 100.
    pub progress: i32,
    pub stage: Option<String>,
    pub attempts: i32,
    pub error_message: Option<String>,
    pub error_code: Option<String>,
    /// The scan whose report this one was answered with, where it was not analyzed anew.
    pub cached_from: Option<String>,
    /// The branch that was requested, where another one was analyzed.
    pub branch_requested: Option<String>,
    /// Why the analyzed branch is neither the requested one nor the one that the repository's `HEAD` names.
    pub branch_note: Option<BranchNote>,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub completed_at: Option<DateTime<Utc>>,
}

impl Scan {
    /// Why another branch was analyzed than the requested one, or than the one that `HEAD` names; for people.
    #[must_use]
    pub fn branch_message(&self) -> Option<String> {
        let (note, branch) = (self.branch_note?, self.branch.as_ref()?.as_str());
        Some(note.sentence(self.branch_requested.as_deref(), branch))
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = scans)]
pub(super) struct ScanRecord {
    id: String,
    status: ScanStatus,
    repo_url: String,
    branch: String,
    is_private: bool,
    user_id: Option<String>,
    repository_id: Option<String>,
    commit_sha: Option<String>,
    progress: i32,
    stage: Option<String>,
    attempts: i32,
    error_message: Option<String>,
    error_code: Option<String>,
    cached_from: Option<String>,
    branch_requested: Option<String>,
    branch_note: Option<String>,
    created_at: NaiveDateTime,
    started_at: Option<NaiveDateTime>,
    completed_at: Option<NaiveDateTime>,
}

impl From<ScanRecord> for Scan {
    fn from(row: ScanRecord) -> Self {
        Self {
            id: ScanId::stored(row.id),
            status: row.status,
            repo_url: Unparsed::new(row.repo_url),
            branch: Unparsed::of_column(row.branch),
            is_private: row.is_private,
            user_id: row.user_id,
            repository_id: row.repository_id,
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
            branch_requested: row.branch_requested,
            branch_note: row.branch_note.as_deref().and_then(BranchNote::from_code),
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

/// The same, to be read piece by piece.
#[derive(Debug)]
pub enum OpenResults {
    Report(OpenReport),
    Older(serde_json::Value),
}

/// A scan with its position in the queue, or the digest of its report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanSnapshot {
    pub scan: Scan,
    /// Where it waits; `None` where it is not queued.
    pub place: Option<QueuePlace>,
    /// SHA-256 of its stored report.
    pub report_sha256: Option<String>,
}

/// The position of a scan in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueuePlace {
    /// 1 for the next one.
    pub position: i64,
    /// Scans that are being worked on.
    pub running: i64,
    /// The usual time of a scan: the median of the latest ones of the last day. `None`: there was none, or none runs.
    pub typical_ms: Option<i64>,
}

/// Whose scans are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// The scans of all guests. Their failures may name a private repository, so lists have only the completed scans of
    /// repositories that are public as far as is known. Counts have all that are not private.
    Guests,
    /// No scans: guests' scans where they are not shown.
    Hidden,
    /// All scans, for operators.
    Anyone,
    User(String),
}

/// Which scans a list has.
#[derive(Debug, Clone)]
pub struct ScanFilter {
    pub owner: Owner,
    pub repository_id: Option<String>,
    pub status: Option<ScanStatus>,
}

impl ScanFilter {
    #[must_use]
    pub fn all_of(owner: Owner) -> Self {
        Self {
            owner,
            repository_id: None,
            status: None,
        }
    }
}

/// A scan in a list.
#[derive(Debug)]
pub struct ListedScan {
    pub scan: Scan,
    /// Rows of the older system may have none.
    pub repository: Option<Repository>,
}

/// The result of deleting a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleted {
    /// Its status before: the worker that ran it has lost its lease.
    pub status: ScanStatus,
}

/// One page of a list.
#[derive(Debug)]
pub struct ScanPage {
    pub scans: Vec<ListedScan>,
    /// The number of entries in the whole list.
    pub total: i64,
}

/// The number of scans with each status.
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

    /// Whether the token with this hash was given to a guest who submitted the scan.
    pub async fn is_cancel_token(&self, id: &ScanId, hash: &str) -> Result<bool, StoreError> {
        let (id, hash) = (id.clone(), hash.to_owned());
        call!(self, readers, scans::is_cancel_token(id, hash))
    }

    /// The scan with its place in the queue, or with the digest of its report, which is not read for it.
    pub async fn snapshot(&self, id: &ScanId, now: DateTime<Utc>) -> Result<Option<ScanSnapshot>, StoreError> {
        let id = id.clone();
        call!(self, readers, queue::snapshot(id, now))
    }

    /// The report of a complete scan; `None` where there is none.
    pub async fn results(&self, id: &ScanId) -> Result<Option<StoredResults>, StoreError> {
        let id = id.clone();
        call!(large, self, readers, reports::results(id))
    }

    /// The same with the first piece of the report only; [`Store::report_piece`] has the others.
    pub async fn open_results(&self, id: &ScanId) -> Result<Option<OpenResults>, StoreError> {
        let id = id.clone();
        call!(self, readers, reports::open_results(id))
    }

    /// The piece that begins after `from` bytes; `None` where this report is not stored any more.
    pub async fn report_piece(&self, id: &ScanId, sha256: &str, from: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let from = i32::try_from(from).map_err(|_| StoreError::Broken(format!("no report has {from} bytes")))?;
        let (id, sha256) = (id.clone(), sha256.to_owned());
        call!(self, readers, reports::report_piece(id, sha256, from))
    }

    /// Where the members of the stored report are; `None` where no report is stored in our form.
    pub async fn report_members(&self, id: &ScanId) -> Result<Option<ReportMembers>, StoreError> {
        let id = id.clone();
        call!(self, readers, reports::report_members(id))
    }

    /// These bytes of the stored report; `None` where this report is not stored any more.
    pub async fn report_range(
        &self,
        id: &ScanId,
        sha256: &str,
        range: Range<u64>,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let beyond = |_| StoreError::Broken(format!("no report has the bytes {range:?}"));
        let from = i32::try_from(range.start).map_err(beyond)?;
        let count = i32::try_from(range.end.saturating_sub(range.start)).map_err(beyond)?;
        let (id, sha256) = (id.clone(), sha256.to_owned());
        call!(self, readers, reports::report_range(id, sha256, from, count))
    }

    /// Deletes the scan with its report, whatever its status; `None` where there is none.
    pub async fn delete(&self, id: &ScanId) -> Result<Option<Deleted>, StoreError> {
        let id = id.clone();
        call!(self, writers, scans::delete(id))
    }

    /// Newest first.
    pub async fn list(&self, filter: ScanFilter, limit: i64, offset: i64) -> Result<ScanPage, StoreError> {
        call!(self, readers, scans::list(filter, limit, offset))
    }

    /// The number of scans of this owner, by status.
    pub async fn counts_of(&self, owner: Owner) -> Result<Counts, StoreError> {
        call!(self, readers, scans::counts_of(owner))
    }

    /// Deletes reports that are older than `before` or beyond the newest `keep`, up to `batch` at a time; the scans stay.
    pub async fn prune(
        &self,
        before: Option<DateTime<Utc>>,
        keep: Option<i64>,
        batch: i64,
    ) -> Result<usize, StoreError> {
        call!(large, self, writers, reports::prune(before, keep, batch))
    }
}
