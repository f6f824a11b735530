//! The commands of the command line.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use clap::{CommandFactory as _, Parser as _};
use repolens_log::{Level, harmless, redact};

use crate::check::{self, Checked};
use crate::children::Children;
use crate::cli::{Cli, Command, Flags};
use crate::machine::EXIT_SETTINGS;
use crate::memory::Cgroup;
use crate::process;
use crate::process::users::{self, User};
use crate::settings::environment::Environment;
use crate::settings::{self, DEFAULT_DATA_DIR, Fault, LogSettings, Settings, are_grave};
use crate::signals::Signals;
use crate::status::{Report, client};
use crate::supervise;

/// No supervisor runs here.
const EXIT_NOT_RUNNING: u8 = 1;
/// SIGINT or another signal to stop came during the check.
const EXIT_INTERRUPTED: u8 = 130;
/// Something that should always work did not.
const EXIT_BROKEN: u8 = 71;

/// Does what the command line says.
pub fn run() -> ExitCode {
    let started = Instant::now();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let environment = Environment::read(env_file_of(&arguments).as_deref());
    let cli = match Cli::try_parse_from(settings::with_file_flags(arguments, &environment)) {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { EXIT_SETTINGS } else { 0 };
            // Help into a closed pipe is nobody's problem.
            let _closed = error.print();
            return ExitCode::from(code);
        }
    };
    let flags = cli.flags.without_empty_ones();
    let result = match cli.command {
        None => start(&flags, &environment, started),
        Some(Command::Check) => check(&flags, &environment),
        Some(Command::Status { json }) => Ok(status(&flags, json)),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "repolens-supervisor", &mut script);
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

fn start(flags: &Flags, environment: &Environment, started: Instant) -> io::Result<u8> {
    let log = LogSettings::read(environment, is_terminal());
    let (settings, faults) = Settings::read(flags, environment);
    supervise::run(settings, &faults, log, started)
}

/// Checks everything, with the connections, and prints one list.
fn check(flags: &Flags, environment: &Environment) -> io::Result<u8> {
    let (settings, mut faults) = Settings::read(flags, environment);
    let users = users::settle(settings.user, settings.worker_user);
    let mut signals = Signals::listen()?;
    let cgroup = Cgroup::find(&settings.cgroup_root);
    let children = Children::prepare(&settings, cgroup.as_ref().and_then(Cgroup::limit), users.worker)?;
    process::become_init();
    match check::run(&settings, &children, true, &mut signals) {
        Checked::Stopped => return Ok(EXIT_INTERRUPTED),
        Checked::Done(found) => faults.extend(found.into_iter().filter(|fault| is_news(fault, &settings, environment))),
    }
    if settings.policy.api
        && let Err(why) = supervise::port_is_free(&settings)
    {
        // It may well be our own API, when the check is run beside it.
        faults.push(Fault {
            level: Level::Warn,
            name: "PORT".to_owned(),
            message: why,
        });
    }
    print(&listed(&faults));
    Ok(if are_grave(&faults) { EXIT_SETTINGS } else { 0 })
}

/// What the worker finds out about an API of ours: that it is not there before it is started, or that one that runs already
/// has another token than the one which was made for this check. Neither is a fault.
fn is_news(fault: &Fault, settings: &Settings, environment: &Environment) -> bool {
    let api_is_ours = settings.policy.api && environment.get("API_URL").is_none();
    match fault.name.as_str() {
        "API_URL" => !api_is_ours,
        "WORKER_TOKEN" => !api_is_ours || environment.get("WORKER_TOKEN").is_some(),
        _ => true,
    }
}

/// One line for each, and how many there are.
fn listed(faults: &[Fault]) -> String {
    let mut text = String::new();
    let (mut errors, mut warnings) = (0, 0);
    for fault in faults {
        let level = match fault.level {
            Level::Error => {
                errors += 1;
                "error"
            }
            Level::Warn => {
                warnings += 1;
                "warning"
            }
            _ => "ok",
        };
        let line = format!("{level:<8} {:<24} {}", fault.name, fault.message);
        text.push_str(&harmless(&redact(&line)));
        text.push('\n');
    }
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    text.push_str(&format!("{}, {}\n", count(errors, "error"), count(warnings, "warning")));
    text
}

fn status(flags: &Flags, json: bool) -> u8 {
    // The socket is its owner's alone: root of a container that may do next to nothing could not ask.
    users::settle(flags.user.as_deref().and_then(User::parse), None);
    let folder = Path::new(flags.data_dir.as_deref().unwrap_or(DEFAULT_DATA_DIR));
    let answer = client::ask(&settings::socket_in(folder, true), "status")
        .or_else(|why| client::ask(&settings::socket_in(folder, false), "status").map_err(|_| why));
    let answer = match answer {
        Ok(answer) => answer,
        Err(why) => {
            complain(&why);
            return EXIT_NOT_RUNNING;
        }
    };
    let report = match serde_json::from_str::<Report>(&answer) {
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

/// The value of `--env-file`, which is needed before the flags can be read.
fn env_file_of(arguments: &[OsString]) -> Option<String> {
    let mut arguments = arguments.iter().filter_map(|argument| argument.to_str());
    while let Some(argument) = arguments.next() {
        if argument == "--env-file" {
            return arguments.next().map(str::to_owned);
        }
        if let Some(file) = argument.strip_prefix("--env-file=") {
            return Some(file.to_owned());
        }
    }
    None
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
