//! The shell of all pages: the head, the bar at the top, the foot, and their content security policy.

pub(super) mod assets;
pub(super) mod problems;
pub(super) mod theme;

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use askama::Template;
use repolens_core::store::Scan;

use super::visit::{Theme, Visit};
use crate::app::App;
use crate::http::conditional;
use crate::http::problem::Problem;

/// Allows only what this service itself serves, and nothing inline. Where forms go is added by [`answer`].
pub const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                          base-uri 'none'; frame-ancestors 'none'";

/// A page's frame. Templates extend `shell.html` and have one of these as `shell`.
#[derive(Clone)]
pub struct Shell {
    pub title: String,
    pub visit: Visit,
    pub icon: State,
    /// Seconds after which the page is loaded again where there is no script.
    pub refresh: Option<u32>,
    /// For previews of links: a sentence about the page, and the address of a picture.
    pub preview: Option<Preview>,
    /// Search engines may list it.
    pub listed: bool,
    /// The address under which they list it, where it is another page's.
    pub canonical: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Preview {
    pub description: String,
    pub image: String,
}

/// The picture in the icon of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Idle,
    Running,
    Done,
    Failed,
}

impl Shell {
    pub fn new(visit: Visit, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            visit,
            icon: State::Idle,
            refresh: None,
            preview: None,
            listed: false,
            canonical: None,
        }
    }

    /// Search engines list the page under the address of a scan's report, where everybody may see it.
    pub fn listed_under(mut self, app: &App, scan: &Scan) -> Self {
        self.listed = !scan.is_private && app.scans.guest_history;
        self.canonical = self.listed.then(|| format!("{}/scan/{}", self.visit.origin, scan.id));
        self
    }

    pub fn icon_address(&self) -> String {
        assets::address(match self.icon {
            State::Idle => "icon.svg",
            State::Running => "icon-running.svg",
            State::Done => "icon-done.svg",
            State::Failed => "icon-failed.svg",
        })
    }

    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    pub fn theme(&self) -> Option<&'static str> {
        self.visit.theme.map(Theme::as_str)
    }
}

/// Answers with a page.
pub fn page(
    request: &HttpRequest,
    response: HttpResponseBuilder,
    page: &impl Template,
) -> Result<HttpResponse<BoxBody>, Problem> {
    let html = page.render().map_err(|error| Problem::because(&error))?;
    Ok(answer(request, response, html))
}

/// Answers with a page that a browser may have already: then without its text.
pub fn answer_if_changed(request: &HttpRequest, html: String) -> HttpResponse<BoxBody> {
    let digest = format!("page-{:08x}-{}", crc32fast::hash(html.as_bytes()), html.len());
    match conditional::has_already(request.headers(), &digest) {
        true => conditional::not_modified(request.headers(), &digest, CACHE),
        false => with_headers(request, HttpResponse::Ok(), Some(&digest), html),
    }
}

/// Answers with a text that was made before.
pub fn answer(request: &HttpRequest, response: HttpResponseBuilder, html: String) -> HttpResponse<BoxBody> {
    with_headers(request, response, None, html)
}

/// The visitor may change, and with it the content.
const CACHE: &str = "private, no-cache";

fn with_headers(
    request: &HttpRequest,
    mut response: HttpResponseBuilder,
    digest: Option<&str>,
    html: String,
) -> HttpResponse<BoxBody> {
    response
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, format!("{POLICY}; form-action 'self'")))
        // With `no-referrer`, browsers send forms with the origin `null`.
        .insert_header((header::REFERRER_POLICY, "same-origin"));
    conditional::body(response, request.headers(), digest, CACHE, html.into_bytes())
}
