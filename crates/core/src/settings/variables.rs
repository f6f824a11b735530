//! The table of all settings.

/// Which process reads a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Api,
    Worker,
    Both,
}

/// One row of the table of settings.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    pub name: &'static str,
    pub who: Who,
    /// Its value is never shown.
    pub secret: bool,
}

const fn row(name: &'static str, who: Who) -> Variable {
    Variable {
        name,
        who,
        secret: false,
    }
}

const fn secret(name: &'static str, who: Who) -> Variable {
    Variable {
        name,
        who,
        secret: true,
    }
}

/// All variables that the API and the worker read.
pub const VARIABLES: &[Variable] = &[
    row("NODE_ENV", Who::Both),
    row("HOST", Who::Api),
    row("PORT", Who::Both),
    secret("DATABASE_URL", Who::Api),
    row("DATABASE_CA_FILE", Who::Api),
    row("EXTRA_CA_FILE", Who::Both),
    row("REPOLENS_DATA_DIR", Who::Api),
    row("REPOLENS_EMBEDDED", Who::Api),
    row("REPOLENS_SUPERVISOR_SOCKET", Who::Api),
    row("REPOLENS_PROBE_SOCKET", Who::Api),
    secret("REDIS_URL", Who::Both),
    row("REDIS_HOST", Who::Both),
    row("REDIS_PORT", Who::Both),
    secret("REDIS_PASSWORD", Who::Both),
    row("API_URL", Who::Worker),
    secret("WORKER_TOKEN", Who::Both),
    row("SANDBOX_DIR", Who::Worker),
    row("FRONTEND_URL", Who::Api),
    secret("NEXTAUTH_SECRET", Who::Api),
    row("GITHUB_API_URL", Who::Api),
    secret("GITHUB_WEBHOOK_SECRET", Who::Api),
    row("RATE_LIMIT_SCANS", Who::Api),
    row("RATE_LIMIT", Who::Api),
    row("TRUSTED_PROXIES", Who::Api),
    row("GUEST_HISTORY", Who::Api),
    row("KEEP_REPORTS_FOR", Who::Api),
    row("KEEP_REPORTS", Who::Api),
    row("WORKER_CONCURRENCY", Who::Worker),
    row("SCAN_TIMEOUT", Who::Worker),
    row("MAX_REPO_SIZE", Who::Worker),
    row("MAX_FILE_SIZE", Who::Worker),
    row("ANALYSIS_MEMORY", Who::Worker),
    row("REPOLENS_HEARTBEAT", Who::Worker),
    row("REPOLENS_WORKER_ID", Who::Worker),
    row("REPO_HOSTS", Who::Both),
    row("ALLOW_PRIVATE_HOSTS", Who::Both),
    row("ALLOW_LOCAL_REPOS", Who::Both),
    row("LOG_LEVEL", Who::Both),
    row("LOG_FORMAT", Who::Both),
    row("NO_COLOR", Who::Both),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// `docs/settings.md` has one row for each variable, in this order, and says rightly who reads it.
    #[test]
    fn the_document_and_the_table_agree() {
        let document = include_str!("../../../../docs/settings.md");
        let told: Vec<(String, bool, String)> = document
            .lines()
            .filter_map(|line| {
                let mut cells = line.strip_prefix("| `")?.split('|').map(str::trim);
                let (name, rest) = cells.next()?.split_once('`')?;
                let readers = cells.nth(1)?;
                Some((name.to_owned(), rest.contains("secret"), readers.to_owned()))
            })
            .collect();
        let known: Vec<(String, bool, String)> = VARIABLES
            .iter()
            .map(|variable| {
                let readers = match variable.who {
                    Who::Api => "API",
                    Who::Worker => "worker",
                    Who::Both => "API, worker",
                };
                (variable.name.to_owned(), variable.secret, readers.to_owned())
            })
            .collect();
        assert_eq!(told, known);
    }
}
