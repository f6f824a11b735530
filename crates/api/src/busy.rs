//! How many requests of one client are answered at a time.
//!
//! Who sends a body slowly, or asks for a hundred reports at once, holds up nobody but itself. Event streams are counted by
//! themselves, in `events.rs`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// More than a browser opens, and than a script needs.
pub const MAX_AT_A_TIME: usize = 64;

#[derive(Default)]
pub struct Busy(Mutex<HashMap<u128, usize>>);

/// One request that is being answered, until it is dropped.
pub struct Held {
    busy: Arc<Busy>,
    client: u128,
}

impl Busy {
    /// `None`: this client has enough of them.
    pub fn hold(self: &Arc<Self>, client: u128) -> Option<Held> {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = map.entry(client).or_default();
        if *count >= MAX_AT_A_TIME {
            return None;
        }
        *count += 1;
        Some(Held {
            busy: Arc::clone(self),
            client,
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut map = self.busy.0.lock().unwrap_or_else(PoisonError::into_inner);
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
    use super::*;

    #[test]
    fn one_client_holds_up_no_other_and_leaves_nothing_behind() {
        let busy = Arc::new(Busy::default());
        let held: Vec<_> = (0..MAX_AT_A_TIME).filter_map(|_| busy.hold(1)).collect();
        assert_eq!(held.len(), MAX_AT_A_TIME);
        assert!(busy.hold(1).is_none());
        assert!(busy.hold(2).is_some(), "another client");
        drop(held);
        assert!(busy.hold(1).is_some());
        assert!(busy.0.lock().expect("no panic").is_empty());
    }
}
