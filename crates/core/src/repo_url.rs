//! The address of a repository: the only rules on what may be cloned.
//!
//! A [`RepoUrl`] does not promise that its host's name leads to a public address. Names are resolved where the
//! connection is made (in the worker), vetted there by [`crate::net::is_public`], and pinned for git.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use crate::net::is_public;

/// The addresses that a deployment allows; from the settings `REPO_HOSTS`, `ALLOW_PRIVATE_HOSTS` and
/// `ALLOW_LOCAL_REPOS`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UrlPolicy {
    /// Only these hosts (lower case). `None`: any.
    pub hosts: Option<Vec<String>>,
    /// Hosts on private networks, names without a dot, and any port. For development.
    pub allow_private_hosts: bool,
    /// `file://` addresses and loopback hosts on any port. For development.
    pub allow_local_repos: bool,
}

impl UrlPolicy {
    /// Whether connections to `address` are allowed. This is checked for literal addresses here, and by the worker for
    /// every address that a name resolves to.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        is_public(address) || self.allow_private_hosts || (address.is_loopback() && self.allow_local_repos)
    }
}

/// The address of a repository that may be cloned, in one normal form: scheme, host in lower case and punycode, path
/// without a slash at its end; no credentials, query or fragment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RepoUrl(Url);

/// Why an address was refused. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedUrl(pub(crate) String);

impl fmt::Display for RefusedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RefusedUrl {}

/// Longer than any address that leads to a repository.
const MAX_LENGTH: usize = 2_048;

impl RepoUrl {
    /// # Errors
    /// A sentence that explains what is wrong with the address and never repeats credentials.
    pub fn parse(text: &str, policy: &UrlPolicy) -> Result<Self, RefusedUrl> {
        let refuse = |reason: &str| Err(RefusedUrl(reason.to_owned()));
        if text.len() > MAX_LENGTH {
            return refuse("the address is longer than 2,048 bytes");
        }
        // The parser would silently drop some of these.
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) || text.contains('\\') {
            return refuse("the address has a space, control character or backslash in it");
        }
        let Some((scheme, _)) = text.split_once("://") else {
            return refuse("the address is not of the form `https://host/owner/repository`");
        };
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => {}
            "file" if policy.allow_local_repos => return Self::parse_file(text),
            "file" => {
                return refuse("addresses with `file://` are allowed in development only (`ALLOW_LOCAL_REPOS=1`)");
            }
            _ => return refuse("only `https://` and `http://` addresses are cloned"),
        }
        let Ok(mut url) = Url::parse(text) else {
            return refuse("the address cannot be read; expected the form `https://host/owner/repository`");
        };
        if has_credentials(&url, text) {
            return refuse("the address has credentials in it; leave them out");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("the address has a `?` or `#` part; leave it out");
        }
        check_host(&url, policy)?;
        check_path(&url)?;
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    fn parse_file(text: &str) -> Result<Self, RefusedUrl> {
        let refuse = |reason: &str| Err(RefusedUrl(reason.to_owned()));
        let Ok(mut url) = Url::parse(text) else {
            return refuse("the address cannot be read; expected the form `file:///path/to/repository.git`");
        };
        if url.host().is_some() {
            return refuse("a `file://` address names no host: write `file:///path/to/repository.git`");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("the address has a `?` or `#` part; leave it out");
        }
        check_path(&url)?;
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// `file://`: cloned from the local disk, with no network.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.0.scheme() == "file"
    }

    /// The host's name or address as git would connect to it; none for `file://`.
    #[must_use]
    pub fn host(&self) -> Option<Host<&str>> {
        self.0.host()
    }

    /// The port to connect to; none for `file://`.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.0.port_or_known_default()
    }

    /// `owner/repo` on github.com, `host/owner/repo` elsewhere, without `.git`: the name under which scans of one
    /// repository are kept together.
    #[must_use]
    pub fn full_name(&self) -> String {
        let path = self.0.path().trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        match self.0.host_str() {
            // GitHub's names are the same in any case.
            Some("github.com" | "www.github.com") => path.to_ascii_lowercase(),
            Some(host) => match self.0.port() {
                Some(port) => format!("{host}:{port}/{path}"),
                None => format!("{host}/{path}"),
            },
            None => format!("file/{path}"),
        }
    }
}

