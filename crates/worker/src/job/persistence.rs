//! The time for which a refused report is sent again.
//!
//! The worker waits for an API that is unavailable as a whole: the report is worth more than the time. It does not wait
//! for an API that accepts heartbeats but not the report, because the scan would never finish.

use std::time::Duration;

use tokio::time::Instant;

/// The same report was answered with "internal error" this often: the next answer would be the same. With the pauses between
/// them they take about 8 s, longer than a database needs to change places with its stand-by.
const MAX_FAULTS: u32 = 6;

/// A report does not get through for this long, although heartbeats do.
const MAX_STUCK: Duration = Duration::from_secs(10 * 60);

#[derive(Debug, Default)]
pub(super) struct Persistence {
    faults: u32,
    stuck: Option<Stuck>,
}

/// A row of attempts that failed while heartbeats were answered.
#[derive(Debug)]
struct Stuck {
    since: Instant,
    last: Instant,
}

impl Persistence {
    /// The API answered with a fault of its own; `true` where it is to be tried once more.
    pub(super) fn after_fault(&mut self) -> bool {
        self.faults += 1;
        self.faults < MAX_FAULTS
    }

    /// An attempt was not answered at `now`; `true` where it is to be tried once more. `confirmed`: when the API answered the
    /// latest heartbeat.
    pub(super) fn after_silence(&mut self, now: Instant, confirmed: Instant) -> bool {
        match &mut self.stuck {
            Some(stuck) if confirmed > stuck.last => {
                stuck.last = now;
                now - stuck.since < MAX_STUCK
            }
            // The first attempt, or the API was unavailable as a whole since the one before.
            stuck => {
                *stuck = Some(Stuck { since: now, last: now });
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_repeated_a_few_times() {
        let mut persistence = Persistence::default();
        let tries = (0..20).take_while(|_| persistence.after_fault()).count();
        assert_eq!(tries, 5);
    }

    #[test]
    fn an_api_that_is_unavailable_is_waited_for_and_one_that_takes_only_heartbeats_is_not() {
        let (start, minute) = (Instant::now(), Duration::from_secs(60));
        let mut unavailable = Persistence::default();
        for minutes in 0..1_000 {
            assert!(unavailable.after_silence(start + minute * minutes, start));
        }
        let mut stuck = Persistence::default();
        let mut at = |minutes: u32| stuck.after_silence(start + minute * minutes, start + minute * minutes);
        assert!((0..10).all(&mut at));
        assert!(!at(10));
        // Two short outages of the report's way, with an outage of all between them.
        let mut twice = Persistence::default();
        assert!(twice.after_silence(start, start));
        assert!(twice.after_silence(start + minute * 9, start + minute * 9));
        assert!(twice.after_silence(start + minute * 20, start));
        assert!(twice.after_silence(start + minute * 29, start + minute * 29));
    }
}
