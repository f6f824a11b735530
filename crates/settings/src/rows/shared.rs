//! Addresses, connections, storage and the log: settings that several programs read.

use super::{API, API_AND_WORKER, SUPERVISOR, WORKER};
use crate::table::Default::{Value, Words};
use crate::table::ValueForm::{Choice, Flag, Path, Port, Special, Text};
use crate::table::{HelpGroup, Readers, Setting};

pub(super) const ROWS: &[Setting] = &[
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
    .flag("port", "PORT", HelpGroup::Processes),
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
    .flag("data-dir", "DIR", HelpGroup::Processes),
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
];
