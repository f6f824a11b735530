//! `repolens-api check`: are the settings sound?

use std::io::{self, Write as _};

use repolens_core::queue::{self, QueueError};
use repolens_core::settings::{ApiSettings, Checked, DatabaseUrl, Finding, Level};
use repolens_core::store::{PostgresUrl, Store};
use tokio::runtime::Handle;

/// Prints one JSON object a line; `true` where there is no error. With `connect` the database and Redis are tried as well.
///
/// # Errors
/// When stdout cannot be written to.
pub async fn run(checked: Checked<ApiSettings>, connect: bool) -> io::Result<bool> {
    let mut findings = checked.findings;
    if let Some(settings) = &checked.settings {
        findings.extend(database_address(settings));
    }
    if let (Some(settings), true) = (checked.settings, connect) {
        findings.push(try_database(&settings).await);
        findings.extend(try_redis(&settings).await);
    }
    let mut lines = Vec::new();
    for finding in &findings {
        serde_json::to_writer(&mut lines, finding)?;
        lines.push(b'\n');
    }
    #[expect(clippy::disallowed_methods, reason = "the lines are the purpose of this command")]
    let mut stdout = io::stdout().lock();
    stdout.write_all(&lines)?;
    stdout.flush()?;
    Ok(findings.iter().all(|finding| finding.level != Level::Error))
}

/// What can be said of the database's address without connecting.
pub fn database_address(settings: &ApiSettings) -> Vec<Finding> {
    let DatabaseUrl::Postgres(text) = &settings.database else {
        return Vec::new();
    };
    let finding = |level, message| Finding {
        level,
        name: "DATABASE_URL".into(),
        message,
    };
    match PostgresUrl::parse(text) {
        Ok(url) => url
            .dropped
            .iter()
            .map(|name| {
                finding(
                    Level::Warning,
                    format!("the parameter `{name}` means nothing here and is left out"),
                )
            })
            .collect(),
        Err(fault) => vec![finding(Level::Error, fault.to_string())],
    }
}

async fn try_database(settings: &ApiSettings) -> Finding {
    let tried = match Store::new(
        &settings.database,
        settings.database_ca_file.as_deref(),
        Handle::current(),
    ) {
        Ok(store) => store.ping().await.map(|()| store.kind()),
        Err(error) => Err(error),
    };
    let (level, message) = match tried {
        Ok(kind) => (Level::Ok, format!("the database answers ({kind})")),
        Err(error) => (Level::Error, format!("{}: {error}", settings.database.trouble())),
    };
    Finding {
        level,
        name: "DATABASE_URL".into(),
        message,
    }
}

async fn try_redis(settings: &ApiSettings) -> Option<Finding> {
    let url = settings.redis.as_ref()?;
    let (level, message) = match queue::check(url).await {
        Ok(()) => (Level::Ok, format!("Redis at {url} answers")),
        // Scans are accepted without it, and wait.
        Err(error @ QueueError::Away(_)) => (Level::Warning, format!("{url}: {error}: scans will wait for it")),
        Err(error) => (Level::Error, format!("{url}: {error}")),
    };
    Some(Finding {
        level,
        name: "REDIS_URL".into(),
        message,
    })
}
