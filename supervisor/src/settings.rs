//! The settings of the supervisor: read once, checked in one place, every fault listed.

pub mod environment;
mod reader;
pub mod units;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::CommandFactory as _;
use repolens_log::units::parse_size;
use repolens_log::{Format, Level};

use crate::cli::{Cli, Flags};
use crate::machine::{Policy, Restarts};
use crate::process::users::User;
use environment::Environment;
use reader::Reader;

/// What was found wrong, or odd, with one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub level: Level,
    pub name: String,
    pub message: String,
}

/// Whether one of the faults keeps everything from being started.
pub fn are_grave(faults: &[Fault]) -> bool {
    faults.iter().any(|fault| fault.level == Level::Error)
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
    /// Whom the supervisor and the API become where they are started as root.
    pub user: Option<User>,
    /// Whom the worker runs as, where the host allows it.
    pub worker_user: Option<User>,
    pub check_children: bool,
    pub port: u16,
    /// Where the API listens, as seen from here.
    pub api_address: SocketAddr,
    /// The folder of temporary files.
    pub temporary: PathBuf,
    /// The address that the API will bind.
    pub bind_address: SocketAddr,
    pub health_path: String,
    pub health_timeout: Duration,
    pub data_dir: PathBuf,
    pub cgroup_root: PathBuf,
    /// The environment, for the children.
    pub variables: HashMap<String, String>,
}

/// How the log looks.
#[derive(Clone, Copy, Debug)]
pub struct LogSettings {
    pub format: Format,
    pub level: Option<Level>,
    pub signs: bool,
}

impl LogSettings {
    pub fn read(environment: &Environment, stdout_is_terminal: bool) -> Self {
        let format = Format::from_setting(environment.get("LOG_FORMAT"), stdout_is_terminal);
        Self {
            format: format.honour_no_color(environment.get("NO_COLOR")),
            level: own_level(environment.get("LOG_LEVEL").unwrap_or("info")),
            signs: environment.get("NO_SIGNS").is_none_or(|value| value == "0"),
        }
    }
}

impl Settings {
    /// The settings and what is wrong with them. Where that is an error, the default stands in its place: nothing is to be
    /// started with it, but the children can check the rest.
    pub fn read(flags: &Flags, environment: &Environment) -> (Self, Vec<Fault>) {
        let mut reader = Reader { faults: Vec::new() };
        for (name, what) in &environment.faults {
            reader.error(name, what.clone());
        }
        let settings = read(flags, environment, &mut reader);
        reader.warn_of_unknown(environment);
        (settings, reader.faults)
    }

    pub fn socket(&self) -> PathBuf {
        socket_in(&self.data_dir, self.policy.api)
    }
}

/// Where the status socket is. A worker that is supervised alone may share the folder with an API that is.
pub fn socket_in(data_dir: &Path, with_api: bool) -> PathBuf {
    data_dir.join(if with_api {
        "supervisor.sock"
    } else {
        "supervisor-worker.sock"
    })
}

/// What the API answers on its socket for health checks as well.
pub const DEFAULT_HEALTH_PATH: &str = "/api/health";
pub const DEFAULT_DATA_DIR: &str = "./.repolens";

