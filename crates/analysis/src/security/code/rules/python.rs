//! Python.

use super::*;

mod cryptography;
mod injection;
mod platform;

const PYTHON: &[&str] = &["python"];

/// The rules, by the kind of weakness.
pub static TABLES: [&[CodeRule]; 3] = [injection::RULES, cryptography::RULES, platform::RULES];
