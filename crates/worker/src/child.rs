//! The analysis of one clone: this program again, as a short-lived child with limits (`worker analyze`).
//!
//! A repository that makes it run out of memory or time, or makes a parser crash, costs one child and nothing else. Where
//! it died on a file, it is started again with the names of the files on, and then without the file that was at fault; where
//! it died in a later stage, without that stage.

mod exit;
mod messages;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use repolens_analysis::{MAX_PARSE_SECONDS, MAX_STAGE_SECONDS};
use repolens_core::job::MAX_REPORT_BYTES;
use repolens_core::settings::ScanLimits;
use repolens_core::{FailureCode, ScanId};
use tokio::time::Instant;

use crate::failed::Failed;
use crate::git::Cloned;
use crate::process::{ChildProgram, ProcessGroup, ProcessLimits, read_capped};
use crate::progress::Progress;
use exit::ChildExit;
pub use messages::Message;
use messages::{Messages, Suspects};

/// How the child is started.
#[derive(Debug, Clone)]
pub struct Analyzer {
    pub program: PathBuf,
    /// The arguments before those of the analysis.
    pub first_args: Vec<OsString>,
    pub search_path: OsString,
    pub limits: ScanLimits,
}

/// The members of the report that only the worker knows.
#[derive(Debug, Clone, Copy)]
pub struct ScanContext<'a> {
    pub scan: &'a ScanId,
    pub repo_url: &'a str,
    /// When work on the scan began.
    pub started: Instant,
    /// Why there is no history.
    pub history_problem: Option<&'a str>,
}

/// A file or stage that killed the child is left out; after this many restarts the analysis is given up.
const MAX_RESTARTS: usize = 4;

impl Analyzer {
    /// The command `analyze` of this program.
    ///
    /// # Errors
    /// The system does not return the path of this program.
    pub fn this_program(search_path: OsString, limits: ScanLimits) -> std::io::Result<Self> {
        Ok(Self {
            program: std::env::current_exe()?,
            first_args: vec!["analyze".into()],
            search_path,
            limits,
        })
    }

    /// Analyzes a clone and returns the report as JSON. Dropping the future kills the child.
    ///
    /// # Errors
    /// A code for each way in which it can fail; at `deadline` it is `analysis-timed-out`.
    pub async fn analyze(
        &self,
        cloned: &Cloned,
        about: ScanContext<'_>,
        deadline: Instant,
        progress: &Progress,
    ) -> Result<Vec<u8>, Failed> {
        tokio::time::timeout_at(deadline, self.run_with_restarts(cloned, about, deadline, progress))
            .await
            .unwrap_or_else(|_| {
                Err(Failed::new(
                    FailureCode::AnalysisTimedOut,
                    format!("the scan's time was used up, in {progress}"),
                ))
            })
    }

    async fn run_with_restarts(
        &self,
        cloned: &Cloned,
        about: ScanContext<'_>,
        deadline: Instant,
        progress: &Progress,
    ) -> Result<Vec<u8>, Failed> {
        let mut skip = Skip::default();
        // Naming each file costs time, and nearly every analysis succeeds: the first one does without.
        let mut name_files = false;
        for restarts in 0.. {
            let run = Run {
                cloned,
                about,
                deadline,
                skip: &skip,
                name_files,
            };
            let (failed, suspects) = match self.run(run, progress).await? {
                ChildExit::Report(report) => return Ok(report),
                ChildExit::Final(failed) => return Err(failed),
                ChildExit::Died { failed, suspects } => (failed, suspects),
            };
            let at_stage = suspects.stage.is_some();
            let new = skip.add(suspects);
            // No new file or stage was open, or it died too often: the fault is not one of them.
            if ((name_files || at_stage) && new.is_empty()) || restarts == MAX_RESTARTS {
                return Err(failed);
            }
            tracing::warn!(without = ?new, "the analysis died, it is started again: {failed}");
            name_files |= !at_stage;
        }
        unreachable!("the loop ends by a return")
    }

