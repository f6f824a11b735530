//! The command line. All values are text here; `settings` checks them, so that every fault is told at once.

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::variables;

/// Starts the RepoLens API and worker, keeps them running, and writes one log.
///
/// Without a command it runs both: the API first, and the worker once the API is healthy. It ends when the API ends,
/// restarts the worker when that ends, and stops both in order on SIGTERM or SIGINT. With an empty environment it runs
/// on an embedded database in `./.repolens`.
#[derive(Debug, Parser)]
#[command(name = "repolens-supervisor", version, after_long_help = after_help(), args_override_self = true)]
#[command(max_term_width = 110, subcommand_negates_reqs = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub flags: Flags,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Checks all settings, tries the connections, and starts nothing.
    Check,
    /// Tells of the running supervisor: processes, restarts and their reasons, memory, health.
    Status {
        /// The answer as one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Writes a completion script for a shell to stdout.
    Completions { shell: Shell },
}

/// Durations are written `500ms`, `10s`, `2m`, `1h`; sizes `300MiB`, `1GiB`.
#[derive(Debug, Args, Default)]
pub struct Flags {
    /// Supervise one of the two only, for split services.
    #[arg(
        long,
        env = "REPOLENS_ONLY",
        global = true,
        value_name = "api|worker",
        help_heading = "What runs"
    )]
    pub only: Option<String>,
    /// Command that starts the API [default: `repolens-api` beside this program].
    #[arg(
        long,
        env = "REPOLENS_API",
        global = true,
        value_name = "CMD",
        help_heading = "What runs"
    )]
    pub api: Option<String>,
    /// Command that starts the worker [default: `repolens-worker` beside this program].
    #[arg(
        long,
        env = "REPOLENS_WORKER",
        global = true,
        value_name = "CMD",
        help_heading = "What runs"
    )]
    pub worker: Option<String>,
    /// Start without the settings check of the API and the worker. Commands given by `--api` and `--worker` are never
    /// asked to check themselves.
    #[arg(long, env = "REPOLENS_NO_CHECK", global = true, num_args = 0..=1, default_missing_value = "1", require_equals = true, value_name = "0|1", help_heading = "What runs")]
    pub no_check: Option<String>,
    /// Whom the supervisor and the API become, by number, where they are started as root [default: they stay root].
    #[arg(
        long,
        env = "REPOLENS_USER",
        value_name = "UID[:GID]",
        global = true,
        help_heading = "What runs"
    )]
    pub user: Option<String>,
    /// Whom the worker runs as, by number, where the supervisor may change users (it is root, or has the capabilities
    /// SETUID, SETGID and KILL) [default: the supervisor's user].
    #[arg(
        long,
        env = "REPOLENS_WORKER_USER",
        value_name = "UID[:GID]",
        global = true,
        help_heading = "What runs"
    )]
    pub worker_user: Option<String>,
    /// Port of the API [default: 3001].
    #[arg(long, env = "PORT", global = true, value_name = "PORT", help_heading = "What runs")]
    pub port: Option<String>,
    /// Folder of the embedded database and of the status socket [default: ./.repolens].
    #[arg(
        long,
        env = "REPOLENS_DATA_DIR",
        value_name = "DIR",
        global = true,
        help_heading = "What runs"
    )]
    pub data_dir: Option<String>,
    /// File with settings, one `NAME=value` a line; the environment itself wins. Not read where `NODE_ENV=production`
    /// [default: .env].
    #[arg(
        long,
        env = "REPOLENS_ENV_FILE",
        global = true,
        value_name = "FILE",
        help_heading = "What runs"
    )]
    pub env_file: Option<String>,

    /// How long the API may take until it is healthy [default: 60s].
    #[arg(
        long,
        env = "REPOLENS_START_TIMEOUT",
        global = true,
        value_name = "TIME",
        help_heading = "Health"
    )]
    pub start_timeout: Option<String>,
    /// Path of the API's health check [default: /api/health].
    #[arg(
        long,
        env = "REPOLENS_HEALTH_PATH",
        global = true,
        value_name = "PATH",
        help_heading = "Health"
    )]
    pub health_path: Option<String>,
    /// Time between two health checks of the running API; `0` turns them off [default: 10s].
    #[arg(
        long,
        env = "REPOLENS_HEALTH_INTERVAL",
        global = true,
        value_name = "TIME",
        help_heading = "Health"
    )]
    pub health_interval: Option<String>,
    /// How long one health check may take [default: 5s].
    #[arg(
        long,
        env = "REPOLENS_HEALTH_TIMEOUT",
        global = true,
        value_name = "TIME",
        help_heading = "Health"
    )]
    pub health_timeout: Option<String>,
    /// Missed health checks in a row after which the API is stopped [default: 3].
    #[arg(
        long,
        env = "REPOLENS_HEALTH_MISSES",
        global = true,
        value_name = "N",
        help_heading = "Health"
    )]
    pub health_misses: Option<String>,
    /// How long an API that is busy may leave its health checks unanswered; `0`: for ever [default: 5m].
    #[arg(
        long,
        env = "REPOLENS_BUSY_TIMEOUT",
        global = true,
        value_name = "TIME",
        help_heading = "Health"
    )]
    pub busy_timeout: Option<String>,
    /// A worker whose heartbeat is silent for so long is replaced; `0` turns this off [default: 60s].
    #[arg(
        long,
        env = "REPOLENS_WORKER_HANG_TIMEOUT",
        value_name = "TIME",
        global = true,
        help_heading = "Health"
    )]
    pub worker_hang_timeout: Option<String>,
    /// A worker larger than this is replaced between two jobs [default: off].
    #[arg(
        long,
        env = "REPOLENS_WORKER_MEMORY_MAX",
        value_name = "SIZE",
        global = true,
        help_heading = "Health"
    )]
    pub worker_memory_max: Option<String>,

    /// Delay before the second restart of the worker in a row (the first is at once); doubled for each further one, with
    /// jitter; `0` means no delay [default: 500ms].
    #[arg(
        long,
        env = "REPOLENS_RESTART_DELAY",
        value_name = "TIME",
        global = true,
        help_heading = "Restarts of the worker"
    )]
    pub restart_delay: Option<String>,
    /// The longest delay before a restart [default: 30s].
    #[arg(
        long,
        env = "REPOLENS_RESTART_DELAY_MAX",
        value_name = "TIME",
        global = true,
        help_heading = "Restarts of the worker"
    )]
    pub restart_delay_max: Option<String>,
    /// A worker that lived so long is well again: the delay and the crash loop are forgotten [default: 60s].
    #[arg(
        long,
        env = "REPOLENS_STABLE_AFTER",
        value_name = "TIME",
        global = true,
        help_heading = "Restarts of the worker"
    )]
    pub stable_after: Option<String>,
    /// So many crashes in so much time are a crash loop; `off` turns this off [default: 8/2m].
    #[arg(
        long,
        env = "REPOLENS_CRASH_LOOP",
        value_name = "N/TIME",
        global = true,
        help_heading = "Restarts of the worker"
    )]
    pub crash_loop: Option<String>,
    /// What a crash loop does: `keep-api` keeps the API up, says `worker: down`, and tries again slowly; `exit` stops all,
    /// with status 70 [default: keep-api].
    #[arg(
        long,
        env = "REPOLENS_ON_CRASH_LOOP",
        value_name = "keep-api|exit",
        global = true,
        help_heading = "Restarts of the worker"
    )]
    pub on_crash_loop: Option<String>,

    /// How long the worker may take to end after SIGTERM [default: 15s].
    #[arg(
        long,
        env = "REPOLENS_WORKER_GRACE",
        global = true,
        value_name = "TIME",
        help_heading = "Stop"
    )]
    pub worker_grace: Option<String>,
    /// How long the API may take to end after SIGTERM, which it gets once the worker is gone [default: 8s].
    #[arg(
        long,
        env = "REPOLENS_API_GRACE",
        global = true,
        value_name = "TIME",
        help_heading = "Stop"
    )]
    pub api_grace: Option<String>,
    /// How long the whole stop may take, whatever the graces are [default: 28s].
    #[arg(
        long,
        env = "REPOLENS_STOP_TIMEOUT",
        global = true,
        value_name = "TIME",
        help_heading = "Stop"
    )]
    pub stop_timeout: Option<String>,

    /// Where the cgroup file systems are mounted; for tests with a made-up tree.
    #[arg(long, env = "REPOLENS_CGROUP_ROOT", global = true, value_name = "DIR", hide = true)]
    pub cgroup_root: Option<String>,
}

