//! Where Redis is: one address, or the older variables for host, port and password.

use std::fmt;

use url::{Host, Url};

use crate::Secret;
use repolens_settings::SettingsReader;

const EXPECTED: &str = "expected `redis://HOST:PORT`, or `rediss://USER:PASSWORD@HOST:PORT` with TLS";
const DEFAULT_PORT: u16 = 6379;

/// An address of a Redis server. `Display` shows host and port, `Debug` everything but the password.
#[derive(Clone)]
pub struct RedisUrl {
    tls: bool,
    host: String,
    port: u16,
    username: Option<String>,
    password: Option<Secret>,
    database: i64,
}

impl RedisUrl {
    /// Reads `redis://…` and `rediss://…`.
    ///
    /// # Errors
    /// When `text` is of another form; the message does not repeat it, for it may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        // User and password end with the last `@`, whatever characters of an address they have in them.
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        let (credentials, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        let (username, password) = credentials.split_once(':').unwrap_or((credentials, ""));
        let url = Url::parse(&format!("{scheme}://{place}"))
            .map_err(|error| format!("is no address ({error}): {EXPECTED}"))?;
        let tls = match url.scheme() {
            "redis" => false,
            "rediss" => true,
            "http" | "https" => {
                return Err(format!(
                    "begins with `{}://`, which is the address of a web service and not of Redis itself: {EXPECTED}",
                    url.scheme()
                ));
            }
            _ => return Err(format!("is no address of Redis: {EXPECTED}")),
        };
        let host = match url.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => return Err(format!("has no host: {EXPECTED}")),
        };
        let database = match url.path().trim_matches('/') {
            "" => 0,
            path => path
                .parse()
                .map_err(|_| "has a path that is no number of a database, such as `/0`".to_owned())?,
        };
        Ok(Self {
            tls,
            host,
            port: url.port().unwrap_or(DEFAULT_PORT),
            username: decoded(username)?.filter(|name| !name.is_empty()),
            password: decoded(password)?
                .filter(|password| !password.is_empty())
                .map(Secret::new),
            database,
        })
    }

    #[must_use]
    pub fn tls(&self) -> bool {
        self.tls
    }

    /// A name, or an address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.username.as_deref()
    }

    #[must_use]
    pub fn password(&self) -> Option<&Secret> {
        self.password.as_ref()
    }

    #[must_use]
    pub fn database(&self) -> i64 {
        self.database
    }

    fn is_upstash(&self) -> bool {
        self.host == "upstash.io" || self.host.ends_with(".upstash.io")
    }

    fn same_place(&self, other: &Self) -> bool {
        let secret = |url: &Self| url.password.as_ref().map(|secret| secret.expose().to_owned());
        self.host == other.host && self.port == other.port && secret(self) == secret(other)
    }
}

/// `HOST:PORT`.
impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.tls { "rediss://" } else { "redis://" })?;
        if let Some(name) = &self.username {
            write!(f, "{name}")?;
        }
        if self.password.is_some() {
            f.write_str(":[secret]")?;
        }
        if self.username.is_some() || self.password.is_some() {
            f.write_str("@")?;
        }
        write!(f, "{self}/{}", self.database)
    }
}

/// `REDIS_URL`, or else `REDIS_HOST` with its port and password. `None`: no Redis.
pub(super) fn read(reader: &mut SettingsReader) -> Option<RedisUrl> {
    let older = older_redis(reader);
    let Some(text) = reader.get("REDIS_URL").map(str::to_owned) else {
        return older;
    };
    let text = without_command(reader, text);
    let mut url = match RedisUrl::parse(&text) {
        Ok(url) => url,
        Err(message) => {
            reader.error("REDIS_URL", message);
            return None;
        }
    };
    if !url.tls && url.is_upstash() {
        reader.warn(
            "REDIS_URL",
            "begins with `redis://`, but Upstash takes connections with TLS only: `rediss://` is used",
        );
        url.tls = true;
    }
    if older.is_some_and(|older| !older.same_place(&url)) {
        reader.warn(
            "REDIS_URL",
            format!("and `REDIS_HOST`, `REDIS_PORT`, `REDIS_PASSWORD` do not agree: `REDIS_URL` ({url}) is used"),
        );
    }
    Some(url)
}

