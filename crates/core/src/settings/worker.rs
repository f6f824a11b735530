//! The settings of the worker.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::{Checked, LogSettings, Reader, RedisUrl};
use crate::repo_url::UrlPolicy;
use crate::{ScanLimits, Secret};

/// What the worker was told.
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
    /// The system's own authorities, where the environment says where they are.
    pub system_ca_file: Option<PathBuf>,
    /// `PATH`, where git is looked for.
    pub search_path: String,
    /// Jobs at a time.
    pub concurrency: usize,
    pub limits: ScanLimits,
    pub url_policy: UrlPolicy,
    pub log: LogSettings,
}

impl WorkerSettings {
    #[must_use]
    pub fn read(mut reader: Reader) -> Checked<Self> {
        let port = reader.port();
        let settings = Self {
            api_url: api_url(&mut reader, port),
            worker_token: reader.worker_token(),
            redis: reader.redis(),
            worker_id: reader.get("REPOLENS_WORKER_ID").map(str::to_owned),
            heartbeat: reader.flag("REPOLENS_HEARTBEAT", false),
            sandbox_dir: PathBuf::from(reader.get("SANDBOX_DIR").unwrap_or("/tmp/repolens-sandboxes")),
            extra_ca_file: reader.get("EXTRA_CA_FILE").map(PathBuf::from),
            system_ca_file: reader.get("SSL_CERT_FILE").map(PathBuf::from),
            search_path: reader.search_path(),
            concurrency: reader.parsed("WORKER_CONCURRENCY", 1, "a number of jobs, 1 to 64", |value| {
                value.parse().ok().filter(|jobs| (1..=64).contains(jobs))
            }),
            limits: scan_limits(&mut reader),
            url_policy: reader.url_policy(),
            log: reader.log(),
        };
        reader.finish(settings)
    }
}

/// Reads the limits of one scan.
fn scan_limits(reader: &mut Reader) -> ScanLimits {
    let standard = ScanLimits::STANDARD;
    let timeout = reader.duration("SCAN_TIMEOUT", standard.timeout());
    if timeout < Duration::from_secs(1) {
        reader.error("SCAN_TIMEOUT", "is less than a second: no scan would end");
    }
    let memory = reader.size("ANALYSIS_MEMORY", standard.analysis_memory_bytes);
    // Below this the analysis cannot even load its parsers and the stacks of its threads.
    if memory < 128 << 20 {
        reader.error(
            "ANALYSIS_MEMORY",
            "is less than the 128 MiB that the analysis needs at least",
        );
    }
    ScanLimits {
        timeout_seconds: timeout.as_secs(),
        max_repo_bytes: reader.size("MAX_REPO_SIZE", standard.max_repo_bytes),
        max_file_bytes: reader.size("MAX_FILE_SIZE", standard.max_file_bytes),
        analysis_memory_bytes: memory,
    }
}

fn api_url(reader: &mut Reader, port: u16) -> String {
    let default = format!("http://localhost:{port}");
    reader.parsed(
        "API_URL",
        default,
        "an address such as `http://localhost:3001`",
        |value| {
            let url = Url::parse(value).ok()?;
            let plain = matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none();
            // People paste the base path with it.
            let base = value.trim_end_matches('/').trim_end_matches("/api");
            plain.then(|| base.trim_end_matches('/').to_owned())
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Vars;

    fn read(pairs: &[(&str, &str)]) -> Checked<WorkerSettings> {
        let token = ("WORKER_TOKEN", "0123456789abcdef0123456789abcdef");
        let vars: Vars = pairs
            .iter()
            .chain([&token])
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        WorkerSettings::read(Reader::new(vars))
    }

    #[test]
    fn defaults() {
        let settings = read(&[("PORT", "4000")]).settings.expect("no errors");
        assert_eq!(settings.api_url, "http://localhost:4000");
        assert_eq!(settings.limits, ScanLimits::STANDARD);
        assert_eq!(settings.concurrency, 1);
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
        let names: Vec<&str> = checked.findings.iter().map(|finding| finding.name.as_str()).collect();
        assert_eq!(
            names,
            ["WORKER_CONCURRENCY", "SCAN_TIMEOUT", "ANALYSIS_MEMORY", "MAX_REPO_SIZE"]
        );
    }
}
