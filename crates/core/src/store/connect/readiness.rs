//! Checks whether the database can be written to.
//!
//! The readiness check asks that cheaply: mostly by a statement that needs the right to write and changes no row, and once a
//! minute by storing a row and taking it back. What calls of the service were refused meanwhile counts as well, since a full
//! disk may have place for one row and not for a report.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::Utc;

use crate::ScanId;
use crate::store::{Refusal, Store, StoreError, call};

/// A write that worked is not tried again for this long.
const TRIED_EVERY: Duration = Duration::from_secs(60);

/// A refusal that the check itself may not meet counts for this long.
const REMEMBERED: Duration = Duration::from_secs(15);

/// The last results of writes.
#[derive(Default)]
pub(in crate::store) struct Writes(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// When a write was last tried, and worked.
    worked: Option<Instant>,
    refused: Option<(Instant, Refusal)>,
}

impl Writes {
    /// Remembers why a call was refused.
    pub(in crate::store) fn note(&self, error: StoreError) -> StoreError {
        if let StoreError::Refused(refusal, _) = &error {
            let mut known = self.known();
            known.worked = None;
            let is_damaged = matches!(known.refused, Some((_, Refusal::Damaged)));
            if !is_damaged {
                known.refused = Some((Instant::now(), *refusal));
            }
        }
        error
    }

    /// Nothing more is written into a file in which damage was found: what is left of it is worth more.
    pub(in crate::store) fn allowed(&self, access: &str) -> Result<(), StoreError> {
        let damaged = matches!(self.known().refused, Some((_, Refusal::Damaged)));
        match damaged && access == "writers" {
            true => Err(StoreError::Refused(
                Refusal::Damaged,
                "nothing is written until the service is started again".to_owned(),
            )),
            false => Ok(()),
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_due(&self) -> bool {
        self.known().worked.is_none_or(|then| then.elapsed() >= TRIED_EVERY)
    }

    fn worked(&self) {
        self.known().worked = Some(Instant::now());
    }

    fn refused_lately(&self) -> Result<(), StoreError> {
        match self.known().refused {
            Some((then, refusal))
                if matches!(refusal, Refusal::DiskFull | Refusal::Rights) && then.elapsed() < REMEMBERED =>
            {
                Err(StoreError::Refused(refusal, "a call met it a moment ago".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

impl Store {
    /// One round trip that reads nothing.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn ping(&self) -> Result<(), StoreError> {
        call!(self, readers, scans::ping())
    }

    /// Whether the database answers and accepts writes.
    ///
    /// # Errors
    /// Why not.
    pub async fn ready(&self) -> Result<(), StoreError> {
        if self.writes.is_due() {
            let (id, now) = (ScanId::random(), Utc::now());
            call!(self, writers, scans::try_write(id, now))?;
            self.writes.worked();
        } else {
            call!(self, writers, scans::touch_nothing())?;
        }
        self.writes.refused_lately()
    }

    /// The same for a database that may have no tables yet.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub async fn check(&self) -> Result<(), StoreError> {
        if let crate::store::Backend::Sqlite(pools) = &self.backend {
            let pools = pools.clone();
            self.joined(async move { pools.inspect().await }).await?;
        }
        let (id, now) = (ScanId::random(), Utc::now());
        call!(self, writers, scans::try_first_write(id, now))
    }
}
