//! Settings of the supervisor.

use super::SUPERVISOR;
use crate::table::Default::{Value, Words};
use crate::table::ValueForm::{Choice, Command, DurationOrZero, Flag, Number, Path, Rate, SizeOrZero, Special, User};
use crate::table::{HelpGroup, Setting};

pub(super) const ROWS: &[Setting] = &[
    Setting::new(
        "REPOLENS_ONLY",
        SUPERVISOR,
        Choice(&["api", "worker"]),
        Words("both"),
        "`api` or `worker`: run one of them alone, for split services",
    )
    .flag("only", "api|worker", HelpGroup::Processes),
    Setting::new(
        "REPOLENS_API",
        SUPERVISOR,
        Command,
        Words("`repolens-api` beside the supervisor"),
        "command that starts the API",
    )
    .flag("api", "CMD", HelpGroup::Processes),
    Setting::new(
        "REPOLENS_WORKER",
        SUPERVISOR,
        Command,
        Words("`repolens-worker` beside the supervisor"),
        "command that starts the worker",
    )
    .flag("worker", "CMD", HelpGroup::Processes),
    Setting::new(
        "REPOLENS_NO_CHECK",
        SUPERVISOR,
        Flag,
        Value("0"),
        "start without the children's check; commands given by `--api` and `--worker` never check themselves",
    )
    .flag("no-check", "0|1", HelpGroup::Processes),
    Setting::new(
        "REPOLENS_USER",
        SUPERVISOR,
        User,
        Words("none"),
        "`UID` or `UID:GID` that the supervisor and the API become where they are started as root",
    )
    .flag("user", "UID[:GID]", HelpGroup::Processes),
    Setting::new(
        "REPOLENS_WORKER_USER",
        SUPERVISOR,
        User,
        Words("the supervisor's"),
        "`UID` or `UID:GID` that the worker runs as, where the supervisor may change users: it is root, or has the capabilities SETUID, SETGID and KILL",
    )
    .flag("worker-user", "UID[:GID]", HelpGroup::Processes),
    Setting::new(
        "REPOLENS_ENV_FILE",
        SUPERVISOR,
        Path,
        Value(".env"),
        "file with settings, one `NAME=value` a line; the environment wins; not read where `NODE_ENV=production`",
    )
    .flag("env-file", "FILE", HelpGroup::Processes),
    Setting::new(
        "REPOLENS_START_TIMEOUT",
        SUPERVISOR,
        DurationOrZero,
        Value("60s"),
        "time for the API to become healthy",
    )
    .flag("start-timeout", "TIME", HelpGroup::Health),
    Setting::new(
        "REPOLENS_HEALTH_PATH",
        SUPERVISOR,
        Special("a path such as `/api/health`"),
        Value("/api/health"),
        "path of the health check; only status 200 is healthy",
    )
    .flag("health-path", "PATH", HelpGroup::Health),
    Setting::new(
        "REPOLENS_HEALTH_INTERVAL",
        SUPERVISOR,
        DurationOrZero,
        Value("10s"),
        "time between health checks of the running API; `0`: none",
    )
    .flag("health-interval", "TIME", HelpGroup::Health),
    Setting::new(
        "REPOLENS_HEALTH_TIMEOUT",
        SUPERVISOR,
        DurationOrZero,
        Value("5s"),
        "time for one health check",
    )
    .flag("health-timeout", "TIME", HelpGroup::Health),
    Setting::new(
        "REPOLENS_HEALTH_MISSES",
        SUPERVISOR,
        Number { least: 1, most: 100 },
        Value("3"),
        "misses in a row after which the API is stopped; a busy API has `--busy-timeout`",
    )
    .flag("health-misses", "N", HelpGroup::Health),
    Setting::new(
        "REPOLENS_BUSY_TIMEOUT",
        SUPERVISOR,
        DurationOrZero,
        Value("5m"),
        "time for which an API that is busy may leave its health checks unanswered; `0`: without limit",
    )
    .flag("busy-timeout", "TIME", HelpGroup::Health),
    Setting::new(
        "REPOLENS_WORKER_HANG_TIMEOUT",
        SUPERVISOR,
        DurationOrZero,
        Value("60s"),
        "silence of its heartbeat after which the worker is replaced; `0`: never",
    )
    .flag("worker-hang-timeout", "TIME", HelpGroup::Health),
    Setting::new(
        "REPOLENS_WORKER_MEMORY_MAX",
        SUPERVISOR,
        SizeOrZero,
        Words("off"),
        "size above which an idle worker is replaced",
    )
    .flag("worker-memory-max", "SIZE", HelpGroup::Health),
    Setting::new(
        "REPOLENS_RESTART_DELAY",
        SUPERVISOR,
        DurationOrZero,
        Value("500ms"),
        "delay before the second restart in a row; doubled for each further one, with jitter; `0`: none",
    )
    .flag("restart-delay", "TIME", HelpGroup::Restarts),
    Setting::new(
        "REPOLENS_RESTART_DELAY_MAX",
        SUPERVISOR,
        DurationOrZero,
        Value("30s"),
        "longest delay",
    )
    .flag("restart-delay-max", "TIME", HelpGroup::Restarts),
    Setting::new(
        "REPOLENS_STABLE_AFTER",
        SUPERVISOR,
        DurationOrZero,
        Value("60s"),
        "a worker that lived for this time is stable: delay and crash loop start anew",
    )
    .flag("stable-after", "TIME", HelpGroup::Restarts),
    Setting::new(
        "REPOLENS_CRASH_LOOP",
        SUPERVISOR,
        Rate,
        Value("8/2m"),
        "number of crashes in a length of time that is a crash loop; `off`: never",
    )
    .flag("crash-loop", "N/TIME", HelpGroup::Restarts),
    Setting::new(
        "REPOLENS_ON_CRASH_LOOP",
        SUPERVISOR,
        Choice(&["keep-api", "exit"]),
        Value("keep-api"),
        "what to do in a crash loop: `keep-api` or `exit`",
    )
    .flag("on-crash-loop", "keep-api|exit", HelpGroup::Restarts),
    Setting::new(
        "REPOLENS_WORKER_GRACE",
        SUPERVISOR,
        DurationOrZero,
        Value("15s"),
        "time for the worker to end after SIGTERM",
    )
    .flag("worker-grace", "TIME", HelpGroup::Stop),
    Setting::new(
        "REPOLENS_API_GRACE",
        SUPERVISOR,
        DurationOrZero,
        Value("8s"),
        "time for the API to end after SIGTERM",
    )
    .flag("api-grace", "TIME", HelpGroup::Stop),
    Setting::new(
        "REPOLENS_STOP_TIMEOUT",
        SUPERVISOR,
        DurationOrZero,
        Value("28s"),
        "time for the whole stop, whatever the graces are",
    )
    .flag("stop-timeout", "TIME", HelpGroup::Stop),
    Setting::new(
        "REPOLENS_CGROUP_ROOT",
        SUPERVISOR,
        Path,
        Value("/sys/fs/cgroup"),
        "where the cgroup file systems are mounted; for tests",
    )
    .flag("cgroup-root", "DIR", HelpGroup::Hidden),
];
