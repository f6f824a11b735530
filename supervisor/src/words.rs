//! The texts of log lines. Runbooks search for these phrases; `docs/supervisor.md` lists them.

pub mod human_units;

use nix::sys::signal::Signal;
use repolens_log::{Level, Value};

use crate::machine::{ChildRole, End, How, Notice};
use crate::words::human_units::{shown, shown_size};

/// A line of the log before it is written.
#[derive(Debug, PartialEq)]
pub struct Words {
    pub level: Level,
    /// With its blank; left out where signs are not wanted.
    pub sign: &'static str,
    pub text: String,
    pub fields: Vec<(&'static str, Value)>,
}

fn words(level: Level, sign: &'static str, text: impl Into<String>) -> Words {
    Words {
        level,
        sign,
        text: text.into(),
        fields: Vec::new(),
    }
}

impl Words {
    fn with(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push((key, value.into()));
        self
    }
}

const WARN_SIGN: &str = "⚠️  ";
const BAD_SIGN: &str = "❌ ";
const GOOD_SIGN: &str = "✅ ";

/// The words for a notice. `port` is the API's.
pub fn of_notice(notice: &Notice, port: u16) -> Words {
    match notice {
        Notice::Starting {
            api: true,
            worker: true,
        } => words(Level::Info, "🚀 ", "Starting RepoLens Combined Service..."),
        Notice::Starting { api: true, .. } => words(Level::Info, "🚀 ", "Starting RepoLens API Service..."),
        Notice::Starting { .. } => words(Level::Info, "🚀 ", "Starting RepoLens Worker Service..."),
        Notice::StartingApi => words(Level::Info, "📡 ", format!("Starting API Gateway (Port {port})...")),
        Notice::WaitingForApi => words(Level::Info, "⏳ ", "Waiting for API to initialize..."),
        Notice::StartingWorker => words(Level::Info, "🔧 ", "Starting Analysis Worker..."),
        Notice::AllRunning { after } => words(Level::Info, "✨ ", "All services running!")
            .with("after_ms", u64::try_from(after.as_millis()).unwrap_or(u64::MAX)),
        Notice::WorkerCrashed { end, lived, next } => words(Level::Warn, WARN_SIGN, "Worker crashed! Restarting...")
            .with("reason", reason(*end))
            .with("lived", shown(*lived))
            .with(
                "next_start_in",
                if next.is_zero() { "now".to_owned() } else { shown(*next) },
            ),
        Notice::CrashLoop { stops: false } => words(
            Level::Error,
            BAD_SIGN,
            "Worker is in a crash loop: the API stays up without it, and it is tried again slowly",
        )
        .with("worker", "down"),
        Notice::CrashLoop { stops: true } => words(
            Level::Error,
            BAD_SIGN,
            "Worker is in a crash loop: stopping because of `--on-crash-loop=exit`",
        ),
        Notice::WorkerRecovered => words(Level::Info, GOOD_SIGN, "Worker is well again").with("worker", "up"),
        Notice::WorkerHung { silent } => words(Level::Error, WARN_SIGN, "Worker hangs: no heartbeat; it is replaced")
            .with("silent_for", shown(*silent)),
        Notice::WorkerTooLarge { bytes } => words(
            Level::Info,
            "♻️  ",
            "Worker is larger than `--worker-memory-max` and idle: it is replaced",
        )
        .with("memory", shown_size(*bytes)),
        Notice::WorkerRecycled => words(Level::Info, "♻️  ", "Worker ended to be replaced"),
        Notice::ApiCrashed { end, lived } => words(Level::Error, BAD_SIGN, "API crashed! Shutting down...")
            .with("reason", reason(*end))
            .with("lived", shown(*lived)),
        Notice::ApiHungUp { end } => {
            words(Level::Warn, "🛑 ", "API ended by SIGHUP. Shutting down...").with("reason", reason(*end))
        }
        Notice::ApiNeverHealthy { limit } => words(
            Level::Error,
            BAD_SIGN,
            format!("API did not become healthy within {}. Shutting down...", shown(*limit)),
        ),
        Notice::ApiMissed { misses } => {
            words(Level::Warn, WARN_SIGN, "API missed a health check").with("misses_in_a_row", *misses)
        }
        Notice::ApiBusy => words(
            Level::Warn,
            WARN_SIGN,
            "API is busy: it did not answer its health check, but it works",
        ),
        Notice::ApiBusyTooLong { limit } => words(
            Level::Error,
            BAD_SIGN,
            "API is busy and has not answered its health checks for too long; it is stopped",
        )
        .with("limit", shown(*limit)),
        Notice::ApiAnswersAgain { after } => {
            words(Level::Info, GOOD_SIGN, "API answers its health check again").with("after", shown(*after))
        }
        Notice::ApiUnresponsive { misses } => words(
            Level::Error,
            BAD_SIGN,
            "API does not answer its health check; it is stopped",
        )
        .with("misses_in_a_row", *misses),
        Notice::ShutdownSignal(name) => words(Level::Info, "🛑 ", "Shutdown signal received...").with("signal", *name),
        Notice::ShutdownHurried(name) => {
            words(Level::Warn, "🛑 ", "Second shutdown signal: 2 s are left").with("signal", *name)
        }
        Notice::ShutdownForced(name) => {
            words(Level::Warn, "🛑 ", "Third shutdown signal: killing").with("signal", *name)
        }
        Notice::Killed(role) => words(
            Level::Warn,
            WARN_SIGN,
            format!("{} did not end in time and was killed", title(*role)),
        ),
        Notice::LeftBehind(role) => words(
            Level::Error,
            BAD_SIGN,
            format!("{} was killed but is not gone; leaving without it", title(*role)),
        ),
        Notice::Stopped {
            clean,
            killed,
            took,
            worker,
            api,
        } => {
            let mut line = if *clean {
                words(Level::Info, GOOD_SIGN, "Clean shutdown complete")
            } else if killed.is_empty() {
                words(Level::Info, "🛑 ", "Shutdown complete")
            } else {
                let names: Vec<&str> = killed.iter().map(|role| role.name()).collect();
                words(
                    Level::Warn,
                    WARN_SIGN,
                    format!("Shutdown complete, but had to kill: {}", names.join(", ")),
                )
            };
            line = line.with("took", shown(*took));
            for (name, took) in [("worker", worker), ("api", api)] {
                if let Some(took) = took {
                    line = line.with(name, shown(*took));
                }
            }
            line
        }
    }
}

/// How a process ended, in words.
pub fn reason(end: End) -> String {
    if end.out_of_memory {
        return "out of memory: killed by the kernel (SIGKILL)".to_owned();
    }
    match end.how {
        How::Status(78) => "exit status 78 (bad settings)".to_owned(),
        How::Status(101) => "exit status 101 (panic)".to_owned(),
        How::Status(status) => format!("exit status {status}"),
        How::Signal(number) => {
            Signal::try_from(number).map_or_else(|_| format!("signal {number}"), |signal| signal.as_str().to_owned())
        }
        How::NotStarted => "could not be started".to_owned(),
    }
}

pub fn title(role: ChildRole) -> &'static str {
    match role {
        ChildRole::Api => "API",
        ChildRole::Worker => "Worker",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{of_notice, reason};
    use crate::machine::{End, How, Notice};

    #[test]
    fn runbooks_find_their_phrases() {
        let end = End {
            how: How::Signal(9),
            out_of_memory: false,
        };
        let (lived, next) = (Duration::from_secs(5), Duration::ZERO);
        let stopped = Notice::Stopped {
            clean: true,
            killed: vec![],
            took: lived,
            worker: Some(lived),
            api: None,
        };
        for (notice, phrase) in [
            (
                Notice::Starting {
                    api: true,
                    worker: true,
                },
                "🚀 Starting RepoLens Combined Service...",
            ),
            (Notice::StartingApi, "📡 Starting API Gateway (Port 3001)..."),
            (Notice::WaitingForApi, "⏳ Waiting for API to initialize..."),
            (Notice::StartingWorker, "🔧 Starting Analysis Worker..."),
            (Notice::AllRunning { after: lived }, "✨ All services running!"),
            (
                Notice::WorkerCrashed { end, lived, next },
                "⚠️  Worker crashed! Restarting...",
            ),
            (Notice::ApiCrashed { end, lived }, "❌ API crashed! Shutting down..."),
            (Notice::ShutdownSignal("SIGTERM"), "🛑 Shutdown signal received..."),
            (stopped, "✅ Clean shutdown complete"),
        ] {
            let words = of_notice(&notice, 3001);
            assert_eq!(format!("{}{}", words.sign, words.text), phrase);
        }
    }

    #[test]
    fn reasons_are_words() {
        let end = |how, out_of_memory| End { how, out_of_memory };
        assert_eq!(reason(end(How::Status(3), false)), "exit status 3");
        assert_eq!(reason(end(How::Signal(11), false)), "SIGSEGV");
        assert_eq!(reason(end(How::Signal(40), false)), "signal 40");
        assert!(reason(end(How::Signal(9), true)).starts_with("out of memory"));
    }
}
