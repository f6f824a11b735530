//! The caller: a guest, or a user, identified by one of five credentials.
//!
//! The first credential that is present decides, in this order: an API key, a JWT of the front end, the front end's session (a
//! bearer token or a cookie), a GitHub token, the cookie of our own pages. An invalid credential is refused: it never makes the
//! caller a guest.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::Utc;
use repolens_core::Secret;
use repolens_core::store::{Person, WebSession};
use sha2::{Digest as _, Sha256};

use super::cookie;
use super::session::SessionToken;
use crate::app::App;
use crate::http::client::authorization;
use crate::http::cors::is_foreign;
use crate::http::problem::Problem;

/// The client that made the request.
#[derive(Debug, Clone)]
pub enum Caller {
    Guest,
    User(User),
}

/// A caller with a valid credential.
#[derive(Debug, Clone)]
pub struct User {
    /// As in the table `users`; the row may still be missing for a user whom a token of the front end names.
    pub id: String,
    /// All ids by which the front end may name this user: that one, the number of the account at GitHub, and `sub`.
    pub names: Vec<String>,
    /// The GitHub token that came with the request. It is for asking GitHub and for cloning, and is stored nowhere.
    pub github: Option<Secret>,
}

impl Caller {
    /// `None` for a guest.
    pub fn user_id(&self) -> Option<&str> {
        match self {
            Self::Guest => None,
            Self::User(user) => Some(&user.id),
        }
    }

    /// Whether `name` is one of the ids of this caller.
    pub fn is_called(&self, name: &str) -> bool {
        match self {
            Self::Guest => false,
            Self::User(user) => user.names.iter().any(|known| known == name),
        }
    }

    /// # Errors
    /// 401 for a guest.
    pub fn signed_in(&self) -> Result<&User, Problem> {
        match self {
            Self::Guest => Err(Problem::unauthorized(
                "This is for signed-in users: send an API key or a token as `Authorization: Bearer`.",
            )),
            Self::User(user) => Ok(user),
        }
    }

    /// Under which name the scans of this caller are counted together, and its `Idempotency-Key`s are kept.
    pub fn key(&self, client: crate::http::client::Client) -> String {
        match self {
            Self::Guest => client.key(),
            Self::User(user) => format!("user-{}", &hex::encode(Sha256::digest(&user.id))[..16]),
        }
    }
}

/// Longer than any token that is made for a header.
const MAX_TOKEN: usize = 16 * 1024;

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let Some(app) = request.app_data::<web::Data<App>>() else {
                return Err(Problem::because(&"the request has no application"));
            };
            identify(app, &request).await
        })
    }
}

