//! The table of settings, in the order of the documents.

use crate::table::Default::{Value, Words};
use crate::table::Form::{
    Choice, Command, Duration, DurationOrZero, Flag, Number, Path, Port, Rate, Size, SizeOrZero, Special, Text, User,
};
use crate::table::{Group, Readers, Setting};

const API: Readers = Readers::API;
const WORKER: Readers = Readers::WORKER;
const API_AND_WORKER: Readers = Readers::API_AND_WORKER;
const SUPERVISOR: Readers = Readers::SUPERVISOR;

/// All settings.
pub const SETTINGS: &[Setting] = &[
    Setting::new(
        "NODE_ENV",
        Readers::ALL,
        Text,
        Value("development"),
        "`production` turns on the strict checks and listens on all addresses",
    ),
    Setting::new(
        "HOST",
        Readers::API_AND_SUPERVISOR,
        Special("an IP address to listen on, such as `0.0.0.0`"),
        Words("`0.0.0.0` in production, else `127.0.0.1`"),
        "the address to listen on",
    ),
    Setting::new(
        "PORT",
        Readers::ALL,
        Port,
        Value("3001"),
        "port of the API; the worker connects to the API there",
    )
    .flag("port", "PORT", Group::Processes),
    Setting::new(
        "DATABASE_URL",
        API,
        Special("`postgres://…`, `postgresql://…` or `sqlite://PATH`"),
        Words("SQLite in `REPOLENS_DATA_DIR`; required in production"),
        "`postgres://…`, `postgresql://…` or `sqlite://PATH`",
    )
    .secret(),
    Setting::new(
        "DATABASE_CA_FILE",
        API,
        Path,
        Words("public authorities only"),
        "file with more authorities that PostgreSQL's certificate may be signed by (PEM)",
    ),
    Setting::new(
        "EXTRA_CA_FILE",
        API_AND_WORKER,
        Path,
        Words("public authorities only"),
        "file with more authorities (PEM), beside the built-in ones, for all that is connected to with TLS but Redis: git hosts, webhooks, GitHub Enterprise, the API, PostgreSQL",
    ),
    Setting::new(
        "REPOLENS_DATA_DIR",
        Readers::API_AND_SUPERVISOR,
        Path,
        Value("./.repolens"),
        "folder of the embedded database and of the supervisor's sockets",
    )
    .flag("data-dir", "DIR", Group::Processes),
    Setting::new(
        "REPOLENS_EMBEDDED",
        API,
        Flag,
        Value("0"),
        "`1` allows the embedded database in production",
    ),
    Setting::new(
        "REPOLENS_SUPERVISOR_SOCKET",
        API,
        Path,
        Words("set by the supervisor"),
        "its status socket",
    ),
    Setting::new(
        "REPOLENS_PROBE_SOCKET",
        API,
        Path,
        Words("set by the supervisor"),
        "path of a Unix socket on which the API answers the health check of the supervisor alone",
    ),
    Setting::new(
        "REDIS_URL",
        API_AND_WORKER,
        Special("`redis://HOST:PORT`, or `rediss://USER:PASSWORD@HOST:PORT` with TLS"),
        Words("none: the API hands out the jobs itself"),
        "`redis://[USER:PASSWORD@]HOST:PORT[/DB]`, or `rediss://…` with TLS. An address at `upstash.io` always uses TLS",
    )
    .secret(),
    Setting::new(
        "REDIS_HOST",
        API_AND_WORKER,
        Special("a host such as `redis.example.org`"),
        Words("none"),
        "the older form, where `REDIS_URL` is not set; a host that ends in `upstash.io` means TLS",
    ),
    Setting::new(
        "REDIS_PORT",
        API_AND_WORKER,
        Port,
        Words("`6379`"),
        "goes with `REDIS_HOST`",
    ),
    Setting::new(
        "REDIS_PASSWORD",
        API_AND_WORKER,
        Text,
        Words("none"),
        "goes with `REDIS_HOST`",
    )
    .secret(),
    Setting::new(
        "API_URL",
        WORKER,
        Special("an address such as `http://localhost:3001`"),
        Words("`http://localhost:$PORT`"),
        "where the API is",
    ),
    Setting::new(
        "WORKER_TOKEN",
        API_AND_WORKER,
        Special("at least 32 printable characters"),
        Words("made at random by the supervisor"),
        "shared secret of the worker endpoints, at least 32 characters",
    )
    .secret(),
    Setting::new(
        "SANDBOX_DIR",
        WORKER,
        Path,
        Value("/tmp/repolens-sandboxes"),
        "where repositories are cloned",
    ),
    Setting::new(
        "FRONTEND_URL",
        API,
        Special("origins such as `https://app.example.org`, separated by commas"),
        Value("http://localhost:3000"),
        "origins that may call with credentials, separated by commas",
    ),
    Setting::new(
        "NEXTAUTH_SECRET",
        API,
        Special("at least 32 characters"),
        Words("none: tokens of the front end are not accepted"),
        "the secret that the front end signs its sessions and tokens with, at least 32 characters; while it is changed, the new and the old one with a comma between",
    )
    .secret(),
    Setting::new(
        "GITHUB_API_URL",
        API,
        Special("an address such as `https://github.example.org/api/v3`; `http://` in development only"),
        Value("https://api.github.com"),
        "where GitHub tokens are checked; for GitHub Enterprise `https://HOST/api/v3`. Its host is the one that callers' tokens are used for",
    ),
    Setting::new(
        "GITHUB_WEBHOOK_SECRET",
        API,
        Special("at least 16 characters"),
        Words("none: pushes are not received"),
        "what GitHub signs its webhooks with, at least 16 characters",
    )
    .secret(),
    Setting::new(
        "GITHUB_ID",
        API,
        Text,
        Words("none: no sign-in on the pages"),
        "the client ID of an OAuth application at GitHub, whose callback is `https://THIS-SERVICE/sign-in/github/callback`",
    ),
    Setting::new(
        "GITHUB_SECRET",
        API,
        Text,
        Words("none"),
        "its client secret; set both or neither",
    )
    .secret(),
    Setting::new(
        "RATE_LIMIT_SCANS",
        API,
        Rate,
        Value("5/min"),
        "scans that one client may submit: a number per `s`, `min` or `h`, or `off`; in development callers on this machine are not limited unless a rate is set",
    ),
    Setting::new(
        "RATE_LIMIT",
        API,
        Rate,
        Value("120/min"),
        "all requests of one client, in the same form; health checks and workers are not counted",
    ),
    Setting::new(
        "TRUSTED_PROXIES",
        API,
        Special("networks and the names `loopback`, `private` and `cloudflare`, separated by commas, or the number of proxies, 1 to 10, or `none`"),
        Value("none"),
        "proxies that are believed about the client's address: networks, the names `loopback`, `private`, `cloudflare`, or a count; see [below](#the-address-of-a-client)",
    ),
    Setting::new(
        "GUEST_HISTORY",
        API,
        Choice(&["public", "none"]),
        Value("public"),
        "what guests see of each other: `public` lists completed scans of guests, of repositories that are public as far as is known; `none` lists nothing",
    ),
    Setting::new(
        "KEEP_REPORTS_FOR",
        API,
        Duration,
        Words("without end"),
        "older reports are deleted, their scans stay: `30d`",
    ),
    Setting::new(
        "KEEP_REPORTS",
        API,
        Number {
            least: 1,
            most: i64::MAX.unsigned_abs(),
        },
        Words("all"),
        "number of the newest reports that are kept",
    ),
    Setting::new(
        "WORKER_CONCURRENCY",
        WORKER,
        Number { least: 1, most: 64 },
        Value("1"),
        "jobs at a time, 1 to 64",
    ),
    Setting::new(
        "SCAN_TIMEOUT",
        WORKER,
        Duration,
        Value("10m"),
        "clone and analysis of one scan together",
    ),
    Setting::new("MAX_REPO_SIZE", WORKER, Size, Value("1GiB"), "of the clone on disk"),
    Setting::new(
        "MAX_FILE_SIZE",
        WORKER,
        Size,
        Value("2MiB"),
        "a larger file is not read, and named in the report",
    ),
    Setting::new(
        "ANALYSIS_MEMORY",
        WORKER,
        Size,
        Words("by the container's limit, else `1GiB`"),
        "address space of the analysis, at least 128 MiB",
    ),
    Setting::new(
        "HISTORY_COMMITS",
        WORKER,
        Number {
            least: 0,
            most: 100_000,
        },
        Value("2000"),
        "commits of the history that are fetched and read at most; `0`: none",
    ),
    Setting::new(
        "AI_BASE_URL",
        WORKER,
        Special("an address such as `http://localhost:11434/v1`"),
        Words("none"),
        "a server that speaks OpenAI's form (Ollama, llama.cpp, vLLM, LM Studio); see `docs/ai.md`",
    ),
    Setting::new("AI_API_KEY", WORKER, Text, Words("none"), "the key of that server").secret(),
    Setting::new(
        "AI_MODEL",
        WORKER,
        Special("names of models with commas between"),
        Words("none; required with `AI_BASE_URL`"),
        "its model, or several that are tried one after the other",
    ),
    Setting::new(
        "AI_ALLOW_INSECURE",
        WORKER,
        Flag,
        Value("0"),
        "`1` allows `http://` in `AI_BASE_URL` outside of private networks",
    ),
    Setting::new("OPENROUTER_API_KEY", WORKER, Text, Words("none"), "turns on OpenRouter").secret(),
    Setting::new(
        "OPENROUTER_MODEL",
        WORKER,
        Special("names of models with commas between"),
        Words("`openrouter/free`"),
        "its models, tried one after the other; `openrouter/free` is always the last",
    ),
    Setting::new(
        "OPENROUTER_BASE_URL",
        WORKER,
        Special("an address such as `https://openrouter.ai/api/v1`"),
        Value("https://openrouter.ai/api/v1"),
        "its address, for a gateway in between",
    ),
    Setting::new("GEMINI_API_KEY", WORKER, Text, Words("none"), "turns on Gemini").secret(),
    Setting::new(
        "GEMINI_MODEL",
        WORKER,
        Special("names of models with commas between"),
        Value("gemini-3.5-flash-lite"),
        "its models, tried one after the other",
    ),
    Setting::new(
        "GEMINI_BASE_URL",
        WORKER,
        Special("an address such as `https://generativelanguage.googleapis.com/v1beta`"),
        Value("https://generativelanguage.googleapis.com/v1beta"),
        "its address, for a gateway in between",
    ),
    Setting::new(
        "AI_PROVIDERS",
        WORKER,
        Special("`openai-compatible`, `openrouter` and `gemini` with commas between, or `none`"),
        Words("all that are set, in this order"),
        "which providers are asked, in which order; `none`: explanations are made without a model",
    ),
    Setting::new(
        "AI_TIMEOUT",
        WORKER,
        Duration,
        Value("60s"),
        "for one explanation, with all that is tried again, at most `1h`; no scan waits for it",
    ),
    Setting::new(
        "AI_SOURCE",
        API_AND_WORKER,
        Choice(&["never", "ask"]),
        Value("ask"),
        "whether source code may be sent to a model: `ask` where the caller agrees, `never` not at all",
    ),
    Setting::new(
        "OSV_URL",
        WORKER,
        Special("an address such as `https://api.osv.dev`"),
        Words("none: vulnerabilities are not checked"),
        "server of the OSV API that knows the vulnerabilities of the dependencies: it gets their names and versions",
    ),
    Setting::new(
        "OSV_INDEX",
        WORKER,
        Path,
        Words("none"),
        "file made by `repolens-worker osv build`, in place of `OSV_URL`: nothing is sent to any host",
    ),
    Setting::new(
        "REPOLENS_HEARTBEAT",
        WORKER,
        Flag,
        Words("set by the supervisor"),
        "descriptor 0 is the heartbeat socket",
    ),
    Setting::new(
        "REPOLENS_WORKER_ID",
        WORKER,
        Text,
        Words("the host's name and a random part"),
        "the name of the worker; the supervisor keeps it over restarts",
    ),
    Setting::new(
        "REPO_HOSTS",
        API_AND_WORKER,
        Special("hosts such as `github.com`, separated by commas"),
        Words("any public host"),
        "only these hosts may be cloned from, separated by commas",
    ),
    Setting::new(
        "ALLOW_PRIVATE_HOSTS",
        API_AND_WORKER,
        Flag,
        Value("0"),
        "hosts on private networks; refused in production",
    ),
    Setting::new(
        "ALLOW_LOCAL_REPOS",
        API_AND_WORKER,
        Flag,
        Words("`0` (`scripts/run`: `1`)"),
        "`file://` and loopback addresses; refused in production",
    ),
    Setting::new(
        "LOG_LEVEL",
        Readers::ALL,
        Special("a filter such as `info` or `repolens_api=debug`"),
        Value("info"),
        "filter syntax of `RUST_LOG`",
    ),
    Setting::new(
        "LOG_FORMAT",
        Readers::ALL,
        Choice(&["text", "json", "pretty"]),
        Words("`pretty` on a terminal, else `text`"),
        "`text`, `json` or `pretty`",
    ),
    Setting::new("NO_COLOR", Readers::ALL, Text, Words("not set"), "set: no colors"),
    Setting::new(
        "NO_SIGNS",
        SUPERVISOR,
        Flag,
        Value("0"),
        "`1` leaves the signs out of the supervisor's lines",
    ),
    Setting::new(
        "REPOLENS_ONLY",
        SUPERVISOR,
        Choice(&["api", "worker"]),
        Words("both"),
        "`api` or `worker`: run one of them alone, for split services",
    )
    .flag("only", "api|worker", Group::Processes),
    Setting::new(
        "REPOLENS_API",
        SUPERVISOR,
        Command,
        Words("`repolens-api` beside the supervisor"),
        "command that starts the API",
    )
    .flag("api", "CMD", Group::Processes),
    Setting::new(
        "REPOLENS_WORKER",
        SUPERVISOR,
        Command,
        Words("`repolens-worker` beside the supervisor"),
        "command that starts the worker",
    )
    .flag("worker", "CMD", Group::Processes),
    Setting::new(
        "REPOLENS_NO_CHECK",
        SUPERVISOR,
        Flag,
        Value("0"),
        "start without the children's check; commands given by `--api` and `--worker` never check themselves",
    )
    .flag("no-check", "0|1", Group::Processes),
    Setting::new(
        "REPOLENS_USER",
        SUPERVISOR,
        User,
        Words("none"),
        "`UID` or `UID:GID` that the supervisor and the API become where they are started as root",
    )
    .flag("user", "UID[:GID]", Group::Processes),
    Setting::new(
        "REPOLENS_WORKER_USER",
        SUPERVISOR,
        User,
        Words("the supervisor's"),
        "`UID` or `UID:GID` that the worker runs as, where the supervisor may change users: it is root, or has the capabilities SETUID, SETGID and KILL",
    )
    .flag("worker-user", "UID[:GID]", Group::Processes),
    Setting::new(
        "REPOLENS_ENV_FILE",
        SUPERVISOR,
        Path,
        Value(".env"),
        "file with settings, one `NAME=value` a line; the environment wins; not read where `NODE_ENV=production`",
    )
    .flag("env-file", "FILE", Group::Processes),
    Setting::new(
        "REPOLENS_START_TIMEOUT",
        SUPERVISOR,
        DurationOrZero,
        Value("60s"),
        "time for the API to become healthy",
    )
    .flag("start-timeout", "TIME", Group::Health),
    Setting::new(
        "REPOLENS_HEALTH_PATH",
        SUPERVISOR,
        Special("a path such as `/api/health`"),
        Value("/api/health"),
        "path of the health check; only status 200 is healthy",
    )
    .flag("health-path", "PATH", Group::Health),
    Setting::new(
        "REPOLENS_HEALTH_INTERVAL",
        SUPERVISOR,
        DurationOrZero,
        Value("10s"),
        "time between health checks of the running API; `0`: none",
    )
    .flag("health-interval", "TIME", Group::Health),
    Setting::new(
        "REPOLENS_HEALTH_TIMEOUT",
        SUPERVISOR,
        DurationOrZero,
        Value("5s"),
        "time for one health check",
    )
    .flag("health-timeout", "TIME", Group::Health),
    Setting::new(
        "REPOLENS_HEALTH_MISSES",
        SUPERVISOR,
        Number { least: 1, most: 100 },
        Value("3"),
        "misses in a row after which the API is stopped; a busy API has `--busy-timeout`",
    )
    .flag("health-misses", "N", Group::Health),
    Setting::new(
        "REPOLENS_BUSY_TIMEOUT",
        SUPERVISOR,
        DurationOrZero,
        Value("5m"),
        "time for which an API that is busy may leave its health checks unanswered; `0`: without limit",
    )
    .flag("busy-timeout", "TIME", Group::Health),
    Setting::new(
        "REPOLENS_WORKER_HANG_TIMEOUT",
        SUPERVISOR,
        DurationOrZero,
        Value("60s"),
        "silence of its heartbeat after which the worker is replaced; `0`: never",
    )
    .flag("worker-hang-timeout", "TIME", Group::Health),
    Setting::new(
        "REPOLENS_WORKER_MEMORY_MAX",
        SUPERVISOR,
        SizeOrZero,
        Words("off"),
        "size above which an idle worker is replaced",
    )
    .flag("worker-memory-max", "SIZE", Group::Health),
    Setting::new(
        "REPOLENS_RESTART_DELAY",
        SUPERVISOR,
        DurationOrZero,
        Value("500ms"),
        "delay before the second restart in a row; doubled for each further one, with jitter; `0`: none",
    )
    .flag("restart-delay", "TIME", Group::Restarts),
    Setting::new(
        "REPOLENS_RESTART_DELAY_MAX",
        SUPERVISOR,
        DurationOrZero,
        Value("30s"),
        "longest delay",
    )
    .flag("restart-delay-max", "TIME", Group::Restarts),
    Setting::new(
        "REPOLENS_STABLE_AFTER",
        SUPERVISOR,
        DurationOrZero,
        Value("60s"),
        "a worker that lived for this time is stable: delay and crash loop start anew",
    )
    .flag("stable-after", "TIME", Group::Restarts),
    Setting::new(
        "REPOLENS_CRASH_LOOP",
        SUPERVISOR,
        Rate,
        Value("8/2m"),
        "number of crashes in a length of time that is a crash loop; `off`: never",
    )
    .flag("crash-loop", "N/TIME", Group::Restarts),
    Setting::new(
        "REPOLENS_ON_CRASH_LOOP",
        SUPERVISOR,
        Choice(&["keep-api", "exit"]),
        Value("keep-api"),
        "what to do in a crash loop: `keep-api` or `exit`",
    )
    .flag("on-crash-loop", "keep-api|exit", Group::Restarts),
    Setting::new(
        "REPOLENS_WORKER_GRACE",
        SUPERVISOR,
        DurationOrZero,
        Value("15s"),
        "time for the worker to end after SIGTERM",
    )
    .flag("worker-grace", "TIME", Group::Stop),
    Setting::new(
        "REPOLENS_API_GRACE",
        SUPERVISOR,
        DurationOrZero,
        Value("8s"),
        "time for the API to end after SIGTERM",
    )
    .flag("api-grace", "TIME", Group::Stop),
    Setting::new(
        "REPOLENS_STOP_TIMEOUT",
        SUPERVISOR,
        DurationOrZero,
        Value("28s"),
        "time for the whole stop, whatever the graces are",
    )
    .flag("stop-timeout", "TIME", Group::Stop),
    Setting::new(
        "REPOLENS_CGROUP_ROOT",
        SUPERVISOR,
        Path,
        Value("/sys/fs/cgroup"),
        "where the cgroup file systems are mounted; for tests",
    )
    .flag("cgroup-root", "DIR", Group::Hidden),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::SETTINGS;
    use crate::table::Default::Value;
    use crate::table::Form;
    use crate::units;

    #[test]
    fn names_and_flags_are_unique() {
        let names: HashSet<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
        assert_eq!(names.len(), SETTINGS.len());
        let flags: Vec<&str> = SETTINGS.iter().filter_map(|setting| Some(setting.flag?.name)).collect();
        assert_eq!(flags.iter().collect::<HashSet<_>>().len(), flags.len());
    }

    #[test]
    fn defaults_have_the_form_of_their_setting() {
        for setting in SETTINGS {
            let Value(text) = setting.default else { continue };
            let has_form = match setting.form {
                Form::Flag => units::parse_flag(text).is_some(),
                Form::Number { least, most } => text.parse().is_ok_and(|number: u64| (least..=most).contains(&number)),
                Form::Port => text.parse::<u16>().is_ok(),
                Form::Duration => units::parse_duration(text).is_some_and(|time| !time.is_zero()),
                Form::DurationOrZero => units::parse_duration(text).is_some(),
                Form::Size => units::parse_size(text).is_some_and(|size| size > 0),
                Form::SizeOrZero => units::parse_size(text).is_some(),
                Form::Rate => units::parse_rate(text).is_some(),
                Form::Choice(choices) => choices.contains(&text),
                Form::Path | Form::User | Form::Command | Form::Text | Form::Special(_) => !text.is_empty(),
            };
            assert!(has_form, "{}", setting.name);
        }
    }

    #[test]
    fn secrets_have_no_default_and_no_flag() {
        for setting in SETTINGS.iter().filter(|setting| setting.secret) {
            assert!(!matches!(setting.default, Value(_)), "{}", setting.name);
            assert!(
                setting.flag.is_none(),
                "a command line can be read by others: {}",
                setting.name
            );
        }
    }
}
