//! The form of RepoLens's log lines.
//!
//! One event is one line: `TIME SOURCE LEVEL MESSAGE key=value …` as text, or one JSON object. Before a line is
//! written, secrets in it are masked ([`redact()`]) and control characters are made visible ([`harmless()`]), so that
//! hostile text of a repository can neither forge a line nor drive a terminal.
//!
//! The API and the worker call [`init`] once and log with `tracing`. The supervisor, which has no `tracing`, builds
//! [`Record`]s itself (`default-features = false`).

mod dangerous;
mod error_chain;
mod format;
mod harmless;
mod record;
mod redact;
#[cfg(feature = "tracing")]
mod subscriber;
mod timestamp;

pub use dangerous::is_dangerous;
pub use error_chain::error_chain;
pub use format::LogFormat;
pub use harmless::{harmless, harmless_bytes, is_plain};
pub use record::{Level, Record, push_prefix};
pub use redact::{may_hold_secret, redact, redact_bytes, safe_cut};
pub use serde_json::Value;
#[cfg(feature = "tracing")]
pub use subscriber::{InitError, init};
pub use timestamp::{TIMESTAMP_LEN, timestamp};
