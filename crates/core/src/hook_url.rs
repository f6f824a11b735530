//! The address of a webhook: the same rules on hosts as for a repository's, for we connect to both for strangers.

use url::{Host, Url};

use crate::repo_url::{RefusedUrl, UrlPolicy, check_host, has_credentials};

/// An address that may receive webhook events: `https://` or `http://`, without credentials. The addresses that its host
/// resolves to are vetted where the connection is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookUrl(Url);

const MAX_LENGTH: usize = 2_048;

impl HookUrl {
    /// `policy`'s list of hosts is for repositories and does not count here.
    ///
    /// # Errors
    /// A sentence that explains what is wrong with the address and never repeats credentials.
    pub fn parse(text: &str, policy: &UrlPolicy) -> Result<Self, RefusedUrl> {
        let refuse = |reason: &str| Err(RefusedUrl(reason.to_owned()));
        if text.len() > MAX_LENGTH {
            return refuse("the address is longer than 2,048 bytes");
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) || text.contains('\\') {
            return refuse("the address has a space, control character or backslash in it");
        }
        let url = match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "https" | "http") => url,
            Ok(_) => return refuse("webhooks are sent to `https://` and `http://` addresses only"),
            Err(_) => {
                return refuse("the address cannot be read; expected the form `https://host/path`");
            }
        };
        if has_credentials(&url, text) {
            return refuse("the address has credentials in it; leave them out");
        }
        if url.fragment().is_some() {
            return refuse("the address has a `#` part; leave it out");
        }
        let any_host = UrlPolicy {
            hosts: None,
            ..policy.clone()
        };
        check_host(&url, &any_host)?;
        Ok(Self(url))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    #[must_use]
    pub fn host(&self) -> Option<Host<&str>> {
        self.0.host()
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(443)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_are_taken_whole() {
        let policy = UrlPolicy {
            hosts: Some(vec!["github.com".to_owned()]),
            ..UrlPolicy::default()
        };
        for url in [
            "https://example.org/hook?key=1",
            "http://example.org/",
            "https://example.org:443/x",
        ] {
            assert!(HookUrl::parse(url, &policy).is_ok(), "{url}");
        }
    }

    #[test]
    fn hostile_addresses_are_refused() {
        for url in [
            "",
            "example.org/hook",
            "ftp://example.org/",
            "file:///etc/passwd",
            "https://u:p@example.org/",
            "https://@example.org/",
            "https://:@example.org/",
            "https://example.org/#x",
            "https://example.org:22/",
            "https://localhost/",
            "https://127.0.0.1/",
            "https://0x7f.1/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://metadata.google.internal/",
            "https://intranet/",
            "https://exam\tple.org/",
        ] {
            assert!(HookUrl::parse(url, &UrlPolicy::default()).is_err(), "{url}");
        }
    }
}
