//! `repolens-api check`: are the settings sound?

use std::io::{self, Write as _};

use repolens_core::settings::{ApiSettings, Checked, Finding, Level};
use repolens_core::store::Store;
use tokio::runtime::Handle;

/// Prints one JSON object a line; `true` where there is no error. With `connect` the database is tried as well.
///
/// # Errors
/// When stdout cannot be written to.
pub async fn run(checked: Checked<ApiSettings>, connect: bool) -> io::Result<bool> {
    let mut findings = checked.findings;
    if let (Some(settings), true) = (checked.settings, connect) {
        findings.push(try_database(&settings).await);
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
        Err(error) => (Level::Error, error.to_string()),
    };
    Finding {
        level,
        name: "DATABASE_URL".into(),
        message,
    }
}
