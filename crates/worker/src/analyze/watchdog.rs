//! Ends an analysis whose parser or stage hangs: a thread cannot be stopped, and one file would use the time of the whole
//! scan. The file or stage is named first, so that the analysis can be started again without it.
//!
//! The limit is on the processor time that a thread has used for its file or stage: a busy machine must cost neither.

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

/// Processor time after which a file or a stage is taken to be stuck.
#[derive(Debug, Clone, Copy)]
pub struct WatchdogLimits {
    pub file: Duration,
    pub stage: Duration,
}

/// The part of the analysis that used more than its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stuck<'a> {
    /// The thread that parses the file, and the other threads that parse one.
    File {
        thread: usize,
        path: &'a str,
        others: &'a [usize],
    },
    Stage(&'a str),
}

/// Runs `work` with an observer that forwards everything to `observer`. Where a thread has used more than its limit on one
/// file or stage, `end` is called; it ends the process.
pub fn watched<T>(
    observer: &dyn Observer,
    limits: WatchdogLimits,
    end: &(dyn Fn(&Stuck<'_>) + Sync),
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
            .spawn_scoped(scope, || watch.run(limits, end));
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
    /// The stage that runs, after parsing.
    stage: Option<Open>,
}

struct Open {
    /// A path, or the name of a stage.
    name: String,
    clock: ClockId,
    /// The time of the thread's clock when it began.
    begun: Duration,
}

impl Watch<'_> {
    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, limits: WatchdogLimits, end: &(dyn Fn(&Stuck<'_>) + Sync)) {
        let period = PERIOD.min(limits.file.min(limits.stage) / 4);
        let mut files = self.files();
        while !files.done {
            let waited = self.done.wait_timeout(files, period);
            files = waited.unwrap_or_else(PoisonError::into_inner).0;
            if files.done {
                return;
            }
            if let Some((thread, open)) = files.open.iter().find(|(_, open)| open.used() > limits.file) {
                let others: Vec<usize> = files.open.keys().copied().filter(|other| other != thread).collect();
                return end(&Stuck::File {
                    thread: *thread,
                    path: &open.name,
                    others: &others,
                });
            }
            if let Some(stage) = files.stage.as_ref().filter(|stage| stage.used() > limits.stage) {
                return end(&Stuck::Stage(&stage.name));
            }
        }
    }
}

impl Open {
    /// The processor time of the calling thread.
    fn now(name: &str) -> Self {
        let clock = clock_of(gettid());
        Self {
            name: name.to_owned(),
            begun: time_of(clock).unwrap_or_default(),
            clock,
        }
    }

    fn used(&self) -> Duration {
        time_of(self.clock).map_or(Duration::ZERO, |now| now.saturating_sub(self.begun))
    }
}

impl Observer for Watch<'_> {
    fn progress(&self, stage: &str, done: u64, total: u64) {
        // Threads of the parser report too, and have files of their own.
        if stage != "parse" {
            let mut files = self.files();
            if files.stage.as_ref().is_none_or(|open| open.name != stage) {
                files.stage = Some(Open::now(stage));
            }
        }
        self.observer.progress(stage, done, total);
    }

    fn stage_done(&self, name: &str, steps: u64) {
        self.files().stage = None;
        self.observer.stage_done(name, steps);
    }

    fn parsing(&self, thread: usize, path: &str) {
        self.observer.parsing(thread, path);
        self.files().open.insert(thread, Open::now(path));
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

/// `None` for a thread that has ended.
fn time_of(clock: ClockId) -> Option<Duration> {
    clock_gettime(clock).ok().map(Duration::from)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use repolens_analysis::Silent;

    use super::*;

    const LIMITS: WatchdogLimits = WatchdogLimits {
        file: Duration::from_millis(200),
        stage: Duration::from_millis(200),
    };

    #[test]
    fn a_file_that_takes_for_ever_is_named() {
        let named = Mutex::new(None);
        let is_named = AtomicBool::new(false);
        let end = |stuck: &Stuck<'_>| {
            if let Stuck::File { thread, path, others } = *stuck {
                *named.lock().expect("no thread panics") = Some((thread, path.to_owned(), others.to_vec()));
            }
            is_named.store(true, Ordering::Release);
        };
        watched(&Silent, LIMITS, &end, |observer| {
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

    #[test]
    fn a_stage_that_takes_for_ever_is_named() {
        let named = Mutex::new(None);
        let is_named = AtomicBool::new(false);
        let end = |stuck: &Stuck<'_>| {
            if let Stuck::Stage(name) = stuck {
                *named.lock().expect("no thread panics") = Some((*name).to_owned());
            }
            is_named.store(true, Ordering::Release);
        };
        watched(&Silent, LIMITS, &end, |observer| {
            observer.progress("parse", 0, 1);
            observer.progress("quick", 0, 2);
            observer.stage_done("quick", 0);
            observer.progress("endless", 1, 2);
            while !is_named.load(Ordering::Acquire) {
                std::hint::spin_loop();
            }
        });
        assert_eq!(
            named.into_inner().expect("no thread panicked").as_deref(),
            Some("endless")
        );
    }
}
