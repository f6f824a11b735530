//! Waiting longer after each failure.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

/// Doubles from the first wait to the longest, each shortened at random by up to a half, so that many workers do not come
/// back at the same moment.
#[derive(Debug, Clone)]
pub struct Backoff {
    next: Duration,
    longest: Duration,
}

impl Backoff {
    #[must_use]
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { next: first, longest }
    }

    pub async fn wait(&mut self) {
        tokio::time::sleep(self.step()).await;
    }

    fn step(&mut self) -> Duration {
        let length = self.next;
        self.next = (length * 2).min(self.longest);
        // Each `RandomState` has new random keys: enough chance for this, without a crate.
        let random = RandomState::new().hash_one(0) % 512;
        length.mul_f64(1.0 - random as f64 / 1024.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_to_the_longest_and_keeps_to_its_bounds() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_millis(400));
        for full in [100, 200, 400, 400, 400] {
            let step = backoff.step();
            assert!(
                step > Duration::from_millis(full / 2) && step <= Duration::from_millis(full),
                "{step:?}"
            );
        }
    }
}