fn older_redis(reader: &mut SettingsReader) -> Option<RedisUrl> {
    let port = reader.port("REDIS_PORT");
    let password = reader.get("REDIS_PASSWORD").map(|text| Secret::new(text.to_owned()));
    let Some(text) = reader.get("REDIS_HOST").map(str::to_owned) else {
        let orphaned = password.is_some() || port.is_some();
        if orphaned && reader.get("REDIS_URL").is_none() {
            reader.warn(
                "REDIS_HOST",
                "is not set, but its port or password is: no Redis is used",
            );
        }
        return None;
    };
    let (scheme, rest) = text
        .split_once("://")
        .map_or((None, text.as_str()), |(scheme, rest)| (Some(scheme), rest));
    let host = rest.trim_end_matches('/');
    if let Some(scheme) = scheme {
        reader.warn(
            "REDIS_HOST",
            format!(
                "is an address and not only a host: the part before `{}` is left out",
                host.escape_debug()
            ),
        );
        if !["http", "https", "redis", "rediss"].contains(&scheme) {
            reader.error("REDIS_HOST", "expected a host such as `redis.example.org`");
            return None;
        }
    }
    // A port pasted with the host, and the form of an IPv6 address, are read as in an address.
    let bare_ipv6 = host.parse::<std::net::Ipv6Addr>().is_ok();
    let address = if bare_ipv6 {
        format!("redis://[{host}]")
    } else {
        format!("redis://{host}")
    };
    let parsed = RedisUrl::parse(&address)
        .ok()
        .filter(|url| url.password.is_none() && url.username.is_none() && url.database == 0);
    let Some(mut url) = parsed else {
        reader.error("REDIS_HOST", "is no host: expected one such as `redis.example.org`");
        return None;
    };
    if let Some(port) = port {
        url.port = port;
    }
    url.tls = url.is_upstash() || scheme == Some("rediss");
    url.password = password;
    Some(url)
}

/// The hosts' pages offer the whole command to copy: `redis-cli --tls -u redis://…`.
fn without_command(reader: &mut SettingsReader, text: String) -> String {
    let Some(arguments) = text.strip_prefix("redis-cli ") else {
        return text;
    };
    let Some(address) = arguments.split_whitespace().find(|word| word.contains("://")) else {
        return text;
    };
    reader.warn("REDIS_URL", "is a whole `redis-cli` command: its address is used");
    let address = address.trim_matches(['\'', '"']);
    if arguments.split_whitespace().any(|word| word == "--tls") {
        address.replacen("redis://", "rediss://", 1)
    } else {
        address.to_owned()
    }
}

