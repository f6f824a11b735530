//! Maps git's error reports to a failure code.
//!
//! Only git's own text counts: the format strings of its errors ([`super::events`]) and the messages of curl. Text of the
//! server (an `ERR` packet, progress, a status text) is an argument of them and is not trusted.

use nix::sys::signal::Signal;
use repolens_core::FailureCode;

use super::events::GitError;
use super::fsck;
use crate::failed::Failed;

/// Parts of format strings (with `LC_ALL=C`); the first that matches decides. The disk comes first: when it is full, more
/// errors follow from that.
const FORMATS: &[(&str, FailureCode)] = &[
    ("No space left on device", FailureCode::SandboxUnusable),
    ("Disk quota exceeded", FailureCode::SandboxUnusable),
    ("Read-only file system", FailureCode::SandboxUnusable),
    ("could not create work tree dir", FailureCode::SandboxUnusable),
    ("could not create leading directories", FailureCode::SandboxUnusable),
    ("File too large", FailureCode::RepositoryTooLarge),
    // One of its objects does not fit into git's memory limit.
    ("Out of memory", FailureCode::RepositoryTooLarge),
    ("out of memory", FailureCode::RepositoryTooLarge),
    ("Cannot allocate memory", FailureCode::RepositoryTooLarge),
    // The requested tag names a folder or a file. git 2.47 crashes after it.
    ("object %s is a %s, not a %s", FailureCode::NotACommit),
    ("not found in upstream", FailureCode::BranchNotFound),
    ("could not read Username", FailureCode::AuthenticationRequired),
    ("could not read Password", FailureCode::AuthenticationRequired),
    ("Authentication failed", FailureCode::AuthenticationRequired),
    ("remote error: %s", FailureCode::RemoteError),
    ("dumb http transport does not support", FailureCode::ProtocolUnsupported),
    (
        "does not appear to be a git repository",
        FailureCode::RepositoryNotFound,
    ),
    ("repository '%s' does not exist", FailureCode::RepositoryNotFound),
    ("not a git repository", FailureCode::RepositoryNotFound),
    ("repository '%s' not found", FailureCode::RepositoryNotFound),
    ("bad object at offset", FailureCode::RepositoryDamaged),
    ("invalid %s", FailureCode::RepositoryDamaged),
    ("inflate returned", FailureCode::RepositoryDamaged),
    ("serious inflate inconsistency", FailureCode::RepositoryDamaged),
    ("did not receive expected object", FailureCode::RepositoryDamaged),
    ("did not send all necessary objects", FailureCode::RepositoryDamaged),
    ("SHA1 COLLISION FOUND", FailureCode::RepositoryDamaged),
    ("pack is corrupted", FailureCode::RepositoryDamaged),
];

/// Parts of the messages of curl.
const OF_CURL: &[(&str, FailureCode)] = &[
    ("returned error: 401", FailureCode::AuthenticationRequired),
    ("returned error: 403", FailureCode::AuthenticationRequired),
    ("returned error: 404", FailureCode::RepositoryNotFound),
    ("returned error: 410", FailureCode::RepositoryNotFound),
    ("returned error: 429", FailureCode::HostFailed),
    ("returned error: 5", FailureCode::HostFailed),
    ("Could not resolve host", FailureCode::HostUnreachable),
    ("Failed to connect", FailureCode::HostUnreachable),
    ("Couldn't connect", FailureCode::HostUnreachable),
    ("certificate", FailureCode::CertificateInvalid),
    ("timed out", FailureCode::CloneTimedOut),
];

/// Searched last: these follow from others.
const OF_THE_END: &[(&str, FailureCode)] = &[
    ("died of signal", FailureCode::CloneFailed),
    ("unexpected disconnect", FailureCode::CloneFailed),
    ("RPC failed", FailureCode::CloneFailed),
    // The pack ends early, and the connection was not lost: the server gave up, which its message beside the pack confirms.
    ("invalid index-pack output", FailureCode::RemoteError),
];

