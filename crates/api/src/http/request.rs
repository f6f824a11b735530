//! The middleware around every request: its id, its log line, its limits, and the headers that every answer has.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::QueryPayloadError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode, Uri};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, ResponseError as _, web};
use repolens_core::settings::TrustedProxies;
use repolens_log::is_dangerous;
use tracing::Instrument as _;
use url::form_urlencoded;

use crate::app::App;
use crate::auth::worker::has_worker_token;
use crate::http::client::{Client, FromProxy};
use crate::http::connections::{ConnectionSlot, UnderWay};
use crate::http::cors::{allow, allowed_origin, is_preflight, preflight};
use crate::http::limits::in_flight::InFlightGuard;
use crate::http::limits::rate_limit::Allowance;
use crate::http::limits::send_budget;
use crate::http::problem::Problem;
use crate::http::security_headers::secure;
use crate::scans::repeated_lists::ListCall;

/// The request's id: the caller's own, where it sent a sound one.
#[derive(Clone)]
pub struct RequestId(pub String);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

impl FromRequest for RequestId {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.extensions().get::<Self>().cloned();
        ready(id.ok_or_else(|| Problem::because(&"the request has no id")))
    }
}

/// Wraps every request.
pub async fn around(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let begin = Instant::now();
    let id = request_id(request.headers());
    let origin = allowed_origin(&request);
    let (method, path) = (request.method().clone(), request.path().to_owned());
    request.extensions_mut().insert(RequestId(id.clone()));
    let (client, from_proxy) = client(&request);
    request.extensions_mut().insert(client);
    request.extensions_mut().insert(from_proxy);
    if let Some(call) = list_call(&request, client) {
        request.extensions_mut().insert(call);
    }
    let https = is_https(request.headers(), from_proxy);
    let allowance = allowance(&request, client).await;
    let held = hold(&request, client);
    let under_way = request
        .conn_data::<Arc<ConnectionSlot>>()
        .map(|place| place.under_way());
    let span = tracing::info_span!("request", request_id = %id);

    let mut response = if is_preflight(&request) {
        let answer = preflight(&request, origin.is_some());
        request.into_response(answer)
    } else if let Some(refused) = allowance.filter(|allowance| !allowance.allowed) {
        request.into_response(too_often(refused).error_response())
    } else if let Err(refused) = sound_target(request.uri()).and_then(|()| sound_headers(request.headers())) {
        request.into_response(refused.error_response())
    } else {
        match held {
            Err(refused) => request.into_response(refused.error_response()),
            Ok(held) => {
                let response = next.call(request).instrument(span.clone()).await?.map_into_boxed_body();
                while_it_is_sent(response, held, under_way, client)
            }
        }
    };

    add_headers(&mut response, &id, https, allowance, origin);
    if let Some(app) = response.request().app_data::<web::Data<App>>() {
        let route = response.request().match_pattern();
        app.metrics
            .request(route, method.as_str(), response.status().as_u16(), begin.elapsed());
    }
    span.in_scope(|| log(&method, &path, response.status(), begin));
    Ok(response)
}

/// Adds the headers that every answer has.
fn add_headers(
    response: &mut ServiceResponse<BoxBody>,
    id: &str,
    https: bool,
    allowance: Option<Allowance>,
    origin: Option<HeaderValue>,
) {
    let narrower = response.request().extensions().get::<Allowance>().copied();
    // The client keeps the headers that it has; those of a 304 would replace them.
    let is_news = response.status() != StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, value);
    }
    if is_news {
        secure(headers, https);
    }
    if let Some(allowance) = narrower.or(allowance) {
        set_allowance(headers, allowance);
    }
    // Also where it was not asked by another origin: a cache must not give that answer to one that does.
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        allow(headers, origin);
    }
}

