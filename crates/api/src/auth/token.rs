//! Tokens of the front end: JWTs that are signed (JWS, RFC 7515) and sessions that are encrypted (JWE, RFC 7516), both in
//! their compact form.
//!
//! One algorithm each, whatever a token's header asks for: HS256 with the secret itself, and `dir` with A256GCM under the
//! key that NextAuth 4 derives from the secret.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use repolens_core::Secret;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::{hkdf, hmac};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The purpose for which NextAuth 4 derives its key.
const KEY_INFO: &[u8] = b"NextAuth.js Generated Encryption Key";

/// Clocks may differ by so much.
const LEEWAY_SECONDS: i64 = 15;

/// As long as any id of a user.
const MAX_SUBJECT: usize = 255;

/// The secrets that the front end may have signed with.
pub struct FrontendSecrets(Vec<Keys>);

struct Keys {
    signing: hmac::Key,
    encrypting: LessSafeKey,
}

impl FrontendSecrets {
    pub fn new(secrets: &[Secret]) -> Self {
        Self(secrets.iter().map(Keys::new).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The user whom a signed token names; `None` where it is not valid at `now` (seconds since 1970).
    pub fn jwt(&self, token: &str, now: i64) -> Option<String> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        read::<Header>(header)?.is("HS256", None).then_some(())?;
        let signature = decode(signature)?;
        // Compared in constant time.
        let genuine = |keys: &Keys| hmac::verify(&keys.signing, signed.as_bytes(), &signature).is_ok();
        self.0.iter().any(genuine).then_some(())?;
        read::<Claims>(payload)?.subject(now)
    }

    /// The user whom an encrypted session names; `None` where it is not valid at `now`.
    pub fn session(&self, token: &str, now: i64) -> Option<String> {
        let mut parts = token.split('.');
        let mut part = || parts.next();
        let (header, key, nonce, text, tag) = (part()?, part()?, part()?, part()?, part()?);
        if part().is_some() || !key.is_empty() || !read::<Header>(header)?.is("dir", Some("A256GCM")) {
            return None;
        }
        let nonce: [u8; NONCE_LEN] = decode(nonce)?.try_into().ok()?;
        let mut sealed = decode(text)?;
        let tag = decode(tag)?;
        if tag.len() != AES_256_GCM.tag_len() {
            return None;
        }
        sealed.extend(tag);
        let claims: Claims = self.0.iter().find_map(|keys| {
            let mut sealed = sealed.clone();
            let nonce = Nonce::assume_unique_for_key(nonce);
            let aad = Aad::from(header.as_bytes());
            let plain = keys.encrypting.open_in_place(nonce, aad, &mut sealed).ok()?;
            serde_json::from_slice(plain).ok()
        })?;
        claims.subject(now)
    }
}

impl Keys {
    fn new(secret: &Secret) -> Self {
        let bytes = secret.expose().as_bytes();
        let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, b"").extract(bytes);
        let key: UnboundKey = derived
            .expand(&[KEY_INFO], &AES_256_GCM)
            .expect("32 bytes are fewer than HKDF can give")
            .into();
        Self {
            signing: hmac::Key::new(hmac::HMAC_SHA256, bytes),
            encrypting: LessSafeKey::new(key),
        }
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    enc: Option<String>,
    /// Compressed: not made by those who we know, and a way to fill the memory.
    zip: Option<serde_json::Value>,
    /// The extensions that must be understood: none is.
    crit: Option<serde_json::Value>,
}

impl Header {
    fn is(&self, alg: &str, enc: Option<&str>) -> bool {
        self.alg == alg && self.enc.as_deref() == enc && self.zip.is_none() && self.crit.is_none()
    }
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    /// Seconds since 1970; some write them with a fraction.
    exp: f64,
    nbf: Option<f64>,
}

impl Claims {
    fn subject(self, now: i64) -> Option<String> {
        let live = self.exp > (now - LEEWAY_SECONDS) as f64
            && self.nbf.is_none_or(|begin| begin <= (now + LEEWAY_SECONDS) as f64);
        // Queries use `guest` for scans without a user.
        let sound = (1..=MAX_SUBJECT).contains(&self.sub.len())
            && !self.sub.chars().any(char::is_control)
            && self.sub != "guest";
        (live && sound).then_some(self.sub)
    }
}

fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

fn read<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&decode(part)?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn secret(letter: &str) -> Secret {
        Secret::new(letter.repeat(40))
    }

