//! Stored reports: read in parts, put into answers, reused for the same commit, compared.

pub mod diff;
pub mod envelope;
pub mod reuse;
pub mod section;

use std::io;
use std::sync::Arc;

use repolens_core::ScanId;
use repolens_core::store::{Store, StoredResults};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::problem::Problem;

/// Access to stored reports.
pub struct Reports {
    pub store: Store,
    /// One report at a time is unpacked and compressed, so that the memory for it is needed once.
    pub packing_slot: Semaphore,
    /// One stored report at a time is read, for the same reason.
    pub reading_slot: Arc<Semaphore>,
    /// The multi-thread runtime, for work that would hold up a thread of the HTTP server.
    pub runtime: Handle,
}

impl Reports {
    /// Reads the stored report of a complete scan: one report at a time, so that the memory for it is needed once. A
    /// client's turn comes before its report is fetched.
    pub async fn read<T: Send + 'static>(
        &self,
        id: &ScanId,
        work: impl FnOnce(StoredResults) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let slot = self.reading_slot().await?;
        let results = self.store.results(id).await?.ok_or_else(Problem::results_gone)?;
        self.off_thread(slot, move || work(results)).await
    }

    /// Works on a report that was read before.
    pub async fn work_on<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let slot = self.reading_slot().await?;
        self.off_thread(slot, work).await
    }

    async fn reading_slot(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let slot = Arc::clone(&self.reading_slot).acquire_owned().await;
        slot.map_err(|closed| Problem::because(&closed))
    }

    /// Not on a thread of the HTTP server, which others wait for.
    async fn off_thread<T: Send + 'static>(
        &self,
        slot: OwnedSemaphorePermit,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let span = tracing::Span::current();
        let work = move || {
            let _span = span.entered();
            let result = work();
            // Not before: a client that hangs up ends the waiting, not the work.
            drop(slot);
            result
        };
        match self.runtime.spawn_blocking(work).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Problem::because(&format!("cannot read a stored report: {error}"))),
            Err(error) => Err(Problem::because(&error)),
        }
    }
}
