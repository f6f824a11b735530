//! Models that are gone or out of quota, remembered until they come back. In memory: a restart tries them again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Which models are not tried, and until when.
#[derive(Debug, Default)]
pub struct Memory {
    until: Mutex<HashMap<(&'static str, String), Instant>>,
}

/// In place of a model: the whole provider.
const WHOLE: &str = "";

impl Memory {
    #[must_use]
    pub fn may_try(&self, provider: &'static str, model: &str) -> bool {
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        until.retain(|_, end| *end > now);
        !until.contains_key(&(provider, model.to_owned())) && !until.contains_key(&(provider, WHOLE.to_owned()))
    }

    /// Pauses one model, or with `None` the provider.
    pub fn pause(&self, provider: &'static str, model: Option<&str>, length: Duration) {
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.insert((provider, model.unwrap_or(WHOLE).to_owned()), Instant::now() + length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_comes_back() {
        let memory = Memory::default();
        memory.pause("gemini", Some("a"), Duration::from_secs(60));
        assert!(!memory.may_try("gemini", "a") && memory.may_try("gemini", "b"));
        memory.pause("gemini", Some("a"), Duration::ZERO);
        assert!(memory.may_try("gemini", "a"));
        memory.pause("gemini", None, Duration::from_secs(60));
        assert!(!memory.may_try("gemini", "b") && memory.may_try("openrouter", "b"));
    }
}
