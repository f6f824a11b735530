//! Further authorities of certificates (`EXTRA_CA_FILE`), for this process and for git.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::Context as _;
use repolens_core::net::tls;

/// The file that git reads its authorities from; not set: git's own.
static BUNDLE: OnceLock<PathBuf> = OnceLock::new();

/// Trusts the authorities of `extra` in the clients of this process, and in git by a file with them and the system's in
/// `dir`, which stays until the worker stops.
///
/// # Errors
/// When a file cannot be read or written.
pub fn trust(extra: &Path, system: Option<&Path>, dir: &Path) -> anyhow::Result<()> {
    let invalid = |error: String| anyhow::anyhow!("EXTRA_CA_FILE: {error}");
    let count = tls::trust_also(extra).map_err(invalid)?;
    let bundle = tls::bundle(extra, system).map_err(invalid)?;
    let path = dir.join("authorities.pem");
    std::fs::write(&path, bundle).with_context(|| format!("failed to write `{}`", path.display()))?;
    // Set once: a process has one worker.
    let _set_before = BUNDLE.set(path);
    tracing::info!(count, file = %extra.display(), "further authorities are trusted");
    Ok(())
}

/// For `http.sslCAInfo`.
pub fn bundle() -> Option<&'static Path> {
    BUNDLE.get().map(PathBuf::as_path)
}
