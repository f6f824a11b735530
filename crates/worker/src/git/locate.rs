//! From an address to the remote that git will connect to: vetted, pinned; redirects followed by hand.
//!
//! The first request that git would make is made here, so that a missing repository or a request for a password is known
//! early, and so that every redirect is vetted like the address itself.

mod answer;

use std::error::Error;
use std::io;
use std::time::Duration;

use repolens_core::job::CloneCredential;
use repolens_core::{FailureCode, RepoUrl, UrlPolicy, VetError, VettedHost, error_chain};
use reqwest::header;

use super::credential::Header;
use crate::failed::Failed;

/// The remote that git connects to: vetted once, and used for every fetch of a scan.
#[derive(Debug)]
pub struct Remote {
    pub(super) url: RepoUrl,
    /// `HOST:PORT:ADDRESS[,ADDRESS…]`, the form of curl's `CURLOPT_RESOLVE`; none for literal addresses and `file://`.
    pub(super) pinned: Option<String>,
    /// The password, where it is for this host.
    pub(super) authorization: Option<Header>,
}

/// Enough for a repository that was renamed twice, and moved from `http` to `https`.
const MAX_REDIRECTS: usize = 3;
/// Resolvers try each of their servers twice, for 5 s.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// For the server's first answer; a large repository does not make it slower.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// The request that begins every fetch over HTTP.
const FIRST_REQUEST: &str = "/info/refs?service=git-upload-pack";

/// Some hosts answer only to user agents that begin like git's.
const USER_AGENT: &str = concat!("git/2.47 (RepoLens/", env!("CARGO_PKG_VERSION"), ")");

/// Follows redirects from `url` to a repository. `credential` is sent to its own origin only.
pub(super) async fn locate(
    url: &RepoUrl,
    policy: &UrlPolicy,
    credential: Option<&CloneCredential>,
) -> Result<Remote, Failed> {
    let mut url = url.clone();
    if url.is_file() {
        return Ok(Remote {
            url,
            pinned: None,
            authorization: None,
        });
    }
    for _ in 0..=MAX_REDIRECTS {
        let host = resolve(&url, policy).await?;
        let authorization = credential.and_then(|credential| Header::new(credential, &url));
        match request(&url, &host, authorization.as_ref()).await? {
            Answer::Repository => {
                let pinned = pin(&url, &host);
                return Ok(Remote {
                    url,
                    pinned,
                    authorization,
                });
            }
            Answer::Elsewhere(next) => {
                url = RepoUrl::parse(&next, policy)
                    .map_err(|refused| Failed::new(FailureCode::HostRefused, format!("redirect refused: {refused}")))?;
            }
        }
    }
    Err(Failed::new(
        FailureCode::RepositoryNotFound,
        format!("more than {MAX_REDIRECTS} redirects"),
    ))
}

async fn resolve(url: &RepoUrl, policy: &UrlPolicy) -> Result<VettedHost, Failed> {
    let port = url.port().unwrap_or(443);
    let vetted = VettedHost::resolve(url.host(), port, policy, LOOKUP_TIMEOUT).await;
    vetted.map_err(|error| {
        let code = match &error {
            VetError::NotFound(_) => FailureCode::HostNotFound,
            VetError::Refused(_) => FailureCode::HostRefused,
        };
        Failed::new(code, error.to_string())
    })
}

fn pin(url: &RepoUrl, host: &VettedHost) -> Option<String> {
    let (name, addresses) = host.pinned()?;
    let port = url.port()?;
    let list: Vec<String> = addresses
        .iter()
        .map(|address| match address.ip() {
            std::net::IpAddr::V4(v4) => v4.to_string(),
            std::net::IpAddr::V6(v6) => format!("[{v6}]"),
        })
        .collect();
    Some(format!("{name}:{port}:{}", list.join(",")))
}

enum Answer {
    Repository,
    /// The address of a repository, not vetted.
    Elsewhere(String),
}

async fn request(url: &RepoUrl, host: &VettedHost, authorization: Option<&Header>) -> Result<Answer, Failed> {
    let address = format!("{url}{FIRST_REQUEST}");
    let client = host
        .client()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(ANSWER_TIMEOUT)
        .build()
        .map_err(|error| Failed::new(FailureCode::CloneFailed, format!("no HTTP client: {error}")))?;
    let mut builder = client.get(&address).header("Git-Protocol", "version=2");
    if let Some(header) = authorization {
        builder = builder.header(header::AUTHORIZATION, header.value()?);
    }
    let response = builder.send().await.map_err(|error| no_answer(&error))?;
    let status = response.status();
    if status.is_success() && speaks_git(&response) {
        return Ok(Answer::Repository);
    }
    if status.is_redirection() {
        return redirected(&response).map(Answer::Elsewhere);
    }
    let mut failed = if status.is_success() {
        answer::no_repository(response).await
    } else {
        answer::refused(status)
    };
    failed.cause = format!("{status} for {address}");
    Err(failed)
}

fn speaks_git(response: &reqwest::Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes()
            .starts_with(b"application/x-git-upload-pack-advertisement")
    })
}

/// The repository that a redirect of the first request leads to.
fn redirected(response: &reqwest::Response) -> Result<String, Failed> {
    let location = response.headers().get(header::LOCATION);
    let target = location
        .and_then(|location| location.to_str().ok())
        .and_then(|location| response.url().join(location).ok());
    let Some(target) = target else {
        return Err(answer::redirected_to_page(&format!("{location:?}")));
    };
    // Never from the network to this disk, even where the policy allows such addresses in requests.
    let is_network = matches!(target.scheme(), "http" | "https");
    match target.as_str().strip_suffix(FIRST_REQUEST) {
        Some(repository) if is_network => Ok(repository.to_owned()),
        _ => Err(answer::redirected_to_page(target.as_str())),
    }
}

fn no_answer(error: &reqwest::Error) -> Failed {
    let code = if is_certificate_refused(error) {
        FailureCode::CertificateInvalid
    } else if error.is_connect() {
        FailureCode::HostUnreachable
    } else if error.is_timeout() {
        FailureCode::CloneTimedOut
    } else {
        FailureCode::CloneFailed
    };
    Failed::new(code, error_chain(error))
}

fn is_certificate_refused(error: &reqwest::Error) -> bool {
    let refused =
        |error: &(dyn Error + 'static)| matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_)));
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        // The source of an `io::Error` is that of its inner error, and not the inner error itself.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if refused(error) || inner.is_some_and(|inner| refused(inner)) {
            return true;
        }
        cause = error.source();
    }
    false
}