    fn encode(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    fn sign(by: &str, header: Value, claims: &Value) -> String {
        let signed = format!("{}.{}", encode(&header), encode(claims));
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret(by).expose().as_bytes());
        let tag = hmac::sign(&key, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    fn seal(by: &str, header: Value, claims: &Value) -> String {
        let header = encode(&header);
        let mut text = claims.to_string().into_bytes();
        let nonce = [7; NONCE_LEN];
        Keys::new(&secret(by))
            .encrypting
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(header.as_bytes()),
                &mut text,
            )
            .expect("sealed");
        let (text, tag) = text.split_at(text.len() - 16);
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        format!("{header}..{}.{}.{}", part(&nonce), part(text), part(tag))
    }

    #[test]
    fn each_secret_of_the_list_counts_and_no_other() {
        let secrets = FrontendSecrets::new(&[secret("n"), secret("o")]);
        let claims = json!({ "sub": "u1", "exp": NOW + 60 });
        let (jws, jwe) = (json!({ "alg": "HS256" }), json!({ "alg": "dir", "enc": "A256GCM" }));
        for by in ["n", "o"] {
            assert_eq!(secrets.jwt(&sign(by, jws.clone(), &claims), NOW).as_deref(), Some("u1"));
            assert_eq!(
                secrets.session(&seal(by, jwe.clone(), &claims), NOW).as_deref(),
                Some("u1")
            );
        }
        assert_eq!(secrets.jwt(&sign("x", jws.clone(), &claims), NOW), None);
        assert_eq!(secrets.session(&seal("x", jwe.clone(), &claims), NOW), None);
        let none = FrontendSecrets::new(&[]);
        assert_eq!(none.jwt(&sign("n", jws, &claims), NOW), None);
        assert_eq!(none.session(&seal("n", jwe, &claims), NOW), None);
    }

    #[test]
    fn the_algorithms_are_pinned() {
        let secrets = FrontendSecrets::new(&[secret("n")]);
        let claims = json!({ "sub": "u1", "exp": NOW + 60 });
        for header in [
            json!({ "alg": "none" }),
            json!({ "alg": "hs256" }),
            json!({ "alg": "HS512" }),
            json!({ "alg": "RS256" }),
            json!({ "alg": "HS256", "crit": ["b64"], "b64": false }),
            json!({ "alg": "HS256", "zip": "DEF" }),
            json!({ "alg": "HS256", "enc": "A256GCM" }),
            json!({ "typ": "JWT" }),
            json!("HS256"),
        ] {
            assert_eq!(secrets.jwt(&sign("n", header.clone(), &claims), NOW), None, "{header}");
        }
        for header in [
            json!({ "alg": "A256KW", "enc": "A256GCM" }),
            json!({ "alg": "dir", "enc": "A128GCM" }),
            json!({ "alg": "dir", "enc": "A256CBC-HS512" }),
            json!({ "alg": "dir" }),
            json!({ "alg": "dir", "enc": "A256GCM", "zip": "DEF" }),
        ] {
            assert_eq!(
                secrets.session(&seal("n", header.clone(), &claims), NOW),
                None,
                "{header}"
            );
        }
    }

    #[test]
    fn a_token_has_its_time_and_its_subject() {
        let secrets = FrontendSecrets::new(&[secret("n")]);
        for (claims, valid) in [
            (json!({ "sub": "u1", "exp": NOW + 1 }), true),
            (json!({ "sub": "u1", "exp": NOW as f64 + 0.5 }), true),
            (json!({ "sub": "u1", "exp": NOW - 14 }), true),
            (json!({ "sub": "u1", "exp": NOW - 15 }), false),
            (json!({ "sub": "u1", "exp": NOW + 60, "nbf": NOW + 15 }), true),
            (json!({ "sub": "u1", "exp": NOW + 60, "nbf": NOW + 16 }), false),
            (json!({ "sub": "u1" }), false),
            (json!({ "sub": "u1", "exp": "2100-01-01" }), false),
            (json!({ "sub": "u1", "exp": null }), false),
            (json!({ "exp": NOW + 60 }), false),
            (json!({ "sub": "", "exp": NOW + 60 }), false),
            (json!({ "sub": 7, "exp": NOW + 60 }), false),
            (json!({ "sub": "guest", "exp": NOW + 60 }), false),
            (json!({ "sub": "a\u{0}b", "exp": NOW + 60 }), false),
            (json!({ "sub": "u".repeat(256), "exp": NOW + 60 }), false),
        ] {
            let jws = sign("n", json!({ "alg": "HS256" }), &claims);
            let jwe = seal("n", json!({ "alg": "dir", "enc": "A256GCM" }), &claims);
            assert_eq!(secrets.jwt(&jws, NOW).is_some(), valid, "{claims}");
            assert_eq!(secrets.session(&jwe, NOW).is_some(), valid, "{claims}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_changed_byte_is_noticed(at in 0_usize..200, to in "[A-Za-z0-9._-]") {
            let secrets = FrontendSecrets::new(&[secret("n")]);
            let claims = json!({ "sub": "u1", "exp": NOW + 60 });
            let jws = sign("n", json!({ "alg": "HS256" }), &claims);
            let jwe = seal("n", json!({ "alg": "dir", "enc": "A256GCM" }), &claims);
            for (token, read) in [(jws, true), (jwe, false)] {
                let at = at % token.len();
                let mut changed = token.clone();
                changed.replace_range(at..=at, &to);
                let subject = if read { secrets.jwt(&changed, NOW) } else { secrets.session(&changed, NOW) };
                prop_assert_eq!(subject.is_some(), changed == token);
            }
        }

        #[test]
        fn any_text_is_read(text in "\\PC{0,100}", dots in "[a-zA-Z0-9_-]{0,40}(\\.[a-zA-Z0-9_-]{0,40}){0,6}") {
            let secrets = FrontendSecrets::new(&[secret("n")]);
            for token in [text, dots] {
                prop_assert_eq!(secrets.jwt(&token, NOW), None);
                prop_assert_eq!(secrets.session(&token, NOW), None);
            }
        }
    }
}