/// The failure of a clone that wrote `stderr` and ended with `signal`, where it was killed by one.
pub(super) fn classify(errors: &[GitError], stderr: &str, signal: Option<i32>) -> Failed {
    let number = signal.map(|number| format!(" (signal {number})")).unwrap_or_default();
    let cause = format!("git clone{number}: {}", stderr.trim());
    let code = match signal.and_then(|number| Signal::try_from(number).ok()) {
        Some(Signal::SIGXFSZ) => FailureCode::RepositoryTooLarge,
        Some(Signal::SIGXCPU) => FailureCode::CloneTimedOut,
        _ => match fsck::refused_object(errors) {
            Some(id) => return fsck::refuse(id, cause),
            None => by_errors(errors),
        },
    };
    Failed::new(code, cause)
}

fn by_errors(errors: &[GitError]) -> FailureCode {
    let is_of_git = |part: &str| errors.iter().any(|error| is_git_s_own(error, part));
    let is_of_curl = |part: &str| {
        errors
            .iter()
            .filter_map(GitError::of_curl)
            .any(|words| words.contains(part))
    };
    let found = FORMATS.iter().filter(|(part, _)| is_of_git(part));
    let found = found.chain(OF_CURL.iter().filter(|(part, _)| is_of_curl(part)));
    let mut found = found.chain(OF_THE_END.iter().filter(|(part, _)| is_of_git(part)));
    found.next().map_or(FailureCode::CloneFailed, |(_, code)| *code)
}

fn is_git_s_own(error: &GitError, part: &str) -> bool {
    match error.format.as_str() {
        // The message is made before, of a path of ours and the system's error.
        "%s" => error.message.starts_with("Unable to create '") && error.message.contains(part),
        // The number of the signal by which a process of git's own ended.
        "%s died of signal %d" if error.message.ends_with(" 25") => part == "File too large",
        format => format.contains(part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(format: &str, message: &str) -> GitError {
        GitError {
            format: format.to_owned(),
            message: message.to_owned(),
        }
    }

    #[test]
    fn a_server_cannot_name_the_failure() {
        let words = "No space left on device\nfatal: Out of memory";
        for (format, code) in [
            ("remote error: %s", FailureCode::RemoteError),
            ("expected '%s', received '%s'", FailureCode::CloneFailed),
            ("unable to access '%s': %s", FailureCode::CloneFailed),
            ("%s", FailureCode::CloneFailed),
        ] {
            let stderr = format!("remote: fatal: No space left on device\nfatal: x: {words}\n");
            let errors = [error(format, &format!("x: {words}"))];
            assert_eq!(classify(&errors, &stderr, None).code, code, "{format}");
        }
        assert_eq!(classify(&[], words, None).code, FailureCode::CloneFailed);
    }

    #[test]
    fn the_first_part_decides() {
        let errors = [
            error("repository '%s' not found", "repository 'x' not found"),
            error(
                "write error: No space left on device",
                "write error: No space left on device",
            ),
        ];
        assert_eq!(classify(&errors, "", None).code, FailureCode::SandboxUnusable);
        assert_eq!(classify(&[], "", Some(25)).code, FailureCode::RepositoryTooLarge);
        assert_eq!(classify(&[], "", Some(9)).code, FailureCode::CloneFailed);
    }

    #[test]
    fn the_words_of_curl_decide_where_git_passes_them_on() {
        for (words, code) in [
            (
                "The requested URL returned error: 403",
                FailureCode::AuthenticationRequired,
            ),
            ("The requested URL returned error: 503", FailureCode::HostFailed),
            ("Failed to connect to h port 1 after 0 ms", FailureCode::HostUnreachable),
            ("gnutls_handshake() failed: x", FailureCode::CloneFailed),
        ] {
            let errors = [error(
                "unable to access '%s': %s",
                &format!("unable to access 'http://h/': {words}"),
            )];
            assert_eq!(classify(&errors, "", None).code, code, "{words}");
        }
    }
}
