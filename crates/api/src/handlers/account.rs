//! What a user keeps: favorites, API keys, webhooks.

pub mod favorites;
pub mod keys;
pub mod webhooks;
