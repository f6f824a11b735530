//! The address and the bearer token of a client.

use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use repolens_core::settings::{TrustedProxies, is_cloudflare};
use repolens_core::{InvalidAuthorization, bearer_token};
use sha2::{Digest as _, Sha256};

use crate::http::problem::Problem;

/// Did a trusted proxy pass this request on? Otherwise its `X-Forwarded-…` headers are the caller's own words.
#[derive(Clone, Copy)]
pub struct FromProxy(pub bool);

/// Where a caller is: one address, or for IPv6 the /64 that one customer has at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    pub address: IpAddr,
}

/// How the address of a client was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressSource {
    /// It is the peer: there is no trusted proxy, or the proxy reported nothing.
    Peer,
    ForwardedFor,
    CfConnectingIp,
}

impl Client {
    /// The address that the outermost trusted proxy saw. Headers of a peer that is no trusted proxy are not read: it can
    /// write anything into them.
    pub fn identify(headers: &HeaderMap, peer: Option<IpAddr>, proxies: &TrustedProxies) -> (Self, AddressSource) {
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
        let (address, source) = match proxies {
            TrustedProxies::None => (peer, AddressSource::Peer),
            TrustedProxies::Count(count) => forwarded_for(headers)
                .rev()
                .nth(count - 1)
                .and_then(parse_element)
                .map_or((peer, AddressSource::Peer), |address| {
                    (address, AddressSource::ForwardedFor)
                }),
            TrustedProxies::Networks(_) => behind_networks(headers, peer, proxies),
        };
        (Self { address }, source)
    }

    /// The same number for the same customer.
    pub fn number(&self) -> u128 {
        match self.address {
            IpAddr::V4(address) => u128::from(u32::from(address)),
            IpAddr::V6(address) => u128::from(address) >> 64 << 64,
        }
    }

    /// The number as an address or a network.
    pub fn shown(&self) -> String {
        match self.address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(_) => format!("{}/64", std::net::Ipv6Addr::from(self.number())),
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

/// Walks from the peer outwards. What is left of the first address that is no trusted proxy was written by that client.
fn behind_networks(headers: &HeaderMap, peer: IpAddr, proxies: &TrustedProxies) -> (IpAddr, AddressSource) {
    if !proxies.contains(peer) {
        return (peer, AddressSource::Peer);
    }
    let (mut last, mut source) = (peer, AddressSource::Peer);
    for element in forwarded_for(headers).rev() {
        // An element such as `unknown`: the proxy that wrote it is the last address that is known.
        let Some(address) = parse_element(element) else {
            return (last, source);
        };
        (last, source) = (address, AddressSource::ForwardedFor);
        if !proxies.contains(address) {
            return (last, source);
        }
    }
    // A proxy behind Cloudflare may replace the header by Cloudflare's own address.
    if is_cloudflare(last)
        && let Some(address) = headers
            .get(CF_CONNECTING_IP)
            .and_then(|value| parse_element(value.to_str().ok()?))
    {
        return (address, AddressSource::CfConnectingIp);
    }
    (last, source)
}

pub const CF_CONNECTING_IP: &str = "cf-connecting-ip";

/// The elements of all `X-Forwarded-For` headers, left to right.
///
/// A byte that is no text makes its own element unreadable, not those that proxies have added to the same header.
pub fn forwarded_for(headers: &HeaderMap) -> impl DoubleEndedIterator<Item = &str> {
    let values: Vec<&[u8]> = headers.get_all("x-forwarded-for").map(HeaderValue::as_bytes).collect();
    values
        .into_iter()
        .flat_map(|value| value.split(|byte| *byte == b','))
        .map(|element| std::str::from_utf8(element).map_or("unknown", str::trim))
        .filter(|element| !element.is_empty())
}

/// `1.2.3.4`, `1.2.3.4:5678`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:5678`, also in quotes or with a zone.
pub fn parse_element(element: &str) -> Option<IpAddr> {
    let text = element.trim().trim_matches('"');
    let is_port = |text: &str| !text.is_empty() && text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let host = if let Some(rest) = text.strip_prefix('[') {
        let (host, after) = rest.split_once(']')?;
        if !after.is_empty() && !after.strip_prefix(':').is_some_and(is_port) {
            return None;
        }
        host
    } else {
        match text.split_once(':') {
            Some((host, port)) if is_port(port) && host.contains('.') => host,
            _ => text,
        }
    };
    let (host, _zone) = host.split_once('%').unwrap_or((host, ""));
    host.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// Parses the header `Authorization`.
pub fn authorization(headers: &HeaderMap) -> Result<Option<&str>, InvalidAuthorization> {
    bearer_token(headers.get_all(header::AUTHORIZATION).map(HeaderValue::as_bytes))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;

    use super::*;

    const PEER: &str = "10.0.0.9";

    fn client_of(peer: &str, forwarded: &[&'static str], cloudflare: Option<&'static str>, proxies: &str) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            let name = HeaderName::from_static("x-forwarded-for");
            headers.append(name, HeaderValue::from_static(value));
        }
        if let Some(value) = cloudflare {
            headers.insert(
                HeaderName::from_static(CF_CONNECTING_IP),
                HeaderValue::from_static(value),
            );
        }
        let peer = peer.parse().expect("an address");
        let proxies = TrustedProxies::parse(proxies).expect("readable");
        let (client, _) = Client::identify(&headers, Some(peer), &proxies);
        client.address.to_string()
    }

    #[test]
    fn a_count_of_proxies() {
        let client = |forwarded, proxies| client_of(PEER, forwarded, None, proxies);
        assert_eq!(
            client(&["1.1.1.1"], "none"),
            PEER,
            "the header is the caller's own words"
        );
        assert_eq!(client(&["6.6.6.6, 1.1.1.1"], "1"), "1.1.1.1");
        assert_eq!(client(&["6.6.6.6", "1.1.1.1, 2.2.2.2"], "2"), "1.1.1.1");
        assert_eq!(client(&[], "1"), PEER);
        assert_eq!(client(&["1.1.1.1"], "2"), PEER, "it did not come by way of both");
        assert_eq!(client(&["6.6.6.6, nonsense"], "1"), PEER);
    }

    #[test]
    fn the_right_most_address_that_is_no_trusted_proxy() {
        let both = "private,cloudflare";
        let client = |forwarded| client_of(PEER, forwarded, None, both);
        assert_eq!(client(&["203.0.113.5"]), "203.0.113.5");
        // Render: the right-most element is Cloudflare's edge.
        assert_eq!(client(&["203.0.113.5, 172.68.1.1"]), "203.0.113.5");
        assert_eq!(client(&["6.6.6.6, 203.0.113.5, 172.68.1.1, 10.1.1.1"]), "203.0.113.5");
        assert_eq!(
            client(&["6.6.6.6", "203.0.113.5", "10.1.1.1"]),
            "203.0.113.5",
            "several headers"
        );
        assert_eq!(client(&["203.0.113.5,, ,10.1.1.1,"]), "203.0.113.5", "empty elements");
        // All are trusted: the left-most.
        assert_eq!(client(&["192.168.7.7, 10.1.1.1"]), "192.168.7.7");
        assert_eq!(client(&[]), PEER);
        // An unreadable entry was written by the proxy to its right.
        assert_eq!(client(&["203.0.113.5, unknown, 10.1.1.1"]), "10.1.1.1");
        assert_eq!(client(&["unknown"]), PEER);
    }

    #[test]
    fn headers_of_an_untrusted_peer_are_not_read() {
        for peer in ["203.0.113.9", "127.0.0.1", "172.68.1.1"] {
            let client = client_of(peer, &["198.51.100.1"], Some("198.51.100.2"), "private");
            assert_eq!(client, peer);
        }
        assert_eq!(
            client_of("::ffff:10.0.0.9", &["198.51.100.1"], None, "private"),
            "198.51.100.1",
            "the same peer on a socket of IPv6"
        );
    }

    /// A proxy adds to the header that it got, whatever the client wrote there.
    #[test]
    fn bytes_that_are_no_text_hide_no_address() {
        let client = |values: &[&'static [u8]], proxies| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(
                    HeaderName::from_static("x-forwarded-for"),
                    HeaderValue::from_bytes(value).expect("bytes of a header"),
                );
            }
            let proxies = TrustedProxies::parse(proxies).expect("readable");
            let (client, _) = Client::identify(&headers, PEER.parse().ok(), &proxies);
            client.address.to_string()
        };
        for proxies in ["1", "private"] {
            assert_eq!(client(&[b"6.6.6.6", b"\xff, 203.0.113.5"], proxies), "203.0.113.5");
            assert_eq!(client(&[b"6.6.6.6", b"\xff"], proxies), PEER);
        }
    }

