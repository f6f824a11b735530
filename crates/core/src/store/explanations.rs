//! Calls about texts that a language model writes.
//!
//! A row is requested, claimed by a worker, and finished. A claim whose lease has expired is not handed out again: the call
//! of the model may have been paid for. It fails, and can be requested anew.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Store, StoreError, StoredReport, call};
use crate::{BranchName, LeaseToken, RepoUrl, ScanId, Unparsed};

/// A text to be written.
#[derive(Debug, Clone)]
pub struct NewExplanation {
    pub scan_id: ScanId,
    /// An `ExplanationTarget` as JSON.
    pub target: String,
    pub with_source: bool,
    /// Also where there is a text, or where writing it failed.
    pub renew: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExplanationState {
    Queued,
    Running,
    Done,
    Failed,
}

impl ExplanationState {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    pub(super) fn of(name: &str) -> Self {
        let all = [Self::Queued, Self::Running, Self::Done];
        all.into_iter()
            .find(|state| state.name() == name)
            .unwrap_or(Self::Failed)
    }

    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedExplanation {
    pub id: String,
    pub state: ExplanationState,
    /// It is queued by this request.
    pub is_new: bool,
}

/// A stored text, or that one is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplanationRow {
    pub id: String,
    pub target: String,
    pub state: ExplanationState,
    /// `Explanations` as JSON.
    pub result: Option<String>,
    pub failure: Option<String>,
    pub updated_at: DateTime<Utc>,
}

/// A claimed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedExplanation {
    pub id: String,
    pub scan_id: ScanId,
    pub target: String,
    pub with_source: bool,
    pub repo_url: Unparsed<RepoUrl>,
    pub branch: Option<Unparsed<BranchName>>,
    pub commit_sha: Option<String>,
    pub is_private: bool,
}

/// A result that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedExplanation {
    pub scan_id: ScanId,
    /// `false`: it was recorded before.
    pub is_new: bool,
}

/// What a worker has written.
#[derive(Debug, Clone, Default)]
pub struct WrittenText {
    /// `Explanations` as JSON; `None`: it failed.
    pub result: Option<String>,
    pub failure: Option<String>,
    /// The report with the text in it, and the digest of the one that it replaces.
    pub report: Option<(String, StoredReport)>,
}

impl Store {
    /// Requests a text; `None` where there is no such scan. The same again changes nothing while it is being written.
    pub async fn request_explanation(
        &self,
        new: NewExplanation,
        now: DateTime<Utc>,
    ) -> Result<Option<RequestedExplanation>, StoreError> {
        call!(self, writers, explanations::request(new, now))
    }

    /// Claims the next text of a completed scan; the same token again returns the same one.
    pub async fn claim_explanation(
        &self,
        token: &LeaseToken,
        lease: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Option<ClaimedExplanation>, StoreError> {
        let token = token.clone();
        call!(self, writers, explanations::claim(token, lease, now))
    }

    /// Records a text, in one transaction with the report that holds it; `None` where the lease is lost.
    pub async fn finish_explanation(
        &self,
        id: &str,
        token: &LeaseToken,
        text: WrittenText,
        now: DateTime<Utc>,
    ) -> Result<Option<FinishedExplanation>, StoreError> {
        let (id, token) = (id.to_owned(), token.clone());
        call!(large, self, writers, explanations::finish(id, token, text, now))
    }

    /// The claimed text with this lease.
    pub async fn running_explanation(
        &self,
        id: &str,
        token: &LeaseToken,
    ) -> Result<Option<ClaimedExplanation>, StoreError> {
        let (id, token) = (id.to_owned(), token.clone());
        call!(self, readers, explanations::running(id, token))
    }

    /// All texts of a scan, the newest first.
    pub async fn explanations_of(
        &self,
        scan_id: &ScanId,
        now: DateTime<Utc>,
    ) -> Result<Vec<ExplanationRow>, StoreError> {
        let scan_id = scan_id.clone();
        call!(self, readers, explanations::list(scan_id, now))
    }
}
