//! `repolens-worker`: the worker, its check, and the analysis of one folder.

mod check;
pub mod cli;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser as _;
use repolens_core::settings::{
    Checked, Component, DiagnosticLevel, EXIT_CONFIG, LogSettings, SettingsReader, WorkerSettings, log_settings,
};
use repolens_log::LogFormat;
use tokio::runtime;

use crate::{analyze, osv, run};
use cli::{Cli, Command, EXIT_USAGE, OsvCommand};

/// `EX_DATAERR`, `EX_NOINPUT` and `EX_IOERR` of sysexits.h.
const EXIT_DATA: u8 = 65;
const EXIT_NO_INPUT: u8 = 66;
const EXIT_OUTPUT: u8 = 74;

/// Parses the command line and runs the chosen command.
#[must_use]
pub fn main() -> ExitCode {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        unreachable!("nothing ran before that could have installed another provider");
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A closed stderr cannot be reported anywhere.
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
        Some(Command::Osv(OsvCommand::Build { inputs, output })) => build_index(&inputs, &output),
        Some(Command::Check { connect }) => check_settings(connect),
        None => work(),
    }
}

fn check_settings(connect: bool) -> ExitCode {
    let checked = WorkerSettings::read(SettingsReader::from_environment(Component::Worker));
    #[expect(
        clippy::disallowed_methods,
        reason = "the diagnostics are the output of this command"
    )]
    let mut out = std::io::stdout().lock();
    match runtime().map(|runtime| runtime.block_on(check::check(checked, connect, &mut out))) {
        Ok(Ok(status)) => ExitCode::from(status),
        Ok(Err(_)) | Err(_) => ExitCode::from(EXIT_OUTPUT),
    }
}

fn build_index(inputs: &[PathBuf], output: &Path) -> ExitCode {
    use std::io::Write as _;
    if let Some(missing) = inputs.iter().find(|input| !input.exists()) {
        // A closed stderr cannot be reported anywhere, here and below.
        let _ = writeln!(std::io::stderr(), "error: `{}` does not exist", missing.display());
        return ExitCode::from(EXIT_NO_INPUT);
    }
    let built = match osv::build(inputs, output) {
        Ok(built) => built,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            return ExitCode::from(EXIT_OUTPUT);
        }
    };
    for problem in &built.problems {
        let _ = writeln!(std::io::stderr(), "warning: {}", repolens_log::harmless(problem));
    }
    if built.unreadable > built.problems.len() as u64 {
        let _ = writeln!(
            std::io::stderr(),
            "warning: {} inputs could not be read",
            built.unreadable
        );
    }
    if built.records == 0 {
        let _ = writeln!(
            std::io::stderr(),
            "error: there is no record of a known ecosystem: no index was written"
        );
        return ExitCode::from(EXIT_DATA);
    }
    let _ = writeln!(
        std::io::stderr(),
        "{}: {} packages, {} records, {} bytes, data of {}",
        output.display(),
        built.packages,
        built.records,
        built.bytes,
        built.date
    );
    ExitCode::SUCCESS
}

fn work() -> ExitCode {
    let mut reader = SettingsReader::from_environment(Component::Worker);
    // The log is opened before the settings are known to be valid.
    let log = log_settings(&mut reader);
    let Checked { settings, diagnostics } = WorkerSettings::read(reader);
    if let Err(error) = init_log(&log) {
        return complain(&format!("error: {error}"));
    }
    for diagnostic in &diagnostics {
        match diagnostic.level {
            DiagnosticLevel::Error => tracing::error!("{diagnostic}"),
            DiagnosticLevel::Warning => tracing::warn!("{diagnostic}"),
            DiagnosticLevel::Ok => tracing::debug!("{diagnostic}"),
        }
    }
    let Some(settings) = settings else {
        tracing::error!("the worker does not start with these settings; see docs/settings.md");
        return ExitCode::from(EXIT_CONFIG);
    };
    if let Err(error) = without_core_dumps() {
        tracing::warn!("core dumps of the worker are not turned off: {error}");
    }
    let result = runtime().and_then(|runtime| runtime.block_on(run::run(settings)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("worker stopped: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A core dump would hold the keys of the settings.
fn without_core_dumps() -> nix::Result<()> {
    nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_CORE, 0, 0)
}

/// One thread, this one: the worker only waits, and a child is tied to the life of the thread that starts it.
fn runtime() -> anyhow::Result<runtime::Runtime> {
    Ok(runtime::Builder::new_current_thread().enable_all().build()?)
}

fn init_log(log: &LogSettings) -> Result<(), repolens_log::InitError> {
    #[expect(clippy::disallowed_methods, reason = "only checked for being a terminal")]
    let terminal = std::io::stdout().is_terminal();
    let format = LogFormat::from_setting(log.format, terminal).honor_no_color(log.no_color.as_deref());
    repolens_log::init("worker", format, &log.level)
}

/// Writes an error before there is a log.
fn complain(message: &str) -> ExitCode {
    use std::io::Write as _;
    // A closed stderr cannot be reported anywhere.
    let _ = writeln!(std::io::stderr(), "{message}");
    ExitCode::from(EXIT_CONFIG)
}