fn client(request: &ServiceRequest) -> (Client, FromProxy) {
    let peer = request.peer_addr().map(|address| address.ip().to_canonical());
    let none = TrustedProxies::None;
    let app = request.app_data::<web::Data<App>>();
    let proxies = app.map_or(&none, |app| &app.limits.trusted_proxies);
    let (client, _) = Client::identify(request.headers(), peer, proxies);
    let trusted = peer.is_some_and(|peer| proxies.trusts_peer(peer));
    if let Some(app) = app.filter(|_| !trusted && request.headers().contains_key("x-forwarded-for")) {
        app.limits.warn_of_ignored_proxy(peer);
    }
    (client, FromProxy(trusted))
}

/// Whether a proxy of ours reports that the client speaks HTTPS.
fn is_https(headers: &HeaderMap, FromProxy(from_proxy): FromProxy) -> bool {
    let proto = headers.get("x-forwarded-proto");
    from_proxy && proto.is_some_and(|value| value.as_bytes() == b"https")
}

/// The same, for a handler.
pub fn speaks_https(request: &HttpRequest) -> bool {
    let from_proxy = request.extensions().get::<FromProxy>().copied();
    from_proxy.is_some_and(|from_proxy| is_https(request.headers(), from_proxy))
}

fn list_call(request: &ServiceRequest, client: Client) -> Option<ListCall> {
    let app = request.app_data::<web::Data<App>>()?;
    app.scans.lists.list_call(request, client)
}

/// Health checks of hosts, workers that show their token, and list calls that are repeated and so wait, are not
/// limited.
fn is_limited(request: &ServiceRequest, app: &App) -> bool {
    let worker = has_worker_token(request.headers(), app);
    let repeat = request
        .extensions()
        .get::<ListCall>()
        .is_some_and(|call| call.is_repeat);
    !worker && !repeat && request.path() != "/api/health"
}

async fn allowance(request: &ServiceRequest, client: Client) -> Option<Allowance> {
    let app = request.app_data::<web::Data<App>>()?;
    if !is_limited(request, app) {
        return None;
    }
    app.limits.take_request(app.scans.queue.as_ref(), client).await
}

/// A place among the requests that are answered at a time.
fn hold(request: &ServiceRequest, client: Client) -> Result<Option<InFlightGuard>, Problem> {
    match request.app_data::<web::Data<App>>() {
        Some(app) if is_limited(request, app) => app.limits.enter(client),
        _ => Ok(None),
    }
}

/// The answer takes room, and counts as open, until its client has it.
fn while_it_is_sent(
    response: ServiceResponse<BoxBody>,
    held: Option<InFlightGuard>,
    under_way: Option<UnderWay>,
    client: Client,
) -> ServiceResponse<BoxBody> {
    let (request, response) = response.into_parts();
    let Some(app) = request.app_data::<web::Data<App>>() else {
        return ServiceResponse::new(request, response);
    };
    let counted = held.is_some() && !app.limits.is_exempt(client);
    let client = counted.then(|| client.number());
    let response =
        send_budget::until_sent(response, &app.limits.send_budget, client, held, under_way).unwrap_or_else(|| {
            Problem::busy("Too many large answers are being read: try again in a moment, or close some of yours.")
                .error_response()
        });
    ServiceResponse::new(request, response)
}

/// A session's token in pieces is some thousand bytes; the server's own limit is 128 KiB.
const MAX_HEADER_BYTES: usize = 32 * 1024;

/// No id or name has the character zero in it, and PostgreSQL has no place for one.
fn sound_target(target: &Uri) -> Result<(), Problem> {
    if target.path().contains("%00") {
        return Err(Problem::not_found("There is nothing at this address."));
    }
    match target.query() {
        Some(query) if query.contains("%00") => {
            Err(Problem::malformed("The query has the character zero (`%00`) in it."))
        }
        _ => Ok(()),
    }
}

