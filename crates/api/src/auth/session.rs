//! Sessions of the pages: a random token in a cookie that scripts do not see.
//!
//! The database has a hash of the token, and the GitHub token that came with the sign-in encrypted with a key that is made
//! from the session's token: who reads the database can use neither.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use repolens_core::Secret;
use repolens_core::store::SESSION_LIFE;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use sha2::{Digest as _, Sha256};

use crate::http::problem::Problem;

/// Browsers take the second only over HTTPS, for this host alone and from no subdomain.
const NAMES: [&str; 2] = ["repolens-session", "__Host-repolens-session"];

/// The token of a session.
#[derive(Clone)]
pub struct SessionToken(String);

impl SessionToken {
    pub fn random() -> Result<Self, Problem> {
        Ok(Self(random_text(32)?))
    }

    /// That of the cookie that came with the request.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        let cookie = NAMES.iter().rev().find_map(|name| request.cookie(name))?;
        let text = cookie.value();
        (text.len() == 43).then(|| Self(text.to_owned()))
    }

    /// As it is stored.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }

    /// The token in each form of this session, so that no other page can send one.
    pub fn form_token(&self) -> String {
        hex::encode(&Sha256::digest(format!("form of {}", self.0))[..16])
    }

    pub fn cookie(&self, https: bool) -> Cookie<'static> {
        build(self.0.clone(), https, Duration::seconds(SESSION_LIFE.num_seconds()))
    }

    /// Takes the cookie back.
    pub fn gone(https: bool) -> Cookie<'static> {
        build(String::new(), https, Duration::ZERO)
    }

    fn key(&self) -> Option<LessSafeKey> {
        let bytes = Sha256::digest(format!("key of {}", self.0));
        UnboundKey::new(&AES_256_GCM, &bytes).ok().map(LessSafeKey::new)
    }

    /// Encrypts a GitHub token for the database.
    pub fn seal(&self, token: &Secret) -> Result<String, Problem> {
        let failed = || Problem::because(&"a token cannot be sealed");
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| failed())?;
        let mut sealed = token.expose().as_bytes().to_vec();
        let key = self.key().ok_or_else(failed)?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
            .map_err(|_| failed())?;
        Ok(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// `None`: it was not sealed by this session.
    pub fn open(&self, sealed: &str) -> Option<Secret> {
        let bytes = STANDARD.decode(sealed).ok()?;
        let (nonce, rest) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut rest = rest.to_vec();
        let plain = self.key()?.open_in_place(nonce, Aad::empty(), &mut rest).ok()?;
        String::from_utf8(plain.to_vec()).ok().map(Secret::new)
    }
}

fn build(value: String, https: bool, life: Duration) -> Cookie<'static> {
    Cookie::build(NAMES[usize::from(https)], value)
        .path("/")
        .max_age(life)
        .http_only(true)
        .secure(https)
        .same_site(SameSite::Lax)
        .finish()
}

/// The given number of random bytes, as text for an address or a cookie.
pub fn random_text(bytes: usize) -> Result<String, Problem> {
    let mut random = vec![0; bytes];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| Problem::because(&"the system has no random numbers"))?;
    Ok(URL_SAFE_NO_PAD.encode(random))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_token_opens_only_in_its_session() {
        let (one, other) = (
            SessionToken::random().expect("random"),
            SessionToken::random().expect("random"),
        );
        let token = Secret::new("gho_abc".to_owned());
        let sealed = one.seal(&token).expect("sealed");
        assert!(!sealed.contains("gho_"));
        assert!(one.open(&sealed).is_some_and(|opened| opened.is("gho_abc")));
        assert!(other.open(&sealed).is_none() && one.open("").is_none() && one.open("AAAA").is_none());
        assert_ne!(
            sealed,
            one.seal(&token).expect("sealed"),
            "each with a nonce of its own"
        );
        assert_ne!(one.form_token(), other.form_token());
    }

    #[test]
    fn the_cookie_is_for_this_host_alone() {
        let token = SessionToken::random().expect("random");
        let cookie = token.cookie(true).to_string();
        for part in [
            "__Host-repolens-session=",
            "HttpOnly",
            "Secure",
            "SameSite=Lax",
            "Path=/",
        ] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Domain"));
        assert!(SessionToken::gone(false).to_string().contains("Max-Age=0"));
    }
}
