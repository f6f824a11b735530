//! Reads variables one by one and collects what is wrong with them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Checked, Finding, Level, LogSettings, VARIABLES};
use crate::repo_url::UrlPolicy;
use repolens_log::units;

/// The variables that settings are read from.
pub type Vars = BTreeMap<String, String>;

/// Reads typed values out of [`Vars`]. A value that cannot be read becomes a finding and the default stands in for it, so
/// that all faults are found in one go.
#[derive(Debug)]
pub struct Reader {
    vars: Vars,
    findings: Vec<Finding>,
    production: bool,
}

impl Reader {
    /// From the process's environment; in development also from a `.env` file in the working directory, behind it.
    ///
    /// Under the supervisor the file is not read: it has been, and this process was given its share.
    #[must_use]
    pub fn from_environment() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that reads the environment"
        )]
        let mut vars: Vars = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let mut findings = Vec::new();
        let supervised = vars.contains_key("REPOLENS_SUPERVISOR_SOCKET") || vars.contains_key("REPOLENS_HEARTBEAT");
        let production = vars.get("NODE_ENV").is_some_and(|value| value == "production");
        if !supervised && !production {
            read_dot_env(&mut vars, &mut findings);
        }
        let mut reader = Self::new(vars);
        reader.findings.append(&mut findings);
        reader
    }

    #[must_use]
    pub fn new(vars: Vars) -> Self {
        let mut reader = Self {
            production: false,
            vars,
            findings: Vec::new(),
        };
        reader.production = reader.get("NODE_ENV") == Some("production");
        reader.warn_of_unknown_names();
        reader
    }

    /// Are the strict checks strict?
    #[must_use]
    pub fn production(&self) -> bool {
        self.production
    }

    /// The value, trimmed; an empty one counts as not set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.vars
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    pub fn error(&mut self, name: &str, message: impl Into<String>) {
        self.find(Level::Error, name, message.into());
    }

    pub fn warn(&mut self, name: &str, message: impl Into<String>) {
        self.find(Level::Warning, name, message.into());
    }

    fn find(&mut self, level: Level, name: &str, message: String) {
        let finding = Finding {
            level,
            name: name.to_owned(),
            message,
        };
        // A variable that is read twice is told of once.
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// A value that `parse` understands, or `default`. `expected` completes the sentence "expected …".
    pub fn parsed<T>(&mut self, name: &str, default: T, expected: &str, parse: impl Fn(&str) -> Option<T>) -> T {
        let Some(value) = self.get(name) else {
            return default;
        };
        if let Some(parsed) = parse(value) {
            return parsed;
        }
        let shown = if VARIABLES
            .iter()
            .any(|variable| variable.name == name && variable.secret)
        {
            "its value".to_owned()
        } else {
            format!("`{}`", value.escape_debug())
        };
        self.error(name, format!("cannot read {shown}: expected {expected}"));
        default
    }

    /// `1`, `true`, `yes`, `on` or `0`, `false`, `no`, `off`.
    pub fn flag(&mut self, name: &str, default: bool) -> bool {
        self.parsed(name, default, "`1` or `0`", |value| {
            match value.to_ascii_lowercase().as_str() {
                "1" | "true" | "yes" | "on" => Some(true),
                "0" | "false" | "no" | "off" => Some(false),
                _ => None,
            }
        })
    }

    pub fn duration(&mut self, name: &str, default: Duration) -> Duration {
        self.parsed(name, default, "a length of time such as `90s` or `10m`", |value| {
            units::parse_duration(value).filter(|length| !length.is_zero())
        })
    }

    /// In bytes.
    pub fn size(&mut self, name: &str, default: u64) -> u64 {
        self.parsed(name, default, "a size such as `300MB` or `1GiB`", |value| {
            units::parse_size(value).filter(|size| *size > 0)
        })
    }

    pub fn port(&mut self) -> u16 {
        self.parsed("PORT", 3001, "a port, 1 to 65535", |value| {
            value.parse().ok().filter(|port| *port != 0)
        })
    }

    /// `PATH`, or where programs usually are.
    #[must_use]
    pub fn search_path(&self) -> String {
        self.get("PATH").unwrap_or("/usr/local/bin:/usr/bin:/bin").to_owned()
    }

    /// The secret that the worker and the API share.
    pub fn worker_token(&mut self) -> crate::Secret {
        let token = self.get("WORKER_TOKEN").map(str::to_owned);
        match token {
            None => self.error(
                "WORKER_TOKEN",
                "is not set: set the same random text of at least 32 characters for the API and the worker, or start both by the supervisor, which makes one",
            ),
            Some(ref token) if token.len() < 32 => {
                self.error("WORKER_TOKEN", format!("has {} characters: expected at least 32", token.len()));
            }
            Some(ref token) if !token.bytes().all(|byte| byte.is_ascii_graphic()) => {
                self.error("WORKER_TOKEN", "has characters that a header cannot carry: expected printable ASCII without spaces");
            }
            Some(_) => {}
        }
        crate::Secret::new(token.unwrap_or_default())
    }

    /// What may be cloned.
    pub fn url_policy(&mut self) -> UrlPolicy {
        let hosts = self.get("REPO_HOSTS").map(str::to_owned).map(|list| self.hosts(&list));
        let mut development_only = |name: &str| {
            let on = self.flag(name, false);
            if on && self.production {
                self.error(name, "is for development: it is refused where `NODE_ENV=production`");
            }
            on && !self.production
        };
        UrlPolicy {
            hosts,
            allow_private_hosts: development_only("ALLOW_PRIVATE_HOSTS"),
            allow_local_repos: development_only("ALLOW_LOCAL_REPOS"),
        }
    }

    /// Hosts in the form that addresses are compared in. Whoever pastes addresses means their hosts.
    fn hosts(&mut self, list: &str) -> Vec<String> {
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
                        self.warn("REPO_HOSTS", message);
                    }
                    hosts.push(host.to_string());
                }
                _ => {
                    let entry = entry.escape_debug();
                    let message =
                        format!("cannot read `{entry}`: expected hosts such as `github.com`, separated by commas");
                    self.error("REPO_HOSTS", message);
                }
            }
        }
        hosts
    }

    pub fn log(&mut self) -> LogSettings {
        let format = self.parsed("LOG_FORMAT", None, "`text`, `json` or `pretty`", |value| {
            ["text", "json", "pretty"]
                .contains(&value)
                .then(|| Some(value.to_owned()))
        });
        LogSettings {
            level: self.get("LOG_LEVEL").unwrap_or("info").to_owned(),
            format,
        }
    }

    /// `settings` stand where no error was found.
    #[must_use]
    pub fn finish<T>(self, settings: T) -> Checked<T> {
        let sound = self.findings.iter().all(|finding| finding.level != Level::Error);
        Checked {
            settings: sound.then_some(settings),
            findings: self.findings,
        }
    }

    fn warn_of_unknown_names(&mut self) {
        let unknown: Vec<String> = self
            .vars
            .keys()
            .filter(|name| name.starts_with("REPOLENS_"))
            .filter(|name| !VARIABLES.iter().any(|variable| variable.name == name.as_str()))
            .cloned()
            .collect();
        for name in unknown {
            let nearest = VARIABLES
                .iter()
                .map(|variable| variable.name)
                .min_by_key(|known| distance(known, &name))
                .unwrap_or_default();
            self.warn(&name, format!("is no setting of RepoLens; did you mean `{nearest}`?"));
        }
    }
}

