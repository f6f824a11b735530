//! The address of a PostgreSQL server, as people and other tools write it.
//!
//! `tokio-postgres` refuses an address with any parameter that it does not know, and Prisma's addresses have several; it
//! does not know three of the six values of `sslmode` either.

use std::fmt;
use std::str::FromStr as _;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::Host;
use url::form_urlencoded;

/// An address that was understood.
#[derive(Clone)]
pub struct PostgresUrl {
    pub(super) config: Config,
    /// The schema of the tables, where it is not the usual one.
    schema: Option<String>,
    /// Whether a pooler is in between, which may give each transaction another session.
    pub(super) pooled: bool,
    /// Parameters that were left out, by name: they mean something to other clients only.
    pub dropped: Vec<String>,
}

/// Why an address was not understood. It never repeats the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlFault(String);

impl fmt::Display for UrlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UrlFault {}

/// The parameters that `tokio-postgres` reads itself.
const KNOWN: &[&str] = &[
    "user",
    "password",
    "dbname",
    "options",
    "application_name",
    "sslmode",
    "sslnegotiation",
    "host",
    "hostaddr",
    "port",
    "connect_timeout",
    "tcp_user_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "target_session_attrs",
    "channel_binding",
    "load_balance_hosts",
];

/// The parameters of Prisma, libpq or a driver of another language, which are not needed here.
const FOREIGN: &[&str] = &[
    "connection_limit",
    "pool_timeout",
    "socket_timeout",
    "max_idle_connection_lifetime",
    "statement_cache_size",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslpassword",
    "sslidentity",
    "sslaccept",
    "sslcrl",
    "ssl",
    "uselibpqcompat",
    "gssencmode",
    "prepareThreshold",
    "supa",
];

/// A connection is dead when sent data stays unacknowledged for this time. A connection that is silent for this time is
/// checked with probes of the kernel, which wake no database.
const DEAD_LINE: Duration = Duration::from_secs(15);

/// No query of ours takes longer, even on a database that has just woken up.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(15);

/// The longest wait for a lock. A lock that is held longer is not ours: the statement fails before the call would time out.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

const ESCAPES: &str =
    "has a character in its user name or password that must be escaped: write `@` as `%40` and `/` as `%2F`";

impl PostgresUrl {
    /// # Errors
    /// A sentence that names what could not be understood.
    pub fn parse(url: &str) -> Result<Self, UrlFault> {
        let (base, query) = split(url)?;
        let parameters = Parameters::parse(query)?;
        let text = if parameters.kept.is_empty() {
            base.to_owned()
        } else {
            format!("{base}?{}", parameters.kept)
        };
        // The error's own text can repeat a part of the address.
        let mut config = Config::from_str(&text).map_err(|_| {
            UrlFault("cannot be read: expected `postgres://USER:PASSWORD@HOST/DATABASE?sslmode=require`".into())
        })?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(UrlFault("names no host".into()));
        }
        set_defaults(&mut config, &parameters.kept);
        // Prisma's mark for a pooler, and the host names of Neon's.
        let pooled = parameters.pooled
            || config.get_hosts().iter().any(|host| match host {
                Host::Tcp(name) => name.contains("-pooler."),
                Host::Unix(_) => false,
            });
        Ok(Self {
            config,
            schema: parameters.own_schema()?,
            pooled,
            dropped: parameters.dropped,
        })
    }

    /// `HOST:PORT` of each server.
    #[must_use]
    pub fn place(&self) -> String {
        let ports = self.config.get_ports();
        let hosts = self.config.get_hosts();
        let addresses = self.config.get_hostaddrs();
        let named = hosts.iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        });
        let numbered = addresses.iter().map(ToString::to_string);
        let places: Vec<String> = if hosts.is_empty() {
            numbered.collect()
        } else {
            named.collect()
        };
        let with_port = places.into_iter().enumerate().map(|(index, host)| {
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
            format!("{host}:{port}")
        });
        with_port.collect::<Vec<_>>().join(",")
    }

    /// The statements that set up a session.
    pub(super) fn session_statements(&self) -> String {
        let mut statements = format!(
            "SET statement_timeout = {}; SET lock_timeout = {};",
            STATEMENT_TIMEOUT.as_millis(),
            LOCK_TIMEOUT.as_millis()
        );
        if let Some(schema) = &self.schema {
            statements.push_str(&format!(" SET search_path TO \"{schema}\";"));
        }
        statements
    }

    /// The statements that set up a transaction, behind a pooler. Statements that another client has left prepared in
    /// that session could have the names of ours.
    pub(super) fn first_statements(&self) -> String {
        format!(
            "DEALLOCATE ALL; {}",
            self.session_statements().replace("SET ", "SET LOCAL ")
        )
    }
}

