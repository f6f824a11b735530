//! `repolens-worker check`: whether the worker would start, and reach what it needs.

use std::io::{self, Write};
use std::path::Path;

use repolens_core::queue;
use repolens_core::settings::{Checked, EXIT_CONFIG, Finding, Level, WorkerSettings};
use repolens_core::{error_chain, tls};

use crate::api_client::{ApiClient, CallError};
use crate::git;
use crate::sandbox::Sandboxes;

/// Writes the findings, one JSON object a line, and returns the exit status.
///
/// # Errors
/// `out` cannot be written.
pub async fn check(checked: Checked<WorkerSettings>, connect: bool, out: &mut impl Write) -> io::Result<u8> {
    let mut findings = checked.findings;
    if let Some(settings) = &checked.settings {
        findings.push(check_sandbox(&settings.sandbox_dir));
        findings.push(check_git(&settings.search_path).await);
        findings.extend(check_authorities(settings));
        if connect {
            findings.push(check_api(settings).await);
            findings.extend(check_redis(settings).await);
        }
    }
    for finding in &findings {
        serde_json::to_writer(&mut *out, finding)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    let bad = findings.iter().any(|finding| finding.level == Level::Error);
    Ok(if bad { EXIT_CONFIG } else { 0 })
}

fn check_sandbox(dir: &Path) -> Finding {
    match Sandboxes::open(dir) {
        Ok(_) => finding(Level::Ok, "SANDBOX_DIR", format!("`{}` can be written", dir.display())),
        Err(error) => finding(
            Level::Error,
            "SANDBOX_DIR",
            format!("{error:#}: expected a folder that can be made and written to"),
        ),
    }
}

fn check_authorities(settings: &WorkerSettings) -> Option<Finding> {
    let file = settings.extra_ca_file.as_deref()?;
    let read =
        tls::trust_also(file).and_then(|count| tls::bundle(file, settings.system_ca_file.as_deref()).map(|_| count));
    Some(match read {
        Ok(count) => finding(
            Level::Ok,
            "EXTRA_CA_FILE",
            format!("{count} further authorities are trusted"),
        ),
        Err(error) => finding(Level::Error, "EXTRA_CA_FILE", error),
    })
}

async fn check_git(search_path: &str) -> Finding {
    match git::version(search_path).await {
        Ok(version) if version >= git::SAFE_VERSION => {
            finding(Level::Ok, "PATH", format!("git {} is installed", dotted(version)))
        }
        Ok(version) if version >= git::OLDEST_VERSION => finding(
            Level::Warning,
            "PATH",
            format!(
                "git {} has known security holes with hostile repositories: update it to {} or later",
                dotted(version),
                dotted(git::SAFE_VERSION)
            ),
        ),
        Ok(version) => finding(
            Level::Error,
            "PATH",
            format!(
                "git {} is too old: expected {} or later",
                dotted(version),
                dotted(git::OLDEST_VERSION)
            ),
        ),
        Err(cause) => finding(
            Level::Error,
            "PATH",
            format!("git cannot be started ({cause}): install it"),
        ),
    }
}

async fn check_api(settings: &WorkerSettings) -> Finding {
    let tried = async {
        let api = ApiClient::new(
            settings.api_url.clone(),
            settings.worker_token.clone(),
            "check".to_owned(),
        )
        .map_err(|error| CallError::Refused(error_chain(&error)))?;
        api.health().await?;
        api.check_token().await
    };
    match tried.await {
        Ok(()) => finding(
            Level::Ok,
            "API_URL",
            format!("{} answers and accepts the token", settings.api_url),
        ),
        // It may not have been started yet: the worker waits for it.
        Err(CallError::Unavailable(cause) | CallError::Faulted(cause)) => finding(
            Level::Warning,
            "API_URL",
            format!(
                "{} does not answer ({cause}): the worker will wait for it",
                settings.api_url
            ),
        ),
        Err(error) => finding(
            Level::Error,
            "WORKER_TOKEN",
            format!(
                "{} refuses it: set the same one for the API and the worker ({error})",
                settings.api_url
            ),
        ),
    }
}

async fn check_redis(settings: &WorkerSettings) -> Option<Finding> {
    let url = settings.redis.as_ref()?;
    Some(match queue::check(url).await {
        Ok(()) => finding(Level::Ok, "REDIS_URL", format!("Redis at {url} answers")),
        // It may be starting: the worker waits for it.
        Err(error) if error.may_pass() => finding(
            Level::Warning,
            "REDIS_URL",
            format!("{url}: {error}: the worker will wait for it"),
        ),
        Err(error) => finding(Level::Error, "REDIS_URL", format!("{url}: {error}")),
    })
}

fn dotted((major, minor, patch): (u32, u32, u32)) -> String {
    format!("{major}.{minor}.{patch}")
}

fn finding(level: Level, name: &str, message: impl Into<String>) -> Finding {
    Finding {
        level,
        name: name.to_owned(),
        message: message.into(),
    }
}