fn read_dot_env(vars: &mut Vars, findings: &mut Vec<Finding>) {
    let mut fault = |message: String| {
        findings.push(Finding {
            level: Level::Error,
            name: ".env".into(),
            message,
        });
    };
    let entries = match dotenvy::from_path_iter(".env") {
        Ok(entries) => entries,
        Err(error) if error.not_found() => return,
        Err(_) => return fault("the file cannot be read".into()),
    };
    for entry in entries {
        match entry {
            Ok((name, value)) => {
                vars.entry(name).or_insert(value);
            }
            // The error's own text repeats the line, which may hold a secret.
            Err(_) => return fault("a line is not of the form `NAME=value`".into()),
        }
    }
}

/// Levenshtein's distance, over bytes.
fn distance(a: &str, b: &str) -> usize {
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for (i, byte_a) in a.bytes().enumerate() {
        let mut diagonal = previous[0];
        previous[0] = i + 1;
        for (j, byte_b) in b.bytes().enumerate() {
            let substituted = diagonal + usize::from(byte_a != byte_b);
            diagonal = previous[j + 1];
            previous[j + 1] = substituted.min(diagonal + 1).min(previous[j] + 1);
        }
    }
    previous[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn vars(pairs: &[(&str, &str)]) -> Vars {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_misspelt_name_is_told_with_the_nearest_one() {
        let reader = Reader::new(vars(&[
            ("REPOLENS_DATADIR", "/x"),
            ("REPOLENS_DATA_DIR", "/y"),
            ("OTHER", "1"),
        ]));
        let checked = reader.finish(());
        assert_eq!(checked.findings.len(), 1);
        assert!(
            checked.findings[0].message.contains("`REPOLENS_DATA_DIR`"),
            "{:?}",
            checked.findings
        );
        assert!(checked.settings.is_some(), "a warning stops nothing");
    }

    #[test]
    fn an_unreadable_value_names_the_variable_and_what_was_expected() {
        let mut reader = Reader::new(vars(&[("PORT", "http"), ("SCAN_TIMEOUT", "soon")]));
        reader.port();
        reader.duration("SCAN_TIMEOUT", Duration::from_secs(1));
        let checked = reader.finish(());
        let told: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "PORT: cannot read `http`: expected a port, 1 to 65535",
                "SCAN_TIMEOUT: cannot read `soon`: expected a length of time such as `90s` or `10m`"
            ]
        );
        assert!(checked.settings.is_none());
    }

    #[test]
    fn development_settings_are_refused_in_production() {
        let mut reader = Reader::new(vars(&[("NODE_ENV", "production"), ("ALLOW_LOCAL_REPOS", "1")]));
        let policy = reader.url_policy();
        assert!(!policy.allow_local_repos);
        assert!(reader.finish(()).settings.is_none());
    }

    #[test]
    fn a_short_token_is_counted_but_not_shown() {
        let mut reader = Reader::new(vars(&[("WORKER_TOKEN", "hunter2")]));
        reader.worker_token();
        let told = reader.finish(()).findings[0].to_string();
        assert!(told.contains("7 characters") && !told.contains("hunter2"), "{told}");
    }

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }
}
