//! Text as it is shown, logged and written: timestamps, secrets, chains of errors, and text of strangers.

pub mod error_chain;
pub mod plain_text;
pub mod secret;
pub mod timestamp;
