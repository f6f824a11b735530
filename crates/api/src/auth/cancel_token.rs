//! The token with which a guest may cancel the scan that it submitted: in the answer, and as a cookie of the scan's own
//! address. Only its hash is stored.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use repolens_core::ScanId;
use ring::rand::{SecureRandom as _, SystemRandom};
use sha2::{Digest as _, Sha256};

use crate::http::cors::is_foreign;
use crate::http::problem::Problem;
use crate::http::request::speaks_https;

/// The cookie of every scan; each has a path of its own.
const NAME: &str = "repolens-cancel";

/// Longer than any scan waits or runs.
const COOKIE_LIFE: Duration = Duration::days(7);

/// A new token.
pub struct CancelToken(String);

impl CancelToken {
    pub fn random() -> Result<Self, Problem> {
        let mut bytes = [0; 24];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| Problem::because(&"the system has no random numbers"))?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is stored.
    pub fn hash(&self) -> String {
        hash(&self.0)
    }

    /// For the scan's addresses in the API, and for its page. A page of another site gets it only over HTTPS: browsers keep no
    /// such cookie without.
    pub fn cookies(&self, id: &ScanId, request: &HttpRequest) -> [Cookie<'static>; 2] {
        let https = speaks_https(request);
        [format!("/api/scan/{id}"), format!("/scan/{id}")].map(|path| {
            Cookie::build(NAME, self.0.clone())
                .path(path)
                .max_age(COOKIE_LIFE)
                .http_only(true)
                .secure(https)
                .same_site(if https { SameSite::None } else { SameSite::Lax })
                .finish()
        })
    }
}

pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

/// The hash of the cookie that came with the request.
///
/// # Errors
/// 403 where a page of an origin that may not act for its user sent it: a browser adds the cookie to whatever any page asks.
pub fn of_cookie(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(cookie) = request.cookie(NAME) else {
        return Ok(None);
    };
    if is_foreign(request) {
        return Err(Problem::forbidden(
            "This page may not act for its user here: its origin is not among those of the service.",
        ));
    }
    Ok(Some(hash(cookie.value())))
}
