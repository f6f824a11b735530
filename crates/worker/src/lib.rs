//! The worker: takes jobs, clones under limits, analyses in a short-lived child, reports to the API.
//!
//! One job is read from `job.rs`; the life of the process from `run.rs`. The runtime has one thread: everything here
//! waits, and the work is done by git and the analysis child.

pub mod analyze;
pub mod api_client;
pub mod authorities;
pub mod check;
pub mod child;
pub mod cli;
pub mod failed;
pub mod git;
pub mod job;
pub mod process;
pub mod run;
pub mod sandbox;

/// An error with all its causes, as one line for the log.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
