//! Settings of the worker and of the analysis.

use super::WORKER;
use crate::table::Default::{Value, Words};
use crate::table::Setting;
use crate::table::ValueForm::{Duration, Flag, Number, Path, Size, Special, Text};

pub(super) const ROWS: &[Setting] = &[
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
];