fn read(flags: &Flags, environment: &Environment, reader: &mut Reader) -> Settings {
    let (api, worker) = match flags.only.as_deref().map(str::trim) {
        None => (true, true),
        Some("api") => (true, false),
        Some("worker") => (false, true),
        Some(other) => {
            reader.error("--only", format!("`{other}` is neither `api` nor `worker`"));
            (true, true)
        }
    };
    let port = reader.parsed("PORT", &flags.port, 3001, "a port from 1 to 65535", |text| {
        text.trim().parse::<u16>().ok().filter(|port| *port != 0)
    });
    let production = environment.get("NODE_ENV") == Some("production");
    let host = match environment.get("HOST") {
        None if production => Ipv4Addr::UNSPECIFIED.into(),
        None => Ipv4Addr::LOCALHOST.into(),
        Some(text) => text.trim().parse::<IpAddr>().unwrap_or_else(|_| {
            reader.error(
                "HOST",
                format!("`{text}` is not an IP address such as `0.0.0.0` or `127.0.0.1`"),
            );
            Ipv4Addr::UNSPECIFIED.into()
        }),
    };
    // What listens on all addresses is asked on the loopback one.
    let seen_at = if host.is_unspecified() {
        Ipv4Addr::LOCALHOST.into()
    } else {
        host
    };
    let policy = Policy {
        api,
        worker,
        start_timeout: reader.time("--start-timeout", &flags.start_timeout, 60_000),
        health_interval: reader.optional_time("--health-interval", &flags.health_interval, 10_000),
        health_misses: reader.parsed(
            "--health-misses",
            &flags.health_misses,
            3,
            "a number from 1 to 100",
            |text| text.trim().parse().ok().filter(|misses| (1..=100).contains(misses)),
        ),
        busy_timeout: reader.optional_time("--busy-timeout", &flags.busy_timeout, 300_000),
        hang_timeout: reader.optional_time("--worker-hang-timeout", &flags.worker_hang_timeout, 60_000),
        worker_memory_max: reader.parsed(
            "--worker-memory-max",
            &flags.worker_memory_max,
            None,
            "a size such as `300MiB`",
            |text| parse_size(text).map(|bytes| Some(bytes).filter(|bytes| *bytes > 0)),
        ),
        worker_grace: reader.time("--worker-grace", &flags.worker_grace, 15_000),
        api_grace: reader.time("--api-grace", &flags.api_grace, 8_000),
        stop_timeout: reader.time("--stop-timeout", &flags.stop_timeout, 28_000),
        restarts: Restarts {
            delay: reader.time("--restart-delay", &flags.restart_delay, 500),
            delay_max: reader.time("--restart-delay-max", &flags.restart_delay_max, 30_000),
            stable_after: reader.time("--stable-after", &flags.stable_after, 60_000),
            crash_loop: reader.parsed(
                "--crash-loop",
                &flags.crash_loop,
                Some((8, Duration::from_secs(120))),
                "a number and a time such as `8/2m`, or `off`",
                units::rate,
            ),
        },
        exit_on_crash_loop: reader.parsed(
            "--on-crash-loop",
            &flags.on_crash_loop,
            false,
            "`keep-api` or `exit`",
            |text| match text.trim() {
                "keep-api" => Some(false),
                "exit" => Some(true),
                _ => None,
            },
        ),
    };
    if let Some(format) = environment.get("LOG_FORMAT")
        && !Format::NAMES.contains(&format.trim())
    {
        reader.error(
            "LOG_FORMAT",
            format!(
                "`{format}` is not one of {}",
                Format::NAMES.map(|name| format!("`{name}`")).join(", ")
            ),
        );
    }
    let health_path = flags
        .health_path
        .clone()
        .unwrap_or_else(|| DEFAULT_HEALTH_PATH.to_owned());
    if !health_path.starts_with('/') || health_path.bytes().any(|byte| !byte.is_ascii_graphic()) {
        reader.error(
            "--health-path",
            format!("`{}` is not a path such as `/api/health`", health_path.escape_debug()),
        );
    }
    if worker && !api && environment.get("WORKER_TOKEN").is_none() {
        reader.error(
            "WORKER_TOKEN",
            "is needed with `--only worker`: the same value as the API has, at least 32 characters".to_owned(),
        );
    }
    let mut user = |name, text| {
        let expected = "a user by number such as `10001` or `10001:10001`, and not root";
        reader.parsed(name, text, None, expected, |text| User::parse(text).map(Some))
    };
    let (own_user, worker_user) = (user("--user", &flags.user), user("--worker-user", &flags.worker_user));
    let no_check = reader.parsed("--no-check", &flags.no_check, false, "`0` or `1`", flag);
    let mut variables = environment.variables.clone();
    // The port and the folder may come from flags; the children read variables.
    variables.insert("PORT".to_owned(), port.to_string());
    let data_dir = flags.data_dir.clone().unwrap_or_else(|| DEFAULT_DATA_DIR.to_owned());
    if flags.data_dir.is_some() {
        variables.insert("REPOLENS_DATA_DIR".to_owned(), data_dir.clone());
    }
    Settings {
        api: reader.program("--api", flags.api.as_deref(), "repolens-api", api),
        worker: reader.program("--worker", flags.worker.as_deref(), "repolens-worker", worker),
        policy,
        user: own_user,
        worker_user,
        check_children: !no_check,
        port,
        api_address: SocketAddr::new(seen_at, port),
        temporary: PathBuf::from(environment.get("TMPDIR").unwrap_or("/tmp")),
        bind_address: SocketAddr::new(host, port),
        health_path,
        health_timeout: reader.time("--health-timeout", &flags.health_timeout, 5_000),
        data_dir: PathBuf::from(data_dir),
        cgroup_root: PathBuf::from(flags.cgroup_root.as_deref().unwrap_or("/sys/fs/cgroup")),
        variables,
    }
}

