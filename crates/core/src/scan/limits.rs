//! The limits of one scan.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The limits of one scan. The worker enforces them, and the report has them as `analyser.scanLimits`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScanLimits {
    /// Clone and analysis together.
    pub timeout_seconds: u64,
    /// On disk, as cloned.
    pub max_repo_bytes: u64,
    /// A larger file is named in `skippedFiles` and not read.
    pub max_file_bytes: u64,
    /// Address space of the analysis.
    pub analysis_memory_bytes: u64,
    /// Commits of the history that are fetched and read at most; 0: none. Older reports have no history.
    #[serde(default)]
    pub history_commits: u64,
}

impl ScanLimits {
    /// 10 minutes, 1 GiB, 2 MiB, 1 GiB, 2,000 commits.
    pub const STANDARD: Self = Self {
        timeout_seconds: 600,
        max_repo_bytes: 1 << 30,
        max_file_bytes: 2 << 20,
        analysis_memory_bytes: 1 << 30,
        history_commits: 2_000,
    };

    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }

    /// `600-1073741824-2097152-1073741824-2000`: distinguishes the reports that were made within other limits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let limits = format!(
            "{}-{}-{}-{}",
            self.timeout_seconds, self.max_repo_bytes, self.max_file_bytes, self.analysis_memory_bytes
        );
        match self.history_commits {
            // As before there was a history.
            0 => limits,
            commits => format!("{limits}-{commits}"),
        }
    }
}
