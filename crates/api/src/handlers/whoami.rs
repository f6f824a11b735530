//! `GET /api/whoami`: which address a request is counted by, and why.

use std::net::IpAddr;

use actix_web::{HttpRequest, HttpResponse, web};
use repolens_core::settings::TrustedProxies;
use serde::Serialize;

use crate::app::App;
use crate::http::client::{AddressSource, CF_CONNECTING_IP, Client, forwarded_for, parse_element};

/// The facts that an operator needs to set `TRUSTED_PROXIES`. It shows a caller only the path of its own request.
#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Whoami {
    /// The address that was chosen.
    address: String,
    /// Under which name its requests are counted: for IPv6 the /64.
    counted_as: String,
    source: Chosen,
    /// Why, as a sentence.
    reason: String,
    /// The address that connected to the API.
    peer: Option<String>,
    peer_is_trusted: bool,
    /// The elements of `X-Forwarded-For`, as they came.
    forwarded_for: Vec<Element>,
    cf_connecting_ip: Option<String>,
    /// The setting.
    trusted_proxies: String,
}

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Chosen {
    Peer,
    XForwardedFor,
    CfConnectingIp,
}

#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Element {
    value: String,
    /// `null` where the value is no address.
    address: Option<String>,
    trusted: bool,
}

/// More than a chain of proxies has.
const MAX_ELEMENTS: usize = 32;

pub async fn get_whoami(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let proxies = &app.limits.trusted_proxies;
    let peer = request.peer_addr().map(|address| address.ip().to_canonical());
    let headers = request.headers();
    let (client, source) = Client::identify(headers, peer, proxies);
    let skipped = forwarded_for(headers).count().saturating_sub(MAX_ELEMENTS);
    let elements: Vec<Element> = forwarded_for(headers)
        .skip(skipped)
        .map(|value| element(value, proxies))
        .collect();
    let cloudflare = headers.get(CF_CONNECTING_IP).and_then(|value| value.to_str().ok());
    let peer_is_trusted = peer.is_some_and(|peer| proxies.trusts_peer(peer));
    HttpResponse::Ok().json(Whoami {
        address: client.address.to_string(),
        counted_as: client.shown(),
        reason: reason(source, peer, proxies, !elements.is_empty()),
        source: match source {
            AddressSource::Peer => Chosen::Peer,
            AddressSource::ForwardedFor => Chosen::XForwardedFor,
            AddressSource::CfConnectingIp => Chosen::CfConnectingIp,
        },
        peer: peer.map(|peer| peer.to_string()),
        peer_is_trusted,
        forwarded_for: elements,
        cf_connecting_ip: cloudflare.map(|value| value.chars().take(64).collect()),
        trusted_proxies: proxies.to_string(),
    })
}

fn element(value: &str, proxies: &TrustedProxies) -> Element {
    let address = parse_element(value);
    Element {
        value: value.chars().take(64).collect(),
        address: address.map(|address| address.to_string()),
        trusted: address.is_some_and(|address| proxies.contains(address)),
    }
}

fn reason(source: AddressSource, peer: Option<IpAddr>, proxies: &TrustedProxies, forwarded: bool) -> String {
    let trusted = peer.is_some_and(|peer| proxies.trusts_peer(peer));
    match (source, proxies) {
        (AddressSource::Peer, TrustedProxies::None) if forwarded => {
            "`TRUSTED_PROXIES` is `none`: `X-Forwarded-For` was not read. If the peer is your proxy, set it.".to_owned()
        }
        (AddressSource::Peer, TrustedProxies::Networks(_)) if !trusted && forwarded => {
            "The peer is not in `TRUSTED_PROXIES`: `X-Forwarded-For` was not read. If it is your proxy, add its network."
                .to_owned()
        }
        (AddressSource::Peer, TrustedProxies::Count(count)) if forwarded => {
            format!("`X-Forwarded-For` has no address at place {count} from the right: the peer is the client.")
        }
        (AddressSource::Peer, _) if trusted && forwarded => {
            "The right-most element of `X-Forwarded-For` is no address: the peer is the last one that is known.".to_owned()
        }
        (AddressSource::Peer, _) => "The client connected directly.".to_owned(),
        (AddressSource::ForwardedFor, TrustedProxies::Count(count)) => {
            format!("It is at place {count} from the right of `X-Forwarded-For`.")
        }
        (AddressSource::ForwardedFor, _) => {
            "It is the right-most address of `X-Forwarded-For` that is not in `TRUSTED_PROXIES`, or the last that is known."
                .to_owned()
        }
        (AddressSource::CfConnectingIp, _) => {
            "All addresses are of trusted proxies, and the last that is known is Cloudflare's: `CF-Connecting-IP` was read."
                .to_owned()
        }
    }
}