/// 400, with the parameter that is wrong. The error names a parameter that is unknown or repeated; one that should be a number
/// is found by a search.
pub fn unreadable_query(query: &str, error: &QueryPayloadError) -> Problem {
    let cause = match error {
        QueryPayloadError::Deserialize(cause) => cause.to_string(),
        error => error.to_string(),
    };
    let wrong = form_urlencoded::parse(query.as_bytes()).find(|(name, value)| match name.as_ref() {
        "limit" => value.parse::<u16>().is_err(),
        "offset" => value.parse::<u32>().is_err(),
        _ => false,
    });
    match wrong.filter(|_| !cause.contains(" field `")) {
        Some((name, value)) => {
            let value: String = value.chars().filter(|c| !is_dangerous(*c)).take(40).collect();
            Problem::malformed(format!(
                "`{name}` cannot be `{value}`: write a whole number that is not negative and not so large."
            ))
        }
        None => Problem::malformed(format!("The query cannot be read: {cause}.")),
    }
}

fn sound_headers(headers: &HeaderMap) -> Result<(), Problem> {
    let bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if bytes > MAX_HEADER_BYTES {
        return Err(Problem::headers_too_large(MAX_HEADER_BYTES));
    }
    Ok(())
}

/// 429, with the time after which one more is allowed.
fn too_often(allowance: Allowance) -> Problem {
    let seconds = allowance.reset.as_secs() + 1;
    Problem::too_many(
        format!("You ask more often than is allowed: try again in {seconds} s."),
        seconds,
    )
}

/// Takes one scan of the client's allowance. The headers of the answer describe this limit, which is narrower than that of all
/// requests.
///
/// # Errors
/// The client has none left.
pub async fn take_scan(app: &App, request: &HttpRequest, client: Client) -> Result<(), Problem> {
    let Some(allowance) = app.limits.take_scan(app.scans.queue.as_ref(), client).await else {
        return Ok(());
    };
    request.extensions_mut().insert(allowance);
    if allowance.allowed {
        Ok(())
    } else {
        Err(too_often(allowance))
    }
}

/// Adds the headers that a client needs to stay within its allowance.
fn set_allowance(headers: &mut HeaderMap, allowance: Allowance) {
    for (name, value) in [
        ("ratelimit-limit", u64::from(allowance.limit)),
        ("ratelimit-remaining", u64::from(allowance.remaining)),
        ("ratelimit-reset", allowance.reset.as_secs_f64().ceil() as u64),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
}

fn request_id(headers: &HeaderMap) -> String {
    headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| {
            (8..=128).contains(&id.len())
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'))
        })
        .map_or_else(|| uuid::Uuid::new_v4().simple().to_string(), str::to_owned)
}

fn log(method: &Method, path: &str, status: StatusCode, begin: Instant) {
    let ms = begin.elapsed().as_millis();
    let status = status.as_u16();
    // Readers, and the calls of workers that come every second, would drown the rest.
    let quiet = *method == Method::GET || *method == Method::HEAD || path.starts_with("/api/worker/");
    match status {
        500.. => tracing::error!(status, ms, "{method} {path}"),
        _ if quiet => tracing::debug!(status, ms, "{method} {path}"),
        _ => tracing::info!(status, ms, "{method} {path}"),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::web::Query;
    use serde::Deserialize;

    use super::*;

    #[test]
    fn a_fault_of_a_query_is_reported_by_its_name() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only read into")]
        struct Page {
            limit: Option<u16>,
            offset: Option<u32>,
        }
        let reported = |query: &str| {
            let error = Query::<Page>::from_query(query).expect_err(query);
            unreadable_query(query, &error).to_string()
        };
        for (query, name) in [
            ("limit=-1", "`limit` cannot be `-1`"),
            ("offset=1&limit=abc", "`limit` cannot be `abc`"),
            ("offset=4294967296", "`offset` cannot be `4294967296`"),
            ("limit=", "`limit` cannot be ``"),
            ("page=1&limit=2", "unknown field `page`"),
            ("limit=1&limit=2", "duplicate field `limit`"),
        ] {
            let reported = reported(query);
            assert!(reported.contains(name), "{query}: {reported}");
        }
    }
}
