//! Each fault has two forms: a short one that every run of the tests affords, and the one of full length.

use std::time::Duration;

use repolens_testkit::size::is_full;

pub fn seconds(short: u64, long: u64) -> Duration {
    Duration::from_secs(if is_full() { long } else { short })
}

/// What a long form has found, for whoever reads its output.
pub fn report(what: &str, found: impl std::fmt::Display) {
    #[expect(clippy::print_stdout, reason = "the figures are the purpose of the long form")]
    {
        println!("FAULT {what}: {found}");
    }
}
