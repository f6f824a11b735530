//! How far a job is. It never goes back.

use std::fmt;

use tokio::sync::watch;

/// Percent of the whole job, and the stage it is in.
#[derive(Debug, Default)]
pub struct Progress(watch::Sender<State>);

#[derive(Debug, Default)]
struct State {
    percent: u8,
    stage: String,
}

// The share of each part in the time of a job, as measured by `scripts/trial`: parsing is most of it.
const CLONING: u8 = 5;
const ANALYZING: u8 = 20;
const PARSED: u8 = 85;
const REPORTING: u8 = 95;

impl Progress {
    /// Records that the clone has begun.
    pub fn cloning(&self) {
        self.advance(CLONING, "clone");
    }

    /// Records that `done` of `total` steps of a stage of the analysis are done.
    pub fn analyzing(&self, stage: &str, done: u64, total: u64) {
        let share = |from: u8, to: u8| {
            let width = u64::from(to - from);
            // At most `width`, so it fits.
            from + u8::try_from(width * done.min(total) / total.max(1)).unwrap_or(0)
        };
        let percent = match stage {
            "parse" => share(ANALYZING, PARSED),
            _ => ANALYZING,
        };
        // Stages after parsing keep the percentage that was reached.
        self.advance(percent, stage);
    }

    /// Records that the report is about to be sent.
    pub fn reporting(&self) {
        self.advance(REPORTING, "report");
    }

    /// The percentage and the stage.
    #[must_use]
    pub fn now(&self) -> (u8, String) {
        let state = self.0.borrow();
        (state.percent, state.stage.clone())
    }

    /// Completes at the next step forward.
    pub async fn advanced(&self) {
        // The sender lives as long as `self`, so it cannot be closed.
        let _ = self.0.subscribe().changed().await;
    }

    fn advance(&self, percent: u8, stage: &str) {
        // The name comes from the child: its length is limited.
        let stage = &stage[..stage.floor_char_boundary(64)];
        self.0.send_if_modified(|state| {
            let changed = state.percent < percent || state.stage != stage;
            state.percent = state.percent.max(percent);
            if state.stage != stage {
                stage.clone_into(&mut state.stage);
            }
            changed
        });
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (percent, stage) = self.now();
        write!(f, "stage `{stage}` at {percent} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_goes_back() {
        let progress = Progress::default();
        let mut last = 0;
        let mut seen = |progress: &Progress| {
            let (percent, _) = progress.now();
            assert!(percent >= last && percent <= 100, "{percent} after {last}");
            last = percent;
            percent
        };
        progress.cloning();
        seen(&progress);
        for (stage, done, total) in [
            ("list", 0, 0),
            ("parse", 1, 2),
            ("parse", 0, 2),
            ("parse", 9, 2),
            ("risk", 0, 1),
        ] {
            progress.analyzing(stage, done, total);
            seen(&progress);
        }
        assert_eq!(seen(&progress), PARSED);
        progress.reporting();
        assert_eq!(seen(&progress), REPORTING);
        assert_eq!(progress.now().1, "report");
    }
}
