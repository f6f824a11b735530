//! Text as it is shown, logged and written: timestamps, secrets, and text of strangers.

pub mod plain_text;
pub mod secret;
pub mod timestamp;
