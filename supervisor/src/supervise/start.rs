//! Everything before the loop, and what is left to do after it.

use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, poll};
use repolens_log::Level;
use repolens_settings::{Diagnostic, DiagnosticLevel, EXIT_CONFIG};

use super::records::{MemoryWatch, Records};
use super::{SAMPLE_INTERVAL, Supervisor, find_memory};
use crate::children::{self, Children};
use crate::commands::check::{self, CheckOutcome};
use crate::health::HealthTarget;
use crate::health::socket::ProbeSocket;
use crate::log::Log;
use crate::machine::{EXIT_UNAVAILABLE, Machine};
use crate::process::signals::Signals;
use crate::process::users::{self, User};
use crate::process::{self, OomScore};
use crate::settings::{DEFAULT_HEALTH_PATH, Settings, has_error};
use crate::status::server::Server;

/// The time for writing the rest of the log, to a reader that reads.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// Left-over processes may take so long to be gone after they were killed.
const LAST_SWEEP: Duration = Duration::from_millis(500);

/// Runs the supervisor to its end and returns the exit status. `settings` and `diagnostics` are what was read.
pub fn run(settings: Settings, diagnostics: &[Diagnostic], started: Instant) -> io::Result<u8> {
    let oom_score = OomScore::open().ok();
    let users = users::settle(settings.user, settings.worker_user);
    let signals = Signals::listen()?;
    let log = Log::start(settings.log)?;
    for (level, notice) in &users.notices {
        log.write(*level, notice, &[]);
    }
    for refused in process::become_init() {
        log.write(Level::Warn, &refused, &[]);
    }
    let (status, log) = supervise(settings, diagnostics, log, signals, started, users.worker, oom_score)?;
    log.finish(LAST_WORDS);
    Ok(status)
}

fn supervise(
    settings: Settings,
    own_diagnostics: &[Diagnostic],
    log: Log,
    mut signals: Signals,
    started: Instant,
    worker_user: Option<User>,
    oom_score: Option<OomScore>,
) -> io::Result<(u8, Log)> {
    report(&log, own_diagnostics);
    let memory = MemoryWatch::new(find_memory(&settings));
    let mut children = Children::prepare(&settings, memory.limit(), worker_user)?;
    let ready = check_settings(&settings, own_diagnostics, &children, &mut signals, &log)
        .and_then(|()| check_port(&settings, &log))
        .and_then(|()| listen_for_status(&settings, &log));
    let server = match ready {
        Ok(server) => server,
        Err(status) => return Ok((status, log)),
    };
    let probe_socket = match settings.policy.api {
        true => prepare_probe_socket(&settings, &log),
        false => None,
    };
    if let Some(socket) = &probe_socket {
        children.set_probe_socket(socket.path());
    }
    let mut supervisor = Supervisor {
        target: health_target(&settings, probe_socket.as_ref()),
        _probe_socket: probe_socket,
        machine: Machine::new(settings.policy.clone(), children::random_seed()?),
        settings,
        children,
        started,
        log,
        signals,
        api: None,
        worker: None,
        heartbeat: None,
        probe: None,
        work: None,
        server,
        records: Records::default(),
        memory,
        oom_score,
        sample_at: Instant::now() + SAMPLE_INTERVAL,
        sweep_until: None,
        exit: None,
    };
    let status = supervisor.run();
    supervisor.sweep_all();
    Ok((status, supervisor.log))
}

/// Checks the settings of all programs. `Err` is the exit status where nothing is to be started; the log has the reason.
fn check_settings(
    settings: &Settings,
    own_diagnostics: &[Diagnostic],
    children: &Children,
    signals: &mut Signals,
    log: &Log,
) -> Result<(), u8> {
    match check::run(settings, children, false, signals) {
        CheckOutcome::Stopped => {
            let message = format!("{}Shutdown signal received...", log.sign("🛑 "));
            log.write(Level::Info, &message, &[]);
            Err(0)
        }
        CheckOutcome::Done(diagnostics) => {
            report(log, &diagnostics);
            if has_error(own_diagnostics) || has_error(&diagnostics) {
                log.write(Level::Error, "Nothing was started: the settings have faults", &[]);
                return Err(EXIT_CONFIG);
            }
            Ok(())
        }
    }
}

