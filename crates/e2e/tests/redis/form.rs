//! Each fault has two forms: a short one that every run of the tests affords, and the one of full length.

use std::time::Duration;

/// Whether the full length is asked for: by `FAULTS=long`, which `scripts/soak faults` sets.
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says how long")]
pub fn is_long() -> bool {
    match std::env::var("FAULTS") {
        Ok(form) if form == "long" => true,
        Ok(form) => panic!("`FAULTS` is `{form}`: it can only be `long`"),
        Err(_) => false,
    }
}

pub fn seconds(short: u64, long: u64) -> Duration {
    Duration::from_secs(if is_long() { long } else { short })
}

pub fn rounds(short: usize, long: usize) -> usize {
    if is_long() { long } else { short }
}

/// What a long form has found, for whoever reads its output.
pub fn report(what: &str, found: impl std::fmt::Display) {
    #[expect(clippy::print_stdout, reason = "the figures are the purpose of the long form")]
    {
        println!("FAULT {what}: {found}");
    }
}