/// The command line with the flags that only the `.env` file sets put in front, so that flags given by hand win.
pub fn with_file_flags(arguments: Vec<std::ffi::OsString>, environment: &Environment) -> Vec<std::ffi::OsString> {
    let command = Cli::command();
    let mut given = arguments.into_iter();
    let mut all: Vec<std::ffi::OsString> = given.next().into_iter().collect();
    for flag in command.get_arguments() {
        if let (Some(name), Some(long)) = (flag.get_env().and_then(|name| name.to_str()), flag.get_long())
            && let Some(value) = environment.from_file.get(name)
        {
            all.push(format!("--{long}={value}").into());
        }
    }
    all.extend(given);
    all
}

/// The level of the supervisor's own lines out of a filter such as `info,hyper=warn`; `None` is off.
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

fn flag(text: &str) -> Option<bool> {
    match text.trim() {
        "1" | "true" | "yes" => Some(true),
        "0" | "false" | "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use repolens_log::Level;

    use super::{Environment, Settings, own_level};
    use crate::cli::Flags;

    fn commands() -> Flags {
        Flags {
            api: Some("api".into()),
            worker: Some("worker".into()),
            ..Flags::default()
        }
    }

    #[test]
    fn an_empty_environment_is_enough() {
        let (settings, faults) = Settings::read(&commands(), &Environment::default());
        assert_eq!(faults, []);
        assert_eq!(settings.port, 3001);
        assert!(settings.policy.stop_timeout.as_secs() < 30);
    }

    #[test]
    fn every_fault_is_listed_at_once_and_by_name() {
        let flags = Flags {
            only: Some("both".into()),
            port: Some("99999".into()),
            start_timeout: Some("soon".into()),
            crash_loop: Some("8".into()),
            on_crash_loop: Some("panic".into()),
            worker_memory_max: Some("big".into()),
            health_path: Some("health".into()),
            ..commands()
        };
        let mut environment = Environment::default();
        environment.variables.insert("REPOLENS_ONYL".into(), "x".into());
        environment.variables.insert("LOG_FORMAT".into(), "xml".into());
        let (settings, faults) = Settings::read(&flags, &environment);
        assert_eq!(settings.port, 3001, "the others can be checked all the same");
        let names: Vec<&str> = faults.iter().map(|fault| fault.name.as_str()).collect();
        for name in [
            "--only",
            "PORT",
            "--start-timeout",
            "--crash-loop",
            "--on-crash-loop",
            "--worker-memory-max",
            "--health-path",
            "LOG_FORMAT",
        ] {
            assert!(names.contains(&name), "{name} in {names:?}");
        }
        let unknown = faults
            .iter()
            .find(|fault| fault.name == "REPOLENS_ONYL")
            .expect("the slip is told");
        assert_eq!(
            (unknown.level, unknown.message.contains("`REPOLENS_ONLY`")),
            (Level::Warn, true)
        );
    }

    #[test]
    fn the_own_level_of_a_filter() {
        assert_eq!(own_level("hyper=warn,debug"), Some(Level::Debug));
        assert_eq!(own_level("off"), None);
        assert_eq!(own_level("api=debug"), Some(Level::Info));
    }
}
