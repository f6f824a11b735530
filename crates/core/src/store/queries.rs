//! All queries, compiled once for each connection type.
//!
//! Diesel's `MultiConnection` does not work with diesel-async, and a function generic over the connection would need a page
//! of bounds for every query. So each file of `queries/` is compiled as two modules: it uses `super::Connection` and
//! `transaction!`, and gets the type and the SQL of the backend's module.

use std::time::{Duration, Instant};

use backon::ExponentialBackoff;

use super::StoreError;
use crate::net::backoff::exponential;

/// Inside a transaction: what fails in it leaves the transaction as it was before.
macro_rules! savepoint {
    ($connection:expr, $body:expr) => {
        diesel_async::AsyncConnection::transaction($connection, $body).await
    };
}

pub(super) mod postgres;
#[expect(
    clippy::duplicate_mod,
    reason = "the point: the same queries for the other connection type"
)]
pub(super) mod sqlite;

/// How long a call goes on trying a database that is unavailable.
pub(super) struct Tries {
    until: Instant,
    pauses: ExponentialBackoff,
}

impl Tries {
    pub(super) fn within(limit: Duration) -> Self {
        Self {
            until: Instant::now() + limit,
            pauses: exponential(Duration::from_millis(100), Duration::from_secs(2)),
        }
    }

    /// Time for what is tried next.
    pub(super) fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    /// Waits a little, twice as long each time, where trying again may help; `false` where not, or where it has been tried
    /// for long enough.
    pub(super) async fn again_after(&mut self, error: &StoreError) -> bool {
        let StoreError::Unavailable(cause) = error else {
            return false;
        };
        // There is always a next one.
        let pause = self.pauses.next().unwrap_or_default();
        if Instant::now() + pause > self.until {
            return false;
        }
        tracing::warn!(cause, "the database is unavailable: trying again");
        tokio::time::sleep(pause).await;
        true
    }
}
