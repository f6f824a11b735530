//! Calls about the scans of one repository over time, and about reports that serve another scan of the same commit.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::store::report::figures::{DependencyFigures, ReadmeFigures, Scores};
use crate::store::report::headline::Headline;
use crate::store::{Repository, Scan, Store, StoreError, StoredReport, call};
use crate::{LeaseToken, ScanId};

/// A completed scan with the figures that its columns keep.
#[derive(Debug)]
pub struct PastScan {
    pub scan: Scan,
    /// `None`: the columns do not have them; the report may.
    pub scores: Option<Scores>,
    pub readme: Option<ReadmeFigures>,
    pub headline: Option<Headline>,
    pub versions: Vec<Version>,
}

/// A row of `scan_versions`.
#[derive(Debug, Clone)]
pub struct Version {
    pub id: String,
    pub number: i32,
    pub commit_sha: Option<String>,
    pub scores: Option<Scores>,
    pub dependencies: Option<DependencyFigures>,
    pub created_at: DateTime<Utc>,
}

/// The content of a badge.
#[derive(Debug, Clone)]
pub struct BadgeFigures {
    pub scan_id: ScanId,
    pub scores: Option<Scores>,
}

/// A stored report of the same commit by the same analyser.
#[derive(Debug)]
pub struct Earlier {
    pub scan_id: ScanId,
    pub report: StoredReport,
}

impl Store {
    /// Completed scans of a repository that `viewer` may see (`None`: a guest), newest first.
    pub async fn past_scans(
        &self,
        repository_id: &str,
        viewer: Option<String>,
        limit: i64,
    ) -> Result<Vec<PastScan>, StoreError> {
        let repository_id = repository_id.to_owned();
        call!(self, readers, history::past_scans(repository_id, viewer, limit))
    }

    /// The headlines of these scans, by their ids, of those that have one.
    pub async fn headlines(&self, ids: Vec<ScanId>) -> Result<HashMap<ScanId, Headline>, StoreError> {
        call!(self, readers, history::headlines(ids))
    }

    /// The repository of this id, where `viewer` (`None`: a guest) may know of it.
    pub async fn repository(&self, id: &str, viewer: Option<String>) -> Result<Option<Repository>, StoreError> {
        let id = id.to_owned();
        call!(self, readers, history::repository(id, viewer))
    }

    /// Whether a repository with this id exists that `viewer` may see.
    pub async fn repository_exists(&self, repository_id: &str, viewer: Option<String>) -> Result<bool, StoreError> {
        let repository_id = repository_id.to_owned();
        call!(self, readers, history::repository_exists(repository_id, viewer))
    }

    /// The figures in the columns of one scan.
    pub async fn scores(&self, id: &ScanId) -> Result<Option<Scores>, StoreError> {
        let id = id.clone();
        call!(self, readers, history::scores(id))
    }

    /// The newest completed public scan of the repository of this full name.
    pub async fn newest_public(&self, full_name: &str) -> Result<Option<BadgeFigures>, StoreError> {
        let full_name = full_name.to_owned();
        call!(self, readers, history::newest_public(full_name))
    }

    /// A stored report of the same commit and analyser, for the job that `token` holds; `None` where the scan is to be
    /// analyzed anew: there is none, that was asked for, or one of the two scans is private.
    pub async fn earlier_report(
        &self,
        id: &ScanId,
        token: &LeaseToken,
        commit_sha: &str,
        analyser_version: &str,
    ) -> Result<Option<Earlier>, StoreError> {
        let (id, token) = (id.clone(), token.clone());
        let (commit_sha, analyser_version) = (commit_sha.to_owned(), analyser_version.to_owned());
        call!(
            self,
            readers,
            earlier_reports::earlier_report(id, token, commit_sha, analyser_version)
        )
    }
}
