//! Who looks at a page, and how they want to see it.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpRequest, ResponseError as _};

use crate::caller::Caller;
use crate::problem::Problem;
use crate::request::is_foreign;

/// One request for a page.
#[derive(Debug, Clone)]
pub struct Visit {
    pub caller: Caller,
    /// What the visitor chose; `None`: as the system has it.
    pub theme: Option<Theme>,
    /// Path and query of the request.
    pub address: String,
    /// `https://host`, as the visitor sees it.
    pub origin: String,
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
    /// Of a visitor of whom nothing is known.
    pub fn guest(request: &HttpRequest) -> Self {
        let connection = request.connection_info();
        Self {
            caller: Caller::Guest,
            theme: cookie(request.headers(), THEME_COOKIE).and_then(Theme::parse),
            address: request
                .uri()
                .path_and_query()
                .map_or_else(|| "/".to_owned(), |target| target.as_str().to_owned()),
            origin: format!("{}://{}", connection.scheme(), connection.host()),
        }
    }

    pub fn is_signed_in(&self) -> bool {
        self.caller.user_id().is_some()
    }
}

/// The value of one of our own cookies.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(other, _)| *other == name)
        .map(|(_, value)| value)
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
        Box::pin(async move {
            match caller.await {
                Ok(caller) => Ok(Self { caller, ..guest }),
                // A session that is over: the page is shown as to a guest, with the way to sign in.
                Err(problem) if problem.status_code() == StatusCode::UNAUTHORIZED => Ok(guest),
                Err(problem) => Err(problem),
            }
        })
    }
}

/// A form may be sent from our own pages only, whoever is signed in.
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
