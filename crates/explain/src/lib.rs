//! The text that a language model writes about a report, and the check that keeps it true.
//!
//! ```text
//! report ─ facts ─ prompt ─ chain of providers ─ answer ─ check ─ text
//! ```
//!
//! A model gets facts with ids ([`facts`]), never the repository itself, and returns sentences that name the facts they
//! rest on. A sentence is kept only if each of its numbers, paths and names occurs in those facts ([`check`]). So a model
//! that is wrong, or that obeys an instruction it found in a README, loses its sentences; when fewer than
//! [`LEAST_SENTENCES`] remain, the text that was made without a model stays.
//!
//! Nothing here has tools, runs commands or follows links: the worst that an answer can do is to be dropped.

pub mod answer;
pub mod chain;
pub mod check;
pub mod clean;
pub mod facts;
pub mod failure;
pub mod memory;
pub mod prompt;
pub mod providers;
mod write;

pub use chain::{Chain, Run, Written};
pub use facts::PromptFacts;
pub use failure::{Code, Failure};

/// With fewer sentences left the text of the model is not used.
pub const LEAST_SENTENCES: usize = 3;
