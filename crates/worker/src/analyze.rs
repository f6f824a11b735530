//! `repolens-worker analyze`: the analysis of one folder or repository, with no server.

use crate::cli::AnalyzeArgs;

/// Runs it and returns the exit status.
#[must_use]
pub fn analyze(args: &AnalyzeArgs) -> u8 {
    let _ = args;
    70
}
