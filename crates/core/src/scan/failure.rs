//! Why a scan failed: a stable code (stored, counted), whether it may pass, and a sentence for people. The private cause
//! goes to the log.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The reasons for which a scan ends as failed. Codes are stable: they are stored and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureCode {
    /// The address has no repository, or none that is public.
    RepositoryNotFound,
    /// The host asks for a password.
    AuthenticationRequired,
    /// The host answers with a page to sign in.
    SignInPage,
    /// The server speaks git's dumb HTTP protocol only.
    ProtocolUnsupported,
    /// The requested branch does not exist.
    BranchNotFound,
    /// The requested tag names a folder or a file; or all tags of a repository without branches do.
    NotACommit,
    /// The repository has no commit.
    EmptyRepository,
    /// More bytes or files than `MAX_REPO_SIZE` allows.
    RepositoryTooLarge,
    /// It holds objects with which a repository attacks who clones it.
    RepositoryUnsafe,
    /// It holds objects that git cannot read.
    RepositoryDamaged,
    /// The host's name has no address.
    HostNotFound,
    /// The host's name leads to an address that is not public, or the host is not on the list.
    HostRefused,
    /// No connection to the host, or no address for its name at the moment.
    HostUnreachable,
    /// The host answers with a fault of its own (HTTP 5xx) or with "too many requests".
    HostFailed,
    /// The host's certificate is not trusted.
    CertificateInvalid,
    /// The host's git server reports an error in place of the repository.
    RemoteError,
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
    /// The API failed with the report, again and again.
    ReportNotStored,
    /// Three workers took the job and none came back with a report.
    WorkerLost,
    /// The disk of the worker is full or broken.
    SandboxUnusable,
    /// The token that a private repository is cloned with was kept in memory only, and the service was restarted.
    CredentialLost,
}

/// Whether the same scan, submitted again, can be expected to fail again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// It fails again until the repository, the request or a setting has changed.
    Permanent,
    /// It may pass: the same scan can succeed later.
    Transient,
}

impl FailureKind {
    pub const ALL: [Self; 2] = [Self::Permanent, Self::Transient];

    /// As written in JSON.
    #[must_use]
    pub fn wire(self) -> &'static str {
        match self {
            Self::Permanent => "permanent",
            Self::Transient => "transient",
        }
    }
}

impl FailureCode {
    pub const ALL: [Self; 26] = [
        Self::RepositoryNotFound,
        Self::AuthenticationRequired,
        Self::SignInPage,
        Self::ProtocolUnsupported,
        Self::BranchNotFound,
        Self::NotACommit,
        Self::EmptyRepository,
        Self::RepositoryTooLarge,
        Self::RepositoryUnsafe,
        Self::RepositoryDamaged,
        Self::HostNotFound,
        Self::HostRefused,
        Self::HostUnreachable,
        Self::HostFailed,
        Self::CertificateInvalid,
        Self::RemoteError,
        Self::CloneTimedOut,
        Self::CloneFailed,
        Self::AnalysisTimedOut,
        Self::AnalysisOutOfMemory,
        Self::AnalysisCrashed,
        Self::ReportTooLarge,
        Self::ReportNotStored,
        Self::WorkerLost,
        Self::SandboxUnusable,
        Self::CredentialLost,
    ];

