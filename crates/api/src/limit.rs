//! How often one client may ask.
//!
//! The generic cell rate algorithm: for each client one instant is kept, at which it would have used up what it was allowed.
//! A client may use its whole allowance at once and then gets it back evenly.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use repolens_core::settings::Rate;

/// Clients that are remembered. Beyond them all newcomers share one allowance, so that an attacker with many addresses
/// fills no memory.
const MAX_CLIENTS: usize = 20_000;

/// The allowance of all newcomers beyond [`MAX_CLIENTS`].
const SHARED: u128 = u128::MAX;

pub struct Limiter {
    rate: Rate,
    used_until: Mutex<HashMap<u128, Instant>>,
}

/// What a client is told of its allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub limit: u32,
    pub remaining: u32,
    /// Until the whole allowance is there again; where nothing remains, until one more is.
    pub reset: Duration,
    pub allowed: bool,
}

impl Limiter {
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            used_until: Mutex::default(),
        }
    }

    /// Takes one, if one is left.
    pub fn take(&self, client: u128, now: Instant) -> Allowance {
        let one = self.rate.per / self.rate.count;
        let mut map = self.used_until.lock().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= MAX_CLIENTS && !map.contains_key(&client) {
            map.retain(|_, used_until| *used_until > now);
        }
        let key = match map.len() >= MAX_CLIENTS && !map.contains_key(&client) {
            true => SHARED,
            false => client,
        };
        let used_until = map.get(&key).copied().unwrap_or(now).max(now) + one;
        let over = (used_until - now).saturating_sub(self.rate.per);
        if !over.is_zero() {
            return Allowance {
                limit: self.rate.count,
                remaining: 0,
                reset: over,
                allowed: false,
            };
        }
        map.insert(key, used_until);
        let left = self.rate.per - (used_until - now);
        Allowance {
            limit: self.rate.count,
            remaining: u32::try_from(left.as_nanos() / one.as_nanos().max(1)).unwrap_or(u32::MAX),
            reset: used_until - now,
            allowed: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_at_once_and_then_one_each_twelve_seconds() {
        let limiter = Limiter::new(Rate {
            count: 5,
            per: Duration::from_secs(60),
        });
        let start = Instant::now();
        for left in (0..5).rev() {
            let allowance = limiter.take(1, start);
            assert_eq!((allowance.allowed, allowance.remaining), (true, left));
        }
        let refused = limiter.take(1, start);
        assert_eq!((refused.allowed, refused.reset), (false, Duration::from_secs(12)));
        assert!(limiter.take(2, start).allowed, "another client");
        assert!(!limiter.take(1, start + Duration::from_secs(11)).allowed);
        assert!(limiter.take(1, start + Duration::from_secs(12)).allowed);
        assert!(!limiter.take(1, start + Duration::from_secs(13)).allowed);
    }

    #[test]
    fn many_addresses_fill_no_memory() {
        let limiter = Limiter::new(Rate {
            count: 5,
            per: Duration::from_secs(60),
        });
        let start = Instant::now();
        let allowed = (0..100_000)
            .filter(|client| limiter.take(*client, start).allowed)
            .count();
        assert_eq!(allowed, MAX_CLIENTS + 5);
        let map = limiter.used_until.lock().expect("no panic").len();
        assert!(map <= MAX_CLIENTS + 1, "{map}");
        assert!(
            limiter.take(7_000_000, start + Duration::from_secs(61)).allowed,
            "room again"
        );
    }
}
