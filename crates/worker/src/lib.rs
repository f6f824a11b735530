//! The worker: claims jobs, clones under limits, analyzes in a short-lived child, reports to the API.
//!
//! One job is read from [`job`]; the life of the process from [`run`]. The runtime has one thread: everything here waits,
//! and the work is done by git and the analysis child.

pub mod analyze;
pub mod api_client;
pub mod child;
pub mod explanation;
pub mod failed;
pub mod git;
pub mod job;
pub mod osv;
pub mod process;
pub mod program;
pub mod progress;
pub mod run;
