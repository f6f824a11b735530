//! How the analysis child ended, and what that means.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use nix::sys::signal::Signal;
use repolens_core::FailureCode;

use super::messages::{Messages, Suspects};
use crate::failed::Failed;

pub(super) enum ChildExit {
    /// The report as JSON.
    Report(Vec<u8>),
    /// A restart would change nothing.
    Final(Failed),
    /// Without the files or the stage that were open, it may succeed.
    Died { failed: Failed, suspects: Suspects },
}

/// The messages of the allocators of Rust, tree-sitter and C++ when they get no memory.
const OUT_OF_MEMORY: &[&str] = &[
    "memory allocation of",
    "failed to allocate",
    "out of memory",
    "Cannot allocate memory",
];

impl ChildExit {
    pub(super) fn new(status: ExitStatus, report: Vec<u8>, messages: Messages) -> Self {
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
        let cause = format!("the child ended with {status}: {}", messages.other_lines.trim());
        // It ended by itself with a status of sysexits.h.
        if matches!(status.code(), Some(64..=78)) {
            return Self::Final(Failed::new(FailureCode::AnalysisCrashed, cause));
        }
        let out_of_memory = OUT_OF_MEMORY.iter().any(|words| messages.other_lines.contains(words));
        let code = match signal {
            // The worker did not send it: the kernel did, out of memory.
            Some(Signal::SIGKILL) => FailureCode::AnalysisOutOfMemory,
            Some(Signal::SIGXCPU) => return Self::Final(Failed::new(FailureCode::AnalysisTimedOut, cause)),
            _ if out_of_memory => FailureCode::AnalysisOutOfMemory,
            _ => FailureCode::AnalysisCrashed,
        };
        Self::Died {
            failed: Failed::new(code, cause),
            suspects: messages.suspects(),
        }
    }
}
