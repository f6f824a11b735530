//! How much a process works, which distinguishes a busy process from a hung one.

use std::fs;
use std::time::{Duration, Instant};

use nix::unistd::Pid;

/// The kernel's unit of processor time in `/proc/PID/stat`, on every architecture of Linux.
const TICK: Duration = Duration::from_millis(10);
/// The part of the time, in percent, that a busy process works. The timers of an idle one take far less.
const BUSY_PERCENT: u32 = 2;

/// The work that the threads of a process had done at some moment.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    at: Instant,
    /// Processor time.
    ran: Duration,
    /// Processor time, and time in which a thread could have run but others did: a machine may be so loaded that a process
    /// gets next to nothing. Of the threads that live.
    runnable: Duration,
}

impl Work {
    pub fn of(process: Pid) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        Some(Self {
            at: Instant::now(),
            ran: TICK * ticks(&stat)?,
            runnable: runnable(process),
        })
    }

    /// Whether the process was busy from `self` until now.
    pub fn goes_on(self, process: Pid) -> bool {
        Self::of(process).is_some_and(|now| now.is_busy_since(self))
    }

    fn is_busy_since(self, before: Self) -> bool {
        let ran = self.ran.saturating_sub(before.ran);
        let runnable = self.runnable.saturating_sub(before.runnable);
        let elapsed = self.at.saturating_duration_since(before.at);
        ran.max(runnable) > elapsed * BUSY_PERCENT / 100
    }
}

/// User and system time: the 14th and 15th field. The second is the program's name, which may hold anything.
fn ticks(stat: &str) -> Option<u32> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u32>().ok();
    next()?.checked_add(next()?)
}

/// Zero where the kernel keeps no such account.
fn runnable(process: Pid) -> Duration {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else {
        return Duration::ZERO;
    };
    let nanoseconds = threads
        .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("schedstat")).ok())
        .flat_map(|text| {
            let mut fields = text.split_whitespace().filter_map(|field| field.parse::<u64>().ok());
            [fields.next(), fields.next()]
        })
        .flatten()
        .sum();
    Duration::from_nanos(nanoseconds)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use nix::unistd::getpid;

    use super::{Work, ticks};

    #[test]
    fn the_name_of_a_program_is_no_field() {
        let stat = "42 (a) 1 (b c) S 1 42 42 0 -1 4194560 100 0 0 0 7 5 0 0 20 0 1 0 100 1 1";
        assert_eq!(ticks(stat), Some(12));
        assert_eq!(ticks("42 (a) S"), None);
    }

    #[test]
    fn a_process_that_computes_is_busy() {
        let before = Work::of(getpid()).expect("we run");
        while !before.goes_on(getpid()) {
            std::hint::spin_loop();
        }
    }

    #[test]
    fn little_work_in_a_long_time_is_none() {
        let before = Work::of(getpid()).expect("we run");
        let after = |ran, runnable| Work {
            at: before.at + Duration::from_secs(5),
            ran: before.ran + Duration::from_millis(ran),
            runnable: before.runnable + Duration::from_millis(runnable),
        };
        assert!(!after(20, 90).is_busy_since(before));
        assert!(after(110, 0).is_busy_since(before));
        assert!(after(0, 110).is_busy_since(before), "others had the processor");
    }
}
