//! The one guarded counter: how much is in use, in all and by each key.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Amounts in use, by key. A key that uses nothing takes no memory.
#[derive(Debug)]
pub struct Usage<K>(Mutex<Amounts<K>>);

#[derive(Debug)]
struct Amounts<K> {
    total: usize,
    by_key: HashMap<K, usize>,
}

impl<K> Default for Usage<K> {
    fn default() -> Self {
        Self(Mutex::new(Amounts {
            total: 0,
            by_key: HashMap::new(),
        }))
    }
}

/// An amount in use until it is dropped.
#[derive(Debug)]
pub struct UsageGuard<K: Eq + Hash> {
    usage: Arc<Usage<K>>,
    key: K,
    amount: usize,
}

impl<K: Eq + Hash + Clone> Usage<K> {
    /// Takes `amount` for `key`. `check` decides, by what is in use in all and by this key.
    ///
    /// # Errors
    /// That of `check`; nothing is taken then.
    pub fn take<E>(
        self: &Arc<Self>,
        key: K,
        amount: usize,
        check: impl FnOnce(usize, usize) -> Result<(), E>,
    ) -> Result<UsageGuard<K>, E> {
        let mut amounts = self.lock();
        let own = amounts.by_key.get(&key).copied().unwrap_or_default();
        check(amounts.total, own)?;
        amounts.total += amount;
        amounts.by_key.insert(key.clone(), own + amount);
        drop(amounts);
        Ok(UsageGuard {
            usage: Arc::clone(self),
            key,
            amount,
        })
    }
}

impl<K> Usage<K> {
    /// Returns the amount in use by all keys.
    pub fn total(&self) -> usize {
        self.lock().total
    }

    /// Returns the number of keys that use something.
    pub fn keys(&self) -> usize {
        self.lock().by_key.len()
    }

    fn lock(&self) -> MutexGuard<'_, Amounts<K>> {
        // Nothing panics between the two changes.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash> Drop for UsageGuard<K> {
    fn drop(&mut self) {
        let mut amounts = self.usage.lock();
        amounts.total -= self.amount;
        if let Some(own) = amounts.by_key.get_mut(&self.key) {
            *own -= self.amount;
            if *own == 0 {
                amounts.by_key.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_behind() {
        let usage = Arc::new(Usage::default());
        let at_most = |most: usize| move |_: usize, own: usize| if own < most { Ok(()) } else { Err(own) };
        let first = usage.take("a", 1, at_most(2)).expect("free");
        let second = usage.take("a", 1, at_most(2)).expect("free");
        assert_eq!(usage.take("a", 1, at_most(2)).err(), Some(2));
        let other = usage.take("b", 5, at_most(2)).expect("another key");
        assert_eq!((usage.total(), usage.keys()), (7, 2));
        drop(first);
        assert!(usage.take("a", 1, at_most(2)).is_ok(), "given back");
        drop((second, other));
        assert_eq!((usage.total(), usage.keys()), (0, 0));
    }

    #[test]
    fn threads_take_and_give_back_the_same() {
        let usage = Arc::new(Usage::default());
        std::thread::scope(|scope| {
            for key in 0..4_usize {
                let usage = &usage;
                scope.spawn(move || {
                    for amount in 0..1_000 {
                        let guard = usage.take(key % 2, amount, |_, _| Ok::<(), ()>(()));
                        assert!(guard.is_ok());
                    }
                });
            }
        });
        assert_eq!((usage.total(), usage.keys()), (0, 0));
    }
}
