//! Errors of pages, as pages: what happened and what to do.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError as _};
use askama::Template;

use crate::http::problem::Problem;
use crate::pages::shell::{Shell, answer};
use crate::pages::view::text::filters;
use crate::pages::visit::Visit;

#[derive(Template)]
#[template(path = "shell/problems.html")]
struct ProblemPage<'a> {
    shell: Shell,
    status: u16,
    title: &'a str,
    detail: &'a str,
}

/// Wraps the pages: what a handler refuses is shown as a page.
pub async fn as_pages(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let (request, response) = response.into_parts();
    let shown = response
        .error()
        .and_then(|error| error.as_error::<Problem>())
        .map(|problem| page(&request, problem));
    Ok(ServiceResponse::new(request, shown.unwrap_or(response)))
}

/// The problem as a page, with the headers that it has as JSON.
pub fn page(request: &HttpRequest, problem: &Problem) -> HttpResponse<BoxBody> {
    let json = problem.error_response();
    let status = problem.status_code();
    let mut response = HttpResponse::build(status);
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = json.headers().get(&name) {
            response.insert_header((name, value.clone()));
        }
    }
    let title = match status {
        StatusCode::NOT_FOUND => "There is no such page",
        StatusCode::UNAUTHORIZED => "Sign in first",
        StatusCode::TOO_MANY_REQUESTS => "Too many requests",
        StatusCode::SERVICE_UNAVAILABLE => "The service is busy",
        status if status.is_server_error() => "Something went wrong here",
        _ => "This cannot be done",
    };
    let page = ProblemPage {
        shell: Shell::new(Visit::guest(request), title),
        status: status.as_u16(),
        title,
        detail: &problem.to_string(),
    };
    match page.render() {
        Ok(html) => answer(request, response, html),
        Err(_) => json,
    }
}

/// Whether the request comes from a browser that shows pages, rather than from a program.
pub fn wants_pages(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}
