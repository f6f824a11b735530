//! The progress of the analysis on stderr: a bar for people, lines for the worker.

use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use repolens_analysis::{Observer, Silent};

use super::watchdog::{self, Stuck};
use crate::child::Message;
use crate::program::cli::ProgressMode;

/// Runs `work` with an observer of the given mode. `bar`: whether stderr can show a bar. `stage_time`: the processor time
/// after which a stage is ended.
pub(super) fn watched<T>(
    mode: ProgressMode,
    bar: bool,
    name_files: bool,
    stage_time: Duration,
    work: impl FnOnce(&dyn Observer) -> T,
) -> T {
    match mode {
        ProgressMode::Lines => {
            let lines = Lines {
                name_files,
                last: Throttle::default(),
            };
            let limits = watchdog::WatchdogLimits {
                file: watchdog::MAX_FILE_TIME,
                stage: stage_time,
            };
            watchdog::watched(&lines, limits, &end_stuck, work)
        }
        ProgressMode::Auto if bar => {
            let bar = Bar::default();
            let result = work(&bar);
            bar.clear();
            result
        }
        ProgressMode::Auto | ProgressMode::None => work(&Silent),
    }
}

/// One JSON object a line.
struct Lines {
    name_files: bool,
    last: Throttle,
}

impl Observer for Lines {
    fn progress(&self, stage: &str, done: u64, total: u64) {
        if self.last.passes(stage) {
            send(&Message::Progress {
                stage: stage.to_owned(),
                done,
                total,
            });
        }
    }

    fn parsing(&self, thread: usize, path: &str) {
        if self.name_files {
            send(&Message::File {
                thread,
                path: Some(path.to_owned()),
            });
        }
    }

    fn parsed(&self, thread: usize) {
        if self.name_files {
            send(&Message::File { thread, path: None });
        }
    }
}

/// Names the file on which a parser hangs, as the only one, and ends the process: the worker starts it again without that
/// file. A stage was named when it began.
pub fn end_stuck(stuck: &Stuck<'_>) {
    if let Stuck::File { thread, path, others } = *stuck {
        for &other in others {
            send(&Message::File {
                thread: other,
                path: None,
            });
        }
        let path = Some(path.to_owned());
        send(&Message::File { thread, path });
    }
    std::process::abort()
}

/// Writes a whole line with one call, for several threads write. Where the reader is gone, the analysis goes on.
pub(super) fn send(message: &Message) {
    if let Ok(mut line) = serde_json::to_vec(message) {
        line.push(b'\n');
        let _ = io::stderr().write_all(&line);
    }
}

/// `parse  ████████░░░░░░░░░░░░  45 %`, in one line that is overwritten.
#[derive(Default)]
struct Bar {
    last: Throttle,
}

impl Bar {
    fn clear(&self) {
        let _ = io::stderr().write_all(b"\r\x1b[2K");
    }
}

impl Observer for Bar {
    fn progress(&self, stage: &str, done: u64, total: u64) {
        const WIDTH: u64 = 30;
        if !self.last.passes(stage) {
            return;
        }
        let filled = (WIDTH * done.min(total) / total.max(1)) as usize;
        let bar = "█".repeat(filled) + &"░".repeat(WIDTH as usize - filled);
        let percent = 100 * done.min(total) / total.max(1);
        let line = format!("\r\x1b[2K{stage:<12} {bar} {percent:>3} %");
        let _ = io::stderr().write_all(line.as_bytes());
    }
}

/// Passes the first message of a stage, and then one every 100 ms.
#[derive(Default)]
struct Throttle(Mutex<Option<(String, Instant)>>);

impl Throttle {
    fn passes(&self, stage: &str) -> bool {
        const PERIOD: Duration = Duration::from_millis(100);
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let suppressed = matches!(&*last, Some((name, at)) if name == stage && at.elapsed() < PERIOD);
        if !suppressed {
            *last = Some((stage.to_owned(), Instant::now()));
        }
        !suppressed
    }
}
