//! The tokens that private repositories are cloned with.
//!
//! A token is kept in the memory of this process until its scan has finished, and is handed to the worker with the job. It is
//! in no row, queue or log. A restart loses it: the scan then fails with that reason.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use repolens_core::job::CloneCredential;
use repolens_core::{ScanId, Secret};

/// The tokens of private scans that have not ended.
#[derive(Default)]
pub struct CloneTokens(Mutex<HashMap<String, Secret>>);

impl CloneTokens {
    pub fn keep(&self, scan: &ScanId, token: Secret) {
        self.lock().insert(scan.as_str().to_owned(), token);
    }

    /// The scan has ended, or was not stored.
    pub fn forget(&self, scan: &str) {
        self.lock().remove(scan);
    }

    /// The credential for cloning the scan's repository; `None` where the token is lost.
    pub fn credential(&self, scan: &ScanId, origin: String) -> Option<CloneCredential> {
        let token = self.lock().get(scan.as_str()).cloned()?;
        Some(CloneCredential {
            origin,
            // The user name that GitHub expects with a token.
            username: "x-access-token".to_owned(),
            password: token.expose().to_owned(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Secret>> {
        // Each change of the map is one call: it is whole even after a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
