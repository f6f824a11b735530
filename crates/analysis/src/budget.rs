//! The processor time that one stage may use.
//!
//! A stage counts its work in steps ([`spend`]): one edge followed, one name resolved. Every few thousand steps the time of
//! the thread is read, and a stage over its limit is unwound with [`OutOfTime`]. The caller drops the stage's section and
//! goes on with the next stage. Unwinding, rather than a result that every function of every stage passes up, is the same
//! choice that salsa made for cancellation. Tests measure steps too, because they depend on the input only.

use std::cell::Cell;
use std::panic::resume_unwind;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// Steps between two readings of the clock: a few hundred microseconds of work.
const CHECK_INTERVAL: u64 = 1 << 14;

thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
    /// The number of steps at which the clock is read next.
    static NEXT_CHECK: Cell<u64> = const { Cell::new(u64::MAX) };
    static DEADLINE: Cell<Duration> = const { Cell::new(Duration::MAX) };
}

/// The payload of the unwinding that ends a stage over its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutOfTime;

/// Counts `steps` of work, and unwinds with [`OutOfTime`] if the limit of [`start`] is reached.
#[inline]
pub(crate) fn spend(steps: u64) {
    let total = STEPS.get() + steps;
    STEPS.set(total);
    if total >= NEXT_CHECK.get() {
        check(total);
    }
}

#[cold]
fn check(total: u64) {
    if thread_time() >= DEADLINE.get() {
        NEXT_CHECK.set(u64::MAX);
        resume_unwind(Box::new(OutOfTime));
    }
    NEXT_CHECK.set(total + CHECK_INTERVAL);
}

/// Limits the work of this thread until the returned guard is dropped.
pub(crate) fn start(limit: Duration) -> Budget {
    STEPS.set(0);
    NEXT_CHECK.set(1);
    DEADLINE.set(thread_time().saturating_add(limit));
    Budget(())
}

/// A limit in force.
#[derive(Debug)]
pub(crate) struct Budget(());

impl Budget {
    /// Steps since the start.
    pub(crate) fn steps(&self) -> u64 {
        STEPS.get()
    }
}

impl Drop for Budget {
    fn drop(&mut self) {
        NEXT_CHECK.set(u64::MAX);
    }
}

/// Processor time that this thread has used; zero if the system has no such clock, and then no limit is reached.
pub(crate) fn thread_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn work_over_the_limit_is_unwound_and_work_after_it_is_not() {
        let budget = start(Duration::ZERO);
        let ended = catch_unwind(AssertUnwindSafe(|| spend(1)));
        assert!(ended.is_err_and(|payload| payload.is::<OutOfTime>()));
        assert_eq!(budget.steps(), 1);
        drop(budget);
        spend(10 * CHECK_INTERVAL);
    }

    #[test]
    fn endless_work_ends() {
        let budget = start(Duration::from_millis(5));
        let ended = catch_unwind(AssertUnwindSafe(|| {
            loop {
                spend(1);
            }
        }));
        assert!(ended.is_err_and(|payload: Box<dyn std::any::Any + Send>| payload.is::<OutOfTime>()));
        drop(budget);
    }
}