/// The parameters of an address, behind its question mark.
#[derive(Default)]
struct Parameters {
    /// Those that `tokio-postgres` reads itself, as a query.
    kept: String,
    dropped: Vec<String>,
    schema: Option<String>,
    pooled: bool,
}

impl Parameters {
    fn parse(query: &str) -> Result<Self, UrlFault> {
        // A plus sign is literal, as in libpq.
        let query = query.replace('+', "%2B");
        let mut parameters = Self::default();
        let mut kept = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "schema" => parameters.schema = Some(value.into_owned()),
                "sslmode" => {
                    kept.append_pair("sslmode", ssl_mode(&value)?);
                }
                "pgbouncer" => parameters.pooled = value == "true",
                name if KNOWN.contains(&name) => {
                    kept.append_pair(name, &value);
                }
                name if FOREIGN.contains(&name) => parameters.dropped.push(name.to_owned()),
                // An `@` that was left in a password makes parameters of what follows a question mark in it.
                _ if query.contains('@') => return Err(UrlFault(ESCAPES.into())),
                name => {
                    return Err(UrlFault(format!(
                        "has the parameter `{}`, which is not known here: take it out",
                        name.escape_debug()
                    )));
                }
            }
        }
        // A form's `+` for a space is a plus sign to `tokio-postgres`.
        parameters.kept = kept.finish().replace('+', "%20");
        Ok(parameters)
    }

    /// The schema of the tables, where it is not the usual one.
    fn own_schema(&self) -> Result<Option<String>, UrlFault> {
        match self.schema.as_deref() {
            None | Some("public" | "") => Ok(None),
            Some(name) if name.len() < 64 && !name.contains(['"', '\0']) => Ok(Some(name.to_owned())),
            Some(_) => Err(UrlFault("has a `schema` that is no name of one".into())),
        }
    }
}

/// Sets what the address leaves open.
fn set_defaults(config: &mut Config, query: &str) {
    if config.get_application_name().is_none() {
        config.application_name("repolens-api");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(8));
    }
    // A line that is dead without a word is noticed, and not for as long as the kernel would repeat itself: the calls
    // that wait on it are tried again on a new connection.
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(DEAD_LINE);
    }
    if !query.contains("keepalives") {
        config.keepalives_idle(DEAD_LINE);
    }
}

/// The address up to its parameters, and these, where libpq finds them: user and password end with the first `@` that comes
/// before any `/`, so they may have a `?` and a `#` in them.
fn split(url: &str) -> Result<(&str, &str), UrlFault> {
    let start = url.find("://").map_or(0, |at| at + 3);
    let credentials = match url[start..].find(['@', '/']) {
        Some(at) if url[start + at..].starts_with('@') => start + at + 1,
        _ => start,
    };
    let (place, query) = match url[credentials..].split_once('?') {
        Some((place, query)) => (place, query),
        None => (&url[credentials..], ""),
    };
    if place.contains('@') {
        return Err(UrlFault(ESCAPES.into()));
    }
    Ok((&url[..credentials + place.len()], query))
}