    #[test]
    fn cloudflares_own_header_where_its_edge_is_the_last_that_is_known() {
        let client = |peer, forwarded| client_of(peer, forwarded, Some("203.0.113.5"), "private,cloudflare");
        assert_eq!(client(PEER, &["172.68.1.1"]), "203.0.113.5");
        assert_eq!(client(PEER, &["172.68.1.1, 10.1.1.1"]), "203.0.113.5");
        assert_eq!(client("172.68.1.1", &[]), "203.0.113.5", "the edge is the peer");
        assert_eq!(
            client(PEER, &["192.168.7.7"]),
            "192.168.7.7",
            "not by way of Cloudflare"
        );
        assert_eq!(client(PEER, &["198.51.100.1, 172.68.1.1"]), "198.51.100.1");
        let unreadable = client_of(PEER, &["172.68.1.1"], Some("nonsense"), "private,cloudflare");
        assert_eq!(unreadable, "172.68.1.1");
        let not_trusted = client_of(PEER, &["172.68.1.1"], Some("203.0.113.5"), "private");
        assert_eq!(
            not_trusted, "172.68.1.1",
            "any client can connect from there where it is not trusted"
        );
    }

    #[test]
    fn elements_with_ports_brackets_and_zones() {
        for (element, address) in [
            ("203.0.113.5:4711", Some("203.0.113.5")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("\"[2001:db8::1]:443\"", Some("2001:db8::1")),
            ("fe80::1%eth0", Some("fe80::1")),
            ("[fe80::1%25eth0]:80", Some("fe80::1")),
            ("::ffff:203.0.113.5", Some("203.0.113.5")),
            ("[::ffff:203.0.113.5]:1", Some("203.0.113.5")),
            (" 203.0.113.5 ", Some("203.0.113.5")),
            ("203.0.113.5:", None),
            ("203.0.113.5:port", None),
            ("[2001:db8::1", None),
            ("[2001:db8::1]x", None),
            ("2001:db8::1]:443", None),
            ("203.0.113", None),
            ("_hidden", None),
            ("", None),
        ] {
            let read = parse_element(element).map(|address| address.to_string());
            assert_eq!(read.as_deref(), address, "{element}");
        }
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