    /// The stable code, in kebab case.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().0
    }

    #[must_use]
    pub fn kind(self) -> FailureKind {
        self.row().1
    }

    /// The sentence for people: what happened and what to do.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        self.row().2
    }

    /// The inverse of [`FailureCode::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.code() == code)
    }

    /// The kind of a stored code; `None` for one that this version does not know.
    #[must_use]
    pub fn kind_of(code: &str) -> Option<FailureKind> {
        Self::from_code(code).map(Self::kind)
    }

    fn row(self) -> (&'static str, FailureKind, &'static str) {
        use FailureKind::{Permanent, Transient};
        match self {
            Self::RepositoryNotFound => (
                "repository-not-found",
                Permanent,
                "There is no public repository at this address. Check the address; a private repository needs a token.",
            ),
            Self::AuthenticationRequired => (
                "authentication-required",
                Permanent,
                "The host asks for a password: the repository is private or does not exist. Check the address, or scan it with a token.",
            ),
            Self::SignInPage => (
                "sign-in-page",
                Permanent,
                "The host answers with a sign-in page: the repository is private or does not exist. Check the address, or scan it with a token.",
            ),
            Self::ProtocolUnsupported => (
                "protocol-unsupported",
                Permanent,
                "The server offers this repository as plain files only (git's dumb HTTP protocol), from which it cannot be cloned within limits. Serve it with `git http-backend`, or push it to a git host.",
            ),
            Self::BranchNotFound => (
                "branch-not-found",
                Permanent,
                "The repository has no such branch. Check its name, or leave it out to scan the default branch.",
            ),
            Self::NotACommit => (
                "not-a-commit",
                Permanent,
                "This tag names a folder or a file and no commit. Choose a branch, or a tag of a commit.",
            ),
            Self::EmptyRepository => (
                "empty-repository",
                Permanent,
                "The repository is empty: it has no commits yet. Scan it again after the first push.",
            ),
            Self::RepositoryTooLarge => (
                "repository-too-large",
                Permanent,
                "The repository is larger than this service takes. Run RepoLens on your own machine for it.",
            ),
            Self::RepositoryUnsafe => (
                "repository-unsafe",
                Permanent,
                "The repository holds entries that are dangerous to clone. Remove them from the branch, or scan another branch.",
            ),
            Self::RepositoryDamaged => (
                "repository-damaged",
                Permanent,
                "The repository is damaged: git cannot read all of its objects. Repair it with `git fsck`, or scan another branch.",
            ),
            Self::HostNotFound => (
                "host-not-found",
                Permanent,
                "The host of this address could not be found. Check its spelling.",
            ),
            Self::HostRefused => ("host-refused", Permanent, "This service does not clone from that host."),
            Self::HostUnreachable => (
                "host-unreachable",
                Transient,
                "The host of this address cannot be reached. Try again later.",
            ),
            Self::HostFailed => (
                "host-failed",
                Transient,
                "The host answers with an error of its own or is overloaded. Try again later.",
            ),
            Self::CertificateInvalid => (
                "certificate-invalid",
                Permanent,
                "The certificate of this host is not trusted: it has expired, is for another name, or is of an unknown authority.",
            ),
            Self::RemoteError => (
                "remote-error",
                Transient,
                "The host's git server reports an error in place of the repository: it may be damaged, blocked, moved or under maintenance. Check it at the host, or try again later.",
            ),
            Self::CloneTimedOut => (
                "clone-timed-out",
                Transient,
                "Cloning took too long and was stopped. Try again later.",
            ),
            Self::CloneFailed => (
                "clone-failed",
                Transient,
                "The repository could not be cloned. Try again later.",
            ),
            Self::AnalysisTimedOut => (
                "analysis-timed-out",
                Permanent,
                "The analysis took too long and was stopped.",
            ),
            Self::AnalysisOutOfMemory => (
                "analysis-out-of-memory",
                Permanent,
                "The analysis needed more memory than it may have and was stopped.",
            ),
            Self::AnalysisCrashed => (
                "analysis-crashed",
                Permanent,
                "The analysis failed on this repository. The fault is ours and has been logged.",
            ),
            Self::ReportTooLarge => (
                "report-too-large",
                Permanent,
                "The report of this repository is larger than this service stores.",
            ),
            Self::ReportNotStored => (
                "report-not-stored",
                Transient,
                "The report could not be stored. The fault is ours and has been logged. Try again later.",
            ),
            Self::WorkerLost => (
                "worker-lost",
                Transient,
                "The scan was interrupted three times and was given up. Try again later.",
            ),
            Self::SandboxUnusable => (
                "sandbox-unusable",
                Transient,
                "The service has no room to work in right now. Try again later.",
            ),
            Self::CredentialLost => (
                "credential-lost",
                Transient,
                "The service was restarted before this private repository was scanned, and keeps no tokens. Sign in and scan it again.",
            ),
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
            assert_eq!(FailureCode::from_code(code.code()), Some(code));
            assert!(seen.insert(code.code()) && seen.insert(code.sentence()), "{code}");
        }
        for kind in FailureKind::ALL {
            assert_eq!(serde_json::to_value(kind).expect("a text"), kind.wire());
        }
    }

    #[test]
    fn only_what_may_pass_asks_to_try_again_later() {
        for code in FailureCode::ALL {
            let again = code.sentence().contains("again later");
            let permanent = code.kind() == FailureKind::Permanent;
            assert!(!(again && permanent), "{code} is permanent: {}", code.sentence());
            let other_advice = code == FailureCode::CredentialLost;
            assert!(
                again || permanent || other_advice,
                "{code} may pass: {}",
                code.sentence()
            );
        }
    }
}
