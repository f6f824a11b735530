//! One attempt to tell one address: looked up, vetted, tied to what was vetted; no redirects, little time.

use std::net::SocketAddr;
use std::time::Duration;

use chrono::Utc;
use repolens_core::store::Delivery;
use repolens_core::{HookUrl, UrlPolicy};
use reqwest::{StatusCode, header, redirect};
use url::Host;

use super::sign::{signature, signing_key};

const LOOKUP_TIMEOUT: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// From the connection to the head of the answer, whose body is not read.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The status of the answer, or in a few words why there is none.
pub async fn post(delivery: &Delivery, body: String, policy: &UrlPolicy) -> Result<StatusCode, String> {
    // The settings may have changed since it was made.
    let url = HookUrl::parse(&delivery.url, policy).map_err(|_| "address refused".to_owned())?;
    let key = signing_key(delivery.secret.expose()).ok_or_else(|| "no usable secret".to_owned())?;
    let addresses = look_up(&url, policy).await?;
    let timestamp = Utc::now().timestamp();
    let request = client(&url, &addresses)?
        .post(url.as_str())
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-id", &delivery.id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature(&key, &delivery.id, timestamp, &body))
        .body(body);
    match request.send().await {
        Ok(response) => Ok(response.status()),
        Err(error) if error.is_timeout() => Err("timed out".to_owned()),
        Err(error) if error.is_connect() => Err("no connection".to_owned()),
        Err(_) => Err("no answer".to_owned()),
    }
}

/// All addresses of the host. One that is refused refuses the host: which one is connected to is not for chance to say.
async fn look_up(url: &HookUrl, policy: &UrlPolicy) -> Result<Vec<SocketAddr>, String> {
    let port = url.port();
    let addresses: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(address)) => vec![(address, port).into()],
        Some(Host::Ipv6(address)) => vec![(address, port).into()],
        Some(Host::Domain(name)) => tokio::time::timeout(LOOKUP_TIMEOUT, tokio::net::lookup_host((name, port)))
            .await
            .map_err(|_| "host not found".to_owned())?
            .map_err(|_| "host not found".to_owned())?
            .collect(),
        None => Vec::new(),
    };
    if addresses.is_empty() {
        return Err("host not found".to_owned());
    }
    if addresses.iter().any(|address| !policy.allows(address.ip())) {
        return Err("address refused".to_owned());
    }
    Ok(addresses)
}

/// A client that can reach these addresses only.
fn client(url: &HookUrl, addresses: &[SocketAddr]) -> Result<reqwest::Client, String> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(repolens_core::tls::client_config())
        .no_proxy()
        .redirect(redirect::Policy::none())
        .user_agent(concat!("RepoLens/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT);
    if let Some(Host::Domain(name)) = url.host() {
        builder = builder.resolve_to_addrs(name, addresses);
    }
    builder.build().map_err(|error| format!("no HTTP client: {error}"))
}
