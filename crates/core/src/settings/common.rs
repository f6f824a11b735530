//! Settings that the API and the worker share.

use repolens_settings::SettingsReader;

use crate::Secret;
use crate::repo_url::UrlPolicy;

/// Where programs usually are.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";
const LEAST_TOKEN: usize = 32;

/// How the log is written; for `repolens_log::init`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogSettings {
    /// Filter syntax of `RUST_LOG`.
    pub level: String,
    /// `text`, `json` or `pretty`; `None`: by whether stdout is a terminal.
    pub format: Option<&'static str>,
    /// The value of `NO_COLOR`.
    pub no_color: Option<String>,
}

/// Reads how the log is written.
pub fn log_settings(reader: &mut SettingsReader) -> LogSettings {
    LogSettings {
        level: reader.text("LOG_LEVEL"),
        format: reader.choice("LOG_FORMAT"),
        no_color: reader.get("NO_COLOR").map(str::to_owned),
    }
}

/// Returns `PATH`, or where programs usually are.
#[must_use]
pub fn search_path(reader: &SettingsReader) -> String {
    reader.system("PATH").unwrap_or(DEFAULT_PATH).to_owned()
}

/// Reads the secret that the worker and the API share.
pub(super) fn worker_token(reader: &mut SettingsReader) -> Secret {
    let token = reader.get("WORKER_TOKEN").map(str::to_owned);
    match token {
        None => reader.error(
            "WORKER_TOKEN",
            "is not set: set the same random text of at least 32 characters for the API and the worker, or start both by the supervisor, which makes one",
        ),
        Some(ref token) if token.len() < LEAST_TOKEN => {
            reader.error("WORKER_TOKEN", format!("has {} characters: expected at least {LEAST_TOKEN}", token.len()));
        }
        Some(ref token) if !token.bytes().all(|byte| byte.is_ascii_graphic()) => {
            reader.error("WORKER_TOKEN", "has characters that a header cannot carry: expected printable ASCII without spaces");
        }
        Some(_) => {}
    }
    Secret::new(token.unwrap_or_default())
}

/// Reads what may be cloned.
pub(super) fn url_policy(reader: &mut SettingsReader) -> UrlPolicy {
    let list = reader.get("REPO_HOSTS").map(str::to_owned);
    UrlPolicy {
        hosts: list.map(|list| hosts(reader, &list)),
        allow_private_hosts: development_only(reader, "ALLOW_PRIVATE_HOSTS"),
        allow_local_repos: development_only(reader, "ALLOW_LOCAL_REPOS"),
    }
}

fn development_only(reader: &mut SettingsReader, name: &str) -> bool {
    let is_on = reader.flag(name);
    if is_on && reader.production() {
        reader.error(name, "is for development: it is refused where `NODE_ENV=production`");
    }
    is_on && !reader.production()
}

/// Parses hosts into the form that addresses are compared in. Of a pasted address, the host is meant.
fn hosts(reader: &mut SettingsReader, list: &str) -> Vec<String> {
    let mut hosts = Vec::new();
    for entry in list.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        let (pasted, name) = match url::Url::parse(entry)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
        {
            Some(host) if entry.contains("://") => (true, host),
            _ => (false, entry.trim_end_matches('/').to_owned()),
        };
        match url::Host::parse(name.trim_end_matches('.')) {
            Ok(host) if !name.contains('*') => {
                if pasted {
                    let message = format!(
                        "`{}` is an address and not a host: `{host}` is used",
                        entry.escape_debug()
                    );
                    reader.warn("REPO_HOSTS", message);
                }
                hosts.push(host.to_string());
            }
            _ => {
                let entry = entry.escape_debug();
                let message =
                    format!("cannot read `{entry}`: expected hosts such as `github.com`, separated by commas");
                reader.error("REPO_HOSTS", message);
            }
        }
    }
    hosts
}

#[cfg(test)]
pub(super) mod tests {
    use repolens_settings::{Component, Vars};

    use super::*;

    pub fn vars(pairs: &[(&str, &str)]) -> Vars {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn development_settings_are_refused_in_production() {
        let vars = vars(&[("NODE_ENV", "production"), ("ALLOW_LOCAL_REPOS", "1")]);
        let mut reader = SettingsReader::new(Component::Api, vars);
        let policy = url_policy(&mut reader);
        assert!(!policy.allow_local_repos);
        assert!(reader.finish(()).settings.is_none());
    }

    #[test]
    fn a_short_token_is_counted_but_not_shown() {
        let mut reader = SettingsReader::new(Component::Worker, vars(&[("WORKER_TOKEN", "hunter2")]));
        worker_token(&mut reader);
        let message = reader.finish(()).diagnostics[0].to_string();
        assert!(
            message.contains("7 characters") && !message.contains("hunter2"),
            "{message}"
        );
    }
}
