//! `repolens-worker`: the worker, its check, and the analysis of one folder.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;
use repolens_core::settings::{Checked, EXIT_CONFIG, Level, LogSettings, Reader, WorkerSettings};
use repolens_log::Format;
use repolens_worker::cli::{Cli, Command, EXIT_USAGE};
use repolens_worker::{analyze, check, run};
use tokio::runtime;

/// `EX_IOERR` of sysexits.h.
const EXIT_OUTPUT: u8 = 74;

fn main() -> ExitCode {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        unreachable!("nothing ran before that could have installed another provider");
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody is left to be told where this fails too.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(EXIT_USAGE)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match cli.command {
        Some(Command::Analyze(args)) => ExitCode::from(analyze::analyze(&args)),
        Some(Command::Check { connect }) => check_settings(connect),
        None => work(),
    }
}

fn check_settings(connect: bool) -> ExitCode {
    let checked = WorkerSettings::read(Reader::from_environment());
    #[expect(clippy::disallowed_methods, reason = "the findings are what this command is for")]
    let mut out = std::io::stdout().lock();
    match runtime().map(|runtime| runtime.block_on(check::check(checked, connect, &mut out))) {
        Ok(Ok(status)) => ExitCode::from(status),
        Ok(Err(_)) | Err(_) => ExitCode::from(EXIT_OUTPUT),
    }
}

fn work() -> ExitCode {
    let mut reader = Reader::from_environment();
    let no_color = reader.get("NO_COLOR").map(str::to_owned);
    // For the log, as long as it is not known whether the settings are sound.
    let log = reader.log();
    let Checked { settings, findings } = WorkerSettings::read(reader);
    if let Err(error) = init_log(&log, no_color.as_deref()) {
        return complain(&format!("error: {error}"));
    }
    for finding in &findings {
        match finding.level {
            Level::Error => tracing::error!("{finding}"),
            Level::Warning => tracing::warn!("{finding}"),
            Level::Ok => tracing::debug!("{finding}"),
        }
    }
    let Some(settings) = settings else {
        tracing::error!("The worker does not start with these settings; see docs/settings.md");
        return ExitCode::from(EXIT_CONFIG);
    };
    let result = runtime().and_then(|runtime| runtime.block_on(run::run(settings)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("The worker stops: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// One thread, this one: all the worker does is wait, and a child is tied to the life of the thread that starts it.
fn runtime() -> anyhow::Result<runtime::Runtime> {
    Ok(runtime::Builder::new_current_thread().enable_all().build()?)
}

fn init_log(log: &LogSettings, no_color: Option<&str>) -> Result<(), repolens_log::InitError> {
    #[expect(clippy::disallowed_methods, reason = "only asked whether it is a terminal")]
    let terminal = std::io::stdout().is_terminal();
    let format = Format::from_setting(log.format.as_deref(), terminal).honour_no_color(no_color);
    repolens_log::init("worker", format, &log.level)
}

/// Before there is a log.
fn complain(message: &str) -> ExitCode {
    use std::io::Write as _;
    // Nobody is left to be told where this fails too.
    let _ = writeln!(std::io::stderr(), "{message}");
    ExitCode::from(EXIT_CONFIG)
}
