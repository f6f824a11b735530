//! `repolens-worker check`: whether the worker would start, and reach what it needs.

use std::io::{self, Write};
use std::path::Path;

use repolens_core::queue;
use repolens_core::settings::{Checked, Diagnostic, DiagnosticLevel, EXIT_CONFIG, WorkerSettings};
use repolens_core::{error_chain, net::tls};

use crate::api_client::{ApiClient, CallError};
use crate::git;
use crate::git::sandbox::Sandboxes;
use crate::osv::OsvIndex;

/// Writes the diagnostics, one JSON object a line, and returns the exit status.
///
/// # Errors
/// `out` cannot be written.
pub async fn check(checked: Checked<WorkerSettings>, connect: bool, out: &mut impl Write) -> io::Result<u8> {
    let mut diagnostics = checked.diagnostics;
    if let Some(settings) = &checked.settings {
        diagnostics.push(check_sandbox(&settings.sandbox_dir));
        diagnostics.push(check_git(&settings.search_path).await);
        diagnostics.extend(check_authorities(settings));
        diagnostics.extend(check_index(settings));
        if connect {
            diagnostics.push(check_api(settings).await);
            diagnostics.extend(check_redis(settings).await);
        }
    }
    for diagnostic in &diagnostics {
        serde_json::to_writer(&mut *out, diagnostic)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    let bad = diagnostics
        .iter()
        .any(|diagnostic| diagnostic.level == DiagnosticLevel::Error);
    Ok(if bad { EXIT_CONFIG } else { 0 })
}

fn check_sandbox(dir: &Path) -> Diagnostic {
    match Sandboxes::open(dir) {
        Ok(_) => diagnostic(
            DiagnosticLevel::Ok,
            "SANDBOX_DIR",
            format!("`{}` can be written", dir.display()),
        ),
        Err(error) => diagnostic(
            DiagnosticLevel::Error,
            "SANDBOX_DIR",
            format!("{error:#}: expected a folder that can be made and written to"),
        ),
    }
}

fn check_authorities(settings: &WorkerSettings) -> Option<Diagnostic> {
    let file = settings.extra_ca_file.as_deref()?;
    let read =
        tls::trust_also(file).and_then(|count| tls::bundle(file, settings.system_ca_file.as_deref()).map(|_| count));
    Some(match read {
        Ok(count) => diagnostic(
            DiagnosticLevel::Ok,
            "EXTRA_CA_FILE",
            format!("{count} further authorities are trusted"),
        ),
        Err(error) => diagnostic(DiagnosticLevel::Error, "EXTRA_CA_FILE", error),
    })
}

fn check_index(settings: &WorkerSettings) -> Option<Diagnostic> {
    let file = settings.osv_index.as_deref()?;
    Some(match OsvIndex::open(file) {
        Ok(index) => diagnostic(
            DiagnosticLevel::Ok,
            "OSV_INDEX",
            format!("{} packages, data of {}", index.packages(), index.date()),
        ),
        Err(error) => diagnostic(
            DiagnosticLevel::Error,
            "OSV_INDEX",
            format!(
                "`{}`: {error:#}: make it with `repolens-worker osv build`",
                file.display()
            ),
        ),
    })
}

async fn check_git(search_path: &str) -> Diagnostic {
    match git::version(search_path).await {
        Ok(version) if version >= git::SAFE_VERSION => diagnostic(
            DiagnosticLevel::Ok,
            "PATH",
            format!("git {} is installed", dotted(version)),
        ),
        Ok(version) if version >= git::OLDEST_VERSION => diagnostic(
            DiagnosticLevel::Warning,
            "PATH",
            format!(
                "git {} has known security holes with hostile repositories: update it to {} or later",
                dotted(version),
                dotted(git::SAFE_VERSION)
            ),
        ),
        Ok(version) => diagnostic(
            DiagnosticLevel::Error,
            "PATH",
            format!(
                "git {} is too old: expected {} or later",
                dotted(version),
                dotted(git::OLDEST_VERSION)
            ),
        ),
        Err(cause) => diagnostic(
            DiagnosticLevel::Error,
            "PATH",
            format!("git cannot be started ({cause}): install it"),
        ),
    }
}

async fn check_api(settings: &WorkerSettings) -> Diagnostic {
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
        Ok(()) => diagnostic(
            DiagnosticLevel::Ok,
            "API_URL",
            format!("{} answers and accepts the token", settings.api_url),
        ),
        // It may not have been started yet: the worker waits for it.
        Err(CallError::Unavailable(cause) | CallError::Faulted(cause)) => diagnostic(
            DiagnosticLevel::Warning,
            "API_URL",
            format!(
                "{} does not answer ({cause}): the worker will wait for it",
                settings.api_url
            ),
        ),
        Err(error) => diagnostic(
            DiagnosticLevel::Error,
            "WORKER_TOKEN",
            format!(
                "{} refuses it: set the same one for the API and the worker ({error})",
                settings.api_url
            ),
        ),
    }
}

async fn check_redis(settings: &WorkerSettings) -> Option<Diagnostic> {
    let url = settings.redis.as_ref()?;
    Some(match queue::check(url).await {
        Ok(()) => diagnostic(DiagnosticLevel::Ok, "REDIS_URL", format!("Redis at {url} answers")),
        // It may be starting: the worker waits for it.
        Err(error) if error.may_pass() => diagnostic(
            DiagnosticLevel::Warning,
            "REDIS_URL",
            format!("{url}: {error}: the worker will wait for it"),
        ),
        Err(error) => diagnostic(DiagnosticLevel::Error, "REDIS_URL", format!("{url}: {error}")),
    })
}

fn dotted((major, minor, patch): (u32, u32, u32)) -> String {
    format!("{major}.{minor}.{patch}")
}

fn diagnostic(level: DiagnosticLevel, name: &str, message: impl Into<String>) -> Diagnostic {
    Diagnostic {
        level,
        name: name.to_owned(),
        message: message.into(),
    }
}
