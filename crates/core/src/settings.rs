//! Settings: read once from the environment, checked in one place, passed down as values.
//!
//! Every fault is found in one go and told by name, with what was expected; a secret's value is never shown. The table of
//! all variables is [`VARIABLES`]; `docs/settings.md` and the supervisor's list of who gets what are tested against it.

mod api;
mod proxies;
mod reader;
mod redis;
mod sign_in;
mod variables;
mod worker;

use std::fmt;

use serde::Serialize;

pub use crate::ScanLimits;
pub use api::{ApiSettings, DatabaseUrl, Rate, RequestLimits, Retention};
pub use proxies::{TrustedProxies, is_cloudflare};
pub use reader::{Reader, Vars};
pub use redis::RedisUrl;
pub use sign_in::SignIn;
pub use variables::{VARIABLES, Variable, Who};
pub use worker::WorkerSettings;

/// Exit status for bad settings: `EX_CONFIG` of sysexits.h.
pub const EXIT_CONFIG: u8 = 78;

/// What the check of one setting found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub level: Level,
    /// The variable.
    pub name: String,
    /// What is wrong and what was expected.
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The program does not start.
    Error,
    /// It starts, but this is probably not what was meant.
    Warning,
    /// Something that was tried and works.
    Ok,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

/// What was read, and what was found on the way.
#[derive(Debug)]
pub struct Checked<T> {
    /// `None` where there is an error among the findings.
    pub settings: Option<T>,
    pub findings: Vec<Finding>,
}

/// How the log is written; for `repolens_log::init`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogSettings {
    /// Filter syntax of `RUST_LOG`.
    pub level: String,
    /// `text`, `json` or `pretty`; `None`: by whether stdout is a terminal.
    pub format: Option<String>,
}
