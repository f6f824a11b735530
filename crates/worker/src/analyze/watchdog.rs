//! Ends an analysis whose parser hangs: a thread cannot be stopped, and one file would use the time of the whole scan. The
//! file is named first, so that the analysis can be started again without it.
//!
//! The limit is on the processor time that a thread has used for its file: a busy machine must cost no file.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use nix::unistd::{Pid, gettid};
use repolens_analysis::Observer;

/// The largest files take half a second; parsers that can be stopped are stopped after five (`analysis/src/syntax/tree`).
pub const MAX_FILE_TIME: Duration = Duration::from_secs(20);
/// How often the threads are checked; at least four times within the limit, for the tests.
const PERIOD: Duration = Duration::from_secs(2);

/// Runs `work` with an observer that forwards everything to `observer`. Where a thread has used more than `limit` on one
/// file, `stuck` is called with the thread, the file's path and the other threads that parse a file; it ends the process.
pub fn watched<T>(
    observer: &dyn Observer,
    limit: Duration,
    stuck: &(dyn Fn(usize, &str, &[usize]) + Sync),
    work: impl FnOnce(&dyn Observer) -> T,
) -> T {
    let watch = Watch {
        observer,
        files: Mutex::default(),
        done: Condvar::new(),
    };
    std::thread::scope(|scope| {
        let watchdog = std::thread::Builder::new()
            .name("watchdog".to_owned())
            .stack_size(128 * 1024)
            .spawn_scoped(scope, || watch.run(limit, stuck));
        let _end = watchdog.is_ok().then(|| End(&watch));
        work(&watch)
    })
}

/// Ends the watchdog, also where the work panics.
struct End<'a>(&'a Watch<'a>);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.files().done = true;
        self.0.done.notify_all();
    }
}

struct Watch<'a> {
    observer: &'a dyn Observer,
    files: Mutex<Files>,
    done: Condvar,
}

#[derive(Default)]
struct Files {
    done: bool,
    /// The file that each thread parses.
    open: BTreeMap<usize, Open>,
}

struct Open {
    path: String,
    clock: Option<ClockId>,
    /// The time of the thread's clock when it began.
    begun: Duration,
}

impl Watch<'_> {
    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, limit: Duration, stuck: &(dyn Fn(usize, &str, &[usize]) + Sync)) {
        let mut files = self.files();
        while !files.done {
            let waited = self.done.wait_timeout(files, PERIOD.min(limit / 4));
            files = waited.unwrap_or_else(PoisonError::into_inner).0;
            let too_long = files.open.iter().find(|(_, open)| open.used() > limit);
            if let (Some((thread, open)), false) = (too_long, files.done) {
                let others: Vec<usize> = files.open.keys().copied().filter(|other| other != thread).collect();
                stuck(*thread, &open.path, &others);
                return;
            }
        }
    }
}

impl Open {
    fn used(&self) -> Duration {
        self.clock
            .and_then(time_of)
            .map_or(Duration::ZERO, |now| now.saturating_sub(self.begun))
    }
}

impl Observer for Watch<'_> {
    fn progress(&self, stage: &str, done: u64, total: u64) {
        self.observer.progress(stage, done, total);
    }

    fn parsing(&self, thread: usize, path: &str) {
        self.observer.parsing(thread, path);
        let clock = clock_of(gettid());
        let open = Open {
            path: path.to_owned(),
            begun: time_of(clock).unwrap_or_default(),
            clock: Some(clock),
        };
        self.files().open.insert(thread, open);
    }

    fn parsed(&self, thread: usize) {
        self.files().open.remove(&thread);
        self.observer.parsed(thread);
    }
}

/// The clock of a thread of this process, made of the thread's id in Linux as by `pthread_getcpuclockid`.
fn clock_of(thread: Pid) -> ClockId {
    /// A clock of one thread, which counts the time that it was scheduled.
    const THREAD_SCHEDULED: i32 = 0b110;
    ClockId::from_raw((!thread.as_raw() << 3) | THREAD_SCHEDULED)
}

fn time_of(clock: ClockId) -> Option<Duration> {
    clock_gettime(clock).ok().map(Duration::from)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use repolens_analysis::Silent;

    use super::*;

    #[test]
    fn a_file_that_takes_for_ever_is_named() {
        let named = Mutex::new(None);
        let is_named = AtomicBool::new(false);
        let stuck = |thread: usize, path: &str, others: &[usize]| {
            *named.lock().expect("no thread panics") = Some((thread, path.to_owned(), others.to_vec()));
            is_named.store(true, Ordering::Release);
        };
        watched(&Silent, Duration::from_millis(200), &stuck, |observer| {
            observer.parsing(1, "quick.js");
            observer.parsed(1);
            observer.parsing(2, "waiting.js");
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    observer.parsing(0, "endless.js");
                    while !is_named.load(Ordering::Acquire) {
                        std::hint::spin_loop();
                    }
                });
            });
        });
        let named = named.into_inner().expect("no thread panicked");
        assert_eq!(named, Some((0, "endless.js".to_owned(), vec![2])));
    }
}
