//! Who is calling.

use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::problem::Problem;

/// The caller showed the worker's token.
pub struct Worker;

impl FromRequest for Worker {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let right = match (request.app_data::<web::Data<App>>(), bearer(request.headers())) {
            (Some(app), Some(shown)) => app.worker_token.is(shown),
            _ => false,
        };
        ready(if right {
            Ok(Self)
        } else {
            Err(Problem::unauthorized(
                "This address is for workers: send their token as `Authorization: Bearer`.",
            ))
        })
    }
}

/// Where a caller is: one address, or for IPv6 the /64 that one customer has at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    pub address: IpAddr,
}

impl Client {
    /// The address that the outermost of our own `trusted_proxies` saw. What stands further left in `X-Forwarded-For` was
    /// written by the caller itself.
    pub fn of(headers: &HeaderMap, peer: Option<IpAddr>, trusted_proxies: usize) -> Self {
        let forwarded: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .collect();
        let seen = match trusted_proxies {
            0 => None,
            proxies => forwarded
                .len()
                .checked_sub(proxies)
                .and_then(|index| forwarded[index].parse::<IpAddr>().ok()),
        };
        let address = seen.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        Self {
            address: address.to_canonical(),
        }
    }

    /// The same number for the same customer.
    pub fn number(&self) -> u128 {
        match self.address {
            IpAddr::V4(address) => u128::from(u32::from(address)),
            IpAddr::V6(address) => u128::from(address) >> 64 << 64,
        }
    }

    /// Under which name the scans of this caller are counted together. A hash, so that no list of addresses is stored.
    pub fn key(&self) -> String {
        let digest = hex::encode(Sha256::digest(format!("client {}", self.number())));
        format!("ip-{}", &digest[..16])
    }
}

impl FromRequest for Client {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let client = request.extensions().get::<Self>().copied();
        ready(client.ok_or_else(|| Problem::because(&"the request has no client")))
    }
}

/// The token after `Bearer`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn client(forwarded: &[&'static str], proxies: usize) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            let name = HeaderName::from_static("x-forwarded-for");
            headers.append(name, HeaderValue::from_static(value));
        }
        let peer = "10.0.0.9".parse().expect("an address");
        Client::of(&headers, Some(peer), proxies).address.to_string()
    }

    #[test]
    fn only_what_our_own_proxies_saw_counts() {
        assert_eq!(
            client(&["1.1.1.1"], 0),
            "10.0.0.9",
            "no proxy of ours: the header is the caller's own words"
        );
        assert_eq!(client(&["6.6.6.6, 1.1.1.1"], 1), "1.1.1.1");
        assert_eq!(client(&["6.6.6.6", "1.1.1.1, 2.2.2.2"], 2), "1.1.1.1");
        assert_eq!(client(&[], 1), "10.0.0.9");
        assert_eq!(client(&["1.1.1.1"], 2), "10.0.0.9", "it did not come by way of both");
        assert_eq!(client(&["6.6.6.6, nonsense"], 1), "10.0.0.9");
    }

    #[test]
    fn one_customer_has_one_number() {
        let of = |text: &str| Client {
            address: text.parse::<IpAddr>().expect("an address").to_canonical(),
        };
        assert_eq!(of("2001:db8:1:2::1").number(), of("2001:db8:1:2:ffff::9").number());
        assert_ne!(of("2001:db8:1:2::1").number(), of("2001:db8:1:3::1").number());
        assert_eq!(of("::ffff:1.2.3.4").number(), of("1.2.3.4").number());
    }
}
