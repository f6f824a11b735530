//! `repolens-api check`: are the settings sound?

use std::fmt;
use std::io::{self, Write as _};
use std::path::Path;

use repolens_core::net::tls;
use repolens_core::queue;
use repolens_core::settings::{ApiSettings, Checked, DatabaseUrl, Diagnostic, DiagnosticLevel};
use repolens_core::store::{PostgresUrl, Refusal, Store, StoreError};
use tokio::runtime::Handle;

/// The tables of the database are not such as the queries can work on.
#[derive(Debug)]
pub struct Misfits(pub Vec<String>);

impl fmt::Display for Misfits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the tables in this database are not those that RepoLens can use: {}. Nothing was changed. Use a database or a \
 schema of its own (`?schema=NAME` in `DATABASE_URL`); docs/migrate.md lists the versions that can be taken over",
            self.0.join("; ")
        )
    }
}

impl std::error::Error for Misfits {}

/// Prints one JSON object a line; `true` where there is no error. With `connect` the database and Redis are tried as well.
///
/// # Errors
/// When stdout cannot be written to.
pub async fn run(checked: Checked<ApiSettings>, connect: bool) -> io::Result<bool> {
    let mut diagnostics = checked.diagnostics;
    if let Some(settings) = &checked.settings {
        diagnostics.extend(database_address(settings));
        diagnostics.push(meaning(settings));
        diagnostics.extend(extra_authorities(settings));
    }
    if let (Some(settings), true) = (checked.settings, connect) {
        diagnostics.push(try_database(&settings).await);
        diagnostics.extend(try_redis(&settings).await);
    }
    let mut lines = Vec::new();
    for diagnostic in &diagnostics {
        serde_json::to_writer(&mut lines, diagnostic)?;
        lines.push(b'\n');
    }
    #[expect(clippy::disallowed_methods, reason = "the lines are the purpose of this command")]
    let mut stdout = io::stdout().lock();
    stdout.write_all(&lines)?;
    stdout.flush()?;
    Ok(diagnostics
        .iter()
        .all(|diagnostic| diagnostic.level != DiagnosticLevel::Error))
}

/// The meaning of the settings where their values do not show it.
pub fn meaning(settings: &ApiSettings) -> Diagnostic {
    Diagnostic {
        level: DiagnosticLevel::Ok,
        name: "TRUSTED_PROXIES".into(),
        message: settings.trusted_proxies.describe(),
    }
}

/// Trusts the authorities of `EXTRA_CA_FILE` from here on.
pub fn extra_authorities(settings: &ApiSettings) -> Option<Diagnostic> {
    let (level, message) = match tls::trust_also(settings.extra_ca_file.as_deref()?) {
        Ok(count) => (DiagnosticLevel::Ok, format!("{count} further authorities are trusted")),
        Err(error) => (DiagnosticLevel::Error, error),
    };
    Some(Diagnostic {
        level,
        name: "EXTRA_CA_FILE".into(),
        message,
    })
}

/// The faults of the database's address that can be found without connecting.
pub fn database_address(settings: &ApiSettings) -> Vec<Diagnostic> {
    let DatabaseUrl::Postgres(text) = &settings.database else {
        return Vec::new();
    };
    let diagnostic = |level, message| Diagnostic {
        level,
        name: "DATABASE_URL".into(),
        message,
    };
    match PostgresUrl::parse(text) {
        Ok(url) => url
            .dropped
            .iter()
            .map(|name| {
                diagnostic(
                    DiagnosticLevel::Warning,
                    format!("the parameter `{name}` means nothing here and is left out"),
                )
            })
            .collect(),
        Err(fault) => vec![diagnostic(DiagnosticLevel::Error, fault.to_string())],
    }
}

