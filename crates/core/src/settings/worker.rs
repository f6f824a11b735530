//! The settings of the worker.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::ai::AiSettings;
use super::common::{self, log_settings, search_path};
use super::{Checked, LogSettings, RedisUrl, SettingsReader, redis};
use crate::repo_url::UrlPolicy;
use crate::{ScanLimits, Secret};

/// The settings of the worker.
#[derive(Debug, Clone)]
pub struct WorkerSettings {
    /// Where the API is, without a slash at the end.
    pub api_url: String,
    pub worker_token: Secret,
    /// `None`: jobs come from the API by long poll.
    pub redis: Option<RedisUrl>,
    /// The same over restarts where a supervisor gave it, else made from the host's name by the worker.
    pub worker_id: Option<String>,
    /// Descriptor 0 is the supervisor's heartbeat socket.
    pub heartbeat: bool,
    pub sandbox_dir: PathBuf,
    /// Further authorities for all clients that use TLS.
    pub extra_ca_file: Option<PathBuf>,
    /// The system's own certificate authorities, where the environment names their file.
    pub system_ca_file: Option<PathBuf>,
    /// `PATH`, where git is searched for.
    pub search_path: String,
    /// Jobs at a time.
    pub concurrency: usize,
    pub limits: ScanLimits,
    pub url_policy: UrlPolicy,
    pub ai: AiSettings,
    /// The OSV server, without a slash at the end; `None`: vulnerabilities are not checked.
    pub osv_url: Option<String>,
    /// The index that is used in place of the server.
    pub osv_index: Option<PathBuf>,
    pub log: LogSettings,
}

impl WorkerSettings {
    #[must_use]
    pub fn read(mut reader: SettingsReader) -> Checked<Self> {
        let settings = Self::read_all(&mut reader);
        reader.finish(settings)
    }

    fn read_all(reader: &mut SettingsReader) -> Self {
        Self {
            api_url: api_url(reader),
            worker_token: common::worker_token(reader),
            redis: redis::read(reader),
            worker_id: reader.get("REPOLENS_WORKER_ID").map(str::to_owned),
            heartbeat: reader.flag("REPOLENS_HEARTBEAT"),
            sandbox_dir: PathBuf::from(reader.text("SANDBOX_DIR")),
            extra_ca_file: reader.get("EXTRA_CA_FILE").map(PathBuf::from),
            system_ca_file: reader.system("SSL_CERT_FILE").map(PathBuf::from),
            search_path: search_path(reader),
            concurrency: reader.number("WORKER_CONCURRENCY").expect(DEFAULT),
            limits: scan_limits(reader),
            url_policy: common::url_policy(reader),
            ai: AiSettings::read(reader),
            osv_url: reader.parsed("OSV_URL", server_url),
            osv_index: reader.get("OSV_INDEX").map(PathBuf::from),
            log: log_settings(reader),
        }
    }
}

const DEFAULT: &str = "the table has a default";

/// Reads the limits of one scan.
fn scan_limits(reader: &mut SettingsReader) -> ScanLimits {
    let timeout = reader.duration("SCAN_TIMEOUT").expect(DEFAULT);
    if timeout < Duration::from_secs(1) {
        reader.error("SCAN_TIMEOUT", "is less than a second: no scan would end");
    }
    let memory = reader.size("ANALYSIS_MEMORY");
    // Below this the analysis cannot even load its parsers and the stacks of its threads.
    if memory.is_some_and(|memory| memory < 128 << 20) {
        reader.error(
            "ANALYSIS_MEMORY",
            "is less than the 128 MiB that the analysis needs at least",
        );
    }
    ScanLimits {
        timeout_seconds: timeout.as_secs(),
        max_repo_bytes: reader.size("MAX_REPO_SIZE").expect(DEFAULT),
        max_file_bytes: reader.size("MAX_FILE_SIZE").expect(DEFAULT),
        analysis_memory_bytes: memory.unwrap_or(ScanLimits::STANDARD.analysis_memory_bytes),
        history_commits: reader.number("HISTORY_COMMITS").expect(DEFAULT),
    }
}

/// An address of a server, without a slash at the end.
fn server_url(value: &str) -> Option<String> {
    let url = Url::parse(value).ok()?;
    let plain = matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none();
    plain.then(|| value.trim_end_matches('/').to_owned())
}

fn api_url(reader: &mut SettingsReader) -> String {
    let given = reader.parsed("API_URL", |value| {
        let url = Url::parse(value).ok()?;
        let plain = matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none();
        // People paste the base path with it.
        let base = value.trim_end_matches('/').trim_end_matches("/api");
        plain.then(|| base.trim_end_matches('/').to_owned())
    });
    let port = reader.port("PORT").expect(DEFAULT);
    given.unwrap_or_else(|| format!("http://localhost:{port}"))
}

#[cfg(test)]
mod tests {
    use repolens_settings::SETTINGS;

    use super::*;
    use crate::settings::{Component, Vars};

    fn read(pairs: &[(&str, &str)]) -> Checked<WorkerSettings> {
        let token = ("WORKER_TOKEN", "0123456789abcdef0123456789abcdef");
        let vars: Vars = pairs
            .iter()
            .chain([&token])
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        WorkerSettings::read(SettingsReader::new(Component::Worker, vars))
    }

    #[test]
    fn defaults() {
        let settings = read(&[("PORT", "4000")]).settings.expect("no errors");
        assert_eq!(settings.api_url, "http://localhost:4000");
        assert_eq!(settings.limits, ScanLimits::STANDARD);
        assert_eq!(settings.concurrency, 1);
    }

    /// The table's rows of the worker are what it reads.
    #[test]
    fn every_row_is_read() {
        let mut reader = SettingsReader::new(Component::Worker, Vars::new());
        WorkerSettings::read_all(&mut reader);
        let rows = SETTINGS.iter().filter(|setting| setting.readers.worker);
        assert_eq!(reader.names_read(), rows.map(|setting| setting.name).collect());
    }

    #[test]
    fn the_standard_limits_are_the_defaults_of_the_table() {
        let settings = read(&[]).settings.expect("no errors");
        assert_eq!(settings.limits, ScanLimits::STANDARD);
    }

    #[test]
    fn the_base_path_may_be_pasted_with_the_address() {
        for text in [
            "https://api.example/",
            "https://api.example/api",
            "https://api.example/api/",
        ] {
            assert_eq!(
                read(&[("API_URL", text)]).settings.expect(text).api_url,
                "https://api.example"
            );
        }
        assert!(read(&[("API_URL", "api.example")]).settings.is_none());
    }

    #[test]
    fn all_faults_are_found_in_one_go() {
        let checked = read(&[
            ("SCAN_TIMEOUT", "0"),
            ("MAX_REPO_SIZE", "big"),
            ("WORKER_CONCURRENCY", "0"),
            ("ANALYSIS_MEMORY", "1MB"),
        ]);
        let names: Vec<&str> = checked.diagnostics.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(
            names,
            ["WORKER_CONCURRENCY", "SCAN_TIMEOUT", "ANALYSIS_MEMORY", "MAX_REPO_SIZE"]
        );
    }
}