/// The six values of libpq, by the three that `tokio-postgres` has. Nothing becomes weaker by it: where TLS is used, the
/// certificate is checked in full.
fn ssl_mode(value: &str) -> Result<&'static str, UrlFault> {
    match value {
        "disable" => Ok("disable"),
        "allow" | "prefer" => Ok("prefer"),
        "require" | "verify-ca" | "verify-full" => Ok("require"),
        // Node's and Prisma's older spellings.
        "no-verify" => Err(UrlFault(
            "asks for `sslmode=no-verify`: certificates are always checked here; set `DATABASE_CA_FILE` to the server's own authority".into(),
        )),
        _ => Err(UrlFault(
            "has an `sslmode` that is none of `disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full`".into(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::{ChannelBinding, SslMode};

    use super::*;

    fn parse(url: &str) -> PostgresUrl {
        PostgresUrl::parse(url).expect(url)
    }

    #[test]
    fn all_six_modes_of_libpq() {
        for (given, meant) in [
            ("disable", SslMode::Disable),
            ("allow", SslMode::Prefer),
            ("prefer", SslMode::Prefer),
            ("require", SslMode::Require),
            ("verify-ca", SslMode::Require),
            ("verify-full", SslMode::Require),
        ] {
            let url = parse(&format!("postgres://a:b@c/d?sslmode={given}"));
            assert_eq!(url.config.get_ssl_mode(), meant, "{given}");
        }
        assert!(PostgresUrl::parse("postgres://a:b@c/d?sslmode=maybe").is_err());
    }

    #[test]
    fn prismas_parameters_are_left_out_and_named() {
        let url =
            parse("postgresql://a:b%40c@h:6543/d?schema=public&pgbouncer=true&connection_limit=1&sslmode=require");
        assert_eq!(url.dropped, ["connection_limit"]);
        assert!(url.pooled);
        assert_eq!(url.config.get_password(), Some(b"b@c".as_slice()));
        assert_eq!(url.config.get_ports(), [6543]);
        assert!(!url.session_statements().contains("search_path"));
    }

    #[test]
    fn a_schema_is_searched() {
        assert!(
            parse("postgres://a@b/c?schema=own")
                .session_statements()
                .contains("SET search_path TO \"own\";")
        );
        assert!(PostgresUrl::parse("postgres://a@b/c?schema=%22;drop").is_err());
    }

    #[test]
    fn neons_address_is_taken_as_it_is() {
        let url = parse("postgresql://u:p@ep-x.eu.aws.neon.tech/db?sslmode=require&channel_binding=require");
        assert_eq!(url.config.get_channel_binding(), ChannelBinding::Require);
        assert!(!url.pooled && parse("postgres://u:p@ep-x-pooler.eu.aws.neon.tech/db").pooled);
        let old = parse("postgres://u:p@h/db?options=endpoint%3Dep-x%20-c%20a%3Db");
        assert_eq!(old.config.get_options(), Some("endpoint=ep-x -c a=b"));
    }

    #[test]
    fn a_dead_line_is_noticed_unless_the_address_sets_other_times() {
        let url = parse("postgres://u:p@h/d");
        assert_eq!(url.config.get_tcp_user_timeout(), Some(&DEAD_LINE));
        assert_eq!(url.config.get_keepalives_idle(), DEAD_LINE);
        let url = parse("postgres://u:p@h/d?tcp_user_timeout=60&keepalives_idle=600");
        assert_eq!(url.config.get_tcp_user_timeout(), Some(&Duration::from_secs(60)));
        assert_eq!(url.config.get_keepalives_idle(), Duration::from_secs(600));
    }

    #[test]
    fn a_fault_never_repeats_the_address() {
        for bad in [
            "postgres://u:hunter2@h/d?flavor=red",
            "postgres://u:hunter2@h:port/d",
            "postgres:///d",
            "postgres://u:pa@hunter2@h/d",
            "postgres://u:pa/hunter2@h/d",
            "postgres://u:pa@hunter2/x@h/d",
            "postgres://u:pa@x?hunter2=1@h/d",
            "postgres://u:pa/x?hunter2=1@h/d",
            "postgres://u:12/hunter2@h/d",
            "postgres://u:hunter2/d",
            "postgres://u:pa@x?hunter2@h/d",
        ] {
            let fault = PostgresUrl::parse(bad).err().expect(bad).to_string();
            assert!(!fault.contains("hunter2"), "{fault}");
        }
    }

    /// The addresses that libpq accepts.
    #[test]
    fn passwords_with_characters_of_addresses() {
        for (given, password) in [
            ("a?b", "a?b"),
            ("a#b", "a#b"),
            ("a?b=c&d#e", "a?b=c&d#e"),
            ("12?x", "12?x"),
            ("12#x", "12#x"),
            ("a:b", "a:b"),
            ("a+b c", "a+b c"),
            ("%3F%2F%23%40%25", "?/#@%"),
        ] {
            for more in ["", "?sslmode=disable", "?options=-c%20x%3D1&application_name=a@b"] {
                let url = parse(&format!("postgres://u:{given}@h:1/d{more}"));
                assert_eq!(url.config.get_password(), Some(password.as_bytes()), "{given}");
                assert_eq!(url.place(), "h:1");
                assert_eq!(url.config.get_dbname(), Some("d"));
            }
        }
        let in_query = parse("postgres://h/d?user=u@v&password=p@ss+w%2Ford");
        assert_eq!(in_query.config.get_user(), Some("u@v"));
        assert_eq!(in_query.config.get_password(), Some(b"p@ss+w/ord".as_slice()));
    }
}
