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

/// The least time between two sweeps of a full table: with as many addresses as it has, an attacker would
/// otherwise have all of it swept with each request.
const SWEEP: Duration = Duration::from_secs(1);

/// The state of each client.
struct Clients<V> {
    of: HashMap<u128, V>,
    swept: Option<Instant>,
}

impl<V> Default for Clients<V> {
    fn default() -> Self {
        Self {
            of: HashMap::new(),
            swept: None,
        }
    }
}

impl<V> Clients<V> {
    /// Whether there is a place for this client. Entries that are no longer `kept` are removed.
    fn has_place(&mut self, client: u128, now: Instant, kept: impl Fn(&V) -> bool) -> bool {
        if self.of.len() < MAX_CLIENTS || self.of.contains_key(&client) {
            return true;
        }
        if self.swept.is_none_or(|then| now >= then + SWEEP) {
            self.of.retain(|_, value| kept(value));
            self.swept = Some(now);
        }
        self.of.len() < MAX_CLIENTS
    }
}

pub struct Limiter {
    rate: Rate,
    used_until: Mutex<Clients<Instant>>,
}

/// The allowance of a client, as its answers state it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub limit: u32,
    pub remaining: u32,
    /// Until the whole allowance is restored; where nothing remains, until one request is.
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
        let mut clients = self.used_until.lock().unwrap_or_else(PoisonError::into_inner);
        let key = if clients.has_place(client, now, |used_until| *used_until > now) {
            client
        } else {
            SHARED
        };
        let used_until = clients.of.get(&key).copied().unwrap_or(now).max(now) + one;
        let over = (used_until - now).saturating_sub(self.rate.per);
        if !over.is_zero() {
            return Allowance {
                limit: self.rate.count,
                remaining: 0,
                reset: over,
                allowed: false,
            };
        }
        clients.of.insert(key, used_until);
        let left = self.rate.per - (used_until - now);
        Allowance {
            limit: self.rate.count,
            remaining: u32::try_from(left.as_nanos() / one.as_nanos().max(1)).unwrap_or(u32::MAX),
            reset: used_until - now,
            allowed: true,
        }
    }
}

/// This instance's shares of an allowance that several instances have in common.
pub struct Shares {
    pub rate: Rate,
    given: Mutex<Clients<Share>>,
}

struct Share {
    left: u32,
    /// More is not to be had before `until`.
    used_up: bool,
    until: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    One,
    /// Nothing is left for so long.
    NoneUntil(Duration),
}

impl Shares {
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            given: Mutex::default(),
        }
    }

    /// How many to ask for: few enough that what one instance does not use is not missed by the others.
    pub fn at_a_time(&self) -> u32 {
        (self.rate.count / 12).max(1)
    }

    /// Takes one of what was given; `None`: more is to be asked for.
    pub fn take(&self, client: u128, now: Instant) -> Option<Taken> {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let share = given.of.get_mut(&client).filter(|share| share.until > now)?;
        if share.left > 0 {
            share.left -= 1;
            return Some(Taken::One);
        }
        share.used_up.then(|| Taken::NoneUntil(share.until - now))
    }

    /// Records that `more` were granted, of which one is taken, until the window ends.
    pub fn given(&self, client: u128, more: u32, resets_in: Duration, now: Instant) -> Taken {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        if !given.has_place(client, now, |share| share.until > now) {
            // Each request needs a grant of its own.
            return if more > 0 {
                Taken::One
            } else {
                Taken::NoneUntil(resets_in)
            };
        }
        let share = given.of.entry(client).or_insert(Share {
            left: 0,
            used_up: false,
            until: now,
        });
        if share.until <= now {
            share.left = 0;
        }
        share.until = now + resets_in;
        share.left = share.left.saturating_add(more);
        share.used_up = more < self.at_a_time();
        if share.left == 0 {
            return Taken::NoneUntil(resets_in);
        }
        share.left -= 1;
        Taken::One
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
        let map = limiter.used_until.lock().expect("no panic").of.len();
        assert!(map <= MAX_CLIENTS + 1, "{map}");
        assert!(
            limiter.take(7_000_000, start + Duration::from_secs(61)).allowed,
            "room again"
        );
    }

    /// Otherwise each request of one address too many would cost a sweep over all of them.
    #[test]
    fn a_full_table_is_swept_once_a_second() {
        let mut clients = Clients::<()>::default();
        let start = Instant::now();
        let visited = std::cell::Cell::new(0);
        let mut ask = |client: u128, now: Instant| {
            let place = clients.has_place(client, now, |()| {
                visited.set(visited.get() + 1);
                true
            });
            if place {
                clients.of.insert(client, ());
            }
            place
        };
        for client in 0..MAX_CLIENTS as u128 {
            assert!(ask(client, start));
        }
        for client in 0..1_000 {
            assert!(ask(client, start), "one that is known");
            assert!(!ask(1_000_000 + client, start));
        }
        assert_eq!(visited.get(), MAX_CLIENTS);
        assert!(!ask(2_000_000, start + SWEEP));
        assert_eq!(visited.get(), 2 * MAX_CLIENTS);
    }

    #[test]
    fn a_share_is_used_up_before_more_is_requested() {
        let shares = Shares::new(Rate {
            count: 24,
            per: Duration::from_secs(60),
        });
        let (start, minute) = (Instant::now(), Duration::from_secs(60));
        assert_eq!(shares.at_a_time(), 2);
        assert_eq!(shares.take(1, start), None, "nothing was given yet");
        assert_eq!(shares.given(1, 2, minute, start), Taken::One);
        assert_eq!(shares.take(1, start), Some(Taken::One));
        assert_eq!(shares.take(1, start), None, "more may be had");
        assert_eq!(shares.given(1, 1, minute, start), Taken::One, "the last of all");
        assert_eq!(shares.take(1, start), Some(Taken::NoneUntil(minute)), "no request");
        assert_eq!(shares.take(2, start), None, "another client");
        assert_eq!(shares.given(2, 0, minute, start), Taken::NoneUntil(minute));
        assert_eq!(shares.take(1, start + minute), None, "a new window");
        assert_eq!(shares.given(1, 2, minute, start + minute), Taken::One);
        assert_eq!(shares.take(1, start + minute), Some(Taken::One));
        assert_eq!(shares.take(1, start + minute), None);
    }
}
