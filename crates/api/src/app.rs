//! What the handlers share.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use repolens_core::job::JobLimits;
use repolens_core::settings::{RequestLimits, Retention};
use repolens_core::store::Store;
use repolens_core::{Secret, UrlPolicy};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

use crate::client::Client;
use crate::dispatch::Dispatch;
use crate::events::Events;
use crate::limit::{Allowance, Limiter};
use crate::metrics::Metrics;

/// One for the whole process.
pub struct App {
    pub store: Store,
    pub dispatch: Dispatch,
    pub events: Arc<Events>,
    pub metrics: Metrics,
    pub retention: Retention,
    pub request_limits: RequestLimits,
    pub scan_limiter: Option<Limiter>,
    pub request_limiter: Option<Limiter>,
    pub guest_history: bool,
    pub limits: JobLimits,
    pub url_policy: UrlPolicy,
    pub worker_token: Secret,
    pub supervisor_socket: Option<PathBuf>,
    /// One report at a time is unpacked and compressed, so that the memory for it is needed once.
    pub report_slot: Semaphore,
    /// The multi-thread runtime, for work that would hold up a worker of the HTTP server.
    pub runtime: Handle,
    pub started: Instant,
    /// Becomes true when the process is asked to stop.
    pub stopping: watch::Receiver<bool>,
}

impl App {
    /// Takes one of this client's allowance; `None` where there is no limit for it.
    pub fn take(&self, limiter: Option<&Limiter>, client: Client) -> Option<Allowance> {
        let exempt = self.request_limits.exempt_loopback && client.address.is_loopback();
        limiter
            .filter(|_| !exempt)
            .map(|limiter| limiter.take(client.number(), Instant::now()))
    }

    pub fn lease(&self) -> Duration {
        Duration::from_millis(self.limits.lease_ms)
    }
}
