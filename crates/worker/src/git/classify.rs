//! From what git says to a failure code.
//!
//! Only lines of git's own (`fatal:`, `error:`) count. What the server says stands behind `remote:` and could say
//! anything.

use nix::sys::signal::Signal;
use repolens_core::FailureCode;

use crate::failed::Failed;

/// Parts of git's messages (with `LC_ALL=C`), the first match decides. The disk comes first: when it is full, more errors
/// follow from that.
const SIGNS: &[(&str, FailureCode)] = &[
    ("No space left on device", FailureCode::SandboxUnusable),
    ("Disk quota exceeded", FailureCode::SandboxUnusable),
    ("Read-only file system", FailureCode::SandboxUnusable),
    ("could not create work tree dir", FailureCode::SandboxUnusable),
    ("could not create leading directories", FailureCode::SandboxUnusable),
    ("File too large", FailureCode::RepositoryTooLarge),
    ("died of signal 25", FailureCode::RepositoryTooLarge),
    // One of its objects does not fit into git's memory limit.
    ("Out of memory", FailureCode::RepositoryTooLarge),
    ("Cannot allocate memory", FailureCode::RepositoryTooLarge),
    ("not found in upstream", FailureCode::BranchNotFound),
    ("Could not find remote branch", FailureCode::BranchNotFound),
    ("could not read Username", FailureCode::AuthenticationRequired),
    ("could not read Password", FailureCode::AuthenticationRequired),
    ("Authentication failed", FailureCode::AuthenticationRequired),
    ("returned error: 401", FailureCode::AuthenticationRequired),
    ("returned error: 403", FailureCode::AuthenticationRequired),
    ("returned error: 404", FailureCode::RepositoryNotFound),
    (
        "does not appear to be a git repository",
        FailureCode::RepositoryNotFound,
    ),
    ("does not exist", FailureCode::RepositoryNotFound),
    ("not a git repository", FailureCode::RepositoryNotFound),
    ("not found", FailureCode::RepositoryNotFound),
    ("Could not resolve host", FailureCode::HostNotFound),
    ("timed out", FailureCode::CloneTimedOut),
    ("Operation too slow", FailureCode::CloneTimedOut),
];

pub(super) fn classify(message: &str, signal: Option<i32>) -> Failed {
    let code = match signal.and_then(|number| Signal::try_from(number).ok()) {
        Some(Signal::SIGXFSZ) => FailureCode::RepositoryTooLarge,
        Some(Signal::SIGXCPU) => FailureCode::CloneTimedOut,
        _ => by_message(message),
    };
    let signal = signal.map(|number| format!(" (signal {number})")).unwrap_or_default();
    Failed::new(code, format!("git clone{signal}: {}", message.trim()))
}

fn by_message(message: &str) -> FailureCode {
    let own: Vec<&str> = message
        .lines()
        .filter(|line| ["fatal:", "error:"].iter().any(|start| line.starts_with(start)))
        .collect();
    SIGNS
        .iter()
        .find(|(sign, _)| own.iter().any(|line| line.contains(sign)))
        .map_or(FailureCode::CloneFailed, |(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_cannot_name_the_failure() {
        let message = "remote: fatal: No space left on device\nfatal: the remote end hung up unexpectedly\n";
        assert_eq!(classify(message, None).code, FailureCode::CloneFailed);
    }

    #[test]
    fn the_first_sign_decides() {
        let message = "error: file write error: No space left on device\nfatal: unable to write\nfatal: x not found\n";
        assert_eq!(classify(message, None).code, FailureCode::SandboxUnusable);
        assert_eq!(classify("", Some(25)).code, FailureCode::RepositoryTooLarge);
        assert_eq!(classify("", Some(9)).code, FailureCode::CloneFailed);
    }
}
