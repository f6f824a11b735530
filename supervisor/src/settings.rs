//! The settings of the supervisor as typed values: read once, checked in one place, every fault listed.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use repolens_log::{Level, LogFormat};
use repolens_settings::units::Rate;
use repolens_settings::{Diagnostic, DiagnosticLevel, SettingsReader, Vars};

use crate::machine::{Policy, Restarts};
use crate::process::users::User;

/// The path that the API also answers on its socket for health checks.
pub const DEFAULT_HEALTH_PATH: &str = "/api/health";

const DEFAULT: &str = "the table of settings has a default";

/// Whether a diagnostic keeps everything from being started.
pub fn has_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.level == DiagnosticLevel::Error)
}

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    pub path: PathBuf,
    pub arguments: Vec<String>,
    /// It is the product's own program, which understands `check`.
    pub ours: bool,
}

/// Everything that was set.
#[derive(Debug)]
pub struct Settings {
    pub policy: Policy,
    pub api: Program,
    pub worker: Program,
    /// The user that the supervisor and the API become where they are started as root.
    pub user: Option<User>,
    /// The user that the worker runs as, where the host allows it.
    pub worker_user: Option<User>,
    pub check_children: bool,
    pub port: u16,
    /// Where the API listens, as seen from here.
    pub api_address: SocketAddr,
    /// The address that the API will bind.
    pub bind_address: SocketAddr,
    /// The folder of temporary files.
    pub temporary: PathBuf,
    pub health_path: String,
    pub health_timeout: Duration,
    pub data_dir: PathBuf,
    pub cgroup_root: PathBuf,
    /// The environment, for the children.
    pub variables: Vars,
    pub log: LogStyle,
}

/// The form of the log.
#[derive(Clone, Copy, Debug)]
pub struct LogStyle {
    pub format: LogFormat,
    /// The level of the supervisor's own lines; `None`: none of them.
    pub level: Option<Level>,
    pub signs: bool,
}

impl Settings {
    /// Returns the settings and what is wrong with them. Where that is an error, the default takes its place: nothing is to
    /// be started with it, but the children can check the rest.
    pub fn read(mut reader: SettingsReader, stdout_is_terminal: bool) -> (Self, Vec<Diagnostic>) {
        let settings = read(&mut reader, stdout_is_terminal);
        (settings, reader.into_diagnostics())
    }

    pub fn socket(&self) -> PathBuf {
        socket_in(&self.data_dir, self.policy.api)
    }
}

/// Returns the path of the status socket. A worker that is supervised alone may share the folder with an API that is.
pub fn socket_in(data_dir: &Path, with_api: bool) -> PathBuf {
    data_dir.join(if with_api {
        "supervisor.sock"
    } else {
        "supervisor-worker.sock"
    })
}

fn read(reader: &mut SettingsReader, stdout_is_terminal: bool) -> Settings {
    let (api, worker) = match reader.choice("REPOLENS_ONLY") {
        None => (true, true),
        Some(only) => (only == "api", only == "worker"),
    };
    let port = reader.port("PORT").expect(DEFAULT);
    let host = host(reader);
    // A server that listens on all addresses is asked on the loopback one.
    let seen_at = if host.is_unspecified() {
        Ipv4Addr::LOCALHOST.into()
    } else {
        host
    };
    if worker && !api && !reader.vars().contains_key("WORKER_TOKEN") {
        reader.error(
            "WORKER_TOKEN",
            "is needed with `--only worker`: the same value as the API has, at least 32 characters",
        );
    }
    let data_dir = reader.text("REPOLENS_DATA_DIR");
    let mut variables = reader.vars().clone();
    // These two may come from flags; the children read variables.
    variables.insert("PORT".to_owned(), port.to_string());
    if reader.get("REPOLENS_DATA_DIR").is_some() {
        variables.insert("REPOLENS_DATA_DIR".to_owned(), data_dir.clone());
    }
    Settings {
        api: program(reader, "REPOLENS_API", "repolens-api", api),
        worker: program(reader, "REPOLENS_WORKER", "repolens-worker", worker),
        policy: policy(reader, api, worker),
        user: reader.parsed("REPOLENS_USER", User::parse),
        worker_user: reader.parsed("REPOLENS_WORKER_USER", User::parse),
        check_children: !reader.flag("REPOLENS_NO_CHECK"),
        port,
        api_address: SocketAddr::new(seen_at, port),
        bind_address: SocketAddr::new(host, port),
        temporary: PathBuf::from(reader.system("TMPDIR").unwrap_or("/tmp")),
        health_path: health_path(reader),
        health_timeout: time(reader, "REPOLENS_HEALTH_TIMEOUT"),
        data_dir: PathBuf::from(data_dir),
        cgroup_root: PathBuf::from(reader.text("REPOLENS_CGROUP_ROOT")),
        variables,
        log: log_style(reader, stdout_is_terminal),
    }
}

