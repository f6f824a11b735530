//! The one table of environment variables: who gets which.
//!
//! Least privilege: the worker stands beside untrusted code, so it has neither the database's address nor any other secret
//! of the API. What is not in the table is passed to nobody.

use std::collections::HashMap;

use crate::machine::Role;

/// One setting of a child.
#[derive(Debug)]
pub struct Variable {
    pub name: &'static str,
    pub api: bool,
    pub worker: bool,
    pub secret: bool,
}

const fn row(name: &'static str, readers: Readers) -> Variable {
    Variable {
        name,
        api: !matches!(readers, Readers::Worker),
        worker: !matches!(readers, Readers::Api),
        secret: false,
    }
}

const fn secret(name: &'static str, readers: Readers) -> Variable {
    Variable {
        secret: true,
        ..row(name, readers)
    }
}

#[derive(Clone, Copy)]
enum Readers {
    Api,
    Worker,
    Both,
}
use Readers::{Api, Both, Worker};

/// The settings of the children.
pub const VARIABLES: &[Variable] = &[
    row("NODE_ENV", Both),
    row("HOST", Api),
    row("PORT", Both),
    secret("DATABASE_URL", Api),
    row("DATABASE_CA_FILE", Api),
    row("EXTRA_CA_FILE", Both),
    row("REPOLENS_DATA_DIR", Api),
    row("REPOLENS_EMBEDDED", Api),
    row("REPOLENS_SUPERVISOR_SOCKET", Api),
    row("REPOLENS_PROBE_SOCKET", Api),
    secret("REDIS_URL", Both),
    row("REDIS_HOST", Both),
    row("REDIS_PORT", Both),
    secret("REDIS_PASSWORD", Both),
    row("API_URL", Worker),
    secret("WORKER_TOKEN", Both),
    row("SANDBOX_DIR", Worker),
    row("FRONTEND_URL", Api),
    secret("NEXTAUTH_SECRET", Api),
    row("GITHUB_API_URL", Api),
    secret("GITHUB_WEBHOOK_SECRET", Api),
    secret("OPENROUTER_API_KEY", Worker),
    row("OPENROUTER_MODEL", Worker),
    secret("GEMINI_API_KEY", Worker),
    row("GEMINI_MODEL", Worker),
    row("AI_BASE_URL", Worker),
    secret("AI_API_KEY", Worker),
    row("AI_MODEL", Worker),
    row("WORKER_CONCURRENCY", Worker),
    row("SCAN_TIMEOUT", Worker),
    row("MAX_REPO_SIZE", Worker),
    row("MAX_FILE_SIZE", Worker),
    row("ANALYSIS_MEMORY", Worker),
    row("REPOLENS_HEARTBEAT", Worker),
    row("REPOLENS_WORKER_ID", Worker),
    row("REPO_HOSTS", Both),
    row("ALLOW_PRIVATE_HOSTS", Both),
    row("ALLOW_LOCAL_REPOS", Both),
    row("RATE_LIMIT_SCANS", Api),
    row("RATE_LIMIT", Api),
    row("TRUSTED_PROXIES", Api),
    row("GUEST_HISTORY", Api),
    row("KEEP_REPORTS_FOR", Api),
    row("KEEP_REPORTS", Api),
    row("LOG_LEVEL", Both),
    row("LOG_FORMAT", Both),
    row("NO_COLOR", Both),
];

