//! Light or dark, as the visitor chose: a cookie, so that the first paint is right.

use actix_web::HttpResponse;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::web::Form;
use serde::Deserialize;

use crate::http::problem::Problem;
use crate::pages::visit::{THEME_COOKIE, Theme, Visit};
use crate::pages::{see_other, way_back};

#[derive(Deserialize)]
pub struct Choice {
    theme: String,
    back: String,
}

pub async fn post(visit: Visit, choice: Form<Choice>) -> Result<HttpResponse, Problem> {
    let Some(theme) = Theme::parse(&choice.theme) else {
        return Err(Problem::malformed("A theme is `light` or `dark`."));
    };
    let mut response = see_other(way_back(&choice.back));
    let cookie = Cookie::build(THEME_COOKIE, theme.as_str())
        .path("/")
        .max_age(Duration::days(365))
        .secure(visit.origin.starts_with("https:"))
        .same_site(SameSite::Lax)
        .finish();
    response.add_cookie(&cookie).map_err(|error| Problem::because(&error))?;
    Ok(response)
}
