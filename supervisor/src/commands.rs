//! The commands of the command line.

pub mod check;
pub mod cli;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use repolens_log::{harmless, redact};
use repolens_settings::{Component, Diagnostic, DiagnosticLevel, EXIT_CONFIG, Environment, SettingsReader};

use crate::children::Children;
use crate::memory::Cgroup;
use crate::process;
use crate::process::signals::Signals;
use crate::process::users::{self, User};
use crate::settings::{self, Settings, has_error};
use crate::status::{SupervisorStatus, client};
use crate::supervise;
use check::CheckOutcome;
use cli::{Command, CommandLine};

/// No supervisor runs here.
const EXIT_NOT_RUNNING: u8 = 1;
/// SIGINT or another signal to stop came during the check.
const EXIT_INTERRUPTED: u8 = 130;
/// Something that should always work did not.
const EXIT_BROKEN: u8 = 71;

/// Runs the command of the command line.
pub fn run() -> ExitCode {
    let started = Instant::now();
    let line = match CommandLine::parse(std::env::args_os()) {
        Ok(line) => line,
        Err(error) => {
            let code = if error.use_stderr() { EXIT_CONFIG } else { 0 };
            // A reader of the help that has seen enough closes the pipe.
            let _closed = error.print();
            return ExitCode::from(code);
        }
    };
    let environment = Environment::read(line.flags.get("REPOLENS_ENV_FILE").map(String::as_str));
    let reader = SettingsReader::with_flags(Component::Supervisor, environment, line.flags);
    let result = match line.command {
        None => start(reader, started),
        Some(Command::Check) => check(reader),
        Some(Command::Status { json }) => Ok(status(reader, json)),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut cli::clap_command(), "repolens-supervisor", &mut script);
            print(&String::from_utf8_lossy(&script));
            Ok(0)
        }
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            complain(&format!("the supervisor cannot work: {error}"));
            ExitCode::from(EXIT_BROKEN)
        }
    }
}

fn start(reader: SettingsReader, started: Instant) -> io::Result<u8> {
    let (settings, diagnostics) = Settings::read(reader, is_terminal());
    supervise::run(settings, &diagnostics, started)
}

/// Checks everything, with the connections, and prints one list.
fn check(reader: SettingsReader) -> io::Result<u8> {
    let (settings, mut diagnostics) = Settings::read(reader, is_terminal());
    let users = users::settle(settings.user, settings.worker_user);
    let mut signals = Signals::listen()?;
    let cgroup = Cgroup::find(&settings.cgroup_root);
    let children = Children::prepare(&settings, cgroup.as_ref().and_then(Cgroup::limit), users.worker)?;
    process::become_init();
    match check::run(&settings, &children, true, &mut signals) {
        CheckOutcome::Stopped => return Ok(EXIT_INTERRUPTED),
        CheckOutcome::Done(found) => {
            diagnostics.extend(found.into_iter().filter(|diagnostic| is_news(diagnostic, &settings)));
        }
    }
    if settings.policy.api
        && let Err(why) = supervise::port_is_free(&settings)
    {
        // It may well be our own API, when the check is run beside it.
        diagnostics.push(Diagnostic {
            level: DiagnosticLevel::Warning,
            name: "PORT".to_owned(),
            message: why,
        });
    }
    print(&listed(&diagnostics));
    Ok(if has_error(&diagnostics) { EXIT_CONFIG } else { 0 })
}

/// Whether the worker's check found a difference that is no fault here: our API does not run before it is started, or
/// one that runs already has another token than the one that was made for this check.
fn is_news(diagnostic: &Diagnostic, settings: &Settings) -> bool {
    let is_set = |name| settings.variables.contains_key(name);
    let api_is_ours = settings.policy.api && !is_set("API_URL");
    match diagnostic.name.as_str() {
        "API_URL" => !api_is_ours,
        "WORKER_TOKEN" => !api_is_ours || is_set("WORKER_TOKEN"),
        _ => true,
    }
}

/// One line for each, and how many there are.
fn listed(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    let (mut errors, mut warnings) = (0, 0);
    for diagnostic in diagnostics {
        let level = match diagnostic.level {
            DiagnosticLevel::Error => {
                errors += 1;
                "error"
            }
            DiagnosticLevel::Warning => {
                warnings += 1;
                "warning"
            }
            DiagnosticLevel::Ok => "ok",
        };
        let line = format!("{level:<8} {:<24} {}", diagnostic.name, diagnostic.message);
        text.push_str(&harmless(&redact(&line)));
        text.push('\n');
    }
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    text.push_str(&format!("{}, {}\n", count(errors, "error"), count(warnings, "warning")));
    text
}

fn status(mut reader: SettingsReader, json: bool) -> u8 {
    // The socket is its owner's alone: root of a container that may do next to nothing could not ask.
    users::settle(reader.parsed("REPOLENS_USER", User::parse), None);
    let folder = PathBuf::from(reader.text("REPOLENS_DATA_DIR"));
    let answer = client::ask(&settings::socket_in(&folder, true), "status")
        .or_else(|why| client::ask(&settings::socket_in(&folder, false), "status").map_err(|_| why));
    let answer = match answer {
        Ok(answer) => answer,
        Err(why) => {
            complain(&why);
            return EXIT_NOT_RUNNING;
        }
    };
    let report = match serde_json::from_str::<SupervisorStatus>(&answer) {
        Ok(report) => report,
        Err(error) => {
            complain(&format!(
                "the supervisor's answer cannot be read: {error}. Is it of another version?"
            ));
            return EXIT_BROKEN;
        }
    };
    print(&if json { answer } else { report.text() });
    // A container's health check asks: one that starts or stops is not ready.
    if report.phase == "running" { 0 } else { EXIT_NOT_RUNNING }
}

#[expect(clippy::disallowed_methods, reason = "whether it is a terminal is asked here alone")]
fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

#[expect(clippy::disallowed_methods, reason = "output is the purpose, in one locked write")]
fn print(text: &str) {
    // A reader that has seen enough closes the pipe.
    let _closed = io::stdout().lock().write_all(text.as_bytes());
}

fn complain(text: &str) {
    let _closed = io::stderr()
        .lock()
        .write_all(format!("repolens-supervisor: {text}\n").as_bytes());
}
