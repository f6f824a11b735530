//! GitHub's answers about a token: its user, and the repositories that it may read.

mod oauth;

use std::time::Duration;

use repolens_core::store::{Person, StoreError};
use repolens_core::{RepoUrl, Secret, UrlPolicy, error_chain};
use reqwest::{Response, StatusCode, header, redirect};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use url::Url;

use super::cache::Remembered;
use crate::http::problem::Problem;
pub use oauth::{Attempt, Scope};

/// For so long the answer for a token holds.
const MEMORY: Duration = Duration::from_secs(5 * 60);
/// A token that is refused may be asked for again soon: it may have been made a moment ago.
const MEMORY_OF_REFUSAL: Duration = Duration::from_secs(30);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const TIMEOUT: Duration = Duration::from_secs(6);
/// The longest wait for a free slot. A slow GitHub delays only requests with its tokens, and they get an answer soon.
const TURN_TIMEOUT: Duration = Duration::from_secs(3);
const AT_A_TIME: usize = 16;

/// A user or a repository is a few kilobytes.
const MAX_ANSWER: usize = 256 * 1024;

pub struct Github {
    http: reqwest::Client,
    api: Url,
    turns: Semaphore,
    /// The user of a token, by its hash; `None`: GitHub refuses it.
    users: Remembered<Option<Person>>,
}

/// An account at GitHub.
pub struct Account {
    /// It stays when the login is changed.
    pub id: String,
    pub login: String,
}

/// The access of a token to a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    Public,
    /// Only with a token. It is cloned from this address.
    Private {
        clone_url: RepoUrl,
    },
    /// There is none, or none for this token.
    Hidden,
}

#[derive(Deserialize)]
struct UserAnswer {
    id: u64,
    login: String,
}

#[derive(Deserialize)]
struct RepositoryAnswer {
    private: bool,
    /// `owner/name`, as they are called today.
    full_name: String,
}

/// Why GitHub could not identify a caller.
#[derive(Debug)]
pub enum Unknown {
    /// It cannot be reached, or limits our requests.
    Github {
        retry_after_seconds: u64,
    },
    Store(StoreError),
}

impl From<Unknown> for Problem {
    fn from(unknown: Unknown) -> Self {
        match unknown {
            Unknown::Github { retry_after_seconds } => Self::github_unavailable(retry_after_seconds),
            Unknown::Store(error) => error.into(),
        }
    }
}