/// Takes the percent signs out of a name or password.
fn decoded(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped = (byte == b'%')
            .then(|| tail.get(..2).and_then(|pair| hex::decode(pair).ok()))
            .flatten();
        match escaped {
            Some(decoded) => {
                bytes.extend(decoded);
                rest = &tail[2..];
            }
            // A percent sign that begins no escape is literal: people paste passwords as they are.
            None => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| "has a user name or password that is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Checked, Component, DiagnosticLevel, Vars};

    fn read(pairs: &[(&str, &str)]) -> Checked<Option<RedisUrl>> {
        let vars: Vars = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut reader = SettingsReader::new(Component::Api, vars);
        let redis = super::read(&mut reader);
        reader.finish(redis)
    }

    /// The address as `Debug` shows it, and how many warnings there were.
    fn parsed(pairs: &[(&str, &str)]) -> (String, usize) {
        let checked = read(pairs);
        let url = checked.settings.expect("no errors");
        (
            url.map_or_else(|| "none".to_owned(), |url| format!("{url:?}")),
            checked.diagnostics.len(),
        )
    }

    fn case(pairs: &[(&str, &str)], address: &str, warnings: usize) {
        assert_eq!(parsed(pairs), (address.to_owned(), warnings), "{pairs:?}");
    }

    #[test]
    fn addresses() {
        case(&[], "none", 0);
        case(&[("REDIS_URL", "redis://localhost")], "redis://localhost:6379/0", 0);
        case(&[("REDIS_URL", "redis://[::1]:7000/3")], "redis://[::1]:7000/3", 0);
        case(
            &[("REDIS_URL", "rediss://app:p%40ss@redis.example.org:6380")],
            "rediss://app:[secret]@redis.example.org:6380/0",
            0,
        );
        case(
            &[("REDIS_URL", "redis://default:x@eu1-a.upstash.io:6379")],
            "rediss://default:[secret]@eu1-a.upstash.io:6379/0",
            1,
        );
        case(
            &[("REDIS_URL", "redis-cli --tls -u redis://default:x@a.example:6379")],
            "rediss://default:[secret]@a.example:6379/0",
            1,
        );
    }

    #[test]
    fn the_older_form() {
        case(&[("REDIS_HOST", "localhost")], "redis://localhost:6379/0", 0);
        case(
            &[
                ("REDIS_HOST", "eu1-a.upstash.io"),
                ("REDIS_PORT", "6380"),
                ("REDIS_PASSWORD", "x"),
            ],
            "rediss://:[secret]@eu1-a.upstash.io:6380/0",
            0,
        );
        case(
            &[("REDIS_HOST", "https://eu1-a.upstash.io/")],
            "rediss://eu1-a.upstash.io:6379/0",
            1,
        );
        case(&[("REDIS_HOST", "localhost:7001")], "redis://localhost:7001/0", 0);
        case(&[("REDIS_HOST", "::1")], "redis://[::1]:6379/0", 0);
        case(&[("REDIS_PASSWORD", "x")], "none", 1);
    }

    #[test]
    fn the_address_wins_and_a_disagreement_is_reported() {
        let url = ("REDIS_URL", "redis://:x@localhost");
        case(
            &[url, ("REDIS_HOST", "localhost"), ("REDIS_PASSWORD", "x")],
            "redis://:[secret]@localhost:6379/0",
            0,
        );
        case(
            &[url, ("REDIS_HOST", "elsewhere")],
            "redis://:[secret]@localhost:6379/0",
            1,
        );
    }

    #[test]
    fn passwords_are_decoded_and_never_shown() {
        let url = RedisUrl::parse("redis://:p%40ss%2Fw%rd@localhost").expect("an address");
        assert_eq!(url.password().expect("a password").expose(), "p@ss/w%rd");
        for password in ["a?b", "a#b", "12#b", "12/b", "a/b", "a@b", "a:b@c?d#e/f"] {
            let url = RedisUrl::parse(&format!("redis://app:{password}@localhost:7000/3")).expect(password);
            assert_eq!(url.password().map(Secret::expose), Some(password));
            assert_eq!(format!("{url:?}"), "redis://app:[secret]@localhost:7000/3");
        }
        for bad in [
            "https://hunter2.upstash.io",
            "hunter2",
            "postgres://hunter2@localhost",
            "redis://a:hunter2@localhost/x",
            "redis://:hunter2@",
        ] {
            let checked = read(&[("REDIS_URL", bad)]);
            assert!(checked.settings.is_none(), "{bad}");
            let diagnostic = &checked.diagnostics[0];
            assert_eq!(diagnostic.level, DiagnosticLevel::Error);
            assert!(!diagnostic.message.contains("hunter2"), "{}", diagnostic.message);
        }
        assert!(read(&[("REDIS_HOST", "a b")]).settings.is_none());
        assert!(read(&[("REDIS_HOST", "a"), ("REDIS_PORT", "0")]).settings.is_none());
    }
}
