//! The reader of a page, and how they want to see it.

pub(super) mod query;
pub(super) mod typed_address;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpRequest, ResponseError as _, web};
use repolens_core::ScanId;
use repolens_core::store::ScanSnapshot;

use crate::app::App;
use crate::auth::access::may_see;
use crate::auth::caller::{Caller, web_session};
use crate::auth::session::SessionToken;
use crate::http::cors::is_foreign;
use crate::http::problem::Problem;

/// One request for a page.
#[derive(Clone)]
pub struct Visit {
    pub caller: Caller,
    /// The choice of the visitor; `None`: the theme of the system.
    pub theme: Option<Theme>,
    /// Path and query of the request.
    pub address: String,
    /// `https://host`, as the visitor sees it.
    pub origin: String,
    /// The session of the pages, where the visitor has signed in here.
    session: Option<SessionToken>,
    name: Option<String>,
    /// Visitors can sign in here.
    pub sign_in: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "light" => Some(Self::Light),
            "dark" => Some(Self::Dark),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The cookie that keeps the chosen theme.
pub const THEME_COOKIE: &str = "theme";

impl Visit {
    /// The visit of a guest without choices.
    pub fn guest(request: &HttpRequest) -> Self {
        // Before `connection_info`, which borrows the extensions that parsed cookies are kept in.
        let theme = request.cookie(THEME_COOKIE);
        let theme = theme.and_then(|cookie| Theme::parse(cookie.value()));
        let connection = request.connection_info();
        Self {
            caller: Caller::Guest,
            theme,
            address: request
                .uri()
                .path_and_query()
                .map_or_else(|| "/".to_owned(), |target| target.as_str().to_owned()),
            origin: format!("{}://{}", connection.scheme(), connection.host()),
            session: None,
            name: None,
            sign_in: app(request).is_some_and(|app| app.auth.callers.github_app.is_some()),
        }
    }

    pub fn is_signed_in(&self) -> bool {
        self.caller.user_id().is_some()
    }

    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https:")
    }

    /// The visitor's name at GitHub.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether this is the page at `address`, whatever its query.
    pub fn is_at(&self, address: &str) -> bool {
        self.address.split('?').next() == Some(address)
    }

    /// The token in the forms of this visitor.
    pub fn form_token(&self) -> String {
        self.session.as_ref().map(SessionToken::form_token).unwrap_or_default()
    }

    /// Returns the scan of this id.
    ///
    /// # Errors
    /// 404 where there is none that the visitor may see.
    pub async fn find_scan(&self, app: &App, id: &str) -> Result<Arc<ScanSnapshot>, Problem> {
        let unknown = || {
            Problem::not_found(
                "There is no scan at this address. It may have been deleted, or it is private and you are not signed in.",
            )
        };
        let id = ScanId::parse(id).map_err(|_| unknown())?;
        let seen = app.scans.snapshot(&id).await?.ok_or_else(unknown)?;
        may_see(&self.caller, &seen.scan).map_err(|_| unknown())?;
        Ok(seen)
    }

    /// # Errors
    /// 403 where a form is not of this session.
    pub fn check(&self, form_token: &str) -> Result<(), Problem> {
        match &self.session {
            Some(session) if session.form_token() != form_token => Err(Problem::forbidden(
                "This form is not of your present session. Open the page again and send it anew.",
            )),
            _ => Ok(()),
        }
    }
}

impl FromRequest for Visit {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let guest = Self::guest(request);
        if let Err(refused) = from_our_own_page(request) {
            return Box::pin(std::future::ready(Err(refused)));
        }
        let caller = Caller::from_request(request, payload);
        let (app, token) = (app(request).cloned(), SessionToken::of(request));
        Box::pin(async move {
            match caller.await {
                Ok(caller) => {
                    let session = match (&app, &token) {
                        (Some(app), Some(token)) => web_session(app, token).await?,
                        _ => None,
                    };
                    Ok(Self {
                        caller,
                        name: session.as_ref().and_then(|session| session.name.clone()),
                        session: token.filter(|_| session.is_some()),
                        ..guest
                    })
                }
                // A session that is over: the page is shown as to a guest, with the way to sign in.
                Err(problem) if problem.status_code() == StatusCode::UNAUTHORIZED => Ok(guest),
                Err(problem) => Err(problem),
            }
        })
    }
}

fn app(request: &HttpRequest) -> Option<&web::Data<App>> {
    request.app_data::<web::Data<App>>()
}

/// A form may be sent from our own pages only, by guests too.
fn from_our_own_page(request: &HttpRequest) -> Result<(), Problem> {
    if [Method::GET, Method::HEAD].contains(request.method()) {
        return Ok(());
    }
    let site = request.headers().get("sec-fetch-site").map(|site| site.as_bytes());
    let elsewhere = matches!(site, Some(b"cross-site" | b"same-site"));
    if elsewhere || is_foreign(request) {
        return Err(Problem::forbidden(
            "This form was sent from another site. Open the page here and send it again.",
        ));
    }
    Ok(())
}
