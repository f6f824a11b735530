//! Sign-in with GitHub: where the browser is sent, and the token for the code that it comes back with (OAuth with PKCE).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use repolens_core::Secret;
use repolens_core::settings::GithubApp;
use reqwest::header;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{Github, Unknown, read, unavailable, unreachable};

/// The part of a sign-in that the browser keeps until it comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Comes back unchanged.
    pub state: String,
    /// Its hash is sent first; who has the code and not this gets no token.
    pub verifier: String,
}

/// The permissions that are requested from GitHub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The identity alone.
    Identity,
    /// And to read private repositories.
    Repositories,
}

impl Github {
    /// Where a browser goes to sign in.
    pub fn sign_in_address(&self, app: &GithubApp, attempt: &Attempt, redirect_uri: &str, scope: Scope) -> Option<Url> {
        let mut url = Url::parse(&format!("{}/login/oauth/authorize", self.origin())).ok()?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&attempt.verifier));
        let mut query = url.query_pairs_mut();
        query
            .append_pair("client_id", &app.id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", &attempt.state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if scope == Scope::Repositories {
            query.append_pair("scope", "repo");
        }
        drop(query);
        Some(url)
    }

    /// The token for a code; `None` where GitHub refuses it.
    pub async fn token_for(
        &self,
        app: &GithubApp,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
    ) -> Result<Option<Secret>, Unknown> {
        #[derive(Deserialize)]
        struct Answer {
            access_token: Option<String>,
        }
        let sent = self
            .http
            .post(format!("{}/login/oauth/access_token", self.origin()))
            .header(header::ACCEPT, "application/json")
            .json(&serde_json::json!({
                "client_id": app.id,
                "client_secret": app.secret.expose(),
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": verifier,
            }))
            .send()
            .await;
        let response = sent.map_err(|error| unreachable(&error))?;
        if response.status().is_server_error() {
            return Err(unavailable(30));
        }
        if !response.status().is_success() {
            return Ok(None);
        }
        let answer: Answer = read(response).await?;
        Ok(answer.access_token.filter(|token| !token.is_empty()).map(Secret::new))
    }
}
