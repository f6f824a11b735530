//! Delays between retries.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

/// Delays without end: the first is `first` to twice as long, each next one twice the one before up to `longest`, with as
/// much again at random, so that many clients do not come back at the same moment.
#[must_use]
pub fn exponential(first: Duration, longest: Duration) -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(first)
        .with_max_delay(longest)
        .without_max_times()
        .with_jitter()
        .build()
}

/// Waits for the next of the `delays`.
pub async fn wait(delays: &mut ExponentialBackoff) {
    // There is always a next one.
    tokio::time::sleep(delays.next().unwrap_or_default()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_the_longest_and_go_on() {
        let (first, longest) = (Duration::from_millis(100), Duration::from_millis(400));
        let delays: Vec<Duration> = exponential(first, longest).take(100).collect();
        assert_eq!(delays.len(), 100);
        for (delay, full) in delays.iter().zip([100, 200, 400, 400, 400]) {
            let full = Duration::from_millis(full);
            assert!((full..=2 * full).contains(delay), "{delay:?} for {full:?}");
        }
    }
}