impl fmt::Display for RepoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether `url`, which was read from `text`, has a name or a password in it. The parser drops empty ones in silence.
pub(crate) fn has_credentials(url: &Url, text: &str) -> bool {
    let authority = text
        .split_once(':')
        .map_or("", |(_, rest)| rest.trim_start_matches('/'));
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    !url.username().is_empty() || url.password().is_some() || authority.contains('@')
}

pub(crate) fn check_host(url: &Url, policy: &UrlPolicy) -> Result<(), RefusedUrl> {
    let refuse = |reason: &str| Err(RefusedUrl(reason.to_owned()));
    let private = || refuse("the host is on a private or reserved network, which is not connected to");
    let is_loopback = match url.host() {
        None => return refuse("the address names no host"),
        Some(Host::Domain(name)) => {
            // A dot at the end means the same host and would get past a comparison of names.
            let name = name.trim_end_matches('.');
            let loopback = name == "localhost" || name.ends_with(".localhost");
            let inside = !name.contains('.')
                || [".local", ".internal", ".localdomain", ".lan", ".home", ".corp", ".arpa"]
                    .iter()
                    .any(|ending| name.ends_with(ending));
            if name.is_empty() {
                return refuse("the address names no host");
            }
            // The parser lets characters pass that no host has, and that a command could take for an option.
            let sound = |label: &str| {
                !label.starts_with('-')
                    && label
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            };
            if !name.split('.').all(sound) {
                return refuse("the host's name has a character in it that no host has, or begins with `-`");
            }
            if (loopback || inside) && !(policy.allow_private_hosts || loopback && policy.allow_local_repos) {
                return private();
            }
            loopback
        }
        Some(Host::Ipv4(address)) if !policy.allows(address.into()) => return private(),
        Some(Host::Ipv6(address)) if !policy.allows(address.into()) => return private(),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
    };
    if let Some(hosts) = &policy.hosts {
        let name = url.host_str().unwrap_or_default().trim_end_matches('.');
        if !hosts.iter().any(|host| host == name) {
            return refuse("this service clones only from the hosts on its list (`REPO_HOSTS`)");
        }
    }
    let any_port = policy.allow_private_hosts || (policy.allow_local_repos && is_loopback);
    match url.port() {
        None | Some(80 | 443) => Ok(()),
        Some(_) if any_port => Ok(()),
        Some(_) => refuse("only the ports 80 and 443 are connected to"),
    }
}

