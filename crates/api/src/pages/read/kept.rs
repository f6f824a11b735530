//! A bounded cache of rendered parts of pages, by the report's digest.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of all that is kept.
const ALL: usize = 8 << 20;
/// Larger ones are made anew each time.
const EACH: usize = 1 << 20;

/// The parts that were used last, as many as fit.
#[derive(Default)]
pub struct Kept(Mutex<Parts>);

#[derive(Default)]
struct Parts {
    parts: HashMap<String, Part>,
    bytes: usize,
    clock: u64,
}

struct Part {
    text: Arc<str>,
    used: u64,
}

impl Kept {
    pub fn get(&self, key: &str) -> Option<Arc<str>> {
        let mut parts = self.lock();
        parts.clock += 1;
        let now = parts.clock;
        let part = parts.parts.get_mut(key)?;
        part.used = now;
        Some(Arc::clone(&part.text))
    }

    pub fn put(&self, key: String, text: Arc<str>) {
        let size = key.len() + text.len();
        if size > EACH {
            return;
        }
        let mut parts = self.lock();
        parts.clock += 1;
        let used = parts.clock;
        parts.bytes += size;
        if let Some(before) = parts.parts.insert(key.clone(), Part { text, used }) {
            parts.bytes -= key.len() + before.text.len();
        }
        while parts.bytes > ALL {
            let oldest = parts.parts.iter().min_by_key(|(_, part)| part.used);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else {
                break;
            };
            if let Some(part) = parts.parts.remove(&oldest) {
                parts.bytes -= oldest.len() + part.text.len();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Parts> {
        // No code panics while it has the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_used_stay_within_the_bound() {
        let kept = Kept::default();
        let text: Arc<str> = "x".repeat(EACH / 2).into();
        for number in 0..40 {
            kept.put(format!("{number}"), Arc::clone(&text));
            assert!(kept.get("0").is_some(), "it is used all the time");
        }
        assert!(kept.get("1").is_none() && kept.get("39").is_some());
        kept.put("39".into(), Arc::clone(&text));
        assert!(kept.lock().bytes <= ALL);
        let counted: usize = kept
            .lock()
            .parts
            .iter()
            .map(|(key, part)| key.len() + part.text.len())
            .sum();
        assert_eq!(kept.lock().bytes, counted);
        kept.put("large".into(), "x".repeat(EACH + 1).into());
        assert!(kept.get("large").is_none());
    }
}