impl Github {
    pub fn new(api: Url) -> Result<Self, reqwest::Error> {
        let stay = redirect::Policy::custom(|attempt| {
            // A renamed repository; the token is sent to no other host.
            let same = |a: &Url, b: &Url| a.origin() == b.origin();
            let stays = attempt.previous().last().is_some_and(|from| same(from, attempt.url()));
            if stays && attempt.previous().len() <= 3 {
                attempt.follow()
            } else {
                attempt.stop()
            }
        });
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(repolens_core::net::tls::client_config())
            .no_proxy()
            .redirect(stay)
            .user_agent(concat!("RepoLens/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .build()?;
        Ok(Self {
            http,
            api,
            turns: Semaphore::new(AT_A_TIME),
            users: Remembered::new(MEMORY),
        })
    }

    /// The user whose token this is, as `find` knows the account; `None` where GitHub refuses the token.
    pub async fn user(
        &self,
        token: &Secret,
        find: impl AsyncFnOnce(Account) -> Result<Person, StoreError>,
    ) -> Result<Option<Person>, Unknown> {
        let hash: [u8; 32] = Sha256::digest(token.expose()).into();
        if let Some(known) = self.users.get(&hash) {
            return Ok(known);
        }
        let Some(UserAnswer { id, login }) = self.get(&["user"], token).await? else {
            self.users.put_for(hash, None, MEMORY_OF_REFUSAL);
            return Ok(None);
        };
        let account = Account {
            id: id.to_string(),
            login: login.chars().take(100).collect(),
        };
        let person = find(account).await.map_err(Unknown::Store)?;
        self.users.put(hash, Some(person.clone()));
        Ok(Some(person))
    }

    /// Whether `url` is a repository at this GitHub, and what it is to the token; `None` for other hosts.
    pub async fn visibility(
        &self,
        url: &RepoUrl,
        token: &Secret,
        policy: &UrlPolicy,
    ) -> Result<Option<Visibility>, Unknown> {
        let Some((owner, name)) = self.names(url) else {
            return Ok(None);
        };
        let Some(found) = self.get::<RepositoryAnswer>(&["repos", owner, name], token).await? else {
            return Ok(Some(Visibility::Hidden));
        };
        if !found.private {
            return Ok(Some(Visibility::Public));
        }
        let address = format!("{}/{}", self.origin(), found.full_name);
        let clone_url = RepoUrl::parse(&address, policy).map_err(|refused| {
            tracing::error!("GitHub names a private repository that may not be cloned: {refused}");
            Unknown::Github {
                retry_after_seconds: 30,
            }
        })?;
        Ok(Some(Visibility::Private { clone_url }))
    }

    /// Where its repositories are: the tokens of callers are used there and nowhere else. Without a slash at the end.
    pub fn origin(&self) -> String {
        match self.api.host_str() {
            Some("api.github.com") => "https://github.com".to_owned(),
            _ => self.api.origin().ascii_serialization(),
        }
    }

    /// Owner and name, of an address at this GitHub.
    fn names<'a>(&self, url: &'a RepoUrl) -> Option<(&'a str, &'a str)> {
        let own = Url::parse(&self.origin()).ok()?;
        let asked = Url::parse(url.as_str()).ok()?;
        let host = asked.host_str()?;
        let same_host = host.strip_prefix("www.").unwrap_or(host) == own.host_str()?;
        let same_port = asked.port() == own.port();
        let path = url.as_str().split_once("://")?.1.split_once('/')?.1;
        let (owner, name) = path.split_once('/')?;
        let name = name.strip_suffix(".git").unwrap_or(name);
        let plain = |part: &str| {
            (1..=100).contains(&part.len())
                && part != "."
                && part != ".."
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        };
        (same_host && same_port && plain(owner) && plain(name)).then_some((owner, name))
    }

    /// `None` where GitHub refuses the token, or has nothing there for it.
    async fn get<T: DeserializeOwned>(&self, path: &[&str], token: &Secret) -> Result<Option<T>, Unknown> {
        let mut url = self.api.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let turn = tokio::time::timeout(TURN_TIMEOUT, self.turns.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            tracing::warn!("too many questions to GitHub wait for an answer");
            return Err(unavailable(5));
        };
        let sent = self
            .http
            .get(url)
            .bearer_auth(token.expose())
            .header(header::ACCEPT, "application/vnd.github+json")
            .header("X-GitHub-Api-Version", "2022-11-28")
            .send()
            .await;
        let response = match sent {
            Ok(response) => response,
            Err(error) => return Err(unreachable(&error)),
        };
        match response.status() {
            StatusCode::OK => read(response).await.map(Some),
            StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND => Ok(None),
            StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => match limited(&response) {
                Some(seconds) => {
                    tracing::warn!(seconds, "GitHub has had enough questions");
                    Err(unavailable(seconds))
                }
                // The token's owner is suspended, or an organization does not let it in.
                None => Ok(None),
            },
            status => {
                tracing::warn!(status = status.as_u16(), "GitHub gave no answer");
                Err(unavailable(30))
            }
        }
    }
}

/// For how many seconds GitHub wants to hear no more; `None` where that is not why it refused.
fn limited(response: &Response) -> Option<u64> {
    const LONGEST: u64 = 3_600;
    let number = |name: &str| -> Option<u64> { response.headers().get(name)?.to_str().ok()?.parse().ok() };
    if let Some(seconds) = number("retry-after") {
        return Some(seconds.min(LONGEST));
    }
    let none_left = number("x-ratelimit-remaining") == Some(0);
    if !none_left && response.status() != StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    let now = u64::try_from(chrono::Utc::now().timestamp()).unwrap_or_default();
    let reset = number("x-ratelimit-reset").map_or(60, |reset| reset.saturating_sub(now));
    Some(reset.clamp(1, LONGEST))
}

async fn read<T: DeserializeOwned>(mut response: Response) -> Result<T, Unknown> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(piece)) if body.len() + piece.len() <= MAX_ANSWER => body.extend_from_slice(&piece),
            Ok(Some(_)) => {
                tracing::warn!("GitHub's answer is too long");
                return Err(unavailable(30));
            }
            Ok(None) => break,
            Err(error) => return Err(unreachable(&error)),
        }
    }
    serde_json::from_slice(&body).map_err(|error| {
        tracing::warn!("GitHub's answer cannot be read: {error}");
        unavailable(30)
    })
}

fn unreachable(error: &reqwest::Error) -> Unknown {
    // Its text has the address, which has no secret in it.
    // The causes are logged too, because the first error only states that a request was not sent.
    tracing::warn!("no answer from GitHub: {}", error_chain(error));
    unavailable(10)
}

fn unavailable(retry_after_seconds: u64) -> Unknown {
    Unknown::Github { retry_after_seconds }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn github(api: &str) -> Github {
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        Github::new(Url::parse(api).expect("an address")).expect("a client")
    }

    #[test]
    fn tokens_are_for_repositories_at_this_github_only() {
        let policy = UrlPolicy {
            allow_local_repos: true,
            ..UrlPolicy::default()
        };
        let names = |github: &Github, url: &str| {
            let url = RepoUrl::parse(url, &policy).expect("an address");
            github.names(&url).map(|(owner, name)| format!("{owner}+{name}"))
        };
        let public = github("https://api.github.com");
        assert_eq!(public.origin(), "https://github.com");
        for url in [
            "https://github.com/o/r",
            "https://github.com/o/r.git",
            "https://www.github.com/o/r/",
            "http://github.com/o/r",
        ] {
            assert_eq!(names(&public, url).as_deref(), Some("o+r"), "{url}");
        }
        for url in [
            "https://github.com.evil.example/o/r",
            "https://gitlab.com/o/r",
            "https://github.com/o",
            "https://github.com/o/r/x",
            "https://github.com/o/r%20x",
            "http://127.0.0.1/o/r",
            "https://github.com:80/o/r",
        ] {
            assert_eq!(names(&public, url), None, "{url}");
        }
        let own = github("http://127.0.0.1:8080/api/v3");
        assert_eq!(own.origin(), "http://127.0.0.1:8080");
        assert_eq!(names(&own, "http://127.0.0.1:8080/o/r").as_deref(), Some("o+r"));
        assert_eq!(names(&own, "http://127.0.0.1:8081/o/r"), None);
        assert_eq!(names(&own, "https://github.com/o/r"), None);
    }
}