async fn try_database(settings: &ApiSettings) -> Diagnostic {
    let tried = match Store::new(
        &settings.database,
        settings.database_ca_file.as_deref(),
        Handle::current(),
    ) {
        Ok(store) => match store.misfits().await {
            Ok(misfits) if misfits.is_empty() => store.check().await.map(|()| (store.kind(), misfits)),
            found => found.map(|misfits| (store.kind(), misfits)),
        },
        Err(error) => Err(error),
    };
    let (level, message) = match tried {
        Ok((kind, misfits)) if misfits.is_empty() => (
            DiagnosticLevel::Ok,
            format!("the database answers and can be written to ({kind})"),
        ),
        Ok((_, misfits)) => (DiagnosticLevel::Error, Misfits(misfits).to_string()),
        Err(error) => (DiagnosticLevel::Error, trouble(&settings.database, &error)),
    };
    Diagnostic {
        level,
        name: "DATABASE_URL".into(),
        message,
    }
}

/// Why the database cannot be used, and what to do.
pub fn trouble(database: &DatabaseUrl, error: &StoreError) -> String {
    let (place, advice) = match database {
        DatabaseUrl::Sqlite(path) => {
            let shown = path.display();
            let advice = match error {
                StoreError::Refused(Refusal::Damaged, _) => {
                    let folder = path.parent().unwrap_or(Path::new(".")).display();
                    format!(
                        "it was left as it is; keep a copy (`cp -a {folder} {folder}.damaged`), then restore your latest backup as docs/operations.md shows, or save what can be read: `sqlite3 {shown} .recover | sqlite3 saved.db`"
                    )
                }
                StoreError::Refused(Refusal::DiskFull, _) => "make room on its disk".to_owned(),
                StoreError::Refused(Refusal::Locked, _) => "stop the other program that uses it".to_owned(),
                _ => "set `REPOLENS_DATA_DIR` to a folder that may be written to, or `DATABASE_URL`".to_owned(),
            };
            (format!("`{shown}`"), advice)
        }
        DatabaseUrl::Postgres(text) => {
            let place =
                PostgresUrl::parse(text).map_or_else(|_| "its host".to_owned(), |url| format!("`{}`", url.place()));
            (format!("at {place}"), postgres_advice(error).to_owned())
        }
    };
    format!("cannot use the database {place}: {advice}: {error}")
}

fn postgres_advice(error: &StoreError) -> &'static str {
    match error {
        StoreError::Refused(refusal, _) => match refusal {
            Refusal::ReadOnly => "use the address of the primary server in `DATABASE_URL`, or end the read-only mode",
            Refusal::Rights => {
                "grant its user the rights to use the schema, to create tables, and to read and write all of them"
            }
            Refusal::DiskFull => "make room on the server's disk",
            Refusal::Locked => "end the session that holds the lock (`select * from pg_locks where granted`)",
            Refusal::TimedOut => "the server is overloaded, or a lock is held in it",
            Refusal::Login => "correct the user or the password in `DATABASE_URL`",
            Refusal::NoDatabase => "create it, or correct the name in `DATABASE_URL`",
            Refusal::Damaged => "restore it from a backup as docs/operations.md shows",
        },
        StoreError::Unavailable(_) => "start it, or correct host and port in `DATABASE_URL`",
        StoreError::Broken(_) => "correct `DATABASE_URL`, or read the cause",
    }
}

async fn try_redis(settings: &ApiSettings) -> Option<Diagnostic> {
    let url = settings.redis.as_ref()?;
    let (level, message) = match queue::check(url).await {
        Ok(()) => (DiagnosticLevel::Ok, format!("Redis at {url} answers")),
        // Scans are accepted without it, and wait.
        Err(error) if error.may_pass() => (
            DiagnosticLevel::Warning,
            format!("{url}: {error}: scans will wait for it"),
        ),
        Err(error) => (DiagnosticLevel::Error, format!("{url}: {error}")),
    };
    Some(Diagnostic {
        level,
        name: "REDIS_URL".into(),
        message,
    })
}
