//! Cross-origin resource sharing: which pages of other origins may call, and with what.

use std::sync::Arc;

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};

use crate::http::client::FromProxy;

/// The origins whose pages may call with credentials.
pub struct Origins(pub Vec<String>);

/// The origin of a request, where its pages may call with credentials.
pub fn allowed_origin(request: &ServiceRequest) -> Option<HeaderValue> {
    let origin = request.headers().get(header::ORIGIN)?;
    let allowed = request.app_data::<web::Data<Arc<Origins>>>()?;
    allowed
        .0
        .iter()
        .any(|allowed| allowed.as_bytes() == origin.as_bytes())
        .then(|| origin.clone())
}

/// Was this sent by a page that is neither of the allowed origins nor our own?
pub fn is_foreign(request: &HttpRequest) -> bool {
    let Some(origin) = request.headers().get(header::ORIGIN) else {
        return false;
    };
    let allowed = request
        .app_data::<web::Data<Arc<Origins>>>()
        .is_some_and(|allowed| allowed.0.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()));
    let own = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.split_once("://"))
        .is_some_and(|(_, host)| Some(host) == own_host(request));
    !(allowed || own)
}

/// The host that a browser has in its address bar.
fn own_host(request: &HttpRequest) -> Option<&str> {
    let from_proxy = request.extensions().get::<FromProxy>().is_some_and(|from| from.0);
    let forwarded = request.headers().get("x-forwarded-host").filter(|_| from_proxy);
    let host = forwarded
        .or_else(|| request.headers().get(header::HOST))?
        .to_str()
        .ok()?;
    // Several proxies add to it as to a list.
    Some(host.split(',').next().unwrap_or(host).trim())
}

/// Adds the permission to call with credentials.
pub fn allow(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        HeaderValue::from_static("true"),
    );
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(
            "Content-Disposition, ETag, Idempotent-Replayed, Location, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id",
        ),
    );
}

/// Whether a browser asks for permission before a call.
pub fn is_preflight(request: &ServiceRequest) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// A browser asks whether a page may make a call. To a page of another origin the answer has no permission in it.
pub fn preflight(request: &ServiceRequest, allowed: bool) -> HttpResponse {
    let mut response = HttpResponse::NoContent();
    if allowed {
        response
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, PUT, DELETE"))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, "3600"));
        if request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            response.insert_header((
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, X-Request-Id",
            ));
        }
    }
    response.finish()
}
