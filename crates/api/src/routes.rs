//! All addresses of the API, in one table.

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{Resource, Route, guard};

use crate::handlers::account::{favorites, keys, webhooks};
use crate::handlers::repository_history::{self, compare};
use crate::handlers::results::{self, exports};
use crate::handlers::worker::{self, report};
use crate::handlers::{docs, events, explanations, github, scan_lists, scans, service, whoami};
use crate::http::problem::Problem;
use crate::pages;
use crate::scans::pace_lists::pace;

/// Address, the methods it has, and who handles them.
pub fn table(routes: &mut ServiceConfig) {
    // Pages.
    pages::table(routes);

    // Health.
    routes.service(at("/api/health", "GET, HEAD").route(get().to(service::get_health)));
    routes.service(at("/api/ready", "GET, HEAD").route(get().to(service::get_ready)));
    routes.service(at("/api/whoami", "GET, HEAD").route(get().to(whoami::get_whoami)));
    routes.service(at("/metrics", "GET, HEAD").route(get().to(service::get_metrics)));
    routes.service(at("/api/schema/report.json", "GET, HEAD").route(get().to(service::get_report_schema)));
    routes.service(at("/api/openapi.json", "GET, HEAD").route(get().to(docs::get_openapi)));
    routes.service(at("/api/docs", "GET, HEAD").route(get().to(docs::get_docs)));

    // Scans.
    routes.service(at("/api/scan", "POST").route(web::post().to(scans::post_scan)));
    routes.service(
        at("/api/scan/{id}", "GET, HEAD, DELETE")
            .route(get().to(scans::get_scan))
            .route(web::delete().to(scans::delete_scan)),
    );
    routes.service(at("/api/scan/{id}/results", "GET, HEAD").route(get().to(results::get_results)));
    routes.service(at("/api/scan/{id}/events", "GET").route(web::get().to(events::get_events)));
    routes.service(at("/api/scan/{id}/cancel", "POST").route(web::post().to(scans::post_cancel)));
    routes.service(
        at("/api/scan/{id}/explanation", "GET, HEAD, POST")
            .route(get().to(explanations::get_explanations))
            .route(web::post().to(explanations::post_explanation)),
    );
    routes.service(at("/api/scan/{id}/status", "PUT").route(web::put().to(report::put_status)));

    // Exports.
    routes.service(at("/api/scan/{id}/report.html", "GET, HEAD").route(get().to(exports::get_html)));
    routes.service(at("/api/scan/{id}/report.md", "GET, HEAD").route(get().to(exports::get_markdown)));
    routes.service(at("/api/scan/{id}/report.json", "GET, HEAD").route(get().to(exports::get_json)));
    routes.service(at("/api/scan/{id}/report.sarif", "GET, HEAD").route(get().to(exports::get_sarif)));
    let gitlab = at("/api/scan/{id}/gl-code-quality-report.json", "GET, HEAD");
    routes.service(gitlab.route(get().to(exports::get_gitlab)));
    routes.service(at("/api/scan/{id}/sbom.json", "GET, HEAD").route(get().to(exports::get_sbom)));
    routes.service(at("/api/scan/{id}/sbom.spdx.json", "GET, HEAD").route(get().to(exports::get_sbom_spdx)));
    routes.service(at("/api/scan/{id}/badge.svg", "GET, HEAD").route(get().to(exports::get_scan_badge)));
    let badge = at("/api/badge/{host}/{owner}/{repository}.svg", "GET, HEAD");
    routes.service(badge.route(get().to(exports::get_repository_badge)));

    // Workers.
    routes.service(at("/api/worker/claim", "POST").route(web::post().to(worker::post_claim)));
    routes.service(at("/api/worker/jobs/{id}/heartbeat", "POST").route(web::post().to(worker::post_heartbeat)));
    routes.service(at("/api/worker/jobs/{id}/commit", "POST").route(web::post().to(worker::post_commit)));
    routes.service(at("/api/worker/jobs/{id}/release", "POST").route(web::post().to(worker::post_release)));
    routes.service(at("/api/worker/explanations", "POST").route(web::post().to(explanations::post_request)));
    routes.service(at("/api/worker/explanations/claim", "POST").route(web::post().to(explanations::post_claim)));
    let report = at("/api/worker/explanations/{id}/report", "GET, HEAD");
    routes.service(report.route(get().to(explanations::get_report)));
    routes.service(at("/api/worker/explanations/{id}", "PUT").route(web::put().to(explanations::put_result)));

    // History.
    routes.service(
        at("/api/user/scans", "GET, HEAD")
            .route(get().to(scan_lists::get_user_scans))
            .wrap(from_fn(pace)),
    );
    routes.service(
        at("/api/user/stats", "GET, HEAD")
            .route(get().to(scan_lists::get_user_stats))
            .wrap(from_fn(pace)),
    );
    routes.service(
        at("/api/history", "GET, HEAD")
            .route(get().to(scan_lists::get_history))
            .wrap(from_fn(pace)),
    );
    let repository = at("/api/history/repository/{repositoryId}", "GET, HEAD");
    routes.service(repository.route(get().to(repository_history::get_repository_history)));
    routes
        .service(at("/api/history/trends/{repositoryId}", "GET, HEAD").route(get().to(repository_history::get_trends)));
    routes.service(at("/api/history/compare/{a}/{b}", "GET, HEAD").route(get().to(compare::get_comparison)));

    // The data of users.
    routes.service(
        at("/api/favorites", "GET, HEAD")
            .route(get().to(favorites::get_favorites))
            .wrap(from_fn(pace)),
    );
    routes.service(
        at("/api/favorites/{repositoryId}", "POST, DELETE")
            .route(web::post().to(favorites::post_favorite))
            .route(web::delete().to(favorites::delete_favorite)),
    );
    routes.service(at("/api/favorites/{repositoryId}/check", "GET, HEAD").route(get().to(favorites::get_check)));
    routes.service(
        at("/api/keys", "GET, HEAD, POST")
            .route(get().to(keys::get_keys))
            .route(web::post().to(keys::post_key)),
    );
    routes.service(at("/api/keys/{id}", "DELETE").route(web::delete().to(keys::delete_key)));
    routes.service(
        at("/api/webhooks", "GET, HEAD, POST")
            .route(get().to(webhooks::get_webhooks))
            .route(web::post().to(webhooks::post_webhook)),
    );
    routes.service(at("/api/webhooks/{id}", "DELETE").route(web::delete().to(webhooks::delete_webhook)));

    // GitHub's notifications.
    routes.service(at("/api/github/webhook", "POST").route(web::post().to(github::post_webhook)));

    routes.default_service(web::to(pages::no_route));
}

fn at(path: &str, methods: &'static str) -> Resource {
    web::resource(path).default_service(web::to(move || async move {
        Err::<&str, _>(Problem::method_not_allowed(methods))
    }))
}

/// HEAD is GET without the body, which the server leaves out.
fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

pub async fn nothing_here() -> Result<&'static str, Problem> {
    Err(Problem::not_found("There is nothing at this address."))
}
