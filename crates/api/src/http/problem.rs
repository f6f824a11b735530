//! The API's errors: `application/problem+json` (RFC 9457).
//!
//! The text for people is written here; the internal cause goes to the log and nowhere else.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use repolens_core::store::StoreError;
use serde_json::{Map, Value, json};

/// One error answer. In a box, since it is the rare side of every `Result` here.
#[derive(Debug)]
pub struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    status: StatusCode,
    /// The last part of `type`: stable, for programs.
    kind: &'static str,
    title: &'static str,
    detail: String,
    errors: Vec<(String, String)>,
    /// Members beside those of the RFC.
    more: Map<String, Value>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            status,
            kind,
            title,
            detail: detail.into(),
            errors: Vec::new(),
            more: Map::new(),
            header: None,
        }))
    }

    /// The request cannot be read: 400.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", "Malformed request", detail)
    }

    /// A member of the body cannot be read: 400.
    pub fn malformed_at(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::malformed(detail.clone()).at(pointer, detail)
    }

    /// A member of the body has a value that is not accepted: 422.
    pub fn refused_at(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::refused(detail.clone()).at(pointer, detail)
    }

    /// The request is not accepted, for a reason that is not in one member of the body: 422.
    pub fn refused(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", "Not accepted", detail)
    }

    /// This client asks for too much: 429.
    pub fn too_many(detail: impl Into<String>, retry_after_seconds: u64) -> Self {
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many requests", detail);
        problem.0.header = Some((header::RETRY_AFTER, HeaderValue::from(retry_after_seconds)));
        problem
    }

    /// All clients together ask for too much: 503.
    pub fn busy(detail: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "InFlight", detail);
        problem.0.header = Some((header::RETRY_AFTER, HeaderValue::from_static("30")));
        problem
    }

    pub fn unauthorized(detail: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "Not signed in", detail);
        problem.0.header = Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        problem
    }

    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail)
    }

    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
    }

    /// A scan that is not there, with the members that older clients read.
    pub fn scan_not_found(id: &str) -> Self {
        let mut problem = Self::not_found("Scan not found");
        problem
            .0
            .more
            .insert("scanId".into(), id.chars().take(64).collect::<String>().into());
        problem.0.more.insert("status".into(), "not_found".into());
        problem.0.more.insert("error".into(), "Scan not found".into());
        problem
    }

    /// A report that was pruned.
    pub fn results_gone() -> Self {
        Self::not_found("The results of this scan are no longer stored. Scan the repository again.")
    }

    pub fn method_not_allowed(allowed: &'static str) -> Self {
        let mut problem = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "Method not allowed",
            format!("This address answers to {allowed}."),
        );
        problem.0.header = Some((header::ALLOW, HeaderValue::from_static(allowed)));
        problem
    }

    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "Not in this state", detail)
    }

    pub fn lease_lost() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "lease-lost",
            "Lease lost",
            "This lease is not live: the job went to another worker or has ended. Stop, and report nothing.",
        )
    }

    pub fn too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "Body too large",
            format!("The body is larger than the {limit} bytes that are accepted here."),
        )
    }

    /// The body came too slowly: 408.
    pub fn too_slow() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "too-slow",
            "Too slow",
            "The body did not arrive in time: send the request again.",
        )
    }

    /// The headers are too large: 431.
    pub fn headers_too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "headers-too-large",
            "Headers too large",
            format!(
                "The headers are larger than the {limit} bytes that are accepted: cookies of this origin may be the reason."
            ),
        )
    }

    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "Media type not supported",
            detail,
        )
    }

    /// GitHub cannot be asked whether a token is valid: 503.
    pub fn github_unavailable(retry_after_seconds: u64) -> Self {
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "github-unavailable",
            "GitHub not available",
            "GitHub cannot be asked about this token right now. Try again later, or leave the token out to be a guest.",
        );
        problem.0.header = Some((header::RETRY_AFTER, HeaderValue::from(retry_after_seconds)));
        problem
    }

    fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Internal error",
            "Something went wrong on our side and has been logged. The `X-Request-Id` of this answer names the log lines.",
        )
    }

    fn unavailable() -> Self {
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Not available",
            "The service cannot use its database right now. Nothing was stored; try again in a few seconds.",
        );
        problem.0.header = Some((header::RETRY_AFTER, HeaderValue::from_static("5")));
        problem
    }

    /// Logs a cause that is not shown outside.
    pub fn because(cause: &dyn fmt::Display) -> Self {
        tracing::error!("{cause}");
        Self::internal()
    }

    fn at(mut self, pointer: impl Into<String>, detail: String) -> Self {
        self.0.errors.push((pointer.into(), detail));
        self
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => {
                tracing::warn!("{error}");
                Self::unavailable()
            }
            StoreError::Refused(..) => {
                tracing::error!("{error}");
                Self::unavailable()
            }
            StoreError::Broken(_) => Self::because(&error),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let parts = &self.0;
        let mut response = HttpResponse::build(parts.status);
        if let Some((name, value)) = &parts.header {
            response.insert_header((name, value));
        }
        response
            .content_type("application/problem+json")
            .body(self.body().to_string())
    }
}

impl Problem {
    /// As RFC 9457 has it.
    pub fn body(&self) -> Value {
        let parts = &self.0;
        let mut body = Map::new();
        body.insert("type".into(), format!("urn:repolens:problem:{}", parts.kind).into());
        body.insert("title".into(), parts.title.into());
        body.insert("status".into(), parts.status.as_u16().into());
        body.insert("detail".into(), parts.detail.as_str().into());
        body.insert("message".into(), parts.detail.as_str().into());
        if !parts.errors.is_empty() {
            let errors: Vec<Value> = parts
                .errors
                .iter()
                .map(|(pointer, detail)| json!({ "pointer": pointer, "detail": detail }))
                .collect();
            body.insert("errors".into(), errors.into());
        }
        body.extend(parts.more.clone());
        Value::Object(body)
    }
}
