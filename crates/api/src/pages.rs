//! The pages for people: one file each, its template beside it. They need no script, no other host and no build step.
//!
//! A page is made from what the API has: [`read`] reads sections of a stored report, [`view::draw`] draws them, [`view::text`]
//! makes names of strangers harmless. All HTML is from templates, which escape by default.

mod address;
mod compare;
mod file;
mod home;
mod my;
mod read;
mod report;
mod repository;
mod scan;
mod service;
mod shell;
mod sign_in;
mod view;
mod visit;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{Error, HttpResponse, Resource, Route, guard};

use crate::http::problem::Problem;
pub use address::no_route;
pub use read::ReportReader;
pub use report::{one_file_policy, write_one_file};

/// Address, the methods it has, and who answers.
pub fn table(routes: &mut ServiceConfig) {
    routes.service(page("/", "GET, HEAD", [get().to(home::get)]));
    routes.service(page("/scan", "POST", [web::post().to(home::submit::post)]));
    routes.service(page("/scan/{id}", "GET, HEAD", [get().to(scan::get)]));
    routes.service(page("/scan/{id}/cancel", "POST", [web::post().to(scan::post_cancel)]));
    routes.service(page("/scan/{id}/file", "GET, HEAD", [get().to(file::get)]));
    let tabs = format!("/scan/{{id}}/{{tab:{}}}", report::pattern());
    routes.service(page(&tabs, "GET, HEAD", [get().to(report::get)]));
    routes.service(page("/compare", "GET, HEAD", [get().to(compare::get)]));
    routes.service(page("/repository/{id}", "GET, HEAD", [get().to(repository::get)]));
    routes.service(page("/scan/{id}/card.svg", "GET, HEAD", [get().to(scan::card::get)]));
    routes.service(page(
        "/service",
        "GET, HEAD, POST",
        [get().to(service::get), web::post().to(service::post)],
    ));
    routes.service(page("/theme", "POST", [web::post().to(shell::theme::post)]));
    routes.service(page(
        "/my/scans",
        "GET, HEAD, POST",
        [get().to(my::get_scans), web::post().to(my::post_scan)],
    ));
    routes.service(page(
        "/my/favorites",
        "GET, HEAD, POST",
        [get().to(my::get_favorites), web::post().to(my::post_favorite)],
    ));
    routes.service(page(
        "/my/keys",
        "GET, HEAD, POST",
        [get().to(my::get_keys), web::post().to(my::post_key)],
    ));
    routes.service(page(
        "/my/webhooks",
        "GET, HEAD, POST",
        [get().to(my::get_webhooks), web::post().to(my::post_webhook)],
    ));
    routes.service(page("/sign-in", "GET, HEAD", [get().to(sign_in::get)]));
    routes.service(page("/sign-in/github", "POST", [web::post().to(sign_in::begin)]));
    routes.service(page(
        "/sign-in/github/callback",
        "GET",
        [web::get().to(sign_in::callback)],
    ));
    routes.service(page("/sign-out", "POST", [web::post().to(sign_in::post_sign_out)]));
    routes.service(web::resource("/assets/{hash}/{name}").route(get().to(shell::assets::get)));
    routes.service(web::resource("/favicon.ico").route(get().to(shell::assets::favicon)));
}

/// An address whose errors are pages too.
fn page<const N: usize>(
    path: &str,
    methods: &'static str,
    routes: [Route; N],
) -> Resource<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>
    + use<N>,
> {
    let mut resource = web::resource(path);
    for route in routes {
        resource = resource.route(route);
    }
    resource
        .default_service(web::to(move || async move {
            Err::<&str, _>(Problem::method_not_allowed(methods))
        }))
        .wrap(from_fn(shell::problems::as_pages))
}

/// HEAD is GET without the body, which the server leaves out.
fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// On to another page after a form.
fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, address))
        .finish()
}

/// The way back that a form carries: an address of this service and of no other.
fn way_back(address: &str) -> &str {
    let local = address.starts_with('/') && !address.starts_with("//") && !address.contains(['\\', '\r', '\n']);
    if local { address } else { "/" }
}

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use repolens_core::store::Scan;
    use repolens_core::{ScanId, ScanStatus, Unparsed};

    /// A scan that is complete.
    pub fn scan() -> Scan {
        Scan {
            id: ScanId::parse("s").expect("an id"),
            status: ScanStatus::Completed,
            repo_url: Unparsed::new("https://github.com/owner/name"),
            branch: Some(Unparsed::new("main")),
            branch_requested: None,
            branch_note: None,
            is_private: false,
            user_id: None,
            repository_id: None,
            commit_sha: Some("5f8dd8e500914998b5142172c8fe7a884c873052".to_owned()),
            cached_from: None,
            progress: 100,
            stage: None,
            attempts: 1,
            error_message: None,
            error_code: None,
            created_at: Utc::now(),
            started_at: None,
            completed_at: Some(Utc::now()),
        }
    }

    #[test]
    fn the_way_back_stays_here() {
        for address in ["/scan/a?b=c#d", "/"] {
            assert_eq!(super::way_back(address), address);
        }
        for address in [
            "//evil.example",
            "https://evil.example",
            "evil",
            "",
            "/\\evil.example",
            "/a\r\nSet-Cookie: x=y",
        ] {
            assert_eq!(super::way_back(address), "/", "{address}");
        }
    }
}
