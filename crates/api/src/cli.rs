//! The command line: `serve` without a command, and `check`.

pub mod check;

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use repolens_core::settings::{
    ApiSettings, Checked, Component, DiagnosticLevel, EXIT_CONFIG, LogSettings, SettingsReader, log_settings,
};
use repolens_log::LogFormat;

use crate::serve;

/// `EX_UNAVAILABLE` of sysexits.h: the port or the database is not to be had.
const EXIT_UNAVAILABLE: u8 = 69;

/// The time that abandoned calls to the database may take at the end.
const LAST_CALLS: Duration = Duration::from_secs(2);

/// The RepoLens API. Without a command it serves; its settings are environment variables.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Check the settings: one JSON object a line, exit status 78 where there is an error
    Check {
        /// Also try to reach the database and Redis
        #[arg(long)]
        connect: bool,
    },
}

/// Runs the program and returns its exit status.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        unreachable!("nothing ran before that could have installed another provider");
    }
    let mut reader = SettingsReader::from_environment(Component::Api);
    // For the log, as long as it is not known whether the settings are sound.
    let log = log_settings(&mut reader);
    let checked = ApiSettings::read(reader);
    // Few threads: what runs here waits for the database most of the time.
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(8)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(_) => return ExitCode::from(EXIT_UNAVAILABLE),
    };
    let status = match arguments.command {
        Some(Command::Check { connect }) => match runtime.block_on(check::run(checked, connect)) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(EXIT_CONFIG),
            Err(_) => ExitCode::FAILURE,
        },
        None => serve(checked, &log, &runtime),
    };
    // A call to a database that does not answer is not waited for.
    runtime.shutdown_timeout(LAST_CALLS);
    status
}

fn serve(checked: Checked<ApiSettings>, log: &LogSettings, runtime: &tokio::runtime::Runtime) -> ExitCode {
    #[expect(clippy::disallowed_methods, reason = "asked only whether it is a terminal")]
    let terminal = std::io::stdout().is_terminal();
    let form = LogFormat::from_setting(log.format, terminal).honor_no_color(log.no_color.as_deref());
    // The threads of the HTTP server log little, and log nonsense from a client as an error; a
    // filter that names them takes precedence.
    let filter = format!("actix_server=warn,actix_http=off,{}", log.level);
    if repolens_log::init("api", form, &filter).is_err() {
        // The filter is the only part that a person wrote.
        if repolens_log::init("api", form, "info").is_err() {
            return ExitCode::FAILURE;
        }
        tracing::warn!("LOG_LEVEL: cannot be read as a filter such as `info` or `repolens_api=debug`: `info` is used");
    }
    let mut diagnostics = checked.diagnostics;
    if let Some(settings) = &checked.settings {
        diagnostics.extend(check::database_address(settings));
        diagnostics.push(check::meaning(settings));
        diagnostics.extend(check::extra_authorities(settings));
    }
    for diagnostic in &diagnostics {
        match diagnostic.level {
            DiagnosticLevel::Error => tracing::error!("{diagnostic}"),
            DiagnosticLevel::Warning => tracing::warn!("{diagnostic}"),
            DiagnosticLevel::Ok => tracing::info!("{diagnostic}"),
        }
    }
    let sound = diagnostics
        .iter()
        .all(|diagnostic| diagnostic.level != DiagnosticLevel::Error);
    let Some(settings) = checked.settings.filter(|_| sound) else {
        return ExitCode::from(EXIT_CONFIG);
    };
    match runtime.block_on(serve::run(settings)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::from(if error.is::<check::Misfits>() {
                EXIT_CONFIG
            } else {
                EXIT_UNAVAILABLE
            })
        }
    }
}
