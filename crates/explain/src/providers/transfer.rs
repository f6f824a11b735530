//! One HTTP exchange, bounded in time and size.

use std::time::Duration;

use repolens_core::error_chain;
use reqwest::{ClientBuilder, RequestBuilder, Response, StatusCode, header};
use serde_json::Value;
use tokio::time::Instant;

use crate::failure::{Code, Failure};

/// Longer answers are not read to their end. A text of 2,000 tokens has about 10 kB.
pub const MAX_ANSWER_BYTES: usize = 1 << 20;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What came back.
#[derive(Debug)]
pub(super) struct HttpAnswer {
    pub status: StatusCode,
    /// The body as JSON; `Null` where it is none.
    pub body: Value,
    pub retry_after: Option<Duration>,
}

pub(super) fn builder() -> ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(repolens_core::net::tls::client_config())
        .user_agent(concat!("repolens/", env!("CARGO_PKG_VERSION")))
        // A redirect could carry the key to another host.
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
}

pub(super) async fn send(request: RequestBuilder, deadline: Instant) -> Result<HttpAnswer, Failure> {
    match tokio::time::timeout_at(deadline, exchange(request)).await {
        Ok(result) => result,
        Err(_) => Err(Failure::new(Code::Timeout, "no answer within the time")),
    }
}

async fn exchange(request: RequestBuilder) -> Result<HttpAnswer, Failure> {
    let mut response = request.send().await.map_err(connection)?;
    let status = response.status();
    let retry_after = retry_after(&response);
    let body = read(&mut response).await?;
    if status.is_success() && body.is_empty() {
        return Err(Failure::new(Code::Empty, "the answer is empty"));
    }
    let body = match serde_json::from_slice(&body) {
        Ok(body) => body,
        Err(_) if !status.is_success() => Value::Null,
        Err(_) => return Err(Failure::new(Code::CutOff, "the answer is no complete JSON")),
    };
    Ok(HttpAnswer {
        status,
        body,
        retry_after,
    })
}

async fn read(response: &mut Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(cut)? {
        if body.len() + piece.len() > MAX_ANSWER_BYTES {
            return Err(Failure::new(
                Code::AnswerTooLarge,
                &format!("the answer has more than {MAX_ANSWER_BYTES} bytes"),
            ));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

fn connection(error: reqwest::Error) -> Failure {
    let code = if error.is_timeout() {
        Code::Timeout
    } else {
        Code::Connection
    };
    Failure::new(code, &error_chain(&error.without_url()))
}

fn cut(error: reqwest::Error) -> Failure {
    Failure::new(Code::CutOff, &error_chain(&error.without_url()))
}

/// Seconds, or an HTTP date.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return (0.0..1e6).contains(&seconds).then(|| Duration::from_secs_f64(seconds));
    }
    let date = chrono::DateTime::parse_from_rfc2822(value).ok()?;
    (date.with_timezone(&chrono::Utc) - chrono::Utc::now()).to_std().ok()
}

/// The code of an HTTP status, where the body has no better one.
pub(super) fn code_of(status: u16) -> Code {
    match status {
        401 => Code::Unauthorized,
        402 => Code::NoCredits,
        403 => Code::Forbidden,
        404 => Code::ModelGone,
        408 | 504 => Code::Timeout,
        413 => Code::ContextTooLong,
        429 => Code::RateLimited,
        502 | 503 | 529 => Code::Overloaded,
        400..=499 => Code::BadRequest,
        _ => Code::ServerError,
    }
}

/// The length of time until the next midnight of a time zone that is this number of hours behind UTC.
pub(super) fn until_midnight(hours_behind: i64) -> Duration {
    const DAY: i64 = 86_400;
    let now = chrono::Utc::now().timestamp() - hours_behind * 3_600;
    Duration::from_secs(u64::try_from(DAY - now.rem_euclid(DAY)).unwrap_or(3_600))
}
