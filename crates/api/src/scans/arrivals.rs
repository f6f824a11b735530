//! Waiting for something that can be claimed, without asking the database while nothing happens.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio::time::Instant;

use crate::http::problem::Problem;

/// The arrivals of one queue.
pub struct Arrivals {
    /// Counts the times at which something may have come into the queue.
    count: watch::Sender<u64>,
    /// The count at which the queue was last seen empty.
    seen_empty: AtomicU64,
    /// Those who wait take turns, so that one arrival does not wake all of them into the database.
    turn: Mutex<()>,
}

/// Above every count.
const NEVER: u64 = u64::MAX;

impl Arrivals {
    pub fn new() -> Self {
        Self {
            count: watch::Sender::new(0),
            seen_empty: AtomicU64::new(NEVER),
            turn: Mutex::new(()),
        }
    }

    /// Something may have come into the queue.
    pub fn announce(&self) {
        self.count.send_modify(|count| *count += 1);
    }

    /// What `take` returns, called again after each arrival for up to `wait`. `None`: nothing came, or the process is
    /// stopping.
    pub async fn claim<T>(
        &self,
        wait: Duration,
        mut stopping: watch::Receiver<bool>,
        take: impl AsyncFn() -> Result<Option<T>, Problem>,
    ) -> Result<Option<T>, Problem> {
        let until = Instant::now() + wait;
        let mut arrivals = self.count.subscribe();
        loop {
            if *stopping.borrow_and_update() {
                return Ok(None);
            }
            if let Some(taken) = self.try_claim(&mut arrivals, &take).await? {
                return Ok(Some(taken));
            }
            tokio::select! {
                _ = arrivals.changed() => {}
                _ = stopping.changed() => {}
                () = tokio::time::sleep_until(until) => return Ok(None),
            }
        }
    }

    async fn try_claim<T>(
        &self,
        arrivals: &mut watch::Receiver<u64>,
        take: &impl AsyncFn() -> Result<Option<T>, Problem>,
    ) -> Result<Option<T>, Problem> {
        let _turn = self.turn.lock().await;
        // Read before the query: what comes in during it is not missed.
        let count = *arrivals.borrow_and_update();
        if self.seen_empty.load(Ordering::Acquire) == count {
            return Ok(None);
        }
        let taken = take().await?;
        if taken.is_none() {
            self.seen_empty.store(count, Ordering::Release);
        }
        Ok(taken)
    }
}