    async fn run(&self, run: Run<'_>, progress: &Progress) -> Result<ChildExit, Failed> {
        let crashed = |error: std::io::Error| Failed::new(FailureCode::AnalysisCrashed, format!("the child: {error}"));
        let program = self.program(&run);
        let mut group = ProcessGroup::start(&program).map_err(crashed)?;
        let pipes = group
            .pipes()
            .expect("the pipes of a group that was just started are open");
        let mut messages = Messages::default();
        let read_report = async {
            match read_capped(pipes.stdout, MAX_REPORT_BYTES).await {
                Ok(Some(report)) => Ok(report),
                Ok(None) => Err(Failed::new(
                    FailureCode::ReportTooLarge,
                    format!("more than {MAX_REPORT_BYTES} bytes"),
                )),
                Err(error) => Err(crashed(error)),
            }
        };
        let read_messages = async { messages.read(pipes.stderr, progress).await.map_err(crashed) };
        let ended = async { group.ended().await.map_err(crashed) };
        // A too large report fails at once: the group is dropped.
        let (report, (), status) = tokio::try_join!(read_report, read_messages, ended)?;
        Ok(ChildExit::new(status, report, messages))
    }

    fn program<'a>(&'a self, run: &Run<'a>) -> ChildProgram<'a> {
        let dir = run.cloned.dir.as_path();
        let text = |text: String| OsString::from(text);
        let mut args = self.first_args.clone();
        args.extend(["--format=json", "--progress=lines", "--confined"].map(OsString::from));
        args.extend([
            text(format!("--scan-id={}", run.about.scan)),
            text(format!("--repo-url={}", run.about.repo_url)),
            text(format!("--branch={}", run.cloned.branch)),
            text(format!("--elapsed-ms={}", run.about.started.elapsed().as_millis())),
            text(format!("--max-file-size={}", self.limits.max_file_bytes)),
            text(format!("--threads={}", self.threads())),
            text(format!("--max-parse-seconds={}", self.parse_seconds())),
            text(format!("--max-stage-seconds={}", self.stage_seconds())),
            text(format!("--history-commits={}", self.limits.history_commits)),
        ]);
        if let Ok(limits) = serde_json::to_string(&self.limits) {
            args.push(text(format!("--scan-limits={limits}")));
        }
        args.extend(
            run.about
                .history_problem
                .map(|problem| text(format!("--history-problem={problem}"))),
        );
        if run.name_files {
            args.push("--name-files".into());
        }
        args.extend(run.skip.files.iter().map(|path| text(format!("--skip={path}"))));
        args.extend(run.skip.stages.iter().map(|name| text(format!("--skip-stage={name}"))));
        args.extend(["--".into(), dir.into()]);
        let time_left = run.deadline.saturating_duration_since(Instant::now());
        ChildProgram {
            path: &self.program,
            args,
            env: vec![
                ("PATH", self.search_path.clone()),
                ("LANG", "C.UTF-8".into()),
                // Each further pool of the C library reserves 64 MiB of the address space that is limited.
                ("MALLOC_ARENA_MAX", "2".into()),
            ],
            dir: dir.parent().unwrap_or(Path::new("/")),
            events: false,
            limits: ProcessLimits {
                address_space: Some(self.limits.analysis_memory_bytes),
                data: None,
                // The time of all its threads together; the worker enforces the deadline.
                cpu_seconds: (time_left.as_secs() + 1) * self.threads(),
                file_bytes: 0,
                open_files: 512,
            },
            landlock: None,
        }
    }

    /// One for each core, as far as the memory goes: a large file may take most of it, and they are parsed one at a time.
    fn threads(&self) -> u64 {
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
        (self.limits.analysis_memory_bytes / (256 << 20)).clamp(1, cores)
    }
}

impl Analyzer {
    /// At most half of the scan's time. It depends on settings only, since the report names it.
    fn parse_seconds(&self) -> u64 {
        MAX_PARSE_SECONDS.min(self.limits.timeout_seconds / 2).max(1)
    }

    /// At most a tenth of the scan's time.
    fn stage_seconds(&self) -> u64 {
        MAX_STAGE_SECONDS.min(self.limits.timeout_seconds / 10).max(1)
    }
}

/// The files and stages that the child is started without.
#[derive(Debug, Default)]
struct Skip {
    files: Vec<String>,
    stages: Vec<String>,
}

impl Skip {
    /// Adds what the child was at when it ended, and returns what of it is new.
    fn add(&mut self, suspects: Suspects) -> Vec<String> {
        let add = |list: &mut Vec<String>, name: String| {
            let fresh = !list.contains(&name);
            list.extend(fresh.then(|| name.clone()));
            fresh.then_some(name)
        };
        let files = suspects.files.into_iter().filter_map(|path| add(&mut self.files, path));
        let mut fresh: Vec<String> = files.collect();
        fresh.extend(suspects.stage.and_then(|name| add(&mut self.stages, name)));
        fresh
    }
}

/// One start of the child.
struct Run<'a> {
    cloned: &'a Cloned,
    about: ScanContext<'a>,
    deadline: Instant,
    skip: &'a Skip,
    name_files: bool,
}
