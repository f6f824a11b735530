//! One attempt to deliver to one address: vetted, pinned, without redirects, in little time.

use std::time::Duration;

use chrono::Utc;
use repolens_core::store::Delivery;
use repolens_core::{HookUrl, UrlPolicy, VetError, VettedHost};
use reqwest::{StatusCode, header};

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
    let host = resolve(&url, policy).await?;
    let timestamp = Utc::now().timestamp();
    let request = client(&host)?
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

async fn resolve(url: &HookUrl, policy: &UrlPolicy) -> Result<VettedHost, String> {
    let vetted = VettedHost::resolve(url.host(), url.port(), policy, LOOKUP_TIMEOUT).await;
    vetted.map_err(|error| match error {
        VetError::NotFound(_) => "host not found".to_owned(),
        VetError::Refused(_) => "address refused".to_owned(),
    })
}

fn client(host: &VettedHost) -> Result<reqwest::Client, String> {
    host.client()
        .user_agent(concat!("RepoLens/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .build()
        .map_err(|error| format!("no HTTP client: {error}"))
}
