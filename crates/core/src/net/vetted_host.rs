//! Connections to hosts that a caller or a repository chose: all addresses of the host are resolved and vetted first, and the
//! client can reach no other.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;
use std::time::Duration;

use reqwest::redirect;
use rustls::ClientConfig;
use url::Host;

use crate::{UrlPolicy, net::tls};

/// A host whose addresses are all allowed.
#[derive(Debug, Clone)]
pub struct VettedHost {
    /// `None`: it was given as an address.
    name: Option<String>,
    addresses: Vec<SocketAddr>,
}

/// The reason why a host may not be connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VetError {
    /// The lookup failed, with its cause.
    NotFound(String),
    /// An address of the host that the policy does not allow.
    Refused(IpAddr),
}

impl fmt::Display for VetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(cause) => f.write_str(cause),
            Self::Refused(address) => write!(f, "the name resolves to {address}"),
        }
    }
}

impl std::error::Error for VetError {}

impl VettedHost {
    /// Resolves `host` for at most `timeout`.
    ///
    /// # Errors
    /// The host has no address, or one that `policy` refuses. One refused address refuses the host: which of them a client
    /// connects to is left to chance.
    pub async fn resolve(
        host: Option<Host<&str>>,
        port: u16,
        policy: &UrlPolicy,
        timeout: Duration,
    ) -> Result<Self, VetError> {
        let (name, addresses) = match host {
            Some(Host::Ipv4(address)) => (None, vec![(address, port).into()]),
            Some(Host::Ipv6(address)) => (None, vec![(address, port).into()]),
            Some(Host::Domain(name)) => {
                let found = tokio::time::timeout(timeout, tokio::net::lookup_host((name, port)))
                    .await
                    .map_err(|_| VetError::NotFound(format!("no answer of the name servers within {timeout:?}")))?
                    .map_err(|error| VetError::NotFound(error.to_string()))?;
                (Some(name.to_owned()), found.collect())
            }
            None => (None, Vec::new()),
        };
        Self::vet(name, addresses, policy)
    }

    fn vet(name: Option<String>, addresses: Vec<SocketAddr>, policy: &UrlPolicy) -> Result<Self, VetError> {
        if addresses.is_empty() {
            return Err(VetError::NotFound("the name has no address".to_owned()));
        }
        match addresses.iter().find(|address| !policy.allows(address.ip())) {
            Some(refused) => Err(VetError::Refused(refused.ip())),
            None => Ok(Self { name, addresses }),
        }
    }

    /// Returns the name and its addresses; `None` where the host was given as an address.
    #[must_use]
    pub fn pinned(&self) -> Option<(&str, &[SocketAddr])> {
        Some((self.name.as_deref()?, &self.addresses))
    }

    /// Begins a client that connects to these addresses alone: without proxies, which would resolve the name again, and
    /// without redirects, which would lead to hosts that were not vetted.
    pub fn client(&self) -> reqwest::ClientBuilder {
        // Made once: it holds about 150 authorities.
        static TLS: LazyLock<ClientConfig> = LazyLock::new(tls::client_config);
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(TLS.clone())
            .no_proxy()
            .redirect(redirect::Policy::none());
        match self.pinned() {
            Some((name, addresses)) => builder.resolve_to_addrs(name, addresses),
            None => builder,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vet(addresses: &[&str], policy: &UrlPolicy) -> Result<VettedHost, VetError> {
        let addresses = addresses
            .iter()
            .map(|address| address.parse().expect("an address"))
            .collect();
        VettedHost::vet(Some("host.example".to_owned()), addresses, policy)
    }

    #[test]
    fn one_refused_address_refuses_the_host() {
        let policy = UrlPolicy::default();
        assert!(vet(&["93.184.216.34:443", "[2606:2800:220:1::1]:443"], &policy).is_ok());
        for private in [
            "127.0.0.1:443",
            "169.254.169.254:80",
            "[::ffff:10.0.0.1]:443",
            "[fd00::1]:443",
        ] {
            let address: SocketAddr = private.parse().expect("an address");
            for list in [&["93.184.216.34:443", private], &[private, "93.184.216.34:443"]] {
                assert_eq!(
                    vet(list, &policy).err(),
                    Some(VetError::Refused(address.ip())),
                    "{list:?}"
                );
            }
        }
        assert!(matches!(vet(&[], &policy), Err(VetError::NotFound(_))));
    }

    #[test]
    fn the_policy_decides_on_private_addresses() {
        let local = UrlPolicy {
            allow_local_repos: true,
            ..UrlPolicy::default()
        };
        assert!(vet(&["127.0.0.1:80"], &local).is_ok());
        assert!(vet(&["10.0.0.1:80"], &local).is_err());
        let private = UrlPolicy {
            allow_private_hosts: true,
            ..UrlPolicy::default()
        };
        assert!(vet(&["10.0.0.1:80"], &private).is_ok());
    }

    #[tokio::test]
    async fn literal_addresses_are_vetted_too() {
        let policy = UrlPolicy::default();
        let second = Duration::from_secs(1);
        for text in ["http://127.0.0.1/", "http://[::1]/", "http://0x7f.1/"] {
            let url = url::Url::parse(text).expect("an address");
            let result = VettedHost::resolve(url.host(), 80, &policy, second).await;
            assert!(matches!(result, Err(VetError::Refused(_))), "{text}: {result:?}");
        }
        let none = VettedHost::resolve(None, 80, &policy, second).await;
        assert!(matches!(none, Err(VetError::NotFound(_))));
    }
}
