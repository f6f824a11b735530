//! The client of `/api/worker/*` and `PUT /api/scan/{id}/status`.

mod explanations;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use repolens_core::job::{
    Claim, ClaimRequest, CommitRequest, CommitResponse, HeartbeatRequest, HeartbeatResponse, LEASE_HEADER,
    ReleaseRequest,
};
use repolens_core::{LeaseToken, ScanId, Secret, error_chain};
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How a call can fail; the caller branches on it.
#[derive(Debug)]
pub enum CallError {
    /// No answer, or an error of the server: a later try may succeed.
    Unavailable(String),
    /// 500: a fault of the API. The same call may have the same answer again.
    Faulted(String),
    /// 409: the lease is lost, another worker may have the job.
    LeaseLost,
    /// 413: the report is larger than the API takes.
    TooLarge,
    /// The API refuses the call, and would refuse it again.
    Refused(String),
}

impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unavailable(cause) | Self::Faulted(cause) | Self::Refused(cause) => f.write_str(cause),
            Self::LeaseLost => f.write_str("the lease is lost"),
            Self::TooLarge => f.write_str("the report is too large"),
        }
    }
}

impl std::error::Error for CallError {}

/// The client of one API.
#[derive(Debug)]
pub struct ApiClient {
    http: reqwest::Client,
    base: String,
    token: Secret,
    worker_id: String,
    /// Whether the last call found the API unavailable: the begin and the end of an outage are logged once.
    unavailable: AtomicBool,
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For calls that are answered at once.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// For it an earlier report may have to be decompressed and compressed again.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(30);
/// For 50 MB over a slow line, and the API's transaction.
const REPORT_TIMEOUT: Duration = Duration::from_secs(120);

impl ApiClient {
    /// Makes no connection yet.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(base: String, token: Secret, worker_id: String) -> Result<Self, reqwest::Error> {
        let mut http = reqwest::Client::builder()
            .tls_backend_preconfigured(repolens_core::net::tls::client_config())
            .user_agent(concat!("repolens-worker/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            // A load balancer in between closes a silent long poll.
            .tcp_keepalive(Duration::from_secs(20));
        if is_loopback(&base) {
            // A proxy of the environment is for other machines.
            http = http.no_proxy();
            // The name is this machine's also where `/etc/hosts` is missing, as in a minimal image. The port is that of the
            // address.
            let here = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()].map(|ip: IpAddr| (ip, 0).into());
            http = http.resolve_to_addrs("localhost", &here);
        }
        Ok(Self {
            http: http.build()?,
            base,
            token,
            worker_id,
            unavailable: AtomicBool::new(false),
        })
    }

    /// Claims the next job, waiting for up to `wait`; `None` where none came. Where the answer is lost, the same claim with the
    /// same lease token returns the same job.
    ///
    /// # Errors
    /// As [`CallError`].
    pub async fn claim_next(&self, token: &LeaseToken, wait: Duration) -> Result<Option<Claim>, CallError> {
        self.claim(None, token, wait).await
    }

    /// Claims the job of one scan; `None` where it has ended, is unknown, or is another worker's.
    ///
    /// # Errors
    /// As [`CallError`].
    pub async fn claim_scan(&self, scan: &ScanId, token: &LeaseToken) -> Result<Option<Claim>, CallError> {
        match self.claim(Some(scan.clone()), token, Duration::ZERO).await {
            Err(CallError::LeaseLost) => Ok(None),
            Err(CallError::Refused(cause)) if cause.starts_with("404") => Ok(None),
            answered => answered,
        }
    }

    async fn claim(
        &self,
        scan_id: Option<ScanId>,
        token: &LeaseToken,
        wait: Duration,
    ) -> Result<Option<Claim>, CallError> {
        let body = ClaimRequest {
            worker_id: self.worker_id.clone(),
            scan_id,
            wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        };
        let request = self
            .post("/api/worker/claim", &body)
            .header(LEASE_HEADER, token.as_str())
            .timeout(wait + ANSWER_TIMEOUT);
        let response = self.send(request).await?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(None);
        }
        self.read(response).await.map(Some)
    }

    /// Extends a lease, and reports progress.
    ///
    /// # Errors
    /// As [`CallError`].
    pub async fn heartbeat(&self, scan: &ScanId, beat: &HeartbeatRequest) -> Result<HeartbeatResponse, CallError> {
        let request = self.post(&format!("/api/worker/jobs/{scan}/heartbeat"), beat);
        self.read(self.send(request.timeout(ANSWER_TIMEOUT)).await?).await
    }