/// A bearer token, by its form.
enum Bearer<'a> {
    ApiKey(&'a str),
    Jwt(&'a str),
    Session(&'a str),
    Github(&'a str),
}

async fn identify(app: &web::Data<App>, request: &HttpRequest) -> Result<Caller, Problem> {
    let bearer = match authorization(request.headers()).map_err(|_| invalid())? {
        // A worker reads scans like any guest.
        Some(token) if app.auth.worker_token.is(token) => return Ok(Caller::Guest),
        Some(token) => Some(read_bearer(token)?),
        None => None,
    };
    match bearer {
        Some(Bearer::ApiKey(key)) => by_key(app, key).await,
        Some(Bearer::Jwt(token)) => {
            let now = Utc::now().timestamp();
            let subject = app.auth.callers.secrets.jwt(token, now).ok_or_else(invalid)?;
            by_subject(app, &subject).await
        }
        Some(Bearer::Session(token)) => {
            let now = Utc::now().timestamp();
            let subject = app.auth.callers.secrets.session(token, now).ok_or_else(invalid)?;
            by_subject(app, &subject).await
        }
        Some(Bearer::Github(token)) => {
            // The token is checked before the cookie: an invalid one is refused whatever the cookie is.
            let of_token = by_github(app, token).await?;
            Ok(match by_cookie(app, request).await? {
                Some(Caller::User(user)) => Caller::User(User {
                    github: Some(Secret::new(token.to_owned())),
                    ..user
                }),
                _ => of_token,
            })
        }
        None => Ok(match by_web_session(app, request).await? {
            Some(caller) => caller,
            None => by_cookie(app, request).await?.unwrap_or(Caller::Guest),
        }),
    }
}

fn read_bearer(token: &str) -> Result<Bearer<'_>, Problem> {
    if token.len() > MAX_TOKEN {
        return Err(invalid());
    }
    if token.starts_with("rl_") {
        return Ok(Bearer::ApiKey(token));
    }
    if ["gho_", "ghp_", "ghu_", "github_pat_"]
        .iter()
        .any(|start| token.starts_with(start))
    {
        return Ok(Bearer::Github(token));
    }
    match token.bytes().filter(|byte| *byte == b'.').count() {
        2 => Ok(Bearer::Jwt(token)),
        4 => Ok(Bearer::Session(token)),
        _ => Err(invalid()),
    }
}

async fn by_key(app: &web::Data<App>, key: &str) -> Result<Caller, Problem> {
    let hash: [u8; 32] = Sha256::digest(key).into();
    let found = match app.auth.callers.keys.get(&hash) {
        Some(known) => Some(known),
        None => {
            let found = app.store.use_key(&hex::encode(hash), Utc::now()).await?;
            if let Some(found) = &found {
                app.auth.callers.keys.put(hash, found.clone());
            }
            found
        }
    };
    found
        .filter(|key| key.expires_at.is_none_or(|end| end > Utc::now()))
        .map(|key| {
            Caller::User(User {
                names: vec![key.user_id.clone()],
                id: key.user_id,
                github: None,
            })
        })
        .ok_or_else(invalid)
}

/// The user whom a token of the front end names.
async fn by_subject(app: &App, subject: &str) -> Result<Caller, Problem> {
    let hash: [u8; 32] = Sha256::digest(subject).into();
    let person = match app.auth.callers.people.get(&hash) {
        Some(person) => person,
        None => {
            let person = app.store.named_user(subject).await?;
            // One without a row may come to have another one by its next request.
            if person.is_stored {
                app.auth.callers.people.put(hash, person.clone());
            }
            person
        }
    };
    Ok(user(person, Some(subject), None))
}

/// `None`: there is no session's cookie, or the front end's sessions are not taken here.
async fn by_cookie(app: &App, request: &HttpRequest) -> Result<Option<Caller>, Problem> {
    if app.auth.callers.secrets.is_empty() {
        return Ok(None);
    }
    let sessions = cookie::sessions(request.headers());
    if sessions.is_empty() {
        return Ok(None);
    }
    // A browser adds the cookie to whatever any page asks of us.
    let harmless = [Method::GET, Method::HEAD].contains(request.method());
    if !harmless && is_foreign(request) {
        return Err(Problem::forbidden(
            "This page may not act for its user here: its origin is not among those of the service.",
        ));
    }
    let now = Utc::now().timestamp();
    let subject = sessions
        .iter()
        .find_map(|token| app.auth.callers.secrets.session(token, now))
        .ok_or_else(invalid)?;
    by_subject(app, &subject).await.map(Some)
}

/// The session of the pages that came with the request. `None`: there is no such cookie.
async fn by_web_session(app: &web::Data<App>, request: &HttpRequest) -> Result<Option<Caller>, Problem> {
    let Some(token) = SessionToken::of(request) else {
        return Ok(None);
    };
    // A browser adds the cookie to whatever a page of the same site asks of us.
    let harmless = [Method::GET, Method::HEAD].contains(request.method());
    if !harmless && is_foreign(request) {
        return Err(Problem::forbidden(
            "This page may not act for its user here: its origin is not among those of the service.",
        ));
    }
    let session = web_session(app, &token).await?.ok_or_else(invalid)?;
    let github = session.sealed_token.as_deref().and_then(|sealed| token.open(sealed));
    let person = Person {
        id: session.user_id,
        github_id: session.github_id,
        is_stored: true,
    };
    Ok(Some(user(person, None, github)))
}

/// The session of this token, while it lasts.
pub async fn web_session(app: &App, token: &SessionToken) -> Result<Option<WebSession>, Problem> {
    let hash = token.hash();
    if let Some(known) = app.auth.callers.sessions.get(&hash) {
        return Ok(Some(known).filter(|session| session.expires_at > Utc::now()));
    }
    let found = app.store.session(&hex::encode(hash), Utc::now()).await?;
    if let Some(session) = &found {
        app.auth.callers.sessions.put(hash, session.clone());
    }
    Ok(found)
}

/// The id of the user whose GitHub token this is; the user is made where it is new.
pub async fn user_of_github(app: &web::Data<App>, token: &Secret) -> Result<String, Problem> {
    match by_github(app, token.expose()).await? {
        Caller::User(user) => Ok(user.id),
        Caller::Guest => Err(invalid()),
    }
}

/// GitHub is asked who it is, at most every five minutes.
async fn by_github(app: &web::Data<App>, token: &str) -> Result<Caller, Problem> {
    let secret = Secret::new(token.to_owned());
    let (shared, asked) = (Arc::clone(app), secret.clone());
    // On the runtime of the process: the connections to GitHub are kept there.
    let work = async move {
        let github = &shared.auth.callers.github;
        github
            .user(&asked, async |account| {
                let now = Utc::now();
                shared.store.github_user(&account.id, &account.login, now).await
            })
            .await
    };
    let person = app.scans.on_runtime(work).await??.ok_or_else(invalid)?;
    Ok(user(person, None, Some(secret)))
}

fn user(person: Person, subject: Option<&str>, github: Option<Secret>) -> Caller {
    let mut names = vec![person.id.clone()];
    names.extend(person.github_id);
    names.extend(subject.map(str::to_owned));
    Caller::User(User {
        id: person.id,
        names,
        github,
    })
}

/// The same for all reasons: what exactly is wrong helps only those who guess.
fn invalid() -> Problem {
    Problem::unauthorized(
        "This credential is not valid, or not any more. Sign in again, or leave it out to be a guest.",
    )
}
