//! Coalesces concurrent lookups of the same thing into one query.
//!
//! A scan that a thousand pages watch, or a badge on a page that many read, would cost a thousand queries. Here a caller
//! that comes while the same scan is being read waits for the next lookup, which begins after that one, and all waiting
//! callers share it. So every answer is at least as new as its request.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

pub struct Coalescer<K, V>(Mutex<HashMap<K, Asked<V>>>);

/// The line for one thing, and how many are in it.
struct Asked<V> {
    line: Arc<Line<V>>,
    by: usize,
}

/// All who ask for one thing now.
struct Line<V> {
    /// Held while the thing is read.
    turn: tokio::sync::Mutex<()>,
    /// The lookup that has not begun.
    next: Mutex<Arc<OnceCell<V>>>,
}

impl<K, V> Default for Coalescer<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V> Default for Asked<V> {
    fn default() -> Self {
        Self {
            line: Arc::default(),
            by: 0,
        }
    }
}

impl<V> Default for Line<V> {
    fn default() -> Self {
        Self {
            turn: tokio::sync::Mutex::default(),
            next: Mutex::default(),
        }
    }
}

impl<V> Line<V> {
    /// A lookup begins: callers from now on may know of a change that is too late for it.
    fn close(&self, lookup: &Arc<OnceCell<V>>) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&next, lookup) {
            *next = Arc::default();
        }
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Coalescer<K, V> {
    /// Returns the result of a `lookup` of this thing that begins after the call.
    pub async fn at(&self, key: &K, lookup: impl Future<Output = V>) -> V {
        let place = Place::of(self, key);
        let line = &place.line;
        let next = Arc::clone(&line.next.lock().unwrap_or_else(PoisonError::into_inner));
        let seen = next.get_or_init(|| async {
            let _turn = line.turn.lock().await;
            line.close(&next);
            lookup.await
        });
        seen.await.clone()
    }
}

/// In a line, which is forgotten when the last one leaves it, also one who hangs up.
struct Place<'a, K: Eq + Hash + Clone, V> {
    coalescer: &'a Coalescer<K, V>,
    key: &'a K,
    line: Arc<Line<V>>,
}

impl<'a, K: Eq + Hash + Clone, V> Place<'a, K, V> {
    fn of(coalescer: &'a Coalescer<K, V>, key: &'a K) -> Self {
        let mut lines = coalescer.0.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = lines.entry(key.clone()).or_default();
        asked.by += 1;
        let line = Arc::clone(&asked.line);
        Self { coalescer, key, line }
    }
}

impl<K: Eq + Hash + Clone, V> Drop for Place<'_, K, V> {
    fn drop(&mut self) {
        let mut lines = self.coalescer.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Counted under the lock: this one lets go of the line itself only afterwards, when another may be leaving too.
        if let Some(asked) = lines.get_mut(self.key) {
            asked.by -= 1;
            if asked.by == 0 {
                lines.remove(self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::future::join_all;
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn callers_during_a_lookup_share_the_next_one() {
        let coalescer = Coalescer::<&str, u32>::default();
        let (state, count) = (AtomicU32::new(1), AtomicU32::new(0));
        let (begun, go_on) = (Notify::new(), Notify::new());
        let first = coalescer.at(&"scan", async {
            count.fetch_add(1, Ordering::SeqCst);
            let seen = state.load(Ordering::SeqCst);
            begun.notify_one();
            go_on.notified().await;
            seen
        });
        let later = async {
            begun.notified().await;
            state.store(2, Ordering::SeqCst);
            let all = join_all((0..100).map(|_| {
                coalescer.at(&"scan", async {
                    count.fetch_add(1, Ordering::SeqCst);
                    state.load(Ordering::SeqCst)
                })
            }));
            let other = coalescer.at(&"other", async { 7 }).await;
            assert_eq!(other, 7, "another thing does not wait for this one");
            go_on.notify_one();
            all.await
        };
        let (first, later) = tokio::join!(first, later);
        assert_eq!(first, 1);
        assert!(later.iter().all(|seen| *seen == 2), "{later:?}");
        assert_eq!(count.load(Ordering::SeqCst), 2);
        assert!(coalescer.0.lock().expect("no panic").is_empty());
    }

    #[test]
    fn the_last_one_is_the_last_though_another_is_still_going() {
        let coalescer = Coalescer::<&str, u32>::default();
        let place = Place::of(&coalescer, &"scan");
        // Another thread may still hold it for a moment after it has left.
        let going = Arc::clone(&place.line);
        drop(place);
        assert!(coalescer.0.lock().expect("no panic").is_empty());
        drop(going);
    }

    #[tokio::test]
    async fn a_client_that_hangs_up_cancels_no_other() {
        let coalescer = Coalescer::<&str, u32>::default();
        let begun = Notify::new();
        {
            let mut first = Box::pin(coalescer.at(&"scan", async {
                begun.notify_one();
                std::future::pending().await
            }));
            tokio::select! {
                _ = &mut first => unreachable!("it waits for ever"),
                () = begun.notified() => {}
            }
            // It goes while it coalescer.
        }
        assert_eq!(coalescer.at(&"scan", async { 3 }).await, 3);
        assert!(coalescer.0.lock().expect("no panic").is_empty());
    }
}