/// Checks that the API can have its port, where it is to run here. `Err` is the exit status.
fn check_port(settings: &Settings, log: &Log) -> Result<(), u8> {
    if !settings.policy.api {
        return Ok(());
    }
    port_is_free(settings).map_err(|why| {
        log.write(Level::Error, &format!("{}{why}", log.sign("❌ ")), &[]);
        EXIT_UNAVAILABLE
    })
}

/// Listens for questions about the status, which only one supervisor of a data folder can do. `Err` is the exit status where
/// another one runs; where no socket can be made, this one runs without.
fn listen_for_status(settings: &Settings, log: &Log) -> Result<Option<Server>, u8> {
    let socket = settings.socket();
    match Server::listen(&socket) {
        Ok(server) => Ok(Some(server)),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            let message = format!(
                "{}Another supervisor runs with the data folder `{}`: stop it, or set `--data-dir`",
                log.sign("❌ "),
                settings.data_dir.display()
            );
            log.write(Level::Error, &message, &[]);
            Err(EXIT_UNAVAILABLE)
        }
        Err(error) => {
            let message = format!("There is no status: `{}` cannot be made: {error}", socket.display());
            log.write(Level::Warn, &message, &[]);
            Ok(None)
        }
    }
}

/// Where the API answers health checks.
fn health_target(settings: &Settings, probe_socket: Option<&ProbeSocket>) -> HealthTarget {
    HealthTarget {
        // Another path than the usual one is answered only at the port.
        socket: probe_socket
            .filter(|_| settings.health_path == DEFAULT_HEALTH_PATH)
            .map(|socket| socket.path().to_owned()),
        address: settings.api_address,
        path: settings.health_path.clone(),
    }
}

/// Without it, health checks go over the port, which others can fill.
fn prepare_probe_socket(settings: &Settings, log: &Log) -> Option<ProbeSocket> {
    match ProbeSocket::prepare(&settings.data_dir, &settings.temporary) {
        Ok(socket) => Some(socket),
        Err(error) => {
            let message = format!("Health checks go over the port of the API: no socket can be made for them: {error}");
            log.write(Level::Warn, &message, &[]);
            None
        }
    }
}

/// Writes diagnostics to the log. What was tried and works is for `check`; at a start it is noise.
fn report(log: &Log, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        let level = match diagnostic.level {
            DiagnosticLevel::Error => Level::Error,
            DiagnosticLevel::Warning => Level::Warn,
            DiagnosticLevel::Ok => Level::Debug,
        };
        log.write(level, &format!("`{}` {}", diagnostic.name, diagnostic.message), &[]);
    }
}

/// Whether the API can have its port. The message states what to do.
pub fn port_is_free(settings: &Settings) -> Result<(), String> {
    let address = settings.bind_address;
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(format!(
            "Port {} is taken: another program (perhaps another RepoLens) listens there. Stop it, or set `PORT`",
            settings.port
        )),
        Err(error) => Err(format!(
            "Port {} of {} cannot be used: {error}",
            settings.port,
            address.ip()
        )),
    }
}

impl Supervisor {
    /// Leaves nothing behind: kills and reaps whatever is still a child of ours.
    fn sweep_all(&mut self) {
        let deadline = Instant::now() + LAST_SWEEP;
        loop {
            let left = process::children();
            for child in &left {
                let _gone = process::signal(*child, nix::sys::signal::Signal::SIGKILL);
            }
            while let Some(reaped) = process::reap(|_| {}) {
                if Some(reaped.pid) == self.api {
                    self.log.ended(reaped.pid.as_raw().unsigned_abs());
                    self.api = None;
                }
            }
            if left.is_empty() || Instant::now() >= deadline {
                return;
            }
            // Each end of a child wakes us.
            let _interrupted = poll(&mut [PollFd::new(self.signals.fd(), PollFlags::POLLIN)], 20u8);
            self.signals.arrived();
        }
    }
}