/// What every process needs to work at all, in a container or behind a proxy.
pub const PASSED_TO_ALL: &[&str] = &[
    "PATH",
    "HOME",
    "LANG",
    "TZ",
    "TMPDIR",
    // How many arenas glibc keeps: memory of a small container.
    "MALLOC_ARENA_MAX",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "all_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// The environment of a child, out of the supervisor's own; `None` of `role` never sees what only the other may read.
pub fn for_child(role: Role, own: &HashMap<String, String>) -> Vec<(String, String)> {
    let settings = VARIABLES
        .iter()
        .filter(|variable| match role {
            Role::Api => variable.api,
            Role::Worker => variable.worker,
        })
        .map(|variable| variable.name);
    PASSED_TO_ALL
        .iter()
        .copied()
        .chain(settings)
        .filter_map(|name| own.get(name).map(|value| (name.to_owned(), value.clone())))
        .collect()
}

/// The known name nearest to `name`, where one is near enough to be meant.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= 4.max(name.len() / 4))
        .min()
        .map(|(_, candidate)| candidate)
}

/// The table as `--help` shows it.
pub fn help_table() -> String {
    let rows = VARIABLES.iter().map(|variable| {
        let readers = match (variable.api, variable.worker) {
            (true, true) => "api, worker",
            (true, false) => "api",
            _ => "worker",
        };
        let secret = if variable.secret { ", secret" } else { "" };
        format!("  {:<27} {readers}{secret}", variable.name)
    });
    rows.collect::<Vec<_>>().join("\n")
}

/// Levenshtein's distance.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (number, own) in left.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = number + 1;
        for (column, other) in right.bytes().enumerate() {
            let replaced = diagonal + usize::from(own != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{VARIABLES, for_child, nearest};
    use crate::machine::Role;

    #[test]
    fn each_child_gets_its_own_alone() {
        let own: HashMap<String, String> = VARIABLES
            .iter()
            .map(|variable| variable.name)
            .chain(["PATH", "SOMETHING_ELSE", "REPOLENS_API"])
            .map(|name| (name.to_owned(), "x".to_owned()))
            .collect();
        let names = |role| {
            for_child(role, &own)
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        };
        let (api, worker) = (names(Role::Api), names(Role::Worker));
        for name in ["DATABASE_URL", "NEXTAUTH_SECRET", "REPOLENS_DATA_DIR"] {
            assert!(
                api.iter().any(|known| known == name) && !worker.iter().any(|known| known == name),
                "{name}"
            );
        }
        for name in ["OPENROUTER_API_KEY", "GEMINI_API_KEY", "AI_API_KEY"] {
            assert!(
                worker.iter().any(|known| known == name) && !api.iter().any(|known| known == name),
                "{name}"
            );
        }
        for names in [api, worker] {
            assert!(names.iter().any(|known| known == "PATH"));
            assert!(
                !names
                    .iter()
                    .any(|known| known == "SOMETHING_ELSE" || known == "REPOLENS_API")
            );
        }
    }

    /// What `docs/settings.md` says about who reads what is what is passed.
    #[test]
    fn the_document_and_the_table_agree() {
        let mut rows = 0;
        for line in include_str!("../../docs/settings.md").lines() {
            let Some(row) = line.strip_prefix("| `") else { continue };
            let (name, rest) = row.split_once('`').expect("a name ends");
            let cells: Vec<&str> = rest.split('|').map(str::trim).collect();
            let known = VARIABLES.iter().find(|variable| variable.name == name);
            let known = known.unwrap_or_else(|| panic!("`{name}` would be passed to nobody"));
            assert_eq!(
                (known.api, known.worker),
                (cells[2].contains("API"), cells[2].contains("worker")),
                "{name}"
            );
            assert_eq!(known.secret, cells[0].contains("secret"), "{name}");
            rows += 1;
        }
        assert!(rows > 20, "{rows}");
    }

    #[test]
    fn a_slip_finds_its_name() {
        let known = ["REPOLENS_DATA_DIR", "REPOLENS_ONLY"];
        assert_eq!(nearest("REPOLENS_DATADIR", known), Some("REPOLENS_DATA_DIR"));
        assert_eq!(nearest("REPOLENS_ONYL", known), Some("REPOLENS_ONLY"));
        assert_eq!(nearest("REPOLENS_SOMETHING_QUITE_DIFFERENT", known), None);
    }
}