impl Flags {
    /// The same without those that are given and empty: clap takes an empty variable for a value.
    pub fn without_empty_ones(self) -> Self {
        let set = |value: Option<String>| value.filter(|text| !text.trim().is_empty());
        Self {
            only: set(self.only),
            api: set(self.api),
            worker: set(self.worker),
            no_check: set(self.no_check),
            user: set(self.user),
            worker_user: set(self.worker_user),
            port: set(self.port),
            data_dir: set(self.data_dir),
            env_file: set(self.env_file),
            start_timeout: set(self.start_timeout),
            health_path: set(self.health_path),
            health_interval: set(self.health_interval),
            health_timeout: set(self.health_timeout),
            health_misses: set(self.health_misses),
            busy_timeout: set(self.busy_timeout),
            worker_hang_timeout: set(self.worker_hang_timeout),
            worker_memory_max: set(self.worker_memory_max),
            restart_delay: set(self.restart_delay),
            restart_delay_max: set(self.restart_delay_max),
            stable_after: set(self.stable_after),
            crash_loop: set(self.crash_loop),
            on_crash_loop: set(self.on_crash_loop),
            worker_grace: set(self.worker_grace),
            api_grace: set(self.api_grace),
            stop_timeout: set(self.stop_timeout),
            cgroup_root: set(self.cgroup_root),
        }
    }
}

fn after_help() -> String {
    format!(
        "\
Signals:
  TERM, INT, QUIT    stop the worker, then the API; a second one shortens the graces, a third kills
  HUP                the same where neither of the two handles it, and never more than that
  USR1, USR2, WINCH  are passed on to those that handle them, as is HUP

Exit status:
  0    asked to stop, and stopped (a warning names what had to be killed)
  69   the API never became healthy, or its port is taken
  70   the worker is in a crash loop and `--on-crash-loop=exit`
  78   bad settings; all faults are listed
  else the API ended by itself: its status (at least 1), or 128 + N for signal N

Log:
  One line an event on stdout: time, source (`api`, `worker`, `supervisor`), level, message.
  LOG_FORMAT=json gives one JSON object a line; NO_SIGNS=1 drops the signs; NO_COLOR=1 the colours of a terminal;
  LOG_LEVEL=warn shows less.

Settings that are passed on (each process gets its own alone, besides {passed}):
{table}

Try it:
  repolens-supervisor                       run the API and the worker
  repolens-supervisor check                 are the settings good, can everything be reached?
  repolens-supervisor status                what runs, since when, what crashed and why",
        passed = variables::PASSED_TO_ALL[..5].join(", ") + ", proxies and certificates",
        table = variables::help_table(),
    )
}
