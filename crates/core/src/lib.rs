//! The code that the API, the worker and the analysis share: the types of a scan, a job and a report, the rules on what
//! may be cloned, and the settings.
//!
//! Nothing here does I/O, but for the features: `store` is the database, of the API alone; `queue` is the job queue in Redis;
//! `tls` and `vetted-host` are connections to others.

#[cfg(feature = "queue")]
pub mod backoff;
mod bearer;
pub mod branch;
mod error_chain;
pub mod explanation;
pub mod failure;
pub mod hook_url;
pub mod job;
pub mod net;
pub mod plain_text;
pub mod purl;
#[cfg(feature = "queue")]
pub mod queue;
pub mod repo_url;
pub mod report;
pub mod scan;
pub mod scan_limits;
pub mod secret;
pub mod settings;
#[cfg(feature = "store")]
pub mod store;
pub mod timestamp;
#[cfg(feature = "tls")]
pub mod tls;
mod usage;
#[cfg(feature = "vetted-host")]
mod vetted_host;

pub use bearer::{InvalidAuthorization, bearer_token};
pub use branch::{BranchName, BranchNote};
pub use error_chain::error_chain;
pub use failure::{FailureCode, FailureKind};
pub use hook_url::HookUrl;
pub use repo_url::{RepoUrl, UrlPolicy};
pub use scan::{LeaseToken, ScanId, ScanStatus};
pub use scan_limits::ScanLimits;
pub use secret::Secret;
pub use usage::{Usage, UsageGuard};
#[cfg(feature = "vetted-host")]
pub use vetted_host::{VetError, VettedHost};
