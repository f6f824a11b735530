//! When the worker is started again, and when that is given up for a crash loop.
//!
//! Two rules with two memories. The delay grows with the crashes *in a row* and is forgotten after a stretch of good
//! life. The crash loop counts crashes *in a window of time*. Were they one rule, a delay at its cap would keep the count
//! from ever being reached.

use std::collections::VecDeque;
use std::time::Duration;

/// The settings of restarts.
#[derive(Clone, Debug)]
pub struct Restarts {
    /// The delay before the second restart in a row.
    pub delay: Duration,
    pub delay_max: Duration,
    /// A life of this length is a good one.
    pub stable_after: Duration,
    /// The number of crashes within a duration that make a crash loop.
    pub crash_loop: Option<(u32, Duration)>,
}

/// The state after the crashes so far.
#[derive(Clone, Debug, Default)]
pub struct CrashHistory {
    in_a_row: u32,
    recent: VecDeque<Duration>,
    looping: bool,
}

/// The reaction to a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestartDecision {
    /// How long to wait before the next start.
    pub after: Duration,
    /// This crash made it a crash loop.
    pub entered_loop: bool,
}

impl CrashHistory {
    /// Counts a crash at `now` after a life of `lived`. `jitter` is a random number from 0 to 1.
    pub fn crashed(&mut self, rules: &Restarts, now: Duration, lived: Duration, jitter: f64) -> RestartDecision {
        if lived >= rules.stable_after {
            *self = Self::default();
        }
        let delay = delay(rules, self.in_a_row, jitter);
        self.in_a_row = self.in_a_row.saturating_add(1);
        let mut entered_loop = false;
        if let Some((count, window)) = rules.crash_loop {
            self.recent.push_back(now);
            while self.recent.front().is_some_and(|crash| *crash + window < now) {
                self.recent.pop_front();
            }
            if self.recent.len() >= count as usize {
                entered_loop = !self.looping;
                self.looping = true;
                self.recent.pop_front();
            }
        }
        // In a crash loop the retries go on, at the slowest pace.
        RestartDecision {
            after: if self.looping { rules.delay_max } else { delay },
            entered_loop,
        }
    }

    pub fn looping(&self) -> bool {
        self.looping
    }

    /// The worker has lived well for long enough.
    pub fn recovered(&mut self) {
        *self = Self::default();
    }
}

/// None at first, then `delay · 2ⁿ` up to the maximum, of which a random part from the half to the whole is taken.
fn delay(rules: &Restarts, in_a_row: u32, jitter: f64) -> Duration {
    let Some(doublings) = in_a_row.checked_sub(1) else {
        return Duration::ZERO;
    };
    let whole = rules.delay.saturating_mul(1 << doublings.min(30)).min(rules.delay_max);
    whole.mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{CrashHistory, Restarts};

    fn rules() -> Restarts {
        Restarts {
            delay: Duration::from_millis(500),
            delay_max: Duration::from_secs(30),
            stable_after: Duration::from_secs(60),
            crash_loop: Some((8, Duration::from_secs(120))),
        }
    }

    #[test]
    fn the_first_restart_is_at_once_and_the_others_wait_longer_and_longer() {
        let rules = Restarts {
            crash_loop: None,
            ..rules()
        };
        let mut history = CrashHistory::default();
        let delays: Vec<u128> = (0..10)
            .map(|_| {
                history
                    .crashed(&rules, Duration::ZERO, Duration::ZERO, 1.0)
                    .after
                    .as_millis()
            })
            .collect();
        assert_eq!(delays, [0, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
        assert_eq!(
            history
                .crashed(&rules, Duration::ZERO, Duration::from_secs(60), 1.0)
                .after,
            Duration::ZERO
        );
    }

    #[test]
    fn a_worker_that_dies_at_once_reaches_the_crash_loop() {
        let (rules, mut history, mut now) = (rules(), CrashHistory::default(), Duration::ZERO);
        for crash in 1..=8 {
            let verdict = history.crashed(&rules, now, Duration::from_millis(10), 1.0);
            assert_eq!(verdict.entered_loop, crash == 8, "crash {crash}");
            now += verdict.after + Duration::from_millis(10);
        }
        assert!(now < Duration::from_secs(120));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Random lives, and after each of them what must hold.
        #[test]
        fn any_history(lives in proptest::collection::vec((0u64..100_000, 0.0f64..1.0), 1..80)) {
            let rules = rules();
            let (mut history, mut now, mut row) = (CrashHistory::default(), Duration::ZERO, 0u32);
            let mut crashes: Vec<Duration> = Vec::new();
            for (life, jitter) in lives {
                let lived = Duration::from_millis(life);
                now += lived;
                if lived >= rules.stable_after {
                    row = 0;
                    crashes.clear();
                }
                crashes.push(now);
                let was_looping = history.looping() && row > 0;
                let verdict = history.crashed(&rules, now, lived, jitter);
                let whole = if row == 0 { Duration::ZERO } else { rules.delay.saturating_mul(1 << (row - 1).min(30)).min(rules.delay_max) };
                let in_window = crashes.iter().filter(|crash| **crash + Duration::from_secs(120) >= now).count();
                if history.looping() {
                    prop_assert_eq!(verdict.after, rules.delay_max);
                } else {
                    prop_assert!(verdict.after <= whole && verdict.after >= whole.mul_f64(0.499_999));
                }
                prop_assert_eq!(verdict.entered_loop, !was_looping && in_window >= 8);
                prop_assert_eq!(history.looping(), was_looping || in_window >= 8);
                row += 1;
                now += verdict.after;
            }
        }
    }
}
