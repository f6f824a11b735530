//! The settings of the API.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::ai::may_send_source;
use super::common::{self, log_settings};
use super::{Checked, LogSettings, Rate, RedisUrl, SettingsReader, SignIn, TrustedProxies, proxies, redis, sign_in};
use crate::Secret;
use crate::repo_url::UrlPolicy;

/// The settings of the API.
#[derive(Debug, Clone)]
pub struct ApiSettings {
    pub production: bool,
    /// The address to listen on: all in production, loopback otherwise.
    pub host: IpAddr,
    pub port: u16,
    pub database: DatabaseUrl,
    /// Authorities, beside the public ones, that PostgreSQL's certificate may be signed by.
    pub database_ca_file: Option<PathBuf>,
    /// Further authorities for all clients that use TLS.
    pub extra_ca_file: Option<PathBuf>,
    /// `None`: the API hands out the jobs itself.
    pub redis: Option<RedisUrl>,
    /// The supervisor's status socket, where there is one.
    pub supervisor_socket: Option<PathBuf>,
    /// Where the supervisor's health check is answered, apart from the public listener.
    pub probe_socket: Option<PathBuf>,
    pub worker_token: Secret,
    /// Origins that may call with credentials, without a slash at the end.
    pub frontend_origins: Vec<String>,
    pub sign_in: SignIn,
    pub url_policy: UrlPolicy,
    pub retention: Retention,
    pub limits: RequestLimits,
    pub trusted_proxies: TrustedProxies,
    /// Whether guests may list the scans that were submitted without signing in.
    pub guest_history: bool,
    /// Source code may be sent to a language model where the caller agrees.
    pub may_send_source: bool,
    pub log: LogSettings,
}

/// How often one client may ask. `None`: as often as it likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLimits {
    pub scans: Option<Rate>,
    pub requests: Option<Rate>,
    /// Callers on this machine are not limited: it is a developer's, who has set no rates.
    pub exempt_loopback: bool,
}

fn request_limits(reader: &mut SettingsReader) -> RequestLimits {
    let own_rates = reader.get("RATE_LIMIT_SCANS").or(reader.get("RATE_LIMIT")).is_some();
    RequestLimits {
        scans: reader.rate("RATE_LIMIT_SCANS"),
        requests: reader.rate("RATE_LIMIT"),
        exempt_loopback: !reader.production() && !own_rates,
    }
}

/// Which reports are kept. The scans themselves stay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// Only those that are not older. `None`: of any age.
    pub age: Option<Duration>,
    /// Only this many of the newest. `None`: no limit.
    pub count: Option<i64>,
}

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file; its folder is made where it is missing.
    Sqlite(PathBuf),
    /// `postgres://…` or `postgresql://…`, as it was given.
    Postgres(String),
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "Sqlite({})", path.display()),
            Self::Postgres(_) => f.write_str("Postgres([secret])"),
        }
    }
}

impl ApiSettings {
    #[must_use]
    pub fn read(mut reader: SettingsReader) -> Checked<Self> {
        let settings = Self::read_all(&mut reader);
        reader.finish(settings)
    }

    fn read_all(reader: &mut SettingsReader) -> Self {
        let production = reader.production();
        let default_host = if production { [0, 0, 0, 0] } else { [127, 0, 0, 1] };
        Self {
            production,
            host: reader
                .parsed("HOST", |value| value.parse().ok())
                .unwrap_or(default_host.into()),
            port: reader.port("PORT").expect("the table has a default"),
            database: database(reader),
            database_ca_file: reader.get("DATABASE_CA_FILE").map(PathBuf::from),
            extra_ca_file: reader.get("EXTRA_CA_FILE").map(PathBuf::from),
            redis: redis::read(reader),
            supervisor_socket: reader.get("REPOLENS_SUPERVISOR_SOCKET").map(PathBuf::from),
            probe_socket: reader.get("REPOLENS_PROBE_SOCKET").map(PathBuf::from),
            worker_token: common::worker_token(reader),
            frontend_origins: frontend_origins(reader),
            sign_in: sign_in::read(reader),
            url_policy: common::url_policy(reader),
            retention: Retention {
                age: reader.duration("KEEP_REPORTS_FOR"),
                count: reader.number("KEEP_REPORTS"),
            },
            limits: request_limits(reader),
            trusted_proxies: proxies::read(reader),
            guest_history: reader.choice("GUEST_HISTORY") == Some("public"),
            may_send_source: may_send_source(reader),
            log: log_settings(reader),
        }
    }
}

fn database(reader: &mut SettingsReader) -> DatabaseUrl {
    const EXPECTED: &str = "expected `postgres://…`, `postgresql://…` or `sqlite://PATH`";
    let data_dir = PathBuf::from(reader.text("REPOLENS_DATA_DIR"));
    let embedded = DatabaseUrl::Sqlite(data_dir.join("repolens.db"));
    let may_be_embedded = reader.flag("REPOLENS_EMBEDDED") || !reader.production();
    let Some(url) = reader.get("DATABASE_URL").map(str::to_owned) else {
        if !may_be_embedded {
            reader.error(
                "DATABASE_URL",
                "is not set: a free host deletes its disk at each start, so that the embedded database would be lost; set it to a PostgreSQL address, or set `REPOLENS_EMBEDDED=1` to keep the database in `REPOLENS_DATA_DIR` anyway",
            );
        }
        return embedded;
    };
    // The hosts' pages offer the whole command to copy.
    let url = match url.strip_prefix("psql ") {
        Some(pasted) => {
            reader.warn("DATABASE_URL", "is a whole `psql` command: its address is used");
            pasted.trim().trim_matches(['\'', '"']).to_owned()
        }
        None => url,
    };
    match url.split_once("://") {
        Some(("postgres" | "postgresql", _)) => DatabaseUrl::Postgres(url),
        Some(("sqlite", path)) if !path.is_empty() => DatabaseUrl::Sqlite(PathBuf::from(path)),
        Some((scheme, _)) if scheme.len() < 20 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            reader.error("DATABASE_URL", format!("begins with `{scheme}://`: {EXPECTED}"));
            embedded
        }
        _ => {
            reader.error("DATABASE_URL", format!("is no address of a database: {EXPECTED}"));
            embedded
        }
    }
}

