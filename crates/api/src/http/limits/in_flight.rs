//! How many requests of one client are answered at a time.
//!
//! A client that sends a body slowly, or requests a hundred reports at once, delays only itself. Event streams are counted
//! separately, in `events.rs`.

use std::sync::Arc;

use repolens_core::settings::Rate;
use repolens_core::{Usage, UsageGuard};

/// More than a browser opens, and than a script needs.
const ENOUGH: usize = 64;

/// The limit of a client without a rate limit: one behind a proxy, or on this machine, whose connections are not
/// bounded, must not take all.
pub const UNLIMITED: usize = 1_000;

pub struct InFlight {
    clients: Arc<Usage<u128>>,
    /// The limit of each client.
    most: usize,
}

/// One request that is being answered, until it is dropped.
pub type InFlightGuard = UsageGuard<u128>;

impl InFlight {
    /// A client with a higher rate may also have more requests open.
    pub fn new(rate: Option<Rate>) -> Self {
        let most = match rate {
            Some(rate) => usize::try_from(rate.count).unwrap_or(usize::MAX).max(ENOUGH),
            None => UNLIMITED,
        };
        Self {
            clients: Arc::default(),
            most,
        }
    }

    /// Counts a request of a client; `None` where it has reached its limit, which is at least `least`.
    pub fn enter(&self, client: u128, least: usize) -> Option<InFlightGuard> {
        let most = self.most.max(least);
        let check = |_: usize, own: usize| if own < most { Ok(()) } else { Err(()) };
        self.clients.take(client, 1, check).ok()
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
        let in_flight = InFlight::new(Some(rate));
        let held: Vec<_> = (0..in_flight.most).filter_map(|_| in_flight.enter(1, 0)).collect();
        assert_eq!(held.len(), 70);
        assert!(in_flight.enter(1, 0).is_none());
        assert!(in_flight.enter(2, 0).is_some(), "another client");
        drop(held);
        assert!(in_flight.enter(1, 0).is_some());
        assert_eq!(in_flight.clients.keys(), 0);
    }
}
