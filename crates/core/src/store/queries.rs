//! All queries, compiled once for each connection type.
//!
//! Diesel's `MultiConnection` does not work with diesel-async, and a function generic over the connection would need a page
//! of bounds for every query. So each file of `queries/` is a module twice: it says `super::Connection` and
//! `transaction!`, and gets the type and the SQL of the backend it stands in.

use std::time::{Duration, Instant};

pub(super) mod postgres;
#[expect(
    clippy::duplicate_mod,
    reason = "the point: the same queries for the other connection type"
)]
pub(super) mod sqlite;

/// How long a call goes on trying a database that is away.
pub(super) struct Patience {
    until: Instant,
    pause: Duration,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self {
            until: Instant::now() + super::WAKE_UP_TIMEOUT,
            pause: Duration::from_millis(100),
        }
    }

    /// Waits a little, twice as long each time; `false` when it has lasted long enough.
    pub(super) async fn lasts(&mut self, cause: &str) -> bool {
        if Instant::now() + self.pause > self.until {
            return false;
        }
        tracing::warn!(cause, "the database is away: trying again");
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(Duration::from_secs(2));
        true
    }
}
