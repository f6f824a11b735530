//! The code that the API, the worker and the analysis share: the types of a scan, a job and a report, the rules on what
//! may be cloned, and the settings.
//!
//! Nothing here does I/O, but for the features: `store` is the database, of the API alone; `queue` is the job queue in Redis;
//! `tls` and `vetted-host` are connections to others.

pub mod explanation;
pub mod hook_url;
pub mod job;
pub mod net;
#[cfg(feature = "queue")]
pub mod queue;
pub mod repo_url;
pub mod report;
pub mod scan;
pub mod settings;
#[cfg(feature = "store")]
pub mod store;
pub mod text;
mod unparsed;
mod usage;

pub use hook_url::HookUrl;
pub use net::bearer::{InvalidAuthorization, bearer_token};
#[cfg(feature = "vetted-host")]
pub use net::vetted_host::{VetError, VettedHost};
pub use repo_url::{RepoUrl, UrlPolicy};
pub use repolens_log::error_chain;
pub use scan::branch::{BranchName, BranchNote};
pub use scan::failure::{FailureCode, FailureKind};
pub use scan::limits::ScanLimits;
pub use scan::{LeaseToken, ScanId, ScanStatus};
pub use text::secret::Secret;
pub use unparsed::Unparsed;
pub use usage::{Usage, UsageGuard};