    /// Reports which commit was cloned; `true` where the API has completed the scan with an earlier report of it.
    ///
    /// # Errors
    /// As [`CallError`].
    pub async fn commit(&self, scan: &ScanId, body: &CommitRequest) -> Result<bool, CallError> {
        let request = self.post(&format!("/api/worker/jobs/{scan}/commit"), body);
        let answer: CommitResponse = self.read(self.send(request.timeout(COMMIT_TIMEOUT)).await?).await?;
        Ok(answer.cached)
    }

    /// Gives a job back.
    ///
    /// # Errors
    /// As [`CallError`].
    pub async fn release(&self, scan: &ScanId, body: &ReleaseRequest, within: Duration) -> Result<(), CallError> {
        let request = self.post(&format!("/api/worker/jobs/{scan}/release"), body);
        self.send(request.timeout(within)).await.map(drop)
    }

    /// Reports the result of a job. `body` is a [`repolens_core::job::StatusReport`] as JSON, compressed by gzip.
    ///
    /// # Errors
    /// As [`CallError`].
    pub async fn report(&self, claim: &Claim, body: bytes::Bytes) -> Result<(), CallError> {
        let request = self
            .request(Method::PUT, &format!("/api/scan/{}/status", claim.job.scan_id))
            .header(LEASE_HEADER, claim.job.lease_token.as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_ENCODING, "gzip")
            .body(body);
        self.send(request.timeout(REPORT_TIMEOUT)).await.map(drop)
    }

    /// Checks that the API answers.
    ///
    /// # Errors
    /// As [`CallError`].
    pub async fn health(&self) -> Result<(), CallError> {
        let request = self.http.get(format!("{}/api/health", self.base));
        self.send(request.timeout(ANSWER_TIMEOUT)).await.map(drop)
    }

    /// Checks that the API accepts the worker token, by a heartbeat for a scan that does not exist.
    ///
    /// # Errors
    /// As [`CallError`].
    pub async fn check_token(&self) -> Result<(), CallError> {
        let beat = HeartbeatRequest {
            lease_token: LeaseToken::random(),
            progress: None,
            stage: None,
        };
        match self.heartbeat(&ScanId::random(), &beat).await {
            // The token was accepted, the scan does not exist.
            Ok(_) | Err(CallError::LeaseLost) => Ok(()),
            Err(CallError::Refused(cause)) if cause.starts_with("404") => Ok(()),
            Err(error) => Err(error),
        }
    }

    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    fn post(&self, path: &str, body: &impl Serialize) -> RequestBuilder {
        self.request(Method::POST, path).json(body)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(self.token.expose())
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, CallError> {
        let result = match request.send().await {
            Ok(response) => check_status(response).await,
            Err(error) => Err(CallError::Unavailable(error_chain(&error.without_url()))),
        };
        self.log_outage(result.as_ref().err());
        result
    }

    async fn read<T: DeserializeOwned>(&self, response: Response) -> Result<T, CallError> {
        response
            .json()
            .await
            .map_err(|error| CallError::Unavailable(error_chain(&error.without_url())))
    }

    fn log_outage(&self, error: Option<&CallError>) {
        match error {
            Some(CallError::Unavailable(cause) | CallError::Faulted(cause)) => {
                if !self.unavailable.swap(true, Ordering::Relaxed) {
                    tracing::warn!(url = %self.base, "the API does not answer, trying again until it does: {cause}");
                }
            }
            _ => {
                if self.unavailable.swap(false, Ordering::Relaxed) {
                    tracing::info!(url = %self.base, "the API answers again");
                }
            }
        }
    }
}

fn is_loopback(base: &str) -> bool {
    url::Url::parse(base).is_ok_and(|url| match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    })
}

async fn check_status(response: Response) -> Result<Response, CallError> {
    let status = response.status();
    match status {
        _ if status.is_success() => Ok(response),
        StatusCode::CONFLICT => Err(CallError::LeaseLost),
        StatusCode::PAYLOAD_TOO_LARGE => Err(CallError::TooLarge),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Err(CallError::Unavailable(status.to_string())),
        StatusCode::INTERNAL_SERVER_ERROR => Err(CallError::Faulted(status.to_string())),
        _ if status.is_server_error() => Err(CallError::Unavailable(status.to_string())),
        _ => {
            let text = response.text().await.unwrap_or_default();
            let shown = &text[..text.floor_char_boundary(300)];
            Err(CallError::Refused(format!("{status}: {shown}")))
        }
    }
}
