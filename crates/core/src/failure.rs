//! Why a scan failed: a stable code (stored, counted) and a sentence for people. The private cause goes to the log.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The reasons for which a scan ends as failed. Codes are stable: they are stored and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureCode {
    /// The address has no repository, or not for us.
    RepositoryNotFound,
    /// The host asks for a password.
    AuthenticationRequired,
    /// The branch that was asked for is not there.
    BranchNotFound,
    /// The repository has no commit.
    EmptyRepository,
    /// More bytes or files than `MAX_REPO_SIZE` allows.
    RepositoryTooLarge,
    /// The host's name has no address.
    HostNotFound,
    /// The host's name leads to an address that is not public, or the host is not on the list.
    HostRefused,
    /// The clone took longer than it may.
    CloneTimedOut,
    /// git failed for another reason.
    CloneFailed,
    /// The analysis took longer than it may.
    AnalysisTimedOut,
    /// The analysis needed more memory than it may have.
    AnalysisOutOfMemory,
    /// The analysis ended in a way it should not.
    AnalysisCrashed,
    /// The report is larger than may be stored.
    ReportTooLarge,
    /// Three workers took the job and none came back with a report.
    WorkerLost,
    /// The disk of the worker is full or broken.
    SandboxUnusable,
    /// The token that a private repository is cloned with was kept in memory only, and the service was restarted.
    CredentialLost,
}

impl FailureCode {
    pub const ALL: [Self; 16] = [
        Self::RepositoryNotFound,
        Self::AuthenticationRequired,
        Self::BranchNotFound,
        Self::EmptyRepository,
        Self::RepositoryTooLarge,
        Self::HostNotFound,
        Self::HostRefused,
        Self::CloneTimedOut,
        Self::CloneFailed,
        Self::AnalysisTimedOut,
        Self::AnalysisOutOfMemory,
        Self::AnalysisCrashed,
        Self::ReportTooLarge,
        Self::WorkerLost,
        Self::SandboxUnusable,
        Self::CredentialLost,
    ];

    /// The stable code, in kebab case.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::RepositoryNotFound => "repository-not-found",
            Self::AuthenticationRequired => "authentication-required",
            Self::BranchNotFound => "branch-not-found",
            Self::EmptyRepository => "empty-repository",
            Self::RepositoryTooLarge => "repository-too-large",
            Self::HostNotFound => "host-not-found",
            Self::HostRefused => "host-refused",
            Self::CloneTimedOut => "clone-timed-out",
            Self::CloneFailed => "clone-failed",
            Self::AnalysisTimedOut => "analysis-timed-out",
            Self::AnalysisOutOfMemory => "analysis-out-of-memory",
            Self::AnalysisCrashed => "analysis-crashed",
            Self::ReportTooLarge => "report-too-large",
            Self::WorkerLost => "worker-lost",
            Self::SandboxUnusable => "sandbox-unusable",
            Self::CredentialLost => "credential-lost",
        }
    }

    /// What a person is told: what happened and what to do.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::RepositoryNotFound => {
                "There is no public repository at this address. Check the address; a private repository needs a token."
            }
            Self::AuthenticationRequired => {
                "The host asks for a password: the repository is private or not there. Check the address, or scan it with a token."
            }
            Self::BranchNotFound => {
                "The repository has no such branch. Check its name, or leave it out to scan the default branch."
            }
            Self::EmptyRepository => "The repository has no commits yet. Scan it again after the first push.",
            Self::RepositoryTooLarge => {
                "The repository is larger than this service takes. Run RepoLens on your own machine for it."
            }
            Self::HostNotFound => "The host of this address could not be found. Check its spelling.",
            Self::HostRefused => "This service does not clone from that host.",
            Self::CloneTimedOut => "Cloning took too long and was stopped. Try again later.",
            Self::CloneFailed => "The repository could not be cloned. Try again later.",
            Self::AnalysisTimedOut => "The analysis took too long and was stopped.",
            Self::AnalysisOutOfMemory => "The analysis needed more memory than it may have and was stopped.",
            Self::AnalysisCrashed => "The analysis failed on this repository. The fault is ours and has been logged.",
            Self::ReportTooLarge => "The report of this repository is larger than this service stores.",
            Self::WorkerLost => "The scan was interrupted three times and was given up. Try again later.",
            Self::SandboxUnusable => "The service has no room to work in right now. Try again later.",
            Self::CredentialLost => {
                "The service was restarted before this private repository was scanned, and keeps no tokens. Sign in and scan it again."
            }
        }
    }
}

impl fmt::Display for FailureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_as_serde_writes_them_and_distinct() {
        let mut seen = std::collections::BTreeSet::new();
        for code in FailureCode::ALL {
            assert_eq!(
                serde_json::to_value(code).expect("a unit variant is a string"),
                code.code()
            );
            assert!(seen.insert(code.code()) && seen.insert(code.sentence()), "{code}");
        }
    }
}