fn host(reader: &mut SettingsReader) -> IpAddr {
    let default = if reader.production() {
        Ipv4Addr::UNSPECIFIED
    } else {
        Ipv4Addr::LOCALHOST
    };
    reader
        .parsed("HOST", |text| text.parse().ok())
        .unwrap_or(default.into())
}

fn policy(reader: &mut SettingsReader, api: bool, worker: bool) -> Policy {
    Policy {
        api,
        worker,
        start_timeout: time(reader, "REPOLENS_START_TIMEOUT"),
        health_interval: time_unless_zero(reader, "REPOLENS_HEALTH_INTERVAL"),
        health_misses: reader.number("REPOLENS_HEALTH_MISSES").expect(DEFAULT),
        busy_timeout: time_unless_zero(reader, "REPOLENS_BUSY_TIMEOUT"),
        hang_timeout: time_unless_zero(reader, "REPOLENS_WORKER_HANG_TIMEOUT"),
        worker_memory_max: reader.size("REPOLENS_WORKER_MEMORY_MAX"),
        worker_grace: time(reader, "REPOLENS_WORKER_GRACE"),
        api_grace: time(reader, "REPOLENS_API_GRACE"),
        stop_timeout: time(reader, "REPOLENS_STOP_TIMEOUT"),
        restarts: Restarts {
            delay: time(reader, "REPOLENS_RESTART_DELAY"),
            delay_max: time(reader, "REPOLENS_RESTART_DELAY_MAX"),
            stable_after: time(reader, "REPOLENS_STABLE_AFTER"),
            crash_loop: reader
                .rate("REPOLENS_CRASH_LOOP")
                .map(|Rate { count, per }| (count, per)),
        },
        exit_on_crash_loop: reader.choice("REPOLENS_ON_CRASH_LOOP") == Some("exit"),
    }
}

fn time(reader: &mut SettingsReader, name: &str) -> Duration {
    reader.duration(name).expect(DEFAULT)
}

fn time_unless_zero(reader: &mut SettingsReader, name: &str) -> Option<Duration> {
    Some(time(reader, name)).filter(|time| !time.is_zero())
}

fn health_path(reader: &mut SettingsReader) -> String {
    let is_path = |text: &str| text.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_graphic());
    let path = reader.parsed("REPOLENS_HEALTH_PATH", |text| is_path(text).then(|| text.to_owned()));
    path.expect(DEFAULT)
}

/// Reads the command of a child. Without one, it is our own program beside this one, which must exist where it is `needed`.
fn program(reader: &mut SettingsReader, name: &str, default: &str, needed: bool) -> Program {
    let words = reader.parsed(name, |command| shlex::split(command).filter(|words| !words.is_empty()));
    if let Some(mut words) = words {
        let path = PathBuf::from(words.remove(0));
        return Program {
            path,
            arguments: words,
            ours: false,
        };
    }
    let beside = std::env::current_exe()
        .ok()
        .and_then(|own| Some(own.parent()?.join(default)));
    let path = beside.unwrap_or_else(|| PathBuf::from(default));
    if needed && reader.get(name).is_none() && !path.is_file() {
        reader.error(
            name,
            format!(
                "is not set and `{}` does not exist: build it, or set the command that starts it",
                path.display()
            ),
        );
    }
    Program {
        path,
        arguments: Vec::new(),
        ours: true,
    }
}

fn log_style(reader: &mut SettingsReader, stdout_is_terminal: bool) -> LogStyle {
    let format = LogFormat::from_setting(reader.choice("LOG_FORMAT"), stdout_is_terminal);
    LogStyle {
        format: format.honor_no_color(reader.get("NO_COLOR")),
        level: own_level(&reader.text("LOG_LEVEL")),
        signs: !reader.flag("NO_SIGNS"),
    }
}

