//! How large a check is: small among all the other tests, and in full where `TEST_SIZE=full` (`scripts/soak`).

use std::fmt;
use std::time::Duration;

#[expect(clippy::disallowed_methods, reason = "the size of the tests is set by a variable")]
pub fn is_full() -> bool {
    match std::env::var("TEST_SIZE") {
        Ok(size) if size == "full" => true,
        Ok(size) => panic!("`TEST_SIZE` is `{size}`: it can only be `full`"),
        Err(_) => false,
    }
}

pub fn times(small: usize, full: usize) -> usize {
    if is_full() { full } else { small }
}

/// Prints the result of a full check, for `scripts/soak queue` to show.
pub fn report(check: u32, found: &str) {
    if is_full() {
        #[expect(clippy::print_stdout, reason = "it is what the check in full is run for")]
        {
            println!("\ncheck {check}: {found}");
        }
    }
}

/// Times that were measured.
#[derive(Default)]
pub struct Spans(Vec<Duration>);

impl Spans {
    pub fn add(&mut self, span: Duration) {
        self.0.push(span);
    }

    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Holds them to a limit, in full only: among all the other tests, on a machine that is busy, slowness is no fault.
    pub fn within(&self, limit: Duration) {
        assert!(
            !is_full() || self.0.iter().all(|span| *span <= limit),
            "{limit:?}: {self}"
        );
    }
}

impl fmt::Display for Spans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted = self.0.clone();
        sorted.sort();
        let (Some(longest), median) = (sorted.last(), sorted.get(sorted.len() / 2).copied().unwrap_or_default()) else {
            return f.write_str("nothing measured");
        };
        let seconds = |span: Duration| span.as_secs_f64();
        write!(
            f,
            "median {:.2} s, longest {:.2} s of {}",
            seconds(median),
            seconds(*longest),
            sorted.len()
        )
    }
}
