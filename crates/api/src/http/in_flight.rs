//! How many requests of one client are answered at a time.
//!
//! Who sends a body slowly, or asks for a hundred reports at once, holds up nobody but itself. Event streams are counted by
//! themselves, in `events.rs`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use repolens_core::settings::Rate;

/// More than a browser opens, and than a script needs.
const ENOUGH: usize = 64;

/// Of a client that may ask as often as it likes: one behind a proxy, or on this machine, whose connections are not bounded,
/// must not take all.
pub const UNLIMITED: usize = 1_000;

pub struct InFlight {
    clients: Mutex<HashMap<u128, usize>>,
    /// For each of them.
    most: usize,
}

/// One request that is being answered, until it is dropped.
pub struct InFlightGuard {
    in_flight: Arc<InFlight>,
    client: u128,
}

impl InFlight {
    /// Whoever lets a client ask more often lets it have more requests open.
    pub fn new(rate: Option<Rate>) -> Self {
        let most = match rate {
            Some(rate) => usize::try_from(rate.count).unwrap_or(usize::MAX).max(ENOUGH),
            None => UNLIMITED,
        };
        Self {
            clients: Mutex::default(),
            most,
        }
    }

    /// `None`: this client has enough of them. It may have at least `least`.
    pub fn enter(self: &Arc<Self>, client: u128, least: usize) -> Option<InFlightGuard> {
        let mut map = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let count = map.entry(client).or_default();
        if *count >= self.most.max(least) {
            return None;
        }
        *count += 1;
        Some(InFlightGuard {
            in_flight: Arc::clone(self),
            client,
        })
    }
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        let mut map = self.in_flight.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = map.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                map.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn one_client_holds_up_no_other_and_leaves_nothing_behind() {
        let rate = Rate {
            count: 70,
            per: Duration::from_secs(1),
        };
        let in_flight = Arc::new(InFlight::new(Some(rate)));
        let held: Vec<_> = (0..in_flight.most).filter_map(|_| in_flight.enter(1, 0)).collect();
        assert_eq!(held.len(), 70);
        assert!(in_flight.enter(1, 0).is_none());
        assert!(in_flight.enter(2, 0).is_some(), "another client");
        drop(held);
        assert!(in_flight.enter(1, 0).is_some());
        assert!(in_flight.clients.lock().expect("no panic").is_empty());
    }
}
