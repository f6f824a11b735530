//! The recent results of checks of credentials, by their hashes.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Some megabytes at most; a caller that sends more tokens than this causes new requests.
const MOST: usize = 10_000;

pub struct Remembered<T> {
    known: Mutex<HashMap<[u8; 32], (T, Instant)>>,
    life: Duration,
}

impl<T: Clone> Remembered<T> {
    pub fn new(life: Duration) -> Self {
        Self {
            known: Mutex::default(),
            life,
        }
    }

    pub fn get(&self, hash: &[u8; 32]) -> Option<T> {
        let known = self.lock();
        let (value, until) = known.get(hash)?;
        (*until > Instant::now()).then(|| value.clone())
    }

    pub fn put(&self, hash: [u8; 32], value: T) {
        self.put_for(hash, value, self.life);
    }

    pub fn put_for(&self, hash: [u8; 32], value: T, life: Duration) {
        let now = Instant::now();
        let mut known = self.lock();
        if known.len() >= MOST {
            known.retain(|_, (_, until)| *until > now);
        }
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(hash, (value, now + life));
    }

    pub fn remove(&self, hash: &[u8; 32]) {
        self.lock().remove(hash);
    }

    pub fn forget(&self, which: impl Fn(&T) -> bool) {
        self.lock().retain(|_, (value, _)| !which(value));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], (T, Instant)>> {
        // Each change of the map is one call: it is whole even after a panic.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: usize) -> [u8; 32] {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_le_bytes());
        hash
    }

    #[test]
    fn what_is_old_or_forgotten_is_not_known() {
        let remembered = Remembered::new(Duration::from_secs(60));
        remembered.put(hash(1), "a");
        remembered.put_for(hash(2), "b", Duration::ZERO);
        assert_eq!((remembered.get(&hash(1)), remembered.get(&hash(2))), (Some("a"), None));
        remembered.forget(|value| *value == "a");
        assert_eq!(remembered.get(&hash(1)), None);
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let remembered = Remembered::new(Duration::from_secs(60));
        for number in 0..MOST + 5 {
            remembered.put(hash(number), ());
        }
        assert!(remembered.lock().len() <= MOST);
        assert!(remembered.get(&hash(MOST + 4)).is_some());
    }
}
