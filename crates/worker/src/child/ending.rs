//! How the analysis child came to its end, and what that means.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use nix::sys::signal::Signal;
use repolens_core::FailureCode;

use super::messages::Messages;
use crate::failed::Failed;

pub(super) enum Ending {
    /// JSON.
    Report(Vec<u8>),
    /// To start it again would change nothing.
    Final(Failed),
    /// Without the files that it was at, it may live.
    Died { failed: Failed, in_flight: Vec<String> },
}

/// What the allocators of Rust, of tree-sitter and of C++ say when they get no memory.
const OUT_OF_MEMORY: &[&str] = &[
    "memory allocation of",
    "failed to allocate",
    "out of memory",
    "Cannot allocate memory",
];

impl Ending {
    pub(super) fn of(status: ExitStatus, report: Vec<u8>, messages: Messages) -> Self {
        if status.success() {
            return match serde_json::from_slice::<&serde_json::value::RawValue>(&report) {
                Ok(json) if json.get().starts_with('{') => Self::Report(report),
                _ => Self::Final(Failed::new(
                    FailureCode::AnalysisCrashed,
                    "the child's report is no JSON object",
                )),
            };
        }
        let signal = status.signal().and_then(|number| Signal::try_from(number).ok());
        let cause = format!("the child ended with {status}: {}", messages.last_words.trim());
        // It came to an end by itself and said why (sysexits.h).
        if matches!(status.code(), Some(64..=78)) {
            return Self::Final(Failed::new(FailureCode::AnalysisCrashed, cause));
        }
        let starved = OUT_OF_MEMORY.iter().any(|words| messages.last_words.contains(words));
        let code = match signal {
            // Nobody here sent it: it was the kernel, out of memory.
            Some(Signal::SIGKILL) => FailureCode::AnalysisOutOfMemory,
            Some(Signal::SIGXCPU) => return Self::Final(Failed::new(FailureCode::AnalysisTimedOut, cause)),
            _ if starved => FailureCode::AnalysisOutOfMemory,
            _ => FailureCode::AnalysisCrashed,
        };
        Self::Died {
            failed: Failed::new(code, cause),
            in_flight: messages.in_flight(),
        }
    }
}