fn frontend_origins(reader: &mut SettingsReader) -> Vec<String> {
    let list = reader.text("FRONTEND_URL");
    let mut origins = Vec::new();
    for text in list.split(',').map(str::trim).filter(|text| !text.is_empty()) {
        match url::Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
                if url.path() != "/" || text.ends_with('/') {
                    reader.warn(
                        "FRONTEND_URL",
                        format!(
                            "`{text}` has a path, which an origin has not: `{}` is used",
                            url.origin().ascii_serialization()
                        ),
                    );
                }
                origins.push(url.origin().ascii_serialization());
            }
            _ => reader.error(
                "FRONTEND_URL",
                format!(
                    "cannot read `{}`: expected origins such as `https://app.example.org`, separated by commas",
                    text.escape_debug()
                ),
            ),
        }
    }
    origins
}

#[cfg(test)]
mod tests {
    use repolens_settings::SETTINGS;

    use super::*;
    use crate::settings::{Component, Vars};

    fn read(pairs: &[(&str, &str)]) -> Checked<ApiSettings> {
        let token = ("WORKER_TOKEN", "0123456789abcdef0123456789abcdef");
        let vars: Vars = pairs
            .iter()
            .chain([&token])
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        ApiSettings::read(SettingsReader::new(Component::Api, vars))
    }

    #[test]
    fn an_empty_environment_is_the_embedded_default() {
        let settings = read(&[]).settings.expect("no errors");
        assert_eq!(settings.database, DatabaseUrl::Sqlite("./.repolens/repolens.db".into()));
        assert_eq!((settings.host.to_string().as_str(), settings.port), ("127.0.0.1", 3001));
        assert_eq!(settings.frontend_origins, ["http://localhost:3000"]);
    }

    /// The table's rows of the API are what it reads.
    #[test]
    fn every_row_is_read() {
        let mut reader = SettingsReader::new(Component::Api, Vars::new());
        ApiSettings::read_all(&mut reader);
        let rows = SETTINGS.iter().filter(|setting| setting.readers.api);
        assert_eq!(reader.names_read(), rows.map(|setting| setting.name).collect());
    }

    #[test]
    fn production_without_a_database_refuses_to_start_unless_embedded_is_set() {
        let refused = read(&[("NODE_ENV", "production")]);
        assert!(refused.settings.is_none());
        assert_eq!(refused.diagnostics[0].name, "DATABASE_URL");
        assert!(
            read(&[("NODE_ENV", "production"), ("REPOLENS_EMBEDDED", "1")])
                .settings
                .is_some()
        );
    }

    #[test]
    fn database_addresses() {
        let database = |url: &str| {
            read(&[("DATABASE_URL", url)])
                .settings
                .map(|settings| settings.database)
        };
        assert_eq!(
            database("sqlite:///x/y.db"),
            Some(DatabaseUrl::Sqlite("/x/y.db".into()))
        );
        assert_eq!(
            database("postgres://a@b/c"),
            Some(DatabaseUrl::Postgres("postgres://a@b/c".into()))
        );
        assert_eq!(
            database("psql 'postgres://a@b/c'"),
            Some(DatabaseUrl::Postgres("postgres://a@b/c".into()))
        );
        for bad in ["mysql://a@b/c", "/x/y.db", "sqlite://", "secret-pasted-here"] {
            let refused = read(&[("DATABASE_URL", bad)]);
            assert!(refused.settings.is_none(), "{bad}");
            assert!(
                !refused.diagnostics[0].message.contains("pasted"),
                "the value may be a secret"
            );
        }
    }

    #[test]
    fn limits() {
        let limits = |pairs: &[(&str, &str)]| read(pairs).settings.map(|settings| settings.limits);
        let standard = limits(&[]).expect("no errors");
        let five = Rate {
            count: 5,
            per: Duration::from_secs(60),
        };
        assert_eq!(standard.scans, Some(five));
        assert!(standard.exempt_loopback);
        let production = [("NODE_ENV", "production"), ("REPOLENS_EMBEDDED", "1")];
        let trusted = read(&production).settings.expect("no errors").trusted_proxies;
        assert_eq!(trusted, TrustedProxies::None, "a port without a proxy");
        let own = limits(&[("RATE_LIMIT_SCANS", "off"), ("RATE_LIMIT", "10/s")]).expect("no errors");
        assert_eq!(
            (own.scans, own.requests.map(|rate| rate.per.as_secs())),
            (None, Some(1))
        );
        assert!(!own.exempt_loopback, "who sets a rate wants to see it");
        for bad in ["5", "0/min", "5/year", "-1/s", "many"] {
            assert!(limits(&[("RATE_LIMIT", bad)]).is_none(), "{bad}");
        }
    }

    #[test]
    fn origins_lose_what_an_origin_does_not_have() {
        let checked = read(&[("FRONTEND_URL", "https://a.example/, http://b.example:3000/app")]);
        assert_eq!(checked.diagnostics.len(), 2);
        assert_eq!(
            checked.settings.expect("a warning only").frontend_origins,
            ["https://a.example", "http://b.example:3000"]
        );
        assert!(read(&[("FRONTEND_URL", "a.example")]).settings.is_none());
    }
}
