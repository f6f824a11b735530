//! The options of an analysis: limits, threads, files to leave out, the observer, and the clock (stages have none).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use repolens_core::report::LimitsUsed;

/// The default of `MAX_FILE_SIZE`, in bytes.
pub const MAX_FILE_SIZE: u64 = 2 * 1024 * 1024;
/// Beyond this size lines are counted only. What a file costs is bounded by time (the watchdog of the worker) and by the
/// memory of the child: a file that takes too much of either is left out in a second run.
pub const MAX_PARSE_SIZE: u64 = MAX_FILE_SIZE;
/// Files from this size on are parsed one at a time: the native parsers take about 370 bytes of memory for each byte of
/// hostile input, and about 40 for each of ordinary code.
pub const LARGE_FILE: usize = 512 * 1024;
/// Lock files are data, and long.
pub const MAX_MANIFEST_SIZE: u64 = 20 * 1024 * 1024;
pub const MAX_FILES: u64 = 200_000;
pub const MAX_TOTAL_SIZE: u64 = 4 * 1024 * 1024 * 1024;
/// Brackets open at a time: the native parsers need about 1.6 KiB of stack for each, and die beyond it.
pub const MAX_NESTING: u64 = 1_000;

/// The most commits of the history that are read, unless the caller sets another limit.
pub const HISTORY_COMMITS: u64 = 2_000;
/// Processor time of all parser threads together, in seconds. The largest repository of the benchmarks (5 million lines)
/// takes 20. Files beyond it are counted in lines only.
pub const MAX_PARSE_SECONDS: u64 = 300;
/// Processor time of one stage after parsing, in seconds. On the same repository the longest stage takes 3. The section of
/// a stage that takes longer is left out.
pub const MAX_STAGE_SECONDS: u64 = 60;

/// The limits that are enforced; the report repeats them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub max_file_size: u64,
    pub max_parse_size: u64,
    pub max_manifest_size: u64,
    pub max_files: u64,
    pub max_total_size: u64,
    pub max_nesting: u64,
    pub max_parse_seconds: u64,
    pub max_stage_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_file_size: MAX_FILE_SIZE,
            max_parse_size: MAX_PARSE_SIZE,
            max_manifest_size: MAX_MANIFEST_SIZE,
            max_files: MAX_FILES,
            max_total_size: MAX_TOTAL_SIZE,
            max_nesting: MAX_NESTING,
            max_parse_seconds: MAX_PARSE_SECONDS,
            max_stage_seconds: MAX_STAGE_SECONDS,
        }
    }
}

impl From<&Limits> for LimitsUsed {
    fn from(limits: &Limits) -> Self {
        Self {
            max_file_size: limits.max_file_size,
            max_parse_size: limits.max_parse_size,
            max_manifest_size: limits.max_manifest_size,
            max_files: limits.max_files,
            max_total_size: limits.max_total_size,
            max_nesting: limits.max_nesting,
            max_parse_seconds: limits.max_parse_seconds,
            max_stage_seconds: limits.max_stage_seconds,
        }
    }
}

/// A monotonic clock that the caller may lend, so that stages can be timed though none of them has a clock.
pub type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// How much of the history is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryOptions {
    /// The newest commits up to this number; 0: none.
    pub max_commits: u64,
    /// Why the history could not be had, where the caller knows: the report gives this reason.
    pub problem: Option<String>,
    /// Also count how often single functions changed: those of the worst files, or of the files named. Needs the contents
    /// of earlier commits.
    pub functions: Option<Vec<String>>,
    /// Also search the lines that these many of the newest commits added for credentials. Needs the contents of earlier commits.
    pub credentials: Option<u64>,
}

impl Default for HistoryOptions {
    fn default() -> Self {
        Self {
            max_commits: HISTORY_COMMITS,
            problem: None,
            functions: None,
            credentials: None,
        }
    }
}

#[derive(Clone, Default)]
pub struct Options {
    pub limits: Limits,
    pub history: HistoryOptions,
    /// Parser threads; 0: one for each core.
    pub threads: usize,
    /// Files that are not to be parsed (lines are still counted), with the reason that the report will give: how an
    /// analysis is started again behind a file that killed the last one.
    pub skip: BTreeMap<String, String>,
    /// Stages that are not to be run, with the reason for the report: how an analysis is started again after one of them
    /// ended the process.
    pub skip_stages: BTreeMap<String, String>,
    /// Also reports dead code of a kind that was right in less than 90 % of the judged findings.
    pub low_confidence: bool,
    /// Fills in `analyser.stages[].ms`.
    pub clock: Option<Clock>,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("limits", &self.limits)
            .field("history", &self.history)
            .field("threads", &self.threads)
            .field("skip", &self.skip)
            .field("skip_stages", &self.skip_stages)
            .field("low_confidence", &self.low_confidence)
            .field("clock", &self.clock.is_some())
            .finish()
    }
}

/// An observer of an analysis. It is called from several threads at once and must be quick.
pub trait Observer: Sync {
    /// `done` of `total` steps of the stage `name`; at least once for each stage.
    fn progress(&self, stage: &str, done: u64, total: u64) {
        let _ = (stage, done, total);
    }

    /// The stage `name` is complete, or dropped, after `steps` of work: a measure that depends on the input only.
    fn stage_done(&self, name: &str, steps: u64) {
        let _ = (name, steps);
    }

    /// A thread is about to parse `path` (relative, as in the report): if the process dies now, this file (or that of
    /// another thread) did it.
    fn parsing(&self, thread: usize, path: &str) {
        let _ = (thread, path);
    }

    /// The thread is done with the file that it last announced.
    fn parsed(&self, thread: usize) {
        let _ = thread;
    }
}

/// An observer that does nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {}