/// Returns the level of the supervisor's own lines out of a filter such as `info,hyper=warn`; `None` is off.
fn own_level(filter: &str) -> Option<Level> {
    let bare = filter.split(',').map(str::trim).filter(|part| !part.contains('='));
    bare.clone()
        .find_map(Level::from_name)
        .or(if bare.into_iter().any(|part| part == "off") {
            None
        } else {
            Some(Level::Info)
        })
}

#[cfg(test)]
mod tests {
    use repolens_log::Level;
    use repolens_settings::{Component, DiagnosticLevel, Environment, SETTINGS, SettingsReader, Vars};

    use super::{Settings, own_level, read};

    fn vars(pairs: &[(&str, &str)]) -> Vars {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    fn reader(environment: &[(&str, &str)], flags: &[(&str, &str)]) -> SettingsReader {
        let environment = Environment {
            vars: vars(environment),
            ..Environment::default()
        };
        SettingsReader::with_flags(Component::Supervisor, environment, vars(flags))
    }

    const COMMANDS: [(&str, &str); 2] = [("REPOLENS_API", "api"), ("REPOLENS_WORKER", "worker 'a b' c\\ d")];

    #[test]
    fn an_empty_environment_is_enough() {
        let (settings, diagnostics) = Settings::read(reader(&COMMANDS, &[]), false);
        assert_eq!(diagnostics, []);
        assert_eq!(settings.port, 3001);
        assert!(settings.policy.stop_timeout.as_secs() < 30);
        assert_eq!(settings.worker.arguments, ["a b", "c d"]);
    }

    /// The table's rows of the supervisor are what it reads.
    #[test]
    fn every_row_is_read() {
        let mut reader = reader(&COMMANDS, &[]);
        read(&mut reader, false);
        let rows = SETTINGS.iter().filter(|setting| setting.readers.supervisor);
        assert_eq!(reader.names_read(), rows.map(|setting| setting.name).collect());
    }

    #[test]
    fn every_fault_is_listed_at_once_and_by_name() {
        let flags = [
            ("REPOLENS_ONLY", "both"),
            ("PORT", "99999"),
            ("REPOLENS_START_TIMEOUT", "soon"),
            ("REPOLENS_CRASH_LOOP", "8"),
            ("REPOLENS_ON_CRASH_LOOP", "panic"),
            ("REPOLENS_WORKER_MEMORY_MAX", "big"),
            ("REPOLENS_HEALTH_PATH", "health"),
            ("REPOLENS_API", "api 'open"),
            ("REPOLENS_WORKER", "worker"),
        ];
        let environment = [
            ("REPOLENS_ONYL", "x"),
            ("LOG_FORMAT", "xml"),
            ("REPOLENS_API_GRACE", "x"),
        ];
        let (settings, diagnostics) = Settings::read(reader(&environment, &flags), false);
        assert_eq!(settings.port, 3001, "the others can be checked anyway");
        let errors: Vec<&str> = diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.level == DiagnosticLevel::Error)
            .map(|diagnostic| diagnostic.name.as_str())
            .collect();
        let mut expected = [
            "--only",
            "--port",
            "--start-timeout",
            "--crash-loop",
            "--on-crash-loop",
            "--worker-memory-max",
            "--health-path",
            "--api",
            "LOG_FORMAT",
            "REPOLENS_API_GRACE",
        ];
        expected.sort_unstable();
        let mut errors = errors;
        errors.sort_unstable();
        assert_eq!(errors, expected);
        let unknown = diagnostics.iter().find(|diagnostic| diagnostic.name == "REPOLENS_ONYL");
        let unknown = unknown.expect("the misspelled name is reported");
        assert_eq!(
            (unknown.level, unknown.message.contains("`REPOLENS_ONLY`")),
            (DiagnosticLevel::Warning, true)
        );
    }

    #[test]
    fn the_own_level_of_a_filter() {
        assert_eq!(own_level("hyper=warn,debug"), Some(Level::Debug));
        assert_eq!(own_level("off"), None);
        assert_eq!(own_level("api=debug"), Some(Level::Info));
    }
}
