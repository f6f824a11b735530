//! A GitHub of the tests: reports whose a token is and which repositories it may read, and gives tokens for codes.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::http_server::{Request, Response, serve};

#[derive(Clone)]
pub struct Github {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub struct State {
    /// Users by their tokens: id and login.
    pub users: BTreeMap<String, (u64, String)>,
    /// Private repositories, `owner/name`, with the tokens that may read them.
    pub private: BTreeMap<String, Vec<String>>,
    /// Public repositories.
    pub public: Vec<String>,
    /// Codes of sign-ins, each good once: the challenge that it was given for, and the token that it is worth.
    pub codes: BTreeMap<String, (String, String)>,
    /// How many questions came.
    pub asked: usize,
    pub mood: Mood,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mood {
    #[default]
    Well,
    /// 403, and no more questions for a minute.
    Limited,
    /// 429 with `Retry-After`.
    TooMany,
    /// 502.
    Broken,
    /// Hangs up.
    Away,
    /// 200 with something else than JSON.
    Strange,
    /// 403 for the token's own sake.
    Forbidden,
}

impl Github {
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let address = serve(move |request| {
            let mut state = shared.lock().expect("no test panics with it");
            state.asked += 1;
            state.answer(&request)
        });
        Self { address, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics with it")
    }

    /// What `GITHUB_API_URL` says.
    pub fn api(&self) -> String {
        format!("http://{}/api/v3", self.address)
    }

    /// The address of a repository there.
    pub fn repository(&self, full_name: &str) -> String {
        format!("http://{}/{full_name}", self.address)
    }

    pub fn add_user(&self, token: &str, id: u64, login: &str) {
        self.state().users.insert(token.to_owned(), (id, login.to_owned()));
    }

    pub fn add_private(&self, full_name: &str, tokens: &[&str]) {
        let tokens = tokens.iter().map(|token| (*token).to_owned()).collect();
        self.state().private.insert(full_name.to_owned(), tokens);
    }
}

/// The secret of the OAuth application.
pub const APP_SECRET: &str = "the-secret-of-the-application";

impl State {
    /// The token for a code, as GitHub gives it: faults are answers with status 200.
    fn token(&mut self, body: &[u8]) -> Value {
        let sent: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| sent[name].as_str().unwrap_or_default();
        let hashed = URL_SAFE_NO_PAD.encode(Sha256::digest(text("code_verifier")));
        if text("client_secret") != APP_SECRET {
            return json!({ "error": "incorrect_client_credentials" });
        }
        match self.codes.remove(text("code")) {
            Some((challenge, token)) if challenge == hashed => {
                json!({ "access_token": token, "token_type": "bearer", "scope": "" })
            }
            _ => json!({ "error": "bad_verification_code" }),
        }
    }

    fn answer(&mut self, request: &Request) -> Option<Response> {
        match self.mood {
            Mood::Well => {}
            Mood::Limited => {
                let reset = chrono::Utc::now().timestamp() + 60;
                return Some(
                    Response::status(403)
                        .with("X-RateLimit-Remaining", "0")
                        .with("X-RateLimit-Reset", reset.to_string()),
                );
            }
            Mood::TooMany => return Some(Response::status(429).with("Retry-After", "7")),
            Mood::Broken => return Some(Response::status(502)),
            Mood::Away => return None,
            Mood::Strange => return Some(Response::status(200)),
            Mood::Forbidden => return Some(Response::status(403)),
        }
        if request.method == "POST" && request.path == "/login/oauth/access_token" {
            return Some(Response::json(&self.token(&request.body)));
        }
        let token = request
            .header("authorization")
            .strip_prefix("Bearer ")
            .unwrap_or_default();
        let Some((id, login)) = self.users.get(token) else {
            return Some(Response::status(401));
        };
        if request.path == "/api/v3/user" {
            return Some(Response::json(
                &json!({ "id": id, "login": login, "email": "x@example.org" }),
            ));
        }
        let name = request.path.strip_prefix("/api/v3/repos/")?;
        let may_read = self
            .private
            .get(name)
            .map(|tokens| tokens.iter().any(|other| other == token));
        match may_read {
            Some(true) => Some(Response::json(&json!({ "private": true, "full_name": name }))),
            None if self.public.iter().any(|public| public == name) => {
                Some(Response::json(&json!({ "private": false, "full_name": name })))
            }
            _ => Some(Response::status(404)),
        }
    }
}
