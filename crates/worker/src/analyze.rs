//! `repolens-worker analyze`: the analysis of one folder or repository, with no server.
//!
//! People run it, and the worker starts it for each scan. The clock and the members of the report that the analysis itself
//! cannot know are filled in here.

pub mod confine;
pub mod progress;
pub mod watchdog;

use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use repolens_analysis::render::{self, Style};
use repolens_analysis::{Git, HistoryOptions, Limits, OpenError, OpenOptions, Options, SourceTree};
use repolens_core::report::{Meta, Report};
use repolens_core::settings::{Component, SettingsReader, search_path};
use repolens_core::text::timestamp;

use crate::child::Message;
use crate::program::cli::{AnalyzeArgs, ReportFormat};
use crate::{git, osv};

/// Exit statuses of sysexits.h.
const EXIT_DATA: u8 = 65;
const EXIT_NO_INPUT: u8 = 66;
const EXIT_OUTPUT: u8 = 74;

/// The reason of a skipped file that the caller named: the worker names a file that killed the analysis before.
const SKIP_REASON: &str = "parsing it ended the analysis before: only its lines are counted";

/// The reason of a stage that the caller named.
const SKIP_STAGE_REASON: &str = "it ended the analysis before: its section is left out";

/// Runs the command and returns the exit status.
#[must_use]
pub fn analyze(args: &AnalyzeArgs) -> u8 {
    let environment = SettingsReader::from_environment(Component::Worker);
    let report = match report(args, &environment) {
        Ok(report) => report,
        Err(error) => {
            // A closed stderr cannot be reported anywhere.
            let _ = writeln!(io::stderr(), "error: {}", repolens_log::harmless(&error.to_string()));
            return match error {
                OpenError::NotFound(_) => EXIT_NO_INPUT,
                OpenError::Unreadable(_) => EXIT_DATA,
            };
        }
    };
    let plain = is_dumb(&environment) || environment.get("NO_COLOR").is_some();
    match write(&report, args.format, plain) {
        Ok(()) => 0,
        // The reader (`head`, for example) has stopped reading.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => 0,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: the report cannot be written: {error}");
            EXIT_OUTPUT
        }
    }
}

/// `cobra` of `https://github.com/spf13/cobra.git`.
fn repository_name(address: &str) -> Option<&str> {
    let last = address.trim_end_matches('/').rsplit('/').next()?;
    let name = last.strip_suffix(".git").unwrap_or(last);
    (!name.is_empty()).then_some(name)
}

fn report(args: &AnalyzeArgs, environment: &SettingsReader) -> Result<Report, OpenError> {
    let started = Instant::now();
    let search_path = &search_path(environment);
    if args.confined {
        let refused = |error: anyhow::Error| OpenError::Unreadable(format!("{error:#}"));
        let level = confine::confine(&args.path, search_path).map_err(refused)?;
        progress::send(&Message::Confined {
            files: level.files.to_owned(),
            calls: level.calls,
        });
    }
    let limits = Limits {
        max_file_size: args.max_file_size,
        max_parse_seconds: args.max_parse_seconds,
        max_stage_seconds: args.max_stage_seconds,
        ..Limits::default()
    };
    let tree = open_tree(args, &limits, search_path)?;
    let options = options(args, limits, started);
    let bar = io::stderr().is_terminal() && !is_dumb(environment);
    // A stage that counts its work ends by itself; one that does not is ended.
    let stage_time = watchdog::MAX_FILE_TIME + 2 * Duration::from_secs(options.limits.max_stage_seconds);
    let mut report = progress::watched(args.progress, bar, args.name_files, stage_time, |observer| {
        repolens_analysis::analyze(tree, &options, observer)
    })?;
    let (commit, branch) = checked_out(args, search_path, report.commit_sha.is_some());
    let spent = Duration::from_millis(args.elapsed_ms) + started.elapsed();
    report.set_meta(Meta {
        scan_id: args.scan_id.clone(),
        repo_url: args.repo_url.clone(),
        branch,
        commit_sha: commit,
        analyzed_at: Some(timestamp::format(Utc::now())),
        processing_time_ms: Some(u64::try_from(spent.as_millis()).unwrap_or(u64::MAX)),
    });
    report.analyser.scan_limits = args.scan_limits;
    if let Some(index) = &args.osv_index {
        osv::add_from_index(index, &mut report);
    }
    Ok(report)
}

fn open_tree(args: &AnalyzeArgs, limits: &Limits, search_path: &str) -> Result<SourceTree, OpenError> {
    let options = OpenOptions {
        commit: args.commit.clone(),
        limits: limits.clone(),
        git: Git {
            search_path: search_path.into(),
            ..Git::default()
        },
    };
    let mut tree = SourceTree::open(&args.path, &options)?;
    // The folder of a clone has no name of its own.
    if let Some(name) = args.repo_url.as_deref().and_then(repository_name) {
        name.clone_into(&mut tree.name);
    }
    Ok(tree)
}

fn options(args: &AnalyzeArgs, limits: Limits, started: Instant) -> Options {
    let because = |names: &[String], reason: &str| names.iter().map(|name| (name.clone(), reason.to_owned())).collect();
    Options {
        limits,
        threads: args.threads,
        history: HistoryOptions {
            max_commits: args.history_commits,
            problem: args.history_problem.clone(),
            functions: args
                .function
                .clone()
                .map(|files| files.into_iter().filter(|file| !file.is_empty()).collect()),
            credentials: args.history,
        },
        skip: because(&args.skip, SKIP_REASON),
        skip_stages: because(&args.skip_stage, SKIP_STAGE_REASON),
        low_confidence: args.low_confidence,
        clock: Some(Arc::new(move || started.elapsed())),
    }
}

/// The commit and the branch that are checked out in a person's folder. The worker passes the branch itself; where a revision
/// was requested, the report has no branch.
fn checked_out(args: &AnalyzeArgs, search_path: &str, commit_known: bool) -> (Option<String>, Option<String>) {
    if args.branch.is_some() || args.commit.is_some() {
        return (None, args.branch.clone());
    }
    match head_of(&args.path, search_path) {
        Some((commit, branch)) => ((!commit_known).then_some(commit), branch),
        None => (None, None),
    }
}

fn head_of(path: &Path, search_path: &str) -> Option<(String, Option<String>)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .ok()?;
    runtime.block_on(git::head_of(path, search_path))
}

/// Whether the terminal knows no escape sequences, as in some editors and build logs.
fn is_dumb(environment: &SettingsReader) -> bool {
    environment.system("TERM").is_none_or(|name| name == "dumb")
}

fn write(report: &Report, format: ReportFormat, plain: bool) -> io::Result<()> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the report is the output of this command; locked once"
    )]
    let stdout = io::stdout().lock();
    let terminal = stdout.is_terminal();
    let mut out = BufWriter::new(stdout);
    match format {
        ReportFormat::Json => {
            serde_json::to_writer(&mut out, report)?;
            out.write_all(b"\n")?;
        }
        ReportFormat::Text => {
            let style = Style {
                color: terminal && !plain,
                width: width(terminal),
            };
            out.write_all(render::text(report, &style).as_bytes())?;
        }
    }
    out.flush()
}

fn width(terminal: bool) -> usize {
    const WIDEST: usize = 100;
    let size = terminal.then(terminal_size::terminal_size).flatten();
    size.map_or(Style::default().width, |(width, _)| usize::from(width.0).min(WIDEST))
}
