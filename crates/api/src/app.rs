//! The state of the process that all handlers share, by concern.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use repolens_core::store::Store;
use tokio::sync::watch;

use crate::auth::Auth;
use crate::http::limits::ClientLimits;
use crate::http::metrics::Metrics;
use crate::reports::Reports;
use crate::scans::Scans;

/// One for the whole process.
pub struct App {
    pub store: Store,
    pub scans: Arc<Scans>,
    pub reports: Reports,
    pub auth: Auth,
    pub limits: ClientLimits,
    pub metrics: Metrics,
    pub process: Process,
}

/// The process itself.
pub struct Process {
    pub started: Instant,
    /// Becomes true when the process is asked to stop.
    pub stopping: watch::Receiver<bool>,
    pub supervisor_socket: Option<PathBuf>,
}
