//! `POST /api/github/webhook`: a push at GitHub has its branch scanned.
//!
//! GitHub signs what it sends with the operator's secret. A push comes with no token, so that only public repositories can
//! be scanned by it.

use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse, web};
use repolens_core::store::{NewScan, Submitted};
use repolens_core::{BranchName, RepoUrl, ScanId, Secret};
use ring::hmac;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::request::RequestId;

/// GitHub sends up to 25 MB, of which a push of ordinary size is a thousandth.
const MAX_BODY: usize = 5 * 1024 * 1024;

/// Under which name these scans are counted together, and their keys are kept.
const CLIENT_KEY: &str = "github-webhook";

/// The members of a push that are read.
#[derive(Deserialize)]
struct Push {
    #[serde(rename = "ref")]
    reference: String,
    #[serde(default)]
    deleted: bool,
    repository: PushedTo,
}

#[derive(Deserialize)]
struct PushedTo {
    clone_url: String,
    private: bool,
}

/// 201 with a scan, or 200 with the reason why there is none. The same push again is answered by the same scan.
pub async fn post_webhook(
    app: web::Data<App>,
    request: HttpRequest,
    request_id: RequestId,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Some(secret) = &app.auth.github_webhook_secret else {
        return Err(Problem::not_found(
            "This service receives no webhooks: its `GITHUB_WEBHOOK_SECRET` is not set.",
        ));
    };
    body::expect_json(&request)?;
    let bytes = body::read(payload, MAX_BODY).await?;
    if !is_signed(request.headers(), &bytes, secret) {
        return Err(Problem::unauthorized(
            "The `X-Hub-Signature-256` is not that of this body and our secret.",
        ));
    }
    match header(request.headers(), "x-github-event") {
        Some("push") => {}
        Some("ping") => return Ok(HttpResponse::Ok().json(json!({ "message": "pong" }))),
        _ => return Ok(ignored("Only pushes are acted on.")),
    }
    body::expect_object(&bytes)?;
    let push: Push = serde_json::from_slice(&bytes)
        .map_err(|error| Problem::malformed(format!("The body is not that of a push: {error}.")))?;
    let Some(branch) = push.reference.strip_prefix("refs/heads/") else {
        return Ok(ignored("Only pushes to branches are acted on."));
    };
    if push.deleted {
        return Ok(ignored("The branch was deleted."));
    }
    if push.repository.private {
        return Ok(ignored(
            "The repository is private, and a push comes with no token to clone it: scan it signed in.",
        ));
    }
    let repo_url = RepoUrl::parse(&push.repository.clone_url, &app.scans.url_policy)
        .map_err(|refused| Problem::refused_at("/repository/clone_url", refused.to_string()))?;
    let branch = BranchName::parse(branch).map_err(|invalid| Problem::refused_at("/ref", invalid.to_string()))?;
    // The key covers the signed body, not the delivery's id, which is not signed.
    let key = hex::encode(Sha256::digest(&bytes));
    let new = NewScan {
        id: ScanId::random(),
        repo_url,
        branch: Some(branch),
        request_id: Some(request_id.0),
        client_key: CLIENT_KEY.to_owned(),
        user_id: None,
        is_private: false,
        forced: false,
        idempotency: Some((key.clone(), key)),
        cancel_token: None,
    };
    submit(&app, new).await
}

async fn submit(app: &web::Data<App>, new: NewScan) -> Result<HttpResponse, Problem> {
    match app.scans.submit(new.clone()).await? {
        Submitted::Stored { .. } => {
            tracing::info!(scan_id = %new.id, "scan accepted for a push");
            Ok(HttpResponse::Created().json(json!({ "scanId": new.id, "status": "queued" })))
        }
        Submitted::Before { id, .. } => Ok(HttpResponse::Ok().json(json!({
            "scanId": id,
            "message": "This push was received before.",
        }))),
        Submitted::Full(_) => Err(Problem::busy(
            "Too many scans are waiting: redeliver this push later. Nothing was stored.",
        )),
    }
}

/// In constant time.
fn is_signed(headers: &HeaderMap, body: &[u8], secret: &Secret) -> bool {
    let signature = header(headers, "x-hub-signature-256")
        .and_then(|value| value.strip_prefix("sha256="))
        .and_then(|digits| hex::decode(digits).ok());
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    signature.is_some_and(|signature| hmac::verify(&key, body, &signature).is_ok())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn ignored(reason: &str) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "scanId": null, "message": reason }))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    /// The example of GitHub's documentation.
    #[test]
    fn a_signature_is_that_of_the_body_and_the_secret() {
        let secret = Secret::new("It's a Secret to Everybody".to_owned());
        let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let signed = |signature: &str, body: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(
                HeaderName::from_static("x-hub-signature-256"),
                HeaderValue::from_str(signature).expect("text"),
            );
            is_signed(&headers, body, &secret)
        };
        assert!(signed(signature, b"Hello, World!"));
        assert!(!signed(signature, b"Hello, World"));
        assert!(!signed(&signature.replace("sha256", "sha1"), b"Hello, World!"));
        assert!(!signed("sha256=", b"Hello, World!"));
        assert!(!signed("sha256=zz", b"Hello, World!"));
        assert!(!is_signed(&HeaderMap::new(), b"Hello, World!", &secret));
    }
}