fn check_path(url: &Url) -> Result<(), RefusedUrl> {
    let refuse = |reason: &str| Err(RefusedUrl(reason.to_owned()));
    let segments: Vec<&str> = url.path().split('/').filter(|part| !part.is_empty()).collect();
    if segments.is_empty() {
        return refuse("the address has no repository path: expected the form `https://host/owner/repository`");
    }
    if segments
        .iter()
        .any(|part| part.starts_with('-') || part.to_ascii_lowercase().starts_with("%2d"))
    {
        return refuse("a part of the path begins with `-`");
    }
    let encoded_control =
        url.path().as_bytes().windows(3).any(|w| {
            w[0] == b'%' && (matches!(w[1], b'0' | b'1') || (w[1] == b'7' && w[2].eq_ignore_ascii_case(&b'f')))
        });
    if encoded_control {
        return refuse("the path has an encoded control character in it");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public() -> UrlPolicy {
        UrlPolicy::default()
    }

    fn development() -> UrlPolicy {
        UrlPolicy {
            allow_local_repos: true,
            ..UrlPolicy::default()
        }
    }

    #[test]
    fn ordinary_addresses_are_taken_in_one_form() {
        for (text, normal, name) in [
            (
                "https://github.com/Psf/Requests",
                "https://github.com/Psf/Requests",
                "psf/requests",
            ),
            (
                "HTTPS://GitHub.com/psf/requests.git/",
                "https://github.com/psf/requests.git",
                "psf/requests",
            ),
            (
                "https://gitlab.com/a/b/c.git",
                "https://gitlab.com/a/b/c.git",
                "gitlab.com/a/b/c",
            ),
            (
                "https://codeberg.org:443/a/b",
                "https://codeberg.org/a/b",
                "codeberg.org/a/b",
            ),
            (
                "http://example.org:443/a/b",
                "http://example.org:443/a/b",
                "example.org:443/a/b",
            ),
            (
                "https://bücher.example/a/b",
                "https://xn--bcher-kva.example/a/b",
                "xn--bcher-kva.example/a/b",
            ),
        ] {
            let url = RepoUrl::parse(text, &public()).expect(text);
            assert_eq!((url.as_str(), url.full_name().as_str()), (normal, name), "{text}");
        }
    }

    #[test]
    fn hostile_addresses_are_refused() {
        for text in [
            "",
            "github.com/a/b",
            "git@github.com:a/b.git",
            "ssh://git@github.com/a/b",
            "git://github.com/a/b",
            "ext::sh -c id",
            "ext://x/a",
            "file:///etc",
            "ftp://example.org/a",
            "javascript://x/%0aalert(1)",
            "https://",
            "https:///a/b",
            "https://github.com",
            "https://github.com/",
            "https://github.com//",
            "https://user:pw@github.com/a/b",
            "https://user@github.com/a/b",
            "https://@github.com/a/b",
            "https://:@github.com/a/b",
            "https://--config=x/a/b",
            "https://-github.com/a/b",
            "https://@127.0.0.1/a/b",
            "https://localhost/a/b",
            "https://localhost./a/b",
            "https://x.localhost/a/b",
            "https://intranet/a/b",
            "https://printer.local/a/b",
            "https://metadata.google.internal/a/b",
            "https://127.0.0.1/a/b",
            "https://127.1/a/b",
            "https://0x7f.1/a/b",
            "https://0177.0.0.1/a/b",
            "https://2130706433/a/b",
            "https://0/a/b",
            "https://017700000001/a/b",
            "https://10.0.0.1/a/b",
            "https://192.168.1.1/a/b",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/a/b",
            "https://[::ffff:127.0.0.1]/a/b",
            "https://[fe80::1]/a/b",
            "https://[64:ff9b::7f00:1]/a/b",
            "https://①②⑦.⓪.⓪.①/a/b",
            "https://github.com:22/a/b",
            "https://github.com:8080/a/b",
            "https://github.com/--upload-pack=x/b",
            "https://github.com/%2d-x/b",
            "https://github.com/a/b?x=1",
            "https://github.com/a/b#x",
            "https://github.com/a/b%00",
            "https://github.com/a/b%0d%0a",
            "https://github.com/a b",
            "https://git\thub.com/a",
            "https://github.com\\@evil.example/a",
            "https://exa%6dple..com:443:80/a",
            &format!("https://github.com/{}", "a".repeat(2_048)),
        ] {
            assert!(RepoUrl::parse(text, &public()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_refusal_never_repeats_the_credentials() {
        let refused = RepoUrl::parse("https://user:hunter2@github.com/a/b", &public()).expect_err("credentials");
        assert!(!refused.to_string().contains("hunter2"));
    }

    #[test]
    fn local_addresses_are_for_development() {
        for text in [
            "file:///srv/git/a.git",
            "http://127.0.0.1:8080/a.git",
            "http://localhost:3000/a.git",
        ] {
            assert!(RepoUrl::parse(text, &development()).is_ok(), "{text}");
            assert!(RepoUrl::parse(text, &public()).is_err(), "{text}");
        }
        for text in [
            "file://",
            "file:///",
            "file://host/a",
            "http://10.0.0.1/a.git",
            "http://example.org:8080/a.git",
        ] {
            assert!(RepoUrl::parse(text, &development()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_list_of_hosts_is_a_list() {
        let policy = UrlPolicy {
            hosts: Some(vec!["github.com".into()]),
            ..UrlPolicy::default()
        };
        assert!(RepoUrl::parse("https://github.com/a/b", &policy).is_ok());
        assert!(RepoUrl::parse("https://github.com.evil.example/a/b", &policy).is_err());
        assert!(RepoUrl::parse("https://gitlab.com/a/b", &policy).is_err());
    }
}
